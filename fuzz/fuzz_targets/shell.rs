//! Command lines: words stand in the line, one behind the other.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_formats::shell::split;

fuzz_target!(|text: &str| {
    let words = split(text, 1000);
    assert!(words.len() <= 1000);
    assert!(words.iter().all(|word| text.get(word.span.clone()).is_some()));
    assert!(words.is_sorted_by(|one, next| one.span.end <= next.span.start));
});
