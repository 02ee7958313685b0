//! Letters of one script that look like those of another. A word is folded if it mixes scripts and all its foreign letters
//! have a double, or if it is made of doubles only and the words around it are not of that script.

use std::ops::Range;

use super::super::map::Draft;

/// Whether a character is of a script that has doubles of Latin letters.
pub(super) const fn is_foreign(c: char) -> bool {
    matches!(c, '\u{370}'..='\u{58f}' | '\u{13a0}'..='\u{13f5}' | '\u{2c80}'..='\u{2cff}' | '\u{a4d0}'..='\u{a4f7}' | '\u{ab70}'..='\u{abbf}' | '\u{1c3}' | '\u{10e7}')
}

/// What a word is, seen by its letters.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    /// Latin letters, or Latin letters and doubles.
    Latin { foreign: bool },
    /// Doubles only: its neighbours tell.
    Unclear,
    /// Letters of a script that are like no Latin ones.
    Foreign,
    /// Cyrillic letters, and Latin ones that look Cyrillic.
    Invaded,
}

/// The text with doubles folded.
pub(super) fn fold(text: &str) -> Option<Draft> {
    let words = words(text);
    let tells = |word: &Word| match word {
        Word::Latin { .. } => Some(true),
        Word::Foreign | Word::Invaded => Some(false),
        Word::Unclear => None,
    };
    // What the nearest telling word after each word says.
    let mut next = None;
    let mut after: Vec<Option<bool>> = Vec::with_capacity(words.len());
    for (_, word) in words.iter().rev() {
        after.push(next);
        next = tells(word).or(next);
    }
    // A text of nothing but doubles is no text of its own script, unless it is a word or two.
    let unclear: usize = words.iter().filter(|(_, word)| *word == Word::Unclear).map(|(range, _)| range.len()).sum();
    let alone = unclear > 16;
    let mut before = None;
    let mut draft = Draft::default();
    let mut copied = 0;
    for ((range, word), after) in words.into_iter().zip(after.into_iter().rev()) {
        let folded = match word {
            Word::Latin { foreign } => foreign,
            Word::Invaded => true,
            Word::Unclear => match (before, after) {
                (None, None) => alone,
                (one, other) => one != Some(false) && other != Some(false),
            },
            Word::Foreign => false,
        };
        before = tells(&word).or(before);
        if !folded {
            continue;
        }
        draft.copy(text, copied..range.start);
        copied = range.end;
        for (at, c) in text.get(range.clone()).unwrap_or_default().char_indices() {
            let place = range.start + at..range.start + at + c.len_utf8();
            let new = if word == Word::Invaded { cyrillic(c) } else { latin(c) };
            match new.filter(|_| word == Word::Invaded || is_foreign(c)) {
                Some(new) => draft.push(new, place),
                None => draft.copy(text, place),
            }
        }
    }
    draft.copy(text, copied..text.len());
    (copied > 0).then_some(draft)
}

/// Every word that tells or may be folded.
fn words(text: &str) -> Vec<(Range<usize>, Word)> {
    let mut found = Vec::new();
    let mut start = None;
    let mut census = Census::default();
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        if c.is_alphabetic() {
            start.get_or_insert(at);
            census.add(c);
        } else if let Some(start) = start.take() {
            found.extend(std::mem::take(&mut census).word().map(|word| (start..at, word)));
        }
    }
    found
}

#[derive(Default)]
struct Census {
    latin: usize,
    latin_without_double: usize,
    doubles: usize,
    cyrillic_doubles: usize,
    natural: usize,
    cyrillic: usize,
    other: usize,
}

impl Census {
    fn add(&mut self, c: char) {
        let is_cyrillic = matches!(c, '\u{400}'..='\u{52f}');
        if is_foreign(c) {
            self.cyrillic += usize::from(is_cyrillic);
            if latin(c).is_some() {
                self.doubles += 1;
                self.cyrillic_doubles += usize::from(is_cyrillic);
            } else {
                self.natural += 1;
            }
        } else if (c as u32) < 0x250 || matches!(c, '\u{1e00}'..='\u{1eff}') {
            self.latin += 1;
            self.latin_without_double += usize::from(!has_double(c));
        } else {
            self.other += 1;
        }
    }

    fn word(&self) -> Option<Word> {
        match (self.latin, self.doubles, self.natural) {
            _ if self.other > 0 => None,
            (0, 0, 0) => None,
            (1.., _, 0) => Some(Word::Latin { foreign: self.doubles > 0 }),
            (0, _, 0) => Some(Word::Unclear),
            (latin, _, natural)
                if latin > 0 && self.latin_without_double == 0 && natural >= latin && self.cyrillic >= 3 =>
            {
                Some(Word::Invaded)
            }
            (latin, ..) if latin > 0 => None,
            _ => Some(Word::Foreign),
        }
    }
}

/// The Latin letter that a letter looks like.
fn latin(c: char) -> Option<char> {
    let place = DOUBLES.binary_search_by_key(&c, |(double, _)| *double).ok()?;
    DOUBLES.get(place).map(|(_, latin)| *latin)
}

/// The Cyrillic letter that a Latin letter looks like.
fn cyrillic(c: char) -> Option<char> {
    let place = "aceiopxyABCEHIKMOPTX".chars().position(|latin| latin == c)?;
    "асеіорхуАВСЕНІКМОРТХ".chars().nth(place)
}

/// Whether a Latin letter looks like a Cyrillic one.
const fn has_double(c: char) -> bool {
    matches!(
        c,
        'a' | 'c'
            | 'e'
            | 'i'
            | 'o'
            | 'p'
            | 'x'
            | 'y'
            | 'A'
            | 'B'
            | 'C'
            | 'E'
            | 'H'
            | 'I'
            | 'K'
            | 'M'
            | 'O'
            | 'P'
            | 'T'
            | 'X'
    )
}

/// Sorted by character.
const DOUBLES: &[(char, char)] = &[
    ('\u{391}', 'A'),
    ('\u{392}', 'B'),
    ('\u{395}', 'E'),
    ('\u{396}', 'Z'),
    ('\u{397}', 'H'),
    ('\u{399}', 'I'),
    ('\u{39a}', 'K'),
    ('\u{39c}', 'M'),
    ('\u{39d}', 'N'),
    ('\u{39f}', 'O'),
    ('\u{3a1}', 'P'),
    ('\u{3a4}', 'T'),
    ('\u{3a5}', 'Y'),
    ('\u{3a7}', 'X'),
    ('\u{3b1}', 'a'),
    ('\u{3b3}', 'y'),
    ('\u{3b9}', 'i'),
    ('\u{3ba}', 'k'),
    ('\u{3bd}', 'v'),
    ('\u{3bf}', 'o'),
    ('\u{3c1}', 'p'),
    ('\u{3c4}', 't'),
    ('\u{3c5}', 'u'),
    ('\u{3c7}', 'x'),
    ('\u{3f2}', 'c'),
    ('\u{3f3}', 'j'),
    ('\u{405}', 'S'),
    ('\u{406}', 'I'),
    ('\u{408}', 'J'),
    ('\u{410}', 'A'),
    ('\u{412}', 'B'),
    ('\u{415}', 'E'),
    ('\u{41a}', 'K'),
    ('\u{41c}', 'M'),
    ('\u{41d}', 'H'),
    ('\u{41e}', 'O'),
    ('\u{420}', 'P'),
    ('\u{421}', 'C'),
    ('\u{422}', 'T'),
    ('\u{423}', 'Y'),
    ('\u{425}', 'X'),
    ('\u{430}', 'a'),
    ('\u{435}', 'e'),
    ('\u{43e}', 'o'),
    ('\u{440}', 'p'),
    ('\u{441}', 'c'),
    ('\u{443}', 'y'),
    ('\u{445}', 'x'),
    ('\u{455}', 's'),
    ('\u{456}', 'i'),
    ('\u{458}', 'j'),
    ('\u{475}', 'v'),
    ('\u{4ae}', 'Y'),
    ('\u{4af}', 'y'),
    ('\u{4bb}', 'h'),
    ('\u{4bd}', 'e'),
    ('\u{4cf}', 'l'),
    ('\u{501}', 'd'),
    ('\u{50c}', 'G'),
    ('\u{51a}', 'Q'),
    ('\u{51b}', 'q'),
    ('\u{51c}', 'W'),
    ('\u{51d}', 'w'),
    ('\u{53c}', 'L'),
    ('\u{54d}', 'U'),
    ('\u{54f}', 'S'),
    ('\u{555}', 'O'),
    ('\u{561}', 'w'),
    ('\u{563}', 'q'),
    ('\u{566}', 'q'),
    ('\u{570}', 'h'),
    ('\u{575}', 'j'),
    ('\u{578}', 'n'),
    ('\u{57d}', 'u'),
    ('\u{581}', 'g'),
    ('\u{585}', 'o'),
    ('\u{13a0}', 'D'),
    ('\u{13a1}', 'R'),
    ('\u{13a2}', 'T'),
    ('\u{13a9}', 'Y'),
    ('\u{13aa}', 'A'),
    ('\u{13ab}', 'J'),
    ('\u{13ac}', 'E'),
    ('\u{13b3}', 'W'),
    ('\u{13b7}', 'M'),
    ('\u{13bb}', 'H'),
    ('\u{13c0}', 'G'),
    ('\u{13c3}', 'Z'),
    ('\u{13d9}', 'V'),
    ('\u{13da}', 'S'),
    ('\u{13de}', 'L'),
    ('\u{13df}', 'C'),
    ('\u{13e2}', 'P'),
    ('\u{13e6}', 'K'),
    ('\u{13f4}', 'B'),
    ('\u{2c81}', 'a'),
    ('\u{2c82}', 'B'),
    ('\u{2c92}', 'I'),
    ('\u{2c94}', 'K'),
    ('\u{2c98}', 'M'),
    ('\u{2c9a}', 'N'),
    ('\u{2c9e}', 'O'),
    ('\u{2c9f}', 'o'),
    ('\u{2ca2}', 'P'),
    ('\u{2ca3}', 'p'),
    ('\u{2ca4}', 'C'),
    ('\u{2ca5}', 'c'),
    ('\u{2ca6}', 'T'),
    ('\u{2ca8}', 'Y'),
    ('\u{2cac}', 'X'),
    ('\u{a4d0}', 'B'),
    ('\u{a4d1}', 'P'),
    ('\u{a4d3}', 'D'),
    ('\u{a4d4}', 'T'),
    ('\u{a4d6}', 'G'),
    ('\u{a4d7}', 'K'),
    ('\u{a4d9}', 'J'),
    ('\u{a4da}', 'C'),
    ('\u{a4dc}', 'Z'),
    ('\u{a4dd}', 'F'),
    ('\u{a4df}', 'M'),
    ('\u{a4e0}', 'N'),
    ('\u{a4e1}', 'L'),
    ('\u{a4e2}', 'S'),
    ('\u{a4e3}', 'R'),
    ('\u{a4e6}', 'V'),
    ('\u{a4e7}', 'H'),
    ('\u{a4ea}', 'W'),
    ('\u{a4eb}', 'X'),
    ('\u{a4ec}', 'Y'),
    ('\u{a4ee}', 'A'),
    ('\u{a4f0}', 'E'),
    ('\u{a4f2}', 'I'),
    ('\u{a4f3}', 'O'),
    ('\u{a4f4}', 'U'),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted() {
        assert!(DOUBLES.is_sorted_by_key(|(double, _)| *double));
    }

    #[test]
    fn words_are_judged_by_their_neighbours() {
        let folded = |text: &str| fold(text).map_or(text.to_owned(), |draft| draft.text);
        assert_eq!(folded("the ассеѕѕ code"), "the access code");
        assert_eq!(folded("рос и сор во дворе"), "рос и сор во дворе");
        assert_eq!(folded("прoмпт для мoдели"), "промпт для модели");
        assert_eq!(folded("ѕсоре а ѕоар ріре"), "scope a soap pipe");
    }
}
