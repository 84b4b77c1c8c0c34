//! The end of an account: everything that it has in the control store goes at once; what proves the
//! past stays a while without anything that says who it was.
//!
//! ```text
//! goes at once   key packages, blocks, invitations, what wakes devices up, linkings, ways back, archive, whence it came
//! stays          the id, so that it is never given out again; the last device list, so that others learn
//!                of the end; consents, all revoked, with the certificates that they are signed by
//! goes later     consents, certificates and account key: see [`ControlStore::forget_ended`]
//! ```

use tresen_types::{AccountId, Timestamp};

use super::{
    AccountState, ConsentRecord, ControlStore, DeviceListRecord,
    account::{find_account, find_device_list, no_account},
    check_size, consent,
};
use crate::{
    ErrorKind, StoreError,
    limits::RECORD_BYTES_MAX,
    sql::{Value, WriteTransaction},
};

/// What ends an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// The account.
    pub account: AccountId,
    /// The sequence of the device list that the last one follows.
    pub expected_sequence: u64,
    /// The last device list.
    pub device_list: DeviceListRecord,
    /// Signed revocations. A consent that none of them revokes is revoked nevertheless.
    pub consents: Vec<ConsentRecord>,
    /// When.
    pub now: Timestamp,
}

/// Whose blobs those of ended accounts are: nobody's.
const NOBODY: AccountId = AccountId::new([0; AccountId::LENGTH]);

impl ControlStore {
    /// Ends an account, for good. The same ending again is fine.
    ///
    /// # Errors
    /// `NotFound` for an unknown account; `Conflict` when the newest list isn't the expected one, or a
    /// consent is newer than its revocation.
    pub async fn end_account(&self, ending: Ending) -> Result<(), StoreError> {
        check_size(&ending.device_list.bytes, RECORD_BYTES_MAX)?;
        for consent in &ending.consents {
            check_size(&consent.bytes, RECORD_BYTES_MAX)?;
        }
        self.database.write(move |transaction| end(transaction, &ending)).await
    }

    /// Forgets consents and keys of accounts that ended before a time.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn forget_ended(&self, before: Timestamp) -> Result<(), StoreError> {
        self.database
            .write(move |transaction| {
                let ended = AccountState::Deleted.as_integer();
                for statement in [
                    "DELETE FROM consent WHERE stored_at < $1 \
                     AND customer IN (SELECT id FROM account WHERE state = $2)",
                    "DELETE FROM device WHERE revoked_at > 0 AND revoked_at < $1 \
                     AND account IN (SELECT id FROM account WHERE state = $2)",
                ] {
                    transaction.execute(statement, &[before.into(), ended.into()])?;
                }
                transaction.execute(
                    "DELETE FROM device_list WHERE account IN (SELECT id FROM account \
                     WHERE state = $1 AND id NOT IN (SELECT account FROM device))",
                    &[ended.into()],
                )?;
                transaction.execute(
                    "UPDATE account SET account_key = $2 WHERE state = $1 AND account_key <> $2 \
                     AND id NOT IN (SELECT account FROM device)",
                    &[ended.into(), Value::Blob(Vec::new())],
                )?;
                Ok(())
            })
            .await
    }
}

fn end(transaction: &WriteTransaction<'_>, ending: &Ending) -> Result<(), StoreError> {
    let account = ending.account;
    let record = find_account(transaction, account)?.ok_or_else(no_account)?;
    let current = find_device_list(transaction, account)?.ok_or_else(no_account)?;
    if record.state == AccountState::Deleted && current == ending.device_list {
        return Ok(());
    }
    if record.state == AccountState::Deleted
        || current.sequence != ending.expected_sequence
        || ending.device_list.sequence <= current.sequence
    {
        return Err(StoreError::new(ErrorKind::Conflict, "a newer device list exists"));
    }
    for revocation in &ending.consents {
        consent::put(transaction, revocation)?;
    }
    transaction.execute(
        "UPDATE consent SET state = 0, categories = 0, stored_at = $2 \
         WHERE customer = $1 AND state <> 0",
        &[account.into(), ending.now.into()],
    )?;
    transaction.execute(
        "UPDATE device SET revoked_at = $2 WHERE account = $1 AND revoked_at = 0",
        &[account.into(), ending.now.into()],
    )?;
    for statement in [
        "DELETE FROM key_package WHERE account = $1",
        "DELETE FROM key_package_claimed WHERE account = $1",
        "DELETE FROM block WHERE account = $1 OR blocked = $1",
        "DELETE FROM invitation WHERE account = $1",
        "DELETE FROM push_subscription WHERE account = $1",
        "DELETE FROM link_step WHERE mailbox IN (SELECT id FROM link_mailbox WHERE account = $1)",
        "DELETE FROM link_mailbox WHERE account = $1",
        "DELETE FROM recovery WHERE account = $1",
        "DELETE FROM passkey WHERE account = $1",
        "DELETE FROM archive_segment WHERE account = $1",
    ] {
        transaction.execute(statement, &[account.into()])?;
    }
    // The bytes go with the next sweep. What was sent to others stays theirs until its time is over.
    transaction.execute(
        "UPDATE blob SET expires_at = $2 WHERE account = $1 AND (class = 1 OR finished = 0)",
        &[account.into(), ending.now.into()],
    )?;
    transaction.execute(
        "UPDATE blob SET account = $2 WHERE account = $1",
        &[account.into(), NOBODY.into()],
    )?;
    transaction.execute(
        "UPDATE device_list SET sequence = $2, bytes = $3 WHERE account = $1",
        &[
            account.into(),
            Value::try_from(ending.device_list.sequence)?,
            ending.device_list.bytes.as_slice().into(),
        ],
    )?;
    transaction.execute(
        "UPDATE account SET state = $2, entry = $3 WHERE id = $1",
        &[account.into(), AccountState::Deleted.as_integer().into(), Value::Blob(Vec::new())],
    )?;
    Ok(())
}
