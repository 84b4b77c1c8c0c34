//! What the SDK tells without being asked.

use serde::{Deserialize, Serialize};
use tresen_types::{ConversationId, MessageId};

use crate::{LinkStep, MessageView, TransferState};

/// Something changed. An interface that missed events asks again by commands: events carry nothing
/// that a command can't answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(not(feature = "compact"), serde(tag = "event"))]
pub enum Event {
    /// The connection to the server.
    Connection(Connection),
    /// The account on this device appeared or changed.
    AccountChanged,
    /// The list of conversations changed (order, previews, unread, assignment).
    ConversationsChanged,
    /// A message is new or changed; insert by [`MessageView::position`] or replace by id.
    Message {
        /// The conversation.
        conversation: ConversationId,
        /// The message as it is now.
        message: Box<MessageView>,
    },
    /// A queued message was withdrawn.
    MessageGone {
        /// The conversation.
        conversation: ConversationId,
        /// The message.
        message: MessageId,
    },
    /// A broadcast went on, or ended.
    BroadcastsChanged,
    /// The header of a conversation changed (members, consent, hours, block).
    HeaderChanged {
        /// The conversation.
        conversation: ConversationId,
    },
    /// Somebody is typing, for the next 8 seconds.
    Typing {
        /// The conversation.
        conversation: ConversationId,
        /// Who; a colleague when `is_colleague`.
        name: String,
        /// Whether it is a colleague of the own business.
        is_colleague: bool,
    },
    /// How far an attachment has come.
    Transfer {
        /// The conversation.
        conversation: ConversationId,
        /// The message.
        message: MessageId,
        /// How far.
        transfer: TransferState,
    },
    /// The next step of linking.
    Link(LinkStep),
    /// Orders or payments changed.
    DealsChanged,
    /// Labels, quick replies, saved filters or the team's rules changed.
    TeamChanged,
    /// The account's devices changed.
    DevicesChanged,
}

/// The connection to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Connection {
    /// No connection; it is tried again by itself.
    Offline,
    /// Connecting, or fetching what waited.
    Syncing,
    /// Everything that waited is here.
    Live,
    /// This device was removed from its account.
    Revoked,
    /// Another window of this account took over.
    Replaced,
}
