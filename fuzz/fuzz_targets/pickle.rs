//! Pickles: the walk, what lies in constants, and what lies among other bytes.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_formats::pickle::{Limits, hidden, plausible, walk};

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits::default();
    let seen = walk(bytes, limits);
    assert!(seen.calls.len() <= limits.names && seen.imports.len() <= limits.names);
    assert!(seen.calls.iter().all(|call| call.offset < bytes.len() && call.times > 0));
    assert!(seen.imports.iter().all(|import| import.offset < bytes.len()));
    assert!(seen.anomalies.iter().all(|anomaly| anomaly.offset <= bytes.len()));
    assert!(seen.trailing.is_none_or(|at| at <= bytes.len()));
    for held in &seen.embedded {
        assert!(bytes.get(held.range.clone()).is_some() && !held.encodings.is_empty());
    }
    plausible(bytes);
    assert!(hidden(bytes, 4).0.iter().all(|(at, _)| *at < bytes.len()));
});
