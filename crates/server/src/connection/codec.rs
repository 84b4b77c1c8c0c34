//! WebSocket frames, server side (RFC 6455): pure functions from bytes to frames and back.
//!
//! [`decode`] takes one frame off the front of a buffer and unmasks it in place; an [`Assembler`]
//! turns frames into messages. Strict: client frames must be masked, lengths minimal, reserved bits
//! zero, control frames whole and short, and text is refused, since the protocol is binary. There is
//! no compression: what travels is encrypted.

use bytes::{Buf, Bytes, BytesMut};
use tresen_types::limits::FRAME_BYTES_MAX;

use super::limits::FRAGMENTS_MAX;

/// What a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpCode {
    /// Goes on with a fragmented message.
    Continuation,
    /// A text message: refused.
    Text,
    /// A binary message.
    Binary,
    /// The peer hangs up.
    Close,
    /// A sign of life, to be answered.
    Ping,
    /// The answer to a ping.
    Pong,
}

impl OpCode {
    const fn from_bits(bits: u8) -> Option<Self> {
        Some(match bits {
            0x0 => Self::Continuation,
            0x1 => Self::Text,
            0x2 => Self::Binary,
            0x8 => Self::Close,
            0x9 => Self::Ping,
            0xa => Self::Pong,
            _ => return None,
        })
    }

    const fn bits(self) -> u8 {
        match self {
            Self::Continuation => 0x0,
            Self::Text => 0x1,
            Self::Binary => 0x2,
            Self::Close => 0x8,
            Self::Ping => 0x9,
            Self::Pong => 0xa,
        }
    }

    const fn is_control(self) -> bool {
        matches!(self, Self::Close | Self::Ping | Self::Pong)
    }
}

/// One frame of a client, unmasked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Whether its message ends with it.
    pub is_final: bool,
    /// What it is.
    pub op_code: OpCode,
    /// What it carries.
    pub payload: Bytes,
}

/// A whole message of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// A binary message.
    Binary(Bytes),
    /// To be answered with a pong of the same payload.
    Ping(Bytes),
    /// An answer to a ping.
    Pong,
    /// The client hangs up.
    Close,
}

/// Why a client's bytes are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    /// Not what RFC 6455 allows.
    #[error("not a WebSocket frame that a client may send")]
    Protocol,
    /// A text message.
    #[error("a text message on a binary protocol")]
    Text,
    /// Over [`FRAME_BYTES_MAX`].
    #[error("a message over the limit")]
    TooLong,
}

impl CodecError {
    /// The status of the close frame (RFC 6455, section 7.4.1).
    #[must_use]
    pub const fn close_status(self) -> u16 {
        match self {
            Self::Protocol => 1002,
            Self::Text => 1003,
            Self::TooLong => 1009,
        }
    }
}

const FINAL: u8 = 0x80;
const RESERVED: u8 = 0x70;
const OP_CODE: u8 = 0x0f;
const MASKED: u8 = 0x80;
const LENGTH: u8 = 0x7f;
const LENGTH_16: u8 = 126;
const LENGTH_64: u8 = 127;
const CONTROL_BYTES_MAX: usize = 125;
const MASK_BYTES: usize = 4;

/// The longest header that a server's frame has.
pub const SERVER_HEADER_BYTES_MAX: usize = 10;

/// Takes one frame off the front of `buffer`; `None` when it isn't whole yet, then nothing was taken.
///
/// # Errors
/// [`CodecError`]; the connection is to be closed with [`CodecError::close_status`].
pub fn decode(buffer: &mut BytesMut) -> Result<Option<Frame>, CodecError> {
    let Some(header) = Header::parse(buffer)? else { return Ok(None) };
    let total = header.bytes.saturating_add(header.payload_bytes);
    if buffer.len() < total {
        return Ok(None);
    }
    buffer.advance(header.bytes);
    let mut payload = buffer.split_to(header.payload_bytes);
    unmask(&mut payload, header.mask);
    Ok(Some(Frame {
        is_final: header.is_final,
        op_code: header.op_code,
        payload: payload.freeze(),
    }))
}

/// How many bytes the frame at the front of `buffer` has in all, as far as that can be told.
#[must_use]
pub fn frame_bytes(buffer: &[u8]) -> Option<usize> {
    let header = Header::parse(buffer).ok()??;
    header.bytes.checked_add(header.payload_bytes)
}

struct Header {
    is_final: bool,
    op_code: OpCode,
    mask: [u8; MASK_BYTES],
    bytes: usize,
    payload_bytes: usize,
}

impl Header {
    fn parse(buffer: &[u8]) -> Result<Option<Self>, CodecError> {
        let Some((&[first, second], rest)) = buffer.split_first_chunk::<2>() else {
            return Ok(None);
        };
        let op_code = OpCode::from_bits(first & OP_CODE).ok_or(CodecError::Protocol)?;
        let is_final = first & FINAL != 0;
        if first & RESERVED != 0 || second & MASKED == 0 {
            return Err(CodecError::Protocol);
        }
        let (payload_bytes, length_bytes) = match second & LENGTH {
            LENGTH_16 => match rest.first_chunk::<2>() {
                Some(bytes) => (minimal(u64::from(u16::from_be_bytes(*bytes)), 126)?, 2),
                None => return Ok(None),
            },
            LENGTH_64 => match rest.first_chunk::<8>() {
                Some(bytes) => (minimal(u64::from_be_bytes(*bytes), 1 << 16)?, 8),
                None => return Ok(None),
            },
            short => (usize::from(short), 0),
        };
        if op_code.is_control() && (!is_final || payload_bytes > CONTROL_BYTES_MAX) {
            return Err(CodecError::Protocol);
        }
        if payload_bytes > FRAME_BYTES_MAX {
            return Err(CodecError::TooLong);
        }
        let mask = rest.get(length_bytes..).and_then(|rest| rest.first_chunk::<MASK_BYTES>());
        let Some(mask) = mask else { return Ok(None) };
        let bytes = 2 + length_bytes + MASK_BYTES;
        Ok(Some(Self { is_final, op_code, mask: *mask, bytes, payload_bytes }))
    }
}

/// A length that needed its longer form.
fn minimal(length: u64, least: u64) -> Result<usize, CodecError> {
    if length < least {
        return Err(CodecError::Protocol);
    }
    usize::try_from(length).map_err(|_over_the_address_space| CodecError::TooLong)
}

fn unmask(payload: &mut [u8], mask: [u8; MASK_BYTES]) {
    let [a, b, c, d] = mask;
    let wide = u64::from_ne_bytes([a, b, c, d, a, b, c, d]);
    let mut chunks = payload.chunks_exact_mut(8);
    for chunk in &mut chunks {
        if let Ok(bytes) = <[u8; 8]>::try_from(&*chunk) {
            chunk.copy_from_slice(&(u64::from_ne_bytes(bytes) ^ wide).to_ne_bytes());
        }
    }
    for (byte, key) in chunks.into_remainder().iter_mut().zip(mask.iter().cycle()) {
        *byte ^= key;
    }
}

/// Puts the fragments of messages together. It owns nothing while no message is open.
#[derive(Debug, Default)]
pub struct Assembler {
    open: Option<Box<Open>>,
}

#[derive(Debug)]
struct Open {
    bytes: BytesMut,
    fragments: u16,
}

impl Assembler {
    /// Takes a frame; returns the message that ends with it.
    ///
    /// # Errors
    /// [`CodecError`] for frames out of order, text, and too long messages.
    pub fn push(&mut self, frame: Frame) -> Result<Option<Message>, CodecError> {
        match frame.op_code {
            OpCode::Ping => Ok(Some(Message::Ping(frame.payload))),
            OpCode::Pong => Ok(Some(Message::Pong)),
            OpCode::Close => match frame.payload.len() {
                1 => Err(CodecError::Protocol),
                _ => Ok(Some(Message::Close)),
            },
            OpCode::Text => Err(CodecError::Text),
            OpCode::Binary if self.open.is_some() => Err(CodecError::Protocol),
            OpCode::Binary if frame.is_final => Ok(Some(Message::Binary(frame.payload))),
            OpCode::Binary => {
                let bytes = BytesMut::from(frame.payload);
                self.open = Some(Box::new(Open { bytes, fragments: 1 }));
                Ok(None)
            }
            OpCode::Continuation => self.go_on(&frame),
        }
    }

    fn go_on(&mut self, frame: &Frame) -> Result<Option<Message>, CodecError> {
        let mut open = self.open.take().ok_or(CodecError::Protocol)?;
        open.fragments = open.fragments.saturating_add(1);
        let is_long = open.bytes.len().saturating_add(frame.payload.len()) > FRAME_BYTES_MAX;
        if is_long || open.fragments > FRAGMENTS_MAX {
            return Err(CodecError::TooLong);
        }
        open.bytes.extend_from_slice(&frame.payload);
        if frame.is_final {
            return Ok(Some(Message::Binary(open.bytes.freeze())));
        }
        self.open = Some(open);
        Ok(None)
    }
}

/// Writes the header of an unfragmented server frame with a payload of `payload_bytes`.
pub fn write_header(out: &mut Vec<u8>, op_code: OpCode, payload_bytes: usize) {
    out.push(FINAL | op_code.bits());
    if let Ok(short) = u8::try_from(payload_bytes)
        && short < LENGTH_16
    {
        out.push(short);
    } else if let Ok(medium) = u16::try_from(payload_bytes) {
        out.push(LENGTH_16);
        out.extend_from_slice(&medium.to_be_bytes());
    } else {
        out.push(LENGTH_64);
        // A slice's length fits 64 bits on every platform that Rust knows.
        out.extend_from_slice(&u64::try_from(payload_bytes).unwrap_or(u64::MAX).to_be_bytes());
    }
}

/// Writes a close frame.
pub fn write_close(out: &mut Vec<u8>, status: u16) {
    write_header(out, OpCode::Close, 2);
    out.extend_from_slice(&status.to_be_bytes());
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn client_frame(first: u8, payload: &[u8]) -> BytesMut {
        let mut out = Vec::new();
        write_header(&mut out, OpCode::Binary, payload.len());
        out[0] = first;
        out[1] |= MASKED;
        let mask = [0x11, 0x22, 0x33, 0x44];
        out.extend_from_slice(&mask);
        let mut masked = payload.to_vec();
        unmask(&mut masked, mask);
        out.extend_from_slice(&masked);
        BytesMut::from(&out[..])
    }

    fn assemble(frames: &[(u8, &[u8])]) -> Result<Vec<Message>, CodecError> {
        let mut assembler = Assembler::default();
        let mut messages = Vec::new();
        for (first, payload) in frames {
            let frame = decode(&mut client_frame(*first, payload))?.expect("the frame is whole");
            messages.extend(assembler.push(frame)?);
        }
        Ok(messages)
    }

    #[test]
    fn frames_of_every_length_form_round_trip() {
        for length in [0, 1, 7, 8, 9, 125, 126, 127, 65_535, 65_536, FRAME_BYTES_MAX] {
            let payload: Vec<u8> = (0..length).map(|at| u8::try_from(at % 251).unwrap()).collect();
            let mut buffer = client_frame(0x82, &payload);
            assert_eq!(frame_bytes(&buffer), Some(buffer.len()));
            let frame = decode(&mut buffer).unwrap().unwrap();
            assert_eq!(frame.payload, payload);
            assert!(buffer.is_empty());
        }
    }

    #[test]
    fn a_frame_over_the_limit_is_refused_by_its_header_alone() {
        let mut header = BytesMut::from(&[0x82, 0xff][..]);
        header.extend_from_slice(&(1_u64 + (1 << 20)).to_be_bytes());
        assert_eq!(decode(&mut header), Err(CodecError::TooLong));
    }

    #[test]
    fn what_a_client_must_not_send_is_refused() {
        let unmasked = &[0x82, 0x01, 0x00][..];
        let reserved_bit = &[0xc2, 0x81, 0, 0, 0, 0, 0][..];
        let unknown_op_code = &[0x83, 0x80, 0, 0, 0, 0][..];
        let fragmented_ping = &[0x09, 0x80, 0, 0, 0, 0][..];
        let long_ping = &[0x89, 0xfe, 0, 126][..];
        let padded_length = &[0x82, 0xfe, 0, 5][..];
        for bytes in
            [unmasked, reserved_bit, unknown_op_code, fragmented_ping, long_ping, padded_length]
        {
            assert_eq!(decode(&mut BytesMut::from(bytes)), Err(CodecError::Protocol), "{bytes:?}");
        }
    }

    #[test]
    fn fragments_make_one_message_and_pings_may_come_between() {
        let messages =
            assemble(&[(0x02, b"ab"), (0x89, b"hi"), (0x00, b"cd"), (0x80, b"e"), (0x88, b"")]);
        assert_eq!(
            messages.unwrap(),
            [
                Message::Ping(Bytes::from_static(b"hi")),
                Message::Binary(Bytes::from_static(b"abcde")),
                Message::Close
            ]
        );
    }

    #[test]
    fn fragments_out_of_order_and_text_are_refused() {
        assert_eq!(assemble(&[(0x80, b"x")]), Err(CodecError::Protocol));
        assert_eq!(assemble(&[(0x02, b"x"), (0x82, b"y")]), Err(CodecError::Protocol));
        assert_eq!(assemble(&[(0x81, b"x")]), Err(CodecError::Text));
        assert_eq!(assemble(&[(0x88, b"x")]), Err(CodecError::Protocol));
        let half = vec![0; FRAME_BYTES_MAX / 2 + 1];
        assert_eq!(assemble(&[(0x02, &half), (0x80, &half)]), Err(CodecError::TooLong));
        let mut many = vec![(0x02, &b"x"[..])];
        many.resize(usize::from(FRAGMENTS_MAX) + 1, (0x00, &b"x"[..]));
        assert_eq!(assemble(&many), Err(CodecError::TooLong));
    }

    proptest! {
        #[test]
        fn never_panics_and_takes_nothing_of_a_partial_frame(bytes: Vec<u8>) {
            let mut buffer = BytesMut::from(&bytes[..]);
            if let Ok(None) = decode(&mut buffer) {
                prop_assert_eq!(&buffer[..], &bytes[..]);
            }
        }

        #[test]
        fn every_truncation_of_a_frame_waits_for_more(payload: Vec<u8>, cut in 0_usize..200) {
            let mut whole = client_frame(0x82, &payload);
            prop_assume!(cut < whole.len());
            whole.truncate(cut);
            prop_assert_eq!(decode(&mut whole), Ok(None));
        }
    }
}
