//! Words written as one: without blanks, with a capital or a sign at each, or one a line. Each is read with blanks if the
//! words may be an order.

use std::ops::Range;

use super::{
    super::map::Draft,
    Edit, Part, Step, in_place,
    words::{self, Orders},
};

/// Words in stretches without white space.
pub(super) fn find(text: &str, runs: &[Range<usize>], parts: &mut Vec<Part>) {
    let mut edits = Vec::new();
    for run in runs {
        let Some(part) = text.get(run.clone()) else { continue };
        let letters = part.bytes().filter(u8::is_ascii_alphabetic).count();
        if letters < LEAST || letters * 4 < part.len() * 3 && part.is_ascii() || !Orders::possible_in(part.as_bytes()) {
            continue;
        }
        let words = cut(part);
        let mut orders = Orders::default();
        words.iter().filter_map(|word| part.get(word.clone())).for_each(|word| orders.add(word));
        if orders.are_likely() {
            edits.push(read(text, words.into_iter().map(|word| word.start + run.start..word.end + run.start)));
        }
    }
    in_place(text, edits, Step::Joined, parts);
}

/// Words of which each has a line.
pub(super) fn lines(text: &str, parts: &mut Vec<Part>) {
    let bytes = text.as_bytes();
    // So many lines have one end less, and a part of a text is most often one line.
    if memchr::memchr_iter(b'\n', bytes).nth(FEWEST_LINES - 2).is_none() {
        return;
    }
    let mut edits = Vec::new();
    let mut words: Vec<Range<usize>> = Vec::new();
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', bytes).chain([bytes.len()]) {
        let line = start..end;
        start = end + 1;
        if line.len() > LONGEST_LINE {
            close(text, &mut words, &mut edits);
            continue;
        }
        // Blanks, marks of a list, signs at either end.
        let whole = bytes.get(line.clone()).unwrap_or_default();
        let Some(first) = whole.iter().position(|byte| byte.is_ascii_alphanumeric() || *byte >= 0x80) else {
            if whole.iter().any(u8::is_ascii_graphic) {
                close(text, &mut words, &mut edits);
            }
            continue;
        };
        let last = whole.iter().rposition(|byte| byte.is_ascii_alphanumeric() || *byte >= 0x80).unwrap_or(first);
        let word = whole.get(first..=last).unwrap_or_default();
        if word.iter().all(|byte| byte.is_ascii_alphabetic() || *byte == b'\'') {
            words.push(line.start + first..line.start + last + 1);
        } else {
            close(text, &mut words, &mut edits);
        }
    }
    close(text, &mut words, &mut edits);
    in_place(text, edits, Step::Lines, parts);
}

fn close(text: &str, words: &mut Vec<Range<usize>>, edits: &mut Vec<Edit>) {
    if words.len() < FEWEST_LINES {
        words.clear();
        return;
    }
    let mut orders = Orders::default();
    words.iter().filter_map(|word| text.get(word.clone())).for_each(|word| orders.add(word));
    if orders.are_likely() {
        edits.push(read(text, words.iter().cloned()));
    }
    words.clear();
}

/// The words with blanks between them.
fn read(text: &str, words: impl Iterator<Item = Range<usize>>) -> Edit {
    let mut draft = Draft::default();
    let mut source: Option<Range<usize>> = None;
    for word in words {
        if let Some(source) = &source {
            draft.push(' ', source.end..word.start.max(source.end));
        }
        draft.copy(text, word.clone());
        source = Some(source.map_or(word.start, |source| source.start)..word.end);
    }
    Edit { source: source.unwrap_or_default(), draft }
}

/// Words by the signs and capitals between them, and long ones by the words that they are made of.
fn cut(part: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = None;
    let mut last = ' ';
    for (at, c) in part.char_indices().chain([(part.len(), ' ')]) {
        let rises = last.is_ascii_lowercase() && c.is_ascii_uppercase();
        if let Some(from) = start.filter(|_| rises || !c.is_ascii_alphabetic()) {
            let word: &str = part.get(from..at).unwrap_or_default();
            if (LONG..=LONGEST).contains(&word.len()) && !words::is_known(&word.to_ascii_lowercase()) {
                found.extend(words::cut(word).into_iter().map(|word| from + word.start..from + word.end));
            } else {
                found.push(from..at);
            }
            start = None;
        }
        if c.is_ascii_alphabetic() && start.is_none() {
            start = Some(at);
        }
        last = c;
    }
    found
}

/// The fewest letters of a stretch.
const LEAST: usize = 16;
/// Letters without a sign or capital that are cut up: no fewer, no more.
const LONG: usize = 10;
const LONGEST: usize = 2000;
/// The longest line that is looked at, in bytes, and the fewest lines.
const LONGEST_LINE: usize = 32;
const FEWEST_LINES: usize = 4;
