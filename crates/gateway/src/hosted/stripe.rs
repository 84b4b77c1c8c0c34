//! Stripe: Checkout Sessions, refunds, signatures of webhooks.

use http::Method;
use serde_json::Value;
use tresen_types::{MessageId, Timestamp};
use tresen_view::HostedView;

use super::{
    Keys,
    api::{Ask, Refusal, ask, of_provider, text, to_provider},
    hook::Word,
};
use crate::{
    gateway::Gateway,
    limits::{HOOK_SIGNATURES_MAX, HOOK_TOLERANCE_MS, PAGE_MS_MAX, PAGE_MS_MIN},
    secret::{hex, mac256, same},
};

/// Makes a page; the same payment always gets the same one.
pub(super) async fn page(
    gateway: &Gateway,
    keys: &Keys,
    payment: &HostedView,
) -> Result<(String, String), Refusal> {
    let currency = payment.open.currency.as_str();
    let amount = to_provider(payment.open.minor, currency).to_string();
    let home = gateway.store.read(|tx| tx.meta("origin"))?.unwrap_or_default();
    let name = if payment.note.trim().is_empty() { &payment.reference } else { &payment.note };
    let name: String = name.chars().filter(|letter| !letter.is_control()).take(250).collect();
    let id = payment.payment.to_string();
    let mut fields = vec![
        ("mode", "payment".to_owned()),
        ("line_items[0][quantity]", "1".to_owned()),
        ("line_items[0][price_data][currency]", currency.to_ascii_lowercase()),
        ("line_items[0][price_data][unit_amount]", amount),
        ("line_items[0][price_data][product_data][name]", name),
        ("client_reference_id", payment.reference.clone()),
        ("metadata[payment]", id.clone()),
        ("payment_intent_data[metadata][payment]", id.clone()),
        ("success_url", home.clone()),
        ("cancel_url", home),
    ];
    // A session lives between half an hour and a day.
    let left = payment.expires_at.map(|end| end.millis_since(gateway.now()));
    if let Some(left) = left.filter(|left| (PAGE_MS_MIN..PAGE_MS_MAX).contains(left)) {
        let end = gateway.now().plus_millis(left).as_millis().div_euclid(1_000);
        fields.push(("expires_at", end.to_string()));
    }
    let made = ask(gateway, post(keys, "/v1/checkout/sessions", &fields, &id)).await?;
    let (session, url) = (text(&made, "id"), text(&made, "url"));
    if session.is_empty() || url.is_empty() {
        return Err(Refusal::Later("a session without a page"));
    }
    Ok((session.to_owned(), url.to_owned()))
}

/// Gives back a part of what was collected; the same step gives it back once.
pub(super) async fn refund(
    gateway: &Gateway,
    keys: &Keys,
    charge: &str,
    step: MessageId,
    minor: i64,
    currency: &str,
) -> Result<String, Refusal> {
    let fields = [
        ("payment_intent", charge.to_owned()),
        ("amount", to_provider(minor, currency).to_string()),
    ];
    let made = ask(gateway, post(keys, "/v1/refunds", &fields, &step.to_string())).await?;
    match (text(&made, "id"), text(&made, "status")) {
        ("", _) | (_, "failed" | "canceled") => Err(Refusal::Never(200)),
        (id, _) => Ok(id.to_owned()),
    }
}

/// What a session came to, as Stripe says when it is asked.
pub(super) async fn asked(
    gateway: &Gateway,
    keys: &Keys,
    session: &str,
) -> Result<Option<(String, i64, String)>, Refusal> {
    let url = format!("{}/v1/checkout/sessions/{session}", keys.api);
    let known =
        ask(gateway, Ask { method: Method::GET, url, body: String::new(), ..of(keys) }).await?;
    let is_paid = text(&known, "id") == session && text(&known, "payment_status") == "paid";
    let charge = text(&known, "payment_intent").to_owned();
    let amount = known.get("amount_total").and_then(Value::as_i64).unwrap_or_default();
    let amount = of_provider(amount, text(&known, "currency"));
    Ok(amount
        .filter(|_amount| is_paid && !charge.is_empty())
        .map(|(minor, currency)| (charge, minor, currency.code().to_owned())))
}

fn of(keys: &Keys) -> Ask<'static> {
    Ask {
        method: Method::POST,
        url: String::new(),
        authorization: format!("Bearer {}", keys.secret.as_str()),
        media_type: "application/x-www-form-urlencoded",
        body: String::new(),
        once: None,
    }
}

fn post<'a>(keys: &Keys, path: &str, fields: &[(&str, String)], once: &'a str) -> Ask<'a> {
    let mut body = form_urlencoded::Serializer::new(String::new());
    body.extend_pairs(fields);
    Ask {
        url: format!("{}{path}", keys.api),
        body: body.finish(),
        once: Some(("idempotency-key", once)),
        ..of(keys)
    }
}

/// Whether `t=…,v1=…` signs a body with this secret, not too long ago and not from the future.
pub(super) fn is_signed(secret: &str, header: &str, body: &[u8], now: Timestamp) -> bool {
    let mut time = None;
    let mut signatures = Vec::new();
    for part in header.split(',').take(HOOK_SIGNATURES_MAX) {
        match part.trim().split_once('=') {
            Some(("t", value)) => time = value.parse::<i64>().ok().map(|at_s| (at_s, value)),
            Some(("v1", value)) => signatures.push(value),
            _other => {}
        }
    }
    let Some((at_s, written)) = time else { return false };
    let age = now.as_millis().saturating_sub(at_s.saturating_mul(1_000));
    if age.saturating_abs() > HOOK_TOLERANCE_MS {
        return false;
    }
    let mut signed = format!("{written}.").into_bytes();
    signed.extend_from_slice(body);
    let wanted = hex(&mac256(secret.as_bytes(), &signed));
    signatures.iter().any(|signature| same(signature.as_bytes(), wanted.as_bytes()))
}

/// What an event says.
pub(super) fn word(event: &Value) -> Word {
    let object = event.pointer("/data/object").unwrap_or(&Value::Null);
    let id = text(object, "id").to_owned();
    match text(event, "type") {
        "checkout.session.completed" | "checkout.session.async_payment_succeeded" => {
            Word::Paid { page: id }
        }
        "checkout.session.async_payment_failed" => Word::Failed { page: id },
        "refund.created" | "refund.updated" if text(object, "status") == "succeeded" => {
            let amount = object.get("amount").and_then(Value::as_i64).unwrap_or_default();
            let charge = text(object, "payment_intent").to_owned();
            match of_provider(amount, text(object, "currency")) {
                Some((minor, _currency)) => Word::Refunded { charge, id, minor },
                None => Word::Other,
            }
        }
        _other => Word::Other,
    }
}
