//! Readings of a text: bounded in number, and every character of each comes from whole characters of the text.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_text::{Limits, views};

fuzz_target!(|text: &str| {
    let limits = Limits::default();
    let found = views(text, &limits);
    assert!(found.views.len() <= limits.views);
    let decoded: usize = found.views.iter().skip(1).map(|view| view.text().len()).sum();
    assert!(decoded <= 2 * text.len() + limits.bytes);
    for view in &found.views {
        assert!(text.get(view.source()).is_some());
        for (at, c) in view.text().char_indices() {
            assert!(text.get(view.original(at..at + c.len_utf8())).is_some());
        }
    }
});
