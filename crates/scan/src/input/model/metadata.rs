//! Text that a model file carries beside its weights: descriptions, labels, settings that nothing interprets.

use std::ops::Range;

use palisade_base::{Artifact, Evidence, Mask};

/// One text of a model file that loaders hand on without interpreting it.
#[derive(Debug)]
pub struct Metadata<'a> {
    /// The file or member.
    pub artifact: &'a Artifact,
    /// Its content.
    pub bytes: &'a [u8],
    /// Where the text is written in the content; escapes may make it longer than the text.
    pub range: Range<usize>,
    /// What it is filed under, such as `general.description`; empty if nothing says.
    pub key: String,
    /// The text itself, unescaped.
    pub text: &'a str,
}

impl Metadata<'_> {
    /// Evidence for the text.
    pub fn evidence(&self, label: impl Into<String>) -> Evidence {
        match std::str::from_utf8(self.bytes) {
            Ok(text) => Evidence::text(self.artifact, text, self.range.clone(), Mask::No, label.into()),
            Err(_) => Evidence::bytes(self.artifact, self.bytes, self.range.clone(), label.into()),
        }
    }
}
