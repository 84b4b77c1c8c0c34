//! The network that a peer belongs to: what anonymous limits count.

use std::net::IpAddr;

/// /24 of version 4 and /56 of version 6 (what one household or office has), as one number.
pub(crate) fn prefix_of(address: IpAddr) -> u64 {
    match address.to_canonical() {
        IpAddr::V4(address) => u64::from(u32::from(address) >> 8),
        IpAddr::V6(address) => {
            let high = u128::from(address) >> 72;
            // 56 bits, and one that version 4 doesn't have.
            u64::try_from(high).map_or(u64::MAX, |bits| bits | (1 << 56))
        }
    }
}

/// The peer's address: the socket's, or behind a trusted proxy the one that it tells.
pub(crate) fn peer_address(
    socket: IpAddr,
    forwarded_for: Option<&str>,
    trusted_proxies: &[IpAddr],
) -> IpAddr {
    let socket = socket.to_canonical();
    match forwarded_for {
        Some(address) if trusted_proxies.contains(&socket) => address.parse().unwrap_or(socket),
        _ => socket,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefix(text: &str) -> u64 {
        prefix_of(text.parse().unwrap())
    }

    #[test]
    fn a_network_is_counted_as_one() {
        assert_eq!(prefix("192.0.2.1"), prefix("192.0.2.255"));
        assert_ne!(prefix("192.0.2.1"), prefix("192.0.3.1"));
        assert_eq!(prefix("::ffff:192.0.2.1"), prefix("192.0.2.9"));
        assert_eq!(prefix("2001:db8:0:1::1"), prefix("2001:db8:0:ff::1"));
        assert_ne!(prefix("2001:db8:0:100::1"), prefix("2001:db8:0:1::1"));
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        let (proxy, client) = ("10.0.0.1".parse().unwrap(), "192.0.2.1".parse().unwrap());
        assert_eq!(peer_address(proxy, Some("192.0.2.1"), &[proxy]), client);
        assert_eq!(peer_address(proxy, Some("192.0.2.1"), &[]), proxy);
        assert_eq!(peer_address(proxy, Some("nonsense"), &[proxy]), proxy);
        assert_eq!(peer_address(client, None, &[proxy]), client);
    }
}
