//! The calendar on this device: lines up to a sequence of the own group, and the operations since.

use std::collections::BTreeMap;

use tresen_content::{
    Content, Message,
    booking::{Calendar, CalendarLine, CalendarOp, Reservation, Verdict},
    message::Private,
    shop::DealKind,
};
use tresen_types::{DeviceId, MessageId, Timestamp, limits::DAY_MS};

use crate::{
    account::Own,
    client::Inner,
    error::{Error, Result},
    limits::{CALENDAR_GAP_MS_MAX, CALENDAR_LOG_MAX, CALENDAR_PART_BYTES},
    outgoing, shop,
    store::Tx,
};

/// An operation of this device that the server has ordered, and what it came to.
pub(super) struct Decided {
    pub(super) number: i64,
    pub(super) sequence: u64,
    pub(super) op: CalendarOp,
    pub(super) verdict: Verdict,
}

/// The calendar as this device knows it, with what it has said and the server hasn't ordered yet.
pub(super) struct Ledger {
    pub(super) calendar: Calendar,
    /// Whether nothing that was ordered before is missing: only then anything is decided.
    pub(super) is_settled: bool,
    /// What the own operations came to that nobody was told of.
    pub(super) decided: Vec<Decided>,
}

/// Reads the calendar.
pub(super) fn read(inner: &Inner, tx: &Tx<'_>, own: &Own) -> Result<Ledger> {
    let base = base(inner, tx)?;
    let ops = tx.calendar_ops()?;
    let newest = ops.iter().map(|op| op.at).max();
    let has_gap = match tx.account()?.and_then(|account| account.own_group) {
        Some(group) => tx.known_conversation(group)?.gaps > 0,
        None => true,
    };
    // What was ordered before is in this device's mailbox by then; what isn't never comes.
    let waits = newest.is_some_and(|newest| inner.now().millis_since(newest) < CALENDAR_GAP_MS_MAX);
    let is_settled = base.is_some() && !(has_gap && waits);
    let mut calendar = base.unwrap_or_default();
    let mut decided = Vec::new();
    for record in ops {
        let op = CalendarOp::decode(&record.op)?;
        let verdict = calendar.apply(&op, record.at);
        if let Some(sequence) = record.sequence
            && record.device == own.device
            && !record.is_told
        {
            decided.push(Decided { number: record.number, sequence, op, verdict });
        }
    }
    Ok(Ledger { calendar, is_settled, decided })
}

/// What the operations since are applied to; `None` when it has to come from another device.
fn base(inner: &Inner, tx: &Tx<'_>) -> Result<Option<Calendar>> {
    if tx.calendar_through()?.is_some() {
        let mut lines = Vec::new();
        for line in tx.calendar_lines()? {
            lines.push(CalendarLine::decode(&line)?);
        }
        return Ok(Some(Calendar::of_lines(lines)));
    }
    let Some(group) = tx.account()?.and_then(|account| account.own_group) else { return Ok(None) };
    // Nobody else can tell: then the conversations say who was given which slot.
    if tx.members(group)?.len() > 1 { Ok(None) } else { of_conversations(inner, tx).map(Some) }
}

fn of_conversations(inner: &Inner, tx: &Tx<'_>) -> Result<Calendar> {
    let mut calendar = Calendar::default();
    for booking in tx.deals(DealKind::Booking, None, u32::MAX)? {
        let Ok((record, asked)) = shop::booking_of(inner, tx, booking) else { continue };
        let (progress, _counted) = shop::booking_progress(inner, tx, &record, &asked)?;
        let Some(slot) = progress.slot.filter(|_slot| progress.state.has_slot()) else { continue };
        let until = progress.service.end_of(slot.start);
        let known = Reservation {
            conversation: record.conversation,
            person: slot.person,
            start: slot.start,
            until,
            is_held: true,
            is_over: false,
            reminded: None,
            asks: vec![booking],
        };
        calendar.bookings.insert(booking, known);
    }
    Ok(calendar)
}

/// Puts the settled operations into the lines, when there are many.
pub(super) fn compact(inner: &Inner, tx: &Tx<'_>) -> Result<()> {
    let Some(mut calendar) = base(inner, tx)? else { return Ok(()) };
    let mut through = tx.calendar_through()?;
    let mut count = 0_usize;
    for record in tx.calendar_ops()? {
        let Some(sequence) = record.sequence else { continue };
        calendar.apply(&CalendarOp::decode(&record.op)?, record.at);
        through = Some(sequence);
        count = count.saturating_add(1);
    }
    // The first lines are kept at once, so that a second device doesn't make them doubtful.
    let is_first = tx.calendar_through()?.is_none();
    if !is_first && count < CALENDAR_LOG_MAX {
        return Ok(());
    }
    calendar.forget(inner.now().plus_millis(DAY_MS.saturating_neg()));
    let lines: Vec<Vec<u8>> = calendar.lines().iter().map(CalendarLine::encode).collect();
    tx.put_calendar(through.unwrap_or(0), &lines)
}

/// Says an operation in the own group.
pub(super) fn say(inner: &Inner, tx: &Tx<'_>, own: &Own, op: CalendarOp) -> Result<()> {
    tx.add_calendar_op(None, own.device, inner.now(), &op.encode())?;
    tell(inner, tx, own, op)
}

fn tell(inner: &Inner, tx: &Tx<'_>, own: &Own, op: CalendarOp) -> Result<()> {
    // A device that is alone says it too: the server's order is the calendar's.
    let group = tx.account()?.and_then(|account| account.own_group).ok_or(Error::Offline)?;
    let content = Content::new(Message::Private(Box::new(Private::Calendar(op))));
    outgoing::queue_control(inner, tx, own, group, &content)
}

/// Takes in what another device has said.
pub(crate) fn take_in(
    inner: &Inner,
    tx: &Tx<'_>,
    op: &CalendarOp,
    from: DeviceId,
    sequence: u64,
    at: Timestamp,
) -> Result<()> {
    match op {
        CalendarOp::Snapshot { through, part, parts, .. } => {
            take_in_part(tx, op, from, (*through, *part, *parts))?;
        }
        _said => tx.add_calendar_op(Some(sequence), from, at, &op.encode())?,
    }
    inner.duties.bookings();
    Ok(())
}

/// Takes in an operation that this device has said, now that the server has ordered it.
pub(crate) fn accepted(
    inner: &Inner,
    tx: &Tx<'_>,
    op: &CalendarOp,
    sequence: u64,
    at: Timestamp,
) -> Result<()> {
    if !matches!(op, CalendarOp::Snapshot { .. }) {
        tx.order_calendar_op(&op.encode(), sequence, at)?;
    }
    inner.duties.bookings();
    Ok(())
}

/// Another device has come in and needs the calendar.
pub(crate) fn asked_for(inner: &Inner, tx: &Tx<'_>) -> Result<()> {
    tx.set_calendar_asked_for(true)?;
    inner.duties.bookings();
    Ok(())
}

/// Operations may be missing from now on.
pub(crate) fn lose(tx: &Tx<'_>) -> Result<()> {
    tx.lose_calendar()
}

/// Hands the calendar to a device that needs it.
pub(super) fn hand_over(inner: &Inner, tx: &Tx<'_>, own: &Own) -> Result<()> {
    if !tx.is_calendar_asked_for()? || tx.calendar_through()?.is_none() {
        return Ok(());
    }
    let Some(group) = tx.account()?.and_then(|account| account.own_group) else { return Ok(()) };
    let through = tx.known_conversation(group)?.sequence;
    let mut calendar = base(inner, tx)?.unwrap_or_default();
    for record in tx.calendar_ops()?.into_iter().filter(|record| record.sequence.is_some()) {
        calendar.apply(&CalendarOp::decode(&record.op)?, record.at);
    }
    calendar.forget(inner.now().plus_millis(DAY_MS.saturating_neg()));
    let mut parts: Vec<Vec<CalendarLine>> = vec![Vec::new()];
    let mut bytes = 0_usize;
    for line in calendar.lines() {
        bytes = bytes.saturating_add(line.encode().len());
        if bytes > CALENDAR_PART_BYTES
            && let Some(part) = parts.last()
            && !part.is_empty()
        {
            parts.push(Vec::new());
            bytes = line.encode().len();
        }
        if let Some(part) = parts.last_mut() {
            part.push(line);
        }
    }
    let count = u32::try_from(parts.len()).unwrap_or(u32::MAX);
    for (part, lines) in (0_u32..).zip(parts) {
        tell(inner, tx, own, CalendarOp::Snapshot { through, part, parts: count, lines })?;
    }
    tx.set_calendar_asked_for(false)
}

fn take_in_part(
    tx: &Tx<'_>,
    op: &CalendarOp,
    from: DeviceId,
    (through, part, parts): (u64, u32, u32),
) -> Result<()> {
    if tx.calendar_through()?.is_some() || part >= parts {
        return Ok(());
    }
    let known = tx.put_calendar_part(from, through, part, &op.encode())?;
    if u32::try_from(known.len()) != Ok(parts) {
        return Ok(());
    }
    let mut all = Vec::new();
    for part in known {
        if let CalendarOp::Snapshot { lines, .. } = CalendarOp::decode(&part)? {
            all.extend(lines.iter().map(CalendarLine::encode));
        }
    }
    tx.put_calendar(through, &all)
}

/// The bookings of the calendar that have a slot, by their start.
pub(super) fn held(calendar: &Calendar) -> BTreeMap<(Timestamp, MessageId), &Reservation> {
    let held = calendar.bookings.iter().filter(|(_booking, known)| known.is_held);
    held.map(|(booking, known)| ((known.start, *booking), known)).collect()
}
