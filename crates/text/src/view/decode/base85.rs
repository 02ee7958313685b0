//! Base85: Ascii85 with or without `<~ ~>`, and the alphabet of RFC 1924 that Python's `b85encode` writes.

use std::ops::Range;

use super::{super::map::Bytes, Part, Step, alone, letters, whole};

pub(super) fn find(text: &str, runs: &[Range<usize>], parts: &mut Vec<Part>) {
    let bytes = text.as_bytes();
    for run in runs {
        let Some(part) = bytes.get(run.clone()) else { continue };
        // Words, paths and addresses are made of letters and few signs.
        let signs = part.iter().filter(|byte| byte.is_ascii_punctuation()).count();
        if run.len() < LEAST || signs * 10 < run.len() || !part.is_ascii() {
            continue;
        }
        let ends = [run.clone(), framed(part, run.start), unquoted(part, run.start)];
        let found =
            ends.into_iter().flat_map(|range| [(range.clone(), false), (range, true)]).find_map(|(range, rfc)| {
                let decoded = decode(bytes.get(range.clone())?, range.start, rfc)?;
                let draft = whole(&decoded).filter(|draft| draft.text.len() >= 8 && letters::sounds(&draft.text))?;
                Some((draft, range))
            });
        if let Some((draft, source)) = found {
            alone(text, draft, source, Step::Base85, parts);
        }
    }
}

/// What stands between `<~` and `~>`.
fn framed(part: &[u8], at: usize) -> Range<usize> {
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
    // Most runs are told apart by one letter that the alphabet lacks.
    if !digits.iter().all(|byte| if rfc { !b"\"',./:[\\]".contains(byte) } else { (b'!'..=b'u').contains(byte) }) {
        return None;
    }
    let mut decoded = Bytes::default();
    for (group, digits) in digits.chunks(5).enumerate() {
        let mut bits = 0_u64;
        for place in 0..5 {
            let digit = digits.get(place).map_or(Some(84), |byte| value(*byte, rfc))?;
            bits = bits * 85 + u64::from(digit);
        }
        let bytes = u32::try_from(bits).ok()?.to_be_bytes();
        let start = at + group * 5;
        decoded.push(bytes.get(..digits.len() - 1)?, start..start + digits.len());
    }
    Some(decoded)
}

fn value(byte: u8, rfc: bool) -> Option<u8> {
    if rfc {
        RFC_1924.iter().position(|digit| *digit == byte).and_then(|digit| u8::try_from(digit).ok())
    } else {
        byte.checked_sub(b'!').filter(|digit| *digit < 85)
    }
}

const RFC_1924: &[u8; 85] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~";
const LEAST: usize = 16;
