//! What must hold for any bytes from a socket; the fuzz targets' bodies.

use bytes::BytesMut;
use tresen_server::connection::{
    codec::{Assembler, Message, decode},
    head::{self, Head},
};
use tresen_types::limits::FRAME_BYTES_MAX;

/// What a stream of frames comes to: its messages, and whether it was refused.
fn messages(pieces: &[&[u8]]) -> (Vec<Message>, bool) {
    let (mut buffer, mut assembler) = (BytesMut::new(), Assembler::default());
    let mut messages = Vec::new();
    for piece in pieces {
        buffer.extend_from_slice(piece);
        loop {
            match decode(&mut buffer) {
                Ok(Some(frame)) => match assembler.push(frame) {
                    Ok(message) => messages.extend(message),
                    Err(_refused) => return (messages, true),
                },
                Ok(None) => break,
                Err(_refused) => return (messages, true),
            }
        }
    }
    (messages, false)
}

/// Frames mean the same however the network cuts them, and no message is over the limit.
pub(crate) fn socket_codec(bytes: &[u8]) {
    let whole = messages(&[bytes]);
    let (first, second) = bytes.split_at(bytes.len() / 2);
    assert_eq!(messages(&[first, second]), whole);
    for message in whole.0 {
        if let Message::Binary(payload) = message {
            assert!(payload.len() <= FRAME_BYTES_MAX);
        }
    }
}

/// A head that was taken lies within what came.
pub(crate) fn http_head(bytes: &[u8]) {
    if let Head::Socket(request) = head::parse(bytes) {
        assert!(request.head_bytes <= bytes.len());
        assert!(bytes.get(..request.head_bytes).is_some_and(|head| head.ends_with(b"\n")));
    }
}
