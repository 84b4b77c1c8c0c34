//! What a live device does beside: its stock of key packages, its own group, lost conversations,
//! pending proposals, new devices, bookings, old leaves, lists for the search. One after the other.

use std::rc::Rc;

use super::duties::{Due, Left, is_settled};
use crate::{
    account::refill_key_packages,
    booking,
    client::Inner,
    consent::{fetch_missing, publish_due, release_due},
    conversation::{
        bring_in_devices, commit_pending_proposals, ensure_own_group, find_unknown, renew_leaves,
        resync_lost,
    },
    devices::remove_unlisted,
    error::{Error, Result},
    limits::SEARCH_BLOCK_PAUSE_MS,
    runtime,
};

/// Does what is due, once.
pub(crate) async fn do_duties(inner: &Rc<Inner>, due: Due) -> Left {
    let mut left = Left::default();
    for (name, outcome) in [
        ("key packages", stock(inner, due).await),
        ("own group", own_group(inner, due).await),
        ("lost conversations", lost(inner, due).await),
        ("proposals", proposals(inner, due).await),
        ("removed devices", removed(inner, due).await),
        ("devices", devices(inner, due).await),
        ("consents", consents(inner, due).await),
        ("bookings", bookings(inner, due)),
        ("leaves", leaves(inner, due).await),
        ("digest", release_due(inner)),
        ("search", search(inner, due).await),
    ] {
        match outcome {
            Ok(()) => {}
            Err(Error::Offline) => tracing::debug!(duty = name, "interrupted"),
            Err(Error::OtherDevice) => {
                tracing::debug!(duty = name, "waits for another device");
                left = Left { is_left: true, is_waiting: true };
            }
            Err(error) => {
                tracing::warn!(duty = name, %error, "a duty failed");
                left.is_left = true;
            }
        }
    }
    left
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

fn bookings(inner: &Rc<Inner>, due: Due) -> Result<()> {
    let is_due = (due.all || due.bookings) && inner.own()?.is_business();
    if is_due { booking::keep(inner) } else { Ok(()) }
}

async fn leaves(inner: &Rc<Inner>, due: Due) -> Result<()> {
    if due.all { renew_leaves(inner).await } else { Ok(()) }
}

async fn search(inner: &Inner, due: Due) -> Result<()> {
    while due.all && inner.store.write(|tx| tx.index_block())? {
        runtime::sleep(SEARCH_BLOCK_PAUSE_MS).await;
    }
    Ok(())
}
