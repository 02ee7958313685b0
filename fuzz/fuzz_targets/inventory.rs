//! Lists of tensors: each lies in the file, and hands on as many bytes as it says.

#![no_main]

use std::ops::Range;

use libfuzzer_sys::fuzz_target;
use palisade_formats::{
    buried::Search,
    inventory::{Limits, Place, list},
    state, stored,
};

fuzz_target!(|bytes: &[u8]| {
    let most = bytes.len() as u64;
    let limits = state::Limits { values: 100_000, leaves: 10_000, ..state::Limits::default() };
    for buried in Search::default().find(bytes, 0, bytes.len(), 1000) {
        assert!(buried.offset < bytes.len());
    }
    for (_, range) in stored::members(bytes).unwrap_or_default().members {
        assert!(range.start <= range.end && range.end <= bytes.len());
    }
    let Some(inventory) = list(bytes, Limits { entries: 10_000, state: limits }) else { return };
    for entry in &inventory.entries {
        // Elements that are looked at again and again may be more than the file has.
        if entry.bytes.is_none_or(|len| len > most.saturating_mul(4)) {
            continue;
        }
        let mut seen = 0u64;
        let mut take = |block: &[u8], done: Range<usize>| -> Result<(), ()> {
            assert!(done.end <= bytes.len());
            seen += block.len() as u64;
            Ok(())
        };
        let gathered = entry.gather(bytes, &mut take);
        if let Place::View(tensor) = &entry.place {
            assert_eq!((gathered, seen), (Some(Ok(())), tensor.bytes()));
        }
    }
});
