//! Rows of JSON: every row, cell and string has a place in the file, and text leads back to it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_formats::table::{Limits, Table};

fuzz_target!(|text: &str| {
    let limits = Limits { cell: 64, columns: 64, ..Limits::default() };
    let Ok(table) = Table::json(text, limits) else { return };
    assert!(table.columns().len() <= limits.columns);
    for row in table.rows() {
        assert!(text.get(row.range.clone()).is_some());
        for cell in row.cells.iter().flat_map(|cell| cell.strings(text)) {
            let value = cell.text(text);
            assert!(text.get(cell.locate(text, 0..value.len())).is_some());
            assert!(text.get(cell.locate(text, value.len() / 2..value.len())).is_some() || !value.is_ascii());
        }
    }
});
