//! Key packages: uploaded by a device, each handed out once (PROTOCOL D8).

use tresen_types::{
    AccountId, DeviceId, Timestamp,
    limits::{KEY_PACKAGE_BYTES_MAX, KEY_PACKAGES_MAX},
};

use super::{ControlStore, check_size};
use crate::{
    ErrorKind, StoreError,
    sql::{Value, WriteTransaction, flag},
};

/// A key package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPackageRecord {
    /// Its hash reference.
    pub hash: [u8; 32],
    /// The MLS key package.
    pub bytes: Vec<u8>,
    /// Whether it is the one that is handed out, again and again, when no other is left.
    pub is_last_resort: bool,
    /// Not handed out from this time on.
    pub not_after: Timestamp,
}

/// A key package that was handed out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimedKeyPackage {
    /// The device that it is for.
    pub device: DeviceId,
    /// The key package.
    pub bytes: Vec<u8>,
    /// Whether it was the last resort.
    pub is_last_resort: bool,
}

/// What a device has in stock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeyPackageStock {
    /// Valid packages that are handed out once.
    pub count: u64,
    /// When the last resort was uploaded, if there is a valid one.
    pub last_resort_since: Option<Timestamp>,
}

impl ControlStore {
    /// Adds key packages of a device. One that is there already stays; one that was handed out before
    /// is not taken again; a new last resort replaces the old one.
    ///
    /// # Errors
    /// `LimitExceeded` for too many or too large ones; `NotFound` for an unknown or revoked device.
    pub async fn upload_key_packages(
        &self,
        account: AccountId,
        device: DeviceId,
        packages: Vec<KeyPackageRecord>,
        now: Timestamp,
    ) -> Result<KeyPackageStock, StoreError> {
        if packages.len() > KEY_PACKAGES_MAX {
            return Err(too_many());
        }
        for package in &packages {
            check_size(&package.bytes, KEY_PACKAGE_BYTES_MAX)?;
        }
        self.database
            .write(move |transaction| {
                for (position, package) in packages.iter().enumerate() {
                    let position = i64::try_from(position).unwrap_or(i64::MAX);
                    insert(transaction, account, device, package, (now, position))?;
                }
                check_owner_and_stock(transaction, account, device)?;
                stock(transaction, account, device, now)
            })
            .await
    }

    /// Hands out one key package for each device of an account that has one: the oldest valid, else
    /// the last resort, which stays. A device without either is left out.
    ///
    /// # Errors
    /// Fails when the database does; then nothing was handed out.
    pub async fn claim_key_packages(
        &self,
        account: AccountId,
        now: Timestamp,
    ) -> Result<Vec<ClaimedKeyPackage>, StoreError> {
        self.database
            .write(move |transaction| {
                let devices = transaction.query(
                    "SELECT id FROM device WHERE account = $1 AND revoked_at = 0 ORDER BY id",
                    &[account.into()],
                )?;
                let mut claimed = Vec::with_capacity(devices.len());
                for row in devices {
                    claimed.extend(claim(transaction, account, row.id(0)?, now)?);
                }
                Ok(claimed)
            })
            .await
    }

    /// Hands out one key package of one device, like [`Self::claim_key_packages`].
    ///
    /// # Errors
    /// Fails when the database does; then nothing was handed out.
    pub async fn claim_key_package(
        &self,
        account: AccountId,
        device: DeviceId,
        now: Timestamp,
    ) -> Result<Option<ClaimedKeyPackage>, StoreError> {
        self.database.write(move |transaction| claim(transaction, account, device, now)).await
    }

    /// What a device has in stock.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn key_package_stock(
        &self,
        account: AccountId,
        device: DeviceId,
        now: Timestamp,
    ) -> Result<KeyPackageStock, StoreError> {
        self.database.read(move |transaction| stock(transaction, account, device, now)).await
    }

    /// Removes key packages that are no longer valid; returns how many.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn expire_key_packages(&self, now: Timestamp) -> Result<usize, StoreError> {
        self.database
            .write(move |transaction| {
                transaction.execute(
                    "DELETE FROM key_package_claimed WHERE not_after <= $1",
                    &[now.into()],
                )?;
                transaction.execute("DELETE FROM key_package WHERE not_after <= $1", &[now.into()])
            })
            .await
    }
}

fn insert(
    transaction: &WriteTransaction<'_>,
    account: AccountId,
    device: DeviceId,
    package: &KeyPackageRecord,
    (now, position): (Timestamp, i64),
) -> Result<(), StoreError> {
    let key = [account.into(), device.into(), package.hash.into()];
    let handed_out = transaction.query_one(
        "SELECT hash FROM key_package_claimed WHERE account = $1 AND device = $2 AND hash = $3",
        &key,
    )?;
    if handed_out.is_some() {
        return Ok(());
    }
    if package.is_last_resort {
        transaction.execute(
            "DELETE FROM key_package WHERE account = $1 AND device = $2 AND last_resort = 1",
            &[account.into(), device.into()],
        )?;
    }
    transaction.execute(
        "INSERT INTO key_package \
         (account, device, hash, bytes, last_resort, not_after, uploaded_at, position) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (account, device, hash) DO NOTHING",
        &[
            account.into(),
            device.into(),
            package.hash.into(),
            package.bytes.as_slice().into(),
            flag(package.is_last_resort),
            package.not_after.into(),
            now.into(),
            position.into(),
        ],
    )?;
    Ok(())
}

fn check_owner_and_stock(
    transaction: &WriteTransaction<'_>,
    account: AccountId,
    device: DeviceId,
) -> Result<(), StoreError> {
    let owner = transaction.query_one(
        "SELECT id FROM device WHERE account = $1 AND id = $2 AND revoked_at = 0",
        &[account.into(), device.into()],
    )?;
    if owner.is_none() {
        return Err(StoreError::new(ErrorKind::NotFound, "no such device, or it is revoked"));
    }
    let kept = transaction.number(
        "SELECT COUNT(*) FROM key_package WHERE account = $1 AND device = $2 AND last_resort = 0",
        &[account.into(), device.into()],
    )?;
    if usize::try_from(kept).unwrap_or(usize::MAX) > KEY_PACKAGES_MAX {
        return Err(too_many());
    }
    Ok(())
}

fn claim(
    transaction: &WriteTransaction<'_>,
    account: AccountId,
    device: DeviceId,
    now: Timestamp,
) -> Result<Option<ClaimedKeyPackage>, StoreError> {
    let row = transaction.query_one(
        "SELECT hash, bytes, last_resort, not_after FROM key_package \
         WHERE account = $1 AND device = $2 AND not_after > $3 \
         ORDER BY last_resort, uploaded_at, position LIMIT 1",
        &[account.into(), device.into(), now.into()],
    )?;
    let Some(row) = row else { return Ok(None) };
    let is_last_resort = row.flag(2)?;
    if !is_last_resort {
        let key = [account.into(), device.into(), Value::from(row.blob(0)?)];
        let removed = transaction.execute(
            "DELETE FROM key_package WHERE account = $1 AND device = $2 AND hash = $3",
            &key,
        )?;
        assert_eq!(removed, 1, "a key package that was found is removed once");
        let [account, device, hash] = key;
        transaction.execute(
            "INSERT INTO key_package_claimed (account, device, hash, not_after) \
             VALUES ($1, $2, $3, $4)",
            &[account, device, hash, row.integer(3)?.into()],
        )?;
    }
    Ok(Some(ClaimedKeyPackage { device, bytes: row.bytes(1)?, is_last_resort }))
}

fn stock(
    transaction: &crate::sql::ReadTransaction<'_>,
    account: AccountId,
    device: DeviceId,
    now: Timestamp,
) -> Result<KeyPackageStock, StoreError> {
    let key = [account.into(), device.into(), now.into()];
    let count = transaction.number(
        "SELECT COUNT(*) FROM key_package \
         WHERE account = $1 AND device = $2 AND last_resort = 0 AND not_after > $3",
        &key,
    )?;
    let last_resort = transaction.query_one(
        "SELECT uploaded_at FROM key_package \
         WHERE account = $1 AND device = $2 AND last_resort = 1 AND not_after > $3",
        &key,
    )?;
    Ok(KeyPackageStock {
        count: u64::try_from(count).unwrap_or(0),
        last_resort_since: last_resort.map(|row| row.time(0)).transpose()?,
    })
}

const fn too_many() -> StoreError {
    StoreError::new(ErrorKind::LimitExceeded, "too many key packages")
}
