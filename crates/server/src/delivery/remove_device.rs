//! Cuts a removed device off: session, mailbox, and a proposal in each of its groups (DESIGN 6).
//!
//! ```text
//! lock_out   its session ends at once
//! announce   everybody concerned gets the new device list: a proposal without its reason is refused
//! propose    in each of its groups
//! drop       its mailbox and memberships go: the last step, so that a crash leaves what finish finds
//! ```
//!
//! Every step may be repeated. [`finish_all`] does at the start what an earlier run didn't come to.

use std::collections::BTreeSet;

use bytes::Bytes;
use tresen_mls_public::server_remove_proposal;
use tresen_proto::EntryKind;
use tresen_store::{DeliveryEvent, delivery::Sender};
use tresen_types::{AccountId, ConversationId, DeviceId};

use super::{notify, outcome};
use crate::{
    ServerError, account,
    app::App,
    cluster::{self, notice::Notice},
};

/// How often a proposal is made again when commits keep coming.
const PROPOSE_ATTEMPTS_MAX: usize = 3;

/// Ends the device's sessions at once.
pub(crate) fn lock_out(app: &App, device: DeviceId) {
    cluster::end_sessions(app, device);
    app.tell(&Notice::Removed { device });
}

/// Tells everybody concerned of a list without the devices, and takes what they have at the server.
pub(crate) async fn cut_off(
    app: &App,
    devices: &[DeviceId],
    mut concerned: BTreeSet<DeviceId>,
    sender: Option<Sender>,
    list: Bytes,
) -> Result<(), ServerError> {
    for device in devices {
        concerned.remove(device);
    }
    if let Some(sender) = sender {
        concerned.remove(&sender.device);
    }
    notify::enqueue(app, concerned, EntryKind::DeviceList, None, sender, list).await?;
    for device in devices.iter().copied() {
        app.control.delete_push_subscription(device).await?;
        for conversation in app.delivery.conversations_of(device).await? {
            propose(app, conversation, device).await?;
        }
        outcome::done(app.delivery.submit(DeliveryEvent::DropDevice { device }).await?)?;
    }
    Ok(())
}

/// Finishes the removals of an account that a crash or a full queue broke off.
pub(crate) async fn finish(app: &App, account: AccountId) -> Result<(), ServerError> {
    for device in app.control.revoked_devices_of(account).await? {
        finish_one(app, account, device).await?;
    }
    Ok(())
}

/// Finishes all removals that a crash broke off.
pub(crate) async fn finish_all(app: &App) {
    let mut after = DeviceId::new([0; DeviceId::LENGTH]);
    loop {
        let page = match app.control.revoked_devices(after).await {
            Ok(page) => page,
            Err(error) => {
                tracing::error!(%error, "unfinished removals can't be looked for");
                return;
            }
        };
        let Some((_account, last)) = page.last() else { return };
        after = *last;
        for (account, device) in page {
            if let Err(error) = finish_one(app, account, device).await {
                tracing::error!(%error, "a removal can't be finished");
            }
        }
    }
}

async fn finish_one(app: &App, account: AccountId, device: DeviceId) -> Result<(), ServerError> {
    let is_finished = app.delivery.conversations_of(device).await?.is_empty()
        && app.delivery.stats(device).await?.entries == 0;
    if is_finished {
        return Ok(());
    }
    lock_out(app, device);
    let Some(devices) = account::load(app, account).await? else {
        return account::finish_ended(app, account, &[device], None).await;
    };
    let mut concerned = notify::peers_of_device(app, device).await?;
    concerned.extend(devices.devices());
    cut_off(app, &[device], concerned, None, Bytes::from(devices.list().encode())).await
}

/// Proposes the device's removal in the conversation's present epoch; the next commit there heals,
/// and raises the floor under which messages are refused.
pub(crate) async fn propose(
    app: &App,
    conversation: ConversationId,
    device: DeviceId,
) -> Result<(), ServerError> {
    // A commit may come between the look and the proposal, which then is of an epoch that is over.
    for _attempt in 0..PROPOSE_ATTEMPTS_MAX {
        let Some(record) = app.delivery.conversation(conversation).await? else { return Ok(()) };
        let Some(member) = record.members.iter().find(|member| member.device == device) else {
            return Ok(());
        };
        let body = server_remove_proposal(
            app.keys.signing_seed(),
            record.group_id,
            record.epoch,
            member.leaf_index,
        )?;
        // Signing is deterministic: what waits for the next commit already needn't wait twice.
        if record.pending_proposals.iter().any(|pending| **pending == *body) {
            return Ok(());
        }
        let event = DeliveryEvent::Proposal { conversation, body: body.into() };
        outcome::done(app.delivery.submit(event).await?)?;
        let after = app.delivery.conversation(conversation).await?;
        if after.is_none_or(|after| after.epoch == record.epoch) {
            return Ok(());
        }
    }
    // Every commit proposes it again (see `commit`), so that giving up here loses nothing.
    Ok(())
}
