//! The decision about one message.

use tresen_statement::{Approval, Consent, LocalTime};
use tresen_types::{AccountKind, Categories, Category, MessageClass, Timestamp};

use crate::{
    History, Window,
    refusal::{Instead, Reason, Refusal},
};

/// Milliseconds of a minute.
const MINUTE_MS: i64 = 60 * 1_000;

/// A message that somebody wants to send, as far as the server sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Who sends.
    pub sender: AccountKind,
    /// What it is.
    pub class: MessageClass,
    /// The category that its sender gives it.
    pub category: Category,
    /// The template that it names.
    pub template: Option<[u8; 32]>,
    /// The server's time.
    pub at: Timestamp,
}

/// What stands between the two accounts at this moment.
#[derive(Clone, Copy, Debug)]
pub struct Standing<'a> {
    /// The customer's newest consent.
    pub consent: Option<&'a Consent>,
    /// Whether the receiver has blocked the sender.
    pub is_blocked: bool,
    /// The service window.
    pub window: Window,
    /// The newest approval of the named template, verified.
    pub approval: Option<&'a Approval>,
    /// What was sent to this customer in this category.
    pub history: History<'a>,
    /// The time in the customer's zone, where its terms name one.
    pub local: Option<LocalTime>,
    /// Categories that the operator has suspended for the business.
    pub suspended: Categories,
    /// When the business's tier has room for another customer; `None` when it has, or when this
    /// customer is counted already.
    pub tier_full_until: Option<Timestamp>,
    /// Whether balance and spending cap cover the price.
    pub is_paid: bool,
}

/// A message that is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Admitted {
    /// Whether it was sent within the window: rate cards may make that free.
    pub in_window: bool,
    /// Whether it counts toward the customer's limits of its category.
    pub is_counted: bool,
}

/// Decides. The first broken rule in the order of [`Reason`] is told, so that a sender isn't told to
/// wait for what no waiting changes.
///
/// # Errors
/// With the reason, until when it holds, and what is allowed instead.
pub fn admit(attempt: &Attempt, standing: &Standing<'_>) -> Result<Admitted, Refusal> {
    let in_window = standing.window.is_open_at(attempt.at);
    let refuse = |reason, until| {
        Err(Refusal { reason, until, instead: instead(attempt.at, standing, reason) })
    };
    if standing.is_blocked {
        return refuse(Reason::Blocked, None);
    }
    if attempt.sender == AccountKind::Person || attempt.class == MessageClass::Control {
        // Receipts show nothing; a customer may always write.
        return Ok(Admitted { in_window, is_counted: false });
    }
    let Some(consent) = standing.consent.filter(|consent| consent.allows(attempt.category)) else {
        return refuse(Reason::NoConsent, None);
    };
    if standing.suspended.contains(attempt.category) {
        return refuse(Reason::CategorySuspended, None);
    }
    if attempt.class.obeys_window() || attempt.class == MessageClass::Step {
        if attempt.category != Category::Service {
            return refuse(Reason::TemplateRequired, None);
        }
        let is_open = if attempt.class == MessageClass::Step {
            standing.window.reaches_steps_at(attempt.at)
        } else {
            in_window
        };
        if !is_open {
            return refuse(Reason::WindowClosed, None);
        }
    } else {
        if let Err(reason) = template(attempt, standing.approval) {
            return refuse(reason, None);
        }
        if let Some(until) = standing.history.held_until(consent, attempt.category, attempt.at) {
            return refuse(Reason::CustomerLimit, Some(until));
        }
        if let Some(until) = quiet_until(attempt, consent, standing.local) {
            return refuse(Reason::QuietHours, Some(until));
        }
        if let Some(until) = standing.tier_full_until.filter(|_| !in_window) {
            return refuse(Reason::TierReached, Some(until));
        }
        if !standing.is_paid {
            return refuse(Reason::Unpaid, None);
        }
    }
    Ok(Admitted { in_window, is_counted: attempt.class == MessageClass::Template })
}

fn template(attempt: &Attempt, approval: Option<&Approval>) -> Result<(), Reason> {
    let approval = approval
        .filter(|approval| Some(approval.template) == attempt.template)
        .ok_or(Reason::TemplateUnknown)?;
    if !approval.allows_at(attempt.at) {
        return Err(Reason::TemplateNotApproved);
    }
    // What is approved as utility isn't marketing, whatever the sender says, and the other way round.
    if approval.category != attempt.category {
        return Err(Reason::CategoryMismatch);
    }
    Ok(())
}

fn quiet_until(
    attempt: &Attempt,
    consent: &Consent,
    local: Option<LocalTime>,
) -> Option<Timestamp> {
    let quiet = consent.terms.quiet.filter(|quiet| quiet.categories.contains(attempt.category))?;
    // Without the customer's clock nothing is known to be loud: a minute is looked at again.
    let minutes = local.map_or(1, |local| quiet.minutes_left(local.minute));
    (minutes > 0).then(|| attempt.at.plus_millis(i64::from(minutes).saturating_mul(MINUTE_MS)))
}

fn instead(at: Timestamp, standing: &Standing<'_>, reason: Reason) -> Instead {
    let allowed = standing.consent.map_or(Categories::NONE, |consent| {
        let may = |category: &Category| {
            consent.allows(*category) && !standing.suspended.contains(*category)
        };
        Category::ALL.into_iter().filter(may).collect()
    });
    if reason == Reason::Blocked {
        return Instead::default();
    }
    if allowed.is_empty() {
        return Instead { invitation: true, ..Instead::default() };
    }
    Instead {
        free_text: allowed.contains(Category::Service) && standing.window.is_open_at(at),
        templates: if reason == Reason::Unpaid { Categories::NONE } else { allowed },
        invitation: false,
    }
}
