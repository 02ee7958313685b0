//! Bytes in numbers: hexadecimal digits in one run, and lists of binary, octal, decimal or hexadecimal numbers.

use std::ops::{Range, RangeInclusive};

use super::{
    super::{evidence::Evidence, letters, map::Bytes},
    Part, Step, alone,
    base64::{is_layer, tokens},
    stretch, whole,
};

pub(super) fn find(text: &str, evidence: &Evidence, parts: &mut Vec<Part>) {
    let bytes = text.as_bytes();
    for token in tokens(bytes, &evidence.runs, |byte| byte.is_ascii_hexdigit(), LEAST) {
        let run = bytes.get(token.clone()).unwrap_or_default();
        if run.iter().all(|byte| matches!(byte, b'0' | b'1')) {
            accept(text, &packed(run, token.start, 8, 2), &token, Step::Numbers, parts);
            continue;
        }
        let decoded = packed(run, token.start, 2, 16);
        if !accept(text, &decoded, &token, Step::Hex, parts) && run.len() > LEAST + 8 {
            let shifted = packed(run.get(1..).unwrap_or_default(), token.start + 1, 2, 16);
            let found = [decoded, shifted].into_iter().find_map(|decoded| stretch(&decoded, LEAST));
            if let Some((draft, source)) = found {
                alone(text, draft, source, Step::Hex, parts);
            }
        }
    }
    let mut done = 0;
    for stretch in &evidence.digits {
        if stretch.end > done {
            let stretch = widened(bytes, stretch, done);
            done = stretch.end;
            lists(text, stretch, parts);
        }
    }
}

/// The stretch with what may belong to a list at its ends: where hexadecimal numbers are mostly letters, digits are few.
fn widened(bytes: &[u8], stretch: &Range<usize>, least: usize) -> Range<usize> {
    let belongs = |byte: &&u8| byte.is_ascii_hexdigit() || !byte.is_ascii_alphanumeric() && byte.is_ascii();
    let head = bytes.get(least..stretch.start).unwrap_or_default().iter().rev().take_while(belongs).count();
    let tail = bytes.get(stretch.end..).unwrap_or_default().iter().take_while(belongs).count();
    stretch.start - head..stretch.end + tail
}

/// The bytes of digits that follow each other, so many a byte.
fn packed(digits: &[u8], start: usize, width: usize, radix: u32) -> Bytes {
    let mut decoded = Bytes::default();
    for (place, digits) in digits.chunks_exact(width).enumerate() {
        let at = start + place * width;
        decoded.push(&[value(digits, radix).unwrap_or_default()], at..at + width);
    }
    decoded
}

/// The bytes of pairs of hexadecimal digits, each with its place.
pub(super) fn paired(digits: &[(usize, u8)]) -> Option<Bytes> {
    let mut decoded = Bytes::default();
    for pair in digits.chunks_exact(2) {
        let [(first, high), (last, low)] = pair else { continue };
        decoded.push(&[value(&[*high, *low], 16)?], *first..last + 1);
    }
    Some(decoded)
}

fn accept(text: &str, decoded: &Bytes, source: &Range<usize>, step: Step, parts: &mut Vec<Part>) -> bool {
    let found = whole(decoded).filter(|draft| letters::sounds(&draft.text) || is_layer(&draft.text));
    // A short text in letters beyond ASCII is more likely an accident.
    let Some(draft) = found.filter(|draft| draft.text.is_ascii() || draft.text.len() >= LEAST) else { return false };
    alone(text, draft, source.clone(), step, parts);
    true
}

/// Lists of numbers between which only separators stand.
fn lists(text: &str, stretch: Range<usize>, parts: &mut Vec<Part>) {
    let bytes = text.as_bytes();
    let mut list: Vec<Range<usize>> = Vec::new();
    let mut at = stretch.start;
    for token in bytes.get(stretch).unwrap_or_default().split(|byte| !byte.is_ascii_alphanumeric()) {
        let place = at..at + token.len();
        at = place.end + 1;
        if token.is_empty() {
            continue;
        }
        let gap = list.last().map_or(0, |last| place.start - last.end);
        let follows = gap <= 4 && is_number(token);
        if !follows {
            decode(text, &list, parts);
            list.clear();
        }
        if is_number(token) {
            list.push(place);
        }
    }
    decode(text, &list, parts);
}

fn decode(text: &str, list: &[Range<usize>], parts: &mut Vec<Part>) {
    let (Some(head), Some(tail)) = (list.first(), list.last()) else { return };
    if list.len() < FEWEST {
        return;
    }
    let source = head.start..tail.end;
    let read = |radix: u32, width: RangeInclusive<usize>| {
        let mut decoded = Bytes::default();
        for place in list {
            let digits = bare(text.as_bytes().get(place.clone())?);
            let value = value(digits, radix).filter(|_| width.contains(&digits.len()))?;
            decoded.push(&[value], place.clone());
        }
        whole(&decoded)
    };
    // A reading that is a language goes before one that may be another layer.
    let readings = [(2, 7..=8), (10, 2..=3), (16, 2..=2), (8, 3..=3)].map(|(radix, width)| (radix, read(radix, width)));
    let known = || readings.iter().filter_map(|(radix, draft)| Some((*radix, draft.as_ref()?)));
    let found = known()
        .find(|(_, draft)| letters::sounds(&draft.text) || is_prose(&draft.text))
        .or_else(|| known().find(|(radix, draft)| is_code(&draft.text, *radix)));
    if let Some((radix, draft)) = found {
        let step = if radix == 16 { Step::Hex } else { Step::Numbers };
        alone(text, draft.clone(), source, step, parts);
    }
}

/// Whether it has spaces as often as words end, and enough letters: disguised words may be under the numbers.
fn is_prose(text: &str) -> bool {
    let spaces = text.bytes().filter(|byte| *byte == b' ').count();
    let letters = text.bytes().filter(u8::is_ascii_alphabetic).count();
    is_layer(text) && spaces * 12 >= text.len() && letters * 4 >= text.len()
}

/// Whether numbers stand for another layer of a coding. Lists of decimal numbers are mostly just that, so more is asked of them.
fn is_code(text: &str, radix: u32) -> bool {
    let letters = text.bytes().filter(u8::is_ascii_alphabetic).count();
    // Hexadecimal numbers with letters in them, decimal ones of three digits.
    let high = text.bytes().filter(|byte| if radix == 16 { byte & 15 > 9 } else { *byte > 99 }).count();
    let many = letters * 2 >= text.len() && high * 6 >= text.len() && text.len() >= 24;
    is_layer(text) && (many || text.len() >= 48)
}

fn is_number(token: &[u8]) -> bool {
    let digits = bare(token);
    match digits.len() {
        2 => digits.iter().all(u8::is_ascii_hexdigit),
        3 => digits.iter().all(u8::is_ascii_digit),
        7 | 8 => digits.iter().all(|byte| matches!(byte, b'0' | b'1')),
        _ => false,
    }
}

/// A number without the sign of its radix.
fn bare(token: &[u8]) -> &[u8] {
    match token {
        [b'0', b'x' | b'X' | b'b' | b'o', rest @ ..] | [b'x', rest @ ..] if rest.len() > 1 => rest,
        _ => token,
    }
}

fn value(digits: &[u8], radix: u32) -> Option<u8> {
    u8::from_str_radix(std::str::from_utf8(digits).ok()?, radix).ok()
}

/// The fewest hexadecimal digits in a run, and numbers in a list.
const LEAST: usize = 16;
const FEWEST: usize = 6;
