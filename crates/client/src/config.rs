//! What the SDK is told when it starts.

use std::{
    fmt,
    sync::{Arc, atomic::AtomicI64},
};

use zeroize::Zeroizing;

use crate::transport::Trust;

/// How a client is opened.
#[derive(Debug)]
pub struct ClientConfig {
    /// The server, like `https://chat.example`.
    pub origin: String,
    /// Where the account is kept.
    pub store: StoreLocation,
    /// Which certificates a TLS connection trusts.
    pub trust: Trust,
    /// Added to this machine's clock, in milliseconds: 0 but in tests and in the sandbox, where it
    /// may grow.
    pub clock_ahead_ms: Arc<AtomicI64>,
}

impl ClientConfig {
    /// A configuration with the defaults.
    #[must_use]
    pub fn new(origin: impl Into<String>, store: StoreLocation) -> Self {
        Self { origin: origin.into(), store, trust: Trust::Web, clock_ahead_ms: Arc::default() }
    }
}

/// Where an account is kept: one SQLite file.
pub enum StoreLocation {
    /// In memory: gone with the client.
    Memory,
    /// A file of its own in a folder of its own. The folder gets mode 0700 and the file 0600; what
    /// is in it is protected by these permissions alone.
    #[cfg(not(target_arch = "wasm32"))]
    File(std::path::PathBuf),
    /// In the browser's private files, encrypted.
    #[cfg(target_arch = "wasm32")]
    Browser {
        /// The file's name.
        name: String,
        /// The raw key that the page has unwrapped.
        key: Zeroizing<[u8; 32]>,
    },
}

impl fmt::Debug for StoreLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory => f.write_str("Memory"),
            #[cfg(not(target_arch = "wasm32"))]
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
            #[cfg(target_arch = "wasm32")]
            Self::Browser { name, .. } => f.debug_struct("Browser").field("name", name).finish(),
        }
    }
}

/// 32 secret bytes that are wiped when dropped.
pub(crate) type Seed = Zeroizing<[u8; 32]>;
