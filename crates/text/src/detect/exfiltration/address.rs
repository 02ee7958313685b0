//! One address, and whether it carries data out.

use palisade_base::Confidence;

use crate::{
    Detector,
    detect::{PersonalData, Secrets, entropy},
};

/// What an address carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cargo {
    Placeholder,
    Personal,
    Secret,
    Encoded,
    Text,
    Host,
}

impl Cargo {
    pub(super) const fn kind(self) -> &'static str {
        match self {
            Self::Placeholder => "placeholder-in-address",
            Self::Personal => "personal-data-in-address",
            Self::Secret => "secret-in-address",
            Self::Encoded => "encoded-data-in-address",
            Self::Text => "text-in-address",
            Self::Host => "data-in-host",
        }
    }
}

/// An address of another host, in parts.
#[derive(Debug)]
pub(super) struct Address<'a> {
    host: &'a str,
    path: &'a str,
    query: &'a str,
}

impl<'a> Address<'a> {
    /// Takes an address apart; none for addresses of the same host and for other schemes.
    pub(super) fn parse(address: &'a str) -> Option<Self> {
        let rest = match address.split_once("://") {
            Some((scheme, rest))
                if ["http", "https", "ftp", "ws", "wss"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) =>
            {
                rest
            }
            _ => address.strip_prefix("//")?,
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (host, tail) = rest.split_at_checked(end)?;
        let cut = tail.find(['?', '#']).unwrap_or(tail.len());
        let (path, query) = tail.split_at_checked(cut)?;
        let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
        (!host.is_empty()).then_some(Self { host, path, query })
    }

    /// What it carries, and whether that is sure.
    pub(super) fn cargo(&self) -> Option<(Cargo, bool)> {
        let values = || self.query.split(['?', '&', '#', ';']).map(|pair| pair.split_once('=').unwrap_or(("", pair)));
        if values().any(|(_, value)| is_placeholder(value)) || self.path.split('/').any(is_loud_placeholder) {
            return Some((Cargo::Placeholder, true));
        }
        for (_, value) in values() {
            let value = unescaped(value);
            let sure =
                |detector: &dyn Detector| detector.find(&value).iter().any(|hit| hit.confidence == Confidence::High);
            if sure(&PersonalData) {
                return Some((Cargo::Personal, true));
            }
            if sure(&Secrets) {
                return Some((Cargo::Secret, true));
            }
        }
        // Addresses that are signed name more than one of these; a single one proves nothing, since the writer chooses it.
        let signed = values().filter(|(name, _)| is_signature(name)).count() >= 2;
        if values().any(|(name, value)| !(signed && is_signature(name)) && is_encoded(value)) {
            return Some((Cargo::Encoded, false));
        }
        if values().any(|(_, value)| unescaped(value).split_whitespace().count() >= WORDS) {
            return Some((Cargo::Text, false));
        }
        let labels = || self.host.split('.');
        let spelled = |label: &str| label.len() >= 30 && label.split('-').count() >= 5;
        let coded =
            |label: &str| label.len() >= 32 && entropy(label) > 3.5 && label.bytes().any(|byte| byte.is_ascii_digit());
        labels().any(|label| spelled(label) || coded(label)).then_some((Cargo::Host, false))
    }
}

/// `{x}`, `{{x}}`, `<x>`, `[X]`, `$X`, `%s` in the place of a value.
fn is_placeholder(value: &str) -> bool {
    let inner = |open: &str, close: &str| {
        let (_, rest) = value.split_once(open)?;
        rest.split_once(close).map(|(inner, _)| !inner.is_empty())
    };
    [("{", "}"), ("<", ">"), ("%7B", "%7D"), ("%7b", "%7d"), ("%3C", "%3E")]
        .iter()
        .any(|(open, close)| inner(open, close) == Some(true))
        || is_loud_placeholder(value)
}

/// One that stands out in a path too, where `{id}` is how interfaces are described.
fn is_loud_placeholder(part: &str) -> bool {
    let bracket = part.split_once('[').and_then(|(_, rest)| rest.split_once(']')).map(|(inner, _)| inner);
    let loud = |inner: &str| {
        inner.len() >= 3 && inner.bytes().all(|byte| byte.is_ascii_uppercase() || matches!(byte, b'_' | b'-' | b' '))
    };
    bracket.is_some_and(loud) || part.contains("{{") && part.contains("}}")
}

/// Long, of one alphabet of an encoding, and neither a word nor a plain number.
fn is_encoded(value: &str) -> bool {
    let core = value.trim_end_matches('=').trim_end_matches("%3D");
    let alphabet = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'+' | b'/' | b'%');
    let (mut upper, mut lower, mut digit) = (false, false, false);
    for byte in core.bytes() {
        upper |= byte.is_ascii_uppercase();
        lower |= byte.is_ascii_lowercase();
        digit |= byte.is_ascii_digit();
    }
    let hex = core.len() >= 48 && core.bytes().all(|byte| byte.is_ascii_hexdigit());
    let mixed = core.len() >= 40 && upper && lower && entropy(core) > 4.0;
    core.bytes().all(alphabet) && digit | upper && (hex || mixed)
}

/// Parameters by which storage, content networks and analytics sign and track.
fn is_signature(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    [
        "sig",
        "signature",
        "token",
        "expires",
        "x-amz-",
        "x-goog-",
        "hmac",
        "policy",
        "key-pair-id",
        "hdnea",
        "oh",
        "gclid",
        "fbclid",
        "utm_",
        "state",
        "nonce",
        "code_challenge",
        "integrity",
    ]
    .iter()
    .any(|known| name.starts_with(known) || name.ends_with(known))
}

/// Percent escapes and plus signs as what they stand for.
fn unescaped(value: &str) -> String {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        let mut after = rest.clone();
        let pair = (after.next(), after.next());
        match (byte, pair) {
            (b'%', (Some(high), Some(low))) => match (char::from(high).to_digit(16), char::from(low).to_digit(16)) {
                (Some(high), Some(low)) => {
                    bytes.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
                    rest = after;
                }
                _ => bytes.push(b'%'),
            },
            (b'+', _) => bytes.push(b' '),
            _ => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A search has a few words; from here on it is a sentence.
const WORDS: usize = 8;
