//! A disk that fails at the worst moments.

use std::sync::{
    Arc,
    atomic::{AtomicU8, Ordering},
};

use bytes::Bytes;
use tresen_types::{AccountId, Category, ConversationId, DeviceId, GroupId, Nonce, Timestamp};

use super::EngineDelivery;
use crate::{
    ErrorKind, StoreError,
    delivery::{
        ConversationKind, ConversationRecord, CreateConversation, DeliveryEvent, DeliveryOptions,
        DeliveryStore, MemberRecord, Message, NewMessage, Outcome, Sender,
        engine::{Batch, Change, Engine, MemoryEngine, Slice, Table, Visit},
    },
};

const WELL: u8 = 0;
const FAILS_BEFORE: u8 = 1;
const FAILS_AFTER: u8 = 2;
const STAYS_BROKEN: u8 = 3;

/// An engine whose next commit fails, before or after the changes are made.
#[derive(Clone, Default)]
struct FailingEngine {
    inner: MemoryEngine,
    state: Arc<AtomicU8>,
}

const BROKEN: StoreError = StoreError::new(ErrorKind::Io, "the test breaks the disk");

impl Engine for FailingEngine {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Slice>, StoreError> {
        self.inner.get(table, key)
    }

    fn scan(
        &self,
        table: Table,
        from: &[u8],
        to: &[u8],
        visit: Visit<'_>,
    ) -> Result<(), StoreError> {
        self.inner.scan(table, from, to, visit)
    }

    fn append(&self, key: u64, record: &Bytes, sync: bool) -> Result<(), StoreError> {
        let change = Change::Put(Slice::from(&**record));
        self.commit(&vec![(Table::Log, Slice::from(key.to_be_bytes()), change)], sync)
    }

    fn commit(&self, batch: &Batch, sync: bool) -> Result<(), StoreError> {
        match self.state.load(Ordering::Relaxed) {
            WELL => self.inner.commit(batch, sync),
            FAILS_AFTER => {
                self.inner.commit(batch, sync)?;
                Err(BROKEN)
            }
            _ => Err(BROKEN),
        }
    }

    fn recover(&self) -> Result<(), StoreError> {
        if self.state.load(Ordering::Relaxed) == STAYS_BROKEN { Err(BROKEN) } else { Ok(()) }
    }

    fn rotate_nonces(&self, generation: u64) -> Result<(), StoreError> {
        self.inner.rotate_nonces(generation)
    }

    fn free_space(&self) -> Option<u64> {
        None
    }
}

const ID: ConversationId = ConversationId::new([1; 16]);

fn device(number: u8) -> DeviceId {
    DeviceId::new([number; 8])
}

fn sender() -> Sender {
    Sender { account: AccountId::new([1; 16]), device: device(1) }
}

fn creation() -> DeliveryEvent {
    let member = |number| MemberRecord {
        account: AccountId::new([number; 16]),
        device: device(number),
        leaf_index: 0,
        joined_epoch: 0,
        has_left: false,
    };
    DeliveryEvent::CreateConversation(Box::new(CreateConversation {
        conversation: ConversationRecord {
            id: ID,
            kind: ConversationKind::Business,
            accounts: Vec::new(),
            group_id: GroupId::new([1; 16]),
            epoch: 1,
            epoch_floor: 0,
            suite: 1,
            members: vec![member(1), member(2)],
            sequence: 0,
            group_info: Bytes::new(),
            ratchet_tree: Bytes::new(),
            pending_proposals: Vec::new(),
        },
        sender: sender(),
        nonce: Nonce::new([0; 16]),
        welcomes: Vec::new(),
        messages: Vec::new(),
    }))
}

fn message(number: u8) -> DeliveryEvent {
    DeliveryEvent::Message(Message {
        conversation: ID,
        sender: sender(),
        epoch: 1,
        message: NewMessage {
            nonce: Nonce::new([number; 16]),
            class: 0,
            category: Category::Service,
            time_to_live_s: 0,
            template: None,
            opens_window: false,
            gate: None,
            body: Bytes::from(vec![number]),
            franking_tag: Bytes::new(),
        },
    })
}

fn sequence(outcome: Result<Outcome, StoreError>) -> u64 {
    match outcome {
        Ok(Outcome::Accepted(accepted) | Outcome::Duplicate(accepted)) => accepted.sequence,
        other => panic!("unexpected: {other:?}"),
    }
}

#[tokio::test]
async fn a_failed_commit_is_told_and_a_retry_is_neither_lost_nor_doubled() {
    let engine = FailingEngine::default();
    let clock = Arc::new(|| Timestamp::from_millis(1_760_000_000_000));
    let store = EngineDelivery::start(engine.clone(), DeliveryOptions::new(clock)).unwrap();
    store.submit(creation()).await.unwrap();
    assert_eq!(sequence(store.submit(message(1)).await), 1);
    let mut expected = vec![vec![1]];
    for (number, trouble) in [(2, FAILS_BEFORE), (3, FAILS_AFTER), (4, STAYS_BROKEN)] {
        engine.state.store(trouble, Ordering::Relaxed);
        let first = store.submit(message(number));
        let second = store.submit(message(number));
        assert_eq!(first.await.unwrap_err().kind(), ErrorKind::Io);
        // In a batch of its own, it may find what the first one's batch wrote after all.
        match second.await {
            Err(error) => assert_eq!(error.kind(), ErrorKind::Io),
            found => assert_eq!((trouble, sequence(found)), (FAILS_AFTER, u64::from(number))),
        }
        engine.state.store(WELL, Ordering::Relaxed);
        assert_eq!(sequence(store.submit(message(number)).await), u64::from(number));
        expected.push(vec![number]);
    }
    let entries = store.read_after(device(2), 0, usize::MAX, usize::MAX).await.unwrap();
    let bodies: Vec<_> = entries.iter().map(|entry| entry.body.to_vec()).collect();
    assert_eq!(bodies, expected);
    assert!(entries.is_sorted_by(|a, b| a.cursor < b.cursor && a.sequence < b.sequence));
}
