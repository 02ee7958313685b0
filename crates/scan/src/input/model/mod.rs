//! Parsed inputs of models.

pub(crate) mod carried;
pub(crate) mod code;
mod effect;
pub(crate) mod keras;
mod metadata;
mod numbers;
pub(crate) mod operator;
mod shards;
pub(crate) mod target;

#[cfg(test)]
pub(crate) use effect::effects;
pub(crate) use effect::{Carrier, Does, Effect, Effects, When};
pub(crate) use effect::{keep_worst, severity_of};
pub(crate) use metadata::Metadata;
pub(crate) use numbers::{Number, Numbers, Tensor};
pub(crate) use shards::{Shard, Shards, State};

use std::ops::Range;

use palisade_base::{Artifact, Evidence, Excerpt, Mask, Place, Target, View, system::System};
use palisade_formats::{jinja, onnx, pickle::Walk, sniff::Format};

/// A pickle, or several in a row, wherever they lie.
#[derive(Debug)]
pub struct Pickle<'a> {
    /// The file or member that holds it.
    pub artifact: &'a Artifact,
    /// The content of that file or member.
    pub bytes: &'a [u8],
    /// What a load would import and call.
    pub walk: &'a Walk,
    /// Where in the content the pickle is.
    pub lies: Lies,
}

/// Where a pickle lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lies {
    /// It is the content, from this offset on: a loader of the file reads it.
    Open(usize),
    /// In a constant of another pickle; `loaded` if that one hands it to a function that loads it.
    Constant {
        /// The constant.
        range: Range<usize>,
        /// Whether the bytes are written there as they are.
        raw: bool,
        /// Whether the pickle around it loads it.
        loaded: bool,
    },
    /// Where no loader of this format looks, from this offset on.
    Hidden(usize),
}

/// A file with weights.
#[derive(Debug)]
pub struct Weights<'a> {
    /// The file.
    pub artifact: &'a Artifact,
    /// Its path relative to the project.
    pub project_path: &'a str,
    /// Its first bytes.
    pub head: &'a [u8],
    /// What it is.
    pub format: Format,
    /// Why loading it may run code; `None` for formats that only hold numbers.
    pub runs_code: Option<&'static str>,
    /// A file beside it that holds the same in a format that runs nothing.
    pub twin: Option<String>,
    /// What signatures say about it.
    pub signature: Signature,
    /// The manifest of the system.
    pub system: Option<&'a System>,
}

/// What signatures say about a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signature {
    /// There is none.
    None {
        /// What was looked for.
        sought: Vec<String>,
    },
    /// A signature lists the file with the digest that it has.
    Listed,
    /// There are signatures, and none of them lists the file.
    Unlisted {
        /// The first of them.
        by: String,
    },
    /// A signature lists the file with another digest.
    Mismatch {
        /// The signature.
        by: String,
        /// The digest that it lists, hexadecimal.
        listed: String,
        /// The digest of the file.
        actual: [u8; 32],
    },
    /// A signature lists the file, and its digest was not compared.
    Undigested {
        /// The signature.
        by: String,
        /// Why not.
        why: &'static str,
    },
    /// There is a file that is named like a signature and cannot be read as one.
    Unread {
        /// The file.
        by: String,
        /// Why not.
        why: String,
    },
}

/// What the name of a model file says against what its bytes are.
#[derive(Debug)]
pub struct Shape<'a> {
    /// The file.
    pub artifact: &'a Artifact,
    /// Its first bytes, or all of it.
    pub bytes: &'a [u8],
    /// What the bytes are.
    pub format: Format,
    /// What the name claims, where it claims something definite.
    pub claimed: Option<Claim>,
    /// Whether the bytes are of a format that runs code when loaded.
    pub runs_code: bool,
    /// What no honest tool writes.
    pub oddities: Vec<Oddity>,
}

/// What a file name claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The extension, without the dot.
    pub extension: &'static str,
    /// Whether loading what it claims runs nothing.
    pub safe: bool,
}

/// Something in a file that no honest tool writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Oddity {
    /// Offset in the file.
    pub offset: u64,
    /// What is odd, one clause without a full stop.
    pub what: String,
    /// In which way it is odd.
    pub kind: OddityKind,
    /// Whether the part is one that runs code.
    pub code: bool,
}

/// In which way a part of a file is odd.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OddityKind {
    /// One reader sees it and another does not, or reads something else there.
    Disguise,
    /// It breaks the format in a way that crashes loaders or misleads them: lengths, counts and offsets that lie.
    Malformed,
    /// It grows out of all proportion when it is unpacked or loaded.
    Bomb,
    /// It is unpacked to a place outside of its folder.
    Escape,
}

/// A chat template.
#[derive(Debug)]
pub struct Template<'a> {
    /// The file.
    pub artifact: &'a Artifact,
    /// The template itself.
    pub source: &'a str,
    /// What it reaches for.
    pub report: &'a jinja::Report,
    /// Where it is written.
    pub host: Host<'a>,
    /// Whether it is a template of a conversation; other templates may include files.
    pub chat: bool,
}

/// Where a template is written.
#[derive(Clone, Debug)]
pub enum Host<'a> {
    /// It is the file.
    Itself,
    /// In a string of a text file, with escapes.
    Text {
        /// The content of the file.
        text: &'a str,
        /// The string.
        range: Range<usize>,
    },
    /// In a string of a binary file, as it is.
    Bytes {
        /// The content of the file.
        bytes: &'a [u8],
        /// Offset of the string.
        start: usize,
    },
}

/// An ONNX model.
#[derive(Debug)]
pub struct Graph<'a> {
    /// The file.
    pub artifact: &'a Artifact,
    /// Its content.
    pub bytes: &'a [u8],
    /// What it is made of.
    pub model: &'a onnx::Model,
    /// Files that tensors are read from and that are links leading out of the folder.
    pub leaving_links: Vec<String>,
}

impl Pickle<'_> {
    /// Evidence at an offset of the walk.
    pub fn evidence(&self, offset: usize, label: String) -> Evidence {
        let range = match &self.lies {
            Lies::Open(base) | Lies::Hidden(base) => base + offset..base + offset + 1,
            Lies::Constant { range, raw: true, .. } => range.start + offset..range.start + offset + 1,
            Lies::Constant { range, .. } => range.clone(),
        };
        Evidence::bytes(self.artifact, self.bytes, range, label)
    }
}

impl Template<'_> {
    /// Evidence at a range of the template.
    pub fn evidence(&self, range: Range<usize>, label: String) -> Evidence {
        match &self.host {
            Host::Itself => Evidence::text(self.artifact, self.source, range, Mask::No, label),
            Host::Text { text, range: string } => {
                let sought = self.source.get(range).unwrap_or_default();
                let inside = text.get(string.clone()).unwrap_or_default();
                let at = match inside.find(sought) {
                    Some(at) if !sought.is_empty() => string.start + at..string.start + at + sought.len(),
                    _ => string.clone(),
                };
                Evidence::text(self.artifact, text, at, Mask::No, label)
            }
            Host::Bytes { bytes, start } => {
                Evidence::bytes(self.artifact, bytes, start + range.start..start + range.end, label)
            }
        }
    }
}

impl Shape<'_> {
    /// Evidence at an offset that may lie behind what was read.
    pub fn evidence(&self, offset: u64, label: impl Into<String>) -> Evidence {
        let label = label.into();
        match usize::try_from(offset) {
            Ok(at) if at < self.bytes.len() => Evidence::bytes(self.artifact, self.bytes, at..at + 4, label),
            _ => Evidence::Span {
                at: Target { artifact: self.artifact.clone(), place: Some(Place { offset, len: 0, line: None }) },
                excerpt: Excerpt { view: View::Bytes { offset, bytes: Vec::new() }, marked: 0..0 },
                label: label.into(),
            },
        }
    }
}
