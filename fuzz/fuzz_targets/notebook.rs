//! Notebooks: every byte of the code has a place in the file.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_formats::{notebook::Notebook, tree::Limits};

fuzz_target!(|text: &str| {
    let Ok(Some(notebook)) = Notebook::parse(text, Limits::default()) else { return };
    for (start, character) in notebook.code.char_indices() {
        let place = notebook.in_file(start..start + character.len_utf8());
        assert!(place.start <= place.end && place.start <= text.len());
    }
});
