//! The tables of words, as people write them, packed into the one that is looked up. It runs where Palisade is made, not
//! where it is used.

use std::collections::BTreeMap;

use super::{BEGINNING, Concept, KEY, RECORD, UNFINISHED, rows};
use crate::injection::{
    hash::{SEED, step},
    reader::{HEADS, Kind, Reader, SHORTEST_HEAD, Token},
};

/// Packs tables. The first one names the concepts; of two concepts that claim the same entry, the earlier table's has it, and a
/// whole word counts before a beginning. A line is
/// `concept: word; beginn*; phrase of words; phrase with a beginn*`; one that begins with `%` is a remark.
pub fn pack_lexicon<'t>(tables: impl IntoIterator<Item = &'t str>) -> Vec<u8> {
    let mut names: Vec<&str> = Vec::new();
    let mut phrases = BTreeMap::new();
    for (place, table) in tables.into_iter().enumerate() {
        for (name, list) in rows(table) {
            if place == 0 {
                names.push(name);
            }
            let concept = names.iter().position(|known| *known == name).and_then(|number| u8::try_from(number).ok());
            let Some(concept) = concept.filter(|concept| *concept < UNFINISHED) else { continue };
            for entry in list.split(';') {
                add(&mut phrases, entry.trim(), concept);
            }
        }
    }
    let record = |(key, concept): (u64, Concept)| {
        let bytes = ((key & KEY) | (u64::from(concept) << 8)).to_be_bytes();
        bytes.into_iter().take(RECORD)
    };
    phrases.into_iter().flat_map(record).collect()
}

/// Adds a word or phrase; one that is there already keeps its concept.
fn add(phrases: &mut BTreeMap<u64, Concept>, entry: &str, concept: Concept) {
    let mut words = words(entry.trim_end_matches('*'));
    let open =
        words.pop_if(|word| entry.ends_with('*') && (SHORTEST_HEAD..SHORTEST_HEAD + HEADS).contains(&word.length));
    let mut state = SEED;
    for (place, word) in words.iter().enumerate() {
        state = step(state, word.hash);
        let whole = place + 1 == words.len() && open.is_none();
        name(phrases, state, if whole { concept } else { UNFINISHED });
    }
    if let Some(word) = open {
        for head in word.heads.iter().filter(|head| **head != 0) {
            let whole = *head == word.hash;
            name(phrases, step(state ^ BEGINNING, *head), if whole { concept } else { UNFINISHED });
        }
    }
}

fn name(phrases: &mut BTreeMap<u64, Concept>, key: u64, concept: Concept) {
    let known = phrases.entry(key).or_insert(UNFINISHED);
    if *known == UNFINISHED {
        *known = concept;
    }
}

fn words(phrase: &str) -> Vec<Token> {
    let mut reader = Reader::default();
    let mut words: Vec<Token> = phrase.char_indices().filter_map(|(at, letter)| reader.push(letter, at)).collect();
    words.extend(reader.finish());
    words.retain(|word| word.kind == Kind::Word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::injection::lexicon::Lexicon;

    #[test]
    fn words_beginnings_and_phrases_are_found() {
        let first = "% a remark\nleave: ignore; set aside; igno*; pay no heed*\nrules: rule*; rules of war; 규칙*";
        let second = "rules: تعليم*; 指示\nleave: rules; 무시\nunknown: x";
        let lexicon = Lexicon::read(&pack_lexicon([first, second]));
        let of = |text: &str| lexicon.longest(words(text).iter());
        for (text, found) in [
            ("ignore them", Some((0, 1))),
            ("ignorance", Some((0, 1))),
            ("ignis", None),
            ("set aside now", Some((0, 2))),
            ("set", None),
            ("pay no heeding", Some((0, 3))),
            ("ruled", Some((1, 1))),
            ("rules", Some((0, 1))),
            ("rules of", Some((0, 1))),
            ("rules of war", Some((1, 3))),
            ("규칙을", Some((1, 1))),
            ("والتعليمات", Some((1, 1))),
            ("指示する", Some((1, 2))),
            ("x", None),
        ] {
            assert_eq!(of(text), found, "{text}");
        }
    }
}
