//! A real server, or several nodes that are one, and real clients in one process.
//!
//! ```text
//! run(async { let world = World::start().await; … })    one thread, as the SDK wants it
//! world.business("Korn")     an owner's device that has claimed a business and made a link
//! world.customer(&link, …)   a customer's device that has said yes
//! ```
//!
//! Nobody sleeps: an [`Actor`] waits for what the SDK tells, at most [`PATIENCE`].

use std::{
    collections::VecDeque,
    path::{Path, PathBuf},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use futures::{Stream, StreamExt as _};
use tempfile::TempDir;
use tresen_client::{Client, ClientConfig, StoreLocation};
use tresen_server::{
    Config, ServerHandle, SystemClock,
    admin::{self, Decision},
    config::{BusConfig, DatabaseConfig},
    spawn,
};
use tresen_store::{Clock as _, SharedClock};
use tresen_types::{AccountId, Categories, Category, ConversationId, EntryId, MessageId};
use tresen_view::{
    Answer, Command, Connection, ConversationRow, EntryLinkView, Event, Failure, InboxFilter,
    MessageBody, MessageState, MessageView,
};

use crate::{backend, proxy::Proxy};

/// What a test waits for at most; nobody waits that long when things are well.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Runs a test on one thread, with what the SDK needs around it.
///
/// # Panics
/// When the runtime can't be started.
pub fn run<T>(test: impl Future<Output = T>) -> T {
    // Shown for a test that fails. A second test in the same process finds it there already.
    drop(
        tracing_subscriber::fmt()
            .with_test_writer()
            .with_max_level(tracing::Level::DEBUG)
            .without_time()
            .try_init(),
    );
    run_quietly(test)
}

/// The same for a program that says itself what happens.
///
/// # Panics
/// When the runtime can't be started.
pub fn run_quietly<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime can be started");
    tokio::task::LocalSet::new().block_on(&runtime, work)
}

/// A server, or two nodes that are one, with a folder of its own.
#[derive(Debug)]
pub struct World {
    folder: TempDir,
    /// Of each node.
    configs: Vec<Config>,
    /// The running nodes; none where one was stopped.
    nodes: Vec<Option<ServerHandle>>,
    /// What the servers' clock is ahead of this machine's, in milliseconds.
    ahead_ms: Arc<AtomicI64>,
    origin: String,
    /// The wire between the clients and the server.
    pub wire: Proxy,
    /// What the nodes share.
    kept: Option<TempDir>,
    actors: u32,
}

/// A device with its person.
pub struct Actor {
    /// The SDK.
    pub client: Client,
    origin: String,
    store: PathBuf,
    events: Pin<Box<dyn Stream<Item = Event>>>,
    /// What was told and not asked for yet.
    pending: VecDeque<Event>,
}

impl std::fmt::Debug for Actor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Actor").field("client", &self.client).finish_non_exhaustive()
    }
}

impl World {
    /// Starts a server on a free port; or two nodes on PostgreSQL and NATS, where
    /// [`backend::is_cluster`] says so.
    ///
    /// # Panics
    /// When the server can't be started.
    pub async fn start() -> Self {
        Self::start_with(|_config| {}).await
    }

    /// Starts a server with a changed configuration.
    ///
    /// # Panics
    /// When the server can't be started.
    pub async fn start_with(change: impl Fn(&mut Config)) -> Self {
        if backend::is_cluster() {
            let (database, bus) = backend::shared();
            Self::cluster(2, &database, &bus, change).await
        } else {
            Self::begin(1, change).await
        }
    }

    /// Starts one node on the stores of one machine, whatever [`backend::is_cluster`] says.
    ///
    /// # Panics
    /// When it can't be started.
    pub async fn alone() -> Self {
        Self::begin(1, |_config| {}).await
    }

    /// Starts several nodes that share a database and a bus.
    ///
    /// # Panics
    /// When one can't be started.
    pub async fn cluster(
        count: usize,
        database: &str,
        bus: &[String],
        change: impl Fn(&mut Config),
    ) -> Self {
        let keys = tempfile::tempdir().expect("a temporary folder");
        let server_key_file = keys.path().join("server.key");
        admin::create_server_key(&server_key_file).expect("a server key");
        let servers: Vec<_> =
            bus.iter().map(|url| url.clone().try_into().expect("an address")).collect();
        Self::begin(count, |config| {
            let blobs = keys.path().join("blobs");
            config.blobs = Some(blobs.display().to_string());
            config.server_key_file = Some(server_key_file.clone());
            config.database = Some(DatabaseConfig::new(database));
            config.bus = Some(BusConfig::new(servers.clone()));
            change(config);
        })
        .await
        .keeping(keys)
    }

    async fn begin(count: usize, change: impl Fn(&mut Config)) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let wire = Proxy::start().await.expect("a free port");
        let mut world = Self {
            configs: Vec::new(),
            nodes: Vec::new(),
            origin: format!("http://{}", wire.address()),
            ahead_ms: Arc::new(AtomicI64::new(0)),
            kept: None,
            folder,
            wire,
            actors: 0,
        };
        for number in 0..count {
            let mut config = Config::default();
            config.listen.set_port(0);
            config.origin = Some(world.origin.clone());
            config.data_dir = world.folder.path().join(format!("server-{number}"));
            change(&mut config);
            config.check().expect("a sound configuration");
            if let Some(origin) = &config.origin {
                world.origin.clone_from(origin);
            }
            world.configs.push(config);
            world.nodes.push(None);
            world.start_node(number).await;
        }
        world
    }

    fn keeping(mut self, folder: TempDir) -> Self {
        self.kept = Some(folder);
        self
    }

    /// The server's public URL.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// A running node.
    ///
    /// # Panics
    /// When all were stopped.
    #[must_use]
    pub fn server(&self) -> &ServerHandle {
        self.nodes.iter().flatten().next().expect("the server runs")
    }

    /// A node by its number, from zero on.
    ///
    /// # Panics
    /// When it was stopped.
    #[must_use]
    pub fn node(&self, number: usize) -> &ServerHandle {
        self.nodes.get(number).and_then(Option::as_ref).expect("the node runs")
    }

    /// A node's configuration.
    ///
    /// # Panics
    /// When there is no such node.
    #[must_use]
    pub fn config(&self, number: usize) -> &Config {
        self.configs.get(number).expect("such a node")
    }

    /// Changes a node's configuration, from its next start on.
    ///
    /// # Panics
    /// When there is no such node.
    pub fn reconfigure(&mut self, number: usize, config: Config) {
        *self.configs.get_mut(number).expect("such a node") = config;
    }

    /// Leads every new connection to one node.
    pub fn lead_to(&self, number: usize) {
        self.wire.lead_to(self.node(number).local_addr);
    }

    /// Leads new connections to the running nodes in turn.
    pub fn lead_to_all(&self) {
        self.wire.lead_to_all(self.nodes.iter().flatten().map(|node| node.local_addr).collect());
    }

    /// Stops the server in order; of several nodes the first that runs.
    ///
    /// # Panics
    /// When it can't be stopped.
    pub async fn stop_server(&mut self) {
        let number = self.nodes.iter().position(Option::is_some).expect("the server runs");
        self.stop_node(number).await;
    }

    /// Stops every node: nobody has a connection until [`World::start_server`].
    ///
    /// # Panics
    /// When one can't be stopped.
    pub async fn stop_all(&mut self) {
        for number in 0..self.nodes.len() {
            if self.nodes.get(number).is_some_and(Option::is_some) {
                self.stop_node(number).await;
            }
        }
    }

    /// Starts what was stopped again, at the same origin with the same data.
    ///
    /// # Panics
    /// When it can't be started.
    pub async fn start_server(&mut self) {
        for number in 0..self.nodes.len() {
            if self.nodes.get(number).is_some_and(Option::is_none) {
                self.start_node(number).await;
            }
        }
    }

    /// Stops a node in order; new connections go to the others.
    ///
    /// # Panics
    /// When it can't be stopped.
    pub async fn stop_node(&mut self, number: usize) {
        let node = self.nodes.get_mut(number).and_then(Option::take).expect("the node runs");
        if self.nodes.iter().any(Option::is_some) {
            self.lead_to_all();
        }
        patiently(node.shutdown()).await.expect("an orderly end");
    }

    /// Starts a node; new connections go to all that run.
    ///
    /// # Panics
    /// When it can't be started.
    pub async fn start_node(&mut self, number: usize) {
        let config = self.configs.get(number).cloned().expect("such a node");
        let node = spawn(config, clock(&self.ahead_ms)).await.expect("a server");
        let place = self.nodes.get_mut(number).expect("such a node");
        *place = Some(node);
        self.lead_to_all();
    }

    /// Lets time pass on the server. Its clients follow its clock from their next connection on: the
    /// wire is cut, and those who are to know soon should hurry.
    pub fn pass(&mut self, millis: i64) {
        self.ahead_ms.fetch_add(millis, Ordering::Relaxed);
        self.wire.cut();
    }

    /// The servers' clock.
    #[must_use]
    pub fn clock(&self) -> SharedClock {
        clock(&self.ahead_ms)
    }

    /// Decides about a business's template as the operator.
    ///
    /// # Panics
    /// When it can't be decided.
    pub async fn decide(&self, business: &Actor, template: &str, decision: Decision) {
        let Answer::Account(Some(account)) = business.call(Command::Account).await else {
            panic!("an account")
        };
        let (pairs, _rest) = template.as_bytes().as_chunks::<2>();
        let byte = |pair: &[u8; 2]| {
            let digits = std::str::from_utf8(pair).expect("hexadecimal digits");
            u8::from_str_radix(digits, 16).expect("hexadecimal digits")
        };
        let hash: Vec<u8> = pairs.iter().map(byte).collect();
        let hash = hash.try_into().expect("32 bytes");
        let clock = clock(&self.ahead_ms);
        admin::decide_template(self.config(0), &clock, account.account, hash, decision)
            .await
            .expect("a decision");
    }

    /// A device without an account.
    ///
    /// # Panics
    /// When the store can't be opened.
    pub async fn device(&mut self) -> Actor {
        self.actors += 1;
        let store = self.folder.path().join(format!("device-{}/store.db", self.actors));
        Actor::open(&self.origin, store).await
    }

    /// A device whose owner has claimed a business and made an entry link.
    ///
    /// # Panics
    /// When any of it fails.
    pub async fn business(&mut self, name: &str) -> (Actor, EntryLinkView) {
        let mut owner = self.device().await;
        let link = admin::create_claim_link(self.server().app()).await.expect("a claim link");
        let token = link.split_once('#').expect("a fragment").1.to_owned();
        let claim = Command::ClaimBusiness {
            token,
            agent_name: "Anna".to_owned(),
            business_name: name.to_owned(),
            language: "en".to_owned(),
        };
        assert!(matches!(owner.call(claim).await, Answer::Account(Some(_))));
        let create = Command::CreateEntryLink {
            label: "poster".to_owned(),
            prefilled: "Hello".to_owned(),
            uses_max: None,
            days: None,
        };
        let Answer::EntryLink(link) = owner.call(create).await else { panic!("an entry link") };
        owner.until_connection(Connection::Live).await;
        (owner, link)
    }

    /// A customer's device that has said yes to what a link asks.
    ///
    /// # Panics
    /// When any of it fails.
    pub async fn customer(&mut self, link: &EntryLinkView, name: &str) -> (Actor, ConversationId) {
        let mut customer = self.device().await;
        let conversation = customer.open_conversation(link, name).await.expect("a conversation");
        customer.until_connection(Connection::Live).await;
        (customer, conversation)
    }
}

impl Actor {
    /// Whose device this is.
    ///
    /// # Panics
    /// Before it has an account.
    pub async fn account(&self) -> AccountId {
        match self.call(Command::Account).await {
            Answer::Account(Some(account)) => account.account,
            other => panic!("no account: {other:?}"),
        }
    }

    /// Copies the store, closed meanwhile, and opens it again; gives the copy.
    ///
    /// # Panics
    /// When the files can't be copied.
    pub async fn copy_store(self) -> (Self, PathBuf) {
        let (origin, store) = self.close().await;
        let copy = store.with_extension("copy");
        std::fs::copy(&store, &copy).expect("a copy");
        (Self::open(&origin, store).await, copy)
    }

    /// Puts an older copy in the place of the store.
    ///
    /// # Panics
    /// When the files can't be copied.
    pub async fn set_back(self, copy: &Path) -> Self {
        let (origin, store) = self.close().await;
        std::fs::copy(copy, &store).expect("a copy");
        for journal in ["db-wal", "db-shm"] {
            drop(std::fs::remove_file(store.with_extension(journal)));
        }
        Self::open(&origin, store).await
    }

    /// Opens a device's store.
    ///
    /// # Panics
    /// When it can't be opened.
    pub async fn open(origin: &str, store: PathBuf) -> Self {
        let location = StoreLocation::File(store.clone());
        let client = Client::open(ClientConfig::new(origin, location)).await.expect("a store");
        let events = Box::pin(client.events());
        Self { client, origin: origin.to_owned(), store, events, pending: VecDeque::new() }
    }

    /// Closes the client and opens it again from its store.
    ///
    /// # Panics
    /// When it can't be opened.
    pub async fn restart(self) -> Self {
        let Self { client, origin, store, events, .. } = self;
        drop(events);
        patiently(client.close()).await;
        Self::open(&origin, store).await
    }

    /// Closes the client; its store stays.
    pub async fn close(self) -> (String, PathBuf) {
        let Self { client, origin, store, events, .. } = self;
        drop(events);
        patiently(client.close()).await;
        (origin, store)
    }

    /// Does what a command asks; it must succeed.
    ///
    /// # Panics
    /// When it fails.
    pub async fn call(&self, command: Command) -> Answer {
        let name = format!("{command:?}");
        match patiently(self.client.call(command)).await {
            Ok(answer) => answer,
            Err(failure) => panic!("{name}: {failure:?}"),
        }
    }

    /// Does what a command asks.
    ///
    /// # Errors
    /// As the SDK says.
    pub async fn try_call(&self, command: Command) -> Result<Answer, Failure> {
        patiently(self.client.call(command)).await
    }

    /// Says yes to what a link asks.
    ///
    /// # Errors
    /// As the SDK says.
    ///
    /// # Panics
    /// When the answer is another one.
    pub async fn open_conversation(
        &self,
        link: &EntryLinkView,
        name: &str,
    ) -> Result<ConversationId, Failure> {
        let fingerprint = link.url.split_once('#').expect("a fragment").1.to_owned();
        self.open_entry(link.entry, fingerprint, name).await
    }

    /// Says yes to what is behind an entry.
    ///
    /// # Errors
    /// As the SDK says.
    ///
    /// # Panics
    /// When the answer is another one.
    pub async fn open_entry(
        &self,
        entry: EntryId,
        fingerprint: String,
        name: &str,
    ) -> Result<ConversationId, Failure> {
        let command = Command::OpenConversation {
            entry,
            fingerprint,
            display_name: name.to_owned(),
            categories: [Category::Service, Category::Utility].into_iter().collect::<Categories>(),
            wording: "They may write to me about my orders.".to_owned(),
            language: "en".to_owned(),
        };
        match self.try_call(command).await? {
            Answer::Conversation(conversation) => Ok(conversation),
            other => panic!("not a conversation: {other:?}"),
        }
    }

    /// Waits for an event that `find` accepts. Events before it are kept for later calls.
    ///
    /// # Panics
    /// When it doesn't come.
    pub async fn until<T>(&mut self, what: &str, mut find: impl FnMut(&Event) -> Option<T>) -> T {
        for (index, event) in self.pending.iter().enumerate() {
            if let Some(found) = find(event) {
                self.pending.remove(index);
                return found;
            }
        }
        let waiting = async {
            loop {
                let event = self.events.next().await.expect("the client lives");
                if let Some(found) = find(&event) {
                    return found;
                }
                self.pending.push_back(event);
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.unwrap_or_else(|_| panic!("{what}"))
    }

    /// Waits for a state of the connection.
    pub async fn until_connection(&mut self, expected: Connection) {
        if self.client.connection() == expected {
            return;
        }
        self.until(&format!("{expected:?}"), |event| {
            matches!(event, Event::Connection(connection) if *connection == expected).then_some(())
        })
        .await;
    }

    /// Sends a text.
    ///
    /// # Panics
    /// When it can't be queued.
    pub async fn say(&self, conversation: ConversationId, text: &str) -> MessageView {
        let command = Command::SendText { conversation, text: text.to_owned(), reply_to: None };
        match self.call(command).await {
            Answer::Message(message) => *message,
            other => panic!("not a message: {other:?}"),
        }
    }

    /// Waits for a text, and gives its message with its conversation.
    pub async fn hear(&mut self, expected: &str) -> (ConversationId, MessageView) {
        self.until(&format!("the text {expected:?}"), |event| match event {
            Event::Message { conversation, message } if text_of(message) == Some(expected) => {
                Some((*conversation, message.as_ref().clone()))
            }
            _ => None,
        })
        .await
    }

    /// Waits until an own message has come at least this far.
    pub async fn until_state(&mut self, id: MessageId, expected: MessageState) -> MessageView {
        self.until(&format!("{expected:?}"), |event| match event {
            Event::Message { message, .. }
                if message.message == id && message.state >= Some(expected) =>
            {
                Some(message.as_ref().clone())
            }
            _ => None,
        })
        .await
    }

    /// All messages of a conversation, oldest first.
    ///
    /// # Panics
    /// When they can't be read.
    pub async fn messages(&self, conversation: ConversationId) -> Vec<MessageView> {
        match self.call(Command::Messages { conversation, before: None, limit: 200 }).await {
            Answer::Messages(page) => page.messages,
            other => panic!("no messages: {other:?}"),
        }
    }

    /// The texts of a conversation, oldest first.
    pub async fn texts(&self, conversation: ConversationId) -> Vec<String> {
        let messages = self.messages(conversation).await;
        messages.iter().filter_map(|message| text_of(message).map(ToOwned::to_owned)).collect()
    }

    /// The list of conversations.
    ///
    /// # Panics
    /// When it can't be read.
    pub async fn conversations(&self) -> Vec<ConversationRow> {
        match self.call(Command::Conversations { filter: InboxFilter::All }).await {
            Answer::Conversations(rows) => rows,
            other => panic!("no conversations: {other:?}"),
        }
    }

    /// Marks a message as seen, with all before it.
    pub async fn read(&self, conversation: ConversationId, message: &MessageView) {
        self.call(Command::MarkRead { conversation, through: message.position }).await;
    }
}

/// This machine's clock, moved by the test.
fn clock(ahead_ms: &Arc<AtomicI64>) -> SharedClock {
    let ahead_ms = Arc::clone(ahead_ms);
    Arc::new(move || SystemClock.now().plus_millis(ahead_ms.load(Ordering::Relaxed)))
}

/// The text of a message.
#[must_use]
pub fn text_of(message: &MessageView) -> Option<&str> {
    match &message.body {
        MessageBody::Text { text } => Some(text),
        _ => None,
    }
}

/// Waits at most [`PATIENCE`].
///
/// # Panics
/// When the time is over.
pub async fn patiently<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.expect("in time")
}
