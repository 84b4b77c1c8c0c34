//! What the rest of the SDK sees of the connection.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
};

use futures::channel::{mpsc, oneshot};
use tresen_proto::{ClientBody, Hello, ReplyBody, Request, RequestBody, Session};
use tresen_types::Timestamp;

use crate::{
    client::Inner,
    error::{Error, Result},
    limits::{REQUEST_MS_MAX, WAIT_FOR_CONNECTION_MS_MAX},
    runtime,
    wake::Wake,
};

/// How far a connection has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    /// There is none.
    Down,
    /// The server has said hello.
    Greeted,
    /// The server knows the device; the mailbox comes in.
    Authenticated,
    /// Everything that waited is here.
    Live,
}

/// The connection, for those who use it.
#[derive(Default)]
pub(crate) struct Link {
    up: RefCell<Option<Up>>,
    changed: Wake,
    /// How many commands want a connection.
    wanted: Cell<u32>,
    hurries: Wake,
    is_closed: Cell<bool>,
    server_offset_ms: Cell<i64>,
    attempts: Cell<u64>,
}

struct Up {
    hello: Hello,
    phase: Phase,
    /// Since when everything that is accepted comes at once, on the server's clock.
    live_since: Option<Timestamp>,
    session: Option<Session>,
    frames: mpsc::UnboundedSender<ClientBody>,
    waiting: BTreeMap<u64, oneshot::Sender<ReplyBody>>,
    next_id: u64,
}

impl Link {
    /// How far the connection has come.
    pub(crate) fn phase(&self) -> Phase {
        self.up.borrow().as_ref().map_or(Phase::Down, |up| up.phase)
    }

    /// The server's clock less this machine's, in milliseconds.
    pub(crate) fn server_offset_ms(&self) -> i64 {
        self.server_offset_ms.get()
    }

    /// The hello of this connection.
    pub(crate) fn hello(&self) -> Result<Hello> {
        self.up.borrow().as_ref().map(|up| up.hello.clone()).ok_or(Error::Offline)
    }

    /// The server's key of this connection.
    pub(crate) fn server_key(&self) -> Result<[u8; 32]> {
        let hello = self.hello()?;
        <[u8; 32]>::try_from(&hello.server_key[..]).map_err(|_length| Error::Answer("server key"))
    }

    /// The session of this connection.
    pub(crate) fn session(&self) -> Result<Session> {
        let up = self.up.borrow();
        up.as_ref().and_then(|up| up.session.clone()).ok_or(Error::Offline)
    }

    /// Sends a frame that isn't answered.
    pub(crate) fn send(&self, body: ClientBody) -> Result<()> {
        let up = self.up.borrow();
        let up = up.as_ref().ok_or(Error::Offline)?;
        up.frames.unbounded_send(body).map_err(|_ended| Error::Offline)
    }

    /// Sends a request and waits for its answer.
    pub(crate) async fn request(&self, body: RequestBody) -> Result<ReplyBody> {
        let (answer, id) = {
            let mut up = self.up.borrow_mut();
            let up = up.as_mut().ok_or(Error::Offline)?;
            let id = up.next_id;
            up.next_id = id.wrapping_add(1);
            let (sender, answer) = oneshot::channel();
            up.waiting.insert(id, sender);
            up.frames
                .unbounded_send(ClientBody::Request(Request { id, body: Some(body) }))
                .map_err(|_ended| Error::Offline)?;
            (answer, id)
        };
        match runtime::within(REQUEST_MS_MAX, answer).await {
            Some(Ok(ReplyBody::Error(reply))) => Err(reply.into()),
            Some(Ok(reply)) => Ok(reply),
            Some(Err(oneshot::Canceled)) => Err(Error::Offline),
            None => {
                if let Some(up) = self.up.borrow_mut().as_mut() {
                    up.waiting.remove(&id);
                }
                Err(Error::Offline)
            }
        }
    }

    /// Waits until the connection has come this far; gives up after a named time, or when an
    /// attempt to connect fails.
    pub(crate) async fn reach(&self, phase: Phase) -> Result<()> {
        if self.phase() >= phase {
            return Ok(());
        }
        self.wanted.set(self.wanted.get().saturating_add(1));
        self.changed.notify();
        self.hurry();
        let attempts = self.attempts.get();
        let reached = self.changed.until(|| {
            if self.phase() >= phase {
                return Some(true);
            }
            // The attempt after the hurry failed.
            (self.attempts.get() > attempts.saturating_add(1)).then_some(false)
        });
        let reached = runtime::within(WAIT_FOR_CONNECTION_MS_MAX, reached).await;
        self.wanted.set(self.wanted.get().saturating_sub(1));
        if reached == Some(true) { Ok(()) } else { Err(Error::Offline) }
    }

    /// Waits until the connection has come this far, for as long as it takes.
    pub(crate) async fn until(&self, phase: Phase) {
        self.changed.until(|| (self.phase() >= phase).then_some(())).await;
    }

    /// Ends the pause before the next attempt.
    pub(crate) fn hurry(&self) {
        self.hurries.notify();
    }

    /// Tells that the account on this device appeared or changed.
    pub(crate) fn account_changed(&self) {
        self.changed.notify();
    }

    /// Ends everything.
    pub(crate) fn close(&self) {
        self.is_closed.set(true);
        self.take_down();
        self.changed.notify();
    }

    /// Waits until [`Self::close`].
    pub(crate) async fn closed(&self) {
        self.changed.until(|| self.is_closed.get().then_some(())).await;
    }

    pub(super) fn hurry_count(&self) -> u64 {
        self.hurries.seen()
    }

    pub(super) async fn wait_for_hurry(&self, seen: u64) {
        self.hurries.changed_since(seen).await;
    }

    pub(super) async fn wait_until_wanted(&self, inner: &Inner) {
        self.changed
            .until(|| {
                let has_account = inner.own_or_none().is_some_and(|own| own.record.is_registered);
                (has_account || self.wanted.get() > 0).then_some(())
            })
            .await;
    }

    pub(crate) fn put_up(
        &self,
        hello: Hello,
        local_now_ms: i64,
    ) -> mpsc::UnboundedReceiver<ClientBody> {
        let (frames, receiver) = mpsc::unbounded();
        self.server_offset_ms.set(hello.server_time_ms.saturating_sub(local_now_ms));
        *self.up.borrow_mut() = Some(Up {
            hello,
            phase: Phase::Greeted,
            live_since: None,
            session: None,
            frames,
            waiting: BTreeMap::new(),
            next_id: 1,
        });
        self.changed.notify();
        receiver
    }

    pub(super) fn take_down(&self) {
        self.attempts.set(self.attempts.get().saturating_add(1));
        *self.up.borrow_mut() = None;
        self.changed.notify();
    }

    /// The server knows the device now.
    pub(crate) fn set_session(&self, session: Session) {
        if let Some(up) = self.up.borrow_mut().as_mut() {
            up.session = Some(session);
            up.phase = up.phase.max(Phase::Authenticated);
        }
        self.changed.notify();
    }

    /// Everything that waited is here.
    pub(crate) fn set_live(&self, now: Timestamp) {
        if let Some(up) = self.up.borrow_mut().as_mut() {
            up.phase = Phase::Live;
            up.live_since = Some(now);
        }
        self.changed.notify();
    }

    /// Since when everything that is accepted comes at once, on the server's clock.
    pub(crate) fn live_since(&self) -> Option<Timestamp> {
        self.up.borrow().as_ref().and_then(|up| up.live_since)
    }

    pub(super) async fn until_authenticated(&self) {
        self.changed.until(|| (self.phase() >= Phase::Authenticated).then_some(())).await;
    }

    pub(super) fn resolve(&self, id: u64, body: ReplyBody) {
        let waiting = self.up.borrow_mut().as_mut().and_then(|up| up.waiting.remove(&id));
        if let Some(waiting) = waiting {
            // Whoever asked may have stopped waiting.
            drop(waiting.send(body));
        }
    }

    pub(super) fn note_server_time(&self, server_time: Timestamp, local_now_ms: i64) {
        self.server_offset_ms.set(server_time.as_millis().saturating_sub(local_now_ms));
    }
}
