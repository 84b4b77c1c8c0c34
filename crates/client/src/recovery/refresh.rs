//! Stores the recovery record again when its content has changed.

use std::rc::Rc;

use bytes::Bytes;
use tresen_proto::{ReplyBody, RequestBody, StoreRecovery};

use super::record::Content;
use crate::{
    client::Inner,
    error::{Error, Result},
    store::RecoveryKeyRecord,
};

/// Brings the record up to date, if there is one.
pub(crate) async fn refresh(inner: &Rc<Inner>) -> Result<()> {
    let own = inner.own()?;
    if own.record.account_seed.is_none() {
        return Ok(());
    }
    let Some(keys) = inner.store.read(|tx| tx.recovery())? else { return Ok(()) };
    let content = inner.store.read(Content::gather)?;
    let hash = content.hash(&keys.wrap_key)?;
    if hash == keys.stored_hash {
        return Ok(());
    }
    let request = StoreRecovery {
        lookup_hash: keys.lookup_hash.to_vec(),
        record: Bytes::from(content.seal(&keys.wrap_key)?),
    };
    match inner.link.request(RequestBody::StoreRecovery(request)).await? {
        ReplyBody::Done(_) => {}
        _ => return Err(Error::Answer("recovery record")),
    }
    inner.store.write(|tx| tx.put_recovery(&RecoveryKeyRecord { stored_hash: hash, ..keys }))
}
