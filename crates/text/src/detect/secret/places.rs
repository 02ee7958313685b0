//! Where a token may begin, and where names of secrets stand; nothing else is looked at. Tokens begin where words do. Names
//! stand anywhere: a few letters that prose seldom has are looked for first, and the names around them.

use std::{ops::Range, sync::LazyLock};

use aho_corasick::{AhoCorasick, Input, MatchKind};

use super::{super::hints::Heads, names::NAMES, providers::TOKENS, tokens::Shape};

/// A pattern, and the bytes where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) start: usize,
    pub(super) end: usize,
    /// The number of the prefix of a token; those of names follow.
    pub(super) pattern: usize,
}

/// Every place, in the order of their ends.
pub(super) fn of(text: &str) -> Vec<Place> {
    let mut found = Vec::new();
    HEADS.find(text, |start, numbers| {
        for pattern in numbers.iter().filter_map(|number| WORDS.get(usize::from(*number)).copied()) {
            let prefix = TOKENS.get(pattern).map_or("", |token| token.prefix).as_bytes();
            let rest = text.as_bytes().get(start..).unwrap_or_default();
            if rest.starts_with(prefix) {
                found.push(Place { start, end: start + prefix.len(), pattern });
            }
        }
    });
    if let Some(search) = ANYWHERE.as_ref() {
        search.find(text, &mut found);
    }
    found.sort_unstable_by_key(|place| (place.end, place.start, place.pattern));
    found
}

/// The text of a pattern.
fn pattern(number: usize) -> &'static str {
    let name = || number.checked_sub(TOKENS.len()).and_then(|name| NAMES.get(name)).map(String::as_str);
    TOKENS.get(number).map(|token| token.prefix).or_else(name).unwrap_or_default()
}

/// Whether a pattern is one only at the beginning of a word.
fn begins_word(number: usize) -> bool {
    TOKENS.get(number).is_some_and(|token| {
        token.prefix.starts_with(|first: char| first.is_ascii_alphabetic())
            && !matches!(token.shape, Shape::Around { .. })
    })
}

fn patterns() -> Range<usize> {
    0..TOKENS.len() + NAMES.len()
}

/// The patterns that are looked for where words begin.
static WORDS: LazyLock<Vec<usize>> = LazyLock::new(|| patterns().filter(|number| begins_word(*number)).collect());
static HEADS: LazyLock<Heads> = LazyLock::new(|| Heads::new(WORDS.iter().map(|number| pattern(*number))));
static ANYWHERE: LazyLock<Option<Anywhere>> = LazyLock::new(Anywhere::new);

/// The search for all other patterns.
struct Anywhere {
    stems: Stems,
    whole: AhoCorasick,
    numbers: Vec<usize>,
    longest: usize,
}

impl Anywhere {
    // The patterns are constants: if they could not be built, every test would show it.
    fn new() -> Option<Self> {
        let numbers: Vec<usize> = patterns().filter(|number| !begins_word(*number)).collect();
        let texts: Vec<&[u8]> = numbers.iter().map(|number| pattern(*number).as_bytes()).collect();
        let longest = texts.iter().map(|text| text.len()).max()?;
        let stems = Stems::of(&texts);
        let whole = AhoCorasick::builder().match_kind(MatchKind::Standard).build(texts).ok()?;
        Some(Self { stems, whole, numbers, longest })
    }

    fn find(&self, text: &str, found: &mut Vec<Place>) {
        let mut near = 0..0;
        self.stems.find(text.as_bytes(), |stem| {
            let (start, end) = (stem.saturating_sub(self.longest), stem + self.longest);
            if start > near.end {
                self.look(text, near.clone(), found);
                near.start = start;
            }
            near.end = end;
        });
        self.look(text, near, found);
    }

    fn look(&self, text: &str, near: Range<usize>, found: &mut Vec<Place>) {
        let input = Input::new(text).span(near.start..near.end.min(text.len()));
        found.extend(self.whole.find_overlapping_iter(input).filter_map(|hit| {
            let pattern = *self.numbers.get(hit.pattern().as_usize())?;
            Some(Place { start: hit.start(), end: hit.end(), pattern })
        }));
    }
}

/// The rarest few bytes of each pattern: where none of them stands, no pattern does.
struct Stems {
    /// A bit for the lowest bits of each of them.
    known: Vec<u64>,
    /// All of them, in order.
    texts: Vec<[u8; STEM]>,
}

impl Stems {
    /// Of patterns, none of them shorter than a stem.
    fn of(patterns: &[&[u8]]) -> Self {
        let mut stems = Self { known: vec![0; KEYS / 64], texts: Vec::new() };
        for pattern in patterns {
            let parts = || pattern.windows(STEM).filter_map(|part| part.first_chunk().copied());
            if parts().any(|part| stems.texts.contains(&part)) {
                continue;
            }
            stems.texts.extend(parts().min_by_key(|part| part.iter().copied().map(commonness).sum::<usize>()));
        }
        stems.texts.sort_unstable();
        for stem in &stems.texts {
            let key = stem.iter().fold(0, |key, byte| Self::key(key, *byte));
            if let Some(bits) = stems.known.get_mut(key / 64) {
                *bits |= 1 << (key % 64);
            }
        }
        stems
    }

    /// The key of the last few bytes, with one more.
    fn key(before: usize, byte: u8) -> usize {
        (before << 5 | usize::from(byte & 31)) % KEYS
    }

    /// Hands over where each one begins.
    fn find(&self, bytes: &[u8], mut each: impl FnMut(usize)) {
        let mut key = 0;
        for (last, byte) in bytes.iter().enumerate() {
            key = Self::key(key, *byte);
            if self.known.get(key / 64).is_some_and(|bits| bits >> (key % 64) & 1 != 0)
                && let Some(start) = (last + 1).checked_sub(STEM)
                && let Some(stem) = bytes.get(start..).and_then(|rest| rest.first_chunk())
                && self.texts.binary_search(stem).is_ok()
            {
                each(start);
            }
        }
    }
}

/// How often a byte stands in prose, by rank.
fn commonness(byte: u8) -> usize {
    b"XZQJKVWGBYPFUMCDLHRNIOTSEA\x80_=:zqjxkvbpygfwmucldrhsnioate -"
        .iter()
        .position(|other| *other == byte)
        .unwrap_or(0)
}

/// How many bytes of a pattern are looked for first.
const STEM: usize = 3;
/// So many keys of the lowest five bits of their bytes.
const KEYS: usize = 1 << (5 * STEM);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What one automaton over all patterns finds, without those inside of words.
    fn plainly(text: &str) -> Vec<Place> {
        let all = AhoCorasick::new(patterns().map(pattern)).unwrap();
        let places = all.find_overlapping_iter(text).map(|hit| Place {
            start: hit.start(),
            end: hit.end(),
            pattern: hit.pattern().as_usize(),
        });
        let inside = |place: &Place| {
            let before = place.start.checked_sub(1).map_or(b' ', |at| text.as_bytes()[at]);
            begins_word(place.pattern) && before.is_ascii_alphabetic()
        };
        places.filter(|place| !inside(place)).collect()
    }

    #[test]
    fn every_pattern_is_found_as_one_automaton_finds_it() {
        let all: Vec<&str> = patterns().map(pattern).collect();
        for separator in [" ", "", "\n", "é", "-", "1"] {
            let text = all.join(separator);
            assert_eq!(of(&text), plainly(&text));
        }
    }

    proptest! {
        #[test]
        fn places_are_those_of_one_automaton(
            parts in prop::collection::vec((0..patterns().end, 0..6_usize, 0..8_usize), 0..20),
        ) {
            let mut text = String::new();
            for (number, cut, between) in parts {
                let part = pattern(number);
                text.push_str(part.get(..part.len() - cut.min(part.len() - 1)).unwrap_or(part));
                text.push_str(["", " ", "x", "_", "\n", "ß", " said the ", "1"][between]);
            }
            prop_assert_eq!(of(&text), plainly(&text));
        }
    }
}
