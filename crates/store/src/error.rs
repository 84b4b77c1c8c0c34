//! The one error of this crate.

/// What went wrong, for the caller's decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The disk is full; nothing was written. Try again when there is space.
    Full,
    /// The disk or the engine failed; whether something was written is unknown. Try again with the
    /// same nonce.
    Io,
    /// What was read isn't what this version writes.
    Corrupt,
    /// Something else stands where this would go (an id in use, a sequence that isn't newer).
    Conflict,
    /// There is no such record.
    NotFound,
    /// The record was there, but its time or its uses are over.
    Expired,
    /// More than a limit of this crate allows.
    LimitExceeded,
    /// The database or the object store can't be reached, or doesn't answer; nothing was written. Try
    /// again.
    Unavailable,
    /// The connection broke while the database committed: whether it was written is unknown. Try
    /// again: what an operation does a second time stands with it.
    InDoubt,
    /// Too many events wait for the writer; nothing was taken.
    Overloaded,
    /// The store has been shut down.
    Closed,
}

/// An error of a store. It holds no user data.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct StoreError {
    kind: ErrorKind,
    what: &'static str,
}

impl StoreError {
    /// Makes an error of `kind`; `what` is a fixed sentence.
    #[must_use]
    pub const fn new(kind: ErrorKind, what: &'static str) -> Self {
        Self { kind, what }
    }

    /// What went wrong, for the caller's decision.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    pub(crate) const fn corrupt(what: &'static str) -> Self {
        Self::new(ErrorKind::Corrupt, what)
    }

    pub(crate) const fn closed() -> Self {
        Self::new(ErrorKind::Closed, "the store has been shut down")
    }
}

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> Self {
        tracing::warn!(error.kind = ?error.kind(), "storage input or output failed");
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
                Self::new(ErrorKind::Full, "the disk is full")
            }
            std::io::ErrorKind::NotFound => Self::new(ErrorKind::NotFound, "no such file"),
            _ => Self::new(ErrorKind::Io, "the disk failed"),
        }
    }
}
