//! What a message costs on PostgreSQL: CPU of the store and of the server, bytes of its log.
//!
//! ```text
//! delivery_cost URL POSTMASTER_PID [MESSAGES] [WINDOW] [BACKLOG]
//! ```
//!
//! One node sends messages of 400 bytes, one-to-one, in 5,000 conversations, `WINDOW` outstanding. The
//! recipients acknowledge, in runs, what was sent `BACKLOG` messages before. The CPU of the server is
//! that of all its processes. Prints one JSON object.
#![expect(clippy::print_stdout, reason = "it is a program")]

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use bytes::Bytes;
use tresen_store::{
    DeliveryEvent, DeliveryOptions, DeliveryStore, Outcome, PostgresDelivery, StoreError,
    delivery::{
        ConversationKind, ConversationRecord, CreateConversation, MemberRecord, Message,
        NewMessage, Sender,
    },
};
use tresen_types::{AccountId, Category, ConversationId, DeviceId, GroupId, Nonce, Timestamp};

const CONVERSATIONS: u64 = 5_000;
const BODY_BYTES: usize = 400;
/// Messages of a recipient that one acknowledgement is for.
const ACKNOWLEDGED_AT_ONCE: u64 = 4;

fn device(number: u64, side: u64) -> DeviceId {
    DeviceId::new((number * 2 + side).to_be_bytes())
}

fn wide<const N: usize>(number: u64, salt: u8) -> [u8; N] {
    let mut bytes = [salt; N];
    let (head, _tail) = bytes.split_at_mut(8);
    head.copy_from_slice(&number.to_be_bytes());
    bytes
}

fn sender(number: u64) -> Sender {
    Sender { account: AccountId::new(wide(number, 1)), device: device(number, 0) }
}

fn creation(number: u64) -> DeliveryEvent {
    let member = |side| MemberRecord {
        account: AccountId::new(wide(number, if side == 0 { 1 } else { 2 })),
        device: device(number, side),
        leaf_index: 0,
        joined_epoch: 1,
        has_left: false,
    };
    DeliveryEvent::CreateConversation(Box::new(CreateConversation {
        conversation: ConversationRecord {
            id: ConversationId::new(wide(number, 3)),
            kind: ConversationKind::Business,
            accounts: vec![member(0).account, member(1).account],
            group_id: GroupId::new(wide(number, 4)),
            epoch: 1,
            epoch_floor: 0,
            suite: 1,
            members: vec![member(0), member(1)],
            sequence: 0,
            group_info: Bytes::from(vec![5; 300]),
            ratchet_tree: Bytes::from(vec![6; 900]),
            pending_proposals: Vec::new(),
        },
        sender: sender(number),
        nonce: Nonce::new(wide(number, 7)),
        welcomes: Vec::new(),
        messages: Vec::new(),
    }))
}

fn message(number: u64) -> DeliveryEvent {
    let conversation = number % CONVERSATIONS;
    // Random enough: nonces come in no order.
    let nonce = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    DeliveryEvent::Message(Message {
        conversation: ConversationId::new(wide(conversation, 3)),
        sender: sender(conversation),
        epoch: 1,
        message: NewMessage {
            nonce: Nonce::new(wide(nonce, 8)),
            class: 0,
            category: Category::Service,
            body: Bytes::from(vec![9; BODY_BYTES]),
            franking_tag: Bytes::new(),
            time_to_live_s: 0,
            template: None,
            opens_window: false,
            gate: None,
        },
    })
}

/// User and system time of a process, and of its children that have ended, in ticks of 10 ms.
fn ticks(process: &str) -> Option<(u64, u64, String)> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_name, rest) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let number = |at: usize| fields.get(at)?.parse::<u64>().ok();
    Some((number(11)? + number(12)?, number(13)? + number(14)?, (*fields.get(1)?).to_owned()))
}

/// The CPU of this process and of the server, in seconds.
fn cpu(postmaster: &str) -> (f64, f64) {
    let mut server = 0;
    for process in std::fs::read_dir("/proc").into_iter().flatten().filter_map(Result::ok) {
        let name = process.file_name().to_string_lossy().into_owned();
        let Some((own, ended, parent)) = ticks(&name) else { continue };
        if name == postmaster {
            server += own + ended;
        } else if parent == postmaster {
            server += own;
        }
    }
    let own = ticks("self").map_or(0, |(own, _ended, _parent)| own);
    (seconds(own), seconds(server))
}

fn seconds(ticks: u64) -> f64 {
    f64::from(u32::try_from(ticks).unwrap_or(u32::MAX)) / 100.0
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StoreError> {
    let mut arguments = std::env::args().skip(1);
    let url = arguments.next().unwrap_or_default();
    let postmaster = arguments.next().unwrap_or_default();
    let mut number = |otherwise: u64| -> u64 {
        arguments.next().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
    };
    let (messages, window, backlog) = (number(200_000), number(256), number(20_000));
    let clock = Arc::new(|| Timestamp::from_millis(1_760_000_000_000));
    let store = PostgresDelivery::open(&url, DeliveryOptions::new(clock))?;
    for first in (0..CONVERSATIONS).step_by(500) {
        let made: Vec<_> =
            (first..first + 500).map(|number| store.submit(creation(number))).collect();
        for outcome in made {
            outcome.await?;
        }
    }
    let (own_before, server_before) = cpu(&postmaster);
    let mut waiting: VecDeque<_> = VecDeque::new();
    let mut acknowledgements: VecDeque<_> = VecDeque::new();
    // Cursors count from 1 in each of these mailboxes.
    let mut acknowledged: BTreeMap<u64, u64> = BTreeMap::new();
    let mut accepted = 0_u64;
    for number in 0..messages {
        waiting.push_back(store.submit(message(number)));
        while u64::try_from(waiting.len()).unwrap_or(0) >= window {
            let Some(outcome) = waiting.pop_front() else { break };
            accepted += u64::from(matches!(outcome.await?, Outcome::Accepted(_)));
        }
        let Some(old) = number.checked_sub(backlog) else { continue };
        let round = old / CONVERSATIONS;
        if round % ACKNOWLEDGED_AT_ONCE == ACKNOWLEDGED_AT_ONCE - 1 {
            let recipient = old % CONVERSATIONS;
            acknowledged.insert(recipient, round + 1);
            let event =
                DeliveryEvent::Acknowledge { device: device(recipient, 1), through: round + 1 };
            acknowledgements.push_back(store.submit(event));
        }
        while acknowledgements.len() > 64 {
            let Some(outcome) = acknowledgements.pop_front() else { break };
            outcome.await?;
        }
    }
    for outcome in waiting {
        accepted += u64::from(matches!(outcome.await?, Outcome::Accepted(_)));
    }
    let (own, server) = cpu(&postmaster);
    let million = |spent: f64| {
        spent * 1_000_000.0 / f64::from(u32::try_from(messages.max(1)).unwrap_or(u32::MAX))
    };
    println!(
        "{{\"messages\":{messages},\"accepted\":{accepted},\"window\":{window},\
         \"acknowledged\":{},\"store_cpu_seconds_per_million\":{:.1},\
         \"server_cpu_seconds_per_million\":{:.1}}}",
        acknowledged.values().sum::<u64>(),
        million(own - own_before),
        million(server - server_before),
    );
    store.shutdown().await
}
