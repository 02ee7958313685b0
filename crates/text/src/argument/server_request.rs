//! Addresses by which a tool would be made to ask its own network.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use palisade_base::Meta;

use super::whole;
use crate::{Detector, Hit, Sort};

palisade_base::meta! {
    /// ## What it does
    ///
    /// Finds addresses, in arguments of tools, that lead to the machine itself, to private networks or to the metadata
    /// service of a cloud, in every form that resolvers accept: decimal, octal, hexadecimal and shortened IPv4, IPv6 with an
    /// IPv4 address inside, names that stand for loopback; and schemes that are not for the web (`file:`, `gopher:`, `dict:`).
    ///
    /// ## Why it matters
    ///
    /// A tool that fetches pages for a model stands behind the firewall. One address in a document is enough to have it
    /// fetch the credentials of its machine.
    ///
    /// ## Example
    ///
    /// ```text
    /// fetch(url = "http://0xA9FEA9FE/latest/meta-data/")
    /// ```
    ///
    /// ## What to do
    ///
    /// Give the tool a list of hosts, or resolve the name once, refuse private addresses, and connect to the address that
    /// was judged. Let it follow no redirects by itself.
    ///
    /// ## Limits
    ///
    /// What a name resolves to is not asked here: a public name may lead to a private address, today or at the second look.
    ///
    /// ## References
    ///
    /// - CWE-918, Server-Side Request Forgery
    /// - RFC 1918, RFC 6598, RFC 4193, RFC 3927
    /// - WHATWG URL, host parsing
    static META: Detector = {
        name: "server-request",
        summary: "an address leads into the network of the tool",
        severity: High,
        components: [Application, Infrastructure],
        threats: [Injection],
        stages: [Operations],
        since: "0.1.0",
    }
}

/// Finds addresses of the inside.
#[derive(Clone, Copy, Debug, Default)]
pub struct ServerRequest;

impl Detector for ServerRequest {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn sort(&self) -> Sort {
        Sort::Argument
    }

    fn find(&self, text: &str) -> Vec<Hit> {
        whole(text, judge)
    }
}

fn judge(argument: &str) -> Option<&'static str> {
    let argument = argument.trim();
    let (scheme, rest) = match argument.split_once(':') {
        Some((scheme, rest)) if is_scheme(scheme) => (scheme.to_ascii_lowercase(), rest),
        _ => (String::new(), argument.strip_prefix("//")?),
    };
    if FOREIGN.contains(&scheme.as_str()) && (rest.starts_with('/') || scheme == "jar") {
        return Some("foreign-scheme");
    }
    if !(scheme.is_empty() || WEB.contains(&scheme.as_str())) {
        return None;
    }
    // Browsers and many libraries read back slashes as slashes.
    let authority = rest.trim_start_matches(['/', '\\']).split(['/', '\\', '?', '#']).next()?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match host.strip_prefix('[').and_then(|host| host.split_once(']')) {
        Some((six, _)) => {
            return six.split('%').next()?.parse().ok().filter(|ip| is_inside_v6(*ip)).map(|_| "inside-address");
        }
        None => host
            .rsplit_once(':')
            .filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()))
            .map_or(host, |(host, _)| host),
    };
    let host = dots(host);
    let host = host.trim_end_matches('.');
    let named =
        INSIDE.iter().any(|name| host == *name || host.strip_suffix(name).is_some_and(|head| head.ends_with('.')));
    let numbered = four(host).is_some_and(is_inside_v4);
    // Services that turn any address into a name.
    let wrapped = WRAPPERS.iter().any(|name| host.ends_with(name));
    (named || numbered || wrapped).then_some("inside-address")
}

fn is_scheme(text: &str) -> bool {
    (2..=12).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// Lower case, with every kind of full stop and digit as ASCII.
fn dots(host: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    host.nfkc().map(|c| if matches!(c, '。' | '｡' | '．') { '.' } else { c.to_ascii_lowercase() }).collect()
}

/// IPv4 as `inet_aton` reads it: one to four numbers, decimal, octal or hexadecimal, the last one filling what is left.
fn four(host: &str) -> Option<Ipv4Addr> {
    let parts: Vec<u64> = host.split('.').map(number).collect::<Option<_>>()?;
    let (last, head) = parts.split_last()?;
    if parts.len() > 4 || head.iter().any(|part| *part > 255) || *last >= 1 << (8 * (5 - parts.len())) {
        return None;
    }
    let start = head.iter().zip([24, 16, 8]).fold(0, |sum, (part, shift)| sum | part << shift);
    u32::try_from(start | last).ok().map(Ipv4Addr::from)
}

fn number(part: &str) -> Option<u64> {
    let (digits, radix) = match part.strip_prefix("0x") {
        Some("") => return Some(0),
        Some(digits) => (digits, 16),
        None if part.len() > 1 && part.starts_with('0') => (part, 8),
        None => (part, 10),
    };
    u64::from_str_radix(digits, radix).ok()
}

fn is_inside_v4(ip: Ipv4Addr) -> bool {
    let [first, second, ..] = ip.octets();
    ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_unspecified()
        || ip.is_broadcast()
        || ip.is_multicast()
        || first == 0
        || first == 100 && (64..128).contains(&second)
        || first == 198 && (18..20).contains(&second)
        || ip == Ipv4Addr::new(192, 0, 0, 192)
        || first >= 240
}

fn is_inside_v6(ip: Ipv6Addr) -> bool {
    let segments = ip.segments();
    let inner = match segments {
        // Mapped, compatible, translated (RFC 6052) and 6to4.
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => {
            Some(u32::from(high) << 16 | u32::from(low))
        }
        _ => None,
    };
    let [first, ..] = segments;
    inner.is_some_and(|inner| is_inside_v4(Ipv4Addr::from(inner)))
        || IpAddr::V6(ip).is_loopback()
        || ip.is_unspecified()
        || ip.is_multicast()
        || first & 0xfe00 == 0xfc00
        || first & 0xffc0 == 0xfe80
        || first & 0xffc0 == 0xfec0
}

const WEB: &[&str] = &["http", "https", "ftp", "ws", "wss"];
const FOREIGN: &[&str] =
    &["file", "gopher", "dict", "ldap", "ldaps", "tftp", "jar", "phar", "netdoc", "sftp", "expect"];
const INSIDE: &[&str] = &[
    "localhost",
    "localhost.localdomain",
    "ip6-localhost",
    "internal",
    "local",
    "localdomain",
    "intranet",
    "corp",
    "lan",
    "home.arpa",
    "svc",
    "host.docker.internal",
    "instance-data",
];
const WRAPPERS: &[&str] = &[".nip.io", ".sslip.io", ".xip.io", ".localtest.me", ".lvh.me"];

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> Option<&'static str> {
        ServerRequest.find(text).first().map(|hit| hit.kind)
    }

    #[test]
    fn the_inside_in_every_form() {
        for address in [
            "http://localhost:8080/",
            "http://127.0.0.1",
            "http://127.1",
            "http://2130706433/",
            "http://0x7f000001",
            "http://0177.0.0.1",
            "http://169.254.169.254/latest/",
            "http://0xA9FEA9FE/",
            "http://[::1]/",
            "http://[::ffff:10.0.0.1]:80/",
            "http://[fd00::1]",
            "https://user@10.1.2.3/",
            "http://metadata.google.internal/",
            "http://example.org@192.168.0.1/",
            "//10.0.0.1/x",
            "http://１２７.0.0.1/",
            "http://127。0。0。1/",
            "http://127.0.0.1.nip.io/",
            "http%3a%2f%2f127.0.0.1",
            "http:\\\\127.0.0.1\\",
            "HTTP://LOCALHOST./",
            "http://0/",
            "http://100.100.100.200/",
            "http://[64:ff9b::a9fe:a9fe]/",
        ] {
            assert_eq!(kind(address), Some("inside-address"), "{address}");
        }
        for address in ["file:///etc/hosts", "gopher://x:70/_a", "dict://x:11211/stat"] {
            assert_eq!(kind(address), Some("foreign-scheme"), "{address}");
        }
    }

    #[test]
    fn the_outside() {
        for address in [
            "https://example.org",
            "http://93.184.216.34/",
            "https://[2606:2800:220:1::1]/",
            "https://localhost.example.org/",
            "10.0.0.1",
            "note: 127",
            "http://172.32.0.1/",
            "mailto:jane.roe@mail.test",
            "https://internal-tools.example.org/",
            "profile: file",
            "http://1.2.3.4.5/",
        ] {
            assert_eq!(kind(address), None, "{address}");
        }
    }
}
