//! The creation of a conversation with its welcomes and first messages.

use tresen_types::{
    ConversationId,
    limits::{CONVERSATION_MEMBERS_MAX, HANDSHAKE_BYTES_MAX},
};

use super::{
    Applied, Draft, Records, SeenNonce, deliver,
    message::{Recipients, accept, check_message, note_opening},
};
use crate::{
    ErrorKind, StoreError,
    delivery::{
        codec::{ConversationHead, GroupPart},
        event::{Accepted, CreateConversation, Outcome, WelcomeBody},
        record::{EntryKind, MemberRecord, Sender},
    },
    limits::{CONVERSATION_ACCOUNTS_MAX, FIRST_MESSAGES_MAX, PENDING_PROPOSALS_MAX},
};

pub(super) fn create_conversation<R: Records>(
    records: &mut R,
    create: CreateConversation,
) -> Result<Applied, StoreError> {
    check(&create)?;
    let CreateConversation { conversation, sender, nonce, welcomes, messages } = create;
    let id = conversation.id;
    if records.seen(sender, nonce)?.is_some() {
        return repeat_creation(records, sender, &messages);
    }
    if records.head(id)?.is_some() {
        return Ok(Outcome::AlreadyExists.into());
    }
    let mut recipients_seen = Vec::with_capacity(messages.len());
    for message in &messages {
        recipients_seen.push(records.seen(sender, message.nonce)?);
    }
    if recipients_seen.iter().any(Option::is_some) {
        return Err(StoreError::new(ErrorKind::Conflict, "a first message's nonce is in use"));
    }
    let epoch = conversation.epoch;
    for account in &conversation.accounts {
        records.put_party(*account, id);
    }
    let head = ConversationHead {
        kind: conversation.kind,
        accounts: conversation.accounts,
        group_id: conversation.group_id,
        epoch,
        epoch_floor: conversation.epoch_floor,
        suite: conversation.suite,
        members: conversation.members,
    };
    let to = Recipients::of(&head, sender);
    for member in &head.members {
        records.put_membership(member.device, id);
    }
    records.put_head(id, head);
    let state = [conversation.group_info, conversation.ratchet_tree];
    records.put_group_part(id, GroupPart::State, epoch, &state);
    let proposals = &conversation.pending_proposals;
    records.put_group_part(id, GroupPart::Proposals, epoch, proposals);
    // No entry answers for the creation itself.
    let accepted_at = records.now();
    let seen = SeenNonce { sequence: 0, accepted_at, cursor: 0, recipient: sender.device };
    records.remember_nonce(sender, nonce, seen);
    deliver_welcomes(records, id, 0, sender, welcomes);
    note_opening(records, id, &messages)?;
    let first_receipt = records.gathered().accepted.len();
    let mut answers = Vec::with_capacity(messages.len());
    for message in messages {
        answers.push(accept(records, id, sender, message, to.clone()).0);
    }
    let receipts = first_receipt..first_receipt + answers.len();
    Ok(Applied { outcome: Outcome::Created(answers), receipts })
}

/// The creation was done before: what was said then to each message.
fn repeat_creation<R: Records>(
    records: &R,
    sender: Sender,
    messages: &[crate::delivery::NewMessage],
) -> Result<Applied, StoreError> {
    let mut answers: Vec<Accepted> = Vec::with_capacity(messages.len());
    for message in messages {
        let Some(accepted) = records.seen(sender, message.nonce)? else {
            return Err(StoreError::new(
                ErrorKind::Conflict,
                "the nonce was used for another creation",
            ));
        };
        answers.push(accepted);
    }
    Ok(Outcome::Created(answers).into())
}

/// Delivers each welcome to its device.
pub(super) fn deliver_welcomes<R: Records>(
    records: &mut R,
    id: ConversationId,
    sequence: u64,
    sender: Sender,
    welcomes: Vec<WelcomeBody>,
) {
    for welcome in welcomes {
        let mut draft =
            Draft::handshake(EntryKind::Welcome, id, sequence, Some(sender), welcome.body);
        draft.attachment = welcome.ratchet_tree;
        deliver(records, draft, vec![welcome.device], None);
    }
}

fn check(create: &CreateConversation) -> Result<(), StoreError> {
    let conversation = &create.conversation;
    if conversation.accounts.len() > CONVERSATION_ACCOUNTS_MAX
        || conversation.pending_proposals.len() > PENDING_PROPOSALS_MAX
        || create.messages.len() > FIRST_MESSAGES_MAX
    {
        return Err(too_much());
    }
    if conversation.group_info.len() > HANDSHAKE_BYTES_MAX
        || conversation.ratchet_tree.len() > HANDSHAKE_BYTES_MAX
    {
        return Err(too_much());
    }
    create.messages.iter().try_for_each(check_message)?;
    check_members(&conversation.members, &create.welcomes)?;
    if !conversation.members.iter().any(|member| member.device == create.sender.device) {
        return Err(StoreError::new(ErrorKind::Conflict, "the creator is no member"));
    }
    Ok(())
}

/// Refuses too many members, a device that comes twice, and a welcome for a stranger.
pub(super) fn check_members(
    members: &[MemberRecord],
    welcomes: &[WelcomeBody],
) -> Result<(), StoreError> {
    if members.len() > CONVERSATION_MEMBERS_MAX || welcomes.len() > members.len() {
        return Err(too_much());
    }
    let mut devices: Vec<_> = members.iter().map(|member| member.device).collect();
    devices.sort_unstable();
    if devices.windows(2).any(|pair| pair.first() == pair.last()) {
        return Err(StoreError::new(ErrorKind::Conflict, "a device is a member twice"));
    }
    for welcome in welcomes {
        if welcome.body.len() > HANDSHAKE_BYTES_MAX
            || welcome.ratchet_tree.len() > HANDSHAKE_BYTES_MAX
        {
            return Err(too_much());
        }
        if devices.binary_search(&welcome.device).is_err() {
            return Err(StoreError::new(ErrorKind::Conflict, "a welcome for a stranger"));
        }
    }
    Ok(())
}

/// Something is over its limit.
pub(super) const fn too_much() -> StoreError {
    StoreError::new(ErrorKind::LimitExceeded, "a conversation is over a limit")
}
