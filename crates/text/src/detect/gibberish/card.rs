//! What is counted in a stretch for weighing it as a whole. What code, lists and tables have, and odd words do not, is
//! order: the same gap again, the same word again, line by line, brackets that close.

use super::{
    segment::Segment,
    table::{Parts, Reader, Table},
    token::{self, Step},
};

/// How many properties a stretch has.
pub const PROPERTIES: usize = NAMES.len();

/// The properties of a stretch, by name in [`NAMES`]. Only its first 256 steps are looked at.
pub fn properties(text: &str, segment: &Segment, table: &Table) -> [i16; PROPERTIES] {
    let stretch = text.get(segment.range.clone()).unwrap_or_default();
    let mut reader = Reader::new(table);
    let mut count = Counts::default();
    token::steps(stretch, |step| {
        if count.steps < STEPS {
            let between = stretch.get(count.end..step.start).unwrap_or_default();
            count.add(step, reader.read(step), between);
        }
    });
    count.properties(segment, text.len())
}

/// The names of the properties.
pub const NAMES: [&str; 36] = [
    "mean",
    "cells",
    "pair",
    "topic",
    "odd",
    "very odd",
    "usual",
    "best ten",
    "lesser half",
    "plain gaps",
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
    "steps",
    "sum",
    "signs",
    "kinds of signs",
    "unbalanced",
    "capitals",
    "in capitals",
    "scripts",
    "shape again",
    "word bytes",
    "before",
    "place",
    "behind",
    "odd runs",
    "rest of line",
    "single letters",
];

#[derive(Default)]
struct Counts {
    steps: i32,
    end: usize,
    gap: u32,
    case: u32,
    shape: u32,
    sums: Parts,
    odd: i32,
    very_odd: i32,
    usual: i32,
    /// The last ten steps, and the most that ten in a row had.
    ten: [i32; 10],
    best: i32,
    first_half: [i32; STEPS as usize / 16],
    plain: i32,
    lines: i32,
    glued: i32,
    digits: i32,
    other: i32,
    cases: i32,
    same: i32,
    short: i32,
    words: i32,
    pairs: i32,
    gaps: i32,
    signs: i32,
    kinds: u128,
    depth: [i32; 3],
    broken: i32,
    capital: i32,
    capitals: i32,
    scripts: u32,
    again: i32,
    bytes: i32,
    run: i32,
    longest: i32,
    single: i32,
    seen: Seen,
}

impl Counts {
    fn add(&mut self, step: &Step, parts: Parts, between: &str) {
        let number = usize::try_from(self.steps).unwrap_or_default();
        self.steps += 1;
        self.sums.sum += parts.sum;
        self.sums.cells += parts.cells.clamp(-2 * MOST, 2 * MOST);
        self.sums.pair += parts.pair.clamp(-MOST, MOST);
        self.sums.topic += parts.topic.clamp(-MOST, MOST);
        self.odd += i32::from(parts.sum > 24);
        self.very_odd += i32::from(parts.sum > 60);
        self.usual += i32::from(parts.sum < -16);
        if let Some(slot) = self.ten.get_mut(number % 10) {
            *slot = parts.sum;
        }
        self.best = self.best.max(self.ten.iter().sum());
        if let Some(sum) = self.first_half.get_mut(number / 16) {
            *sum += parts.sum;
        }
        self.plain += i32::from(between == " ");
        self.lines += i32::from(between.contains('\n'));
        self.glued += i32::from(between.is_empty());
        self.digits += i32::from(step.script() == token::DIGITS);
        self.other += i32::from(step.script() != 0 && step.script() != token::DIGITS);
        self.scripts |= 1 << step.script();
        self.cases += i32::from(step.case() != self.case);
        self.capital += i32::from(step.case() == 1);
        self.capitals += i32::from(step.case() > 1);
        self.same += i32::from(step.gap == self.gap && between != " ");
        self.again += i32::from(step.shape == self.shape);
        self.short += i32::from(step.bytes() <= 3);
        self.single += i32::from(step.bytes() == 1);
        self.bytes += i32::try_from(step.bytes().min(40)).unwrap_or(40);
        self.words += i32::from(self.seen.words.is_new(step.word));
        self.pairs += i32::from(self.seen.pairs.is_new(step.joined));
        self.gaps += i32::from(self.seen.gaps.is_new(step.gap));
        self.run = if parts.sum > 8 { self.run + 1 } else { 0 };
        self.longest = self.longest.max(self.run);
        for sign in between.bytes().take(64) {
            self.sign(sign);
        }
        (self.end, self.gap, self.case, self.shape) = (step.end, step.gap, step.case(), step.shape);
    }

    fn sign(&mut self, sign: u8) {
        if sign.is_ascii_whitespace() {
            return;
        }
        self.signs += 1;
        self.kinds |= 1 << (sign & 127);
        let (kind, by) = match sign {
            b'(' => (0, 1),
            b')' => (0, -1),
            b'[' => (1, 1),
            b']' => (1, -1),
            b'{' => (2, 1),
            b'}' => (2, -1),
            _ => return,
        };
        if let Some(depth) = self.depth.get_mut(kind) {
            *depth += by;
            self.broken += i32::from(*depth < 0);
            *depth = (*depth).max(0);
        }
    }

    fn properties(&self, segment: &Segment, length: usize) -> [i16; PROPERTIES] {
        let share = |count: i32| count * 1000 / self.steps.max(1);
        let mean = |sum: i32| sum * 16 / self.steps.max(1);
        let parts = usize::try_from(self.steps).unwrap_or_default().div_ceil(16).max(1);
        let sixteens = self.first_half.get(..parts).unwrap_or_default();
        let whole = sixteens.get(..parts.saturating_sub(1).max(1)).unwrap_or_default();
        let least = whole.iter().min().copied().unwrap_or_default();
        let number = |value: usize| i32::try_from(value.min(30_000)).unwrap_or(30_000);
        let all = [
            mean(self.sums.sum),
            mean(self.sums.cells),
            mean(self.sums.pair),
            mean(self.sums.topic),
            share(self.odd),
            share(self.very_odd),
            share(self.usual),
            self.best,
            least,
            share(self.plain),
            share(self.lines),
            share(self.glued),
            share(self.digits),
            share(self.other),
            share(self.cases),
            share(self.same),
            share(self.short),
            share(self.words),
            share(self.pairs),
            share(self.gaps),
            self.steps,
            self.sums.sum,
            share(self.signs),
            number(self.kinds.count_ones() as usize),
            self.broken + self.depth.iter().sum::<i32>(),
            share(self.capital),
            share(self.capitals),
            number(self.scripts.count_ones() as usize),
            share(self.again),
            self.bytes * 10 / self.steps.max(1),
            segment.before,
            number(segment.place),
            number(length.saturating_sub(segment.range.end)),
            self.longest,
            share(i32::from(self.lines > 0)),
            share(self.single),
        ];
        all.map(|value| i16::try_from(value.clamp(-30_000, 30_000)).unwrap_or_default())
    }
}

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

const STEPS: i32 = 256;
/// No part of a step counts for more in a mean.
const MOST: i32 = 200;
