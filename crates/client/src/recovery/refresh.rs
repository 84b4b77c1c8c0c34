//! Stores the recovery records again when their content has changed.

use std::rc::Rc;

use bytes::Bytes;
use tresen_proto::{ReplyBody, RequestBody, StoreRecovery};

use super::record::Content;
use crate::{
    client::Inner,
    error::{Error, Result},
    store::WayBackRecord,
};

/// Brings all records up to date.
pub(crate) async fn refresh(inner: &Rc<Inner>) -> Result<()> {
    let own = inner.own()?;
    if own.record.account_seed.is_none() {
        return Ok(());
    }
    for way in inner.store.read(|tx| tx.ways_back())? {
        refresh_one(inner, way).await?;
    }
    Ok(())
}

async fn refresh_one(inner: &Rc<Inner>, way: WayBackRecord) -> Result<()> {
    let content = inner.store.read(|tx| Content::gather(tx, way.device))?;
    let hash = content.hash(&way.wrap_key)?;
    if hash == way.stored_hash {
        return Ok(());
    }
    let request = StoreRecovery {
        lookup_hash: way.lookup_hash.to_vec(),
        record: Bytes::from(content.seal(&way.wrap_key)?),
    };
    match inner.link.request(RequestBody::StoreRecovery(request)).await? {
        ReplyBody::Done(_) => {}
        _ => return Err(Error::Answer("recovery record")),
    }
    inner.store.write(|tx| {
        // It may have been replaced meanwhile.
        if tx.ways_back()?.iter().any(|known| known.lookup_hash == way.lookup_hash) {
            tx.put_way_back(&WayBackRecord { stored_hash: hash, ..way })?;
        }
        Ok(())
    })
}
