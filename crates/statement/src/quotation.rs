//! What a customer signs who accepts a quotation: both sides keep it.

use tresen_types::{AccountId, AccountKind, ConversationId, DeviceId, MessageId, Timestamp};

use crate::{
    cbor::{Reader, Writer},
    error::Error,
    signed::Statement,
};

/// A customer accepts a quotation. Signed by the key of the customer's device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuotationAcceptance {
    /// The business that wrote it.
    pub business: AccountId,
    /// The customer.
    pub customer: AccountId,
    /// The device that signs.
    pub device: DeviceId,
    /// The conversation.
    pub conversation: ConversationId,
    /// The message that holds the quotation.
    pub quotation: MessageId,
    /// SHA-256 over the quotation's one encoding: every line, price and day of it.
    pub hash: [u8; 32],
    /// When, by the device's clock.
    pub at: Timestamp,
}

impl Statement for QuotationAcceptance {
    const LABEL: &'static str = "tresen/quotation-acceptance/1";
    const FIELDS: usize = 7;

    fn write(&self, writer: &mut Writer) {
        writer.bytes(self.business.as_bytes());
        writer.bytes(self.customer.as_bytes());
        writer.bytes(self.device.as_bytes());
        writer.bytes(self.conversation.as_bytes());
        writer.bytes(self.quotation.as_bytes());
        writer.bytes(&self.hash);
        writer.time(self.at);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        let acceptance = Self {
            business: AccountId::new(reader.fixed()?),
            customer: AccountId::new(reader.fixed()?),
            device: DeviceId::new(reader.fixed()?),
            conversation: ConversationId::new(reader.fixed()?),
            quotation: MessageId::new(reader.fixed()?),
            hash: reader.fixed()?,
            at: reader.time()?,
        };
        let is_between = acceptance.business.kind() == AccountKind::Business
            && acceptance.customer.kind() == AccountKind::Person;
        if is_between { Ok(acceptance) } else { Err(Error::Value) }
    }
}
