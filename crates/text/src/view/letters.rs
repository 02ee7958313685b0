//! How much a run of letters reads like a language: the sum of log-odds of letter triples, in sixteenths of a nat. The
//! table was counted over English prose (`examples/letters.rs`); any language in Latin letters is far from its own cipher.

use std::borrow::Cow;

/// The number of a letter, 1 to 26, whatever its case; 0 for all else.
pub(super) fn symbol(byte: u8) -> u8 {
    SYMBOLS.get(usize::from(byte)).copied().unwrap_or_default()
}

/// The level of letter number `next` after `last`.
pub(super) fn pair(last: u8, next: u8) -> i32 {
    NEXT.get((usize::from(last) << 5 | usize::from(next)) & 1023).map_or(0, |level| i32::from(*level))
}

/// The level of one letter after another.
pub(super) fn of_bytes(last: u8, next: u8) -> i32 {
    BYTES.get(usize::from(u16::from_le_bytes([next, last]))).map_or(0, |level| i32::from(*level))
}

/// The level of letter number `next` after `before` and `last`.
pub(super) fn triple(before: u8, last: u8, next: u8) -> i32 {
    level(PAIRS + (usize::from(before) * 27 + usize::from(last)) * 27 + usize::from(next))
}

/// The level of a word of letter numbers, its ends included.
pub(super) fn word(letters: impl Iterator<Item = u8>) -> i32 {
    let (mut before, mut last, mut sum) = (0, 0, 0);
    for next in letters.chain([0]) {
        sum += if last == 0 { pair(0, next) } else { triple(before, last, next) };
        (before, last) = (last, next);
    }
    sum
}

/// The mean level of the letters of a text, and how many there are.
pub(super) fn mean(text: &str) -> (i32, usize) {
    let (mut sum, mut count) = (0, 0);
    for part in text.as_bytes().split(|byte| symbol(*byte) == 0).filter(|part| !part.is_empty()) {
        sum += word(part.iter().map(|byte| symbol(*byte)));
        count += part.len();
    }
    (sum / i32::try_from(count.max(1)).unwrap_or(i32::MAX), count)
}

/// Whether a short decoded text is more likely meant than an accident: mostly letters, in an order that a language has.
pub(super) fn sounds(text: &str) -> bool {
    // Signs beyond ASCII are left out: they may be marks and invisible characters that split the words.
    let chars = text.chars().filter(|c| c.is_alphabetic() || c.is_ascii_graphic()).count();
    let alphabetic = text.chars().filter(|c| c.is_alphabetic()).count();
    let ascii = if text.is_ascii() { Cow::Borrowed(text) } else { text.chars().filter(char::is_ascii).collect() };
    let (mean, letters) = mean(&ascii);
    alphabetic * 10 >= chars * 6 && (letters * 4 < alphabetic * 3 || mean > -14)
}

/// Whether a text surely is a language: by the order of its letters, and as many of them occur.
pub(super) fn is_language(text: &str) -> bool {
    let (mean, count) = mean(text);
    let kinds = text.bytes().fold(0_u32, |kinds, byte| kinds | 1 << symbol(byte)) >> 1;
    mean > 2 && count >= 12 && kinds.count_ones() >= 7
}

fn level(at: usize) -> i32 {
    TABLE.get(at).map_or(0, |level| i32::from(level.cast_signed()))
}

const PAIRS: usize = 27 * 27;
const TABLE: &[u8; PAIRS + 27 * 27 * 27] = include_bytes!("letters.bin");

/// The pairs in rows of 32, so that looking one up needs no check of bounds. A gap after a gap says nothing.
const NEXT: [i8; 1024] = {
    let mut table = [0; 1024];
    let mut at = 1;
    while at < PAIRS {
        #[expect(clippy::indexing_slicing, reason = "constant evaluation: an index out of range would not compile")]
        {
            table[at / 27 * 32 + at % 27] = TABLE[at].cast_signed();
        }
        at += 1;
    }
    table
};

/// The pairs by the bytes of their letters: larger, and one look where two letters would cost three.
static BYTES: [i8; 1 << 16] = {
    let mut table = [0; 1 << 16];
    let mut at = 0;
    while at < table.len() {
        #[expect(clippy::indexing_slicing, reason = "constant evaluation: an index out of range would not compile")]
        {
            table[at] = NEXT[(SYMBOLS[at >> 8] as usize) << 5 | SYMBOLS[at & 255] as usize];
        }
        at += 1;
    }
    table
};

const SYMBOLS: [u8; 256] = {
    let mut table = [0; 256];
    let mut letter = 0;
    while letter < 26 {
        #[expect(clippy::indexing_slicing, reason = "constant evaluation: an index out of range would not compile")]
        {
            table[b'a' as usize + letter as usize] = letter + 1;
            table[b'A' as usize + letter as usize] = letter + 1;
        }
        letter += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_told_from_its_cipher() {
        let plain = "the harbour was quiet and the boats came home with the evening tide";
        let turned: String = plain.chars().rev().collect();
        assert!(mean(plain).0 > 12 && mean(&turned).0 < 0, "{:?} {:?}", mean(plain), mean(&turned));
        assert!(sounds("open the door") && sounds("открой дверь") && !sounds("HUZBe9qX!x"));
    }
}
