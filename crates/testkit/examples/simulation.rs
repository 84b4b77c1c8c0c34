//! Simulations: `cargo run -p tresen-testkit --example simulation -- [--seed N | --seeds FIRST COUNT]
//! [--market OPERATIONS] [--defect NAME]`.
//!
//! `--seed` runs one seed and tells what happens, `--seeds` many and tells what came of each. `--market`
//! lets three agents and twenty customers do so much with orders, bookings, labels and notes.
#![expect(clippy::print_stdout, reason = "the reports are the output")]

use std::{error::Error, process::ExitCode};

use tresen_testkit::simulation::{Day, Defect, Simulations, in_simulated_process};

fn main() -> Result<ExitCode, Box<dyn Error>> {
    if let Some(code) = in_simulated_process() {
        return Ok(code);
    }
    let mut simulations = Simulations::new()?;
    let mut seeds = vec![1];
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut next = || arguments.next().ok_or("something is missing");
        match argument.as_str() {
            "--seed" => {
                seeds = vec![next()?.parse()?];
                simulations.is_told = true;
            }
            "--seeds" => {
                let (first, count): (u64, u64) = (next()?.parse()?, next()?.parse()?);
                seeds = (first..first.saturating_add(count)).collect();
            }
            "--market" => simulations.day = Day::Market(next()?.parse()?),
            "--defect" => {
                simulations.defect = Some(Defect::parse(&next()?).ok_or("no such defect")?);
            }
            other => return Err(format!("what is {other}?").into()),
        }
    }
    let mut failed = Vec::new();
    simulations.run(&seeds, |ended| {
        print!("{}", ended.report);
        if !ended.is_sound {
            failed.push(ended.seed);
        }
    })?;
    println!("{} seeds, {} failed: {failed:?}", seeds.len(), failed.len());
    Ok(if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
