//! Simulations with fixed seeds, each in a process of its own; see `tresen_testkit::simulation`.
//!
//! A seed that fails is run again, with all that happens, by
//! `cargo run -p tresen-testkit --example simulation -- --seed N`.
#![expect(clippy::print_stdout, reason = "a test without a harness says itself what came of it")]

use std::{error::Error, process::ExitCode};

use tresen_testkit::simulation::{Defect, Ended, Simulations, in_simulated_process};

/// The seeds of every change.
const SEEDS: [u64; 12] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
/// A seed that finds each defect.
const DEFECTS: [(Defect, u64); 4] =
    [(Defect::Hasty, 1), (Defect::Forgetful, 1), (Defect::Lax, 1), (Defect::Forking, 30)];
/// A seed that is run twice.
const TWICE: u64 = 3;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    if let Some(code) = in_simulated_process() {
        return Ok(code);
    }
    let mut failures = Vec::new();
    let mut simulations = Simulations::new()?;
    let mut reports = Vec::new();
    simulations.run(&SEEDS, |ended| {
        print!("{}", ended.report);
        reports.push(ended);
    })?;
    failures.extend(reports.iter().filter(|ended| !ended.is_sound).map(failed));
    simulations.run(&[TWICE], |again| {
        let first = reports.iter().find(|ended| ended.seed == TWICE);
        if first.is_none_or(|first| first.report != again.report) {
            failures.push(format!("seed {TWICE} isn't the same twice:\n{}", again.report));
        }
    })?;
    for (defect, seed) in DEFECTS {
        simulations.defect = Some(defect);
        simulations.run(&[seed], |ended| {
            println!("with the defect {}: {}", defect.name(), ended.report);
            if ended.is_sound {
                failures.push(format!("seed {seed} doesn't find the defect {}", defect.name()));
            }
        })?;
    }
    failures.iter().for_each(|failure| println!("FAILED: {failure}"));
    Ok(if failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn failed(ended: &Ended) -> String {
    let seed = ended.seed;
    format!(
        "seed {seed}; again with\n  cargo run -p tresen-testkit --example simulation -- --seed {seed}"
    )
}
