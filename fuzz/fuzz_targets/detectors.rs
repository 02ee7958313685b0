//! Every detector: hits stand in the text, on whole characters, in order.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_text::{Detector, HiddenText, all};

fuzz_target!(|text: &str| {
    for detector in all() {
        let hits = detector.find(text);
        assert!(hits.iter().all(|hit| text.get(hit.range.clone()).is_some()), "{}", detector.meta().name);
        assert!(hits.is_sorted_by_key(|hit| hit.range.start), "{}", detector.meta().name);
        if detector.meta().name == HiddenText.meta().name {
            hits.iter().for_each(|hit| drop(HiddenText::reveal(text, hit)));
        }
    }
});
