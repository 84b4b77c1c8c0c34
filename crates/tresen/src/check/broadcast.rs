//! `tresen check broadcast`: kills the server and the sending device in turn while a broadcast goes out.
//!
//! ```text
//! device     `tresen chat`, a process with the SDK and its store: the business
//! customers  real accounts, consents and groups; some are connected meanwhile, the others come later
//! kills      spread over the way from the first message to the last customer
//! at the end everybody has exactly one, and the ledger has taken exactly one price for each
//! ```

use std::{collections::BTreeMap, rc::Rc, time::Duration};

use anyhow::{Context as _, ensure};
use serde::Serialize;
use tokio::time::Instant;
use tresen_billing::Micros;
use tresen_types::{AccountId, Categories, Category};

mod crowd;
mod device;

use crowd::Crowd;
use device::DeviceProcess;

use crate::{
    bench::{ServerOptions, ServerProcess, cpu_seconds, rss_kib},
    cli::CheckBroadcastArgs,
    load::{peer, wire::Target},
};

/// What a message costs, in millionths.
const PRICE: i64 = 80_000;
const CARD: &str = "currency = \"EUR\"\nvalid_from = \"2020-01-01\"\n[default]\nservice = \"0\"\n\
                    utility = \"0.08\"\nmarketing = \"0.1\"\nauthentication = \"0.05\"\n";
/// Customers that are made, or come, at the same time.
const AT_ONCE: usize = 16;
/// How often it is looked whether a kill is due.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// Between two questions how far the broadcast is: an answer counts all recipients.
const ASK_EVERY: Duration = Duration::from_secs(2);
/// After the last kill, where nothing new has come for this long nothing comes.
const PATIENCE: Duration = Duration::from_secs(60);
/// The part of the way that ends when the connected customers have it, in per cent.
const SENDING_PERCENT: usize = 70;

/// What it prints.
#[derive(Debug, Default, Serialize)]
struct Report {
    customers: usize,
    kills: u32,
    received: u64,
    lost: u64,
    doubled: u64,
    /// Messages on the bill, each once.
    charged: u64,
    /// Lines of the bill that are there twice, or whose money is neither taken nor given back.
    wrong_lines: u64,
    /// What the books have taken, and what they should have.
    taken: String,
    due: String,
    seconds: f64,
    /// What of it the device took to hand everything to the server.
    sending_seconds: f64,
    server_cpu_seconds: f64,
    server_cpu_ms_per_message: f64,
    server_rss_kib: u64,
    preparation_seconds: f64,
}

/// A server's CPU time over its lives.
struct Cpu {
    dead: f64,
    before: f64,
}

/// Sends, kills, counts, and prints.
pub(super) async fn run(args: &CheckBroadcastArgs) -> anyhow::Result<()> {
    let begun = Instant::now();
    let options = ServerOptions {
        claims: 1,
        is_pinned: false,
        tls: false,
        has_self_approval: true,
        ..ServerOptions::default()
    };
    let mut server = ServerProcess::start(&options)?;
    let token = server.take_claims().pop().context("a claim link")?;
    let folder = tempfile::tempdir()?;
    let target = server.target();
    let mut device = DeviceProcess::start(&target.origin, folder.path())?;
    let (business, entry) = device.found(token).await?;
    let due = PRICE.saturating_mul(i64::try_from(args.customers)?);
    set_terms(&server, business, due)?;
    let template = device.make_template().await?;
    let categories = Categories::NONE.with(Category::Service).with(Category::Utility);
    let door = peer::look(&target, entry, categories).await?;
    let crowd = Rc::new(Crowd::default());
    crowd.open(&target, door, args.customers, AT_ONCE).await?;
    device.until_known(&template, args.customers).await?;
    tracing::info!(seconds = begun.elapsed().as_secs(), "everybody is there");

    let mut report = Report {
        customers: args.customers,
        kills: args.kills,
        due: Micros(due).decimal(),
        preparation_seconds: begun.elapsed().as_secs_f64(),
        ..Report::default()
    };
    crowd.connect(&target, args.connected.min(args.customers / 2).max(1));
    let mut cpu = Cpu { dead: 0.0, before: cpu_seconds(server.pid())? };
    let started = Instant::now();
    device.start_broadcast(&template, args.per_minute).await?;
    let sent_after = go(args, &mut server, &mut device, &crowd, &target, &mut cpu).await?;
    until_settled(&server, &crowd, &target, args.customers).await?;
    report.seconds = started.elapsed().as_secs_f64();
    report.sending_seconds = sent_after.as_secs_f64();
    report.server_cpu_seconds = cpu.dead + cpu_seconds(server.pid())? - cpu.before;
    #[expect(clippy::cast_precision_loss, reason = "customers of one run are far below 2^52")]
    let each = report.server_cpu_seconds * 1_000.0 / args.customers as f64;
    report.server_cpu_ms_per_message = each;
    report.server_rss_kib = rss_kib(server.pid())?;
    (report.received, report.lost, report.doubled) = crowd.count();
    bill(&server, &mut report)?;
    device.kill()?;
    server.stop()?;
    crate::output::last_line(&report)?;
    ensure!(report.lost == 0, "{} customers have none", report.lost);
    ensure!(report.doubled == 0, "{} customers have more than one", report.doubled);
    ensure!(report.wrong_lines == 0, "{} lines of the bill are wrong", report.wrong_lines);
    ensure!(report.charged == report.received, "{} messages on the bill", report.charged);
    ensure!(report.taken == report.due, "{} taken, {} due", report.taken, report.due);
    Ok(())
}

/// Prices, a prepaid plan with exactly the money that is needed, and no limit of customers a day.
fn set_terms(server: &ServerProcess, business: AccountId, due: i64) -> anyhow::Result<()> {
    let card = tempfile::NamedTempFile::new()?;
    std::fs::write(card.path(), CARD)?;
    let business = business.to_string();
    let amount = Micros(due).decimal();
    server.admin(&["rate-card", "add", card.path().to_str().context("a path")?])?;
    server.admin(&["plan", "set", &business, "--per-message", "--prepaid"])?;
    server.admin(&["account", "top-up", &business, &amount, "--reference", "before"])?;
    server.admin(&["account", "tier", &business, "unlimited"])?;
    Ok(())
}

/// Until everybody has it, with the kills in between; answers how long the sending took.
async fn go(
    args: &CheckBroadcastArgs,
    server: &mut ServerProcess,
    device: &mut DeviceProcess,
    crowd: &Rc<Crowd>,
    target: &Target,
    cpu: &mut Cpu,
) -> anyhow::Result<Duration> {
    let started = Instant::now();
    let (mut killed, mut sent_after, mut asked_at) = (0, None, started);
    let (mut heard, mut deadline) = (0, started + PATIENCE);
    while crowd.progress(SENDING_PERCENT) < 1_000 || sent_after.is_none() || killed < args.kills {
        tokio::time::sleep(LOOK_EVERY).await;
        let done = crowd.progress(SENDING_PERCENT);
        let next = (u64::from(killed) + 1) * 1_000 / (u64::from(args.kills) + 1);
        if killed < args.kills && done >= next {
            killed += 1;
            if killed % 2 == 1 {
                cpu.dead += cpu_seconds(server.pid())?;
                server.kill()?;
                server.restart().with_context(|| format!("kill {killed}"))?;
                crowd.come_again();
            } else {
                device.kill()?;
                device.restart()?;
            }
            tracing::info!(killed, done, "killed and started again");
        }
        if sent_after.is_none() && asked_at.elapsed() > ASK_EVERY {
            let view = device.broadcast().await?;
            ensure!(view.refused.is_empty(), "refused: {:?}", view.refused);
            if view.waiting == 0 && view.queued == 0 {
                sent_after = Some(started.elapsed());
                crowd.collect(target, AT_ONCE);
            }
            asked_at = Instant::now();
        }
        let now_heard = crowd.count().0;
        if now_heard != heard {
            (heard, deadline) = (now_heard, Instant::now() + PATIENCE);
        }
        if Instant::now() > deadline {
            tracing::warn!(heard, killed, "nothing comes any more");
            break;
        }
    }
    Ok(sent_after.unwrap_or_else(|| started.elapsed()))
}

/// Waits until the money for every message is taken; who had it when the server died says so again.
async fn until_settled(
    server: &ServerProcess,
    crowd: &Rc<Crowd>,
    target: &Target,
    customers: usize,
) -> anyhow::Result<()> {
    let deadline = Instant::now() + PATIENCE;
    // The last acknowledgements are booked in a moment.
    let mut patience = 3_u32;
    while Instant::now() < deadline {
        let totals = server.admin(&["usage"])?;
        let delivered = totals.lines().filter_map(|line| {
            let total: serde_json::Value = serde_json::from_str(line).ok()?;
            total.get("delivered")?.as_u64()
        });
        if delivered.sum::<u64>() >= customers as u64 {
            return Ok(());
        }
        patience = patience.saturating_sub(1);
        if patience == 1 {
            crowd.collect(target, AT_ONCE);
        }
        tokio::time::sleep(ASK_EVERY).await;
    }
    Ok(())
}

/// What the operator's books say, line by line.
fn bill(server: &ServerProcess, report: &mut Report) -> anyhow::Result<()> {
    let mut lines = BTreeMap::<String, u64>::new();
    let mut taken = 0_i64;
    for line in server.admin(&["usage", "--csv"])?.lines().skip(1) {
        let fields: Vec<_> = line.split(',').collect();
        let [message, _, _, _, _, _, state, price, _] = fields.as_slice() else {
            anyhow::bail!("a line of {} fields", fields.len());
        };
        *lines.entry((*message).to_owned()).or_default() += 1;
        if *state == "captured" {
            let price = Micros::parse(price).context("a price")?;
            taken = taken.saturating_add(price.0);
        } else {
            report.wrong_lines += 1;
        }
    }
    report.charged = lines.len() as u64;
    report.wrong_lines += lines.values().filter(|count| **count > 1).count() as u64;
    let state: serde_json::Value =
        serde_json::from_str(server.admin(&["account", "list"])?.trim())?;
    report.taken = Micros(taken).decimal();
    let used = state.get("used").and_then(serde_json::Value::as_str);
    ensure!(used == Some(&report.taken), "the books say {used:?}, their lines {}", report.taken);
    Ok(())
}
