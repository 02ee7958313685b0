//! Opens files of data: decides by content (and by name where content cannot tell), parses, hands inputs to the engine.

use std::{
    collections::HashSet,
    fs,
    io::Read,
    path::{Path, PathBuf},
    sync::Arc,
};

use ignore::{DirEntry, WalkBuilder};
use palisade_base::{
    Component,
    system::{Data, Role, System},
};
use palisade_formats::table::{Content, Limits, NotATable, Table};

use crate::{
    Engine, File,
    input::{
        Input, Text,
        data::{Label, Manifest, TableFile, TrainRows, digest, inputs, names},
    },
};

pub(super) fn open(file: &File<'_>, engine: &mut Engine) {
    let declared = file.facts.data_at(file.project_path);
    match file.extension().as_str() {
        "csv" | "tsv" | "jsonl" | "ndjson" | "json" => table(file, declared, engine),
        "md" | "txt" | "html" | "htm" | "rst" | "markdown" if declared.is_some() => document(file, engine),
        "toml" if file.project_path == "palisade.toml" => manifest(file, engine),
        _ if file.facts.component_at(file.project_path) == Some(Component::Data) => document(file, engine),
        _ => {}
    }
}

fn manifest(file: &File<'_>, engine: &mut Engine) {
    if let (Some(system), Some(text)) = (file.facts.system, file.text()) {
        engine.judge(&Input::Manifest(Manifest { artifact: &file.artifact, text: &text, system }));
    }
}

fn document(file: &File<'_>, engine: &mut Engine) {
    let Some(text) = file.text() else { return };
    let text = Text { artifact: &file.artifact, text: &text };
    if !text.is_program() {
        engine.judge(&Input::Document(text));
    }
}

/// JSON that is no rows: read as a document, which says something, but nothing of its records.
fn nested(file: &File<'_>, declared: &Data, engine: &mut Engine) {
    document(file, engine);
    // Beside the records, a folder holds descriptions of them.
    if declared.path.get_ref().trim_start_matches("./") == file.project_path {
        engine.unscanned(
            file.artifact.clone(),
            Some(Component::Data),
            "its records are not read: it is JSON without rows",
        );
    }
}

fn table(file: &File<'_>, declared: Option<&Data>, engine: &mut Engine) {
    let extension = file.extension();
    if extension == "json" && !begins_like_rows(file.bytes) {
        if let Some(data) = declared {
            nested(file, data, engine);
        }
        return;
    }
    let Some(text) = file.text() else {
        if declared.is_some() && !file.bytes.is_empty() {
            engine.unscanned(
                file.artifact.clone(),
                Some(Component::Data),
                "it is not text in UTF-8 or a relative of it",
            );
        }
        return;
    };
    // Of a cut file, the last line is cut too.
    let whole_lines = if file.is_whole() { text.len() } else { text.rfind('\n').map_or(text.len(), |at| at + 1) };
    let text = text.get(..whole_lines).unwrap_or_default();
    let table = match parse(&extension, text) {
        Ok(table) => table,
        Err(NotATable::Empty) => return,
        Err(reason) => {
            if declared.is_some() || extension != "json" {
                engine.unscanned(
                    file.artifact.clone(),
                    declared.map(|_| Component::Data),
                    format!("not a table: {reason}"),
                );
            }
            return;
        }
    };
    if extension == "json" && table.len() < 2 && declared.is_none() {
        return;
    }
    if !file.is_whole() || table.is_cut() {
        let reason = format!("only the first {} rows of this table were read", table.len());
        engine.unscanned(file.artifact.clone(), Some(Component::Data), reason);
    }
    let train = match (declared.and_then(|data| data.role), file.facts.system) {
        (Some(Role::Test | Role::Validation), Some(system)) => Some(train_rows(file, system, engine)),
        _ => None,
    };
    if train.as_ref().is_some_and(|train| train.missed) {
        let reason = "not every row of the training sets was read, so that overlap with them is not known";
        engine.unscanned(file.artifact.clone(), Some(Component::Data), reason);
    }
    engine.judge(&Input::Table(TableFile {
        artifact: &file.artifact,
        table: &table,
        declared,
        has_manifest: file.facts.system.is_some(),
        label: label(&table, declared),
        train: train.as_deref(),
    }));
}

fn parse<'t>(extension: &str, text: &'t str) -> Result<Table<'t>, NotATable> {
    match extension {
        "csv" | "tsv" => Table::csv(text, Limits::default()),
        _ => Table::json(text, Limits::default()),
    }
}

/// Configuration, notebooks and tokenizers are single objects over many lines; rows are an array of objects, or objects
/// that end on their line.
fn begins_like_rows(bytes: &[u8]) -> bool {
    let mut head = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    if let Some(rest) = head.strip_prefix(b"[") {
        return rest.trim_ascii_start().starts_with(b"{");
    }
    head = head.get(..head.len().min(1 << 20)).unwrap_or_default();
    let mut lines = head.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    let first = lines.next().is_some_and(|line| line.starts_with(b"{") && line.ends_with(b"}"));
    first && lines.next().is_some_and(|line| line.starts_with(b"{"))
}

fn label<'d>(table: &Table<'_>, declared: Option<&'d Data>) -> Label<'d> {
    if let Some(name) = declared.and_then(|data| data.label.as_deref()) {
        return table.column(name).map_or(Label::Absent(name), Label::Declared);
    }
    let named = |name: &str| LABELS.contains(&name.to_lowercase().as_str());
    let guess = table.columns().iter().position(|column| named(&column.name) && column.content != Content::Nested);
    guess.filter(|column| has_classes(table, *column)).map_or(Label::Unknown, Label::Guessed)
}

/// Whether the values of a column come again and again, as classes do, and identifiers and measures do not.
fn has_classes(table: &Table<'_>, column: usize) -> bool {
    let mut different = HashSet::new();
    let mut seen = 0_usize;
    for row in table.rows().take(SAMPLE) {
        if let Some(cell) = row.cell(column) {
            let value = cell.text(table.source()).trim().to_lowercase();
            seen += usize::from(!value.is_empty());
            different.insert(value);
        }
    }
    seen > 0 && (different.len() <= 10 || different.len() * 4 <= seen)
}

/// The rows of every declared training set, read once for all test sets of a project.
fn train_rows(file: &File<'_>, system: &System, engine: &mut Engine) -> Arc<TrainRows> {
    let Some(root) = root(file) else { return Arc::new(TrainRows { missed: true, ..TrainRows::default() }) };
    if let Some((known, rows)) = &engine.train
        && *known == root
    {
        return Arc::clone(rows);
    }
    let rows = Arc::new(read_train(&root, system));
    engine.train = Some((root, Arc::clone(&rows)));
    rows
}

/// The rows of every declared training set under `root`, as far as the budget goes. What a manifest or a link leads to
/// elsewhere is not read: whoever wrote them does not own this machine.
fn read_train(root: &Path, system: &System) -> TrainRows {
    let mut rows = TrainRows::default();
    let mut budget = TRAIN_BYTES;
    let home = fs::canonicalize(root).ok();
    let inside =
        |path: &Path| home.as_ref().zip(fs::canonicalize(path).ok()).is_some_and(|(home, p)| p.starts_with(home));
    for spanned in &system.data {
        let data = spanned.get_ref();
        if data.role != Some(Role::Train) {
            continue;
        }
        let start = root.join(data.path.get_ref().trim_start_matches("./"));
        if !inside(&start) {
            rows.missed = true;
            continue;
        }
        let walk = WalkBuilder::new(&start).standard_filters(false).sort_by_file_name(Ord::cmp).build();
        for path in walk.flatten().map(DirEntry::into_path) {
            let extension =
                path.extension().and_then(|extension| extension.to_str()).unwrap_or_default().to_lowercase();
            let shown = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            let own = system.data_at(&shown).is_some_and(|owner| owner.name == data.name);
            if !own || path.is_dir() || !["csv", "tsv", "jsonl", "ndjson", "json"].contains(&extension.as_str()) {
                continue;
            }
            if rows.files.len() == TRAIN_FILES || !path.is_file() || !inside(&path) {
                rows.missed = true;
                continue;
            }
            let Some(text) = read(&path, &mut budget) else {
                rows.missed = true;
                continue;
            };
            // What is no table says so where it is opened itself.
            let Ok(table) = parse(&extension, &text) else { continue };
            rows.missed |= table.is_cut();
            let columns = inputs(&table, label(&table, Some(data)).column());
            let names = names(&table, &columns);
            let digests = table.rows().filter_map(|row| digest(&table, &row, &columns));
            rows.by_columns.entry(names).or_default().extend(digests);
            rows.files.push(shown);
        }
    }
    rows
}

/// The folder of the manifest: the file's path on disk without its path in the project.
fn root(file: &File<'_>) -> Option<PathBuf> {
    let inside = Path::new(file.project_path).components().count();
    let root = file.disk.ancestors().nth(inside)?;
    file.disk.ends_with(file.project_path).then(|| root.to_path_buf())
}

/// A file, unless it is larger than what is left of the budget.
fn read(path: &Path, budget: &mut u64) -> Option<String> {
    let mut bytes = Vec::new();
    fs::File::open(path).ok()?.take(*budget + 1).read_to_end(&mut bytes).ok()?;
    *budget = budget.checked_sub(bytes.len() as u64)?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// Names that a label column has where nobody says which it is.
const LABELS: &[&str] = &["label", "labels", "target", "class", "y", "category", "intent"];
/// Rows that are looked at to tell whether a column holds classes.
const SAMPLE: usize = 1000;
/// The most bytes and files of training sets that are read beside a test set.
const TRAIN_BYTES: u64 = 256 << 20;
const TRAIN_FILES: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::in_folder;

    const MANIFEST: &str = "system.name = 's'\n[[data]]\nname = 'test'\npath = 'd/test.csv'\nrole = 'test'\nlabel = 'y'\n\
                            [[data]]\nname = 'train'\nrole = 'train'\nlabel = 'y'\npath = ";

    /// Whether overlap was found, and whether it stayed unknown.
    fn overlap(train: &str, files: &[(&str, &[u8])]) -> (bool, bool) {
        let system: System = toml::from_str(&format!("{MANIFEST}'{train}'\n")).unwrap();
        let seen = in_folder(files, "d/test.csv", Some(&system));
        let found = seen.findings.iter().any(|finding| finding.rule.name == "train-test-overlap");
        (found, seen.unscanned.iter().any(|gap| gap.reason.contains("overlap")))
    }

    #[test]
    fn training_sets_are_read_with_their_folders_and_never_outside_of_the_project() {
        let rows = (0..40).map(|row| format!("some text of row {row},{}\n", row % 2)).collect::<Vec<_>>().concat();
        let rows = format!("x,y\n{rows}").into_bytes();
        let (test, outside) = (("d/test.csv", rows.as_slice()), tempfile::tempdir().unwrap());
        fs::write(outside.path().join("train.csv"), &rows).unwrap();
        let climbing = format!("../{}/train.csv", outside.path().file_name().unwrap().to_string_lossy());
        assert_eq!(overlap("t", &[test, ("t/a/b/train.csv", &rows)]), (true, false));
        assert_eq!(
            overlap("d", &[test, ("d/other.csv", b"x,y\nz,1\n")]),
            (false, false),
            "a test set is no training set"
        );
        assert_eq!(overlap(&climbing, &[test]), (false, true));
        assert_eq!(overlap("missing.csv", &[test]), (false, true));
    }

    #[test]
    fn configuration_is_not_rows() {
        assert!(!begins_like_rows(b"{\n  \"name\": \"app\"\n}"));
        assert!(!begins_like_rows(b"{\"name\": \"app\"}\n"));
        assert!(!begins_like_rows(b"[1, 2]"));
        assert!(begins_like_rows(b"[ {\"a\": 1} ]"));
        assert!(begins_like_rows(b"{\"a\": 1}\n{\"a\": 2}"));
    }

    #[test]
    fn labels_are_guessed_by_name_and_values() {
        let table = |text| Table::csv(text, Limits::default()).unwrap();
        assert_eq!(label(&table("text,Label\nx z,a\ny z,b\n"), None), Label::Guessed(1));
        assert_eq!(label(&table("text,kind\nx z,a\ny z,b\n"), None), Label::Unknown);
        let measures: Vec<String> = (0..100).map(|i| format!("{i},{i}.5\n")).collect();
        assert_eq!(
            label(&table(&format!("x,y\n{}", measures.concat())), None),
            Label::Unknown,
            "a measure is no class"
        );
    }
}
