//! A device: the SDK with its events, and files beside its commands.

use std::{fs, io::Write as _, path::Path, time::Duration};

use bytes::Bytes;
use futures::{FutureExt as _, Stream, StreamExt as _};
use tresen_client::{Client, ClientConfig, FileSink, LocalFuture, StoreLocation, Trust};
use tresen_types::ConversationId;
use tresen_view::{
    Answer, Command, Connection, ConversationRow, Event, Failure, FailureKind, FileRef,
    InboxFilter, MessageView,
};

/// The file of an account in its folder.
const STORE_FILE: &str = "account.db";
/// Messages of one page.
const PAGE: u32 = 200;

/// A device with its account, or without one yet.
pub(crate) struct Device {
    /// The SDK.
    pub(crate) client: Client,
    events: Box<dyn Stream<Item = Event> + Unpin>,
}

impl Device {
    /// Opens the account in a folder; a new folder has none.
    pub(crate) async fn open(origin: &str, folder: &Path, trust: Trust) -> Result<Self, Failure> {
        let store = StoreLocation::File(folder.join(STORE_FILE));
        let client =
            Client::open(ClientConfig { trust, ..ClientConfig::new(origin, store) }).await?;
        let events = Box::new(client.events());
        Ok(Self { client, events })
    }

    /// Does what a command asks.
    pub(crate) async fn call(&self, command: Command) -> Result<Answer, Failure> {
        self.client.call(command).await
    }

    /// What happens next.
    pub(crate) async fn next_event(&mut self) -> Result<Event, Failure> {
        self.events.next().await.ok_or_else(|| failure(FailureKind::Internal, "the SDK ended"))
    }

    /// What has happened and was not looked at.
    pub(crate) fn happened(&mut self) -> Option<Event> {
        self.events.next().now_or_never().flatten()
    }

    /// Waits until everything that waited on the server is here.
    pub(crate) async fn until_live(&mut self) -> Result<(), Failure> {
        loop {
            match self.client.connection() {
                Connection::Live => return Ok(()),
                Connection::Revoked => {
                    return Err(failure(FailureKind::DeviceRevoked, "this device was removed"));
                }
                Connection::Replaced => {
                    return Err(failure(FailureKind::OtherWindow, "open elsewhere"));
                }
                Connection::Offline | Connection::Syncing => {}
            }
            self.next_event().await?;
        }
    }

    /// All conversations, also the closed ones.
    pub(crate) async fn conversations(&self) -> Result<Vec<ConversationRow>, Failure> {
        let mut all: Vec<ConversationRow> = Vec::new();
        for filter in [InboxFilter::All, InboxFilter::Closed] {
            match self.call(Command::Conversations { filter }).await? {
                Answer::Conversations(rows) => {
                    for row in rows {
                        if all.iter().all(|known| known.conversation != row.conversation) {
                            all.push(row);
                        }
                    }
                }
                _ => return Err(unexpected()),
            }
        }
        Ok(all)
    }

    /// The messages of a conversation from a position on, oldest first.
    pub(crate) async fn messages(
        &self,
        conversation: ConversationId,
        since: i64,
    ) -> Result<Vec<MessageView>, Failure> {
        let mut messages: Vec<MessageView> = Vec::new();
        loop {
            let before = messages.first().map(|oldest| oldest.position);
            let command = Command::Messages { conversation, before, limit: PAGE };
            let Answer::Messages(page) = self.call(command).await? else {
                return Err(unexpected());
            };
            let is_last = !page.has_older || page.messages.is_empty();
            messages.splice(0..0, page.messages);
            if is_last || messages.first().is_some_and(|oldest| oldest.position <= since) {
                messages.retain(|message| message.position >= since);
                return Ok(messages);
            }
        }
    }
}

/// Writes a file that an answer named, and forgets its name.
pub(crate) async fn write_file(client: &Client, file: FileRef, path: &Path) -> Result<(), Failure> {
    let mut sink = Written(fs::File::create(path).map_err(|error| io_failure(&error))?);
    let copied = client.copy_file(file, &mut sink).await;
    client.release_file(file);
    copied
}

/// A file that is being written.
struct Written(fs::File);

impl FileSink for Written {
    fn append(&mut self, bytes: Bytes) -> LocalFuture<'_, tresen_client::Result<()>> {
        let written = self.0.write_all(&bytes).map_err(|_io| tresen_client::Error::File);
        Box::pin(std::future::ready(written))
    }
}

/// Waits for something at most this long.
pub(crate) async fn within<T>(
    patience: Duration,
    waiting: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    tokio::time::timeout(patience, waiting)
        .await
        .unwrap_or_else(|_elapsed| Err(failure(FailureKind::Offline, "waited in vain")))
}

/// A failure of this program's own.
pub(crate) fn failure(kind: FailureKind, detail: &str) -> Failure {
    Failure { kind, detail: detail.to_owned() }
}

/// An answer to another command than the one that was asked.
pub(crate) fn unexpected() -> Failure {
    failure(FailureKind::Internal, "an answer to something else")
}

/// A file can't be read or written.
pub(crate) fn io_failure(error: &std::io::Error) -> Failure {
    Failure { kind: FailureKind::Invalid, detail: error.kind().to_string() }
}
