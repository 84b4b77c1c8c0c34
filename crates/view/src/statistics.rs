//! What a business's device counts of its own chats, as interfaces show it. Nothing of it leaves the device.

use serde::{Deserialize, Serialize};
use tresen_types::{DeviceId, Timestamp};

use crate::MoneyView;

/// What happened in a span of time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatisticsView {
    /// Day by day, oldest first.
    pub days: Vec<DayCount>,
    /// How long customers waited for the first answer.
    pub answers: AnswerTimes,
    /// Orders that were taken, and those that were declined, withdrawn or cancelled.
    pub orders: (u32, u32),
    /// What came in less what was given back, by currency.
    pub revenue: Vec<MoneyView>,
    /// Bookings that were agreed.
    pub bookings: u32,
    /// Those that nobody came to.
    pub no_shows: u32,
    /// Chats that began, by the code that led there; an empty label stands for none.
    pub sources: Vec<(String, u32)>,
    /// Who answered.
    pub agents: Vec<AgentCount>,
}

/// One day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayCount {
    /// When it began.
    pub at: Timestamp,
    /// Messages of customers.
    pub received: u32,
    /// Messages of the business.
    pub sent: u32,
    /// Chats that began.
    pub chats: u32,
    /// Orders that came.
    pub orders: u32,
}

/// How long customers waited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerTimes {
    /// How many questions were answered.
    pub count: u32,
    /// Half of them were answered within this time, in seconds.
    pub median_s: u64,
    /// Nine of ten were answered within this time, in seconds.
    pub slow_s: u64,
    /// Chats that still wait.
    pub waiting: u32,
}

/// One agent's device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentCount {
    /// The device.
    pub device: DeviceId,
    /// The agent's name.
    pub name: String,
    /// Messages.
    pub sent: u32,
    /// Chats in which they are.
    pub chats: u32,
    /// Half of this agent's first answers came within this time, in seconds; `None` without any.
    pub median_s: Option<u64>,
}
