//! When a live device does what it does beside ([`super::duty`]): what is due at once, all of it now and
//! then, and again soon what went wrong.

use std::{cell::Cell, rc::Rc};

use crate::{
    client::Inner,
    command::seldom,
    connection::Phase,
    error::Result,
    limits::{DUTIES_FAULT_PAUSE_MS, DUTIES_INTERVAL_MS, DUTIES_WAIT_PAUSE_MS, DUTIES_WAITS_MAX},
    runtime,
    wake::Wake,
};

/// What is to be done.
#[derive(Default)]
pub(crate) struct Duties {
    due: Cell<Due>,
    wake: Wake,
}

/// A set of duties.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Due {
    pub(crate) all: bool,
    pub(crate) proposals: bool,
    pub(crate) lost: bool,
    pub(crate) devices: bool,
    pub(crate) stock: bool,
    pub(crate) consents: bool,
    pub(crate) bookings: bool,
}

/// What is left after a round.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Left {
    /// Something went wrong, or waits.
    pub(crate) is_left: bool,
    /// Another device has to do something first.
    pub(crate) is_waiting: bool,
}

impl Duties {
    /// Everything is to be looked at.
    pub(crate) fn all(&self) {
        self.add(Due { all: true, ..Due::default() });
    }

    /// New devices are to be let in.
    pub(crate) fn devices(&self) {
        self.add(Due { devices: true, ..Due::default() });
    }

    /// Consents of conversations that came without are to be fetched.
    pub(crate) fn consents(&self) {
        self.add(Due { consents: true, ..Due::default() });
    }

    /// Bookings, or operations of the calendar, are to be looked at.
    pub(crate) fn bookings(&self) {
        self.add(Due { bookings: true, ..Due::default() });
    }

    /// Adds duties.
    pub(crate) fn add(&self, due: Due) {
        let before = self.due.get();
        self.due.set(Due {
            all: before.all || due.all,
            proposals: before.proposals || due.proposals,
            lost: before.lost || due.lost,
            devices: before.devices || due.devices,
            stock: before.stock || due.stock,
            consents: before.consents || due.consents,
            bookings: before.bookings || due.bookings,
        });
        if due != Due::default() {
            self.wake.notify();
        }
    }
}

/// Does what is due for as long as the client lives.
#[expect(clippy::infinite_loop, reason = "the task is dropped with the client")]
pub(crate) async fn run(inner: Rc<Inner>) {
    let mut faults = 0_u32;
    let mut waits = 0_u32;
    loop {
        let wait =
            inner.duties.wake.until(|| (inner.duties.due.get() != Due::default()).then_some(()));
        let is_waiting = (1..=DUTIES_WAITS_MAX).contains(&waits);
        let pause_ms = if is_waiting { DUTIES_WAIT_PAUSE_MS } else { pause_ms(faults) };
        if runtime::within(pause_ms, wait).await.is_none() {
            inner.duties.due.set(Due { all: true, ..Due::default() });
        }
        if inner.link.phase() != Phase::Live {
            // What is due is looked up again as soon as the device is live.
            inner.duties.due.set(Due::default());
            continue;
        }
        let due = inner.duties.due.take();
        let left = match round(&inner, due).await {
            Ok(left) => left,
            Err(error) => {
                tracing::warn!(%error, "the duties can't be done");
                Left { is_left: true, is_waiting: false }
            }
        };
        faults = if left.is_left { faults.saturating_add(1) } else { 0 };
        waits = if left.is_waiting { waits.saturating_add(1) } else { 0 };
    }
}

async fn round(inner: &Rc<Inner>, due: Due) -> Result<Left> {
    if can_wait(inner, due)? {
        return Ok(Left::default());
    }
    Ok(seldom::do_duties(Rc::clone(inner), due).await?.await)
}

fn pause_ms(faults: u32) -> u64 {
    runtime::pause_ms(faults, DUTIES_FAULT_PAUSE_MS, DUTIES_INTERVAL_MS)
}

/// A customer's first message goes out before anything that can wait; then all is due.
fn can_wait(inner: &Inner, due: Due) -> Result<bool> {
    if due.proposals || due.lost || due.consents || due.bookings || is_settled(inner)? {
        return Ok(false);
    }
    inner.store.read(|tx| {
        let has_mail = tx.cursor()? > 0;
        let has_lost = tx.are_conversations_unknown()? || tx.has_lost()?;
        Ok(!has_mail && !has_lost)
    })
}

/// Who has an own group is past the first message, or came to this device by a link or a way back: there
/// its other devices wait for its key packages.
pub(super) fn is_settled(inner: &Inner) -> Result<bool> {
    let own = inner.own()?;
    let is_known = own.is_business() || own.record.own_group.is_some();
    Ok(is_known || inner.store.read(|tx| tx.has_sent())?)
}
