//! Razorpay: payment links, refunds, signatures of webhooks.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::Method;
use serde_json::{Value, json};
use tresen_types::MessageId;
use tresen_view::HostedView;

use super::{
    Keys,
    api::{Ask, Refusal, ask, of_provider, text, to_provider},
    hook::Word,
};
use crate::{
    gateway::Gateway,
    limits::PAGE_MS_MIN,
    secret::{hex, mac256, same},
};

/// Makes a link; one that was made before is found by its reference.
pub(super) async fn page(
    gateway: &Gateway,
    keys: &Keys,
    payment: &HostedView,
) -> Result<(String, String), Refusal> {
    let path = format!("/v1/payment_links?reference_id={}", payment.reference);
    let known = ask(gateway, get(keys, &path)).await?;
    let known = known.get("payment_links").and_then(Value::as_array).cloned().unwrap_or_default();
    let same = known.into_iter().find(|link| text(link, "reference_id") == payment.reference);
    let made = match same {
        Some(made) => made,
        None => {
            let currency = payment.open.currency.as_str();
            let mut link = json!({
                "amount": to_provider(payment.open.minor, currency),
                "currency": currency,
                "reference_id": payment.reference,
                "description": payment.note.chars().take(2_000).collect::<String>(),
                "notes": { "payment": payment.payment.to_string() },
            });
            let left = payment.expires_at.map(|end| end.millis_since(gateway.now()));
            if let Some(left) = left.filter(|left| *left >= PAGE_MS_MIN) {
                let end = gateway.now().plus_millis(left).as_millis().div_euclid(1_000);
                link["expire_by"] = end.into();
            }
            ask(gateway, post(keys, "/v1/payment_links", &link, None)).await?
        }
    };
    let (id, url) = (text(&made, "id"), text(&made, "short_url"));
    if id.is_empty() || url.is_empty() {
        return Err(Refusal::Later("a link without an address"));
    }
    Ok((id.to_owned(), url.to_owned()))
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
    let wish = json!({ "amount": to_provider(minor, currency) });
    let path = format!("/v1/payments/{charge}/refund");
    let once = step.to_string();
    let made = ask(gateway, post(keys, &path, &wish, Some(&once))).await?;
    match (text(&made, "id"), text(&made, "status")) {
        ("", _) | (_, "failed") => Err(Refusal::Never(200)),
        (id, _) => Ok(id.to_owned()),
    }
}

/// What a link came to, as Razorpay says when it is asked.
pub(super) async fn asked(
    gateway: &Gateway,
    keys: &Keys,
    link: &str,
) -> Result<Option<(String, i64, String)>, Refusal> {
    let known = ask(gateway, get(keys, &format!("/v1/payment_links/{link}"))).await?;
    let is_paid = text(&known, "id") == link && text(&known, "status") == "paid";
    let payments = known.get("payments").and_then(Value::as_array);
    let charge = payments
        .into_iter()
        .flatten()
        .find(|payment| text(payment, "status") == "captured")
        .map(|payment| text(payment, "payment_id").to_owned())
        .unwrap_or_default();
    let amount = known.get("amount_paid").and_then(Value::as_i64).unwrap_or_default();
    let amount = of_provider(amount, text(&known, "currency"));
    Ok(amount
        .filter(|_amount| is_paid && !charge.is_empty())
        .map(|(minor, currency)| (charge, minor, currency.code().to_owned())))
}

fn get(keys: &Keys, path: &str) -> Ask<'static> {
    Ask {
        method: Method::GET,
        url: format!("{}{path}", keys.api),
        authorization: format!("Basic {}", STANDARD.encode(keys.secret.as_bytes())),
        media_type: "application/json",
        body: String::new(),
        once: None,
    }
}

fn post<'a>(keys: &Keys, path: &str, body: &Value, once: Option<&'a str>) -> Ask<'a> {
    Ask {
        method: Method::POST,
        body: body.to_string(),
        once: once.map(|once| ("x-refund-idempotency", once)),
        ..get(keys, path)
    }
}

/// Whether the header is the body's code with this secret.
pub(super) fn is_signed(secret: &str, header: &str, body: &[u8]) -> bool {
    same(header.trim().as_bytes(), hex(&mac256(secret.as_bytes(), body)).as_bytes())
}

/// What an event says.
pub(super) fn word(event: &Value) -> Word {
    let entity = |name: &str| event.pointer(&format!("/payload/{name}/entity"));
    match text(event, "event") {
        "payment_link.paid" => {
            let link = entity("payment_link").map_or("", |link| text(link, "id"));
            Word::Paid { page: link.to_owned() }
        }
        "refund.processed" => {
            let Some(refund) = entity("refund") else { return Word::Other };
            let amount = refund.get("amount").and_then(Value::as_i64).unwrap_or_default();
            match of_provider(amount, text(refund, "currency")) {
                Some((minor, _currency)) => Word::Refunded {
                    charge: text(refund, "payment_id").to_owned(),
                    id: text(refund, "id").to_owned(),
                    minor,
                },
                None => Word::Other,
            }
        }
        _other => Word::Other,
    }
}
