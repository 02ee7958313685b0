//! Chat templates: what they reach for and say, with its place.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_formats::jinja::analyse;

fuzz_target!(|text: &str| {
    let report = analyse(text);
    assert!(report.reaches.iter().all(|reach| text.get(reach.range.clone()).is_some()));
    assert!(report.speech.iter().all(|speech| text.get(speech.range.clone()).is_some()));
    assert!(report.swaps.iter().all(|swap| text.get(swap.range.clone()).is_some()));
    assert!(report.broken.is_none_or(|at| at <= text.len()));
});
