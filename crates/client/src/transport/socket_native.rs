//! The WebSocket natively.

use bytes::Bytes;
use futures::{
    SinkExt as _, StreamExt as _,
    stream::{SplitSink, SplitStream},
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{Error as SocketError, Message, protocol::WebSocketConfig},
};
use tresen_proto::SOCKET_PATH;
use tresen_types::limits::FRAME_BYTES_MAX;

use super::{
    Origin, Trust,
    stream::{Stream, open},
};
use crate::error::Error;

type Socket = WebSocketStream<Box<dyn Stream>>;

/// The half that sends.
pub(crate) struct SocketSender(SplitSink<Socket, Message>);

/// The half that receives.
pub(crate) struct SocketReceiver(SplitStream<Socket>);

/// Opens the WebSocket.
pub(crate) async fn connect(
    origin: &Origin,
    trust: &Trust,
) -> Result<(SocketSender, SocketReceiver), Error> {
    let stream = open(origin, trust).await?;
    let config = WebSocketConfig::default()
        .max_message_size(Some(FRAME_BYTES_MAX))
        .max_frame_size(Some(FRAME_BYTES_MAX));
    let url = origin.socket_url(SOCKET_PATH);
    let (socket, _response) =
        tokio_tungstenite::client_async_with_config(url, stream, Some(config))
            .await
            .map_err(offline)?;
    let (sender, receiver) = socket.split();
    Ok((SocketSender(sender), SocketReceiver(receiver)))
}

impl SocketSender {
    /// Sends one binary message.
    pub(crate) async fn send(&mut self, frame: Vec<u8>) -> Result<(), Error> {
        self.0.send(Message::Binary(frame.into())).await.map_err(offline)
    }

    /// Says goodbye.
    pub(crate) async fn close(&mut self) {
        if let Err(error) = self.0.close().await {
            tracing::debug!(%error, "the socket was gone already");
        }
    }
}

impl SocketReceiver {
    /// The next binary message; `None` when the connection is over.
    pub(crate) async fn receive(&mut self) -> Option<Bytes> {
        loop {
            match self.0.next().await? {
                Ok(Message::Binary(frame)) => return Some(frame),
                Ok(Message::Ping(_) | Message::Pong(_)) => {}
                Ok(Message::Text(_) | Message::Close(_) | Message::Frame(_)) | Err(_) => {
                    return None;
                }
            }
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that `map_err` takes")]
fn offline(error: SocketError) -> Error {
    tracing::debug!(%error, "the socket failed");
    Error::Offline
}
