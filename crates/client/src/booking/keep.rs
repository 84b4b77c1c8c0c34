//! The duty of a business's device: looks at bookings that have changed, asks the own group for slots,
//! tells customers what came of it, hands the calendar over, reminds.

use std::rc::Rc;

use tresen_content::{
    Content, Message,
    booking::{
        Booking, BookingProgress, BookingStep, Calendar, CalendarOp, DeclineReason, ServiceTerms,
        Slot, Verdict,
    },
    search_text,
    shop::{Deal, DealKind},
};
use tresen_types::{Category, ConversationId, MessageId, Timestamp};
use tresen_view::Event;

use super::{
    lapse,
    ledger::{self, Decided, Ledger},
    offer, remind,
    schedule::free_in,
};
use crate::{
    account::Own,
    client::Inner,
    error::Result,
    limits::{ALTERNATIVE_DAYS, ALTERNATIVE_HOURS, ALTERNATIVES_MAX, ASK_AGAIN_MS, ASK_GRACE_MS},
    shop,
    store::{ConversationState, MessageRecord, Tx},
    timeline,
};

const HOUR_MS: i64 = 3_600_000;
const MINUTE_MS: i64 = 60_000;

/// Does what is due about bookings.
pub(crate) fn keep(inner: &Rc<Inner>) -> Result<()> {
    let own = inner.own()?;
    if !own.is_business() {
        return Ok(());
    }
    let events = inner.store.write(|tx| {
        if tx.account()?.is_none_or(|account| account.own_group.is_none()) {
            return Ok(Vec::new());
        }
        let mut work = Work { inner, tx, own: &own, events: Vec::new() };
        let ledger = ledger::read(inner, tx, &own)?;
        if ledger.is_settled {
            for decided in &ledger.decided {
                work.tell(&ledger.calendar, decided)?;
                tx.set_calendar_told(decided.number)?;
            }
            ledger::compact(inner, tx)?;
            ledger::hand_over(inner, tx, &own)?;
        }
        work.attend(&ledger)?;
        if ledger.is_settled {
            for booking in lapse::overdue(inner, tx, &own, &ledger.calendar)? {
                work.step(&booking, BookingStep::Lapse)?;
            }
            remind::due(inner, tx, &own)?;
        }
        Ok(work.events)
    })?;
    inner.emit_all(events);
    inner.outbox_wake.notify();
    Ok(())
}

/// An operation that asks for a slot.
pub(super) fn reservation(
    calendar: &Calendar,
    record: &MessageRecord,
    terms: &ServiceTerms,
    ask: MessageId,
    slot: &Slot,
) -> CalendarOp {
    let buffer = calendar.services.get(&terms.id).map_or(0, |service| service.buffer);
    CalendarOp::Reserve {
        ask,
        booking: record.id,
        conversation: record.conversation,
        person: slot.person.clone(),
        start: slot.start,
        until: terms.end_of(slot.start).plus_millis(i64::from(buffer).saturating_mul(MINUTE_MS)),
    }
}

struct Work<'a> {
    inner: &'a Inner,
    tx: &'a Tx<'a>,
    own: &'a Own,
    events: Vec<Event>,
}

impl Work<'_> {
    /// Tells the customer what an operation of this device came to.
    fn tell(&mut self, calendar: &Calendar, decided: &Decided) -> Result<()> {
        match (&decided.op, decided.verdict) {
            (CalendarOp::Reserve { booking, person, start, .. }, Verdict::Granted) => {
                let slot = Slot {
                    start: *start,
                    name: calendar
                        .people
                        .get(person)
                        .map_or_else(String::new, |known| known.name.clone()),
                    person: person.clone(),
                };
                self.grant(*booking, slot, decided.sequence)
            }
            (CalendarOp::Reserve { ask, booking, .. }, Verdict::Taken) => {
                self.decline(calendar, *booking, *ask, DeclineReason::Taken)
            }
            (CalendarOp::Refuse { ask, booking, .. }, Verdict::Refused) => {
                self.decline(calendar, *booking, *ask, DeclineReason::Expired)
            }
            (CalendarOp::Remind { booking, start }, Verdict::Reminds) => {
                let said = remind::content(self.inner, self.tx, calendar, *booking, *start)?;
                match said {
                    Some((conversation, content, category)) => {
                        self.queue(conversation, &content, category)
                    }
                    None => Ok(()),
                }
            }
            _nothing => Ok(()),
        }
    }

    fn grant(&mut self, booking: MessageId, mut slot: Slot, turn: u64) -> Result<()> {
        let Ok((record, asked)) = shop::booking_of(self.inner, self.tx, booking) else {
            return Ok(());
        };
        let (progress, _counted) = self.progress(&record, &asked)?;
        if slot.name.is_empty() {
            let wish = progress.wish.as_ref().filter(|wish| wish.slot.person == slot.person);
            slot.name = wish.map_or_else(String::new, |wish| wish.slot.name.clone());
        }
        let is_asked_for = !self.tx.deals_for(DealKind::Payment, booking)?.is_empty();
        let due = lapse::due_at(self.inner.now(), slot.start);
        let step = BookingStep::Grant { slot, is_confirmed: asked.service.deposit.is_none(), turn };
        self.step(&record, step)?;
        let Some(deposit) = asked.service.deposit.filter(|_deposit| !is_asked_for) else {
            return Ok(());
        };
        let rails = shop::known_rails(self.tx)?;
        let name = &asked.service.name;
        let content = shop::new_request(Some(booking), deposit, name, Some(due), rails, None)?;
        self.queue(record.conversation, &content, Category::Service)
    }

    fn decline(
        &mut self,
        calendar: &Calendar,
        booking: MessageId,
        ask: MessageId,
        reason: DeclineReason,
    ) -> Result<()> {
        let Ok((record, asked)) = shop::booking_of(self.inner, self.tx, booking) else {
            return Ok(());
        };
        let (progress, _counted) = self.progress(&record, &asked)?;
        let Some(wish) = progress.wish.filter(|wish| wish.ask == ask) else { return Ok(()) };
        let note = String::new();
        self.step(&record, BookingStep::Decline { ask, reason, note })?;
        // The customer isn't left alone with it: the nearest times that are free follow.
        let (Some(rules), Some(service)) =
            (&calendar.rules, calendar.services.get(&asked.service.id))
        else {
            return Ok(());
        };
        let now = self.inner.now();
        let mut slots = free_in(self.inner, calendar, &service.id, None, now, ALTERNATIVE_DAYS)?;
        slots.sort_by_key(|slot| slot.start.millis_since(wish.slot.start).unsigned_abs());
        slots.truncate(ALTERNATIVES_MAX);
        if slots.is_empty() {
            return Ok(());
        }
        let until = now.plus_millis(ALTERNATIVE_HOURS.saturating_mul(HOUR_MS));
        let content = offer::content(service, rules, slots, until, Some(booking));
        self.queue(record.conversation, &content, Category::Service)
    }

    /// Looks at the bookings that have changed.
    fn attend(&mut self, ledger: &Ledger) -> Result<()> {
        for booking in self.tx.bookings_due()? {
            let is_done = match shop::booking_of(self.inner, self.tx, booking) {
                Ok((record, asked)) => self.attend_to(ledger, &record, &asked)?,
                // It came without the message that began it.
                Err(_missing) => true,
            };
            if is_done {
                self.tx.drop_booking_due(booking)?;
            }
        }
        Ok(())
    }

    /// Looks at a booking; tells whether nothing is left to do.
    fn attend_to(
        &mut self,
        ledger: &Ledger,
        record: &MessageRecord,
        asked: &Booking,
    ) -> Result<bool> {
        let (progress, counted) = self.progress(record, asked)?;
        let known = ledger.calendar.bookings.get(&record.id);
        if progress.state.is_over() {
            if lapse::is_under_way(self.inner, self.tx, &counted)? {
                return Ok(false);
            }
            if known.is_none_or(|known| !known.is_over) {
                let op = CalendarOp::Release { booking: record.id };
                ledger::say(self.inner, self.tx, self.own, op)?;
            }
            return Ok(true);
        }
        let Some(wish) = &progress.wish else { return Ok(true) };
        let now = self.inner.now();
        if ledger.calendar.is_decided(record.id, wish.ask) {
            // Whose operation it was tells the customer; when that device is gone, this one does.
            let is_old = now.millis_since(wish.at) > ASK_AGAIN_MS;
            if is_old && ledger.is_settled && ledger.decided.is_empty() {
                self.tell_again(ledger, record, asked, wish.ask, &wish.slot)?;
            }
            return Ok(false);
        }
        if wish.slot.start <= now {
            return Ok(true);
        }
        let is_offered = self.is_offered(record, asked, &progress)?;
        let op = if is_offered {
            reservation(&ledger.calendar, record, &asked.service, wish.ask, &wish.slot)
        } else {
            CalendarOp::Refuse {
                ask: wish.ask,
                booking: record.id,
                conversation: record.conversation,
            }
        };
        ledger::say(self.inner, self.tx, self.own, op)?;
        Ok(false)
    }

    /// Whether the business has offered what is asked for, and the offer held when it was.
    fn is_offered(
        &self,
        record: &MessageRecord,
        asked: &Booking,
        progress: &BookingProgress,
    ) -> Result<bool> {
        let Some(wish) = &progress.wish else { return Ok(false) };
        let Ok((offer_record, offer)) = shop::slots_of(self.inner, self.tx, wish.offer) else {
            return Ok(false);
        };
        // A booking begins with the terms of its offer, and keeps them when it is moved.
        let begins = wish.ask == record.id;
        let is_same =
            offer.service == asked.service || (!begins && offer.service.id == asked.service.id);
        Ok(offer_record.conversation == record.conversation
            && offer_record.sender_account == self.own.account
            && is_same
            && offer.slots.contains(&wish.slot)
            && wish.at <= offer.expires_at.plus_millis(ASK_GRACE_MS))
    }

    fn tell_again(
        &mut self,
        ledger: &Ledger,
        record: &MessageRecord,
        asked: &Booking,
        ask: MessageId,
        slot: &Slot,
    ) -> Result<()> {
        let has_it = ledger.calendar.bookings.get(&record.id).is_some_and(|known| {
            known.is_held && known.person == slot.person && known.start == slot.start
        });
        if has_it {
            let group = self.own.record.own_group.unwrap_or(record.conversation);
            let turn = self.tx.known_conversation(group)?.sequence;
            self.grant(record.id, slot.clone(), turn)
        } else {
            let (progress, _counted) = self.progress(record, asked)?;
            let is_same = progress.wish.is_some_and(|wish| wish.ask == ask);
            if is_same {
                self.decline(&ledger.calendar, record.id, ask, DeclineReason::Taken)?;
            }
            Ok(())
        }
    }

    fn progress(
        &self,
        record: &MessageRecord,
        asked: &Booking,
    ) -> Result<(BookingProgress, Vec<MessageId>)> {
        shop::booking_progress(self.inner, self.tx, record, asked)
    }

    fn step(&mut self, record: &MessageRecord, step: BookingStep) -> Result<()> {
        let content = shop::step_content(Deal::BookingStep { booking: record.id, step });
        self.queue(record.conversation, &content, Category::Service)
    }

    /// Queues a message. One that can't be queued, because the conversation was left, is no reason
    /// to do the rest again.
    fn queue(
        &mut self,
        conversation: ConversationId,
        content: &Content,
        category: Category,
    ) -> Result<()> {
        let is_there = self
            .tx
            .conversation(conversation)?
            .is_some_and(|known| known.state != ConversationState::Left);
        if !is_there {
            return Ok(());
        }
        let found_by = search_text(&content.message).unwrap_or_default();
        let message = timeline::queue_message(
            self.inner,
            self.tx,
            conversation,
            content,
            category,
            &found_by,
        )?;
        self.events.push(Event::Message { conversation, message: Box::new(message) });
        if matches!(content.message, Message::Shop(_)) {
            let roots = shop::roots_of(self.inner, self.tx, &content.message)?;
            self.events.extend(timeline::events_of(self.inner, self.tx, &roots)?);
            self.events.push(Event::DealsChanged);
        }
        self.events.push(Event::ConversationsChanged);
        Ok(())
    }
}

/// A day before: when a customer is reminded.
pub(super) const fn reminded_from(start: Timestamp) -> Timestamp {
    start.plus_millis(-24 * HOUR_MS)
}
