//! Simulations with fixed seeds, each in a process of its own; see `tresen_testkit::simulation`.
//!
//! A seed that fails is run again, with all that happens, by
//! `cargo run -p tresen-testkit --example simulation -- --seed N`, one of a market with `--market N` behind.
#![expect(clippy::print_stdout, reason = "a test without a harness says itself what came of it")]

use std::{error::Error, process::ExitCode};

use tresen_testkit::simulation::{Day, Defect, Ended, Simulations, in_simulated_process};

/// The seeds of every change.
const SEEDS: [u64; 12] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
/// A seed that finds each defect.
const DEFECTS: [(Defect, u64); 4] =
    [(Defect::Hasty, 1), (Defect::Forgetful, 1), (Defect::Lax, 1), (Defect::Forking, 30)];
/// A seed that is run twice.
const TWICE: u64 = 3;
/// How much is done at each of the markets of every change, and their seeds; `cargo xtask soak` does 10,000.
const MARKETS: (u32, [u64; 2]) = (150, [1, 4]);
/// How much has to be done until each defect is found at a market, a seed, and what it is found by.
const MARKET_DEFECTS: [(Defect, u32, u64, &str); 2] =
    [(Defect::Twisting, 120, 2, "not the same"), (Defect::Losing, 150, 1, "lost")];

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
    simulations.defect = None;
    failures.append(&mut markets(&mut simulations)?);
    failures.iter().for_each(|failure| println!("FAILED: {failure}"));
    Ok(if failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Three agents and twenty customers, offline now and then: all come to the same, no time is booked twice,
/// nothing is lost.
fn markets(simulations: &mut Simulations) -> Result<Vec<String>, Box<dyn Error>> {
    let (operations, seeds) = MARKETS;
    let mut failures = Vec::new();
    simulations.day = Day::Market(operations);
    simulations.run(&seeds, |ended| {
        print!("{}", ended.report);
        if !ended.is_sound {
            failures.push(format!("{} --market {operations}", failed(&ended)));
        }
    })?;
    for (defect, operations, seed, word) in MARKET_DEFECTS {
        simulations.day = Day::Market(operations);
        simulations.defect = Some(defect);
        simulations.run(&[seed], |ended| {
            let is_found = ended.report.lines().any(|line| line.trim_start().starts_with(word));
            println!("with the defect {}: found: {is_found}", defect.name());
            if !is_found {
                failures.push(format!("market {seed} doesn't find the defect {}", defect.name()));
            }
        })?;
    }
    Ok(failures)
}

fn failed(ended: &Ended) -> String {
    let seed = ended.seed;
    format!(
        "seed {seed}; again with\n  cargo run -p tresen-testkit --example simulation -- --seed {seed}"
    )
}
