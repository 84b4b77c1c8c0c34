//! Customers' reports, and the categories that the operator has taken from businesses.

use tresen_types::{AccountId, Categories, Timestamp};

use super::{ControlStore, DecisionRecord, check_size, decision, row_limit};
use crate::{
    ErrorKind, StoreError,
    limits::{REPORT_BYTES_MAX, REPORTS_OPEN_MAX},
    sql::{Row, Value},
};

/// What became of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ReportDecision {
    /// Nothing is wrong with the messages.
    Dismissed = 1,
    /// The business was warned.
    Warned = 2,
    /// Categories were taken from the business.
    Suspended = 3,
}

/// A report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportRecord {
    /// The hash of its bytes.
    pub id: [u8; 32],
    /// Who is reported.
    pub business: AccountId,
    /// Who reports.
    pub reporter: AccountId,
    /// The signed report.
    pub bytes: Vec<u8>,
    /// When the server got it.
    pub stored_at: Timestamp,
    /// What was decided, and when.
    pub decided: Option<(ReportDecision, Timestamp)>,
}

const COLUMNS: &str = "id, business, reporter, bytes, stored_at, decision, decided_at";

impl ControlStore {
    /// Stores a report; the same one again is fine.
    ///
    /// # Errors
    /// `LimitExceeded` when the reporter has too many that nobody has decided about.
    pub async fn put_report(&self, report: ReportRecord) -> Result<(), StoreError> {
        check_size(&report.bytes, REPORT_BYTES_MAX)?;
        self.database
            .write(move |transaction| {
                let known = transaction
                    .query_one("SELECT 1 FROM report WHERE id = $1", &[report.id.into()])?;
                if known.is_some() {
                    return Ok(());
                }
                let open = transaction.query_one(
                    "SELECT COUNT(*) FROM report WHERE reporter = $1 AND decision = 0",
                    &[report.reporter.into()],
                )?;
                if open.map_or(Ok(0), |row| row.integer(0))? >= REPORTS_OPEN_MAX {
                    return Err(StoreError::new(
                        ErrorKind::LimitExceeded,
                        "the reporter's earlier reports come first",
                    ));
                }
                transaction
                    .execute(
                        "INSERT INTO report \
                         (id, business, reporter, bytes, stored_at, decision, decided_at) \
                         VALUES ($1, $2, $3, $4, $5, 0, 0)",
                        &[
                            report.id.into(),
                            report.business.into(),
                            report.reporter.into(),
                            report.bytes.as_slice().into(),
                            report.stored_at.into(),
                        ],
                    )
                    .map(|_changed| ())
            })
            .await
    }

    /// The reports that nobody has decided about, oldest first.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn open_reports(&self) -> Result<Vec<ReportRecord>, StoreError> {
        self.database
            .read(move |transaction| {
                transaction
                    .query(
                        &format!(
                            "SELECT {COLUMNS} FROM report WHERE decision = 0 \
                             ORDER BY stored_at, id LIMIT $1"
                        ),
                        &[row_limit()],
                    )?
                    .iter()
                    .map(read)
                    .collect()
            })
            .await
    }

    /// A report.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn report(&self, id: [u8; 32]) -> Result<Option<ReportRecord>, StoreError> {
        self.database
            .read(move |transaction| {
                let sql = format!("SELECT {COLUMNS} FROM report WHERE id = $1");
                transaction.query_one(&sql, &[id.into()])?.as_ref().map(read).transpose()
            })
            .await
    }

    /// Notes what was decided; with [`ReportDecision::Suspended`] takes the categories from the
    /// business, in the same transaction, with what the business is told.
    ///
    /// # Errors
    /// `NotFound` when there is no such report, `Conflict` when it was decided otherwise before.
    pub async fn decide_report(
        &self,
        id: [u8; 32],
        decision: ReportDecision,
        suspended: Categories,
        now: Timestamp,
        notice: Option<DecisionRecord>,
    ) -> Result<(), StoreError> {
        self.database
            .write(move |transaction| {
                let known = transaction.query_one(
                    "SELECT business, decision FROM report WHERE id = $1",
                    &[id.into()],
                )?;
                let Some(known) = known else {
                    return Err(StoreError::new(ErrorKind::NotFound, "no such report"));
                };
                let number = decision as u8;
                let before = known.byte(1)?;
                if before != 0 && before != number {
                    return Err(StoreError::new(ErrorKind::Conflict, "it was decided otherwise"));
                }
                let business: AccountId = known.id(0)?;
                if before == 0
                    && let Some(notice) = &notice
                {
                    decision::insert(transaction, notice)?;
                }
                transaction.execute(
                    "UPDATE report SET decision = $2, decided_at = $3 WHERE id = $1",
                    &[id.into(), Value::Integer(i64::from(number)), now.into()],
                )?;
                if decision == ReportDecision::Suspended {
                    let of_business = transaction.query_one(
                        "SELECT categories FROM suspension WHERE account = $1",
                        &[business.into()],
                    )?;
                    let before = of_business.map_or(Ok(0), |row| row.byte(0))?;
                    let bits = i64::from(before | suspended.bits());
                    transaction.execute(
                        "INSERT INTO suspension (account, categories, decided_at) \
                         VALUES ($1, $2, $3) ON CONFLICT (account) DO UPDATE \
                         SET categories = EXCLUDED.categories, decided_at = EXCLUDED.decided_at",
                        &[business.into(), Value::Integer(bits), now.into()],
                    )?;
                }
                Ok(())
            })
            .await
    }

    /// The categories that were taken from a business.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn suspension(&self, account: AccountId) -> Result<Categories, StoreError> {
        self.database
            .read(move |transaction| {
                let row = transaction.query_one(
                    "SELECT categories FROM suspension WHERE account = $1",
                    &[account.into()],
                )?;
                let bits = row.map_or(Ok(0), |row| row.byte(0))?;
                Categories::from_bits(bits)
                    .ok_or_else(|| StoreError::corrupt("a suspension has an unknown category"))
            })
            .await
    }

    /// Gives a business back what was taken, and tells it.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn lift_suspension(
        &self,
        account: AccountId,
        notice: Option<DecisionRecord>,
    ) -> Result<(), StoreError> {
        self.database
            .write(move |transaction| {
                if let Some(notice) = &notice {
                    decision::insert(transaction, notice)?;
                }
                transaction
                    .execute("DELETE FROM suspension WHERE account = $1", &[account.into()])
                    .map(|_changed| ())
            })
            .await
    }
}

fn read(row: &Row) -> Result<ReportRecord, StoreError> {
    let decision = match row.byte(5)? {
        0 => None,
        1 => Some(ReportDecision::Dismissed),
        2 => Some(ReportDecision::Warned),
        3 => Some(ReportDecision::Suspended),
        _ => return Err(StoreError::corrupt("a report has an unknown decision")),
    };
    Ok(ReportRecord {
        id: row
            .bytes(0)?
            .try_into()
            .map_err(|_length| StoreError::corrupt("the id of a report"))?,
        business: row.id(1)?,
        reporter: row.id(2)?,
        bytes: row.bytes(3)?,
        stored_at: row.time(4)?,
        decided: match decision {
            Some(decision) => Some((decision, row.time(6)?)),
            None => None,
        },
    })
}
