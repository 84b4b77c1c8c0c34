//! Identifiers. All are random (PROTOCOL D15) but [`MessageId`], which is a hash.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::crockford;

/// Why a text or a byte string is not an identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// The byte string has another length.
    #[error("an identifier of this kind has another length")]
    Length,
    /// The text isn't the prefix and Crockford base 32 of the right length.
    #[error("not the text form of an identifier of this kind")]
    Text,
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $length:literal, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; $length]);

        impl $name {
            /// Length in bytes.
            pub const LENGTH: usize = $length;

            /// Takes the bytes as they are.
            #[must_use]
            pub const fn new(bytes: [u8; $length]) -> Self {
                Self(bytes)
            }

            /// The raw bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; $length] {
                &self.0
            }
        }

        impl TryFrom<&[u8]> for $name {
            type Error = IdError;

            fn try_from(bytes: &[u8]) -> Result<Self, IdError> {
                <[u8; $length]>::try_from(bytes).map(Self).map_err(|_wrong_length| IdError::Length)
            }
        }

        text_form!($name, $prefix);
    };
}

macro_rules! text_form {
    ($name:ident, $prefix:literal) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}{}", $prefix, crockford::encode(self.as_bytes()))
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                let digits = text.strip_prefix($prefix).ok_or(IdError::Text)?;
                crockford::decode(digits).map(Self).ok_or(IdError::Text)
            }
        }

        id_serde!($name);
    };
}

macro_rules! id_serde {
    ($name:ident) => {
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
            }
        }
    };
}

id!(
    /// One installation with its own keys.
    DeviceId, 8, "d_"
);
id!(
    /// What people see as one chat; it outlives the cryptographic groups below it.
    ConversationId, 16, "c_"
);
id!(
    /// One incarnation of a conversation's MLS group.
    GroupId, 16, "g_"
);
id!(
    /// An entry link of a business: the `ENTRY` in `ORIGIN/e/ENTRY#FINGERPRINT`.
    EntryId, 8, ""
);
id!(
    /// An encrypted file in the blob store.
    BlobId, 16, "f_"
);
id!(
    /// Makes a retried request idempotent; also the billing id of a message.
    Nonce, 16, "n_"
);
id!(
    /// A message's identifier as MIMI content (draft -08) derives it: `0x01` and 31 bytes of a hash.
    MessageId, 32, "m_"
);

/// A person's or a business's registration.
///
/// The first bit tells the kind (set for a business), the other 127 are random, so that the kind
/// needs no look-up: `u_…` is a person, `b_…` a business.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId([u8; 16]);

/// Who an account belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AccountKind {
    /// A customer.
    Person,
    /// A firm with its agents.
    Business,
}

const BUSINESS_BIT: u8 = 0x80;

impl AccountId {
    /// Length in bytes.
    pub const LENGTH: usize = 16;

    /// Makes an id of the given kind from 16 random bytes.
    #[must_use]
    pub const fn from_random(kind: AccountKind, mut bytes: [u8; 16]) -> Self {
        match kind {
            AccountKind::Person => bytes[0] &= !BUSINESS_BIT,
            AccountKind::Business => bytes[0] |= BUSINESS_BIT,
        }
        Self(bytes)
    }

    /// Takes the bytes as they are.
    #[must_use]
    pub const fn new(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The raw bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// Whether the account is a person's or a business's.
    #[must_use]
    pub const fn kind(&self) -> AccountKind {
        if self.0[0] & BUSINESS_BIT == 0 { AccountKind::Person } else { AccountKind::Business }
    }
}

impl TryFrom<&[u8]> for AccountId {
    type Error = IdError;

    fn try_from(bytes: &[u8]) -> Result<Self, IdError> {
        <[u8; 16]>::try_from(bytes).map(Self).map_err(|_wrong_length| IdError::Length)
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let prefix = match self.kind() {
            AccountKind::Person => "u_",
            AccountKind::Business => "b_",
        };
        write!(f, "{prefix}{}", crockford::encode(&self.0))
    }
}

impl FromStr for AccountId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let (prefix, digits) = text.split_at_checked(2).ok_or(IdError::Text)?;
        let id = Self(crockford::decode(digits).ok_or(IdError::Text)?);
        let matches = match id.kind() {
            AccountKind::Person => prefix == "u_",
            AccountKind::Business => prefix == "b_",
        };
        if matches { Ok(id) } else { Err(IdError::Text) }
    }
}

id_serde!(AccountId);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn account_text_tells_the_kind_and_refuses_the_wrong_prefix() {
        let business = AccountId::from_random(AccountKind::Business, [7; 16]);
        let person = AccountId::from_random(AccountKind::Person, [0xff; 16]);
        assert!(business.to_string().starts_with("b_"));
        assert!(person.to_string().starts_with("u_"));
        assert_eq!(business.to_string().parse(), Ok(business));
        let swapped = business.to_string().replacen("b_", "u_", 1);
        assert_eq!(swapped.parse::<AccountId>(), Err(IdError::Text));
        assert_eq!("b".parse::<AccountId>(), Err(IdError::Text));
        assert_eq!("ü_00".parse::<AccountId>(), Err(IdError::Text));
    }

    #[test]
    fn ids_have_distinct_text_forms() {
        let device = DeviceId::new([1; 8]);
        assert_eq!(device.to_string().parse(), Ok(device));
        assert_eq!(device.to_string().parse::<BlobId>(), Err(IdError::Text));
        assert_eq!(DeviceId::try_from(&[0_u8; 7][..]), Err(IdError::Length));
    }
}
