//! Opens the index of a model in several files, and looks at the files beside it.

use std::{
    collections::{BTreeMap, HashSet},
    fs::{self, File as Disk},
    io::Read,
    ops::Range,
    path::Path,
};

use palisade_formats::{json, safetensors, tree::Limits};

use super::name;
use crate::{
    Engine, File, Input,
    input::model::{Shard, Shards, State},
};

/// Opens a file that is called like an index.
pub(super) fn open(file: &File<'_>, engine: &mut Engine) {
    if !file.name().ends_with(".index.json") {
        return;
    }
    let Some(text) = file.text().filter(|_| file.is_whole()) else { return };
    let limits = Limits { bytes: 64 << 20, ..Limits::default() };
    let Ok(document) = json::parse(&text, limits) else {
        return super::unscanned(&file.artifact, engine, "an index of weights that is not JSON that can be read");
    };
    let Some(map) = document.root().get("weight_map") else { return };
    let mut placed: BTreeMap<&str, (Range<usize>, Vec<&str>)> = BTreeMap::new();
    for (tensor, path) in map.entries() {
        if let (Some(tensor), Some(at)) = (tensor.text(), path.string()) {
            placed.entry(at).or_insert_with(|| (path.inside(), Vec::new())).1.push(tensor);
        }
    }
    let folder = file.disk.parent().unwrap_or(Path::new(""));
    let unlisted = unlisted(folder, &placed.keys().copied().collect());
    if placed.len() > MOST {
        super::unscanned(&file.artifact, engine, format!("only the first {MOST} of its files were looked at"));
    }
    let shards = placed.into_iter().take(MOST).map(|(path, (range, tensors))| {
        let state = if name::leaves(path) { State::Leaves } else { compare(&folder.join(path), &tensors) };
        Shard { path: path.to_owned(), range, state }
    });
    let shards = shards.collect();
    engine.judge(&Input::Shards(Shards { artifact: &file.artifact, text: &text, shards, unlisted }));
}

/// Whether a file holds the tensors that the index places in it.
fn compare(path: &Path, tensors: &[&str]) -> State {
    if !fs::metadata(path).is_ok_and(|about| about.is_file()) {
        return State::Missing;
    }
    let Some(held) = header(path) else { return State::Agrees };
    let lacking: Vec<&&str> = tensors.iter().filter(|tensor| !held.contains(**tensor)).collect();
    match lacking.first() {
        Some(one) => State::Lacks(lacking.len(), (**one).to_owned()),
        None => State::Agrees,
    }
}

/// The names of the tensors in a safetensors file; `None` if it is none, or cannot be read: its own scan says so.
fn header(path: &Path) -> Option<HashSet<String>> {
    let mut file = Disk::open(path).ok()?;
    let len = file.metadata().ok()?.len();
    let mut head = vec![0; 8];
    file.read_exact(&mut head).ok()?;
    let size = u64::from_le_bytes(head.as_slice().try_into().ok()?).min(HEADER);
    file.take(size).read_to_end(&mut head).ok()?;
    if !safetensors::looks_like(&head) {
        return None;
    }
    let header = safetensors::parse(&head, len).ok()?;
    Some(header.tensors.into_iter().map(|tensor| tensor.name).collect())
}

/// Numbered weights in the folder that the index does not name.
fn unlisted(folder: &Path, listed: &HashSet<&str>) -> Vec<String> {
    let extensions: HashSet<&str> = listed.iter().filter_map(|path| Some(path.rsplit_once('.')?.1)).collect();
    let names = fs::read_dir(folder).into_iter().flatten().take(10_000);
    let names = names.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut unlisted: Vec<String> = names
        .filter(|name| name.rsplit_once('.').is_some_and(|(stem, end)| extensions.contains(end) && is_numbered(stem)))
        .filter(|name| !listed.contains(name.as_str()))
        .collect();
    unlisted.sort_unstable();
    unlisted
}

/// `model-00001-of-00002`.
fn is_numbered(stem: &str) -> bool {
    let digits = |part: &str| part.len() == 5 && part.bytes().all(|byte| byte.is_ascii_digit());
    stem.rsplit_once("-of-").is_some_and(|(before, count)| {
        digits(count) && before.rsplit_once('-').is_some_and(|(_, number)| digits(number))
    })
}

/// The most files of one index that are looked at.
const MOST: usize = 1000;
/// The longest header that is read to compare tensors.
const HEADER: u64 = 16 << 20;
