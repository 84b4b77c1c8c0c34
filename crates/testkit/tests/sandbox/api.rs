//! A sandbox, a program that calls its API, and a test that drives its customers.

use std::net::SocketAddr;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{Request, client::conn::http1};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tresen_sandbox::{SandboxConfig, SandboxHandle, spawn};
use tresen_testkit::world::patiently;

/// A sandbox.
pub(crate) struct Sandbox {
    pub(crate) line: Value,
    pub(crate) handle: SandboxHandle,
}

impl Sandbox {
    pub(crate) async fn start() -> Self {
        let config = SandboxConfig::new("127.0.0.1:0".parse().expect("an address"));
        let handle = patiently(spawn(config)).await.expect("a sandbox");
        Self { line: handle.first_line(), handle }
    }

    pub(crate) fn of(&self, name: &str) -> &str {
        self.line[name].as_str().expect("a text in the first line")
    }

    pub(crate) fn wa_id(&self, number: usize) -> &str {
        self.line["customers"][number]["wa_id"].as_str().expect("a number")
    }

    /// Calls the API; status 0 when the connection ends without an answer.
    pub(crate) async fn api(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        call(self.of("base_url"), Some(self.of("token")), method, path, body).await
    }

    pub(crate) async fn control(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        call(self.of("control_url"), None, method, path, body).await
    }

    /// A control call that works.
    pub(crate) async fn drive(&self, path: &str, body: &Value) -> Value {
        let (status, answer) = self.control("POST", path, body).await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    /// A customer says something.
    pub(crate) async fn says(&self, wa_id: &str, message: &Value) -> Value {
        self.drive(&format!("/customers/{wa_id}/messages"), message).await
    }

    pub(crate) async fn send(&self, to: &str, kind: &str, content: &Value) -> (u16, Value) {
        let mut body = json!({ "messaging_product": "whatsapp", "to": to, "type": kind });
        body[kind] = content.clone();
        let path = format!("/v23.0/{}/messages", self.of("phone_number_id"));
        self.api("POST", &path, &body).await
    }

    /// The values of events after a cursor, and the next cursor; waits for one.
    pub(crate) async fn events(&self, after: &str) -> (Vec<Value>, String) {
        let path = format!("/events?after={after}&wait_seconds=20");
        let (status, answer) = self.api("GET", &path, &json!({})).await;
        assert_eq!(status, 200, "{answer}");
        let data = answer["data"].as_array().expect("events");
        let values =
            data.iter().map(|event| event["entry"][0]["changes"][0]["value"].clone()).collect();
        (values, answer["paging"]["cursors"]["after"].as_str().expect("a cursor").to_owned())
    }

    /// Waits for an event that `find` accepts.
    pub(crate) async fn until<T>(&self, find: impl Fn(&Value) -> Option<T>) -> T {
        let mut after = String::new();
        let waiting = async {
            loop {
                let (values, next) = self.events(&after).await;
                if let Some(found) = values.iter().find_map(&find) {
                    return found;
                }
                after = next;
            }
        };
        patiently(waiting).await
    }

    /// Waits for a customer's message of a kind.
    pub(crate) async fn heard(&self, kind: &str) -> Value {
        self.until(|value| {
            let message = &value["messages"][0];
            (message["type"] == kind).then(|| message.clone())
        })
        .await
    }

    /// Waits for a status of a message.
    pub(crate) async fn until_status(&self, id: &str, status: &str) {
        self.until(|value| {
            let told = &value["statuses"][0];
            (told["id"] == id && told["status"] == status).then_some(())
        })
        .await;
    }
}

async fn call(
    base: &str,
    token: Option<&str>,
    method: &str,
    path: &str,
    body: &Value,
) -> (u16, Value) {
    let address: SocketAddr =
        base.strip_prefix("http://").expect("http").parse().expect("an address");
    let socket = TcpStream::connect(address).await.expect("it listens");
    let (mut sender, connection) =
        http1::handshake(TokioIo::new(socket)).await.expect("a connection");
    tokio::task::spawn_local(async move { drop(connection.await) });
    let mut request = Request::builder().method(method).uri(path).header("host", "x.example");
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let body = if method == "GET" { Bytes::new() } else { body.to_string().into() };
    let request = request.body(Full::new(body)).expect("a request");
    let Ok(answer) = patiently(sender.send_request(request)).await else {
        return (0, Value::Null);
    };
    let status = answer.status().as_u16();
    let bytes = patiently(answer.into_body().collect()).await.expect("a body").to_bytes();
    (status, serde_json::from_slice(&bytes).expect("JSON"))
}
