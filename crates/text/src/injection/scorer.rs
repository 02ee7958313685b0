//! Judges a text as it comes in, piece by piece. How the text was cut into pieces changes nothing.

use std::ops::Range;

use super::{
    features::{Feature, Finder},
    sentence::{Cutter, Sentence},
    table::{Table, shipped},
    window::{BESIDE, Blocks, WHOLE, units_of_share},
};
use crate::Origin;

/// How much a text speaks for an attack.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// From 0 to 1; 0.5 is where one in a hundred harmless texts is, of sources that training has not seen.
    pub score: f32,
    /// The same on the scale where evidence adds up; 0 is a score of 0.5.
    pub logit: f32,
    /// The bytes that were judged: the part of the text that speaks most for an attack.
    pub window: Range<usize>,
}

/// Judges a text that comes in pieces.
#[derive(Clone, Debug)]
pub struct Scorer {
    cutter: Cutter,
    judge: Judge,
}

/// What judges sentence after sentence.
#[derive(Clone, Debug)]
struct Judge {
    table: &'static Table,
    data: bool,
    finder: Finder,
    found: Vec<Feature>,
    blocks: Blocks,
    before: Block,
    now: Block,
    best: Block,
    /// How many sentences there were, those across cuts among them.
    count: usize,
    /// Whether parts are kept, to be shown.
    keep: bool,
}

/// Sentences next to one another and what they sum to, in units of a [`FRACTION`].
#[derive(Clone, Debug, Default)]
struct Block {
    range: Option<Range<usize>>,
    /// All sentences that speak for an attack, each counted like one beside the weightiest.
    all: i64,
    /// The weightiest one, and its number.
    top: (i64, usize),
    /// Features, what they weigh, and the number of their sentence.
    parts: Vec<(Feature, i64, usize)>,
}

impl Block {
    /// What it amounts to.
    fn units(&self) -> i64 {
        self.all + self.top.0 * (i64::from(BESIDE) - 1)
    }
}

impl Scorer {
    /// Begins a text of this origin.
    pub fn new(origin: Origin) -> Self {
        Self::with(origin, false)
    }

    pub(super) fn with(origin: Origin, keep: bool) -> Self {
        let judge = Judge {
            table: shipped(),
            data: origin.is_data(),
            finder: Finder::default(),
            found: Vec::new(),
            blocks: Blocks::default(),
            before: Block::default(),
            now: Block::default(),
            best: Block::default(),
            count: 0,
            keep,
        };
        Self { cutter: Cutter::default(), judge }
    }

    /// Takes the next piece.
    pub fn push(&mut self, piece: &str) {
        let Self { cutter, judge } = self;
        cutter.push(piece, |sentence| judge.take(sentence));
    }

    /// What the sentences that are complete amount to; it never falls.
    pub fn so_far(&self) -> Judged {
        let open = self.judge.window();
        self.judge.judged(if open.units() > self.judge.best.units() { &open } else { &self.judge.best })
    }

    /// The end of the text.
    pub fn finish(mut self) -> Judged {
        self.end();
        self.judge.judged(&self.judge.best)
    }

    /// The end of the text: the judgement, what was added to all, and the parts with their weights, in logits.
    pub(super) fn parts(mut self) -> (Judged, f32, Vec<(Feature, f32)>) {
        self.end();
        let judge = &self.judge;
        let weight = |(feature, units, sentence): &(Feature, i64, usize)| {
            let times = if *sentence == judge.best.top.1 { i64::from(BESIDE) } else { 1 };
            (*feature, judge.logits(units * times))
        };
        let parts = judge.best.parts.iter().map(weight).collect();
        (judge.judged(&judge.best), judge.logits(judge.bias()), parts)
    }

    fn end(&mut self) {
        let Self { cutter, judge } = self;
        cutter.finish(|sentence| judge.take(sentence));
        judge.close();
    }
}

impl Judge {
    fn take(&mut self, sentence: &Sentence) {
        self.finder.find(sentence, &mut self.found);
        let seen = self.found.iter().filter(|feature| self.data || !feature.of_data);
        let weighed = seen.map(|feature| (*feature, self.table.weight(feature.cell))).filter(|(_, units)| *units != 0);
        let (start, end) = (sentence.tokens.first(), sentence.tokens.last());
        if let (Some(start), Some(end)) = (start, end) {
            let first = self.now.range.as_ref().map_or(start.start, |range| range.start);
            self.now.range = Some(first..end.end);
        }
        let number = self.count;
        self.count += 1;
        let length = sentence.length();
        let share = i64::from(units_of_share(length));
        let kept = self.now.parts.len();
        let mut units = 0;
        for (feature, weight) in weighed {
            let weight = i64::from(weight) * share;
            units += weight;
            if self.keep {
                self.now.parts.push((feature, weight, number));
            }
        }
        // A sentence that speaks against an attack does not make another one harmless: it is silent.
        if units > 0 {
            self.now.all += units;
            if units > self.now.top.0 {
                self.now.top = (units, number);
            }
        } else {
            self.now.parts.truncate(kept);
        }
        // What lies across a cut has been counted, piece by piece.
        if !sentence.between && self.blocks.ends(length) {
            self.close();
        }
    }

    fn close(&mut self) {
        let window = self.window();
        if window.units() > self.best.units() || self.best.range.is_none() {
            self.best = window;
        }
        self.before = std::mem::take(&mut self.now);
    }

    /// The block that is being filled and the one before it.
    fn window(&self) -> Block {
        let (before, now) = (&self.before, &self.now);
        let range = match (&before.range, &now.range) {
            (Some(before), Some(now)) => Some(before.start..now.end),
            (before, now) => now.clone().or_else(|| before.clone()),
        };
        let parts = before.parts.iter().chain(&now.parts).copied().collect();
        let top = if now.top.0 > before.top.0 { now.top } else { before.top };
        Block { range, all: before.all + now.all, top, parts }
    }

    fn judged(&self, block: &Block) -> Judged {
        let logit = self.logits(block.units().saturating_add(self.bias()));
        Judged { score: 1.0 / (1.0 + (-logit).exp()), logit, window: block.range.clone().unwrap_or(0..0) }
    }

    fn bias(&self) -> i64 {
        i64::from(self.table.bias) * FRACTION
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        reason = "exact in whole numbers; what is shown has fewer digits"
    )]
    fn logits(&self, units: i64) -> f32 {
        (units as f64 / FRACTION as f64 * f64::from(self.table.unit)) as f32
    }
}

/// A unit of the table is this many units here.
const FRACTION: i64 = WHOLE as i64 * BESIDE as i64;
