//! What can go wrong in the gateway itself; what a caller is told stands in [`crate::api_error`].

use tresen_view::{Failure, FailureKind};

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The gateway's store fails.
    #[error("the gateway's store fails")]
    Store(#[from] rusqlite::Error),
    /// A row isn't what was written.
    #[error("damaged in the gateway's store: {0}")]
    Damaged(&'static str),
    /// A file can't be read or written.
    #[error("{what}")]
    File {
        /// Which.
        what: &'static str,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The SDK refuses.
    #[error("{:?}: {}", .0.kind, .0.detail)]
    Sdk(Failure),
    /// This folder has no business's account.
    #[error("this folder isn't linked to a business yet")]
    NotLinked,
    /// What was typed can't be used.
    #[error("{0}")]
    Invalid(&'static str),
    /// The receiver doesn't answer the verification.
    #[error("the receiver doesn't answer the verification: {0}")]
    Verification(&'static str),
    /// The machine gives no randomness.
    #[error("no randomness")]
    Random,
}

/// The result of what may go wrong.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        Self::Sdk(failure)
    }
}

impl From<tresen_client::Error> for Error {
    fn from(error: tresen_client::Error) -> Self {
        Self::Sdk(error.into())
    }
}

impl Error {
    /// The SDK answered something else than was asked.
    pub(crate) fn unexpected() -> Self {
        let detail = "an answer to something else".to_owned();
        Self::Sdk(Failure { kind: FailureKind::Internal, detail })
    }
}
