//! Pages on which customers pay at a provider: made for each request of payment that offers one, and
//! believed only when the provider's own word was verified.
//!
//! ```text
//! chat: request ─▶ look ─▶ provider: page ─▶ chat: page's address
//! provider: signed webhook ─▶ checked, asked again at the provider ─▶ chat: received
//! chat: refund wanted ─▶ look ─▶ provider: refund ─▶ chat: refunded
//! ```
//!
//! The provider's secrets are in the gateway's store alone. Everything is repeated until it is done, and
//! done once: the provider knows each wish by its message's id, the chat each word of the provider by its
//! own.

mod api;
mod hook;
mod razorpay;
mod stripe;

use std::{rc::Rc, time::Duration};

use futures::StreamExt as _;
pub(crate) use hook::take as take_hook;
use tokio::sync::watch;
use tresen_types::{MessageId, Timestamp};
use tresen_view::{Answer, Command, Event, HostedView, RailDraft, TradeCommand, TradeView};
use zeroize::Zeroizing;

use crate::{
    error::{Error, Result},
    gateway::Gateway,
    limits::HOSTED_PAUSE_MS,
    store::{PageRecord, Tx},
};

/// A provider that the gateway can work with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provider {
    /// Stripe, by Checkout Sessions.
    Stripe,
    /// Razorpay, by payment links.
    Razorpay,
}

/// How a provider is reached, and what proves who speaks.
#[derive(Clone, PartialEq, Eq)]
pub struct Keys {
    /// The secret key; Razorpay's has its id before it: `id:secret`.
    pub secret: Zeroizing<String>,
    /// What webhooks are signed with.
    pub webhook_secret: Zeroizing<String>,
    /// Where its API is.
    pub api: String,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keys").field("api", &self.api).finish_non_exhaustive()
    }
}

impl Provider {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Stripe, Self::Razorpay];

    /// The stable word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stripe => "stripe",
            Self::Razorpay => "razorpay",
        }
    }

    /// Where its API is, when nobody says otherwise.
    #[must_use]
    pub const fn api(self) -> &'static str {
        match self {
            Self::Stripe => "https://api.stripe.com",
            Self::Razorpay => "https://api.razorpay.com",
        }
    }

    /// Whether a header signs a body with this secret; Stripe's also says when.
    #[must_use]
    pub fn signs(self, secret: &str, header: &str, body: &[u8], now: Timestamp) -> bool {
        match self {
            Self::Stripe => stripe::is_signed(secret, header, body, now),
            Self::Razorpay => razorpay::is_signed(secret, header, body),
        }
    }

    fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|provider| provider.as_str() == word)
    }
}

/// The keys of a provider, if it is set up.
pub(crate) fn keys(tx: &Tx<'_>, provider: Provider) -> Result<Option<Keys>> {
    let Some(secret) = tx.meta(&named(provider, "secret"))? else { return Ok(None) };
    let Some(webhook_secret) = tx.meta(&named(provider, "webhook_secret"))? else {
        return Ok(None);
    };
    let api = tx.meta(&named(provider, "api"))?;
    Ok(Some(Keys {
        secret: Zeroizing::new(secret),
        webhook_secret: Zeroizing::new(webhook_secret),
        api: api.unwrap_or_else(|| provider.api().to_owned()),
    }))
}

/// Keeps a provider's keys, or forgets them.
pub(crate) fn set_keys(tx: &Tx<'_>, provider: Provider, keys: Option<&Keys>) -> Result<()> {
    for (name, value) in [
        ("secret", keys.map(|keys| keys.secret.as_str())),
        ("webhook_secret", keys.map(|keys| keys.webhook_secret.as_str())),
        ("api", keys.map(|keys| keys.api.as_str())),
    ] {
        match value {
            Some(value) => tx.set_meta(&named(provider, name), value)?,
            None => tx.delete_meta(&named(provider, name))?,
        }
    }
    Ok(())
}

fn named(provider: Provider, name: &str) -> String {
    format!("{}_{name}", provider.as_str())
}

/// Looks after payments until the gateway stops.
pub(crate) async fn run(gateway: Rc<Gateway>, mut stop: watch::Receiver<bool>) {
    let mut events = gateway.client.events();
    let mut is_offered = false;
    loop {
        let mut is_done = true;
        if gateway.is_live() {
            if !is_offered {
                is_offered = offer(&gateway).await.inspect_err(failed).is_ok();
            }
            is_done = is_offered && look(&gateway).await.inspect_err(failed).unwrap_or(false);
        }
        let pause = Duration::from_millis(HOSTED_PAUSE_MS);
        let news = async {
            loop {
                match events.next().await {
                    Some(Event::DealsChanged | Event::Connection(_)) => return,
                    Some(_other) => {}
                    None => std::future::pending::<()>().await,
                }
            }
        };
        tokio::select! {
            () = news => {}
            () = tokio::time::sleep(pause), if !is_done => {}
            _ = stop.wait_for(|is_over| *is_over) => return,
        }
    }
}

fn failed(error: &Error) {
    tracing::warn!(%error, "a provider's pages can't be looked after");
}

/// Puts the providers that are set up among the business's ways to pay, and the others away.
async fn offer(gateway: &Gateway) -> Result<()> {
    let Answer::Rails(known) = gateway.client.call(Command::Rails).await? else {
        return Err(Error::unexpected());
    };
    let mut rails: Vec<RailDraft> = Vec::new();
    for provider in Provider::ALL {
        if gateway.store.read(|tx| keys(tx, provider))?.is_some() {
            rails.push(RailDraft::Hosted { provider: provider.as_str().to_owned() });
        }
    }
    let others = known.iter().filter(|rail| !matches!(rail, RailDraft::Hosted { .. }));
    rails.extend(others.cloned());
    let same = rails.len() == known.len() && rails.iter().all(|rail| known.contains(rail));
    if !same {
        tracing::info!("the providers among the ways to pay change");
        gateway.client.call(Command::SetRails(rails)).await?;
    }
    Ok(())
}

/// Does what is to be done. Tells whether nothing is left.
async fn look(gateway: &Gateway) -> Result<bool> {
    let command = Command::Trade(Box::new(TradeCommand::Hosted));
    let Answer::Trade(view) = gateway.client.call(command).await? else {
        return Err(Error::unexpected());
    };
    let TradeView::Hosted { found } = *view else { return Err(Error::unexpected()) };
    let mut is_done = true;
    for payment in &found {
        for provider in payment.providers.iter().filter_map(|word| Provider::named(word)) {
            if payment.is_open && !payment.told.iter().any(|word| word == provider.as_str()) {
                is_done &= page(gateway, provider, payment).await?;
            }
        }
        for (step, minor) in &payment.wanted {
            is_done &= refund(gateway, payment, *step, *minor).await?;
        }
    }
    Ok(is_done)
}

/// Makes a page and tells where it is. Tells whether it is done, or nobody can do it.
async fn page(gateway: &Gateway, provider: Provider, payment: &HostedView) -> Result<bool> {
    let Some(keys) = gateway.store.read(|tx| keys(tx, provider))? else { return Ok(true) };
    let made = match provider {
        Provider::Stripe => stripe::page(gateway, &keys, payment).await,
        Provider::Razorpay => razorpay::page(gateway, &keys, payment).await,
    };
    let (id, url) = match made {
        Ok(made) => made,
        Err(error) => return error.settled("a page"),
    };
    let record = PageRecord {
        payment: payment.payment,
        provider: provider.as_str().to_owned(),
        page: id,
        currency: payment.open.currency.clone(),
        charge: None,
    };
    gateway.store.write(|tx| tx.put_page(&record))?;
    let provider = provider.as_str().to_owned();
    let command = TradeCommand::PaymentPage { payment: payment.payment, provider, url };
    gateway.client.call(Command::Trade(Box::new(command))).await?;
    Ok(true)
}

/// Gives back what an agent wants given back, once.
async fn refund(
    gateway: &Gateway,
    payment: &HostedView,
    step: MessageId,
    minor: i64,
) -> Result<bool> {
    let currency = payment.open.currency.as_str();
    let (done, page) =
        gateway.store.read(|tx| Ok((tx.refund_of(step)?, tx.charged_page(payment.payment)?)))?;
    let id = match done {
        Some(id) if payment.known.contains(&id) => return Ok(true),
        Some(id) => id,
        None => {
            let Some(PageRecord { provider, charge: Some(charge), .. }) = page else {
                return Ok(true);
            };
            let Some(provider) = Provider::named(&provider) else { return Ok(true) };
            let Some(keys) = gateway.store.read(|tx| keys(tx, provider))? else { return Ok(true) };
            let made = match provider {
                Provider::Stripe => {
                    stripe::refund(gateway, &keys, &charge, step, minor, currency).await
                }
                Provider::Razorpay => {
                    razorpay::refund(gateway, &keys, &charge, step, minor, currency).await
                }
            };
            let id = match made {
                Ok(id) => id,
                Err(error) => return error.settled("a refund"),
            };
            gateway.store.write(|tx| tx.put_refund(step, &id))?;
            id
        }
    };
    let command = TradeCommand::PaidBack { payment: payment.payment, minor, id };
    gateway.client.call(Command::Trade(Box::new(command))).await?;
    Ok(true)
}
