//! The authenticated data of an application message (PROTOCOL 5.2): what the server and all
//! recipients see, what the sender's leaf key signs and the encryption binds.
//!
//! A vector of `{component id u16, data<V>}`, sorted by id, in the shape of the MLS extensions
//! draft's Safe AAD, with ids of its private range.

pub use tresen_types::MessageClass;
use tresen_types::{AccountId, Category, DeviceId, Nonce};

use crate::{
    ProtocolError,
    reader::{Reader, write_vector},
};

const FRANK: u16 = 0x8001;
const CLASS: u16 = 0x8002;
const TEMPLATE: u16 = 0x8003;
const SENDER: u16 = 0x8004;
const IDEMPOTENCY: u16 = 0x8005;
const TIME_TO_LIVE: u16 = 0x8006;

/// In the flags: a customer says something with it (a text, a file, a pressed button), so that the
/// business may answer for a day. Receipts and reactions don't have it.
pub const FLAG_OPENS_WINDOW: u16 = 1;

/// The authenticated data of one application message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthenticatedData {
    /// `HMAC-SHA256(salt, content)`: commits to the content (PROTOCOL 4.1).
    pub franking_tag: [u8; 32],
    /// Which rules hold.
    pub class: MessageClass,
    /// What the business writes about; `Service` for customers.
    pub category: Category,
    /// [`FLAG_OPENS_WINDOW`] or 0; the other bits are reserved.
    pub flags: u16,
    /// The template, with [`MessageClass::Template`] and only then.
    pub template: Option<[u8; 32]>,
    /// The sending account; the server compares it with the session, members with the leaf.
    pub account: AccountId,
    /// The sending device.
    pub device: DeviceId,
    /// Makes a retried send idempotent.
    pub nonce: Nonce,
    /// How long the message is worth delivering, in seconds; 0 for the server's default.
    pub time_to_live_s: u32,
}

impl AuthenticatedData {
    /// The bytes to authenticate.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut items = Vec::with_capacity(136);
        push(&mut items, FRANK, &self.franking_tag);
        let [high, low] = self.flags.to_be_bytes();
        push(&mut items, CLASS, &[self.class as u8, self.category.as_byte(), high, low]);
        if let Some(template) = &self.template {
            push(&mut items, TEMPLATE, template);
        }
        let mut sender = [0_u8; AccountId::LENGTH + DeviceId::LENGTH];
        let (account, device) = sender.split_at_mut(AccountId::LENGTH);
        account.copy_from_slice(self.account.as_bytes());
        device.copy_from_slice(self.device.as_bytes());
        push(&mut items, SENDER, &sender);
        push(&mut items, IDEMPOTENCY, self.nonce.as_bytes());
        push(&mut items, TIME_TO_LIVE, &self.time_to_live_s.to_be_bytes());
        let mut bytes = Vec::with_capacity(items.len().saturating_add(2));
        write_vector(&mut bytes, &items).expect("the items are shorter than 2^14 bytes");
        bytes
    }

    /// Reads authenticated data; every item exactly once, in order, nothing else.
    ///
    /// # Errors
    /// [`ProtocolError::AuthenticatedData`].
    pub fn decode(bytes: &[u8]) -> Result<Self, ProtocolError> {
        Self::parse(bytes).ok_or(ProtocolError::AuthenticatedData)
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let mut outer = Reader::new(bytes);
        let mut items = Reader::new(outer.vector()?);
        let franking_tag = item(&mut items, FRANK)?;
        let [class, category, high, low] = item(&mut items, CLASS)?;
        let class = MessageClass::from_byte(class)?;
        let template = match class {
            MessageClass::Template => Some(item(&mut items, TEMPLATE)?),
            MessageClass::Chat
            | MessageClass::Control
            | MessageClass::Payment
            | MessageClass::Call
            | MessageClass::Step => None,
        };
        let sender: [u8; 24] = item(&mut items, SENDER)?;
        let (account, device) = sender.split_at_checked(AccountId::LENGTH)?;
        let nonce = Nonce::new(item(&mut items, IDEMPOTENCY)?);
        let time_to_live_s = u32::from_be_bytes(item(&mut items, TIME_TO_LIVE)?);
        (outer.is_empty() && items.is_empty()).then_some(Self {
            franking_tag,
            class,
            category: Category::from_byte(category)?,
            flags: u16::from_be_bytes([high, low]),
            template,
            account: AccountId::try_from(account).ok()?,
            device: DeviceId::try_from(device).ok()?,
            nonce,
            time_to_live_s,
        })
    }
}

fn push(items: &mut Vec<u8>, id: u16, data: &[u8]) {
    items.extend_from_slice(&id.to_be_bytes());
    write_vector(items, data).expect("an item is shorter than 64 bytes");
}

fn item<const N: usize>(items: &mut Reader<'_>, id: u16) -> Option<[u8; N]> {
    if items.u16()? != id {
        return None;
    }
    items.vector()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sample(class: MessageClass, template: Option<[u8; 32]>) -> AuthenticatedData {
        AuthenticatedData {
            franking_tag: [1; 32],
            class,
            category: Category::Utility,
            flags: 0,
            template,
            account: AccountId::new([2; 16]),
            device: DeviceId::new([3; 8]),
            nonce: Nonce::new([4; 16]),
            time_to_live_s: 3_600,
        }
    }

    #[test]
    fn round_trips_with_the_size_that_the_design_names() {
        let template = sample(MessageClass::Template, Some([5; 32]));
        // PROTOCOL 5.2: 130 bytes of items and 2 of vector header.
        assert_eq!(template.encode().len(), 132);
        for data in [template, sample(MessageClass::Chat, None)] {
            assert_eq!(AuthenticatedData::decode(&data.encode()), Ok(data));
        }
    }

    #[test]
    fn refuses_a_template_on_a_chat_message_and_a_template_message_without() {
        let mixed = sample(MessageClass::Chat, Some([5; 32])).encode();
        assert_eq!(AuthenticatedData::decode(&mixed), Err(ProtocolError::AuthenticatedData));
        let lacking = sample(MessageClass::Template, None).encode();
        assert_eq!(AuthenticatedData::decode(&lacking), Err(ProtocolError::AuthenticatedData));
    }

    proptest! {
        #[test]
        fn never_panics(bytes in proptest::collection::vec(0_u8.., 0..200)) {
            prop_assert!(AuthenticatedData::decode(&bytes).is_err());
        }

        #[test]
        fn every_truncation_is_refused(length in 0_usize..100) {
            let bytes = sample(MessageClass::Control, None).encode();
            prop_assume!(length < bytes.len());
            prop_assert!(AuthenticatedData::decode(&bytes[..length]).is_err());
        }
    }
}
