//! Words in which look-alike letters of another script stand among Latin ones.

use palisade_base::Confidence;

use crate::Hit;

/// Words with at least three Latin letters whose other letters all look like Latin ones.
pub(super) fn find(lines: impl Iterator<Item = impl Iterator<Item = (usize, char)>>) -> Vec<Hit> {
    let mut words = Vec::new();
    let mut word: Option<Word> = None;
    for (at, c) in lines.flatten() {
        if c.is_alphabetic() {
            word.get_or_insert(Word { start: at, latin: 0, alike: 0, other: 0 }).add(c);
        } else if let Some(word) = word.take().filter(Word::is_mixed)
            && words.len() < MANY
        {
            words.push(word.start..at);
        }
    }
    let confidence = if words.len() > 1 { Confidence::Medium } else { Confidence::Low };
    words.into_iter().map(|range| Hit { range, kind: "mixed-script", confidence }).collect()
}

/// Whether a line may hold a letter that looks Latin, by the first bytes of the scripts of [`LOOK_LATIN`].
pub(super) fn may_hold(line: &[u8]) -> bool {
    line.iter().any(|byte| (0xcd..=0xd6).contains(byte))
}

struct Word {
    start: usize,
    latin: usize,
    alike: usize,
    other: usize,
}

impl Word {
    fn add(&mut self, c: char) {
        match c {
            c if c < '\u{250}' && c != '\u{b5}' => self.latin += 1,
            c if LOOK_LATIN.contains(c) => self.alike += 1,
            _ => self.other += 1,
        }
    }

    fn is_mixed(&self) -> bool {
        self.latin >= 3 && self.alike > 0 && self.alike <= self.latin && self.other == 0
    }
}

/// Cyrillic, Greek and Armenian letters that most fonts draw like Latin ones (UTS 39 confusables).
const LOOK_LATIN: &str = "аеорсухіјѕһԁԛԝѵАВЕКМНОРСТУХІЈЅοινΑΒΕΖΗΙΚΜΝΟΡΤΥΧօսցհո";
const MANY: usize = 64;

#[cfg(test)]
mod tests {
    use super::{super::tests::kinds, *};

    #[test]
    fn no_line_with_a_look_alike_is_passed_over() {
        assert!(LOOK_LATIN.chars().all(|c| may_hold(c.to_string().as_bytes())));
        assert!(!may_hold("“Schöne Grüße” – 日本語".as_bytes()));
    }

    #[test]
    fn look_alikes() {
        assert_eq!(kinds("p\u{430}ssw\u{43e}rd"), ["mixed-script"]);
        assert_eq!(kinds("слово and word, IT-отдел, Яndex"), Vec::<&str>::new());
    }
}
