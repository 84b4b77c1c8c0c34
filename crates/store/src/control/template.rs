//! The registry of templates: documents by their hash, and the newest approval of each.

use tresen_types::{AccountId, Category, Timestamp};

use super::{ControlStore, check_size, row_limit};
use crate::{
    ErrorKind, StoreError,
    limits::{RECORD_BYTES_MAX, TEMPLATES_MAX},
    sql::{Row, Value},
};

/// A template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateRecord {
    /// The business.
    pub account: AccountId,
    /// The hash of the document.
    pub hash: [u8; 32],
    /// Its name.
    pub name: String,
    /// Its language.
    pub language: String,
    /// Its version; of each name and language there is one with this number.
    pub version: u32,
    /// Its category.
    pub category: Category,
    /// The document.
    pub document: Vec<u8>,
    /// When the server got it.
    pub stored_at: Timestamp,
}

/// The newest approval of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApprovalRecord {
    /// The business.
    pub account: AccountId,
    /// The template.
    pub hash: [u8; 32],
    /// Its sequence; the highest wins.
    pub sequence: u64,
    /// The signed approval.
    pub bytes: Vec<u8>,
    /// When it was stored.
    pub stored_at: Timestamp,
}

const COLUMNS: &str = "account, hash, name, language, version, category, document, stored_at";

impl ControlStore {
    /// Stores a template; the same one again is fine.
    ///
    /// # Errors
    /// `Conflict` when another document has this name, language and version, `LimitExceeded` when
    /// the business has too many.
    pub async fn put_template(&self, template: TemplateRecord) -> Result<(), StoreError> {
        check_size(&template.document, RECORD_BYTES_MAX)?;
        self.database
            .write(move |transaction| {
                let known = transaction.query_one(
                    "SELECT hash FROM template \
                     WHERE account = $1 AND name = $2 AND language = $3 AND version = $4",
                    &[
                        template.account.into(),
                        template.name.as_str().into(),
                        template.language.as_str().into(),
                        Value::Integer(i64::from(template.version)),
                    ],
                )?;
                if let Some(known) = known {
                    return if known.bytes(0)? == template.hash {
                        Ok(())
                    } else {
                        Err(StoreError::new(ErrorKind::Conflict, "the version is another template"))
                    };
                }
                let of_business = transaction.query_one(
                    "SELECT COUNT(*) FROM template WHERE account = $1",
                    &[template.account.into()],
                )?;
                if of_business.map_or(Ok(0), |row| row.integer(0))? >= TEMPLATES_MAX {
                    return Err(StoreError::new(
                        ErrorKind::LimitExceeded,
                        "the business has too many templates",
                    ));
                }
                transaction
                    .execute(
                        "INSERT INTO template \
                         (account, hash, name, language, version, category, document, stored_at) \
                         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                        &[
                            template.account.into(),
                            template.hash.into(),
                            template.name.as_str().into(),
                            template.language.as_str().into(),
                            Value::Integer(i64::from(template.version)),
                            Value::Integer(i64::from(template.category.as_byte())),
                            template.document.as_slice().into(),
                            template.stored_at.into(),
                        ],
                    )
                    .map(|_changed| ())
            })
            .await
    }

    /// A template by its hash.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn template(
        &self,
        account: AccountId,
        hash: [u8; 32],
    ) -> Result<Option<TemplateRecord>, StoreError> {
        self.database
            .read(move |transaction| {
                transaction
                    .query_one(
                        &format!("SELECT {COLUMNS} FROM template WHERE account = $1 AND hash = $2"),
                        &[account.into(), hash.into()],
                    )?
                    .as_ref()
                    .map(read)
                    .transpose()
            })
            .await
    }

    /// The templates of a business, by name, language and version.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn templates(&self, account: AccountId) -> Result<Vec<TemplateRecord>, StoreError> {
        self.database
            .read(move |transaction| {
                transaction
                    .query(
                        &format!(
                            "SELECT {COLUMNS} FROM template WHERE account = $1 \
                             ORDER BY name, language, version LIMIT $2"
                        ),
                        &[account.into(), row_limit()],
                    )?
                    .iter()
                    .map(read)
                    .collect()
            })
            .await
    }

    /// The hashes of a business's templates, each with the sequence of its newest approval, or 0.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn template_states(
        &self,
        account: AccountId,
    ) -> Result<Vec<([u8; 32], u64)>, StoreError> {
        self.database
            .read(move |transaction| {
                transaction
                    .query(
                        "SELECT template.hash, COALESCE(template_approval.sequence, 0) \
                         FROM template LEFT JOIN template_approval \
                         ON template_approval.account = template.account \
                         AND template_approval.hash = template.hash \
                         WHERE template.account = $1 ORDER BY template.hash LIMIT $2",
                        &[account.into(), Value::Integer(TEMPLATES_MAX)],
                    )?
                    .iter()
                    .map(|row| Ok((hash(row, 0)?, row.unsigned(1)?)))
                    .collect()
            })
            .await
    }

    /// Stores an approval if its sequence is higher than the stored one's. The same one again is
    /// fine.
    ///
    /// # Errors
    /// `NotFound` when there is no such template, `Conflict` when the stored approval isn't older.
    pub async fn put_approval(&self, approval: ApprovalRecord) -> Result<(), StoreError> {
        check_size(&approval.bytes, RECORD_BYTES_MAX)?;
        self.database
            .write(move |transaction| {
                let template = transaction.query_one(
                    "SELECT 1 FROM template WHERE account = $1 AND hash = $2",
                    &[approval.account.into(), approval.hash.into()],
                )?;
                if template.is_none() {
                    return Err(StoreError::new(ErrorKind::NotFound, "no such template"));
                }
                let changed = transaction.execute(
                    "INSERT INTO template_approval (account, hash, sequence, bytes, stored_at) \
                     VALUES ($1, $2, $3, $4, $5) \
                     ON CONFLICT (account, hash) DO UPDATE \
                     SET sequence = EXCLUDED.sequence, bytes = EXCLUDED.bytes, \
                     stored_at = EXCLUDED.stored_at \
                     WHERE EXCLUDED.sequence > template_approval.sequence \
                     OR (EXCLUDED.sequence = template_approval.sequence \
                     AND EXCLUDED.bytes = template_approval.bytes)",
                    &[
                        approval.account.into(),
                        approval.hash.into(),
                        Value::try_from(approval.sequence)?,
                        approval.bytes.as_slice().into(),
                        approval.stored_at.into(),
                    ],
                )?;
                if changed == 0 {
                    return Err(StoreError::new(ErrorKind::Conflict, "a newer approval exists"));
                }
                Ok(())
            })
            .await
    }

    /// The newest approval of a template.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn approval(
        &self,
        account: AccountId,
        hash: [u8; 32],
    ) -> Result<Option<ApprovalRecord>, StoreError> {
        self.database
            .read(move |transaction| {
                transaction
                    .query_one(
                        "SELECT account, hash, sequence, bytes, stored_at \
                         FROM template_approval WHERE account = $1 AND hash = $2",
                        &[account.into(), hash.into()],
                    )?
                    .as_ref()
                    .map(read_approval)
                    .transpose()
            })
            .await
    }
}

fn read(row: &Row) -> Result<TemplateRecord, StoreError> {
    Ok(TemplateRecord {
        account: row.id(0)?,
        hash: hash(row, 1)?,
        name: row.text(2)?,
        language: row.text(3)?,
        version: u32::try_from(row.unsigned(4)?)
            .map_err(|_too_large| StoreError::corrupt("a template's version"))?,
        category: Category::from_byte(row.byte(5)?)
            .ok_or_else(|| StoreError::corrupt("a template has an unknown category"))?,
        document: row.bytes(6)?,
        stored_at: row.time(7)?,
    })
}

fn read_approval(row: &Row) -> Result<ApprovalRecord, StoreError> {
    Ok(ApprovalRecord {
        account: row.id(0)?,
        hash: hash(row, 1)?,
        sequence: row.unsigned(2)?,
        bytes: row.bytes(3)?,
        stored_at: row.time(4)?,
    })
}

fn hash(row: &Row, column: usize) -> Result<[u8; 32], StoreError> {
    row.bytes(column)?.try_into().map_err(|_length| StoreError::corrupt("a template's hash"))
}
