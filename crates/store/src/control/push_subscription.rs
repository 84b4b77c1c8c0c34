//! Where devices that aren't connected are woken up.

use tresen_types::{AccountId, DeviceId, Timestamp};

use super::{ControlStore, check_size};
use crate::{StoreError, limits::RECORD_BYTES_MAX, sql::Row};

/// How a device is woken up (RFC 8030, RFC 8291).
#[derive(Clone, PartialEq, Eq)]
pub struct PushSubscriptionRecord {
    /// The device; it has one at most.
    pub device: DeviceId,
    /// Its account.
    pub account: AccountId,
    /// The push resource, an absolute URL. Who knows it may try to wake the device.
    pub endpoint: String,
    /// The device's public key for pushes, an uncompressed point of P-256.
    pub public_key: Vec<u8>,
    /// Its authentication secret.
    pub auth: Vec<u8>,
    /// When it was registered last.
    pub registered_at: Timestamp,
}

impl std::fmt::Debug for PushSubscriptionRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PushSubscriptionRecord")
            .field("device", &self.device)
            .field("account", &self.account)
            .finish_non_exhaustive()
    }
}

impl ControlStore {
    /// Registers how a device is woken up; takes the place of what it registered before.
    ///
    /// # Errors
    /// `LimitExceeded` for a record that is too large.
    pub async fn put_push_subscription(
        &self,
        record: PushSubscriptionRecord,
    ) -> Result<(), StoreError> {
        check_size(record.endpoint.as_bytes(), RECORD_BYTES_MAX)?;
        check_size(&record.public_key, RECORD_BYTES_MAX)?;
        check_size(&record.auth, RECORD_BYTES_MAX)?;
        self.database
            .write(move |transaction| {
                transaction
                    .execute(
                        "INSERT INTO push_subscription \
                         (device, account, endpoint, public_key, auth, registered_at) \
                         VALUES ($1, $2, $3, $4, $5, $6) \
                         ON CONFLICT (device) DO UPDATE \
                         SET account = EXCLUDED.account, endpoint = EXCLUDED.endpoint, \
                         public_key = EXCLUDED.public_key, auth = EXCLUDED.auth, \
                         registered_at = EXCLUDED.registered_at",
                        &[
                            record.device.into(),
                            record.account.into(),
                            record.endpoint.as_str().into(),
                            record.public_key.as_slice().into(),
                            record.auth.as_slice().into(),
                            record.registered_at.into(),
                        ],
                    )
                    .map(|_changed| ())
            })
            .await
    }

    /// How a device is woken up.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn push_subscription(
        &self,
        device: DeviceId,
    ) -> Result<Option<PushSubscriptionRecord>, StoreError> {
        self.database
            .read(move |transaction| {
                transaction
                    .query_one(
                        "SELECT device, account, endpoint, public_key, auth, registered_at \
                         FROM push_subscription WHERE device = $1",
                        &[device.into()],
                    )?
                    .as_ref()
                    .map(read)
                    .transpose()
            })
            .await
    }

    /// The device isn't woken up any more.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn delete_push_subscription(&self, device: DeviceId) -> Result<(), StoreError> {
        self.database
            .write(move |transaction| {
                transaction
                    .execute("DELETE FROM push_subscription WHERE device = $1", &[device.into()])
                    .map(|_changed| ())
            })
            .await
    }

    /// Takes out a subscription that has ended, unless the device has registered another since.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn end_push_subscription(
        &self,
        device: DeviceId,
        endpoint: String,
    ) -> Result<(), StoreError> {
        self.database
            .write(move |transaction| {
                transaction
                    .execute(
                        "DELETE FROM push_subscription WHERE device = $1 AND endpoint = $2",
                        &[device.into(), endpoint.as_str().into()],
                    )
                    .map(|_changed| ())
            })
            .await
    }

    /// Takes out what nobody has registered again since a time.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn expire_push_subscriptions(&self, before: Timestamp) -> Result<(), StoreError> {
        self.database
            .write(move |transaction| {
                transaction
                    .execute(
                        "DELETE FROM push_subscription WHERE registered_at < $1",
                        &[before.into()],
                    )
                    .map(|_changed| ())
            })
            .await
    }
}

fn read(row: &Row) -> Result<PushSubscriptionRecord, StoreError> {
    Ok(PushSubscriptionRecord {
        device: row.id(0)?,
        account: row.id(1)?,
        endpoint: row.text(2)?,
        public_key: row.bytes(3)?,
        auth: row.bytes(4)?,
        registered_at: row.time(5)?,
    })
}
