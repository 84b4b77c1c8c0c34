//! The one error type of the send path: the reason, until when, and what is allowed instead.

use tresen_types::{Categories, Timestamp};

/// Why a message is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// The receiver has blocked the sender.
    Blocked,
    /// The customer hasn't allowed this category, or no longer does.
    NoConsent,
    /// The customer's last message is longer ago than the window.
    WindowClosed,
    /// The template is unknown to the server.
    TemplateUnknown,
    /// The template isn't approved, or not at this time.
    TemplateNotApproved,
    /// The message claims another category than the approval.
    CategoryMismatch,
    /// Only an instance of a template may carry this category.
    TemplateRequired,
    /// The customer's own limit for a week or month is reached.
    CustomerLimit,
    /// The customer's quiet hours.
    QuietHours,
    /// The business may not send this category for now.
    CategorySuspended,
    /// The business has reached its tier: so many different customers in 24 hours.
    TierReached,
    /// The business's balance doesn't cover the price, or its own spending cap is reached.
    Unpaid,
}

impl Reason {
    /// The stable name for programs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Blocked => "blocked",
            Self::NoConsent => "no_consent",
            Self::WindowClosed => "window_closed",
            Self::TemplateUnknown => "template_unknown",
            Self::TemplateNotApproved => "template_not_approved",
            Self::CategoryMismatch => "category_mismatch",
            Self::TemplateRequired => "template_required",
            Self::CustomerLimit => "customer_limit",
            Self::QuietHours => "quiet_hours",
            Self::CategorySuspended => "category_suspended",
            Self::TierReached => "tier_reached",
            Self::Unpaid => "unpaid",
        }
    }
}

/// What the sender may do now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Instead {
    /// Free text, within the window.
    pub free_text: bool,
    /// Templates of these categories.
    pub templates: Categories,
    /// Nothing but an invitation link outside of Tresen.
    pub invitation: bool,
}

/// A message that isn't taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Why.
    pub reason: Reason,
    /// When the same may be tried again; `None` when no time changes it.
    pub until: Option<Timestamp>,
    /// What is allowed now.
    pub instead: Instead,
}
