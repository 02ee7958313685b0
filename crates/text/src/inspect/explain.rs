//! Which words made the injection score.

use std::ops::Range;

use super::{Inspector, blocks, counts};
use crate::{
    Limits, Origin,
    injection::{self, Part},
    views,
};

/// The highest injection score of a text, taken apart.
#[derive(Clone, Debug, PartialEq)]
pub struct Explained {
    /// The score, 0 to 1.
    pub score: f32,
    /// The score on the scale where evidence adds up: the sum of `bias` and of every part.
    pub logit: f32,
    /// What is added to every text.
    pub bias: f32,
    /// The bytes of the text that were judged.
    pub window: Range<usize>,
    /// The decodings that revealed what was judged, outermost first.
    pub revealed_by: Vec<&'static str>,
    /// The parts with their bytes of the text, the weightiest first.
    pub parts: Vec<Part>,
}

impl Inspector {
    /// Takes the score of a text apart; none for an empty text, and where the classifier does not run.
    pub fn explain(&self, text: &str, origin: Origin) -> Option<Explained> {
        if !self.options.injection {
            return None;
        }
        let (mut best, mut base) = (None::<Explained>, 0);
        let mut rest = text;
        while let Some((block, after)) = blocks::cut(rest, true).and_then(|end| rest.split_at_checked(end)) {
            for view in views(block, &Limits::default()).views.into_iter().filter(|view| counts(view, origin)) {
                let judged = injection::score(view.text(), origin);
                if best.as_ref().is_some_and(|best| best.logit >= judged.logit) {
                    continue;
                }
                let explanation = injection::explain(view.text(), origin);
                let place = |range: Range<usize>| {
                    let range = view.original(range);
                    range.start + base..range.end + base
                };
                let parts = explanation.parts.into_iter().map(|part| Part { range: place(part.range), ..part });
                best = Some(Explained {
                    score: judged.score,
                    logit: judged.logit,
                    bias: explanation.bias,
                    window: place(judged.window),
                    revealed_by: view.steps().iter().map(|step| step.name()).collect(),
                    parts: parts.collect(),
                });
            }
            base += block.len();
            rest = after;
        }
        best
    }
}
