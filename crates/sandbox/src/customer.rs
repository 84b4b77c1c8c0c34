//! A simulated customer: a device with the real SDK, in a folder of its own.

use std::{path::PathBuf, sync::Arc, time::Duration};

use futures::{Stream, StreamExt as _};
use tresen_client::{Client, ClientConfig, StoreLocation};
use tresen_types::{AccountId, ConversationId, MessageId};
use tresen_view::{Answer, Command, Connection, Event, Failure, MessageState, MessageView};

use crate::{
    clock::SandboxClock,
    error::{Error, Result},
};

/// How long a step of a customer may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
/// Messages of one page.
const PAGE: u32 = 200;
/// Pages that are looked through for a message.
const PAGES_MAX: u32 = 50;

/// A device with the SDK.
pub(crate) struct Device {
    pub(crate) client: Client,
    events: Box<dyn Stream<Item = Event> + Unpin>,
}

impl Device {
    /// Opens the account in a folder.
    pub(crate) async fn open(origin: &str, store: PathBuf, clock: &SandboxClock) -> Result<Self> {
        let config = ClientConfig {
            clock_ahead_ms: Arc::clone(&clock.ahead_ms()),
            ..ClientConfig::new(origin, StoreLocation::File(store))
        };
        let client = Client::open(config).await?;
        let events = Box::new(client.events());
        Ok(Self { client, events })
    }

    /// Waits for an event that `find` accepts.
    pub(crate) async fn until<T>(
        &mut self,
        what: &'static str,
        mut find: impl FnMut(Event) -> Option<T>,
    ) -> Result<T> {
        let waiting = async {
            loop {
                let event = self.events.next().await.ok_or(Error::Offline)?;
                if let Some(found) = find(event) {
                    return Ok(found);
                }
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.unwrap_or(Err(Error::Slow(what)))
    }

    /// Waits until everything that waited on the server is here.
    pub(crate) async fn until_live(&mut self) -> Result<()> {
        if self.client.connection() == Connection::Live {
            return Ok(());
        }
        self.until("a connection", |event| {
            matches!(event, Event::Connection(Connection::Live)).then_some(())
        })
        .await
    }

    /// The account of this device.
    pub(crate) async fn account(&self) -> Result<AccountId> {
        match self.client.call(Command::Account).await? {
            Answer::Account(Some(account)) => Ok(account.account),
            _ => Err(Error::unexpected()),
        }
    }
}

/// A simulated customer.
pub(crate) struct Customer {
    pub(crate) conversation: ConversationId,
    pub(crate) store: PathBuf,
    /// None while it is offline.
    pub(crate) device: Option<Device>,
}

impl Customer {
    /// The SDK, if the customer is online.
    pub(crate) fn client(&self) -> Result<&Client> {
        self.device.as_ref().map(|device| &device.client).ok_or(Error::Offline)
    }

    /// Does what a command asks.
    pub(crate) async fn call(&self, command: Command) -> Result<Answer> {
        Ok(self.client()?.call(command).await?)
    }

    /// Sends something; gives the message when the server has it.
    pub(crate) async fn send(&mut self, command: Command) -> Result<MessageView> {
        let Answer::Message(sent) = self.call(command).await? else {
            return Err(Error::unexpected());
        };
        let (conversation, position) = (self.conversation, sent.position);
        if sent.state >= Some(MessageState::Sent) {
            return Ok(*sent);
        }
        let device = self.device.as_mut().ok_or(Error::Offline)?;
        let message = device
            .until("the server's word", |event| match event {
                Event::Message { conversation: of, message }
                    if of == conversation
                        && message.position == position
                        && message.state >= Some(MessageState::Sent) =>
                {
                    Some(message)
                }
                _ => None,
            })
            .await?;
        if message.state == Some(MessageState::Failed) {
            let detail = "the server refused the message".to_owned();
            return Err(Failure { kind: tresen_view::FailureKind::Blocked, detail }.into());
        }
        Ok(*message)
    }

    /// The newest message that `is_it` accepts.
    pub(crate) async fn find(
        &self,
        is_it: impl Fn(&MessageView) -> bool,
    ) -> Result<Option<MessageView>> {
        let mut before = None;
        for _page in 0..PAGES_MAX {
            let conversation = self.conversation;
            let command = Command::Messages { conversation, before, limit: PAGE };
            let Answer::Messages(page) = self.call(command).await? else {
                return Err(Error::unexpected());
            };
            before = page.messages.first().map(|oldest| oldest.position);
            if let Some(found) = page.messages.into_iter().rev().find(|one| is_it(one)) {
                return Ok(Some(found));
            }
            if !page.has_older || before.is_none() {
                break;
            }
        }
        Ok(None)
    }

    /// A message by its id; waits a moment for one that is on its way.
    pub(crate) async fn message(&mut self, id: MessageId) -> Result<MessageView> {
        if let Some(found) = self.find(|one| one.message == id).await? {
            return Ok(found);
        }
        let device = self.device.as_mut().ok_or(Error::Offline)?;
        let arrival = device.until("the message", |event| match event {
            Event::Message { message, .. } if message.message == id => Some(*message),
            _ => None,
        });
        match tokio::time::timeout(Duration::from_secs(5), arrival).await {
            Ok(found) => found,
            Err(_elapsed) => Err(Error::NotFound("message")),
        }
    }
}
