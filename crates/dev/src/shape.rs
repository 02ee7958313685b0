//! The shape of the house as a test: which crate may see which, how long files may be, what nothing may be called.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// Which crate may depend on which. Crates that do not exist yet are listed with the place that waits for them.
///
/// Rings: `base`, `formats` and `map` see nothing of ours; `text` and `seal` see ring 0; the parts of ring 2 see rings 0 and 1
/// and never each other; `report` sees only `base`; `cli` assembles.
const EDGES: &[(&str, &[&str])] = &[
    ("base", &[]),
    ("formats", &[]),
    ("map", &[]),
    ("text", &["base"]),
    ("seal", &["base"]),
    ("scan", &["base", "formats", "map", "text", "seal"]),
    ("data", &["base", "formats", "text", "seal"]),
    ("eval", &["base", "formats", "text", "seal"]),
    ("supply", &["base", "formats", "text", "seal"]),
    ("guard", &["base", "formats", "text", "seal"]),
    ("watch", &["base", "formats", "text", "seal"]),
    ("report", &["base"]),
    ("cli", &["base", "formats", "map", "text", "seal", "scan", "data", "eval", "supply", "guard", "watch", "report"]),
    ("train", &["base", "text"]),
    ("dev", &["base", "formats", "text", "scan", "report", "cli", "train"]),
    ("testkit", &[]),
];

/// Names that say nothing.
const EMPTY_NAMES: &[&str] = &["core", "utils", "util", "common", "helpers", "misc"];
const MEDIAN: usize = 200;
const NINE_IN_TEN: usize = 450;
const LONGEST: usize = 800;
const LARGEST_SHARE: f64 = 0.25;
/// Below this a share says nothing: a young house has rooms that are larger than others. Parsers and checks came first, and
/// six crates of ring 2 are still to come.
const SHARE_FROM: usize = 150_000;

/// A source file and its length in lines.
#[derive(Debug)]
pub struct SourceFile {
    /// The crate's folder.
    pub package: String,
    /// The path from the root of the repository.
    pub path: PathBuf,
    /// Lines, tests included.
    pub lines: usize,
}

/// What is wrong with the shape of the repository at `root`; empty when nothing is.
pub fn flaws(root: &Path) -> Vec<String> {
    let files = files(root);
    let mut flaws = edges(root);
    flaws.extend(lengths(&files));
    flaws.extend(names(&files));
    flaws.extend(heads(root, &files));
    flaws
}

/// Every Rust file of product code, longest first.
pub fn files(root: &Path) -> Vec<SourceFile> {
    let mut files = Vec::new();
    for package in packages(root) {
        let mut folders = vec![root.join("crates").join(&package).join("src")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
                let path = entry.path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "rs") {
                    let lines = fs::read_to_string(&path).unwrap_or_default().lines().count();
                    let path = path.strip_prefix(root).unwrap_or(&path).to_owned();
                    files.push(SourceFile { package: package.clone(), path, lines });
                }
            }
        }
    }
    files.sort_by(|a, b| (b.lines, &a.path).cmp(&(a.lines, &b.path)));
    files
}

fn packages(root: &Path) -> BTreeSet<String> {
    let folders = fs::read_dir(root.join("crates")).into_iter().flatten().flatten();
    folders
        .filter(|entry| entry.path().join("Cargo.toml").is_file())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
}

fn edges(root: &Path) -> Vec<String> {
    let allowed: BTreeMap<&str, &[&str]> = EDGES.iter().copied().collect();
    let mut flaws = Vec::new();
    for package in packages(root) {
        let text = fs::read_to_string(root.join("crates").join(&package).join("Cargo.toml")).unwrap_or_default();
        let Ok(manifest) = text.parse::<toml::Table>() else {
            flaws.push(format!("crates/{package}/Cargo.toml cannot be parsed"));
            continue;
        };
        let name =
            manifest.get("package").and_then(|p| p.get("name")).and_then(toml::Value::as_str).unwrap_or_default();
        if name != format!("palisade-{package}") {
            flaws.push(format!("crates/{package} is called `{name}`, not `palisade-{package}`"));
        }
        let Some(allowed) = allowed.get(package.as_str()) else {
            flaws.push(format!("crates/{package} has no line in the table of edges"));
            continue;
        };
        let dependencies = manifest.get("dependencies").and_then(toml::Value::as_table);
        for dependency in dependencies.into_iter().flat_map(toml::Table::keys) {
            let ours = dependency.strip_prefix("palisade-");
            if let Some(other) = ours.filter(|other| !allowed.contains(other)) {
                flaws.push(format!("`{package}` must not see `{other}`"));
            }
        }
    }
    flaws
}

fn lengths(files: &[SourceFile]) -> Vec<String> {
    let mut flaws: Vec<String> = files
        .iter()
        .filter(|file| file.lines > LONGEST)
        .map(|file| format!("{} has {} lines, more than {LONGEST}", file.path.display(), file.lines))
        .collect();
    let at = |share: usize| files.get(files.len() * share / 100).map_or(0, |file| file.lines);
    if at(50) > MEDIAN {
        flaws.push(format!("the median file has {} lines, more than {MEDIAN}", at(50)));
    }
    if at(10) > NINE_IN_TEN {
        flaws.push(format!("one file in ten has {} lines or more; {NINE_IN_TEN} is the limit", at(10)));
    }
    let total: usize = files.iter().map(|file| file.lines).sum();
    let mut sizes: BTreeMap<&str, usize> = BTreeMap::new();
    for file in files {
        *sizes.entry(&file.package).or_default() += file.lines;
    }
    for (package, lines) in sizes {
        #[expect(clippy::cast_precision_loss, reason = "line counts are far below 2^52")]
        let share = lines as f64 / total as f64;
        if total >= SHARE_FROM && share > LARGEST_SHARE {
            flaws.push(format!("`{package}` holds {:.0} % of the lines, more than a quarter", share * 100.0));
        }
    }
    flaws
}

fn names(files: &[SourceFile]) -> Vec<String> {
    let empty = |file: &&SourceFile| {
        file.path.iter().any(|part| EMPTY_NAMES.contains(&part.to_string_lossy().trim_end_matches(".rs")))
    };
    files.iter().filter(empty).map(|file| format!("{} has a name that says nothing", file.path.display())).collect()
}

fn heads(root: &Path, files: &[SourceFile]) -> Vec<String> {
    let headless =
        |file: &&SourceFile| !fs::read_to_string(root.join(&file.path)).unwrap_or_default().starts_with("//!");
    files.iter().filter(headless).map(|file| format!("{} does not begin with `//!`", file.path.display())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_house_has_its_shape() {
        let flaws = flaws(&crate::root());
        assert!(flaws.is_empty(), "{}", flaws.join("\n"));
    }

    #[test]
    fn no_edge_leads_sideways_or_up() {
        let depth = |name: &str| match name {
            "base" | "formats" | "map" | "testkit" => 0,
            "text" | "seal" => 1,
            "report" => 3,
            "cli" => 4,
            "dev" => 5,
            _ => 2,
        };
        for (from, to) in EDGES {
            for to in *to {
                assert!(depth(to) < depth(from), "{from} -> {to}");
            }
        }
    }

    #[test]
    fn a_long_file_and_an_empty_name_are_flaws() {
        let file = |path: &str, lines| SourceFile { package: "x".to_owned(), path: path.into(), lines };
        assert_eq!(lengths(&[file("a.rs", LONGEST + 1)]).len(), 3);
        assert_eq!(lengths(&[file("a.rs", 10)]), Vec::<String>::new());
        assert_eq!(names(&[file("crates/x/src/utils.rs", 1), file("crates/x/src/words.rs", 1)]).len(), 1);
    }
}
