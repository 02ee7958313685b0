//! Letters by name or number: the spelling alphabet of aviation (ICAO), and numbers from 1 to 26.

use std::ops::Range;

use super::{super::letters, super::map::Draft, Part, Step, alone};

/// Words of the spelling alphabet.
pub(super) fn find(text: &str, parts: &mut Vec<Part>) {
    let bytes = text.as_bytes();
    let mut list = List::default();
    let mut at = 0;
    for word in bytes.split(|byte| !byte.is_ascii_alphabetic()).chain([b"end".as_slice()]) {
        let place = at..at + word.len();
        at = place.end + 1;
        if word.is_empty() {
            continue;
        }
        // `X-ray` is two words.
        if word.eq_ignore_ascii_case(b"x") {
            continue;
        }
        let letter = letter(word);
        let start = if letter == Some('x') && word.len() == 3 { place.start.saturating_sub(2) } else { place.start };
        list.add(text, letter, start..place.end, Step::SpellingAlphabet, parts);
    }
}

/// Numbers of letters.
pub(super) fn numbers(text: &str, stretches: &[Range<usize>], parts: &mut Vec<Part>) {
    for stretch in stretches {
        let mut list = List::default();
        let mut at = stretch.start;
        let all = text.as_bytes().get(stretch.clone()).unwrap_or_default();
        // A number is a run of digits at least, and runs are soon counted.
        let digits = |byte: &u8| usize::from(byte.is_ascii_digit());
        let begins = all.iter().zip(all.get(1..).unwrap_or_default()).map(|(one, next)| digits(next) & !digits(one));
        if begins.sum::<usize>() + all.first().map_or(0, digits) < FEWEST {
            continue;
        }
        for word in all.split(|byte| !byte.is_ascii_alphanumeric()).chain([b"end".as_slice()]) {
            let place = at..at + word.len();
            at = place.end + 1;
            if word.is_empty() {
                continue;
            }
            let digits = Some(word).filter(|word| word.first().is_some_and(u8::is_ascii_digit));
            let number =
                digits.and_then(|digits| std::str::from_utf8(digits).ok()).and_then(|digits| digits.parse::<u8>().ok());
            let letter = number.filter(|number| (1..=26).contains(number)).map(|number| char::from(b'a' + number - 1));
            list.add(text, letter, place, Step::Numbers, parts);
        }
    }
}

/// Letters that follow each other, and the gaps between them.
#[derive(Default)]
struct List {
    letters: Vec<(char, Range<usize>)>,
}

impl List {
    /// Takes the next letter; what is none ends the list.
    fn add(&mut self, text: &str, letter: Option<char>, place: Range<usize>, step: Step, parts: &mut Vec<Part>) {
        let far = self.letters.last().is_some_and(|(_, last)| place.start.saturating_sub(last.end) > WIDEST);
        if (letter.is_none() || far) && !self.letters.is_empty() {
            std::mem::take(self).close(text, step, parts);
        }
        if let Some(letter) = letter {
            self.letters.push((letter, place));
        }
    }

    fn close(self, text: &str, step: Step, parts: &mut Vec<Part>) {
        let (Some((_, head)), Some((_, tail))) = (self.letters.first(), self.letters.last()) else { return };
        if self.letters.len() < FEWEST {
            return;
        }
        let source = head.start..tail.end;
        let gap = |pair: &[(char, Range<usize>)]| {
            pair.first()
                .zip(pair.last())
                .and_then(|((_, one), (_, other))| text.get(one.end..other.start))
                .unwrap_or_default()
        };
        // The commonest gap joins letters, others part words.
        let mut gaps: Vec<&str> = self.letters.windows(2).map(gap).collect();
        gaps.sort_unstable();
        let joint = gaps.chunk_by(|one, other| one == other).max_by_key(|same| same.len()).and_then(<[&str]>::first);
        let mut draft = Draft::default();
        let mut end = source.start;
        for (letter, place) in &self.letters {
            let gap = text.get(end..place.start).unwrap_or_default();
            if end > source.start && joint.is_some_and(|joint| *joint != gap) {
                draft.push(' ', end..place.start);
            }
            draft.push(*letter, place.clone());
            end = place.end;
        }
        // Numbers are mostly just that.
        if step != Step::Numbers || letters::is_language(&draft.text) {
            alone(text, draft, source, step, parts);
        }
    }
}

/// The letter that a word stands for.
fn letter(word: &[u8]) -> Option<char> {
    let names = NAMES.get(usize::from(letters::symbol(*word.first()?)).checked_sub(1)?)?;
    let (_, first) = word.split_first()?;
    let known =
        names.split(' ').any(|name| name.as_bytes().get(1..).is_some_and(|rest| rest.eq_ignore_ascii_case(first)));
    match names.as_bytes().first() {
        // `X-ray` is found by its second word.
        Some(b'r') if word.eq_ignore_ascii_case(b"ray") => Some('x'),
        Some(letter) => known.then_some(char::from(*letter)),
        None => None,
    }
}

/// The names of each letter.
const NAMES: [&str; 26] = [
    "alfa alpha",
    "bravo",
    "charlie",
    "delta",
    "echo",
    "foxtrot",
    "golf",
    "hotel",
    "india",
    "juliett juliet",
    "kilo",
    "lima",
    "mike",
    "november",
    "oscar",
    "papa",
    "quebec",
    "romeo",
    "sierra",
    "tango",
    "uniform",
    "victor",
    "whiskey whisky",
    "xray",
    "yankee",
    "zulu",
];
/// The fewest letters, and the widest gap between two, in bytes.
const FEWEST: usize = 12;
const WIDEST: usize = 6;
