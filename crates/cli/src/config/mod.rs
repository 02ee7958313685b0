//! The manifest `palisade.toml`: finding it, reading it, and saying where it is wrong.

mod frame;
mod problem;
mod semantics;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use annotate_snippets::Level;
use palisade_base::system::System;

pub(crate) use problem::{Problem, nearest};

use crate::output::Failure;

/// The manifest's file name.
pub const MANIFEST: &str = "palisade.toml";

/// A manifest that was read and holds together.
#[derive(Debug)]
pub(crate) struct Manifest {
    /// The folder that it describes.
    pub(crate) folder: PathBuf,
    /// How messages call the file.
    pub(crate) shown: String,
    /// Its text, for evidence.
    pub(crate) text: String,
    /// What it says.
    pub(crate) system: System,
}

/// Why a manifest cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ManifestError {
    /// The file cannot be read.
    #[error("cannot read `{shown}`: {source}")]
    Unreadable { shown: String, source: io::Error },
    /// The file is larger than any manifest.
    #[error("`{shown}` is larger than {} MiB, which no manifest is", LIMIT >> 20)]
    TooLarge { shown: String },
    /// The file is not UTF-8.
    #[error("`{shown}` is not UTF-8 text")]
    NotText { shown: String },
    /// The file is wrong in these places; the message is the rendered frames.
    #[error("{frames}")]
    Wrong { frames: String },
}

impl From<ManifestError> for Failure {
    fn from(error: ManifestError) -> Self {
        Self::usage(error.to_string())
    }
}

impl Manifest {
    /// Frames for problems that do not stop the run.
    pub(crate) fn warnings(&self, problems: &[Problem]) -> String {
        frame::render(&self.shown, &self.text, problems, &Level::WARNING)
    }
}

/// Looks for the manifest in `start` and the folders above it, up to the root of the repository.
pub(crate) fn find(start: &Path) -> Option<PathBuf> {
    let start = fs::canonicalize(start).ok()?;
    for folder in start.ancestors() {
        let candidate = folder.join(MANIFEST);
        if candidate.is_file() {
            return Some(candidate);
        }
        if folder.join(".git").exists() {
            return None;
        }
    }
    None
}

/// Reads and checks a manifest. `rules` are the names that an `[[ignore]]` may use.
pub(crate) fn load(path: &Path, rules: &[&str]) -> Result<Manifest, ManifestError> {
    let shown = crate::paths::shown(path);
    let unreadable = |source| ManifestError::Unreadable { shown: shown.clone(), source };
    if fs::metadata(path).map_err(unreadable)?.len() > LIMIT {
        return Err(ManifestError::TooLarge { shown });
    }
    let bytes = fs::read(path).map_err(unreadable)?;
    let Ok(text) = String::from_utf8(bytes) else { return Err(ManifestError::NotText { shown }) };
    match parse(&text, rules) {
        Ok(system) => {
            let folder = path.parent().map(Path::to_owned).unwrap_or_default();
            Ok(Manifest { folder, shown, text, system })
        }
        Err(problems) => Err(ManifestError::Wrong { frames: frame::render(&shown, &text, &problems, &Level::ERROR) }),
    }
}

fn parse(text: &str, rules: &[&str]) -> Result<System, Vec<Problem>> {
    let system: System = toml::from_str(text).map_err(|error| vec![Problem::of(&error, text)])?;
    match semantics::problems(&system, rules) {
        problems if problems.is_empty() => Ok(system),
        problems => Err(problems),
    }
}

/// Manifests are written by hand; a larger file is not one.
const LIMIT: u64 = 4 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(text: &str) -> String {
        let problems = parse(text, &["pickle-call"]).unwrap_err();
        anstream::adapter::strip_str(&frame::render("palisade.toml", text, &problems, &Level::ERROR)).to_string()
    }

    #[test]
    fn an_unknown_key_is_shown_with_a_suggestion() {
        insta::assert_snapshot!(frames("[system]\nname = \"x\"\nautonmy = \"act\"\n"), @r#"
        error: unknown key `autonmy`
         --> palisade.toml:3:1
          |
        3 | autonmy = "act"
          | ^^^^^^^
          |
        hint: did you mean `autonomy`?
        hint: the keys here are `name`, `purpose`, `owner`, `autonomy`
        "#);
    }

    #[test]
    fn a_wrong_value_is_shown_with_a_suggestion() {
        insta::assert_snapshot!(frames("[system]\nname = \"x\"\nautonomy = \"acts\"\n"), @r#"
        error: unknown value `acts`
         --> palisade.toml:3:12
          |
        3 | autonomy = "acts"
          |            ^^^^^^
          |
        hint: did you mean `act`?
        hint: the values are `inform`, `assist`, `act`
        "#);
    }

    #[test]
    fn a_single_table_where_a_list_is_wanted() {
        insta::assert_snapshot!(frames("[model]\nname = \"x\"\n"), @"
        error: this is one table, but there can be several
         --> palisade.toml:1:1
          |
        1 | [model]
          | ^^^^^^^
          |
        hint: write `[[model]]`, with two brackets, for each
        ");
    }

    #[test]
    fn a_missing_key_is_named() {
        insta::assert_snapshot!(frames("[system]\nname = \"x\"\n\n[[data]]\nname = \"train\"\n"), @"
        error: the key `path` is missing
         --> palisade.toml:4:1
          |
        4 | [[data]]
          | ^^^^^^^^
          |
        hint: add `path = ...`
        ");
    }

    #[test]
    fn broken_toml_is_shown() {
        insta::assert_snapshot!(frames("[system]\nname = \"x\n"), @r#"
        error: invalid basic string, expected `"`
         --> palisade.toml:2:10
          |
        2 | name = "x
          |          ^
        "#);
    }

    #[test]
    fn a_date_without_quotes() {
        insta::assert_snapshot!(frames("[[ignore]]\nrule = \"pickle-call\"\ntarget = \"a\"\nreason = \"b\"\nexpires = 2026-01-01\n"), @r#"
        error: expected a date string, found table
         --> palisade.toml:5:11
          |
        5 | expires = 2026-01-01
          |           ^^^^^^^^^^
          |
        hint: put the date in quotes: "2026-12-31"
        "#);
    }

    #[test]
    fn everything_that_does_not_hold_together_is_shown_at_once() {
        let text = r#"
[system]
name = "x"

[[model]]
name = "a"
trained-on = ["tran"]

[[model]]
name = "a"
path = "m.onnx"
endpoint = "http://localhost:1"

[[data]]
name = "train"
path = "../../etc"

[[ignore]]
rule = "pickel-call"
target = "a"
reason = " "
expires = "2026-01-01"
"#;
        insta::assert_snapshot!(frames(text), @"
        error: the model `a` has neither `path` nor `endpoint`
         --> palisade.toml:5:1
          |
        5 | [[model]]
          | ^^^^^^^^^
          |
        hint: give the file it is in, or the URL it answers at

        error: the model `a` refers to the data set `tran`, which is not declared
         --> palisade.toml:5:1
          |
        5 | [[model]]
          | ^^^^^^^^^
          |
        hint: did you mean `train`?
        hint: the declared data sets are `train`

        error: two `[[model]]` are called `a`
         --> palisade.toml:9:1
          |
        9 | [[model]]
          | ^^^^^^^^^

        error: the model `a` has both `path` and `endpoint`
         --> palisade.toml:9:1
          |
        9 | [[model]]
          | ^^^^^^^^^
          |
        hint: describe the file and the endpoint as two models

        error: no rule is called `pickel-call`
          --> palisade.toml:18:1
           |
        18 | [[ignore]]
           | ^^^^^^^^^^
           |
        hint: did you mean `pickle-call`?
        hint: `palisade explain --list` names every rule

        error: an accepted finding needs a reason
          --> palisade.toml:18:1
           |
        18 | [[ignore]]
           | ^^^^^^^^^^
           |
        hint: say why it is accepted
        ");
    }

    #[test]
    fn found_upward_to_the_repository_root() {
        let dir = tempfile::tempdir().unwrap();
        let inner = dir.path().join("repo/app/deep");
        fs::create_dir_all(&inner).unwrap();
        fs::create_dir(dir.path().join("repo/.git")).unwrap();
        fs::write(dir.path().join(MANIFEST), "").unwrap();
        assert_eq!(find(&inner), None, "a manifest above the repository is somebody else's");
        fs::write(dir.path().join("repo").join(MANIFEST), "").unwrap();
        assert!(find(&inner).unwrap().ends_with("repo/palisade.toml"));
    }
}
