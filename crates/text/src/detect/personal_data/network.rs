//! Addresses of machines: IPv4, IPv6, MAC. They point at a person only with the records of someone else.

use std::{
    net::{Ipv4Addr, Ipv6Addr},
    ops::Range,
};

use palisade_base::Confidence;

use super::{
    context::{Context, Contexts},
    digits::Number,
};
use crate::Hit;

/// An IPv4 address, if these four groups are one that is routed in public.
pub(super) fn of_number(text: &str, number: &Number, contexts: &Contexts) -> Option<Hit> {
    if number.groups.len() != 4 || number.separator() != Some(b'.') || number.plus || number.bracket {
        return None;
    }
    let head = text.get(..number.range.start).unwrap_or_default();
    let before = head.chars().next_back();
    let version =
        head.ends_with(['v', 'V', '-', '_', '.']) || ends_with_word(head, "version") || ends_with_word(head, "release");
    let after = text.as_bytes().get(number.range.end);
    let longer = before.is_some_and(char::is_alphanumeric)
        || matches!(after, Some(b'-' | b'_'))
        || after.is_some_and(u8::is_ascii_alphanumeric);
    let address: Ipv4Addr = text.get(number.range.clone())?.parse().ok()?;
    let [first, second, ..] = address.octets();
    let public = !(address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_broadcast()
        || first == 0
        || first >= 224
        || (first == 100 && (64..128).contains(&second)));
    // Four small numbers are a version more often than a host.
    let small = address.octets().iter().all(|octet| *octet < 20);
    let at = number.range.start;
    let version = version || contexts.thing_before(at) || (small && !contexts.before(at, &[Context::Network]));
    (public && !longer && !version).then(|| hit(number.range.clone(), "ip-address"))
}

/// An IPv6 or MAC address, if this run of hexadecimal digits and colons is one.
pub(super) fn of_colons(text: &str, range: Range<usize>) -> Option<Hit> {
    let bytes = text.as_bytes();
    let before = range.start.checked_sub(1).and_then(|at| bytes.get(at));
    if before.is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')) {
        return None;
    }
    let run = text.get(range.clone())?.trim_end_matches([':', '-']);
    let range = range.start..range.start + run.len();
    let after = bytes.get(range.end);
    if after.is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')) {
        return None;
    }
    if is_mac(run) {
        // Without a letter it is rather a row of times or of numbers.
        let digits = !run.bytes().any(|byte| byte.is_ascii_alphabetic());
        let head = text.get(..range.start).unwrap_or_default();
        if digits && !MACS.iter().any(|word| ends_with_word(head, word)) {
            return None;
        }
        return Some(hit(range, "mac-address"));
    }
    let address: Ipv6Addr = run.parse().ok()?;
    let [first, second, ..] = address.segments();
    let filled = run.split(':').filter(|group| !group.is_empty()).count();
    let public = !(address.is_loopback() || address.is_unspecified() || first == 0 || (first & 0xffc0) == 0xfe80)
        && !((first & 0xfe00) == 0xfc00 || first >= 0xff00 || (first == 0x2001 && second == 0xdb8));
    (public && filled >= 3).then(|| hit(range, "ip-address"))
}

fn is_mac(run: &str) -> bool {
    let pairs = |mark: char| {
        let parts: Vec<&str> = run.split(mark).collect();
        parts.len() == 6
            && parts.iter().all(|part| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_hexdigit()))
    };
    (pairs(':') || pairs('-'))
        && !["00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff"].contains(&run.to_ascii_lowercase().as_str())
}

fn ends_with_word(head: &str, word: &str) -> bool {
    let head = head.trim_end_matches([' ', ':', '=', '"', '\'']);
    head.len().checked_sub(word.len()).and_then(|at| head.get(at..)).is_some_and(|tail| tail.eq_ignore_ascii_case(word))
}

/// What stands right before an address of this sort.
const MACS: &[&str] = &[
    "mac",
    "mac address",
    "mac-address",
    "mac_address",
    "mac addr",
    "macaddr",
    "ether",
    "hwaddr",
    "lladdr",
    "bssid",
    "physical address",
];

fn hit(range: Range<usize>, kind: &'static str) -> Hit {
    Hit { range, kind, confidence: Confidence::Medium }
}

#[cfg(test)]
mod tests {
    use crate::{Detector, PersonalData};

    fn kinds(text: &str) -> Vec<&'static str> {
        PersonalData.find(text).into_iter().map(|hit| hit.kind).collect()
    }

    #[test]
    fn public_addresses() {
        for (text, kind) in [
            ("from 145.189.147.146 today", "ip-address"),
            ("host 2a00:1450:4001:81b::200e down", "ip-address"),
            ("mac 68:e0:b5:d3:22:24.", "mac-address"),
            ("mac 68-E0-B5-D3-22-24", "mac-address"),
            ("HWaddr 16:20:30:40:50:60", "mac-address"),
        ] {
            assert_eq!(kinds(text), [kind], "{text}");
        }
    }

    #[test]
    fn near_misses() {
        for text in [
            "10.0.0.1",
            "v145.189.147.146",
            "version: 145.1.47.46",
            "1.2.3.4",
            "fe80::1",
            "::1",
            "12:30:45",
            "at 16:20:30:40:50:60",
            "16-20-30-40-50-60",
            "a::b::c",
            "2024-11-22 10:11:12",
        ] {
            assert_eq!(kinds(text), Vec::<&str>::new(), "{text}");
        }
    }
}
