//! The strings of JSON: ranges are those of characters.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_formats::{
    json_strings::{strings, unescaped},
    lightgbm,
};

fuzz_target!(|text: &str| {
    for found in strings(text) {
        unescaped(text.get(found.range).unwrap());
        assert!(text.get(found.key).is_some());
    }
    assert!(lightgbm::texts(text).all(|line| text.get(line.range) == Some(line.value)));
});
