//! Templates with their approvals, as they were fetched: which of them counts is checked where a
//! message is.

use rusqlite::{Row, named_params};
use tresen_types::AccountId;

use super::Tx;
use crate::error::{Error, Result};

/// A template.
#[derive(Clone, Debug)]
pub(crate) struct TemplateRecord {
    pub(crate) account: AccountId,
    pub(crate) hash: [u8; 32],
    pub(crate) document: Vec<u8>,
    /// The signed approval; empty as long as nobody has decided.
    pub(crate) approval: Vec<u8>,
    /// Whether the server lets businesses approve by themselves.
    pub(crate) counts_self_signed: bool,
}

const COLUMNS: &str = "account, hash, document, approval, counts_self_signed";

impl Tx<'_> {
    /// A template by its hash.
    pub(crate) fn template(
        &self,
        account: AccountId,
        hash: [u8; 32],
    ) -> Result<Option<TemplateRecord>> {
        self.one(
            &format!("SELECT {COLUMNS} FROM template WHERE account = ?1 AND hash = ?2"),
            (account.as_bytes(), hash),
            |row| read(row, account),
        )
    }

    /// All known templates of a business.
    pub(crate) fn templates(&self, account: AccountId) -> Result<Vec<TemplateRecord>> {
        self.all(
            &format!("SELECT {COLUMNS} FROM template WHERE account = ?1 ORDER BY hash"),
            (account.as_bytes(),),
            |row| read(row, account),
        )
    }

    /// Writes a template with its newest approval.
    pub(crate) fn put_template(&self, record: &TemplateRecord) -> Result<()> {
        self.execute(
            "INSERT INTO template (account, hash, document, approval, counts_self_signed)
             VALUES (:account, :hash, :document, :approval, :counts_self_signed)
             ON CONFLICT (account, hash) DO UPDATE SET approval = excluded.approval,
                counts_self_signed = excluded.counts_self_signed",
            named_params! {
                ":account": record.account.as_bytes(),
                ":hash": record.hash,
                ":document": record.document,
                ":approval": record.approval,
                ":counts_self_signed": record.counts_self_signed,
            },
        )?;
        Ok(())
    }
}

fn read(row: &Row<'_>, account: AccountId) -> Result<TemplateRecord> {
    Ok(TemplateRecord {
        account,
        hash: row
            .get::<_, Vec<u8>>("hash")?
            .try_into()
            .map_err(|_length| Error::Damaged("hash of a template"))?,
        document: row.get("document")?,
        approval: row.get("approval")?,
        counts_self_signed: row.get("counts_self_signed")?,
    })
}
