//! Text in characters without a glyph: tag characters, bytes in variation selectors, bits in zero-width characters.

use std::ops::Range;

use super::{
    super::map::{Bytes, Draft},
    Part, Step, whole,
};

pub(super) fn find(text: &str, parts: &mut Vec<Part>) {
    // Planes and blocks with such characters are told by their lead bytes, which most texts do not have.
    let bytes = text.as_bytes();
    if memchr::memchr(0xf3, bytes).is_some() {
        tags(text, parts);
    }
    if memchr::memchr2(0xf3, 0xef, bytes).is_some() {
        selectors(text, parts);
    }
    if memchr::memchr2(0xe2, 0xef, bytes).is_some() {
        bits(text, parts);
    }
}

/// Runs of tag characters. Characters that have no tag may stand between them.
fn tags(text: &str, parts: &mut Vec<Part>) {
    let mut draft = Draft::default();
    let mut source: Option<Range<usize>> = None;
    let mut count = 0;
    for (at, c) in text.char_indices().chain([(text.len(), '\0')]) {
        let place = at..at + c.len_utf8();
        if let Some(letter) = tag(c) {
            if let Some(gap) = source.as_ref().map(|source| source.end..at) {
                draft.copy(text, gap);
            }
            draft.push(letter, place.clone());
            source = Some(source.map_or(at, |source| source.start)..place.end);
            count += 1;
            continue;
        }
        let Some(run) = &source else { continue };
        // Line breaks and letters beyond ASCII have no tag, and stay as they are between those that have.
        if c != '\0' && (!c.is_ascii() || c.is_ascii_control()) && at - run.end < GAP {
            continue;
        }
        // The flag of a region is spelt by up to six tags.
        let flag = count <= 6 && text.get(..run.start).is_some_and(|head| head.ends_with('\u{1f3f4}'));
        let draft = std::mem::take(&mut draft);
        if !flag && count > 1 {
            parts.push(Part { draft, step: Step::Tags, source: run.clone() });
        }
        (source, count) = (None, 0);
    }
}

fn tag(c: char) -> Option<char> {
    let letter = u8::try_from(u32::from(c).checked_sub(0xe_0000)?).ok()?;
    matches!(letter, b' '..=b'~').then_some(char::from(letter))
}

/// Bytes in variation selectors, in one run or strewn over the text.
fn selectors(text: &str, parts: &mut Vec<Part>) {
    let mut bytes = Bytes::default();
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        // One selector after an emoji chooses its form.
        let form = matches!(c, '\u{fe0e}' | '\u{fe0f}') && selector(before).is_none();
        if let Some(byte) = selector(c).filter(|_| !form || !bytes.bytes().is_empty()) {
            bytes.push(&[byte], at..at + c.len_utf8());
        }
        before = c;
    }
    if bytes.bytes().len() >= 4
        && let Some(draft) = whole(&bytes)
    {
        parts.push(Part { draft, step: Step::VariationSelectors, source: bytes.source(0..bytes.bytes().len()) });
    }
}

fn selector(c: char) -> Option<u8> {
    let code = u32::from(c);
    match c {
        '\u{fe00}'..='\u{fe0f}' => u8::try_from(code - 0xfe00).ok(),
        '\u{e0100}'..='\u{e01ef}' => u8::try_from(code - 0xe0100 + 16).ok(),
        _ => None,
    }
}

/// Bits in two kinds of zero-width characters; a third kind may stand between bytes.
fn bits(text: &str, parts: &mut Vec<Part>) {
    let mut counts = [0_usize; KINDS.len()];
    let mut places = Vec::new();
    for (at, c) in text.char_indices() {
        if let Some(kind) = KINDS.iter().position(|known| *known == c) {
            if let Some(count) = counts.get_mut(kind) {
                *count += 1;
            }
            places.push((kind, at..at + c.len_utf8()));
        }
    }
    let mut order: Vec<usize> = (0..KINDS.len()).collect();
    order.sort_by_key(|kind| std::cmp::Reverse(counts.get(*kind).copied()));
    let [one, other, ..] = order.as_slice() else { return };
    if counts.get(*other).is_none_or(|count| *count < 8) {
        return;
    }
    places.retain(|(kind, _)| kind == one || kind == other);
    for (zero, width) in [(one, 8), (other, 8), (one, 7), (other, 7)] {
        let mut bytes = Bytes::default();
        for group in places.chunks_exact(width) {
            let byte = group.iter().fold(0_u8, |bits, (kind, _)| bits << 1 | u8::from(kind != zero));
            let (first, last) = (group.first().map_or(0, |bit| bit.1.start), group.last().map_or(0, |bit| bit.1.end));
            bytes.push(&[byte], first..last);
        }
        if let Some(draft) = whole(&bytes).filter(|draft| super::letters::sounds(&draft.text)) {
            parts.push(Part { draft, step: Step::ZeroWidthBits, source: bytes.source(0..bytes.bytes().len()) });
            return;
        }
    }
}

const KINDS: [char; 10] = [
    '\u{200b}', '\u{200c}', '\u{200d}', '\u{200e}', '\u{200f}', '\u{2060}', '\u{2061}', '\u{2062}', '\u{2064}',
    '\u{feff}',
];
/// The most bytes that may stand between tags of one run.
const GAP: usize = 96;
