//! Where the words stand that say what is beside them. They count where words begin, and a few where words end.

use std::{ops::Range, sync::LazyLock};

use super::{
    super::hints::{self, Heads},
    context::{Context, WORDS},
};

/// Every word of the table in a text, and what it announces, in the order in which they stand.
pub(super) fn find(text: &str) -> Vec<(Range<usize>, Context)> {
    let mut found = Vec::new();
    // The longest word counts, and no other begins in it.
    let mut until = 0;
    HEADS.find(text, |at, numbers| {
        if at < until {
            return;
        }
        let longest = numbers.iter().find_map(|number| {
            let (word, context) = WORDS.get(usize::from(*number))?;
            let range = at..at + word.len();
            let same = text.as_bytes().get(range.clone())?.eq_ignore_ascii_case(word.as_bytes());
            same.then_some((range, word, context))
        });
        if let Some((range, word, context)) = longest {
            until = range.end;
            if is_word(text, &range, word) {
                found.push((range, *context));
            }
        }
    });
    let ends = ends(text);
    if !ends.is_empty() {
        found.extend(ends.into_iter().map(|range| (range, Context::Street)));
        found.sort_by_key(|(range, _)| (range.start, range.end));
        found.dedup_by(|later, earlier| later.0.start < earlier.0.end);
    }
    found
}

/// Not the inside of a longer word. Words of scripts without spaces stand anywhere.
fn is_word(text: &str, range: &Range<usize>, word: &str) -> bool {
    let letter = |c: char| c.is_alphabetic();
    let before = text.get(..range.start).and_then(|head| head.chars().next_back());
    let after = text.get(range.end..).and_then(|tail| tail.chars().next());
    !before.is_some_and(letter) && !after.is_some_and(|c| letter(c) && word.is_ascii())
}

/// The ends of words such as `Bahnhofstraße`, which are streets by their ends alone. They count before a number.
fn ends(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let bytes = text.as_bytes();
    hints::numbers(bytes, |at| {
        let Some(head) = bytes.get(..at).and_then(|head| head.strip_suffix(b" ")) else { return };
        let end = |suffix: &&&str| {
            head.len() > suffix.len()
                && head.get(head.len() - suffix.len()..).is_some_and(|end| end.eq_ignore_ascii_case(suffix.as_bytes()))
        };
        if head.last().is_some_and(u8::is_ascii_alphabetic)
            && let Some(suffix) = SUFFIXES.iter().find(end)
        {
            found.push(head.len() - suffix.len()..head.len());
        }
    });
    found
}

static HEADS: LazyLock<Heads> = LazyLock::new(|| Heads::new(WORDS.iter().map(|(word, _)| *word)));

const SUFFIXES: &[&str] =
    &["straße", "strasse", "straat", "gasse", "allee", "weg", "platz", "laan", "plein", "singel", "boulevard"];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn words_are_those_of_a_plain_look(
            parts in prop::collection::vec((0..WORDS.len(), 0..3_usize, 0..9_usize), 0..14),
        ) {
            let mut text = String::new();
            for (number, cut, between) in parts {
                let word = WORDS[number].0;
                let cut = word.len() - cut.min(word.len() - 1);
                text.push_str(word.get(..cut).unwrap_or(word));
                text.push_str(["", " ", "x", "é", "\n", ": ", " 日", "-", ". "][between]);
            }
            let mut plain = Vec::new();
            let mut until = 0;
            for (at, _) in text.char_indices() {
                let same = |word: &str| {
                    let bytes = text.as_bytes().get(at..at + word.len());
                    bytes.is_some_and(|bytes| bytes.eq_ignore_ascii_case(word.as_bytes()))
                };
                let inside = at.checked_sub(1).is_some_and(|at| text.as_bytes()[at].is_ascii_alphabetic());
                let longest = WORDS.iter().filter(|(word, _)| same(word)).map(|(word, _)| word).max_by_key(|word| word.len());
                if let Some(word) = longest.filter(|_| at >= until && !inside) {
                    until = at + word.len();
                    if is_word(&text, &(at..until), word) {
                        plain.push(at..until);
                    }
                }
            }
            let found: Vec<_> = find(&text).into_iter().map(|(range, _)| range).collect();
            prop_assert_eq!(found, plain);
        }
    }
}
