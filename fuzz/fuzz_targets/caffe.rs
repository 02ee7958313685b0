//! Caffe: layers in bytes and in text lie in the file.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_formats::{
    caffe::{layers, looks_like, looks_like_text},
    protobuf::Reading,
};

fuzz_target!(|bytes: &[u8]| {
    looks_like(bytes);
    looks_like_text(bytes);
    for reading in [Reading::binary(bytes, 1 << 20), Reading::text(bytes, 1 << 20)] {
        for layer in layers(&reading.root()) {
            assert!(bytes.get(layer.value.range.clone()).is_some());
            layer.python().for_each(drop);
            layer.sources();
        }
    }
});
