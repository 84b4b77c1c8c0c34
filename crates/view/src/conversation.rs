//! Rows, headers, readers and search hits.

use serde::{Deserialize, Serialize};
use tresen_types::{
    AccountId, Categories, ConversationId, DeviceId, EntryId, MessageId, Timestamp,
};

use crate::{DomainMark, MessageState, OpeningView, Quote, RowMarks, WindowView};

/// Which conversations a list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InboxFilter {
    /// Those that wait for an answer, are nobody's and don't rest, longest waiting first.
    Queue,
    /// Those that this agent has taken and that don't rest.
    Mine,
    /// All that are open.
    #[default]
    All,
    /// The closed ones.
    Closed,
    /// Open ones that nobody has.
    Unassigned,
    /// Open ones that rest.
    Snoozed,
}

/// Which page of the list of conversations is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct InboxQuery {
    /// Which; customers use [`InboxFilter::All`].
    pub filter: InboxFilter,
    /// Only those with this label, by its id; empty for any.
    pub label: String,
    /// How many of the list come before the page.
    pub from: u32,
    /// How many, at most 200; 0 for as many.
    pub limit: u32,
}

/// A page of the list of conversations.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ConversationPage {
    /// Newest activity first, a queue by waiting time; what a customer has put away comes last.
    pub rows: Vec<ConversationRow>,
    /// Whether there are more below.
    pub has_more: bool,
    /// What is counted beside the list, whatever it was asked for.
    pub counts: InboxCounts,
}

/// Numbers beside the list of conversations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboxCounts {
    /// Conversations in [`InboxFilter::Queue`]; none for customers.
    pub waiting: u32,
    /// Messages that weren't seen, in open conversations; far above what a badge says, it isn't exact.
    pub unread: u32,
}

/// One row of the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConversationRow {
    /// The conversation.
    pub conversation: ConversationId,
    /// The other side: the business for a customer, the customer for a business.
    pub counterpart: AccountId,
    /// Its name; a customer's comes from inside the encryption.
    pub name: String,
    /// A business's sign colour; empty for customers.
    pub sign_colour: String,
    /// A business's logo as a data URL; `None` for letters.
    pub logo: Option<String>,
    /// Time of the last message, on the server's clock.
    pub at: Timestamp,
    /// The last message in one line; empty when there is none.
    pub preview: String,
    /// What kind of message that was, for its icon.
    pub preview_kind: PreviewKind,
    /// Whose message that was: the own side's agent name, or `None` for the other side.
    pub preview_from_own: Option<String>,
    /// State of the last message, when it is the own side's.
    pub state: Option<MessageState>,
    /// Messages that weren't seen.
    pub unread: u32,
    /// The draft; empty when there is none.
    pub draft: String,
    /// Whether the other side is typing.
    pub is_typing: bool,
    /// In the inbox: since when the customer waits for an answer.
    pub waiting_since: Option<Timestamp>,
    /// In the inbox: who has the chat.
    pub assignee: Option<Reader>,
    /// In the inbox: the colleague who is answering right now.
    pub answering: Option<String>,
    /// Whether it is closed.
    pub is_closed: bool,
    /// Whether the other side is blocked.
    pub is_blocked: bool,
    /// What the own devices say about it.
    pub marks: RowMarks,
}

/// What kind of message a preview stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PreviewKind {
    /// Text.
    #[default]
    Text,
    /// A photo.
    Photo,
    /// A voice message.
    Voice,
    /// Somebody took it back.
    Deleted,
    /// A file.
    File,
    /// A system line.
    System,
}

/// What stands above an open conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConversationHeader {
    /// The row's facts.
    pub row: ConversationRow,
    /// Whether the business is open.
    pub opening: OpeningView,
    /// The domain that was checked; `None` while nobody has.
    pub verified: Option<DomainMark>,
    /// Whether the business's profile wasn't fetched for a day: [`crate::Command::RefreshProfile`] does.
    pub is_profile_old: bool,
    /// How many people and robots can read.
    pub readers: u32,
    /// What the customer allows; `None` without consent.
    pub consent: Option<Categories>,
    /// What the customer allowed before a stop word, until it is taken back or set anew.
    pub stopped: Option<Categories>,
    /// How many messages this device holds back for the customer's weekly digest, and until when.
    pub held: Option<(u32, Timestamp)>,
    /// The service window, for both sides.
    pub window: WindowView,
    /// Whether this device can write: not blocked, consent in force, still a member.
    pub can_write: bool,
    /// Whether the other side has deleted its account.
    pub has_ended: bool,
    /// Since when the conversation exists.
    pub since: Timestamp,
    /// The entry link by which the customer came, if one is known.
    pub entry: Option<EntryId>,
    /// First unread message's position, for the "new messages" line.
    pub first_unread: Option<i64>,
    /// The open draft.
    pub draft: String,
    /// The message that this account has pinned above the chat.
    pub pinned: Option<Quote>,
}

/// A device in a conversation's group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reader {
    /// Its account.
    pub account: AccountId,
    /// The device.
    pub device: DeviceId,
    /// The agent's or customer's name.
    pub name: String,
    /// Since when it can read.
    pub since: Timestamp,
    /// Whether it belongs to the own account.
    pub is_own: bool,
    /// Whether it is this device.
    pub is_this: bool,
    /// Whether it is a program (a gateway or robot).
    pub is_robot: bool,
}

/// A message that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchHit {
    /// The conversation.
    pub conversation: ConversationId,
    /// The conversation's name.
    pub name: String,
    /// The message.
    pub message: MessageId,
    /// When.
    pub at: Timestamp,
    /// Text around the hit, cut into pieces; `true` marks what was searched for.
    pub snippet: Vec<(String, bool)>,
}
