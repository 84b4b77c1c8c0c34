//! `tresen admin rate-card|plan|account|usage`: what messages cost, who pays how, and what was used.

use std::{io::Write as _, sync::Arc};

use anyhow::Context as _;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use tresen_billing::{Micros, Month, USAGE_COLUMNS, Usage, usage_line};
use tresen_server::{
    PlanDocument, RateCardDocument, ServerError, SystemClock,
    admin::{self, Movement, Tier},
};
use tresen_store::SharedClock;

use crate::{
    cli::{AccountCommand, MoneyArgs, PlanArgs, PlanCommand, RateCardCommand, UsageArgs},
    output, serve,
};

pub(crate) fn rate_card(command: &RateCardCommand) -> anyhow::Result<()> {
    match command {
        RateCardCommand::Add { server, file } => {
            let config = serve::load(server)?;
            let text = std::fs::read_to_string(file).context("the rate card can't be read")?;
            wait(admin::add_rate_card(&config, &clock(), &text))??;
        }
        RateCardCommand::List(server) => {
            let config = serve::load(server)?;
            for text in wait(admin::rate_cards(&config))?? {
                output::last_line(&RateCardDocument::parse(&text)?.0)?;
            }
        }
    }
    Ok(())
}

pub(crate) fn plan(command: &PlanCommand) -> anyhow::Result<()> {
    match command {
        PlanCommand::Set(args) => {
            let config = serve::load(&args.server)?;
            wait(admin::set_plan(&config, args.account, &document(args), args.prepaid))??;
        }
        PlanCommand::Show { server, account } => {
            let config = serve::load(server)?;
            let (plan, is_prepaid) = wait(admin::plan(&config, *account))??;
            output::last_line(&json!({ "plan": plan, "prepaid": is_prepaid }))?;
        }
    }
    Ok(())
}

pub(crate) fn account(command: &AccountCommand) -> anyhow::Result<()> {
    match command {
        AccountCommand::List(server) => {
            let config = serve::load(server)?;
            for state in wait(admin::account_states(&config))?? {
                output::last_line(&json!({
                    "business": state.account.to_string(),
                    "prepaid": state.is_prepaid,
                    "cap": state.cap.map(Micros::decimal),
                    "paid": state.paid.decimal(),
                    "used": state.captured.decimal(),
                }))?;
            }
        }
        AccountCommand::TopUp(args) => money(args, Movement::TopUp)?,
        AccountCommand::Refund(args) => money(args, Movement::Refund)?,
        AccountCommand::Cap { server, account, amount } => {
            let config = serve::load(server)?;
            let cap = if amount == "none" { None } else { Some(read(amount)?) };
            wait(admin::set_cap(&config, *account, cap))??;
        }
        AccountCommand::Tier { server, account, customers } => {
            let config = serve::load(server)?;
            let tier = match customers.as_str() {
                "auto" => None,
                "unlimited" => Some(Tier::Unlimited),
                number => {
                    let tier = Tier::of_customers(Some(number.parse()?));
                    Some(tier.context("250, 2000, 10000, 100000, unlimited or auto")?)
                }
            };
            wait(admin::set_tier(&config, &clock(), *account, tier))??;
        }
        AccountCommand::Fees { server, month } => {
            let config = serve::load(server)?;
            let month = Month::parse(month).context("a month is like 2026-11")?;
            for (account, fee) in wait(admin::book_fees(&config, &clock(), month))?? {
                let business = account.to_string();
                output::last_line(&json!({ "business": business, "fee": fee.decimal() }))?;
            }
        }
    }
    Ok(())
}

pub(crate) fn usage(args: &UsageArgs) -> anyhow::Result<()> {
    let config = serve::load(&args.server)?;
    let mut out = std::io::stdout().lock();
    if args.hledger {
        write!(out, "{}", wait(admin::books(&config, args.business))??)?;
        return Ok(());
    }
    let month = args.month.as_deref().map(|month| Month::parse(month).context("like 2026-11"));
    let month = month.transpose()?;
    if args.csv {
        writeln!(out, "{USAGE_COLUMNS}")?;
        let mut each = |message, usage: &Usage, currency| {
            if month.is_some_and(|month| usage.settled_at.map(Month::of) != Some(month)) {
                return Ok(());
            }
            writeln!(out, "{}", usage_line(message, usage, currency))
                .map_err(|source| ServerError::File { what: "the output", source })
        };
        return Ok(wait(admin::usage(&config, args.business, &mut each))??);
    }
    drop(out);
    for ((country, category), total) in wait(admin::totals(&config, args.business, month))?? {
        output::last_line(&json!({
            "country": country.code(),
            "category": category,
            "delivered": total.delivered,
            "amount": total.captured.decimal(),
            "lost": total.lost,
        }))?;
    }
    Ok(())
}

fn money(args: &MoneyArgs, movement: Movement) -> anyhow::Result<()> {
    let config = serve::load(&args.server)?;
    let amount = read(&args.amount)?;
    let hash: [u8; 32] = Sha256::digest(args.reference.as_bytes()).into();
    let id = hash.first_chunk().copied().unwrap_or_default();
    wait(admin::move_money(&config, &clock(), args.account, movement, amount, id))??;
    Ok(())
}

fn document(args: &PlanArgs) -> PlanDocument {
    PlanDocument {
        flat: args.flat.clone(),
        per_customer: args.per_customer.clone(),
        included_customers: args.included_customers,
        per_message: args.per_message,
        free: args.free.iter().copied().collect(),
    }
}

fn read(amount: &str) -> anyhow::Result<Micros> {
    Micros::parse(amount).context("an amount is like 25.50")
}

fn clock() -> SharedClock {
    Arc::new(SystemClock)
}

fn wait<F: Future>(work: F) -> anyhow::Result<F::Output> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Ok(runtime.block_on(work))
}
