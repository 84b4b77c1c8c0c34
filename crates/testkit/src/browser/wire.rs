//! JSON commands, answers and events over one WebSocket, which is how both protocols work.
//!
//! One task owns the socket. It numbers the commands, hands each answer to the one who waits for it
//! and passes events on. When the socket ends, everyone who waits is told.

use std::collections::BTreeMap;

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

use super::Error;

/// Screenshots and lists come in one message.
const MAX_MESSAGE: usize = 256 * 1024 * 1024;

type Socket = WebSocketStream<TcpStream>;

/// A handle for sending commands; clones share the connection.
#[derive(Clone, Debug)]
pub(super) struct Wire {
    calls: mpsc::UnboundedSender<Call>,
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

type Waiting = BTreeMap<u64, (String, oneshot::Sender<Result<Value, Error>>)>;

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
        tokio::spawn(serve(socket, incoming, events));
        Ok((Self { calls }, reports))
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
        answer.await.map_err(|_dropped| Error::Closed)?
    }
}

async fn serve(
    mut socket: Socket,
    mut calls: mpsc::UnboundedReceiver<Call>,
    events: mpsc::UnboundedSender<Event>,
) {
    let mut waiting = Waiting::new();
    let mut next = 0;
    loop {
        tokio::select! {
            call = calls.recv() => {
                let Some(call) = call else { break };
                next += 1;
                let mut message = json!({ "id": next, "method": call.method, "params": call.params });
                if let Some(session) = call.session {
                    message["sessionId"] = session.into();
                }
                waiting.insert(next, (call.method, call.reply));
                if socket.send(Message::text(message.to_string())).await.is_err() {
                    break;
                }
            }
            message = socket.next() => {
                let Some(Ok(message)) = message else { break };
                let Message::Text(text) = message else { continue };
                let Ok(value) = serde_json::from_str::<Value>(&text) else { break };
                receive(value, &mut waiting, &events);
            }
        }
    }
}

fn receive(mut value: Value, waiting: &mut Waiting, events: &mpsc::UnboundedSender<Event>) {
    let id = value.get("id").and_then(Value::as_u64);
    let Some(id) = id else {
        let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        if let Some(method) = text("method") {
            let session = text("sessionId");
            let params = value["params"].take();
            // Nobody listens any more while the browser shuts down.
            drop(events.send(Event { method, params, session }));
        }
        return;
    };
    let Some((method, reply)) = waiting.remove(&id) else { return };
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
