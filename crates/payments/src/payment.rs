//! What is known of a payment: events in their order, folded on every device alike.

use tresen_types::{Money, Timestamp};

use crate::{error::Error, limits::EVENTS_MAX};

/// Who says that money moved. With an id of the source's own, the same word counts once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A person of the business.
    Hand,
    /// An entry of a bank statement, by its id.
    Statement(String),
    /// A payment provider, by the id of its event.
    Provider(String),
}

/// Something that happened to a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The payer says that it was paid.
    Claimed,
    /// Money came in.
    Received {
        /// How much.
        amount: Money,
        /// Who says so.
        source: Source,
    },
    /// Money was given back.
    Refunded {
        /// How much.
        amount: Money,
        /// Who says so.
        source: Source,
    },
    /// A provider could not collect it.
    Failed,
    /// The business doesn't want it any more.
    Cancelled,
}

/// How far a payment has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaymentState {
    /// Asked for.
    Requested,
    /// The payer says that it was paid; nobody has seen the money.
    Claimed,
    /// A part is here.
    PartlyPaid,
    /// All is here.
    Paid,
    /// More is here than was asked for.
    Overpaid,
    /// Nothing came in time.
    Expired,
    /// A provider could not collect it.
    Failed,
    /// Taken back by the business.
    Cancelled,
    /// A part was given back.
    PartlyRefunded,
    /// All that came was given back.
    Refunded,
}

/// A payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    due: Money,
    expires_at: Option<Timestamp>,
    received: Money,
    refunded: Money,
    is_claimed: bool,
    is_failed: bool,
    is_cancelled: bool,
    is_late: bool,
    seen: Vec<(bool, Source)>,
}

impl Payment {
    /// A payment that was asked for.
    ///
    /// # Errors
    /// [`Error::Amount`] when nothing or less is asked for.
    pub fn new(due: Money, expires_at: Option<Timestamp>) -> Result<Self, Error> {
        if due.minor <= 0 {
            return Err(Error::Amount);
        }
        let none = Money::zero(due.currency);
        Ok(Self {
            due,
            expires_at,
            received: none,
            refunded: none,
            is_claimed: false,
            is_failed: false,
            is_cancelled: false,
            is_late: false,
            seen: Vec::new(),
        })
    }

    /// Takes in an event; tells whether it changed anything. The same word of the same source counts
    /// once. Money that comes too late or after a cancellation counts, and is flagged.
    ///
    /// # Errors
    /// When more would be given back than was received, the currency is another, or it is not an
    /// amount.
    pub fn apply(&mut self, at: Timestamp, event: &Event) -> Result<bool, Error> {
        match event {
            Event::Claimed => Ok(!std::mem::replace(&mut self.is_claimed, true)),
            Event::Failed => Ok(!std::mem::replace(&mut self.is_failed, true)),
            Event::Cancelled if self.received.minor > self.refunded.minor => Ok(false),
            Event::Cancelled => Ok(!std::mem::replace(&mut self.is_cancelled, true)),
            Event::Received { amount, source } => {
                if self.was_seen(false, source, *amount)? {
                    return Ok(false);
                }
                self.received = self.received.plus(*amount).map_err(|_large| Error::Amount)?;
                self.is_late |= self.is_cancelled || self.is_over(at);
                self.note(false, source);
                Ok(true)
            }
            Event::Refunded { amount, source } => {
                if self.was_seen(true, source, *amount)? {
                    return Ok(false);
                }
                let refunded = self.refunded.plus(*amount).map_err(|_large| Error::Amount)?;
                if refunded.minor > self.received.minor {
                    return Err(Error::RefundTooLarge);
                }
                self.refunded = refunded;
                self.note(true, source);
                Ok(true)
            }
        }
    }

    /// How far it has come by now.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> PaymentState {
        let (due, received, refunded) = (self.due.minor, self.received.minor, self.refunded.minor);
        if refunded > 0 {
            return if refunded >= received {
                PaymentState::Refunded
            } else {
                PaymentState::PartlyRefunded
            };
        }
        match received.cmp(&due) {
            std::cmp::Ordering::Greater => PaymentState::Overpaid,
            std::cmp::Ordering::Equal => PaymentState::Paid,
            std::cmp::Ordering::Less if self.is_cancelled => PaymentState::Cancelled,
            std::cmp::Ordering::Less if received > 0 => PaymentState::PartlyPaid,
            std::cmp::Ordering::Less if self.is_failed => PaymentState::Failed,
            std::cmp::Ordering::Less if self.is_over(now) => PaymentState::Expired,
            std::cmp::Ordering::Less if self.is_claimed => PaymentState::Claimed,
            std::cmp::Ordering::Less => PaymentState::Requested,
        }
    }

    /// What was asked for.
    #[must_use]
    pub const fn due(&self) -> Money {
        self.due
    }

    /// What came in.
    #[must_use]
    pub const fn received(&self) -> Money {
        self.received
    }

    /// What was given back.
    #[must_use]
    pub const fn refunded(&self) -> Money {
        self.refunded
    }

    /// What is still to come; nothing when more came.
    #[must_use]
    pub fn open(&self) -> Money {
        let minor = self.due.minor.saturating_sub(self.received.minor).max(0);
        Money { minor, currency: self.due.currency }
    }

    /// Whether money came after the end or after a cancellation: a person has to look.
    #[must_use]
    pub const fn is_late(&self) -> bool {
        self.is_late
    }

    fn is_over(&self, at: Timestamp) -> bool {
        self.expires_at.is_some_and(|end| at > end)
    }

    fn was_seen(&self, is_refund: bool, source: &Source, amount: Money) -> Result<bool, Error> {
        if amount.minor <= 0 {
            return Err(Error::Amount);
        }
        if amount.currency != self.due.currency {
            return Err(Error::Currency);
        }
        if self.seen.len() >= EVENTS_MAX {
            return Err(Error::Limit);
        }
        Ok(*source != Source::Hand
            && self.seen.iter().any(|(refund, seen)| *refund == is_refund && seen == source))
    }

    fn note(&mut self, is_refund: bool, source: &Source) {
        self.seen.push((is_refund, source.clone()));
    }
}
