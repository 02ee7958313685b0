//! Text without what does not make another word: case, composed or not, widths, kinds of spaces. Every byte of it knows where
//! it comes from.

use std::ops::Range;

use unicode_normalization::char::{decompose_compatible, is_combining_mark};

/// A folded text.
#[derive(Debug, Default)]
pub(super) struct Folded {
    pub(super) text: String,
    /// For every byte, and for the end, where the character that it comes from begins.
    from: Vec<usize>,
}

/// Folds a text: compatibility decomposition, the small form of the capital form (so that `ß` is `ss` and `ς` is `σ`), and one
/// space for every run of them.
pub(super) fn folded(text: &str) -> Folded {
    let mut folded = Folded { text: String::with_capacity(text.len()), from: Vec::with_capacity(text.len() + 1) };
    for (at, c) in text.char_indices() {
        if c.is_ascii() && !c.is_ascii_whitespace() {
            folded.push(c.to_ascii_lowercase(), at);
        } else if c.is_whitespace() {
            if !folded.text.ends_with(' ') {
                folded.push(' ', at);
            }
        } else {
            decompose_compatible(c, |part| {
                part.to_uppercase().flat_map(char::to_lowercase).for_each(|part| folded.push(part, at));
            });
        }
    }
    folded.from.push(text.len());
    folded
}

impl Folded {
    fn push(&mut self, c: char, from: usize) {
        self.text.push(c);
        self.from.resize(self.text.len(), from);
    }

    /// The bytes of the original; none if only a part of a character is meant.
    pub(super) fn original(&self, range: Range<usize>) -> Option<Range<usize>> {
        let start = *self.from.get(range.start)?;
        let end = *self.from.get(range.end)?;
        let before = range.start.checked_sub(1).and_then(|at| self.from.get(at));
        let last = self.from.get(range.end.checked_sub(1)?)?;
        (before != Some(&start) && *last != end).then_some(start..end)
    }
}

/// Whether no word goes on before or behind this part of a text.
pub(super) fn is_whole(text: &str, range: &Range<usize>) -> bool {
    let (Some(head), Some(word), Some(tail)) =
        (text.get(..range.start), text.get(range.clone()), text.get(range.end..))
    else {
        return false;
    };
    let joins = |one: Option<char>, other: Option<char>| {
        let within = |c: &char| (c.is_alphanumeric() || is_combining_mark(*c)) && !is_unspaced(*c);
        one.as_ref().is_some_and(within) && other.as_ref().is_some_and(within)
    };
    let (last, next) = (word.chars().next_back(), tail.chars().next());
    // Particles of Korean stand behind a word without a space.
    let particle = last.is_some_and(is_hangul) && next.is_some_and(is_hangul);
    !joins(head.chars().next_back(), word.chars().next()) && (particle || !joins(last, next))
}

/// Letters of scripts that put no space between words: Thai, Lao, Myanmar, Khmer, kana, Han.
const fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3040}'..='\u{30ff}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

const fn is_hangul(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{11ff}' | '\u{ac00}'..='\u{d7a3}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_text_is_found_in_itself(text in "\\PC{0,40}") {
            let folded = folded(&text);
            prop_assert_eq!(folded.original(0..folded.text.len()), (!text.is_empty()).then_some(0..text.len()));
            prop_assert_eq!(folded.from.len(), folded.text.len() + 1);
        }

        #[test]
        fn places_are_those_of_characters(text in "\\PC{0,20}", start in 0..40_usize, len in 0..20_usize) {
            if let Some(range) = folded(&text).original(start..start + len) {
                prop_assert!(text.get(range).is_some());
            }
        }
    }
}
