//! What the operator has decided about the own business.

use serde::{Deserialize, Serialize};
use tresen_types::{Categories, Timestamp};

/// A decision, signed by the operator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionView {
    /// Its hash, 64 hexadecimal digits: names it in [`crate::Command::ObjectDecision`].
    pub decision: String,
    /// What was decided.
    pub word: DecisionWord,
    /// The categories that may not be sent.
    pub categories: Categories,
    /// With how many customers the business may begin in 24 hours; `None` where that isn't the matter, or
    /// without end.
    pub customers_max: Option<u64>,
    /// Whether a customer's report led to it.
    pub is_reported: bool,
    /// The operator's reason; may be empty.
    pub note: String,
    /// When.
    pub at: Timestamp,
    /// What the business has said against it, and when.
    pub objection: Option<(String, Timestamp)>,
    /// What the operator says to that.
    pub answer: Option<DecisionAnswer>,
    /// Whether this device hasn't shown it, or the answer, yet.
    pub is_new: bool,
}

/// What was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecisionWord {
    /// A warning.
    Warned,
    /// Categories may not be sent.
    Suspended,
    /// The number of customers that the business may begin with.
    Tier,
    /// Everything may be sent again.
    Lifted,
}

/// The operator's answer to an objection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionAnswer {
    /// Whether the decision was taken back.
    pub is_withdrawn: bool,
    /// Why; may be empty.
    pub note: String,
    /// When.
    pub at: Timestamp,
}
