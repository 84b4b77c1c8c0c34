//! JSON commands, answers and events over one WebSocket, which is how both protocols work.
//!
//! One task owns the socket. It numbers the commands, hands each answer to the one who waits for it
//! and passes events on. When the socket ends, everyone who waits is told. A browser that doesn't
//! answer in [`ANSWER`] has failed: the error names the command and everything else that is still
//! open, because what hangs a page is often a command about something else.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::{
    net::TcpStream,
    sync::{mpsc, oneshot},
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{Message, protocol::WebSocketConfig},
};

use super::{Error, PATIENCE};

/// How long a browser may take to answer. A script that waits in the page keeps its own, shorter time.
const ANSWER: Duration = Duration::from_secs(PATIENCE.as_secs() + 15);

/// Screenshots and lists come in one message.
const MAX_MESSAGE: usize = 256 * 1024 * 1024;

/// What Chromium says when a page's process has died: it answers nothing about the page any more.
pub(super) const CRASHED: &str = "Inspector.targetCrashed";

type Socket = WebSocketStream<TcpStream>;

/// A handle for sending commands; clones share the connection.
#[derive(Clone, Debug)]
pub(super) struct Wire {
    calls: mpsc::UnboundedSender<Call>,
    waiting: Arc<Mutex<Waiting>>,
}

/// Something that the browser reports by itself.
#[derive(Debug)]
pub(super) struct Event {
    pub(super) method: String,
    pub(super) params: Value,
    /// The page or worker that it is about (Chromium).
    pub(super) session: Option<String>,
}

#[derive(Debug)]
struct Call {
    method: String,
    params: Value,
    session: Option<String>,
    reply: oneshot::Sender<Result<Value, Error>>,
}

/// The commands without an answer.
type Waiting = BTreeMap<u64, Open>;

#[derive(Debug)]
struct Open {
    method: String,
    session: Option<String>,
    reply: oneshot::Sender<Result<Value, Error>>,
}

impl Wire {
    /// Connects to `ws://HOST:PORT/PATH`.
    pub(super) async fn connect(
        address: &str,
    ) -> Result<(Self, mpsc::UnboundedReceiver<Event>), Error> {
        let failed = |error: &dyn std::fmt::Display| Error::Connect(error.to_string());
        let host = address.strip_prefix("ws://").and_then(|rest| rest.split('/').next());
        let host = host.ok_or(Error::Malformed("an address"))?;
        let stream = TcpStream::connect(host).await.map_err(|error| failed(&error))?;
        let config = WebSocketConfig::default()
            .max_message_size(Some(MAX_MESSAGE))
            .max_frame_size(Some(MAX_MESSAGE));
        let (socket, _) =
            tokio_tungstenite::client_async_with_config(address, stream, Some(config))
                .await
                .map_err(|error| failed(&error))?;
        let (calls, incoming) = mpsc::unbounded_channel();
        let (events, reports) = mpsc::unbounded_channel();
        let waiting = Arc::<Mutex<Waiting>>::default();
        tokio::spawn(serve(socket, incoming, events, Arc::clone(&waiting)));
        Ok((Self { calls, waiting }, reports))
    }

    /// Sends a command and waits for its answer.
    pub(super) async fn call(
        &self,
        session: Option<&str>,
        method: &str,
        params: Value,
    ) -> Result<Value, Error> {
        let (reply, answer) = oneshot::channel();
        let session = session.map(str::to_owned);
        let call = Call { method: method.to_owned(), params, session, reply };
        self.calls.send(call).map_err(|_closed| Error::Closed)?;
        match tokio::time::timeout(ANSWER, answer).await {
            Ok(answer) => answer.map_err(|_dropped| Error::Closed)?,
            Err(_elapsed) => {
                Err(Error::Silent { method: method.to_owned(), open: self.unanswered() })
            }
        }
    }

    /// What the browser was asked and hasn't answered, in words.
    pub(super) fn unanswered(&self) -> String {
        let waiting = lock(&self.waiting);
        let words = waiting.values().map(|open| {
            let session = open.session.as_deref().unwrap_or("the browser");
            format!("{} of {session}", open.method)
        });
        words.collect::<Vec<_>>().join(", ")
    }
}

async fn serve(
    mut socket: Socket,
    mut calls: mpsc::UnboundedReceiver<Call>,
    events: mpsc::UnboundedSender<Event>,
    waiting: Arc<Mutex<Waiting>>,
) {
    let mut next = 0;
    loop {
        tokio::select! {
            call = calls.recv() => {
                let Some(call) = call else { break };
                next += 1;
                let mut message = json!({ "id": next, "method": call.method, "params": call.params });
                if let Some(session) = &call.session {
                    message["sessionId"] = session.as_str().into();
                }
                let open = Open { method: call.method, session: call.session, reply: call.reply };
                lock(&waiting).insert(next, open);
                if socket.send(Message::text(message.to_string())).await.is_err() {
                    break;
                }
            }
            message = socket.next() => {
                let Some(Ok(message)) = message else { break };
                let Message::Text(text) = message else { continue };
                let Ok(value) = serde_json::from_str::<Value>(&text) else { break };
                receive(value, &waiting, &events);
            }
        }
    }
    // Dropping the answers' ends tells everyone.
    calls.close();
    lock(&waiting).clear();
}

fn receive(mut value: Value, waiting: &Mutex<Waiting>, events: &mpsc::UnboundedSender<Event>) {
    let id = value.get("id").and_then(Value::as_u64);
    let Some(id) = id else {
        let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        if let Some(method) = text("method") {
            let session = text("sessionId");
            if method == CRASHED {
                fail(waiting, session.as_deref());
            }
            let params = value["params"].take();
            // Nobody listens any more while the browser shuts down.
            drop(events.send(Event { method, params, session }));
        }
        return;
    };
    let Some(Open { method, reply, .. }) = lock(waiting).remove(&id) else { return };
    let error = &value["error"];
    let result = if error.is_null() {
        Ok(value["result"].take())
    } else {
        // Chromium puts the text into an object, Firefox beside the error's name.
        let message = error.get("message").or_else(|| value.get("message")).unwrap_or(error);
        let message = message.as_str().map_or_else(|| message.to_string(), str::to_owned);
        Err(Error::Refused { method, message })
    };
    // The one who asked may have given up.
    drop(reply.send(result));
}

/// Tells everyone who waits for a page that its process has died.
fn fail(waiting: &Mutex<Waiting>, session: Option<&str>) {
    let mut waiting = lock(waiting);
    let lost = waiting.extract_if(.., |_, open| open.session.as_deref() == session);
    for (_, open) in lost {
        // The one who asked may have given up.
        drop(open.reply.send(Err(Error::Crashed)));
    }
}

/// A test that panicked elsewhere doesn't make the list wrong.
fn lock(waiting: &Mutex<Waiting>) -> MutexGuard<'_, Waiting> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner)
}
