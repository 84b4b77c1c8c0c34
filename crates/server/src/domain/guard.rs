//! Which addresses a host that somebody else has named may lead to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{
    dns::{self, Kind},
    look::Trouble,
};
use crate::config::DomainsConfig;

/// The addresses of a host that this server may connect to. To these very addresses: asked once more,
/// the resolver may answer others.
pub(crate) async fn addresses(
    config: &DomainsConfig,
    host: &str,
    may_be_private: bool,
) -> Result<Vec<IpAddr>, Trouble> {
    let resolver = dns::resolver(config)?;
    let mut addresses: Vec<IpAddr> = Vec::new();
    for kind in [Kind::A, Kind::Aaaa] {
        let records = dns::ask(resolver, host, kind).await?;
        addresses.extend(records.iter().filter_map(dns::Record::address));
    }
    if addresses.is_empty() {
        return Err(Trouble::Unreachable);
    }
    // One address inside is enough to say no: who answers so wants this server to knock there.
    if !may_be_private && !addresses.iter().copied().all(is_public) {
        return Err(Trouble::PrivateAddress);
    }
    Ok(addresses)
}

/// Whether an address is reachable from everywhere, as far as its number tells.
fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_broadcast()
        || address.is_documentation()
        // "This network", carriers' own addresses, protocol assignments, benchmarks, reserved.
        || a == 0
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (18..20).contains(&b))
        || a >= 240;
    !is_special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    // Global unicast is 2000::/3. In it: translated and tunnelled IPv4 would lead past the rules for
    // IPv4, and documentation is nobody's.
    let is_global = first & 0xe000 == 0x2000;
    let is_tunnel = first == 0x2002 || (first == 0x2001 && second < 0x0200);
    let is_documentation = (first == 0x2001 && second == 0x0db8) || first & 0xfff0 == 0x3ff0;
    is_global && !is_tunnel && !is_documentation
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_everybody_reaches_is_public() {
        for public in
            ["93.184.216.34", "1.1.1.1", "2606:4700::1111", "2a00:1450::1", "::ffff:8.8.8.8"]
        {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
        for private in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.178.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "192.0.0.8",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "203.0.113.9",
            "::",
            "::1",
            "fe80::1",
            "fd00::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001:db8::1",
        ] {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
    }
}
