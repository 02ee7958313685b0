//! Letters that other scripts have turned upside down, and Braille. They are looked for before letters are made plain.

use super::{super::letters, super::map::Draft, Part, Step, alone};

/// Text upside down: read from its end, or letter by letter where it stands.
pub(super) fn find(text: &str, parts: &mut Vec<Part>) {
    // Nearly all of them are of one block.
    if memchr::memchr2(0xc9, 0xca, text.as_bytes()).is_none() {
        return;
    }
    let told =
        text.chars().filter(|c| !c.is_ascii() && TURNED.iter().any(|(turned, _)| turned == c)).take(FEWEST).count();
    if told == FEWEST {
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            read(text, start, line, parts);
            start += line.len();
        }
    }
}

fn read(text: &str, start: usize, line: &str, parts: &mut Vec<Part>) {
    let is_turned = |c: char| !c.is_ascii() && TURNED.iter().any(|(turned, _)| *turned == c);
    let turned = line.chars().filter(|c| is_turned(*c)).count();
    let letters = line.chars().filter(|c| c.is_alphabetic()).count();
    if turned < FEWEST || turned * 4 < letters {
        return;
    }
    // Words beside them that have no turned letter stand as they are.
    let mut chars: Vec<(usize, char)> = Vec::new();
    let mut at = start;
    for word in line.split_inclusive(' ') {
        if word.chars().any(is_turned) || chars.last().is_some() || word.chars().all(|c| "nopqdubxszlo ".contains(c)) {
            chars.extend(word.char_indices().map(|(place, c)| (at + place, c)));
        }
        at += word.len();
    }
    let plain = |c: char| TURNED.iter().find(|(turned, _)| *turned == c).map_or(c, |(_, plain)| *plain);
    let (mut onwards, mut backwards) = (Draft::default(), Draft::default());
    for (at, c) in &chars {
        onwards.push(plain(*c), *at..at + c.len_utf8());
    }
    chars.iter().rev().for_each(|(at, c)| backwards.push(plain(*c), *at..at + c.len_utf8()));
    let source = chars.first().map_or(start, |(at, _)| *at)..start + line.len();
    let draft = if letters::mean(&onwards.text).0 > letters::mean(&backwards.text).0 { onwards } else { backwards };
    if letters::sounds(&draft.text) {
        alone(text, draft, source, Step::UpsideDown, parts);
    }
}

/// Braille of the Latin letters, without contractions.
pub(super) fn braille(text: &str, parts: &mut Vec<Part>) {
    let is_cell = |c: char| matches!(c, '\u{2800}'..='\u{283f}');
    if memchr::memchr(0xe2, text.as_bytes()).is_none() || !text.contains(is_cell) {
        return;
    }
    let mut draft = Draft::default();
    let mut start = None;
    let mut cells = 0;
    for (at, c) in text.char_indices().chain([(text.len(), '\0')]) {
        let place = at..at + c.len_utf8();
        if is_cell(c) {
            start.get_or_insert(at);
            cells += usize::from(c != '\u{2800}');
            match LETTERS.chars().position(|cell| cell == c).and_then(|letter| u8::try_from(letter).ok()) {
                Some(letter) => draft.push(char::from(b'a' + letter), place),
                None if c == '\u{2800}' => draft.push(' ', place),
                // Signs of capitals and numbers.
                None => {}
            }
        } else if start.is_some() && c != '\0' && !c.is_alphabetic() {
            draft.copy(text, place);
        } else if let Some(from) = start.take() {
            let done = std::mem::take(&mut draft);
            if std::mem::take(&mut cells) >= 3 * FEWEST && letters::sounds(&done.text) {
                alone(text, done, from..at, Step::Braille, parts);
            }
        }
    }
}

/// Turned letters and what they are.
const TURNED: [(char, char); 42] = [
    ('ɐ', 'a'),
    ('q', 'b'),
    ('ɔ', 'c'),
    ('p', 'd'),
    ('ǝ', 'e'),
    ('ɟ', 'f'),
    ('ƃ', 'g'),
    ('ɓ', 'g'),
    ('ᵷ', 'g'),
    ('ɥ', 'h'),
    ('ᴉ', 'i'),
    ('ı', 'i'),
    ('ᴵ', 'i'),
    ('ɾ', 'j'),
    ('ſ', 'j'),
    ('ʞ', 'k'),
    ('ʃ', 'l'),
    ('ן', 'l'),
    ('ɯ', 'm'),
    ('u', 'n'),
    ('d', 'p'),
    ('b', 'q'),
    ('ɹ', 'r'),
    ('ʇ', 't'),
    ('n', 'u'),
    ('ʌ', 'v'),
    ('ʍ', 'w'),
    ('ʎ', 'y'),
    ('∀', 'a'),
    ('Ɐ', 'a'),
    ('ᗺ', 'b'),
    ('Ɔ', 'c'),
    ('ᗡ', 'd'),
    ('Ǝ', 'e'),
    ('Ⅎ', 'f'),
    ('⅁', 'g'),
    ('Ʞ', 'k'),
    ('⅂', 'l'),
    ('Ԁ', 'p'),
    ('ᴚ', 'r'),
    ('⊥', 't'),
    ('⅄', 'y'),
];
const LETTERS: &str = "⠁⠃⠉⠙⠑⠋⠛⠓⠊⠚⠅⠇⠍⠝⠕⠏⠟⠗⠎⠞⠥⠧⠺⠭⠽⠵";
const FEWEST: usize = 4;
