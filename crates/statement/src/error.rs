//! Why a statement is refused.

/// Why a statement is refused. Holds nothing of what was in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Not the CBOR of this kind of statement.
    #[error("the bytes are not a statement of this kind")]
    Malformed,
    /// CBOR of this kind, but not the one encoding that counts.
    #[error("the encoding is not the deterministic one")]
    NotDeterministic,
    /// A version that this program doesn't know.
    #[error("the statement has an unknown version")]
    Version,
    /// A field or the whole is larger than its limit.
    #[error("a field or the whole statement is over its limit")]
    Limit,
    /// A field holds what it may not hold, or two fields contradict each other.
    #[error("a field has a value that is not allowed")]
    Value,
    /// The signature is not one of the given key.
    #[error("the signature does not fit the key")]
    Signature,
}
