//! A file as the walker read it, before anything is parsed.

use std::{borrow::Cow, path::Path};

use palisade_base::Artifact;

use crate::Facts;

/// A file as the walker read it.
#[derive(Clone, Debug)]
pub struct File<'a> {
    /// What reports call it.
    pub artifact: Artifact,
    /// The path relative to the project, `/` between the parts: what the manifest's paths are compared with.
    pub project_path: &'a str,
    /// Where it lies, for the few formats that are read in parts.
    pub disk: &'a Path,
    /// Its content; only the head if it is larger than the budget, see [`File::is_whole`].
    pub bytes: &'a [u8],
    /// Its full length in bytes.
    pub len: u64,
    /// What is known besides the file.
    pub facts: Facts<'a>,
}

impl<'a> File<'a> {
    /// The file name, lower case.
    pub fn name(&self) -> String {
        self.project_path.rsplit('/').next().unwrap_or_default().to_lowercase()
    }

    /// The file name as it is written.
    pub fn name_as_written(&self) -> &'a str {
        self.project_path.rsplit('/').next().unwrap_or_default()
    }

    /// The extension without the dot, lower case; empty if there is none.
    pub fn extension(&self) -> String {
        let name = self.name();
        name.rsplit_once('.').map(|(_, extension)| extension.to_owned()).unwrap_or_default()
    }

    /// Whether [`File::bytes`] is all of it.
    pub fn is_whole(&self) -> bool {
        self.bytes.len() as u64 == self.len
    }

    /// The content as text, or `None` if it is binary.
    ///
    /// Bytes that are not UTF-8 become `?`, one for one, so that offsets still point into the file.
    pub fn text(&self) -> Option<Cow<'a, str>> {
        let head = self.bytes.get(..self.bytes.len().min(8192)).unwrap_or_default();
        if head.contains(&0) {
            return None;
        }
        match std::str::from_utf8(self.bytes) {
            Ok(text) => Some(Cow::Borrowed(text)),
            Err(_) => Some(Cow::Owned(patched(self.bytes))),
        }
    }
}

fn patched(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| '?'));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(bytes: &[u8]) -> File<'_> {
        File {
            artifact: Artifact::file("Dir/A.Tar.GZ"),
            project_path: "Dir/A.Tar.GZ",
            disk: Path::new(""),
            bytes,
            len: bytes.len() as u64,
            facts: Facts::default(),
        }
    }

    #[test]
    fn names_are_lower_case() {
        assert_eq!((file(b"").name().as_str(), file(b"").extension().as_str()), ("a.tar.gz", "gz"));
    }

    #[test]
    fn broken_utf8_keeps_offsets() {
        let text = file(b"a\xff\xfeb\xc3").text().unwrap().into_owned();
        assert_eq!(text, "a??b?");
        assert_eq!(file(b"a\0b").text(), None);
    }
}
