//! Pairs of users who write to each other, each with a window of messages outstanding.

use std::{
    cell::{Cell, RefCell},
    fmt::Write as _,
    rc::Rc,
    time::Duration,
};

use anyhow::{Context as _, bail};
use tokio::{
    sync::Notify,
    task::JoinSet,
    time::{Instant, sleep},
};

use crate::{
    Args, Report, measure, process,
    wire::{Target, Wire, attribute, has, user},
};

/// Characters of a message: as many bytes of base64 as `tresen bench` has of ciphertext.
const TEXT_BYTES: usize = 400;

/// What all connections share.
struct Load {
    started: Instant,
    is_measured: Cell<bool>,
    delivered: Cell<u64>,
    latencies_us: RefCell<Vec<u32>>,
    text: String,
}

/// Free places in a user's window, given by the other side.
#[derive(Default)]
struct Places {
    free: Cell<usize>,
    notify: Notify,
}

struct Side {
    wire: Wire,
    peer: String,
    own: Rc<Places>,
    peers: Rc<Places>,
    receipts: bool,
}

impl Load {
    fn now_us(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX)
    }
}

impl Side {
    fn send(&mut self, load: &Load) {
        let request = if self.receipts { "<request xmlns='urn:xmpp:receipts'/>" } else { "" };
        let (peer, text, now) = (&self.peer, &load.text, load.now_us());
        self.wire.queue(&format!(
            "<message to='{peer}' type='chat' id='{now}'><body>{text}</body>{request}</message>"
        ));
    }

    fn take(&mut self, load: &Load, stanza: &[u8]) -> anyhow::Result<()> {
        if !stanza.starts_with(b"<message") {
            return Ok(());
        }
        if has(stanza, "type='error'") {
            bail!("refused: {}", String::from_utf8_lossy(stanza));
        }
        if has(stanza, "<received") {
            self.send(load);
            return Ok(());
        }
        let sent = attribute(stanza, "id").and_then(|id| id.parse::<u64>().ok());
        let sent = sent.context("a message of this load")?;
        if load.is_measured.get() {
            let latency = load.now_us().saturating_sub(sent);
            load.latencies_us.borrow_mut().push(u32::try_from(latency).unwrap_or(u32::MAX));
            load.delivered.set(load.delivered.get() + 1);
        }
        if self.receipts {
            let from = attribute(stanza, "from").context("a sender")?;
            self.wire.queue(&format!(
                "<message to='{from}' type='chat' id='r{sent}'>\
                 <received xmlns='urn:xmpp:receipts' id='{sent}'/></message>"
            ));
        } else {
            self.peers.free.set(self.peers.free.get() + 1);
            self.peers.notify.notify_one();
        }
        Ok(())
    }

    async fn run(mut self, load: Rc<Load>, window: usize) -> anyhow::Result<()> {
        for _ in 0..window {
            self.send(&load);
        }
        let own = Rc::clone(&self.own);
        loop {
            for _ in 0..own.free.take() {
                self.send(&load);
            }
            self.wire.flush().await?;
            let mut stanza = tokio::select! {
                stanza = self.wire.next() => Some(stanza?),
                () = own.notify.notified() => None,
            };
            while let Some(one) = stanza {
                self.take(&load, &one)?;
                stanza = self.wire.try_next()?;
            }
        }
    }
}

pub(crate) async fn run(args: &Args, target: &Target) -> anyhow::Result<Report> {
    let users = args.users / 2 * 2;
    Wire::register(target, users).await?;
    let mut text = String::new();
    while text.len() < TEXT_BYTES {
        write!(text, "{:x}", text.len().wrapping_mul(0x9e37_79b9_7f4a_7c15))?;
    }
    text.truncate(TEXT_BYTES);
    let load = Rc::new(Load {
        started: Instant::now(),
        is_measured: Cell::new(false),
        delivered: Cell::new(0),
        latencies_us: RefCell::new(Vec::new()),
        text,
    });
    let mut sides = Vec::new();
    for pair in 0..users / 2 {
        let places = [Rc::<Places>::default(), Rc::<Places>::default()];
        let [one, other] = places;
        for (number, peer, own, peers) in [
            (2 * pair, 2 * pair + 1, Rc::clone(&one), Rc::clone(&other)),
            (2 * pair + 1, 2 * pair, other, one),
        ] {
            let wire = Wire::login(target, number).await?;
            let peer = format!("{}@localhost", user(peer));
            sides.push(Side { wire, peer, own, peers, receipts: args.receipts });
        }
    }
    let mut running = JoinSet::new();
    for side in sides {
        running.spawn_local(side.run(Rc::clone(&load), args.window));
    }
    let failed = async { running.join_next().await.context("no connection")?? };
    tokio::select! {
        ended = failed => { ended?; bail!("a connection ended") }
        report = measure(args, &load, users) => report,
    }
}

async fn measure(args: &Args, load: &Load, users: usize) -> anyhow::Result<Report> {
    // The first seconds warm caches and aren't counted.
    sleep(Duration::from_secs(2)).await;
    let (begun, cpu) = (Instant::now(), process::cpu_seconds(&args.pids)?);
    load.is_measured.set(true);
    sleep(Duration::from_secs(args.seconds)).await;
    load.is_measured.set(false);
    let seconds = begun.elapsed().as_secs_f64();
    let cpu = process::cpu_seconds(&args.pids)? - cpu;
    let delivered = load.delivered.get();
    let mut latencies = load.latencies_us.borrow_mut();
    Ok(Report {
        kind: "pairs",
        users,
        window: args.window,
        receipts: args.receipts,
        server_cpu_seconds: cpu,
        delivered_per_second: Some(measure::ratio(delivered, seconds)),
        delivered_per_server_cpu_second: Some(measure::ratio(delivered, cpu)),
        server_share_of_core: Some(cpu / seconds),
        latency_ms_p50: measure::percentile_ms(&mut latencies, 0.5),
        latency_ms_p99: measure::percentile_ms(&mut latencies, 0.99),
        ..Report::default()
    })
}
