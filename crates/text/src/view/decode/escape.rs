//! Percent escapes, backslash escapes and calls of `chr`, decoded where they stand. What only protects a space or a sign in an
//! address or a string is left alone.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::{
    super::map::{Bytes, Draft},
    Edit, Part, Step, in_place, whole,
};

pub(super) fn find(text: &str, parts: &mut Vec<Part>) {
    let bytes = text.as_bytes();
    collect(text, memchr::memchr_iter(b'%', bytes), percent, Step::Percent, parts);
    collect(text, memchr::memchr_iter(b'\\', bytes), backslash, Step::Escapes, parts);
    collect(text, memchr::memchr_iter(b'\\', bytes), css, Step::Escapes, parts);
    let calls = CALL.find_iter(bytes).map(|at| at.saturating_sub(1));
    collect(text, calls, call, Step::Escapes, parts);
}

/// What a call of `chr` is found by, in either case of its first letter.
static CALL: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("hr("));

/// Reads one escape at the head of the bytes: what it stands for and how long it is.
type Read = fn(&[u8]) -> Option<(Code, usize)>;

enum Code {
    Byte(u8),
    Char(u32),
}

/// Decodes the runs of escapes that begin at the given places, if they hide letters.
fn collect(text: &str, places: impl Iterator<Item = usize>, read: Read, step: Step, parts: &mut Vec<Part>) {
    let bytes = text.as_bytes();
    let mut edits = Vec::new();
    let mut done = 0;
    let (mut letters, mut spaces) = (0, 0);
    for start in places {
        if start < done {
            continue;
        }
        let (end, draft) = run(text.as_bytes(), start, read);
        done = end;
        let Some(draft) = draft else { continue };
        letters += draft.text.chars().filter(|c| c.is_alphanumeric()).count();
        // A percent sign may be the head of another escape.
        let inner = draft.text.ends_with('%')
            && bytes.get(end..end + 2).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit));
        letters += usize::from(inner && bytes.get(end..end + 2).is_none_or(|two| two != b"20"));
        spaces += draft.text.chars().filter(|c| c.is_whitespace()).count();
        edits.push(Edit { source: start..end, draft });
    }
    if letters >= 2 || spaces >= 3 {
        in_place(text, edits, step, parts);
    }
}

/// The escapes that follow each other from `start` on.
fn run(bytes: &[u8], start: usize, read: Read) -> (usize, Option<Draft>) {
    let mut decoded = Bytes::default();
    let mut at = start;
    let mut high: Option<(u32, usize)> = None;
    while let Some((code, len)) = bytes.get(at..).and_then(read) {
        match code {
            Code::Byte(byte) => decoded.push(&[byte], at..at + len),
            // A pair of surrogates is one character.
            Code::Char(unit @ 0xd800..=0xdbff) => high = Some((unit, at)),
            Code::Char(unit) => {
                let (code, from) = match (high.take(), unit) {
                    (Some((high, from)), 0xdc00..=0xdfff) => {
                        (0x1_0000 + ((high - 0xd800) << 10) + (unit - 0xdc00), from)
                    }
                    _ => (unit, at),
                };
                let c = char::from_u32(code).unwrap_or('\u{fffd}');
                decoded.push(c.encode_utf8(&mut [0; 4]).as_bytes(), from..at + len);
            }
        }
        at += len;
    }
    (at, whole(&decoded))
}

fn percent(bytes: &[u8]) -> Option<(Code, usize)> {
    match bytes {
        [b'%', b'u' | b'U', rest @ ..] => Some((Code::Char(number(rest.get(..4)?, 16)?), 6)),
        [b'%', high, low, ..] => Some((Code::Byte(u8::try_from(number(&[*high, *low], 16)?).ok()?), 3)),
        _ => None,
    }
}

fn backslash(bytes: &[u8]) -> Option<(Code, usize)> {
    // Escapes may be escaped again by the format around them.
    let slashes = bytes.iter().take(4).take_while(|byte| **byte == b'\\').count();
    let rest = bytes.get(slashes..).filter(|_| slashes > 0)?;
    let byte = |digits: &[u8], radix| u8::try_from(number(digits, radix)?).ok().map(Code::Byte);
    match rest {
        [b'x', digits @ ..] => Some((byte(digits.get(..2)?, 16)?, slashes + 3)),
        [b'u', b'{', digits @ ..] => {
            let len = digits.iter().take(7).position(|byte| *byte == b'}')?;
            Some((Code::Char(number(digits.get(..len)?, 16)?), slashes + len + 3))
        }
        [b'u', digits @ ..] => Some((Code::Char(number(digits.get(..4)?, 16)?), slashes + 5)),
        [b'U', digits @ ..] => Some((Code::Char(number(digits.get(..8)?, 16)?), slashes + 9)),
        [b'0'..=b'3', b'0'..=b'7', b'0'..=b'7', ..] => Some((byte(rest.get(..3)?, 8)?, slashes + 3)),
        _ => None,
    }
}

/// `\69 `: an escape of a style sheet (CSS Syntax Level 3, 4.3.7), of a sign of ASCII.
fn css(bytes: &[u8]) -> Option<(Code, usize)> {
    let rest = bytes.strip_prefix(b"\\")?;
    let len = rest.iter().take(6).take_while(|byte| byte.is_ascii_hexdigit()).count();
    let code = number(rest.get(..len)?, 16).filter(|code| len >= 2 && (0x20..0x7f).contains(code))?;
    // Three octal digits are an escape of strings.
    let octal = len == 3 || rest.get(..2).is_some_and(|two| !two.iter().any(u8::is_ascii_digit));
    let blank = usize::from(rest.get(len).is_some_and(u8::is_ascii_whitespace));
    (!octal).then_some((Code::Char(code), 1 + len + blank))
}

/// `chr(105)`, with what joins it to the next.
fn call(bytes: &[u8]) -> Option<(Code, usize)> {
    let [b'c' | b'C', b'h' | b'H', b'r' | b'R', b'(', rest @ ..] = bytes else { return None };
    let close = rest.iter().take(12).position(|byte| *byte == b')')?;
    let digits = rest.get(..close)?.trim_ascii();
    let code = match digits.strip_prefix(b"0x") {
        Some(digits) => number(digits, 16)?,
        None => number(digits, 10)?,
    };
    let joint = rest.get(close + 1..)?.iter().take(6).take_while(|byte| b" +.,&~\n".contains(byte)).count();
    Some((Code::Char(code), close + 5 + joint))
}

fn number(digits: &[u8], radix: u32) -> Option<u32> {
    if !digits.iter().all(u8::is_ascii_alphanumeric) {
        return None;
    }
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, radix).ok()
}
