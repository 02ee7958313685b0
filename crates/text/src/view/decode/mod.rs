//! The decoders. Each is told by evidence that it may find something, finds it, and hands back what is written there with
//! the place of every byte.

mod base32;
mod base64;
mod base85;
mod case;
mod entity;
mod escape;
mod filler;
mod hidden;
mod joined;
mod leet;
mod mail;
mod markdown;
mod markup;
mod morse;
mod number;
mod pig_latin;
mod punycode;
mod rot47;
mod rotated;
mod spaced;
mod spelling;
mod squeezed;
mod strings;
mod turned;
mod unpack;
mod words;

use std::{ops::Range, sync::LazyLock};

use memchr::memmem::Finder;

use super::{
    Step,
    evidence::Evidence,
    letters,
    map::{Bytes, Draft},
    signs::Signs,
};

/// What a text lacks, all of its parts lack as well: one look at a block tells which decoders its lines and sentences, which
/// are many and short, can do without.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    /// What a word in Punycode begins with, or a word of the spelling alphabet that few texts can do without.
    rare: bool,
    /// Words near each other that end as in Pig Latin.
    pig_latin: bool,
}

impl Look {
    /// At a text.
    pub(crate) fn of(text: &str) -> Self {
        Self { rare: has_rare(text), pig_latin: pig_latin::is_likely(text) }
    }
}

/// Something decoded.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) draft: Draft,
    pub(super) step: Step,
    /// Bytes of the text that were decoded.
    pub(super) source: Range<usize>,
}

/// What invisible characters spell. Has to see the text before folding.
pub(super) fn hidden(text: &str, parts: &mut Vec<Part>) {
    if !text.is_ascii() {
        hidden::find(text, parts);
        turned::find(text, parts);
    }
}

/// What visible characters spell in a text, or in a part of the text that the look was at.
pub(super) fn visible(text: &str, look: Look, parts: &mut Vec<Part>) {
    let evidence = Evidence::of(text);
    let signs = Signs::of(text);
    if signs.has(b'<') {
        markup::find(text, parts);
    }
    if signs.has(b']') || signs.has(b'*') {
        markdown::find(text, parts);
    }
    if signs.has(b'%') || signs.has(b'\\') || signs.has(b'(') {
        escape::find(text, parts);
    }
    if signs.has(b'&') {
        entity::find(text, parts);
    }
    if signs.has(b'=') {
        mail::find(text, parts);
    }
    base64::find(text, &evidence.runs, parts);
    base32::find(text, &evidence.runs, parts);
    base85::find(text, &evidence.runs, parts);
    number::find(text, &evidence, parts);
    squeezed::find(text, &evidence, parts);
    spaced::find(text, &evidence.spaced, parts);
    leet::find(text, &evidence.leet, parts);
    if evidence.mixed_case {
        case::find(text, parts);
    }
    morse::find(text, &evidence.morse, parts);
    rotated::find(text, &evidence.odd, parts);
    rot47::find(text, &evidence.odd, parts);
    rot47::find(text, &evidence.digits, parts);
    filler::find(text, &evidence.odd, parts);
    if look.rare && has_rare(text) {
        punycode::find(text, parts);
        spelling::find(text, parts);
    }
    spelling::numbers(text, &evidence.digits, parts);
    if look.pig_latin && pig_latin::is_likely(text) {
        pig_latin::find(text, parts);
    }
    if signs.has(b'"') {
        strings::find(text, parts);
    }
    joined::find(text, &evidence.runs, parts);
    joined::lines(text, parts);
    if !text.is_ascii() {
        turned::braille(text, parts);
        morse::printed(text, parts);
    }
}

/// Whether a gap in a text lies between letters. An `n` after a backslash is a line break of some format around the text.
fn splits_word(bytes: &[u8], gap: &Range<usize>) -> bool {
    let is_letter = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphabetic() || *byte >= 0x80);
    let mut head = bytes.get(..gap.start).unwrap_or_default().iter().rev();
    is_letter(head.next()) && head.next() != Some(&b'\\') && is_letter(bytes.get(gap.end))
}

/// A part of the text and what it reads as.
struct Edit {
    source: Range<usize>,
    draft: Draft,
}

/// Readings in which the edits are made where they stand. Edits near each other are made in one reading, which shows them
/// with the line around them, so that words next to a decoded one are seen together with it.
fn in_place(text: &str, edits: Vec<Edit>, step: Step, parts: &mut Vec<Part>) {
    let mut edits = edits.into_iter().peekable();
    while let Some(first) = edits.next() {
        let source = first.source.clone();
        let mut draft = Draft::part(text, before(text, source.start)..source.start);
        draft.append(&first.draft);
        let mut end = source.end;
        while let Some(next) = edits.next_if(|next| next.source.start < end + REACH) {
            draft.copy(text, end..next.source.start);
            draft.append(&next.draft);
            end = next.source.end;
        }
        draft.copy(text, end..after(text, end));
        parts.push(Part { draft, step, source: source.start..end });
    }
}

/// Readings without the gaps that split words and those beside them, if at least so many split one.
fn without(text: &str, gaps: &[Range<usize>], least: usize, step: Step, parts: &mut Vec<Part>) {
    let splits: Vec<bool> = gaps.iter().map(|gap| splits_word(text.as_bytes(), gap)).collect();
    if splits.iter().filter(|splits| **splits).count() < least {
        return;
    }
    let near = |number: usize| {
        let around = splits.get(number.saturating_sub(BESIDE)..splits.len().min(number + BESIDE + 1));
        around.is_some_and(|around| around.contains(&true))
    };
    let dropped = gaps.iter().enumerate().filter(|(number, _)| near(*number));
    let edits = dropped.map(|(_, gap)| Edit { source: gap.clone(), draft: Draft::default() }).collect();
    in_place(text, edits, step, parts);
}

/// What a stretch of the text decodes to: alone if it is long enough to say something, else within its line.
fn alone(text: &str, draft: Draft, source: Range<usize>, step: Step, parts: &mut Vec<Part>) {
    if draft.text.len() < SHORT {
        in_place(text, vec![Edit { source, draft }], step, parts);
    } else {
        parts.push(Part { draft, step, source });
    }
}

/// The start of the line, or of a word at most [`CONTEXT`] bytes before.
fn before(text: &str, at: usize) -> usize {
    let least = text.ceil_char_boundary(at.saturating_sub(CONTEXT));
    let head = text.get(least..at).unwrap_or_default();
    match head.rfind('\n') {
        Some(line) => least + line + 1,
        None if least == 0 => 0,
        None => least + head.find(' ').map_or(0, |space| space + 1),
    }
}

/// The end of the line, or of a word at most [`CONTEXT`] bytes after.
fn after(text: &str, at: usize) -> usize {
    let most = text.floor_char_boundary(at.saturating_add(CONTEXT).min(text.len()));
    let tail = text.get(at..most).unwrap_or_default();
    match tail.find('\n') {
        Some(line) => at + line,
        None if most == text.len() => most,
        None => at + tail.rfind(' ').unwrap_or(tail.len()),
    }
}

/// The decoded bytes as text, in UTF-8 or unpacked, if nearly all of it is text; a character cut off at the end is left out.
fn whole(bytes: &Bytes) -> Option<Draft> {
    let all = bytes.bytes();
    let end = match std::str::from_utf8(all) {
        Ok(_) => all.len(),
        Err(error) if error.error_len().is_none() => error.valid_up_to(),
        Err(_) => return unpack::unpack(bytes),
    };
    bytes.text(0..end).filter(|draft| is_plain(&draft.text)).or_else(|| unpack::unpack(bytes))
}

/// The longest stretch of the decoded bytes that is text, if it has at least `least` bytes, with its source.
fn stretch(bytes: &Bytes, least: usize) -> Option<(Draft, Range<usize>)> {
    let best = longest_text(bytes.bytes());
    let draft = bytes.text(best.clone()).filter(|_| best.len() >= least)?;
    letters::sounds(&draft.text).then(|| (draft, bytes.source(best)))
}

/// The longest stretch of bytes that is text.
fn longest_text(bytes: &[u8]) -> Range<usize> {
    let mut best = 0..0;
    let mut start = 0;
    for chunk in bytes.utf8_chunks() {
        let mut from = start;
        for (at, c) in chunk.valid().char_indices().chain([(chunk.valid().len(), '\0')]) {
            if !is_text(c) {
                if start + at - from > best.len() {
                    best = from..start + at;
                }
                from = start + at + c.len_utf8();
            }
        }
        start += chunk.valid().len() + chunk.invalid().len();
    }
    best
}

/// Whether `least` bytes in a row may be text. Cheaper than [`longest_text`], and never stricter: of a character beyond ASCII
/// only the number of its bytes is looked at.
fn holds_text(decoded: impl Iterator<Item = u8>, least: usize) -> bool {
    let (mut run, mut rest) = (0_usize, 0_u8);
    for byte in decoded {
        // The bytes that a character still lacks, and whether this one may follow.
        let (lacks, fits) = match byte {
            b'\t' | b'\n' | b'\r' | b' '..=b'~' => (0, rest == 0),
            0x80..0xc0 => (rest.saturating_sub(1), rest > 0),
            0xc2..0xe0 => (1, rest == 0),
            0xe0..0xf0 => (2, rest == 0),
            0xf0..0xf5 => (3, rest == 0),
            _ => (u8::MAX, false),
        };
        run = if fits { run + 1 } else { usize::from(lacks < 4 && !(0x80..0xc0).contains(&byte)) };
        rest = if lacks < 4 { lacks } else { 0 };
        if run >= least {
            return true;
        }
    }
    false
}

/// Whether decoded bytes begin as text does, or as what text is packed in. Most runs of letters are no coding, and their first
/// bytes show it before they are decoded with their places.
fn begins_as_text(decoded: impl Iterator<Item = u8>) -> bool {
    let mut head = [b' '; 24];
    let len = head.iter_mut().zip(decoded).map(|(to, from)| *to = from).count();
    // Behind the head stand blanks: what is cut off at its end is no error then.
    std::str::from_utf8(&head).map_or_else(|error| error.valid_up_to() + 4 > len, |_| true)
        || unpack::begins(head.get(..len).unwrap_or_default())
}

fn is_text(c: char) -> bool {
    !c.is_control() && c != '\u{fffd}' || matches!(c, '\n' | '\r' | '\t')
}

fn is_plain(text: &str) -> bool {
    let (mut chars, mut plain) = (0_usize, 0_usize);
    for c in text.chars() {
        chars += 1;
        plain += usize::from(is_text(c));
    }
    chars > 0 && plain * 50 >= chars * 49
}

fn has_rare(text: &str) -> bool {
    RARE.iter().any(|rare| rare.find(text.as_bytes()).is_some())
}

static RARE: LazyLock<[Finder<'static>; 4]> = LazyLock::new(|| ["xn--", "Echo", "echo", "ECHO"].map(Finder::new));

/// A decoded part shorter than this is shown with its line.
const SHORT: usize = 24;
/// So many gaps beside one that splits a word are dropped as well.
const BESIDE: usize = 2;
/// Edits nearer to each other than this are made in one reading.
const REACH: usize = 200;
/// The most of a line that is shown before and after an edit.
const CONTEXT: usize = 160;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What is asked before a decoder runs must never keep it from finding something.
    const GATED: [(&[u8], fn(&str, &mut Vec<Part>)); 5] = [
        (b"<", markup::find),
        (b"]*", markdown::find),
        (b"%\\(", escape::find),
        (b"&", entity::find),
        (b"\"", strings::find),
    ];

    proptest! {
        #[test]
        fn what_does_not_begin_as_text_is_none(
            head in prop::sample::select(vec![&[] as &[u8], &[0x1f, 0x8b, 8], &[0x78, 0x9c], &[0xff, 0xfe], &[0xfe, 0xff]]),
            zeros in any::<bool>(),
            rest in prop::collection::vec(prop_oneof![4 => 0x20..0x7f_u8, 1 => Just(0xc3), 1 => Just(0xa9), 1 => any::<u8>()], 0..40),
        ) {
            let wide = |byte: &u8| if zeros { vec![*byte, 0] } else { vec![*byte] };
            let decoded: Vec<u8> = head.iter().copied().chain(rest.iter().flat_map(wide)).collect();
            let mut bytes = Bytes::default();
            decoded.iter().enumerate().for_each(|(at, byte)| bytes.push(&[*byte], at..at + 1));
            prop_assert!(whole(&bytes).is_none() || begins_as_text(decoded.iter().copied()));
        }

        #[test]
        fn without_its_signs_a_decoder_finds_nothing(
            text in "([a-e]{1,3}|<b>|</b>|<!-- a b -->|\\]\\(|\\]:|\\[a|\"a b c d\"|\\*|`|~|%41|\\\\x41|chr\\(65\\)|&#65;|&lt;| ){0,30}",
        ) {
            let signs = Signs::of(&text);
            for (needed, find) in GATED {
                let mut parts = Vec::new();
                find(&text, &mut parts);
                prop_assert!(parts.is_empty() || needed.iter().any(|sign| signs.has(*sign)), "{:?}", parts);
            }
        }
    }
}
