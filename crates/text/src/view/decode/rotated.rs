//! Shifted alphabets and reversed letters, looked for where the letters are unlike a language: stretches of words are taken
//! that read far better the other way.

use std::ops::Range;

use super::{super::letters, super::map::Draft, Part, Step};

pub(super) fn find(text: &str, odd: &[Range<usize>], parts: &mut Vec<Part>) {
    for stretch in odd {
        let words = words(text.as_bytes(), stretch.clone());
        let counts = count(text.as_bytes(), &words);
        let mut codes = vec![Code { letters: Letters::Shift(0), backwards: true }, Code::forwards(Letters::Shift(13))];
        for letters in likeliest(&counts) {
            codes.extend([false, true].map(|backwards| Code { letters, backwards }));
        }
        codes.dedup();
        let own: Vec<i32> = words.iter().map(|word| level(text, word, PLAIN)).collect();
        let found = codes.into_iter().filter_map(|code| best(text, &words, &own, code)).max_by_key(|found| found.gain);
        if let Some(found) = found {
            found.read(text, parts);
        }
    }
}

/// What was done to the letters, and in which order they stand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Code {
    letters: Letters,
    backwards: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Letters {
    /// Each letter so many places on.
    Shift(u8),
    /// The alphabet from its end.
    Mirror,
}

impl Letters {
    /// The number of the letter that a letter stands for.
    const fn of(self, symbol: u8) -> u8 {
        match self {
            _ if symbol == 0 => 0,
            Self::Shift(places) => (symbol - 1 + places) % 26 + 1,
            Self::Mirror => 27 - symbol,
        }
    }

    /// The letter that a character stands for.
    fn read(self, c: char) -> char {
        let symbol = u8::try_from(c).map_or(0, letters::symbol);
        let first = if c.is_ascii_uppercase() { b'A' } else { b'a' };
        if symbol == 0 { c } else { char::from(first + self.of(symbol) - 1) }
    }
}

impl Code {
    const fn forwards(letters: Letters) -> Self {
        Self { letters, backwards: false }
    }

    const fn step(self) -> Step {
        match self.letters {
            Letters::Shift(0) => Step::Reversed,
            Letters::Shift(13) => Step::Rot13,
            _ => Step::Shifted,
        }
    }

    /// Whether it is common, so that less has to speak for it.
    fn is_common(self) -> bool {
        self == Self::forwards(Letters::Shift(13)) || self.letters == Letters::Shift(0)
    }
}

const PLAIN: Code = Code::forwards(Letters::Shift(0));

struct Found {
    code: Code,
    source: Range<usize>,
    gain: i32,
}

impl Found {
    fn read(self, text: &str, parts: &mut Vec<Part>) {
        let source = self.source;
        let Some(part) = text.get(source.clone()) else { return };
        let place = |at: usize, c: char| source.start + at..source.start + at + c.len_utf8();
        let code = self.code;
        let read = |c: char| code.letters.read(c);
        let step = code.step();
        if code.backwards {
            let mut all = Draft::default();
            part.char_indices().rev().for_each(|(at, c)| all.push(read(c), place(at, c)));
            let mut words = Draft::default();
            let mut word = Vec::new();
            for (at, c) in part.char_indices().chain([(part.len(), ' ')]) {
                if c.is_whitespace() {
                    word.drain(..).rev().for_each(|(at, c)| words.push(read(c), place(at, c)));
                    words.copy(text, place(at, c));
                } else {
                    word.push((at, c));
                }
            }
            let by_words = if step == Step::Reversed { Step::ReversedWords } else { step };
            parts.push(Part { draft: all, step, source: source.clone() });
            parts.push(Part { draft: words, step: by_words, source });
            return;
        }
        let mut draft = Draft::default();
        part.char_indices().for_each(|(at, c)| draft.push(read(c), place(at, c)));
        parts.push(Part { draft, step, source });
    }
}

/// The stretch of words that gains most by the code, if that is enough.
fn best(text: &str, words: &[Range<usize>], own: &[i32], code: Code) -> Option<Found> {
    let gain = |word: &Range<usize>, own: i32| {
        let len = i32::try_from(word.len()).unwrap_or(i32::MAX);
        (level(text, word, code) - own - len * MARGIN).min(len * CAP)
    };
    let gains: Vec<i32> = words.iter().zip(own).map(|(word, own)| gain(word, *own)).collect();
    let (mut sum, mut from) = (0, 0);
    let mut best: Option<(i32, usize, usize)> = None;
    for (number, gain) in gains.iter().enumerate() {
        if sum <= 0 {
            (sum, from) = (0, number);
        }
        sum += gain;
        if best.is_none_or(|(most, ..)| sum > most) {
            best = Some((sum, from, number));
        }
    }
    let least = if code.is_common() { LEAST_GAIN } else { 2 * LEAST_GAIN };
    let (gain, mut from, mut to) = best.filter(|(gain, ..)| *gain >= least)?;
    let letters: usize = words.get(from..=to)?.iter().map(Range::len).sum();
    let decoded: i32 = words.get(from..=to)?.iter().map(|word| level(text, word, code)).sum();
    if letters < LEAST_LETTERS || decoded < LEAST_LEVEL * i32::try_from(letters).ok()? {
        return None;
    }
    // Words at either end that read about as badly both ways, and the few that are left up to the end of the text, belong to
    // it as well.
    let joins = |number: usize, left: usize| {
        let word = words.get(number)?;
        let len = i32::try_from(word.len()).ok()?;
        (*gains.get(number)? > -8 * len || left < REST).then_some(())
    };
    while from > 0 && joins(from - 1, words.get(from).map_or(0, |word| word.start)).is_some() {
        from -= 1;
    }
    while joins(to + 1, words.get(to).map_or(0, |word| text.len() - word.end)).is_some() {
        to += 1;
    }
    // So do the signs beside the words.
    let (start, end) = (words.get(from)?.start, words.get(to)?.end);
    let head =
        text.get(..start)?.chars().rev().take(16).take_while(|c| !c.is_whitespace()).map(char::len_utf8).sum::<usize>();
    let tail = text.get(end..)?.chars().take(16).take_while(|c| !c.is_whitespace()).map(char::len_utf8).sum::<usize>();
    let (start, end) = (start - head, end + tail);
    let start = if start < REST { 0 } else { start };
    let end = if text.len() - end < REST { text.len() } else { end };
    Some(Found { code, source: start..end, gain })
}

/// Words of ASCII letters that begin in a stretch, and the one that it begins in, 32 letters back at most. What stands beside
/// digits or other letters is a part of something else, and left out.
fn words(bytes: &[u8], stretch: Range<usize>) -> Vec<Range<usize>> {
    let is_letter = |byte: &u8| letters::symbol(*byte) > 0;
    // The word that the stretch begins in is taken whole.
    let start = stretch.start
        - bytes
            .get(..stretch.start)
            .map_or(0, |head| head.iter().rev().take(32).take_while(|byte| is_letter(byte)).count());
    let mut found = Vec::new();
    let mut at = start;
    for word in bytes.get(start..).unwrap_or_default().split(|byte| !is_letter(byte)) {
        if at >= stretch.end {
            break;
        }
        // Words beside digits are parts of numbers and names, words beside other letters are parts of words.
        let beside = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_digit() || *byte >= 0x80);
        let cut = beside(at.checked_sub(1).and_then(|at| bytes.get(at))) || beside(bytes.get(at + word.len()));
        if !word.is_empty() && !cut {
            found.push(at..at + word.len());
        }
        at += word.len() + 1;
    }
    found
}

fn level(text: &str, word: &Range<usize>, code: Code) -> i32 {
    let symbols = text
        .as_bytes()
        .get(word.clone())
        .unwrap_or_default()
        .iter()
        .map(|byte| code.letters.of(letters::symbol(*byte)));
    if code.backwards { letters::word(symbols.rev()) } else { letters::word(symbols) }
}

fn count(bytes: &[u8], words: &[Range<usize>]) -> [i32; 27] {
    let mut counts = [0; 27];
    for byte in words.iter().filter_map(|word| bytes.get(word.clone())).flatten() {
        if let Some(count) = counts.get_mut(usize::from(letters::symbol(*byte))) {
            *count += 1;
        }
    }
    counts
}

/// The other codes under which single letters are most like a language.
fn likeliest(counts: &[i32; 27]) -> impl Iterator<Item = Letters> {
    let fit = |code: Letters| -> i32 {
        let letters = (1_u8..).zip(counts.iter().skip(1));
        letters
            .map(|(symbol, count)| count * FREQUENT.get(usize::from(code.of(symbol))).copied().unwrap_or_default())
            .sum()
    };
    let plain = fit(Letters::Shift(0));
    let best = (1..26).map(Letters::Shift).chain([Letters::Mirror]).max_by_key(|code| fit(*code));
    best.filter(|code| fit(*code) > plain).into_iter()
}

/// How frequent letters are, roughly: -log2 of the share, negated, in tenths. The first is for no letter.
const FREQUENT: [i32; 27] = [
    0, -36, -61, -52, -46, -30, -55, -57, -41, -37, -93, -70, -46, -53, -38, -37, -56, -101, -40, -39, -35, -52, -67,
    -54, -93, -58, -104,
];
/// What each letter must gain for its word to be taken in, and the most that it counts.
const MARGIN: i32 = 6;
const CAP: i32 = 40;
const LEAST_GAIN: i32 = 320;
const LEAST_LETTERS: usize = 14;
const LEAST_LEVEL: i32 = -4;
/// What is left at an end of the text and belongs to what is before it, in bytes.
const REST: usize = 24;
