//! Words to concepts: the same idea in many wordings and languages has one number. It knows words, not sentences.

mod english;
mod languages;

use std::{collections::HashMap, sync::LazyLock};

use super::{
    hash::{SEED, step},
    reader::{HEADS, Kind, Reader, SHORTEST_HEAD, Token},
};

/// A concept: its place in the list.
pub(super) type Concept = u8;

/// The name of a concept, for explanations.
pub(super) fn name(concept: Concept) -> &'static str {
    english::WORDS.get(usize::from(concept)).map_or("other", |(name, _)| name)
}

/// The names of the concepts and their English words and phrases, with `;` between them.
pub(crate) fn vocabulary() -> impl Iterator<Item = &'static (&'static str, &'static str)> {
    english::WORDS.iter()
}

/// Looks words up.
pub(super) struct Lexicon {
    /// Pairs of a hashed phrase and its concept, sparse; its length is a power of two.
    cells: Vec<(u64, u8)>,
}

/// The lexicon of every language.
pub(super) fn lexicon() -> &'static Lexicon {
    static LEXICON: LazyLock<Lexicon> = LazyLock::new(Lexicon::build);
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
            state = step(state, word.hash);
            match self.get(state) {
                None => break,
                Some(UNFINISHED) => {}
                Some(concept) => best = Some((concept, count + 1)),
            }
        }
        best.or_else(|| {
            let mut heads = first?.heads.iter().rev().filter(|head| **head != 0);
            heads.find_map(|head| self.get(step(BEGINNING, *head))).map(|concept| (concept, 1))
        })
    }

    fn get(&self, key: u64) -> Option<u8> {
        let mask = self.cells.len() - 1;
        let mut place = first_place(key) & mask;
        loop {
            match self.cells.get(place) {
                Some((found, concept)) if *found == key => return Some(*concept),
                Some((0, _)) | None => return None,
                Some(_) => place = (place + 1) & mask,
            }
        }
    }

    fn build() -> Self {
        let mut phrases: HashMap<u64, u8> = HashMap::new();
        let number = |name: &str| english::WORDS.iter().position(|(known, _)| *known == name);
        for (name, list) in english::WORDS.iter().chain(languages::WORDS) {
            let Some(concept) = number(name).and_then(|number| u8::try_from(number).ok()) else { continue };
            for entry in list.split(';') {
                if let Some(beginning) = entry.trim().strip_suffix('*') {
                    let words = words(beginning);
                    let [word] = words.as_slice() else { continue };
                    let reach = word.length.min(SHORTEST_HEAD + HEADS - 1);
                    if reach == word.length && word.length >= SHORTEST_HEAD {
                        phrases.entry(step(BEGINNING, word.hash)).or_insert(concept);
                    } else {
                        phrases.entry(step(SEED, word.hash)).or_insert(concept);
                    }
                    continue;
                }
                let words = words(entry);
                let mut state = SEED;
                for (place, word) in words.iter().enumerate() {
                    state = step(state, word.hash);
                    let whole = place + 1 == words.len();
                    let known = phrases.entry(state).or_insert(UNFINISHED);
                    if whole && *known == UNFINISHED {
                        *known = concept;
                    }
                }
            }
        }
        let mut cells = vec![(0, 0); (phrases.len() * 3).next_power_of_two()];
        let mask = cells.len() - 1;
        let mut phrases: Vec<(u64, u8)> = phrases.into_iter().collect();
        phrases.sort_unstable();
        for (key, concept) in phrases {
            let mut place = first_place(key) & mask;
            while cells.get(place).is_some_and(|(taken, _)| *taken != 0) {
                place = (place + 1) & mask;
            }
            if let Some(cell) = cells.get_mut(place) {
                *cell = (key, concept);
            }
        }
        Self { cells }
    }
}

/// Where a key is looked for first.
#[expect(clippy::cast_possible_truncation, reason = "any bits of a hash will do")]
const fn first_place(key: u64) -> usize {
    key as usize
}

fn words(phrase: &str) -> Vec<Token> {
    let mut reader = Reader::default();
    let mut words: Vec<Token> = phrase.char_indices().filter_map(|(at, letter)| reader.push(letter, at)).collect();
    words.extend(reader.finish());
    words.retain(|word| word.kind == Kind::Word);
    words
}

/// Stands for a phrase that only begins one.
const UNFINISHED: u8 = u8::MAX;

/// Where the hash of a beginning starts, apart from that of whole words.
const BEGINNING: u64 = SEED ^ 0x5555_5555_5555_5555;
