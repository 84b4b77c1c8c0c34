//! The command line of prices, plans, payments and usage.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use tresen_types::{AccountId, Category};

use super::{ServeArgs, category};

/// What an operator does with prices.
#[derive(Debug, Subcommand)]
pub(crate) enum RateCardCommand {
    /// Adds a rate card; one that leaves a message without a price is refused.
    Add {
        /// The server's configuration and data.
        #[command(flatten)]
        server: ServeArgs,
        /// The card, TOML.
        file: PathBuf,
    },
    /// Prints the rate cards, one JSON object a line.
    List(ServeArgs),
}

/// What an operator does with plans.
#[derive(Debug, Subcommand)]
pub(crate) enum PlanCommand {
    /// Sets how a business pays, in place of what was set before.
    Set(PlanArgs),
    /// Prints how a business pays.
    Show {
        /// The server's configuration and data.
        #[command(flatten)]
        server: ServeArgs,
        /// The business.
        account: AccountId,
    },
}

/// How a business pays; the parts may be mixed.
#[derive(Args, Debug)]
pub(crate) struct PlanArgs {
    /// The server's configuration and data.
    #[command(flatten)]
    pub(crate) server: ServeArgs,
    /// The business.
    pub(crate) account: AccountId,
    /// So much a month.
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) flat: Option<String>,
    /// So much a month for every customer with whom there was a message of a template.
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) per_customer: Option<String>,
    /// Customers that cost nothing.
    #[arg(long, default_value_t = 0, requires = "per_customer")]
    pub(crate) included_customers: u64,
    /// Every delivered message, by the rate card.
    #[arg(long)]
    pub(crate) per_message: bool,
    /// Messages a month that cost nothing, like `utility=1000`.
    #[arg(long, value_parser = free)]
    pub(crate) free: Vec<(Category, u64)>,
    /// The business pays before: what its balance doesn't cover isn't sent.
    #[arg(long)]
    pub(crate) prepaid: bool,
}

/// What an operator does with payments.
#[derive(Debug, Subcommand)]
pub(crate) enum AccountCommand {
    /// Prints how the businesses stand, one JSON object a line.
    List(ServeArgs),
    /// Books a payment.
    TopUp(MoneyArgs),
    /// Books a credit note; never more than messages have cost.
    Refund(MoneyArgs),
    /// Limits what a business spends in a month.
    Cap {
        /// The server's configuration and data.
        #[command(flatten)]
        server: ServeArgs,
        /// The business.
        account: AccountId,
        /// How much; `none` takes the limit away.
        amount: String,
    },
    /// Sets how many customers a business may begin with in 24 hours.
    Tier {
        /// The server's configuration and data.
        #[command(flatten)]
        server: ServeArgs,
        /// The business.
        account: AccountId,
        /// 250, 2000, 10000, 100000 or `unlimited`; with `auto` it moves by itself again.
        customers: String,
    },
    /// Books the fees of a month that is over.
    Fees {
        /// The server's configuration and data.
        #[command(flatten)]
        server: ServeArgs,
        /// Like `2026-11`.
        month: String,
    },
}

/// What is booked.
#[derive(Args, Debug)]
pub(crate) struct MoneyArgs {
    /// The server's configuration and data.
    #[command(flatten)]
    pub(crate) server: ServeArgs,
    /// The business.
    pub(crate) account: AccountId,
    /// How much, like `25.50`.
    pub(crate) amount: String,
    /// What the bank calls it: the same reference again books nothing.
    #[arg(long)]
    pub(crate) reference: String,
}

/// What is printed of the usage.
#[derive(Args, Debug)]
pub(crate) struct UsageArgs {
    /// The server's configuration and data.
    #[command(flatten)]
    pub(crate) server: ServeArgs,
    /// Only this business.
    #[arg(long)]
    pub(crate) business: Option<AccountId>,
    /// Only messages that arrived in this month, like `2026-11`.
    #[arg(long, conflicts_with = "hledger")]
    pub(crate) month: Option<String>,
    /// Every message, as CSV.
    #[arg(long, conflicts_with = "hledger")]
    pub(crate) csv: bool,
    /// The books, as a journal that hledger reads.
    #[arg(long)]
    pub(crate) hledger: bool,
}

fn free(text: &str) -> Result<(Category, u64), String> {
    let (name, count) = text.split_once('=').ok_or_else(|| "like utility=1000".to_owned())?;
    let count = count.parse().map_err(|_number| "a number of messages".to_owned())?;
    Ok((category(name)?, count))
}
