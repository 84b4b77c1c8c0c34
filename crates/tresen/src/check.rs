//! `tresen check`: compares what clients sent, were told was accepted, and received, while servers die.
//!
//! ```text
//! kill   per round:  send and receive for a random while → SIGKILL → restart → reconnect, send again
//!                    what has no answer (same nonce) → …
//! gateway the same with a gateway, a program that sends and a receiver of webhooks
//! broadcast the server and the sending device, while a broadcast goes out
//! load   the same against a server, or several, that somebody else runs and kills
//!        at the end: drain everything, then compare
//! ```

use std::{rc::Rc, time::Duration};

use serde::Serialize;
use tokio::time::Instant;

mod broadcast;
mod gateway;
mod kill;
mod load;
mod side;

use side::{Side, Wait, compare, is_settled};

use crate::cli::CheckCommand;

/// What `tresen check` prints.
#[derive(Debug, Default, Serialize)]
struct Report {
    #[serde(skip_serializing_if = "is_zero")]
    rounds: u32,
    sent: u64,
    accepted: u64,
    received: u64,
    lost: u64,
    doubled: u64,
    reordered: u64,
    /// Sent, and neither accepted nor refused, long after the last fault.
    unanswered: u64,
    /// How long clients waited for an answer, where that was long.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    waits: Vec<Wait>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks in this way")]
const fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// Runs a check and prints its report.
pub(crate) fn run(command: &CheckCommand) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let tasks = tokio::task::LocalSet::new();
    let report = match command {
        CheckCommand::Broadcast(args) => return tasks.block_on(&runtime, broadcast::run(args)),
        CheckCommand::Kill(args) => tasks.block_on(&runtime, kill::run(args)),
        CheckCommand::Gateway(args) => tasks.block_on(&runtime, gateway::run(args)),
        CheckCommand::Load(args) => tasks.block_on(&runtime, load::run(args)),
    }?;
    crate::output::last_line(&report)?;
    anyhow::ensure!(report.lost == 0, "{} accepted messages were lost", report.lost);
    anyhow::ensure!(report.doubled == 0, "{} messages came twice", report.doubled);
    anyhow::ensure!(report.reordered == 0, "{} messages came out of order", report.reordered);
    anyhow::ensure!(report.unanswered == 0, "{} messages got no answer", report.unanswered);
    Ok(())
}

/// Waits until everything that was sent is answered and has arrived, or nothing has come for so long.
async fn drain(pairs: &[(Rc<Side>, Rc<Side>)], patience: Duration) -> Report {
    let (mut heard, mut deadline) = (0, Instant::now() + patience);
    while !pairs.iter().all(|(a, b)| is_settled(a, b)) && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let now_heard = pairs.iter().map(|(a, b)| a.heard() + b.heard()).sum();
        if heard != now_heard {
            (heard, deadline) = (now_heard, Instant::now() + patience);
        }
    }
    let mut report = Report::default();
    for (a, b) in pairs {
        let (a, b) = (a.ledger.borrow(), b.ledger.borrow());
        compare(&a, &b, &mut report);
        compare(&b, &a, &mut report);
        report.waits.extend(a.waits.iter().chain(&b.waits));
    }
    report
}
