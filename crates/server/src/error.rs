//! The one error of this crate. Inside it is typed; [`ServerError::reply`] is the one place where it
//! becomes a code on the wire, and the dispatcher the one that logs it.

use tresen_proto::{ErrorCode, ErrorReply, ProtocolError, Refused};
use tresen_store::{ErrorKind, StoreError};

/// Why something was refused or failed. Holds no user data.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// A rule says no.
    #[error("{detail}")]
    Refused {
        /// What the client acts on.
        code: ErrorCode,
        /// A fixed sentence for people who debug.
        detail: &'static str,
    },
    /// A business's message that isn't taken now.
    #[error("not admitted: {}", .0.reason)]
    NotAdmitted(Box<Refused>),
    /// An epoch that doesn't fit.
    #[error("the epoch doesn't fit the conversation")]
    Epoch {
        /// `EpochConflict`, `EpochTooOld` or `EpochInFuture`.
        code: ErrorCode,
        /// The present epoch.
        current: u64,
    },
    /// Too many requests.
    #[error("too many requests of this kind")]
    RateLimited {
        /// When to try again.
        retry_after_ms: u64,
    },
    /// A frame or field that can't be read.
    #[error(transparent)]
    Protocol(#[from] ProtocolError),
    /// A signed statement that can't be read or doesn't verify.
    #[error(transparent)]
    Statement(#[from] tresen_statement::Error),
    /// An MLS object that doesn't validate.
    #[error(transparent)]
    Group(#[from] tresen_mls_public::Error),
    /// Prices or payments that don't add up.
    #[error(transparent)]
    Billing(#[from] tresen_billing::Error),
    /// A store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file of the data directory can't be used.
    #[error("{what}")]
    File {
        /// What was tried.
        what: &'static str,
        /// Why it failed.
        source: std::io::Error,
    },
    /// The operating system gives no random bytes.
    #[error("no random bytes")]
    Randomness,
}

/// Refuses with a code and a fixed sentence.
pub(crate) const fn refused(code: ErrorCode, detail: &'static str) -> ServerError {
    ServerError::Refused { code, detail }
}

impl ServerError {
    /// What the client acts on.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Refused { code, .. } | Self::Epoch { code, .. } => *code,
            Self::NotAdmitted(refusal) => match refusal.reason.as_str() {
                "blocked" => ErrorCode::Blocked,
                "no_consent" => ErrorCode::ConsentMissing,
                _other => ErrorCode::NotAdmitted,
            },
            Self::RateLimited { .. } => ErrorCode::RateLimited,
            Self::Protocol(ProtocolError::TooLong) => ErrorCode::LimitExceeded,
            Self::Protocol(_) => ErrorCode::Malformed,
            Self::Statement(_) => ErrorCode::InvalidStatement,
            Self::Group(_) => ErrorCode::InvalidGroup,
            Self::Billing(tresen_billing::Error::Unreadable) => ErrorCode::Internal,
            Self::Billing(_) => ErrorCode::Malformed,
            Self::Store(error) => store_code(error.kind()),
            Self::File { source, .. } if source.kind() == std::io::ErrorKind::StorageFull => {
                ErrorCode::StorageFull
            }
            Self::File { .. } | Self::Randomness => ErrorCode::Internal,
        }
    }

    /// The refusal as it travels.
    #[must_use]
    pub fn reply(&self) -> ErrorReply {
        let (current_epoch, retry_after_ms) = match self {
            Self::Epoch { current, .. } => (*current, 0),
            Self::RateLimited { retry_after_ms } => (0, *retry_after_ms),
            _ => (0, 0),
        };
        // What failed inside of the server is for its log alone.
        let detail = match self.code() {
            ErrorCode::Internal => String::new(),
            _ => self.to_string(),
        };
        let refusal = match self {
            Self::NotAdmitted(refusal) => Some(refusal.as_ref().clone()),
            _ => None,
        };
        ErrorReply { code: self.code() as i32, detail, current_epoch, retry_after_ms, refusal }
    }

    /// Whether someone must look at the server, not the client.
    #[must_use]
    pub fn is_fault_of_server(&self) -> bool {
        matches!(self.code(), ErrorCode::Internal | ErrorCode::StorageFull | ErrorCode::Unavailable)
    }
}

const fn store_code(kind: ErrorKind) -> ErrorCode {
    match kind {
        ErrorKind::Full => ErrorCode::StorageFull,
        ErrorKind::Io | ErrorKind::Corrupt => ErrorCode::Internal,
        ErrorKind::Conflict => ErrorCode::Conflict,
        ErrorKind::NotFound => ErrorCode::NotFound,
        ErrorKind::Expired => ErrorCode::LinkUnavailable,
        ErrorKind::LimitExceeded => ErrorCode::LimitExceeded,
        ErrorKind::Overloaded | ErrorKind::Unavailable | ErrorKind::InDoubt | ErrorKind::Closed => {
            ErrorCode::Unavailable
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_carry_what_the_client_needs_and_nothing_of_the_inside() {
        let epoch = ServerError::Epoch { code: ErrorCode::EpochConflict, current: 7 }.reply();
        assert_eq!((epoch.code, epoch.current_epoch), (ErrorCode::EpochConflict as i32, 7));
        let limited = ServerError::RateLimited { retry_after_ms: 250 }.reply();
        assert_eq!(limited.retry_after_ms, 250);
        let inside = ServerError::from(StoreError::new(ErrorKind::Corrupt, "a secret of ours"));
        assert_eq!(inside.reply().detail, "");
        assert!(inside.is_fault_of_server());
        let full = ServerError::from(StoreError::new(ErrorKind::Full, "the disk is full"));
        assert_eq!(full.reply().code, ErrorCode::StorageFull as i32);
    }
}
