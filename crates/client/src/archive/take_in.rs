//! Takes one segment in, in one transaction: messages at their places, conversations as they were.

use std::rc::Rc;

use tresen_content::{Content, Scope, search_text};
use tresen_proto::read_id;
use tresen_statement::{Consent, Unverified};
use tresen_types::{
    AccountId, AccountKind, BlobId, ConversationId, DeviceId, GroupId, MessageId, Nonce, Timestamp,
};
use tresen_view::{Event, SystemLine};

use super::segment::{
    ArchivedConversation, ArchivedLine, ArchivedMessage, ArchivedReaction, Batch,
};
use crate::{
    account::Own,
    client::Inner,
    error::{Error, Result},
    limits::RESTORED_TOLD_MAX,
    runtime, shop,
    store::{
        ArchiveKeyRecord, ContactRecord, ConversationKind, ConversationRecord, ConversationState,
        MessageKind, MessageRecord, OrderedField, ReactionRecord, StoredState, Tx,
    },
    sync::reactor,
    team, timeline,
};

/// Takes in a segment; gives the number of messages that were new.
pub(super) fn take_in(
    inner: &Rc<Inner>,
    batch: &Batch,
    blob: BlobId,
    position: u64,
) -> Result<u64> {
    let own = inner.own()?;
    let (added, events) = inner.store.write(|tx| {
        // A device that came back by its code joins by itself; a linked one is let in by colleagues.
        let joins = super::is_coming_back(tx)?;
        let unknown = if joins { ConversationState::Lost } else { ConversationState::Left };
        for key in &batch.keys {
            // One that wasn't told in the own group is for reading alone.
            tx.add_archive_key(&ArchiveKeyRecord { is_retired: true, ..key.record()? })?;
        }
        for archived in &batch.conversations {
            conversation(tx, archived, unknown)?;
            consent(tx, &own, archived)?;
        }
        let mut added = Vec::new();
        for archived in &batch.messages {
            if message(inner, tx, &own, archived)? {
                added.push(read_id(&archived.id)?);
            }
        }
        for archived in &batch.lines {
            line(tx, archived)?;
        }
        for archived in &batch.reactions {
            reaction(tx, &own, archived)?;
        }
        for archived in &batch.conversations {
            read_position(tx, archived)?;
        }
        tx.note_segment(blob, position)?;
        // A chat that is open already shows them; what is further up is read when it is asked for.
        let newest = added.len().saturating_sub(RESTORED_TOLD_MAX);
        let events = timeline::events_of(inner, tx, added.get(newest..).unwrap_or_default())?;
        Ok((u64::try_from(added.len()).unwrap_or(u64::MAX), events))
    })?;
    inner.emit_all(events);
    if added > 0 {
        for archived in &batch.conversations {
            inner.emit(Event::HeaderChanged { conversation: read_id(&archived.id)? });
        }
        inner.emit(Event::ConversationsChanged);
    }
    Ok(added)
}

/// Keeps a conversation that this device doesn't know, and what newer operations say about it.
fn conversation(
    tx: &Tx<'_>,
    archived: &ArchivedConversation,
    unknown: ConversationState,
) -> Result<()> {
    let id: ConversationId = read_id(&archived.id)?;
    let counterpart: AccountId = read_id(&archived.counterpart)?;
    contact(tx, counterpart, archived)?;
    let known = tx.conversation(id)?;
    let is_new = known.is_none();
    let mut record = known.unwrap_or_else(|| {
        let since = Timestamp::from_millis(archived.since_ms);
        let group = GroupId::new(runtime::random());
        let mut record = ConversationRecord::new(
            id,
            group,
            ConversationKind::Business,
            Some(counterpart),
            since,
        );
        record.state = if archived.is_left { ConversationState::Left } else { unknown };
        record.updated_at = Timestamp::from_millis(archived.updated_at_ms);
        record
    });
    record.since = record.since.min(Timestamp::from_millis(archived.since_ms));
    record.label = record.label.or_else(|| archived.label.clone());
    if is_new {
        record.waiting_since = archived.waiting_since_ms.map(Timestamp::from_millis);
    }
    let closed_at = Timestamp::from_millis(archived.closed_at_ms);
    if archived.closed_sequence > 0
        && tx.take_order(id, OrderedField::Closed, archived.closed_sequence, closed_at)?
    {
        record.is_closed = archived.is_closed;
    }
    if archived.assignee_sequence > 0
        && tx.take_order(id, OrderedField::Assignee, archived.assignee_sequence, closed_at)?
    {
        record.assignee = match archived.assignee.as_slice() {
            [] => None,
            device => Some(read_id::<DeviceId>(device)?),
        };
    }
    tx.put_conversation(&record)
}

/// Pins the other side as it was pinned, so that a server can't put another key in its place.
fn contact(tx: &Tx<'_>, account: AccountId, archived: &ArchivedConversation) -> Result<()> {
    if let Some(mut known) = tx.contact(account)? {
        if known.name.is_empty() && !archived.name.is_empty() {
            known.name.clone_from(&archived.name);
            tx.put_contact(&known)?;
        }
        return Ok(());
    }
    let Ok(account_key) = <[u8; 32]>::try_from(archived.counterpart_key.as_slice()) else {
        return Ok(());
    };
    tx.put_contact(&ContactRecord {
        account,
        account_key,
        device_list: Vec::new(),
        device_list_sequence: 0,
        profile: Vec::new(),
        name: archived.name.clone(),
        is_blocked: false,
    })
}

/// Keeps a consent that a device of this account has verified, unless a newer one is known.
fn consent(tx: &Tx<'_>, own: &Own, archived: &ArchivedConversation) -> Result<()> {
    if archived.consent.is_empty() {
        return Ok(());
    }
    let consent = Unverified::<Consent>::decode(&archived.consent)?;
    let Consent { business, customer, sequence, .. } = *consent.claimed();
    if business == own.account || customer == own.account {
        tx.put_consent(business, customer, sequence, &archived.consent)?;
    }
    Ok(())
}

/// Keeps a message, or notes that the archive has it; tells whether it was new.
fn message(inner: &Inner, tx: &Tx<'_>, own: &Own, archived: &ArchivedMessage) -> Result<bool> {
    let id: MessageId = read_id(&archived.id)?;
    let conversation: ConversationId = read_id(&archived.conversation)?;
    if tx.message(id)?.is_some() {
        tx.mark_archived(id)?;
        return Ok(false);
    }
    let sender_account: AccountId = read_id(&archived.sender_account)?;
    let scope = Scope { host: inner.host(), sender: sender_account, conversation };
    let received = Content::decode(&archived.content, &scope)?;
    if received.id != id {
        return Err(Error::Untrusted("a message of the archive"));
    }
    let is_own = sender_account == own.account;
    let record = MessageRecord {
        position: tx.place_of(conversation, archived.sequence)?,
        id,
        conversation,
        kind: MessageKind::Content,
        sequence: archived.sequence,
        at: Timestamp::from_millis(archived.at_ms),
        sender_account,
        sender_device: read_id(&archived.sender_device)?,
        is_own,
        state: is_own.then_some(match archived.state {
            3 => StoredState::Read,
            2 => StoredState::Delivered,
            _ => StoredState::Sent,
        }),
        content: archived.content.clone(),
        nonce: read_id(&archived.nonce)?,
        receipt: archived.receipt.clone(),
        is_reportable: archived.is_reportable,
    };
    let amends = timeline::amended(&received.content.message);
    let record = match amends {
        Some(_) => MessageRecord { kind: MessageKind::Amendment, ..record },
        None => record,
    };
    let text = match amends {
        Some(_) => String::new(),
        None => search_text(&received.content.message).unwrap_or_default(),
    };
    let is_new = tx.add_message(&record, &text)?.is_some();
    if let Some(target) = amends {
        tx.put_amendment(target, id)?;
    }
    timeline::settle(inner, tx, amends.unwrap_or(id))?;
    shop::index(tx, &record, &received.content.message)?;
    if sender_account.kind() == AccountKind::Person && received.content.message.opens_window() {
        tx.change_conversation(conversation, |known| known.open_window(record.at))?;
    }
    tx.mark_archived(id)?;
    Ok(is_new)
}

/// Keeps a line at its place.
fn line(tx: &Tx<'_>, archived: &ArchivedLine) -> Result<()> {
    let id: MessageId = read_id(&archived.id)?;
    let conversation: ConversationId = read_id(&archived.conversation)?;
    if tx.message(id)?.is_none() && tx.conversation(conversation)?.is_some() {
        let readable: Result<SystemLine, _> = serde_json::from_slice(&archived.line);
        let Ok(readable) = readable else { return Ok(()) };
        let record = MessageRecord {
            position: tx.place_of(conversation, archived.after.saturating_add(1))?,
            id,
            conversation,
            kind: MessageKind::System,
            sequence: 0,
            at: Timestamp::from_millis(archived.at_ms),
            sender_account: read_id(&archived.account)?,
            sender_device: read_id(&archived.device)?,
            is_own: false,
            state: None,
            content: archived.line.clone(),
            nonce: Nonce::new([0; 16]),
            receipt: Vec::new(),
            is_reportable: false,
        };
        tx.add_message(&record, &team::note_text(&readable))?;
    }
    tx.mark_archived(id)
}

/// Keeps a reaction, unless a newer one of the same person is known.
fn reaction(tx: &Tx<'_>, own: &Own, archived: &ArchivedReaction) -> Result<()> {
    let message: MessageId = read_id(&archived.message)?;
    let id: MessageId = read_id(&archived.id)?;
    let at = Timestamp::from_millis(archived.at_ms);
    let known = tx.reaction_of(message, &archived.reactor)?;
    if known.is_none_or(|known| known.at < at) {
        tx.put_reaction(&ReactionRecord {
            message,
            is_own: archived.reactor == reactor(own.account, own.device),
            reactor: archived.reactor.clone(),
            emoji: archived.emoji.clone(),
            id,
            at,
        })?;
    }
    tx.mark_archived(id)
}

/// What was read there counts as read here.
fn read_position(tx: &Tx<'_>, archived: &ArchivedConversation) -> Result<()> {
    let id: ConversationId = read_id(&archived.id)?;
    let Some(position) = tx.position_at(id, archived.read_sequence)? else { return Ok(()) };
    tx.change_conversation(id, |record| {
        record.read_position =
            if record.read_position == 0 { position } else { record.read_position.max(position) };
    })?;
    Ok(())
}
