//! Public catalogues: the pages of a business's newest edition, and its pictures.

use tresen_types::{AccountId, Timestamp};

use super::{ControlStore, check_size};
use crate::{
    ErrorKind, StoreError,
    limits::{PICTURE_BYTES_MAX, PICTURES_MAX, RECORD_BYTES_MAX},
    sql::Value,
};

/// All pages of one edition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogueRecord {
    /// The business.
    pub account: AccountId,
    /// The edition's sequence; it never falls.
    pub sequence: u64,
    /// The signed pages, in their order.
    pub pages: Vec<Vec<u8>>,
}

/// A picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PictureRecord {
    /// The business.
    pub account: AccountId,
    /// SHA-256 of the bytes.
    pub hash: [u8; 32],
    /// The bytes.
    pub bytes: Vec<u8>,
    /// When it was stored.
    pub stored_at: Timestamp,
}

impl ControlStore {
    /// Puts a newer edition in the place of the older one.
    ///
    /// # Errors
    /// `Conflict` when the stored one isn't older, unless it is the same.
    pub async fn put_catalogue(&self, catalogue: CatalogueRecord) -> Result<(), StoreError> {
        for page in &catalogue.pages {
            check_size(page, RECORD_BYTES_MAX)?;
        }
        self.database
            .write(move |transaction| {
                let known = transaction.query_one(
                    "SELECT sequence, bytes FROM catalogue WHERE account = $1 AND page = 0",
                    &[catalogue.account.into()],
                )?;
                if let Some(known) = known {
                    let sequence = known.unsigned(0)?;
                    if sequence == catalogue.sequence
                        && catalogue.pages.first() == Some(&known.bytes(1)?)
                    {
                        return Ok(());
                    }
                    if sequence >= catalogue.sequence {
                        return Err(StoreError::new(
                            ErrorKind::Conflict,
                            "a newer catalogue exists",
                        ));
                    }
                }
                transaction.execute(
                    "DELETE FROM catalogue WHERE account = $1",
                    &[catalogue.account.into()],
                )?;
                for (page, bytes) in (0_u64..).zip(&catalogue.pages) {
                    transaction.execute(
                        "INSERT INTO catalogue (account, page, sequence, bytes) \
                         VALUES ($1, $2, $3, $4)",
                        &[
                            catalogue.account.into(),
                            Value::try_from(page)?,
                            Value::try_from(catalogue.sequence)?,
                            bytes.as_slice().into(),
                        ],
                    )?;
                }
                Ok(())
            })
            .await
    }

    /// A business's newest edition.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn catalogue(
        &self,
        account: AccountId,
    ) -> Result<Option<CatalogueRecord>, StoreError> {
        self.database
            .read(move |transaction| {
                let rows = transaction.query(
                    "SELECT sequence, bytes FROM catalogue WHERE account = $1 ORDER BY page",
                    &[account.into()],
                )?;
                let Some(first) = rows.first() else { return Ok(None) };
                let sequence = first.unsigned(0)?;
                let pages = rows.iter().map(|row| row.bytes(1)).collect::<Result<_, _>>()?;
                Ok(Some(CatalogueRecord { account, sequence, pages }))
            })
            .await
    }

    /// Keeps a picture; the same one again is fine.
    ///
    /// # Errors
    /// `LimitExceeded` when the business has too many.
    pub async fn put_picture(&self, picture: PictureRecord) -> Result<(), StoreError> {
        check_size(&picture.bytes, PICTURE_BYTES_MAX)?;
        self.database
            .write(move |transaction| {
                let count = transaction
                    .query_one(
                        "SELECT count(*) FROM picture WHERE account = $1 AND hash <> $2",
                        &[picture.account.into(), picture.hash.as_slice().into()],
                    )?
                    .map_or(Ok(0), |row| row.unsigned(0))?;
                if count >= PICTURES_MAX {
                    return Err(StoreError::new(ErrorKind::LimitExceeded, "too many pictures"));
                }
                transaction.execute(
                    "INSERT INTO picture (account, hash, bytes, stored_at) \
                     VALUES ($1, $2, $3, $4) ON CONFLICT (account, hash) DO NOTHING",
                    &[
                        picture.account.into(),
                        picture.hash.as_slice().into(),
                        picture.bytes.as_slice().into(),
                        picture.stored_at.into(),
                    ],
                )?;
                Ok(())
            })
            .await
    }

    /// A picture by its hash.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn picture(
        &self,
        account: AccountId,
        hash: [u8; 32],
    ) -> Result<Option<Vec<u8>>, StoreError> {
        self.database
            .read(move |transaction| {
                let row = transaction.query_one(
                    "SELECT bytes FROM picture WHERE account = $1 AND hash = $2",
                    &[account.into(), hash.as_slice().into()],
                )?;
                row.map(|row| row.bytes(0)).transpose()
            })
            .await
    }
}
