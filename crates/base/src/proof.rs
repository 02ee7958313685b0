//! Measurements: what an attack achieved, what a defence changed, and how far evidence goes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Component, Meta, Threat};

/// How far the evidence on a threat goes, from nothing to a test that anyone can replay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub enum Grade {
    /// Nothing is known.
    E0,
    /// Someone declared it.
    E1,
    /// The configuration or artifact was seen.
    E2,
    /// An attack was run against it.
    E3,
    /// An attack was run, and the run is signed and can be replayed.
    E4,
}

/// What an attack measured: one number with its uncertainty and what it cost.
#[derive(Clone, Debug, PartialEq)]
pub struct Score {
    /// The metric's name, such as `robust-accuracy` or `attack-success`.
    pub metric: &'static str,
    /// Its value.
    pub value: f64,
    /// A 95 % confidence interval.
    pub interval: (f64, f64),
    /// The number of samples.
    pub n: u64,
    /// The number of queries spent.
    pub queries: u64,
    /// The seed: same seed, same result.
    pub seed: u64,
}

/// What a defence costs those who do not attack.
#[derive(Clone, Debug, PartialEq)]
pub struct Cost {
    /// Accuracy (or acceptance) on clean inputs without and with the defence.
    pub clean: (Score, Score),
    /// Median latency of one call in microseconds, without and with the defence.
    pub latency_us: (f64, f64),
}

/// The result of an attacker who knows the defence.
#[derive(Clone, Debug, PartialEq)]
pub enum Adaptive {
    /// It was tried, and this is what it achieved.
    Measured(Score),
    /// It was not tried; the proof says why, and counts for less.
    Untested(String),
}

/// The product in one value: exposure, defence, the exposure that is left, and the price.
#[derive(Clone, Debug)]
pub struct Proof {
    /// The threat that was measured.
    pub threat: Threat,
    /// The component that was attacked.
    pub component: Component,
    /// The attack.
    pub attack: &'static Meta,
    /// The defence; `None` for a measurement of exposure only.
    pub defence: Option<&'static Meta>,
    /// Without the defence.
    pub before: Score,
    /// The same attack with the defence.
    pub after: Option<Score>,
    /// The price of the defence.
    pub cost: Option<Cost>,
    /// An attacker who knows the defence.
    pub adaptive: Adaptive,
    /// Signed and replayable?
    pub signed: bool,
}

impl Proof {
    /// How far this proof goes: [`Grade::E4`] if it is signed and can be replayed, else [`Grade::E3`].
    pub fn grade(&self) -> Grade {
        if self.signed { Grade::E4 } else { Grade::E3 }
    }
}
