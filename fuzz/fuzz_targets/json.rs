//! JSON with comments: every value has a place in the file.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_formats::{json, tree::Limits};

fuzz_target!(|text: &str| {
    let Ok(document) = json::parse(text, Limits::default()) else { return };
    for (key, node) in document.root().walk() {
        assert!(text.get(node.span()).is_some());
        assert!(key.is_none_or(|key| text.get(key.span()).is_some()));
    }
});
