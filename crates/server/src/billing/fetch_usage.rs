//! A business's own balance and usage. Its owner and agents may see them.

use tresen_billing::{Credit, Micros, Month, Purse};
use tresen_proto::{ErrorCode, FetchUsage, UsageMonth, UsageReport, UsageRow};
use tresen_store::control::ChargeRecord;
use tresen_types::Timestamp;

use super::{book, terms};
use crate::{ServerError, app::App, error::refused, limits::Subject, session::DeviceSession};

/// Rows in one answer.
const ROWS_MAX: usize = 500;

/// Answers the balance, the months, and the messages after a place.
pub(crate) async fn fetch_usage(
    app: &App,
    session: &DeviceSession,
    request: FetchUsage,
) -> Result<UsageReport, ServerError> {
    app.rates.take(Subject::QueryDevice(session.device), app.now())?;
    session.check_business()?;
    // What was delivered a moment ago belongs to it.
    book::book(app).await?;
    let business = session.account;
    let after = match request.after.is_empty() {
        true => None,
        false => Some(place(&request.after).ok_or_else(malformed)?),
    };
    let terms = terms::read(&app.control, business).await?;
    let purse = Purse::decode(&app.delivery.purse(business).await?)?;
    let totals = app.control.charge_totals(business).await?;
    let rows = app.control.charges(business, after, ROWS_MAX).await?;
    let now = app.now();
    let settled = totals.iter().fold(0_i64, |sum, total| {
        sum.saturating_add(total.captured).saturating_add(total.released)
    });
    let given_back = terms.released.values().fold(0_i64, |sum, one| sum.saturating_add(one.0));
    let month = Month::of(now).number();
    let released = terms.released.get(&month).copied().unwrap_or_default();
    let spent = Micros(purse.spent(now).0.saturating_sub(released.0));
    let available = match terms.credit {
        Credit::Prepaid(credit) => credit.0.saturating_sub(purse.taken.0),
        // What is owed, below zero.
        Credit::Postpaid => given_back.saturating_sub(purse.taken.0),
    };
    let alerts = terms.cap.map(|cap| cap.alerts(Micros::ZERO, spent)).unwrap_or_default();
    Ok(UsageReport {
        currency: terms.cards.currency().map_or_else(String::new, |code| code.to_string()),
        is_prepaid: matches!(terms.credit, Credit::Prepaid(_)),
        available,
        reserved: purse.taken.0.saturating_sub(settled),
        spent: spent.0,
        cap: terms.cap.map_or(-1, |cap| cap.monthly.0),
        alert_percent: alerts.last().map_or(0, |alert| u32::from(alert.percent)),
        months: totals
            .into_iter()
            .map(|total| UsageMonth {
                month: Month::from_number(total.month).to_string(),
                delivered: total.delivered,
                captured: total.captured,
                lost: total.lost,
                released: total.released,
            })
            .collect(),
        next: match rows.last() {
            Some(last) if rows.len() == ROWS_MAX => written_place(last),
            _ => Vec::new(),
        },
        rows: rows.iter().map(row).collect(),
    })
}

fn row(charge: &ChargeRecord) -> UsageRow {
    let (nonce, device) = charge.id.split_at(16);
    UsageRow {
        nonce: nonce.to_vec(),
        device: device.to_vec(),
        country: charge.country.clone(),
        category: u32::from(charge.category.as_byte()),
        template: charge.template.map_or(Vec::new(), |hash| hash.to_vec()),
        in_window: charge.in_window,
        price: charge.price,
        accepted_at_ms: charge.accepted_at.as_millis(),
        settled_at_ms: charge.settled_at.as_millis(),
        is_delivered: charge.is_delivered,
    }
}

fn written_place(last: &ChargeRecord) -> Vec<u8> {
    [&last.settled_at.as_millis().to_be_bytes()[..], &last.id].concat()
}

fn place(bytes: &[u8]) -> Option<(Timestamp, [u8; 24])> {
    let (time, id) = bytes.split_first_chunk::<8>()?;
    Some((Timestamp::from_millis(i64::from_be_bytes(*time)), id.try_into().ok()?))
}

fn malformed() -> ServerError {
    refused(ErrorCode::Malformed, "the place is no answer's")
}
