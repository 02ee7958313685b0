//! Parsed inputs of data.

use std::{
    collections::{HashMap, HashSet},
    hash::{DefaultHasher, Hasher},
    ops::Range,
};

use palisade_base::{
    Artifact,
    system::{Data, System},
};
use palisade_formats::table::{Cell, Content, Row, Table};

/// A table that may be a data set.
#[derive(Debug)]
pub struct TableFile<'a> {
    /// The file.
    pub artifact: &'a Artifact,
    /// Its rows and columns.
    pub table: &'a Table<'a>,
    /// The data set of the manifest that it belongs to.
    pub declared: Option<&'a Data>,
    /// Whether there is a manifest at all.
    pub has_manifest: bool,
    /// Its label column.
    pub label: Label<'a>,
    /// The rows of the training sets of the same system, if this is a test set.
    pub train: Option<&'a TrainRows>,
}

/// The label column of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label<'a> {
    /// None known.
    Unknown,
    /// The manifest names it.
    Declared(usize),
    /// Nobody names it, but its name and values are those of a label.
    Guessed(usize),
    /// The manifest names one that the table does not have.
    Absent(&'a str),
}

/// The manifest of the system.
#[derive(Debug)]
pub struct Manifest<'a> {
    /// The file.
    pub artifact: &'a Artifact,
    /// Its content, as it stands.
    pub text: &'a str,
    /// Its meaning.
    pub system: &'a System,
}

/// Digests of the rows of training sets.
#[derive(Debug, Default)]
pub struct TrainRows {
    /// By the names of the columns that were digested: each set of digests.
    pub by_columns: HashMap<Vec<String>, HashSet<u64>>,
    /// The files they come from.
    pub files: Vec<String>,
    /// Whether some training rows could not be read, or lie outside of the project.
    pub missed: bool,
}

impl Label<'_> {
    /// The column, if there is one.
    pub fn column(&self) -> Option<usize> {
        match self {
            Self::Declared(column) | Self::Guessed(column) => Some(*column),
            Self::Unknown | Self::Absent(_) => None,
        }
    }
}

impl TableFile<'_> {
    /// The bytes of the file behind `range` of a cell's text.
    pub fn place(&self, cell: &Cell, range: Range<usize>) -> Range<usize> {
        cell.locate(self.table.source(), range)
    }
}

/// The columns that a model would see: all but the label and those that only number or date the rows.
pub(crate) fn inputs(table: &Table<'_>, label: Option<usize>) -> Vec<usize> {
    let (numbering, dates) = (numbering(table), dates(table));
    let columns = (0..table.columns().len()).filter(|column| Some(*column) != label && !numbering.contains(column));
    let (dates, others): (Vec<usize>, Vec<usize>) = columns.partition(|column| dates.contains(column));
    // A table of nothing but dates is about dates.
    if others.is_empty() { dates } else { others }
}

/// Columns whose first values are days or points in time: when a row was made is not what it says.
fn dates(table: &Table<'_>) -> HashSet<usize> {
    let mut dated: HashSet<usize> = HashSet::new();
    let mut other: HashSet<usize> = HashSet::new();
    for row in table.rows().take(SAMPLE) {
        for cell in &row.cells {
            if other.contains(&cell.column) {
                continue;
            }
            match cell.text(table.source()).trim() {
                "" => {}
                value if is_date(value) => drop(dated.insert(cell.column)),
                _ => drop(other.insert(cell.column)),
            }
        }
    }
    dated.retain(|column| !other.contains(column));
    dated
}

/// `2025-01-31`, `31/01/2025`, `2025-01-31T12:00:00Z` and their like: three numbers of a date, a time or not.
fn is_date(value: &str) -> bool {
    let day = value.split(['T', ' ']).next().unwrap_or_default();
    let parts: Vec<&str> = day.split(['-', '/', '.']).collect();
    let numbers = parts.iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    let rest = value.get(day.len()..).unwrap_or_default();
    parts.len() == 3
        && numbers
        && (8..=10).contains(&day.len())
        && rest.bytes().all(|byte| byte.is_ascii_digit() || b"T :.+-Z".contains(&byte))
}

/// The names of columns, as digests of rows are kept by.
pub(crate) fn names(table: &Table<'_>, columns: &[usize]) -> Vec<String> {
    columns.iter().filter_map(|column| table.columns().get(*column)).map(|column| column.name.to_lowercase()).collect()
}

/// A digest of the values in `columns`, white space and case folded. `None` if they are all empty.
pub(crate) fn digest(table: &Table<'_>, row: &Row, columns: &[usize]) -> Option<u64> {
    let mut hasher = DefaultHasher::new();
    let mut filled = false;
    for column in columns {
        if let Some(cell) = row.cell(*column) {
            for word in cell.text(table.source()).split_whitespace() {
                filled = true;
                for letter in word.chars().flat_map(char::to_lowercase) {
                    hasher.write_u32(u32::from(letter));
                }
                hasher.write_u8(1);
            }
        }
        hasher.write_u8(2);
    }
    filled.then(|| hasher.finish())
}

/// Columns whose name says that they number the rows, and whose first values all differ.
fn numbering(table: &Table<'_>) -> HashSet<usize> {
    let named = |name: &str| {
        let name = name.to_lowercase();
        let last = name.rsplit(['_', '-', ' ', '.']).next().unwrap_or_default();
        [
            "",
            "id",
            "ids",
            "uuid",
            "guid",
            "index",
            "idx",
            "no",
            "nr",
            "#",
            "key",
            "timestamp",
            "at",
            "time",
            "hash",
            "unnamed: 0",
        ]
        .contains(&last)
            || name.starts_with("unnamed")
    };
    let columns = table.columns().iter().enumerate();
    let mut candidates: HashSet<usize> = columns
        .filter(|(_, column)| named(&column.name) && !matches!(column.content, Content::Nested))
        .map(|(index, _)| index)
        .collect();
    let mut seen: HashMap<usize, HashSet<String>> = HashMap::new();
    for row in table.rows().take(if candidates.is_empty() { 0 } else { SAMPLE }) {
        for column in candidates.clone() {
            let Some(cell) = row.cell(column) else { continue };
            if !seen.entry(column).or_default().insert(cell.text(table.source()).into_owned()) {
                candidates.remove(&column);
            }
        }
    }
    candidates
}

/// Rows that are looked at to tell whether the values of a column all differ.
const SAMPLE: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_told_from_numbers() {
        for date in ["2025-01-31", "31.01.2025", "1/31/2025", "2025-01-31T12:00:00.5+01:00", "2025-01-31 12:00"] {
            assert!(is_date(date), "{date}");
        }
        for other in ["2025", "1.5", "192.168.0.1", "2025-01", "10-20-30 boxes", "555-123-4567"] {
            assert!(!is_date(other), "{other}");
        }
    }
}
