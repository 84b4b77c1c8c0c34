//! Accounts, their devices and their device lists.

use tresen_types::{
    AccountId, AccountKind, DeviceId, EntryId, Timestamp,
    limits::{BUSINESS_DEVICES_MAX, PERSON_DEVICES_MAX},
};

use super::{ControlStore, check_size, claim_link, row_limit};
use crate::{
    ErrorKind, StoreError,
    limits::RECORD_BYTES_MAX,
    sql::{ReadTransaction, Row, Value, WriteTransaction},
};

/// Whether an account may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountState {
    /// In use.
    Active,
    /// Suspended by the operator.
    Suspended,
    /// Deleted; the id is never given out again.
    Deleted,
}

impl AccountState {
    pub(super) const fn as_integer(self) -> i64 {
        match self {
            Self::Active => 0,
            Self::Suspended => 1,
            Self::Deleted => 2,
        }
    }

    fn from_integer(number: i64) -> Result<Self, StoreError> {
        match number {
            0 => Ok(Self::Active),
            1 => Ok(Self::Suspended),
            2 => Ok(Self::Deleted),
            _ => Err(StoreError::corrupt("an account has an unknown state")),
        }
    }
}

/// An account. Its kind is in its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountRecord {
    /// The account.
    pub id: AccountId,
    /// The public account identity key.
    pub account_key: Vec<u8>,
    /// When it was registered, rounded down to the hour.
    pub created_at: Timestamp,
    /// Whether it may be used.
    pub state: AccountState,
    /// The entry link that it came from.
    pub entry: Option<EntryId>,
}

/// A device of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceRecord {
    /// The account.
    pub account: AccountId,
    /// The device.
    pub id: DeviceId,
    /// Its certificate, signed by the account identity key.
    pub certificate: Vec<u8>,
    /// The hash of the certificate.
    pub certificate_hash: Vec<u8>,
    /// When it was added.
    pub added_at: Timestamp,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// The newest device list of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceListRecord {
    /// Its sequence; it never falls.
    pub sequence: u64,
    /// The signed list.
    pub bytes: Vec<u8>,
}

/// A device that a registration or a new device list brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDevice {
    /// The device.
    pub id: DeviceId,
    /// Its certificate.
    pub certificate: Vec<u8>,
    /// The hash of the certificate.
    pub certificate_hash: Vec<u8>,
}

/// Everything that makes an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// The account.
    pub account: AccountId,
    /// The public account identity key.
    pub account_key: Vec<u8>,
    /// The entry link that it came from.
    pub entry: Option<EntryId>,
    /// Its first device.
    pub device: NewDevice,
    /// Its first device list.
    pub device_list: DeviceListRecord,
    /// When.
    pub now: Timestamp,
}

/// A newer device list with what it changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDeviceList {
    /// The account.
    pub account: AccountId,
    /// The sequence of the list that it follows.
    pub expected_sequence: u64,
    /// The list.
    pub device_list: DeviceListRecord,
    /// Devices that come new.
    pub added: Vec<NewDevice>,
    /// Devices whose certificate is renewed.
    pub renewed: Vec<NewDevice>,
    /// Devices that go.
    pub revoked: Vec<DeviceId>,
    /// When.
    pub now: Timestamp,
}

const HOUR_MS: i64 = 60 * 60 * 1000;

impl ControlStore {
    /// Registers an account with its first device and list. The same registration again is answered
    /// like the first.
    ///
    /// # Errors
    /// `Conflict` when the account or the device exists with another key or certificate.
    pub async fn register_account(&self, registration: Registration) -> Result<(), StoreError> {
        check_size(&registration.device.certificate, RECORD_BYTES_MAX)?;
        check_size(&registration.device_list.bytes, RECORD_BYTES_MAX)?;
        self.database.write(move |transaction| register(transaction, &registration)).await
    }

    /// Registers a business and uses up its claim link. The same registration again is answered like the
    /// first.
    ///
    /// # Errors
    /// Like [`Self::register_account`]; `NotFound` for an unknown token, `Expired` for one that is
    /// used or too old.
    pub async fn register_business(
        &self,
        registration: Registration,
        claim_token_hash: [u8; 32],
    ) -> Result<(), StoreError> {
        check_size(&registration.device.certificate, RECORD_BYTES_MAX)?;
        check_size(&registration.device_list.bytes, RECORD_BYTES_MAX)?;
        self.database
            .write(move |transaction| {
                if find_account(transaction, registration.account)?.is_none() {
                    claim_link::consume(transaction, claim_token_hash, registration.now)?;
                }
                register(transaction, &registration)
            })
            .await
    }

    /// The account.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn account(&self, id: AccountId) -> Result<Option<AccountRecord>, StoreError> {
        self.database.read(move |transaction| find_account(transaction, id)).await
    }

    /// Changes the state of an account.
    ///
    /// # Errors
    /// `NotFound` when there is no such account.
    pub async fn set_account_state(
        &self,
        id: AccountId,
        state: AccountState,
    ) -> Result<(), StoreError> {
        self.database
            .write(move |transaction| {
                let changed = transaction.execute(
                    "UPDATE account SET state = $2 WHERE id = $1",
                    &[id.into(), state.as_integer().into()],
                )?;
                if changed == 0 { Err(no_account()) } else { Ok(()) }
            })
            .await
    }

    /// The device, also a revoked one.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn device(
        &self,
        account: AccountId,
        id: DeviceId,
    ) -> Result<Option<DeviceRecord>, StoreError> {
        self.database
            .read(move |transaction| {
                transaction
                    .query_one(
                        "SELECT account, id, certificate, certificate_hash, added_at, revoked_at \
                         FROM device WHERE account = $1 AND id = $2",
                        &[account.into(), id.into()],
                    )?
                    .as_ref()
                    .map(read_device)
                    .transpose()
            })
            .await
    }

    /// The account's devices that aren't revoked, oldest first.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn devices(&self, account: AccountId) -> Result<Vec<DeviceRecord>, StoreError> {
        self.database
            .read(move |transaction| {
                transaction
                    .query(
                        "SELECT account, id, certificate, certificate_hash, added_at, revoked_at \
                         FROM device WHERE account = $1 AND revoked_at = 0 \
                         ORDER BY added_at, id LIMIT $2",
                        &[account.into(), row_limit()],
                    )?
                    .iter()
                    .map(read_device)
                    .collect()
            })
            .await
    }

    /// Revoked devices of all accounts, in order of their ids, after the given one: a page of them.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn revoked_devices(
        &self,
        after: DeviceId,
    ) -> Result<Vec<(AccountId, DeviceId)>, StoreError> {
        self.database
            .read(move |transaction| {
                transaction
                    .query(
                        "SELECT account, id FROM device WHERE revoked_at > 0 AND id > $1 \
                         ORDER BY id LIMIT $2",
                        &[after.into(), row_limit()],
                    )?
                    .iter()
                    .map(|row| Ok((row.id(0)?, row.id(1)?)))
                    .collect()
            })
            .await
    }

    /// The revoked devices of an account.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn revoked_devices_of(
        &self,
        account: AccountId,
    ) -> Result<Vec<DeviceId>, StoreError> {
        self.database
            .read(move |transaction| {
                transaction
                    .query(
                        "SELECT id FROM device WHERE account = $1 AND revoked_at > 0 \
                         ORDER BY revoked_at DESC, id LIMIT $2",
                        &[account.into(), row_limit()],
                    )?
                    .iter()
                    .map(|row| row.id(0))
                    .collect()
            })
            .await
    }

    /// The newest device list of an account.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn device_list(
        &self,
        account: AccountId,
    ) -> Result<Option<DeviceListRecord>, StoreError> {
        self.database.read(move |transaction| find_device_list(transaction, account)).await
    }

    /// Publishes a newer device list together with the devices that it adds, renews and revokes. What
    /// a revoked device had of key packages is gone.
    ///
    /// # Errors
    /// `Conflict` when the newest list isn't the expected one, or a device id is in use;
    /// `LimitExceeded` for too many devices; `NotFound` for an unknown account or device.
    pub async fn publish_device_list(&self, update: NewDeviceList) -> Result<(), StoreError> {
        check_size(&update.device_list.bytes, RECORD_BYTES_MAX)?;
        for device in update.added.iter().chain(&update.renewed) {
            check_size(&device.certificate, RECORD_BYTES_MAX)?;
        }
        self.database.write(move |transaction| publish(transaction, &update)).await
    }
}

fn register(
    transaction: &WriteTransaction<'_>,
    registration: &Registration,
) -> Result<(), StoreError> {
    let Registration { account, account_key, entry, device, device_list, now } = registration;
    if let Some(existing) = find_account(transaction, *account)? {
        return repeat_registration(transaction, registration, &existing);
    }
    let kind = match account.kind() {
        AccountKind::Person => 0,
        AccountKind::Business => 1,
    };
    let hour = now.as_millis() - now.as_millis().rem_euclid(HOUR_MS);
    transaction.execute(
        "INSERT INTO account (id, kind, account_key, created_at, state, entry) \
         VALUES ($1, $2, $3, $4, $5, $6)",
        &[
            (*account).into(),
            Value::Integer(kind),
            account_key.as_slice().into(),
            hour.into(),
            AccountState::Active.as_integer().into(),
            entry.map_or_else(|| Value::Blob(Vec::new()), Value::from),
        ],
    )?;
    insert_device(transaction, *account, device, *now)?;
    transaction.execute(
        "INSERT INTO device_list (account, sequence, bytes) VALUES ($1, $2, $3)",
        &[
            (*account).into(),
            Value::try_from(device_list.sequence)?,
            device_list.bytes.as_slice().into(),
        ],
    )?;
    Ok(())
}

/// A registration whose answer was lost is sent again: it succeeds if nothing about it differs.
fn repeat_registration(
    transaction: &ReadTransaction<'_>,
    registration: &Registration,
    existing: &AccountRecord,
) -> Result<(), StoreError> {
    let same_device = transaction.query_one(
        "SELECT id FROM device WHERE account = $1 AND id = $2 AND certificate = $3 AND revoked_at = 0",
        &[
            registration.account.into(),
            registration.device.id.into(),
            registration.device.certificate.as_slice().into(),
        ],
    )?;
    if existing.account_key == registration.account_key
        && existing.state == AccountState::Active
        && same_device.is_some()
    {
        return Ok(());
    }
    Err(StoreError::new(ErrorKind::Conflict, "another account has this id"))
}

fn publish(transaction: &WriteTransaction<'_>, update: &NewDeviceList) -> Result<(), StoreError> {
    let account = update.account;
    let current = find_device_list(transaction, account)?.ok_or_else(no_account)?;
    if current == update.device_list {
        return Ok(());
    }
    if current.sequence != update.expected_sequence
        || update.device_list.sequence <= current.sequence
    {
        return Err(StoreError::new(ErrorKind::Conflict, "a newer device list exists"));
    }
    for device in &update.revoked {
        revoke_device(transaction, account, *device, update.now)?;
    }
    for device in &update.added {
        insert_device(transaction, account, device, update.now)?;
    }
    for device in &update.renewed {
        renew_device(transaction, account, device)?;
    }
    let devices = transaction.number(
        "SELECT COUNT(*) FROM device WHERE account = $1 AND revoked_at = 0",
        &[account.into()],
    )?;
    let devices_max = match account.kind() {
        AccountKind::Person => PERSON_DEVICES_MAX,
        AccountKind::Business => BUSINESS_DEVICES_MAX,
    };
    if usize::try_from(devices).unwrap_or(usize::MAX) > devices_max {
        return Err(StoreError::new(ErrorKind::LimitExceeded, "too many devices"));
    }
    transaction.execute(
        "UPDATE device_list SET sequence = $2, bytes = $3 WHERE account = $1",
        &[
            account.into(),
            Value::try_from(update.device_list.sequence)?,
            update.device_list.bytes.as_slice().into(),
        ],
    )?;
    Ok(())
}

fn insert_device(
    transaction: &WriteTransaction<'_>,
    account: AccountId,
    device: &NewDevice,
    now: Timestamp,
) -> Result<(), StoreError> {
    transaction.execute(
        "INSERT INTO device (account, id, certificate, certificate_hash, added_at, revoked_at) \
         VALUES ($1, $2, $3, $4, $5, 0)",
        &[
            account.into(),
            device.id.into(),
            device.certificate.as_slice().into(),
            device.certificate_hash.as_slice().into(),
            now.into(),
        ],
    )?;
    Ok(())
}

fn renew_device(
    transaction: &WriteTransaction<'_>,
    account: AccountId,
    device: &NewDevice,
) -> Result<(), StoreError> {
    let changed = transaction.execute(
        "UPDATE device SET certificate = $3, certificate_hash = $4 \
         WHERE account = $1 AND id = $2 AND revoked_at = 0",
        &[
            account.into(),
            device.id.into(),
            device.certificate.as_slice().into(),
            device.certificate_hash.as_slice().into(),
        ],
    )?;
    if changed == 0 { Err(no_device()) } else { Ok(()) }
}

fn revoke_device(
    transaction: &WriteTransaction<'_>,
    account: AccountId,
    device: DeviceId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let changed = transaction.execute(
        "UPDATE device SET revoked_at = $3 WHERE account = $1 AND id = $2 AND revoked_at = 0",
        &[account.into(), device.into(), now.into()],
    )?;
    if changed == 0 {
        return Err(no_device());
    }
    transaction.execute(
        "DELETE FROM key_package WHERE account = $1 AND device = $2",
        &[account.into(), device.into()],
    )?;
    Ok(())
}

pub(super) fn find_account(
    transaction: &ReadTransaction<'_>,
    id: AccountId,
) -> Result<Option<AccountRecord>, StoreError> {
    let row = transaction.query_one(
        "SELECT id, account_key, created_at, state, entry FROM account WHERE id = $1",
        &[id.into()],
    )?;
    row.map(|row| {
        Ok(AccountRecord {
            id: row.id(0)?,
            account_key: row.bytes(1)?,
            created_at: row.time(2)?,
            state: AccountState::from_integer(row.integer(3)?)?,
            entry: row.optional_id(4)?,
        })
    })
    .transpose()
}

pub(super) fn find_device_list(
    transaction: &ReadTransaction<'_>,
    account: AccountId,
) -> Result<Option<DeviceListRecord>, StoreError> {
    let row = transaction.query_one(
        "SELECT sequence, bytes FROM device_list WHERE account = $1",
        &[account.into()],
    )?;
    row.map(|row| Ok(DeviceListRecord { sequence: row.unsigned(0)?, bytes: row.bytes(1)? }))
        .transpose()
}

fn read_device(row: &Row) -> Result<DeviceRecord, StoreError> {
    Ok(DeviceRecord {
        account: row.id(0)?,
        id: row.id(1)?,
        certificate: row.bytes(2)?,
        certificate_hash: row.bytes(3)?,
        added_at: row.time(4)?,
        revoked_at: row.optional_time(5)?,
    })
}

pub(super) const fn no_account() -> StoreError {
    StoreError::new(ErrorKind::NotFound, "no such account")
}

const fn no_device() -> StoreError {
    StoreError::new(ErrorKind::NotFound, "no such device, or it is revoked")
}
