//! One look at a text for what could be encoded in it. Each question is one that prose answers with no, and is asked in
//! simple loops over blocks that the compiler turns into vector code.

use std::ops::Range;

use super::letters;

/// What the look found.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    /// Stretches whose letters do not follow each other as in English.
    pub(super) odd: Vec<Range<usize>>,
    /// Stretches of at least [`RUN`] bytes without white space.
    pub(super) runs: Vec<Range<usize>>,
    /// Letters that stand alone beside each other.
    pub(super) spaced: Vec<Range<usize>>,
    /// Digits or signs between letters.
    pub(super) leet: Vec<Range<usize>>,
    /// Many digits.
    pub(super) digits: Vec<Range<usize>>,
    /// Capitals after small letters, more than names in code have.
    pub(super) mixed_case: bool,
    /// Many dots and dashes beside spaces.
    pub(super) morse: Vec<Range<usize>>,
}

impl Evidence {
    pub(super) fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut found = Self { runs: runs(bytes), ..Self::default() };
        let (mut letters, mut rises) = (0, 0);
        let mut at = 0;
        for block in bytes.chunks(BLOCK) {
            let counts = Counts::of(block);
            letters += usize::from(counts.letters);
            rises += usize::from(counts.rises);
            let here = at..at + block.len();
            if counts.alone >= 3 || (counts.wide > 20 && usize::from(counts.spaces) * 5 >= block.len()) {
                mark(&mut found.spaced, &here);
            }
            if counts.leet > 0 {
                mark(&mut found.leet, &here);
            }
            if counts.digits >= 14 {
                mark(&mut found.digits, &here);
            }
            if usize::from(counts.strokes) * 2 > block.len() && counts.spaces >= 5 {
                mark(&mut found.morse, &here);
            }
            if counts.letters >= 12 && reads(block) < 4 * i32::from(counts.letters) {
                mark(&mut found.odd, &here);
            }
            at += block.len();
        }
        for stretches in [&mut found.odd, &mut found.spaced, &mut found.leet, &mut found.digits, &mut found.morse] {
            for stretch in stretches {
                let start = text.floor_char_boundary(stretch.start.saturating_sub(BLOCK));
                *stretch = start..text.ceil_char_boundary((stretch.end + BLOCK).min(text.len()));
            }
        }
        found.mixed_case = rises >= 6 && rises * 6 > letters;
        found
    }
}

/// Adds a block to the stretches; those with fewer than three blocks between them become one, as each grows at both ends.
fn mark(stretches: &mut Vec<Range<usize>>, block: &Range<usize>) {
    match stretches.last_mut() {
        Some(last) if last.end + 2 * BLOCK >= block.start => last.end = block.end,
        _ => stretches.push(block.clone()),
    }
}

/// How many bytes of a block, or windows of bytes, are of a sort.
#[derive(Default)]
struct Counts {
    letters: u8,
    digits: u8,
    spaces: u8,
    wide: u8,
    strokes: u8,
    rises: u8,
    leet: u8,
    alone: u8,
}

impl Counts {
    /// Of at most [`BLOCK`] bytes. They are counted in room of fixed size, filled up with spaces that begin nothing, so that
    /// there is no rest which takes as long as all the others.
    fn of(block: &[u8]) -> Self {
        let mut room = [b' '; BLOCK + 3];
        room.iter_mut().zip(block).for_each(|(to, from)| *to = *from);
        let solids = room.map(|byte| u8::from(solid(byte)));
        let mut counts = Self::default();
        let (Some(bytes), Some(one), Some(two)) = (part::<0>(&room), part::<1>(&room), part::<2>(&room)) else {
            return counts;
        };
        let mut stand_ins = 0;
        for byte in bytes {
            counts.letters += u8::from(letter(*byte));
            counts.digits += u8::from(byte.is_ascii_digit());
            counts.spaces += u8::from(*byte <= b' ');
            counts.wide += u8::from(*byte >= 0x80);
            counts.strokes += u8::from(matches!(byte, b'.' | b'-'));
            stand_ins |= u8::from(matches!(byte, b'0'..=b'9' | b'@' | b'$'));
        }
        counts.spaces -= u8::try_from(BLOCK - block.len().min(BLOCK)).unwrap_or_default();
        // Each window is looked at as arrays that are shifted against each other, which is what becomes vector code.
        for (first, second) in bytes.iter().zip(one) {
            counts.rises += u8::from(first.is_ascii_lowercase() & second.is_ascii_uppercase());
        }
        if stand_ins > 0 {
            for ((first, second), third) in bytes.iter().zip(one).zip(two) {
                let stand_in = matches!(second, b'0'..=b'9' | b'@' | b'$');
                counts.leet += u8::from(stand_in & letter(*first) & letter(*third));
            }
        }
        let solids = (part::<0>(&solids), part::<1>(&solids), part::<2>(&solids), part::<3>(&solids));
        if let (Some(first), Some(second), Some(third), Some(fourth)) = solids {
            let same = bytes.iter().zip(two).map(|(first, third)| u8::from(first == third));
            let windows = first.iter().zip(second).zip(third).zip(fourth).zip(same);
            for ((((first, second), third), fourth), same) in windows {
                counts.alone += !first & second & !third & fourth & same;
            }
        }
        // Letters may be parted by signs beyond ASCII.
        if counts.wide >= 6 {
            for ((first, second), third) in block.iter().zip(one).zip(two) {
                counts.alone += u8::from(solid(*second) & (first & third).ge(&0x80));
            }
        }
        counts
    }
}

/// A block of bytes from so many on.
fn part<const FROM: usize>(room: &[u8; BLOCK + 3]) -> Option<&[u8; BLOCK]> {
    room.get(FROM..).and_then(|rest| rest.first_chunk())
}

/// The sum of the levels of the pairs of letters in a block.
fn reads(block: &[u8]) -> i32 {
    let first = block.first().map_or(0, |byte| letters::pair(0, letters::symbol(*byte)));
    let pairs = block.iter().zip(block.get(1..).unwrap_or_default());
    first + pairs.map(|(last, next)| letters::of_bytes(*last, *next)).sum::<i32>()
}

/// Stretches without white space, found by looking back from every [`RUN`]-th byte after the last white space.
fn runs(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(window) = bytes.get(at..at + RUN) {
        if let Some(gap) = window.iter().rposition(|byte| *byte <= b' ') {
            at += gap + 1;
            continue;
        }
        let rest = bytes.get(at + RUN..).unwrap_or_default();
        let end = at + RUN + rest.iter().position(|byte| *byte <= b' ').unwrap_or(rest.len());
        found.push(at..end);
        at = end + 1;
    }
    found
}

const fn letter(byte: u8) -> bool {
    (byte | 0x20).wrapping_sub(b'a') < 26
}

const fn solid(byte: u8) -> bool {
    letter(byte) | byte.is_ascii_digit()
}

/// The least run that a coding is looked for in.
pub(super) const RUN: usize = 16;
const BLOCK: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_gives_no_evidence() {
        let prose = "The ferry leaves at nine, and if you miss it there is another one at noon. We walked along the pier, \
            a gull on every post, and I counted 17 boats. My sister's one was the smallest of them all.";
        let found = Evidence::of(prose);
        assert!(found.odd.is_empty() && found.runs.is_empty(), "{found:?}");
        assert!(found.spaced.is_empty() && found.leet.is_empty() && found.digits.is_empty(), "{found:?}");
        assert!(!found.mixed_case && found.morse.is_empty(), "{found:?}");
    }

    #[test]
    fn runs_are_found_whole() {
        let found = runs(b"short words and thenaverylongoneofletters here");
        assert_eq!((found.len(), found.first()), (1, Some(&(16..41))));
        assert_eq!(runs(&[b'x'; 40]), std::iter::once(0..40).collect::<Vec<_>>());
    }
}
