//! Removes a device: a newer device list without it, then its leaf out of every group, the own group
//! first, so that the archive's next key isn't for it.

use std::rc::Rc;

use tresen_proto::{PublishDeviceList, ReplyBody, RequestBody};
use tresen_statement::{DeviceList, Signed, Unverified};
use tresen_types::{ConversationId, DeviceId};
use tresen_view::{Answer, Event};

use crate::{
    account::{claimed_identity, pin_own_devices},
    archive,
    client::Inner,
    connection::Phase,
    conversation::{Prepared, commit},
    error::{Error, Result},
};

/// Removes the device; the conversations follow in the background, also after a restart.
pub(crate) async fn remove_device(inner: &Rc<Inner>, device: DeviceId) -> Result<Answer> {
    let own = inner.own()?;
    let account_key = own.account_key()?;
    if device == own.device {
        return Err(Error::Invalid("a device doesn't remove itself"));
    }
    inner.link.reach(Phase::Live).await?;
    let contact = inner.store.read(|tx| tx.contact(own.account))?;
    let contact = contact.ok_or(Error::Damaged("own account"))?;
    let mut list = Unverified::<DeviceList>::decode(&contact.device_list)?
        .verify(&contact.account_key)?
        .into_value();
    if !list.contains(device) {
        return Err(Error::NotFound("device"));
    }
    list.sequence = list.sequence.saturating_add(1);
    list.issued_at = inner.now();
    list.devices.retain(|listed| listed.device != device);
    let list = Signed::sign(list, account_key)?;
    let request = PublishDeviceList { device_list: list.encode(), certificates: Vec::new() };
    match inner.link.request(RequestBody::PublishDeviceList(request)).await? {
        ReplyBody::Done(_) => {}
        _ => return Err(Error::Answer("device list")),
    }
    inner.store.write(|tx| pin_own_devices(tx, own.account, &list, &[]))?;
    inner.emit(Event::DevicesChanged);
    if let Some(own_group) = own.record.own_group {
        remove_from(inner, own_group).await?;
    }
    archive::wake(inner);
    inner.duties.all();
    Ok(Answer::Done)
}

/// Takes devices of the own account that aren't listed any more out of every conversation.
pub(crate) async fn remove_unlisted(inner: &Rc<Inner>) -> Result<()> {
    let own = inner.own()?;
    let concerned = inner.store.read(|tx| tx.with_unlisted_devices(own.account))?;
    for conversation in concerned {
        remove_from(inner, conversation).await?;
    }
    Ok(())
}

/// One commit that takes them out of one group.
async fn remove_from(inner: &Rc<Inner>, conversation: ConversationId) -> Result<()> {
    commit(inner, conversation, |tx, own, group| {
        // The server has proposed it already: every commit takes that along.
        if group.has_pending_proposals() {
            let bundle = group.commit_pending_proposals(tx, &own.keys)?;
            return Ok(Some(Prepared { bundle, added: Vec::new(), renews_leaf: true }));
        }
        let listed = tx.certificates(own.account)?;
        let mut leaves = Vec::new();
        for member in group.members()? {
            let (account, device) =
                claimed_identity(&member.identity).ok_or(Error::Damaged("identity of a member"))?;
            let is_listed = listed.iter().any(|known| known.device == device && known.is_listed);
            if account == own.account && !is_listed {
                leaves.push(member.leaf_index);
            }
        }
        if leaves.is_empty() {
            return Ok(None);
        }
        let bundle = group.commit_remove(tx, &own.keys, &leaves)?;
        Ok(Some(Prepared { bundle, added: Vec::new(), renews_leaf: true }))
    })
    .await
    .map(drop)
}
