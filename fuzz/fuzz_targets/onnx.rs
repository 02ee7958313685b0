//! ONNX: operators and external files, with their places.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_formats::onnx::{Limits, looks_like, parse};

fuzz_target!(|bytes: &[u8]| {
    looks_like(bytes);
    let limits = Limits::default();
    let model = parse(bytes, limits);
    assert!(model.external.len() <= limits.kept && model.foreign.len() <= limits.kept);
    assert!(model.external.iter().all(|external| bytes.get(external.range.clone()).is_some()));
    assert!(model.foreign.iter().all(|operator| bytes.get(operator.range.clone()).is_some()));
});
