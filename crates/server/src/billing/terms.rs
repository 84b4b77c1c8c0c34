//! What a business may take from its purse: prices, plan, payments, cap.

use std::sync::Arc;

use tresen_admission::Tier;
use tresen_billing::{Country, Credit, Micros, SpendingCap, Terms};
use tresen_store::{
    ControlStore,
    control::{BillingEntryKind, BillingEntryRecord},
};
use tresen_types::AccountId;

use super::document::{PlanDocument, rate_cards};
use crate::{ServerError, app::App, consent::check::Permission};

/// The terms of a business, from memory or the control store.
pub(crate) async fn load(app: &App, business: AccountId) -> Result<Arc<Terms>, ServerError> {
    let generation = match app.terms.find(&business) {
        Ok(known) => return Ok(known),
        Err(generation) => generation,
    };
    let terms = Arc::new(read(&app.control, business).await?);
    app.terms.keep(generation, business, Arc::clone(&terms));
    Ok(terms)
}

/// The terms of a business, as they are stored.
pub(crate) async fn read(
    control: &ControlStore,
    business: AccountId,
) -> Result<Terms, ServerError> {
    let account = control.billing_account(business).await?;
    let (plan, is_prepaid, cap) = match account {
        Some(account) => {
            (PlanDocument::parse(&account.plan)?.plan()?, account.is_prepaid, account.cap)
        }
        None => Default::default(),
    };
    let cards = rate_cards(&control.rate_cards().await?)?;
    let totals = control.charge_totals(business).await?;
    let released = totals.iter().map(|total| (total.month, Micros(total.released))).collect();
    let credit = if is_prepaid {
        let given_back = totals.iter().fold(0_i64, |sum, total| sum.saturating_add(total.released));
        let paid = paid_in(&control.billing_entries(business).await?);
        Credit::Prepaid(Micros(paid.saturating_add(given_back)))
    } else {
        Credit::Postpaid
    };
    let cap = cap.map(|monthly| SpendingCap { monthly: Micros(monthly) });
    let tier = control.tier(business).await?.and_then(|known| Tier::from_number(known.tier));
    let contacts_max = tier.unwrap_or_default().customers_max();
    Ok(Terms { cards, plan, credit, cap, released, contacts_max })
}

/// All that was paid and refunded, less the fees.
pub(crate) fn paid_in(entries: &[BillingEntryRecord]) -> i64 {
    entries.iter().fold(0_i64, |sum, entry| match entry.kind {
        BillingEntryKind::TopUp | BillingEntryKind::Refund => sum.saturating_add(entry.amount),
        BillingEntryKind::Fee => sum.saturating_sub(entry.amount),
    })
}

/// The customer's country, as far as anybody knows it: the region of the language in which consent was
/// given.
pub(crate) fn country(permission: &Permission) -> Country {
    let consent = permission.consent.as_ref();
    consent.map_or(Country::UNKNOWN, |consent| Country::of_language(&consent.language))
}
