//! Bytecode of Python is told by its first fields, whatever follows.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_formats::marshal::is_code;

fuzz_target!(|bytes: &[u8]| {
    is_code(bytes);
});
