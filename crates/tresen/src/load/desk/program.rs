//! A program that calls the gateway: one connection that stays open, one call at a time.

use std::net::SocketAddr;

use anyhow::{Context as _, bail, ensure};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// The head of an answer is far smaller.
const HEAD_BYTES_MAX: usize = 16 << 10;
/// An answer is far smaller.
const BODY_BYTES_MAX: usize = 1 << 20;

/// A program.
pub(crate) struct Program {
    address: SocketAddr,
    token: String,
    stream: Option<TcpStream>,
}

impl Program {
    /// Not connected yet.
    pub(crate) const fn new(address: SocketAddr, token: String) -> Self {
        Self { address, token, stream: None }
    }

    /// Calls; a connection that breaks is opened anew with the next call.
    ///
    /// # Errors
    /// When there is no whole answer.
    pub(crate) async fn post(
        &mut self,
        path: &str,
        key: Option<&str>,
        body: &Value,
    ) -> anyhow::Result<(u16, Value)> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => {
                let stream = TcpStream::connect(self.address).await?;
                stream.set_nodelay(true)?;
                stream
            }
        };
        let answer = self.exchange(&mut stream, path, key, body).await?;
        self.stream = Some(stream);
        Ok(answer)
    }

    async fn exchange(
        &self,
        stream: &mut TcpStream,
        path: &str,
        key: Option<&str>,
        body: &Value,
    ) -> anyhow::Result<(u16, Value)> {
        let body = body.to_string();
        let key = key.map(|key| format!("idempotency-key: {key}\r\n")).unwrap_or_default();
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: gateway\r\nauthorization: Bearer {}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n{key}\r\n{body}",
            self.token,
            body.len(),
        );
        stream.write_all(request.as_bytes()).await?;
        let (head, rest) = read_head(stream).await?;
        let status = head.split(' ').nth(1).and_then(|word| word.parse().ok());
        let status: u16 = status.context("a status")?;
        let length = length_of(&head).context("a length")?;
        ensure!(length <= BODY_BYTES_MAX, "a long answer");
        let body = read_body(stream, rest, length).await?;
        Ok((status, serde_json::from_slice(&body)?))
    }
}

/// The head, and what came of the body with it.
pub(super) async fn read_head(stream: &mut TcpStream) -> anyhow::Result<(String, Vec<u8>)> {
    let mut bytes = Vec::with_capacity(1_024);
    loop {
        if stream.read_buf(&mut bytes).await? == 0 {
            bail!("the connection ended");
        }
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
        if let Some(end) = end {
            let rest = bytes.split_off(end.saturating_add(4));
            return Ok((String::from_utf8(bytes)?.to_ascii_lowercase(), rest));
        }
        ensure!(bytes.len() < HEAD_BYTES_MAX, "a long head");
    }
}

/// The `content-length` of a head in lower case.
pub(super) fn length_of(head: &str) -> Option<usize> {
    let line = head.lines().find_map(|line| line.strip_prefix("content-length:"))?;
    line.trim().parse().ok()
}

/// The rest of a body.
pub(super) async fn read_body(
    stream: &mut TcpStream,
    mut body: Vec<u8>,
    length: usize,
) -> anyhow::Result<Vec<u8>> {
    while body.len() < length {
        if stream.read_buf(&mut body).await? == 0 {
            bail!("the connection ended");
        }
    }
    ensure!(body.len() == length, "more than one body");
    Ok(body)
}
