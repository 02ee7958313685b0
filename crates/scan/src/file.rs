//! A file as the walker read it, before anything is parsed.

use std::{borrow::Cow, fmt, ops::Range, path::Path};

use palisade_base::Artifact;

use crate::Facts;

/// A file as the walker read it.
#[derive(Clone, Debug)]
pub struct File<'a> {
    /// What reports call it.
    pub artifact: Artifact,
    /// The path relative to the project, `/` between the parts: what the manifest's paths are compared with.
    pub project_path: &'a str,
    /// Where it lies: what is beside it matters for some formats.
    pub disk: &'a Path,
    /// Its content as openers of text take it: only the head if it is larger than the budget, see [`File::is_whole`].
    pub bytes: &'a [u8],
    /// Its whole content, whatever its length: what openers of models take. Looking at a byte may read it from the disk.
    pub whole: &'a [u8],
    /// Who is told when a long pass is done with a part of it.
    pub behind: &'a dyn Behind,
    /// What is known besides the file.
    pub facts: Facts<'a>,
}

/// What lies behind the bytes of a file.
pub trait Behind {
    /// A pass over the whole file is done with these bytes: their memory can be given back, and progress be shown.
    fn passed(&self, _range: Range<usize>) {}
}

impl Behind for () {}

impl fmt::Debug for dyn Behind + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("..")
    }
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
        self.bytes.len() == self.whole.len()
    }

    /// The content as text, or `None` if it is binary.
    ///
    /// Bytes that are not UTF-8 become `?`, one for one, so that offsets still point into the file.
    pub fn text(&self) -> Option<Cow<'a, str>> {
        let head = self.bytes.get(..self.bytes.len().min(8192)).unwrap_or_default();
        if head.contains(&0) {
            return None;
        }
        Some(as_text(self.bytes))
    }
}

/// Bytes as text. Those that are not UTF-8 become `?`, one for one, so that offsets still point into the file: readers
/// written in C do not mind them.
pub(crate) fn as_text(bytes: &[u8]) -> Cow<'_, str> {
    std::str::from_utf8(bytes).map_or_else(|_| Cow::Owned(patched(bytes)), Cow::Borrowed)
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
            whole: bytes,
            behind: &(),
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
