//! A simulation with a seed: real nodes and real devices under faults, on one thread and a clock of their
//! own.
//!
//! ```text
//! process   one for each seed: time stands still while somebody works, randomness follows from the seed
//! town      nodes on one disk and one control store, which crash, stop and lose their power
//! line      what lies between a device and a node: cut, slow, deaf
//! device    the SDK on a store of its own, killed and started again
//! storm     what people do and what breaks meanwhile, in an order that the seed gives
//! people    who comes
//! verdict   what must hold when everything is whole again
//! market    another day: agents and customers order, book, label and note, and nothing of it is lost
//! ```
//!
//! The same seed gives the same run, to the last byte: [`Report::trace`] tells. What has threads of its
//! own (the writer of the delivery store) is waited for; what can't be (files of blobs) isn't there. See
//! docs/decisions/0037.

mod device;
mod disk;
mod line;
mod market;
mod people;
mod process;
mod storm;
mod town;
mod trace;
mod verdict;
mod witness;

use std::{collections::BTreeMap, fmt, sync::Arc};

use market::Market;
pub use process::{Ended, ProcessError, Simulations, in_simulated_process};
use storm::Storm;
use trace::Trace;
use tresen_server::ServerError;
use witness::Counts;

use crate::dice::Dice;

/// The server's public URL.
const ORIGIN: &str = "http://simulation";

/// What is broken on purpose, so that the simulation can be seen to find it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Defect {
    /// The server answers before it has written.
    Hasty,
    /// The server doesn't know a message that comes again.
    Forgetful,
    /// The server asks nobody's consent, and no price.
    Lax,
    /// The server takes a commit of an epoch that is over.
    Forking,
    /// The server tells some of an account's devices neighbouring messages of their own group the other way
    /// round.
    Twisting,
    /// The server answers that it has a message, and keeps it from a device now and then.
    Losing,
}

/// All of them.
const DEFECTS: [Defect; 6] = [
    Defect::Hasty,
    Defect::Forgetful,
    Defect::Lax,
    Defect::Forking,
    Defect::Twisting,
    Defect::Losing,
];

impl Defect {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hasty => "hasty",
            Self::Forgetful => "forgetful",
            Self::Lax => "lax",
            Self::Forking => "forking",
            Self::Twisting => "twisting",
            Self::Losing => "losing",
        }
    }

    /// The one with a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        DEFECTS.into_iter().find(|defect| defect.name() == name)
    }
}

/// What came of a seed.
#[derive(Debug)]
pub struct Report {
    seed: u64,
    nodes: usize,
    /// How much time passed, on the simulated clock.
    passed_ms: u64,
    counts: Counts,
    /// Messages that people said.
    said: usize,
    /// What was done at a market, by its kind.
    tally: BTreeMap<&'static str, u32>,
    /// Faults of all kinds.
    faults: u64,
    /// Everything that happened, as one number, and its lines.
    pub trace: (u64, u64),
    /// What must not be.
    pub wrong: Vec<String>,
}

/// What people do in a simulation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Day {
    /// A business and its customers talk.
    Talk,
    /// Three agents and twenty customers do so many things with orders, bookings, labels and notes.
    Market(u32),
}

/// Runs a seed in this process, whose time and randomness are to be simulated.
async fn run(seed: u64, day: Day, is_told: bool, defect: Option<Defect>) -> Report {
    let trace = Arc::new(Trace::new(is_told));
    let mut dice = Dice::new(seed);
    // Half of all seeds have one node, which loses its power with its disk.
    let nodes = if dice.percent(50) { 1 } else { 2 + usize::from(dice.percent(30)) };
    let mut report = Report {
        seed,
        nodes,
        passed_ms: 0,
        counts: Counts::default(),
        said: 0,
        tally: BTreeMap::new(),
        faults: 0,
        trace: (0, 0),
        wrong: Vec::new(),
    };
    let lived = match day {
        Day::Talk => talk(&mut report, defect, dice, &trace).await,
        Day::Market(operations) => {
            go_to_market(&mut report, operations, defect, dice, &trace).await
        }
    };
    if let Err(error) = lived {
        report.wrong.push(format!("nobody came to begin: {error}"));
    }
    report.passed_ms = trace.now_ms();
    report.trace = trace.digest();
    report
}

async fn talk(
    report: &mut Report,
    defect: Option<Defect>,
    dice: Dice,
    trace: &Arc<Trace>,
) -> Result<(), ServerError> {
    let mut storm = Storm::begin(report.nodes, storm::CROWD, defect, dice, trace).await?;
    storm.rage().await;
    report.wrong = storm.calm_down().await;
    report.see(storm.seen(), storm.said(), storm.faults());
    Ok(())
}

async fn go_to_market(
    report: &mut Report,
    operations: u32,
    defect: Option<Defect>,
    dice: Dice,
    trace: &Arc<Trace>,
) -> Result<(), ServerError> {
    let mut market = Market::open(report.nodes, defect, dice, trace).await?;
    market.trade(operations).await;
    report.wrong = market.close().await;
    let (seen, said, faults) = market.seen();
    report.see(seen, said, faults);
    report.tally = market.tally();
    Ok(())
}

impl Report {
    fn see(&mut self, seen: (Counts, Vec<String>), said: usize, faults: u64) {
        let (counts, mut forbidden) = seen;
        self.wrong.append(&mut forbidden);
        (self.counts, self.said, self.faults) = (counts, said, faults);
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts { messages, duplicates, commits, conflicts, refusals, failures } = self.counts;
        writeln!(
            f,
            "seed {}: {} nodes, {} s, {} faults; {} said, {messages} messages and {commits} commits \
             accepted, {duplicates} again, {conflicts} too late, {refusals} refused, {failures} failed; \
             trace {:016x} of {} lines; {} wrong",
            self.seed,
            self.nodes,
            self.passed_ms / 1_000,
            self.faults,
            self.said,
            self.trace.0,
            self.trace.1,
            self.wrong.len()
        )?;
        if !self.tally.is_empty() {
            let of = |(what, count): (&&str, &u32)| format!("{count} {what}");
            writeln!(f, "  {}", self.tally.iter().map(of).collect::<Vec<_>>().join(", "))?;
        }
        self.wrong.iter().try_for_each(|what| writeln!(f, "  {what}"))
    }
}
