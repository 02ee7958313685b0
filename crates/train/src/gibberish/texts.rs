//! Harmless texts: prompts, and whatever lies in the folders of packages. Packages are split by name, so that what is
//! measured on was written by others than what is learnt.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{data, example::Example};

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

/// Pieces of the files below the packages of `folder`; `even` chooses one half of the packages.
pub(super) fn files(folder: &Path, even: Option<bool>) -> Vec<Text> {
    let mut found = Vec::new();
    for package in entries(folder) {
        let name = package.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        // Versions of one package belong together.
        let name = name.trim_end_matches(|letter: char| letter.is_ascii_digit() || ".-+".contains(letter));
        let sum = name.bytes().fold(7_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte)));
        if even.is_none_or(|even| even == ((sum >> 3) & 1 == 0)) {
            walk(&package, 0, &mut found);
        }
    }
    found
}

fn walk(path: &Path, depth: usize, found: &mut Vec<Text>) {
    if path.is_symlink() || depth > 12 {
        return;
    }
    if path.is_dir() {
        for entry in entries(path) {
            walk(&entry, depth + 1, found);
        }
        return;
    }
    let Ok(size) = fs::metadata(path).map(|meta| meta.len()) else { return };
    if !(40..1 << 20).contains(&size) {
        return;
    }
    let Ok(text) = fs::read_to_string(path) else { return };
    let kind = path.extension().map_or_else(|| "none".to_owned(), |end| end.to_string_lossy().to_lowercase());
    // Not always the start, where licences and imports stand.
    let start = if text.len() > 3 * MOST { text.len() / 3 } else { 0 };
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    if !name.starts_with("license") && !name.starts_with(".cargo") {
        found.push(Text { text: cut(&text, start), kind });
    }
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
