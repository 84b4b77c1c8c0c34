//! What a person writes: safe on this device at once, sent when it can be.

use tresen_content::{Content, Message, message::Mark, search_text};
use tresen_types::{Category, ConversationId, MessageClass, MessageId, limits::TEXT_BYTES_MAX};
use tresen_view::{Answer, Event, MessageView};

use super::{events_of, view_of};
use crate::{
    client::Inner,
    error::{Error, Result},
    outgoing, shop,
    store::{ConversationState, MessageKind, MessageRecord, OutboxRecord, StoredState, Tx},
};

/// Queues a text; a repeated call answers the message that it has made.
pub(crate) fn send_text(
    inner: &Inner,
    call: Option<u64>,
    conversation: ConversationId,
    text: String,
    reply_to: Option<MessageId>,
) -> Result<Answer> {
    if text.trim().is_empty() {
        return Err(Error::Invalid("an empty text"));
    }
    if text.len() > TEXT_BYTES_MAX {
        return Err(Error::TooLarge("text"));
    }
    let message = Message::Text { text, language: String::new() };
    let content = Content { in_reply_to: reply_to, ..Content::new(message) };
    let search_text = search_text(&content.message).unwrap_or_default();
    send_content(inner, call, conversation, &content, Category::Service, &search_text)
}

/// Queues a message that a person sees; a repeated call answers the message that it has made.
pub(crate) fn send_content(
    inner: &Inner,
    call: Option<u64>,
    conversation: ConversationId,
    content: &Content,
    category: Category,
    search_text: &str,
) -> Result<Answer> {
    let mut touched = Vec::new();
    let message = inner.store.write(|tx| {
        if let Some(done) = call.map(|call| tx.message_of_call(call)).transpose()?.flatten() {
            let done = tx.known_message(done)?;
            return view_of(inner, tx, &done);
        }
        let message = queue_message(inner, tx, conversation, content, category, search_text)?;
        if let Some(call) = call {
            tx.put_call(call, message.message)?;
        }
        if matches!(content.message, Message::Text { .. }) {
            tx.change_conversation(conversation, |record| record.draft.clear())?;
        }
        let roots = shop::roots_of(inner, tx, &content.message)?;
        touched = events_of(inner, tx, &roots)?;
        if matches!(content.message, Message::Shop(_)) {
            touched.push(Event::DealsChanged);
        }
        Ok(message)
    })?;
    announce(inner, conversation, &message);
    inner.emit_all(touched);
    Ok(Answer::Message(Box::new(message)))
}

/// Writes a message and its outbox row.
pub(crate) fn queue_message(
    inner: &Inner,
    tx: &Tx<'_>,
    conversation: ConversationId,
    content: &Content,
    category: Category,
    search_text: &str,
) -> Result<MessageView> {
    let own = inner.own()?;
    let now = inner.now();
    let record = tx.known_conversation(conversation)?;
    if record.state == ConversationState::Left {
        return Err(Error::NotFound("a conversation that was left"));
    }
    if let Some(reply_to) = content.in_reply_to {
        let quoted = tx.known_message(reply_to)?;
        if quoted.conversation != conversation {
            return Err(Error::Invalid("a quote from another conversation"));
        }
    }
    let encoded = outgoing::encode(inner, &own, conversation, content)?;
    let class = match &content.message {
        Message::Shop(said)
            if own.is_business() && shop::goes_on(inner, tx, conversation, said)? =>
        {
            MessageClass::Step
        }
        _said => outgoing::class_of(content),
    };
    let outbox = OutboxRecord {
        category,
        class: class as u8,
        ..outgoing::outbox_record(conversation, content, &encoded, Some(encoded.id), now)
    };
    let message = MessageRecord {
        position: 0,
        id: encoded.id,
        conversation,
        kind: MessageKind::Content,
        sequence: 0,
        at: now,
        sender_account: own.account,
        sender_device: own.device,
        is_own: true,
        state: Some(StoredState::Queued),
        content: encoded.bytes,
        nonce: outbox.nonce,
        receipt: Vec::new(),
        is_reportable: false,
    };
    tx.add_message(&message, search_text)?.ok_or(Error::Internal("a message id that exists"))?;
    tx.add_outbox(&outbox)?;
    shop::index(tx, &message, &content.message)?;
    tx.change_conversation(conversation, |record| {
        record.updated_at = record.updated_at.max(now);
        if own.is_business() && content.mark != Mark::Automatic {
            record.waiting_since = None;
        }
    })?;
    let message = tx.known_message(encoded.id)?;
    view_of(inner, tx, &message)
}

/// Tells a new own message and lets the outbox look.
pub(crate) fn announce(inner: &Inner, conversation: ConversationId, message: &MessageView) {
    inner.emit(Event::Message { conversation, message: Box::new(message.clone()) });
    inner.emit(Event::ConversationsChanged);
    inner.outbox_wake.notify();
}
