//! The recipe of the gibberish table: what it is fitted to, and what it finds on texts and generators it has not seen.

mod card;
mod fit;
mod probe;
mod salad;
mod texts;

use std::{
    collections::BTreeMap,
    fmt::{self, Write},
    path::Path,
};

use palisade_text::gibberish::{CANDIDATE, PROPERTIES, Segment, Table, properties, segments};
use sha2::{Digest, Sha256};

use self::{
    fit::Weights,
    probe::{Source, Way},
    salad::{Mixed, Pool},
    texts::Text,
};
use crate::{data::DataError, random::Random, write};

/// What the table is fitted to.
#[derive(Debug)]
pub struct Recipe {
    harmless: Vec<Text>,
    /// Harmless texts that the score card is fitted to, and the table is not.
    apart: Vec<Text>,
    seed: u64,
    digest: [u8; 32],
}

impl Recipe {
    /// Reads `train.jsonl.gz` in a folder of prompts, half of the packages of a folder of source code and of another folder,
    /// and writes our own harmless texts.
    pub fn read(prompts: &Path, code: &Path, more: &Path, seed: u64) -> Result<Self, DataError> {
        let mut harmless = texts::prompts(&prompts.join("train.jsonl.gz"))?;
        let own = write::examples(seed).into_iter().filter(|example| !example.attack);
        harmless.extend(own.map(|example| Text { kind: example.source.into_owned(), text: example.text }));
        harmless.extend(texts::files(code, Some(true)));
        harmless.extend(texts::files(more, Some(true)));
        let mut digest = Sha256::new();
        for text in &harmless {
            digest.update(text.text.as_bytes());
        }
        let mut random = Random::new(seed);
        random.shuffle(&mut harmless);
        let apart = harmless.split_off(harmless.len() * 3 / 4);
        Ok(Self { harmless, apart, seed, digest: digest.finalize().into() })
    }

    /// The table. Same texts and seed, same table.
    pub fn table(&self) -> Table {
        let mut random = Random::new(self.seed);
        let pool = Pool::new(&self.harmless, &mut random);
        let mut weights = Weights::new();
        // Prose is what the detector reads most, and of most languages there is little.
        let times = |text: &Text| match text.kind.as_str() {
            "prompt-en" | "prompt-mul" => 2,
            kind if kind.starts_with("prompt-") => 4,
            kind if kind.starts_with("written:") => 2,
            _ => 1,
        };
        let mut order: Vec<&Text> =
            self.harmless.iter().flat_map(|text| std::iter::repeat_n(text, times(text))).collect();
        random.shuffle(&mut order);
        for (number, text) in order.iter().enumerate() {
            weights.learn(&Mixed { text: text.text.clone(), odd: 0..0 });
            let heads = if text.text.len() > 2000 { 6 } else { 2 };
            for _ in 0..heads {
                let other = order.get(number / 2).map_or("", |text| text.text.as_str());
                let head = other.get(..other.floor_char_boundary(40)).unwrap_or_default();
                weights.learn(&pool.mixed(head, &mut random));
            }
        }
        let mut table = weights.pack(self.seed, self.digest);
        let harmless: Vec<_> = self.apart.iter().map(|text| candidates(&text.text, &table)).collect();
        let mut odd = Vec::new();
        for _ in 0..ODD {
            let head = self.apart.get(random.below(self.apart.len().max(1))).map_or("", |text| text.text.as_str());
            let start = head.floor_char_boundary(random.below(head.len().max(1)));
            let end = head.floor_char_boundary((start + 300).min(head.len()));
            let mixed = pool.mixed(head.get(start..end).unwrap_or_default(), &mut random);
            odd.extend(found(&mixed, &table).into_iter().map(|segment| of(&segment, &mixed.text, &table)));
        }
        table.card = card::fit(&harmless, &odd);
        table
    }
}

/// The properties of every stretch that is weighed.
fn candidates(text: &str, table: &Table) -> Vec<[f32; PROPERTIES]> {
    segments(text, table, CANDIDATE).iter().map(|segment| of(segment, text, table)).collect()
}

fn of(segment: &Segment, text: &str, table: &Table) -> [f32; PROPERTIES] {
    properties(text.get(segment.range.clone()).unwrap_or_default(), table)
}

/// The largest stretch that meets the odd part.
fn found(mixed: &Mixed, table: &Table) -> Option<Segment> {
    let met = |segment: &Segment| segment.range.start < mixed.odd.end && mixed.odd.start < segment.range.end;
    segments(&mixed.text, table, CANDIDATE).into_iter().filter(met).max_by(|a, b| a.sum.total_cmp(&b.sum))
}

/// Texts to measure on, none of which is learnt from.
#[derive(Debug)]
pub struct Held {
    prompts: Vec<Text>,
    files: Vec<Text>,
    seed: u64,
}

/// What a table finds.
#[derive(Debug, Default)]
pub struct Report {
    /// Highest sums of harmless texts by kind.
    pub harmless: BTreeMap<String, Vec<f32>>,
    /// Highest sums of odd texts by generator, length and place.
    pub odd: BTreeMap<String, Vec<f32>>,
    /// Texts that raised an alarm, for a look.
    pub alarms: Vec<(f32, String, String)>,
}

impl Held {
    /// Reads `dev.jsonl.gz`, the other half of the packages, and files of another folder.
    pub fn read(prompts: &Path, code: &Path, more: &Path, seed: u64) -> Result<Self, DataError> {
        let prompts = texts::prompts(&prompts.join("dev.jsonl.gz"))?;
        let mut random = Random::new(seed);
        let mut files = Vec::new();
        for (folder, even, most) in [(code, Some(false), 3000), (more, Some(false), 2000)] {
            let mut found = texts::files(folder, even);
            random.shuffle(&mut found);
            files.extend(found.into_iter().take(most));
        }
        Ok(Self { prompts, files, seed })
    }

    /// Measures.
    pub fn measure(&self, table: &Table) -> Report {
        let mut report = Report::default();
        let logit = |segment: &Segment, text: &str| segment.logit(text, table);
        let highest = |text: &str| {
            let found = segments(text, table, CANDIDATE).into_iter().map(|segment| (logit(&segment, text), segment));
            found.max_by(|a, b| a.0.total_cmp(&b.0)).unwrap_or((NONE, Segment::default()))
        };
        for text in self.prompts.iter().chain(&self.files) {
            let (sum, best) = highest(&text.text);
            report.harmless.entry(text.kind.clone()).or_default().push(sum);
            if sum >= -2.0 {
                let shown = text.text.get(best.range).unwrap_or_default().to_owned();
                report.alarms.push((sum, text.kind.clone(), shown));
            }
        }
        let mut random = Random::new(self.seed);
        let source = Source::new(&self.prompts, &self.files);
        for way in Way::ALL {
            for count in [10, 20, 40, 60] {
                for _ in 0..400 {
                    let head = self.prompts.get(random.below(self.prompts.len())).map_or("", |text| text.text.as_str());
                    let odd = source.odd(way, count, &mut random);
                    let mixed = probe::place(head, &odd, random.below(4) == 0);
                    let segment = found(&mixed, table);
                    let sum = segment.map_or(NONE, |segment| logit(&segment, &mixed.text));
                    report.odd.entry(format!("{} {count}", way.name())).or_default().push(sum);
                }
            }
        }
        for example in write::examples(self.seed + 1) {
            if example.attack && example.source == "written:babble" {
                report.odd.entry("written:babble".to_owned()).or_default().push(highest(&example.text).0);
            }
        }
        report
    }
}

impl Report {
    /// The share of values over a sum.
    fn over(values: &[f32], least: f32) -> f64 {
        let over = values.iter().filter(|value| **value >= least).count();
        f64::from(u32::try_from(over).unwrap_or(0)) / f64::from(u32::try_from(values.len().max(1)).unwrap_or(1))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all: Vec<f32> = self.harmless.values().flatten().copied().collect();
        for least in [-2.0, -1.0, 0.0, 1.0, 2.0_f32] {
            let mut line = String::new();
            for (name, values) in &self.odd {
                write!(line, " {name} {:.0}", 100.0 * Self::over(values, least))?;
            }
            writeln!(f, "{least}: harmless {:.3} % of {};{line}", 100.0 * Self::over(&all, least), all.len())?;
            for (name, values) in &self.harmless {
                let over = values.iter().filter(|value| **value >= least).count();
                if over > 0 {
                    write!(f, " {name} {over}/{}", values.len())?;
                }
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

/// What a text without any stretch has.
const NONE: f32 = -99.0;
/// So many odd texts the score card is fitted to.
const ODD: usize = 12_000;
