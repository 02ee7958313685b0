//! Words to concepts: the same idea in many wordings and languages has one number. It knows words, not sentences.

mod pack;

use std::sync::LazyLock;

pub use pack::pack_lexicon;

use super::{
    hash::{SEED, step},
    reader::Token,
};

/// A concept: its place in the list.
pub(super) type Concept = u8;

/// The name of a concept, for explanations.
pub(super) fn name(concept: Concept) -> &'static str {
    rows(ENGLISH).nth(usize::from(concept)).map_or("other", |(name, _)| name)
}

/// The names of the concepts and their English words and phrases, with `;` between them.
pub(crate) fn vocabulary() -> impl Iterator<Item = (&'static str, &'static str)> {
    rows(ENGLISH)
}

/// The rows of a table: the name of a concept, its words and phrases.
fn rows(table: &str) -> impl Iterator<Item = (&str, &str)> {
    table.lines().filter(|line| !line.starts_with('%')).filter_map(|line| line.split_once(": "))
}

/// Looks words up.
pub(super) struct Lexicon {
    /// Hashed phrases, the lowest two bytes of which are the concept and one more; sparse, its length is a power of two.
    cells: Vec<u64>,
}

/// The lexicon of every language.
pub(super) fn lexicon() -> &'static Lexicon {
    static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::read(include_bytes!("table.bin")));
    &LEXICON
}

impl Lexicon {
    /// The concept of the longest phrase that begins with the first of these words, and how many words that is.
    pub(super) fn longest<'t>(&self, words: impl Iterator<Item = &'t Token>) -> Option<(Concept, usize)> {
        let mut best = None;
        let mut state = SEED;
        let mut first = None;
        for (count, word) in words.enumerate() {
            first = first.or(Some(word));
            let before = state;
            state = step(state, word.hash);
            match self.get(state) {
                None => {
                    best = self.beginning(before, word).map(|concept| (concept, count + 1)).or(best);
                    break;
                }
                Some(UNFINISHED) => {}
                Some(concept) => best = Some((concept, count + 1)),
            }
        }
        best.or_else(|| self.beginning(SEED, first?).map(|concept| (concept, 1)))
    }

    /// The concept of the longest known beginning of a word, behind the words before it.
    fn beginning(&self, before: u64, word: &Token) -> Option<Concept> {
        let heads = word.heads.iter().take_while(|head| **head != 0);
        let known = heads.map_while(|head| self.get(step(before ^ BEGINNING, *head)));
        known.filter(|concept| *concept != UNFINISHED).last()
    }

    fn get(&self, key: u64) -> Option<Concept> {
        let mask = self.cells.len() - 1;
        let mut place = first_place(key) & mask;
        loop {
            match self.cells.get(place)? {
                0 => return None,
                cell if cell & KEY == key & KEY => return u8::try_from((cell & !KEY) - 1).ok(),
                _ => place = (place + 1) & mask,
            }
        }
    }

    /// Reads what [`pack_lexicon`] has written.
    fn read(table: &[u8]) -> Self {
        let (records, _) = table.as_chunks::<RECORD>();
        let mut cells = vec![0; (records.len() * 2 + 2).next_power_of_two()];
        let mask = cells.len() - 1;
        for record in records {
            let record = record.iter().fold(0, |number, byte| (number << 8) | u64::from(*byte));
            let (key, concept) = ((record << 8) & KEY, record & 0xff);
            let mut place = first_place(key) & mask;
            while cells.get(place).is_some_and(|cell| *cell != 0) {
                place = (place + 1) & mask;
            }
            if let Some(cell) = cells.get_mut(place) {
                *cell = key | (concept + 1);
            }
        }
        Self { cells }
    }
}

/// Where a key is looked for first.
fn first_place(key: u64) -> usize {
    usize::try_from(key >> 16).unwrap_or_default()
}

/// The bytes of a hash that are kept: two phrases of a lexicon of this size will hardly share them.
const KEY: u64 = !0xffff;

/// Bytes of a hash and its concept in the packed table.
const RECORD: usize = 7;

/// Stands for what only begins a phrase or a word.
const UNFINISHED: Concept = Concept::MAX;

/// Keeps the hash of a beginning apart from that of a whole word.
const BEGINNING: u64 = 0x5555_5555_5555_5555;

/// The names of the concepts, and their English words.
const ENGLISH: &str = include_str!("en.txt");
