//! Makes a recovery code. From here on the account has an archive, also a person's.

use std::rc::Rc;

use tresen_view::Answer;

use super::{code::RecoveryCode, record::lookup_hash, refresh, share};
use crate::{
    archive,
    client::Inner,
    connection::Phase,
    conversation::ensure_own_group,
    error::Result,
    store::{Tx, WayBackRecord},
};

/// Makes a code, writes the archive up to now and stores the record. An earlier code keeps its
/// record as it was, and is of no use once the account's devices have changed.
pub(crate) async fn create_recovery_code(inner: &Rc<Inner>) -> Result<Answer> {
    let own = inner.own()?;
    own.account_key()?;
    let code = RecoveryCode::generate();
    let way = WayBackRecord {
        lookup_hash: lookup_hash(&code.lookup_key()?),
        wrap_key: code.wrap_key()?,
        stored_hash: [0; 32],
        credential: None,
        device: own.device,
        made_at: inner.now(),
    };
    open_way(inner, &way).await?;
    Ok(Answer::RecoveryCode(code.text().to_string()))
}

/// Writes archive and record for a new way back. When that fails, the ways before count.
pub(super) async fn open_way(inner: &Rc<Inner>, way: &WayBackRecord) -> Result<()> {
    inner.link.reach(Phase::Live).await?;
    // The archive's keys come from it.
    ensure_own_group(inner).await?;
    let before = inner.store.read(|tx| tx.ways_back())?;
    inner.store.write(|tx| {
        put_way(tx, way)?;
        archive::turn_on(tx)
    })?;
    inner.reload_own()?;
    let stored = match archive::flush(inner).await {
        Ok(()) => refresh(inner).await,
        Err(error) => Err(error),
    };
    if let Err(error) = stored {
        inner.store.write(|tx| {
            tx.delete_way_back(way.lookup_hash)?;
            before.iter().try_for_each(|way| tx.put_way_back(way))
        })?;
        inner.reload_own()?;
        return Err(error);
    }
    let own = inner.own()?;
    inner.store.write(|tx| share::tell(inner, tx, &own))?;
    inner.outbox_wake.notify();
    Ok(())
}

/// Keeps a way; a newer code takes the place of the one before.
pub(super) fn put_way(tx: &Tx<'_>, way: &WayBackRecord) -> Result<()> {
    if way.credential.is_none() {
        for known in tx.ways_back()?.iter().filter(|known| known.credential.is_none()) {
            tx.delete_way_back(known.lookup_hash)?;
        }
    }
    tx.put_way_back(way)
}
