//! A business's balance and usage, as its server keeps them.

use std::rc::Rc;

use tresen_admission::QUALITY_DAYS;
use tresen_proto::{
    FetchStanding, FetchUsage, ReplyBody, RequestBody, SetSpendingCap, UsageReport, UsageRow,
};
use tresen_types::{Category, Nonce, Timestamp, decimal, limits::DAY_MS};
use tresen_view::{Answer, StandingView, UsageMessageView, UsageMonthView, UsageView};

use crate::{
    client::Inner,
    connection::Phase,
    error::{Error, Result},
    store::Tx,
};

/// The balance, the months, and messages after a place.
pub(crate) async fn usage(inner: &Rc<Inner>, after: Option<String>) -> Result<Answer> {
    if !inner.own()?.is_business() {
        return Err(Error::Forbidden);
    }
    let after = after.as_deref().unwrap_or_default();
    let after = unhex(after).ok_or(Error::Invalid("a place is what an answer named"))?;
    inner.link.reach(Phase::Authenticated).await?;
    let reply = inner.link.request(RequestBody::FetchUsage(FetchUsage { after })).await?;
    let ReplyBody::Usage(report) = reply else { return Err(Error::Answer("usage")) };
    let view = inner.store.read(|tx| view(tx, report))?;
    Ok(Answer::Usage(Box::new(view)))
}

/// The tier, the rating, and where it comes from.
pub(crate) async fn standing(inner: &Rc<Inner>) -> Result<Answer> {
    inner.link.reach(Phase::Authenticated).await?;
    let reply = inner.link.request(RequestBody::FetchStanding(FetchStanding {})).await?;
    let ReplyBody::Standing(standing) = reply else { return Err(Error::Answer("standing")) };
    let since = inner.now().plus_millis(QUALITY_DAYS.saturating_mul(DAY_MS).saturating_neg());
    let (own_delivered, own_read) = inner.store.read(|tx| tx.broadcast_reads(since))?;
    Ok(Answer::Standing(Box::new(StandingView {
        customers_max: standing.customers_max,
        customers: standing.customers,
        is_fixed: standing.is_fixed,
        rating: standing.rating,
        delivered: standing.delivered,
        own_delivered,
        own_read,
        causes: standing.causes.into_iter().map(|one| (one.cause, one.count)).collect(),
    })))
}

/// Limits what is spent in a month.
pub(crate) async fn set_spending_cap(inner: &Rc<Inner>, monthly: Option<String>) -> Result<Answer> {
    let monthly = match monthly.as_deref() {
        Some(text) => Some(decimal::parse(text).ok_or(Error::Invalid("an amount is like 25.50"))?),
        None => None,
    };
    inner.link.reach(Phase::Authenticated).await?;
    let request = RequestBody::SetSpendingCap(SetSpendingCap { monthly });
    let ReplyBody::Done(_) = inner.link.request(request).await? else {
        return Err(Error::Answer("spending cap"));
    };
    Ok(Answer::Done)
}

fn view(tx: &Tx<'_>, report: UsageReport) -> Result<UsageView> {
    Ok(UsageView {
        currency: report.currency,
        is_prepaid: report.is_prepaid,
        available: decimal::text(report.available),
        reserved: decimal::text(report.reserved),
        spent: decimal::text(report.spent),
        cap: (report.cap >= 0).then(|| decimal::text(report.cap)),
        alert_percent: Some(report.alert_percent).filter(|percent| *percent > 0),
        months: report
            .months
            .into_iter()
            .map(|month| UsageMonthView {
                month: month.month,
                delivered: month.delivered,
                captured: decimal::text(month.captured),
                lost: month.lost,
                released: decimal::text(month.released),
            })
            .collect(),
        messages: report.rows.iter().map(|row| message(tx, row)).collect::<Result<_>>()?,
        next: (!report.next.is_empty()).then(|| hex(&report.next)),
    })
}

fn message(tx: &Tx<'_>, row: &UsageRow) -> Result<UsageMessageView> {
    let nonce = Nonce::try_from(&row.nonce[..]).map_err(|_length| Error::Answer("usage"))?;
    let category = u8::try_from(row.category).ok().and_then(Category::from_byte);
    Ok(UsageMessageView {
        billing_id: nonce.to_string(),
        message: tx.message_of_nonce(nonce)?,
        country: row.country.clone(),
        category: category.ok_or(Error::Answer("usage"))?,
        template: hex(&row.template),
        in_window: row.in_window,
        price: decimal::text(row.price),
        accepted_at: Timestamp::from_millis(row.accepted_at_ms),
        settled_at: Timestamp::from_millis(row.settled_at_ms),
        is_delivered: row.is_delivered,
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let byte = |pair: &[u8; 2]| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok();
    rest.is_empty().then(|| pairs.iter().map(byte).collect()).flatten()
}
