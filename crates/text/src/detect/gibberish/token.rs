//! Cuts a text into words with what stands between them, and names what is seen at each step from one word to the next.
//! Works on bytes: a character of more than one byte belongs to one script, and scripts are told apart by the first byte.

/// A word: letters of one script, or digits. Camel case is cut where a capital follows a small letter.
#[derive(Clone, Copy, Debug, Default)]
struct Word {
    /// Hash of its letters without regard to case.
    hash: u32,
    /// Its first three bytes.
    head: u32,
    /// Its last three bytes.
    tail: u32,
    /// Script, case and length, in one number.
    shape: u32,
}

/// What is seen between two words, as numbers of cells in the table.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    cells: [u32; MOST_CELLS],
    count: usize,
    /// Where the word behind the step begins and ends, in bytes.
    pub start: usize,
    /// The byte behind it.
    pub end: usize,
    /// Hash of the word behind the step, for finding repeats.
    pub word: u32,
    /// Hash of the word together with what stands before it.
    pub joined: u32,
    /// Hash of what stands before it.
    pub gap: u32,
    /// Script, case and length of the word.
    pub shape: u32,
}

impl Step {
    /// The cells to be summed.
    pub fn cells(&self) -> &[u32] {
        self.cells.get(..self.count).unwrap_or_default()
    }

    /// The script of the word: 0 Latin, 7 digits, others between.
    pub const fn script(&self) -> u32 {
        self.shape & 7
    }

    /// Whether its letters are small, capital, or both.
    pub const fn case(&self) -> u32 {
        (self.shape >> 3) & 3
    }

    fn add(&mut self, kind: u32, first: u32, second: u32) {
        if let Some(cell) = self.cells.get_mut(self.count) {
            let mixed = (u64::from(first) ^ (u64::from(kind) << 40)).wrapping_mul(FIRST)
                ^ u64::from(second).wrapping_add(u64::from(kind)).wrapping_mul(SECOND);
            let mixed = (mixed ^ (mixed >> 31)).wrapping_mul(FIRST);
            *cell = u32::try_from(mixed >> (64 - BITS)).unwrap_or_default();
            self.count += 1;
        }
    }
}

/// Hands over every step of a text, in order. One pass, no memory.
pub fn steps(text: &str, mut each: impl FnMut(&Step)) {
    let mut before = Word::default();
    let mut gap = Gap::default();
    let mut gap_before = 0;
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let group = class(*byte);
        // The rest of a character that is a sign, too.
        if group == SIGN || group == REST {
            gap.push(*byte);
            at += 1;
            continue;
        }
        let (word, end) = read(bytes, at, group);
        let mut step = Step {
            cells: [0; MOST_CELLS],
            count: 0,
            start: at,
            end,
            word: word.hash,
            joined: word.hash ^ gap.hash.rotate_left(9),
            gap: gap.hash,
            shape: word.shape,
        };
        let shapes = (before.shape << 8) | word.shape;
        step.add(1, gap.hash, shapes);
        step.add(2, before.hash ^ gap.hash.rotate_left(7), word.hash);
        step.add(3, before.hash, gap.hash);
        step.add(4, gap.hash, word.hash);
        step.add(5, before.tail.wrapping_mul(31) ^ gap.ends(), word.head);
        step.add(6, word.hash, 0);
        step.add(7, word.head.wrapping_mul(31) ^ word.tail, word.shape);
        step.add(8, gap_before, gap.hash);
        if gap.len > 1 {
            step.add(9, gap.ends(), gap.len.min(6));
        }
        each(&step);
        gap_before = gap.hash;
        gap = Gap::default();
        before = word;
        at = end;
    }
}

/// The word that begins at `start`, and the byte behind it.
fn read(bytes: &[u8], start: usize, group: u8) -> (Word, usize) {
    let (mut hash, mut head, mut tail, mut end) = (0x811c_9dc5_u32, 0_u32, 0_u32, start);
    let (mut small, mut capital) = (0_u32, 0_u32);
    let mut current = group;
    for byte in bytes.get(start..).unwrap_or_default() {
        let next = class(*byte);
        // The rest of a character stays with its first byte.
        let next = if next == REST { current } else { next };
        if next == SIGN || next & SCRIPT != group & SCRIPT || (next == UPPER && current == LOWER) {
            break;
        }
        current = next;
        let letter = if next == UPPER { *byte | 0x20 } else { *byte };
        capital += u32::from(next == UPPER);
        small += u32::from(next == LOWER);
        hash = (hash ^ u32::from(letter)).wrapping_mul(0x0100_0193);
        if end - start < 3 {
            head = (head << 8) | u32::from(letter);
        }
        tail = ((tail << 8) | u32::from(letter)) & 0x00ff_ffff;
        end += 1;
    }
    let length = match end - start {
        0..=1 => 0,
        2 => 1,
        3 => 2,
        4..=5 => 3,
        6..=8 => 4,
        9..=13 => 5,
        14..=24 => 6,
        _ => 7,
    };
    let case = match (capital, small) {
        (0, _) => 0,
        (1, 1..) => 1,
        (_, 0) => 2,
        _ => 3,
    };
    let shape = u32::from(group & SCRIPT) | (case << 3) | (length << 5);
    (Word { hash, head, tail, shape }, end)
}

/// What stands between two words: signs and blanks. Runs of blanks count as one, and so do runs of one sign.
#[derive(Clone, Copy, Debug, Default)]
struct Gap {
    hash: u32,
    first: u8,
    last: u8,
    len: u32,
}

impl Gap {
    fn push(&mut self, byte: u8) {
        let byte = match byte {
            b'\t' | b'\r' => b' ',
            other => other,
        };
        // Indentation says no more than the end of the line.
        if (byte == b' ' && (self.last == b' ' || self.last == b'\n')) || byte == self.last {
            return;
        }
        if byte == b'\n' && self.last == b' ' && self.len == 1 {
            *self = Self::default();
        }
        if self.len == 0 {
            self.first = byte;
        }
        self.last = byte;
        self.len += 1;
        if self.len <= LONGEST_GAP {
            self.hash = (self.hash.rotate_left(5) ^ u32::from(byte)).wrapping_mul(0x9e37_79b1);
        }
    }

    fn ends(self) -> u32 {
        (u32::from(self.first) << 16) | (u32::from(self.last) << 24) | (self.len.min(3) << 8)
    }
}

fn class(byte: u8) -> u8 {
    CLASSES.get(usize::from(byte)).copied().unwrap_or(SIGN)
}

/// Classes of bytes: the lowest three bits are the script, so that small and capital letters have the same.
const CLASSES: [u8; 256] = {
    let mut classes = [SIGN; 256];
    let mut byte = 0_usize;
    while byte < 256 {
        #[expect(clippy::indexing_slicing, reason = "checked when it is compiled")]
        {
            classes[byte] = match byte {
                0x30..=0x39 => DIGIT,
                0x41..=0x5a => UPPER,
                0x61..=0x7a | 0xc3..=0xcc => LOWER,
                0x80..=0xbf => REST,
                0xcd..=0xd4 => 1,
                0xd5..=0xdf => 2,
                0xe0 => 3,
                0xe1 => 4,
                0xe3..=0xe9 => 5,
                0xea..=0xed => 6,
                _ => SIGN,
            };
        }
        byte += 1;
    }
    classes
};

const SCRIPT: u8 = 7;
const LOWER: u8 = 0;
const UPPER: u8 = 8;
const DIGIT: u8 = 7;
const REST: u8 = 32;
const SIGN: u8 = 64;

/// The script of digits.
pub(super) const DIGITS: u32 = 7;

const LONGEST_GAP: u32 = 8;
const MOST_CELLS: usize = 9;
const FIRST: u64 = 0x9e37_79b9_7f4a_7c15;
const SECOND: u64 = 0xd6e8_feb8_6659_fd93;

/// So many bits number a cell.
pub const BITS: u32 = 18;
