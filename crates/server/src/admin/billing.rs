//! Prices, plans, payments and usage, as the operator sees them; also while the server runs.

use std::collections::BTreeMap;

use tresen_admission::Tier;
use tresen_billing::{Account, ChargeState, Country, Journal, Micros, Month, Posting, Usage};
use tresen_proto::ErrorCode;
use tresen_statement::DecisionKind;
use tresen_store::{
    ControlStore, SharedClock,
    control::{
        BillingAccountRecord, BillingEntryKind, BillingEntryRecord, ChargeRecord, TierRecord,
    },
};
use tresen_types::{AccountId, Category, Currency, Nonce, Timestamp};

use crate::{
    Config, PlanDocument, RateCardDocument, ServerError, app::open_control, billing::terms,
    error::refused,
};

/// Charges of one page.
const PAGE: usize = 1_000;

/// Stores a rate card; it must follow those that are there without a gap.
///
/// # Errors
/// With where a message would have no price or two.
pub async fn add_rate_card(
    config: &Config,
    clock: &SharedClock,
    text: &str,
) -> Result<(), ServerError> {
    let (_document, card) = RateCardDocument::parse(text)?;
    let control = open_control(config)?;
    let mut all = control.rate_cards().await?;
    if !all.iter().any(|known| known == text) {
        all.push(text.to_owned());
    }
    crate::billing::rate_cards(&all)?;
    control.put_rate_card(card.valid_from(), text.to_owned(), clock.now()).await?;
    Ok(())
}

/// The rate cards as they were written, oldest first.
///
/// # Errors
/// Fails when the store does.
pub async fn rate_cards(config: &Config) -> Result<Vec<String>, ServerError> {
    Ok(open_control(config)?.rate_cards().await?)
}

/// Sets a business's plan.
///
/// # Errors
/// Fails when it is none, or the store fails.
pub async fn set_plan(
    config: &Config,
    account: AccountId,
    plan: &PlanDocument,
    is_prepaid: bool,
) -> Result<(), ServerError> {
    let plan = plan.text()?;
    let control = open_control(config)?;
    let known = control.billing_account(account).await?;
    let cap = known.and_then(|known| known.cap);
    control.set_billing_account(BillingAccountRecord { account, plan, is_prepaid, cap }).await?;
    Ok(())
}

/// A business's plan, and whether it pays before.
///
/// # Errors
/// Fails when the store does.
pub async fn plan(
    config: &Config,
    account: AccountId,
) -> Result<(PlanDocument, bool), ServerError> {
    match open_control(config)?.billing_account(account).await? {
        Some(known) => Ok((PlanDocument::parse(&known.plan)?, known.is_prepaid)),
        None => Ok((PlanDocument::default(), false)),
    }
}

/// Limits what a business spends in a month; none takes the limit away.
///
/// # Errors
/// Fails when the store does.
pub async fn set_cap(
    config: &Config,
    account: AccountId,
    cap: Option<Micros>,
) -> Result<(), ServerError> {
    let control = open_control(config)?;
    let known = control.billing_account(account).await?;
    let plan = PlanDocument::default().text()?;
    let nothing = BillingAccountRecord { account, plan, is_prepaid: false, cap: None };
    let record = known.unwrap_or(nothing);
    let cap = cap.map(|cap| cap.0);
    control.set_billing_account(BillingAccountRecord { cap, ..record }).await?;
    Ok(())
}

/// Money that moves without a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Movement {
    /// The business paid in.
    TopUp,
    /// The operator gives something back.
    Refund,
}

/// Books money; the same `id` again is fine.
///
/// # Errors
/// Fails when the amount isn't above zero, more is refunded than was charged, or the id stands for
/// something else.
pub async fn move_money(
    config: &Config,
    clock: &SharedClock,
    account: AccountId,
    movement: Movement,
    amount: Micros,
    id: [u8; 16],
) -> Result<(), ServerError> {
    if amount <= Micros::ZERO {
        return Err(refused(ErrorCode::Malformed, "an amount is above zero"));
    }
    let control = open_control(config)?;
    let kind = match movement {
        Movement::TopUp => BillingEntryKind::TopUp,
        Movement::Refund => BillingEntryKind::Refund,
    };
    if movement == Movement::Refund {
        let entries = control.billing_entries(account).await?;
        let is_other = |entry: &&BillingEntryRecord| entry.id != id;
        let refunded = entries
            .iter()
            .filter(is_other)
            .filter(|entry| entry.kind == BillingEntryKind::Refund)
            .fold(amount.0, |sum, entry| sum.saturating_add(entry.amount));
        let totals = control.charge_totals(account).await?;
        let captured = totals.iter().fold(0_i64, |sum, one| sum.saturating_add(one.captured));
        if refunded > captured {
            return Err(tresen_billing::Error::RefundTooLarge.into());
        }
    }
    let booked_at = clock.now();
    let entry = BillingEntryRecord { account, id, kind, amount: amount.0, booked_at };
    control.put_billing_entry(entry).await?;
    Ok(())
}

/// Books the fees of a month that is over, for every business; those that were booked stay as they are.
///
/// # Errors
/// Fails when the month isn't over, or the store fails.
pub async fn book_fees(
    config: &Config,
    clock: &SharedClock,
    month: Month,
) -> Result<Vec<(AccountId, Micros)>, ServerError> {
    let now = clock.now();
    if Month::of(now) <= month {
        return Err(refused(ErrorCode::Malformed, "the month isn't over"));
    }
    let control = open_control(config)?;
    let (from, to) = (month.start(), Month::from_number(month.number().saturating_add(1)).start());
    let mut booked = Vec::new();
    for account in accounts(&control).await? {
        let terms = terms::read(&control, account).await?;
        let customers = control.charged_customers(account, from, to).await?;
        let fee = terms.plan.monthly_fee(customers)?;
        let mut id = [0; 16];
        id[8..].copy_from_slice(&month.number().to_be_bytes());
        let known = control.billing_entries(account).await?;
        if fee > Micros::ZERO && !known.iter().any(|entry| entry.id == id) {
            let kind = BillingEntryKind::Fee;
            let entry = BillingEntryRecord { account, id, kind, amount: fee.0, booked_at: now };
            control.put_billing_entry(entry).await?;
            booked.push((account, fee));
        }
    }
    Ok(booked)
}

/// Sets how many customers a business may begin with in 24 hours; none lets it move by itself.
///
/// # Errors
/// Fails when the store does.
pub async fn set_tier(
    config: &Config,
    clock: &SharedClock,
    account: AccountId,
    tier: Option<Tier>,
) -> Result<(), ServerError> {
    let control = open_control(config)?;
    let known = control.tier(account).await?.map_or(0, |known| known.tier);
    let record = TierRecord {
        tier: tier.map_or(known, |tier| tier as u8),
        is_fixed: tier.is_some(),
        changed_at: clock.now(),
    };
    // What moves by itself is told by the standing.
    let told = tier.map(|tier| {
        let mut notice = super::notice(account, DecisionKind::Tier, "", record.changed_at);
        notice.customers_max = tier.customers_max();
        super::sign(config, notice)
    });
    control.set_tier(account, record, told.transpose()?).await?;
    Ok(())
}

/// How a business stands, as far as its messages have arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountState {
    /// The business.
    pub account: AccountId,
    /// Whether it pays before.
    pub is_prepaid: bool,
    /// The most that it may spend in a month.
    pub cap: Option<Micros>,
    /// What was paid in and refunded, less the fees.
    pub paid: Micros,
    /// What delivered messages have cost.
    pub captured: Micros,
}

/// All businesses that pay or have used something.
///
/// # Errors
/// Fails when the store does.
pub async fn account_states(config: &Config) -> Result<Vec<AccountState>, ServerError> {
    let control = open_control(config)?;
    let mut states = Vec::new();
    for account in accounts(&control).await? {
        let known = control.billing_account(account).await?;
        let totals = control.charge_totals(account).await?;
        let captured = totals.iter().fold(0_i64, |sum, one| sum.saturating_add(one.captured));
        states.push(AccountState {
            account,
            is_prepaid: known.as_ref().is_some_and(|known| known.is_prepaid),
            cap: known.and_then(|known| known.cap).map(Micros),
            paid: Micros(terms::paid_in(&control.billing_entries(account).await?)),
            captured: Micros(captured),
        });
    }
    Ok(states)
}

/// Messages and amounts of one country and category.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Messages that were delivered.
    pub delivered: u64,
    /// Their prices.
    pub captured: Micros,
    /// Messages that were lost.
    pub lost: u64,
}

/// What was delivered in a month, by country and category: all businesses, or one.
///
/// # Errors
/// Fails when the store does.
pub async fn totals(
    config: &Config,
    business: Option<AccountId>,
    month: Option<Month>,
) -> Result<BTreeMap<(Country, Category), Totals>, ServerError> {
    let mut totals = BTreeMap::<_, Totals>::new();
    let mut count = |charge: &ChargeRecord| {
        if month.is_some_and(|month| Month::of(charge.settled_at) != month) {
            return Ok(());
        }
        let usage = usage_of(charge);
        let total = totals.entry((usage.country, usage.category)).or_default();
        if charge.is_delivered {
            total.delivered = total.delivered.saturating_add(1);
            total.captured = total.captured.plus(usage.price)?;
        } else {
            total.lost = total.lost.saturating_add(1);
        }
        Ok(())
    };
    each_charge(config, business, &mut count).await?;
    Ok(totals)
}

/// Visits every message whose end is known: all businesses', or one's, each in the order of its end.
///
/// # Errors
/// Fails when the store or the visitor does.
pub async fn usage(
    config: &Config,
    business: Option<AccountId>,
    visit: &mut dyn FnMut(Nonce, &Usage, Currency) -> Result<(), ServerError>,
) -> Result<(), ServerError> {
    let currency = currency(config).await?;
    let mut each = |charge: &ChargeRecord| visit(nonce_of(charge), &usage_of(charge), currency);
    each_charge(config, business, &mut each).await
}

/// The books of all businesses, or of one, as a journal.
///
/// # Errors
/// Fails when the store does.
pub async fn books(config: &Config, business: Option<AccountId>) -> Result<Journal, ServerError> {
    let mut journal = Journal::new(currency(config).await?);
    let control = open_control(config)?;
    let businesses = match business {
        Some(business) => vec![business],
        None => accounts(&control).await?,
    };
    for account in businesses {
        for entry in control.billing_entries(account).await? {
            let (from, to) = match entry.kind {
                BillingEntryKind::TopUp => (Account::Bank, Account::Available(account)),
                BillingEntryKind::Fee => (Account::Available(account), Account::Fees),
                BillingEntryKind::Refund => (Account::CreditNotes, Account::Available(account)),
            };
            let (id, at) = (Nonce::new(entry.id), entry.booked_at);
            journal.add(&Posting { id, at, from, to, amount: Micros(entry.amount) });
        }
    }
    let mut each = |charge: &ChargeRecord| {
        let (id, amount) = (nonce_of(charge), Micros(charge.price));
        let (available, reserved) =
            (Account::Available(charge.account), Account::Reserved(charge.account));
        let end = if charge.is_delivered { Account::Messages(charge.category) } else { available };
        let (at, from, to) = (charge.accepted_at, available, reserved);
        journal.add(&Posting { id, at, from, to, amount });
        journal.add(&Posting { id, at: charge.settled_at, from: reserved, to: end, amount });
        Ok(())
    };
    each_charge(config, business, &mut each).await?;
    Ok(journal)
}

async fn each_charge(
    config: &Config,
    business: Option<AccountId>,
    visit: &mut dyn FnMut(&ChargeRecord) -> Result<(), ServerError>,
) -> Result<(), ServerError> {
    let control = open_control(config)?;
    let businesses = match business {
        Some(business) => vec![business],
        None => accounts(&control).await?,
    };
    for account in businesses {
        let mut after: Option<(Timestamp, _)> = None;
        loop {
            let page = control.charges(account, after, PAGE).await?;
            for charge in &page {
                visit(charge)?;
            }
            match page.last() {
                Some(last) if page.len() == PAGE => after = Some((last.settled_at, last.id)),
                _ => break,
            }
        }
    }
    Ok(())
}

async fn accounts(control: &ControlStore) -> Result<Vec<AccountId>, ServerError> {
    let mut all = Vec::new();
    loop {
        let page = control.billed_accounts(all.last().copied()).await?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page);
    }
}

async fn currency(config: &Config) -> Result<Currency, ServerError> {
    let cards = crate::billing::rate_cards(&rate_cards(config).await?)?;
    cards.currency().ok_or_else(|| refused(ErrorCode::NotFound, "there is no rate card"))
}

fn nonce_of(charge: &ChargeRecord) -> Nonce {
    Nonce::new(charge.id.first_chunk().copied().unwrap_or_default())
}

fn usage_of(charge: &ChargeRecord) -> Usage {
    let state = if charge.is_delivered { ChargeState::Captured } else { ChargeState::Released };
    Usage {
        business: charge.account,
        country: Country::parse(&charge.country).unwrap_or(Country::UNKNOWN),
        category: charge.category,
        template: charge.template,
        accepted_at: charge.accepted_at,
        price: Micros(charge.price),
        state,
        settled_at: Some(charge.settled_at),
    }
}
