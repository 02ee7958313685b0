//! Pig Latin: what stands before the first vowel of a word is moved to its end, with `ay` behind it.

use std::{ops::Range, sync::LazyLock};

use memchr::memmem::Finder;

use super::{
    super::{letters, map::Draft},
    Part, Step, alone, words,
};

pub(super) fn find(text: &str, parts: &mut Vec<Part>) {
    let bytes = text.as_bytes();
    if bytes.len() < LEAST {
        return;
    }
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    for word in bytes.split(|byte| !byte.is_ascii_alphabetic()).chain([b"end".as_slice()]) {
        let place = at..at + word.len();
        at = place.end + 1;
        if word.is_empty() {
            continue;
        }
        if word.len() > 2
            && word.len() < LONGEST
            && word.get(word.len() - 2..).is_some_and(|end| end.eq_ignore_ascii_case(b"ay"))
        {
            found.push(place);
        } else {
            close(text, &found, parts);
            found.clear();
        }
    }
}

/// Whether words near each other end so. A few do in any text.
pub(super) fn is_likely(text: &str) -> bool {
    let bytes = text.as_bytes();
    ENDINGS.iter().any(|ending| {
        let mut last = 0;
        let mut count = 0;
        ending.find_iter(bytes).any(|at| {
            if bytes.get(at + 2).is_none_or(|next| !next.is_ascii_alphabetic()) {
                count = if at - last < LONGEST { count + 1 } else { 1 };
                last = at;
            }
            count >= FEWEST
        })
    })
}

fn close(text: &str, found: &[Range<usize>], parts: &mut Vec<Part>) {
    let (Some(first), Some(last)) = (found.first(), found.last()) else { return };
    if found.len() < FEWEST {
        return;
    }
    let mut draft = Draft::default();
    let mut known = 0;
    let mut end = first.start;
    for place in found {
        draft.copy(text, end..place.start);
        let Some(word) = text.get(place.clone()) else { continue };
        let word = word_of(&word.to_ascii_lowercase());
        known += usize::from(words::is_known(&word));
        word.chars().for_each(|c| draft.push(c, place.clone()));
        end = place.end;
    }
    if known * 2 >= found.len() {
        alone(text, draft, first.start..last.end, Step::PigLatin, parts);
    }
}

/// The likeliest word. How many letters were moved is not written.
fn word_of(written: &str) -> String {
    let stem = written.strip_suffix("ay").unwrap_or(written);
    let moved = stem.len() - stem.trim_end_matches(|c| !matches!(c, 'a' | 'e' | 'i' | 'o' | 'u')).len();
    let turned = (0..=moved.min(4)).filter_map(|count| {
        let (head, tail) = stem.split_at_checked(stem.len() - count)?;
        Some(format!("{tail}{head}"))
    });
    // A word that begins with a vowel has a letter put in for ease.
    let eased = stem.strip_suffix(['w', 'y', 'h']).map(ToOwned::to_owned);
    let level =
        |word: &String| letters::word(word.bytes().map(letters::symbol)) + if words::is_known(word) { 1000 } else { 0 };
    turned.chain(eased).max_by_key(level).unwrap_or_default()
}

static ENDINGS: LazyLock<[Finder<'static>; 2]> = LazyLock::new(|| ["ay", "AY"].map(Finder::new));
/// The fewest words, and the longest one.
const FEWEST: usize = 4;
/// The shortest text, in bytes.
const LEAST: usize = 24;
const LONGEST: usize = 32;
