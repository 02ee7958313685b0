//! Words that have come before, with all that their letters alone say. A word is known by all of its bytes, so that what is
//! remembered is what would be computed; a word takes the place of another, and long ones are not kept.

use super::{
    table::{HALF, NONE, Table, WIDTH, parts},
    token::{self, Gap, Word, cell},
};

/// What a table says of words, and some words of which it has been asked.
#[derive(Debug)]
pub(super) struct Memo<'t> {
    pub(super) table: &'t Table,
    words: Box<[Known]>,
    /// One word that is too long to be kept.
    long: Known,
}

/// A word and its weights.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Known {
    /// Its bytes; zero for none.
    key: u128,
    pub(super) hash: u32,
    pub(super) head: u32,
    pub(super) tail: u32,
    pub(super) shape: u32,
    /// Of its letters alone.
    pub(super) own: i32,
    /// Of itself behind one blank.
    pub(super) behind_blank: i32,
    /// Of one blank behind it.
    pub(super) blank: i32,
    /// Its four vectors.
    pub(super) parts: [[i16; HALF]; 4],
}

impl<'t> Memo<'t> {
    /// One that knows no word yet.
    pub(super) fn new(table: &'t Table) -> Self {
        Self { table, words: vec![Known::default(); 1 << BITS].into_boxed_slice(), long: Known::default() }
    }

    /// The word that `bytes` hold from `start` to `end`.
    pub(super) fn word(&mut self, bytes: &[u8], start: usize, end: usize, group: u8) -> &Known {
        let length = end - start;
        if length > LONGEST {
            self.long = Known::of(self.table, &token::read(bytes, start, group).0, Gap::blank().hash);
            return &self.long;
        }
        let key = key(bytes, start, length);
        let table = self.table;
        match self.words.get_mut(slot(key)) {
            Some(known) => {
                if known.key != key {
                    *known = Known { key, ..Known::of(table, &token::read(bytes, start, group).0, Gap::blank().hash) };
                }
                known
            }
            None => &self.long,
        }
    }

    /// What stands before the first word.
    pub(super) fn nothing(&self) -> Known {
        let blank = self.table.weight(cell(3, 0, Gap::blank().hash));
        Known { blank, parts: wide(self.table.row(NONE)), ..Known::default() }
    }
}

impl Known {
    fn of(table: &Table, word: &Word, blank: u32) -> Self {
        let weight = |kind, first, second| table.weight(cell(kind, first, second));
        let grams = word.grams().iter().map(|gram| table.weight(*gram)).sum::<i32>();
        Self {
            key: 0,
            hash: word.hash,
            head: word.head,
            tail: word.tail,
            shape: word.shape,
            own: grams + weight(6, word.hash, 0) + weight(7, word.head.wrapping_mul(31) ^ word.tail, word.shape),
            behind_blank: weight(4, blank, word.hash),
            blank: weight(3, word.hash, blank),
            parts: wide(table.row(word.row())),
        }
    }
}

/// The four vectors, as what processors multiply eight at a time.
fn wide(row: &[i8; WIDTH]) -> [[i16; HALF]; 4] {
    parts(row).map(|part| part.map(i16::from))
}

/// The bytes of a word as a number; no word has a zero.
fn key(bytes: &[u8], start: usize, length: usize) -> u128 {
    let rest = bytes.get(start..).unwrap_or_default();
    let first = rest.first_chunk().copied().unwrap_or_else(|| {
        let mut padded = [0; LONGEST];
        for (to, from) in padded.iter_mut().zip(rest) {
            *to = *from;
        }
        padded
    });
    u128::from_le_bytes(first) & (u128::MAX >> (128 - 8 * length.clamp(1, LONGEST)))
}

#[expect(clippy::cast_possible_truncation, reason = "both halves are mixed")]
const fn slot(key: u128) -> usize {
    let mixed = (key as u64 ^ ((key >> 64) as u64).rotate_left(29)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> (64 - BITS)) as usize
}

/// So many bytes has the longest word that is kept.
const LONGEST: usize = 16;
/// So many bits number the words that are kept: 500 kB a thread.
const BITS: u32 = 12;
