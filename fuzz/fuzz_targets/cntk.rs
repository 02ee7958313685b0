//! CNTK: the walk ends, and all that it hands on lies in the file.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_formats::{
    cntk::{Part, inner, looks_like, text_under, walk},
    protobuf::Reading,
};

fuzz_target!(|bytes: &[u8]| {
    looks_like(bytes);
    let reading = Reading::binary(bytes, 1 << 20);
    walk(&reading.root(), 64, &mut |part| {
        let (Part::Function(_, value) | Part::Text(_, value)) = part;
        assert!(bytes.get(value.range.clone()).is_some());
        inner(&value, "user_defined_state").map(|state| text_under(&state, "module"));
    });
});
