//! Broadcasts: one template to many customers who have allowed it.

use serde::{Deserialize, Serialize};
use tresen_types::{Category, ConversationId, Timestamp};

use crate::ValueDraft;

/// What a business wants to send to many.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BroadcastDraft {
    /// What the business calls it.
    pub name: String,
    /// The hash of the template, 64 hexadecimal digits.
    pub template: String,
    /// The values, in the order of the template's parameters; the same for everybody.
    pub values: Vec<ValueDraft>,
    /// Only customers who came through entry links with one of these labels; all when there is none.
    #[serde(default)]
    pub labels: Vec<String>,
    /// Only customers with one of these labels of the team, by their ids; all when there is none.
    #[serde(default)]
    pub team_labels: Vec<String>,
    /// Only these conversations; all when there is none.
    #[serde(default)]
    pub conversations: Vec<ConversationId>,
    /// Not before this time.
    #[serde(default)]
    pub starts_at: Option<Timestamp>,
    /// At most so many messages a minute.
    #[serde(default)]
    pub per_minute: Option<u32>,
    /// At most so many messages; then it pauses.
    #[serde(default)]
    pub messages_max: Option<u64>,
}

/// Who would get a broadcast, who wouldn't and why, and what it would cost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BroadcastPreview {
    /// The template's category, which customers must have allowed.
    pub category: Category,
    /// How many get it, as far as this device knows; the server decides for each when it is their turn.
    pub recipients: u64,
    /// Those who don't, with a word: `no_consent`, `blocked`, `not_open`, `other_label`.
    pub left_out: Vec<LeftOut>,
    /// What it costs; `None` without a connection.
    pub quote: Option<QuoteView>,
}

/// Why some don't get a broadcast.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// The word.
    pub reason: String,
    /// How many.
    pub customers: u64,
}

/// What messages would cost now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuoteView {
    /// The currency's code; empty where the operator has no prices.
    pub currency: String,
    /// All of them, as a decimal text.
    pub amount: String,
    /// How many of them balance and cap cover.
    pub covered: u64,
}

/// How far a broadcast is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BroadcastState {
    /// It is sent, or waits for its time.
    Running,
    /// It stands still until somebody resumes it.
    Paused,
    /// Everybody had a turn.
    Done,
    /// Who hadn't a turn yet gets nothing.
    Cancelled,
}

/// A broadcast and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BroadcastView {
    /// Its number on this device.
    pub broadcast: i64,
    /// What the business calls it.
    pub name: String,
    /// The hash of the template.
    pub template: String,
    /// How far it is.
    pub state: BroadcastState,
    /// Why it stands still, where nobody paused it: `unpaid` or `messages_max`.
    pub reason: Option<String>,
    /// When it was made.
    pub made_at: Timestamp,
    /// Not before this time.
    pub starts_at: Timestamp,
    /// All who are to get it.
    pub recipients: u64,
    /// Who hadn't a turn yet.
    pub waiting: u64,
    /// Who took consent back before their turn.
    pub withdrawn: u64,
    /// On this device, to be sent.
    pub queued: u64,
    /// On the server.
    pub sent: u64,
    /// On a device of the customer.
    pub delivered: u64,
    /// Seen by the customer, where customers tell.
    pub read: u64,
    /// Refused by the server, with the word that it said.
    pub refused: Vec<LeftOut>,
    /// Who allows the category no more, since.
    pub stopped: u64,
}
