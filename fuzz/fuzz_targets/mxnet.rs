//! `MXNet` parameters: names lie inside the file.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_formats::{mxnet::parse, numbers, printable};

fuzz_target!(|bytes: &[u8]| {
    assert!(parse(bytes).names.iter().all(|name| bytes.get(name.clone()).is_some()));
    numbers::plausible(bytes);
    assert!(printable::runs(bytes, 0..bytes.len(), 4).all(|run| bytes.get(run).is_some()));
});
