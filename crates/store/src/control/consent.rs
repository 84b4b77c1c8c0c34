//! What customers allow businesses to send.

use tresen_types::{AccountId, Categories, Timestamp};

use super::{ControlStore, check_size, row_limit};
use crate::{
    ErrorKind, StoreError,
    limits::RECORD_BYTES_MAX,
    sql::{ReadTransaction, Row, Value, WriteTransaction},
};

/// Whether a consent holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConsentState {
    /// The customer said yes.
    Given,
    /// The customer said no, or no longer.
    Revoked,
}

/// The newest consent between a customer and a business.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentRecord {
    /// The business.
    pub business: AccountId,
    /// The customer.
    pub customer: AccountId,
    /// Its sequence; the highest wins.
    pub sequence: u64,
    /// The signed consent.
    pub bytes: Vec<u8>,
    /// What the business may send.
    pub categories: Categories,
    /// Whether it holds.
    pub state: ConsentState,
    /// When the server got it.
    pub stored_at: Timestamp,
}

impl ControlStore {
    /// Stores a consent if its sequence is higher than the stored one's. The same one again is fine.
    ///
    /// # Errors
    /// `Conflict` when the stored one isn't older.
    pub async fn put_consent(&self, consent: ConsentRecord) -> Result<(), StoreError> {
        check_size(&consent.bytes, RECORD_BYTES_MAX)?;
        self.database.write(move |transaction| put(transaction, &consent)).await
    }

    /// The newest consent between a business and a customer.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn consent(
        &self,
        business: AccountId,
        customer: AccountId,
    ) -> Result<Option<ConsentRecord>, StoreError> {
        self.database
            .read(move |transaction| {
                transaction
                    .query_one(
                        "SELECT business, customer, sequence, bytes, categories, state, stored_at \
                         FROM consent WHERE business = $1 AND customer = $2",
                        &[business.into(), customer.into()],
                    )?
                    .as_ref()
                    .map(read)
                    .transpose()
            })
            .await
    }

    /// The consents of a customer, with whichever business.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn consents_of_customer(
        &self,
        customer: AccountId,
    ) -> Result<Vec<ConsentRecord>, StoreError> {
        self.database
            .read(move |transaction| {
                list(
                    transaction,
                    "SELECT business, customer, sequence, bytes, categories, state, stored_at \
                     FROM consent WHERE customer = $1 ORDER BY business LIMIT $2",
                    &[customer.into(), row_limit()],
                )
            })
            .await
    }

    /// The consents of a business, ordered by customer, after `after`.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn consents_of_business(
        &self,
        business: AccountId,
        after: Option<AccountId>,
    ) -> Result<Vec<ConsentRecord>, StoreError> {
        self.database
            .read(move |transaction| {
                let after = after.map_or_else(|| Value::Blob(Vec::new()), Value::from);
                list(
                    transaction,
                    "SELECT business, customer, sequence, bytes, categories, state, stored_at \
                     FROM consent WHERE business = $1 AND customer > $2 ORDER BY customer LIMIT $3",
                    &[business.into(), after, row_limit()],
                )
            })
            .await
    }
}

/// Stores a consent that is newer than the stored one, or the same.
pub(super) fn put(
    transaction: &WriteTransaction<'_>,
    consent: &ConsentRecord,
) -> Result<(), StoreError> {
    let state = match consent.state {
        ConsentState::Given => 1,
        ConsentState::Revoked => 0,
    };
    let changed = transaction.execute(
        "INSERT INTO consent (business, customer, sequence, bytes, categories, state, stored_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) \
         ON CONFLICT (business, customer) DO UPDATE \
         SET sequence = EXCLUDED.sequence, bytes = EXCLUDED.bytes, \
         categories = EXCLUDED.categories, state = EXCLUDED.state, \
         stored_at = EXCLUDED.stored_at \
         WHERE EXCLUDED.sequence > consent.sequence \
         OR (EXCLUDED.sequence = consent.sequence AND EXCLUDED.bytes = consent.bytes)",
        &[
            consent.business.into(),
            consent.customer.into(),
            Value::try_from(consent.sequence)?,
            consent.bytes.as_slice().into(),
            Value::Integer(i64::from(consent.categories.bits())),
            Value::Integer(state),
            consent.stored_at.into(),
        ],
    )?;
    if changed == 0 {
        return Err(StoreError::new(ErrorKind::Conflict, "a newer consent exists"));
    }
    Ok(())
}

fn list(
    transaction: &ReadTransaction<'_>,
    sql: &str,
    parameters: &[Value],
) -> Result<Vec<ConsentRecord>, StoreError> {
    transaction.query(sql, parameters)?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<ConsentRecord, StoreError> {
    Ok(ConsentRecord {
        business: row.id(0)?,
        customer: row.id(1)?,
        sequence: row.unsigned(2)?,
        bytes: row.bytes(3)?,
        categories: Categories::from_bits(row.byte(4)?)
            .ok_or_else(|| StoreError::corrupt("a consent has an unknown category"))?,
        state: if row.flag(5)? { ConsentState::Given } else { ConsentState::Revoked },
        stored_at: row.time(6)?,
    })
}
