//! What a business has used and what it may still spend. Amounts are decimal texts with six places.

use serde::{Deserialize, Serialize};
use tresen_types::{Category, MessageId, Timestamp};

/// A business's balance and usage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageView {
    /// The currency's code; empty where the operator has no prices.
    pub currency: String,
    /// Whether the business pays before.
    pub is_prepaid: bool,
    /// What it may still spend; what it owes, below zero, where it pays later.
    pub available: String,
    /// What is set aside for messages on their way.
    pub reserved: String,
    /// What is spent or set aside this month.
    pub spent: String,
    /// The most that may be spent in a month.
    pub cap: Option<String>,
    /// The highest mark of the cap that was passed, in per cent.
    pub alert_percent: Option<u32>,
    /// The months, oldest first.
    pub months: Vec<UsageMonthView>,
    /// Messages of templates whose end is known, in this order.
    pub messages: Vec<UsageMessageView>,
    /// Where the next messages begin; `None` when there are no more.
    pub next: Option<String>,
}

/// What became of the messages of a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageMonthView {
    /// Like `2026-11`.
    pub month: String,
    /// Messages that were delivered.
    pub delivered: u64,
    /// Their prices.
    pub captured: String,
    /// Messages that failed or expired.
    pub lost: u64,
    /// Their prices, given back.
    pub released: String,
}

/// What became of one message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageMessageView {
    /// Its id on the bill.
    pub billing_id: String,
    /// The message, where this device knows it.
    pub message: Option<MessageId>,
    /// The customer's country; `ZZ` where nobody knows it.
    pub country: String,
    /// The category.
    pub category: Category,
    /// The hash of the template, 64 hexadecimal digits.
    pub template: String,
    /// Whether it was sent within the service window.
    pub in_window: bool,
    /// What it cost, or would have.
    pub price: String,
    /// When the server accepted it.
    pub accepted_at: Timestamp,
    /// When a device of the customer had it, or it was lost.
    pub settled_at: Timestamp,
    /// Whether a device of the customer has it; otherwise its price was given back.
    pub is_delivered: bool,
}

/// How a business stands: what customers make of its messages, and what follows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandingView {
    /// How many customers it may begin with in 24 hours; `None` for any number.
    pub customers_max: Option<u64>,
    /// How many it has begun with in the last 24 hours.
    pub customers: u64,
    /// Whether the operator has set the number, so that it doesn't move by itself.
    pub is_fixed: bool,
    /// `green`, `yellow` or `red`, of the last seven days.
    pub rating: String,
    /// Messages of templates that were delivered in these days.
    pub delivered: u64,
    /// How many messages of this device's broadcasts of these days have arrived.
    pub own_delivered: u64,
    /// How many of those were read, where customers tell: the server doesn't know.
    pub own_read: u64,
    /// What the rating comes from: `reports`, `blocks`, `stops`, with how many there were.
    pub causes: Vec<(String, u64)>,
}
