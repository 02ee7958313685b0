//! International Morse code in dots and dashes, with spaces between letters and a slash between words.

use std::ops::Range;

use super::{
    super::map::{Draft, Map},
    Part, Step, alone, letters,
};

pub(super) fn find(text: &str, stretches: &[Range<usize>], parts: &mut Vec<Part>) {
    for stretch in stretches {
        read(text, stretch, parts);
    }
}

/// Code in printed dots and dashes.
pub(super) fn printed(text: &str, parts: &mut Vec<Part>) {
    let stroke = |c: char| match c {
        '\u{2022}' | '\u{b7}' | '\u{2219}' | '\u{25cf}' | '\u{22c5}' => Some('.'),
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{30fc}' => Some('-'),
        _ => None,
    };
    // Their lead bytes are rare.
    if memchr::memchr2_iter(0xc2, 0xe2, text.as_bytes()).nth(FEWEST).is_none() {
        return;
    }
    if text.chars().filter(|c| stroke(*c).is_some()).nth(FEWEST).is_none() {
        return;
    }
    let mut plain = Draft::default();
    for (at, c) in text.char_indices() {
        plain.push(stroke(c).unwrap_or(c), at..at + c.len_utf8());
    }
    // Strokes that are plain are looked for elsewhere.
    let mut found = Vec::new();
    read(&plain.text, &(0..plain.text.len()), &mut found);
    let map = Map::new(plain.places, None);
    for part in found {
        let mut draft = Draft::default();
        for (at, c) in part.draft.text.char_indices() {
            draft.push(c, map.original(part.draft.places.source(at..at + c.len_utf8())));
        }
        parts.push(Part { draft, step: part.step, source: map.original(part.source) });
    }
}

fn read(text: &str, stretch: &Range<usize>, parts: &mut Vec<Part>) {
    let mut draft = Draft::default();
    let mut start = 0;
    let mut at = stretch.start;
    let bytes = text.as_bytes();
    for token in text.get(stretch.clone()).unwrap_or_default().split([' ', '\n']).chain(["end"]) {
        let end = at + token.len();
        let known = match token {
            "/" | "|" => Some(' '),
            _ => CODE.iter().find(|(code, _)| *code == token).map(|(_, letter)| *letter),
        };
        if let Some(letter) = known {
            if draft.text.is_empty() {
                start = at;
            }
            if bytes.get(at.wrapping_sub(1)) == Some(&b'\n') && !draft.text.is_empty() && !draft.text.ends_with(' ') {
                draft.push(' ', at - 1..at);
            }
            draft.push(letter, at..end);
        } else if token.is_empty() || token == "\r" {
            // More than one blank parts words.
            if !draft.text.is_empty() && !draft.text.ends_with(' ') {
                draft.push(' ', at.saturating_sub(1)..end);
            }
        } else {
            let done = std::mem::take(&mut draft);
            if done.text.len() >= 6 && letters::sounds(&done.text) {
                alone(text, done, start..at.saturating_sub(1), Step::Morse, parts);
            }
        }
        at = end + 1;
    }
}

/// The fewest printed strokes.
const FEWEST: usize = 16;
const CODE: [(&str, char); 39] = [
    (".-", 'a'),
    ("-...", 'b'),
    ("-.-.", 'c'),
    ("-..", 'd'),
    (".", 'e'),
    ("..-.", 'f'),
    ("--.", 'g'),
    ("....", 'h'),
    ("..", 'i'),
    (".---", 'j'),
    ("-.-", 'k'),
    (".-..", 'l'),
    ("--", 'm'),
    ("-.", 'n'),
    ("---", 'o'),
    (".--.", 'p'),
    ("--.-", 'q'),
    (".-.", 'r'),
    ("...", 's'),
    ("-", 't'),
    ("..-", 'u'),
    ("...-", 'v'),
    (".--", 'w'),
    ("-..-", 'x'),
    ("-.--", 'y'),
    ("--..", 'z'),
    ("-----", '0'),
    (".----", '1'),
    ("..---", '2'),
    ("...--", '3'),
    ("....-", '4'),
    (".....", '5'),
    ("-....", '6'),
    ("--...", '7'),
    ("---..", '8'),
    ("----.", '9'),
    (".-.-.-", '.'),
    ("--..--", ','),
    ("..--..", '?'),
];
