//! What the delivery store holds, as it is handed in and out.

use std::fmt;

use bytes::Bytes;
use tresen_types::{AccountId, Category, ConversationId, DeviceId, GroupId, Timestamp};

/// What a conversation is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ConversationKind {
    /// An account's group of its own devices (PROTOCOL D6).
    Own = 1,
    /// A customer's chat with a business.
    Business = 2,
}

/// One device in a conversation's group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemberRecord {
    /// The account whose device it is.
    pub account: AccountId,
    /// The device.
    pub device: DeviceId,
    /// Its leaf in the ratchet tree.
    pub leaf_index: u32,
    /// The epoch in which this leaf came.
    pub joined_epoch: u64,
    /// Whether delivery has stopped, though the leaf is still there: the device left or was dropped,
    /// and no commit has removed it yet. The store sets it; new members come with `false`.
    pub has_left: bool,
}

/// A conversation with its public group state.
#[derive(Clone, PartialEq, Eq)]
pub struct ConversationRecord {
    /// The conversation.
    pub id: ConversationId,
    /// What it is for.
    pub kind: ConversationKind,
    /// The accounts that take part, at most two.
    pub accounts: Vec<AccountId>,
    /// The present incarnation of its group.
    pub group_id: GroupId,
    /// The present epoch.
    pub epoch: u64,
    /// Messages of epochs before this one are refused: raised by a commit by which a device goes or
    /// comes.
    pub epoch_floor: u64,
    /// The cipher suite's number.
    pub suite: u16,
    /// The devices in the group.
    pub members: Vec<MemberRecord>,
    /// The sequence number that was given out last; zero before the first.
    pub sequence: u64,
    /// The public group info of the present epoch.
    pub group_info: Bytes,
    /// The ratchet tree of the present epoch.
    pub ratchet_tree: Bytes,
    /// Proposals that no commit has taken up yet, oldest first.
    pub pending_proposals: Vec<Bytes>,
}

impl ConversationRecord {
    /// The member with this device to whom delivery hasn't stopped.
    #[must_use]
    pub fn active_member(&self, device: DeviceId) -> Option<&MemberRecord> {
        self.members.iter().find(|member| member.device == device && !member.has_left)
    }
}

impl fmt::Debug for ConversationRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConversationRecord")
            .field("id", &self.id)
            .field("epoch", &self.epoch)
            .field("sequence", &self.sequence)
            .finish_non_exhaustive()
    }
}

/// Who sent an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sender {
    /// The account.
    pub account: AccountId,
    /// The device.
    pub device: DeviceId,
}

/// What an entry's body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum EntryKind {
    /// An MLS application message.
    Application = 1,
    /// An MLS commit.
    Commit = 2,
    /// An MLS welcome; the attachment is the ratchet tree.
    Welcome = 3,
    /// An MLS proposal.
    Proposal = 4,
    /// A signed statement for the device: a device list, a consent and the like.
    Notice = 5,
}

/// One entry of a mailbox. All recipients of an event get the same entry under the same cursor.
#[derive(Clone, PartialEq, Eq)]
pub struct MailboxEntry {
    /// Position: increases within a device's mailbox with gaps, and is never used twice.
    pub cursor: u64,
    /// What the body is.
    pub kind: EntryKind,
    /// The conversation; none for a notice without one.
    pub conversation: Option<ConversationId>,
    /// Position in the conversation, without gaps for a member from its welcome on. A welcome has the
    /// number of the commit (or creation) that it belongs to; a notice has zero.
    pub sequence: u64,
    /// When the server accepted it.
    pub accepted_at: Timestamp,
    /// For how long after that it is worth delivering, in seconds; 0 for as long as it is kept.
    pub time_to_live_s: u32,
    /// Who sent it; none for the server itself.
    pub sender: Option<Sender>,
    /// The class of an application message, or the sort of a notice; opaque to the store.
    pub class: u8,
    /// The category of an application message.
    pub category: Category,
    /// Whether something is settled when its first receiver has it.
    pub is_charged: bool,
    /// The body.
    pub body: Bytes,
    /// What goes with it: the ratchet tree of a welcome. Otherwise empty.
    pub attachment: Bytes,
    /// The proof of acceptance of an application message (PROTOCOL D12). Otherwise empty.
    pub receipt: Bytes,
}

impl MailboxEntry {
    /// Whether its time to live is over.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        is_over(self.accepted_at, self.time_to_live_s, now)
    }

    /// What the entry counts against a limit of bytes.
    #[must_use]
    pub fn size(&self) -> usize {
        self.body.len() + self.attachment.len() + self.receipt.len() + ENTRY_OVERHEAD_BYTES
    }
}

/// Whether the time to live of what was accepted then is over.
pub(super) fn is_over(accepted_at: Timestamp, time_to_live_s: u32, now: Timestamp) -> bool {
    let lives_ms = i64::from(time_to_live_s).saturating_mul(1000);
    time_to_live_s > 0 && accepted_at.plus_millis(lives_ms) <= now
}

/// What an entry costs beside its three byte strings.
const ENTRY_OVERHEAD_BYTES: usize = 80;

impl fmt::Debug for MailboxEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MailboxEntry")
            .field("cursor", &self.cursor)
            .field("kind", &self.kind)
            .field("sequence", &self.sequence)
            .field("size", &self.size())
            .finish_non_exhaustive()
    }
}

/// How much waits in a mailbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MailboxStats {
    /// Entries.
    pub entries: u64,
    /// Their size in bytes.
    pub bytes: u64,
    /// When the oldest was accepted.
    pub oldest: Option<Timestamp>,
}
