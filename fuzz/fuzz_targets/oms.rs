//! Model signatures: what they list.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_formats::oms::parse;

fuzz_target!(|bytes: &[u8]| {
    let Ok(manifest) = parse(bytes) else { return };
    for resource in &manifest.resources {
        assert!(manifest.find(&resource.name).is_some());
        manifest.lists_parts_of(&resource.name);
    }
});
