//! Harmless texts: prompts, and whatever lies in the folders of packages. Packages are split by name, so that what is
//! measured on was written by others than what is learnt.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use crate::{data, example::Example, random::Random};

/// A harmless text and what kind of thing it is.
#[derive(Clone, Debug)]
pub(super) struct Text {
    /// The text.
    pub text: String,
    /// The kind: the language of a prompt, the ending of a file.
    pub kind: String,
}

/// Harmless rows of a split.
pub(super) fn prompts(file: &Path) -> Result<Vec<Text>, data::DataError> {
    let harmless = |example: Example| {
        (!example.attack).then(|| Text { text: cut(&example.text, 0), kind: format!("prompt-{}", example.language) })
    };
    Ok(data::read(file)?.examples.into_iter().filter_map(harmless).collect())
}

/// What a package is for: half of them are learnt from, a quarter is for weighing stretches, a quarter to measure on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Steps are learnt from it.
    Learn,
    /// Stretches are weighed by it.
    Weigh,
    /// It is measured on.
    Held,
}

/// Pieces of the files below the packages of `folder` that belong to a part, or of all of them; `most` at most.
pub(super) fn files(folder: &Path, part: Option<Part>, most: usize) -> Vec<Text> {
    let mut found = Vec::new();
    for package in entries(folder) {
        let name = package.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        // Versions of one package belong together.
        let name = name.trim_end_matches(|letter: char| letter.is_ascii_digit() || ".-+".contains(letter));
        let sum = name.bytes().fold(7_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte)));
        let own = match (sum >> 3) & 3 {
            0 => Part::Held,
            1 => Part::Weigh,
            _ => Part::Learn,
        };
        if part.is_none_or(|part| part == own) {
            walk(&package, 0, &mut found);
        }
    }
    // All kinds, not only the first ones; reading is what takes time.
    let mut random = Random::new(7);
    random.shuffle(&mut found);
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    let mut texts = Vec::new();
    for path in found {
        if texts.len() == most {
            break;
        }
        let kind = path.extension().map_or_else(|| "none".to_owned(), |end| end.to_string_lossy().to_lowercase());
        let count = kinds.entry(kind.clone()).or_default();
        if *count < most / 4
            && let Some(text) = read(&path)
        {
            *count += 1;
            texts.push(Text { text, kind });
        }
    }
    texts
}

fn walk(path: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    if path.is_symlink() || depth > 12 {
        return;
    }
    if path.is_dir() {
        for entry in entries(path) {
            walk(&entry, depth + 1, found);
        }
        return;
    }
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    if !name.starts_with("license") && !name.starts_with(".cargo") {
        found.push(path.to_owned());
    }
}

fn read(path: &Path) -> Option<String> {
    let size = fs::metadata(path).ok()?.len();
    if !(40..1 << 20).contains(&size) {
        return None;
    }
    let text = fs::read_to_string(path).ok()?;
    // Not always the start, where licences and imports stand.
    let start = if text.len() > 3 * MOST { text.len() / 3 } else { 0 };
    Some(cut(&text, start))
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let listed = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut listed: Vec<PathBuf> = listed.collect();
    listed.sort();
    listed
}

fn cut(text: &str, start: usize) -> String {
    let start = text.ceil_char_boundary(start.min(text.len()));
    let end = text.floor_char_boundary((start + MOST).min(text.len()));
    text.get(start..end).unwrap_or_default().to_owned()
}

/// A text is cut to so many bytes.
const MOST: usize = 8 << 10;
