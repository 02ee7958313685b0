//! Env files: every value stands where it says.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_formats::env_file::env_file;

fuzz_target!(|text: &str| {
    assert!(env_file(text).iter().all(|setting| text.get(setting.range.clone()) == Some(&setting.value)));
});
