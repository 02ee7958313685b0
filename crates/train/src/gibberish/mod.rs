//! The recipe of the gibberish table: what it is fitted to, and what it finds on texts and generators it has not seen.

mod card;
mod fit;
mod kinds;
mod pieces;
mod probe;
mod report;
mod salad;
mod texts;

use std::path::PathBuf;

use palisade_text::gibberish::{CANDIDATE, Segment, Table, properties, segments};
use sha2::{Digest, Sha256};

pub use self::report::{Held, Report};
use self::{
    card::Stretch,
    fit::Weights,
    salad::{Mixed, Pool},
    texts::{Part, Text},
};
use crate::{data::DataError, random::Random, write};

/// Where texts are read from.
#[derive(Clone, Debug)]
pub struct Sources {
    /// The folder of `train.jsonl.gz` and `dev.jsonl.gz`.
    pub prompts: PathBuf,
    /// Folders of packages or of files of any kind: half of what lies in each is learnt from, a quarter is for the trees, a
    /// quarter to measure on.
    pub folders: Vec<PathBuf>,
    /// Folders that are only measured on.
    pub unseen: Vec<PathBuf>,
}

/// What the table is fitted to.
#[derive(Debug)]
pub struct Recipe {
    /// What steps are learnt from.
    learn: Vec<Text>,
    /// Harmless texts of other packages, that the trees are fitted to.
    weigh: Vec<Text>,
    seed: u64,
    digest: [u8; 32],
}

impl Recipe {
    /// Reads `train.jsonl.gz` and three quarters of the packages of every folder, and writes our own harmless texts.
    pub fn read(sources: &Sources, seed: u64) -> Result<Self, DataError> {
        let mut random = Random::new(seed);
        let mut learn = texts::prompts(&sources.prompts.join("train.jsonl.gz"))?;
        let own = write::examples(seed).into_iter().filter(|example| !example.attack);
        learn.extend(own.map(|example| Text { kind: example.source.into_owned(), text: example.text }));
        learn.extend(kinds::write(true, ODD_KINDS, &mut random));
        random.shuffle(&mut learn);
        let mut weigh = learn.split_off(learn.len() * 2 / 3);
        for folder in &sources.folders {
            learn.extend(texts::files(folder, Some(Part::Learn), FILES));
            weigh.extend(texts::files(folder, Some(Part::Weigh), FILES));
        }
        random.shuffle(&mut learn);
        random.shuffle(&mut weigh);
        let mut digest = Sha256::new();
        for text in learn.iter().chain(&weigh) {
            digest.update(text.text.as_bytes());
        }
        Ok(Self { learn, weigh, seed, digest: digest.finalize().into() })
    }

    /// The table. Same texts and seed, same table.
    pub fn table(&self) -> Table {
        let mut random = Random::new(self.seed);
        let pool = Pool::new(&self.learn, &mut random);
        let mut table = self.steps(&pool, &mut random).pack(self.seed, self.digest);
        let (fitted, apart) = self.weigh.split_at(self.weigh.len() / 2);
        let harmless: Vec<Stretch> = fitted.iter().flat_map(|text| candidates(&text.text, &table)).collect();
        let mut odd = Vec::new();
        for _ in 0..ODD {
            let mixed = pool.mixed(excerpt(fitted, &mut random), &mut random);
            odd.extend(found(&mixed, &table).map(|segment| properties(&mixed.text, &segment, &table)));
        }
        table.forest = card::fit(&harmless, &odd);
        // Zero is put where so few texts lie that neither the steps nor the trees were fitted to. Those that we make odd on
        // purpose are left aside: they are many here and few elsewhere.
        let apart: Vec<&Text> = apart.iter().filter(|text| !text.kind.starts_with(kinds::PREFIX)).collect();
        let highest = |text: &&Text| candidates(&text.text, &table).iter().map(|found| table.forest.weigh(found)).max();
        let mut logits: Vec<i32> = apart.iter().filter_map(highest).collect();
        logits.sort_unstable_by_key(|logit| std::cmp::Reverse(*logit));
        table.forest.base = -logits.get(apart.len() / ONE_IN).copied().unwrap_or_default() - 1;
        table
    }

    fn steps(&self, pool: &Pool, random: &mut Random) -> Weights {
        let mut weights = Weights::new(random);
        // Prose is what the detector reads most, and of most languages there is little.
        let times = |text: &Text| match text.kind.as_str() {
            "prompt-en" | "prompt-mul" => 1,
            kind if kind.starts_with("prompt-") => 3,
            _ => 1,
        };
        let mut order: Vec<&Text> = self.learn.iter().flat_map(|text| std::iter::repeat_n(text, times(text))).collect();
        random.shuffle(&mut order);
        // Once: texts that are learnt again look more harmless than those that come after.
        for (number, text) in order.iter().enumerate() {
            weights.learn(&Mixed { text: text.text.clone(), odd: 0..0 });
            for _ in 0..if text.text.len() > 2000 { 8 } else { 2 } {
                let other = order.get(number / 2).map_or("", |text| text.text.as_str());
                let head = other.get(..other.floor_char_boundary(80)).unwrap_or_default();
                weights.learn(&pool.mixed(head, random));
            }
        }
        weights
    }
}

/// A piece of 50 to 300 bytes of any text.
fn excerpt<'t>(texts: &'t [Text], random: &mut Random) -> &'t str {
    let text = texts.get(random.below(texts.len().max(1))).map_or("", |text| text.text.as_str());
    let start = text.floor_char_boundary(random.below(text.len().max(300) - 299));
    let end = text.floor_char_boundary((start + 50 + random.below(250)).min(text.len()));
    text.get(start..end).unwrap_or_default()
}

/// The properties of every stretch that is weighed.
fn candidates(text: &str, table: &Table) -> Vec<Stretch> {
    segments(text, table, CANDIDATE).iter().map(|segment| properties(text, segment, table)).collect()
}

/// The largest stretch that meets the odd part.
fn found(mixed: &Mixed, table: &Table) -> Option<Segment> {
    let met = |segment: &Segment| segment.range.start < mixed.odd.end && mixed.odd.start < segment.range.end;
    segments(&mixed.text, table, CANDIDATE).into_iter().filter(met).max_by_key(|segment| segment.sum)
}

/// So many files of every folder for each use.
const FILES: usize = 12_000;
/// So many texts of every odd kind.
const ODD_KINDS: usize = 200;
/// So many odd texts the trees are fitted to.
const ODD: usize = 40_000;
/// One harmless text in so many may be over zero.
const ONE_IN: usize = 1100;
