//! Reads labelled data: gzipped JSON lines with `text`, `label`, `kind`, `lang` and `source`.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use flate2::read::GzDecoder;
use palisade_text::Origin;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::example::Example;

/// A file that could not be read as labelled data.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// It could not be read.
    #[error("`{path}` cannot be read: {error}", path = .0.display(), error = .1)]
    Read(PathBuf, #[source] io::Error),
    /// A line is not what it should be.
    #[error("`{path}`, line {line}: {error}", path = .0.display(), line = .1, error = .2)]
    Line(PathBuf, usize, #[source] serde_json::Error),
}

/// Labelled texts and the digest of what they were read from.
#[derive(Debug, Default)]
pub struct Data {
    /// The texts, in the order of the file.
    pub examples: Vec<Example>,
    /// SHA-256 of the file's content, unpacked.
    pub digest: [u8; 32],
}

#[derive(Deserialize)]
struct Row {
    text: String,
    label: String,
    kind: String,
    #[serde(default)]
    lang: String,
    source: String,
}

/// Reads one file.
pub fn read(path: &Path) -> Result<Data, DataError> {
    let fault = |error| DataError::Read(path.to_owned(), error);
    let mut text = String::new();
    GzDecoder::new(File::open(path).map_err(fault)?).read_to_string(&mut text).map_err(fault)?;
    let examples = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).map(|(number, line)| {
        let row: Row =
            serde_json::from_str(line).map_err(|error| DataError::Line(path.to_owned(), number + 1, error))?;
        Ok(row.example())
    });
    let examples = examples.collect::<Result<_, DataError>>()?;
    Ok(Data { examples, digest: Sha256::digest(text.as_bytes()).into() })
}

impl Row {
    fn example(self) -> Example {
        let data = matches!(self.kind.as_str(), "indirect" | "document");
        Example {
            attack: self.label == "injection",
            origin: Some(if data { Origin::Document } else { Origin::User }),
            language: self.lang.into(),
            source: self.source.into(),
            text: self.text,
        }
    }
}
