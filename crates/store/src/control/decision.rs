//! The log of the operator's decisions about businesses, with objections and answers.

use tresen_types::{AccountId, Timestamp};

use super::{ControlStore, check_size, row_limit};
use crate::{
    ErrorKind, StoreError,
    limits::RECORD_BYTES_MAX,
    sql::{ReadTransaction, Row, WriteTransaction},
};

/// A decision as it was told to the business.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionRecord {
    /// The hash of the signed notice.
    pub id: [u8; 32],
    /// The business.
    pub account: AccountId,
    /// The notice whose objection this answers.
    pub answers: Option<[u8; 32]>,
    /// The signed notice.
    pub bytes: Vec<u8>,
    /// When it was decided.
    pub decided_at: Timestamp,
    /// What the business says against it, and when.
    pub objection: Option<(String, Timestamp)>,
}

const COLUMNS: &str = "id, account, answers, bytes, decided_at, objection, objected_at";

impl ControlStore {
    /// The decisions about a business, newest first.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn decisions(&self, account: AccountId) -> Result<Vec<DecisionRecord>, StoreError> {
        self.database
            .read(move |transaction| {
                let sql = format!(
                    "SELECT {COLUMNS} FROM decision_notice WHERE account = $1 \
                     ORDER BY decided_at DESC, id LIMIT $2"
                );
                transaction.query(&sql, &[account.into(), row_limit()])?.iter().map(read).collect()
            })
            .await
    }

    /// All decisions, newest first; only those with an objection that nobody has answered, if asked.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn all_decisions(
        &self,
        is_open_only: bool,
    ) -> Result<Vec<DecisionRecord>, StoreError> {
        self.database
            .read(move |transaction| {
                let only = if is_open_only {
                    "WHERE objected_at > 0 AND NOT EXISTS \
                     (SELECT 1 FROM decision_notice answer WHERE answer.answers = notice.id)"
                } else {
                    ""
                };
                let sql = format!(
                    "SELECT {COLUMNS} FROM decision_notice notice {only} \
                     ORDER BY decided_at DESC, id LIMIT $1"
                );
                transaction.query(&sql, &[row_limit()])?.iter().map(read).collect()
            })
            .await
    }

    /// Notes what a business says against a decision; the same again is fine.
    ///
    /// # Errors
    /// `NotFound` when there is no such decision about it, `Conflict` when it said something else
    /// before.
    pub async fn object(
        &self,
        account: AccountId,
        id: [u8; 32],
        text: String,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        check_size(text.as_bytes(), RECORD_BYTES_MAX)?;
        self.database
            .write(move |transaction| {
                let known = find(transaction, id)?;
                let known = known.filter(|known| known.account == account);
                let Some(known) = known.filter(|known| known.answers.is_none()) else {
                    return Err(StoreError::new(ErrorKind::NotFound, "no such decision"));
                };
                match known.objection {
                    Some((said, _)) if said == text => return Ok(()),
                    Some(_) => {
                        return Err(StoreError::new(ErrorKind::Conflict, "it was objected to"));
                    }
                    None => {}
                }
                transaction
                    .execute(
                        "UPDATE decision_notice SET objection = $2, objected_at = $3 WHERE id = $1",
                        &[id.into(), text.as_str().into(), now.into()],
                    )
                    .map(|_changed| ())
            })
            .await
    }

    /// Answers an objection; where the decision is taken back, gives back what it has suspended.
    ///
    /// # Errors
    /// `NotFound` when nobody objects to that, `Conflict` when it was answered before.
    pub async fn answer_objection(
        &self,
        answer: DecisionRecord,
        is_withdrawn: bool,
    ) -> Result<(), StoreError> {
        self.database
            .write(move |transaction| {
                let of = answer.answers.unwrap_or_default();
                let known = find(transaction, of)?;
                if known.is_none_or(|known| known.objection.is_none()) {
                    return Err(StoreError::new(ErrorKind::NotFound, "nobody objects to that"));
                }
                let before = transaction
                    .query_one("SELECT 1 FROM decision_notice WHERE answers = $1", &[of.into()])?;
                if before.is_some() {
                    return Err(StoreError::new(ErrorKind::Conflict, "it was answered before"));
                }
                if is_withdrawn {
                    transaction.execute(
                        "DELETE FROM suspension WHERE account = $1",
                        &[answer.account.into()],
                    )?;
                }
                insert(transaction, &answer)
            })
            .await
    }

    /// A decision.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn decision(&self, id: [u8; 32]) -> Result<Option<DecisionRecord>, StoreError> {
        self.database.read(move |transaction| find(transaction, id)).await
    }
}

/// Writes a decision within the transaction of what it decides.
pub(super) fn insert(
    transaction: &WriteTransaction<'_>,
    record: &DecisionRecord,
) -> Result<(), StoreError> {
    check_size(&record.bytes, RECORD_BYTES_MAX)?;
    let sql = format!(
        "INSERT INTO decision_notice ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, '', 0) \
         ON CONFLICT (id) DO NOTHING"
    );
    let answers = record.answers.map(Vec::from).unwrap_or_default();
    transaction
        .execute(
            &sql,
            &[
                record.id.into(),
                record.account.into(),
                answers.into(),
                record.bytes.as_slice().into(),
                record.decided_at.into(),
            ],
        )
        .map(|_changed| ())
}

fn find(
    transaction: &ReadTransaction<'_>,
    id: [u8; 32],
) -> Result<Option<DecisionRecord>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM decision_notice WHERE id = $1");
    transaction.query_one(&sql, &[id.into()])?.as_ref().map(read).transpose()
}

fn read(row: &Row) -> Result<DecisionRecord, StoreError> {
    let hash = |bytes: Vec<u8>| {
        <[u8; 32]>::try_from(bytes).map_err(|_length| StoreError::corrupt("the id of a decision"))
    };
    let answers = row.bytes(2)?;
    let objected_at = row.time(6)?;
    Ok(DecisionRecord {
        id: hash(row.bytes(0)?)?,
        account: row.id(1)?,
        answers: if answers.is_empty() { None } else { Some(hash(answers)?) },
        bytes: row.bytes(3)?,
        decided_at: row.time(4)?,
        objection: if objected_at == Timestamp::default() {
            None
        } else {
            Some((row.text(5)?, objected_at))
        },
    })
}
