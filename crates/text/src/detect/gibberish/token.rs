//! Cuts a text into words with what stands between them, and names what is seen at each step from one word to the next.
//! Works on bytes: a character of more than one byte belongs to one script, and scripts are told apart by the first byte.

/// A word: letters of one script, or digits. Camel case is cut where a capital follows a small letter.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Word {
    /// Hash of its letters without regard to case.
    pub(super) hash: u32,
    /// Its first three bytes.
    pub(super) head: u32,
    /// Its last three bytes.
    pub(super) tail: u32,
    /// Script, case and length, in one number.
    pub(super) shape: u32,
    /// Cells of every four letters in a row, the blanks around it included.
    grams: [u32; MOST_GRAMS],
    count: usize,
}

impl Word {
    /// Its row in the table of vectors: numbers of one length share one.
    pub(super) fn row(&self) -> u32 {
        let name = if self.shape & u32::from(SCRIPT) == DIGITS { self.shape } else { self.hash };
        u32::try_from((u64::from(name.wrapping_mul(0x85eb_ca6b)) * ROWS as u64) >> 32).unwrap_or_default()
    }

    pub(super) fn grams(&self) -> &[u32] {
        self.grams.get(..self.count).unwrap_or_default()
    }
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
    /// How many signs and blanks stand before it, runs of one counted once.
    pub signs: u32,
    /// The row of the word in the table of vectors.
    pub row: u32,
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

    /// How many bytes the word has, up to some.
    pub const fn bytes(&self) -> usize {
        self.end - self.start
    }

    fn extend(&mut self, cells: &[u32]) {
        for (to, from) in self.cells.iter_mut().skip(self.count).zip(cells) {
            *to = *from;
            self.count += 1;
        }
    }

    fn add(&mut self, kind: u32, first: u32, second: u32) {
        if let Some(to) = self.cells.get_mut(self.count) {
            *to = cell(kind, first, second);
            self.count += 1;
        }
    }
}

/// The cell of two things that follow one another.
pub(super) fn cell(kind: u32, first: u32, second: u32) -> u32 {
    let mixed = (u64::from(first) ^ (u64::from(kind) << 40)).wrapping_mul(FIRST)
        ^ u64::from(second).wrapping_add(u64::from(kind)).wrapping_mul(SECOND);
    let mixed = (mixed ^ (mixed >> 31)).wrapping_mul(FIRST);
    u32::try_from(mixed >> (64 - BITS)).unwrap_or_default()
}

/// The cell of four letters in a row.
fn gram_cell(four: u32) -> u32 {
    (1 << BITS) + (four.wrapping_mul(0x9e37_79b1) >> (32 - GRAM_BITS))
}

/// What the word beside a gap counts for among its signs.
pub(super) const fn neighbour(shape: u32) -> u32 {
    LETTERS + (shape & 0x1f)
}

/// Hands over every step of a text, in order. One pass, no memory.
pub fn steps(text: &str, mut each: impl FnMut(&Step)) {
    let mut before = Word::default();
    let mut gap = Gap::default();
    let mut signs = Signs::default();
    let mut gap_before = 0;
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let group = class(*byte);
        // The rest of a character that is a sign, too.
        if group == SIGN || group == REST {
            gap.push(*byte, |cell| signs.add(cell));
            at += 1;
            continue;
        }
        let (word, end) = read(bytes, at, group);
        let mut step = Step {
            cells: [0; MOST_CELLS],
            count: 0,
            row: word.row(),
            start: at,
            end,
            word: word.hash,
            joined: word.hash ^ gap.hash.rotate_left(9),
            gap: gap.hash,
            signs: gap.len,
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
        if gap.len > 1 {
            gap.sign(neighbour(word.shape), |cell| signs.add(cell));
            step.extend(signs.cells.get(..signs.count).unwrap_or_default());
        }
        step.extend(word.grams());
        each(&step);
        gap_before = gap.hash;
        gap = Gap::behind(neighbour(word.shape));
        signs = Signs::default();
        before = word;
        at = end;
    }
}

/// The word that begins at `start`, and the byte behind it.
pub(super) fn read(bytes: &[u8], start: usize, group: u8) -> (Word, usize) {
    let (mut hash, mut head, mut tail, mut end) = (0x811c_9dc5_u32, 0_u32, 0_u32, start);
    let (mut small, mut capital) = (0_u32, 0_u32);
    let mut current = group;
    let (mut grams, mut count, mut four) = ([0; MOST_GRAMS], 0, u32::from(b' '));
    let mut gram = |four: u32| {
        if let Some(cell) = grams.get_mut(count) {
            *cell = gram_cell(four);
            count += 1;
        }
    };
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
        four = (four << 8) | u32::from(letter);
        end += 1;
        if end - start > 2 {
            gram(four);
        }
    }
    if end - start > 1 {
        gram((four << 8) | u32::from(b' '));
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
    (Word { hash, head, tail, shape, grams, count }, end)
}

/// Cells of every three signs in a row of a gap.
#[derive(Clone, Copy, Debug, Default)]
struct Signs {
    cells: [u32; MOST_GRAMS],
    count: usize,
}

impl Signs {
    fn add(&mut self, cell: u32) {
        if let Some(to) = self.cells.get_mut(self.count) {
            *to = cell;
            self.count += 1;
        }
    }
}

/// What stands between two words: signs and blanks. Runs of blanks count as one, and so do runs of one sign.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Gap {
    pub(super) hash: u32,
    pub(super) first: u8,
    pub(super) last: u8,
    pub(super) len: u32,
    /// The last three signs; the words on both sides are taken for signs.
    three: u32,
    /// How many cells of three signs in a row were handed over.
    count: usize,
}

impl Gap {
    /// The gap behind a word, which is a [`neighbour`].
    pub(super) fn behind(neighbour: u32) -> Self {
        Self { three: neighbour, ..Self::default() }
    }

    /// The gap of one blank, as most are.
    pub(super) const fn blank() -> Self {
        Self { hash: hashed(0, b' '), first: b' ', last: b' ', len: 1, three: 0, count: 0 }
    }

    /// Adds a sign, and hands over the cell of the three in a row that it ends, if it counts.
    #[inline]
    pub(super) fn push(&mut self, byte: u8, each: impl FnOnce(u32)) {
        let byte = if byte == b'\t' || byte == b'\r' { b' ' } else { byte };
        // Indentation says no more than the end of the line.
        if (byte == b' ' && (self.last == b' ' || self.last == b'\n')) || byte == self.last {
            return;
        }
        if byte == b'\n' && self.last == b' ' && self.len == 1 {
            *self = Self { three: self.three >> 8, ..Self::default() };
        }
        if self.len == 0 {
            self.first = byte;
        }
        self.last = byte;
        self.len += 1;
        self.sign(u32::from(byte), each);
        if self.len <= LONGEST_GAP {
            self.hash = hashed(self.hash, byte);
        }
    }

    /// Takes a sign, or a [`neighbour`] for one, into the three in a row.
    #[inline]
    pub(super) fn sign(&mut self, sign: u32, each: impl FnOnce(u32)) {
        self.three = ((self.three << 8) | sign) & 0x00ff_ffff;
        if self.len > 1 && self.count < MOST_GRAMS {
            each(gram_cell(self.three ^ SIGNS));
            self.count += 1;
        }
    }

    /// Its first and last sign and how long it is, in one number.
    pub(super) fn ends(&self) -> u32 {
        (u32::from(self.first) << 16) | (u32::from(self.last) << 24) | (self.len.min(3) << 8)
    }
}

const fn hashed(before: u32, byte: u8) -> u32 {
    (before.rotate_left(5) ^ (byte as u32)).wrapping_mul(0x9e37_79b1)
}

pub(super) fn class(byte: u8) -> u8 {
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

pub(super) const SCRIPT: u8 = 7;
pub(super) const LOWER: u8 = 0;
pub(super) const UPPER: u8 = 8;
const DIGIT: u8 = 7;
pub(super) const REST: u8 = 32;
pub(super) const SIGN: u8 = 64;

/// The script of digits.
pub(super) const DIGITS: u32 = 7;

/// Further signs do not name a gap.
const LONGEST_GAP: u32 = 8;
/// So many cells of letters or signs in a row, at most.
const MOST_GRAMS: usize = 12;
const MOST_CELLS: usize = 9 + 2 * MOST_GRAMS;
/// Words among signs: no sign of its own.
const LETTERS: u32 = 0x80;
const SIGNS: u32 = 0x2d00_0000;
const FIRST: u64 = 0x9e37_79b9_7f4a_7c15;
const SECOND: u64 = 0xd6e8_feb8_6659_fd93;

/// So many bits number a cell of what follows what.
const BITS: u32 = 17;
/// So many bits number a cell of four letters.
const GRAM_BITS: u32 = 16;
/// How many cells there are: those of what follows what, then those of letters.
pub const CELLS: usize = (1 << BITS) + (1 << GRAM_BITS);
/// How many rows the table of vectors has.
pub const ROWS: usize = 5632;
