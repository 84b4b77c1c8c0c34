//! Notices by which a device stops a conversation: the server stops delivery on them.

use tresen_types::{AccountId, ConversationId, DeviceId, Timestamp};

use crate::{
    cbor::{Reader, Writer},
    error::Error,
    signed::Statement,
};

macro_rules! notice {
    ($(#[$doc:meta])* $name:ident, $label:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name {
            /// The conversation.
            pub conversation: ConversationId,
            /// The account that wants it.
            pub account: AccountId,
            /// The device that signs.
            pub device: DeviceId,
            /// When, by the device's clock.
            pub at: Timestamp,
        }

        impl Statement for $name {
            const LABEL: &'static str = $label;
            const FIELDS: usize = 4;

            fn write(&self, writer: &mut Writer) {
                writer.bytes(self.conversation.as_bytes());
                writer.bytes(self.account.as_bytes());
                writer.bytes(self.device.as_bytes());
                writer.time(self.at);
            }

            fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
                Ok(Self {
                    conversation: ConversationId::new(reader.fixed()?),
                    account: AccountId::new(reader.fixed()?),
                    device: DeviceId::new(reader.fixed()?),
                    at: reader.time()?,
                })
            }
        }
    };
}

notice!(
    /// Nobody but the signing account may send into the conversation. Signed by the device key.
    BlockNotice, "tresen/block/1"
);
notice!(
    /// The account leaves the conversation for good. Signed by the device key.
    LeaveNotice, "tresen/leave/1"
);
