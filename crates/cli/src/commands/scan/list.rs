//! `palisade scan --list`: the tensors of model files, as a table or as JSON.

use std::{
    convert::Infallible,
    fmt::Write,
    ops::Range,
    path::{Path, PathBuf},
};

use palisade_base::hex;
use palisade_formats::inventory::{self, Entry, Inventory, Place};
use palisade_scan::Root;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{super::verdict::options, source::Source};
use crate::{
    Exit,
    args::{FormatChoice, ScanArguments},
    output::{self, Failure},
    paths,
    remote::{self, Limits, Remotes},
};

/// A file with what is in it.
struct Listed {
    path: String,
    sha256: Option<String>,
    inventory: Inventory,
    /// The digests of the tensors, where they were made.
    digests: Vec<Option<String>>,
}

pub(super) fn run(arguments: &ScanArguments) -> Result<Exit, Failure> {
    let json = match arguments.report.format {
        FormatChoice::Plain => false,
        FormatChoice::Json => true,
        _ => return Err(Failure::usage("`--list` is written as `plain` or `json`")),
    };
    // A URL that cannot be fetched as it stands is wrong usage, before anything is read.
    Remotes::new(&remote::split(&arguments.paths).0, super::limits(arguments))?;
    let (mut listed, mut worst) = (Vec::new(), None);
    for path in files(arguments)? {
        match one(&path, super::limits(arguments)) {
            Ok(found) => listed.push(found),
            Err(Passed::Unlisted) => {}
            Err(Passed::Failed(failure)) => {
                let exit = failure.show();
                worst = worst.filter(|worst| *worst == Exit::Failed).or(Some(exit));
            }
        }
    }
    let text = if json { as_json(&listed)? } else { as_text(&listed) };
    match arguments.report.output.as_ref().filter(|path| path.as_os_str() != "-") {
        Some(path) => output::write_file(path, text.as_bytes())?,
        None => output::print(text.as_bytes())?,
    }
    if listed.is_empty() && worst.is_none() {
        nothing_listed(&arguments.paths);
    }
    Ok(match worst {
        Some(exit) => exit,
        None if listed.iter().any(|listed| listed.inventory.gap.is_some()) => Exit::Failed,
        None if listed.is_empty() => Exit::Nothing,
        None => Exit::Clean,
    })
}

/// Why a file is not in the list.
enum Passed {
    /// It is in no format that can be listed.
    Unlisted,
    /// It cannot be read.
    Failed(Failure),
}

impl From<Failure> for Passed {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// Says what was there instead of tensors.
fn nothing_listed(given: &[PathBuf]) {
    for path in given {
        let shown = visible(&path.display().to_string());
        if path.is_dir() {
            output::note(&format!("`{shown}` holds no file with tensors that can be listed"));
        } else if remote::url(path).is_some() {
            output::note(&format!("`{shown}` holds no tensors that can be listed"));
        } else if let Ok(source) = Source::open(path) {
            let what = palisade_scan::what(&path.to_string_lossy(), source.bytes());
            output::note(&format!("`{shown}` is {what}, and holds no tensors that can be listed"));
        }
    }
    output::hint("safetensors, GGUF, ONNX, NumPy and PyTorch files and pickles can be listed");
    let [one] = given else { return };
    output::hint(&format!("`palisade scan {}` judges it", visible(&one.display().to_string())));
}

/// The files under the given paths, in order.
fn files(arguments: &ScanArguments) -> Result<Vec<PathBuf>, Failure> {
    let options = options(&arguments.walk, None)?;
    let mut files = Vec::new();
    for path in &arguments.paths {
        if remote::url(path).is_some() || !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let root = Root {
            disk: path.clone(),
            shown: paths::shown(path),
            project: String::new(),
            ignored_too: false,
            skip: Vec::new(),
        };
        let listing = palisade_scan::list(&[root], &options);
        files.extend(listing.files);
        for (text, remedy) in palisade_report::models_left_out(&listing.left_out) {
            output::warn(&visible(&text));
            output::hint(remedy);
        }
    }
    Ok(files)
}

fn one(path: &Path, limits: Limits) -> Result<Listed, Passed> {
    let source = Source::open_any(path, limits)?;
    let inventory = inventory::list(source.bytes(), inventory::Limits::default()).ok_or(Passed::Unlisted)?;
    let (mut sha256, mut digests) = (None, vec![None; inventory.entries.len()]);
    if limits.full {
        let mut sum = Sha256::new();
        for (number, block) in source.bytes().chunks(BLOCK).enumerate() {
            sum.update(block);
            source.release(number * BLOCK..number * BLOCK + block.len());
        }
        sha256 = Some(hex(&sum.finalize()));
        digests = inventory.entries.iter().map(|entry| digest(entry, &source)).collect();
    }
    source.unchanged()?;
    let path = source.url().map_or_else(|| paths::shown(path), str::to_owned);
    Ok(Listed { path, sha256, inventory, digests })
}

/// The digest of the numbers in their order: that of the same tensor in a safetensors file. None of one that would take
/// far more bytes than the file has.
fn digest(entry: &Entry, source: &Source) -> Option<String> {
    let most = (source.bytes().len() as u64).saturating_mul(GROWTH).saturating_add(1 << 20);
    entry.bytes.filter(|bytes| *bytes <= most)?;
    let mut sum = Sha256::new();
    let mut take = |block: &[u8], done: Range<usize>| -> Result<(), Infallible> {
        sum.update(block);
        source.release(done);
        Ok(())
    };
    entry.gather(source.bytes(), &mut take)?.ok()?;
    Some(hex(&sum.finalize()))
}

fn as_json(listed: &[Listed]) -> Result<String, Failure> {
    let tensor = |(entry, sha256): (&Entry, &Option<String>)| {
        let file = match &entry.place {
            Place::File(file) => Some(file),
            _ => None,
        };
        json!({
            "name": entry.name,
            "dtype": entry.dtype,
            "shape": entry.shape,
            "bytes": entry.bytes,
            "offset": entry.offset(),
            "file": file,
            "sha256": sha256,
        })
    };
    let file = |listed: &Listed| {
        let inventory = &listed.inventory;
        let tensors: Vec<Value> = inventory.entries.iter().zip(&listed.digests).map(tensor).collect();
        json!({
            "path": listed.path,
            "format": inventory.title,
            "sha256": listed.sha256,
            "tensors": tensors,
            "unlisted": inventory.gap,
        })
    };
    let files: Vec<Value> = listed.iter().map(file).collect();
    let document = json!({"schema": "palisade.tensors/v1", "files": files});
    serde_json::to_string_pretty(&document)
        .map(|text| text + "\n")
        .map_err(|error| Failure::tool(format!("the list cannot be made: {error}")))
}

fn as_text(listed: &[Listed]) -> String {
    let mut text = String::new();
    for (number, listed) in listed.iter().enumerate() {
        let Inventory { title, entries, gap } = &listed.inventory;
        let total = entries.iter().filter_map(|entry| entry.bytes).fold(0u64, u64::saturating_add);
        let gap_line = gap.as_ref().map(|gap| format!("not listed: {}\n", visible(gap))).unwrap_or_default();
        let digest = listed.sha256.as_ref().map(|digest| format!("sha256 {digest}\n")).unwrap_or_default();
        let between = if number > 0 { "\n" } else { "" };
        let count = tensors(entries.len());
        let path = visible(&listed.path);
        let _ = write!(text, "{between}{path}: {title}, {count}, {total} bytes\n{digest}{gap_line}");
        text.push_str(&table(listed));
    }
    text
}

/// One line a tensor: name, type, shape, bytes, offset, digest; numbers end under one another.
fn table(listed: &Listed) -> String {
    let unknown = || "?".to_owned();
    let rows: Vec<[String; 6]> = (listed.inventory.entries.iter().zip(&listed.digests))
        .map(|(entry, digest)| {
            let sides: Vec<_> = entry.shape.iter().map(u64::to_string).collect();
            let place = match &entry.place {
                Place::File(file) => format!("in {}", visible(file)),
                _ => entry.offset().map_or_else(unknown, |offset| offset.to_string()),
            };
            [
                visible(&entry.name),
                visible(&entry.dtype),
                format!("[{}]", sides.join(", ")),
                entry.bytes.map_or_else(unknown, |bytes| bytes.to_string()),
                place,
                digest.clone().unwrap_or_default(),
            ]
        })
        .collect();
    let head = ["name", "dtype", "shape", "bytes", "offset", if listed.sha256.is_some() { "sha256" } else { "" }];
    let mut text = String::new();
    if rows.is_empty() {
        return text;
    }
    let rows: Vec<[String; 6]> = std::iter::once(head.map(str::to_owned)).chain(rows).collect();
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..6).map(|column| width(column).unwrap_or(0).min(WIDEST)).collect();
    for row in &rows {
        let mut line = String::new();
        for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
            let number = matches!(column, 3 | 4);
            let _ = if number { write!(line, "{cell:>width$}  ") } else { write!(line, "{cell:<width$}  ") };
        }
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

/// `1 tensor`, `2 tensors`.
pub(super) fn tensors(count: usize) -> String {
    format!("{count} tensor{}", if count == 1 { "" } else { "s" })
}

/// A name that cannot move the cursor or change the direction of text.
fn visible(name: &str) -> String {
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    name.chars().flat_map(|c| if hidden(c) { c.escape_unicode().collect() } else { vec![c] }).collect()
}

const BLOCK: usize = 1 << 20;
/// A tensor that is this many times as large as the file is only described.
const GROWTH: u64 = 16;
/// The widest column; longer cells push the rest of their line aside.
const WIDEST: usize = 80;
