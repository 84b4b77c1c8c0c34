//! What two devices say to each other through a link mailbox, while one is linked to the other's account.
//! The server carries it and doesn't read it.

use prost::Message;

/// What the new device offers.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct Offer {
    /// Its one-time key.
    #[prost(bytes = "vec", tag = "1")]
    pub ephemeral: Vec<u8>,
    /// Its signature key.
    #[prost(bytes = "vec", tag = "2")]
    pub signature_key: Vec<u8>,
    /// The id that it chose.
    #[prost(bytes = "vec", tag = "3")]
    pub device: Vec<u8>,
}

/// What the owner's device answers.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct Challenge {
    /// Its nonce.
    #[prost(bytes = "vec", tag = "1")]
    pub nonce: Vec<u8>,
    /// The account's identity key.
    #[prost(bytes = "vec", tag = "2")]
    pub account_key: Vec<u8>,
    /// The owner's device.
    #[prost(bytes = "vec", tag = "3")]
    pub device: Vec<u8>,
    /// The end of this attempt, milliseconds since the Unix epoch.
    #[prost(int64, tag = "4")]
    pub expires_at_ms: i64,
}

/// The end of an attempt.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct Verdict {
    /// The account's secrets, sealed to the one-time key.
    #[prost(bytes = "vec", tag = "1")]
    pub sealed: Vec<u8>,
    /// Whether the owner's device refuses.
    #[prost(bool, tag = "2")]
    pub is_refused: bool,
}
