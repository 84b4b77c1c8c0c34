//! Link mailboxes: where a new device and an old one exchange the steps of PROTOCOL 6.2, whichever
//! nodes they are connected to. A step is written once; a mailbox vanishes a while after its last one.

use tresen_types::{AccountId, Timestamp};

use super::{ControlStore, check_size};
use crate::{
    ErrorKind, StoreError,
    limits::{LINK_MAILBOXES_MAX, LINK_MAILBOXES_PER_ACCOUNT_MAX, RECORD_BYTES_MAX},
    sql::{ReadTransaction, Value, WriteTransaction},
};

/// A step of a linking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkStep {
    /// The mailbox.
    pub mailbox: [u8; 16],
    /// The account that it belongs to.
    pub account: AccountId,
    /// Which step.
    pub slot: u32,
    /// What it says.
    pub payload: Vec<u8>,
    /// When the mailbox vanishes, unless another step follows.
    pub expires_at: Timestamp,
}

impl ControlStore {
    /// Writes a step, once. The first one makes the mailbox.
    ///
    /// # Errors
    /// `Conflict` when the slot is written, `Expired` when the mailbox's time is over or it is another
    /// account's, `LimitExceeded` when there are too many.
    pub async fn put_link_step(&self, step: LinkStep, now: Timestamp) -> Result<(), StoreError> {
        check_size(&step.payload, RECORD_BYTES_MAX)?;
        self.database.write(move |transaction| put(transaction, &step, now)).await
    }

    /// What was written into a slot of the account's mailbox; none when it isn't written, or when
    /// there is no such mailbox yet.
    ///
    /// # Errors
    /// `Expired` when the mailbox's time is over or it is another account's.
    pub async fn link_step(
        &self,
        mailbox: [u8; 16],
        account: AccountId,
        slot: u32,
        now: Timestamp,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        self.database
            .read(move |transaction| {
                if !is_open(transaction, mailbox, account, now)? {
                    return Ok(None);
                }
                transaction
                    .query_one(
                        "SELECT payload FROM link_step WHERE mailbox = $1 AND slot = $2",
                        &[mailbox.into(), i64::from(slot).into()],
                    )?
                    .map(|row| row.bytes(0))
                    .transpose()
            })
            .await
    }

    /// Removes the mailboxes whose time is over; returns how many.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn expire_link_mailboxes(&self, now: Timestamp) -> Result<usize, StoreError> {
        self.database
            .write(move |transaction| {
                transaction.execute(
                    "DELETE FROM link_step WHERE mailbox IN \
                     (SELECT id FROM link_mailbox WHERE expires_at <= $1)",
                    &[now.into()],
                )?;
                transaction
                    .execute("DELETE FROM link_mailbox WHERE expires_at <= $1", &[now.into()])
            })
            .await
    }
}

fn put(
    transaction: &WriteTransaction<'_>,
    step: &LinkStep,
    now: Timestamp,
) -> Result<(), StoreError> {
    if is_open(transaction, step.mailbox, step.account, now)? {
        transaction.execute(
            "UPDATE link_mailbox SET expires_at = $2 WHERE id = $1",
            &[step.mailbox.into(), step.expires_at.into()],
        )?;
    } else {
        let own = transaction.number(
            "SELECT COUNT(*) FROM link_mailbox WHERE account = $1 AND expires_at > $2",
            &[step.account.into(), now.into()],
        )?;
        let all = transaction
            .number("SELECT COUNT(*) FROM link_mailbox WHERE expires_at > $1", &[now.into()])?;
        if own >= LINK_MAILBOXES_PER_ACCOUNT_MAX || all >= LINK_MAILBOXES_MAX {
            return Err(StoreError::new(ErrorKind::LimitExceeded, "too many link mailboxes"));
        }
        transaction.execute(
            "INSERT INTO link_mailbox (id, account, expires_at) VALUES ($1, $2, $3)",
            &[step.mailbox.into(), step.account.into(), step.expires_at.into()],
        )?;
    }
    let slot = Value::from(i64::from(step.slot));
    let written = transaction.execute(
        "INSERT INTO link_step (mailbox, slot, payload) VALUES ($1, $2, $3) \
         ON CONFLICT (mailbox, slot) DO NOTHING",
        &[step.mailbox.into(), slot, step.payload.as_slice().into()],
    )?;
    if written == 0 {
        return Err(StoreError::new(ErrorKind::Conflict, "the slot is written already"));
    }
    Ok(())
}

/// Whether the account has this mailbox; false when nobody has it.
fn is_open(
    transaction: &ReadTransaction<'_>,
    mailbox: [u8; 16],
    account: AccountId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let found = transaction.query_one(
        "SELECT account, expires_at FROM link_mailbox WHERE id = $1",
        &[mailbox.into()],
    )?;
    let Some(row) = found else { return Ok(false) };
    // Another account's mailbox doesn't exist for this one.
    if row.id::<AccountId>(0)? != account || row.time(1)? <= now {
        return Err(StoreError::new(ErrorKind::Expired, "no such link mailbox"));
    }
    Ok(true)
}
