//! Which devices an account has (PROTOCOL D7): the newest list decides.

use tresen_types::{
    AccountId, AccountKind, DeviceId, Timestamp,
    limits::{BUSINESS_DEVICES_MAX, PERSON_DEVICES_MAX},
};

use crate::{
    cbor::{Reader, Writer},
    device::DeviceCertificate,
    error::Error,
    signed::{Signed, Statement},
};

/// One device of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListedDevice {
    /// The device.
    pub device: DeviceId,
    /// The [`Signed::hash`] of its certificate.
    pub certificate_hash: [u8; 32],
    /// When it was added.
    pub added_at: Timestamp,
}

/// All devices of an account. Signed by the account key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceList {
    /// The account.
    pub account: AccountId,
    /// Counts the lists of the account; it never falls.
    pub sequence: u64,
    /// When it was made.
    pub issued_at: Timestamp,
    /// The devices, in ascending order of their ids, each once.
    pub devices: Vec<ListedDevice>,
}

impl DeviceList {
    /// Whether this list takes the place of `old`: same account, strictly higher sequence.
    #[must_use]
    pub fn supersedes(&self, old: &Self) -> bool {
        self.account == old.account && self.sequence > old.sequence
    }

    /// Whether the device is in the list.
    #[must_use]
    pub fn contains(&self, device: DeviceId) -> bool {
        self.entry(device).is_some()
    }

    /// The device's entry.
    #[must_use]
    pub fn entry(&self, device: DeviceId) -> Option<&ListedDevice> {
        self.devices.iter().find(|listed| listed.device == device)
    }

    /// Whether exactly this certificate is in the list.
    #[must_use]
    pub fn lists(&self, certificate: &Signed<DeviceCertificate>) -> bool {
        certificate.value().account == self.account
            && self
                .entry(certificate.value().device)
                .is_some_and(|listed| listed.certificate_hash == certificate.hash())
    }
}

/// How many devices an account of this kind may have.
const fn devices_max(kind: AccountKind) -> usize {
    match kind {
        AccountKind::Person => PERSON_DEVICES_MAX,
        AccountKind::Business => BUSINESS_DEVICES_MAX,
    }
}

impl Statement for DeviceList {
    const LABEL: &'static str = "tresen/device-list/1";
    const FIELDS: usize = 4;

    fn write(&self, writer: &mut Writer) {
        writer.bytes(self.account.as_bytes());
        writer.uint(self.sequence);
        writer.time(self.issued_at);
        writer.list(&self.devices, |writer, listed| {
            writer.array(3);
            writer.bytes(listed.device.as_bytes());
            writer.bytes(&listed.certificate_hash);
            writer.time(listed.added_at);
        });
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        let account = AccountId::new(reader.fixed()?);
        let list = Self {
            account,
            sequence: reader.uint()?,
            issued_at: reader.time()?,
            devices: reader.list(devices_max(account.kind()), |reader| {
                reader.array(3)?;
                Ok(ListedDevice {
                    device: DeviceId::new(reader.fixed()?),
                    certificate_hash: reader.fixed()?,
                    added_at: reader.time()?,
                })
            })?,
        };
        let is_sorted = list.devices.is_sorted_by(|one, next| one.device < next.device);
        if is_sorted { Ok(list) } else { Err(Error::Value) }
    }
}
