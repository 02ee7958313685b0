//! Languages besides English: on texts of another hand, and on languages that the model has never read.

use std::fmt;

use super::{Recipe, joined};
use crate::{
    evaluate::{area, over, threshold},
    fit,
};

/// How a language, or a group of them, does.
#[derive(Clone, Debug)]
pub struct Spoken {
    /// The language (BCP 47), or several.
    pub languages: String,
    /// Chance that an attack scores higher than a harmless text of the same languages.
    pub area: f64,
    /// Attacks, and the share of them over the threshold.
    pub attacks: (usize, f64),
    /// Harmless texts, and the share of them over it.
    pub harmless: (usize, f64),
}

impl Recipe {
    /// Texts of a hand that the fit has not read, in languages that it has. The threshold is the one that one in a hundred of
    /// the harmless texts of dev and of these is over.
    pub fn other_hand(&self) -> Vec<Spoken> {
        let held: Vec<usize> = (self.written..self.corpus.documents.len()).collect();
        let mut languages: Vec<&str> =
            held.iter().filter_map(|number| Some(language(self.source(*number))?.0)).collect();
        languages.dedup();
        let mut groups: Vec<Vec<&str>> = languages.iter().map(|language| vec![*language]).collect();
        groups.push(languages);
        self.without(&|_| false, &held, &groups)
    }

    /// Leaves out groups of languages, all that we wrote in them; the threshold as in [`Recipe::other_hand`].
    pub fn unseen_languages(&self) -> Vec<Spoken> {
        std::thread::scope(|scope| {
            let fits = RELATED.iter().map(|group| {
                scope.spawn(move || {
                    let left = |number: &usize| {
                        language(self.source(*number)).is_some_and(|(language, _)| group.contains(&language))
                    };
                    let measured: Vec<usize> = self.numbers().filter(left).collect();
                    self.without(&left, &measured, &[group.to_vec()])
                })
            });
            let fits: Vec<_> = fits.collect();
            fits.into_iter().flat_map(joined).collect()
        })
    }

    /// Fits without the harmless texts of dev and those `left` out, and measures on others.
    fn without(&self, left: &impl Fn(&usize) -> bool, measured: &[usize], groups: &[Vec<&str>]) -> Vec<Spoken> {
        let dev = |number: &usize| (self.train..self.dev).contains(number) && !self.attack(*number);
        let chosen: Vec<usize> = self.numbers().filter(|number| !left(number) && !dev(number)).collect();
        let weights = fit::fit(&self.corpus, &chosen, &self.options);
        let harmless = measured.iter().copied().filter(|number| !self.attack(*number));
        let harmless: Vec<usize> = harmless.chain(self.numbers().filter(dev)).collect();
        let at = threshold(&self.logits(&weights, &harmless, true), 100);
        let row = |group: &Vec<&str>| {
            let of = |attack: bool| {
                let texts = measured.iter().copied().filter(|number| {
                    self.attack(*number) == attack
                        && language(self.source(*number)).is_some_and(|(language, _)| group.contains(&language))
                });
                self.logits(&weights, &texts.collect::<Vec<_>>(), true)
            };
            let (attacks, harmless) = (of(true), of(false));
            Spoken {
                languages: group.join(" "),
                area: area(&attacks, &harmless),
                attacks: (attacks.len(), over(&attacks, at)),
                harmless: (harmless.len(), over(&harmless, at)),
            }
        };
        groups.iter().map(row).collect()
    }
}

/// The language and the table of a source that we wrote, if it is not English.
fn language(source: &str) -> Option<(&str, &str)> {
    source.strip_prefix("written:")?.split_once('/').filter(|(language, _)| *language != "en")
}

impl fmt::Display for Spoken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { languages, area, attacks, harmless } = self;
        write!(f, "| {languages} | {area:.3} | {} | {:.1} % | ", attacks.0, attacks.1 * 100.0)?;
        write!(f, "{} | {:.1} % |", harmless.0, harmless.1 * 100.0)
    }
}

/// Languages that resemble one another in words or script.
const RELATED: &[&[&str]] = &[
    &["hi", "bn", "ta", "th"],
    &["ru", "uk", "bg", "sr"],
    &["zh", "ja", "ko"],
    &["ar", "fa", "ur", "he"],
    &["es", "fr", "pt", "it", "ro", "ca"],
    &["tr", "fi", "hu"],
    &["pl", "cs", "sk", "hr"],
    &["de", "nl", "da", "sv", "no"],
    &["vi", "id", "sw"],
];
