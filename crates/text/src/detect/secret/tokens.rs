//! Tokens whose form says whose they are.

use palisade_base::Confidence;

use super::{
    super::Hit,
    noise::{entropy, is_placeholder, syllabic},
};

/// The form of one kind of token.
pub(super) struct Token {
    /// How it begins; also the needle of the prefilter.
    pub(super) prefix: &'static str,
    pub(super) kind: &'static str,
    pub(super) shape: Shape,
}

pub(super) enum Shape {
    /// A body of this alphabet and length behind the prefix.
    Body { alphabet: Alphabet, min: usize, max: usize },
    /// The same, and a head of this alphabet and length before what is the middle of the token then.
    Around { head: Alphabet, of: (usize, usize), alphabet: Alphabet, min: usize, max: usize },
    /// A GitHub token: 30 characters and a checksum of 6.
    GitHub,
    /// A JSON Web Token.
    Jwt,
    /// A private key in PEM.
    Pem,
    /// `scheme://user:password@host`.
    Url,
    /// `https://hooks.../` and the like: path segments behind the prefix.
    Path { min: usize },
    /// `AccountKey=...==`.
    Padded { min: usize },
}

#[derive(Clone, Copy)]
pub(super) enum Alphabet {
    /// Letters and digits.
    Word,
    /// Letters, digits, `-` and `_`.
    Url,
    /// Capitals and digits.
    Upper,
    /// Hexadecimal digits.
    Hex,
    /// Digits.
    Digits,
    /// Letters, digits, `-`, `_`, `.`, `~`.
    Dotted,
    /// Letters, digits and the signs of base64.
    Base64,
}

impl Alphabet {
    fn has(self, byte: u8) -> bool {
        match self {
            Self::Word => byte.is_ascii_alphanumeric(),
            Self::Url => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'),
            Self::Upper => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            Self::Hex => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
            Self::Digits => byte.is_ascii_digit(),
            Self::Dotted => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~'),
            Self::Base64 => byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'-' | b'_'),
        }
    }
}

impl Token {
    /// The token at `start`, where the prefix was found.
    pub(super) fn at(&self, text: &str, start: usize) -> Option<Hit> {
        let before = text.as_bytes().get(start.wrapping_sub(1)).copied().unwrap_or(b' ');
        let rest = text.get(start + self.prefix.len()..)?;
        if let Shape::Around { head, of, alphabet, min, max } = self.shape {
            let (len, confidence) = body(rest, alphabet, min, max)?;
            let before = text.as_bytes().get(start.saturating_sub(of.1 + 1)..start)?;
            let back = before.iter().rev().take_while(|byte| head.has(**byte)).count();
            let fits = (of.0..=of.1).contains(&back);
            let range = start - back..start + self.prefix.len() + len;
            return fits.then_some(Hit { range, kind: self.kind, confidence });
        }
        if before.is_ascii_alphanumeric() || (before == b'_' && !matches!(self.shape, Shape::Pem)) {
            return None;
        }
        let (len, confidence) = match self.shape {
            Shape::Around { .. } => return None,
            Shape::Body { alphabet, min, max } => body(rest, alphabet, min, max)?,
            Shape::GitHub => github(text.get(start..)?, rest)?,
            Shape::Jwt => jwt(rest)?,
            Shape::Pem => pem(rest)?,
            Shape::Url => return url(text, start, self.prefix.len(), self.kind),
            Shape::Path { min } => path(rest, min)?,
            Shape::Padded { min } => padded(rest, min)?,
        };
        let range = start..start + self.prefix.len() + len;
        Some(Hit { range, kind: self.kind, confidence })
    }
}

/// The length of what a token may consist of, up to the longest that tokens are: the next token may begin in it.
fn run(rest: &str, longest: usize, has: impl Fn(u8) -> bool) -> usize {
    rest.bytes().take(longest).take_while(|byte| has(*byte)).count()
}

fn body(rest: &str, alphabet: Alphabet, min: usize, max: usize) -> Option<(usize, Confidence)> {
    // A longer word is something else: one more than allowed is enough to know.
    let mut len = rest.bytes().take(max + 1).take_while(|byte| alphabet.has(*byte)).count();
    // The full stop of the sentence.
    len -= usize::from(rest.get(..len)?.ends_with('.'));
    let body = rest.get(..len)?;
    let next = rest.as_bytes().get(len).copied().unwrap_or(b' ');
    let random = entropy(body) > if matches!(alphabet, Alphabet::Hex) { 2.8 } else { 3.0 };
    let digits = body.bytes().any(|byte| byte.is_ascii_digit())
        || len > 30
        || (matches!(alphabet, Alphabet::Upper) && !syllabic(body));
    let fits = (min..=max).contains(&len) && !next.is_ascii_alphanumeric() && random && digits && !is_placeholder(body);
    fits.then_some((len, Confidence::High))
}

/// The last six characters are the CRC-32 of the others in base 62.
fn github(token: &str, rest: &str) -> Option<(usize, Confidence)> {
    let len = run(rest, 64, |byte| byte.is_ascii_alphanumeric());
    let body = rest.get(..len)?;
    if len != 36 || entropy(body) < 3.0 || is_placeholder(body) {
        return None;
    }
    let prefix = token.len() - rest.len();
    let (signed, sum) = (token.get(prefix..prefix + 30)?, token.get(prefix + 30..prefix + 36)?);
    let true_sum = base62(crc32(signed.as_bytes())) == sum;
    Some((len, if true_sum { Confidence::High } else { Confidence::Medium }))
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32| if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
    !bytes.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc)))
}

fn base62(mut number: u32) -> String {
    let mut digits = [b'0'; 6];
    for digit in digits.iter_mut().rev() {
        let value = u8::try_from(number % 62).unwrap_or(0);
        number /= 62;
        *digit = match value {
            0..=9 => b'0' + value,
            10..=35 => b'A' + value - 10,
            _ => b'a' + value - 36,
        };
    }
    String::from_utf8_lossy(&digits).into_owned()
}

/// Three parts of base64url; the second begins with a JSON object, the third is long enough to be a signature.
fn jwt(rest: &str) -> Option<(usize, Confidence)> {
    let part = |rest: &str, longest| run(rest, longest, |byte| Alphabet::Url.has(byte));
    let header = part(rest, 1024);
    let payload = rest.get(header..)?.strip_prefix('.').filter(|payload| header > 13 && payload.starts_with("ey"))?;
    let len = part(payload, 8192);
    let signature = payload.get(len..)?.strip_prefix('.').filter(|_| len > 16)?;
    let signature = signature.get(..part(signature, 1024))?;
    let whole = header + 1 + len + 1 + signature.len();
    let goes_on = rest.get(whole..)?.strip_prefix('.').is_some_and(|more| part(more, 1) > 0);
    (signature.len() >= 40 && entropy(signature) > 3.5 && !goes_on).then_some((whole, Confidence::Medium))
}

/// `-----BEGIN X PRIVATE KEY-----`, a body of base64, also with escaped line breaks.
fn pem(rest: &str) -> Option<(usize, Confidence)> {
    let head = rest.get(..rest.len().min(48)).or_else(|| rest.get(..rest.len().min(47)))?;
    let label = head.split("-----").next()?;
    if !label.ends_with("PRIVATE KEY") && !label.ends_with("PRIVATE KEY BLOCK") {
        return None;
    }
    let after = label.len() + 5;
    let body = rest.get(after..)?;
    // Up to the next dashes, and not farther than the longest key.
    let end = body.as_bytes().windows(5).take(12_000).position(|window| window == b"-----")?;
    let window = body.get(..end)?;
    let body: String = window.replace("\\n", "").replace("\\r", "");
    let body: String = body.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=')).collect();
    let fits = body.len() > 60 && entropy(&body) > 4.0 && !body.to_ascii_lowercase().contains("example");
    fits.then_some((after + end + 5, Confidence::High))
}

/// The password in `scheme://user:password@host`.
fn url(text: &str, start: usize, prefix: usize, kind: &'static str) -> Option<Hit> {
    let rest = text.get(start + prefix..)?;
    let ends = |byte: &u8| byte.is_ascii_whitespace() || b"\"'`<>,)\\".contains(byte);
    let window = rest.as_bytes().iter().take(400);
    let end = window.clone().position(ends).unwrap_or(window.len());
    let authority = rest.get(..end)?;
    let authority = authority.split('/').next()?;
    let (credentials, host) = authority.rsplit_once('@')?;
    if credentials.len() == 32 && credentials.bytes().all(|byte| Alphabet::Hex.has(byte)) && host.contains("sentry") {
        let range = start..start + prefix + end;
        return Some(Hit { range, kind: "sentry-dsn", confidence: Confidence::Medium });
    }
    let (user, password) = credentials.split_once(':')?;
    let host = host.split([':', '/']).next().unwrap_or_default();
    if !is_password(password) || host.is_empty() || password == user || is_placeholder(host) {
        return None;
    }
    let local =
        matches!(host, "localhost" | "127.0.0.1" | "0.0.0.0" | "host" | "hostname" | "server") || !host.contains('.');
    let word = password.len() <= 8 && password.bytes().all(|byte| byte.is_ascii_lowercase());
    let confidence = match word || COMMON.contains(&password.to_ascii_lowercase().as_str()) {
        // `scott:tiger@localhost` is in every manual.
        true if local => return None,
        true => Confidence::Low,
        false if local => Confidence::Medium,
        false => Confidence::High,
    };
    Some(Hit { range: start..start + prefix + end, kind, confidence })
}

fn is_password(password: &str) -> bool {
    password.len() >= 4
        && !is_placeholder(password)
        && !password.starts_with(['$', '{', '<', '%', ':'])
        && !password.contains(['{', '}', '$'])
        && !matches!(
            password.to_ascii_lowercase().as_str(),
            "password" | "pass" | "port" | "passwd" | "pwd" | "secret" | "token" | "***" | "pswd"
        )
}

fn path(rest: &str, min: usize) -> Option<(usize, Confidence)> {
    let len = run(rest, 512, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'/'));
    let path = rest.get(..len)?;
    (len >= min && entropy(path) > 3.5 && !is_placeholder(path)).then_some((len, Confidence::High))
}

fn padded(rest: &str, min: usize) -> Option<(usize, Confidence)> {
    let len = run(rest, 512, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='));
    let body = rest.get(..len)?;
    (len >= min && entropy(body) > 4.0 && !is_placeholder(body)).then_some((len, Confidence::High))
}

const COMMON: &[&str] = &[
    "postgres",
    "root",
    "admin",
    "guest",
    "mysql",
    "test",
    "user",
    "redis",
    "mongo",
    "example",
    "minioadmin",
    "airflow",
    "1234",
    "12345",
    "123456",
];
