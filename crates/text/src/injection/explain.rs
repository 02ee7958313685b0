//! Why a text was judged as it was: every part with its bytes and its weight. The parts sum to the judgement.

use std::ops::Range;

use super::scorer::{Judged, Scorer};
use crate::Origin;

/// One of the things that made a judgement.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Bytes of the text that it stands on.
    pub range: Range<usize>,
    /// What it adds, in logits; less than zero where it speaks against an attack.
    pub weight: f32,
    /// What it is, for people.
    pub feature: String,
}

/// A judgement and its parts.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// The judgement.
    pub judged: Judged,
    /// What is added to every text, in logits.
    pub bias: f32,
    /// The parts, the weightiest first. With `bias` they sum to the logit.
    pub parts: Vec<Part>,
}

/// Judges a text and says why.
pub fn explain(text: &str, origin: Origin) -> Explanation {
    let mut scorer = Scorer::with(origin, true);
    scorer.push(text);
    let (judged, bias, parts) = scorer.parts();
    let mut parts: Vec<Part> = parts
        .into_iter()
        .map(|(feature, weight)| {
            let range = feature.start..feature.end;
            let words = text.get(range.clone()).unwrap_or_default();
            Part { feature: feature.describe(words), range, weight }
        })
        .collect();
    parts.sort_by(|a, b| b.weight.abs().total_cmp(&a.weight.abs()).then(a.range.start.cmp(&b.range.start)));
    Explanation { judged, bias, parts }
}
