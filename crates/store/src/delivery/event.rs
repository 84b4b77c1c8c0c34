//! What can be asked of the delivery store, and what it answers.

use std::fmt;

use bytes::Bytes;
use tresen_types::{AccountId, Category, ConversationId, DeviceId, Nonce, Timestamp};

use super::{
    record::{ConversationRecord, MemberRecord, Sender},
    standing::{ChargeId, SharedGate},
};

/// One change, applied as a whole or not at all.
#[derive(Clone, Debug)]
pub enum DeliveryEvent {
    /// Makes a conversation.
    CreateConversation(Box<CreateConversation>),
    /// Moves a conversation to its next epoch.
    Commit(Box<Commit>),
    /// Delivers an application message.
    Message(Message),
    /// Delivers a proposal of the server and keeps it for those who commit next.
    Proposal {
        /// The conversation.
        conversation: ConversationId,
        /// The MLS proposal.
        body: Bytes,
    },
    /// Stops delivery of a conversation to a device at once; the leaf stays until a commit removes it.
    Leave {
        /// The conversation.
        conversation: ConversationId,
        /// The device.
        device: DeviceId,
    },
    /// Delivers a notice outside of the order of a conversation.
    Enqueue(Notice),
    /// Removes a device's entries up to and with a cursor.
    Acknowledge {
        /// The device.
        device: DeviceId,
        /// The last cursor that it has persisted.
        through: u64,
    },
    /// Drops a device: its mailbox is gone and delivery stops in all its conversations.
    DropDevice {
        /// The device.
        device: DeviceId,
    },
    /// Removes entries that were accepted before a time or whose time to live is over, and nonces that are too old, one bounded step
    /// at a time: repeat until the outcome says that it is done.
    Expire {
        /// Entries accepted before this time go.
        before: Timestamp,
    },
    /// Forgets settled charges: they are in the books.
    Booked {
        /// Which.
        charges: Vec<ChargeId>,
    },
}

/// Makes a conversation, invites its members and delivers first messages.
#[derive(Clone, Debug)]
pub struct CreateConversation {
    /// The conversation as it is after the creation; its `sequence` is taken as zero, and its
    /// `epoch_floor` and pending proposals as they come.
    pub conversation: ConversationRecord,
    /// Who makes it; one of its members.
    pub sender: Sender,
    /// Makes a repeated request idempotent.
    pub nonce: Nonce,
    /// One welcome for each other member.
    pub welcomes: Vec<WelcomeBody>,
    /// What the creator says first, in the conversation's epoch.
    pub messages: Vec<NewMessage>,
}

/// Moves a conversation to its next epoch, if nobody was faster.
#[derive(Clone, Debug)]
pub struct Commit {
    /// The conversation.
    pub conversation: ConversationId,
    /// Who commits; for an external commit the device that joins or comes back.
    pub sender: Sender,
    /// Makes a repeated request idempotent.
    pub nonce: Nonce,
    /// The epoch that the commit was made in.
    pub expected_epoch: u64,
    /// The epoch that it leads to.
    pub epoch: u64,
    /// Whether the sender may be no member yet (an external commit).
    pub is_external: bool,
    /// The members afterwards.
    pub members: Vec<MemberRecord>,
    /// The public group info afterwards.
    pub group_info: Bytes,
    /// The ratchet tree afterwards.
    pub ratchet_tree: Bytes,
    /// The MLS commit.
    pub body: Bytes,
    /// One welcome for each member that it adds.
    pub welcomes: Vec<WelcomeBody>,
}

/// A welcome for one device.
#[derive(Clone, Debug)]
pub struct WelcomeBody {
    /// The device.
    pub device: DeviceId,
    /// The MLS welcome.
    pub body: Bytes,
    /// The ratchet tree of the new epoch.
    pub ratchet_tree: Bytes,
}

/// An application message for all other members of a conversation.
#[derive(Clone, Debug)]
pub struct Message {
    /// The conversation.
    pub conversation: ConversationId,
    /// Who sends it.
    pub sender: Sender,
    /// The epoch that it was encrypted in.
    pub epoch: u64,
    /// What is sent.
    pub message: NewMessage,
}

/// What a message says to the server.
#[derive(Clone)]
pub struct NewMessage {
    /// Makes a repeated request idempotent; unique for its sender.
    pub nonce: Nonce,
    /// The class; opaque to the store.
    pub class: u8,
    /// The category.
    pub category: Category,
    /// For how long it is worth delivering, in seconds; 0 for as long as it is kept.
    pub time_to_live_s: u32,
    /// The MLS application message.
    pub body: Bytes,
    /// The template that it is a message of; opaque to the store.
    pub template: Option<[u8; 32]>,
    /// Whether it is what a customer says to a business: then the business may answer for a while.
    pub opens_window: bool,
    /// Who decides whether it is taken; none where everything is.
    pub gate: Option<SharedGate>,
    /// What the sealer needs to know beside the fields here (the franking tag); opaque to the store.
    pub franking_tag: Bytes,
}

impl fmt::Debug for NewMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewMessage")
            .field("nonce", &self.nonce)
            .field("size", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// A notice for some devices.
#[derive(Clone, Debug)]
pub struct Notice {
    /// Who gets it.
    pub devices: Vec<DeviceId>,
    /// The conversation that it is about.
    pub conversation: Option<ConversationId>,
    /// Who caused it; none for the server itself.
    pub sender: Option<Sender>,
    /// What sort of notice it is; opaque to the store.
    pub class: u8,
    /// The notice.
    pub body: Bytes,
}

/// What became of an event. All of these are answers, not errors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Done and durable. For a conversation's creation this is about the creation itself.
    Accepted(Accepted),
    /// The nonce was seen before: what was said then. The receipt is empty when no mailbox holds the
    /// message any more.
    Duplicate(Accepted),
    /// The conversation was made (now, or before with the same nonce): one answer for each first
    /// message.
    Created(Vec<Accepted>),
    /// Another conversation has this id.
    AlreadyExists,
    /// Somebody else committed first.
    EpochConflict {
        /// The present epoch.
        current: u64,
    },
    /// The message's epoch is over: encrypt again.
    EpochTooOld {
        /// The present epoch.
        current: u64,
    },
    /// The message's epoch hasn't begun.
    EpochInFuture {
        /// The present epoch.
        current: u64,
    },
    /// The message's gate didn't let it pass: what it said.
    Refused(Bytes),
    /// The sender is not a member, or delivery to it has stopped.
    NotAMember,
    /// There is no such conversation.
    UnknownConversation,
    /// Done; there is nothing to say.
    Done,
    /// A step of the expiry.
    Expired {
        /// Entries that were removed.
        removed: u64,
        /// Whether everything has been looked at.
        is_done: bool,
    },
}

/// What the server says about what it accepted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accepted {
    /// The sequence number in the conversation.
    pub sequence: u64,
    /// When.
    pub accepted_at: Timestamp,
    /// The proof of acceptance of an application message.
    pub receipt: Bytes,
}

/// One accepted application message, for the sealer.
#[derive(Clone)]
pub struct AcceptedMessage {
    /// The conversation.
    pub conversation: ConversationId,
    /// The accounts of the conversation that aren't the sender's (none in an own group).
    pub counterpart: Option<AccountId>,
    /// Who sent it.
    pub sender: Sender,
    /// The sequence number that it got.
    pub sequence: u64,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// What was sent.
    pub message: NewMessage,
}

impl fmt::Debug for AcceptedMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AcceptedMessage")
            .field("conversation", &self.conversation)
            .field("sequence", &self.sequence)
            .finish_non_exhaustive()
    }
}
