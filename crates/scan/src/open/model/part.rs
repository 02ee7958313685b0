//! What is being opened: a file, or a member of an archive in it.

use std::{
    borrow::Cow,
    cell::{Cell, OnceCell, RefCell},
    collections::HashMap,
    time::Instant,
};

use palisade_base::Artifact;
use palisade_formats::compress::End;
use sha2::{Digest, Sha256};

use super::{bomb, full::Pass};
use crate::{Engine, File, options::PerFile};

/// A file, or a member of an archive.
pub(super) struct Part<'a> {
    /// What reports call it.
    pub(super) artifact: &'a Artifact,
    /// Its file name, lower case.
    pub(super) name: String,
    /// Its whole content. That of a large file is mapped: looking at all of it would read all of it.
    pub(super) bytes: &'a [u8],
    /// How many archives are around it.
    pub(super) depth: usize,
    /// What the file may still cost, all archives in it together.
    pub(super) budget: &'a Budget,
    /// The file, unless this is a member.
    pub(super) file: Option<&'a File<'a>>,
    /// Whether there is more of it than was unpacked, so that nothing is missing where it ends.
    pub(super) cut: bool,
}

/// What one file may still cost, and what a pass over all of it has shown.
pub(super) struct Budget {
    /// How many bytes may still be unpacked.
    bytes: Cell<u64>,
    /// When the time is over.
    until: Option<Instant>,
    late: Cell<bool>,
    /// Whether all bytes are read.
    pub(super) full: bool,
    /// Whether no number of a tensor is looked at.
    pub(super) structure_only: bool,
    pub(super) pass: OnceCell<Pass>,
    /// Digests of the archives in archives that were opened, and whether there was something in them that models are made of.
    opened: RefCell<HashMap<[u8; 32], bool>>,
}

impl Budget {
    pub(super) fn new(limits: PerFile) -> Self {
        Self {
            bytes: Cell::new(limits.max_unpacked),
            until: limits.max_time.and_then(|time| Instant::now().checked_add(time)),
            late: Cell::new(false),
            full: limits.full,
            structure_only: limits.structure_only,
            pass: OnceCell::new(),
            opened: RefCell::default(),
        }
    }

    /// Whether the time is over. Asked between members and between blocks of memory, not for each byte.
    pub(super) fn is_late(&self) -> bool {
        if !self.late.get() {
            self.late.set(self.until.is_some_and(|until| Instant::now() >= until));
        }
        self.late.get()
    }
}

impl Part<'_> {
    /// Whether nothing more may be unpacked.
    pub(super) fn is_spent(&self) -> bool {
        self.budget.is_late() || self.budget.bytes.get() == 0
    }

    /// Opens an archive in an archive, once: readers disagree on what an archive holds, so that one of a few kilobytes may lead
    /// to the same inner one on a hundred thousand ways.
    pub(super) fn once(&self, open: impl FnOnce() -> bool) -> bool {
        if self.depth == 0 {
            return open();
        }
        let mut digest = Sha256::new();
        digest.update(self.name.as_bytes());
        digest.update([0]);
        digest.update(self.bytes);
        let digest = digest.finalize().into();
        if let Some(is_model) = self.budget.opened.borrow().get(&digest) {
            return *is_model;
        }
        self.budget.opened.borrow_mut().insert(digest, false);
        let is_model = open();
        self.budget.opened.borrow_mut().insert(digest, is_model);
        is_model
    }

    /// Accounts for an archive with so many members. Archives may hold ever more archives, each of next to no bytes, so that
    /// looking at them costs something too.
    pub(super) fn enter(&self, members: usize) {
        if self.depth > 0 {
            self.spend(members.saturating_add(4).saturating_mul(1024));
        }
    }

    /// Unpacks `packed` bytes by a function that is told how many bytes may come out, and accounts for them; `len` tells
    /// how many came. What is nothing but large is not unpacked further than it takes to say so.
    pub(super) fn unpack<T>(
        &self,
        packed: u64,
        by: impl Fn(usize) -> Option<T>,
        len: impl Fn(&T) -> (usize, End),
    ) -> Option<T> {
        let room = usize::try_from(self.room()).unwrap_or(usize::MAX);
        let first = room.min(FIRST);
        let mut unpacked = by(first)?;
        let (came, end) = len(&unpacked);
        // Nor is what is nearly nothing, bomb or not: a few bytes would take all memory that there is to give.
        if end == End::More && first < room && !bomb::is_emptiness(packed, came as u64) {
            unpacked = by(room)?;
        }
        self.spend(len(&unpacked).0);
        Some(unpacked)
    }

    /// How many bytes may be unpacked next.
    pub(super) fn room(&self) -> u64 {
        if self.is_spent() { 0 } else { self.budget.bytes.get() }
    }

    /// Accounts for unpacked bytes.
    pub(super) fn spend(&self, bytes: usize) {
        self.budget.bytes.set(self.budget.bytes.get().saturating_sub(bytes as u64));
    }

    /// The full length in bytes.
    pub(super) fn len(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// Whether its name has this extension.
    pub(super) fn has_extension(&self, extension: &str) -> bool {
        self.name.rsplit_once('.').is_some_and(|(_, own)| own == extension)
    }

    pub(super) fn is_binary(&self) -> bool {
        self.bytes.get(..self.bytes.len().min(8192)).unwrap_or_default().contains(&0)
    }

    /// A member of this part.
    pub(super) fn member<'m>(&'m self, artifact: &'m Artifact, path: &str, bytes: &'m [u8]) -> Part<'m> {
        let (name, depth) = (super::name::file_name(path), self.depth + 1);
        Part { artifact, name, bytes, depth, budget: self.budget, file: None, cut: false }
    }

    /// The name of a member of this part.
    pub(super) fn entry(&self, member: &str) -> Artifact {
        match self.artifact.entry_name() {
            Some(outer) => Artifact::entry(self.artifact.path(), &format!("{outer}!{member}")),
            None => Artifact::entry(self.artifact.path(), member),
        }
    }

    /// Says that a member was not read, or not to its end.
    pub(super) fn entry_unscanned(&self, member: &str, engine: &mut Engine, reason: &'static str) {
        super::unscanned(&self.entry(member), engine, reason);
    }

    pub(super) fn unscanned(&self, engine: &mut Engine, reason: impl Into<Cow<'static, str>>) {
        super::unscanned(self.artifact, engine, reason);
    }
}

/// How deep archives are opened in archives.
pub(super) const DEPTH: usize = 16;
/// As much of a member is unpacked before it is asked whether it is nothing but large.
const FIRST: usize = 64 << 20;
