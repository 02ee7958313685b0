//! The ticket classifier: a linear model, trained as an averaged perceptron (Freund and Schapire 1999).
//!
//! Until the final division every number is a whole one below 2^24, so `f32` is exact and the weights are the same
//! to the bit on every machine; no function whose rounding depends on a mathematics library is called.

use std::collections::BTreeSet;

use super::{features::features, random::Random, tickets::Row};

/// One number for each class.
pub(crate) type Scores = [f32; 5];

/// A linear classifier over hashed words.
pub(crate) struct Classifier {
    /// For each feature, what it adds to each class.
    pub(crate) weights: Vec<Scores>,
    /// What each class starts with.
    pub(crate) bias: Scores,
}

/// How often a classifier was right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Accuracy {
    /// Rows whose label was predicted.
    pub(crate) right: usize,
    /// Rows that have a label.
    pub(crate) rows: usize,
}

struct Sample {
    features: BTreeSet<usize>,
    class: usize,
}

impl Classifier {
    /// Learns from the rows that have a known label, `epochs` times over in an order drawn from `seed`.
    pub(crate) fn train(rows: &[Row], size: u32, epochs: u32, seed: u64) -> Self {
        let mut samples = samples(rows, size);
        let mut random = Random::new(seed);
        let mut now = Self::zero(size);
        // The sum of each change times the step at which it was made: what the average is calculated from.
        let mut weighted = Self::zero(size);
        let mut step = 1.0_f32;
        for _ in 0..epochs {
            random.shuffle(&mut samples);
            for sample in &samples {
                let guess = now.predict(&sample.features);
                if guess != sample.class {
                    for (class, change) in [(sample.class, 1.0), (guess, -1.0)] {
                        now.add(&sample.features, class, change);
                        weighted.add(&sample.features, class, change * step);
                    }
                }
                step += 1.0;
            }
        }
        let cells = now.weights.iter_mut().chain([&mut now.bias]).flatten();
        for (cell, sum) in cells.zip(weighted.weights.iter().chain([&weighted.bias]).flatten()) {
            *cell -= sum / step;
        }
        now
    }

    /// Judges the rows that have a known label.
    pub(crate) fn accuracy(&self, rows: &[Row]) -> Accuracy {
        let samples = samples(rows, self.size());
        let right = samples.iter().filter(|sample| self.predict(&sample.features) == sample.class).count();
        Accuracy { right, rows: samples.len() }
    }

    fn zero(size: u32) -> Self {
        Self { weights: (0..size).map(|_| Scores::default()).collect(), bias: Scores::default() }
    }

    fn size(&self) -> u32 {
        u32::try_from(self.weights.len()).unwrap_or(u32::MAX)
    }

    fn add(&mut self, features: &BTreeSet<usize>, class: usize, change: f32) {
        for feature in features {
            if let Some(cell) = self.weights.get_mut(*feature).and_then(|scores| scores.get_mut(class)) {
                *cell += change;
            }
        }
        if let Some(cell) = self.bias.get_mut(class) {
            *cell += change;
        }
    }

    /// The class with the highest score, the first of equals.
    fn predict(&self, features: &BTreeSet<usize>) -> usize {
        let mut scores = self.bias;
        for weights in features.iter().filter_map(|feature| self.weights.get(*feature)) {
            for (score, weight) in scores.iter_mut().zip(weights) {
                *score += weight;
            }
        }
        let mut best = (0, f32::NEG_INFINITY);
        for (class, score) in scores.into_iter().enumerate() {
            if score > best.1 {
                best = (class, score);
            }
        }
        best.0
    }
}

fn samples(rows: &[Row], size: u32) -> Vec<Sample> {
    rows.iter().filter_map(|row| Some(Sample { features: features(&row.text, size), class: row.class()? })).collect()
}
