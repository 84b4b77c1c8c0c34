//! Messages as the product knows them, and their way into MIMI content and back.
//!
//! A [`Message`] says what was meant; [`Content`] adds what it answers and when it ends. Where a
//! person reads it, MIMI gets a `text/plain` alternative or is plain text already; everything else
//! is a part `application/vnd.tresen.*+cbor` whose body is an array that begins with a version.

mod card;
pub(crate) mod control;
mod decode;
mod encode;
mod mark;
mod media;
mod private;

pub(crate) use card::{
    check_goods, line as card_line, read_goods, words as card_words, write_goods,
};
pub use control::{Receipt, ReceiptKind, ReceiptMessages, System, SystemCode};
pub use mark::Mark;
use mark::mark_key;
pub use private::{NOTE_ID_BYTES, OwnRecord, Private, SegmentKey};
use tresen_types::{
    AccountId, BlobId, ConversationId, MessageId,
    card::{Card, Choice},
    limits::TEXT_BYTES_MAX,
};

use crate::{
    error::Error,
    identity::{franking_tag, message_id},
    mimi::{Expiration, MimiContent},
    secret::SecretKey,
    shop::ShopMessage,
    template::TemplateMessage,
    uri,
};

/// The media type of texts: the source with WhatsApp's marks, which reads well as it is.
pub const TYPE_TEXT: &str = "text/plain;charset=utf-8";
/// The media type of what belongs to an attachment beside the file.
pub const TYPE_MEDIA: &str = "application/vnd.tresen.media+cbor";
/// The media type of places, people and offers.
pub const TYPE_CARD: &str = "application/vnd.tresen.card+cbor";
/// The media type of what was chosen.
pub const TYPE_CHOICE: &str = "application/vnd.tresen.choice+cbor";
/// The media type of receipts.
pub const TYPE_RECEIPT: &str = "application/vnd.tresen.receipt+cbor";
/// The media type of a customer's name.
pub const TYPE_PROFILE: &str = "application/vnd.tresen.profile+cbor";
/// The media type of system lines.
pub const TYPE_SYSTEM: &str = "application/vnd.tresen.system+cbor";
/// The media type of typing notices.
pub const TYPE_TYPING: &str = "application/vnd.tresen.typing+cbor";
/// The media type of what an account tells its own devices.
pub const TYPE_PRIVATE: &str = "application/vnd.tresen.private+cbor";

/// The private-use number of our file encryption (RFC 5116 registry): see
/// [`attachment`](crate::attachment).
pub const ENC_ALG_STREAM: u16 = 0x8001;
/// SHA-256 in MIMI's `hashAlg`.
pub const HASH_ALG_SHA256: u8 = 1;

/// Who sends into which conversation: what the encryption proves, and content must repeat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope<'a> {
    /// The host of the server's origin ([`uri::host_of_origin`]).
    pub host: &'a str,
    /// The sender.
    pub sender: AccountId,
    /// The conversation.
    pub conversation: ConversationId,
}

/// A message with what frames it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// What it says.
    pub message: Message,
    /// The message that it answers; only for messages that are shown on their own.
    pub in_reply_to: Option<MessageId>,
    /// When it disappears.
    pub expires: Option<Expiration>,
    /// How it came to be sent.
    pub mark: Mark,
}

/// What a message says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// A text, in the source form that [`format`](crate::format) reads.
    Text {
        /// The text.
        text: String,
        /// Its language tag; empty for none.
        language: String,
    },
    /// A file.
    Attachment(Box<Attachment>),
    /// A place, people, or something to choose from.
    Card(Box<Card>),
    /// What was chosen of the message that it answers.
    Choice(Box<Choice>),
    /// A reaction.
    Reaction {
        /// The message that it is for.
        to: MessageId,
        /// One emoji.
        emoji: String,
    },
    /// Takes a reaction back.
    Unreact {
        /// The message that the reaction was for.
        to: MessageId,
        /// The reaction.
        reaction: MessageId,
    },
    /// Replaces a text.
    Edit {
        /// The message that is replaced.
        message: MessageId,
        /// The new text.
        text: String,
        /// Its language tag; empty for none.
        language: String,
    },
    /// Takes a message back.
    Delete {
        /// The message.
        message: MessageId,
    },
    /// Tells what arrived or was read. Control.
    Receipt(Receipt),
    /// The customer's name. Control.
    ProfileName {
        /// The name.
        name: String,
    },
    /// The sender begins or stops typing. Control.
    Typing {
        /// Whether it begins.
        is_typing: bool,
    },
    /// A message of a template; the words are the template's.
    Template(Box<TemplateMessage>),
    /// An order, a request of payment, or a step of one.
    Shop(Box<ShopMessage>),
    /// A line about the conversation.
    System(System),
    /// What an account tells its own devices; in the own group only. Control.
    Private(Box<Private>),
    /// A kind that this version doesn't know.
    Unsupported {
        /// Its plain text, if it has one.
        text: String,
    },
}

impl Message {
    /// Whether it belongs into the control class of the authenticated data: it renders nothing.
    #[must_use]
    pub const fn is_control(&self) -> bool {
        matches!(
            self,
            Self::Receipt(_) | Self::ProfileName { .. } | Self::Typing { .. } | Self::Private(_)
        )
    }

    /// Whether a customer opens the business's window with it (PROTOCOL 5.2): what the person wrote
    /// or sent, not receipts and reactions.
    #[must_use]
    pub const fn opens_window(&self) -> bool {
        matches!(
            self,
            Self::Text { .. }
                | Self::Attachment(_)
                | Self::Card(_)
                | Self::Choice(_)
                | Self::Shop(_)
        )
    }
}

/// What a file is shown as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttachmentKind {
    /// A picture in the bubble.
    Photo,
    /// A video in the bubble.
    Video,
    /// A voice message.
    Voice,
    /// A picture without a frame.
    Sticker,
    /// Name and size.
    File,
}

/// A file in the blob store and how to open it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// What it is shown as.
    pub kind: AttachmentKind,
    /// The file name.
    pub name: String,
    /// The media type.
    pub mime: String,
    /// The size of the plain file, in bytes.
    pub size: u64,
    /// Where it lies.
    pub blob: BlobId,
    /// The key of [`attachment`](crate::attachment).
    pub key: SecretKey,
    /// SHA-256 of the encrypted file.
    pub content_hash: [u8; 32],
    /// Width and height in pixels, of a photo or video.
    pub dimensions: Option<(u32, u32)>,
    /// The duration in milliseconds, of a video or voice message.
    pub duration_ms: Option<u32>,
    /// A blurred preview; empty for none.
    pub thumbhash: Vec<u8>,
    /// The loudness along a voice message, a byte a step; empty for none.
    pub waveform: Vec<u8>,
    /// The caption; empty for none.
    pub caption: String,
}

/// Content ready for encryption.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encoded {
    /// The bytes to encrypt.
    pub bytes: Vec<u8>,
    /// The message id.
    pub id: MessageId,
    /// The commitment for the authenticated data.
    pub franking_tag: [u8; 32],
}

/// Content that was read and belongs where it claims to belong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// The content.
    pub content: Content,
    /// The message id.
    pub id: MessageId,
    /// The commitment, to be compared with the authenticated data before anything is shown.
    pub franking_tag: [u8; 32],
}

impl Content {
    /// A message that answers nothing and doesn't disappear.
    #[must_use]
    pub const fn new(message: Message) -> Self {
        Self { message, in_reply_to: None, expires: None, mark: Mark::None }
    }

    /// Encodes a message; `salt` is 16 fresh random bytes.
    ///
    /// # Errors
    /// When the message breaks a limit.
    pub fn encode(&self, salt: [u8; 16], scope: &Scope<'_>) -> Result<Encoded, Error> {
        check_text(&self.message)?;
        let bytes = encode::to_mimi(self, salt, scope).encode()?;
        let id = id_in(scope, &bytes, &salt)?;
        Ok(Encoded { id, franking_tag: franking_tag(&salt, &bytes), bytes })
    }

    /// Reads decrypted bytes strictly.
    ///
    /// # Errors
    /// [`Error::Scope`] when the content names another sender or conversation than `scope`;
    /// otherwise when the bytes aren't the one encoding of content within its limits.
    pub fn decode(bytes: &[u8], scope: &Scope<'_>) -> Result<Received, Error> {
        let mimi = MimiContent::decode(bytes)?;
        let sender = uri::of_account(scope.host, scope.sender);
        let room = uri::of_conversation(scope.host, scope.conversation);
        if mimi.sender_uri() != Some(&sender) || mimi.room_uri() != Some(&room) {
            return Err(Error::Scope);
        }
        let content = decode::from_mimi(&mimi, scope.host)?;
        check_text(&content.message)?;
        let id = id_in(scope, bytes, &mimi.salt)?;
        Ok(Received { content, id, franking_tag: franking_tag(&mimi.salt, bytes) })
    }
}

fn id_in(scope: &Scope<'_>, bytes: &[u8], salt: &[u8; 16]) -> Result<MessageId, Error> {
    let sender = uri::of_account(scope.host, scope.sender);
    let room = uri::of_conversation(scope.host, scope.conversation);
    message_id(&sender, &room, bytes, salt)
}

fn check_text(message: &Message) -> Result<(), Error> {
    match message {
        Message::Text { text, .. } | Message::Edit { text, .. } if text.len() > TEXT_BYTES_MAX => {
            Err(Error::Limit)
        }
        Message::Card(card) => card::check(card),
        Message::Choice(choice) => card::check_choice(choice),
        _other => Ok(()),
    }
}
