//! Flatbuffers: strings, tables and vectors lie inside the file, whatever the offsets say.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_formats::{executorch, flatbuffer::Buffer, ort, tflite};

fuzz_target!(|bytes: &[u8]| {
    let buffer = Buffer::new(bytes, 10_000);
    if let Some(root) = buffer.root() {
        for slot in 0..8 {
            assert!(root.string(slot).is_none_or(|range| bytes.get(range).is_some()));
            assert!(root.vector(slot).strings().all(|range| bytes.get(range).is_some()));
            root.vector(slot).tables().for_each(|table| drop(table.text(0)));
        }
    }
    let model = tflite::parse(bytes, 10_000);
    assert!(model.texts.iter().all(|text| bytes.get(text.range.clone()).is_some()));
    let program = executorch::parse(bytes, 10_000);
    assert!(program.operators.iter().all(|operator| bytes.get(operator.range.clone()).is_some()));
    let model = ort::parse(bytes, 10_000);
    assert!(model.texts.iter().all(|(_, range)| bytes.get(range.clone()).is_some()));
});
