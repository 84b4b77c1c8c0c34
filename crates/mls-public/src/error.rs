//! The errors of this crate. None holds a byte of a message or an identity.

/// Short for a result with this crate's error.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why something isn't accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The message was made in another epoch than the group's.
    #[error("the group is in epoch {current}")]
    EpochConflict {
        /// The group's epoch.
        current: u64,
    },
    /// The message is for another group.
    #[error("the message is for another group")]
    WrongGroup,
    /// The bytes aren't well-formed, or exceed a limit.
    #[error("malformed {0}")]
    Malformed(&'static str),
    /// A signature or another check fails.
    #[error("invalid {0}")]
    Invalid(&'static str),
    /// Well-formed and valid, but not allowed here.
    #[error("not allowed: {0}")]
    NotAllowed(&'static str),
    /// The commit refers to a proposal that the server hasn't seen in this epoch.
    #[error("the commit refers to an unknown proposal")]
    MissingProposal,
    /// A ciphersuite that isn't one of ours.
    #[error("unsupported ciphersuite {0:#06x}")]
    UnsupportedSuite(u16),
    /// A key package is expired, not yet valid, or valid for too long.
    #[error("the lifetime of a key package is not acceptable")]
    Lifetime,
    /// The stored state can't be read: it was damaged, or written by another version.
    #[error("the stored state of a group is damaged")]
    DamagedState,
}
