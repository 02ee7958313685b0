//! What one look at a text sees, before any detector works on it: where its words and numbers begin, and which of them begin
//! like a word that is looked for. What has no such sign costs no more than this look.

/// Words that count only where a word begins. Three letters, and a fourth, tell most of them from what else stands in a text.
#[derive(Debug)]
pub(super) struct Heads {
    /// A bit for every first three letters.
    known: Vec<u64>,
    /// For every first three letters, the place of their list, plus one.
    place: Vec<u16>,
    /// The numbers of the words that begin with the same three letters, longer words first.
    lists: Vec<List>,
}

/// Words that begin with the same three letters.
#[derive(Debug, Default)]
struct List {
    /// A bit for every letter that one of them goes on with; all bits if one has no fourth.
    fourth: u32,
    numbers: Vec<u16>,
}

impl Heads {
    /// Of these words, each of at least two bytes; the first is a letter.
    pub(super) fn new<'w>(words: impl Iterator<Item = &'w str>) -> Self {
        let mut heads = Self { known: vec![0; LETTERS / 64], place: vec![0; LETTERS], lists: Vec::new() };
        let mut words: Vec<(u16, &str)> = (0..).zip(words).collect();
        words.sort_by_key(|(number, word)| (usize::MAX - word.len(), *number));
        for (number, word) in words {
            match *word.as_bytes() {
                [first, second, third, fourth, ..] => {
                    heads.add([first, second, third], 1 << (fourth & 31), number);
                }
                [first, second, third] => heads.add([first, second, third], u32::MAX, number),
                [first, second] => (0..32).for_each(|third| heads.add([first, second, third], u32::MAX, number)),
                _ => {}
            }
        }
        heads
    }

    fn add(&mut self, letters: [u8; 3], fourth: u32, number: u16) {
        let key = key(letters);
        let Some(place) = self.place.get_mut(key) else { return };
        if *place == 0 {
            self.lists.push(List::default());
            *place = u16::try_from(self.lists.len()).unwrap_or_default();
        }
        if let Some(list) = self.lists.get_mut(usize::from(*place).wrapping_sub(1)) {
            list.fourth |= fourth;
            list.numbers.push(number);
        }
        if let Some(bits) = self.known.get_mut(key / 64) {
            *bits |= 1 << (key % 64);
        }
    }

    /// Hands over where words of a text begin, with the numbers of the words that may stand there, longer ones first.
    pub(super) fn find(&self, text: &str, mut each: impl FnMut(usize, &[u16])) {
        let bytes = text.as_bytes();
        words(bytes, |at| {
            let key = match bytes.get(at..at + 3) {
                Some(&[first, second, third]) => key([first, second, third]),
                _ => key([at, at + 1, at + 2].map(|at| bytes.get(at).copied().unwrap_or_default())),
            };
            if self.known.get(key / 64).is_some_and(|bits| bits >> (key % 64) & 1 != 0) {
                let place = self.place.get(key).map_or(0, |place| usize::from(*place));
                let fourth = bytes.get(at + 3).copied().unwrap_or_default();
                let list = self.lists.get(place.wrapping_sub(1));
                if let Some(list) = list.filter(|list| list.fourth >> (fourth & 31) & 1 != 0) {
                    each(at, &list.numbers);
                }
            }
        });
    }
}

/// Hands over where words begin: every letter of ASCII, and every character beyond it, without a letter of ASCII before it.
pub(super) fn words(bytes: &[u8], each: impl FnMut(usize)) {
    begins(bytes, |eight| (letters(eight) | leads(eight), letters(eight)), each);
}

/// Hands over where runs of digits begin.
pub(super) fn numbers(bytes: &[u8], each: impl FnMut(usize)) {
    begins(bytes, |eight| (digits(eight), digits(eight)), each);
}

/// The place of the first digit.
pub(super) fn number(bytes: &[u8]) -> Option<usize> {
    let (eights, rest) = bytes.as_chunks::<8>();
    let marks =
        |(at, eight): (usize, &[u8; 8])| Some((at, digits(u64::from_le_bytes(*eight)))).filter(|found| found.1 != 0);
    match eights.iter().enumerate().find_map(marks) {
        Some((at, found)) => Some(at * 8 + found.trailing_zeros() as usize / 8),
        None => rest.iter().position(u8::is_ascii_digit).map(|at| eights.len() * 8 + at),
    }
}

/// Hands over every byte of the first class with none of the second before it. Eight bytes are looked at together: `classes`
/// marks those of a class by their highest bits.
fn begins(bytes: &[u8], classes: impl Fn(u64) -> (u64, u64), mut each: impl FnMut(usize)) {
    let (eights, rest) = bytes.as_chunks::<8>();
    let mut last = [0; 8];
    last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
    let (mut at, mut before) = (0, 0);
    for eight in eights.iter().chain([&last]) {
        let (wanted, inside) = classes(u64::from_le_bytes(*eight));
        let mut starts = wanted & !(inside << 8 | before);
        before = inside >> 56;
        while starts != 0 {
            each(at + starts.trailing_zeros() as usize / 8);
            starts &= starts - 1;
        }
        at += 8;
    }
}

const fn letters(eight: u64) -> u64 {
    within(eight | (ONES * 0x20), b'a', b'z') & !eight
}

const fn digits(eight: u64) -> u64 {
    within(eight, b'0', b'9') & !eight
}

/// The first bytes of characters beyond ASCII.
const fn leads(eight: u64) -> u64 {
    eight & (eight << 1) & HIGHEST
}

/// The bytes of ASCII from `least` to `most`; the highest bits are left out of the comparison.
const fn within(eight: u64, least: u8, most: u8) -> u64 {
    let low = eight & !HIGHEST;
    let reaches = low + ONES * (0x80 - least as u64);
    let passes = low + ONES * (0x7f - most as u64);
    reaches & !passes & HIGHEST
}

/// One number for three letters without regard to case. Other bytes share the numbers of letters.
const fn key([first, second, third]: [u8; 3]) -> usize {
    (first as usize & 31) << 10 | (second as usize & 31) << 5 | (third as usize & 31)
}

const LETTERS: usize = 1 << 15;
const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHEST: u64 = ONES * 0x80;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn collected(find: impl Fn(&mut dyn FnMut(usize))) -> Vec<usize> {
        let mut found = Vec::new();
        find(&mut |at| found.push(at));
        found
    }

    proptest! {
        #[test]
        fn begins_are_those_of_a_plain_look(text in "[a-zA-Z0-9@\\[`{/: éß日\u{1f642}]{0,60}") {
            let bytes = text.as_bytes();
            let before = |at: usize| at.checked_sub(1).map_or(b' ', |at| bytes[at]);
            let plain = (0..bytes.len()).filter(|at| {
                (bytes[*at].is_ascii_alphabetic() || bytes[*at] >= 0xc0) && !before(*at).is_ascii_alphabetic()
            });
            prop_assert_eq!(collected(|each| words(bytes, each)), plain.collect::<Vec<_>>());
            let plain = (0..bytes.len()).filter(|at| bytes[*at].is_ascii_digit() && !before(*at).is_ascii_digit());
            prop_assert_eq!(collected(|each| numbers(bytes, each)), plain.collect::<Vec<_>>());
            prop_assert_eq!(number(bytes), bytes.iter().position(u8::is_ascii_digit));
        }

        #[test]
        fn no_word_is_missed(text in "((hi|him|HIMALAYA|né|née|日本|a)[ .éx]?){0,12}") {
            let wanted = ["hi", "him", "himalaya", "né", "日本"];
            let heads = Heads::new(wanted.into_iter());
            let mut found = Vec::new();
            heads.find(&text, |at, numbers| {
                for number in numbers {
                    let word = wanted[usize::from(*number)].as_bytes();
                    if text.as_bytes()[at..].get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word)) {
                        found.push((at, *number));
                    }
                }
            });
            let mut all = Vec::new();
            words(text.as_bytes(), |at| {
                for (number, word) in (0..).zip(wanted) {
                    let head = text.as_bytes()[at..].get(..word.len());
                    if head.is_some_and(|head| head.eq_ignore_ascii_case(word.as_bytes())) {
                        all.push((at, number));
                    }
                }
            });
            found.sort_unstable();
            prop_assert_eq!(found, all);
        }
    }
}
