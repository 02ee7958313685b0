//! One report: the value that every renderer reads.

use std::collections::BTreeMap;

use jiff::Timestamp;
use palisade_base::{Autonomy, Described, Digested, Finding, LeftOut, Severity, Stats, Unscanned, system::About};

use crate::{Catalogue, Level, Scorecard};

/// One report: the value that every renderer reads.
#[derive(Debug)]
pub struct Report {
    /// The version of Palisade that made it.
    pub version: &'static str,
    /// When it was made; `None` where reports must be equal byte for byte.
    pub made: Option<Timestamp>,
    /// The system, if a manifest describes it.
    pub about: Option<About>,
    /// The autonomy that counted.
    pub autonomy: Autonomy,
    /// The folder that findings lie in, as their paths begin: taken off before fingerprints are made. May be empty.
    pub root: String,
    /// The scores.
    pub score: Scorecard,
    /// What was found and is not accepted, by artifact and place.
    pub findings: Vec<Finding>,
    /// What was found and is accepted.
    pub accepted: Accepted,
    /// What could not be judged.
    pub unscanned: Vec<Unscanned>,
    /// What was not looked at because an ignore file, the manifest or the user said so.
    pub left_out: Vec<LeftOut>,
    /// The files, if the report is about a few files and not about a system: each gets a verdict instead of a score.
    pub files: Vec<Described>,
    /// What those who judged the files said of them, by path; the worst finding decides of the others.
    pub ruled: BTreeMap<String, Level>,
    /// The manifest whose ignores counted, as messages call it.
    pub manifest: Option<String>,
    /// Digests of the artifacts that were read to the last byte.
    pub digests: Vec<Digested>,
    /// The frameworks whose clauses are shown.
    pub catalogue: Catalogue,
    /// Counters.
    pub stats: Stats,
}

/// How many findings were accepted, and why.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Accepted {
    /// By an `[[ignore]]` with a reason and an end.
    pub ignored: usize,
    /// By the baseline file.
    pub baseline: usize,
    /// The worst of those that an `[[ignore]]` accepts.
    pub worst: Option<Severity>,
}

/// `path` without the folder `root` before it; `path` itself if it does not lie there.
pub(crate) fn relative<'a>(path: &'a str, root: &str) -> &'a str {
    match path.strip_prefix(root) {
        Some(rest) if root.ends_with('/') || rest.starts_with('/') => rest.trim_start_matches('/'),
        _ => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_comes_off_whole_parts_only() {
        for (path, root, expected) in [
            ("a/b.py", "a", "b.py"),
            ("a/b.py", "a/", "b.py"),
            ("ab/c.py", "a", "ab/c.py"),
            ("a/b.py", "", "a/b.py"),
            ("/a/b.py", "/a", "b.py"),
        ] {
            assert_eq!(relative(path, root), expected, "{path} in {root}");
        }
    }
}
