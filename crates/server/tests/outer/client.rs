//! A client that can also do what a client must not: raw bytes over TCP or TLS.

use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};

use bytes::Bytes;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::TcpStream,
};
use tokio_rustls::TlsConnector;
use tresen_proto::{
    ClientBody, ClientFrame, Hello, Request, RequestBody, ServerBody, decode_server_frame,
    encode_frame,
};
use tresen_server::{Config, ServerHandle, spawn};
use tresen_types::Timestamp;

/// What a test waits for at most, so that a hanging test fails by itself.
const PATIENCE: Duration = Duration::from_secs(30);
pub(crate) const BINARY: u8 = 0x82;

/// Starts a node in a folder of its own.
pub(crate) async fn start(folder: &Path, change: impl FnOnce(&mut Config)) -> ServerHandle {
    let mut config = Config::default();
    config.listen.set_port(0);
    config.data_dir = folder.join("data");
    change(&mut config);
    spawn(config, Arc::new(now)).await.unwrap()
}

pub(crate) fn now() -> Timestamp {
    Timestamp::from_millis(1_800_000_000_000)
}

pub(crate) async fn patiently<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.expect("in time")
}

trait Io: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Io for T {}

/// A connection to a node.
pub(crate) struct Client {
    io: Box<dyn Io>,
    received: Vec<u8>,
}

/// What a server's WebSocket frame says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ServerMessage {
    pub(crate) op_code: u8,
    pub(crate) payload: Vec<u8>,
}

/// An answer over HTTP.
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }
}

impl Client {
    /// Sends a request over HTTP and reads its answer; each header ends with a line break.
    pub(crate) async fn ask(
        &mut self,
        method: &str,
        path: &str,
        headers: &str,
        body: &[u8],
    ) -> Answer {
        let length = body.len();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\
             {headers}\r\n"
        );
        self.write(head.as_bytes()).await;
        self.write(body).await;
        self.answer(method).await
    }

    /// Reads an answer.
    async fn answer(&mut self, method: &str) -> Answer {
        let head = self.read_head().await;
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let mut answer = Answer { status, head, body: Vec::new() };
        let length = answer.header("content-length").map_or(0, |length| length.parse().unwrap());
        if method != "HEAD" {
            answer.body = self.read_exactly(length).await;
        }
        answer
    }

    /// Connects without speaking.
    pub(crate) async fn connect(server: &ServerHandle) -> Self {
        let socket = TcpStream::connect(server.local_addr).await.unwrap();
        socket.set_nodelay(true).unwrap();
        Self { io: Box::new(socket), received: Vec::new() }
    }

    /// Connects over TLS.
    pub(crate) async fn connect_tls(
        server: &ServerHandle,
        trusted: CertificateDer<'static>,
    ) -> Self {
        Self::connect_tls_at(server.local_addr, trusted).await
    }

    async fn connect_tls_at(address: SocketAddr, trusted: CertificateDer<'static>) -> Self {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(trusted).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let socket = TcpStream::connect(address).await.unwrap();
        socket.set_nodelay(true).unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let stream = TlsConnector::from(Arc::new(config)).connect(name, socket).await.unwrap();
        Self { io: Box::new(stream), received: Vec::new() }
    }

    /// Connects and opens the WebSocket; the hello is still to come.
    pub(crate) async fn open(server: &ServerHandle) -> Self {
        let mut client = Self::connect(server).await;
        assert_eq!(client.upgrade(Some(&server.origin)).await, 101);
        client
    }

    /// Opens the WebSocket and reads the hello.
    pub(crate) async fn greeted(server: &ServerHandle) -> (Self, Hello) {
        let mut client = Self::open(server).await;
        let ServerBody::Hello(hello) = client.body().await else { panic!("the hello comes first") };
        (client, hello)
    }

    /// Asks for the WebSocket; returns the status.
    pub(crate) async fn upgrade(&mut self, origin: Option<&str>) -> u16 {
        let origin = origin.map(|origin| format!("Origin: {origin}\r\n")).unwrap_or_default();
        let head = format!(
            "GET /v1/socket HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n\
             Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n{origin}\
             Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        self.write(head.as_bytes()).await;
        let answer = self.read_head().await;
        answer.split(' ').nth(1).unwrap().parse().unwrap()
    }

    /// Writes raw bytes.
    pub(crate) async fn write(&mut self, bytes: &[u8]) {
        patiently(self.io.write_all(bytes)).await.unwrap();
        self.io.flush().await.unwrap();
    }

    /// Writes raw bytes, which the server may refuse in the middle.
    pub(crate) async fn try_write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        patiently(self.io.write_all(bytes)).await
    }

    /// Reads an HTTP head.
    pub(crate) async fn read_head(&mut self) -> String {
        loop {
            if let Some(end) = self.received.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                let head: Vec<u8> = self.received.drain(..end + 4).collect();
                return String::from_utf8(head).unwrap();
            }
            assert!(self.read_more().await, "a whole head before the end");
        }
    }

    /// Reads this many bytes of a body.
    pub(crate) async fn read_exactly(&mut self, length: usize) -> Vec<u8> {
        while self.received.len() < length {
            assert!(self.read_more().await, "the whole body before the end");
        }
        self.received.drain(..length).collect()
    }

    /// Reads until the server has hung up.
    pub(crate) async fn read_to_end(&mut self) -> Vec<u8> {
        while self.read_more().await {}
        std::mem::take(&mut self.received)
    }

    /// Reads what comes; false at the end.
    async fn read_more(&mut self) -> bool {
        matches!(patiently(self.io.read_buf(&mut self.received)).await, Ok(1..))
    }

    /// Sends a WebSocket frame.
    pub(crate) async fn frame(&mut self, first: u8, payload: &[u8]) {
        self.write(&masked(first, payload)).await;
    }

    /// Sends a frame of the protocol.
    pub(crate) async fn send(&mut self, body: ClientBody) {
        self.frame(BINARY, &encode_frame(&ClientFrame::from(body))).await;
    }

    /// Sends a request.
    pub(crate) async fn request(&mut self, id: u64, body: RequestBody) {
        self.send(ClientBody::Request(Request { id, body: Some(body) })).await;
    }

    /// The next WebSocket frame; none at the end.
    pub(crate) async fn message(&mut self) -> Option<ServerMessage> {
        loop {
            if let Some((message, length)) = parse(&self.received) {
                self.received.drain(..length);
                return Some(message);
            }
            if !self.read_more().await {
                return None;
            }
        }
    }

    /// The next frame of the protocol.
    pub(crate) async fn body(&mut self) -> ServerBody {
        let message = self.message().await.expect("a frame before the end");
        assert_eq!(message.op_code, 2, "{message:?}");
        decode_server_frame(Bytes::from(message.payload)).unwrap()
    }
}

/// A client's WebSocket frame.
pub(crate) fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![first];
    match payload.len() {
        short @ ..126 => frame.push(0x80 | u8::try_from(short).unwrap()),
        medium @ 126..65_536 => {
            frame.push(0x80 | 126);
            frame.extend_from_slice(&u16::try_from(medium).unwrap().to_be_bytes());
        }
        long => {
            frame.push(0x80 | 127);
            frame.extend_from_slice(&u64::try_from(long).unwrap().to_be_bytes());
        }
    }
    let mask = [0x9a, 0x5c, 0x01, 0xff];
    frame.extend_from_slice(&mask);
    frame.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, key)| byte ^ key));
    frame
}

fn parse(bytes: &[u8]) -> Option<(ServerMessage, usize)> {
    let (&first, &second) = (bytes.first()?, bytes.get(1)?);
    assert_eq!(second & 0x80, 0, "a server doesn't mask");
    let (length, start) = match second {
        126 => (usize::from(u16::from_be_bytes(*bytes.get(2..)?.first_chunk()?)), 4),
        127 => (usize::try_from(u64::from_be_bytes(*bytes.get(2..)?.first_chunk()?)).unwrap(), 10),
        short => (usize::from(short), 2),
    };
    let payload = bytes.get(start..start + length)?.to_vec();
    Some((ServerMessage { op_code: first & 0x0f, payload }, start + length))
}
