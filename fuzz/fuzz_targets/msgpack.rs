//! `MessagePack`: values and arrays lie inside the file.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_formats::msgpack::{Limits, array, looks_like, parse};

fuzz_target!(|bytes: &[u8]| {
    looks_like(bytes);
    let document = parse(bytes, Limits::default());
    for value in &document.values {
        assert!(bytes.get(value.range.clone()).is_some());
        assert!(array(bytes, &value.range).is_none_or(|array| bytes.get(array.data).is_some()));
    }
});
