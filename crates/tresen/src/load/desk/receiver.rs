//! A receiver of webhooks that notes what comes, and in which order.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet},
    net::{Ipv4Addr, SocketAddr},
    rc::Rc,
};

use anyhow::Context as _;
use serde_json::Value;
use tokio::{
    io::AsyncWriteExt as _,
    net::{TcpListener, TcpStream},
};

use super::program::{length_of, read_body, read_head};

/// What came.
#[derive(Default)]
pub(crate) struct Heard {
    /// The statuses of each message, each once, in the order in which they came first.
    statuses: BTreeMap<String, Vec<&'static str>>,
    /// What customers said, with the ids under which it was told.
    said: BTreeMap<String, BTreeSet<String>>,
}

/// A receiver on a free port.
#[derive(Clone)]
pub(crate) struct Receiver {
    address: SocketAddr,
    heard: Rc<RefCell<Heard>>,
    count: Rc<Cell<u64>>,
}

const STATUSES: &[&str] = &["sent", "delivered", "read", "failed"];

impl Receiver {
    /// Starts inside tokio's `LocalSet`.
    pub(crate) async fn start() -> anyhow::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let receiver = Self { address, heard: Rc::default(), count: Rc::default() };
        let serving = receiver.clone();
        tokio::task::spawn_local(async move {
            while let Ok((socket, _address)) = listener.accept().await {
                let receiver = serving.clone();
                tokio::task::spawn_local(async move {
                    if let Err(error) = receiver.serve(socket).await {
                        tracing::debug!(%error, "a webhook's connection ended");
                    }
                });
            }
        });
        Ok(receiver)
    }

    /// Where it is.
    pub(crate) fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// How many webhooks came.
    pub(crate) fn count(&self) -> u64 {
        self.count.get()
    }

    /// What customers said, and under how many ids it was told.
    pub(crate) fn said(&self) -> BTreeMap<String, usize> {
        let heard = self.heard.borrow();
        heard.said.iter().map(|(text, ids)| (text.clone(), ids.len())).collect()
    }

    /// The statuses of a message, in the order in which they came.
    pub(crate) fn statuses(&self, wamid: &str) -> Vec<&'static str> {
        self.heard.borrow().statuses.get(wamid).cloned().unwrap_or_default()
    }

    async fn serve(&self, mut socket: TcpStream) -> anyhow::Result<()> {
        loop {
            let (head, rest) = read_head(&mut socket).await?;
            let answer = if head.starts_with("get ") {
                let challenge = head.split("hub.challenge=").nth(1).context("a challenge")?;
                challenge.chars().take_while(char::is_ascii_digit).collect()
            } else {
                let length = length_of(&head).context("a length")?;
                let body = read_body(&mut socket, rest, length).await?;
                self.note(&serde_json::from_slice(&body)?);
                String::new()
            };
            let answer =
                format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{answer}", answer.len());
            socket.write_all(answer.as_bytes()).await?;
        }
    }

    fn note(&self, body: &Value) {
        self.count.set(self.count.get().saturating_add(1));
        let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or("").to_owned();
        let value = body.pointer("/entry/0/changes/0/value");
        let mut heard = self.heard.borrow_mut();
        if let Some(status) = value.and_then(|value| value.pointer("/statuses/0")) {
            let word = text(status.get("status"));
            let known = heard.statuses.entry(text(status.get("id"))).or_default();
            let word = STATUSES.iter().find(|one| **one == word).copied().unwrap_or("other");
            if !known.contains(&word) {
                known.push(word);
            }
        }
        if let Some(message) = value.and_then(|value| value.pointer("/messages/0")) {
            let words = text(message.pointer("/text/body"));
            heard.said.entry(words).or_default().insert(text(message.get("id")));
        }
    }
}
