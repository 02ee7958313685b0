//! What a table finds on texts, kinds of texts and generators that nothing was learnt from.

use std::{
    collections::BTreeMap,
    fmt::{self, Write},
    path::Path,
};

use palisade_text::gibberish::{CANDIDATE, Table, segments};

use super::{
    Sources, excerpt, found, kinds,
    probe::{self, Source, Way},
    texts::{self, Part, Text},
};
use crate::{data::DataError, random::Random, write};

/// Texts to measure on, none of which is learnt from.
#[derive(Debug)]
pub struct Held {
    prompts: Vec<Text>,
    files: Vec<Text>,
    /// Texts by where they are from.
    groups: Vec<(String, Vec<Text>)>,
    seed: u64,
}

/// What a table finds, in thousandths of a logit: zero and more is an alarm.
#[derive(Debug, Default)]
pub struct Report {
    /// Of harmless texts, by group and kind.
    pub harmless: BTreeMap<(String, String), Vec<i32>>,
    /// Of odd texts, by generator and length.
    pub odd: BTreeMap<(String, usize), Vec<i32>>,
    /// What raised an alarm, for a look.
    pub alarms: Vec<(i32, String, String)>,
}

impl Held {
    /// Reads `dev.jsonl.gz`, the packages that are held out, and the folders that are only measured on.
    pub fn read(sources: &Sources, seed: u64) -> Result<Self, DataError> {
        let prompts = texts::prompts(&sources.prompts.join("dev.jsonl.gz"))?;
        let mut random = Random::new(seed);
        let mut files = Vec::new();
        let mut groups = vec![
            ("odd kinds, learnt".to_owned(), kinds::write(true, ODD_KINDS, &mut random)),
            ("odd kinds, not learnt".to_owned(), kinds::write(false, ODD_KINDS, &mut random)),
        ];
        for folder in &sources.folders {
            files.extend(texts::files(folder, Some(Part::Held), FILES));
        }
        for folder in &sources.unseen {
            groups.push((format!("unseen {}", name(folder)), texts::files(folder, None, FILES)));
        }
        groups.push(("held packages".to_owned(), files.clone()));
        groups.push(("prompts".to_owned(), prompts.clone()));
        Ok(Self { prompts, files, groups, seed })
    }

    /// Measures.
    pub fn measure(&self, table: &Table) -> Report {
        let mut report = Report::default();
        for (group, texts) in &self.groups {
            for text in texts {
                let stretches = segments(&text.text, table, CANDIDATE).into_iter();
                let best =
                    stretches.map(|segment| (segment.logit(&text.text, table), segment)).max_by_key(|best| best.0);
                let (logit, range) = best.map_or((NONE, 0..0), |(logit, segment)| (logit, segment.range));
                report.harmless.entry((group.clone(), text.kind.clone())).or_default().push(logit);
                if logit >= -500 {
                    let shown = text.text.get(range).unwrap_or_default().to_owned();
                    report.alarms.push((logit, format!("{group}, {}", text.kind), shown));
                }
            }
        }
        report.alarms.sort();
        self.attacks(table, &mut report);
        report
    }

    fn attacks(&self, table: &Table, report: &mut Report) {
        let mut random = Random::new(self.seed);
        let source = Source::new(&self.prompts, &self.files);
        let heads: Vec<Text> =
            self.prompts.iter().filter(|text| text.text.len() >= 50 && text.text.is_ascii()).cloned().collect();
        for way in Way::ALL {
            for count in LENGTHS {
                for _ in 0..ATTACKS {
                    let odd = source.odd(way, count, &mut random);
                    let mixed = probe::place(excerpt(&heads, &mut random), &odd, false);
                    let logit = found(&mixed, table).map_or(NONE, |segment| segment.logit(&mixed.text, table));
                    report.odd.entry((way.name().to_owned(), count)).or_default().push(logit);
                }
            }
        }
        for example in write::examples(self.seed + 1) {
            if example.attack && example.source == "written:en/babble" {
                let logits = segments(&example.text, table, CANDIDATE).into_iter();
                let highest = logits.map(|segment| segment.logit(&example.text, table)).max().unwrap_or(NONE);
                report.odd.entry(("written:en/babble".to_owned(), 0)).or_default().push(highest);
            }
        }
    }
}

fn name(folder: &Path) -> String {
    folder.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

/// How many of the values reach `least`, and their share in percent.
fn over(values: &[i32], least: i32) -> (usize, f64) {
    let count = values.iter().filter(|value| **value >= least).count();
    let float = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    (count, 100.0 * float(count) / float(values.len().max(1)))
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What people and programs wrote; the odd kinds that we write are told apart.
        let written = self.harmless.iter().filter(|((_, kind), _)| !kind.starts_with(kinds::PREFIX));
        let mut all: Vec<i32> = written.flat_map(|(_, values)| values).copied().collect();
        all.sort_unstable_by_key(|value| std::cmp::Reverse(*value));
        // The same share of false alarms for every build that is compared, beside what ships.
        let even = all.get(all.len() / 1000).copied().unwrap_or_default() + 1;
        for (title, least) in [("as shipped", 0), ("at 0.1 %", even)] {
            let (count, share) = over(&all, least);
            writeln!(f, "\n{title} ({least}): {count} alarms in {} prompts and files, {share:.3} %", all.len())?;
            let mut groups: BTreeMap<&str, Vec<i32>> = BTreeMap::new();
            for ((group, _), values) in &self.harmless {
                groups.entry(group).or_default().extend(values);
            }
            for (group, values) in groups {
                let (count, share) = over(&values, least);
                write!(f, "  {group}: {count} of {}, {share:.2} %;", values.len())?;
                for ((of, kind), values) in &self.harmless {
                    let (count, _) = over(values, least);
                    if of == group && count > 0 {
                        write!(f, " {kind} {count}/{}", values.len())?;
                    }
                }
                writeln!(f)?;
            }
            let mut ways: BTreeMap<&str, String> = BTreeMap::new();
            for ((way, length), values) in &self.odd {
                let (_, share) = over(values, least);
                write!(ways.entry(way).or_default(), "  {length}: {share:.1}")?;
            }
            ways.iter().try_for_each(|(way, line)| writeln!(f, "  {way:<16}{line}"))?;
        }
        Ok(())
    }
}

/// What a text without any stretch has.
const NONE: i32 = -99_000;
const FILES: usize = 3000;
const ODD_KINDS: usize = 60;
const ATTACKS: usize = 400;
const LENGTHS: [usize; 5] = [10, 20, 30, 40, 60];
