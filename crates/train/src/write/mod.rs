//! Texts that are written by grammar rather than collected: attacks and their harmless neighbours, in many languages.
//! Each family is a source of its own, so that it can be left out of training and tested on.

mod babble;
mod change;
mod codes;
mod family;
mod grammar;
mod hands;
mod languages;
mod noise;
mod random;
mod template;

use std::borrow::Cow;
use std::collections::BTreeSet;

use palisade_text::Origin;

use self::family::Family;
use self::grammar::{Grammar, Speaker, Writer};
use self::random::Random;
use crate::example::Example;

/// How often a text may come out as one that is there already before the section is taken to be exhausted.
const PATIENCE: usize = 40;

/// Every text of every family. Same seed, same texts in the same order.
pub fn examples(seed: u64) -> Vec<Example> {
    let mut known = BTreeSet::new();
    family::all().iter().flat_map(|family| write(family, seed, &mut known)).collect()
}

/// Texts in other languages that are only to be measured on.
pub fn held(seed: u64) -> Vec<Example> {
    hands::held().flat_map(|family| write(&family, seed, &mut BTreeSet::new())).collect()
}

fn write(family: &Family, seed: u64, known: &mut BTreeSet<String>) -> Vec<Example> {
    let grammar = Grammar::read(&family.files);
    let mut writer = Writer::new(&grammar, Random::of(seed, &family.source));
    let mut written = Vec::new();
    for section in &grammar.sections {
        writer.begin(section);
        let (mut left, mut patience) = (section.count, PATIENCE);
        while left > 0 && patience > 0 {
            let mut text = writer.write(section);
            if section.speaker == Speaker::User {
                text = noise::roughen(text, &mut writer.random);
            }
            if text.is_empty() || !known.insert(text.to_lowercase()) {
                patience -= 1;
                continue;
            }
            (left, patience) = (left - 1, PATIENCE);
            written.push(Example {
                text,
                attack: section.attack,
                origin: origin(section.speaker, &mut writer.random),
                language: Cow::Borrowed(family.language),
                source: Cow::Owned(family.source.clone()),
            });
        }
    }
    written
}

fn origin(speaker: Speaker, random: &mut Random) -> Option<Origin> {
    Some(match speaker {
        Speaker::User => Origin::User,
        Speaker::System => Origin::System,
        Speaker::Developer => Origin::Developer,
        Speaker::Tool => Origin::Tool,
        Speaker::Data if random.chance(50) => Origin::Tool,
        Speaker::Document | Speaker::Data => Origin::Document,
        Speaker::Anyone => return None,
    })
}

#[cfg(test)]
mod tests;
