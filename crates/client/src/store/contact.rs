//! Pinned accounts (the own one among them), with their newest device list and certificates.

use rusqlite::{Row, named_params};
use tresen_types::{AccountId, DeviceId};

use super::{Tx, from_sql, id, to_sql};
use crate::error::Result;

/// An account whose key is pinned.
#[derive(Clone, Debug)]
pub(crate) struct ContactRecord {
    pub(crate) account: AccountId,
    pub(crate) account_key: [u8; 32],
    /// The newest signed device list; its sequence never falls.
    pub(crate) device_list: Vec<u8>,
    pub(crate) device_list_sequence: u64,
    /// The newest signed profile of a business; else empty.
    pub(crate) profile: Vec<u8>,
    /// The name that a customer gave inside the encryption, or the business's name.
    pub(crate) name: String,
    pub(crate) is_blocked: bool,
}

/// A verified certificate of a pinned account's device.
#[derive(Clone, Debug)]
pub(crate) struct CertificateRecord {
    pub(crate) account: AccountId,
    pub(crate) device: DeviceId,
    pub(crate) certificate: Vec<u8>,
    /// The agent's name; empty for a person's device.
    pub(crate) name: String,
    pub(crate) signature_key: [u8; 32],
    /// Whether the newest device list has it.
    pub(crate) is_listed: bool,
}

impl Tx<'_> {
    /// A pinned account.
    pub(crate) fn contact(&self, account: AccountId) -> Result<Option<ContactRecord>> {
        self.one(
            "SELECT account, account_key, device_list, device_list_sequence, profile, name,
                    is_blocked FROM contact WHERE account = ?1",
            (account.as_bytes(),),
            read_contact,
        )
    }

    /// Writes a pinned account.
    pub(crate) fn put_contact(&self, record: &ContactRecord) -> Result<()> {
        self.execute(
            "INSERT INTO contact (account, account_key, device_list, device_list_sequence, profile,
                name, is_blocked)
             VALUES (:account, :account_key, :device_list, :device_list_sequence, :profile, :name,
                :is_blocked)
             ON CONFLICT (account) DO UPDATE SET account_key = excluded.account_key,
                device_list = excluded.device_list,
                device_list_sequence = excluded.device_list_sequence, profile = excluded.profile,
                name = excluded.name, is_blocked = excluded.is_blocked",
            named_params! {
                ":account": record.account.as_bytes(),
                ":account_key": record.account_key,
                ":device_list": record.device_list,
                ":device_list_sequence": to_sql(record.device_list_sequence),
                ":profile": record.profile,
                ":name": record.name,
                ":is_blocked": record.is_blocked,
            },
        )?;
        Ok(())
    }

    /// The certificate of a device.
    pub(crate) fn certificate(
        &self,
        account: AccountId,
        device: DeviceId,
    ) -> Result<Option<CertificateRecord>> {
        self.one(
            "SELECT account, device, certificate, name, signature_key, is_listed FROM certificate
             WHERE account = ?1 AND device = ?2",
            (account.as_bytes(), device.as_bytes()),
            read_certificate,
        )
    }

    /// All known certificates of an account, also those of devices that were removed.
    pub(crate) fn certificates(&self, account: AccountId) -> Result<Vec<CertificateRecord>> {
        self.all(
            "SELECT account, device, certificate, name, signature_key, is_listed FROM certificate
             WHERE account = ?1 ORDER BY device",
            (account.as_bytes(),),
            read_certificate,
        )
    }

    /// Writes a certificate.
    pub(crate) fn put_certificate(&self, record: &CertificateRecord) -> Result<()> {
        self.execute(
            "INSERT INTO certificate (account, device, certificate, name, signature_key, is_listed)
             VALUES (:account, :device, :certificate, :name, :signature_key, :is_listed)
             ON CONFLICT (account, device) DO UPDATE SET certificate = excluded.certificate,
                name = excluded.name, signature_key = excluded.signature_key,
                is_listed = excluded.is_listed",
            named_params! {
                ":account": record.account.as_bytes(),
                ":device": record.device.as_bytes(),
                ":certificate": record.certificate,
                ":name": record.name,
                ":signature_key": record.signature_key,
                ":is_listed": record.is_listed,
            },
        )?;
        Ok(())
    }

    /// Marks all devices of an account as not listed, before the newest list is written.
    pub(crate) fn unlist_certificates(&self, account: AccountId) -> Result<()> {
        self.execute(
            "UPDATE certificate SET is_listed = 0 WHERE account = ?1",
            (account.as_bytes(),),
        )?;
        Ok(())
    }
}

fn read_contact(row: &Row<'_>) -> Result<ContactRecord> {
    Ok(ContactRecord {
        account: id(row, "account")?,
        account_key: id(row, "account_key")?,
        device_list: row.get("device_list")?,
        device_list_sequence: from_sql(row.get("device_list_sequence")?),
        profile: row.get("profile")?,
        name: row.get("name")?,
        is_blocked: row.get("is_blocked")?,
    })
}

fn read_certificate(row: &Row<'_>) -> Result<CertificateRecord> {
    Ok(CertificateRecord {
        account: id(row, "account")?,
        device: id(row, "device")?,
        certificate: row.get("certificate")?,
        name: row.get("name")?,
        signature_key: id(row, "signature_key")?,
        is_listed: row.get("is_listed")?,
    })
}
