//! Tables: CSV and its kin, JSON Lines, and a JSON array of objects, behind one view of rows and columns.
//!
//! Nothing is copied and no cell is kept: [`Table::csv`] and [`Table::json`] walk the text once to learn its shape, [`Table::rows`] walks
//! it again. Every cell knows its bytes in the file, so that a finding can point at them.

mod cell;
mod csv;
mod json;
mod shape;

use std::{collections::HashMap, ops::Range};

pub use cell::{Cell, Form};
pub use csv::Dialect;
pub use shape::{Column, Content};

/// How much a table may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The most rows; the rest of the file is left out and [`Table::is_cut`] says so.
    pub rows: usize,
    /// The most columns; further ones are left out.
    pub columns: usize,
    /// The most bytes of one CSV cell in quotes: a quote that is never closed must not swallow the file.
    pub cell: usize,
    /// The deepest nesting of a JSON value.
    pub depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { rows: 10_000_000, columns: 4096, cell: 1 << 20, depth: 64 }
    }
}

/// How the rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Values between delimiters, one record a line unless a quoted cell holds line breaks (RFC 4180).
    Csv(Dialect),
    /// One JSON object a line.
    JsonLines,
    /// One JSON array of objects.
    JsonArray,
}

/// Why a text is not a table.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotATable {
    /// Nothing in it, or only a header.
    #[error("it has no rows")]
    Empty,
    /// Lines that do not share a delimiter, or JSON that is not made of objects.
    #[error("its rows have no common shape")]
    Shapeless,
}

/// A row that does not fit the table. Reported, never fatal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// The row's bytes.
    pub range: Range<usize>,
    /// What is wrong with it.
    pub what: Misfit,
}

/// What is wrong with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// More or fewer cells than columns.
    Ragged,
    /// Not a JSON object, or one that ends too early or nests too deep.
    Malformed,
    /// A quote without its partner.
    OpenQuote,
}

/// A table over a text.
#[derive(Debug)]
pub struct Table<'a> {
    source: &'a str,
    layout: Layout,
    limits: Limits,
    columns: Vec<Column>,
    names: HashMap<String, usize>,
    first: usize,
    count: usize,
    flaws: Vec<Flaw>,
    flawed: usize,
    cut: bool,
}

/// One row: its bytes and its cells.
#[derive(Clone, Debug)]
pub struct Row {
    /// From 0, not counting a header.
    pub index: usize,
    /// The row's bytes, without the line break.
    pub range: Range<usize>,
    /// The cells, by column. A JSON row holds only the keys that it has.
    pub cells: Vec<Cell>,
    misfit: Option<Misfit>,
}

impl<'a> Table<'a> {
    /// The most flawed rows that are kept as examples.
    pub const FLAWS: usize = 16;

    /// A table of values between delimiters. The delimiter, and whether there is a header, are found by looking.
    pub fn csv(source: &'a str, limits: Limits) -> Result<Self, NotATable> {
        let dialect = csv::sniff(source, limits).ok_or(NotATable::Shapeless)?;
        Self::open(source, Layout::Csv(dialect), limits)
    }

    /// A table of JSON objects: one a line, or an array of them.
    pub fn json(source: &'a str, limits: Limits) -> Result<Self, NotATable> {
        let layout = json::layout(source).ok_or(NotATable::Shapeless)?;
        Self::open(source, layout, limits)
    }

    fn open(source: &'a str, layout: Layout, limits: Limits) -> Result<Self, NotATable> {
        let mut table = Self {
            source,
            layout,
            limits,
            columns: Vec::new(),
            names: HashMap::new(),
            first: 0,
            count: 0,
            flaws: Vec::new(),
            flawed: 0,
            cut: false,
        };
        shape::learn(&mut table);
        match (table.count, table.columns.len()) {
            (0, _) if table.flawed > 0 => Err(NotATable::Shapeless),
            (0, _) => Err(NotATable::Empty),
            (_, 0) => Err(NotATable::Shapeless),
            _ => Ok(table),
        }
    }

    /// The text under the table.
    pub fn source(&self) -> &'a str {
        self.source
    }

    /// How the rows are written.
    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// The columns, in the order of their first appearance.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The place of a column among [`Table::columns`], by its exact name.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.names.get(name).copied()
    }

    /// The number of rows, the flawed ones included unless nothing could be read of them.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there are no rows. [`Table::csv`] and [`Table::json`] never return such a table.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The first few flawed rows.
    pub fn flaws(&self) -> &[Flaw] {
        &self.flaws
    }

    /// The number of flawed rows.
    pub fn flawed(&self) -> usize {
        self.flawed
    }

    /// Whether rows or columns beyond the limits were left out.
    pub fn is_cut(&self) -> bool {
        self.cut
    }

    /// Walks the rows.
    pub fn rows(&self) -> Rows<'_, 'a> {
        let scanner = Scanner::new(self.source, self.layout, self.limits, self.first);
        Rows { table: self, scanner, index: 0 }
    }
}

impl Row {
    /// The cell of a column, if the row has one.
    pub fn cell(&self, column: usize) -> Option<&Cell> {
        match self.cells.get(column) {
            Some(cell) if cell.column == column => Some(cell),
            _ => {
                let place = self.cells.partition_point(|cell| cell.column < column);
                self.cells.get(place).filter(|cell| cell.column == column)
            }
        }
    }
}

/// The rows of a table, one after another.
#[derive(Debug)]
pub struct Rows<'t, 'a> {
    table: &'t Table<'a>,
    scanner: Scanner<'a>,
    index: usize,
}

impl Iterator for Rows<'_, '_> {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        while self.index < self.table.count {
            let mut names = |name: &str| self.table.column(name);
            let mut row = self.scanner.next(&mut names)?;
            if row.misfit == Some(Misfit::Malformed) {
                continue;
            }
            row.cells.retain(|cell| cell.column < self.table.columns.len());
            row.index = self.index;
            self.index += 1;
            return Some(row);
        }
        None
    }
}

/// Walks records of any layout. JSON keys are turned into columns by the caller.
#[derive(Debug)]
struct Scanner<'a> {
    inner: Inner<'a>,
}

#[derive(Debug)]
enum Inner<'a> {
    Csv(csv::Records<'a>),
    Json(json::Objects<'a>),
}

impl<'a> Scanner<'a> {
    fn new(source: &'a str, layout: Layout, limits: Limits, first: usize) -> Self {
        let inner = match layout {
            Layout::Csv(dialect) => Inner::Csv(csv::Records::new(source, dialect.delimiter, limits, first)),
            Layout::JsonLines => Inner::Json(json::Objects::lines(source, limits)),
            Layout::JsonArray => Inner::Json(json::Objects::array(source, limits)),
        };
        Self { inner }
    }

    fn next(&mut self, column: &mut dyn FnMut(&str) -> Option<usize>) -> Option<Row> {
        match &mut self.inner {
            Inner::Csv(records) => records.next_record(),
            Inner::Json(objects) => objects.next_object(column),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn grid(table: &Table<'_>) -> Vec<Vec<String>> {
        table.rows().map(|row| row.cells.iter().map(|cell| cell.text(table.source()).into_owned()).collect()).collect()
    }

    fn names(table: &Table<'_>) -> Vec<String> {
        table.columns().iter().map(|column| column.name.clone()).collect()
    }

    #[test]
    fn csv_and_json_look_alike() {
        let csv = Table::csv("text,label\n\"say \"\"hi\"\"\",a\nplain,b\n", Limits::default()).unwrap();
        let lines = "{\"text\": \"say \\\"hi\\\"\", \"label\": \"a\"}\n{\"text\": \"plain\", \"label\": \"b\"}\n";
        let json = Table::json(lines, Limits::default()).unwrap();
        let array = format!("[{}]", lines.trim_end().replace('\n', ","));
        let array = Table::json(&array, Limits::default()).unwrap();
        for table in [&csv, &json, &array] {
            assert_eq!(names(table), ["text", "label"]);
            assert_eq!(grid(table), [["say \"hi\"", "a"], ["plain", "b"]]);
            assert_eq!((table.len(), table.flawed(), table.is_cut()), (2, 0, false));
        }
    }

    #[test]
    fn a_range_in_a_cell_points_into_the_file() {
        for source in ["a,b\n\"x \"\"mark\"\" y\",1\n\"z\",2\n", "{\"a\":\"x \\\"mark\\\" y\"}\n{\"a\":\"z\"}\n"] {
            let table =
                if source.starts_with('{') { Table::json } else { Table::csv }(source, Limits::default()).unwrap();
            let row = table.rows().next().unwrap();
            let cell = row.cell(0).unwrap();
            let text = cell.text(source);
            let at = text.find("mark").unwrap();
            assert_eq!(source.get(cell.locate(source, at..at + 4)).unwrap(), "mark");
        }
    }

    #[test]
    fn keys_in_any_order_are_found() {
        let keys = |order: &mut dyn Iterator<Item = usize>| {
            order.map(|key| format!("\"k{key}\":{key},")).collect::<String>() + "\"x\":0"
        };
        let source = format!("{{{}}}\n{{{}}}\n", keys(&mut (0..4000)), keys(&mut (0..4000).rev().step_by(2)));
        let table = Table::json(&source, Limits::default()).unwrap();
        let row = table.rows().nth(1).unwrap();
        for column in 0..4000 {
            let value = row.cell(column).map(|cell| cell.text(&source).into_owned());
            assert_eq!(value, (column % 2 == 1).then(|| column.to_string()), "{column}");
        }
        assert!(row.cell(9000).is_none());
    }

    #[test]
    fn rows_beyond_the_limit_are_left_out() {
        let limits = Limits { rows: 2, ..Limits::default() };
        let table = Table::csv("n,m\n1,2\n3,4\n5,6\n", limits).unwrap();
        assert_eq!((table.len(), table.is_cut(), table.rows().count()), (2, true, 2));
    }

    #[test]
    fn cut_anywhere_it_still_stands() {
        let csv = "text;label\n\"a\n\"\"b\"\" ü\";1\nc;2\n\"d\";3\n";
        let json = "[{\"a\": \"x\\u00fc\\n\", \"b\": [1, {\"c\": null}]}, {\"a\": \"é\", \"b\": -1.5e3}]";
        for source in [csv, json] {
            for end in (0..=source.len()).filter(|end| source.is_char_boundary(*end)) {
                let cut = source.get(..end).unwrap();
                for table in
                    [Table::csv(cut, Limits::default()), Table::json(cut, Limits::default())].into_iter().flatten()
                {
                    assert_eq!(table.rows().count(), table.len());
                    assert!(grid(&table).len() == table.len());
                }
            }
        }
    }

    proptest! {
        #[test]
        fn any_text_is_safe(source in "[a-c,;\"\\n\\\\{}\\[\\]: 1ü]{0,80}") {
            let limits = Limits { cell: 16, depth: 4, ..Limits::default() };
            for table in [Table::csv(&source, limits), Table::json(&source, limits)].into_iter().flatten() {
                for row in table.rows() {
                    prop_assert!(source.get(row.range.clone()).is_some());
                    for cell in row.cells.iter().flat_map(|cell| cell.strings(&source)) {
                        let text = cell.text(&source).into_owned();
                        let place = cell.locate(&source, 0..text.len());
                        prop_assert!(source.get(place).is_some());
                    }
                }
            }
        }

        /// The same rows as the `csv` crate, for text in which every quote is where RFC 4180 wants it.
        #[test]
        fn agrees_with_another_reader(rows in proptest::collection::vec(proptest::collection::vec("[a-z,\"\\nü ]{1,6}", 3), 1..6)) {
            let mut writer = ::csv::Writer::from_writer(Vec::new());
            writer.write_record(["one", "two", "three"]).unwrap();
            for row in &rows {
                writer.write_record(row).unwrap();
            }
            let source = String::from_utf8(writer.into_inner().unwrap()).unwrap();
            let records = csv::Records::new(&source, b',', Limits::default(), 0);
            let ours: Vec<Vec<String>> =
                records.map(|row| row.cells.iter().map(|cell| cell.text(&source).into_owned()).collect()).collect();
            prop_assert_eq!(&ours[1..], &rows[..]);
        }
    }
}
