//! Java objects: names of classes lie inside the file.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_formats::java::classes;

fuzz_target!(|bytes: &[u8]| {
    let found = classes(bytes, 1 << 20, 100);
    assert!(found.iter().all(|class| bytes.get(class.range.clone()) == Some(class.name.as_bytes())));
});
