//! A provider's webhook: its signature first, then what the provider says when it is asked again, then
//! the chat; answered when all of it is kept.

use http::HeaderMap;
use serde_json::{Value, json};
use tresen_view::{Command, TradeCommand};

use super::{Provider, keys, razorpay, stripe};
use crate::{
    api_error::ApiError,
    gateway::Gateway,
    limits::{HOOK_EVENT_BYTES_MAX, HOOK_EVENTS_KEPT_MS},
    secret::{hex, sha256},
};

/// What an event says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// A page was paid.
    Paid {
        /// The page.
        page: String,
    },
    /// A page won't be paid any more.
    Failed {
        /// The page.
        page: String,
    },
    /// Money was given back, here or on the provider's own site.
    Refunded {
        /// What was collected.
        charge: String,
        /// The refund.
        id: String,
        /// How much.
        minor: i64,
    },
    /// Nothing that concerns a chat.
    Other,
}

/// Takes a webhook in.
pub(crate) async fn take(
    gateway: &Gateway,
    provider: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Value, ApiError> {
    let provider = Provider::named(provider);
    let provider = provider.ok_or_else(|| ApiError::unknown_object("POST", "providers"))?;
    let keys = gateway.store.read(|tx| keys(tx, provider))?;
    let keys = keys.ok_or_else(|| ApiError::unknown_object("POST", provider.as_str()))?;
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let secret = keys.webhook_secret.as_str();
    let header = match provider {
        Provider::Stripe => header("stripe-signature"),
        Provider::Razorpay => header("x-razorpay-signature"),
    };
    if !header.is_some_and(|header| provider.signs(secret, header, body, gateway.now())) {
        return Err(ApiError::with(100, "the signature doesn't fit the body"));
    }
    let event: Value = serde_json::from_slice(body)
        .map_err(|_json| ApiError::parameter("The body isn't JSON.".to_owned()))?;
    let id = match provider {
        Provider::Stripe => event.get("id").and_then(Value::as_str).map(ToOwned::to_owned),
        // Its header isn't signed: the body is what counts once.
        Provider::Razorpay => Some(hex(&sha256(body))),
    };
    let id = id
        .filter(|id| (1..=HOOK_EVENT_BYTES_MAX).contains(&id.len()))
        .ok_or_else(|| ApiError::parameter("The event has no id.".to_owned()))?;
    let taken = json!({ "received": true });
    if gateway.store.read(|tx| tx.knows_hook(provider.as_str(), &id))? {
        return Ok(taken);
    }
    let word = match provider {
        Provider::Stripe => stripe::word(&event),
        Provider::Razorpay => razorpay::word(&event),
    };
    act(gateway, provider, word).await?;
    let now = gateway.now();
    gateway.store.write(|tx| {
        tx.forget_hooks(now.plus_millis(-HOOK_EVENTS_KEPT_MS))?;
        tx.put_hook(provider.as_str(), &id, now)
    })?;
    Ok(taken)
}

async fn act(gateway: &Gateway, provider: Provider, word: Word) -> Result<(), ApiError> {
    let command = match word {
        Word::Paid { page } => match paid(gateway, provider, &page).await? {
            Some(command) => command,
            None => return Ok(()),
        },
        Word::Failed { page } => {
            let known = gateway.store.read(|tx| tx.page(provider.as_str(), &page))?;
            let Some(known) = known else { return Ok(()) };
            TradeCommand::NotCollected { payment: known.payment }
        }
        Word::Refunded { charge, id, minor } => {
            let known = gateway.store.read(|tx| tx.page_of_charge(provider.as_str(), &charge))?;
            let Some(known) = known else { return Ok(()) };
            TradeCommand::PaidBack { payment: known.payment, minor, id }
        }
        Word::Other => return Ok(()),
    };
    gateway.client.call(Command::Trade(Box::new(command))).await?;
    Ok(())
}

/// What a page came to: not what the event says, but what the provider says when it is asked.
async fn paid(
    gateway: &Gateway,
    provider: Provider,
    page: &str,
) -> Result<Option<TradeCommand>, ApiError> {
    let known = gateway.store.read(|tx| tx.page(provider.as_str(), page))?;
    let Some(mut known) = known else { return Ok(None) };
    let keys = gateway.store.read(|tx| keys(tx, provider))?;
    let keys = keys.ok_or_else(|| ApiError::unknown_object("POST", provider.as_str()))?;
    let asked = match provider {
        Provider::Stripe => stripe::asked(gateway, &keys, page).await,
        Provider::Razorpay => razorpay::asked(gateway, &keys, page).await,
    };
    // The provider brings it again.
    let asked = asked.map_err(|_refusal| ApiError::new(2))?;
    // A bank's transfer is on its way: another event follows.
    let Some((charge, minor, currency)) = asked else { return Ok(None) };
    if known.currency != currency {
        return Err(ApiError::parameter("The currency is another.".to_owned()));
    }
    known.charge = Some(charge.clone());
    gateway.store.write(|tx| tx.put_page(&known))?;
    Ok(Some(TradeCommand::Collected { payment: known.payment, minor, id: charge }))
}
