//! Finds the stretches of a text whose steps, summed, speak most for words that nobody put together: the cumulative sum of
//! Page (Biometrika 1954), which begins anew where the text makes sense again.

use std::ops::Range;

use super::{card, table::Table, token};

/// A stretch of steps.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Segment {
    /// Bytes of the text.
    pub range: Range<usize>,
    /// The sum of its steps, in logits.
    pub sum: f32,
    /// How many steps it has.
    pub steps: usize,
}

/// Every stretch that reaches `least`, in order.
pub fn segments(text: &str, table: &Table, least: f32) -> Vec<Segment> {
    let mut found = Vec::new();
    let (mut open, mut best) = (Segment::default(), Segment::default());
    token::steps(text, |step| {
        let logit = table.logit(step.cells()).clamp(-MOST, MOST) - DRIFT;
        if open.sum <= 0.0 {
            open = Segment { range: step.start..step.end, sum: 0.0, steps: 0 };
        }
        open.sum += logit;
        open.steps += 1;
        open.range.end = step.end;
        if open.sum > best.sum {
            best = open.clone();
        }
        if open.sum <= 0.0 || open.sum < best.sum - FALL {
            if best.sum >= least {
                found.push(std::mem::take(&mut best));
            }
            best = Segment::default();
            open.sum = 0.0;
        }
    });
    if best.sum >= least {
        found.push(best);
    }
    found
}

impl Segment {
    /// What the score card says of it, in logits: over zero is sure.
    pub fn logit(&self, text: &str, table: &Table) -> f32 {
        let stretch = text.get(self.range.clone()).unwrap_or_default();
        card::weigh(&card::properties(stretch, table), &table.card)
    }
}

/// From this sum on a stretch is weighed as a whole.
pub const CANDIDATE: f32 = 6.0;
/// One step counts for no more than this.
const MOST: f32 = 3.0;
/// Harmless text of little-known kinds rises slowly; what rises slower than this, in logits a step, does not rise.
const DRIFT: f32 = 0.2;
/// A stretch ends where the sum has fallen so far.
const FALL: f32 = 12.0;
