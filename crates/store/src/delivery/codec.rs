//! The bytes below the keys: our own compact form, with a version byte first.
//!
//! Numbers in values are little-endian, numbers in keys big-endian, so that keys sort like numbers.

use bytes::Bytes;
use tresen_types::{AccountId, Category, ConversationId, DeviceId, GroupId, Nonce, Timestamp};

use super::record::{ConversationKind, EntryKind, MailboxEntry, MemberRecord, Sender};
use crate::StoreError;

mod charge;
mod log;

pub(super) use charge::{
    DELIVERED, DUE_NUMBER, LOST, decode_charge, due_key, encode_charge, open_key, read_due_key,
    read_settled, settled_key,
};
pub(super) use log::{
    LogItem, log_acknowledge, log_entry, log_nonce, log_sequence, log_stored_entry, read_log,
};

const INLINE_V1: u8 = 1;
const REFERENCE_V1: u8 = 2;
const CONVERSATION_V1: u8 = 1;
const GROUP_STATE_V1: u8 = 1;
const NONCE_V1: u8 = 1;
const HAS_CONVERSATION: u8 = 1;
const HAS_SENDER: u8 = 2;
/// Also read by the statement that acknowledges, in the third byte.
pub(super) const IS_CHARGED: u8 = 4;

/// The key, among the store's own numbers, of what a device has acknowledged.
pub(super) fn acknowledged_key(device: DeviceId) -> [u8; 11] {
    let mut key = *b"ack********";
    let (_name, tail) = key.split_at_mut(3);
    tail.copy_from_slice(device.as_bytes());
    key
}

/// The key of a mailbox entry.
pub(super) fn mailbox_key(device: DeviceId, cursor: u64) -> [u8; 16] {
    let mut key = [0; 16];
    let (head, tail) = key.split_at_mut(DeviceId::LENGTH);
    head.copy_from_slice(device.as_bytes());
    tail.copy_from_slice(&cursor.to_be_bytes());
    key
}

/// Reads the key of a mailbox entry.
pub(super) fn read_mailbox_key(key: &[u8]) -> Result<(DeviceId, u64), StoreError> {
    let mut reader = Reader(key);
    let device = DeviceId::new(reader.array()?);
    Ok((device, u64::from_be_bytes(reader.array()?)))
}

/// The key of a device's membership in a conversation.
pub(super) fn membership_key(device: DeviceId, conversation: ConversationId) -> [u8; 24] {
    let mut key = [0; 24];
    let (head, tail) = key.split_at_mut(DeviceId::LENGTH);
    head.copy_from_slice(device.as_bytes());
    tail.copy_from_slice(conversation.as_bytes());
    key
}

/// Reads the key of a device's membership.
pub(super) fn read_membership_key(key: &[u8]) -> Result<(DeviceId, ConversationId), StoreError> {
    let mut reader = Reader(key);
    let device = DeviceId::new(reader.array()?);
    Ok((device, ConversationId::new(reader.array()?)))
}

/// The key of an account's part in a conversation.
pub(super) fn party_key(account: AccountId, conversation: ConversationId) -> [u8; 32] {
    let mut key = [0; 32];
    let (head, tail) = key.split_at_mut(AccountId::LENGTH);
    head.copy_from_slice(account.as_bytes());
    tail.copy_from_slice(conversation.as_bytes());
    key
}

/// Reads the key of an account's part.
pub(super) fn read_party_key(key: &[u8]) -> Result<(AccountId, ConversationId), StoreError> {
    let mut reader = Reader(key);
    let account = AccountId::new(reader.array()?);
    Ok((account, ConversationId::new(reader.array()?)))
}

/// The key of a device's nonce. The nonce comes first: it is random, so that its first bytes decide
/// almost every comparison.
pub(super) fn nonce_key(device: DeviceId, nonce: Nonce) -> [u8; 24] {
    let mut key = [0; 24];
    let (head, tail) = key.split_at_mut(Nonce::LENGTH);
    head.copy_from_slice(nonce.as_bytes());
    tail.copy_from_slice(device.as_bytes());
    key
}

/// A part of a conversation's public group state.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum GroupPart {
    /// Group info and ratchet tree.
    State = 0,
    /// Pending proposals.
    Proposals = 1,
    /// What the rules of sending need to know (`Standing`).
    Standing = 2,
    /// A business's purse, under the account in place of a conversation.
    Purse = 3,
}

/// The key of a business's purse: among the parts of conversations, none of which has this one.
pub(super) fn purse_key(account: AccountId) -> [u8; 17] {
    group_key(ConversationId::new(*account.as_bytes()), GroupPart::Purse)
}

/// The key of a part of the public group state.
pub(super) fn group_key(conversation: ConversationId, part: GroupPart) -> [u8; 17] {
    let mut key = [0; 17];
    let (head, tail) = key.split_at_mut(ConversationId::LENGTH);
    head.copy_from_slice(conversation.as_bytes());
    tail.copy_from_slice(&[part as u8]);
    key
}

/// Encodes an entry, without its cursor, at the end of `out`.
pub(super) fn encode_entry(entry: &MailboxEntry, out: &mut Vec<u8>) {
    let mut flags = 0;
    if entry.conversation.is_some() {
        flags |= HAS_CONVERSATION;
    }
    if entry.sender.is_some() {
        flags |= HAS_SENDER;
    }
    if entry.is_charged {
        flags |= IS_CHARGED;
    }
    out.reserve(entry.size());
    out.extend_from_slice(&[
        INLINE_V1,
        entry.kind as u8,
        flags,
        entry.class,
        entry.category.as_byte(),
    ]);
    out.extend_from_slice(&entry.sequence.to_le_bytes());
    out.extend_from_slice(&entry.accepted_at.as_millis().to_le_bytes());
    out.extend_from_slice(&entry.time_to_live_s.to_le_bytes());
    if let Some(conversation) = &entry.conversation {
        out.extend_from_slice(conversation.as_bytes());
    }
    if let Some(sender) = &entry.sender {
        out.extend_from_slice(sender.account.as_bytes());
        out.extend_from_slice(sender.device.as_bytes());
    }
    put_length(out, entry.attachment.len());
    put_length(out, entry.receipt.len());
    out.extend_from_slice(&entry.attachment);
    out.extend_from_slice(&entry.receipt);
    out.extend_from_slice(&entry.body);
}

/// What lies under a mailbox key.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Stored {
    /// The entry itself.
    Inline(MailboxEntry),
    /// The entry lies in the payloads, under the same cursor.
    Reference {
        /// When it was accepted.
        accepted_at: Timestamp,
        /// For how long it is worth delivering.
        time_to_live_s: u32,
        /// Its size in bytes.
        size: u32,
    },
}

/// What is known of an entry without decoding all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Peeked {
    pub(super) accepted_at: Timestamp,
    pub(super) time_to_live_s: u32,
    /// In bytes.
    pub(super) size: u64,
}

const REFERENCE_BYTES: usize = 17;

/// Encodes a reference to the payload with this encoding.
pub(super) fn encode_reference(payload: &[u8]) -> Result<[u8; REFERENCE_BYTES], StoreError> {
    let mut value = [REFERENCE_V1; REFERENCE_BYTES];
    let peeked = peek_entry(payload)?;
    let size = u32::try_from(peeked.size).unwrap_or(u32::MAX);
    let (time, rest) = value[1..].split_at_mut(8);
    let (lives, length) = rest.split_at_mut(4);
    time.copy_from_slice(&peeked.accepted_at.as_millis().to_le_bytes());
    lives.copy_from_slice(&peeked.time_to_live_s.to_le_bytes());
    length.copy_from_slice(&size.to_le_bytes());
    Ok(value)
}

/// Whether a mailbox value refers to a payload.
pub(super) fn is_reference(value: &[u8]) -> bool {
    value.first() == Some(&REFERENCE_V1)
}

/// What the expiry and the limits need to know, without decoding the rest.
pub(super) fn peek_entry(value: &[u8]) -> Result<Peeked, StoreError> {
    let mut reader = Reader(value);
    let is_reference = reader.byte()? == REFERENCE_V1;
    if !is_reference {
        reader.take(12)?;
    }
    let accepted_at = reader.time()?;
    let time_to_live_s = u32::from_le_bytes(reader.array()?);
    let size = if is_reference {
        u64::from(u32::from_le_bytes(reader.array()?))
    } else {
        u64::try_from(value.len()).unwrap_or(u64::MAX)
    };
    Ok(Peeked { accepted_at, time_to_live_s, size })
}

/// Decodes what lies under a mailbox key or a payload's.
pub(super) fn decode_entry(cursor: u64, value: &Bytes) -> Result<Stored, StoreError> {
    let mut reader = Reader(value);
    match reader.byte()? {
        INLINE_V1 => {}
        REFERENCE_V1 => {
            let accepted_at = reader.time()?;
            let time_to_live_s = u32::from_le_bytes(reader.array()?);
            let size = u32::from_le_bytes(reader.array()?);
            reader.end()?;
            return Ok(Stored::Reference { accepted_at, time_to_live_s, size });
        }
        _ => return Err(UNREADABLE),
    }
    let kind = entry_kind(reader.byte()?)?;
    let flags = reader.byte()?;
    if flags & !(HAS_CONVERSATION | HAS_SENDER | IS_CHARGED) != 0 {
        return Err(UNREADABLE);
    }
    let class = reader.byte()?;
    let category = Category::from_byte(reader.byte()?).ok_or(UNREADABLE)?;
    let sequence = reader.number()?;
    let accepted_at = reader.time()?;
    let time_to_live_s = u32::from_le_bytes(reader.array()?);
    let conversation = if flags & HAS_CONVERSATION == 0 {
        None
    } else {
        Some(ConversationId::new(reader.array()?))
    };
    let sender = if flags & HAS_SENDER == 0 { None } else { Some(reader.sender()?) };
    let attachment_length = reader.length()?;
    let receipt_length = reader.length()?;
    let attachment = value.slice_ref(reader.take(attachment_length)?);
    let receipt = value.slice_ref(reader.take(receipt_length)?);
    let body = value.slice_ref(reader.0);
    Ok(Stored::Inline(MailboxEntry {
        cursor,
        kind,
        conversation,
        sequence,
        accepted_at,
        time_to_live_s,
        sender,
        class,
        category,
        is_charged: flags & IS_CHARGED != 0,
        body,
        attachment,
        receipt,
    }))
}

/// What every message needs to know of its conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ConversationHead {
    pub(super) kind: ConversationKind,
    pub(super) accounts: Vec<AccountId>,
    pub(super) group_id: GroupId,
    pub(super) epoch: u64,
    pub(super) epoch_floor: u64,
    pub(super) suite: u16,
    pub(super) members: Vec<MemberRecord>,
}

/// Encodes a conversation's head.
pub(super) fn encode_head(head: &ConversationHead) -> Vec<u8> {
    let mut out = vec![CONVERSATION_V1, head.kind as u8];
    out.extend_from_slice(head.group_id.as_bytes());
    out.extend_from_slice(&head.epoch.to_le_bytes());
    out.extend_from_slice(&head.epoch_floor.to_le_bytes());
    out.extend_from_slice(&head.suite.to_le_bytes());
    put_length(&mut out, head.accounts.len());
    for account in &head.accounts {
        out.extend_from_slice(account.as_bytes());
    }
    put_length(&mut out, head.members.len());
    for member in &head.members {
        out.extend_from_slice(member.account.as_bytes());
        out.extend_from_slice(member.device.as_bytes());
        out.extend_from_slice(&member.leaf_index.to_le_bytes());
        out.extend_from_slice(&member.joined_epoch.to_le_bytes());
        out.push(u8::from(member.has_left));
    }
    out
}

/// Decodes a conversation's head.
pub(super) fn decode_head(value: &[u8]) -> Result<ConversationHead, StoreError> {
    let mut reader = Reader(value);
    reader.version(CONVERSATION_V1)?;
    let kind = match reader.byte()? {
        1 => ConversationKind::Own,
        2 => ConversationKind::Business,
        _ => return Err(UNREADABLE),
    };
    let group_id = GroupId::new(reader.array()?);
    let epoch = reader.number()?;
    let epoch_floor = reader.number()?;
    let suite = u16::from_le_bytes(reader.array()?);
    let mut accounts = Vec::new();
    for _account in 0..reader.length()? {
        accounts.push(AccountId::new(reader.array()?));
    }
    let mut members = Vec::new();
    for _member in 0..reader.length()? {
        let Sender { account, device } = reader.sender()?;
        members.push(MemberRecord {
            account,
            device,
            leaf_index: u32::from_le_bytes(reader.array()?),
            joined_epoch: reader.number()?,
            has_left: reader.byte()? != 0,
        });
    }
    reader.end()?;
    Ok(ConversationHead { kind, accounts, group_id, epoch, epoch_floor, suite, members })
}

/// Encodes an epoch's byte strings: group info and ratchet tree, or the pending proposals.
pub(super) fn encode_parts<'part>(
    epoch: u64,
    parts: impl IntoIterator<Item = &'part Bytes>,
) -> Vec<u8> {
    let mut out = vec![GROUP_STATE_V1];
    out.extend_from_slice(&epoch.to_le_bytes());
    for part in parts {
        put_length(&mut out, part.len());
        out.extend_from_slice(part);
    }
    out
}

/// Decodes an epoch and its byte strings.
pub(super) fn decode_parts(value: &Bytes) -> Result<(u64, Vec<Bytes>), StoreError> {
    let mut reader = Reader(value);
    reader.version(GROUP_STATE_V1)?;
    let epoch = reader.number()?;
    let mut parts = Vec::new();
    while !reader.0.is_empty() {
        let length = reader.length()?;
        parts.push(value.slice_ref(reader.take(length)?));
    }
    Ok((epoch, parts))
}

/// What was answered to a nonce, and where the message went first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SeenNonce {
    pub(super) sequence: u64,
    pub(super) accepted_at: Timestamp,
    pub(super) cursor: u64,
    /// The first recipient; the zero device when there was none.
    pub(super) recipient: DeviceId,
}

const NONCE_BYTES: usize = 33;

/// Encodes what was answered to a nonce.
pub(super) fn encode_nonce(seen: &SeenNonce) -> [u8; NONCE_BYTES] {
    let mut value = [NONCE_V1; NONCE_BYTES];
    let mut rest = &mut value[1..];
    for number in [
        seen.sequence.to_le_bytes(),
        seen.accepted_at.as_millis().to_le_bytes(),
        seen.cursor.to_le_bytes(),
        *seen.recipient.as_bytes(),
    ] {
        let (head, tail) = rest.split_at_mut(8);
        head.copy_from_slice(&number);
        rest = tail;
    }
    value
}

/// Decodes what was answered to a nonce.
pub(super) fn decode_nonce(value: &[u8]) -> Result<SeenNonce, StoreError> {
    let mut reader = Reader(value);
    reader.version(NONCE_V1)?;
    let seen = SeenNonce {
        sequence: reader.number()?,
        accepted_at: reader.time()?,
        cursor: reader.number()?,
        recipient: DeviceId::new(reader.array()?),
    };
    reader.end()?;
    Ok(seen)
}

/// Decodes a number that is a key of its own.
pub(super) fn decode_number_key(key: &[u8]) -> Result<u64, StoreError> {
    let mut reader = Reader(key);
    let number = u64::from_be_bytes(reader.array()?);
    reader.end()?;
    Ok(number)
}

/// Decodes a number that is a value of its own.
pub(super) fn decode_number(value: &[u8]) -> Result<u64, StoreError> {
    let mut reader = Reader(value);
    let number = reader.number()?;
    reader.end()?;
    Ok(number)
}

const UNREADABLE: StoreError = StoreError::corrupt("a record isn't what this version writes");

fn entry_kind(byte: u8) -> Result<EntryKind, StoreError> {
    match byte {
        1 => Ok(EntryKind::Application),
        2 => Ok(EntryKind::Commit),
        3 => Ok(EntryKind::Welcome),
        4 => Ok(EntryKind::Proposal),
        5 => Ok(EntryKind::Notice),
        _ => Err(UNREADABLE),
    }
}

fn put_length(out: &mut Vec<u8>, length: usize) {
    let length = u32::try_from(length).expect("sizes are limited far below 4 GiB");
    out.extend_from_slice(&length.to_le_bytes());
}

/// Takes bytes from the front; never panics.
struct Reader<'bytes>(&'bytes [u8]);

impl<'bytes> Reader<'bytes> {
    fn take(&mut self, length: usize) -> Result<&'bytes [u8], StoreError> {
        let (head, tail) = self.0.split_at_checked(length).ok_or(UNREADABLE)?;
        self.0 = tail;
        Ok(head)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], StoreError> {
        let (head, tail) = self.0.split_first_chunk::<N>().ok_or(UNREADABLE)?;
        self.0 = tail;
        Ok(*head)
    }

    fn byte(&mut self) -> Result<u8, StoreError> {
        self.array::<1>().map(|[byte]| byte)
    }

    fn number(&mut self) -> Result<u64, StoreError> {
        self.array().map(u64::from_le_bytes)
    }

    fn time(&mut self) -> Result<Timestamp, StoreError> {
        self.array().map(i64::from_le_bytes).map(Timestamp::from_millis)
    }

    fn length(&mut self) -> Result<usize, StoreError> {
        let length = u32::from_le_bytes(self.array()?);
        usize::try_from(length).map_err(|_too_long| UNREADABLE)
    }

    fn sender(&mut self) -> Result<Sender, StoreError> {
        let account = AccountId::new(self.array()?);
        Ok(Sender { account, device: DeviceId::new(self.array()?) })
    }

    fn version(&mut self, version: u8) -> Result<(), StoreError> {
        if self.byte()? == version { Ok(()) } else { Err(UNREADABLE) }
    }

    fn end(&self) -> Result<(), StoreError> {
        if self.0.is_empty() { Ok(()) } else { Err(UNREADABLE) }
    }
}

#[cfg(test)]
mod tests;
