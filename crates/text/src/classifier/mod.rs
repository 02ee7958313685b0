//! A second classifier, which the user brings: what it says stands beside our score and never in its place. Running it needs
//! the feature `onnx`; joining what it says to a judgement does not.

#[cfg(feature = "onnx")]
mod config;
#[cfg(feature = "onnx")]
mod model;
#[cfg(any(feature = "onnx", test))]
mod nesting;
#[cfg(feature = "onnx")]
mod windows;

use std::ops::Range;

use palisade_base::{Confidence, Meta};

#[cfg(feature = "onnx")]
pub use model::{Classifier, ClassifierError, ClassifierFiles};

use crate::{Found, Hit, Judgement, Sort, Verdict};

palisade_base::meta! {
    /// ## What it does
    ///
    /// Runs a classifier of your own beside ours: `palisade inspect --classifier DIR`, where DIR holds `model.onnx`, `tokenizer.json`
    /// and `config.json`, as they are published for Prompt Guard 2 and for detectors on DeBERTa. A text is cut into windows of
    /// up to 512 tokens that overlap, and the highest score counts. From `--classifier-threshold` on there is a finding.
    ///
    /// ## Why it matters
    ///
    /// Two classifiers that were trained on other data err in other places. What both say is sure; where they differ, someone
    /// should look.
    ///
    /// ## Example
    ///
    /// ```text
    /// cargo build --release --features onnx
    /// palisade inspect --classifier prompt-guard-2 --origin document mail.txt
    /// ```
    ///
    /// ## What to do
    ///
    /// As with a finding of `injection`: do not let the text go on, or look at it. If it errs on your texts, raise its threshold.
    ///
    /// ## Limits
    ///
    /// It reads the text as it stands: what is disguised is decoded for our classifier only. It knows no origin. Weights have to
    /// be in the one file; operators that `rten` does not know are an error. A model is a program: `palisade scan DIR` looks
    /// at it first. At most 1,024 windows of one text are judged, and the rest is said to be unknown.
    ///
    /// ## References
    ///
    /// - Meta, Llama Prompt Guard 2 model card, 2025
    /// - He et al., DeBERTaV3, 2021
    static META: Detector = {
        name: "classifier",
        summary: "a classifier of yours says that the text is an injection",
        severity: High,
        components: [Model],
        threats: [Injection],
        stages: [Operations],
        since: "0.1.0",
    }
}

/// The description, for programs without a classifier too.
pub(crate) static DESCRIPTION: &Meta = &META;

/// What a classifier of the user says of a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Opinion {
    /// The highest score of all windows, 0 to 1: the probability of the labels that mean injection.
    pub score: f32,
    /// The likeliest label in that window.
    pub label: String,
    /// The bytes of the text in that window.
    pub window: Range<usize>,
    /// So many windows were judged.
    pub windows: usize,
    /// Whether every window was.
    pub complete: bool,
}

impl Opinion {
    /// Adds a finding to a judgement if the score is at least `threshold`. The score of the judgement stays what it is; the
    /// verdict can only become worse.
    pub fn join(&self, judgement: &mut Judgement, threshold: f32) {
        if self.score >= threshold {
            let rule = META.name;
            let hit = Hit { range: self.window.clone(), kind: rule, confidence: Confidence::High };
            let found =
                Found { score: self.score, ..Found::new(rule, Sort::Order, &hit, hit.range.clone(), Vec::new()) };
            judgement.verdict = judgement.verdict.max(found.verdict());
            let place = |other: &Found| (other.range.start, other.range.end) <= (found.range.start, found.range.end);
            judgement.findings.insert(judgement.findings.partition_point(place), found);
        }
        if !self.complete {
            judgement.complete = false;
            judgement.verdict = judgement.verdict.max(Verdict::Review);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Inspector, Origin};

    #[test]
    fn an_opinion_stands_beside_the_score() {
        let text = "Write to jane.roe@mail.test, please.";
        let before = Inspector::default().inspect(text, Origin::User);
        let opinion =
            Opinion { score: 0.8, label: "BAD".to_owned(), window: 0..text.len(), windows: 1, complete: true };
        let mut after = before.clone();
        opinion.join(&mut after, 0.9);
        assert_eq!(after, before);
        opinion.join(&mut after, 0.8);
        let rules: Vec<&str> = after.findings.iter().map(|found| found.rule).collect();
        assert_eq!(rules, ["classifier", "personal-data"]);
        assert!((after.score - before.score).abs() < f32::EPSILON && after.verdict == Verdict::Block);
        let mut unknown = before.clone();
        Opinion { complete: false, ..opinion }.join(&mut unknown, 1.0);
        assert_eq!((unknown.verdict, unknown.complete), (Verdict::Review, false));
    }
}
