//! What became of each charged message, and the totals of each month.

use tresen_types::{AccountId, Category, Timestamp};

use super::{ControlStore, row_limit};
use crate::{
    StoreError,
    delivery::ChargeId,
    sql::{Row, Value, WriteTransaction, flag},
};

/// A charged message whose end is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChargeRecord {
    /// The business.
    pub account: AccountId,
    /// Names it: nonce and device of its sender.
    pub id: ChargeId,
    /// The customer.
    pub customer: AccountId,
    /// The customer's country, two letters.
    pub country: String,
    /// The category.
    pub category: Category,
    /// The template.
    pub template: Option<[u8; 32]>,
    /// Whether it was sent within the service window.
    pub in_window: bool,
    /// What it costs, in millionths.
    pub price: i64,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// When it was delivered or lost.
    pub settled_at: Timestamp,
    /// Whether it was delivered; otherwise the price was given back.
    pub is_delivered: bool,
}

/// What became of a business's messages of one month, by when they were accepted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChargeTotal {
    /// The number of the month.
    pub month: i64,
    /// Messages that were delivered.
    pub delivered: u64,
    /// Their prices.
    pub captured: i64,
    /// Messages that were lost.
    pub lost: u64,
    /// Their prices, given back.
    pub released: i64,
}

const COLUMNS: &str = "account, id, customer, country, category, template, in_window, price, \
    accepted_at, settled_at, is_delivered";

impl ControlStore {
    /// Books charges with the month of their acceptance; one that is known already changes nothing.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn book_charges(&self, charges: Vec<(ChargeRecord, i64)>) -> Result<(), StoreError> {
        self.database
            .write(move |transaction| {
                for (charge, month) in &charges {
                    book(transaction, charge, *month)?;
                }
                Ok(())
            })
            .await
    }

    /// The charges of a business after one of them, in the order in which they were settled.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn charges(
        &self,
        account: AccountId,
        after: Option<(Timestamp, ChargeId)>,
        limit: usize,
    ) -> Result<Vec<ChargeRecord>, StoreError> {
        let (time, id) = match after {
            Some((time, id)) => (time, id.to_vec()),
            None => (Timestamp::from_millis(i64::MIN), Vec::new()),
        };
        let limit = Value::Integer(i64::try_from(limit).unwrap_or(i64::MAX));
        self.database
            .read(move |transaction| {
                transaction
                    .query(
                        &format!(
                            "SELECT {COLUMNS} FROM charge WHERE account = $1 \
                             AND (settled_at > $2 OR (settled_at = $2 AND id > $3)) \
                             ORDER BY settled_at, id LIMIT $4"
                        ),
                        &[account.into(), time.into(), id.clone().into(), limit.clone()],
                    )?
                    .iter()
                    .map(read)
                    .collect()
            })
            .await
    }

    /// The totals of a business, oldest month first.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn charge_totals(&self, account: AccountId) -> Result<Vec<ChargeTotal>, StoreError> {
        self.database
            .read(move |transaction| {
                transaction
                    .query(
                        "SELECT month, delivered, captured, lost, released FROM charge_total \
                         WHERE account = $1 ORDER BY month LIMIT $2",
                        &[account.into(), row_limit()],
                    )?
                    .iter()
                    .map(|row| {
                        Ok(ChargeTotal {
                            month: row.integer(0)?,
                            delivered: row.unsigned(1)?,
                            captured: row.integer(2)?,
                            lost: row.unsigned(3)?,
                            released: row.integer(4)?,
                        })
                    })
                    .collect()
            })
            .await
    }

    /// With how many customers a business had a charged message that was delivered between two times.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn charged_customers(
        &self,
        account: AccountId,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<u64, StoreError> {
        self.database
            .read(move |transaction| {
                let count = transaction.number(
                    "SELECT COUNT(DISTINCT customer) FROM charge WHERE account = $1 \
                     AND is_delivered = 1 AND settled_at >= $2 AND settled_at < $3",
                    &[account.into(), from.into(), to.into()],
                )?;
                u64::try_from(count).map_err(|_negative| StoreError::corrupt("a count"))
            })
            .await
    }
}

fn book(
    transaction: &WriteTransaction<'_>,
    charge: &ChargeRecord,
    month: i64,
) -> Result<(), StoreError> {
    let template = charge.template.map_or(Vec::new(), |hash| hash.to_vec());
    let changed = transaction.execute(
        "INSERT INTO charge (account, id, customer, country, category, template, in_window, price, \
         accepted_at, settled_at, is_delivered) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (account, id) DO NOTHING",
        &[
            charge.account.into(),
            charge.id.into(),
            charge.customer.into(),
            charge.country.as_str().into(),
            Value::Integer(i64::from(charge.category.as_byte())),
            template.into(),
            flag(charge.in_window),
            Value::Integer(charge.price),
            charge.accepted_at.into(),
            charge.settled_at.into(),
            flag(charge.is_delivered),
        ],
    )?;
    if changed == 0 {
        return Ok(());
    }
    let one = |is_it: bool| Value::Integer(i64::from(is_it));
    let price = |is_it: bool| Value::Integer(if is_it { charge.price } else { 0 });
    transaction
        .execute(
            "INSERT INTO charge_total (account, month, delivered, captured, lost, released) \
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (account, month) DO UPDATE \
             SET delivered = charge_total.delivered + EXCLUDED.delivered, \
             captured = charge_total.captured + EXCLUDED.captured, \
             lost = charge_total.lost + EXCLUDED.lost, \
             released = charge_total.released + EXCLUDED.released",
            &[
                charge.account.into(),
                Value::Integer(month),
                one(charge.is_delivered),
                price(charge.is_delivered),
                one(!charge.is_delivered),
                price(!charge.is_delivered),
            ],
        )
        .map(|_changed| ())
}

fn read(row: &Row) -> Result<ChargeRecord, StoreError> {
    let template = row.bytes(5)?;
    Ok(ChargeRecord {
        account: row.id(0)?,
        id: row.bytes(1)?.try_into().map_err(|_length| StoreError::corrupt("a charge's id"))?,
        customer: row.id(2)?,
        country: row.text(3)?,
        category: Category::from_byte(row.byte(4)?)
            .ok_or_else(|| StoreError::corrupt("a charge has an unknown category"))?,
        template: if template.is_empty() {
            None
        } else {
            let hash = template.try_into();
            Some(hash.map_err(|_length| StoreError::corrupt("a template's hash"))?)
        },
        in_window: row.flag(6)?,
        price: row.integer(7)?,
        accepted_at: row.time(8)?,
        settled_at: row.time(9)?,
        is_delivered: row.flag(10)?,
    })
}
