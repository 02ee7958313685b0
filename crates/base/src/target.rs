//! What a finding is about: an artifact, and a place in it.

use std::{fmt, sync::Arc};

/// A thing that can be named and found again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Artifact {
    /// A file, by its path as reports show it: relative to the scanned root, `/` between the parts.
    File(Arc<str>),
    /// A member of an archive; `entry` uses `!` between levels when archives are nested.
    Entry {
        /// The archive.
        path: Arc<str>,
        /// The member's name, control characters escaped.
        entry: Arc<str>,
    },
    /// A live endpoint, by URL without credentials.
    Endpoint(Arc<str>),
    /// A package, by package URL (purl).
    Package(Arc<str>),
    /// One call through the gateway, by its number in the audit log.
    Call(u64),
}

/// A place in an artifact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Offset of the first byte, from the start of the artifact.
    pub offset: u64,
    /// Length in bytes.
    pub len: u64,
    /// Line of the first byte, from 1; `None` in binary artifacts.
    pub line: Option<u32>,
}

/// An artifact, and where in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Target {
    /// The thing.
    pub artifact: Artifact,
    /// The place in it; `None` means the whole.
    pub place: Option<Place>,
}

impl Artifact {
    /// A file by its displayed path.
    pub fn file(path: impl Into<Arc<str>>) -> Self {
        Self::File(path.into())
    }

    /// A member of an archive, with its control characters escaped.
    pub fn entry(path: impl Into<Arc<str>>, entry: &str) -> Self {
        let shown: String =
            entry.chars().flat_map(|c| if c.is_control() { c.escape_default().collect() } else { vec![c] }).collect();
        Self::Entry { path: path.into(), entry: shown.into() }
    }

    /// The file's path, the URL, the purl: what a report lists it under.
    pub fn path(&self) -> &str {
        match self {
            Self::File(path) | Self::Entry { path, .. } | Self::Endpoint(path) | Self::Package(path) => path,
            Self::Call(_) => "",
        }
    }

    /// The member's name, if this is a member of an archive.
    pub fn entry_name(&self) -> Option<&str> {
        match self {
            Self::Entry { entry, .. } => Some(entry),
            _ => None,
        }
    }

    /// The whole artifact as a target.
    pub fn whole(&self) -> Target {
        Target { artifact: self.clone(), place: None }
    }
}

impl fmt::Display for Artifact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entry { path, entry } => write!(f, "{path}!{entry}"),
            Self::Call(number) => write!(f, "call {number}"),
            other => f.write_str(other.path()),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.artifact.fmt(f)?;
        match self.place {
            Some(Place { line: Some(line), .. }) => write!(f, ":{line}"),
            Some(Place { offset, .. }) => write!(f, "@{offset}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_name_the_place() {
        let file = Artifact::file("app/main.py");
        assert_eq!(file.whole().to_string(), "app/main.py");
        let line = Target { artifact: file, place: Some(Place { offset: 10, len: 2, line: Some(3) }) };
        assert_eq!(line.to_string(), "app/main.py:3");
        let entry = Artifact::entry("m.pt", "a\n/data.pkl");
        let byte = Target { artifact: entry, place: Some(Place { offset: 10, len: 2, line: None }) };
        assert_eq!(byte.to_string(), "m.pt!a\\n/data.pkl@10");
    }
}
