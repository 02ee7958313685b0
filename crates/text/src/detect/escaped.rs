//! Values that stand in the escapes of a format: `jane%40mail.test`, `jane\u0040mail.test`, `jane&#64;mail.test`. Stretches
//! with escapes in them are read as what they stand for, and what is found there is given the bytes of the original.

use std::ops::Range;

use palisade_base::Confidence;

use super::Hit;

/// What `detect` finds once escapes are undone.
pub(super) fn find(text: &str, detect: impl Fn(&str) -> Vec<Hit>) -> Vec<Hit> {
    let read = Reading::of(text);
    if read.text.is_empty() {
        return Vec::new();
    }
    let sure = detect(&read.text).into_iter().filter(|hit| hit.confidence > Confidence::Low);
    sure.filter_map(|hit| Some(Hit { range: read.original(hit.range)?, ..hit })).collect()
}

/// The stretches of a text that hold escapes, with the words before them, read.
#[derive(Default)]
struct Reading {
    text: String,
    pieces: Vec<Piece>,
    gaps: usize,
}

/// A piece of a reading and the bytes that it stands for.
struct Piece {
    at: usize,
    source: Range<usize>,
    /// Whether it was an escape; else it is the same in both.
    escape: bool,
    /// Whether it stands before the stretch, to say what is in it.
    before: bool,
    /// How many gaps there are before it: what goes across one stands nowhere in the original.
    gaps: usize,
}

impl Reading {
    fn of(text: &str) -> Self {
        let mut read = Self::default();
        let mut done = 0;
        for sign in memchr::memchr3_iter(b'%', b'\\', b'&', text.as_bytes()) {
            if sign < done || !escape(text, sign).is_some_and(|(c, _)| tells(c)) {
                continue;
            }
            let start = stretch_start(text, sign, done);
            let end = stretch_end(text, sign);
            read.add(text, done, start..end);
            done = end;
        }
        read
    }

    fn add(&mut self, text: &str, done: usize, stretch: Range<usize>) {
        let from = text.ceil_char_boundary(stretch.start.saturating_sub(CONTEXT).max(done));
        if from > done || self.text.is_empty() {
            self.text.push_str("\n\n");
            self.gaps += 1;
        }
        self.push(text, from..stretch.start, true);
        let mut at = stretch.start;
        let mut plain = at;
        while let Some(next) =
            text.as_bytes().get(at..stretch.end).and_then(|rest| memchr::memchr3(b'%', b'\\', b'&', rest))
        {
            at += next;
            let Some((c, len)) = escape(text, at) else {
                at += 1;
                continue;
            };
            self.push(text, plain..at, false);
            let source = at..at + len;
            self.pieces.push(Piece { at: self.text.len(), source, escape: true, before: false, gaps: self.gaps });
            self.text.push(c);
            at += len;
            plain = at;
        }
        self.push(text, plain..stretch.end.max(plain), false);
    }

    fn push(&mut self, text: &str, source: Range<usize>, before: bool) {
        let Some(plain) = text.get(source.clone()).filter(|plain| !plain.is_empty()) else { return };
        self.pieces.push(Piece { at: self.text.len(), source, escape: false, before, gaps: self.gaps });
        self.text.push_str(plain);
    }

    /// The bytes of the original, escapes as a whole; none for what stands only before a stretch or goes
    /// across a gap.
    fn original(&self, range: Range<usize>) -> Option<Range<usize>> {
        let piece = |at: usize| self.pieces.get(self.pieces.partition_point(|piece| piece.at <= at).checked_sub(1)?);
        let (first, last) = (piece(range.start)?, piece(range.end.checked_sub(1)?)?);
        let start = if first.escape { first.source.start } else { first.source.start + (range.start - first.at) };
        let end = if last.escape { last.source.end } else { last.source.start + (range.end - last.at) };
        (!last.before && first.gaps == last.gaps && start < end).then_some(start..end)
    }
}

/// Whether an escape may hide a part of a value; those that protect quotes, tags and line breaks hide nothing.
fn tells(c: char) -> bool {
    c.is_ascii_alphanumeric() || "@.:/-_+= #".contains(c)
}

/// Where the word around `at` begins.
fn stretch_start(text: &str, at: usize, done: usize) -> usize {
    let least = at.saturating_sub(LONGEST).max(done);
    let head = text.as_bytes().get(least..at).unwrap_or_default();
    let word = head.iter().rev().take_while(|byte| !ends(**byte)).count();
    let start = text.ceil_char_boundary(at - word);
    let sentence = text.get(start..at).and_then(|word| word.rfind(STOP));
    sentence.map_or(start, |stop| start + stop + STOP.len_utf8())
}

/// Where it ends.
fn stretch_end(text: &str, at: usize) -> usize {
    let tail = text.as_bytes().get(at..text.len().min(at + LONGEST)).unwrap_or_default();
    let end = text.floor_char_boundary(at + tail.iter().take_while(|byte| !ends(**byte)).count()).max(at + 1);
    text.get(at..end).and_then(|word| word.find(STOP)).map_or(end, |stop| at + stop)
}

fn ends(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b'"' | b'<' | b'>')
}

/// The character that the escape at `at` stands for, and its length in bytes.
fn escape(text: &str, at: usize) -> Option<(char, usize)> {
    let rest = text.as_bytes().get(at..)?;
    match rest {
        [b'%', ..] => percent(rest),
        [b'\\', ..] => backslash(rest),
        [b'&', ..] => reference(rest),
        _ => None,
    }
}

/// `%40`, `%2540`, `%C3%A9`.
fn percent(bytes: &[u8]) -> Option<(char, usize)> {
    let byte = |at: usize| {
        let mut digits = at + 1;
        bytes.get(at).filter(|byte| **byte == b'%')?;
        // Escaped again, and again.
        while bytes.get(digits..digits + 2) == Some(b"25") && hex(bytes.get(digits + 2..digits + 4)?).is_some() {
            digits += 2;
        }
        Some((u8::try_from(hex(bytes.get(digits..digits + 2)?)?).ok()?, digits + 2))
    };
    let (first, mut end) = byte(0)?;
    let mut whole = vec![first];
    while std::str::from_utf8(&whole).is_err() && whole.len() < 4 {
        let (next, after) = byte(end)?;
        whole.push(next);
        end = after;
    }
    let c = std::str::from_utf8(&whole).ok()?.chars().next()?;
    Some((c, end))
}

/// `\x40`, `\u0040`, `\u{40}`, `\U00000040`, `\/`, `\n`; the backslash may be escaped itself.
fn backslash(bytes: &[u8]) -> Option<(char, usize)> {
    let slashes = bytes.iter().take(4).take_while(|byte| **byte == b'\\').count();
    let rest = bytes.get(slashes..)?;
    let of = |digits: Option<&[u8]>, len: usize| Some((char::from_u32(hex(digits?)?)?, slashes + len));
    match rest {
        [b'x', ..] => of(rest.get(1..3), 3),
        [b'u', b'{', digits @ ..] => {
            let len = digits.iter().take(7).position(|byte| *byte == b'}')?;
            of(digits.get(..len), len + 3)
        }
        [b'u', ..] => of(rest.get(1..5), 5),
        [b'U', ..] => of(rest.get(1..9), 9),
        [b'/', ..] => Some(('/', slashes + 1)),
        [b'n', ..] => Some(('\n', slashes + 1)),
        [b'r', ..] => Some(('\r', slashes + 1)),
        [b't', ..] => Some(('\t', slashes + 1)),
        _ => None,
    }
}

/// `&#64;`, `&#x40;`, `&commat;`, and escaped again: `&amp;#64;`, `&amp;amp;commat;`.
fn reference(bytes: &[u8]) -> Option<(char, usize)> {
    let mut at = 1;
    for _ in 0..DEEPEST {
        let again = bytes.get(at..).is_some_and(|rest| rest.starts_with(b"amp;"));
        if !again || named(bytes, at + 4).is_none() {
            break;
        }
        at += 4;
    }
    named(bytes, at)
}

/// What the name or number at `at` stands for, and where its semicolon ends.
fn named(bytes: &[u8], at: usize) -> Option<(char, usize)> {
    let name = bytes.get(at..bytes.len().min(at + 12))?;
    let len = name.iter().position(|byte| *byte == b';')?;
    let c = match name.get(..len)? {
        [b'#', b'x' | b'X', digits @ ..] => char::from_u32(hex(digits)?)?,
        [b'#', digits @ ..] => char::from_u32(std::str::from_utf8(digits).ok()?.parse().ok()?)?,
        name => NAMED.iter().find(|(known, _)| known.as_bytes() == name)?.1,
    };
    Some((c, at + len + 1))
}

fn hex(digits: &[u8]) -> Option<u32> {
    let plain = !digits.is_empty() && digits.iter().all(u8::is_ascii_hexdigit);
    plain.then(|| u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok())?
}

/// So many times an ampersand may have been escaped again.
const DEEPEST: usize = 8;
/// What a name stands for that values are made of.
const NAMED: [(&str, char); 16] = [
    ("amp", '&'),
    ("quot", '"'),
    ("apos", '\''),
    ("lt", '<'),
    ("gt", '>'),
    ("nbsp", ' '),
    ("commat", '@'),
    ("period", '.'),
    ("colon", ':'),
    ("sol", '/'),
    ("lowbar", '_'),
    ("hyphen", '-'),
    ("dash", '-'),
    ("plus", '+'),
    ("equals", '='),
    ("num", '#'),
];

/// Ends a sentence without a space: a stream may pass on what stands before it.
const STOP: char = '。';
/// How far a stretch goes from its first escape, in bytes, both ways.
const LONGEST: usize = 1000;
/// How much of the words before a stretch is read with it, in bytes.
const CONTEXT: usize = 64;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::{Detector, PersonalData, Secrets};

    fn found(text: &str) -> Vec<(&'static str, String)> {
        let people = PersonalData.find(text).into_iter().filter(|hit| hit.kind != "url");
        let all = people.chain(Secrets.find(text));
        all.map(|hit| (hit.kind, text.get(hit.range).unwrap().to_owned())).collect()
    }

    #[test]
    fn values_in_escapes() {
        let token = ["gh", "p_tR7kQz9mW2xx1bN4vC6sD8fG0hJ3kL5pQ7rT"].concat();
        for (text, kind, value) in [
            ("mail=jane.roe%40corp-mail.test&x=1", "email", "jane.roe%40corp-mail.test"),
            ("mail=jane.roe%2540corp-mail.test", "email", "jane.roe%2540corp-mail.test"),
            ("https://x.test/?mail=jane%40corp.test", "email", "jane%40corp.test"),
            ("{\"mail\":\"jane.roe\\u0040corp.test\"}", "email", "jane.roe\\u0040corp.test"),
            ("x = \"jane\\x2eroe\\x40corp.test\"", "email", "jane\\x2eroe\\x40corp.test"),
            ("to &#106;ane&#64;corp.test, please", "email", "&#106;ane&#64;corp.test"),
            ("jane&commat;corp&period;test", "email", "jane&commat;corp&period;test"),
            ("jane&amp;#64;corp.test", "email", "jane&amp;#64;corp.test"),
            ("jane&amp;amp;#x40;corp.test", "email", "jane&amp;amp;#x40;corp.test"),
            ("jane&amp;commat;corp&amp;amp;period;test", "email", "jane&amp;commat;corp&amp;amp;period;test"),
            ("{\"a\":\"b\\njane\\u0040corp.test\\n\"}", "email", "jane\\u0040corp.test"),
            ("card=4111%201111%201111%201111", "payment-card", "4111%201111%201111%201111"),
            ("card 4111&nbsp;1111&nbsp;1111&nbsp;1111", "payment-card", "4111&nbsp;1111&nbsp;1111&nbsp;1111"),
            ("phone=%2B44%2020%207946%200018", "phone", "%2B44%2020%207946%200018"),
            ("SSN: 170%2D05%2D7430", "us-ssn", "170%2D05%2D7430"),
            ("j%C3%B6rg%40corp.test", "email", "j%C3%B6rg%40corp.test"),
            (
                "url=postgres%3A%2F%2Fapp%3ATr7kQz9w%40db.corp.test%2Fx",
                "database-url",
                "postgres%3A%2F%2Fapp%3ATr7kQz9w%40db.corp.test%2Fx",
            ),
            (
                "\"postgres:\\/\\/app:Tr7kQz9w@db.corp.test\\/x\"",
                "database-url",
                "postgres:\\/\\/app:Tr7kQz9w@db.corp.test\\/x",
            ),
            (&token.replace("ghp_", "ghp%5F"), "github-token", &token.replace("ghp_", "ghp%5F")),
        ] {
            assert!(found(text).contains(&(kind, value.to_owned())), "{text}: {:?}", found(text));
        }
    }

    #[test]
    fn near_misses() {
        for text in [
            "50%40 of it",
            "a%20b%20c",
            "\\u00e9t\\u00e9",
            "&amp;&lt;b&gt;",
            "jane&amp;amp;corp.test",
            "jane&amp;commatcorp.test",
            "Jane&amp;Roe; corp.test",
            "100% @home",
            "%s@%s",
            "x\\n@y",
            "\\x00\\x40\\x41.bb",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }

    /// The stretches around escapes are read one behind the other.
    #[test]
    fn nothing_goes_across_what_is_left_out() {
        let dashes = "-".repeat(5);
        let prose = "and this is what stands between the two, with nothing in it that anyone would have to escape. ";
        let text = format!(
            "{dashes}BEGIN PRIVATE KEY{dashes}\nq3Vw8Zr0t%59x5Lk2Hn7Pd4Gs9Fb1Mc6Te0Ru8Wi2Xo {dashes}\n{prose}{prose}\n\
             MC4CAQAwBQYDK2VwBCIEIJq3%56w8Zr0t {dashes}END PRIVATE KEY{dashes}"
        );
        assert!(!found(&text).iter().any(|(_, value)| value.contains("between")), "{:?}", found(&text));
        let read = super::Reading::of(
            "jane%40corp.test is read, and a long way behind it, in another stretch of the text, stands jane%40mail.test here",
        );
        let (first, last) = (read.text.find('@').unwrap(), read.text.rfind('@').unwrap());
        assert!(read.original(first..first + 1).is_some() && read.original(last..last + 1).is_some());
        assert_eq!(read.original(first..last + 1), None);
    }

    proptest! {
        #[test]
        fn places_are_those_of_the_original(text in "([a-c]{1,4}|jane|%40|%|\\\\u0040|\\\\|&#64;|&|mail\\.test| |\n|é|%C3%A9|4111%20| 1111){0,40}") {
            for detector in [&PersonalData as &dyn Detector, &Secrets] {
                for hit in detector.find(&text) {
                    prop_assert!(text.get(hit.range.clone()).is_some_and(|value| !value.is_empty()));
                }
            }
        }
    }
}
