//! What a booking has come to: a fold over its steps in the conversation's order.

use tresen_types::{MessageId, Timestamp};

use super::{
    message::{Booking, BookingStep},
    terms::{ServiceTerms, Slot},
};
use crate::limits::ASKS_MAX;

/// How far a booking has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum BookingState {
    /// The customer waits for a slot to become free.
    Waiting,
    /// The customer has picked a slot; the business hasn't decided yet.
    Asked,
    /// The slot is the customer's for now: the deposit, or a person, is waited for.
    Held,
    /// It is agreed.
    Confirmed,
    /// The slot couldn't be had; another one can be asked for.
    Declined,
    /// The customer has cancelled it.
    CancelledByCustomer,
    /// The business has cancelled it.
    CancelledByBusiness,
    /// The customer didn't come.
    NoShow,
}

impl BookingState {
    /// Whether nothing can come of it any more.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::CancelledByCustomer | Self::CancelledByBusiness | Self::NoShow)
    }

    /// Whether the customer has a slot.
    #[must_use]
    pub const fn has_slot(self) -> bool {
        matches!(self, Self::Held | Self::Confirmed)
    }
}

/// A slot that the customer has asked for, and that isn't decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// The message that asks: the booking itself, or a step.
    pub ask: MessageId,
    /// The offer that it is of.
    pub offer: MessageId,
    /// The slot.
    pub slot: Slot,
    /// When it was asked for.
    pub at: Timestamp,
}

/// A booking and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookingProgress {
    /// How far it has come.
    pub state: BookingState,
    /// The service, as it was offered.
    pub service: ServiceTerms,
    /// The slot that the customer has, or had last.
    pub slot: Option<Slot>,
    /// What the customer has asked for and nobody has decided.
    pub wish: Option<Wish>,
    /// How often it was moved.
    pub moves: u32,
    /// Why it was declined or cancelled; may be empty.
    pub note: String,
    /// When each state began.
    pub times: Vec<(BookingState, Timestamp)>,
    asks: usize,
    turn: Option<u64>,
}

impl BookingProgress {
    /// A booking that was just sent.
    #[must_use]
    pub fn new(id: MessageId, booking: &Booking, at: Timestamp) -> Self {
        let wish =
            booking.slot.clone().map(|slot| Wish { ask: id, offer: booking.offer, slot, at });
        let state = if wish.is_some() { BookingState::Asked } else { BookingState::Waiting };
        Self {
            state,
            service: booking.service.clone(),
            slot: None,
            wish,
            moves: 0,
            note: String::new(),
            times: vec![(state, at)],
            asks: 1,
            turn: None,
        }
    }

    /// Takes in the next step; tells whether it counted. One that doesn't fit, because another was
    /// faster or the side may not take it, changes nothing.
    pub fn apply(
        &mut self,
        by_business: bool,
        id: MessageId,
        step: &BookingStep,
        at: Timestamp,
    ) -> bool {
        let next =
            if by_business { self.by_business(step, at) } else { self.by_customer(step, at) };
        let Some(next) = next else { return false };
        match step {
            BookingStep::Ask { offer, slot } => {
                self.asks = self.asks.saturating_add(1);
                self.wish = Some(Wish { ask: id, offer: *offer, slot: slot.clone(), at });
            }
            BookingStep::Grant { slot, turn, .. } => {
                self.turn = Some(*turn);
                if self.slot.as_ref().is_some_and(|old| old != slot) {
                    self.moves = self.moves.saturating_add(1);
                }
                self.slot = Some(slot.clone());
                self.wish = None;
                self.note.clear();
            }
            BookingStep::Decline { note, .. } => {
                self.wish = None;
                self.note.clone_from(note);
            }
            BookingStep::Cancel { note } => {
                self.wish = None;
                self.note.clone_from(note);
            }
            BookingStep::Lapse => self.wish = None,
            BookingStep::Confirm | BookingStep::NoShow => {}
        }
        if next != self.state {
            self.state = next;
            self.times.push((next, at));
        }
        true
    }

    /// Whether the customer may still cancel or move it.
    #[must_use]
    pub fn may_change(&self, at: Timestamp) -> bool {
        match (&self.slot, self.state) {
            (_, state) if state.is_over() => false,
            (Some(slot), BookingState::Confirmed) => at <= self.service.cancel_until(slot.start),
            (Some(slot), BookingState::Held) => at <= slot.start,
            _undecided => true,
        }
    }

    fn by_customer(&self, step: &BookingStep, at: Timestamp) -> Option<BookingState> {
        if !self.may_change(at) {
            return None;
        }
        match step {
            BookingStep::Ask { slot, .. } => {
                let is_new = self.asks < ASKS_MAX && self.slot.as_ref() != Some(slot);
                let next = if self.state.has_slot() { self.state } else { BookingState::Asked };
                is_new.then_some(next)
            }
            BookingStep::Cancel { .. } => Some(BookingState::CancelledByCustomer),
            _does_not_fit => None,
        }
    }

    fn by_business(&self, step: &BookingStep, at: Timestamp) -> Option<BookingState> {
        use BookingState::{CancelledByBusiness, Confirmed, Declined, Held, NoShow};
        if self.state.is_over() {
            return None;
        }
        match step {
            BookingStep::Grant { is_confirmed, turn, .. } => {
                let is_newer = self.turn.is_none_or(|known| known < *turn);
                let next = if *is_confirmed || self.state == Confirmed { Confirmed } else { Held };
                is_newer.then_some(next)
            }
            BookingStep::Confirm if self.state == Held => Some(Confirmed),
            BookingStep::Decline { ask, .. }
                if self.wish.as_ref().is_some_and(|wish| wish.ask == *ask) =>
            {
                Some(if self.state.has_slot() { self.state } else { Declined })
            }
            BookingStep::Cancel { .. } => Some(CancelledByBusiness),
            BookingStep::Lapse if self.state == Held => Some(CancelledByBusiness),
            BookingStep::NoShow if self.state.has_slot() => {
                let began = self.slot.as_ref().is_some_and(|slot| slot.start <= at);
                began.then_some(NoShow)
            }
            _does_not_fit => None,
        }
    }
}
