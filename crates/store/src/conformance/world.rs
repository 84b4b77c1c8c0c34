//! A store with its clock, sealer and listener, and short ways to say what happens.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicI64, AtomicU64, Ordering},
};

use bytes::Bytes;
use tresen_types::{AccountId, Category, ConversationId, DeviceId, GroupId, Nonce, Timestamp};

use super::{Opener, wait};
use crate::{
    ErrorKind, StoreError,
    delivery::{
        Accepted, AcceptedMessage, BatchListener, BatchSealer, Commit, CommittedBatch,
        ConversationKind, ConversationRecord, CreateConversation, Delivered, DeliveryEvent,
        DeliveryOptions, DeliveryStore, MailboxEntry, MemberRecord, Message, NewMessage, Outcome,
        Sender, WelcomeBody,
    },
};

/// A store under test with what surrounds it.
pub(super) struct World {
    opener: Opener,
    store: Option<Box<dyn DeliveryStore>>,
    pub(super) now: Arc<AtomicI64>,
    pub(super) free: Arc<AtomicU64>,
    heard: Arc<Heard>,
    nonces: u128,
}

/// What the listener was told.
#[derive(Default)]
pub(super) struct Heard {
    batches: Mutex<Vec<CommittedBatch>>,
}

impl BatchListener for Heard {
    fn committed(&self, batch: CommittedBatch) {
        self.batches.lock().unwrap_or_else(PoisonError::into_inner).push(batch);
    }
}

/// Seals with a text that names the message.
struct NamingSealer;

impl BatchSealer for NamingSealer {
    fn seal(&self, accepted: &[AcceptedMessage]) -> Vec<Bytes> {
        accepted.iter().map(|message| receipt_of(message.sequence)).collect()
    }
}

/// The receipt that the test's sealer makes.
pub(super) fn receipt_of(sequence: u64) -> Bytes {
    Bytes::from(format!("receipt of {sequence}"))
}

pub(super) const START_MS: i64 = 1_760_000_000_000;
const ROOM: u64 = 1 << 40;

impl World {
    pub(super) fn new(opener: Opener) -> Self {
        let mut world = Self {
            opener,
            store: None,
            now: Arc::new(AtomicI64::new(START_MS)),
            free: Arc::new(AtomicU64::new(ROOM)),
            heard: Arc::new(Heard::default()),
            nonces: 0,
        };
        world.reopen();
        world
    }

    /// Closes the store, if it is open, and opens it again.
    pub(super) fn reopen(&mut self) {
        self.store = None;
        let now = Arc::clone(&self.now);
        let free = Arc::clone(&self.free);
        let mut options = DeliveryOptions::new(Arc::new(move || {
            Timestamp::from_millis(now.load(Ordering::Relaxed))
        }));
        options.sealer = Arc::new(NamingSealer);
        options.listener = Arc::<Heard>::clone(&self.heard);
        options.free_space = Some(Arc::new(move || Some(free.load(Ordering::Relaxed))));
        self.store = Some((self.opener)(options));
    }

    pub(super) fn store(&self) -> &dyn DeliveryStore {
        &**self.store.as_ref().expect("the store is open")
    }

    pub(super) fn advance(&self, millis: i64) {
        self.now.fetch_add(millis, Ordering::Relaxed);
    }

    pub(super) fn time(&self) -> Timestamp {
        Timestamp::from_millis(self.now.load(Ordering::Relaxed))
    }

    pub(super) fn submit(&self, event: DeliveryEvent) -> Result<Outcome, StoreError> {
        wait(self.store().submit(event))
    }

    /// Submits an event that must be answered.
    pub(super) fn ask(&self, event: DeliveryEvent) -> Outcome {
        self.submit(event).expect("the store answers")
    }

    /// Submits an event that must fail.
    pub(super) fn fail(&self, event: DeliveryEvent) -> ErrorKind {
        self.submit(event).expect_err("the store refuses").kind()
    }

    pub(super) fn nonce(&mut self) -> Nonce {
        self.nonces += 1;
        Nonce::new(self.nonces.to_be_bytes())
    }

    /// A conversation between these devices, the first of which makes it.
    pub(super) fn create(&mut self, id: u8, devices: &[u8]) -> Outcome {
        let event = self.creation(id, devices);
        self.ask(event)
    }

    pub(super) fn creation(&mut self, id: u8, devices: &[u8]) -> DeliveryEvent {
        let nonce = self.nonce();
        let (first, rest) = devices.split_first().expect("somebody makes it");
        let welcomes = rest.iter().map(|number| welcome(*number)).collect();
        DeliveryEvent::CreateConversation(Box::new(CreateConversation {
            conversation: ConversationRecord {
                id: conversation(id),
                kind: ConversationKind::Business,
                accounts: vec![account(1), account(2)],
                group_id: GroupId::new([id; 16]),
                epoch: 1,
                epoch_floor: 0,
                suite: 1,
                members: members(devices, 1),
                sequence: 0,
                group_info: Bytes::from_static(b"info 1"),
                ratchet_tree: Bytes::from_static(b"tree 1"),
                pending_proposals: Vec::new(),
            },
            sender: sender(*first),
            nonce,
            welcomes,
            messages: Vec::new(),
        }))
    }

    /// A commit to the next epoch after `epoch`, with these members afterwards.
    pub(super) fn commit(&mut self, id: u8, from: u8, epoch: u64, devices: &[u8]) -> Commit {
        let nonce = self.nonce();
        Commit {
            conversation: conversation(id),
            sender: sender(from),
            nonce,
            expected_epoch: epoch,
            epoch: epoch + 1,
            is_external: false,
            members: members(devices, epoch + 1),
            group_info: Bytes::from(format!("info {}", epoch + 1)),
            ratchet_tree: Bytes::from(format!("tree {}", epoch + 1)),
            body: Bytes::from(format!("commit of {from} in {epoch}")),
            welcomes: Vec::new(),
        }
    }

    pub(super) fn message(&mut self, id: u8, from: u8, epoch: u64, text: &str) -> DeliveryEvent {
        let message = self.new_message(text);
        DeliveryEvent::Message(Message {
            conversation: conversation(id),
            sender: sender(from),
            epoch,
            message,
        })
    }

    pub(super) fn new_message(&mut self, text: &str) -> NewMessage {
        NewMessage {
            nonce: self.nonce(),
            class: 3,
            category: Category::Service,
            time_to_live_s: 0,
            template: None,
            opens_window: false,
            gate: None,
            body: Bytes::from(text.to_owned()),
            franking_tag: Bytes::from_static(b"tag"),
        }
    }

    /// Sends a message that must be accepted.
    pub(super) fn send(&mut self, id: u8, from: u8, epoch: u64, text: &str) -> Accepted {
        let event = self.message(id, from, epoch, text);
        match self.ask(event) {
            Outcome::Accepted(accepted) => accepted,
            other => panic!("the message is accepted, not {other:?}"),
        }
    }

    pub(super) fn acknowledge(&self, number: u8, through: u64) {
        let event = DeliveryEvent::Acknowledge { device: device(number), through };
        assert_eq!(self.ask(event), Outcome::Done);
    }

    pub(super) fn read(&self, number: u8, cursor: u64) -> Vec<MailboxEntry> {
        let read = self.store().read_after(device(number), cursor, usize::MAX, usize::MAX);
        wait(read).expect("the mailbox is read")
    }

    /// The bodies that wait for a device, as text.
    pub(super) fn waiting(&self, number: u8) -> Vec<String> {
        self.read(number, 0)
            .into_iter()
            .map(|entry| String::from_utf8_lossy(&entry.body).into_owned())
            .collect()
    }

    pub(super) fn stored(&self, id: u8) -> ConversationRecord {
        wait(self.store().conversation(conversation(id)))
            .expect("the conversation is read")
            .expect("there is a conversation")
    }

    /// What the listener was told since the last time.
    pub(super) fn take_heard(&self) -> Vec<CommittedBatch> {
        std::mem::take(&mut *self.heard.batches.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What the listener was told was delivered since the last time.
    pub(super) fn take_delivered(&self) -> Vec<Delivered> {
        self.take_heard().into_iter().flat_map(|batch| batch.delivered).collect()
    }
}

pub(super) fn device(number: u8) -> DeviceId {
    DeviceId::new([number; 8])
}

pub(super) fn account(number: u8) -> AccountId {
    AccountId::new([number; 16])
}

pub(super) fn conversation(number: u8) -> ConversationId {
    ConversationId::new([number; 16])
}

/// Odd devices belong to account 1, even ones to account 2.
pub(super) fn sender(number: u8) -> Sender {
    Sender { account: account(2 - number % 2), device: device(number) }
}

pub(super) fn welcome(number: u8) -> WelcomeBody {
    WelcomeBody {
        device: device(number),
        body: Bytes::from(format!("welcome {number}")),
        ratchet_tree: Bytes::from_static(b"tree for the welcome"),
    }
}

pub(super) fn members(devices: &[u8], epoch: u64) -> Vec<MemberRecord> {
    devices
        .iter()
        .map(|number| MemberRecord {
            account: sender(*number).account,
            device: device(*number),
            leaf_index: u32::from(*number),
            joined_epoch: epoch,
            has_left: false,
        })
        .collect()
}
