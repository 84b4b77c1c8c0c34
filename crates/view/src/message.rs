//! Messages, as bubbles show them.

use serde::{Deserialize, Serialize};
use tresen_types::{
    DeviceId, MessageId, Timestamp,
    card::{Card, Choice},
};

use crate::{
    BookingView, DealLine, OrderView, PaymentView, QuotationView, RefusalView, SlotsView,
    TemplateContent, TemplateHeader,
};

/// Names bytes that the runtime hands over beside a command or an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FileRef(pub u64);

/// A page of messages, oldest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MessagePage {
    /// The messages.
    pub messages: Vec<MessageView>,
    /// Whether older ones exist.
    pub has_older: bool,
    /// Whether newer ones exist.
    pub has_newer: bool,
}

/// One message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MessageView {
    /// Its id.
    pub message: MessageId,
    /// Its place in the conversation on this device: increases, gaps allowed; stays the same for life.
    pub position: i64,
    /// When the server accepted it; for a queued one, when it was written.
    pub at: Timestamp,
    /// Whether the own account wrote it.
    pub is_own: bool,
    /// The device that wrote it.
    pub sender: DeviceId,
    /// The name of who wrote it.
    pub sender_name: String,
    /// State, of the own account's messages.
    pub state: Option<MessageState>,
    /// The quoted message.
    pub quote: Option<Quote>,
    /// Reactions, most frequent first.
    pub reactions: Vec<Reaction>,
    /// Whether it lies on the shelf of what the customer didn't ask for: unread, without a notification.
    pub is_unrequested: bool,
    /// Why the server didn't take it, of a business's message that failed.
    pub refusal: Option<RefusalView>,
    /// How it came about and what became of it.
    pub marks: MessageMarks,
    /// What it says.
    pub body: MessageBody,
}

/// How a message came about and what became of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageMarks {
    /// Its author has changed it.
    pub is_edited: bool,
    /// It was in another conversation before.
    pub is_forwarded: bool,
    /// No person sent it.
    pub is_automatic: bool,
    /// This account has starred it.
    pub is_starred: bool,
}

/// How far an own message has come (PROTOCOL D4). Never "sent" before the server accepted it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageState {
    /// In the outbox of this device.
    Queued,
    /// Accepted by the server, on its disk.
    Sent,
    /// On a device of the other side.
    Delivered,
    /// Seen by the other side.
    Read,
    /// Speech that the other side has heard.
    Played,
    /// Refused; can be tried again.
    Failed,
}

/// What a message says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(not(feature = "compact"), serde(tag = "kind"))]
pub enum MessageBody {
    /// Text with WhatsApp formatting, as it was written.
    Text {
        /// The text.
        text: String,
    },
    /// A photo or file.
    Attachment(AttachmentView),
    /// A message of a template that the device has verified.
    Template(Box<TemplateContent>),
    /// A place, people, or something to choose from.
    Card(Box<Card>),
    /// What was chosen of the quoted message.
    Choice(Box<Choice>),
    /// An order, as it stands now.
    Order(Box<OrderView>),
    /// A request of payment, as it stands now.
    Payment(Box<PaymentView>),
    /// Slots that are offered.
    Slots(Box<SlotsView>),
    /// A booking, as it stands now.
    Booking(Box<BookingView>),
    /// A quotation, as it stands now.
    Quotation(Box<QuotationView>),
    /// A step of an order, a quotation, a payment or a booking.
    Deal(DealLine),
    /// Something that happened.
    System(SystemLine),
    /// Its author took it back.
    Deleted,
    /// A kind that this version doesn't know, with its plain text, if it has one.
    Unsupported {
        /// Plain text.
        text: String,
    },
    /// A check failed: not shown.
    Refused {
        /// Which check, as a stable word.
        reason: String,
    },
}

impl MessageBody {
    /// The file: the message itself, or the one above a template's words.
    #[must_use]
    pub fn attachment(&self) -> Option<&AttachmentView> {
        match self {
            Self::Attachment(attachment) => Some(attachment),
            Self::Template(template) => match &template.header {
                Some(TemplateHeader::File(attachment)) => Some(attachment),
                _ => None,
            },
            _ => None,
        }
    }
}

/// What happened, in a line of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(not(feature = "compact"), serde(tag = "event"))]
pub enum SystemLine {
    /// The conversation began, through this link (label known to the business only).
    Began {
        /// Label of the entry link.
        label: Option<String>,
    },
    /// A device can read from here on.
    Joined {
        /// Whose.
        name: String,
    },
    /// A device can't read any more from here on.
    Removed {
        /// Whose.
        name: String,
    },
    /// The other side left.
    Left {
        /// Who.
        name: String,
    },
    /// The other side has deleted its account.
    AccountEnded {
        /// Whose.
        name: String,
    },
    /// The customer changed what is allowed.
    ConsentChanged {
        /// Whether anything is still allowed.
        is_given: bool,
    },
    /// This device came back into the conversation after its state was lost.
    Resynced,
    /// A message can't be read on this device.
    Unreadable,
    /// A colleague's note: the business's own devices alone have it.
    Note {
        /// The note's own id, hexadecimal.
        note: String,
        /// The text.
        text: String,
        /// Whom it is for.
        mentions: Vec<DeviceId>,
    },
    /// The chat was given to a colleague.
    Assigned {
        /// Whose it is now; `None`: nobody's.
        name: Option<String>,
    },
}

/// What a photo is and what a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttachmentKind {
    /// Shown in the bubble.
    Photo,
    /// A picture without a frame.
    Sticker,
    /// Recorded speech, played in the bubble.
    Voice,
    /// Shown as name and size.
    File,
}

/// An attachment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachmentView {
    /// Photo or file.
    pub kind: AttachmentKind,
    /// File name.
    pub name: String,
    /// Media type.
    pub media_type: String,
    /// Size of the plain file, in bytes.
    pub size_bytes: u64,
    /// Width and height in pixels, of a photo.
    pub dimensions: Option<(u32, u32)>,
    /// A blurred preview (thumbhash), base64.
    pub thumbhash: Option<String>,
    /// Of a voice message: how long and how loud.
    pub voice: Option<VoiceView>,
    /// Caption; empty when there is none.
    pub caption: String,
    /// Whether its bytes are on this device, or on their way.
    pub transfer: TransferState,
}

/// What a voice message looks like before it is played.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoiceView {
    /// How long it lasts, in milliseconds.
    pub duration_ms: u32,
    /// How loud it is along its length, at most 64 steps.
    pub waveform: Vec<u8>,
}

/// Where the bytes of an attachment are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(not(feature = "compact"), serde(tag = "state"))]
pub enum TransferState {
    /// Only on the server.
    Remote,
    /// Going up.
    Uploading {
        /// Bytes so far.
        done_bytes: u64,
        /// All bytes.
        total_bytes: u64,
    },
    /// Coming down.
    Downloading {
        /// Bytes so far.
        done_bytes: u64,
        /// All bytes.
        total_bytes: u64,
    },
    /// On this device.
    Here,
    /// Not available any more.
    Gone,
}

/// A quoted message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// The quoted message.
    pub message: MessageId,
    /// Who wrote it.
    pub sender_name: String,
    /// One line of it; empty when this device doesn't have it.
    pub preview: String,
}

/// A reaction and who chose it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reaction {
    /// One emoji.
    pub emoji: String,
    /// How many chose it.
    pub count: u32,
    /// Whether this device's person did.
    pub is_own: bool,
    /// Whether somebody of the other side did.
    pub is_theirs: bool,
}

/// A file to send.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutgoingFile {
    /// Names the bytes; photos are already re-encoded, without metadata.
    pub file: FileRef,
    /// Photo or file.
    pub kind: AttachmentKind,
    /// File name.
    pub name: String,
    /// Media type.
    pub media_type: String,
    /// Size in bytes.
    pub size_bytes: u64,
    /// Width and height in pixels, of a photo.
    pub dimensions: Option<(u32, u32)>,
    /// A blurred preview (thumbhash), base64.
    pub thumbhash: Option<String>,
    /// Of a voice message: how long and how loud.
    pub voice: Option<VoiceView>,
    /// Caption; may be empty.
    pub caption: String,
}
