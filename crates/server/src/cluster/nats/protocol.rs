//! The part of the NATS client protocol that the bus needs: text lines, and messages with a payload.
//!
//! ```text
//! server ─▶ INFO {json} | MSG subject sid [reply] size CRLF payload | PING | PONG | +OK | -ERR text
//! client ─▶ CONNECT {json} | SUB subject sid | UNSUB sid | PUB subject size CRLF payload | PING | PONG
//! ```
//!
//! The decoder takes what has arrived, however the network cut it, and never keeps more than one line
//! and one payload.

use bytes::{Buf as _, Bytes, BytesMut};

use crate::cluster::notice::NOTICE_BYTES_MAX;

/// Longest line, in bytes: the greeting names the other servers of a cluster.
pub const LINE_BYTES_MAX: usize = 64 << 10;

/// What the server says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// What the server is, as JSON.
    Info(Bytes),
    /// A message on a subject that was subscribed to.
    Message {
        /// The subject.
        subject: Bytes,
        /// What was published.
        payload: Bytes,
    },
    /// The server asks whether this side is there.
    Ping,
    /// The answer to this side's question.
    Pong,
    /// Something was done.
    Done,
    /// Something was refused; the text says why.
    Refused(Bytes),
}

/// What came isn't the protocol, or longer than it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the bus doesn't speak its protocol")]
pub struct Malformed;

/// Takes the next operation out of what has arrived; none when it isn't whole yet.
///
/// # Errors
/// When what has arrived can't become an operation; the connection is of no more use then.
pub fn decode(buffer: &mut BytesMut) -> Result<Option<Operation>, Malformed> {
    let Some(end) = buffer.iter().take(LINE_BYTES_MAX).position(|byte| *byte == b'\n') else {
        return if buffer.len() < LINE_BYTES_MAX { Ok(None) } else { Err(Malformed) };
    };
    let line = buffer.get(..end).unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let (verb, rest) = split_word(line);
    let operation = match verb.to_ascii_uppercase().as_slice() {
        b"MSG" => return decode_message(buffer, end),
        b"INFO" => Operation::Info(Bytes::copy_from_slice(rest)),
        b"PING" => Operation::Ping,
        b"PONG" => Operation::Pong,
        b"+OK" => Operation::Done,
        b"-ERR" => Operation::Refused(Bytes::copy_from_slice(rest)),
        _ => return Err(Malformed),
    };
    buffer.advance(end + 1);
    Ok(Some(operation))
}

fn decode_message(buffer: &mut BytesMut, end: usize) -> Result<Option<Operation>, Malformed> {
    let line = buffer.get(..end).unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).skip(1);
    let subject = words.next().ok_or(Malformed)?;
    let (_subscription, third) = (words.next().ok_or(Malformed)?, words.next().ok_or(Malformed)?);
    // A reply subject may stand before the size.
    let size = words.next().unwrap_or(third);
    if words.next().is_some() || size.len() > 8 || !size.iter().all(u8::is_ascii_digit) {
        return Err(Malformed);
    }
    let size = size.iter().fold(0_usize, |sum, digit| sum * 10 + usize::from(digit - b'0'));
    if size > NOTICE_BYTES_MAX {
        return Err(Malformed);
    }
    let begin = end + 1;
    let Some(after) = buffer.get(begin + size..begin + size + 2) else { return Ok(None) };
    if after != b"\r\n" {
        return Err(Malformed);
    }
    let subject = Bytes::copy_from_slice(subject);
    buffer.advance(begin);
    let payload = buffer.split_to(size).freeze();
    buffer.advance(2);
    Ok(Some(Operation::Message { subject, payload }))
}

fn split_word(line: &[u8]) -> (&[u8], &[u8]) {
    match line.iter().position(u8::is_ascii_whitespace) {
        Some(at) => {
            let (word, rest) = line.split_at(at);
            (word, rest.trim_ascii())
        }
        None => (line, b""),
    }
}

/// Writes a publication.
pub(super) fn write_publication(out: &mut Vec<u8>, subject: &str, payload: &[u8]) {
    out.extend_from_slice(b"PUB ");
    out.extend_from_slice(subject.as_bytes());
    out.extend_from_slice(format!(" {}\r\n", payload.len()).as_bytes());
    out.extend_from_slice(payload);
    out.extend_from_slice(b"\r\n");
}

/// Writes a subscription. The last part of the subject is the subscription's name, too: a second one
/// to the same subject changes nothing, and nobody needs to remember numbers.
pub(super) fn write_subscription(out: &mut Vec<u8>, subject: &str) {
    out.extend_from_slice(format!("SUB {subject} {}\r\n", name_of(subject)).as_bytes());
}

/// Writes the end of a subscription.
pub(super) fn write_unsubscription(out: &mut Vec<u8>, subject: &str) {
    out.extend_from_slice(format!("UNSUB {}\r\n", name_of(subject)).as_bytes());
}

fn name_of(subject: &str) -> &str {
    subject.rsplit_once('.').map_or(subject, |(_prefix, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode_all(pieces: &[&[u8]]) -> Result<Vec<Operation>, Malformed> {
        let (mut buffer, mut found) = (BytesMut::new(), Vec::new());
        for piece in pieces {
            buffer.extend_from_slice(piece);
            while let Some(operation) = decode(&mut buffer)? {
                found.push(operation);
            }
        }
        Ok(found)
    }

    const STREAM: &[u8] = b"INFO {\"max_payload\":1}\r\nPING\r\nMSG a.b 1 3\r\nx\ny\r\n\
        MSG a.b 1 reply.to 0\r\n\r\npong\r\n+OK\r\n-ERR 'Authorization Violation'\r\n";

    #[test]
    fn operations_are_the_same_however_they_are_cut() {
        let message = |payload: &'static [u8]| Operation::Message {
            subject: Bytes::from_static(b"a.b"),
            payload: Bytes::from_static(payload),
        };
        let expected = [
            Operation::Info(Bytes::from_static(b"{\"max_payload\":1}")),
            Operation::Ping,
            message(b"x\ny"),
            message(b""),
            Operation::Pong,
            Operation::Done,
            Operation::Refused(Bytes::from_static(b"'Authorization Violation'")),
        ];
        for at in 0..=STREAM.len() {
            let (first, second) = STREAM.split_at(at);
            assert_eq!(decode_all(&[first, second]).unwrap(), expected, "cut at {at}");
        }
    }

    #[test]
    fn what_is_no_operation_or_too_long_is_refused() {
        let too_long = format!("MSG a 1 {}\r\n", NOTICE_BYTES_MAX + 1);
        let lines: [&[u8]; 8] = [
            b"HMSG a 1 2 3\r\n",
            b"MSG a 1\r\n",
            b"MSG a 1 -1\r\n",
            b"MSG a 1 99999999999999999999999\r\n",
            b"MSG a 1 b 2 3\r\n",
            b"MSG a 1 1\r\nxyz",
            b"\r\n",
            too_long.as_bytes(),
        ];
        for line in lines {
            assert_eq!(decode_all(&[line]), Err(Malformed), "{}", line.escape_ascii());
        }
        assert_eq!(decode_all(&[&vec![b'x'; LINE_BYTES_MAX]]), Err(Malformed));
    }

    #[test]
    fn what_is_written_is_what_the_protocol_says() {
        let mut out = Vec::new();
        write_subscription(&mut out, "tresen.device.0a");
        write_publication(&mut out, "tresen.device.0a", b"\0\r\n");
        write_unsubscription(&mut out, "tresen.device.0a");
        let text: &[u8] =
            b"SUB tresen.device.0a 0a\r\nPUB tresen.device.0a 3\r\n\0\r\n\r\nUNSUB 0a\r\n";
        assert_eq!(out, text);
    }
}
