//! What a first walk over a table learns: its columns, what they hold, how many rows there are and which do not fit.

use std::collections::HashSet;

use super::{Cell, Flaw, Form, Layout, Misfit, Row, Scanner, Table};

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name; a number from 1 if the file gives none.
    pub name: String,
    /// What it holds, judged by its first values.
    pub content: Content,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// Nothing in the rows that were looked at.
    Empty,
    /// Numbers.
    Number,
    /// Single words: classes, identifiers, dates.
    Word,
    /// Several words.
    Text,
    /// Arrays or objects.
    Nested,
}

/// Fills in everything that [`Table`] knows before its rows are read.
pub(super) fn learn(table: &mut Table<'_>) {
    let by_name = !matches!(table.layout, Layout::Csv(_));
    if !by_name {
        header(table);
    }
    let mut tallies: Vec<Tally> = Vec::new();
    let mut scanner = Scanner::new(table.source, table.layout, table.limits, table.first);
    loop {
        let Table { names, columns, limits, cut, .. } = table;
        let mut column = |name: &str| {
            if let Some(known) = names.get(name) {
                return Some(*known);
            }
            if columns.len() == limits.columns {
                *cut = true;
                return None;
            }
            names.insert(name.to_owned(), columns.len());
            columns.push(Column { name: name.to_owned(), content: Content::Empty });
            Some(columns.len() - 1)
        };
        let Some(row) = scanner.next(&mut column) else { break };
        if table.count == table.limits.rows {
            table.cut = true;
            break;
        }
        let ragged = !by_name && row.cells.len() != table.columns.len();
        if let Some(what) = row.misfit.or(ragged.then_some(Misfit::Ragged)) {
            table.flawed += 1;
            if table.flaws.len() < Table::FLAWS {
                table.flaws.push(Flaw { range: row.range.clone(), what });
            }
            if what == Misfit::Malformed {
                continue;
            }
        }
        if table.count < SAMPLE {
            tallies.resize_with(table.columns.len(), Tally::default);
            tally(&mut tallies, &row, table.source);
        }
        table.count += 1;
    }
    for (column, tally) in table.columns.iter_mut().zip(tallies) {
        column.content = tally.content();
    }
}

/// Names the columns of a CSV file, from its first row if that is a header.
fn header(table: &mut Table<'_>) {
    let mut scanner = Scanner::new(table.source, table.layout, table.limits, 0);
    let mut rows = std::iter::from_fn(|| scanner.next(&mut |_| None)).take(SAMPLE);
    let Some(first) = rows.next() else { return };
    let rest: Vec<Row> = rows.collect();
    let titled = is_header(&first, &rest, table.source);
    if titled {
        table.first = first.range.end;
    }
    for (index, cell) in first.cells.iter().take(table.limits.columns).enumerate() {
        let name = if titled { cell.text(table.source).trim().to_owned() } else { (index + 1).to_string() };
        table.names.entry(name.clone()).or_insert(index);
        table.columns.push(Column { name, content: Content::Empty });
    }
    table.cut = first.cells.len() > table.limits.columns;
}

/// A header names things: its cells are short, differ from each other, are no numbers, and no column repeats its title
/// as a value.
fn is_header(first: &Row, rest: &[Row], source: &str) -> bool {
    let titles: Vec<String> = first.cells.iter().map(|cell| cell.text(source).trim().to_owned()).collect();
    let differ = titles.iter().filter(|title| !title.is_empty()).collect::<HashSet<_>>().len();
    // The index column of pandas has no name.
    let unnamed = titles.iter().filter(|title| title.is_empty()).count();
    let named = |title: &String| {
        title.len() <= 64 && !is_number(title) && !title.ends_with(['.', '!', '?']) && !title.contains(['@', '\n'])
    };
    let repeated = |(column, title): (usize, &String)| {
        rest.iter().any(|row| row.cell(column).is_some_and(|cell| cell.text(source).trim() == title))
    };
    let wordy = titles.iter().filter(|title| title.split_whitespace().count() > 4).count();
    differ + unnamed == titles.len()
        && unnamed <= 1
        && differ > 0
        && wordy == 0
        && titles.iter().all(named)
        && !titles.iter().enumerate().filter(|(_, title)| !title.is_empty()).any(repeated)
}

/// What the first values of a column were.
#[derive(Default)]
struct Tally {
    numbers: usize,
    words: usize,
    texts: usize,
    nested: usize,
}

impl Tally {
    fn content(&self) -> Content {
        let total = self.numbers + self.words + self.texts + self.nested;
        match self {
            _ if total == 0 => Content::Empty,
            Self { nested, .. } if *nested * 2 > total => Content::Nested,
            // Even a few sentences make a column worth reading.
            Self { texts, .. } if *texts * 10 >= total => Content::Text,
            Self { numbers, .. } if *numbers * 10 >= total * 9 => Content::Number,
            _ => Content::Word,
        }
    }
}

fn tally(tallies: &mut [Tally], row: &Row, source: &str) {
    for Cell { column, range, form } in &row.cells {
        let Some(tally) = tallies.get_mut(*column) else { continue };
        let value = source.get(range.clone()).unwrap_or_default().trim();
        match form {
            Form::JsonNested => tally.nested += 1,
            Form::Null => {}
            _ if value.is_empty() => {}
            _ if is_number(value) => tally.numbers += 1,
            // Scripts without spaces still write sentences.
            _ if value.split_whitespace().nth(1).is_some() || value.chars().filter(|c| !c.is_ascii()).count() > 7 => {
                tally.texts += 1;
            }
            _ => tally.words += 1,
        }
    }
}

fn is_number(value: &str) -> bool {
    value.bytes().any(|byte| byte.is_ascii_digit())
        && value.trim_end_matches('%').replace(',', ".").parse::<f64>().is_ok()
}

/// Rows that are looked at to tell what a column holds.
const SAMPLE: usize = 256;

#[cfg(test)]
mod tests {
    use super::super::Limits;
    use super::*;

    fn columns(source: &str) -> Vec<(String, Content)> {
        let table = Table::csv(source, Limits::default()).unwrap();
        table.columns().iter().map(|column| (column.name.clone(), column.content)).collect()
    }

    #[test]
    fn columns_are_named_and_judged() {
        let found = columns("id,text,label,note\n1,hello there,a,\n2,good day,b,\n");
        let wanted =
            [("id", Content::Number), ("text", Content::Text), ("label", Content::Word), ("note", Content::Empty)];
        assert_eq!(found, wanted.map(|(name, content)| (name.to_owned(), content)));
    }

    #[test]
    fn headers_are_told_from_rows() {
        assert_eq!(columns("1,2\n3,4\n")[0].0, "1");
        assert_eq!(columns("nice film,good\nbad film,bad\nfine,good\n")[1].0, "2", "`good` comes again");
        assert_eq!(columns(",a,b\n0,1,2\n")[1].0, "a", "an index column without a name");
        assert_eq!(columns("text,label\nnice,good\n")[1].0, "label");
    }

    #[test]
    fn ragged_rows_are_counted_and_kept() {
        let table = Table::csv("a,b\n1,2\n3\n4,5,6\n7,8\n9,10\n1,2\n3,4\n5,6\n7,8\n", Limits::default()).unwrap();
        assert_eq!((table.len(), table.flawed()), (9, 2));
        assert!(table.flaws().iter().all(|flaw| flaw.what == Misfit::Ragged));
    }
}
