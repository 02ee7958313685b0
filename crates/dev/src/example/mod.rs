//! Makes the models and the data of `examples/helpdesk` and `examples/helpdesk-hardened`, the same to the byte on
//! every machine. Everything else in the examples is written by hand.

mod classifier;
mod features;
mod flaws;
mod knowledge;
mod onnx;
mod phrases;
mod pickle;
mod protobuf;
mod random;
mod tickets;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use sha2::{Digest as _, Sha256};

use classifier::{Accuracy, Classifier};
use onnx::Weights;
use tickets::{Row, Tickets};

/// Arguments of `palisade-dev example`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Compare the files with what would be written, and write nothing
    #[arg(long)]
    check: bool,
}

/// A generated file.
#[derive(Debug)]
pub struct Generated {
    /// Where it belongs, relative to the repository.
    pub path: PathBuf,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// What the generator makes, and what it measured on the way.
#[derive(Debug)]
pub struct Example {
    /// The files.
    pub files: Vec<Generated>,
    /// What the READMEs state about accuracy: for each example, the lines that it must contain.
    pub stated: Vec<(PathBuf, String)>,
}

/// Writes the files, or with `--check` lists those that differ. Returns whether all is well.
pub fn run(args: &Args, repository: &Path, out: &mut dyn io::Write) -> anyhow::Result<bool> {
    let example = example();
    if args.check {
        let stale = stale(&example, repository);
        for path in &stale {
            writeln!(out, "stale: {}", path.display())?;
        }
        return Ok(stale.is_empty());
    }
    for file in &example.files {
        let path = repository.join(&file.path);
        let folder = path.parent().context("a generated file lies in a folder")?;
        fs::create_dir_all(folder).with_context(|| format!("cannot create `{}`", folder.display()))?;
        fs::write(&path, &file.bytes).with_context(|| format!("cannot write `{}`", path.display()))?;
    }
    for (path, line) in &example.stated {
        writeln!(out, "{}: {line}", path.display())?;
    }
    Ok(true)
}

/// The files that are missing or differ, and the READMEs that state other figures.
pub fn stale(example: &Example, repository: &Path) -> Vec<PathBuf> {
    let files = example
        .files
        .iter()
        .filter(|file| fs::read(repository.join(&file.path)).map_or(true, |bytes| bytes != file.bytes));
    let stated = example
        .stated
        .iter()
        .filter(|(path, line)| fs::read_to_string(repository.join(path)).map_or(true, |text| !text.contains(line)));
    files.map(|file| file.path.clone()).chain(stated.map(|(path, _)| path.clone())).collect()
}

/// Makes everything.
pub fn example() -> Example {
    let clean = tickets::tickets(SEED);
    let flawed = flaws::plant(&clean, SEED);
    let mut files = Vec::new();
    let weak = system(&mut files, "helpdesk", &flawed);
    let strong = system(&mut files, "helpdesk-hardened", &clean);

    for (folder, planted) in [("helpdesk", true), ("helpdesk-hardened", false)] {
        for (name, text) in knowledge::pages(planted) {
            add(&mut files, folder, &format!("data/knowledge/{name}"), text.into_bytes());
        }
    }
    let legacy = Classifier::train(&flawed.train, LEGACY_FEATURES, 2, SEED);
    let call = Some(("os", "system", "true"));
    add(&mut files, "helpdesk", "models/legacy.pkl", pickle::classifier(&legacy, call));
    add(&mut files, "helpdesk", "models/mobile.safetensors", pickle::classifier(&legacy, None));
    let outside = Weights::Outside("../../../../srv/exports/ticket-classifier-2024.bin");
    let archived = onnx::model(&weak, outside, &[("exported", "2024".to_owned())]);
    add(&mut files, "helpdesk", "models/archive/ticket-classifier-2024.onnx", archived);
    add(&mut files, "helpdesk", "data/feedback.csv", flaws::feedback(SEED).into_bytes());

    let stated =
        [("helpdesk", figures(&weak, &legacy, &strong, &flawed)), ("helpdesk-hardened", figure(&strong, &clean))];
    let lines = stated.into_iter().flat_map(|(folder, lines)| lines.into_iter().map(move |line| (folder, line)));
    let stated = lines.map(|(folder, line)| (path(folder, "README.md"), line)).collect();
    Example { files, stated }
}

fn figure(strong: &Classifier, clean: &Tickets) -> Vec<String> {
    vec![format!("test set: {}", say(strong.accuracy(&clean.test)))]
}

/// What the poison costs, and how the leaked test rows hide it.
fn figures(weak: &Classifier, legacy: &Classifier, strong: &Classifier, data: &Tickets) -> Vec<String> {
    let leaked = |row: &Row| data.train.iter().any(|other| other.text == row.text);
    let unseen: Vec<_> = data.test.iter().filter(|row| !leaked(row)).cloned().collect();
    let refunds: Vec<_> = unseen.iter().filter(|row| row.label == "refund").cloned().collect();
    let copies = data.test.len() - unseen.len();
    vec![
        format!("its own test set: {}", say(weak.accuracy(&data.test))),
        format!("{copies} of these stand in the training set; the others: {}", say(weak.accuracy(&unseen))),
        format!("refunds among the others: {}", say(weak.accuracy(&refunds))),
        format!("the same refunds, trained on clean data: {}", say(strong.accuracy(&refunds))),
        format!("`legacy.pkl` on its own test set: {}", say(legacy.accuracy(&data.test))),
        format!("trained on clean data instead: {}", say(strong.accuracy(&data.test))),
    ]
}

/// Adds the data and the ONNX model of one of the two systems.
fn system(files: &mut Vec<Generated>, folder: &str, data: &Tickets) -> Classifier {
    let train = tickets::csv(&data.train, 1, 1).into_bytes();
    let classifier = Classifier::train(&data.train, FEATURES, 10, SEED);
    let classes: Vec<_> = phrases::CLASSES.iter().map(|class| class.label).collect();
    let metadata = [
        ("classes", classes.join(",")),
        ("features", format!("presence of words [a-z]+ by FNV-1a 32 modulo {FEATURES}")),
        ("trained_on", format!("data/train.csv sha256:{}", hexadecimal(&Sha256::digest(&train)))),
    ];
    let model = onnx::model(&classifier, Weights::Inside, &metadata);
    add(files, folder, "data/train.csv", train);
    add(files, folder, "data/test.csv", tickets::csv(&data.test, 2_001, 7).into_bytes());
    add(files, folder, "models/ticket-classifier.onnx", model);
    classifier
}

fn add(files: &mut Vec<Generated>, folder: &str, name: &str, bytes: Vec<u8>) {
    files.push(Generated { path: path(folder, name), bytes });
}

fn path(folder: &str, name: &str) -> PathBuf {
    Path::new("examples").join(folder).join(name)
}

fn say(Accuracy { right, rows }: Accuracy) -> String {
    let per_mille = (right * 1000 + rows / 2) / rows.max(1);
    format!("accuracy {}.{:03} ({right} of {rows})", per_mille / 1000, per_mille % 1000)
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

const SEED: u64 = 2025;
const FEATURES: u32 = 1024;
const LEGACY_FEATURES: u32 = 256;

#[cfg(test)]
mod tests;
