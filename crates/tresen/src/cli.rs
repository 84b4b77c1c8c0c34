//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Tresen: an end-to-end-encrypted business messenger.
#[derive(Debug, Parser)]
#[command(name = "tresen", version)]
pub(crate) struct Arguments {
    /// Logs more.
    #[arg(long, global = true)]
    pub(crate) verbose: bool,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Runs a node until it is asked to end.
    Serve(ServeArgs),
    /// What an operator does.
    Admin {
        /// Which.
        #[command(subcommand)]
        command: AdminCommand,
    },
    /// Measures a server on the real protocol.
    Bench(BenchArgs),
    /// Compares what clients sent, were told was accepted, and received.
    Check {
        /// Which.
        #[command(subcommand)]
        command: CheckCommand,
    },
}

/// How a node is started.
#[derive(Args, Debug)]
pub(crate) struct ServeArgs {
    /// The configuration, TOML; `TRESEN_` variables come on top.
    #[arg(long)]
    pub(crate) config: Option<PathBuf>,
    /// Where to listen; overrides the configuration.
    #[arg(long)]
    pub(crate) listen: Option<std::net::SocketAddr>,
    /// Where everything is stored; overrides the configuration.
    #[arg(long)]
    pub(crate) data: Option<PathBuf>,
}

/// What an operator does.
#[derive(Debug, Subcommand)]
pub(crate) enum AdminCommand {
    /// Prints one-time claim links, one for each new business; they count for 24 hours.
    Claim(ClaimArgs),
}

/// How many claim links.
#[derive(Args, Debug)]
pub(crate) struct ClaimArgs {
    /// The server's configuration and data.
    #[command(flatten)]
    pub(crate) server: ServeArgs,
    /// How many.
    #[arg(long, default_value_t = 1)]
    pub(crate) count: usize,
}

/// What is measured.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum BenchKind {
    /// One-to-one, both online.
    Messages,
    /// Memory of idle connections, and logins.
    Idle,
    /// Recipients that are away, and their return.
    Offline,
    /// One sender, many devices.
    Fanout,
}

/// How it is measured.
#[derive(Args, Debug)]
pub(crate) struct BenchArgs {
    /// What is measured.
    pub(crate) kind: BenchKind,
    /// How long, in seconds.
    #[arg(long, default_value_t = 5)]
    pub(crate) seconds: u64,
    /// Pairs of customer and business.
    #[arg(long, default_value_t = 50)]
    pub(crate) pairs: usize,
    /// Messages that one client keeps outstanding.
    #[arg(long, default_value_t = 4)]
    pub(crate) window: usize,
    /// Idle connections.
    #[arg(long, default_value_t = 2_000)]
    pub(crate) connections: usize,
}

/// What is checked.
#[derive(Debug, Subcommand)]
pub(crate) enum CheckCommand {
    /// Kills the server at random moments under load.
    Kill(CheckKillArgs),
}

/// How it is checked.
#[derive(Args, Debug)]
pub(crate) struct CheckKillArgs {
    /// Kills.
    #[arg(long, default_value_t = 20)]
    pub(crate) rounds: u32,
    /// Pairs of customer and business.
    #[arg(long, default_value_t = 50)]
    pub(crate) pairs: usize,
    /// Switches the server to answer before it writes: the check must then fail.
    #[arg(long)]
    pub(crate) acknowledge_before_write: bool,
}
