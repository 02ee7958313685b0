//! Values between delimiters (RFC 4180 and what people make of it): which delimiter, and records with the bytes of
//! each cell. Written by hand because readers of values do not say where a value stood.

use super::{Cell, Form, Limits, Misfit, Row};

/// How a file of values between delimiters is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// Between two values.
    pub delimiter: u8,
}

/// Finds the delimiter: the one that cuts the first records into the most equal rows. `None` if none does and the
/// lines do not look like a list of values either.
pub(super) fn sniff(source: &str, limits: Limits) -> Option<Dialect> {
    let score = |delimiter: u8| {
        let widths: Vec<usize> = Records::new(source, delimiter, limits, 0)
            .take(SAMPLE)
            .filter(|row| !row.range.is_empty())
            .map(|row| row.cells.len())
            .collect();
        let width = *widths.first()?;
        let equal = widths.iter().filter(|other| **other == width).count();
        // Prose has commas too, but not the same number in each line.
        let regular = equal * 10 >= widths.len() * 7;
        // Some writers leave out the empty cells at the end of a row.
        let shorter = widths.iter().filter(|other| **other >= width / 2 && **other <= width).count();
        let fits = regular || (width > 3 && shorter * 20 >= widths.len() * 19);
        (width > 1 && widths.len() > 1 && fits).then_some((equal, width, delimiter))
    };
    let best =
        DELIMITERS.iter().filter_map(|delimiter| score(*delimiter)).max_by_key(|(equal, width, _)| (*equal, *width));
    best.map(|(_, _, delimiter)| Dialect { delimiter })
        .or_else(|| single(source).then_some(Dialect { delimiter: b',' }))
}

/// Whether the text may be one column: several lines without any delimiter.
fn single(source: &str) -> bool {
    let mut lines = source.lines().take(SAMPLE).filter(|line| !line.trim().is_empty());
    source.lines().nth(1).is_some() && lines.all(|line| !line.contains([',', ';', '\t', '|']) && line.len() < 4096)
}

/// Walks the records of a text.
#[derive(Debug)]
pub(super) struct Records<'a> {
    source: &'a str,
    at: usize,
    delimiter: u8,
    cell: usize,
    columns: usize,
    /// Set once a quote was never closed: from there on quotes mean nothing, so that the search for the partner of each
    /// costs the square of nothing.
    quotes_mean_nothing: bool,
}

impl<'a> Records<'a> {
    pub(super) fn new(source: &'a str, delimiter: u8, limits: Limits, first: usize) -> Self {
        let at = if first == 0 && source.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { first };
        let Limits { cell, columns, .. } = limits;
        Self { source, at, delimiter, cell, columns, quotes_mean_nothing: false }
    }

    /// The next record that is not an empty line.
    pub(super) fn next_record(&mut self) -> Option<Row> {
        let bytes = self.source.as_bytes();
        while let Some(b'\n' | b'\r') = bytes.get(self.at) {
            self.at += 1;
        }
        if self.at >= bytes.len() {
            return None;
        }
        let start = self.at;
        let mut row = Row { index: 0, range: start..start, cells: Vec::new(), misfit: None };
        loop {
            let (cell, misfit) = self.cell(row.cells.len());
            row.misfit = row.misfit.or(misfit);
            let end = self.at;
            if row.cells.len() <= self.columns {
                row.cells.push(cell);
            }
            match bytes.get(self.at) {
                Some(byte) if *byte == self.delimiter => self.at += 1,
                next => {
                    row.range = start..end;
                    self.at += usize::from(next.is_some());
                    return Some(row);
                }
            }
        }
    }

    /// One cell; leaves off at the delimiter, at the line break or at the end.
    fn cell(&mut self, column: usize) -> (Cell, Option<Misfit>) {
        let bytes = self.source.as_bytes();
        if bytes.get(self.at) == Some(&b'"') && !self.quotes_mean_nothing {
            if let Some(end) = self.closing_quote() {
                let range = self.at + 1..end;
                self.at = end + 1;
                self.at = self.plain_end();
                return (Cell { column, range, form: Form::Quoted }, None);
            }
            self.quotes_mean_nothing = true;
            let (cell, _) = self.plain(column);
            return (cell, Some(Misfit::OpenQuote));
        }
        self.plain(column)
    }

    fn plain(&mut self, column: usize) -> (Cell, Option<Misfit>) {
        let start = self.at;
        self.at = self.plain_end();
        let raw = self.source.get(start..self.at).unwrap_or_default();
        let end = start + raw.strip_suffix('\r').unwrap_or(raw).len();
        (Cell { column, range: start..end, form: Form::Plain }, None)
    }

    fn plain_end(&self) -> usize {
        let rest = self.source.as_bytes().get(self.at..).unwrap_or_default();
        self.at + memchr::memchr2(self.delimiter, b'\n', rest).unwrap_or(rest.len())
    }

    /// The quote that ends the cell which starts at the current quote.
    fn closing_quote(&self) -> Option<usize> {
        let bytes = self.source.as_bytes();
        let mut at = self.at + 1;
        let limit = bytes.len().min(at.saturating_add(self.cell));
        loop {
            at += memchr::memchr(b'"', bytes.get(at..limit)?)?;
            if bytes.get(at + 1) != Some(&b'"') {
                return Some(at);
            }
            at += 2;
        }
    }
}

impl Iterator for Records<'_> {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        self.next_record()
    }
}

const DELIMITERS: &[u8] = b",\t;|";
/// Records that are looked at to find the delimiter.
const SAMPLE: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    fn delimiter(source: &str) -> Option<char> {
        sniff(source, Limits::default()).map(|dialect| dialect.delimiter.into())
    }

    fn cells(source: &str) -> Vec<Vec<&str>> {
        let records = Records::new(source, b',', Limits::default(), 0);
        records.map(|row| row.cells.iter().map(|cell| source.get(cell.range.clone()).unwrap()).collect()).collect()
    }

    #[test]
    fn delimiters_are_found() {
        assert_eq!(delimiter("a,b\n1,2\n"), Some(','));
        assert_eq!(delimiter("a;b\n1,5;2\n3,1;4\n"), Some(';'));
        assert_eq!(delimiter("a\tb\n1, 2, 3\t4\n5\t6\n"), Some('\t'));
        assert_eq!(delimiter("text|label\n\"x, y\"|1\nz|2\n"), Some('|'));
        assert_eq!(delimiter("name\nAda\nAlan\n"), Some(','), "one column");
        assert_eq!(delimiter("a,b,c,d,e\n1,2,3\n1,2,3,4\n1,2,3\n"), Some(','), "empty cells left out");
        assert_eq!(delimiter("Well, this is prose.\nIt has commas, some, here.\nNone there.\nOne, maybe.\n"), None);
        assert_eq!(delimiter(""), None);
    }

    #[test]
    fn quotes_and_line_ends() {
        assert_eq!(cells("a,\"b,\nc\",d\r\n\r\n,\n"), [vec!["a", "b,\nc", "d"], vec!["", ""]]);
        assert_eq!(cells("\u{feff}a\"b,c"), [["a\"b", "c"]], "a quote inside a plain value is part of it");
        assert_eq!(cells("\"a\" ,b"), [["a", "b"]]);
    }

    #[test]
    fn an_open_quote_swallows_one_line_at_most() {
        let source = "a,\"b\nc,d\n\"e,f\n".to_owned() + &"\"x,y\n".repeat(10);
        let records: Vec<Row> = Records::new(&source, b',', Limits { cell: 4, ..Limits::default() }, 0).collect();
        assert_eq!(records.len(), 13);
        assert_eq!(records[0].misfit, Some(Misfit::OpenQuote));
    }
}
