//! Core ML: the walk ends, and all that it hands on lies in the file.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_formats::{
    coreml::{Part, looks_like, walk},
    protobuf::Reading,
};

fuzz_target!(|bytes: &[u8]| {
    looks_like(bytes);
    let reading = Reading::binary(bytes, 1 << 20);
    walk(&reading.root(), 64, &mut |part| {
        let (Part::Custom(value)
        | Part::Linked(value)
        | Part::Blob(value)
        | Part::Operation(value)
        | Part::Text(_, value)) = part;
        assert!(bytes.get(value.range.clone()).is_some());
        value.text();
    });
});
