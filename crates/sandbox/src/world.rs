//! Everything that the sandbox has: a server, a business with its owner and gateway, and customers.

use std::{cell::RefCell, fmt, net::SocketAddr, path::PathBuf, rc::Rc};

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::Mutex, task::JoinHandle};
use tresen_client::{Client, Trust};
use tresen_gateway::{
    GatewayConfig, GatewayHandle, TlsFiles, link, link::Credentials, template_id,
};
use tresen_server::{
    Config, ServerHandle,
    admin::{self, Decision},
};
use tresen_statement::RejectionReason;
use tresen_types::{AccountId, Categories, Category, MessageId};
use tresen_view::{
    Answer, ButtonDraft, Command, EntryLinkView, Event, LinkStep, Role, TemplateDraft,
};

use crate::{
    clock::SandboxClock,
    control,
    customer::{Customer, Device, PATIENCE},
    error::{Error, Result},
    faults::FaultList,
    http,
};

/// Customers at the same time.
const CUSTOMERS_MAX: usize = 1_000;
/// How long an approval holds, in days.
const APPROVAL_DAYS: u16 = 365;
/// What is said of a template that is turned down.
const REASON: RejectionReason = RejectionReason::ContentMismatch;
/// What simulated customers agree to.
const WORDING: &str = "They may write to me about everything.";
/// The template that every new account of the original has.
const HELLO_WORLD: &str = "Welcome and congratulations! This message demonstrates your ability to \
                           send a message of a template from the sandbox.";

/// How a sandbox is started.
#[derive(Clone, Debug)]
pub struct SandboxConfig {
    /// Where the API listens.
    pub listen: SocketAddr,
    /// Where control calls come in.
    pub control: SocketAddr,
    /// The API's own TLS; without it, it speaks HTTP.
    pub tls: Option<TlsFiles>,
    /// How programs reach the API; without it, at the address where it listens.
    pub public_url: Option<String>,
    /// The business's name.
    pub business_name: String,
    /// The customers' names.
    pub customers: Vec<String>,
}

impl SandboxConfig {
    /// A configuration with three customers.
    #[must_use]
    pub fn new(listen: SocketAddr) -> Self {
        let names = ["Priya", "Jonas", "Mariam"];
        Self {
            listen,
            control: SocketAddr::new(listen.ip(), 0),
            tls: None,
            public_url: None,
            business_name: "Sandbox".to_owned(),
            customers: names.map(ToOwned::to_owned).to_vec(),
        }
    }
}

/// What is decided about a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Approve,
    Reject,
    Pause,
}

/// What all control calls share.
pub(crate) struct World {
    pub(crate) clock: SandboxClock,
    pub(crate) faults: Rc<FaultList>,
    folder: TempDir,
    config: Config,
    server: ServerHandle,
    owner: Device,
    account: AccountId,
    link: EntryLinkView,
    gateway: GatewayHandle,
    credentials: Credentials,
    control_url: String,
    customers: RefCell<Vec<Rc<Mutex<Customer>>>>,
    names: RefCell<Vec<(String, String, String)>>,
}

/// A running sandbox.
pub struct SandboxHandle {
    world: Rc<World>,
    serving: JoinHandle<()>,
}

impl fmt::Debug for SandboxHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SandboxHandle").finish_non_exhaustive()
    }
}

/// Starts a sandbox on this thread, inside tokio's `LocalSet`.
///
/// # Errors
/// When an address is taken, or a step of making it fails.
pub async fn spawn(config: SandboxConfig) -> Result<SandboxHandle> {
    let clock = SandboxClock::new();
    let folder = tempfile::tempdir().map_err(|source| Error::Io { what: "a folder", source })?;
    let listener = TcpListener::bind(config.control)
        .await
        .map_err(|source| Error::Io { what: "the control address", source })?;
    let control = listener
        .local_addr()
        .map_err(|source| Error::Io { what: "the control address", source })?;
    let server_config = server_config(&folder);
    let server = tresen_server::spawn(server_config.clone(), clock.of_server()).await?;
    let mut owner =
        Device::open(&server.origin, folder.path().join("owner/account.db"), &clock).await?;
    let link = claim(&server, &mut owner, &config.business_name).await?;
    let faults = Rc::new(FaultList::default());
    let gateway_folder = folder.path().join("gateway");
    let credentials = invite_gateway(&server, &mut owner, &gateway_folder, &clock).await?;
    let mut gateway_config = GatewayConfig::new(gateway_folder, config.listen);
    gateway_config.public_url.clone_from(&config.public_url);
    gateway_config.tls.clone_from(&config.tls);
    gateway_config.has_private_reach = true;
    gateway_config.clock = clock.of_gateway();
    gateway_config.clock_ahead_ms = clock.ahead_ms();
    gateway_config.faults = Some(faults.clone());
    let gateway = tresen_gateway::spawn(gateway_config).await?;
    let account = owner.account().await?;
    let world = Rc::new(World {
        clock,
        faults,
        folder,
        config: server_config,
        server,
        owner,
        account,
        link,
        gateway,
        credentials,
        control_url: format!("http://{control}"),
        customers: RefCell::default(),
        names: RefCell::default(),
    });
    world.make_hello_world().await?;
    for name in &config.customers {
        world.add_customer(name).await?;
    }
    let serving = tokio::task::spawn_local(http::serve(Rc::clone(&world), listener));
    Ok(SandboxHandle { world, serving })
}

impl SandboxHandle {
    /// What a program and a test need to know: the first line that the command prints.
    pub fn first_line(&self) -> Value {
        self.world.first_line()
    }

    /// Stops everything; nothing is left.
    pub async fn shutdown(self) {
        self.serving.abort();
        drop(self.serving.await);
        let customers = self.world.customers.take();
        for customer in customers {
            if let Some(device) = customer.lock().await.device.take() {
                device.client.close().await;
            }
        }
        // Connections that are still open hold the rest, which goes with the process.
        if let Some(world) = Rc::into_inner(self.world) {
            world.gateway.shutdown().await;
            world.owner.client.close().await;
            if let Err(error) = world.server.shutdown().await {
                tracing::warn!(%error, "the server didn't end well");
            }
        }
    }
}

fn server_config(folder: &TempDir) -> Config {
    let mut config = Config::default();
    config.listen = SocketAddr::from(([127, 0, 0, 1], 0));
    config.data_dir = folder.path().join("server");
    // All its people come from this machine.
    let many = u32::try_from(CUSTOMERS_MAX).unwrap_or(u32::MAX).saturating_mul(2);
    config.rates.register_per_prefix.burst = config.rates.register_per_prefix.burst.max(many);
    config
}

/// The owner claims the business and makes the link that customers come by.
async fn claim(server: &ServerHandle, owner: &mut Device, name: &str) -> Result<EntryLinkView> {
    let link = admin::create_claim_link(server.app()).await?;
    let token = link.split_once('#').map(|(_, token)| token.to_owned()).unwrap_or_default();
    let claim = Command::ClaimBusiness {
        token,
        agent_name: "Owner".to_owned(),
        business_name: name.to_owned(),
        language: "en".to_owned(),
    };
    owner.client.call(claim).await?;
    owner.until_live().await?;
    let create = Command::CreateEntryLink {
        label: "sandbox".to_owned(),
        prefilled: String::new(),
        uses_max: None,
        days: None,
    };
    match owner.client.call(create).await? {
        Answer::EntryLink(link) => Ok(link),
        _ => Err(Error::unexpected()),
    }
}

/// The gateway is invited as an owner, so that programs may make templates.
async fn invite_gateway(
    server: &ServerHandle,
    owner: &mut Device,
    folder: &std::path::Path,
    clock: &SandboxClock,
) -> Result<Credentials> {
    let invite = Command::Invite { role: Role::Owner, name: "Gateway".to_owned() };
    let Answer::Link(LinkStep::Invitation { url, .. }) = owner.client.call(invite).await? else {
        return Err(Error::unexpected());
    };
    let linking = link::begin(folder, &server.origin, Trust::Web, clock.of_gateway(), &url).await?;
    owner
        .until("the digits", |event| {
            matches!(event, Event::Link(LinkStep::EnterCode { .. })).then_some(())
        })
        .await?;
    let code = linking.code.clone();
    let approve = owner.client.call(Command::ApproveLink { code });
    let finish = tokio::time::timeout(PATIENCE, linking.finish());
    let (approved, credentials) = tokio::join!(approve, finish);
    approved?;
    Ok(credentials.map_err(|_elapsed| Error::Slow("the link"))??)
}

impl World {
    /// The owner's device.
    pub(crate) const fn owner(&self) -> &Client {
        &self.owner.client
    }

    /// Where the server is.
    pub(crate) fn origin(&self) -> &str {
        &self.server.origin
    }

    /// What a program and a test need to know.
    pub(crate) fn first_line(&self) -> Value {
        json!({
            "base_url": self.gateway.url,
            "control_url": self.control_url,
            "token": self.credentials.token,
            "app_id": self.credentials.app_id,
            "app_secret": self.credentials.app_secret,
            "waba_id": self.credentials.waba_id,
            "business_id": self.gateway.ids.portfolio,
            "phone_number_id": self.credentials.phone_number_id,
            "display_phone_number": self.credentials.display_phone_number,
            "customers": self.customers(),
        })
    }

    /// All customers.
    pub(crate) fn customers(&self) -> Vec<Value> {
        let of = |(wa_id, user_id, name): &(String, String, String)| json!({ "wa_id": wa_id, "user_id": user_id, "name": name });
        self.names.borrow().iter().map(of).collect()
    }

    /// A customer by number or user id.
    pub(crate) fn customer(&self, id: &str) -> Result<Rc<Mutex<Customer>>> {
        let digits = id.trim_start_matches('+');
        let place = self
            .names
            .borrow()
            .iter()
            .position(|(wa_id, user_id, _)| wa_id == digits || user_id == id)
            .ok_or(Error::NotFound("customer"))?;
        self.customers.borrow().get(place).cloned().ok_or(Error::NotFound("customer"))
    }

    /// A further customer, who agrees to everything.
    pub(crate) async fn add_customer(&self, name: &str) -> Result<Value> {
        let number = self.names.borrow().len();
        if number >= CUSTOMERS_MAX {
            return Err(Error::Invalid("there are too many customers".to_owned()));
        }
        let store: PathBuf = self.folder.path().join(format!("customer-{number}/account.db"));
        let mut device = Device::open(self.origin(), store.clone(), &self.clock).await?;
        let fingerprint = self.link.url.split_once('#').map(|(_, key)| key.to_owned());
        let all =
            [Category::Service, Category::Utility, Category::Marketing, Category::Authentication];
        let open = Command::OpenConversation {
            entry: self.link.entry,
            fingerprint: fingerprint.unwrap_or_default(),
            display_name: name.to_owned(),
            categories: all.into_iter().collect::<Categories>(),
            wording: WORDING.to_owned(),
            language: "en".to_owned(),
        };
        let Answer::Conversation(conversation) = device.client.call(open).await? else {
            return Err(Error::unexpected());
        };
        device.until_live().await?;
        let account = device.account().await?;
        let ids = &self.gateway.ids;
        let (wa_id, user_id) = (ids.wa_id(account, 0), ids.user_id(account));
        self.until_known(&wa_id).await?;
        let told = json!({ "wa_id": wa_id, "user_id": user_id, "name": name });
        let device = Some(device);
        let customer = Customer { conversation, store, device };
        self.names.borrow_mut().push((wa_id, user_id, name.to_owned()));
        self.customers.borrow_mut().push(Rc::new(Mutex::new(customer)));
        Ok(told)
    }

    /// Waits until the gateway can write to a customer.
    async fn until_known(&self, wa_id: &str) -> Result<()> {
        let known = self.gateway.until_customer(wa_id);
        match tokio::time::timeout(PATIENCE, known).await {
            Ok(known) => Ok(known?),
            Err(_elapsed) => Err(Error::Slow("the customer at the gateway")),
        }
    }

    /// The SDK's id of a message that the API names.
    pub(crate) fn message(&self, id: &str) -> Result<MessageId> {
        match self.gateway.message(id)? {
            Some(message) => Ok(message),
            None => control::decoded(id),
        }
    }

    /// The clock was advanced: what waited for its time looks again.
    pub(crate) fn clock_moved(&self) {
        self.gateway.clock_moved();
    }

    /// Every event with its deliveries.
    pub(crate) async fn webhooks(&self, query: &str) -> Result<Value> {
        let events = self.read(&format!("/events?limit=1000&{query}")).await?;
        let deliveries = self.read("/deliveries?limit=1000").await?;
        let none = Vec::new();
        let list = |value: &Value| value.get("data").and_then(Value::as_array).cloned();
        let deliveries = list(&deliveries).unwrap_or(none);
        let webhooks: Vec<Value> = list(&events)
            .unwrap_or_default()
            .into_iter()
            .map(|mut body| {
                let cursor = body.as_object_mut().and_then(|fields| fields.remove("cursor"));
                let cursor = cursor.unwrap_or_default();
                let of = |one: &&Value| one.get("event") == Some(&cursor);
                let brought: Vec<Value> = deliveries.iter().filter(of).cloned().collect();
                let field = body.pointer("/entry/0/changes/0/field").cloned();
                json!({ "id": cursor, "field": field, "body": body, "deliveries": brought })
            })
            .collect();
        Ok(json!({ "webhooks": webhooks, "paging": events.get("paging") }))
    }

    async fn read(&self, path: &str) -> Result<Value> {
        self.gateway.read(path).await.map_err(|error| Error::Invalid(error.title))
    }

    /// Decides about a template as the operator would.
    pub(crate) async fn decide(&self, id: &str, verdict: Verdict) -> Result<()> {
        let Answer::Templates(known) = self.owner.client.call(Command::Templates).await? else {
            return Err(Error::unexpected());
        };
        let is_it =
            |one: &&tresen_view::TemplateView| template_id(&one.template) == id || one.name == id;
        let template = known.iter().rev().find(is_it).ok_or(Error::NotFound("template"))?;
        let hash = unhex(&template.template).ok_or_else(Error::unexpected)?;
        let decision = match verdict {
            Verdict::Approve => Decision::Approve { days: APPROVAL_DAYS },
            Verdict::Reject => Decision::Reject { reason: REASON },
            Verdict::Pause => Decision::Pause { reason: REASON },
        };
        let clock = self.clock.of_server();
        admin::decide_template(&self.config, &clock, self.account, hash, decision).await?;
        self.gateway.templates_changed();
        Ok(())
    }

    async fn make_hello_world(&self) -> Result<()> {
        let draft = TemplateDraft {
            name: "hello_world".to_owned(),
            language: "en-US".to_owned(),
            category: Category::Utility,
            header: "Hello World".to_owned(),
            body: HELLO_WORLD.to_owned(),
            header_file: None,
            footer: String::new(),
            buttons: Vec::<ButtonDraft>::new(),
            cards: Vec::new(),
            offer: None,
            parameters: Vec::new(),
            link_domains: Vec::new(),
            time_to_live_s: 0,
        };
        self.owner.client.call(Command::CreateTemplate(Box::new(draft))).await?;
        self.decide("hello_world", Verdict::Approve).await
    }
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let bytes: Option<Vec<u8>> =
        pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect();
    if rest.is_empty() { bytes?.try_into().ok() } else { None }
}
