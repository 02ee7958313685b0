//! How mail writes text in seven bits, decoded where it stands: quoted-printable (RFC 2045) and UTF-7 (RFC 2152).

use super::{
    super::map::{Bytes, Draft},
    Edit, Part, Step, base64, in_place,
    unpack::unpack,
    whole,
};

pub(super) fn find(text: &str, parts: &mut Vec<Part>) {
    quoted(text, parts);
    utf7(text, parts);
}

/// Runs of `=69`, with `=` at the end of a line between them.
fn quoted(text: &str, parts: &mut Vec<Part>) {
    let bytes = text.as_bytes();
    let mut edits: Vec<Edit> = Vec::new();
    let (mut done, mut letters, mut longest) = (0, 0, 0);
    for start in memchr::memchr_iter(b'=', bytes) {
        if start < done {
            continue;
        }
        let mut decoded = Bytes::default();
        let mut at = start;
        let mut count = 0;
        loop {
            match bytes.get(at..at + 3) {
                Some([b'=', b'\r', b'\n']) => at += 3,
                Some([b'=', b'\n', _]) => at += 2,
                Some([b'=', high, low]) => {
                    let digit = |byte: &u8| char::from(*byte).to_digit(16).filter(|_| !byte.is_ascii_lowercase());
                    let Some(byte) =
                        digit(high).zip(digit(low)).and_then(|(high, low)| u8::try_from(high << 4 | low).ok())
                    else {
                        break;
                    };
                    decoded.push(&[byte], at..at + 3);
                    at += 3;
                    count += 1;
                }
                _ => break,
            }
        }
        done = at;
        let Some(draft) = (count > 0).then(|| whole(&decoded)).flatten() else { continue };
        letters += draft.text.chars().filter(|c| c.is_alphanumeric()).count();
        longest = longest.max(count);
        edits.push(Edit { source: start..at, draft });
    }
    // `a=41` is an assignment.
    if letters >= 4 && longest >= 3 {
        in_place(text, edits, Step::QuotedPrintable, parts);
    }
}

/// `+AGkAZwA-`: UTF-16 in Base64. Letters of ASCII begin with an `A`.
fn utf7(text: &str, parts: &mut Vec<Part>) {
    let bytes = text.as_bytes();
    let mut edits: Vec<Edit> = Vec::new();
    let (mut done, mut letters) = (0, 0);
    for start in memchr::memchr_iter(b'+', bytes).filter(|at| bytes.get(at + 1) == Some(&b'A')) {
        let Some(rest) = bytes.get(start + 1..).filter(|_| start >= done) else { continue };
        let is_digit = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
        let len = rest.iter().take_while(|byte| is_digit(byte)).count();
        let end = start + 1 + len + usize::from(rest.get(len) == Some(&b'-'));
        done = end;
        let digits = (start + 1..start + 1 + len).filter_map(|at| Some((at, base64::value(*bytes.get(at)?)?)));
        let decoded = base64::quads(digits);
        let Some(draft) = one(&decoded).or_else(|| unpack(&decoded)) else { continue };
        letters += draft.text.chars().filter(|c| c.is_alphabetic()).count();
        match edits.last_mut().filter(|last| last.source.end == start) {
            Some(last) => {
                last.draft.append(&draft);
                last.source.end = end;
            }
            None => edits.push(Edit { source: start..end, draft }),
        }
    }
    if letters >= 4 {
        in_place(text, edits, Step::Utf7, parts);
    }
}

/// A few letters of ASCII, which tell nothing of how they were written but that they are.
fn one(bytes: &Bytes) -> Option<Draft> {
    let all = bytes.bytes();
    let known = !all.is_empty()
        && all.len() <= 16
        && all.len().is_multiple_of(2)
        && all.chunks_exact(2).all(|unit| matches!(unit, [0, b' '..=b'~']));
    if !known {
        return None;
    }
    let places = bytes.places();
    let mut draft = Draft::default();
    for (unit, place) in all.chunks_exact(2).zip(places.chunks_exact(2)) {
        let (letter, start, end) = (unit.last()?, place.first()?.start, place.last()?.end);
        draft.push(char::from(*letter), start..end);
    }
    Some(draft)
}
