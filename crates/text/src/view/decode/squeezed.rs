//! Codings whose letters are set apart every few: Base64 by blanks, lines or marks, Base32 and hexadecimal digits in groups.
//! Looked for where letters or digits are unlike a language.

use std::ops::Range;

use super::{
    super::{evidence::Evidence, map::Bytes},
    Part, Step, alone, base32, base64, holds_text, letters, number, stretch, whole,
};

pub(super) fn find(text: &str, evidence: &Evidence, parts: &mut Vec<Part>) {
    for stretch in &evidence.odd {
        if is_jumpy(text.as_bytes().get(stretch.clone()).unwrap_or_default()) {
            base64(text, stretch.clone(), parts);
        }
    }
    for stretch in evidence.odd.iter().chain(&evidence.digits) {
        groups(text, stretch.clone(), parts);
    }
}

/// Whether small letters, capitals and digits follow each other as in no language.
pub(super) fn is_jumpy(bytes: &[u8]) -> bool {
    let class = |byte: &u8| match byte {
        b'a'..=b'z' => 1,
        b'A'..=b'Z' => 2,
        b'0'..=b'9' => 4,
        _ => 0,
    };
    let next = bytes.get(1..).unwrap_or_default();
    // A capital before small letters begins a word.
    let jumps = bytes
        .iter()
        .zip(next)
        .filter(|(one, two)| matches!((class(one), class(two)), (1, 2 | 4) | (4, 1 | 2) | (2, 4)));
    jumps.count() * 12 >= bytes.len()
}

/// Base64 whose digits are anywhere in the stretch.
fn base64(text: &str, stretch: Range<usize>, parts: &mut Vec<Part>) {
    let bytes = text.as_bytes();
    let is_sign = |byte: &u8| matches!(byte, b'-' | b'_' | b'/' | b'+');
    // Signs of the alphabet may be what sets the others apart.
    let ways = if bytes.get(stretch.clone()).is_some_and(|part| part.iter().any(is_sign)) { 2 } else { 1 };
    let digits = |way: usize| -> Vec<(usize, u32)> {
        let digit = |at: usize| {
            let byte = bytes.get(at)?;
            let digit = if *byte == b'=' { base64::PAD } else { base64::value(*byte)? };
            (way == 0 || byte.is_ascii_alphanumeric() || *byte == b'=').then_some((at, digit))
        };
        stretch.clone().filter_map(digit).collect()
    };
    let found = (0..ways).map(digits).flat_map(|digits| {
        let read = |skip: usize| {
            let digits = || digits.iter().skip(skip).copied();
            // Most of it is no text under any of them, which is seen without the places.
            let decoded = holds_text(base64::plain(digits()), LEAST).then(|| base64::quads(digits()))?;
            self::stretch(&decoded, LEAST)
        };
        [0, 1, 2, 3].map(read)
    });
    let found = found.flatten();
    let Some((draft, source)) = found.max_by_key(|(draft, _)| draft.text.len()) else { return };
    // Letters beyond ASCII are sooner an accident.
    if !draft.text.is_ascii() && draft.text.len() < SURE {
        return;
    }
    // What stands there in one piece is read as such.
    let apart =
        bytes.get(source.clone()).unwrap_or_default().iter().filter(|byte| base64::value(**byte).is_none()).count();
    let joined = bytes.get(source.clone()).is_some_and(|part| part.iter().any(is_sign));
    if apart > 0 || joined {
        alone(text, draft, source, Step::Base64, parts);
    }
}

/// Groups of hexadecimal or Base32 digits that follow each other.
fn groups(text: &str, stretch: Range<usize>, parts: &mut Vec<Part>) {
    let bytes = text.as_bytes();
    let mut list: Vec<Range<usize>> = Vec::new();
    let mut at = stretch.start;
    let mut hexadecimal = true;
    for token in
        bytes.get(stretch).unwrap_or_default().split(|byte| !byte.is_ascii_alphanumeric()).chain([b"~".as_slice()])
    {
        let place = at..at + token.len();
        at = place.end + 1;
        if token.is_empty() {
            continue;
        }
        let (is_hex, is_32) = (
            token.len().is_multiple_of(2) && token.iter().all(u8::is_ascii_hexdigit),
            token.len() > 2 && token.iter().all(|byte| matches!(byte, b'A'..=b'Z' | b'2'..=b'7')),
        );
        let near = list.last().is_none_or(|last| place.start - last.end <= 4);
        let fits = near && if list.is_empty() || hexadecimal && is_hex { is_hex || is_32 } else { is_32 };
        if !fits {
            decode(text, &list, parts);
            list.clear();
        }
        if is_hex || is_32 {
            hexadecimal = is_hex && (hexadecimal || list.is_empty());
            list.push(place);
        }
    }
}

fn decode(text: &str, list: &[Range<usize>], parts: &mut Vec<Part>) {
    let (Some(head), Some(tail)) = (list.first(), list.last()) else { return };
    let source = head.start..tail.end;
    // One group is a run, groups of two digits are a list of numbers.
    if list.len() < 3 || list.iter().all(|group| group.len() <= 2) {
        return;
    }
    let bytes = text.as_bytes();
    let digits: Vec<(usize, u8)> =
        list.iter().flat_map(Range::clone).filter_map(|at| Some((at, *bytes.get(at)?))).collect();
    if digits.len() < 2 * LEAST {
        return;
    }
    let told = |decoded: Bytes| whole(&decoded).filter(|draft| letters::sounds(&draft.text));
    if let Some(draft) = number::paired(&digits).and_then(told) {
        alone(text, draft, source, Step::Hex, parts);
    } else if let Some(draft) = base32::decode(&digits, false).and_then(told) {
        alone(text, draft, source, Step::Base32, parts);
    }
}

/// The fewest bytes that are decoded.
const LEAST: usize = 12;
/// So many are no accident, whatever they are.
const SURE: usize = 40;
