//! The certificate that binds a device's key to its account (PROTOCOL D7).

use tresen_types::{AccountId, AccountKind, DeviceId, Timestamp, limits::DISPLAY_NAME_BYTES_MAX};

use crate::{
    cbor::{Reader, Writer},
    error::Error,
    signed::Statement,
    text,
};

byte_enum! {
    /// What a device is to the others.
    DeviceKind {
        /// A customer's device.
        Customer = 0,
        /// A device that a person of a business uses.
        Agent = 1,
        /// A machine of a business.
        Gateway = 2,
    }
}

byte_enum! {
    /// What a device may do in its account.
    Role {
        /// Changes devices and everything else of a business.
        Owner = 0,
        /// Talks with customers.
        Agent = 1,
        /// A device of a person's account.
        Member = 2,
    }
}

/// Binds a device's signature key to an account. Signed by the account key; its encoding is the
/// identity in the device's MLS credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceCertificate {
    /// The account that the device belongs to.
    pub account: AccountId,
    /// The account's identity key, which signs this.
    pub account_key: [u8; 32],
    /// The device.
    pub device: DeviceId,
    /// The key of its MLS leaves and of its sessions.
    pub signature_key: [u8; 32],
    /// What it is to others.
    pub kind: DeviceKind,
    /// What it may do in its account.
    pub role: Role,
    /// The agent's first name as colleagues and customers see it; empty for customers.
    pub name: String,
    /// Valid from this time on.
    pub not_before: Timestamp,
    /// Not valid from this time on.
    pub not_after: Timestamp,
    /// Counts the certificates of this device.
    pub sequence: u64,
}

impl DeviceCertificate {
    /// Whether the certificate is valid at `now`; what a clock may be off is the caller's to add.
    #[must_use]
    pub fn is_valid_at(&self, now: Timestamp) -> bool {
        self.not_before <= now && now < self.not_after
    }

    fn is_consistent(&self) -> bool {
        let kinds_fit = match self.account.kind() {
            AccountKind::Person => {
                self.kind == DeviceKind::Customer
                    && self.role == Role::Member
                    && self.name.is_empty()
            }
            AccountKind::Business => self.kind != DeviceKind::Customer && self.role != Role::Member,
        };
        kinds_fit && self.not_before < self.not_after
    }
}

impl Statement for DeviceCertificate {
    const LABEL: &'static str = "tresen/device/1";
    const FIELDS: usize = 10;

    fn write(&self, writer: &mut Writer) {
        writer.bytes(self.account.as_bytes());
        writer.bytes(&self.account_key);
        writer.bytes(self.device.as_bytes());
        writer.bytes(&self.signature_key);
        writer.uint(self.kind.as_byte());
        writer.uint(self.role.as_byte());
        writer.text(&self.name);
        writer.time(self.not_before);
        writer.time(self.not_after);
        writer.uint(self.sequence);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        let certificate = Self {
            account: AccountId::new(reader.fixed()?),
            account_key: reader.fixed()?,
            device: DeviceId::new(reader.fixed()?),
            signature_key: reader.fixed()?,
            kind: reader.byte(DeviceKind::from_byte)?,
            role: reader.byte(Role::from_byte)?,
            name: text::line(reader.text(DISPLAY_NAME_BYTES_MAX)?)?,
            not_before: reader.time()?,
            not_after: reader.time()?,
            sequence: reader.uint()?,
        };
        if certificate.is_consistent() { Ok(certificate) } else { Err(Error::Value) }
    }

    fn accepts_key(&self, key: &[u8; 32]) -> bool {
        &self.account_key == key
    }
}
