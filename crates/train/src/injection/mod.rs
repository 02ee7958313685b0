//! The recipe of the injection model: what it is fitted to, where its threshold lies, what it does on sources it has not seen.

mod folds;
mod languages;

use std::path::Path;

pub use folds::{Fold, mean_recall};
pub use languages::Spoken;
use palisade_text::injection::Table;
use sha2::{Digest, Sha256};

use crate::{
    corpus::Corpus,
    data::{self, DataError},
    evaluate::{area, over, threshold},
    fit::{self, Options, Weights},
    write,
};

/// Everything that a model is fitted to and measured on.
#[derive(Debug)]
pub struct Recipe {
    corpus: Corpus,
    /// Texts of the training split; those of the dev split follow, those that we write, and those that are only measured on.
    train: usize,
    dev: usize,
    written: usize,
    digest: [u8; 32],
    options: Options,
}

impl Recipe {
    /// Reads `train.jsonl.gz` and `dev.jsonl.gz` in a folder and writes our own texts.
    pub fn read(folder: &Path, seed: u64) -> Result<Self, DataError> {
        let train = data::read(&folder.join("train.jsonl.gz"))?;
        let dev = data::read(&folder.join("dev.jsonl.gz"))?;
        let own = write::examples(seed);
        let mut digest = Sha256::new();
        digest.update(train.digest);
        digest.update(dev.digest);
        for example in &own {
            digest.update(example.text.as_bytes());
        }
        let (trained, mut examples) = (train.examples.len(), train.examples);
        examples.extend(dev.examples);
        let measured = examples.len();
        examples.extend(own);
        let written = examples.len();
        examples.extend(write::held(seed));
        let options = Options { seed, ..Options::default() };
        Ok(Self {
            corpus: Corpus::new(&examples),
            train: trained,
            dev: measured,
            written,
            digest: digest.finalize().into(),
            options,
        })
    }

    /// The model: fitted to all that there is, with its threshold where left-out harmless families have it.
    pub fn model(&self) -> Table {
        let all: Vec<usize> = self.numbers().collect();
        let weights = fit::fit(&self.corpus, &all, &self.options);
        Table::pack(&weights.cells, weights.bias, self.usual_threshold(), self.options.seed, self.digest)
    }

    /// The mean, over groups of harmless families, of the logit that one in a hundred of them is over when left out.
    fn usual_threshold(&self) -> f32 {
        let of = |group: usize| {
            let left = |number: &usize| !self.attack(*number) && self.group(*number) == Some(group);
            let (left, chosen): (Vec<usize>, Vec<usize>) = self.numbers().partition(left);
            let weights = fit::fit(&self.corpus, &chosen, &self.options);
            threshold(&self.logits(&weights, &left, true), 100)
        };
        // Summed in the order of the groups, whichever fit ends first.
        let thresholds: Vec<f32> = std::thread::scope(|scope| {
            let fits: Vec<_> = (0..GROUPS.len()).map(|group| scope.spawn(move || of(group))).collect();
            fits.into_iter().map(joined).collect()
        });
        thresholds.iter().sum::<f32>() / f32::from(u8::try_from(GROUPS.len()).unwrap_or(1))
    }

    /// Fits to the training split and our own texts, measures on the dev split: area, and attacks found at one in a hundred;
    /// first with the origin of each text given, then with all taken to be of users.
    pub fn on_dev(&self) -> [(f64, f64); 2] {
        let chosen: Vec<usize> = self.numbers().filter(|number| *number < self.train || *number >= self.dev).collect();
        let weights = fit::fit(&self.corpus, &chosen, &self.options);
        let of =
            |attack: bool| (self.train..self.dev).filter(|number| self.attack(*number) == attack).collect::<Vec<_>>();
        let (attacks, harmless) = (of(true), of(false));
        [true, false].map(|given| {
            let (attacks, harmless) = (self.logits(&weights, &attacks, given), self.logits(&weights, &harmless, given));
            (area(&attacks, &harmless), over(&attacks, threshold(&harmless, 100)))
        })
    }

    fn logits(&self, weights: &Weights, numbers: &[usize], given: bool) -> Vec<f32> {
        let documents = numbers.iter().filter_map(|number| self.corpus.documents.get(*number));
        documents.map(|document| weights.logit(&self.corpus, document, given && document.data)).collect()
    }

    /// What may be learnt from.
    fn numbers(&self) -> std::ops::Range<usize> {
        0..self.written
    }

    fn attack(&self, number: usize) -> bool {
        self.corpus.documents.get(number).is_some_and(|document| document.attack)
    }

    fn family(&self, number: usize) -> &str {
        let family = self.corpus.documents.get(number).and_then(|document| self.corpus.families.get(document.family));
        family.map_or("", String::as_str)
    }

    fn source(&self, number: usize) -> &str {
        let source = self.corpus.documents.get(number).and_then(|document| self.corpus.sources.get(document.source));
        source.map_or("", String::as_str)
    }

    fn data(&self, number: usize) -> bool {
        self.corpus.documents.get(number).is_some_and(|document| document.data)
    }

    fn group(&self, number: usize) -> Option<usize> {
        let family = self.family(number);
        GROUPS.iter().position(|group| group.contains(&family))
    }
}

/// What a thread has found; if it panicked, so does this: a mean without one of its parts would be wrong in silence.
fn joined<T>(thread: std::thread::ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// Harmless families that are left out together.
const GROUPS: &[&[&str]] = &[
    &["gorilla", "owasp_docs"],
    &["gpteacher_code", "gpteacher_tool", "self_instruct"],
    &["repo_docs", "palisade_emails"],
    &["xquad", "palisade_hard_benign"],
    &["tldr", "gpteacher_roleplay"],
    &["tau2", "writingbench_train", "gsm8k", "swe_lancer"],
];
