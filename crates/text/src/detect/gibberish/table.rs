//! The shipped weights: a small number for each cell, and how much one unit of it is.

use std::sync::LazyLock;

use super::{card::WEIGHTS, token::BITS};

/// Weights by cell.
#[derive(Clone, Debug)]
pub struct Table {
    weights: Vec<i8>,
    /// Logits of a unit.
    unit: f32,
    /// Added at each step, in logits.
    bias: f32,
    /// The score card of whole stretches.
    pub card: [f32; WEIGHTS],
    /// The seed that the weights were fitted with.
    pub seed: u64,
    /// SHA-256 over the texts that they were fitted to.
    pub data: [u8; 32],
}

impl Default for Table {
    /// A table that knows nothing and finds nothing.
    fn default() -> Self {
        Self { weights: Vec::new(), unit: 1.0, bias: -1.0, card: [-1.0; WEIGHTS], seed: 0, data: [0; 32] }
    }
}

/// The weights in the binary.
pub(super) fn shipped() -> &'static Table {
    static SHIPPED: LazyLock<Table> = LazyLock::new(|| Table::read(include_bytes!("weights.bin")).unwrap_or_default());
    &SHIPPED
}

impl Table {
    /// Packs weights, in logits and by cell.
    pub fn pack(cells: &[f32], bias: f32, seed: u64, data: [u8; 32]) -> Self {
        let unit = LARGEST / f32::from(i8::MAX);
        let weights = cells.iter().map(|weight| whole(weight.clamp(-LARGEST, LARGEST) / unit)).collect();
        Self { weights, unit, bias, card: [0.0; WEIGHTS], seed, data }
    }

    /// Writes the file: what [`Table::read`] reads.
    pub fn write(&self) -> Vec<u8> {
        let mut file = MAGIC.to_vec();
        file.extend(self.seed.to_le_bytes());
        file.extend(self.data);
        file.extend(self.unit.to_le_bytes());
        file.extend(self.bias.to_le_bytes());
        file.extend(self.card.iter().flat_map(|weight| weight.to_le_bytes()));
        file.extend(self.weights.iter().flat_map(|weight| weight.to_le_bytes()));
        file
    }

    /// Reads the file; none where it is not one, or of another version.
    pub fn read(file: &[u8]) -> Option<Self> {
        let mut rest = file.strip_prefix(MAGIC.as_slice())?;
        let seed = u64::from_le_bytes(take(&mut rest)?);
        let data = take(&mut rest)?;
        let unit = f32::from_le_bytes(take(&mut rest)?);
        let bias = f32::from_le_bytes(take(&mut rest)?);
        let mut card = [0.0; WEIGHTS];
        for weight in &mut card {
            *weight = f32::from_le_bytes(take(&mut rest)?);
        }
        let weights: Vec<i8> = rest.iter().map(|byte| i8::from_le_bytes([*byte])).collect();
        (weights.len() == 1 << BITS
            && unit.is_finite()
            && bias.is_finite()
            && card.iter().all(|weight| weight.is_finite()))
        .then_some(Self { weights, unit, bias, card, seed, data })
    }

    /// How much more a step looks like one between words that nobody put together, in logits.
    pub(super) fn logit(&self, cells: &[u32]) -> f32 {
        let weight = |cell: &u32| self.weights.get(*cell as usize).map_or(0, |weight| i16::from(*weight));
        f32::from(cells.iter().map(weight).sum::<i16>()) * self.unit + self.bias
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a float out of range becomes the nearest whole number")]
fn whole(value: f32) -> i8 {
    value.round() as i8
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (first, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(*first)
}

/// The first bytes of the file: a name and the version of steps that the weights belong to.
const MAGIC: &[u8; 12] = b"PALISADEGIB1";

/// No weight is larger, in logits.
const LARGEST: f32 = 4.0;
