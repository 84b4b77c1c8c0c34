//! How customers take a business's messages, and how many of them it may begin with.

use tresen_types::{AccountId, Categories, Category, Timestamp};

use super::{ControlStore, DecisionRecord, ReportDecision, decision};
use crate::{
    StoreError,
    sql::{Value, flag},
};

/// A business's tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TierRecord {
    /// Its number.
    pub tier: u8,
    /// Whether the operator has set it, so that it doesn't move by itself.
    pub is_fixed: bool,
    /// Since when it is this one.
    pub changed_at: Timestamp,
}

/// What happened since a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QualityCounts {
    /// Charged messages that were delivered.
    pub delivered: u64,
    /// Customers who got one.
    pub customers: u64,
    /// Reports that weren't dismissed.
    pub reports: u64,
    /// Customers who blocked the business.
    pub blocks: u64,
    /// Customers who took consent back, all of it or all but for answers.
    pub stops: u64,
}

impl ControlStore {
    /// The tier of a business; none where nobody has set one.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn tier(&self, account: AccountId) -> Result<Option<TierRecord>, StoreError> {
        self.database
            .read(move |transaction| {
                let row = transaction.query_one(
                    "SELECT tier, is_fixed, changed_at FROM business_tier WHERE account = $1",
                    &[account.into()],
                )?;
                row.map(|row| {
                    Ok(TierRecord {
                        tier: row.byte(0)?,
                        is_fixed: row.flag(1)?,
                        changed_at: row.time(2)?,
                    })
                })
                .transpose()
            })
            .await
    }

    /// Sets the tier of a business, with what it is told.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn set_tier(
        &self,
        account: AccountId,
        tier: TierRecord,
        notice: Option<DecisionRecord>,
    ) -> Result<(), StoreError> {
        self.database
            .write(move |transaction| {
                if let Some(notice) = &notice {
                    decision::insert(transaction, notice)?;
                }
                transaction
                    .execute(
                        "INSERT INTO business_tier (account, tier, is_fixed, changed_at) \
                         VALUES ($1, $2, $3, $4) ON CONFLICT (account) DO UPDATE \
                         SET tier = EXCLUDED.tier, is_fixed = EXCLUDED.is_fixed, \
                         changed_at = EXCLUDED.changed_at",
                        &[
                            account.into(),
                            Value::Integer(i64::from(tier.tier)),
                            flag(tier.is_fixed),
                            tier.changed_at.into(),
                        ],
                    )
                    .map(|_changed| ())
            })
            .await
    }

    /// What happened to a business's messages since a time.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn quality_counts(
        &self,
        account: AccountId,
        since: Timestamp,
    ) -> Result<QualityCounts, StoreError> {
        let answers = Categories::NONE.with(Category::Service).bits();
        self.database
            .read(move |transaction| {
                let count = |sql: &str, more: &[Value]| {
                    let parameters = [&[account.into(), since.into()], more].concat();
                    let count = transaction.number(sql, &parameters)?;
                    u64::try_from(count).map_err(|_negative| StoreError::corrupt("a count"))
                };
                let dismissed = Value::Integer(i64::from(ReportDecision::Dismissed as u8));
                Ok(QualityCounts {
                    delivered: count(
                        "SELECT COUNT(*) FROM charge WHERE account = $1 AND settled_at >= $2 \
                         AND is_delivered = 1",
                        &[],
                    )?,
                    customers: count(
                        "SELECT COUNT(DISTINCT customer) FROM charge WHERE account = $1 \
                         AND settled_at >= $2 AND is_delivered = 1",
                        &[],
                    )?,
                    reports: count(
                        "SELECT COUNT(*) FROM report WHERE business = $1 AND stored_at >= $2 \
                         AND decision <> $3",
                        &[dismissed],
                    )?,
                    blocks: count(
                        "SELECT COUNT(*) FROM block WHERE blocked = $1 AND blocked_at >= $2",
                        &[],
                    )?,
                    stops: count(
                        "SELECT COUNT(*) FROM consent WHERE business = $1 AND stored_at >= $2 \
                         AND sequence > 1 AND (categories = 0 OR categories = $3)",
                        &[Value::Integer(i64::from(answers))],
                    )?,
                })
            })
            .await
    }
}
