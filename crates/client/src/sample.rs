//! Fills an account with conversations, to measure how it behaves when it is big: an inbox with all that a
//! list is filtered by. Only with the feature `sample` and in tests; nothing of it goes to the server, and
//! nobody is on the other side.

use std::ops::Range;

use tresen_content::{Content, Message, Scope, search_text};
use tresen_types::{AccountId, ConversationId, DeviceId, GroupId, Nonce, Timestamp};

use crate::{
    account::Own,
    client::{Client, Inner},
    error::Result,
    records::{self, Put, RecordKind, YES},
    runtime,
    store::{
        ContactRecord, ConversationKind, ConversationRecord, ConversationState, MessageKind,
        MessageRecord, RecordRow, StoredState, Tx,
    },
};

/// Between two messages of a conversation.
const STEP_MS: i64 = 7 * 60 * 1000;
/// Every so many messages one has a rare word.
const RARE: u32 = 1_000;

/// How long those rest that do.
const REST_MS: i64 = 1_000 * STEP_MS;
/// The id and the name of the label that some have.
const LABEL: &str = "regular";

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
    /// Adds the conversations with these numbers, each with so many messages. The account must be registered.
    ///
    /// # Errors
    /// When there is no account, or the store fails.
    pub fn fill_with_sample(&self, numbers: Range<u32>, messages: u32) -> Result<()> {
        let inner = self.inner();
        let own = inner.own()?;
        let label = records::write_json(&(LABEL, 3_u8))?;
        let put = Put { kind: RecordKind::LabelOf, subject: &[], name: LABEL, value: &label };
        inner.store.write(|tx| set(tx, put, inner.now()))?;
        for number in numbers {
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
    tx.change_conversation(id, |record| record.sequence = u64::from(messages))?;
    mark(inner, own, tx, id, number)
}

/// What a team does with its conversations: by the number, so that every filter has some and leaves some.
fn mark(inner: &Inner, own: &Own, tx: &Tx<'_>, id: ConversationId, number: u32) -> Result<()> {
    let newest = tx.messages_before(id, i64::MAX, 1)?.pop().map_or(0, |message| message.position);
    tx.change_conversation(id, |record| {
        record.is_closed = number % 7 == 6;
        record.assignee = match number % 4 {
            1 => Some(own.device),
            3 => Some(DeviceId::new([0xcc; 8])),
            _nobody => None,
        };
        record.waiting_since = number.is_multiple_of(5).then_some(record.updated_at);
        record.read_position = if number.is_multiple_of(8) { 0 } else { newest };
    })?;
    if number.is_multiple_of(3) {
        let (kind, subject) = (RecordKind::Label, id.as_bytes());
        set(tx, Put { kind, subject, name: LABEL, value: YES }, inner.now())?;
    }
    if number % 13 == 6 {
        let until = inner.now().plus_millis(REST_MS).as_millis().to_string();
        // Some were woken since, by what the customer wrote.
        let at = if number % 5 < 3 { inner.now() } else { Timestamp::default() };
        let (kind, subject) = (RecordKind::Snooze, id.as_bytes());
        set(tx, Put { kind, subject, name: "", value: &until }, at)?;
    }
    Ok(())
}

fn set(tx: &Tx<'_>, put: Put<'_>, at: Timestamp) -> Result<()> {
    tx.set_record(&RecordRow {
        kind: put.kind as u8,
        subject: put.subject.to_vec(),
        name: put.name.to_owned(),
        value: put.value.to_owned(),
        sequence: 0,
        at,
    })
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
