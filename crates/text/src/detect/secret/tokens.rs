//! Tokens whose form says whose they are.

use palisade_base::Confidence;

use super::{
    super::Hit,
    basic,
    noise::{entropy, is_placeholder, syllabic},
    pem, url,
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
    /// 30 characters and a checksum of 6, as GitHub and npm have them.
    Signed,
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
    /// A name and a password in Base64, as RFC 7617 has them.
    Basic,
    /// The same in the open, as an argument of `curl`.
    User,
    /// A token of a bot, some words behind the prefix: the number of the bot in Base64, a time, a signature.
    Bot,
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
    /// What a bearer token consists of (RFC 6750, section 2.1).
    Bearer,
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
            Self::Bearer => byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte),
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
            Shape::Signed => signed(text.get(start..)?, rest)?,
            Shape::Jwt => jwt(rest)?,
            Shape::Pem => pem::key(rest)?,
            Shape::Url => return url::password(text, start, self.prefix.len(), self.kind),
            Shape::Path { min } => path(rest, min)?,
            Shape::Padded { min } => padded(rest, min)?,
            Shape::Basic => basic::credentials(rest)?,
            Shape::User => return basic::argument(text, start, self.prefix.len(), self.kind),
            Shape::Bot => return bot(text, start + self.prefix.len(), self.kind),
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
    // Most words are of another length, which costs less to see than how random they are.
    if !(min..=max).contains(&len) || next.is_ascii_alphanumeric() {
        return None;
    }
    let random = entropy(body) > if matches!(alphabet, Alphabet::Hex) { 2.8 } else { 3.0 };
    let digits = body.bytes().any(|byte| byte.is_ascii_digit())
        || len > 30
        || (matches!(alphabet, Alphabet::Upper) && !syllabic(body));
    // Padding belongs to the token.
    let padding = rest.get(len..)?.bytes().take(3).take_while(|byte| *byte == b'=').count();
    let fits = random && digits && !is_placeholder(body);
    fits.then_some((len + if padding < 3 { padding } else { 0 }, Confidence::High))
}

/// The last six characters are the CRC-32 of the others in base 62.
fn signed(token: &str, rest: &str) -> Option<(usize, Confidence)> {
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

/// The token of a bot within the next words of the line. The first part is a number in Base64.
fn bot(text: &str, from: usize, kind: &'static str) -> Option<Hit> {
    let rest = text.get(from..text.floor_char_boundary(from + NEAR + LONGEST_BOT))?;
    let inside = |byte: u8| Alphabet::Url.has(byte) || byte == b'.';
    let mut at = 0;
    for word in rest.split_inclusive(|c: char| !c.is_ascii() || !inside(c as u8)).take(8) {
        let token = word.trim_end_matches(|c: char| !c.is_ascii() || !Alphabet::Url.has(c as u8));
        let mut parts = token.split('.').map(str::len);
        let fits = matches!(
            (parts.next(), parts.next(), parts.next(), parts.next()),
            (Some(23..=28), Some(6..=7), Some(27..=40), None)
        );
        let number = || token.split('.').next().and_then(|head| basic::decoded(head.as_bytes()));
        if fits && number().is_some_and(|number| number.len() >= 17 && number.iter().all(u8::is_ascii_digit)) {
            let start = from + at;
            return Some(Hit { range: start..start + token.len(), kind, confidence: Confidence::High });
        }
        at += word.len();
        if word.ends_with('\n') || at > NEAR {
            return None;
        }
    }
    None
}

/// How far behind the prefix the token of a bot may begin, in bytes.
const NEAR: usize = 96;
/// A word of this length, in bytes, is no token of a bot.
const LONGEST_BOT: usize = 80;

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use crate::{Detector, Secrets};

    /// A number of 18 digits in Base64, a time, a signature.
    fn bot_token(signature: usize) -> String {
        let signature: String = "kQz9mW2tR7x1bN4vC6sD8fG0hJ3kL5pQ7rTyUiOp".chars().take(signature).collect();
        ["MTIzNDU2Nzg5MDEyMzQ1Njc4", "GhYt7k", &signature].join(".")
    }

    #[test]
    fn the_token_of_a_bot_stands_near() {
        let token = bot_token(38);
        for between in [" token: ", " bot of the shop: ", &format!(" {} ", "a ".repeat(3)), &"-".repeat(90), " über: "]
        {
            for behind in ["", " and on", "é"] {
                let text = format!("discord{between} {token}{behind}");
                assert!(Secrets.find(&text).iter().any(|hit| text.get(hit.range.clone()) == Some(&*token)), "{text}");
            }
        }
        let far = format!("discord{} {token}", "-".repeat(97));
        let long = format!("discord token {}{}", bot_token(40), "aB3".repeat(30));
        for text in [far, long, format!("discord\n{token}"), "discord a.b.c and d.e.f".to_owned()] {
            assert!(!Secrets.find(&text).iter().any(|hit| hit.kind.contains("discord")), "{text}");
        }
    }

    #[test]
    fn words_without_end_cost_little() {
        for piece in ["discord-", "discord.", "discord_a"] {
            let time = |len: usize| {
                let text = piece.repeat(len / piece.len());
                let start = Instant::now();
                let _ = Secrets.find(&text);
                start.elapsed()
            };
            let (short, long) = (time(50_000), time(200_000));
            assert!(long < short * 8 + Duration::from_millis(500), "{piece}: {short:?}, {long:?}");
        }
    }
}
