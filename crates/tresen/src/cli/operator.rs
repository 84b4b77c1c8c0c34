//! What an operator does with reports, decisions and claims on domains.

use clap::{Subcommand, ValueEnum};
use tresen_types::AccountId;

use super::{ServeArgs, TemplateCategory};

/// What an operator does with claims on domains.
#[derive(Debug, Subcommand)]
pub(crate) enum DomainCommand {
    /// Prints all claims and how they stand, one JSON object a line.
    List(ServeArgs),
    /// Looks now at the domains that are due; a running server does so by itself.
    Check(ServeArgs),
    /// Takes a business's claim away.
    Remove {
        /// The server's configuration and data.
        #[command(flatten)]
        server: ServeArgs,
        /// The business.
        account: AccountId,
    },
}

/// What an operator does with reports.
#[derive(Debug, Subcommand)]
pub(crate) enum ReportCommand {
    /// Prints the reports that nobody has decided about, one JSON object a line.
    List(ServeArgs),
    /// Decides about a report.
    Decide {
        /// The server's configuration and data.
        #[command(flatten)]
        server: ServeArgs,
        /// Which, as the list prints it.
        report: String,
        /// What comes of it.
        verdict: ReportVerdict,
        /// With `suspend`: only these categories of the business [default: all].
        #[arg(long = "category")]
        categories: Vec<TemplateCategory>,
        /// The reason, in words for the business.
        #[arg(long, default_value = "")]
        note: String,
    },
    /// Gives a business back what was taken from it.
    Lift {
        /// The server's configuration and data.
        #[command(flatten)]
        server: ServeArgs,
        /// The business.
        account: AccountId,
        /// The reason, in words for the business.
        #[arg(long, default_value = "")]
        note: String,
    },
    /// Prints what was decided about businesses, newest first, one JSON object a line.
    Log {
        /// The server's configuration and data.
        #[command(flatten)]
        server: ServeArgs,
        /// Only what a business objects to and nobody has answered.
        #[arg(long)]
        open: bool,
    },
    /// Answers a business's objection.
    Answer {
        /// The server's configuration and data.
        #[command(flatten)]
        server: ServeArgs,
        /// The decision, as the log prints it.
        decision: String,
        /// What comes of it.
        outcome: ObjectionOutcome,
        /// The reason, in words for the business.
        #[arg(long, default_value = "")]
        note: String,
    },
}

/// What comes of an objection.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum ObjectionOutcome {
    /// The decision stays.
    Uphold,
    /// The decision is taken back, with what it has suspended.
    Withdraw,
}

/// What comes of a report.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum ReportVerdict {
    /// Nothing is wrong.
    Dismiss,
    /// The business is warned.
    Warn,
    /// The business may not send.
    Suspend,
}
