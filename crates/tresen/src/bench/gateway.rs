//! The gateway: messages of a template that a program sends, each encrypted for its customer and told by
//! three webhooks; what a send costs the gateway, and what the server.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    rc::Rc,
    time::Duration,
};

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use tokio::time::Instant;
use tresen_gateway::request::example;
use tresen_types::MessageId;
use tresen_view::{Answer, Command, Event, MessageBody};

use super::{
    Report,
    measure::{cpu_seconds, ratio, rss_kib},
};
use crate::{
    cli::BenchArgs,
    load::desk::{Customer, Desk, program::Program},
};

/// Who hears nothing new for this long has heard all.
const PATIENCE: Duration = Duration::from_secs(20);
/// Customers that read what came say so this often.
const READ_EVERY: Duration = Duration::from_millis(500);
const NAME: &str = "order_ready";

#[derive(Default)]
struct Ledger {
    answered: RefCell<Vec<String>>,
    seen: RefCell<BTreeSet<MessageId>>,
    refused: Cell<u64>,
    is_over: Cell<bool>,
}

pub(super) async fn run(args: &BenchArgs) -> anyhow::Result<Report> {
    let local = tokio::task::LocalSet::new();
    local.run_until(measure(args)).await
}

async fn measure(args: &BenchArgs) -> anyhow::Result<Report> {
    let mut desk = Desk::open(args.pairs, true).await?;
    make_template(&desk).await?;
    let ledger = Rc::new(Ledger::default());
    let numbers: Rc<[String]> = desk.customers.iter().map(|one| one.wa_id.clone()).collect();
    for customer in std::mem::take(&mut desk.customers) {
        tokio::task::spawn_local(live(customer, Rc::clone(&ledger)));
    }
    let path = format!("/v23.0/{}/messages", desk.ids.phone);
    let (gateway, server) = (desk.gateway.pid(), desk.server.pid());
    let (gateway_before, server_before) = (cpu_seconds(gateway)?, cpu_seconds(server)?);
    let begun = Instant::now();
    let until = begun + Duration::from_secs(args.seconds);
    let mut programs = tokio::task::JoinSet::new();
    for number in 0..args.window.saturating_mul(8) {
        let client = Program::new(desk.gateway.address, desk.token.clone());
        let (path, numbers, ledger) = (path.clone(), Rc::clone(&numbers), Rc::clone(&ledger));
        programs.spawn_local(send(client, number, path, numbers, ledger, until));
    }
    while let Some(ended) = programs.join_next().await {
        ended??;
    }
    let seconds = begun.elapsed().as_secs_f64();
    drain(&desk, &ledger).await;
    let (gateway_cpu, server_cpu) =
        (cpu_seconds(gateway)? - gateway_before, cpu_seconds(server)? - server_before);
    let all = begun.elapsed().as_secs_f64();
    ledger.is_over.set(true);
    let mut report = report(&desk, &ledger);
    let count = ledger.answered.borrow().len() as u64;
    report.seconds = all;
    report.pairs = Some(args.pairs);
    report.window = args.window;
    report.server_cpu_seconds = server_cpu;
    report.server_rss_kib = rss_kib(server)?;
    report.gateway_cpu_seconds = Some(gateway_cpu);
    report.gateway_rss_kib = Some(rss_kib(gateway)?);
    report.sends_per_second = Some(ratio(count, seconds));
    report.delivered_per_second = Some(ratio(count, all));
    report.sends_per_gateway_cpu_second = Some(ratio(count, gateway_cpu));
    report.webhooks = Some(desk.receiver.count());
    Ok(report)
}

async fn make_template(desk: &Desk) -> anyhow::Result<()> {
    let mut client = Program::new(desk.gateway.address, desk.token.clone());
    let template = json!({ "name": NAME, "language": "en", "category": "UTILITY", "components": [
        { "type": "BODY", "text": "Hello {{1}}, your order {{2}} is ready at the counter.",
          "example": { "body_text": [["Priya", "A7"]] } }] });
    let path = format!("/{}/message_templates", desk.ids.business);
    let (status, answer) = client.post(&path, None, &template).await?;
    ensure!(status == 200, "no template: {answer}");
    let said = |failure: tresen_view::Failure| anyhow::anyhow!("{:?}", failure);
    let Answer::Templates(known) = desk.owner.call(Command::Templates).await.map_err(said)? else {
        anyhow::bail!("no templates")
    };
    let template = known.into_iter().find(|one| one.name == NAME).context("the template")?.template;
    desk.owner.call(Command::ApproveTemplate { template }).await.map_err(said)?;
    Ok(())
}

async fn send(
    mut client: Program,
    number: usize,
    path: String,
    numbers: Rc<[String]>,
    ledger: Rc<Ledger>,
    until: Instant,
) -> anyhow::Result<()> {
    let mut count = number;
    while Instant::now() < until {
        let at = count.checked_rem(numbers.len()).unwrap_or(0);
        let to = numbers.get(at).context("a customer")?;
        count = count.wrapping_add(1);
        let body = example::template(to, NAME, "en", &["Priya", "A7"]);
        let (status, answer) = client.post(&path, None, &body).await?;
        match answer.pointer("/messages/0/id").and_then(Value::as_str) {
            Some(id) if status == 200 => ledger.answered.borrow_mut().push(id.to_owned()),
            _ => {
                ledger.refused.set(ledger.refused.get().saturating_add(1));
                tracing::warn!(status, %answer, "a send was refused");
            }
        }
    }
    Ok(())
}

/// A customer: notes what comes, and reads it.
async fn live(mut customer: Customer, ledger: Rc<Ledger>) {
    let (mut newest, mut read) = (0_i64, 0_i64);
    let mut due = Instant::now() + READ_EVERY;
    while !ledger.is_over.get() {
        tokio::select! {
            event = customer.device.next_event() => match event {
                Ok(Event::Message { message, .. }) if !message.is_own => {
                    if matches!(message.body, MessageBody::Template(_)) {
                        ledger.seen.borrow_mut().insert(message.message);
                        newest = newest.max(message.position);
                    }
                }
                Ok(_) => {}
                Err(_ended) => return,
            },
            () = tokio::time::sleep_until(due) => {
                due = Instant::now() + READ_EVERY;
                if newest > read {
                    let conversation = customer.conversation;
                    let command = Command::MarkRead { conversation, through: newest };
                    if customer.device.call(command).await.is_ok() {
                        read = newest;
                    }
                }
            }
        }
    }
}

async fn drain(desk: &Desk, ledger: &Ledger) {
    let is_settled = || {
        let answered = ledger.answered.borrow();
        ledger.seen.borrow().len() >= answered.len()
            && answered.iter().all(|id| desk.receiver.statuses(id).len() >= 3)
    };
    let (mut heard, mut deadline) = (0, Instant::now() + PATIENCE);
    while !is_settled() && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(100)).await;
        if heard != desk.receiver.count() {
            (heard, deadline) = (desk.receiver.count(), Instant::now() + PATIENCE);
        }
    }
}

fn report(desk: &Desk, ledger: &Ledger) -> Report {
    let (answered, seen) = (ledger.answered.borrow(), ledger.seen.borrow());
    let mut report = Report { kind: "gateway", durable: true, ..Report::default() };
    report.delivered = Some(seen.len() as u64);
    report.lost = (answered.len() as u64).saturating_sub(seen.len() as u64) + ledger.refused.get();
    report.doubled = (seen.len() as u64).saturating_sub(answered.len() as u64);
    for id in answered.iter() {
        let statuses = desk.receiver.statuses(id);
        report.lost += u64::from(statuses.len() < 3);
        let is_in_order = ["sent", "delivered", "read"].starts_with(&statuses);
        report.reordered += u64::from(!is_in_order);
    }
    report
}
