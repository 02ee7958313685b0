//! Leetspeak: digits and signs that stand for letters. Of several letters that one may stand for, those are taken that
//! follow each other best.

use std::ops::Range;

use super::{super::letters, super::map::Draft, Edit, Part, Step, in_place};

pub(super) fn find(text: &str, stretches: &[Range<usize>], parts: &mut Vec<Part>) {
    for stretch in stretches {
        read(text, stretch, parts);
    }
}

fn read(text: &str, stretch: &Range<usize>, parts: &mut Vec<Part>) {
    // A word with a stand-in inside has one right behind a letter, which two bytes tell.
    let behind_letter = |pair: &&[u8]| matches!(pair, [last, b'0'..=b'9' | b'!' | b'@' | b'$' | b'|' | b'+'] if last.is_ascii_alphabetic() || *last >= 0x80);
    let bytes = text.as_bytes().get(stretch.clone()).unwrap_or_default();
    if bytes.windows(2).filter(behind_letter).nth(FEWEST - 1).is_none() {
        return;
    }
    let words = words(text, stretch);
    // Only stand-ins between letters tell that anything is disguised, and they are soon counted.
    if words.iter().filter(|(_, kind)| matches!(kind, Kind::Mixed { inside: true })).count() < FEWEST {
        return;
    }
    let mut edits = Vec::new();
    let (mut good, mut bad) = (0_usize, 0_usize);
    for (source, kind) in words {
        let Some(word) = text.get(source.clone()) else { continue };
        let (decoded, level) = decode(word);
        let told = match kind {
            Kind::Mixed { inside } => {
                good += usize::from(inside && level >= 0);
                bad += usize::from(inside && level < 0);
                level > UNLIKE && (level > UNLIKELY || word.len() > 2)
            }
            Kind::Digits => WORDS.contains(&decoded.as_str()) || (word.len() > 2 && level > 8),
            Kind::Ending => true,
        };
        if told {
            let mut draft = Draft::default();
            for ((place, old), new) in word.char_indices().zip(decoded.chars()) {
                let place = source.start + place..source.start + place + old.len_utf8();
                draft.push(new, place);
            }
            edits.push((kind, level, Edit { source, draft }));
        }
    }
    if good >= FEWEST && good > bad {
        // Where little is disguised, names and numbers with units are not.
        let sure = good >= 5;
        edits.retain(|(_, level, _)| sure || *level > UNLIKELY);
        // Digits alone are read as letters only beside words that surely are.
        let near = mixed_places(&edits);
        let edits = edits.into_iter().filter(|(kind, _, edit)| {
            matches!(kind, Kind::Mixed { .. }) || {
                let at = near.partition_point(|place| *place < edit.source.start);
                let around = near.get(at.saturating_sub(1)..(at + 1).min(near.len())).unwrap_or_default();
                around.iter().any(|place| place.abs_diff(edit.source.start) < NEAR)
            }
        });
        in_place(text, edits.map(|(.., edit)| edit).collect(), Step::Leet, parts);
    }
}

/// The words of a stretch that have stand-ins.
fn words(text: &str, stretch: &Range<usize>) -> Vec<(Range<usize>, Kind)> {
    let mut found = Vec::new();
    let mut start = None;
    let mut before = ' ';
    let inner = text.get(stretch.clone()).unwrap_or_default().char_indices();
    let mut chars = inner.map(|(at, c)| (stretch.start + at, c)).chain([(stretch.end, ' ')]).peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map_or(' ', |(_, next)| *next);
        let inside = start.is_some() && next.is_alphanumeric();
        if c.is_alphanumeric()
            || matches!(c, '@' | '$') && next.is_alphanumeric()
            || matches!(c, '!' | '|' | '+') && inside
        {
            if start.is_none() {
                start = Some((at, before));
            }
            before = c;
            continue;
        }
        before = c;
        let Some((start, before)) = start.take() else { continue };
        let Some(word) = text.get(start..at) else { continue };
        let address = word.contains('@') && c == '.' && next.is_alphanumeric();
        if word.len() > LONGEST || address {
            continue;
        }
        found.extend(Kind::of(word, before).map(|kind| (start..at, kind)));
    }
    found
}

fn mixed_places(edits: &[(Kind, i32, Edit)]) -> Vec<usize> {
    let mixed = edits.iter().filter(|(kind, ..)| matches!(kind, Kind::Mixed { .. }));
    mixed.map(|(.., edit)| edit.source.start).collect()
}

#[derive(Clone, Copy)]
enum Kind {
    /// Letters and stand-ins; `inside` if one stands between letters.
    Mixed { inside: bool },
    /// Stand-ins only.
    Digits,
    /// One stand-in after an apostrophe.
    Ending,
}

impl Kind {
    fn of(word: &str, before: char) -> Option<Self> {
        let stands_in = word.chars().filter(|c| !choices(*c).is_empty()).count();
        if stands_in == 0 {
            return None;
        }
        let letters = word.chars().filter(|c| c.is_alphabetic()).count();
        if letters > 0 {
            let core = word.trim_matches(|c: char| !c.is_alphabetic());
            let inside = core.chars().any(|c| !c.is_alphabetic());
            return Some(Self::Mixed { inside: inside && letters + stands_in == word.chars().count() });
        }
        if before == '\'' && word.len() == 1 {
            return Some(Self::Ending);
        }
        word.bytes().all(|byte| matches!(byte, b'0' | b'1' | b'3'..=b'5' | b'7' | b'@' | b'$')).then_some(Self::Digits)
    }
}

/// The likeliest reading of a word, in small letters, and its mean level.
fn decode(word: &str) -> (String, i32) {
    // Each reading is its sum, its last two letters, and where in `trail` its last letter is; that leads to those before.
    let mut readings = vec![(0_i32, 0_u8, 0_u8, usize::MAX)];
    let mut trail: Vec<(char, usize)> = Vec::with_capacity(2 * word.len());
    let mut next = Vec::new();
    let mut count = 0;
    for c in word.chars() {
        let own = [(c.to_ascii_lowercase(), 0)];
        let known = choices(c);
        let known = if known.is_empty() { own.as_slice() } else { known };
        for (sum, before, last, end) in readings.drain(..) {
            for (letter, cost) in known {
                let symbol = u8::try_from(*letter).map_or(0, letters::symbol);
                trail.push((*letter, end));
                next.push((sum + letters::triple(before, last, symbol) - cost, last, symbol, trail.len() - 1));
            }
        }
        next.sort_by_key(|(sum, ..)| std::cmp::Reverse(*sum));
        next.truncate(8);
        std::mem::swap(&mut readings, &mut next);
        count += 1;
    }
    let ended = readings.into_iter().map(|(sum, before, last, end)| (sum + letters::triple(before, last, 0), end));
    let (sum, end) = ended.max_by_key(|(sum, _)| *sum).unwrap_or_default();
    let mut reading: Vec<char> =
        std::iter::successors(trail.get(end), |(_, before)| trail.get(*before)).map(|(c, _)| *c).collect();
    reading.reverse();
    let reading = String::from_iter(reading);
    (reading, sum / count.max(1))
}

/// The letters that a character may stand for, with what each costs.
const fn choices(c: char) -> &'static [(char, i32)] {
    match c {
        '0' => &[('o', 0)],
        '1' | '!' => &[('i', 0), ('l', 40)],
        '2' => &[('z', 0)],
        '3' => &[('e', 0)],
        '4' | '@' => &[('a', 0)],
        '5' | '$' => &[('s', 0)],
        '6' => &[('g', 0), ('b', 8)],
        '7' => &[('t', 0), ('l', 40)],
        '8' => &[('b', 0)],
        '9' => &[('g', 0)],
        '|' => &[('l', 0), ('i', 8)],
        '+' => &[('t', 0)],
        _ => &[],
    }
}

/// Short words of English and its neighbours that are digits only.
const WORDS: [&str; 15] =
    ["ai", "i", "a", "is", "it", "to", "at", "as", "so", "its", "test", "set", "see", "tie", "state"];
/// The longest word that is read, and how near a surely disguised word must be.
const LONGEST: usize = 48;
const NEAR: usize = 80;
/// The fewest words that are disguised inside.
const FEWEST: usize = 2;
/// Mean levels below which a word is left alone where few words, and where many are disguised.
const UNLIKELY: i32 = -14;
const UNLIKE: i32 = -60;
