//! The content of one file: read if it is small, mapped if it is large, and never waited for.

use std::{
    fs,
    io::{self, Read},
    ops::Range,
    path::Path,
    time::SystemTime,
};

use palisade_map::{Map, open_regular};

/// The content of one file, and what it takes to tell whether it changed meanwhile.
pub(crate) struct Content<'b> {
    held: Held<'b>,
    file: fs::File,
    about: About,
}

enum Held<'b> {
    Read(&'b [u8]),
    Mapped(Map),
}

/// What changes when a file is written to.
#[derive(Clone, Copy, PartialEq, Eq)]
struct About {
    len: u64,
    modified: Option<SystemTime>,
}

impl About {
    fn of(file: &fs::File) -> io::Result<Self> {
        let metadata = file.metadata()?;
        Ok(Self { len: metadata.len(), modified: metadata.modified().ok() })
    }
}

impl<'b> Content<'b> {
    /// Opens a regular file. A small one is read into `buffer`, since a copy cannot change; special files that hold
    /// something although they are said to be empty are small ones.
    pub(crate) fn open(path: &Path, buffer: &'b mut Vec<u8>) -> io::Result<Self> {
        buffer.clear();
        let file = open_regular(path)?;
        let mut about = About::of(&file)?;
        if about.len <= READ {
            (&file).take(READ + 1).read_to_end(buffer)?;
            if buffer.len() as u64 <= READ {
                return Ok(Self { held: Held::Read(buffer), file, about });
            }
            // It grew since it was looked at, or never said how long it is.
            about = About::of(&file)?;
            if about.len <= READ {
                return Err(io::Error::other("it goes on behind its own end"));
            }
        }
        Ok(Self { held: Held::Mapped(Map::open(&file)?), file, about })
    }

    /// All of it.
    pub(crate) fn whole(&self) -> &[u8] {
        match &self.held {
            Held::Read(bytes) => bytes,
            Held::Mapped(map) => map.bytes(),
        }
    }

    /// All of it, or only the head if it is larger than `max` bytes: as much as is read of text.
    pub(crate) fn bounded(&self, max: u64) -> &[u8] {
        let whole = self.whole();
        if whole.len() as u64 <= max {
            return whole;
        }
        whole.get(..usize::try_from(HEAD.min(max)).unwrap_or(usize::MAX)).unwrap_or(whole)
    }

    /// Gives the memory behind a range back, if it is not that of a buffer.
    pub(crate) fn release(&self, range: Range<usize>) {
        if let Held::Mapped(map) = &self.held {
            map.release(range);
        }
    }

    /// Whether what was judged may not have been one state of the file.
    pub(crate) fn changed(&self) -> bool {
        match &self.held {
            Held::Read(_) => false,
            Held::Mapped(map) => !map.is_intact() || About::of(&self.file).is_ok_and(|now| now != self.about),
        }
    }
}

/// Files up to this many bytes are read: cheaper than a map, and nobody can change the copy.
const READ: u64 = 4 << 20;
/// How much is looked at of text that is over the budget.
const HEAD: u64 = 1 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn file(len: u64) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().set_len(len).unwrap();
        file
    }

    #[test]
    fn only_the_head_of_large_text_is_looked_at() {
        let mut buffer = Vec::new();
        let small = file(5000);
        let content = Content::open(small.path(), &mut buffer).unwrap();
        assert_eq!(
            (content.whole().len(), content.bounded(5000).len(), content.bounded(1000).len()),
            (5000, 5000, 1000)
        );
        let large = file(READ + 1);
        let content = Content::open(large.path(), &mut buffer).unwrap();
        assert_eq!(content.whole().len() as u64, READ + 1);
        assert_eq!(content.bounded(READ).len() as u64, HEAD);
    }

    #[test]
    fn sparse_files_cost_nothing() {
        let file = file(1 << 40);
        let mut buffer = Vec::new();
        let content = Content::open(file.path(), &mut buffer).unwrap();
        assert_eq!((content.whole().len(), content.whole().last()), (1 << 40, Some(&0)));
        content.release(0..1 << 40);
        assert!(!content.changed());
    }

    #[test]
    fn changes_of_large_files_are_noticed() {
        for change in [READ + 1, READ + 3, 10] {
            let file = file(READ + 2);
            let mut buffer = Vec::new();
            let content = Content::open(file.path(), &mut buffer).unwrap();
            file.as_file().set_len(change).unwrap();
            let _ = content.whole().iter().rev().step_by(4096).filter(|byte| **byte > 0).count();
            assert!(content.changed(), "{change}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn special_files_that_are_said_to_be_empty_are_read() {
        let mut buffer = Vec::new();
        let content = Content::open(Path::new("/proc/self/status"), &mut buffer).unwrap();
        assert!(content.whole().starts_with(b"Name:"));
    }
}
