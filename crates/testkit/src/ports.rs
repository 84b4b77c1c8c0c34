//! Free ports for servers that are started, killed and started again on the same port.

use std::{
    io,
    net::{Ipv4Addr, TcpListener},
    sync::atomic::{AtomicU16, Ordering},
};

/// The ports that are tried lie below the range from which the kernel gives out ports: otherwise a
/// client that connects while the server is down could be given the server's port, and meet itself.
const FIRST: u16 = 15_000;
const COUNT: u16 = 15_000;

/// A port of 127.0.0.1 on which nobody listens.
///
/// # Errors
/// When there is none.
pub fn free_port() -> io::Result<u16> {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Tests that run at the same time in several processes begin at different places.
    let process = u16::try_from(std::process::id() % u32::from(COUNT)).unwrap_or(0);
    for _attempt in 0..COUNT {
        let next = NEXT.fetch_add(1, Ordering::Relaxed);
        let offset = process.wrapping_mul(31).wrapping_add(next) % COUNT;
        let port = FIRST + offset;
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return Ok(port);
        }
    }
    Err(io::ErrorKind::AddrInUse.into())
}
