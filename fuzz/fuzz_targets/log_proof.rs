//! Proofs: what is read is written as it was, and nothing is proven by a key that signed nothing.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use palisade_seal::{
    PrivateKey, PublicKey,
    proof::{ConsistencyProof, RecordProof},
};

static KEY: LazyLock<PublicKey> =
    LazyLock::new(|| PrivateKey::from_seed("fuzz/log", &[7; 32]).map(|key| key.public().clone()).expect("a key"));

fuzz_target!(|bytes: &[u8]| {
    if let Ok(proof) = RecordProof::parse(bytes) {
        assert_eq!(proof.to_string().as_bytes(), bytes);
        let _ = proof.check(&KEY);
    }
    if let Ok(proof) = ConsistencyProof::parse(bytes) {
        assert_eq!(proof.to_string().as_bytes(), bytes);
    }
});
