//! Base85: Ascii85 with or without `<~ ~>`, and the alphabet of RFC 1924 that Python's `b85encode` writes.

use std::ops::Range;

use super::{super::map::Bytes, Part, Step, alone, begins_as_text, letters, whole};

pub(super) fn find(text: &str, runs: &[Range<usize>], parts: &mut Vec<Part>) {
    let bytes = text.as_bytes();
    for run in runs {
        let Some(part) = bytes.get(run.clone()) else { continue };
        // Words, paths and addresses are made of letters and few signs.
        let signs = part.iter().filter(|byte| byte.is_ascii_punctuation()).count();
        if run.len() < LEAST || signs * 10 < run.len() || !part.is_ascii() {
            continue;
        }
        let (framed, unquoted) = (framed(part, run.start), unquoted(part, run.start));
        let ends = [Some(run), Some(&framed).filter(|ends| *ends != run), Some(&unquoted).filter(|ends| *ends != run)];
        let found =
            ends.into_iter().flatten().flat_map(|range| [(range, false), (range, true)]).find_map(|(range, rfc)| {
                let decoded = decode(bytes.get(range.clone())?, range.start, rfc)?;
                let draft = whole(&decoded).filter(|draft| draft.text.len() >= 8 && letters::sounds(&draft.text))?;
                Some((draft, range.clone()))
            });
        if let Some((draft, source)) = found {
            alone(text, draft, source, Step::Base85, parts);
        }
    }
}

/// What stands between `<~` and `~>`.
fn framed(part: &[u8], at: usize) -> Range<usize> {
    if memchr::memchr(b'~', part).is_none() {
        return at..at + part.len();
    }
    let start = memchr::memmem::find(part, b"<~").map_or(0, |start| start + 2);
    let end = memchr::memmem::rfind(part, b"~>").unwrap_or(part.len());
    at + start..at + end.max(start)
}

/// The run without quotes around it.
fn unquoted(part: &[u8], at: usize) -> Range<usize> {
    let is_quote = |byte: &u8| matches!(byte, b'"' | b'\'' | b'`' | b',' | b'.' | b':');
    let head = part.iter().take_while(|byte| is_quote(byte)).count();
    let tail = part.iter().rev().take_while(|byte| is_quote(byte)).count();
    at + head..at + part.len().saturating_sub(tail).max(head)
}

fn decode(digits: &[u8], at: usize, rfc: bool) -> Option<Bytes> {
    let values = if rfc { &RFC_1924 } else { &ASCII_85 };
    let value = |byte: &u8| values.get(usize::from(*byte)).copied().filter(|digit| *digit < 85);
    let word = |digits: &[u8]| {
        let places = (0..5).map(|place| digits.get(place).map_or(Some(84), value));
        let bits = places.into_iter().try_fold(0_u64, |bits, digit| Some(bits * 85 + u64::from(digit?)))?;
        u32::try_from(bits).ok().map(u32::to_be_bytes)
    };
    let heads = digits.chunks_exact(5).map_while(word).flatten();
    // Nearly all runs are told apart by what they begin with, and others by one letter that the alphabet lacks.
    if !begins_as_text(heads) || !digits.iter().all(|byte| value(byte).is_some()) {
        return None;
    }
    let mut decoded = Bytes::default();
    for (group, digits) in digits.chunks(5).enumerate() {
        let bytes = word(digits)?;
        let start = at + group * 5;
        decoded.push(bytes.get(..digits.len() - 1)?, start..start + digits.len());
    }
    Some(decoded)
}

/// The values of the digits by their bytes; 85 and more are none.
const RFC_1924: [u8; 256] =
    values(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~");
const ASCII_85: [u8; 256] =
    values(b"!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstu");

const fn values(digits: &[u8; 85]) -> [u8; 256] {
    let mut values = [85; 256];
    let mut digit = 0_u8;
    while digit < 85 {
        #[expect(clippy::indexing_slicing, reason = "constant evaluation: an index out of range would not compile")]
        {
            values[digits[digit as usize] as usize] = digit;
        }
        digit += 1;
    }
    values
}

const LEAST: usize = 16;
