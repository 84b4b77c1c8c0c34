//! The WebSocket of the browser.

use bytes::Bytes;
use futures::{
    StreamExt as _,
    channel::{mpsc, oneshot},
};
use js_sys::{ArrayBuffer, Uint8Array};
use tresen_proto::SOCKET_PATH;
use tresen_types::limits::FRAME_BYTES_MAX;
use wasm_bindgen::{JsCast as _, prelude::Closure};
use web_sys::{BinaryType, Event, MessageEvent, WebSocket};

use super::{Origin, Trust};
use crate::{error::Error, limits::CONNECT_MS_MAX, runtime};

/// Closes the socket and keeps its callbacks alive as long as one half is.
struct Socket {
    socket: WebSocket,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_end: Closure<dyn FnMut(Event)>,
    _on_open: Closure<dyn FnMut(Event)>,
}

/// The half that sends.
pub(crate) struct SocketSender(std::rc::Rc<Socket>);

/// The half that receives.
pub(crate) struct SocketReceiver {
    frames: mpsc::UnboundedReceiver<Option<Bytes>>,
    _socket: std::rc::Rc<Socket>,
}

/// Opens the WebSocket; which certificates count is the browser's business.
pub(crate) async fn connect(
    origin: &Origin,
    _trust: &Trust,
) -> Result<(SocketSender, SocketReceiver), Error> {
    let socket =
        WebSocket::new(&origin.socket_url(SOCKET_PATH)).map_err(|_refused| Error::Offline)?;
    socket.set_binary_type(BinaryType::Arraybuffer);
    let (frame_sender, frames) = mpsc::unbounded();
    let (opened, wait) = oneshot::channel();
    let mut opened = Some(opened);
    let on_open = Closure::new(move |_event: Event| {
        if let Some(opened) = opened.take() {
            // The waiting side is gone only when the time was over.
            opened.send(()).ok();
        }
    });
    let end_sender = frame_sender.clone();
    let on_end = Closure::new(move |_event: Event| drop(end_sender.unbounded_send(None)));
    let on_message = Closure::new(move |event: MessageEvent| {
        drop(frame_sender.unbounded_send(read(&event)));
    });
    socket.set_onopen(Some(on_open.as_ref().unchecked_ref()));
    socket.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    socket.set_onclose(Some(on_end.as_ref().unchecked_ref()));
    socket.set_onerror(Some(on_end.as_ref().unchecked_ref()));
    let socket = std::rc::Rc::new(Socket {
        socket,
        _on_message: on_message,
        _on_end: on_end,
        _on_open: on_open,
    });
    let mut receiver = SocketReceiver { frames, _socket: std::rc::Rc::clone(&socket) };
    let is_open = async {
        match futures::future::select(wait, receiver.frames.next()).await {
            futures::future::Either::Left((opened, _)) => opened.is_ok(),
            futures::future::Either::Right(_) => false,
        }
    };
    if runtime::within(CONNECT_MS_MAX, is_open).await != Some(true) {
        return Err(Error::Offline);
    }
    Ok((SocketSender(socket), receiver))
}

impl SocketSender {
    /// Sends one binary message.
    #[expect(clippy::unused_async, reason = "the native one waits")]
    pub(crate) async fn send(&mut self, frame: Vec<u8>) -> Result<(), Error> {
        self.0.socket.send_with_u8_array(&frame).map_err(|_closed| Error::Offline)
    }

    /// Says goodbye.
    #[expect(clippy::unused_async, reason = "the native one waits")]
    pub(crate) async fn close(&mut self) {
        if self.0.socket.close().is_err() {
            tracing::debug!("the socket was gone already");
        }
    }
}

impl SocketReceiver {
    /// The next binary message; `None` when the connection is over.
    pub(crate) async fn receive(&mut self) -> Option<Bytes> {
        self.frames.next().await.flatten()
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.socket.set_onopen(None);
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        self.socket.set_onerror(None);
        if self.socket.close().is_err() {
            tracing::debug!("the socket was gone already");
        }
    }
}

fn read(event: &MessageEvent) -> Option<Bytes> {
    let buffer: ArrayBuffer = event.data().dyn_into().ok()?;
    let bytes = Uint8Array::new(&buffer);
    let length = usize::try_from(bytes.length()).ok()?;
    (length <= FRAME_BYTES_MAX).then(|| Bytes::from(bytes.to_vec()))
}
