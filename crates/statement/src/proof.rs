//! Proofs of possession: a device signs a nonce of the server, bound to the origin.

use tresen_types::{AccountId, DeviceId};

use crate::{
    cbor::{Reader, Writer},
    error::Error,
    limits::ORIGIN_BYTES_MAX,
    signed::Statement,
    text,
};

macro_rules! proof {
    ($(#[$doc:meta])* $name:ident, $label:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name {
            /// The server that asked.
            pub origin: String,
            /// The account.
            pub account: AccountId,
            /// The device that signs.
            pub device: DeviceId,
            /// What the server asked to sign.
            pub nonce: [u8; 32],
        }

        impl Statement for $name {
            const LABEL: &'static str = $label;
            const FIELDS: usize = 4;

            fn write(&self, writer: &mut Writer) {
                writer.text(&self.origin);
                writer.bytes(self.account.as_bytes());
                writer.bytes(self.device.as_bytes());
                writer.bytes(&self.nonce);
            }

            fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
                Ok(Self {
                    origin: text::origin(reader.text(ORIGIN_BYTES_MAX)?)?,
                    account: AccountId::new(reader.fixed()?),
                    device: DeviceId::new(reader.fixed()?),
                    nonce: reader.fixed()?,
                })
            }
        }
    };
}

proof!(
    /// Opens a session. Signed by the device key.
    SessionProof, "tresen/session/1"
);
proof!(
    /// Registers an account's first device or a linked one. Signed by the device key.
    RegistrationProof, "tresen/registration/1"
);
