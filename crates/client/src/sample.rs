//! Fills an account with conversations, to measure how it behaves when it is big. Only with the feature
//! `sample`; nothing of it goes to the server, and nobody is on the other side.

use tresen_content::{Content, Message, Scope, search_text};
use tresen_types::{AccountId, ConversationId, DeviceId, GroupId, Nonce, Timestamp};

use crate::{
    account::Own,
    client::{Client, Inner},
    error::Result,
    runtime,
    store::{
        ContactRecord, ConversationKind, ConversationRecord, ConversationState, MessageKind,
        MessageRecord, StoredState, Tx,
    },
};

/// Between two messages of a conversation.
const STEP_MS: i64 = 7 * 60 * 1000;
/// Every so many messages one has a rare word.
const RARE: u32 = 1_000;

const NAMES: [&str; 8] = ["Ada", "Bela", "Chandra", "Dilan", "Emine", "Farid", "Greta", "Hanna"];
const WORDS: [&str; 24] = [
    "bread",
    "rolls",
    "tomorrow",
    "please",
    "order",
    "thanks",
    "morning",
    "ready",
    "twelve",
    "rye",
    "croissants",
    "pick",
    "up",
    "delivery",
    "price",
    "open",
    "closed",
    "Saturday",
    "cake",
    "birthday",
    "without",
    "nuts",
    "hello",
    "question",
];

impl Client {
    /// Adds conversations with this many messages each. The account must be registered.
    ///
    /// # Errors
    /// When there is no account, or the store fails.
    pub fn fill_with_sample(&self, conversations: u32, messages: u32) -> Result<()> {
        let inner = self.inner();
        let own = inner.own()?;
        for number in 0..conversations {
            inner.store.write(|tx| fill(inner, &own, tx, number, messages))?;
        }
        Ok(())
    }
}

fn fill(inner: &Inner, own: &Own, tx: &Tx<'_>, number: u32, messages: u32) -> Result<()> {
    let mut bytes: [u8; 16] = runtime::random();
    // The first bit is set for a business.
    bytes[0] &= 0x7f;
    let (customer, device) = (AccountId::new(bytes), DeviceId::new(runtime::random()));
    let id = ConversationId::new(runtime::random());
    let group = GroupId::new(runtime::random());
    let name = NAMES[usize::try_from(number).unwrap_or(0) % NAMES.len()];
    tx.put_contact(&ContactRecord {
        account: customer,
        account_key: runtime::random(),
        device_list: Vec::new(),
        device_list_sequence: 0,
        profile: Vec::new(),
        name: format!("{name} {number}"),
        is_blocked: false,
    })?;
    let now = Timestamp::from_millis(inner.now().as_millis() - i64::from(number) * STEP_MS);
    let mut record =
        ConversationRecord::new(id, group, ConversationKind::Business, Some(customer), now);
    record.state = ConversationState::Left;
    tx.put_conversation(&record)?;
    for index in 0..messages {
        let is_own = index % 2 == 1;
        let said = Message::Text { text: text(number, index), language: String::new() };
        let content = Content::new(said);
        let sender = if is_own { own.account } else { customer };
        let scope = Scope { host: inner.host(), sender, conversation: id };
        let encoded = content.encode(runtime::random(), &scope)?;
        let message = MessageRecord {
            position: 0,
            id: encoded.id,
            conversation: id,
            kind: MessageKind::Content,
            sequence: u64::from(index) + 1,
            at: Timestamp::from_millis(now.as_millis() - i64::from(messages - index) * STEP_MS),
            sender_account: sender,
            sender_device: if is_own { own.device } else { device },
            is_own,
            state: is_own.then_some(StoredState::Read),
            content: encoded.bytes,
            nonce: Nonce::new(runtime::random()),
            receipt: Vec::new(),
            is_reportable: false,
        };
        let searched = search_text(&content.message).unwrap_or_default();
        tx.add_message(&message, &searched)?;
        tx.mark_archived(encoded.id)?;
    }
    tx.change_conversation(id, |record| record.sequence = u64::from(messages)).map(drop)
}

/// Words that repeat; one message in a thousand has a rare one.
fn text(number: u32, index: u32) -> String {
    let mut words = Vec::new();
    let mut state = number.wrapping_mul(7_919).wrapping_add(index.wrapping_mul(104_729));
    for _ in 0..6 + index % 9 {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let at = usize::try_from(state >> 16).unwrap_or(0) % WORDS.len();
        words.push(WORDS[at]);
    }
    if (number * 200 + index).is_multiple_of(RARE) {
        words.push("pumpernickel");
    }
    words.join(" ")
}
