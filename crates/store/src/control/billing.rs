//! Prices, plans and payments of businesses.

use tresen_types::{AccountId, Timestamp};

use super::{ControlStore, row_limit};
use crate::{
    ErrorKind, StoreError,
    limits::{BILLING_TEXT_BYTES_MAX, RATE_CARDS_MAX},
    sql::{Row, Value, flag},
};

/// How a business pays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillingAccountRecord {
    /// The business.
    pub account: AccountId,
    /// Its plan; opaque to the store.
    pub plan: String,
    /// Whether it pays before.
    pub is_prepaid: bool,
    /// What it may spend in a month, in millionths.
    pub cap: Option<i64>,
}

/// Money that moves without a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum BillingEntryKind {
    /// The business paid in.
    TopUp = 1,
    /// A plan's fee for a month.
    Fee = 2,
    /// A credit note.
    Refund = 3,
}

/// One movement of money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BillingEntryRecord {
    /// The business.
    pub account: AccountId,
    /// Makes a repeated entry one.
    pub id: [u8; 16],
    /// What it is.
    pub kind: BillingEntryKind,
    /// How much, in millionths.
    pub amount: i64,
    /// When.
    pub booked_at: Timestamp,
}

impl ControlStore {
    /// Stores a rate card; the same one again is fine.
    ///
    /// # Errors
    /// `Conflict` when another one begins at this time, `LimitExceeded` when there are too many.
    pub async fn put_rate_card(
        &self,
        valid_from: Timestamp,
        document: String,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        check_text(&document)?;
        self.database
            .write(move |transaction| {
                let known = transaction.query_one(
                    "SELECT document FROM rate_card WHERE valid_from = $1",
                    &[valid_from.into()],
                )?;
                if let Some(known) = known {
                    return if known.text(0)? == document {
                        Ok(())
                    } else {
                        Err(StoreError::new(ErrorKind::Conflict, "another card begins then"))
                    };
                }
                let cards = transaction.number("SELECT COUNT(*) FROM rate_card", &[])?;
                if cards >= RATE_CARDS_MAX {
                    return Err(StoreError::new(ErrorKind::LimitExceeded, "too many rate cards"));
                }
                transaction
                    .execute(
                        "INSERT INTO rate_card (valid_from, document, stored_at) \
                         VALUES ($1, $2, $3)",
                        &[valid_from.into(), document.as_str().into(), now.into()],
                    )
                    .map(|_changed| ())
            })
            .await
    }

    /// The rate cards, oldest first.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn rate_cards(&self) -> Result<Vec<String>, StoreError> {
        self.database
            .read(move |transaction| {
                transaction
                    .query(
                        "SELECT document FROM rate_card ORDER BY valid_from LIMIT $1",
                        &[row_limit()],
                    )?
                    .iter()
                    .map(|row| row.text(0))
                    .collect()
            })
            .await
    }

    /// Sets how a business pays.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn set_billing_account(
        &self,
        record: BillingAccountRecord,
    ) -> Result<(), StoreError> {
        check_text(&record.plan)?;
        self.database
            .write(move |transaction| {
                transaction
                    .execute(
                        "INSERT INTO billing_account (account, plan, is_prepaid, cap) \
                         VALUES ($1, $2, $3, $4) ON CONFLICT (account) DO UPDATE \
                         SET plan = EXCLUDED.plan, is_prepaid = EXCLUDED.is_prepaid, \
                         cap = EXCLUDED.cap",
                        &[
                            record.account.into(),
                            record.plan.as_str().into(),
                            flag(record.is_prepaid),
                            Value::Integer(record.cap.unwrap_or(-1)),
                        ],
                    )
                    .map(|_changed| ())
            })
            .await
    }

    /// How a business pays; none where nobody has said so.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn billing_account(
        &self,
        account: AccountId,
    ) -> Result<Option<BillingAccountRecord>, StoreError> {
        self.database
            .read(move |transaction| {
                transaction
                    .query_one(
                        "SELECT account, plan, is_prepaid, cap FROM billing_account \
                         WHERE account = $1",
                        &[account.into()],
                    )?
                    .as_ref()
                    .map(read_account)
                    .transpose()
            })
            .await
    }

    /// The businesses that pay or have used something, after one of them.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn billed_accounts(
        &self,
        after: Option<AccountId>,
    ) -> Result<Vec<AccountId>, StoreError> {
        let after = after.map_or(Vec::new(), |account| account.as_bytes().to_vec());
        self.database
            .read(move |transaction| {
                transaction
                    .query(
                        "SELECT account FROM billing_account WHERE account > $1 \
                         UNION SELECT account FROM billing_entry WHERE account > $1 \
                         UNION SELECT account FROM charge_total WHERE account > $1 \
                         ORDER BY account LIMIT $2",
                        &[after.clone().into(), row_limit()],
                    )?
                    .iter()
                    .map(|row| row.id(0))
                    .collect()
            })
            .await
    }

    /// Books money that moves without a message; the same entry again is fine.
    ///
    /// # Errors
    /// `Conflict` when the id stands for another entry.
    pub async fn put_billing_entry(&self, entry: BillingEntryRecord) -> Result<(), StoreError> {
        self.database
            .write(move |transaction| {
                let known = transaction.query_one(
                    "SELECT account, id, kind, amount, booked_at FROM billing_entry \
                     WHERE account = $1 AND id = $2",
                    &[entry.account.into(), entry.id.into()],
                )?;
                if let Some(known) = known {
                    let known = read_entry(&known)?;
                    return if (known.kind, known.amount) == (entry.kind, entry.amount) {
                        Ok(())
                    } else {
                        Err(StoreError::new(ErrorKind::Conflict, "the id is another entry's"))
                    };
                }
                transaction
                    .execute(
                        "INSERT INTO billing_entry (account, id, kind, amount, booked_at) \
                         VALUES ($1, $2, $3, $4, $5)",
                        &[
                            entry.account.into(),
                            entry.id.into(),
                            Value::Integer(i64::from(entry.kind as u8)),
                            Value::Integer(entry.amount),
                            entry.booked_at.into(),
                        ],
                    )
                    .map(|_changed| ())
            })
            .await
    }

    /// What a business has paid and was given back, oldest first.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn billing_entries(
        &self,
        account: AccountId,
    ) -> Result<Vec<BillingEntryRecord>, StoreError> {
        self.database
            .read(move |transaction| {
                transaction
                    .query(
                        "SELECT account, id, kind, amount, booked_at FROM billing_entry \
                         WHERE account = $1 ORDER BY booked_at, id",
                        &[account.into()],
                    )?
                    .iter()
                    .map(read_entry)
                    .collect()
            })
            .await
    }
}

fn check_text(text: &str) -> Result<(), StoreError> {
    if text.len() > BILLING_TEXT_BYTES_MAX {
        return Err(StoreError::new(ErrorKind::LimitExceeded, "a record is too large"));
    }
    Ok(())
}

fn read_account(row: &Row) -> Result<BillingAccountRecord, StoreError> {
    Ok(BillingAccountRecord {
        account: row.id(0)?,
        plan: row.text(1)?,
        is_prepaid: row.flag(2)?,
        cap: Some(row.integer(3)?).filter(|cap| *cap >= 0),
    })
}

fn read_entry(row: &Row) -> Result<BillingEntryRecord, StoreError> {
    let kind = match row.byte(2)? {
        1 => BillingEntryKind::TopUp,
        2 => BillingEntryKind::Fee,
        3 => BillingEntryKind::Refund,
        _ => return Err(StoreError::corrupt("an entry of an unknown kind")),
    };
    Ok(BillingEntryRecord {
        account: row.id(0)?,
        id: row.bytes(1)?.try_into().map_err(|_length| StoreError::corrupt("an entry's id"))?,
        kind,
        amount: row.integer(3)?,
        booked_at: row.time(4)?,
    })
}
