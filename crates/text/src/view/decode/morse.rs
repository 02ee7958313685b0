//! International Morse code in dots and dashes, with spaces between letters and a slash between words.

use std::ops::Range;

use super::{super::map::Draft, Part, Step, alone, letters};

pub(super) fn find(text: &str, stretches: &[Range<usize>], parts: &mut Vec<Part>) {
    for stretch in stretches {
        read(text, stretch, parts);
    }
}

fn read(text: &str, stretch: &Range<usize>, parts: &mut Vec<Part>) {
    let mut draft = Draft::default();
    let mut start = 0;
    let mut at = stretch.start;
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
            draft.push(letter, at..end);
        } else if !token.is_empty() {
            let done = std::mem::take(&mut draft);
            if done.text.len() >= 6 && letters::sounds(&done.text) {
                alone(text, done, start..at.saturating_sub(1), Step::Morse, parts);
            }
        }
        at = end + 1;
    }
}

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
