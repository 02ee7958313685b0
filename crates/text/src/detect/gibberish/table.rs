//! The shipped weights: a small number for each cell, two short vectors for each word, and the trees that weigh stretches.
//! All arithmetic is in whole numbers, so that every machine says the same.

use std::sync::LazyLock;

use super::{
    forest::Forest,
    token::{CELLS, ROWS, Step},
};

/// Weights by cell and by word.
#[derive(Clone, Debug)]
pub struct Table {
    cells: Vec<i8>,
    vectors: Vec<[i8; WIDTH]>,
    /// Added at each step, in units.
    bias: i16,
    /// What weighs whole stretches.
    pub forest: Forest,
    /// The seed that the weights were fitted with.
    pub seed: u64,
    /// SHA-256 over the texts that they were fitted to.
    pub data: [u8; 32],
}

impl Default for Table {
    /// A table that knows nothing and finds nothing.
    fn default() -> Self {
        Self { cells: Vec::new(), vectors: Vec::new(), bias: -1, forest: Forest::default(), seed: 0, data: [0; 32] }
    }
}

/// The weights in the binary.
pub(super) fn shipped() -> &'static Table {
    static SHIPPED: LazyLock<Table> = LazyLock::new(|| Table::read(include_bytes!("weights.bin")).unwrap_or_default());
    &SHIPPED
}

/// What speaks for a step between words that nobody put together, in units: more is odder.
#[derive(Clone, Copy, Debug, Default)]
pub struct Parts {
    /// By what follows what, and by the letters.
    pub cells: i32,
    /// By the word before.
    pub pair: i32,
    /// By the words before it.
    pub topic: i32,
    /// All of it, within bounds.
    pub sum: i32,
}

/// Reads steps one after the other, with the words before in mind.
pub(super) struct Reader<'t> {
    table: &'t Table,
    recent: [u32; RECENT],
    at: usize,
    topic: [i32; HALF],
    before: u32,
}

impl<'t> Reader<'t> {
    pub(super) const fn new(table: &'t Table) -> Self {
        Self { table, recent: [NONE; RECENT], at: 0, topic: [0; HALF], before: NONE }
    }

    pub(super) fn read(&mut self, step: &Step) -> Parts {
        let cells = step.cells().iter().map(|cell| self.table.weight(*cell)).sum::<i32>() + self.table.bias();
        let [to_pair, to_topic, _, own] = parts(self.table.row(step.row));
        let [_, _, from_pair, _] = parts(self.table.row(self.before));
        let product = |(a, b): (&i8, &i8)| i32::from(*a) * i32::from(*b);
        let pair = to_pair.iter().zip(&from_pair).map(product).sum::<i32>() >> SHIFT;
        let topic = to_topic.iter().zip(&self.topic).map(|(a, b)| i32::from(*a) * b).sum::<i32>() >> (SHIFT + 3);
        if let Some(oldest) = self.recent.get_mut(self.at) {
            let [_, _, _, gone] = parts(self.table.row(*oldest));
            for ((sum, new), old) in self.topic.iter_mut().zip(own).zip(gone) {
                *sum += i32::from(new) - i32::from(old);
            }
            *oldest = step.row;
        }
        self.at = (self.at + 1) % RECENT;
        self.before = step.row;
        Parts { cells, pair, topic, sum: bounded(cells + pair + topic, step.signs) }
    }
}

/// What a step counts for, with so many signs before its word: many say more than one.
pub(super) fn bounded(sum: i32, signs: u32) -> i32 {
    let most = MOST + SIGN * i32::try_from(signs.saturating_sub(2).min(8)).unwrap_or_default();
    sum.clamp(-MOST, most)
}

/// Four vectors: towards the word before, towards the words before, and what a later word sees of this one by the same two.
pub(super) fn parts(row: &[i8; WIDTH]) -> [[i8; HALF]; 4] {
    let mut parts = [[0; HALF]; 4];
    for (part, values) in parts.iter_mut().zip(row.as_chunks().0) {
        *part = *values;
    }
    parts
}

impl Table {
    /// Packs weights, in logits: by cell, and by row.
    pub fn pack(cells: &[f32], vectors: &[[f32; WIDTH]], bias: f32, seed: u64, data: [u8; 32]) -> Self {
        let cells = cells.iter().map(|weight| whole(*weight / UNIT)).collect();
        let vectors = vectors.iter().map(|row| row.map(|value| whole(value / VECTOR_UNIT))).collect();
        Self { cells, vectors, bias: i16::from(whole(bias / UNIT)), forest: Forest::default(), seed, data }
    }

    /// Writes the file: what [`Table::read`] reads.
    pub fn write(&self) -> Vec<u8> {
        let mut file = MAGIC.to_vec();
        file.extend(self.seed.to_le_bytes());
        file.extend(self.data);
        file.extend(self.bias.to_le_bytes());
        file.extend(self.cells.iter().flat_map(|weight| weight.to_le_bytes()));
        file.extend(self.vectors.iter().flatten().flat_map(|value| value.to_le_bytes()));
        self.forest.write(&mut file);
        file
    }

    /// Reads the file; none where it is not one, or of another version.
    pub fn read(file: &[u8]) -> Option<Self> {
        let mut rest = file.strip_prefix(MAGIC.as_slice())?;
        let seed = u64::from_le_bytes(take(&mut rest)?);
        let data = take(&mut rest)?;
        let bias = i16::from_le_bytes(take(&mut rest)?);
        let (cells, rest) = rest.split_at_checked(CELLS)?;
        let (vectors, rest) = rest.split_at_checked(ROWS * WIDTH)?;
        let signed = |byte: u8| i8::from_le_bytes([byte]);
        Some(Self {
            cells: cells.iter().copied().map(signed).collect(),
            vectors: vectors.as_chunks().0.iter().map(|row: &[u8; WIDTH]| row.map(signed)).collect(),
            bias,
            forest: Forest::read(rest)?,
            seed,
            data,
        })
    }

    pub(super) fn weight(&self, cell: u32) -> i32 {
        self.cells.get(cell as usize).map_or(0, |weight| i32::from(*weight))
    }

    pub(super) fn bias(&self) -> i32 {
        i32::from(self.bias)
    }

    pub(super) fn row(&self, row: u32) -> &[i8; WIDTH] {
        self.vectors.get(row as usize).unwrap_or(&[0; WIDTH])
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a float out of range becomes the nearest whole number")]
fn whole(value: f32) -> i8 {
    value.round() as i8
}

pub(super) fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (first, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(*first)
}

/// The first bytes of the file: a name and the version of steps that the weights belong to.
const MAGIC: &[u8; 12] = b"PALISADEGIB2";
/// No row: the word before the first.
pub(super) const NONE: u32 = u32::MAX;

/// Logits of one unit.
pub const UNIT: f32 = 1.0 / 32.0;
/// One unit of a vector: the product of two, `SHIFT` bits less, is a [`UNIT`].
pub const VECTOR_UNIT: f32 = 0.022_097_087;
pub(super) const SHIFT: u32 = 6;
/// How many numbers one vector has.
pub const HALF: usize = 8;
/// How many numbers the four vectors of a word have.
pub const WIDTH: usize = 4 * HALF;
/// So many words before count for the topic.
pub const RECENT: usize = 8;
/// One step counts for no more units than this.
const MOST: i32 = 128;
/// And for so many more for each further sign before it.
const SIGN: i32 = 24;
