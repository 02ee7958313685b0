//! XML: ranges lie inside the text, and entities are never expanded.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_formats::xml::{Item, Limits, decode, looks_like, parse, root_name};

fuzz_target!(|bytes: &[u8]| {
    looks_like(bytes);
    let Some(text) = decode(bytes) else { return };
    root_name(&text);
    let mut seen = 0;
    parse(&text, Limits { depth: 50, events: 10_000 }, &mut |item| {
        seen += match item {
            Item::Element { range, .. } | Item::Text { range, .. } | Item::Instruction { range, .. } => {
                assert!(range.end <= text.len());
                1
            }
        };
    });
    assert!(seen <= 20_000);
});
