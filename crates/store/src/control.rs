//! The control plane: accounts, devices, key packages and the other records, in SQL.
//!
//! One file per record type holds its record, its operations and their SQL. An operation that changes
//! several records does it in one transaction. Every operation may be repeated after
//! [`crate::ErrorKind::InDoubt`]: it finds what it wrote and answers the same, or, where it hands out or
//! counts, does so once more than it was asked, never less safely. All signed bytes are opaque here: the server has
//! verified them before they come in.

use std::path::Path;

use crate::{StoreError, sql::Database};

mod account;
mod archive_segment;
mod billing;
mod blob;
mod blob_part;
mod block;
mod catalogue;
mod charge;
mod claim_link;
mod consent;
mod decision;
mod domain;
mod ending;
mod entry_link;
mod installation;
mod invitation;
mod key_package;
mod link_mailbox;
mod passkey;
mod profile;
mod push_subscription;
mod recovery;
mod report;
mod template;
mod tier;

pub use account::{
    AccountRecord, AccountState, DeviceListRecord, DeviceRecord, NewDevice, NewDeviceList,
    Registration,
};
pub use archive_segment::ArchiveSegmentRecord;
pub use billing::{BillingAccountRecord, BillingEntryKind, BillingEntryRecord};
pub use blob::{BlobClass, BlobRecord, BlobUsage};
pub use blob_part::BlobPartRecord;
pub use catalogue::{CatalogueRecord, PictureRecord};
pub use charge::{ChargeRecord, ChargeTotal};
pub use claim_link::ClaimLinkRecord;
pub use consent::{ConsentRecord, ConsentState};
pub use decision::DecisionRecord;
pub use domain::{DomainClaimRecord, DomainClaimState};
pub use ending::Ending;
pub use entry_link::{EntryLinkRecord, EntryUse};
pub use installation::InstallationRecord;
pub use invitation::InvitationRecord;
pub use key_package::{ClaimedKeyPackage, KeyPackageRecord, KeyPackageStock};
pub use link_mailbox::LinkStep;
pub use passkey::PasskeyRecord;
pub use profile::ProfileRecord;
pub use push_subscription::PushSubscriptionRecord;
pub use recovery::RecoveryRecord;
pub use report::{ReportDecision, ReportRecord};
pub use template::{ApprovalRecord, TemplateRecord};
pub use tier::{QualityCounts, TierRecord};

/// The control plane's store.
#[derive(Debug)]
pub struct ControlStore {
    pub(crate) database: Database,
}

impl ControlStore {
    /// Opens or makes the database in a file and brings its schema up to date.
    ///
    /// # Errors
    /// Fails when the file can't be opened or isn't a database of ours.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Database::open(path).map(|database| Self { database })
    }

    /// Like [`ControlStore::open`], without threads: every operation is done, with its commit, when its
    /// future is first polled, and blocks meanwhile. For simulations, where nothing may happen at a time
    /// of its own.
    ///
    /// # Errors
    /// As [`ControlStore::open`].
    pub fn open_here(path: &Path) -> Result<Self, StoreError> {
        Database::open_here(path).map(|database| Self { database })
    }

    /// Connects to a database of PostgreSQL, which several nodes share, and brings its schema up to
    /// date. Blocks until that is done.
    ///
    /// The URL is `postgres://user:password@host:port/name`, with several hosts separated by commas;
    /// `sslmode=require` or `sslmode=verify-full` encrypts and checks the certificate and its name,
    /// `sslrootcert=FILE` names the authorities to trust in place of the public ones.
    ///
    /// # Errors
    /// `Unavailable` when the server can't be reached; `Io` when the URL can't be used or the server
    /// refuses.
    pub fn connect(url: &str) -> Result<Self, StoreError> {
        Database::connect(url).map(|database| Self { database })
    }

    /// Makes a database in memory, for tests.
    ///
    /// # Errors
    /// Fails when no thread can be started.
    pub fn in_memory() -> Result<Self, StoreError> {
        Database::in_memory().map(|database| Self { database })
    }
}

/// Refuses a record that is larger than `limit`.
fn check_size(bytes: &[u8], limit: usize) -> Result<(), StoreError> {
    if bytes.len() > limit {
        return Err(StoreError::new(crate::ErrorKind::LimitExceeded, "a record is too large"));
    }
    Ok(())
}

/// A limit of listed rows as a parameter.
fn row_limit() -> crate::sql::Value {
    crate::sql::Value::Integer(i64::try_from(crate::limits::LIST_ROWS_MAX).unwrap_or(i64::MAX))
}
