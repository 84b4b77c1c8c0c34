//! A device with the real SDK, which is killed and started again on the same store.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use futures::{Stream, StreamExt as _};
use tokio::{task::JoinHandle, time::timeout};
use tresen_client::{Client, ClientConfig, Dial, StoreLocation, Trust};
use tresen_types::ConversationId;
use tresen_view::{Answer, Command, Event, Failure, FailureKind, MessageView};

use super::{ORIGIN, line::Line};

/// How long a call may take, on the simulated clock.
const CALL_MAX: Duration = Duration::from_secs(180);
/// Messages of one page.
const PAGE: u32 = 200;

/// A device.
pub(super) struct Device {
    pub(super) name: String,
    pub(super) line: Arc<Line>,
    pub(super) is_business: bool,
    /// Whether it came when chats had begun.
    pub(super) is_late: bool,
    store: PathBuf,
    ahead_ms: Arc<AtomicI64>,
    /// None while it is killed.
    client: Option<Client>,
    /// What it does beside.
    acts: Vec<JoinHandle<()>>,
}

impl Device {
    pub(super) async fn start(
        name: &str,
        store: PathBuf,
        line: Arc<Line>,
        is_business: bool,
    ) -> Self {
        let mut device = Self {
            name: name.to_owned(),
            line,
            is_business,
            is_late: false,
            store,
            ahead_ms: Arc::default(),
            client: None,
            acts: Vec::new(),
        };
        device.wake().await;
        device
    }

    pub(super) const fn is_awake(&self) -> bool {
        self.client.is_some()
    }

    /// Starts it on its store, if it doesn't run.
    pub(super) async fn wake(&mut self) {
        if self.client.is_none() {
            let line = Arc::clone(&self.line);
            let config = ClientConfig {
                trust: Trust::Process(Dial::new(move || line.dial())),
                clock_ahead_ms: Arc::clone(&self.ahead_ms),
                ..ClientConfig::new(ORIGIN, StoreLocation::File(self.store.clone()))
            };
            self.client = Some(Client::open(config).await.expect("a store"));
        }
    }

    /// Ends it wherever it is: nothing is finished, nothing reaches the server any more.
    pub(super) async fn kill(&mut self) {
        let Some(client) = self.client.take() else { return };
        self.line.cut();
        for act in self.acts.drain(..) {
            act.abort();
            drop(act.await);
        }
        client.close().await;
    }

    /// Moves its clock.
    pub(super) fn jump(&self, millis: i64) {
        self.ahead_ms.fetch_add(millis, Ordering::Relaxed);
    }

    /// Tries to connect at once.
    pub(super) fn hurry(&self) {
        if let Some(client) = &self.client {
            client.hurry();
        }
    }

    /// Asks something of the SDK.
    pub(super) async fn call(&self, command: Command) -> Result<Answer, Failure> {
        let away = || Failure { kind: FailureKind::Offline, detail: String::new() };
        let client = self.client.as_ref().ok_or_else(away)?;
        timeout(CALL_MAX, client.call(command)).await.unwrap_or_else(|_late| Err(away()))
    }

    /// Asks something without waiting for what comes of it.
    pub(super) fn ask(&mut self, command: Command) {
        self.ask_for(command, drop);
    }

    /// Asks something, and has what comes of it told; nothing is told of a device that is killed
    /// meanwhile, or where it takes too long: then nobody knows.
    pub(super) fn ask_for(
        &mut self,
        command: Command,
        told: impl FnOnce(Result<Answer, Failure>) + 'static,
    ) {
        let Some(client) = self.client.clone() else { return };
        self.acts.retain(|act| !act.is_finished());
        self.acts.push(tokio::task::spawn_local(async move {
            if let Ok(answer) = timeout(CALL_MAX, client.call(command)).await {
                told(answer);
            }
        }));
    }

    /// What it tells from now on.
    pub(super) fn events(&self) -> impl Stream<Item = Event> + Unpin + use<> {
        let client = self.client.as_ref().expect("an awake device");
        client.events()
    }

    /// Whether everything that it wanted to say is said.
    pub(super) async fn is_settled(&self, patience: Duration) -> bool {
        match &self.client {
            Some(client) => matches!(timeout(patience, client.settled()).await, Ok(Ok(()))),
            None => false,
        }
    }

    /// All messages of a conversation, oldest first; nothing while it doesn't know the conversation.
    pub(super) async fn messages(&self, conversation: ConversationId) -> Vec<MessageView> {
        let mut all = Vec::new();
        let mut before = None;
        loop {
            let command = Command::Messages { conversation, before, limit: PAGE };
            let Ok(Answer::Messages(page)) = self.call(command).await else { return all };
            before = page.messages.first().map(|message| message.position);
            let mut page_with_newer = page.messages;
            page_with_newer.append(&mut all);
            all = page_with_newer;
            if !page.has_older || before.is_none() {
                return all;
            }
        }
    }
}

/// Waits for an event.
pub(super) async fn until<T>(
    events: &mut (impl Stream<Item = Event> + Unpin),
    mut find: impl FnMut(&Event) -> Option<T>,
) -> Option<T> {
    let waiting = async {
        while let Some(event) = events.next().await {
            if let Some(found) = find(&event) {
                return Some(found);
            }
        }
        None
    };
    timeout(CALL_MAX, waiting).await.ok().flatten()
}
