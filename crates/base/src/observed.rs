//! What one run saw: the value that checks and attacks fill and that the report reads.

use std::{borrow::Cow, sync::Arc, time::Duration};

use crate::{Artifact, Component, Finding, Meta, Proof};

/// Everything one run saw. Results of several runs can be joined.
#[derive(Debug, Default)]
pub struct Observed {
    /// Weaknesses.
    pub findings: Vec<Finding>,
    /// What could not be judged; never counted as clean.
    pub unscanned: Vec<Unscanned>,
    /// What was not looked at because something said so.
    pub left_out: Vec<LeftOut>,
    /// What the files are, if they are few: the first [`FEW`].
    pub described: Vec<Described>,
    /// Which rule looked at how many artifacts.
    pub examined: Vec<Examined>,
    /// Digests of the artifacts that were read to the last byte.
    pub digests: Vec<Digested>,
    /// Attacks that were run.
    pub proofs: Vec<Proof>,
    /// Counters.
    pub stats: Stats,
}

/// Something that could not be judged, and why.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unscanned {
    /// What.
    pub artifact: Artifact,
    /// The component that stays unknown because of it, where that is known.
    pub component: Option<Component>,
    /// Why, in one line.
    pub reason: Cow<'static, str>,
}

/// Files that were not looked at because one thing said so: neither clean nor unknown, but somebody's decision.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeftOut {
    /// What said so.
    pub by: LeftOutBy,
    /// How many files.
    pub files: u64,
    /// Whether there are more than were counted.
    pub more: bool,
    /// How many of them are called like models.
    pub models: u64,
    /// The first few of those models, by name.
    pub examples: Vec<Artifact>,
}

/// What decides that files are not looked at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LeftOutBy {
    /// An ignore file such as `.gitignore`, by its path as reports show it.
    IgnoreFile(Arc<str>),
    /// `exclude` of the manifest.
    Manifest,
    /// An argument of the command line.
    Argument,
    /// The place where git keeps its own files.
    Git,
}

/// What a file is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Described {
    /// The file.
    pub artifact: Artifact,
    /// What it is, such as `a pickle`.
    pub title: Cow<'static, str>,
    /// Its length in bytes.
    pub bytes: u64,
}

/// The digest of an artifact as it was judged.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Digested {
    /// What was digested.
    pub artifact: Artifact,
    /// SHA-256.
    pub sha256: [u8; 32],
}

/// How many inputs a rule looked at.
#[derive(Clone, Copy, Debug)]
pub struct Examined {
    /// The rule.
    pub rule: &'static Meta,
    /// The number of inputs.
    pub inputs: u64,
}

/// Counters of one run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Files seen by the walker.
    pub files: u64,
    /// Files in which a check found something to judge.
    pub judged: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Wall time.
    pub elapsed: Duration,
}

impl Observed {
    /// Adds what another run saw.
    pub fn join(&mut self, other: Self) {
        self.findings.extend(other.findings);
        self.unscanned.extend(other.unscanned);
        self.left_out.extend(other.left_out);
        self.described.extend(other.described);
        self.described.sort();
        self.described.truncate(FEW);
        self.digests.extend(other.digests);
        self.proofs.extend(other.proofs);
        for theirs in other.examined {
            match self.examined.iter_mut().find(|ours| ours.rule.name == theirs.rule.name) {
                Some(ours) => ours.inputs += theirs.inputs,
                None => self.examined.push(theirs),
            }
        }
        self.stats.files += other.stats.files;
        self.stats.judged += other.stats.judged;
        self.stats.bytes += other.stats.bytes;
        self.stats.elapsed += other.stats.elapsed;
    }

    /// Puts findings and gaps into the order in which every report shows them: by artifact, place and rule.
    pub fn sort(&mut self) {
        self.findings.sort_by(|a, b| (&a.target, a.rule.name, &a.message).cmp(&(&b.target, b.rule.name, &b.message)));
        // What several files lead to is judged for each of them.
        self.findings.dedup_by(|a, b| (&a.target, a.rule.name, &a.message) == (&b.target, b.rule.name, &b.message));
        self.unscanned.sort();
        self.unscanned.dedup();
        self.left_out.sort();
        self.described.sort();
        self.digests.sort();
        self.examined.sort_by_key(|examined| examined.rule.name);
    }
}

/// So many files are few: each is worth a word of its own.
pub const FEW: usize = 5;
