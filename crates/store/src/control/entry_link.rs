//! Entry links: the QR codes and links through which customers come.

use tresen_types::{AccountId, EntryId, Timestamp};

use super::{ControlStore, check_size, row_limit};
use crate::{
    ErrorKind, StoreError,
    limits::{ENTRY_LINKS_MAX, RECORD_BYTES_MAX},
    sql::{ReadTransaction, Row, Value, WriteTransaction, flag},
};

/// An entry link of a business.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryLinkRecord {
    /// The entry.
    pub entry: EntryId,
    /// The business.
    pub account: AccountId,
    /// Its sequence; it never falls.
    pub sequence: u64,
    /// The signed entry link.
    pub bytes: Vec<u8>,
    /// How often it was used; the store counts.
    pub uses: u64,
    /// How often it may be used; none for any number.
    pub uses_max: Option<u64>,
    /// How often its page was opened; the store counts.
    pub clicks: u64,
    /// Not usable from this time on.
    pub expires_at: Option<Timestamp>,
    /// Whether the business has revoked it.
    pub is_revoked: bool,
}

/// What became of a use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntryUse {
    /// Counted.
    Allowed(AccountId),
    /// Its number of uses is reached.
    UsedUp,
    /// Its time is over.
    Expired,
    /// The business has revoked it.
    Revoked,
    /// There is no such entry link.
    Unknown,
}

impl ControlStore {
    /// Stores an entry link, or a newer version of it; the counters stay.
    ///
    /// # Errors
    /// `Conflict` when the stored one isn't older or is another business's; `LimitExceeded` when the
    /// business has too many.
    pub async fn put_entry_link(&self, link: EntryLinkRecord) -> Result<(), StoreError> {
        check_size(&link.bytes, RECORD_BYTES_MAX)?;
        self.database.write(move |transaction| put(transaction, &link)).await
    }

    /// The entry link.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn entry_link(&self, entry: EntryId) -> Result<Option<EntryLinkRecord>, StoreError> {
        self.database.read(move |transaction| find(transaction, entry)).await
    }

    /// The entry links of a business.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn entry_links(
        &self,
        account: AccountId,
    ) -> Result<Vec<EntryLinkRecord>, StoreError> {
        self.database
            .read(move |transaction| {
                transaction
                    .query(
                        "SELECT entry, account, sequence, bytes, uses, uses_max, clicks, \
                         expires_at, revoked \
                         FROM entry_link WHERE account = $1 ORDER BY entry LIMIT $2",
                        &[account.into(), row_limit()],
                    )?
                    .iter()
                    .map(read)
                    .collect()
            })
            .await
    }

    /// Counts one opening of an entry link's page; of an unknown one nothing.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn count_click(&self, entry: EntryId) -> Result<(), StoreError> {
        self.database
            .write(move |transaction| {
                transaction
                    .execute(
                        "UPDATE entry_link SET clicks = clicks + 1 WHERE entry = $1",
                        &[entry.into()],
                    )
                    .map(|_changed| ())
            })
            .await
    }

    /// Whether an entry link could be used now, without using it.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn check_use(&self, entry: EntryId, now: Timestamp) -> Result<EntryUse, StoreError> {
        self.database.read(move |transaction| Ok(usable(find(transaction, entry)?, now))).await
    }

    /// Uses an entry link once, if it may be used.
    ///
    /// # Errors
    /// Fails when the database does; then it wasn't used.
    pub async fn consume_use(
        &self,
        entry: EntryId,
        now: Timestamp,
    ) -> Result<EntryUse, StoreError> {
        self.database
            .write(move |transaction| {
                let answer = usable(find(transaction, entry)?, now);
                if matches!(answer, EntryUse::Allowed(_)) {
                    transaction.execute(
                        "UPDATE entry_link SET uses = uses + 1 WHERE entry = $1",
                        &[entry.into()],
                    )?;
                }
                Ok(answer)
            })
            .await
    }
}

fn usable(link: Option<EntryLinkRecord>, now: Timestamp) -> EntryUse {
    match link {
        None => EntryUse::Unknown,
        Some(link) if link.is_revoked => EntryUse::Revoked,
        Some(link) if link.expires_at.is_some_and(|end| end <= now) => EntryUse::Expired,
        Some(link) if link.uses_max.is_some_and(|most| link.uses >= most) => EntryUse::UsedUp,
        Some(link) => EntryUse::Allowed(link.account),
    }
}

fn put(transaction: &WriteTransaction<'_>, link: &EntryLinkRecord) -> Result<(), StoreError> {
    // Stored shifted by one, so that zero means any number and one means never.
    let uses_max = match link.uses_max {
        None => Value::Integer(0),
        Some(most) => Value::try_from(most.saturating_add(1))?,
    };
    let parameters = [
        link.entry.into(),
        link.account.into(),
        Value::try_from(link.sequence)?,
        link.bytes.as_slice().into(),
        uses_max,
        link.expires_at.unwrap_or_default().into(),
        flag(link.is_revoked),
    ];
    let changed = match find(transaction, link.entry)? {
        None => {
            let links = transaction.number(
                "SELECT COUNT(*) FROM entry_link WHERE account = $1",
                &[link.account.into()],
            )?;
            if links >= ENTRY_LINKS_MAX {
                return Err(StoreError::new(ErrorKind::LimitExceeded, "too many entry links"));
            }
            transaction.execute(
                "INSERT INTO entry_link \
                 (entry, account, sequence, bytes, uses, uses_max, clicks, expires_at, revoked) \
                 VALUES ($1, $2, $3, $4, 0, $5, 0, $6, $7)",
                &parameters,
            )?
        }
        Some(stored)
            if stored.account == link.account
                && stored.sequence == link.sequence
                && stored.bytes == link.bytes =>
        {
            1
        }
        Some(_older) => transaction.execute(
            "UPDATE entry_link SET sequence = $3, bytes = $4, uses_max = $5, expires_at = $6, \
             revoked = $7 WHERE entry = $1 AND account = $2 AND sequence < $3",
            &parameters,
        )?,
    };
    if changed == 0 {
        return Err(StoreError::new(ErrorKind::Conflict, "a newer entry link exists"));
    }
    Ok(())
}

fn find(
    transaction: &ReadTransaction<'_>,
    entry: EntryId,
) -> Result<Option<EntryLinkRecord>, StoreError> {
    transaction
        .query_one(
            "SELECT entry, account, sequence, bytes, uses, uses_max, clicks, expires_at, revoked \
             FROM entry_link WHERE entry = $1",
            &[entry.into()],
        )?
        .as_ref()
        .map(read)
        .transpose()
}

fn read(row: &Row) -> Result<EntryLinkRecord, StoreError> {
    Ok(EntryLinkRecord {
        entry: row.id(0)?,
        account: row.id(1)?,
        sequence: row.unsigned(2)?,
        bytes: row.bytes(3)?,
        uses: row.unsigned(4)?,
        uses_max: row.unsigned(5)?.checked_sub(1),
        clicks: row.unsigned(6)?,
        expires_at: row.optional_time(7)?,
        is_revoked: row.flag(8)?,
    })
}
