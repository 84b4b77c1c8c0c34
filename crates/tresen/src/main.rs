//! The one binary: command line, configuration, wiring.
//!
//! ```text
//! tresen serve            a node
//! tresen admin claim      one-time links for new businesses
//! tresen demo             a town of four businesses and their customers
//! tresen chat             the SDK on the command line, JSON lines
//! tresen bench            how much a core does
//! tresen check            nothing lost, nothing doubled
//! ```
//!
//! Standard output holds what scripts rely on, one JSON object on its last line; everything else is
//! logged to standard error.

mod admin;
mod bench;
mod check;
mod cli;
mod load;
mod output;
mod serve;

use clap::Parser as _;
use cli::{AdminCommand, CheckCommand, Command};

fn main() -> anyhow::Result<()> {
    let arguments = cli::Arguments::parse();
    let level = if arguments.verbose { tracing::Level::DEBUG } else { tracing::Level::INFO };
    tracing_subscriber::fmt().with_max_level(level).with_writer(std::io::stderr).init();
    match arguments.command {
        Command::Serve(args) => serve::run(&args),
        Command::Admin { command: AdminCommand::Claim(args) } => admin::claim(&args),
        Command::Bench(args) => bench::run(&args),
        Command::Check { command: CheckCommand::Kill(args) } => check::kill(&args),
    }
}
