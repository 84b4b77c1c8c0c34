//! The list of conversations and what stands above an open one.

mod assign;
mod close;
mod list;
mod opening;

pub(crate) use assign::{assign, assign_in, take_in as take_in_assign};
pub(crate) use close::{is_opened_by, set_closed, take_in as take_in_closed};
pub(crate) use list::{conversations, find_conversations, page};
pub(crate) use opening::closed_time;
use tresen_admission::Window;
use tresen_statement::{Consent, ConsentState, DeviceCertificate, DeviceKind, Unverified};
use tresen_types::{AccountKind, Categories, ConversationId, DeviceId, Timestamp};
use tresen_view::{Answer, ConversationHeader, ConversationRow, PreviewKind, Reader, WindowView};

use crate::{
    account::{self, Own, mark_of},
    client::Inner,
    consent,
    error::{Error, Result},
    names,
    store::{ConversationRecord, ConversationState, MemberRecord, MessageKind, MessageRecord, Tx},
    team::{self, Labels},
    timeline::{self, preview_of, state_view},
};

/// One row of the list.
pub(crate) fn row(
    inner: &Inner,
    tx: &Tx<'_>,
    own: &Own,
    record: &ConversationRecord,
    labels: &Labels,
) -> Result<ConversationRow> {
    let counterpart = record.counterpart.ok_or(Error::Damaged("counterpart"))?;
    let contact = tx.contact(counterpart)?;
    let (sign_colour, logo) = match &contact {
        Some(contact) if counterpart.kind() == AccountKind::Business => mark_of(contact)?,
        _ => (String::new(), None),
    };
    let last = newest(tx, record.id)?;
    let (preview, preview_kind) = match &last {
        Some(last) => preview_of(inner, tx, last)?,
        None => (String::new(), PreviewKind::System),
    };
    let preview_from_own = match &last {
        Some(last) if last.is_own => {
            Some(names::of_sender(tx, last.sender_account, last.sender_device)?)
        }
        _ => None,
    };
    let typing = typing_in(inner, tx, record.id)?;
    let colleague =
        typing.iter().find(|member| member.account == own.account && member.device != own.device);
    Ok(ConversationRow {
        conversation: record.id,
        counterpart,
        name: contact.as_ref().map(|contact| contact.name.clone()).unwrap_or_default(),
        sign_colour,
        logo,
        at: last.as_ref().map_or(record.updated_at, |last| last.at),
        preview,
        preview_kind,
        preview_from_own,
        state: last.as_ref().and_then(|last| last.state).map(state_view),
        unread: tx.unread(record.id, record.read_position)?,
        draft: record.draft.clone(),
        is_typing: typing.iter().any(|member| member.account == counterpart),
        waiting_since: record.waiting_since.filter(|_since| own.is_business()),
        assignee: match record.assignee {
            Some(device) => Some(reader(tx, own, assignee(tx, own, record, device)?)?),
            None => None,
        },
        answering: match colleague {
            Some(member) => Some(names::of_sender(tx, member.account, member.device)?),
            None => None,
        },
        is_closed: record.is_closed,
        is_blocked: contact.is_some_and(|contact| contact.is_blocked),
        marks: team::marks_of(tx, labels, record.id, inner.now())?,
    })
}

/// System lines among the last messages that a row looks past.
const LINES_PASSED: u32 = 8;

/// The newest message that somebody wrote; else the newest line.
fn newest(tx: &Tx<'_>, conversation: ConversationId) -> Result<Option<MessageRecord>> {
    let is_written = |message: &MessageRecord| {
        matches!(message.kind, MessageKind::Content | MessageKind::Deleted)
    };
    let mut recent = tx.messages_before(conversation, i64::MAX, 1)?;
    if recent.first().is_some_and(|message| !is_written(message)) {
        recent = tx.messages_before(conversation, i64::MAX, LINES_PASSED)?;
    }
    let at = recent.iter().position(is_written).unwrap_or(0);
    Ok((at < recent.len()).then(|| recent.swap_remove(at)))
}

/// Who types or answers at the moment: mostly nobody, and then nobody is looked up.
fn typing_in(
    inner: &Inner,
    tx: &Tx<'_>,
    conversation: ConversationId,
) -> Result<Vec<MemberRecord>> {
    let devices = inner.typing.devices(conversation, inner.local_now_ms());
    let mut found = Vec::new();
    for device in devices {
        found.extend(tx.member(conversation, device)?);
    }
    Ok(found)
}

fn assignee(
    tx: &Tx<'_>,
    own: &Own,
    record: &ConversationRecord,
    device: DeviceId,
) -> Result<MemberRecord> {
    let member = tx.member(record.id, device)?;
    Ok(member.unwrap_or(MemberRecord { account: own.account, device, since: record.since }))
}

/// What stands above an open conversation.
pub(crate) fn header(inner: &Inner, conversation: ConversationId) -> Result<Answer> {
    let own = inner.own()?;
    inner.store.read(|tx| {
        let record = tx.known_conversation(conversation)?;
        let row = row(inner, tx, &own, &record, &Labels::read(tx)?)?;
        let contact = tx.contact(row.counterpart)?;
        let allowed = consent_of(tx, &own, &record)?;
        let has_ended = contact.as_ref().is_some_and(account::has_ended);
        let may_send = !own.is_business() || allowed.is_some_and(|allowed| !allowed.is_empty());
        let can_write = matches!(
            record.state,
            ConversationState::Open | ConversationState::Creating | ConversationState::Lost
        ) && !row.is_blocked
            && may_send
            && !has_ended
            && !own.record.is_revoked;
        Ok(Answer::Header(Box::new(ConversationHeader {
            opening: opening::opening_of(contact.as_ref(), inner.now())?,
            verified: match &contact {
                Some(contact) if !own.is_business() => {
                    account::domain_mark_of(tx, contact, inner.now())?
                }
                _ => None,
            },
            is_profile_old: !own.is_business()
                && account::is_old(tx, row.counterpart, inner.now())?,
            readers: u32::try_from(tx.members(conversation)?.len()).unwrap_or(u32::MAX),
            consent: allowed,
            stopped: if own.is_business() {
                None
            } else {
                consent::stopped_of(tx, row.counterpart)?
            },
            held: tx.held(conversation)?,
            window: window_of(&record, inner.now()),
            can_write,
            has_ended,
            since: record.since,
            entry: record.entry,
            first_unread: tx.first_unread(conversation, record.read_position)?,
            draft: record.draft,
            pinned: timeline::pinned(inner, tx, conversation)?,
            row,
        })))
    })
}

/// The service window, as far as this device knows.
fn window_of(record: &ConversationRecord, now: Timestamp) -> WindowView {
    let window = Window { opened_at: record.window_at };
    WindowView { closes_at: window.closes_at(), is_open: window.is_open_at(now) }
}

/// What the customer allows in a conversation; `None` without consent.
fn consent_of(tx: &Tx<'_>, own: &Own, record: &ConversationRecord) -> Result<Option<Categories>> {
    let Some(counterpart) = record.counterpart else { return Ok(None) };
    let (business, customer) =
        if own.is_business() { (own.account, counterpart) } else { (counterpart, own.account) };
    let Some(consent) = tx.consent(business, customer)? else { return Ok(None) };
    // It was verified before it was kept.
    let consent = Unverified::<Consent>::decode(&consent)?;
    let is_given = consent.claimed().state == ConsentState::Given;
    Ok(is_given.then_some(consent.claimed().categories))
}

/// Exactly the devices in the group, own ones first.
pub(crate) fn who_can_read(inner: &Inner, conversation: ConversationId) -> Result<Answer> {
    let own = inner.own()?;
    inner.store.read(|tx| {
        tx.known_conversation(conversation)?;
        let mut readers = Vec::new();
        for member in tx.members(conversation)? {
            readers.push(reader(tx, &own, member)?);
        }
        readers.sort_by_key(|reader| (!reader.is_this, !reader.is_own));
        Ok(Answer::Readers(readers))
    })
}

/// A device as a reader.
pub(crate) fn reader(tx: &Tx<'_>, own: &Own, member: MemberRecord) -> Result<Reader> {
    let certificate = tx.certificate(member.account, member.device)?;
    let is_robot = match &certificate {
        Some(known) => {
            let certificate = Unverified::<DeviceCertificate>::decode(&known.certificate)?;
            certificate.claimed().kind == DeviceKind::Gateway
        }
        None => false,
    };
    Ok(Reader {
        account: member.account,
        device: member.device,
        name: names::of_sender(tx, member.account, member.device)?,
        since: member.since,
        is_own: member.account == own.account,
        is_this: member.device == own.device,
        is_robot,
    })
}

#[cfg(test)]
mod tests;
