//! The two ciphersuites (PROTOCOL D2).

use openmls::prelude::Ciphersuite;

use crate::error::{Error, Result};

/// A ciphersuite of a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Suite {
    /// X-Wing (ML-KEM-768 and X25519), AES-128-GCM, SHA-256, Ed25519: the default.
    #[default]
    XWing,
    /// X25519, ChaCha20-Poly1305, SHA-256, Ed25519: the fallback without post-quantum keys.
    X25519,
}

impl Suite {
    /// Both, the preferred one first.
    pub const ALL: [Self; 2] = [Self::XWing, Self::X25519];

    /// The code point. That of X-Wing is provisional.
    #[must_use]
    pub const fn code(self) -> u16 {
        match self {
            Self::XWing => 0x004f,
            Self::X25519 => 0x0003,
        }
    }

    pub(crate) const fn ciphersuite(self) -> Ciphersuite {
        match self {
            Self::XWing => Ciphersuite::MLS_128_MLKEM768X25519_AES128GCM_SHA256_Ed25519,
            Self::X25519 => Ciphersuite::MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519,
        }
    }

    pub(crate) fn from_ciphersuite(ciphersuite: Ciphersuite) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|suite| suite.ciphersuite() == ciphersuite)
            .ok_or(Error::UnsupportedSuite(u16::from(ciphersuite)))
    }
}
