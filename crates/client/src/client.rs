//! The handle of the SDK: one account on one device, driven by commands, telling events.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use futures::{Stream, channel::mpsc, lock::Mutex};
use tresen_types::Timestamp;
use tresen_view::{Answer, Call, Command, Connection, Event, Failure, FirstCommand};

use crate::{
    account::Own,
    archive, attachment,
    command::{self, seldom},
    config::ClientConfig,
    connection::{self, Link},
    error::{Error, Result},
    linking, outbox, runtime,
    store::{Store, Tx},
    transport::{Origin, Trust},
    wake::Wake,
};

/// The SDK: one account on one device.
///
/// Lives on one thread; natively it needs tokio's `LocalSet` around it.
#[derive(Clone)]
pub struct Client {
    inner: Rc<Inner>,
    _handle: Rc<Handle>,
}

/// Ends the tasks when the last [`Client`] is dropped.
struct Handle(Rc<Inner>);

/// What all parts of the SDK share.
pub(crate) struct Inner {
    pub(crate) origin: Origin,
    pub(crate) trust: Trust,
    pub(crate) store: Store,
    pub(crate) link: Link,
    /// Held while a commit waits for its answer, and while mailbox entries are taken in: so a group
    /// never changes under a pending commit.
    pub(crate) gate: Mutex<()>,
    /// Serialises what makes accounts and conversations.
    pub(crate) opening: Mutex<()>,
    pub(crate) outbox_wake: Wake,
    /// A broadcast began or goes on.
    pub(crate) broadcast_wake: Wake,
    /// The outbox holds nothing that can be sent.
    pub(crate) outbox_rest: Wake,
    pub(crate) duties: crate::sync::Duties,
    pub(crate) typing: crate::typing::TypingState,
    pub(crate) attachments: attachment::Attachments,
    pub(crate) archive: archive::Archive,
    pub(crate) linking: linking::Linking,
    clock_ahead_ms: Arc<AtomicI64>,
    own: RefCell<Option<Rc<Own>>>,
    listeners: RefCell<Vec<mpsc::UnboundedSender<Event>>>,
    connection: Cell<Connection>,
    tasks: Cell<u32>,
    task_ended: Wake,
}

impl Client {
    /// Opens the store and starts to keep the account in step with the server.
    ///
    /// # Errors
    /// When the store can't be opened, is open elsewhere, or the origin is malformed.
    pub async fn open(config: ClientConfig) -> Result<Self> {
        let origin = Origin::parse(&config.origin)?;
        let store = Store::open(config.store).await?;
        store.write(|tx| belongs_to(tx, &origin))?;
        let own = store.read(|tx| tx.account())?.map(Own::from_record).transpose()?;
        let inner = Rc::new(Inner {
            origin,
            trust: config.trust,
            store,
            link: Link::default(),
            gate: Mutex::new(()),
            opening: Mutex::new(()),
            outbox_wake: Wake::default(),
            broadcast_wake: Wake::default(),
            outbox_rest: Wake::default(),
            duties: crate::sync::Duties::default(),
            typing: crate::typing::TypingState::default(),
            attachments: attachment::Attachments::default(),
            archive: archive::Archive::default(),
            linking: linking::Linking::default(),
            clock_ahead_ms: config.clock_ahead_ms,
            own: RefCell::new(own.map(Rc::new)),
            listeners: RefCell::new(Vec::new()),
            connection: Cell::new(Connection::Offline),
            tasks: Cell::new(0),
            task_ended: Wake::default(),
        });
        inner.spawn(connection::run(Rc::clone(&inner)));
        inner.spawn(outbox::run(Rc::clone(&inner)));
        inner.spawn(crate::broadcast::run(Rc::clone(&inner)));
        inner.spawn(crate::sync::run_duties(Rc::clone(&inner)));
        inner.spawn(attachment::run(Rc::clone(&inner)));
        inner.spawn(archive::run(Rc::clone(&inner)));
        inner.spawn(linking::run(Rc::clone(&inner)));
        Ok(Self { _handle: Rc::new(Handle(Rc::clone(&inner))), inner })
    }

    /// Does what a command asks.
    ///
    /// # Errors
    /// A failure that an interface has words for.
    pub async fn call(&self, command: Command) -> Result<Answer, Failure> {
        self.run(None, command).await
    }

    /// Does what a call asks. A call with the number of an earlier one that wrote a message answers
    /// that message and writes none, also after a restart.
    ///
    /// # Errors
    /// A failure that an interface has words for.
    pub async fn answer(&self, call: Call) -> Result<Answer, Failure> {
        self.run(Some(call.id), call.command).await
    }

    /// The same for a command of a first visit.
    ///
    /// # Errors
    /// A failure that an interface has words for.
    pub async fn answer_first(&self, id: u64, command: FirstCommand) -> Result<Answer, Failure> {
        told(Box::pin(command::run_first(&self.inner, Some(id), command)).await)
    }

    /// The same for a command by position (postcard), which only what does it can read.
    ///
    /// # Errors
    /// A failure that an interface has words for.
    pub async fn answer_packed(&self, id: u64, command: Vec<u8>) -> Result<Answer, Failure> {
        let answer = async {
            let asked = seldom::Asked::Packed(command);
            seldom::answer(Rc::clone(&self.inner), Some(id), asked).await?.await
        };
        told(answer.await)
    }

    async fn run(&self, call: Option<u64>, command: Command) -> Result<Answer, Failure> {
        told(Box::pin(command::run(&self.inner, call, command)).await)
    }

    /// What all parts share.
    pub(crate) const fn inner(&self) -> &Rc<Inner> {
        &self.inner
    }

    /// What happens from now on.
    pub fn events(&self) -> impl Stream<Item = Event> + Unpin + use<> {
        let (sender, receiver) = mpsc::unbounded();
        // A newcomer learns the state of the connection at once.
        drop(sender.unbounded_send(Event::Connection(self.inner.connection.get())));
        self.inner.listeners.borrow_mut().push(sender);
        receiver
    }

    /// The state of the connection.
    #[must_use]
    pub fn connection(&self) -> Connection {
        self.inner.connection.get()
    }

    /// Tries to connect now, without waiting for the pause to end: the machine woke up or is on
    /// line again.
    pub fn hurry(&self) {
        self.inner.link.hurry();
    }

    /// Waits until nothing is left to be sent: messages, receipts, files. Waits for ever without a
    /// connection.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn settled(&self) -> Result<(), Failure> {
        loop {
            let seen = self.inner.outbox_rest.seen();
            if !outbox::is_waiting(&self.inner)? {
                return Ok(());
            }
            self.inner.outbox_rest.changed_since(seen).await;
        }
    }

    /// Ends the connection and closes the store.
    pub async fn close(self) {
        let inner = Rc::clone(&self.inner);
        drop(self);
        inner.shut_down();
        inner.task_ended.until(|| (inner.tasks.get() == 0).then_some(())).await;
    }
}

fn told(result: Result<Answer>) -> Result<Answer, Failure> {
    result.map_err(|error| {
        tracing::debug!(%error, "a command failed");
        error.into()
    })
}

/// Binds a new store to its server, and refuses one that belongs to another: its account, keys and
/// cursor mean nothing there.
fn belongs_to(tx: &Tx<'_>, origin: &Origin) -> Result<()> {
    match tx.origin()? {
        Some(known) if known == origin.as_str() => Ok(()),
        Some(_other) if tx.account()?.is_some() => Err(Error::OtherOrigin),
        _ => tx.set_origin(origin.as_str()),
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client")
            .field("origin", &self.inner.origin.as_str())
            .finish_non_exhaustive()
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.0.shut_down();
    }
}

impl Inner {
    /// The account on this device.
    pub(crate) fn own(&self) -> Result<Rc<Own>> {
        self.own.borrow().clone().ok_or(Error::NoAccount)
    }

    /// The account on this device, if there is one.
    pub(crate) fn own_or_none(&self) -> Option<Rc<Own>> {
        self.own.borrow().clone()
    }

    /// Reads the account again after its row changed.
    pub(crate) fn reload_own(&self) -> Result<()> {
        let own = self.store.read(|tx| tx.account())?.map(Own::from_record).transpose()?;
        *self.own.borrow_mut() = own.map(Rc::new);
        self.link.account_changed();
        self.emit(Event::AccountChanged);
        Ok(())
    }

    /// The server's time, as well as it is known.
    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.local_now_ms().saturating_add(self.link.server_offset_ms()))
    }

    /// This machine's clock, to be compared with the server's.
    pub(crate) fn local_now_ms(&self) -> i64 {
        runtime::now_millis().saturating_add(self.clock_ahead_ms.load(Ordering::Relaxed))
    }

    /// The host that content names.
    pub(crate) fn host(&self) -> &str {
        tresen_content::uri::host_of_origin(self.origin.as_str()).unwrap_or_default()
    }

    /// Tells all listeners.
    pub(crate) fn emit(&self, event: Event) {
        self.emit_all(vec![event]);
    }

    /// Tells all listeners, in order.
    pub(crate) fn emit_all(&self, events: Vec<Event>) {
        let mut listeners = self.listeners.borrow_mut();
        for event in events {
            listeners.retain(|listener| listener.unbounded_send(event.clone()).is_ok());
        }
    }

    /// Notes and tells the state of the connection.
    pub(crate) fn set_connection(&self, connection: Connection) {
        if self.connection.replace(connection) != connection {
            self.emit(Event::Connection(connection));
        }
    }

    /// Starts a task that ends with the client.
    pub(crate) fn spawn(self: &Rc<Self>, task: impl Future<Output = ()> + 'static) {
        let inner = Rc::clone(self);
        self.tasks.set(self.tasks.get().saturating_add(1));
        runtime::spawn(async move {
            let closed = inner.link.closed();
            futures::future::select(std::pin::pin!(task), std::pin::pin!(closed)).await;
            inner.tasks.set(inner.tasks.get().saturating_sub(1));
            inner.task_ended.notify();
        });
    }

    fn shut_down(&self) {
        self.link.close();
        self.listeners.borrow_mut().clear();
    }
}
