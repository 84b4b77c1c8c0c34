//! Asks a resolver, over UDP and, where the answer doesn't fit, over TCP (RFC 1035).
//!
//! The resolver does the work; here a question is written and the answer's records are read, strictly
//! and within limits.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpStream, UdpSocket},
};

use super::look::Trouble;
use crate::{
    config::DomainsConfig,
    limits::{DNS_ANSWER_BYTES_MAX, DNS_RECORDS_MAX, DNS_WAIT},
};

const HEADER_BYTES: usize = 12;
const CLASS_INTERNET: u16 = 1;
const FLAG_ANSWER: u16 = 0x8000;
const FLAG_TRUNCATED: u16 = 0x0200;
const FLAG_WANT_RECURSION: u16 = 0x0100;
const CODE_MASK: u16 = 0x000f;
const CODE_NO_NAME: u16 = 3;
const LABEL_BYTES_MAX: usize = 63;
const PORT: u16 = 53;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An IPv4 address.
    A = 1,
    /// Text.
    Txt = 16,
    /// An IPv6 address.
    Aaaa = 28,
}

/// A record of the kind that was asked for.
#[derive(Debug, PartialEq, Eq)]
pub struct Record {
    kind: Kind,
    data: Vec<u8>,
}

impl Record {
    /// The text of a TXT record: its strings, one after the other.
    pub fn text(&self) -> Option<String> {
        if self.kind != Kind::Txt {
            return None;
        }
        let (mut text, mut rest) = (Vec::new(), self.data.as_slice());
        while let Some((length, tail)) = rest.split_first() {
            let (part, tail) = tail.split_at_checked(usize::from(*length))?;
            text.extend_from_slice(part);
            rest = tail;
        }
        String::from_utf8(text).ok()
    }

    /// The address of an address record.
    pub fn address(&self) -> Option<IpAddr> {
        match self.kind {
            Kind::A => {
                <[u8; 4]>::try_from(&*self.data).ok().map(|bytes| Ipv4Addr::from(bytes).into())
            }
            Kind::Aaaa => {
                <[u8; 16]>::try_from(&*self.data).ok().map(|bytes| Ipv6Addr::from(bytes).into())
            }
            Kind::Txt => None,
        }
    }
}

/// The resolver that is configured, or the system's first.
pub(super) fn resolver(config: &DomainsConfig) -> Result<SocketAddr, Trouble> {
    if let Some(configured) = config.resolver {
        return Ok(configured);
    }
    let text = std::fs::read_to_string("/etc/resolv.conf").unwrap_or_default();
    text.lines()
        .filter_map(|line| line.trim().strip_prefix("nameserver"))
        .find_map(|address| address.trim().parse::<IpAddr>().ok())
        .map(|address| SocketAddr::new(address, PORT))
        .ok_or(Trouble::Unreachable)
}

/// Asks for the records of a name; none when there is no such name.
pub(super) async fn ask(
    resolver: SocketAddr,
    name: &str,
    kind: Kind,
) -> Result<Vec<Record>, Trouble> {
    let mut number = [0; 2];
    getrandom::fill(&mut number).map_err(|_no_source| Trouble::Unreachable)?;
    let question = question(u16::from_be_bytes(number), name, kind).ok_or(Trouble::Unreachable)?;
    let asked = tokio::time::timeout(DNS_WAIT, async {
        let answer = over_udp(resolver, &question).await?;
        if is_truncated(&answer) { over_tcp(resolver, &question).await } else { Ok(answer) }
    });
    let answer = asked.await.map_err(|_elapsed| Trouble::TimedOut)?;
    let answer = answer.map_err(|_error| Trouble::Unreachable)?;
    read(&question, &answer, kind).ok_or(Trouble::Unreachable)
}

async fn over_udp(resolver: SocketAddr, question: &[u8]) -> std::io::Result<Vec<u8>> {
    let own: SocketAddr = match resolver {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(own).await?;
    // From nobody else: the port is random, too.
    socket.connect(resolver).await?;
    socket.send(question).await?;
    let mut answer = vec![0; DNS_ANSWER_BYTES_MAX];
    loop {
        let length = socket.recv(&mut answer).await?;
        let received = answer.get(..length).unwrap_or_default();
        // A late answer to another question is not an answer.
        if received.get(..2) == question.get(..2) {
            return Ok(received.to_vec());
        }
    }
}

async fn over_tcp(resolver: SocketAddr, question: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(resolver).await?;
    let length = u16::try_from(question.len()).unwrap_or(u16::MAX);
    stream.write_all(&[&length.to_be_bytes(), question].concat()).await?;
    let length = usize::from(stream.read_u16().await?);
    if length > DNS_ANSWER_BYTES_MAX {
        return Err(std::io::ErrorKind::InvalidData.into());
    }
    let mut answer = vec![0; length];
    stream.read_exact(&mut answer).await?;
    Ok(answer)
}

/// A question for the records of a name, none when the name's form is wrong (RFC 1035, section 4.1.2).
pub fn question(number: u16, name: &str, kind: Kind) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    // One question, no records.
    for field in [number, FLAG_WANT_RECURSION, 1, 0, 0, 0] {
        bytes.extend_from_slice(&field.to_be_bytes());
    }
    for label in name.split('.') {
        let length = u8::try_from(label.len()).ok()?;
        if label.is_empty() || label.len() > LABEL_BYTES_MAX {
            return None;
        }
        bytes.push(length);
        bytes.extend_from_slice(label.as_bytes());
    }
    bytes.push(0);
    bytes.extend_from_slice(&(kind as u16).to_be_bytes());
    bytes.extend_from_slice(&CLASS_INTERNET.to_be_bytes());
    Some(bytes)
}

fn is_truncated(answer: &[u8]) -> bool {
    number_at(answer, 2).is_some_and(|flags| flags & FLAG_TRUNCATED != 0)
}

/// The records of an answer to `question`; none of them when its form is wrong
/// (RFC 1035, section 4.1.3).
pub fn read(question: &[u8], answer: &[u8], kind: Kind) -> Option<Vec<Record>> {
    let flags = number_at(answer, 2)?;
    let asked = question.get(HEADER_BYTES..)?;
    let is_answer = number_at(answer, 0) == number_at(question, 0)
        && flags & FLAG_ANSWER != 0
        && number_at(answer, 4) == Some(1)
        && answer.get(HEADER_BYTES..question.len())?.eq_ignore_ascii_case(asked);
    if !is_answer {
        return None;
    }
    match flags & CODE_MASK {
        0 => {}
        CODE_NO_NAME => return Some(Vec::new()),
        _failed => return None,
    }
    let count = usize::from(number_at(answer, 6)?).min(DNS_RECORDS_MAX);
    let (mut records, mut rest) = (Vec::new(), answer.get(question.len()..)?);
    for _record in 0..count {
        rest = after_name(rest)?;
        let (of, class) = (number_at(rest, 0)?, number_at(rest, 2)?);
        let length = usize::from(number_at(rest, 8)?);
        let (data, tail) = rest.get(10..)?.split_at_checked(length)?;
        // Names that lead to others (CNAME) stand before what they lead to.
        if of == kind as u16 && class == CLASS_INTERNET {
            records.push(Record { kind, data: data.to_vec() });
        }
        rest = tail;
    }
    Some(records)
}

/// What follows a name, which ends with nothing or with a pointer to the rest of it.
fn after_name(mut bytes: &[u8]) -> Option<&[u8]> {
    loop {
        let (length, tail) = bytes.split_first()?;
        match length {
            0 => return Some(tail),
            0xc0.. => return tail.get(1..),
            length if usize::from(*length) <= LABEL_BYTES_MAX => {
                bytes = tail.get(usize::from(*length)..)?;
            }
            _unknown => return None,
        }
    }
}

fn number_at(bytes: &[u8], at: usize) -> Option<u16> {
    let pair = bytes.get(at..)?.first_chunk::<2>()?;
    Some(u16::from_be_bytes(*pair))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn answer(question: &[u8], code: u16, records: &[(u16, &[u8])]) -> Vec<u8> {
        let mut bytes = question.to_vec();
        bytes[2..4].copy_from_slice(&(FLAG_ANSWER | code).to_be_bytes());
        bytes[6..8].copy_from_slice(&u16::try_from(records.len()).unwrap().to_be_bytes());
        for (kind, data) in records {
            bytes.extend([0xc0, 12]);
            bytes.extend(kind.to_be_bytes());
            bytes.extend(CLASS_INTERNET.to_be_bytes());
            bytes.extend([0; 4]);
            bytes.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
            bytes.extend(*data);
        }
        bytes
    }

    #[test]
    fn records_of_the_kind_are_read_behind_others() {
        let asked = question(7, "_tresen.korn.example", Kind::Txt).unwrap();
        let bytes = answer(&asked, 0, &[(5, &[0xc0, 12]), (16, b"\x03abc\x02de")]);
        let records = read(&asked, &bytes, Kind::Txt).unwrap();
        assert_eq!(records[0].text().as_deref(), Some("abcde"));
        assert_eq!(records.len(), 1);
        let none = answer(&asked, CODE_NO_NAME, &[]);
        assert_eq!(read(&asked, &none, Kind::Txt), Some(Vec::new()));
        let failed = answer(&asked, 2, &[]);
        assert_eq!(read(&asked, &failed, Kind::Txt), None);
        let other = question(8, "_tresen.korn.example", Kind::Txt).unwrap();
        assert_eq!(read(&other, &bytes, Kind::Txt), None, "another question's answer");
    }

    proptest! {
        #[test]
        fn nothing_from_the_wire_makes_it_panic(tail in prop::collection::vec(any::<u8>(), 0..200)) {
            let asked = question(7, "korn.example", Kind::A).unwrap();
            let mut bytes = answer(&asked, 0, &[]);
            bytes[7] = 9;
            bytes.extend(&tail);
            let records = read(&asked, &bytes, Kind::A).unwrap_or_default();
            for record in records {
                drop((record.text(), record.address()));
            }
            drop(read(&asked, &tail, Kind::A));
        }
    }
}
