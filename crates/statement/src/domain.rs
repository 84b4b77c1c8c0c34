//! A business's claim on a domain, and the operator's record of what it found there (PRODUCT T5).
//!
//! The owner puts [`dns_text`] into a TXT record at [`dns_name`] or as a line into the file at
//! [`WELL_KNOWN_PATH`]. The server looks, and signs what it saw; it looks again later.

use tresen_types::{AccountId, AccountKind, Timestamp};

use crate::{
    cbor::{Reader, Writer},
    error::Error,
    fingerprint::{fingerprint_text, key_hash},
    limits::{APPROVAL_MS_MAX, DOMAIN_BYTES_MAX},
    signed::Statement,
    template::is_domain,
};

/// Where the file lies on the claimed domain.
pub const WELL_KNOWN_PATH: &str = "/.well-known/tresen.txt";

/// The name of the TXT record.
#[must_use]
pub fn dns_name(domain: &str) -> String {
    format!("_tresen.{domain}")
}

/// What the record or the file says: the account and its key.
#[must_use]
pub fn dns_text(account: AccountId, account_key: &[u8; 32]) -> String {
    format!("tresen=1 account={account} key={}", fingerprint_text(account_key))
}

/// Whether what was found there claims the domain for this account.
#[must_use]
pub fn claims_domain(found: &str, account: AccountId, account_key: &[u8; 32]) -> bool {
    let wanted = dns_text(account, account_key);
    found.lines().any(|line| line.trim() == wanted)
}

byte_enum! {
    /// How a domain was checked.
    DomainMethod {
        /// A TXT record.
        Dns = 0,
        /// A file on the domain's web server.
        WellKnown = 1,
    }
}

byte_enum! {
    /// What the server found.
    DomainState {
        /// The claim.
        Confirmed = 0,
        /// Nothing, or another account's claim.
        Lost = 1,
    }
}

/// A business says that a domain is its own. Signed by the account key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DomainClaim {
    /// The business.
    pub account: AccountId,
    /// The [`key_hash`] of its account key.
    pub key_hash: [u8; 32],
    /// The domain, as browsers write it.
    pub domain: String,
    /// How it is to be checked.
    pub method: DomainMethod,
    /// When it was made.
    pub at: Timestamp,
}

impl Statement for DomainClaim {
    const LABEL: &'static str = "tresen/domain-claim/1";
    const FIELDS: usize = 5;

    fn write(&self, writer: &mut Writer) {
        writer.bytes(self.account.as_bytes());
        writer.bytes(&self.key_hash);
        writer.text(&self.domain);
        writer.uint(self.method.as_byte());
        writer.time(self.at);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        let claim = Self {
            account: AccountId::new(reader.fixed()?),
            key_hash: reader.fixed()?,
            domain: domain(reader.text(DOMAIN_BYTES_MAX)?)?,
            method: reader.byte(DomainMethod::from_byte)?,
            at: reader.time()?,
        };
        if claim.account.kind() == AccountKind::Business { Ok(claim) } else { Err(Error::Value) }
    }

    fn accepts_key(&self, key: &[u8; 32]) -> bool {
        self.key_hash == key_hash(key)
    }
}

/// What the server found at a claimed domain. Signed by the server key; the highest sequence wins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DomainRecord {
    /// The business.
    pub account: AccountId,
    /// The [`key_hash`] of its account key.
    pub key_hash: [u8; 32],
    /// The domain.
    pub domain: String,
    /// How it was checked.
    pub method: DomainMethod,
    /// What was found.
    pub state: DomainState,
    /// Counts the records of this account and domain.
    pub sequence: u64,
    /// Since when it has been found without a break.
    pub since: Timestamp,
    /// When it was looked for last.
    pub checked_at: Timestamp,
    /// Until when this may be shown.
    pub not_after: Timestamp,
}

impl DomainRecord {
    /// Whether it may be shown beside the business's name at `at`.
    #[must_use]
    pub fn holds_at(&self, at: Timestamp, account_key: &[u8; 32]) -> bool {
        self.state == DomainState::Confirmed
            && at < self.not_after
            && self.key_hash == key_hash(account_key)
    }
}

impl Statement for DomainRecord {
    const LABEL: &'static str = "tresen/domain-record/1";
    const FIELDS: usize = 9;

    fn write(&self, writer: &mut Writer) {
        writer.bytes(self.account.as_bytes());
        writer.bytes(&self.key_hash);
        writer.text(&self.domain);
        writer.uint(self.method.as_byte());
        writer.uint(self.state.as_byte());
        writer.uint(self.sequence);
        writer.time(self.since);
        writer.time(self.checked_at);
        writer.time(self.not_after);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        let record = Self {
            account: AccountId::new(reader.fixed()?),
            key_hash: reader.fixed()?,
            domain: domain(reader.text(DOMAIN_BYTES_MAX)?)?,
            method: reader.byte(DomainMethod::from_byte)?,
            state: reader.byte(DomainState::from_byte)?,
            sequence: reader.uint()?,
            since: reader.time()?,
            checked_at: reader.time()?,
            not_after: reader.time()?,
        };
        let length = record.not_after.millis_since(record.checked_at);
        let is_consistent = record.account.kind() == AccountKind::Business
            && record.since <= record.checked_at
            && (1..=APPROVAL_MS_MAX).contains(&length);
        if is_consistent { Ok(record) } else { Err(Error::Value) }
    }
}

fn domain(text: &str) -> Result<String, Error> {
    if is_domain(text) { Ok(text.to_owned()) } else { Err(Error::Value) }
}
