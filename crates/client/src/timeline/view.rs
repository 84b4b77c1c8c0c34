//! From rows to bubbles.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use tresen_content::{
    Content, Message, Scope,
    message::{AttachmentKind as ContentKind, Mark},
    preview_line,
};
use tresen_types::{DeviceId, MessageId};
use tresen_view::{
    AttachmentKind, AttachmentView, Event, MessageBody, MessageMarks, MessageState, MessageView,
    PreviewKind, Quote, Reaction, RefusalView, SystemLine, VoiceView,
};

use super::amend::{Current, current_of};
use crate::{
    attachment,
    client::Inner,
    error::{Error, Result},
    names,
    records::{self, RecordKind},
    shop,
    store::{MessageKind, MessageRecord, StoredState, Tx},
    template,
};

/// Events that tell messages as they are now; those that aren't there are left out.
pub(crate) fn events_of(inner: &Inner, tx: &Tx<'_>, ids: &[MessageId]) -> Result<Vec<Event>> {
    let mut events = Vec::with_capacity(ids.len());
    for id in ids {
        // What changes a message is shown in its place.
        let id = tx.amended_by(*id)?.unwrap_or(*id);
        let found = tx.message(id)?.filter(|found| found.kind != MessageKind::Hidden);
        if let Some(record) = found {
            let message = Box::new(view_of(inner, tx, &record)?);
            events.push(Event::Message { conversation: record.conversation, message });
        }
    }
    Ok(events)
}

/// Whether no person sent a message.
pub(crate) fn is_automatic(inner: &Inner, record: &MessageRecord) -> bool {
    content_of(inner, record).is_ok_and(|content| content.mark == Mark::Automatic)
}

/// One message.
pub(crate) fn view_of(inner: &Inner, tx: &Tx<'_>, record: &MessageRecord) -> Result<MessageView> {
    let mut marks = MessageMarks {
        is_starred: records::get(tx, RecordKind::Star, record.id.as_bytes(), "")?.is_some(),
        ..MessageMarks::default()
    };
    let (body, reply_to) = match record.kind {
        MessageKind::Content | MessageKind::Shelved | MessageKind::Held => {
            match current_of(inner, tx, record) {
                Ok(Current { content: Some(content), is_edited }) => {
                    marks.is_edited = is_edited;
                    marks.is_forwarded = content.mark == Mark::Forwarded;
                    marks.is_automatic = content.mark == Mark::Automatic;
                    (body_of(inner, tx, record, &content.message)?, content.in_reply_to)
                }
                Ok(Current { content: None, .. }) => (MessageBody::Deleted, None),
                // One damaged row doesn't hide the others.
                Err(_) => (MessageBody::Refused { reason: "damaged".to_owned() }, None),
            }
        }
        MessageKind::Deleted => (MessageBody::Deleted, None),
        MessageKind::Amendment | MessageKind::Hidden => {
            return Err(Error::Damaged("a message that is never shown"));
        }
        MessageKind::System => (MessageBody::System(system_line(tx, record)?), None),
        MessageKind::Refused => {
            let reason = String::from_utf8_lossy(&record.content).into_owned();
            (MessageBody::Refused { reason }, None)
        }
    };
    Ok(MessageView {
        message: record.id,
        position: record.position,
        at: record.at,
        is_own: record.is_own,
        sender: record.sender_device,
        sender_name: names::of_sender(tx, record.sender_account, record.sender_device)?,
        state: record.state.filter(|_state| record.is_own).map(state_view),
        quote: reply_to.map(|id| quote(inner, tx, id)).transpose()?,
        reactions: reactions(inner, tx, record.id)?,
        is_unrequested: record.kind == MessageKind::Shelved,
        refusal: refusal(tx, record)?,
        marks,
        body,
    })
}

/// Why the server didn't take a message that failed.
fn refusal(tx: &Tx<'_>, record: &MessageRecord) -> Result<Option<RefusalView>> {
    if record.state != Some(StoredState::Failed) {
        return Ok(None);
    }
    let refusal = tx.outbox_of(record.id)?.and_then(|outbox| outbox.refusal);
    // One of a later version is shown without its reason.
    Ok(refusal.and_then(|refusal| serde_json::from_str(&refusal).ok()))
}

/// The content of a message row.
pub(crate) fn content_of(inner: &Inner, record: &MessageRecord) -> Result<Content> {
    let scope = Scope {
        host: inner.host(),
        sender: record.sender_account,
        conversation: record.conversation,
    };
    let received = Content::decode(&record.content, &scope)
        .map_err(|_changed| Error::Damaged("content of a message"))?;
    Ok(received.content)
}

pub(crate) const fn state_view(state: StoredState) -> MessageState {
    match state {
        StoredState::Queued => MessageState::Queued,
        StoredState::Sent => MessageState::Sent,
        StoredState::Delivered => MessageState::Delivered,
        StoredState::Read => MessageState::Read,
        StoredState::Played => MessageState::Played,
        StoredState::Failed => MessageState::Failed,
    }
}

const fn kind_view(kind: ContentKind) -> AttachmentKind {
    match kind {
        ContentKind::Photo => AttachmentKind::Photo,
        ContentKind::Sticker => AttachmentKind::Sticker,
        ContentKind::Voice => AttachmentKind::Voice,
        ContentKind::Video | ContentKind::File => AttachmentKind::File,
    }
}

fn body_of(
    inner: &Inner,
    tx: &Tx<'_>,
    record: &MessageRecord,
    message: &Message,
) -> Result<MessageBody> {
    Ok(match message {
        Message::Text { text, .. } | Message::Edit { text, .. } => {
            MessageBody::Text { text: text.clone() }
        }
        Message::Attachment(file) => MessageBody::Attachment(AttachmentView {
            kind: kind_view(file.kind),
            name: file.name.clone(),
            media_type: file.mime.clone(),
            size_bytes: file.size,
            dimensions: file.dimensions,
            thumbhash: (!file.thumbhash.is_empty()).then(|| STANDARD.encode(&file.thumbhash)),
            voice: (file.kind == ContentKind::Voice).then(|| VoiceView {
                duration_ms: file.duration_ms.unwrap_or(0),
                waveform: file.waveform.clone(),
            }),
            caption: file.caption.clone(),
            transfer: attachment::transfer_state(inner, tx, record.id, file.size)?,
        }),
        Message::Card(card) => MessageBody::Card(card.clone()),
        Message::Choice(choice) => MessageBody::Choice(choice.clone()),
        Message::System(system) => MessageBody::Unsupported { text: system.text.clone() },
        Message::Unsupported { text } => MessageBody::Unsupported { text: text.clone() },
        Message::Shop(deal) => shop::body(inner, tx, record, deal)?,
        Message::Template(instance) => template::body(tx, record.sender_account, instance)?,
        Message::Reaction { .. }
        | Message::Unreact { .. }
        | Message::Delete { .. }
        | Message::Receipt(_)
        | Message::ProfileName { .. }
        | Message::Typing { .. }
        | Message::Private(_) => return Err(Error::Damaged("a message that is never shown")),
    })
}

/// A system line; the link's label is looked up, since it may come after the line.
fn system_line(tx: &Tx<'_>, record: &MessageRecord) -> Result<SystemLine> {
    // A line of a later version.
    let line = serde_json::from_slice(&record.content).unwrap_or(SystemLine::Unreadable);
    Ok(match line {
        SystemLine::Began { .. } => {
            let label = tx.conversation(record.conversation)?.and_then(|known| known.label);
            SystemLine::Began { label }
        }
        other => other,
    })
}

pub(super) fn quote(inner: &Inner, tx: &Tx<'_>, id: MessageId) -> Result<Quote> {
    let Some(quoted) = tx.message(id)? else {
        return Ok(Quote { message: id, sender_name: String::new(), preview: String::new() });
    };
    let (preview, _kind) = preview_of(inner, tx, &quoted)?;
    Ok(Quote {
        message: id,
        sender_name: names::of_sender(tx, quoted.sender_account, quoted.sender_device)?,
        preview,
    })
}

/// One line of a message, and its kind.
pub(crate) fn preview_of(
    inner: &Inner,
    tx: &Tx<'_>,
    record: &MessageRecord,
) -> Result<(String, PreviewKind)> {
    if record.kind == MessageKind::Deleted {
        return Ok((String::new(), PreviewKind::Deleted));
    }
    if record.kind != MessageKind::Content {
        return Ok((String::new(), PreviewKind::System));
    }
    let content = match current_of(inner, tx, record) {
        Ok(Current { content: Some(content), .. }) => content,
        Ok(Current { content: None, .. }) => return Ok((String::new(), PreviewKind::Deleted)),
        Err(_) => return Ok((String::new(), PreviewKind::System)),
    };
    if let Message::Template(instance) = &content.message {
        let body = template::body(tx, record.sender_account, instance)?;
        let MessageBody::Template(shown) = body else {
            return Ok((String::new(), PreviewKind::System));
        };
        return Ok((shown.text(), PreviewKind::Text));
    }
    let Some(preview) = preview_line(&content.message) else {
        return Ok((String::new(), PreviewKind::System));
    };
    let kind = match preview.kind {
        tresen_content::PreviewKind::Photo | tresen_content::PreviewKind::Sticker => {
            PreviewKind::Photo
        }
        tresen_content::PreviewKind::File | tresen_content::PreviewKind::Video => PreviewKind::File,
        tresen_content::PreviewKind::Voice => PreviewKind::Voice,
        tresen_content::PreviewKind::System => PreviewKind::System,
        tresen_content::PreviewKind::Text
        | tresen_content::PreviewKind::Place
        | tresen_content::PreviewKind::Contacts
        | tresen_content::PreviewKind::Reaction
        | tresen_content::PreviewKind::Deleted
        | tresen_content::PreviewKind::Unsupported => PreviewKind::Text,
    };
    Ok((preview.text, kind))
}

fn reactions(inner: &Inner, tx: &Tx<'_>, message: MessageId) -> Result<Vec<Reaction>> {
    // A person reacts as an account, a colleague as a device.
    let is_business = inner.own()?.is_business();
    let mut counted: Vec<Reaction> = Vec::new();
    for reaction in tx.reactions(message)? {
        let is_of_person = reaction.reactor.len() != DeviceId::LENGTH;
        let is_theirs = is_of_person == is_business;
        match counted.iter_mut().find(|known| known.emoji == reaction.emoji) {
            Some(known) => {
                known.count = known.count.saturating_add(1);
                known.is_own |= reaction.is_own;
                known.is_theirs |= is_theirs;
            }
            None => {
                let (emoji, is_own) = (reaction.emoji, reaction.is_own);
                counted.push(Reaction { emoji, count: 1, is_own, is_theirs });
            }
        }
    }
    counted.sort_by_key(|reaction| std::cmp::Reverse(reaction.count));
    Ok(counted)
}
