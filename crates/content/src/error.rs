//! Why content is refused.

/// Why content is refused. Holds nothing of what was in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Not the CBOR of MIMI content, or of the part that its type names.
    #[error("the bytes are not content")]
    Malformed,
    /// Content, but not in the one encoding that counts.
    #[error("the encoding is not the deterministic one")]
    NotDeterministic,
    /// A field, a count, a depth or the whole is over its limit.
    #[error("a part of the content is over its limit")]
    Limit,
    /// A field holds what it may not hold.
    #[error("a field has a value that is not allowed")]
    Value,
    /// The sender or the conversation inside isn't the one that the encryption proved.
    #[error("the content names another sender or conversation")]
    Scope,
    /// A chunk of a file is damaged, missing, doubled or out of place.
    #[error("the file is damaged or not complete")]
    Chunk,
}
