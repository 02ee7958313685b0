//! Whether a text gives a language model orders that it has no right to give: a trained, additive judgement whose parts can
//! be shown and sum to the whole.

mod explain;
mod features;
mod hash;
mod lexicon;
mod reader;
mod scorer;
mod sentence;
mod table;
#[cfg(test)]
mod tests;
mod window;

pub use explain::{Explanation, Part, explain};
pub use features::{BITS, Feature};
pub use lexicon::pack_lexicon;
pub(crate) use lexicon::vocabulary;
pub use scorer::{Judged, Scorer};
pub use table::Table;
pub use window::{BESIDE, Blocks, share};

use crate::Origin;

palisade_base::meta! {
    /// ## What it does
    ///
    /// Judges whether a text gives orders to a language model that its author has no right to give: overrides of earlier
    /// instructions, jailbreaks, forged turns, requests for the hidden prompt, and, in the results of tools and in documents,
    /// orders of any kind. The judgement is a sum of small parts (words, their order, what they mean in some thirty
    /// languages, where they stand), so that it can be shown which words made it.
    ///
    /// The text is judged as it stands and as it reads once disguises are taken off, window by window; the highest counts.
    ///
    /// ## Why it matters
    ///
    /// A model does not tell data from orders. Whoever can place a sentence in a document, a web page or a tool can speak to
    /// the model with the authority of its user.
    ///
    /// ## Example
    ///
    /// ```text
    /// palisade inspect --origin tool --explain result.json
    /// ```
    ///
    /// ## What to do
    ///
    /// Keep the text away from the model, or hand it over as data without authority. Set `--threshold` by your own
    /// harmless texts: 0.5 is made so that about one in a hundred harmless texts is over it.
    ///
    /// ## Limits
    ///
    /// It knows no context beyond the text and its origin. New ways of asking are found less often than known ones; the
    /// model card says how often, source by source.
    ///
    /// ## References
    ///
    /// - OWASP Top 10 for LLM Applications 2025, LLM01
    /// - MITRE ATLAS, AML.T0051 (LLM Prompt Injection), AML.T0054 (LLM Jailbreak)
    pub(crate) static META: Detector = {
        name: "injection",
        summary: "text that gives a model orders it has no right to give",
        severity: High,
        components: [Model, Application],
        threats: [Injection],
        stages: [Operations, Evaluation],
        since: "0.1.0",
    }
}

/// Judges one reading of a text.
pub fn score(text: &str, origin: Origin) -> Judged {
    let mut scorer = Scorer::new(origin);
    scorer.push(text);
    scorer.finish()
}

/// Hands over the features of each sentence of a text, its length in words, and whether it lies across a cut of a long one,
/// in order; for training. What lies across a cut fills no block.
pub fn sentences(text: &str, mut each: impl FnMut(&[Feature], usize, bool)) {
    let mut cutter = sentence::Cutter::default();
    let mut finder = features::Finder::default();
    let mut found = Vec::new();
    let mut take = |sentence: &sentence::Sentence| {
        finder.find(sentence, &mut found);
        each(&found, sentence.length(), sentence.between);
    };
    cutter.push(text, &mut take);
    cutter.finish(&mut take);
}
