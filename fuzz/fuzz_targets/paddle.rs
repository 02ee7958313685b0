//! Paddle: programs in bytes and in JSON, and parameters, whose tensors lie in the file.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_formats::{
    paddle::{looks_like, operators, pir, tensors},
    protobuf::Reading,
};

fuzz_target!(|bytes: &[u8]| {
    looks_like(bytes);
    for operator in operators(&Reading::binary(bytes, 1 << 20).root()) {
        operator.texts().for_each(drop);
    }
    tensors::looks_like(bytes);
    assert!(tensors::parse(bytes, 1000).end <= bytes.len());
    pir::looks_like(bytes);
    if let Ok(document) = std::str::from_utf8(bytes).map_err(drop).and_then(|text| pir::parse(text).map_err(drop)) {
        pir::operators(&document).for_each(|operator| operator.texts().for_each(drop));
    }
});
