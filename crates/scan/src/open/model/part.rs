//! What is being opened: a file, or a member of an archive in it.

use std::{borrow::Cow, cell::Cell};

use palisade_base::Artifact;

use crate::{Engine, File};

/// A file, or a member of an archive.
pub(super) struct Part<'a> {
    /// What reports call it.
    pub(super) artifact: &'a Artifact,
    /// Its file name, lower case.
    pub(super) name: String,
    /// Its content, or the head of it.
    pub(super) bytes: &'a [u8],
    /// How many archives are around it.
    pub(super) depth: usize,
    /// How many bytes may still be unpacked from the file, all archives in it together.
    pub(super) budget: &'a Cell<u64>,
    /// The file, unless this is a member.
    pub(super) file: Option<&'a File<'a>>,
}

impl Part<'_> {
    pub(super) fn is_whole(&self) -> bool {
        self.file.is_none_or(File::is_whole)
    }

    /// How many bytes may be unpacked next.
    pub(super) fn room(&self) -> u64 {
        MEMBER.min(self.budget.get())
    }

    /// Accounts for unpacked bytes.
    pub(super) fn spend(&self, bytes: usize) {
        self.budget.set(self.budget.get().saturating_sub(bytes as u64));
    }

    /// The full length in bytes.
    pub(super) fn len(&self) -> u64 {
        self.file.map_or(self.bytes.len() as u64, |file| file.len)
    }

    /// Whether its name has this extension.
    pub(super) fn has_extension(&self, extension: &str) -> bool {
        self.name.rsplit_once('.').is_some_and(|(_, own)| own == extension)
    }

    pub(super) fn is_binary(&self) -> bool {
        self.bytes.get(..self.bytes.len().min(8192)).unwrap_or_default().contains(&0)
    }

    /// The name of a member of this part.
    pub(super) fn entry(&self, member: &str) -> Artifact {
        match self.artifact.entry_name() {
            Some(outer) => Artifact::entry(self.artifact.path(), &format!("{outer}!{member}")),
            None => Artifact::entry(self.artifact.path(), member),
        }
    }

    pub(super) fn unscanned(&self, engine: &mut Engine, reason: impl Into<Cow<'static, str>>) {
        super::unscanned(self.artifact, engine, reason);
    }
}

/// How deep archives are opened in archives.
pub(super) const DEPTH: usize = 6;
/// The most bytes of one member that are unpacked.
const MEMBER: u64 = 64 << 20;
/// The most bytes that are unpacked from one file, all archives in it together.
pub(super) const TOTAL: u64 = 256 << 20;
