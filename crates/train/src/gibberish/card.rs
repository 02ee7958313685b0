//! Fits the trees that weigh whole stretches: gradient boosting of the logistic loss (Friedman, 2001) over binned
//! properties, second order. Everything is summed in one order.

use palisade_text::gibberish::{Forest, PROPERTIES, QUESTIONS, Tree};

/// The properties of a stretch.
pub(super) type Stretch = [i16; PROPERTIES];

/// Fits to the stretches of harmless texts and to odd ones.
pub(super) fn fit(harmless: &[Stretch], odd: &[Stretch]) -> Forest {
    let count = |all: &[Stretch]| f32::from(u16::try_from(all.len().clamp(1, 60_000)).unwrap_or(u16::MAX));
    let share = CAUTION * count(odd) / count(harmless);
    let stretches: Vec<&Stretch> = harmless.iter().chain(odd).collect();
    let limits = limits(&stretches);
    let mut rows: Vec<Row> = stretches
        .iter()
        .enumerate()
        .map(|(number, stretch)| {
            let odd = number >= harmless.len();
            let bins = std::array::from_fn(|property| bin(&limits, stretch, property));
            Row { bins, sum: 0.0, label: f32::from(u8::from(odd)), share: if odd { 1.0 } else { share }, place: 0 }
        })
        .collect();
    let mut forest = Forest::default();
    for _ in 0..TREES {
        let tree = grow(&mut rows, &limits);
        for (row, stretch) in rows.iter_mut().zip(&stretches) {
            row.sum += tree.answers.get(tree.leaf(stretch)).map_or(0.0, |answer| f32::from(*answer) / 1000.0);
        }
        forest.trees.push(tree);
    }
    forest
}

struct Row {
    bins: [u8; PROPERTIES],
    sum: f32,
    label: f32,
    share: f32,
    /// The node that it is at.
    place: usize,
}

/// Slope, curve.
type Sums = [f32; 2];

fn grow(rows: &mut [Row], limits: &[Vec<i16>]) -> Tree {
    let mut tree = Tree { questions: [(0, i16::MAX); QUESTIONS], answers: [0; QUESTIONS + 1] };
    let slopes: Vec<Sums> = rows
        .iter_mut()
        .map(|row| {
            row.place = 0;
            let chance = 1.0 / (1.0 + (-row.sum).exp());
            [(row.label - chance) * row.share, chance * (1.0 - chance) * row.share]
        })
        .collect();
    let mut first = 0;
    while first < QUESTIONS {
        let nodes = first + 1;
        // Sums by node, property and bin.
        let mut sums = vec![[0.0_f32; 2]; nodes * PROPERTIES * BINS];
        for (row, slope) in rows.iter().zip(&slopes) {
            let node = (row.place - first) * PROPERTIES;
            for (property, bin) in row.bins.iter().enumerate() {
                if let Some(sum) = sums.get_mut((node + property) * BINS + usize::from(*bin)) {
                    sum[0] += slope[0];
                    sum[1] += slope[1];
                }
            }
        }
        let best: Vec<(usize, usize)> = (0..nodes)
            .map(|node| {
                let from = node * PROPERTIES * BINS;
                split(sums.get(from..from + PROPERTIES * BINS).unwrap_or_default())
            })
            .collect();
        for (node, (property, bin)) in best.iter().enumerate() {
            if let Some(question) = tree.questions.get_mut(first + node) {
                let limit = limits.get(*property).and_then(|limits| limits.get(*bin)).copied().unwrap_or(i16::MAX);
                *question = (u8::try_from(*property).unwrap_or_default(), limit);
            }
        }
        for row in rows.iter_mut() {
            let (property, bin) = best.get(row.place - first).copied().unwrap_or_default();
            let more = row.bins.get(property).is_some_and(|value| usize::from(*value) > bin);
            row.place = 2 * row.place + 1 + usize::from(more);
        }
        first = 2 * first + 1;
    }
    let mut leaves = [[0.0_f32; 2]; QUESTIONS + 1];
    for (row, slope) in rows.iter().zip(&slopes) {
        if let Some(leaf) = leaves.get_mut(row.place - QUESTIONS) {
            leaf[0] += slope[0];
            leaf[1] += slope[1];
        }
    }
    tree.answers = leaves.map(|[slope, curve]| thousandths(RATE * slope / (curve + CALM)));
    tree
}

/// The property and the bin up to which a node is best cut.
fn split(sums: &[Sums]) -> (usize, usize) {
    let value = |[slope, curve]: Sums| slope * slope / (curve + CALM);
    let mut best = (0.0, (0, BINS));
    for (property, bins) in sums.chunks(BINS).enumerate() {
        let all = bins.iter().fold([0.0; 2], |all, sum| [all[0] + sum[0], all[1] + sum[1]]);
        let mut left = [0.0_f32; 2];
        for (bin, sum) in bins.iter().enumerate() {
            left = [left[0] + sum[0], left[1] + sum[1]];
            let right = [all[0] - left[0], all[1] - left[1]];
            if left[1] < LEAST || right[1] < LEAST {
                continue;
            }
            let gain = value(left) + value(right) - value(all);
            if gain > best.0 {
                best = (gain, (property, bin));
            }
        }
    }
    best.1
}

/// Where the bins of each property end: as many stretches in each.
fn limits(stretches: &[&Stretch]) -> Vec<Vec<i16>> {
    (0..PROPERTIES)
        .map(|property| {
            let mut values: Vec<i16> = stretches.iter().filter_map(|stretch| stretch.get(property).copied()).collect();
            values.sort_unstable();
            let mut limits: Vec<i16> =
                (1..BINS).filter_map(|bin| values.get(values.len() * bin / BINS).copied()).collect();
            limits.dedup();
            limits
        })
        .collect()
}

/// The bin of a value: values up to the limit of a bin belong to it.
fn bin(limits: &[Vec<i16>], stretch: &Stretch, property: usize) -> u8 {
    let (Some(limits), Some(value)) = (limits.get(property), stretch.get(property)) else { return 0 };
    u8::try_from(limits.partition_point(|limit| limit < value)).unwrap_or(u8::MAX)
}

#[expect(clippy::cast_possible_truncation, reason = "a float out of range becomes the nearest whole number")]
fn thousandths(value: f32) -> i16 {
    (value * 1000.0).round() as i16
}

const TREES: usize = 260;
const BINS: usize = 64;
const RATE: f32 = 0.1;
/// Keeps answers of few stretches small.
const CALM: f32 = 2.0;
/// A side of a cut has at least this much curve.
const LEAST: f32 = 2.0;
/// A false alarm costs so many times what a miss does.
const CAUTION: f32 = 4.0;
