//! The shipped weights: which cells have one, and what it is. Whole numbers, so that a sum is the same in any order.

use std::sync::LazyLock;

use super::features::BITS;

/// Weights by cell.
#[derive(Debug, Default)]
pub struct Table {
    /// A bit for each cell that has a weight, with how many cells before these 64 have one.
    groups: Vec<(u64, u32)>,
    weights: Vec<i16>,
    /// Added once to every text, in units.
    pub bias: i32,
    /// Logits of a unit.
    pub unit: f32,
    /// The seed that the weights were fitted with.
    pub seed: u64,
    /// SHA-256 over the data that they were fitted to.
    pub data: [u8; 32],
}

/// The weights in the binary.
pub(super) fn shipped() -> &'static Table {
    static SHIPPED: LazyLock<Table> = LazyLock::new(|| Table::read(include_bytes!("weights.bin")).unwrap_or_default());
    &SHIPPED
}

impl Table {
    /// Packs weights, in logits and by cell; `threshold` is the logit that is to become zero.
    pub fn pack(cells: &[f32], bias: f32, threshold: f32, seed: u64, data: [u8; 32]) -> Self {
        let largest = cells.iter().fold(1e-6_f32, |most, weight| most.max(weight.abs()));
        let unit = largest / f32::from(i16::MAX);
        let mut table = Self { unit, seed, data, bias: whole((bias - threshold) / unit), ..Self::default() };
        for group in cells.chunks(64) {
            let before = u32::try_from(table.weights.len()).unwrap_or(u32::MAX);
            let mut set = 0;
            for (place, weight) in group.iter().enumerate() {
                let units = i16::try_from(whole(weight / unit)).unwrap_or_default();
                if units != 0 && weight.abs() >= LEAST {
                    set |= 1_u64 << place;
                    table.weights.push(units);
                }
            }
            table.groups.push((set, before));
        }
        table
    }

    /// Writes the file: what [`Table::read`] reads.
    pub fn write(&self) -> Vec<u8> {
        let mut file = MAGIC.to_vec();
        file.extend(self.seed.to_le_bytes());
        file.extend(self.data);
        file.extend(self.bias.to_le_bytes());
        file.extend(self.unit.to_le_bytes());
        file.extend(self.groups.iter().flat_map(|(set, _)| set.to_le_bytes()));
        file.extend(self.weights.iter().flat_map(|weight| weight.to_le_bytes()));
        file
    }

    /// Reads the file; none where it is not one, or of another version.
    pub fn read(file: &[u8]) -> Option<Self> {
        let mut rest = file.strip_prefix(MAGIC.as_slice())?;
        let seed = u64::from_le_bytes(take(&mut rest)?);
        let data = take(&mut rest)?;
        let bias = i32::from_le_bytes(take(&mut rest)?);
        let unit = f32::from_le_bytes(take(&mut rest)?);
        let (map, weights) = rest.split_at_checked((1 << BITS) / 8)?;
        let mut before = 0;
        let groups = map.chunks_exact(8).map(|bytes| {
            let set = bytes.iter().rev().fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte));
            let group = (set, before);
            before += set.count_ones();
            group
        });
        let groups = groups.collect();
        let weights: Vec<i16> = weights.as_chunks().0.iter().map(|bytes| i16::from_le_bytes(*bytes)).collect();
        (weights.len() == usize::try_from(before).ok()? && unit.is_finite() && unit > 0.0).then_some(Self {
            groups,
            weights,
            bias,
            unit,
            seed,
            data,
        })
    }

    /// The weight of a cell, in units; zero for most.
    pub(super) fn weight(&self, cell: u32) -> i32 {
        let Some((set, before)) = self.groups.get((cell / 64) as usize) else { return 0 };
        let bit = 1_u64 << (cell % 64);
        if set & bit == 0 {
            return 0;
        }
        let place = before + (set & (bit - 1)).count_ones();
        self.weights.get(place as usize).map_or(0, |weight| i32::from(*weight))
    }

    /// How many cells have a weight.
    pub fn len(&self) -> usize {
        self.weights.len()
    }

    /// Whether none has.
    pub fn is_empty(&self) -> bool {
        self.weights.is_empty()
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a float out of range becomes the nearest whole number")]
fn whole(value: f32) -> i32 {
    value.round() as i32
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (first, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(*first)
}

/// The first bytes of the file: a name and the version of features that the weights belong to.
const MAGIC: &[u8; 12] = b"PALISADEINJ1";

/// Weights that are smaller than this, in logits, are not worth their place.
const LEAST: f32 = 0.004;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let mut cells = vec![0.0; 1 << BITS];
        cells[5] = 1.5;
        cells[64] = -0.25;
        cells[(1 << BITS) - 1] = 0.5;
        let table = Table::pack(&cells, -2.0, 1.0, 7, [3; 32]);
        let file = table.write();
        let back = Table::read(&file).unwrap();
        assert_eq!((back.seed, back.data, back.bias, back.len()), (7, [3; 32], table.bias, 3));
        for (cell, weight) in [(5, 1.5), (64, -0.25), ((1 << BITS) - 1, 0.5), (6, 0.0)] {
            let logits = f64::from(back.weight(cell)) * f64::from(back.unit);
            assert!((logits - weight).abs() < 1e-3);
        }
        for cut in [0, 5, 11, 40, 60, 1000, file.len() - 1] {
            assert!(Table::read(&file[..cut]).is_none());
        }
    }

    #[test]
    fn the_shipped_file_is_whole() {
        assert!(shipped().len() > 10_000);
        assert!(include_bytes!("weights.bin").len() < 4 << 20);
    }
}
