//! What a person does with a message or a chat beside reading and writing: change, take back, forward,
//! star, pin, put away, silence.

use std::rc::Rc;

use tresen_content::{
    Content, Message,
    message::{AttachmentKind, Mark},
    search_text,
};
use tresen_types::{Category, ConversationId, MessageId};
use tresen_view::{Answer, Event, EverydayCommand, Quote, SearchHit};

use super::{
    amend, events_of,
    view::{content_of, preview_of, quote},
};
use crate::{
    client::Inner,
    error::{Error, Result},
    limits::{FORWARDS_MAX, STARRED_MAX},
    names, receipts,
    records::{self, Put, RecordKind, YES},
    store::{MessageKind, StoredState, Tx},
};

/// Does what a command asks.
pub(crate) fn everyday(inner: &Rc<Inner>, command: EverydayCommand) -> Result<Answer> {
    let events = match command {
        EverydayCommand::Edit { message, text } => return amend::edit(inner, message, text),
        EverydayCommand::Delete { message, for_everyone: true } => {
            amend::take_back(inner, message)?
        }
        EverydayCommand::Delete { message, for_everyone: false } => hide(inner, message)?,
        EverydayCommand::Forward { message, to } => forward(inner, message, &to)?,
        EverydayCommand::Star { message, is_starred } => star(inner, message, is_starred)?,
        EverydayCommand::Starred => return starred(inner),
        EverydayCommand::Played { message } => played(inner, message)?,
        EverydayCommand::Pin { conversation, message } => pin(inner, conversation, message)?,
        EverydayCommand::SetArchived { conversation, is_archived } => {
            switch(inner, conversation, RecordKind::Archived, is_archived)?
        }
        EverydayCommand::SetMuted { conversation, is_muted } => {
            switch(inner, conversation, RecordKind::Muted, is_muted)?
        }
    };
    inner.emit_all(events);
    inner.outbox_wake.notify();
    Ok(Answer::Done)
}

/// Takes a message off the account's own devices.
fn hide(inner: &Inner, message: MessageId) -> Result<Vec<Event>> {
    let own = inner.own()?;
    inner.store.write(|tx| {
        tx.known_message(message)?;
        let (kind, subject) = (RecordKind::Hidden, message.as_bytes());
        records::put(inner, tx, &own, Put { kind, subject, name: "", value: YES })?;
        amend::hide(tx, message)
    })
}

/// Queues what a message says for other conversations.
fn forward(inner: &Inner, message: MessageId, to: &[ConversationId]) -> Result<Vec<Event>> {
    if to.is_empty() || to.len() > FORWARDS_MAX {
        return Err(Error::TooLarge("conversations"));
    }
    inner.store.write(|tx| {
        let record = tx.known_message(message)?;
        if record.kind != MessageKind::Content || record.sequence == 0 {
            return Err(Error::Invalid("a message that can't be forwarded"));
        }
        let current = amend::current_of(inner, tx, &record)?.content;
        let said = current.map(|content| content.message).filter(|said| {
            matches!(said, Message::Text { .. } | Message::Attachment(_) | Message::Card(_))
        });
        let said = said.ok_or(Error::Invalid("a message that can't be forwarded"))?;
        let content = Content { mark: Mark::Forwarded, ..Content::new(said) };
        let found = search_text(&content.message).unwrap_or_default();
        let mut events = vec![Event::ConversationsChanged];
        for conversation in to.iter().copied() {
            let view =
                super::queue_message(inner, tx, conversation, &content, Category::Service, &found)?;
            events.push(Event::Message { conversation, message: Box::new(view) });
        }
        Ok(events)
    })
}

/// Tells the other side that its voice message is heard, once.
fn played(inner: &Inner, message: MessageId) -> Result<Vec<Event>> {
    let own = inner.own()?;
    inner.store.write(|tx| {
        let record = tx.known_message(message)?;
        if record.is_own || record.state == Some(StoredState::Played) {
            return Ok(Vec::new());
        }
        let is_voice = match content_of(inner, &record)?.message {
            Message::Attachment(file) => file.kind == AttachmentKind::Voice,
            _ => false,
        };
        if !is_voice {
            return Err(Error::Invalid("not a voice message"));
        }
        tx.set_message_state(message, StoredState::Played)?;
        receipts::queue_played(inner, tx, &own, record.conversation, message)?;
        Ok(Vec::new())
    })
}

fn star(inner: &Inner, message: MessageId, is_starred: bool) -> Result<Vec<Event>> {
    let own = inner.own()?;
    inner.store.write(|tx| {
        tx.known_message(message)?;
        let (kind, subject) = (RecordKind::Star, message.as_bytes());
        let value = if is_starred { YES } else { "" };
        records::put(inner, tx, &own, Put { kind, subject, name: "", value })?;
        events_of(inner, tx, &[message])
    })
}

/// The starred messages, the newest star first.
fn starred(inner: &Inner) -> Result<Answer> {
    inner.store.read(|tx| {
        let mut stars = tx.records_of(RecordKind::Star as u8)?;
        stars.sort_by_key(|star| std::cmp::Reverse(star.at));
        let mut hits = Vec::new();
        for star in stars {
            let Ok(id) = MessageId::try_from(star.subject.as_slice()) else { continue };
            let Some(record) = tx.message(id)?.filter(|found| found.kind == MessageKind::Content)
            else {
                continue;
            };
            let counterpart = tx.known_conversation(record.conversation)?.counterpart;
            let (preview, _kind) = preview_of(inner, tx, &record)?;
            hits.push(SearchHit {
                conversation: record.conversation,
                name: match counterpart {
                    Some(counterpart) => names::of_account(tx, counterpart)?,
                    None => String::new(),
                },
                message: id,
                at: record.at,
                snippet: vec![(preview, false)],
            });
            if hits.len() == STARRED_MAX {
                break;
            }
        }
        Ok(Answer::Hits(hits))
    })
}

fn pin(
    inner: &Inner,
    conversation: ConversationId,
    message: Option<MessageId>,
) -> Result<Vec<Event>> {
    let own = inner.own()?;
    inner.store.write(|tx| {
        if let Some(message) = message
            && tx.known_message(message)?.conversation != conversation
        {
            return Err(Error::NotFound("message"));
        }
        let (kind, subject) = (RecordKind::Pin, conversation.as_bytes());
        let value = message.map(|message| message.to_string()).unwrap_or_default();
        records::put(inner, tx, &own, Put { kind, subject, name: "", value: &value })?;
        Ok(vec![Event::HeaderChanged { conversation }])
    })
}

/// The message that is pinned above a conversation.
pub(crate) fn pinned(
    inner: &Inner,
    tx: &Tx<'_>,
    conversation: ConversationId,
) -> Result<Option<Quote>> {
    let value = records::get(tx, RecordKind::Pin, conversation.as_bytes(), "")?;
    let Some(id) = value.and_then(|value| value.parse::<MessageId>().ok()) else {
        return Ok(None);
    };
    let is_here = tx.message(id)?.is_some_and(|found| found.kind == MessageKind::Content);
    if is_here { quote(inner, tx, id).map(Some) } else { Ok(None) }
}

fn switch(
    inner: &Inner,
    conversation: ConversationId,
    kind: RecordKind,
    is_on: bool,
) -> Result<Vec<Event>> {
    let own = inner.own()?;
    inner.store.write(|tx| {
        tx.known_conversation(conversation)?;
        let (subject, value) = (conversation.as_bytes(), if is_on { YES } else { "" });
        records::put(inner, tx, &own, Put { kind, subject, name: "", value })?;
        Ok(vec![Event::ConversationsChanged, Event::HeaderChanged { conversation }])
    })
}
