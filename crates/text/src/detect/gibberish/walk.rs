//! What each step of a text counts for: what [`Reader`](super::table::Reader) says of [`steps`](super::steps), several times as
//! fast. Words come from memory, their ends are found eight letters at a time, and one blank between words is known.

use std::ops::Range;

use super::{
    memo::{Known, Memo},
    table::{HALF, RECENT, SHIFT, Table, bounded},
    token::{Gap, LOWER, REST, SCRIPT, SIGN, UPPER, cell, class, neighbour},
};

/// Hands over the range and the sum of every step of a text, in order.
pub(super) fn sums(text: &str, memo: &mut Memo<'_>, mut each: impl FnMut(Range<usize>, i32)) {
    let table = memo.table;
    let bytes = text.as_bytes();
    let mut before = Before::of(&memo.nothing());
    let mut topic = Topic::default();
    let (mut at, mut edge, mut gap_before) = (0, 0, 0);
    while let Some(byte) = bytes.get(at) {
        let mut group = class(*byte);
        let (mut gap, mut signs) = (Gap::default(), 0);
        if is_sign(group) {
            let next = bytes.get(at + 1).map_or(SIGN, |byte| class(*byte));
            if *byte == b' ' && !is_sign(next) {
                (gap, at, group) = (Gap::blank(), at + 1, next);
            } else {
                (gap, signs, at) = read(bytes, at, edge, table);
                let Some(byte) = bytes.get(at) else { return };
                group = class(*byte);
            }
        }
        let end = end(bytes, at, group);
        let word = memo.word(bytes, at, end, group);
        let weight = |kind, first, second| table.weight(cell(kind, first, second));
        let mut sum = table.bias()
            + word.own
            + weight(1, gap.hash, (before.shape << 8) | word.shape)
            + weight(2, before.hash ^ gap.hash.rotate_left(7), word.hash)
            + weight(5, before.tail.wrapping_mul(31) ^ gap.ends(), word.head)
            + weight(8, gap_before, gap.hash);
        if gap.len == 1 && gap.first == b' ' {
            sum += before.blank + word.behind_blank;
        } else {
            sum += weight(3, before.hash, gap.hash) + weight(4, gap.hash, word.hash);
        }
        if gap.len > 1 {
            gap.sign(neighbour(word.shape), |cell| signs += table.weight(cell));
            sum += weight(9, gap.ends(), gap.len.min(6)) + signs;
        }
        let [to_pair, to_topic, _, own] = &word.parts;
        sum += product(to_pair, &before.from_pair) >> SHIFT;
        sum += product(to_topic, &topic.sum) >> (SHIFT + 3);
        topic.add(own);
        each(at..end, bounded(sum, gap.len));
        before = Before::of(word);
        (edge, gap_before, at) = (neighbour(before.shape), gap.hash, end);
    }
}

/// What the next step needs of a word.
struct Before {
    hash: u32,
    tail: u32,
    shape: u32,
    blank: i32,
    from_pair: [i16; HALF],
}

impl Before {
    const fn of(word: &Known) -> Self {
        let [_, _, from_pair, _] = word.parts;
        Self { hash: word.hash, tail: word.tail, shape: word.shape, blank: word.blank, from_pair }
    }
}

/// The sum of what the last words stand for.
#[derive(Default)]
struct Topic {
    sum: [i16; HALF],
    recent: [[i16; HALF]; RECENT],
    at: usize,
}

impl Topic {
    #[inline(never)]
    fn add(&mut self, own: &[i16; HALF]) {
        if let Some(oldest) = self.recent.get_mut(self.at) {
            for ((sum, new), old) in self.sum.iter_mut().zip(own).zip(&*oldest) {
                *sum += *new - *old;
            }
            *oldest = *own;
        }
        self.at = (self.at + 1) % RECENT;
    }
}

/// Alone, it is a handful of instructions on eight numbers each; within a larger function it is not.
#[inline(never)]
fn product(a: &[i16; HALF], b: &[i16; HALF]) -> i32 {
    a.iter().zip(b).map(|(a, b)| i32::from(*a) * i32::from(*b)).sum()
}

/// The byte behind the word that begins at `start`.
fn end(bytes: &[u8], start: usize, group: u8) -> usize {
    let mut end = start;
    if group & SCRIPT == LOWER {
        let mut small_before = 0;
        while let Some(eight) = bytes.get(end..).and_then(<[u8]>::first_chunk) {
            let eight = u64::from_le_bytes(*eight);
            // The highest bit of each byte says what it is. Sums do not run over: that bit is taken away first.
            let folded = (eight & (ONES * 0x7f)) | (ONES * 0x20);
            let letters = (folded + ONES * 0x1f) & !(folded + ONES * 0x05) & !eight & (ONES * 0x80);
            let small = letters & (eight << 2);
            let cut = letters & !small & ((small << 8) | small_before);
            let stop = (letters ^ (ONES * 0x80)) | cut;
            let length = stop.trailing_zeros() as usize / 8;
            end += length;
            if length < 8 {
                if bytes.get(end).is_some_and(u8::is_ascii) {
                    return end;
                }
                break;
            }
            small_before = small >> 56;
        }
    }
    let mut current = if end > start { bytes.get(end - 1).map_or(group, |byte| class(*byte)) } else { group };
    for byte in bytes.get(end..).unwrap_or_default() {
        let next = class(*byte);
        // The rest of a character stays with its first byte.
        let next = if next == REST { current } else { next };
        if next == SIGN || next & SCRIPT != group & SCRIPT || (next == UPPER && current == LOWER) {
            break;
        }
        current = next;
        end += 1;
    }
    end
}

/// The gap that begins at `start`, the weights of every three signs in it, and the byte behind it.
fn read(bytes: &[u8], start: usize, edge: u32, table: &Table) -> (Gap, i32, usize) {
    let mut gap = Gap::behind(edge);
    let (mut sum, mut at) = (0, start);
    while let Some(byte) = bytes.get(at) {
        if !is_sign(class(*byte)) {
            break;
        }
        gap.push(*byte, |cell| sum += table.weight(cell));
        at += 1;
        if *byte == b'\n' {
            while bytes.get(at..).and_then(<[u8]>::first_chunk) == Some(b"    ") {
                at += 4;
            }
        }
    }
    (gap, sum, at)
}

const fn is_sign(class: u8) -> bool {
    class == SIGN || class == REST
}

/// One in every byte.
const ONES: u64 = 0x0101_0101_0101_0101;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::detect::gibberish::{
        table::{Reader, shipped},
        token,
    };

    /// Steps, slowly.
    fn plainly(text: &str) -> Vec<(Range<usize>, i32)> {
        let mut reader = Reader::new(shipped());
        let mut all = Vec::new();
        token::steps(text, |step| all.push((step.start..step.end, reader.read(step).sum)));
        all
    }

    fn quickly(text: &str, memo: &mut Memo<'_>) -> Vec<(Range<usize>, i32)> {
        let mut all = Vec::new();
        sums(text, memo, |step, sum| all.push((step, sum)));
        all
    }

    fn same(text: &str, memo: &mut Memo<'_>) -> Result<(), TestCaseError> {
        prop_assert_eq!(quickly(text, memo), plainly(text), "{:?}", text);
        Ok(())
    }

    #[test]
    fn what_is_written_counts_the_same() {
        let mut memo = Memo::new(shipped());
        for text in [
            "",
            " ",
            "a",
            "\0a\0\0b \0c",
            " \n a\n        b\t\tc \r\n d",
            "Could you tell me how long bread keeps when it is frozen, and whether it can be frozen twice?",
            "fn main() {\n    let totalSum: u32 = (1..=10).filter(|n| n % 3 == 0).sum();\n    println!(\"{totalSum}\");\n}\n",
            "Straßenbahnhaltestelle Überraschung naïve Ünï ÀÉa aÀÉ eightBytesÉ sevenByé eightbytE ninebyteX",
            "internationalisationally antidisestablishmentarianism abcdefghijklmnop abcdefghijklmnopq HTMLParser iPhone",
            "Москва и Санкт-Петербург; 東京は日本の首都です。 서울 ελληνικά עברית العربية हिन्दी 🙂🙃",
            "sure){ titled Three*\\\" begin INST oppositeley ]( please revertWith \\!-- Manuel::]] formatted};% twoSteps",
            "a!@#$%^&*()_+-=[]{}|;':\",./<>?`~!@#$%^&*()b ........ c -- -- -- d 12345678901234567890 0x1F 3.14e10",
        ] {
            for _ in 0..2 {
                same(text, &mut memo).unwrap();
            }
            for (cut, _) in text.char_indices() {
                same(text.get(cut..).unwrap(), &mut memo).unwrap();
                same(text.get(..cut).unwrap(), &mut memo).unwrap();
            }
        }
    }

    proptest! {
        #[test]
        fn words_count_the_same(text in "([a-zA-Zéßи日क🙂0-9]{1,20}[ !\\\\({\"*\n\t]{0,5}|[a-z]{1,9} |[A-Z]?[a-z]{0,9}){0,80}") {
            let mut memo = Memo::new(shipped());
            same(&text, &mut memo)?;
            same(&text, &mut memo)?;
        }

        #[test]
        fn any_text_counts_the_same(text in any::<String>()) {
            same(&text, &mut Memo::new(shipped()))?;
        }

        #[test]
        fn bytes_count_the_same(bytes in prop::collection::vec(prop_oneof![0_u8..128, Just(b' '), Just(b'\n'), 0x61_u8..0x7b], 0..400)) {
            same(&String::from_utf8(bytes).unwrap(), &mut Memo::new(shipped()))?;
        }
    }
}
