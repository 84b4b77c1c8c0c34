//! Stands between devices and a server and records every byte, with WebSocket frames unmasked.

use std::{
    io::{Read as _, Write as _},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{Arc, Mutex, OnceLock},
    thread,
};

/// The recorder.
pub(crate) struct Proxy {
    /// Its port.
    pub(crate) port: u16,
    target: Arc<OnceLock<String>>,
    recorded: Arc<Mutex<Vec<Stream>>>,
}

/// One direction of one connection.
#[derive(Clone, Default)]
struct Stream {
    is_from_client: bool,
    bytes: Vec<u8>,
}

impl Proxy {
    /// Listens; connections wait until there is a target.
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (target, recorded) = (Arc::new(OnceLock::<String>::new()), Arc::default());
        let (its_target, its_record) = (Arc::clone(&target), Arc::clone(&recorded));
        thread::spawn(move || {
            for client in listener.incoming() {
                let server = TcpStream::connect(its_target.wait()).unwrap();
                carry(&client.unwrap(), &server, &its_record);
            }
        });
        Self { port, target, recorded }
    }

    /// Says where the server is.
    pub(crate) fn lead_to(&self, address: &str) {
        self.target.set(address.to_owned()).unwrap();
    }

    /// What went by in one direction, frames unmasked; one buffer for each connection.
    pub(crate) fn recorded(&self, is_from_client: bool) -> Vec<Vec<u8>> {
        let streams = self.recorded.lock().unwrap().clone();
        let wanted = streams.iter().filter(|stream| stream.is_from_client == is_from_client);
        wanted.map(|stream| unmasked(&stream.bytes)).collect()
    }
}

fn carry(client: &TcpStream, server: &TcpStream, recorded: &Arc<Mutex<Vec<Stream>>>) {
    for is_from_client in [true, false] {
        let (client, server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
        let (mut from, mut to) = if is_from_client { (client, server) } else { (server, client) };
        let recorded = Arc::clone(recorded);
        let index = {
            let mut streams = recorded.lock().unwrap();
            streams.push(Stream { is_from_client, bytes: Vec::new() });
            streams.len() - 1
        };
        thread::spawn(move || {
            let mut buffer = vec![0; 64 << 10];
            while let Ok(length @ 1..) = from.read(&mut buffer) {
                recorded.lock().unwrap()[index].bytes.extend(&buffer[..length]);
                if to.write_all(&buffer[..length]).is_err() {
                    break;
                }
            }
            // The other end may be gone.
            to.shutdown(Shutdown::Write).ok();
        });
    }
}

/// What a stream says: HTTP as it is, the payloads of WebSocket frames unmasked.
fn unmasked(bytes: &[u8]) -> Vec<u8> {
    let Some(end) = memchr::memmem::find(bytes, b"\r\n\r\n").map(|at| at + 4) else {
        return bytes.to_vec();
    };
    let (head, mut rest) = bytes.split_at(end);
    if !String::from_utf8_lossy(head).to_ascii_lowercase().contains("upgrade: websocket") {
        return bytes.to_vec();
    }
    let mut plain = head.to_vec();
    while let Some((payload, after)) = frame(rest) {
        plain.extend(payload);
        rest = after;
    }
    // A frame that broke off.
    plain.extend(rest);
    plain
}

/// The payload of the first frame, and what follows it (RFC 6455, section 5.2).
fn frame(bytes: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let (&[_, second], rest) = bytes.split_first_chunk::<2>()?;
    let (length, rest) = match second & 0x7f {
        126 => {
            let (length, rest) = rest.split_first_chunk::<2>()?;
            (u64::from(u16::from_be_bytes(*length)), rest)
        }
        127 => {
            let (length, rest) = rest.split_first_chunk::<8>()?;
            (u64::from_be_bytes(*length), rest)
        }
        short => (u64::from(short), rest),
    };
    let (mask, rest) = if second & 0x80 == 0 {
        ([0; 4], rest)
    } else {
        let (mask, rest) = rest.split_first_chunk::<4>()?;
        (*mask, rest)
    };
    let (payload, after) = rest.split_at_checked(usize::try_from(length).ok()?)?;
    Some((payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask).collect(), after))
}

#[test]
fn a_masked_frame_is_unmasked() {
    // RFC 6455, section 5.7.
    let hello = [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58];
    assert_eq!(frame(&hello).unwrap().0, b"Hello");
    let stream = [&b"GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n"[..], &hello].concat();
    assert!(unmasked(&stream).ends_with(b"Hello"));
}
