//! Combining marks. Marks that make a letter of some language are composed with it; where nearly every letter is marked, or
//! marks are stacked or struck through, no language is written and they are dropped.

use unicode_normalization::{UnicodeNormalization, char::canonical_combining_class, char::compose};

use super::super::map::Draft;

/// Whether a character is a combining mark for Latin letters or a Latin letter with one.
pub(super) const fn is_marked(c: char) -> bool {
    is_mark(c) || matches!(c, '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}')
}

const fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

/// Composes marks with their letters, or drops them where they are a disguise.
pub(super) fn fold(text: &str) -> Option<Draft> {
    // Most texts have a few letters with a mark of their own and many without, which costs less than a census.
    let odd = || text.chars().filter(|c| !c.is_ascii());
    let plain = text.bytes().filter(u8::is_ascii_alphabetic).count();
    if !odd().any(is_mark) && odd().filter(|c| is_marked(*c)).count() * 10 < plain * 6 {
        return None;
    }
    let census = Census::of(text);
    let drop = census.is_disguise();
    let bare = drop && census.is_bare();
    if !bare && census.loose == 0 {
        return None;
    }
    let mut draft = Draft::default();
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let mut end = at + c.len_utf8();
        let mut new = if bare && is_marked(c) && !is_mark(c) { base(c) } else { c };
        let mut loose: Vec<(usize, char)> = Vec::new();
        while let Some((place, mark)) = chars.next_if(|(_, next)| is_mark(*next)) {
            end = place + mark.len_utf8();
            if drop && (c.is_alphanumeric() || is_mark(c)) {
                continue;
            }
            match compose(new, mark).filter(|_| loose.is_empty()) {
                Some(composed) => new = composed,
                None => loose.push((place, mark)),
            }
        }
        if drop && is_mark(c) {
            continue;
        }
        match loose.first() {
            None if new == c && end == at + c.len_utf8() => draft.copy(text, at..end),
            None => draft.push(new, at..end),
            Some((place, _)) => {
                draft.push(new, at..*place);
                draft.copy(text, *place..end);
            }
        }
    }
    Some(draft)
}

fn base(c: char) -> char {
    c.nfd().next().unwrap_or(c)
}

/// How the Latin letters of a text are marked.
#[derive(Default)]
struct Census {
    letters: usize,
    /// Letters with marks of either kind.
    marked: usize,
    /// Letters with a mark inside of the character.
    composed: usize,
    /// Marks that are characters of their own.
    loose: usize,
    /// Letters with combining marks, among words that have some.
    loosely_marked: usize,
    letters_of_loose_words: usize,
    /// Third marks on one letter, and marks that cross or enclose it.
    absurd: usize,
}

impl Census {
    fn of(text: &str) -> Self {
        let mut all = Self::default();
        let (mut letters, mut loose) = (0, 0);
        let mut stack = 0;
        for c in text.chars().chain([' ']) {
            if is_mark(c) {
                all.loose += 1;
                stack += 1;
                // Only the first mark on a letter makes the letter a marked one.
                loose += usize::from(stack == 1);
                all.absurd += usize::from(
                    stack == 3
                        || canonical_combining_class(c) == 1
                        || matches!(c, '\u{20d0}'..='\u{20e2}' | '\u{332}' | '\u{333}' | '\u{33f}' | '\u{305}'),
                );
                continue;
            }
            stack = 0;
            if c.is_alphabetic() && (c as u32) < 0x1f00 {
                letters += 1;
                let composed = !c.is_ascii() && is_marked(c) && base(c).is_ascii();
                all.composed += usize::from(composed);
            } else {
                if loose > 0 {
                    all.loosely_marked += loose;
                    all.letters_of_loose_words += letters;
                }
                all.letters += letters;
                (letters, loose) = (0, 0);
            }
        }
        all.marked = all.composed + all.loosely_marked;
        all
    }

    fn is_disguise(&self) -> bool {
        self.absurd >= 2
            || (self.loosely_marked >= 3 && self.loosely_marked * 10 >= self.letters_of_loose_words * 6)
            || self.is_bare()
    }

    /// Whether even composed letters are too many for any language. Vietnamese marks one letter in three.
    fn is_bare(&self) -> bool {
        self.letters >= 12 && self.composed * 10 >= self.letters * 6
    }
}
