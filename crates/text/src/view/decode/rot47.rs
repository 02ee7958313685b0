//! ROT47: each sign of ASCII for the one 47 places on. Looked for where letters are unlike a language or digits
//! are many.

use std::ops::Range;

use super::{super::letters, super::map::Draft, Part, Step, alone};

pub(super) fn find(text: &str, stretches: &[Range<usize>], parts: &mut Vec<Part>) {
    for stretch in stretches {
        // The stretch of words that is worth most.
        let (mut sum, mut from, mut best) = (0, 0, (LEAST, 0..0));
        let mut at = stretch.start;
        for word in text.as_bytes().get(stretch.clone()).unwrap_or_default().split(u8::is_ascii_whitespace) {
            if sum <= 0 {
                (sum, from) = (0, at);
            }
            sum += gain(word);
            if sum > best.0 {
                best = (sum, from..at + word.len());
            }
            at += word.len() + 1;
        }
        let (least, source) = best;
        if least == LEAST {
            continue;
        }
        let mut draft = Draft::default();
        for (at, c) in text.get(source.clone()).unwrap_or_default().char_indices() {
            let place = source.start + at..source.start + at + c.len_utf8();
            match u8::try_from(c).ok().filter(u8::is_ascii_graphic) {
                Some(byte) => draft.push(char::from(turned(byte)), place),
                None => draft.copy(text, place),
            }
        }
        if letters::is_language(&draft.text) {
            alone(text, draft, source, Step::Rot47, parts);
        }
    }
}

fn gain(word: &[u8]) -> i32 {
    let Some((_, body)) = word.split_last() else { return 0 };
    // A sign at the end is an end of a sentence.
    let signs = body.iter().filter(|byte| letter(**byte) == 0).count();
    let signs = i32::try_from(signs).unwrap_or(i32::MAX / 64);
    let read = word.iter().map(|byte| letter(*byte)).filter(|letter| *letter > 0);
    // Plain words turn into signs and digits, so that a few letters are enough.
    letters::word(read) - signs * 30 - 6
}

/// The number of the letter that a sign stands for.
fn letter(byte: u8) -> u8 {
    LETTERS.get(usize::from(byte)).copied().unwrap_or_default()
}

/// The numbers of the letters that the signs stand for.
const LETTERS: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        #[expect(clippy::indexing_slicing, reason = "constant evaluation: an index out of range would not compile")]
        {
            let turned = turned(byte);
            table[byte as usize] = if turned.is_ascii_alphabetic() { (turned | 0x20) - b'a' + 1 } else { 0 };
        }
        byte += 1;
    }
    table
};

const fn turned(byte: u8) -> u8 {
    if byte.is_ascii_graphic() { 33 + (byte - 33 + 47) % 94 } else { byte }
}

/// What the words have to be worth together.
const LEAST: i32 = 100;
