//! Businesses' claims on domains, with what the server found there.

use tresen_types::{AccountId, Timestamp};

use super::{ControlStore, check_size, row_limit};
use crate::{
    ErrorKind, StoreError,
    limits::RECORD_BYTES_MAX,
    sql::{ReadTransaction, Row, Value, WriteTransaction},
};

/// How a claim stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum DomainClaimState {
    /// It wasn't found yet.
    Waiting = 0,
    /// It was found.
    Confirmed = 1,
    /// It was found once, and then not for too long.
    Lost = 2,
}

/// A business's claim on a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DomainClaimRecord {
    /// The business.
    pub account: AccountId,
    /// The domain.
    pub domain: String,
    /// The number of the way in which it is checked.
    pub method: u8,
    /// The signed claim.
    pub claim: Vec<u8>,
    /// When the server got it.
    pub claimed_at: Timestamp,
    /// How it stands.
    pub state: DomainClaimState,
    /// Counts the records that were signed.
    pub sequence: u64,
    /// Since when it has been found without a break.
    pub since: Timestamp,
    /// When it was found last.
    pub found_at: Timestamp,
    /// When it was looked for last.
    pub checked_at: Timestamp,
    /// When it is to be looked for again.
    pub next_at: Timestamp,
    /// Why it wasn't found the last time, as a stable word; empty when it was.
    pub trouble: String,
    /// The server's newest signed record; empty before the first.
    pub record: Vec<u8>,
}

const COLUMNS: &str = "account, domain, method, claim, claimed_at, state, sequence, since, \
                       found_at, checked_at, next_at, trouble, record";

impl ControlStore {
    /// Stores a claim in the place of the business's former one. The same claim on the same domain
    /// keeps what was found.
    ///
    /// # Errors
    /// `Conflict` when another business has the domain.
    pub async fn put_domain_claim(&self, claim: DomainClaimRecord) -> Result<(), StoreError> {
        check_size(&claim.claim, RECORD_BYTES_MAX)?;
        self.database
            .write(move |transaction| {
                refuse_taken(transaction, &claim)?;
                let known = read_one(transaction, claim.account)?;
                let claim = match known {
                    Some(known) if known.domain == claim.domain => DomainClaimRecord {
                        method: claim.method,
                        claim: claim.claim.clone(),
                        claimed_at: claim.claimed_at,
                        next_at: claim.next_at,
                        ..known
                    },
                    Some(known) => DomainClaimRecord { sequence: known.sequence, ..claim.clone() },
                    None => claim.clone(),
                };
                write(transaction, &claim)
            })
            .await
    }

    /// Stores what was found, unless somebody else did since `sequence` and `checked_at`.
    ///
    /// # Errors
    /// `Conflict` when another business has the domain, `NotFound` when the claim was changed
    /// meanwhile.
    pub async fn settle_domain_claim(
        &self,
        before: DomainClaimRecord,
        after: DomainClaimRecord,
    ) -> Result<(), StoreError> {
        check_size(&after.record, RECORD_BYTES_MAX)?;
        self.database
            .write(move |transaction| {
                let known = read_one(transaction, before.account)?;
                let is_same = known.is_some_and(|known| {
                    known.claim == before.claim && known.sequence == before.sequence
                });
                if !is_same {
                    return Err(StoreError::new(ErrorKind::NotFound, "the claim was changed"));
                }
                if after.state == DomainClaimState::Confirmed {
                    refuse_taken(transaction, &after)?;
                }
                write(transaction, &after)
            })
            .await
    }

    /// A business's claim.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn domain_claim(
        &self,
        account: AccountId,
    ) -> Result<Option<DomainClaimRecord>, StoreError> {
        self.database.read(move |transaction| read_one(transaction, account)).await
    }

    /// All claims, by account.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn domain_claims(&self) -> Result<Vec<DomainClaimRecord>, StoreError> {
        self.database
            .read(move |transaction| {
                let sql = format!("SELECT {COLUMNS} FROM domain_claim ORDER BY account LIMIT $1");
                transaction.query(&sql, &[row_limit()])?.iter().map(read).collect()
            })
            .await
    }

    /// Takes the claims that are to be looked for by `now`, and puts them off until `next`, so that
    /// no two nodes look for the same.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn take_due_domain_claims(
        &self,
        now: Timestamp,
        next: Timestamp,
    ) -> Result<Vec<DomainClaimRecord>, StoreError> {
        self.database
            .write(move |transaction| {
                let sql = format!(
                    "SELECT {COLUMNS} FROM domain_claim WHERE next_at <= $1 \
                     ORDER BY next_at, account LIMIT $2"
                );
                let due: Vec<DomainClaimRecord> = transaction
                    .query(&sql, &[now.into(), row_limit()])?
                    .iter()
                    .map(read)
                    .collect::<Result<_, _>>()?;
                for claim in &due {
                    transaction.execute(
                        "UPDATE domain_claim SET next_at = $2 WHERE account = $1",
                        &[claim.account.into(), next.into()],
                    )?;
                }
                Ok(due)
            })
            .await
    }

    /// Forgets a business's claim.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn delete_domain_claim(&self, account: AccountId) -> Result<(), StoreError> {
        self.database
            .write(move |transaction| {
                transaction
                    .execute("DELETE FROM domain_claim WHERE account = $1", &[account.into()])
                    .map(|_changed| ())
            })
            .await
    }
}

/// Refuses a domain that was confirmed for another business.
fn refuse_taken(
    transaction: &ReadTransaction<'_>,
    claim: &DomainClaimRecord,
) -> Result<(), StoreError> {
    let taken = transaction.query_one(
        "SELECT 1 FROM domain_claim WHERE domain = $1 AND account <> $2 AND state = $3",
        &[
            claim.domain.as_str().into(),
            claim.account.into(),
            Value::Integer(i64::from(DomainClaimState::Confirmed as u8)),
        ],
    )?;
    match taken {
        None => Ok(()),
        Some(_row) => Err(StoreError::new(ErrorKind::Conflict, "another business has this domain")),
    }
}

fn read_one(
    transaction: &ReadTransaction<'_>,
    account: AccountId,
) -> Result<Option<DomainClaimRecord>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM domain_claim WHERE account = $1");
    transaction.query_one(&sql, &[account.into()])?.as_ref().map(read).transpose()
}

fn write(transaction: &WriteTransaction<'_>, claim: &DomainClaimRecord) -> Result<(), StoreError> {
    transaction
        .execute("DELETE FROM domain_claim WHERE account = $1", &[claim.account.into()])
        .map(|_changed| ())?;
    let sql = format!(
        "INSERT INTO domain_claim ({COLUMNS}) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
    );
    transaction
        .execute(
            &sql,
            &[
                claim.account.into(),
                claim.domain.as_str().into(),
                Value::Integer(i64::from(claim.method)),
                claim.claim.as_slice().into(),
                claim.claimed_at.into(),
                Value::Integer(i64::from(claim.state as u8)),
                Value::try_from(claim.sequence)?,
                claim.since.into(),
                claim.found_at.into(),
                claim.checked_at.into(),
                claim.next_at.into(),
                claim.trouble.as_str().into(),
                claim.record.as_slice().into(),
            ],
        )
        .map(|_changed| ())
}

fn read(row: &Row) -> Result<DomainClaimRecord, StoreError> {
    Ok(DomainClaimRecord {
        account: row.id(0)?,
        domain: row.text(1)?,
        method: row.byte(2)?,
        claim: row.bytes(3)?,
        claimed_at: row.time(4)?,
        state: match row.byte(5)? {
            0 => DomainClaimState::Waiting,
            1 => DomainClaimState::Confirmed,
            2 => DomainClaimState::Lost,
            _ => return Err(StoreError::corrupt("a claim on a domain has an unknown state")),
        },
        sequence: row.unsigned(6)?,
        since: row.time(7)?,
        found_at: row.time(8)?,
        checked_at: row.time(9)?,
        next_at: row.time(10)?,
        trouble: row.text(11)?,
        record: row.bytes(12)?,
    })
}
