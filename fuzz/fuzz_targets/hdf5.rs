//! HDF5: everything lies inside the file, and data can be read or refused.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_formats::hdf5::{Limits, parse, read, strings};

fuzz_target!(|bytes: &[u8]| {
    let Some(file) = parse(bytes, Limits::default()) else { return };
    assert!(file.covered.iter().all(|range| range.end <= bytes.len()));
    assert!(file.attributes.iter().flat_map(|it| &it.strings).all(|range| bytes.get(range.clone()).is_some()));
    let texts = file.attributes.iter().flat_map(|it| &it.strings);
    assert!(texts.map(ExactSizeIterator::len).sum::<usize>() <= bytes.len());
    let mut steps = 1 << 20;
    for dataset in file.datasets.iter().take(16) {
        let _ = read(bytes, dataset, 1 << 20);
        assert!(strings(bytes, &file, dataset, 64, &mut steps).iter().all(|range| bytes.get(range.clone()).is_some()));
    }
});
