//! `tresen check gateway`: kills a gateway process again and again while a program sends and customers
//! write, and compares.
//!
//! ```text
//! program    sends with an idempotency key until it is answered, whatever dies meanwhile
//! customer   notes every message by its id; says something now and then
//! receiver   notes every webhook
//! at the end each key is one message, each message has its statuses in order, each word was told
//! ```

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
    time::Duration,
};

use serde_json::Value;
use tokio::time::Instant;
use tresen_gateway::request::example;
use tresen_types::MessageId;
use tresen_view::{Event, MessageBody};

use super::Report;
use crate::{
    cli::CheckGatewayArgs,
    load::{
        desk::{Customer, Desk, program::Program},
        peer::random,
    },
};

/// A round lasts at most this long before the kill.
const ROUND_MS_MAX: u64 = 1_200;
/// After the last round, who hears nothing new for this long has heard all.
const PATIENCE: Duration = Duration::from_secs(45);
/// Between two words of a customer.
const SAYS_EVERY: Duration = Duration::from_millis(150);
/// Before a call that wasn't answered is made again.
const AGAIN_AFTER: Duration = Duration::from_millis(30);

/// What is noted while it runs.
#[derive(Default)]
struct Ledger {
    /// The answered sends: text and id.
    answered: RefCell<BTreeMap<String, String>>,
    tried: Cell<u64>,
    refused: RefCell<Vec<String>>,
    /// What customers see, by text.
    seen: RefCell<BTreeMap<String, BTreeSet<MessageId>>>,
    /// What customers said.
    said: RefCell<BTreeSet<String>>,
    is_over: Cell<bool>,
}

/// Runs the rounds, waits until everything has arrived, and compares.
pub(super) async fn run(args: &CheckGatewayArgs) -> anyhow::Result<Report> {
    let mut desk = Desk::open(args.customers, false).await?;
    let ledger = Rc::new(Ledger::default());
    let path = format!("/v23.0/{}/messages", desk.ids.phone);
    let numbers: Rc<[String]> = desk.customers.iter().map(|one| one.wa_id.clone()).collect();
    for (number, customer) in std::mem::take(&mut desk.customers).into_iter().enumerate() {
        tokio::task::spawn_local(live(customer, number, Rc::clone(&ledger)));
    }
    let mut programs = tokio::task::JoinSet::new();
    for program in 0..args.programs {
        let client = Program::new(desk.gateway.address, desk.token.clone());
        let (path, numbers, ledger) = (path.clone(), Rc::clone(&numbers), Rc::clone(&ledger));
        programs.spawn_local(send(client, program, path, numbers, ledger));
    }
    for round in 1..=args.rounds {
        let [low, high]: [u8; 2] = random()?;
        let pause_ms = u64::from(u16::from_le_bytes([low, high])) % ROUND_MS_MAX;
        tokio::time::sleep(Duration::from_millis(100 + pause_ms)).await;
        desk.gateway.kill()?;
        // Starting blocks this thread; the program's calls meanwhile find nobody.
        desk.gateway.restart()?;
        tracing::info!(round, "killed and started again");
    }
    ledger.is_over.set(true);
    while programs.join_next().await.is_some() {}
    drain(&desk, &ledger).await;
    let mut report = compare(&desk, &ledger);
    report.rounds = args.rounds;
    Ok(report)
}

/// Sends until the rounds are over; a send that isn't answered is made again with its key.
async fn send(
    mut client: Program,
    program: usize,
    path: String,
    numbers: Rc<[String]>,
    ledger: Rc<Ledger>,
) {
    let mut count = program;
    while !ledger.is_over.get() {
        let text = format!("{program}-{count}");
        let Some(to) = numbers.get(count.checked_rem(numbers.len()).unwrap_or(0)) else { return };
        count = count.wrapping_add(1);
        let body = example::text(to, &text);
        loop {
            ledger.tried.set(ledger.tried.get().saturating_add(1));
            match client.post(&path, Some(&text), &body).await {
                Ok((200, answer)) => {
                    let id = answer.pointer("/messages/0/id").and_then(Value::as_str);
                    let id = id.unwrap_or_default().to_owned();
                    ledger.answered.borrow_mut().insert(text, id);
                    break;
                }
                // The server isn't reached yet: as the API says, once more.
                Ok((500..=599, _)) | Err(_) => tokio::time::sleep(AGAIN_AFTER).await,
                Ok((status, answer)) => {
                    ledger.refused.borrow_mut().push(format!("{status} {answer}"));
                    break;
                }
            }
        }
    }
}

/// A customer: notes what comes and says something now and then.
async fn live(mut customer: Customer, number: usize, ledger: Rc<Ledger>) {
    let mut count = 0_u64;
    let mut due = Instant::now() + SAYS_EVERY;
    loop {
        tokio::select! {
            event = customer.device.next_event() => match event {
                Ok(Event::Message { message, .. }) if !message.is_own => {
                    if let MessageBody::Text { text } = &message.body {
                        let mut seen = ledger.seen.borrow_mut();
                        seen.entry(text.clone()).or_default().insert(message.message);
                    }
                }
                Ok(_) => {}
                Err(_ended) => return,
            },
            () = tokio::time::sleep_until(due) => {
                due = Instant::now() + SAYS_EVERY;
                if ledger.is_over.get() {
                    continue;
                }
                let text = format!("c{number}-{count}");
                count = count.saturating_add(1);
                if customer.say(text.clone()).await.is_ok() {
                    ledger.said.borrow_mut().insert(text);
                }
            }
        }
    }
}

/// Waits until all has come, or nothing comes any more.
async fn drain(desk: &Desk, ledger: &Ledger) {
    let (mut heard, mut deadline) = (0, Instant::now() + PATIENCE);
    while !is_settled(desk, ledger) && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(100)).await;
        if heard != desk.receiver.count() {
            (heard, deadline) = (desk.receiver.count(), Instant::now() + PATIENCE);
        }
    }
}

fn is_settled(desk: &Desk, ledger: &Ledger) -> bool {
    let told = desk.receiver.said();
    let is_heard = ledger.said.borrow().iter().all(|text| told.contains_key(text));
    is_heard
        && ledger
            .answered
            .borrow()
            .values()
            .all(|id| desk.receiver.statuses(id).contains(&"delivered"))
}

fn compare(desk: &Desk, ledger: &Ledger) -> Report {
    let mut report = Report::default();
    let (seen, told) = (ledger.seen.borrow(), desk.receiver.said());
    report.sent = ledger.tried.get();
    for (text, id) in ledger.answered.borrow().iter() {
        report.accepted += 1;
        let copies = seen.get(text).map_or(0, BTreeSet::len);
        let statuses = desk.receiver.statuses(id);
        let is_complete = statuses.starts_with(&["sent", "delivered"]);
        let has_all = ["sent", "delivered"].iter().all(|word| statuses.contains(word));
        report.lost += u64::from(copies == 0 || !has_all);
        report.doubled += u64::from(copies > 1);
        report.reordered += u64::from(has_all && !is_complete);
        report.received += u64::from(copies > 0);
    }
    for text in ledger.said.borrow().iter() {
        let ids = told.get(text).copied().unwrap_or(0);
        report.lost += u64::from(ids == 0);
        report.doubled += u64::from(ids > 1);
        report.received += u64::from(ids > 0);
    }
    for refusal in ledger.refused.borrow().iter() {
        tracing::error!(refusal, "a send was refused");
        report.unanswered += 1;
    }
    report
}
