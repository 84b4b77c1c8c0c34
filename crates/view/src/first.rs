//! What a customer's first visit asks.
//!
//! In a browser the SDK comes in parts, and the first of them reads these commands alone: the code that
//! reads all of them is as large as what they do here.

use serde::{Deserialize, Serialize};
use tresen_types::{AccountId, Categories, ConversationId, EntryId, MessageId};

use crate::{Command, InboxQuery};

/// A command of a first visit; each is the [`Command`] of the same name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum FirstCommand {
    /// [`Command::Account`].
    Account,
    /// [`Command::OpenConversation`].
    OpenConversation {
        /// The entry link.
        entry: EntryId,
        /// The fragment of the link.
        fingerprint: String,
        /// The customer's chosen name.
        display_name: String,
        /// What the customer allows.
        categories: Categories,
        /// The wording that was shown.
        wording: String,
        /// Language of the wording, BCP 47.
        language: String,
    },
    /// [`Command::Profile`].
    Profile {
        /// The business.
        account: AccountId,
    },
    /// [`Command::ConversationPage`].
    ConversationPage(InboxQuery),
    /// [`Command::Header`].
    Header {
        /// The conversation.
        conversation: ConversationId,
    },
    /// [`Command::Messages`].
    Messages {
        /// The conversation.
        conversation: ConversationId,
        /// Only those before this position.
        before: Option<i64>,
        /// How many.
        limit: u32,
    },
    /// [`Command::SendText`].
    SendText {
        /// The conversation.
        conversation: ConversationId,
        /// What is said.
        text: String,
        /// The quoted message.
        reply_to: Option<MessageId>,
    },
    /// [`Command::MarkRead`].
    MarkRead {
        /// The conversation.
        conversation: ConversationId,
        /// Position of the last seen message.
        through: i64,
    },
    /// [`Command::Typing`].
    Typing {
        /// The conversation.
        conversation: ConversationId,
    },
    /// [`Command::SaveDraft`].
    SaveDraft {
        /// The conversation.
        conversation: ConversationId,
        /// Empty to drop it.
        text: String,
    },
    /// [`Command::Settings`].
    Settings,
}

impl Command {
    /// The command of a first visit that this is.
    ///
    /// # Errors
    /// The command itself, when it is another one.
    pub fn into_first(self) -> Result<FirstCommand, Box<Self>> {
        Ok(match self {
            Self::Account => FirstCommand::Account,
            Self::OpenConversation {
                entry,
                fingerprint,
                display_name,
                categories,
                wording,
                language,
            } => FirstCommand::OpenConversation {
                entry,
                fingerprint,
                display_name,
                categories,
                wording,
                language,
            },
            Self::Profile { account } => FirstCommand::Profile { account },
            Self::ConversationPage(query) => FirstCommand::ConversationPage(query),
            Self::Header { conversation } => FirstCommand::Header { conversation },
            Self::Messages { conversation, before, limit } => {
                FirstCommand::Messages { conversation, before, limit }
            }
            Self::SendText { conversation, text, reply_to } => {
                FirstCommand::SendText { conversation, text, reply_to }
            }
            Self::MarkRead { conversation, through } => {
                FirstCommand::MarkRead { conversation, through }
            }
            Self::Typing { conversation } => FirstCommand::Typing { conversation },
            Self::SaveDraft { conversation, text } => {
                FirstCommand::SaveDraft { conversation, text }
            }
            Self::Settings => FirstCommand::Settings,
            other => return Err(Box::new(other)),
        })
    }
}
