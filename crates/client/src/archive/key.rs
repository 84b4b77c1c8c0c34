//! The key ring. A key is exported from the own group and told there; after the removal of a device
//! the ones before it are for reading alone.

use std::rc::Rc;

use tresen_content::{
    SecretKey,
    message::{Private, SegmentKey},
};
use tresen_mls::Group;
use tresen_types::{ConversationId, Timestamp};

use crate::{
    account::Own,
    client::Inner,
    error::{Error, Result},
    limits::KEYS_PER_MESSAGE_MAX,
    private, runtime,
    store::{ArchiveKeyRecord, ConversationState, Tx},
};

const LABEL: &str = "tresen/archive";

/// The key to write under; made when there is none.
pub(super) fn current(inner: &Rc<Inner>) -> Result<ArchiveKeyRecord> {
    let own = inner.own()?;
    let key = inner.store.write(|tx| {
        check_own_group(tx, &own)?;
        if let Some(key) = tx.archive_keys()?.into_iter().find(|key| !key.is_retired) {
            return Ok(key);
        }
        let key = export(tx, &own, inner.now())?;
        tx.add_archive_key(&key)?;
        tell(inner, tx, &own, std::slice::from_ref(&key))?;
        Ok(key)
    })?;
    inner.outbox_wake.notify();
    Ok(key)
}

/// A removed device must be out of the own group before anything is written.
fn check_own_group(tx: &Tx<'_>, own: &Own) -> Result<()> {
    let (conversation, group) = own_group(tx, own)?;
    let listed = tx.certificates(own.account)?;
    let is_listed = |device| listed.iter().any(|known| known.device == device && known.is_listed);
    let is_clean = tx.members(conversation)?.iter().all(|member| is_listed(member.device));
    if group.has_pending_proposals() || !is_clean {
        return Err(Error::NotFound("own group without removed devices"));
    }
    Ok(())
}

/// Exports a key from the own group as it is now; nobody but its present members can.
fn export(tx: &Tx<'_>, own: &Own, now: Timestamp) -> Result<ArchiveKeyRecord> {
    let (_conversation, group) = own_group(tx, own)?;
    let id: [u8; 16] = runtime::random();
    let secret = group.export_secret(LABEL, &id, 32)?;
    let key = secret.as_slice().try_into().map_err(|_length| Error::Internal("exported key"))?;
    Ok(ArchiveKeyRecord { id, key: SecretKey::new(key), made_at: now, is_retired: false })
}

fn own_group(tx: &Tx<'_>, own: &Own) -> Result<(ConversationId, Group)> {
    let conversation = own.record.own_group.ok_or(Error::NotFound("own group"))?;
    let record = tx.known_conversation(conversation)?;
    if record.state != ConversationState::Open {
        return Err(Error::NotFound("own group"));
    }
    Ok((conversation, Group::load(tx, record.group)?))
}

/// Tells the account's other devices keys.
fn tell(inner: &Inner, tx: &Tx<'_>, own: &Own, keys: &[ArchiveKeyRecord]) -> Result<()> {
    for keys in keys.chunks(KEYS_PER_MESSAGE_MAX) {
        let segments =
            keys.iter().map(|key| SegmentKey { segment: key.id, key: key.key.clone() }).collect();
        private::tell(inner, tx, own, Private::KeyRing { segments })?;
    }
    Ok(())
}

/// Tells a device that has come into the own group the keys that are in use.
pub(crate) fn announce_keys(inner: &Inner, tx: &Tx<'_>, own: &Own) -> Result<()> {
    let keys: Vec<_> = tx.archive_keys()?.into_iter().filter(|key| !key.is_retired).collect();
    tell(inner, tx, own, &keys)
}

/// Keeps keys that another device told.
pub(crate) fn keep_keys(tx: &Tx<'_>, segments: &[SegmentKey], at: Timestamp) -> Result<()> {
    for segment in segments {
        tx.add_archive_key(&ArchiveKeyRecord {
            id: segment.segment,
            key: segment.key.clone(),
            made_at: at,
            is_retired: false,
        })?;
    }
    Ok(())
}
