//! Makes a recovery code. From here on the account has an archive, also a person's.

use std::rc::Rc;

use tresen_view::Answer;

use super::{code::RecoveryCode, record::lookup_hash, refresh};
use crate::{
    archive, client::Inner, connection::Phase, conversation::ensure_own_group, error::Result,
    store::RecoveryKeyRecord,
};

/// Makes a code, writes the archive up to now and stores the record. An earlier code keeps its
/// record as it was, and is of no use once the account's devices have changed.
pub(crate) async fn create_recovery_code(inner: &Rc<Inner>) -> Result<Answer> {
    let own = inner.own()?;
    own.account_key()?;
    inner.link.reach(Phase::Live).await?;
    // The archive's keys come from it.
    ensure_own_group(inner).await?;
    let before = inner.store.read(|tx| Ok((tx.recovery()?, tx.account()?)))?;
    let code = RecoveryCode::generate();
    let record = RecoveryKeyRecord {
        lookup_hash: lookup_hash(&code.lookup_key()?),
        wrap_key: code.wrap_key()?,
        stored_hash: [0; 32],
    };
    set_keys(inner, &record)?;
    let stored = match archive::flush(inner).await {
        Ok(()) => refresh(inner).await,
        Err(error) => Err(error),
    };
    if let Err(error) = stored {
        // The code was never shown: the one before counts, if there was one.
        let (recovery, account) = before;
        inner.store.write(|tx| {
            match &recovery {
                Some(recovery) => tx.put_recovery(recovery)?,
                None => tx.delete_recovery()?,
            }
            account.iter().try_for_each(|account| tx.put_account(account))
        })?;
        inner.reload_own()?;
        return Err(error);
    }
    Ok(Answer::RecoveryCode(code.text().to_string()))
}

fn set_keys(inner: &Inner, record: &RecoveryKeyRecord) -> Result<()> {
    inner.store.write(|tx| {
        tx.put_recovery(record)?;
        if let Some(mut account) = tx.account()? {
            account.has_recovery = true;
            tx.put_account(&account)?;
        }
        Ok(())
    })?;
    inner.reload_own()
}
