//! `CatBoost`: texts lie inside the core.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_formats::catboost::parse;

fuzz_target!(|bytes: &[u8]| {
    if let Some(model) = parse(bytes, 10_000) {
        assert!(model.texts.iter().all(|(_, range)| bytes.get(range.clone()).is_some()));
    }
});
