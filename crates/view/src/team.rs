//! How a team works on its conversations: labels, notes, quick replies, answers without a person. All of
//! it stays among the business's own devices.

use serde::{Deserialize, Serialize};
use tresen_types::{ConversationId, DeviceId, MessageId, Timestamp};

/// A label with its colour.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelView {
    /// Its id.
    pub label: String,
    /// What it says.
    pub name: String,
    /// Which of the interface's colours, from 0 to 7.
    pub colour: u8,
}

/// What the account's own devices say about a conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowMarks {
    /// Its labels, by name.
    pub labels: Vec<LabelView>,
    /// Until when it rests; gone when the other side writes.
    pub snoozed_until: Option<Timestamp>,
    /// What the team is to be reminded of.
    pub reminder: Option<ReminderView>,
    /// Whether a note that wasn't seen is for this person.
    pub is_mentioned: bool,
    /// Whether it was put away.
    pub is_archived: bool,
    /// Whether it makes no sound.
    pub is_muted: bool,
}

/// Something to come back to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReminderView {
    /// When.
    pub at: Timestamp,
    /// What about; may be empty.
    pub text: String,
}

/// A field of the customer card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardField {
    /// Its name, like "Laptop".
    pub name: String,
    /// What it says.
    pub value: String,
}

/// An answer that is written once and used often.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuickReplyView {
    /// Its id; empty for a new one.
    pub reply: String,
    /// What is typed after the slash.
    pub shortcut: String,
    /// The text with its placeholders.
    pub text: String,
}

/// What happens without a person, and how chats are given out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TeamRules {
    /// Whether a customer who writes after a day or more is greeted.
    pub greets: bool,
    /// The greeting.
    pub greeting: String,
    /// Whether a customer who writes out of hours hears so.
    pub is_away: bool,
    /// What is said then.
    pub away: String,
    /// Whether new chats go to the agents in turn.
    pub in_turn: bool,
}

/// A filter of the inbox that was saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedFilter {
    /// Its id; empty for a new one.
    pub filter: String,
    /// What it is called.
    pub name: String,
    /// Which part of the inbox, as the interface's stable word.
    pub shown: String,
    /// The label that chats must have; empty for any.
    pub label: String,
}

/// Everything that the team has in common.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamView {
    /// The labels, by name.
    pub labels: Vec<LabelView>,
    /// The quick replies, by shortcut.
    pub replies: Vec<QuickReplyView>,
    /// The saved filters, by name.
    pub filters: Vec<SavedFilter>,
    /// The rules.
    pub rules: TeamRules,
}

/// What a team does with its conversations; on a business's device alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(not(feature = "compact"), serde(tag = "team"))]
pub enum TeamCommand {
    /// Everything that the team has in common. Answers [`Answer::Team`](crate::Answer::Team).
    View,
    /// Writes a note that colleagues alone see.
    AddNote {
        /// The conversation.
        conversation: ConversationId,
        /// The text.
        text: String,
        /// The colleagues' devices that it is for.
        mentions: Vec<DeviceId>,
    },
    /// Puts a label on a conversation, or takes it off.
    SetLabel {
        /// The conversation.
        conversation: ConversationId,
        /// The label's id.
        label: String,
        /// Whether it is on from now on.
        is_set: bool,
    },
    /// Makes a label (with an empty id) or changes one.
    PutLabel(LabelView),
    /// Takes a label away, from all conversations too.
    RemoveLabel {
        /// The label's id.
        label: String,
    },
    /// The fields of a customer card. Answers [`Answer::CardFields`](crate::Answer::CardFields).
    Card {
        /// The conversation.
        conversation: ConversationId,
    },
    /// Sets a field of a customer card; an empty value takes it away.
    SetField {
        /// The conversation.
        conversation: ConversationId,
        /// The field.
        field: CardField,
    },
    /// Lets a conversation rest until a time, or until the customer writes; `None` wakes it.
    Snooze {
        /// The conversation.
        conversation: ConversationId,
        /// Until when.
        until: Option<Timestamp>,
    },
    /// Sets a reminder, or takes it away.
    Remind {
        /// The conversation.
        conversation: ConversationId,
        /// When and of what.
        reminder: Option<ReminderView>,
    },
    /// Makes a quick reply (with an empty id) or changes one.
    PutReply(QuickReplyView),
    /// Takes a quick reply away.
    RemoveReply {
        /// Its id.
        reply: String,
    },
    /// Saves a filter (with an empty id) or changes one.
    PutFilter(SavedFilter),
    /// Takes a saved filter away.
    RemoveFilter {
        /// Its id.
        filter: String,
    },
    /// Sets what happens without a person.
    SetRules(TeamRules),
}

/// What a person does with a message or a chat.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(not(feature = "compact"), serde(tag = "act"))]
pub enum EverydayCommand {
    /// Changes the text of an own message. Answers [`Answer::Message`](crate::Answer::Message).
    Edit {
        /// The message.
        message: MessageId,
        /// Its text from now on.
        text: String,
    },
    /// Takes an own message back, or takes any message off the own devices.
    Delete {
        /// The message.
        message: MessageId,
        /// Whether the other side loses it too.
        for_everyone: bool,
    },
    /// Sends what a message says into other conversations.
    Forward {
        /// The message.
        message: MessageId,
        /// The conversations, at most 8.
        to: Vec<ConversationId>,
    },
    /// Stars a message, or takes the star away.
    Star {
        /// The message.
        message: MessageId,
        /// Whether it has a star from now on.
        is_starred: bool,
    },
    /// The starred messages, newest first. Answers [`Answer::Hits`](crate::Answer::Hits).
    Starred,
    /// A voice message of the other side is heard; they are told once.
    Played {
        /// The message.
        message: MessageId,
    },
    /// Pins a message above its chat on the own devices, or takes the pin away.
    Pin {
        /// The conversation.
        conversation: ConversationId,
        /// The message.
        message: Option<MessageId>,
    },
    /// Puts a chat away, or brings it back.
    SetArchived {
        /// The conversation.
        conversation: ConversationId,
        /// Whether it is away from now on.
        is_archived: bool,
    },
    /// Makes a chat silent, or lets it be heard again.
    SetMuted {
        /// The conversation.
        conversation: ConversationId,
        /// Whether it is silent from now on.
        is_muted: bool,
    },
}
