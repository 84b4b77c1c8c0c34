//! New devices of the own account come into its conversations (PROTOCOL D5): newest first, without
//! path; each renews its own leaf when it first speaks.

use std::rc::Rc;

use tresen_types::{ConversationId, DeviceId};

use super::{Prepared, commit};
use crate::{
    account::{claim_key_packages, fetch_directory},
    client::Inner,
    error::{Error, Result},
    private,
};

/// Adds the account's listed devices to every open conversation that lacks them.
pub(crate) async fn bring_in_devices(inner: &Rc<Inner>) -> Result<()> {
    let own = inner.own()?;
    let known = inner.store.read(|tx| tx.contact(own.account))?;
    let newest = inner.link.session()?.device_list_sequence;
    if known.is_some_and(|known| known.device_list_sequence < newest) {
        fetch_directory(inner, own.account).await?;
    }
    let mut is_waiting = false;
    for (conversation, missing) in missing_devices(inner)? {
        is_waiting |= !bring_in(inner, conversation, &missing).await?;
    }
    // It may upload them at any moment, and nobody tells.
    if is_waiting { Err(Error::OtherDevice) } else { Ok(()) }
}

/// Adds devices of the own account to one conversation; false when some have no key packages yet.
async fn bring_in(
    inner: &Rc<Inner>,
    conversation: ConversationId,
    devices: &[DeviceId],
) -> Result<bool> {
    let own = inner.own()?;
    let packages = claim_key_packages(inner, own.account, devices, None).await?;
    let is_complete = packages.len() == devices.len();
    if packages.is_empty() {
        return Ok(false);
    }
    let has_added = commit(inner, conversation, |tx, own, group| {
        let present = tx.members(conversation)?;
        let (added, packages): (Vec<DeviceId>, Vec<Vec<u8>>) = packages
            .iter()
            .filter(|(device, _)| !present.iter().any(|member| member.device == *device))
            .cloned()
            .unzip();
        if added.is_empty() {
            return Ok(None);
        }
        let bundle = group.commit_add(tx, &own.keys, &packages, false)?;
        Ok(Some(Prepared { bundle, added, renews_leaf: false }))
    })
    .await?;
    if has_added {
        inner.store.write(|tx| private::introduce(inner, tx, &own, conversation))?;
        inner.outbox_wake.notify();
    }
    Ok(is_complete)
}

fn missing_devices(inner: &Inner) -> Result<Vec<(ConversationId, Vec<DeviceId>)>> {
    let own = inner.own()?;
    let lacking = inner.store.read(|tx| tx.lacking_devices(own.account))?;
    let of_one =
        |one: &(ConversationId, DeviceId), next: &(ConversationId, DeviceId)| one.0 == next.0;
    Ok(lacking
        .chunk_by(of_one)
        .filter_map(|missing| {
            let (conversation, _device) = missing.first()?;
            Some((*conversation, missing.iter().map(|(_conversation, device)| *device).collect()))
        })
        .collect())
}
