//! What must hold for any bytes from a socket; the fuzz targets' bodies.

use bytes::BytesMut;
use tresen_server::{
    cluster::{
        nats::protocol::{self, Operation},
        notice::{NOTICE_BYTES_MAX, Notice, NoticeSeal},
    },
    connection::{
        codec::{Assembler, Message, decode},
        head::{self, Head},
    },
    domain::dns,
    push::endpoint::Endpoint,
};
use tresen_types::{DeviceId, limits::FRAME_BYTES_MAX};

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

/// What the bus says means the same however the network cuts it, and no payload is over the limit.
pub(crate) fn bus_protocol(bytes: &[u8]) {
    let operations = |pieces: &[&[u8]]| {
        let (mut buffer, mut operations) = (BytesMut::new(), Vec::new());
        for piece in pieces {
            buffer.extend_from_slice(piece);
            loop {
                match protocol::decode(&mut buffer) {
                    Ok(Some(operation)) => operations.push(operation),
                    Ok(None) => break,
                    Err(protocol::Malformed) => return (operations, true),
                }
            }
        }
        (operations, false)
    };
    let whole = operations(&[bytes]);
    let (first, second) = bytes.split_at(bytes.len() / 2);
    assert_eq!(operations(&[first, second]), whole);
    for operation in whole.0 {
        if let Operation::Message { payload, .. } = operation {
            assert!(payload.len() <= NOTICE_BYTES_MAX);
        }
    }
}

/// Nobody without the key makes a notice; whoever has it reads what was written.
pub(crate) fn bus_notice(bytes: &[u8]) {
    let seal = NoticeSeal::new(&[7; 32]);
    let (subject, payload) = bytes.split_at(bytes.len().min(48));
    assert_eq!(seal.open(subject, payload), None);
    assert_eq!(seal.open(seal.common_subject().as_bytes(), bytes), None);
    let device = DeviceId::new([1; 8]);
    assert_eq!(seal.open(seal.device_subject(device).as_bytes(), bytes), None);
    let signal = bytes.iter().copied().take(1 << 10).collect();
    let notice = Notice::Signal { device, signal };
    let (subject, payload) = seal.seal(&notice);
    assert_eq!(seal.open(subject.as_bytes(), &payload), Some(notice));
}

/// A resolver answers what it likes: records come only from an answer to the question, and each is
/// of the kind that was asked for.
pub(crate) fn dns_answer(bytes: &[u8]) {
    for kind in [dns::Kind::A, dns::Kind::Aaaa, dns::Kind::Txt] {
        let question = dns::question(7, "_tresen.korn.example", kind).expect("a good name");
        // As it came, and behind the head that every answer to this question begins with.
        let mut answer = question.clone();
        answer[2] = 0x80;
        answer[7] = bytes.first().copied().unwrap_or_default();
        answer.extend_from_slice(bytes);
        for answer in [bytes, &answer] {
            let records = dns::read(&question, answer, kind).unwrap_or_default();
            let count =
                answer.get(6..8).map_or(0, |two| usize::from(two[0]) << 8 | usize::from(two[1]));
            assert!(records.len() <= count);
            assert!(records.is_empty() || answer.starts_with(&question[..2]));
            for record in records {
                assert!(kind == dns::Kind::Txt || record.text().is_none());
                assert!(kind != dns::Kind::Txt || record.address().is_none());
            }
        }
    }
}

/// A browser names what it likes: a push goes to a public name over HTTPS, or where the operator has
/// said, and the same bytes of the URL decide that which are connected to.
pub(crate) fn push_endpoint(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Some(endpoint) = Endpoint::parse(text, &[]) {
        assert!(endpoint.has_tls() && endpoint.port() == 443 && !endpoint.is_allowed());
        assert!(endpoint.host().contains('.'));
        assert!(endpoint.host().parse::<std::net::IpAddr>().is_err());
        assert!(text.starts_with(&format!("{}/", endpoint.origin())));
        let authority = endpoint.origin().strip_prefix("https://").expect("a scheme");
        assert_eq!(authority.strip_suffix(":443").unwrap_or(authority), endpoint.host());
    }
    let allowed = ["http://127.0.0.1:9000".to_owned()];
    if let Some(endpoint) = Endpoint::parse(text, &allowed)
        && endpoint.is_allowed()
    {
        assert!(text.starts_with("http://127.0.0.1:9000/"));
        assert_eq!((endpoint.host(), endpoint.port()), ("127.0.0.1", 9_000));
    }
}
