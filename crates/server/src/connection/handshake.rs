//! From an accepted socket to the start of a connection: TLS, the HTTP head, the upgrade.
//!
//! Every step has a time limit and a limit of bytes. What isn't the WebSocket goes to hyper with the
//! bytes that were read.

use std::{io, net::SocketAddr, sync::Arc};

use bytes::{Buf as _, BytesMut};
use rustls::ServerConfig;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream},
    net::TcpStream,
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use super::{
    Connection,
    head::{self, Head, SocketRequest},
    prefix::{peer_address, prefix_of},
    stream::Stream,
    tls_socket::TlsSocket,
};
use crate::{
    app::App,
    http::{self, Site},
};

/// What every accepted socket needs.
#[derive(Clone)]
pub(crate) struct Acceptor {
    pub(crate) app: Arc<App>,
    pub(crate) tls: Option<Arc<ServerConfig>>,
    pub(crate) site: Arc<Site>,
    /// Cancelled when the server stops.
    pub(crate) stop: CancellationToken,
}

/// Serves one accepted socket until its end.
pub(crate) async fn serve(acceptor: Acceptor, socket: TcpStream, address: SocketAddr) {
    let tls = acceptor.tls.clone();
    let limit = acceptor.app.config().connection.head_timeout();
    let encrypted = async move {
        socket.set_nodelay(true)?;
        let Some(tls) = tls else { return Ok(Stream::Plain(socket)) };
        let stream = timeout(limit, TlsSocket::accept(socket, tls)).await??;
        Ok(Stream::Tls(Box::new(stream)))
    };
    serve_over(acceptor, encrypted, address).await;
}

/// Serves one end of a stream within this process until its end.
pub(crate) async fn serve_process(acceptor: Acceptor, stream: DuplexStream, address: SocketAddr) {
    serve_over(acceptor, async { Ok(Stream::Process(stream)) }, address).await;
}

async fn serve_over(
    acceptor: Acceptor,
    stream: impl Future<Output = io::Result<Stream>>,
    address: SocketAddr,
) {
    // The handshake's future is gone before the connection's long life begins.
    let connection = Box::pin(begin(acceptor, stream, address)).await;
    match connection {
        Ok(Some(connection)) => connection.run().await,
        Ok(None) => {}
        Err(error) => tracing::debug!(error.kind = ?error.kind(), "handshake failed"),
    }
}

/// Returns the connection if it is a WebSocket; anything else is served here.
async fn begin(
    acceptor: Acceptor,
    stream: impl Future<Output = io::Result<Stream>>,
    address: SocketAddr,
) -> io::Result<Option<Connection>> {
    let stop = acceptor.stop.clone();
    let read = async {
        let mut stream = stream.await?;
        let mut buffer = BytesMut::new();
        let limit = acceptor.app.config().connection.head_timeout();
        let head = timeout(limit, read_head(&mut stream, &mut buffer)).await??;
        io::Result::Ok((stream, buffer, head))
    };
    let (mut stream, mut buffer, head) = tokio::select! {
        read = read => read?,
        () = stop.cancelled() => return Ok(None),
    };
    match head {
        Head::Socket(request) => {
            buffer.advance(request.head_bytes);
            open(&acceptor, stream, address, &request, buffer).await
        }
        Head::Refused(status) => {
            refuse(&mut stream, status).await?;
            Ok(None)
        }
        Head::Http | Head::Partial => {
            http::serve(&acceptor, stream, buffer.freeze(), address).await;
            Ok(None)
        }
    }
}

/// Reads until it is clear what the client wants; `Partial` when it hangs up before that.
async fn read_head(stream: &mut Stream, buffer: &mut BytesMut) -> io::Result<Head> {
    loop {
        match head::parse(buffer) {
            Head::Partial => {}
            head => return Ok(head),
        }
        buffer.reserve(1 << 10);
        if stream.read_buf(buffer).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}

async fn open(
    acceptor: &Acceptor,
    mut stream: Stream,
    address: SocketAddr,
    request: &SocketRequest,
    early: BytesMut,
) -> io::Result<Option<Connection>> {
    let app = &acceptor.app;
    let config = app.config();
    if request.origin.as_deref().is_some_and(|origin| !is_allowed(app, origin)) {
        refuse(&mut stream, 403).await?;
        return Ok(None);
    }
    let peer =
        peer_address(address.ip(), request.forwarded_for.as_deref(), &config.trusted_proxies);
    let limits = &config.connection;
    let handle = app.registry().open(
        prefix_of(peer),
        limits.connections_max,
        limits.connections_per_prefix_max,
    );
    let Some(handle) = handle else {
        app.metrics().connections_refused.increment();
        refuse(&mut stream, 503).await?;
        return Ok(None);
    };
    // Goes out in one write with the hello.
    handle.write_raw(upgrade(&request.accept).as_bytes());
    let connection =
        Connection::new(Arc::clone(app), handle, stream, early).map_err(io::Error::other)?;
    app.metrics().connections_opened.increment();
    Ok(Some(connection))
}

fn upgrade(accept: &str) -> String {
    format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Accept: {accept}\r\n\r\n"
    )
}

/// A browser's page may only speak to the server that it came from, or to one that allows it.
fn is_allowed(app: &App, origin: &str) -> bool {
    origin == app.origin() || app.config().allowed_origins.iter().any(|allowed| allowed == origin)
}

async fn refuse(stream: &mut Stream, status: u16) -> io::Result<()> {
    let reason = ::http::StatusCode::from_u16(status)
        .ok()
        .and_then(|status| status.canonical_reason())
        .unwrap_or("Refused");
    let upgrade = if status == 426 { "Upgrade: websocket\r\n" } else { "" };
    let answer = format!(
        "HTTP/1.1 {status} {reason}\r\n{upgrade}Connection: close\r\nContent-Length: 0\r\n\r\n"
    );
    stream.write_all(answer.as_bytes()).await?;
    super::stream::hang_up(stream).await;
    Ok(())
}
