//! Which machines are asked: public ones, and this one if the user names it. A URL or a redirect must not make the scanner
//! a door into the network that it runs in.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

use ureq::{
    Error,
    config::Config,
    http::Uri,
    unversioned::{
        resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver},
        transport::NextTimeout,
    },
};

/// Resolves names and keeps the addresses that may be connected to. It judges the very addresses that are used, so that a
/// name which answers differently the next time gains nothing.
#[derive(Debug)]
pub(super) struct Judge {
    /// Whether the user named this machine: then it may be asked under such a name.
    pub(super) loopback: bool,
    pub(super) resolver: DefaultResolver,
}

impl Resolver for Judge {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let own = is_loopback(uri.host().unwrap_or_default());
        let may = |address: &SocketAddr| {
            if own { self.loopback && address.ip().is_loopback() } else { is_public(address.ip()) }
        };
        let mut kept = self.empty();
        for address in self.resolver.resolve(uri, config, timeout)?.iter().filter(|address| may(address)) {
            kept.push(*address);
        }
        if kept.is_empty() {
            let host = uri.host().unwrap_or_default();
            return Err(io::Error::other(format!("{REFUSED} `{host}` leads into a private network")).into());
        }
        Ok(kept)
    }
}

/// How the error of an address that is not asked begins.
pub(super) const REFUSED: &str = "refused:";

/// Whether a host is this machine by its very name.
pub(super) fn is_loopback(host: &str) -> bool {
    let literal = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || literal.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

/// Whether an address is one of the public internet (the registries of special addresses of IANA, RFC 6890).
pub(super) fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = match (a, b, c) {
        // This network, private, loopback, and everything from multicast on.
        (0 | 10 | 127 | 224..=255, ..)
        // Shared by providers; link-local, with the metadata services of clouds; private.
        | (100, 64..=127, _) | (169, 254, _) | (172, 16..=31, _) | (192, 168, _)
        // Of protocols, for documentation, relays, and for measurements.
        | (192, 0, 0 | 2) | (192, 88, 99) | (198, 18 | 19, _) | (198, 51, 100) | (203, 0, 113) => true,
        _ => false,
    };
    // The host of machines in Azure.
    !special && ip != Ipv4Addr::new(168, 63, 129, 16)
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let v4 = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match ip.segments() {
        // Addresses that stand for others: those of IPv4 behind a translator, and behind a relay.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => v4(high, low),
        // Of protocols (tunnels among them), and for documentation.
        [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => false,
        // All that is given out. What is left is local, mapped, multicast, or nobody's.
        [0x2000..=0x3fff, ..] => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_are_asked() {
        for ip in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.192",
            "192.168.1.1",
            "198.18.0.1",
            "203.0.113.7",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "168.63.129.16",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "::7f00:1",
            "fe80::1",
            "fc00::1",
            "fd00:ec2::254",
            "fec0::1",
            "ff02::1",
            "64:ff9b::a00:1",
            "64:ff9b:1::1",
            "2002:a00:1::",
            "2001::1",
            "2001:db8::1",
            "3fff::1",
            "100::1",
        ] {
            assert!(!is_public(ip.parse().unwrap()), "{ip}");
        }
        for ip in [
            "1.1.1.1",
            "100.63.255.255",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "198.20.0.1",
            "223.255.255.255",
            "2600:9000::1",
            "2a04:4e42::1",
            "64:ff9b::101:101",
            "2002:101:101::",
            "2001:4860::1",
        ] {
            assert!(is_public(ip.parse().unwrap()), "{ip}");
        }
    }

    #[test]
    fn this_machine_by_its_name() {
        for (host, own) in [
            ("localhost", true),
            ("LocalHost", true),
            ("127.0.0.1", true),
            ("127.9.9.9", true),
            ("[::1]", true),
            ("localhost.example.com", false),
            ("127.0.0.1.nip.io", false),
            ("2130706433", false),
            ("[::ffff:127.0.0.1]", false),
            ("0.0.0.0", false),
        ] {
            assert_eq!(is_loopback(host), own, "{host}");
        }
    }
}
