//! From a message to its ciphertext: content, authenticated data, encryption.

use tresen_content::{Content, Encoded, Message, Scope};
use tresen_mls::Group;
use tresen_proto::aad::{AuthenticatedData, FLAG_OPENS_WINDOW, MessageClass};
use tresen_types::{Category, ConversationId, MessageId, Nonce, Timestamp};

use crate::{
    account::Own,
    client::Inner,
    error::Result,
    runtime,
    store::{OutboxRecord, Tx},
};

/// Encodes content for a conversation.
pub(crate) fn encode(
    inner: &Inner,
    own: &Own,
    conversation: ConversationId,
    content: &Content,
) -> Result<Encoded> {
    let scope = Scope { host: inner.host(), sender: own.account, conversation };
    Ok(content.encode(runtime::random(), &scope)?)
}

/// The class that content belongs into.
pub(crate) const fn class_of(content: &Content) -> MessageClass {
    match &content.message {
        Message::Template(_) => MessageClass::Template,
        message if message.is_control() => MessageClass::Control,
        _said => MessageClass::Chat,
    }
}

/// A new row of the outbox.
pub(crate) fn outbox_record(
    conversation: ConversationId,
    content: &Content,
    encoded: &Encoded,
    message: Option<MessageId>,
    now: Timestamp,
) -> OutboxRecord {
    OutboxRecord {
        number: 0,
        conversation,
        nonce: Nonce::new(runtime::random()),
        message,
        class: class_of(content) as u8,
        content: encoded.bytes.clone(),
        franking_tag: encoded.franking_tag,
        at: now,
        attempts: 0,
        is_failed: false,
        category: Category::Service,
        flags: if content.message.opens_window() { FLAG_OPENS_WINDOW } else { 0 },
        template: match &content.message {
            Message::Template(instance) => Some(instance.template),
            _said => None,
        },
        refusal: None,
        encrypted: None,
    }
}

/// Encodes and queues a message that nobody sees: a receipt, a name and the like.
pub(crate) fn queue_control(
    inner: &Inner,
    tx: &Tx<'_>,
    own: &Own,
    conversation: ConversationId,
    content: &Content,
) -> Result<()> {
    let encoded = encode(inner, own, conversation, content)?;
    tx.add_outbox(&outbox_record(conversation, content, &encoded, None, inner.now()))
}

/// Encrypts a row of the outbox in the group's current epoch.
pub(crate) fn encrypt(
    tx: &Tx<'_>,
    own: &Own,
    group: &mut Group,
    record: &OutboxRecord,
) -> Result<Vec<u8>> {
    let data = AuthenticatedData {
        franking_tag: record.franking_tag,
        class: MessageClass::from_byte(record.class).unwrap_or(MessageClass::Chat),
        category: record.category,
        flags: if own.is_business() { 0 } else { record.flags },
        template: record.template,
        account: own.account,
        device: own.device,
        nonce: record.nonce,
        time_to_live_s: 0,
    };
    Ok(group.encrypt(tx, &own.keys, &data.encode(), &record.content)?)
}
