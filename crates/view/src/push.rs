//! Being woken up while no page is open (Web Push). Bytes are base64url without padding, as a browser's
//! `PushSubscription` writes them.

use serde::{Deserialize, Serialize};

/// What an interface asks about pushes.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PushCommand {
    /// Asks for the server's key, which a subscription is made for. Answers `Text`; an empty one when the
    /// server wakes nobody.
    Terms,
    /// Has the server wake this device. Answers `Done`.
    Register {
        /// The push resource.
        endpoint: String,
        /// The subscription's key `p256dh`.
        public_key: String,
        /// The subscription's secret `auth`.
        auth: String,
    },
    /// Ends that. Answers `Done`.
    Withdraw,
}

impl std::fmt::Debug for PushCommand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Terms => "Terms",
            Self::Register { .. } => "Register(..)",
            Self::Withdraw => "Withdraw",
        })
    }
}
