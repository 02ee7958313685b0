//! Finds the stretches of a text whose steps, summed, speak most for words that nobody put together: the cumulative sum of
//! Page (Biometrika 1954), which begins anew where the text makes sense again.

use std::ops::Range;

use super::{card, memo::Memo, table::Table, walk};

/// A stretch of steps. Sums are in [`UNIT`](super::UNIT)s.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Segment {
    /// Bytes of the text.
    pub range: Range<usize>,
    /// The sum of its steps.
    pub sum: i32,
    /// How many steps it has.
    pub steps: usize,
    /// How odd the steps before it were, in 1/256 of a unit: the last dozen count most.
    pub before: i32,
    /// How many steps stand before it, up to some.
    pub place: usize,
}

/// Every stretch that reaches `least`, in [`UNIT`](super::UNIT)s, in order.
pub fn segments(text: &str, table: &Table, least: i32) -> Vec<Segment> {
    remembering(text, &mut Memo::new(table), least)
}

/// The same, with what is known from texts before.
pub(super) fn remembering(text: &str, memo: &mut Memo<'_>, least: i32) -> Vec<Segment> {
    let mut found = Vec::new();
    let (mut open, mut best) = (Segment::default(), Segment::default());
    let (mut before, mut place) = (0_i32, 0_usize);
    walk::sums(text, memo, |step, sum| {
        let (odd, far) = (before, place);
        before += ((sum << 8) - before) >> 4;
        place = (place + 1).min(FAR);
        if open.sum <= 0 {
            // Nearly every step of what makes sense ends here: nothing is open, and it opens nothing.
            if sum <= DRIFT {
                return;
            }
            open = Segment { range: step.clone(), sum: 0, steps: 0, before: odd, place: far };
        }
        open.sum += sum - DRIFT;
        open.steps += 1;
        open.range.end = step.end;
        if open.sum > best.sum {
            best = open.clone();
        }
        if open.sum <= 0 || open.sum < best.sum - FALL {
            if best.sum >= least && best.steps >= FEW {
                found.push(std::mem::take(&mut best));
            }
            best = Segment::default();
            open.sum = 0;
        }
    });
    if best.sum >= least && best.steps >= FEW {
        found.push(best);
    }
    found
}

impl Segment {
    /// What the trees say of it, in thousandths of a logit: zero and more is sure.
    pub fn logit(&self, text: &str, table: &Table) -> i32 {
        table.forest.weigh(&card::properties(text, self, table))
    }
}

/// From this sum on a stretch is weighed as a whole.
pub const CANDIDATE: i32 = 100;
/// Harmless text of little-known kinds rises slowly; what rises slower than this a step does not rise.
const DRIFT: i32 = 6;
/// A stretch ends where the sum has fallen so far.
const FALL: i32 = 320;
/// A stretch of fewer steps says too little.
const FEW: usize = 6;
/// So many steps before a stretch are counted.
const FAR: usize = 64;
