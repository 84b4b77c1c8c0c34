//! What a live device does beside: its stock of key packages, its own group, lost conversations,
//! pending proposals, new devices, bookings, old leaves. One after the other, each again when it is due.

use std::{cell::Cell, rc::Rc};

use crate::{
    account::refill_key_packages,
    client::Inner,
    command::seldom,
    connection::Phase,
    consent::{fetch_missing, publish_due, release_due},
    conversation::{
        bring_in_devices, commit_pending_proposals, ensure_own_group, find_unknown, renew_leaves,
        resync_lost,
    },
    devices::remove_unlisted,
    error::{Error, Result},
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
        let mut is_left = false;
        let mut is_waiting = false;
        for (name, outcome) in [
            ("key packages", stock(&inner, due).await),
            ("own group", own_group(&inner, due).await),
            ("lost conversations", lost(&inner, due).await),
            ("proposals", proposals(&inner, due).await),
            ("removed devices", removed(&inner, due).await),
            ("devices", devices(&inner, due).await),
            ("consents", consents(&inner, due).await),
            ("bookings", bookings(&inner, due).await),
            ("leaves", leaves(&inner, due).await),
            ("digest", release_due(&inner)),
        ] {
            match outcome {
                Ok(()) => {}
                Err(Error::Offline) => tracing::debug!(duty = name, "interrupted"),
                Err(Error::OtherDevice) => {
                    tracing::debug!(duty = name, "waits for another device");
                    is_left = true;
                    is_waiting = true;
                }
                Err(error) => {
                    tracing::warn!(duty = name, %error, "a duty failed");
                    is_left = true;
                }
            }
        }
        faults = if is_left { faults.saturating_add(1) } else { 0 };
        waits = if is_waiting { waits.saturating_add(1) } else { 0 };
    }
}

fn pause_ms(faults: u32) -> u64 {
    runtime::pause_ms(faults, DUTIES_FAULT_PAUSE_MS, DUTIES_INTERVAL_MS)
}

/// A customer's first message goes out before anything that can wait. Who has an own group is past it,
/// or came to this device by a link or a way back: there its other devices wait for its key packages.
fn is_settled(inner: &Inner) -> Result<bool> {
    let own = inner.own()?;
    let is_known = own.is_business() || own.record.own_group.is_some();
    Ok(is_known || inner.store.read(|tx| tx.has_sent())?)
}

async fn stock(inner: &Rc<Inner>, due: Due) -> Result<()> {
    let is_due = (due.all || due.stock) && is_settled(inner)?;
    if is_due { refill_key_packages(inner).await } else { Ok(()) }
}

async fn own_group(inner: &Rc<Inner>, due: Due) -> Result<()> {
    if !due.all || !is_settled(inner)? {
        return Ok(());
    }
    match ensure_own_group(inner).await {
        // A new device waits until another one lets it in.
        Ok(_) | Err(Error::NotFound(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

async fn lost(inner: &Rc<Inner>, due: Due) -> Result<()> {
    if !due.all && !due.lost {
        return Ok(());
    }
    find_unknown(inner).await?;
    resync_lost(inner).await
}

async fn proposals(inner: &Rc<Inner>, due: Due) -> Result<()> {
    if due.all || due.proposals { commit_pending_proposals(inner).await } else { Ok(()) }
}

async fn removed(inner: &Rc<Inner>, due: Due) -> Result<()> {
    if due.all || due.devices { remove_unlisted(inner).await } else { Ok(()) }
}

async fn devices(inner: &Rc<Inner>, due: Due) -> Result<()> {
    if due.all || due.devices { bring_in_devices(inner).await } else { Ok(()) }
}

async fn consents(inner: &Rc<Inner>, due: Due) -> Result<()> {
    if !due.all && !due.consents {
        return Ok(());
    }
    publish_due(inner).await?;
    fetch_missing(inner).await
}

async fn bookings(inner: &Rc<Inner>, due: Due) -> Result<()> {
    if (due.all || due.bookings) && inner.own()?.is_business() {
        seldom::keep_bookings(Rc::clone(inner)).await?
    } else {
        Ok(())
    }
}

async fn leaves(inner: &Rc<Inner>, due: Due) -> Result<()> {
    if due.all { renew_leaves(inner).await } else { Ok(()) }
}
