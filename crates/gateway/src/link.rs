//! Makes a folder the gateway of a business, and keeps its tokens: what the commands do.

use std::path::Path;

use futures::StreamExt as _;
use serde::Serialize;
use tresen_client::{Client, ClientConfig, StoreLocation, Trust};
use tresen_view::{Answer, Command, Event, LinkStep};

use crate::{
    clock::Clock,
    error::{Error, Result},
    gateway::business_account,
    hosted::{self, Keys as ProviderKeys, Provider},
    ids::BusinessIds,
    limits::{PROVIDER_SECRET_BYTES_MAX, TOKEN_NAME_BYTES_MAX, TOKENS_MAX},
    outbound::{Outbound, Reach, read_url},
    scope::Scopes,
    secret,
    store::{Callback, Level, Store, TokenRecord},
    webhook::{fields, receiver},
};

/// The account's file in the gateway's folder.
pub(crate) const ACCOUNT_FILE: &str = "account.db";
/// What a token begins with, so that one in a log is recognised.
const TOKEN_PREFIX: &str = "EAATRESEN";

/// What a program needs to know.
#[derive(Clone, Debug, Serialize)]
pub struct Credentials {
    /// The business's name.
    pub business_name: String,
    /// The id of the number.
    pub phone_number_id: String,
    /// The number as webhooks show it.
    pub display_phone_number: String,
    /// The id of the business account.
    pub waba_id: String,
    /// The id of the app.
    pub app_id: String,
    /// Signs webhooks.
    pub app_secret: String,
    /// A token with every scope; it is shown once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

impl Credentials {
    /// A line that works as soon as the gateway serves at this address.
    #[must_use]
    pub fn curl(&self, url: &str) -> String {
        let token = self.token.as_deref().unwrap_or("TOKEN");
        format!("curl -H 'Authorization: Bearer {token}' {url}/v23.0/{}", self.phone_number_id)
    }
}

/// A device that asks to be let in.
pub struct Linking {
    client: Client,
    store: Store,
    origin: String,
    clock: Clock,
    /// The business's name.
    pub business_name: String,
    /// The digits that the owner types.
    pub code: String,
    events: Box<dyn futures::Stream<Item = Event> + Unpin>,
}

impl std::fmt::Debug for Linking {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Linking").finish_non_exhaustive()
    }
}

/// Uses an invitation of the business up to the point where the digits are shown.
///
/// # Errors
/// When the folder is a gateway already, or the invitation doesn't count.
pub async fn begin(
    folder: &Path,
    origin: &str,
    trust: Trust,
    clock: Clock,
    invitation: &str,
) -> Result<Linking> {
    let store = Store::open(folder)?;
    let client = open(folder, origin, trust).await?;
    let events = Box::new(client.events());
    let command = Command::AcceptInvitation { token: invitation.to_owned() };
    let Answer::Link(LinkStep::ShowCode { business_name, code, .. }) = client.call(command).await?
    else {
        return Err(Error::unexpected());
    };
    let origin = origin.to_owned();
    Ok(Linking { client, store, origin, clock, business_name, code, events })
}

impl Linking {
    /// Waits until the owner has typed the digits; makes app secret and first token.
    ///
    /// # Errors
    /// When the owner doesn't, or types other digits.
    pub async fn finish(mut self) -> Result<Credentials> {
        loop {
            match self.events.next().await {
                Some(Event::Link(LinkStep::Linked { .. })) => break,
                Some(Event::Link(LinkStep::Failed)) | None => {
                    return Err(Error::Invalid("the device wasn't let in; make a new invitation"));
                }
                Some(_) => {}
            }
        }
        let account = business_account(&self.client).await?.ok_or(Error::NotLinked)?;
        let credentials = self.keep(account.business_name, &BusinessIds::of(account.account));
        self.client.close().await;
        credentials
    }

    fn keep(&self, business_name: String, ids: &BusinessIds) -> Result<Credentials> {
        let app_secret = secret::hex(&secret::random::<16>()?);
        let token = new_token()?;
        self.store.write(|tx| {
            tx.set_meta("origin", &self.origin)?;
            tx.set_meta("app_secret", &app_secret)?;
            let hash = secret::sha256(token.as_bytes());
            tx.add_token("first", &hash, Scopes::ALL, (self.clock)())?;
            Ok(())
        })?;
        Ok(Credentials {
            business_name,
            phone_number_id: ids.phone.clone(),
            display_phone_number: ids.display_number.clone(),
            waba_id: ids.business.clone(),
            app_id: ids.app.clone(),
            app_secret,
            token: Some(token),
        })
    }
}

async fn open(folder: &Path, origin: &str, trust: Trust) -> Result<Client> {
    let location = StoreLocation::File(folder.join(ACCOUNT_FILE));
    Ok(Client::open(ClientConfig { trust, ..ClientConfig::new(origin, location) }).await?)
}

fn new_token() -> Result<String> {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    Ok(format!("{TOKEN_PREFIX}{}", URL_SAFE_NO_PAD.encode(secret::random::<32>()?)))
}

/// The gateway of a folder, for commands beside the one that serves.
#[derive(Debug)]
pub struct Folder {
    store: Store,
    clock: Clock2,
}

/// A clock that can be shown.
struct Clock2(Clock);

impl std::fmt::Debug for Clock2 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Clock")
    }
}

impl Folder {
    /// Opens a folder that is linked; it may be served meanwhile.
    ///
    /// # Errors
    /// When it isn't linked.
    pub fn open(folder: &Path, clock: Clock) -> Result<Self> {
        if !folder.join(ACCOUNT_FILE).exists() {
            return Err(Error::NotLinked);
        }
        let store = Store::open(folder)?;
        if store.read(|tx| tx.meta("app_secret"))?.is_none() {
            return Err(Error::NotLinked);
        }
        Ok(Self { store, clock: Clock2(clock) })
    }

    /// Makes a token; it is shown once. Gives its number too.
    ///
    /// # Errors
    /// When there are too many, or it may do nothing.
    pub fn add_token(&self, name: &str, scopes: Scopes) -> Result<(i64, String)> {
        if name.len() > TOKEN_NAME_BYTES_MAX {
            return Err(Error::Invalid("the name is too long"));
        }
        if scopes == Scopes::default() {
            return Err(Error::Invalid("a token without a scope may do nothing"));
        }
        let token = new_token()?;
        let hash = secret::sha256(token.as_bytes());
        let id = self.store.write(|tx| {
            let counted = tx.tokens()?.iter().filter(|one| one.revoked_at.is_none()).count();
            if u64::try_from(counted).unwrap_or(u64::MAX) >= TOKENS_MAX {
                return Err(Error::Invalid("there are too many tokens"));
            }
            tx.add_token(name, &hash, scopes, (self.clock.0)())
        })?;
        Ok((id, token))
    }

    /// All tokens, oldest first.
    ///
    /// # Errors
    /// When the store fails.
    pub fn tokens(&self) -> Result<Vec<TokenRecord>> {
        self.store.read(|tx| tx.tokens())
    }

    /// Revokes a token: the next call with it is refused.
    ///
    /// # Errors
    /// When there is no such token that counts.
    pub fn revoke_token(&self, id: i64) -> Result<()> {
        let is_revoked = self.store.write(|tx| tx.revoke_token(id, (self.clock.0)()))?;
        if is_revoked { Ok(()) } else { Err(Error::Invalid("there is no such token that counts")) }
    }

    /// Keeps how a payment provider is reached, or forgets it; counts from the gateway's next start on.
    ///
    /// # Errors
    /// When a secret is empty or too long, or the address of the API is none.
    pub fn set_provider(&self, provider: Provider, keys: Option<&ProviderKeys>) -> Result<()> {
        if let Some(keys) = keys {
            let is_secret = |text: &str| {
                (1..=PROVIDER_SECRET_BYTES_MAX).contains(&text.len())
                    && text.bytes().all(|byte| byte.is_ascii_graphic())
            };
            if !is_secret(&keys.secret) || !is_secret(&keys.webhook_secret) {
                return Err(Error::Invalid("a secret is empty, too long, or has other letters"));
            }
            let is_plain = keys.api.ends_with('/') || read_url(&keys.api).is_err();
            if is_plain {
                return Err(Error::Invalid("the API's address is http or https without a path"));
            }
        }
        self.store.write(|tx| hosted::set_keys(tx, provider, keys))
    }

    /// Sets the receiver of webhooks, which must answer the challenge; it may be on a private address.
    ///
    /// # Errors
    /// When it doesn't answer as it should.
    pub async fn set_receiver(
        &self,
        url: &str,
        verify_token: &str,
        names: &[String],
        trust: &Trust,
    ) -> Result<()> {
        let fields = if names.is_empty() {
            fields::default()
        } else {
            fields::known(names).map_err(|_unknown| Error::Invalid("there is no such field"))?
        };
        let (url, verify_token) = (url.to_owned(), verify_token.to_owned());
        let callback = Callback { url, verify_token, fields, is_local: true };
        receiver::verify(&Outbound::new(trust)?, &callback, Reach::Anywhere).await?;
        self.store.write(|tx| tx.set_callback(Level::App, &callback))
    }
}
