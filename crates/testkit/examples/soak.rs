//! Kills a browser many times while it sends and receives: `cargo xtask soak [KILLS] [SEED]`.
#![expect(clippy::print_stdout, reason = "a command for developers talks to the terminal")]

use std::process::ExitCode;

use tresen_testkit::{browser::Error, soak, world::run};

/// As many as the acceptance asks for.
const KILLS: u64 = 50;
/// Any number; the same one gives the same moments.
const SEED: u64 = 2026;

fn main() -> Result<ExitCode, Error> {
    let mut numbers = std::env::args().skip(1).map_while(|number| number.parse::<u64>().ok());
    let kills = numbers.next().unwrap_or(KILLS);
    let seed = numbers.next().unwrap_or(SEED);
    println!("seed {seed}");
    let report = run(soak::kill_browsers(u32::try_from(kills).unwrap_or(u32::MAX), seed))?;
    println!("{report}");
    Ok(if report.wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
