//! `config.json` of a classifier: which of its labels mean injection, and how many tokens it reads. Of many fields these are read.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::ClassifierError;

/// What is read of `config.json`.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Config {
    #[serde(default)]
    id2label: BTreeMap<String, String>,
    #[serde(default)]
    max_position_embeddings: Option<i64>,
}

impl Config {
    /// Reads the file.
    pub(super) fn read(json: &[u8]) -> Result<Self, ClassifierError> {
        serde_json::from_slice(json).map_err(|error| ClassifierError::Config(error.to_string()))
    }

    /// How many tokens it reads at once, those that mark the start and the end included.
    pub(super) fn window(&self) -> Result<usize, ClassifierError> {
        match self.max_position_embeddings.map(usize::try_from) {
            // Some families write -1 for "any number".
            None | Some(Err(_)) => Ok(WINDOW),
            Some(Ok(most)) if most < SHORTEST => Err(ClassifierError::Window(most)),
            Some(Ok(most)) => Ok(most.min(WINDOW)),
        }
    }

    /// The labels by number, if the file names any.
    fn names(&self) -> Result<Vec<String>, ClassifierError> {
        let names = (0..self.id2label.len()).map(|number| self.id2label.get(&number.to_string()).cloned());
        names.collect::<Option<_>>().ok_or(ClassifierError::Numbers)
    }
}

/// The labels of a classifier, and which of them mean injection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Labels {
    pub(super) names: Vec<String>,
    pub(super) bad: Vec<bool>,
}

impl Labels {
    /// The labels of a classifier that gives `count` numbers: those that are `wanted` mean injection, or without any, those
    /// that are not called like benign.
    pub(super) fn new(config: &Config, count: usize, wanted: &[String]) -> Result<Self, ClassifierError> {
        let mut names = config.names()?;
        if names.is_empty() {
            names = (0..count).map(|number| format!("LABEL_{number}")).collect();
        }
        if names.len() != count {
            return Err(ClassifierError::Count { labels: names.len(), outputs: count });
        }
        if let Some(unknown) = wanted.iter().find(|wanted| !names.iter().any(|name| same(name, wanted))) {
            return Err(ClassifierError::Label { label: unknown.clone(), labels: names.join(", ") });
        }
        let is_bad = |name: &String| {
            if wanted.is_empty() { !is_benign(name) } else { wanted.iter().any(|wanted| same(name, wanted)) }
        };
        let bad: Vec<bool> = names.iter().map(is_bad).collect();
        // One number is the logit of the one label; of several, some have to mean no injection.
        let decides = bad.contains(&true) && (count == 1 || bad.contains(&false));
        if decides { Ok(Self { names, bad }) } else { Err(ClassifierError::Undecided(names.join(", "))) }
    }

    /// The probability of the labels that mean injection, and the number of the likeliest label.
    pub(super) fn score(&self, logits: &[f32]) -> Option<(f32, usize)> {
        if logits.len() != self.bad.len() || !logits.iter().all(|logit| logit.is_finite()) {
            return None;
        }
        if let [logit] = logits {
            return Some((1.0 / (1.0 + (-logit).exp()), 0));
        }
        let (likeliest, most) = logits.iter().copied().enumerate().max_by(|a, b| a.1.total_cmp(&b.1))?;
        let weight = |logit: f32| (logit - most).exp();
        let all: f32 = logits.iter().copied().map(weight).sum();
        let bad: f32 = logits.iter().zip(&self.bad).filter(|(_, bad)| **bad).map(|(logit, _)| weight(*logit)).sum();
        Some((bad / all, likeliest))
    }
}

fn same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

/// Whether a label is called like text that may pass.
fn is_benign(name: &str) -> bool {
    BENIGN.iter().any(|benign| same(name, benign))
}

const BENIGN: [&str; 8] = ["benign", "safe", "label_0", "legit", "legitimate", "clean", "normal", "negative"];
/// The most tokens in one window: what the usual encoders read.
const WINDOW: usize = 512;
/// The fewest that make sense.
const SHORTEST: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(config: &str, count: usize, wanted: &[&str]) -> Result<Vec<bool>, String> {
        let wanted: Vec<String> = wanted.iter().map(|name| (*name).to_owned()).collect();
        let labels = Config::read(config.as_bytes()).and_then(|config| Labels::new(&config, count, &wanted));
        labels.map(|labels| labels.bad).map_err(|error| error.to_string())
    }

    #[test]
    fn labels_that_mean_injection() {
        let named = r#"{"id2label": {"0": "SAFE", "1": "INJECTION", "2": "JAILBREAK"}, "other": 1}"#;
        assert_eq!(labels(named, 3, &[]), Ok(vec![false, true, true]));
        assert_eq!(labels(named, 3, &["jailbreak"]), Ok(vec![false, false, true]));
        assert_eq!(labels("{}", 2, &[]), Ok(vec![false, true]));
        assert_eq!(labels(r#"{"id2label": {"0": "attack"}}"#, 1, &[]), Ok(vec![true]));
        for (config, count, wanted, words) in [
            (named, 2, &[][..], "3 labels, and the model gives 2"),
            (named, 3, &["x"], "no label `x`"),
            (named, 3, &["safe", "injection", "jailbreak"], "which of the labels"),
            (r#"{"id2label": {"0": "a", "1": "b"}}"#, 2, &[], "which of the labels"),
            (r#"{"id2label": {"0": "a", "7": "b"}}"#, 2, &[], "not numbered"),
            ("{}", 1, &[], "which of the labels"),
            ("[1", 1, &[], "config.json"),
        ] {
            let error = labels(config, count, wanted).unwrap_err();
            assert!(error.contains(words), "{error}");
        }
    }

    #[test]
    fn scores_are_probabilities() {
        let config = Config::read(br#"{"id2label": {"0": "SAFE", "1": "A", "2": "B"}}"#).unwrap();
        let three = Labels::new(&config, 3, &[]).unwrap();
        let (score, label) = three.score(&[0.0, 0.0, 1.0]).unwrap();
        assert!((score - (1.0 + 1_f32.exp()) / (2.0 + 1_f32.exp())).abs() < 1e-6 && label == 2);
        assert!(three.score(&[1e30, -1e30, 0.0]).unwrap().0.abs() < 1e-6);
        assert_eq!((three.score(&[0.0, 0.0]), three.score(&[0.0, f32::NAN, 0.0])), (None, None));
    }

    #[test]
    fn windows_are_those_of_the_model() {
        let window =
            |most: &str| Config::read(format!("{{\"max_position_embeddings\": {most}}}").as_bytes()).unwrap().window();
        assert_eq!((window("514"), window("-1"), window("32"), window("null")), (Ok(512), Ok(512), Ok(32), Ok(512)));
        assert_eq!(window("2"), Err(ClassifierError::Window(2)));
    }
}
