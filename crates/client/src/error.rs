//! The one error type of the SDK, and its one conversion to what an interface sees.

use tresen_proto::{ErrorCode, ErrorReply};
use tresen_view::{Failure, FailureKind};

/// Short for a result with this crate's error.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why something in the SDK failed. Holds no user data.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no connection to the server, or it broke.
    #[error("no connection to the server")]
    Offline,
    /// The server refused.
    #[error("the server refused: {code:?} {detail}")]
    Refused {
        /// Its code.
        code: ErrorCode,
        /// For people who debug.
        detail: String,
        /// With an epoch error: the current epoch.
        current_epoch: u64,
        /// With a rate limit: when to try again, in milliseconds.
        retry_after_ms: u64,
        /// With a business's message: why, until when, and what is allowed instead.
        refusal: Option<tresen_proto::Refused>,
    },
    /// The server answered something else than what was asked.
    #[error("unexpected answer of the server: {0}")]
    Answer(&'static str),
    /// Something that another party signed or should have signed doesn't verify.
    #[error("untrusted: {0}")]
    Untrusted(&'static str),
    /// The link's fragment isn't the fingerprint of the business's key.
    #[error("the fingerprint doesn't match")]
    FingerprintMismatch,
    /// A statement is malformed, or its signature doesn't fit.
    #[error("statement: {0}")]
    Statement(#[from] tresen_statement::Error),
    /// The end-to-end engine refused.
    #[error("group: {0}")]
    Group(#[from] tresen_mls::Error),
    /// The content of a message can't be written or read.
    #[error("content: {0}")]
    Content(#[from] tresen_content::Error),
    /// A frame can't be read.
    #[error("frame: {0}")]
    Protocol(#[from] tresen_proto::ProtocolError),
    /// The store failed.
    #[error("store: {0}")]
    Store(#[from] rusqlite::Error),
    /// A row of the store can't be read back.
    #[error("a damaged row: {0}")]
    Damaged(&'static str),
    /// Another process or window has the store open.
    #[error("the store is open elsewhere")]
    StoreLocked,
    /// The disk doesn't take what is to be written.
    #[error("the store can't be opened: {0}")]
    StoreUnavailable(String),
    /// The store belongs to the account of another server.
    #[error("the store belongs to another server")]
    OtherOrigin,
    /// The account has a passkey, and the new device has to prove it before it is linked.
    #[error("a passkey of the account is needed")]
    PasskeyNeeded,
    /// There is no account on this device.
    #[error("no account on this device")]
    NoAccount,
    /// There is an account on this device already.
    #[error("an account exists already")]
    AccountExists,
    /// There is no such thing.
    #[error("not found: {0}")]
    NotFound(&'static str),
    /// Another device of the account has to do something first.
    #[error("another device has to act first")]
    OtherDevice,
    /// What was typed can't be used.
    #[error("invalid: {0}")]
    Invalid(&'static str),
    /// A named limit would be exceeded.
    #[error("too large: {0}")]
    TooLarge(&'static str),
    /// The role of this device doesn't allow it.
    #[error("this device may not do this")]
    Forbidden,
    /// The one who typed the code made a mistake.
    #[error("the code is wrong")]
    WrongCode,
    /// The invitation, or the attempt to link, has ended.
    #[error("the time is over")]
    LinkExpired,
    /// A file that was to be read or written failed.
    #[error("a file can't be read or written")]
    File,
    /// An account's keys or devices are too old here: the directory is to be asked. Stays inside.
    #[error("an account's keys are outdated")]
    Outdated(tresen_types::AccountId),
    /// A template of a business isn't here, or its approval doesn't hold: the server is to be asked.
    /// Stays inside.
    #[error("a template is missing")]
    TemplateMissing(tresen_types::AccountId, [u8; 32]),
    /// A price that was shown is not the price any more.
    #[error("the price has changed")]
    PriceChanged,
    /// It can't be had any more.
    #[error("sold out")]
    SoldOut,
    /// The customer can't be told of it now: only templates may be sent.
    #[error("the window is closed")]
    WindowClosed,
    /// It is too late to cancel or move a booking.
    #[error("too late")]
    TooLate,
    /// A template breaks a rule.
    #[error("template: {:?} of {:?}", .0.rule, .0.place)]
    Template(tresen_statement::Problem),
    /// A message's values aren't what its template allows.
    #[error("values: {}", .0.as_str())]
    Mismatch(tresen_content::template::Mismatch),
    /// A bug.
    #[error("internal: {0}")]
    Internal(&'static str),
}

impl Error {
    /// Whether the server gave this code.
    #[must_use]
    pub fn is_refused_with(&self, expected: ErrorCode) -> bool {
        matches!(self, Self::Refused { code, .. } if *code == expected)
    }

    fn kind(&self) -> FailureKind {
        match self {
            Self::Offline => FailureKind::Offline,
            Self::Refused { code, .. } => kind_of_code(*code),
            Self::FingerprintMismatch => FailureKind::FingerprintMismatch,
            Self::Answer(_) | Self::Untrusted(_) | Self::Statement(_) | Self::Protocol(_) => {
                FailureKind::Untrusted
            }
            Self::StoreLocked => FailureKind::OtherWindow,
            Self::OtherOrigin => FailureKind::OtherServer,
            Self::PasskeyNeeded => FailureKind::PasskeyNeeded,
            Self::Store(error) => kind_of_store(error),
            Self::StoreUnavailable(_) => FailureKind::StorageFull,
            Self::NoAccount | Self::NotFound(_) | Self::OtherDevice => FailureKind::NotFound,
            Self::AccountExists => FailureKind::AlreadyThere,
            Self::Invalid(_)
            | Self::Forbidden
            | Self::Content(_)
            | Self::File
            | Self::Template(_)
            | Self::Mismatch(_) => FailureKind::Invalid,
            Self::PriceChanged => FailureKind::PriceChanged,
            Self::SoldOut => FailureKind::SoldOut,
            Self::WindowClosed => FailureKind::WindowClosed,
            Self::TooLate => FailureKind::TooLate,
            Self::TooLarge(_) => FailureKind::TooLarge,
            Self::WrongCode => FailureKind::WrongCode,
            Self::LinkExpired => FailureKind::LinkExpired,
            Self::Group(_)
            | Self::Damaged(_)
            | Self::Outdated(_)
            | Self::TemplateMissing(..)
            | Self::Internal(_) => FailureKind::Internal,
        }
    }
}

const fn kind_of_code(code: ErrorCode) -> FailureKind {
    match code {
        ErrorCode::Unavailable
        | ErrorCode::RateLimited
        | ErrorCode::StorageFull
        | ErrorCode::KeyPackageMissing => FailureKind::Busy,
        ErrorCode::EntryUsedUp => FailureKind::LinkUsedUp,
        ErrorCode::EntryExpired => FailureKind::LinkExpired,
        ErrorCode::EntryRevoked | ErrorCode::LinkUnavailable => FailureKind::LinkRevoked,
        ErrorCode::ConsentMissing | ErrorCode::NotAdmitted => FailureKind::ConsentMissing,
        ErrorCode::Blocked => FailureKind::Blocked,
        ErrorCode::DeviceRevoked => FailureKind::DeviceRevoked,
        ErrorCode::LimitExceeded => FailureKind::TooLarge,
        ErrorCode::NotFound | ErrorCode::NotMember => FailureKind::NotFound,
        ErrorCode::NameTaken => FailureKind::NameTaken,
        ErrorCode::Forbidden | ErrorCode::Conflict | ErrorCode::ClockSkew => FailureKind::Invalid,
        ErrorCode::Unspecified
        | ErrorCode::Malformed
        | ErrorCode::Unsupported
        | ErrorCode::Unauthenticated
        | ErrorCode::EpochConflict
        | ErrorCode::EpochTooOld
        | ErrorCode::EpochInFuture
        | ErrorCode::InvalidStatement
        | ErrorCode::InvalidGroup
        | ErrorCode::Internal => FailureKind::Internal,
    }
}

fn kind_of_store(error: &rusqlite::Error) -> FailureKind {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DiskFull) => FailureKind::StorageFull,
        Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked) => {
            FailureKind::OtherWindow
        }
        _ => FailureKind::Internal,
    }
}

impl From<ErrorReply> for Error {
    fn from(reply: ErrorReply) -> Self {
        Self::Refused {
            code: ErrorCode::try_from(reply.code).unwrap_or(ErrorCode::Internal),
            detail: reply.detail,
            current_epoch: reply.current_epoch,
            retry_after_ms: reply.retry_after_ms,
            refusal: reply.refusal,
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { kind: error.kind(), detail: error.to_string() }
    }
}
