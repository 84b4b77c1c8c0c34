//! Writes what the archive lacks, one segment after the other.

use std::{collections::BTreeSet, rc::Rc};

use bytes::Bytes;
use prost::Message as _;
use tresen_content::attachment::CHUNK_BYTES;
use tresen_proto::{AppendArchive, ReplyBody, RequestBody};
use tresen_types::{AccountId, AccountKind, ConversationId, MessageId, Timestamp};
use zeroize::Zeroizing;

use super::{
    key,
    segment::{
        self, ArchivedConversation, ArchivedLine, ArchivedMessage, ArchivedReaction, Batch, Header,
    },
};
use crate::{
    attachment::blob::{self, BlobClass, Upload},
    client::Inner,
    error::{Error, Result},
    limits::{SEGMENT_AGE_MS_MAX, SEGMENT_MESSAGES_MAX, SEGMENT_MESSAGES_MIN},
    linking::SealedKey,
    runtime,
    store::{
        ConversationKind, ConversationState, MessageRecord, OrderedField, ReactionRecord,
        StoredState, Tx,
    },
};

/// Whether enough is missing for a segment, or something for long enough.
pub(super) fn is_due(inner: &Inner) -> Result<bool> {
    let messages = inner.store.read(|tx| tx.unarchived_messages(SEGMENT_MESSAGES_MIN))?;
    let enough = usize::try_from(SEGMENT_MESSAGES_MIN).unwrap_or(usize::MAX);
    let oldest = messages.iter().map(|message| message.at).min();
    let is_old = oldest.is_some_and(|oldest| inner.now().millis_since(oldest) > SEGMENT_AGE_MS_MAX);
    Ok(messages.len() >= enough || is_old)
}

/// What the archive lacks, as much as one segment takes.
struct Missing {
    messages: Vec<MessageRecord>,
    lines: Vec<MessageRecord>,
    reactions: Vec<ReactionRecord>,
}

impl Missing {
    fn read(tx: &Tx<'_>) -> Result<Self> {
        Ok(Self {
            messages: tx.unarchived_messages(SEGMENT_MESSAGES_MAX)?,
            lines: tx.unarchived_lines(SEGMENT_MESSAGES_MAX)?,
            reactions: tx.unarchived_reactions(SEGMENT_MESSAGES_MAX)?,
        })
    }

    fn is_empty(&self) -> bool {
        self.messages.is_empty() && self.lines.is_empty() && self.reactions.is_empty()
    }

    fn ids(&self) -> impl Iterator<Item = MessageId> {
        let rows = self.messages.iter().chain(&self.lines).map(|record| record.id);
        rows.chain(self.reactions.iter().map(|reaction| reaction.id))
    }
}

/// Writes segments until nothing is missing.
pub(super) async fn append_all(inner: &Rc<Inner>) -> Result<()> {
    loop {
        let missing = inner.store.read(Missing::read)?;
        if missing.is_empty() {
            return Ok(());
        }
        append(inner, &missing).await?;
    }
}

async fn append(inner: &Rc<Inner>, missing: &Missing) -> Result<()> {
    let key = key::current(inner)?;
    let batch = inner.store.read(|tx| batch_of(tx, missing))?;
    let plain = Zeroizing::new(batch.encode_to_vec());
    let size = u64::try_from(plain.len()).map_err(|_huge| Error::TooLarge("segment"))?;
    let segment: [u8; 16] = runtime::random();
    let blob_key = segment::blob_key(&key.key, &segment)?;
    let what = Upload { key: &blob_key, size, class: BlobClass::Archive, begun: None };
    let mut chunks = plain.chunks(CHUNK_BYTES);
    let read = |_number: u64, wanted: usize| match wanted {
        0 => Ok(Vec::new()),
        _ => Ok(chunks.next().ok_or(Error::Internal("segment"))?.to_vec()),
    };
    let uploaded = blob::upload(inner, what, read, |_step| Ok(())).await?;
    let header = Header { size, content_hash: uploaded.content_hash };
    let header = segment::seal_header(key.id, &key.key, &segment, header)?;
    let request = AppendArchive {
        segment: segment.to_vec(),
        blob: uploaded.blob.as_bytes().to_vec(),
        header: Bytes::from(header),
    };
    match inner.link.request(RequestBody::AppendArchive(request)).await? {
        ReplyBody::Done(_) => {}
        _ => return Err(Error::Answer("archive")),
    }
    inner.store.write(|tx| {
        tx.note_segment(uploaded.blob, 0)?;
        missing.ids().try_for_each(|id| tx.mark_archived(id))
    })
}

fn batch_of(tx: &Tx<'_>, missing: &Missing) -> Result<Batch> {
    let rows = || missing.messages.iter().chain(&missing.lines);
    let ids: BTreeSet<ConversationId> = rows().map(|row| row.conversation).collect();
    let mut conversations = Vec::new();
    for id in ids {
        conversations.extend(conversation_of(tx, id)?);
    }
    let mut lines = Vec::new();
    for line in &missing.lines {
        lines.push(ArchivedLine {
            id: line.id.as_bytes().to_vec(),
            conversation: line.conversation.as_bytes().to_vec(),
            after: tx.sequence_at(line.conversation, line.position)?,
            at_ms: line.at.as_millis(),
            account: line.sender_account.as_bytes().to_vec(),
            device: line.sender_device.as_bytes().to_vec(),
            line: line.content.clone(),
        });
    }
    Ok(Batch {
        conversations,
        messages: missing.messages.iter().map(message_of).collect(),
        keys: tx.archive_keys()?.iter().map(SealedKey::of).collect(),
        lines,
        reactions: missing.reactions.iter().map(reaction_of).collect(),
    })
}

fn reaction_of(record: &ReactionRecord) -> ArchivedReaction {
    ArchivedReaction {
        message: record.message.as_bytes().to_vec(),
        reactor: record.reactor.clone(),
        emoji: record.emoji.clone(),
        id: record.id.as_bytes().to_vec(),
        at_ms: record.at.as_millis(),
    }
}

fn conversation_of(tx: &Tx<'_>, id: ConversationId) -> Result<Option<ArchivedConversation>> {
    let Some(record) = tx.conversation(id)? else { return Ok(None) };
    let Some(counterpart) = record.counterpart else { return Ok(None) };
    if record.kind != ConversationKind::Business {
        return Ok(None);
    }
    let contact = tx.contact(counterpart)?;
    let closed = tx.order_of(id, OrderedField::Closed)?;
    let assignee = tx.order_of(id, OrderedField::Assignee)?;
    Ok(Some(ArchivedConversation {
        id: id.as_bytes().to_vec(),
        counterpart: counterpart.as_bytes().to_vec(),
        counterpart_key: contact
            .as_ref()
            .map(|contact| contact.account_key.to_vec())
            .unwrap_or_default(),
        name: contact.map(|contact| contact.name).unwrap_or_default(),
        label: record.label,
        since_ms: record.since.as_millis(),
        updated_at_ms: record.updated_at.as_millis(),
        read_sequence: tx.sequence_at(id, record.read_position)?,
        is_left: record.state == ConversationState::Left,
        is_closed: record.is_closed,
        closed_sequence: closed.map_or(0, |(sequence, _at)| sequence),
        closed_at_ms: closed.map_or(0, |(_sequence, at)| at.as_millis()),
        assignee: record.assignee.map(|id| id.as_bytes().to_vec()).unwrap_or_default(),
        assignee_sequence: assignee.map_or(0, |(sequence, _at)| sequence),
        waiting_since_ms: record.waiting_since.map(Timestamp::as_millis),
        consent: consent_of(tx, counterpart)?.unwrap_or_default(),
    }))
}

fn consent_of(tx: &Tx<'_>, other: AccountId) -> Result<Option<Vec<u8>>> {
    let own = tx.account()?.ok_or(Error::NoAccount)?.account;
    match own.kind() {
        AccountKind::Business => tx.consent(own, other),
        AccountKind::Person => tx.consent(other, own),
    }
}

fn message_of(record: &MessageRecord) -> ArchivedMessage {
    ArchivedMessage {
        id: record.id.as_bytes().to_vec(),
        conversation: record.conversation.as_bytes().to_vec(),
        sequence: record.sequence,
        at_ms: record.at.as_millis(),
        sender_account: record.sender_account.as_bytes().to_vec(),
        sender_device: record.sender_device.as_bytes().to_vec(),
        content: record.content.clone(),
        nonce: record.nonce.as_bytes().to_vec(),
        receipt: record.receipt.clone(),
        is_reportable: record.is_reportable,
        state: match record.state {
            Some(StoredState::Read) => 3,
            Some(StoredState::Delivered) => 2,
            _ => 1,
        },
    }
}
