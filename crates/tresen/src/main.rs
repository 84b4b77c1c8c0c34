//! The one binary: command line, configuration, wiring.
//!
//! ```text
//! tresen serve            a node
//! tresen admin claim      one-time links for new businesses
//! tresen admin template   what may be sent
//! tresen admin rate-card  what it costs; plan, account, usage: who pays what
//! tresen migrate          from a folder to PostgreSQL, or back
//! tresen admin server-key the secrets that several nodes share
//! tresen demo             a town of four businesses and their customers
//! tresen chat             the SDK on the command line, JSON lines
//! tresen gateway          a business's own device that speaks the WhatsApp Cloud API
//! tresen sandbox          the platform in one process, for developers of such programs
//! tresen verify-consent   who allowed what to whom, from a file
//! tresen invite           an address book as a table for a mail program
//! tresen bench            how much a core does
//! tresen check            nothing lost, nothing doubled
//! ```
//!
//! Standard output holds what scripts rely on, one JSON object on its last line; everything else is
//! logged to standard error.

mod admin;
mod bench;
mod billing;
mod chat;
mod check;
mod cli;
mod consent;
mod demo;
mod device;
mod domain;
mod gateway;
mod input;
mod invite;
mod load;
mod migrate;
mod output;
mod report;
mod sandbox;
mod serve;
mod template;

use std::process::ExitCode;

use clap::Parser as _;
use cli::{AdminCommand, Command};

/// Many small buffers come and go on several threads: a third of the CPU of a busy node was spent in
/// the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> anyhow::Result<ExitCode> {
    let arguments = cli::Arguments::parse();
    let level = match &arguments.command {
        _ if arguments.verbose => tracing::Level::DEBUG,
        // Its standard error belongs to the one failure that scripts look at.
        Command::Chat(_) => tracing::Level::ERROR,
        _ => tracing::Level::INFO,
    };
    tracing_subscriber::fmt().with_max_level(level).with_writer(std::io::stderr).init();
    match arguments.command {
        Command::Serve(args) => serve::run(&args)?,
        Command::Admin { command: AdminCommand::Claim(args) } => admin::claim(&args)?,
        Command::Admin { command: AdminCommand::Template { command } } => template::run(&command)?,
        Command::Admin { command: AdminCommand::Report { command } } => report::run(&command)?,
        Command::Admin { command: AdminCommand::Domain { command } } => domain::run(&command)?,
        Command::Admin { command: AdminCommand::RateCard { command } } => {
            billing::rate_card(&command)?;
        }
        Command::Admin { command: AdminCommand::Plan { command } } => billing::plan(&command)?,
        Command::Admin { command: AdminCommand::Account { command } } => {
            billing::account(&command)?;
        }
        Command::Admin { command: AdminCommand::Usage(args) } => billing::usage(&args)?,
        Command::Migrate(args) => migrate::run(&args)?,
        Command::Admin { command: AdminCommand::ServerKey { file } } => {
            tresen_server::admin::create_server_key(&file)?;
        }
        Command::Demo(args) => demo::run(&args)?,
        Command::Gateway { command } => gateway::run(&command)?,
        Command::Sandbox(args) => sandbox::run(&args)?,
        Command::Chat(args) => return chat::run(&args),
        Command::VerifyConsent(args) => consent::verify(&args)?,
        Command::Invite(args) => invite::write(&args)?,
        Command::Bench(args) => bench::run(&args)?,
        Command::Check { command } => check::run(&command)?,
    }
    Ok(ExitCode::SUCCESS)
}
