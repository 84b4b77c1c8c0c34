//! Pages of providers: what the business's gateway has to do, and what it says.
//!
//! ```text
//! request with a hosted rail ─▶ gateway makes a page ─▶ Page ─▶ the customer pays there
//! provider's verified word   ─▶ Received             agent wants a refund ─▶ gateway ─▶ Refunded
//! ```

use tresen_content::shop::{Deal, DealKind, PaymentStep};
use tresen_payments::{PaymentState, Provider, Rail, Source};
use tresen_types::{MessageId, Money};
use tresen_view::{Answer, HostedView, TradeView};

use super::{deal, order::send_step, view};
use crate::{
    booking,
    client::Inner,
    error::{Error, Result},
    limits::DEALS_MAX,
};

/// Says where a payment's page is.
pub(super) fn page(
    inner: &Inner,
    payment: MessageId,
    provider: &str,
    url: String,
) -> Result<Answer> {
    let provider = Provider::parse(provider).ok_or(Error::Invalid("a provider"))?;
    if !is_page(inner, &url) {
        return Err(Error::Invalid("a page's address"));
    }
    say(inner, payment, PaymentStep::Page { provider, url })
}

/// Says that a provider has collected money, or given it back. The same id counts once.
pub(super) fn moved(
    inner: &Inner,
    payment: MessageId,
    minor: i64,
    id: String,
    is_refund: bool,
) -> Result<Answer> {
    let currency = inner.store.read(|tx| deal::payment_of(inner, tx, payment))?.1.amount.currency;
    let (amount, source) = (Money { minor, currency }, Source::Provider(id));
    let step = if is_refund {
        PaymentStep::Refunded { amount, source }
    } else {
        PaymentStep::Received { amount, source }
    };
    say(inner, payment, step)
}

/// Says that a provider couldn't collect it.
pub(super) fn not_collected(inner: &Inner, payment: MessageId) -> Result<Answer> {
    say(inner, payment, PaymentStep::Failed)
}

fn say(inner: &Inner, payment: MessageId, step: PaymentStep) -> Result<Answer> {
    if !inner.own()?.is_business() {
        return Err(Error::Forbidden);
    }
    let (record, mut known) = inner.store.read(|tx| {
        let (record, request) = deal::payment_of(inner, tx, payment)?;
        Ok((record.clone(), deal::money(inner, tx, &record, &request)?))
    })?;
    if let Some(event) = deal::event_of(&step) {
        let has_changed = known
            .payment
            .apply(inner.now(), &event)
            .map_err(|_rule| Error::Invalid("a step that doesn't fit the payment"))?;
        if !has_changed {
            return Ok(Answer::Done);
        }
    }
    send_step(inner, None, record.conversation, Deal::PaymentStep { payment, step })?;
    booking::confirm_paid(inner, payment)?;
    Ok(Answer::Done)
}

/// The payments that offer a page, with what there is to do for each.
pub(super) fn hosted(inner: &Inner) -> Result<Answer> {
    inner.store.read(|tx| {
        let mut found = Vec::new();
        for payment in tx.deals(DealKind::Payment, None, DEALS_MAX)? {
            let Ok((record, request)) = deal::payment_of(inner, tx, payment) else { continue };
            let providers = request.rails.iter().filter_map(|rail| match rail {
                Rail::Hosted { provider } => Some(provider.as_str().to_owned()),
                _other => None,
            });
            let providers: Vec<String> = providers.collect();
            if providers.is_empty() {
                continue;
            }
            let known = deal::money(inner, tx, &record, &request)?;
            let ids =
                known.movements.iter().filter_map(
                    |(_refund, _amount, source, _record)| match source {
                        Source::Provider(id) => Some(id.clone()),
                        _other => None,
                    },
                );
            let state = known.payment.state(inner.now());
            found.push(HostedView {
                payment,
                reference: request.reference.clone(),
                note: request.note.clone(),
                open: view::money_view(known.payment.open()),
                expires_at: request.expires_at,
                // A page is for all of it: once a part came another way, there is none.
                is_open: matches!(state, PaymentState::Requested | PaymentState::Claimed),
                providers,
                told: known.pages.iter().map(|(of, _url)| of.as_str().to_owned()).collect(),
                wanted: known.wanted.iter().map(|(step, of)| (*step, of.minor)).collect(),
                known: ids.collect(),
            });
        }
        Ok(Answer::Trade(Box::new(TradeView::Hosted { found })))
    })
}

/// Whether a page may be opened from here: encrypted, as this device's own server is reached.
pub(super) fn is_page(inner: &Inner, url: &str) -> bool {
    let is_test = inner.origin.as_str().starts_with("http://");
    let is_clean =
        url.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte));
    is_clean && (url.starts_with("https://") || is_test && url.starts_with("http://"))
}
