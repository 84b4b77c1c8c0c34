//! A simulation with a seed: real nodes and real devices under faults, on one thread and a clock of their
//! own.
//!
//! ```text
//! process   one for each seed: time stands still while somebody works, randomness follows from the seed
//! town      nodes on one disk and one control store, which crash, stop and lose their power
//! line      what lies between a device and a node: cut, slow, deaf
//! device    the SDK on a store of its own, killed and started again
//! storm     what people do and what breaks meanwhile, in an order that the seed gives
//! verdict   what must hold when everything is whole again
//! ```
//!
//! The same seed gives the same run, to the last byte: [`Report::trace`] tells. What has threads of its
//! own (the writer of the delivery store) is waited for; what can't be (files of blobs) isn't there. See
//! docs/decisions/0037.

mod device;
mod disk;
mod line;
mod process;
mod storm;
mod town;
mod trace;
mod verdict;
mod witness;

use std::{fmt, sync::Arc};

pub use process::{Ended, ProcessError, Simulations, in_simulated_process};
use storm::Storm;
use trace::Trace;
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
}

/// All of them.
const DEFECTS: [Defect; 4] = [Defect::Hasty, Defect::Forgetful, Defect::Lax, Defect::Forking];

impl Defect {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hasty => "hasty",
            Self::Forgetful => "forgetful",
            Self::Lax => "lax",
            Self::Forking => "forking",
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
    /// Faults of all kinds.
    faults: u64,
    /// Everything that happened, as one number, and its lines.
    pub trace: (u64, u64),
    /// What must not be.
    pub wrong: Vec<String>,
}

/// Runs a seed in this process, whose time and randomness are to be simulated.
async fn run(seed: u64, is_told: bool, defect: Option<Defect>) -> Report {
    let trace = Arc::new(Trace::new(is_told));
    let mut dice = Dice::new(seed);
    // Half of all seeds have one node, which loses its power with its disk.
    let nodes = if dice.percent(50) { 1 } else { 2 + usize::from(dice.percent(30)) };
    let mut wrong = Vec::new();
    let (mut counts, mut said, mut faults) = (Counts::default(), 0, 0);
    match Storm::begin(nodes, defect, dice, &trace).await {
        Ok(mut storm) => {
            storm.rage().await;
            wrong.append(&mut storm.calm_down().await);
            let (seen, mut forbidden) = storm.seen();
            wrong.append(&mut forbidden);
            (counts, said, faults) = (seen, storm.said(), storm.faults());
        }
        Err(error) => wrong.push(format!("nobody came to begin: {error}")),
    }
    let passed_ms = trace.now_ms();
    Report { seed, nodes, passed_ms, counts, said, faults, trace: trace.digest(), wrong }
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
        self.wrong.iter().try_for_each(|what| writeln!(f, "  {what}"))
    }
}
