//! What nodes tell each other: small notices, sealed with a key that only the nodes have.
//!
//! ```text
//! subject   tresen.INSTALLATION.device.DEVICE     what concerns one connected device
//!           tresen.INSTALLATION.all               what concerns every node
//! payload   version, kind, tag (16 bytes), fields
//! ```
//!
//! A notice is a hint: losing one is repaired by the store, and a repeated one causes a read at most.
//! The tag (HMAC-SHA-256 over subject, version, kind and fields, shortened) keeps everybody out who
//! reaches the bus without the server's key; identifiers stand in subjects as hexadecimal digits, so
//! that no byte of a client's choice is ever a part of the bus's own language.

use std::fmt;

use bytes::Bytes;
use hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256};
use tresen_types::{AccountId, DeviceId, Timestamp};

use crate::limits::SIGNAL_BYTES_MAX;

const VERSION: u8 = 1;
const TAG_BYTES: usize = 16;
const HEAD_BYTES: usize = 2 + TAG_BYTES;
/// Beside the ciphertext a signal has two identifiers and their tags.
const SIGNAL_NOTICE_BYTES_MAX: usize = SIGNAL_BYTES_MAX + 128;
/// Longest payload of a notice.
pub const NOTICE_BYTES_MAX: usize = HEAD_BYTES + SIGNAL_NOTICE_BYTES_MAX;
const KEY_LABEL: &[u8] = b"tresen/bus/1";

/// A node, by a number that it drew when it started.
pub type NodeId = [u8; 8];

/// What one node tells others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The device's mailbox has an entry at this cursor.
    Mail {
        /// Whose mailbox.
        device: DeviceId,
        /// Where the entry is.
        cursor: u64,
    },
    /// A signal for the device: the bytes of a `tresen_proto::Signal`.
    Signal {
        /// For whom.
        device: DeviceId,
        /// The signal.
        signal: Bytes,
    },
    /// The device has connected at a node.
    Attached {
        /// Which device.
        device: DeviceId,
        /// Where.
        node: NodeId,
        /// When, by that node's clock.
        at: Timestamp,
    },
    /// The device was removed from its account.
    Removed {
        /// Which device.
        device: DeviceId,
    },
    /// The account's devices have changed.
    AccountChanged {
        /// Which account.
        account: AccountId,
    },
    /// A consent or a block between two accounts has changed.
    PermissionChanged {
        /// The business.
        business: AccountId,
        /// The customer.
        customer: AccountId,
    },
    /// A step was written into a link mailbox.
    LinkWritten {
        /// Which one.
        mailbox: [u8; 16],
    },
    /// The sender may have lost notices: every node looks into the mailboxes of its devices.
    Repair,
}

impl Notice {
    const fn kind(&self) -> u8 {
        match self {
            Self::Mail { .. } => 1,
            Self::Signal { .. } => 2,
            Self::Attached { .. } => 3,
            Self::Removed { .. } => 4,
            Self::AccountChanged { .. } => 5,
            Self::PermissionChanged { .. } => 6,
            Self::LinkWritten { .. } => 7,
            Self::Repair => 8,
        }
    }

    /// The device whose subject it goes to; none for all nodes.
    const fn device(&self) -> Option<DeviceId> {
        match self {
            Self::Mail { device, .. }
            | Self::Signal { device, .. }
            | Self::Attached { device, .. }
            | Self::Removed { device } => Some(*device),
            Self::AccountChanged { .. }
            | Self::PermissionChanged { .. }
            | Self::LinkWritten { .. }
            | Self::Repair => None,
        }
    }

    fn write_fields(&self, out: &mut Vec<u8>) {
        match self {
            Self::Mail { cursor, .. } => out.extend_from_slice(&cursor.to_be_bytes()),
            Self::Signal { signal, .. } => out.extend_from_slice(signal),
            Self::Attached { node, at, .. } => {
                out.extend_from_slice(node);
                out.extend_from_slice(&at.as_millis().to_be_bytes());
            }
            Self::AccountChanged { account } => out.extend_from_slice(account.as_bytes()),
            Self::PermissionChanged { business, customer } => {
                out.extend_from_slice(business.as_bytes());
                out.extend_from_slice(customer.as_bytes());
            }
            Self::LinkWritten { mailbox } => out.extend_from_slice(mailbox),
            Self::Removed { .. } | Self::Repair => {}
        }
    }

    fn read(kind: u8, device: Option<DeviceId>, fields: &[u8]) -> Option<Self> {
        Some(match (kind, device) {
            (1, Some(device)) => {
                Self::Mail { device, cursor: u64::from_be_bytes(fields.try_into().ok()?) }
            }
            (2, Some(device)) if fields.len() <= SIGNAL_NOTICE_BYTES_MAX => {
                Self::Signal { device, signal: Bytes::copy_from_slice(fields) }
            }
            (3, Some(device)) => {
                let (node, at) = fields.split_first_chunk::<8>()?;
                let at = Timestamp::from_millis(i64::from_be_bytes(at.try_into().ok()?));
                Self::Attached { device, node: *node, at }
            }
            (4, Some(device)) if fields.is_empty() => Self::Removed { device },
            (5, None) => Self::AccountChanged { account: account(fields)? },
            (6, None) => {
                let (business, customer) = fields.split_first_chunk::<16>()?;
                Self::PermissionChanged {
                    business: account(business)?,
                    customer: account(customer)?,
                }
            }
            (7, None) => Self::LinkWritten { mailbox: fields.try_into().ok()? },
            (8, None) if fields.is_empty() => Self::Repair,
            _ => return None,
        })
    }
}

fn account(bytes: &[u8]) -> Option<AccountId> {
    AccountId::try_from(bytes).ok()
}

/// Seals and opens the notices of one installation.
#[derive(Clone)]
pub struct NoticeSeal {
    /// The beginning of every subject.
    prefix: String,
    mac: Hmac<Sha256>,
}

impl fmt::Debug for NoticeSeal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NoticeSeal").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}

impl NoticeSeal {
    /// Seals with a key that is derived from a secret which all nodes share. Installations with
    /// different secrets may use one bus: their subjects differ.
    #[must_use]
    pub fn new(secret: &[u8; 32]) -> Self {
        let mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes keys of any length");
        let key = mac.chain_update(KEY_LABEL).finalize().into_bytes();
        let name = Sha256::new().chain_update(KEY_LABEL).chain_update(key).finalize();
        let mut prefix = "tresen.".to_owned();
        write_hex(&mut prefix, name.iter().take(8));
        let mac = Hmac::<Sha256>::new_from_slice(&key).expect("HMAC takes keys of any length");
        Self { prefix, mac }
    }

    /// The subject of a connected device.
    #[must_use]
    pub fn device_subject(&self, device: DeviceId) -> String {
        let mut subject = String::with_capacity(self.prefix.len() + DEVICE.len() + 16);
        subject.push_str(&self.prefix);
        subject.push_str(DEVICE);
        write_hex(&mut subject, device.as_bytes());
        subject
    }

    /// The subject of all nodes.
    #[must_use]
    pub fn common_subject(&self) -> String {
        format!("{}{ALL}", self.prefix)
    }

    /// The subject and the payload of a notice.
    #[must_use]
    pub fn seal(&self, notice: &Notice) -> (String, Vec<u8>) {
        let subject =
            notice.device().map_or_else(|| self.common_subject(), |it| self.device_subject(it));
        let mut payload = Vec::with_capacity(64);
        payload.extend_from_slice(&[VERSION, notice.kind()]);
        payload.extend_from_slice(&[0; TAG_BYTES]);
        notice.write_fields(&mut payload);
        let fields = payload.get(HEAD_BYTES..).unwrap_or_default();
        let tag = self.tag(subject.as_bytes(), notice.kind(), fields).finalize().into_bytes();
        for (place, byte) in payload.iter_mut().skip(2).zip(tag.iter().take(TAG_BYTES)) {
            *place = *byte;
        }
        (subject, payload)
    }

    /// Reads a notice; none when it isn't one of this installation's.
    #[must_use]
    pub fn open(&self, subject: &[u8], payload: &[u8]) -> Option<Notice> {
        let ([VERSION, kind], rest) = payload.split_first_chunk::<2>()? else { return None };
        let (tag, fields) = rest.split_first_chunk::<TAG_BYTES>()?;
        self.tag(subject, *kind, fields).verify_truncated_left(tag).ok()?;
        Notice::read(*kind, self.device_of(subject)?, fields)
    }

    fn tag(&self, subject: &[u8], kind: u8, fields: &[u8]) -> Hmac<Sha256> {
        // No subject holds a zero byte, so that the parts can't be shifted against each other.
        self.mac.clone().chain_update(subject).chain_update([0, VERSION, kind]).chain_update(fields)
    }

    /// The device that a subject names, or none inside of `Some` for the subject of all nodes.
    fn device_of(&self, subject: &[u8]) -> Option<Option<DeviceId>> {
        let rest = subject.strip_prefix(self.prefix.as_bytes())?;
        if rest == ALL.as_bytes() {
            return Some(None);
        }
        let digits: &[u8; 16] = rest.strip_prefix(DEVICE.as_bytes())?.try_into().ok()?;
        let mut device = [0; 8];
        for (byte, pair) in device.iter_mut().zip(digits.chunks_exact(2)) {
            for digit in pair {
                let value = char::from(*digit).to_digit(16)?;
                *byte = (*byte << 4) | u8::try_from(value).ok()?;
            }
        }
        Some(Some(DeviceId::new(device)))
    }
}

const DEVICE: &str = ".device.";
const ALL: &str = ".all";

fn write_hex<'a>(text: &mut String, bytes: impl IntoIterator<Item = &'a u8>) {
    for byte in bytes {
        for digit in [byte >> 4, byte & 0xf] {
            text.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEVICE_ID: DeviceId = DeviceId::new([0x0a; 8]);
    const BUSINESS: AccountId = AccountId::new([0x81; 16]);
    const CUSTOMER: AccountId = AccountId::new([2; 16]);

    fn all() -> [Notice; 8] {
        [
            Notice::Mail { device: DEVICE_ID, cursor: u64::MAX - 1 },
            Notice::Signal { device: DEVICE_ID, signal: Bytes::from_static(b"typing") },
            Notice::Attached {
                device: DEVICE_ID,
                node: [7; 8],
                at: Timestamp::from_millis(1_700_000_000_000),
            },
            Notice::Removed { device: DEVICE_ID },
            Notice::AccountChanged { account: BUSINESS },
            Notice::PermissionChanged { business: BUSINESS, customer: CUSTOMER },
            Notice::LinkWritten { mailbox: [9; 16] },
            Notice::Repair,
        ]
    }

    #[test]
    fn what_is_sealed_is_opened_by_who_has_the_key_alone() {
        let (seal, other) = (NoticeSeal::new(&[1; 32]), NoticeSeal::new(&[2; 32]));
        for notice in all() {
            let (subject, payload) = seal.seal(&notice);
            assert!(payload.len() <= NOTICE_BYTES_MAX);
            assert_eq!(seal.open(subject.as_bytes(), &payload), Some(notice.clone()));
            assert_eq!(other.open(subject.as_bytes(), &payload), None);
            // Whoever has the bus but not the key can't turn a notice into another one.
            for at in 0..payload.len() {
                let mut forged = payload.clone();
                forged[at] ^= 1;
                assert_eq!(seal.open(subject.as_bytes(), &forged), None, "{notice:?}, byte {at}");
            }
            let elsewhere = seal.device_subject(DeviceId::new([0x0b; 8]));
            assert_eq!(seal.open(elsewhere.as_bytes(), &payload), None);
        }
    }

    #[test]
    fn the_bytes_stay_as_they_are() {
        let seal = NoticeSeal::new(&[1; 32]);
        let (subject, payload) = seal.seal(&all()[0]);
        assert_eq!(subject, "tresen.6dd85714f26afc7f.device.0a0a0a0a0a0a0a0a");
        let mut text = String::new();
        write_hex(&mut text, &payload);
        assert_eq!(text, "0101f4ebf4dd27945e5b1882ac2f7350a441fffffffffffffffe");
        assert_eq!(seal.common_subject(), "tresen.6dd85714f26afc7f.all");
    }
}
