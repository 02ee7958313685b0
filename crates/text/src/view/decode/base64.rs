//! Base64: both alphabets, padded or not, on one line or wrapped, also with something glued to its front.

use std::ops::Range;

use super::{super::map::Bytes, Part, Step, alone, begins_as_text, holds_text, letters, squeezed, stretch, whole};

pub(super) fn find(text: &str, runs: &[Range<usize>], parts: &mut Vec<Part>) {
    let bytes = text.as_bytes();
    let tokens = tokens(bytes, runs, |byte| value(byte).is_some(), LEAST);
    let mut tokens = tokens.into_iter().peekable();
    while let Some(first) = tokens.next() {
        // Lines of one length are one text; its last line may be shorter, and was then no token of its own.
        let mut lines = vec![first.clone()];
        while let Some(next) = tokens.next_if(|next| {
            let gap = lines.last().and_then(|last| bytes.get(last.end..next.start)).unwrap_or_default();
            is_wrap(gap) && lines.last().is_some_and(|last| last.len() == first.len())
        }) {
            lines.push(next);
        }
        if lines.last().is_some_and(|last| last.len() == first.len() && first.len() >= 32) {
            lines.extend(rest(bytes, lines.last().map_or(0, |last| last.end)));
        }
        if lines.len() > 1 && decode(text, &lines, parts) {
            continue;
        }
        for line in lines {
            decode(text, &[line], parts);
        }
    }
}

/// Every stretch of the runs that has only bytes of an alphabet.
pub(super) fn tokens(
    bytes: &[u8],
    runs: &[Range<usize>],
    mut is_of_it: impl FnMut(u8) -> bool,
    least: usize,
) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for run in runs {
        let mut at = run.start;
        // Most are too short, which is seen from behind: where one would end.
        while let Some(window) = bytes.get(at..at + least).filter(|_| at + least <= run.end) {
            if let Some(gap) = window.iter().rposition(|byte| !is_of_it(*byte)) {
                at += gap + 1;
                continue;
            }
            let rest = bytes.get(at + least..run.end).unwrap_or_default();
            let len = least + rest.iter().take_while(|byte| is_of_it(**byte)).count();
            found.push(at..at + len);
            at += len + 1;
        }
    }
    found
}

fn is_wrap(gap: &[u8]) -> bool {
    let breaks = memchr::memchr_iter(b'\n', gap).count();
    (breaks == 1 && gap.iter().all(|byte| matches!(byte, b'\n' | b'\r' | b' ' | b'\t' | b'>'))) || gap == b"\\n"
}

/// The short last line of a wrapped text.
fn rest(bytes: &[u8], end: usize) -> Option<Range<usize>> {
    let tail = bytes.get(end..)?;
    let gap = tail.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let len = tail.get(gap..)?.iter().take_while(|byte| value(**byte).is_some()).count();
    (is_wrap(tail.get(..gap)?) && len > 0).then_some(end + gap..end + gap + len)
}

fn decode(text: &str, lines: &[Range<usize>], parts: &mut Vec<Part>) -> bool {
    let bytes = text.as_bytes();
    let digits = || {
        let places = lines.iter().flat_map(Range::clone);
        places.filter_map(|at| Some((at, value(*bytes.get(at)?)?)))
    };
    let (start, end) = (lines.first().map_or(0, |line| line.start), lines.last().map_or(0, |line| line.end));
    let decoded = begins_as_text(plain(digits())).then(|| quads(digits()));
    if let Some(draft) =
        decoded.as_ref().and_then(whole).filter(|draft| letters::sounds(&draft.text) || is_layer(&draft.text))
    {
        let padding = bytes.get(end..).unwrap_or_default().iter().take(2).take_while(|byte| **byte == b'=').count();
        alone(text, draft, start..end + padding, Step::Base64, parts);
        return true;
    }
    // Something before or behind it may belong to the alphabet as well.
    if lines.len() == 1 && end - start < LEAST + 8 {
        return false;
    }
    if lines.len() == 1
        && (start.checked_sub(1).and_then(|at| bytes.get(at)) == Some(&b'=')
            || squeezed::is_jumpy(bytes.get(start..end).unwrap_or_default()))
    {
        let decoded = begins_as_text(plain(digits().rev())).then(|| quads(digits().rev()));
        if let Some(draft) = decoded.as_ref().and_then(whole).filter(|draft| letters::sounds(&draft.text)) {
            alone(text, draft, start..end, Step::Reversed, parts);
            return true;
        }
    }
    let found = (0..4)
        .filter(|skip| holds_text(plain(digits().skip(*skip)), LEAST))
        .filter_map(|skip| stretch(&quads(digits().skip(skip)), LEAST));
    let Some((draft, source)) = found.max_by_key(|(draft, _)| draft.text.len()) else { return false };
    alone(text, draft, source, Step::Base64, parts);
    true
}

/// Whether a decoded text is one long word, as another layer of a coding is.
pub(super) fn is_layer(text: &str) -> bool {
    text.len() >= LEAST && text.bytes().all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace())
}

/// The decoded bytes without their places. [`PAD`] ends a group.
pub(super) fn plain(digits: impl Iterator<Item = (usize, u32)>) -> impl Iterator<Item = u8> {
    let (mut bits, mut count) = (0_u32, 0_u32);
    digits.filter_map(move |(_, digit)| {
        if digit == PAD {
            count = 0;
            return None;
        }
        (bits, count) = (bits << 6 | digit, count + 6);
        count = count.checked_sub(8)?;
        u8::try_from(bits >> count & 0xff).ok()
    })
}

/// The bytes of digits, each with its place. [`PAD`] ends a group.
pub(super) fn quads(digits: impl Iterator<Item = (usize, u32)>) -> Bytes {
    let mut bytes = Bytes::default();
    let (mut bits, mut count, mut start) = (0_u32, 0_usize, 0);
    let mut end = 0;
    for (at, digit) in digits {
        if digit == PAD {
            tail(&mut bytes, bits, count, start..end);
            (bits, count) = (0, 0);
            continue;
        }
        // Digits may come from behind.
        (start, end) = if count == 0 { (at, at + 1) } else { (start.min(at), end.max(at + 1)) };
        (bits, count) = (bits << 6 | digit, count + 1);
        if count == 4 {
            let [_, first, second, third] = bits.to_be_bytes();
            bytes.push(&[first, second, third], start..end);
            (bits, count) = (0, 0);
        }
    }
    tail(&mut bytes, bits, count, start..end);
    bytes
}

/// What a group that is not full stands for.
fn tail(bytes: &mut Bytes, bits: u32, count: usize, source: Range<usize>) {
    let [_, first, second, _] = (bits << (6 * (4 - count.min(4)))).to_be_bytes();
    match count {
        2 => bytes.push(&[first], source),
        3 => bytes.push(&[first, second], source),
        _ => {}
    }
}

pub(super) fn value(byte: u8) -> Option<u32> {
    let digit = VALUES.get(usize::from(byte)).copied().unwrap_or(NONE);
    (digit != NONE).then_some(u32::from(digit))
}

const NONE: u8 = 0xff;
const VALUES: [u8; 256] = {
    let mut values = [NONE; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        #[expect(clippy::indexing_slicing, reason = "constant evaluation: an index out of range would not compile")]
        {
            values[byte as usize] = match byte {
                b'A'..=b'Z' => byte - b'A',
                b'a'..=b'z' => byte - b'a' + 26,
                b'0'..=b'9' => byte - b'0' + 52,
                b'+' | b'-' => 62,
                b'/' | b'_' => 63,
                _ => NONE,
            };
        }
        byte += 1;
    }
    values
};

/// The shortest token that is tried: twelve bytes that are text by chance are one in a hundred thousand.
const LEAST: usize = 16;
/// Stands for a sign that fills up a group.
pub(super) const PAD: u32 = 64;
