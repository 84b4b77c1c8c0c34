//! Error codes on the wire, and what can be wrong with bytes from it.

/// Why a request was refused. The number is stable and documented; a client acts on the code, the
/// detail in [`crate::ErrorReply`] is for people who debug.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, prost::Enumeration)]
#[repr(i32)]
pub enum ErrorCode {
    /// No code: never sent.
    Unspecified = 0,
    /// The frame or one of its fields can't be read.
    Malformed = 1,
    /// The server doesn't know this request or version.
    Unsupported = 2,
    /// The request needs a session.
    Unauthenticated = 3,
    /// The session may not do this.
    Forbidden = 4,
    /// There is no such thing (or none that this session may see).
    NotFound = 5,
    /// Something of this name exists already with other content.
    Conflict = 6,
    /// The commit was made for another epoch; `current` tells which is current.
    EpochConflict = 7,
    /// The message's epoch is no longer accepted; `current` tells which is: encrypt again.
    EpochTooOld = 8,
    /// The message's epoch isn't known yet.
    EpochInFuture = 9,
    /// Too many requests; try again after `retry_after_ms`.
    RateLimited = 10,
    /// A named limit (size, number, quota) would be exceeded.
    LimitExceeded = 11,
    /// The customer has not said yes, or has taken it back.
    ConsentMissing = 12,
    /// One side has blocked the other.
    Blocked = 13,
    /// The entry link is used up.
    EntryUsedUp = 14,
    /// The entry link has expired.
    EntryExpired = 15,
    /// The entry link was revoked.
    EntryRevoked = 16,
    /// A signed statement doesn't verify, or doesn't fit the one before it.
    InvalidStatement = 17,
    /// A key package, commit, group info or welcome doesn't validate.
    InvalidGroup = 18,
    /// The server's disk is full; nothing was written.
    StorageFull = 19,
    /// The server can't do this right now; nothing was written.
    Unavailable = 20,
    /// A bug in the server; nothing was written.
    Internal = 21,
    /// The device was removed from its account.
    DeviceRevoked = 22,
    /// The session's device is not a member of the conversation.
    NotMember = 23,
    /// The claim link, invitation or link mailbox is used up, expired or unknown.
    LinkUnavailable = 24,
    /// A signed time is too far from the server's clock.
    ClockSkew = 25,
    /// No key package of the device is left.
    KeyPackageMissing = 26,
    /// The business may not send this to the customer now; `refusal` tells why, until when, and what
    /// is allowed instead.
    NotAdmitted = 27,
    /// The name looks like that of a business whose domain was checked.
    NameTaken = 28,
}

/// What can be wrong with bytes from the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProtocolError {
    /// Longer than the limit for its kind.
    #[error("longer than the limit for its kind")]
    TooLong,
    /// Not a protobuf frame of ours.
    #[error("not a frame of this protocol")]
    Frame,
    /// The frame has no body.
    #[error("a frame without a body")]
    Empty,
    /// An identifier of the wrong length.
    #[error("an identifier of the wrong length")]
    Identifier,
    /// An MLS message whose header can't be read.
    #[error("an MLS message whose header can't be read")]
    MlsHeader,
    /// Authenticated data that isn't in our form, or lacks a required item.
    #[error("authenticated data that isn't in our form")]
    AuthenticatedData,
}
