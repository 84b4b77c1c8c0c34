//! The archive (PROTOCOL D6): the account's history as encrypted segments in the blob store.
//!
//! ```text
//! key      exported from the own group, told in the own group; retired when a device is removed
//! append   what the archive lacks becomes a segment; first the segments of others are taken in
//! restore  a new device takes in all segments, newest first, each message at its place
//! ```
//!
//! Every device writes what is missing, so that none is needed; two that write the same do no harm,
//! since a message has one id.

mod append;
mod key;
mod restore;
mod segment;
mod take_in;

use std::{cell::Cell, rc::Rc};

use futures::lock::Mutex;
pub(crate) use key::{announce_keys, keep_keys};
use tresen_types::AccountKind;
use tresen_view::{Event, LinkStep};

use crate::{
    account,
    client::Inner,
    command::seldom,
    connection::Phase,
    error::{Error, Result},
    limits::{ARCHIVE_FAULT_PAUSE_MS, ARCHIVE_INTERVAL_MS},
    recovery, runtime,
    store::Tx,
    wake::Wake,
};

/// What the archive keeps in memory.
#[derive(Default)]
pub(crate) struct Archive {
    wake: Wake,
    /// One at a time reads or writes the archive.
    turn: Mutex<()>,
    /// What is missing is to be written without waiting for more.
    is_urgent: Cell<bool>,
    /// Messages that were restored so far.
    restored: Cell<u64>,
}

/// Whether all segments are still to be taken in.
const RESTORE: &str = "archive_restore";
const PENDING: &str = "pending";
/// The same, and the conversations that they name are to be come back into.
const PENDING_COMEBACK: &str = "pending_comeback";
const DONE: &str = "done";

/// Keeps the archive up to date for as long as the client lives.
#[expect(clippy::infinite_loop, reason = "the client ends it by dropping it")]
pub(crate) async fn run(inner: Rc<Inner>) {
    let mut faults = 0_u32;
    loop {
        let seen = inner.archive.wake.seen();
        inner.link.until(Phase::Live).await;
        faults = match work(&inner).await {
            Ok(()) => 0,
            Err(Error::Offline) => {
                tracing::debug!("the archive was interrupted");
                0
            }
            Err(error) => {
                tracing::warn!(%error, "the archive can't be brought up to date");
                faults.saturating_add(1)
            }
        };
        // Somebody who came back looks at an empty list meanwhile: after a fault it goes on soon.
        let interval_ms = runtime::pause_ms(faults, ARCHIVE_FAULT_PAUSE_MS, ARCHIVE_INTERVAL_MS);
        let interval_ms = interval_ms.saturating_add(runtime::jitter_ms(interval_ms));
        // Woken or not, it is time to look again.
        let _woken = runtime::within(interval_ms, inner.archive.wake.changed_since(seen)).await;
    }
}

/// A person without another device and without a way back has nothing to keep.
async fn work(inner: &Rc<Inner>) -> Result<()> {
    let has_work = has_archive(inner)?
        || inner.store.read(|tx| Ok(is_restoring(tx)? || !tx.ways_back()?.is_empty()))?;
    if has_work { seldom::keep_archive(Rc::clone(inner)).await?.await } else { Ok(()) }
}

/// Takes in what is to be restored, writes what is missing, renews the ways back.
pub(crate) async fn keep(inner: &Rc<Inner>) -> Result<()> {
    // Another device may have turned it on.
    if has_archive(inner)? && !inner.own()?.record.has_archive {
        inner.store.write(turn_on)?;
        inner.reload_own()?;
    }
    if inner.store.read(is_restoring)? {
        // Names, profile and the other devices' certificates.
        account::fetch_directory(inner, inner.own()?.account).await?;
        restore(inner).await?;
    }
    let is_urgent = inner.archive.is_urgent.replace(false);
    if has_archive(inner)? {
        let _turn = inner.archive.turn.lock().await;
        // What colleagues have written needn't be written again.
        restore::take_in_segments(inner, |_messages| ()).await?;
        if is_urgent || append::is_due(inner)? {
            append::append_all(inner).await?;
        }
    }
    recovery::refresh(inner).await
}

/// A person has an archive once there is a way back or a second device.
pub(crate) fn is_kept(tx: &Tx<'_>) -> Result<bool> {
    let account = tx.account()?.ok_or(Error::NoAccount)?;
    Ok(account.account.kind() == AccountKind::Business || account.has_archive)
}

fn has_archive(inner: &Inner) -> Result<bool> {
    inner.store.read(is_kept)
}

/// From now on the account's messages are archived.
pub(crate) fn turn_on(tx: &Tx<'_>) -> Result<()> {
    let Some(mut account) = tx.account()?.filter(|account| !account.has_archive) else {
        return Ok(());
    };
    account.has_archive = true;
    tx.put_account(&account)
}

/// Writes what is missing soon: a new device wants it.
pub(crate) fn hurry(inner: &Inner) {
    inner.archive.is_urgent.set(true);
    wake(inner);
}

/// Whether all segments are still to be taken in.
fn is_restoring(tx: &Tx<'_>) -> Result<bool> {
    Ok(tx.text(RESTORE)?.is_some_and(|state| state == PENDING || state == PENDING_COMEBACK))
}

/// Whether this device joins the conversations of the archive by itself. A linked one is let in.
fn is_coming_back(tx: &Tx<'_>) -> Result<bool> {
    Ok(tx.text(RESTORE)?.is_some_and(|state| state == PENDING_COMEBACK))
}

/// Looks at the archive now.
pub(crate) fn wake(inner: &Inner) {
    inner.archive.wake.notify();
}

/// Lets the history come in once this device is live.
pub(crate) fn ask_for_restore(tx: &Tx<'_>) -> Result<()> {
    tx.set_text(RESTORE, PENDING)
}

/// The same, on a device that takes the place of a lost one.
pub(crate) fn ask_to_come_back(tx: &Tx<'_>) -> Result<()> {
    tx.set_text(RESTORE, PENDING_COMEBACK)
}

/// Takes in all segments.
async fn restore(inner: &Rc<Inner>) -> Result<()> {
    let _turn = inner.archive.turn.lock().await;
    inner.archive.restored.set(0);
    inner.emit(Event::Link(LinkStep::Restoring { messages: 0 }));
    restore::take_in_segments(inner, |messages| {
        let restored = inner.archive.restored.get().saturating_add(messages);
        inner.archive.restored.set(restored);
        inner.emit(Event::Link(LinkStep::Restoring { messages: restored }));
    })
    .await?;
    inner.store.write(|tx| tx.set_text(RESTORE, DONE))?;
    inner.emit(Event::ConversationsChanged);
    // Conversations that the archive named are to be joined.
    inner.duties.all();
    Ok(())
}

/// Writes everything that the archive lacks, now.
pub(crate) async fn flush(inner: &Rc<Inner>) -> Result<()> {
    if !has_archive(inner)? {
        return Ok(());
    }
    let _turn = inner.archive.turn.lock().await;
    restore::take_in_segments(inner, |_messages| ()).await?;
    append::append_all(inner).await
}
