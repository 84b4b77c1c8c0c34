//! What a person does with a message: react, try again, see it.

use tresen_content::{Content, Message, is_single_emoji, message::Private};
use tresen_types::{ConversationId, MessageId};
use tresen_view::{Answer, Event};

use super::{events_of, view_of};
use crate::{
    account::Own,
    client::Inner,
    error::{Error, Result},
    limits::EMOJI_BYTES_MAX,
    outgoing, private, receipts, settings,
    store::{MessageKind, ReactionRecord, StoredState, Tx},
    sync::reactor,
    team,
};

/// Puts a failed message back into the outbox.
pub(crate) fn retry(inner: &Inner, message: MessageId) -> Result<Answer> {
    let view = inner.store.write(|tx| {
        let outbox = tx.outbox_of(message)?.ok_or(Error::NotFound("outbox"))?;
        if outbox.is_failed {
            tx.set_failed(outbox.number, false)?;
            tx.set_refusal(outbox.number, None)?;
            tx.set_message_state(message, StoredState::Queued)?;
        }
        let record = tx.known_message(message)?;
        view_of(inner, tx, &record)
    })?;
    let conversation = inner.store.read(|tx| tx.known_message(message))?.conversation;
    super::send::announce(inner, conversation, &view);
    Ok(Answer::Message(Box::new(view)))
}

/// Sets or takes back the own reaction.
pub(crate) fn react(inner: &Inner, message: MessageId, emoji: Option<String>) -> Result<Answer> {
    let own = inner.own()?;
    if let Some(emoji) = &emoji
        && (emoji.len() > EMOJI_BYTES_MAX || !is_single_emoji(emoji))
    {
        return Err(Error::Invalid("a reaction is one emoji"));
    }
    let events = inner.store.write(|tx| {
        let record = tx.known_message(message)?;
        if record.kind != MessageKind::Content {
            return Err(Error::Invalid("nobody reacts to a line"));
        }
        let reactor = reactor(own.account, own.device);
        let known = tx.reaction_of(message, &reactor)?.filter(|known| !known.emoji.is_empty());
        match (emoji, known) {
            (Some(emoji), Some(known)) if known.emoji == emoji => return Ok(Vec::new()),
            (None, None) => return Ok(Vec::new()),
            (Some(emoji), _) => set(inner, tx, &own, record.conversation, message, emoji)?,
            (None, Some(known)) => {
                let content = Content::new(Message::Unreact { to: message, reaction: known.id });
                let id = queue(inner, tx, &own, record.conversation, &content)?;
                let at = inner.now();
                tx.put_reaction(&ReactionRecord { emoji: String::new(), id, at, ..known })?;
            }
        }
        events_of(inner, tx, &[message])
    })?;
    inner.emit_all(events);
    inner.outbox_wake.notify();
    Ok(Answer::Done)
}

fn set(
    inner: &Inner,
    tx: &Tx<'_>,
    own: &Own,
    conversation: ConversationId,
    message: MessageId,
    emoji: String,
) -> Result<()> {
    let content = Content::new(Message::Reaction { to: message, emoji: emoji.clone() });
    let id = queue(inner, tx, own, conversation, &content)?;
    tx.put_reaction(&ReactionRecord {
        message,
        reactor: reactor(own.account, own.device),
        is_own: true,
        emoji,
        id,
        at: inner.now(),
    })
}

fn queue(
    inner: &Inner,
    tx: &Tx<'_>,
    own: &Own,
    conversation: ConversationId,
    content: &Content,
) -> Result<MessageId> {
    let encoded = outgoing::encode(inner, own, conversation, content)?;
    tx.add_outbox(&outgoing::outbox_record(conversation, content, &encoded, None, inner.now()))?;
    Ok(encoded.id)
}

/// Everything up to a position was seen: receipts go out if the setting allows, and the account's
/// other devices hear of it.
pub(crate) fn mark_read(
    inner: &Inner,
    conversation: ConversationId,
    through: i64,
) -> Result<Answer> {
    let own = inner.own()?;
    let has_changed = inner.store.write(|tx| {
        let record = tx.known_conversation(conversation)?;
        let newest = tx.messages_before(conversation, through.saturating_add(1), 1)?.pop();
        let Some(newest) = newest.filter(|newest| newest.position > record.read_position) else {
            return Ok(false);
        };
        if settings::read(tx)?.read_receipts {
            tx.owe_read(conversation, record.read_position, newest.position)?;
        }
        tx.change_conversation(conversation, |record| record.read_position = newest.position)?;
        team::seen_mention(tx, conversation, inner.now())?;
        receipts::queue_owed_if_live(inner, tx, &own)?;
        if newest.sequence > 0 {
            let position = Private::ReadPosition { conversation, sequence: newest.sequence };
            private::tell(inner, tx, &own, position)?;
        }
        Ok(true)
    })?;
    if has_changed {
        inner.emit(Event::ConversationsChanged);
        inner.outbox_wake.notify();
    }
    Ok(Answer::Done)
}
