//! Everything a developer runs: `cargo xtask COMMAND`.
//!
//! Each command is a module; `run` starts the programs that they share.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_types,
    reason = "a command for developers talks to the terminal and measures how long things take"
)]

mod capacity;
mod ci;
mod contract;
mod packages;
mod run;
mod tidy;
mod up;
mod wasm;
mod web;

use std::{path::Path, process::ExitCode};

use anyhow::{Context as _, Result, bail};

const USAGE: &str = "\
cargo xtask COMMAND

  up           build everything and serve the demonstration town at http://localhost:8080
  test         build the web app and run every test
  ci           everything that a change must pass
  web          build the web app into target/web/dist
                 --release  compress as well as possible
                 --report   the same, and print the sizes that a first visit loads
  tidy [PATH]  check the rules of ARCHITECTURE that a machine can check
  fmt          format the sources
  fuzz         run every fuzz target: --seconds N for each (default 60)
  contract [SECONDS]
               call the gateway's own description with what nobody would send (default 600)
  first-load   measure how fast an entry link opens on a slow phone
  big-account [CONVERSATIONS MESSAGES]
               measure an inbox with 500 conversations of 200 messages each, or with as many
  chaos [SECONDS [SEED [FAULT…]]]
               kill nodes, databases and buses under load; nothing may be lost
  soak [KILLS] [SEED]
               kill a browser again and again while it sends and receives (default 50), then let the
               simulation run through 200 seeds
  capacity     write docs/operating/capacity.md from the measurements beside it (--check: compare)
  screenshots [LANGUAGE]
               take the pictures under docs/screenshots
";

fn main() -> ExitCode {
    match command() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(run::exit_code(&error))
        }
    }
}

fn command() -> Result<()> {
    let arguments = std::env::args().skip(1).collect::<Vec<_>>();
    let arguments = arguments.iter().map(String::as_str).collect::<Vec<_>>();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask lies in the root")?;
    std::env::set_current_dir(root)?;
    match arguments.as_slice() {
        ["up"] => up::up(root),
        ["test"] => ci::test(root),
        ["ci"] => ci::ci(root),
        ["web", flags @ ..] => web::web(root, web::Mode::parse(flags)?),
        ["tidy"] => tidy::tidy(root),
        ["tidy", path] => tidy::tidy(Path::new(path)),
        ["fmt"] => ci::fmt(root),
        ["fuzz"] => ci::fuzz(root, 60),
        ["fuzz", "--seconds", seconds] => ci::fuzz(root, seconds.parse()?),
        ["contract"] => contract::contract(root, 600),
        ["contract", seconds] => contract::contract(root, seconds.parse()?),
        ["first-load"] => ci::measure(root, "first_load", &[]),
        ["big-account", numbers @ ..] => ci::measure_sample(root, "big_account", numbers),
        ["screenshots", language @ ..] => ci::drive(root, "screenshots", language),
        ["chaos", arguments @ ..] => ci::chaos(root, arguments),
        ["soak", numbers @ ..] => ci::soak(root, numbers),
        ["capacity"] => capacity::capacity(root, false),
        ["capacity", "--check"] => capacity::capacity(root, true),
        [] | ["help" | "--help" | "-h"] => {
            print!("{USAGE}");
            Ok(())
        }
        _ => bail!("unknown command\n\n{USAGE}"),
    }
}
