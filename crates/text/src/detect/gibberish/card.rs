//! Weighs a stretch as a whole: a score card whose parts can be shown. What code, lists and tables have, and odd words do
//! not, is order: the same gap again, the same word again, line by line.

use super::{table::Table, token};

/// How many properties a stretch has.
pub const PROPERTIES: usize = 16;
/// How many weights the card has: one of each property, one of its square, and one of none.
pub const WEIGHTS: usize = 2 * PROPERTIES + 1;

/// The properties of a stretch, by name in [`NAMES`]. Only its first 256 steps are looked at.
pub fn properties(stretch: &str, table: &Table) -> [f32; PROPERTIES] {
    let mut counts = [0.0_f32; PROPERTIES];
    let mut seen = Seen::default();
    let (mut steps, mut end, mut gap, mut case) = (0.0_f32, 0, 0, 0);
    token::steps(stretch, |step| {
        let [sum, odd, usual, plain, lines, glued, digits, other, cases, same, short, words, pairs, gaps, ..] =
            &mut counts;
        if steps < MOST {
            steps += 1.0;
            let logit = table.logit(step.cells()).clamp(-3.0, 3.0);
            let between = stretch.get(end..step.start).unwrap_or_default();
            *sum += logit;
            *odd += one(logit > 1.5);
            *usual += one(logit < -0.5);
            *plain += one(between == " ");
            *lines += one(between.contains('\n'));
            *glued += one(between.is_empty());
            *digits += one(step.script() == token::DIGITS);
            *other += one(step.script() != 0 && step.script() != token::DIGITS);
            *cases += one(step.case() != case);
            *same += one(step.gap == gap && between != " ");
            *short += one(step.end - step.start <= 3);
            *words += one(seen.words.is_new(step.word));
            *pairs += one(seen.pairs.is_new(step.joined));
            *gaps += one(seen.gaps.is_new(step.gap));
        }
        (end, gap, case) = (step.end, step.gap, step.case());
    });
    let sum = counts.first().copied().unwrap_or_default();
    for count in &mut counts {
        *count /= steps.max(1.0);
    }
    let [.., size, long] = &mut counts;
    *size = (1.0 + sum.max(0.0)).ln() / 2.0;
    *long = (1.0 + steps).ln() / 2.0;
    counts
}

/// What the card says, in logits: over zero is sure.
pub fn weigh(properties: &[f32; PROPERTIES], weights: &[f32; WEIGHTS]) -> f32 {
    let terms = properties.iter().flat_map(|value| [*value, value * value]).chain([1.0]);
    terms.zip(weights).map(|(term, weight)| term * weight).sum()
}

/// The names of the properties.
pub const NAMES: [&str; PROPERTIES] = [
    "mean",
    "odd",
    "usual",
    "plain",
    "lines",
    "glued",
    "digits",
    "other script",
    "case changes",
    "same gap",
    "short",
    "new words",
    "new pairs",
    "new gaps",
    "sum",
    "length",
];

/// Hashes that have come before.
#[derive(Default)]
struct Seen {
    words: Marks,
    pairs: Marks,
    gaps: Marks,
}

/// A set of hashes as bits; a rare clash does not matter.
#[derive(Default)]
struct Marks([u64; 32]);

impl Marks {
    fn is_new(&mut self, hash: u32) -> bool {
        let place = hash.wrapping_mul(0x9e37_79b1) >> 21;
        let bit = 1_u64 << (place & 63);
        self.0.get_mut((place >> 6) as usize).is_some_and(|bits| {
            let new = *bits & bit == 0;
            *bits |= bit;
            new
        })
    }
}

const fn one(holds: bool) -> f32 {
    if holds { 1.0 } else { 0.0 }
}

const MOST: f32 = 256.0;
