//! Readers on bytes that nobody wrote: they end, and what they accept is written as it was read.

use proptest::prelude::*;

use super::written;
use crate::{
    Checkpoint, Note, PrivateKey, PublicKey,
    log::{Layout, parse_segment, prove_record},
    proof::{ConsistencyProof, RecordProof},
};

/// A segment, a checkpoint and a proof of one small log, and its key.
fn texts() -> (Vec<Vec<u8>>, PublicKey) {
    let folder = tempfile::tempdir().unwrap();
    let key = written(folder.path(), &[&["one", "two"], &["three"]]);
    let layout = Layout::new(folder.path());
    let segment = std::fs::read(layout.segment(0).path).unwrap();
    let proof = prove_record(&layout, &key, 1).unwrap().to_string().into_bytes();
    (vec![segment, std::fs::read(layout.checkpoint()).unwrap(), proof], key)
}

fn read(bytes: &[u8], key: &PublicKey) {
    for first in [0, 3] {
        if let Ok(records) = parse_segment(bytes, first, key) {
            assert!(records <= bytes.len() as u64);
        }
    }
    if let Ok(note) = Note::parse(bytes) {
        assert_eq!(note.to_string().as_bytes(), bytes);
        if let Ok(checkpoint) = Checkpoint::parse(note.text()) {
            assert_eq!(checkpoint.text(), note.text());
        }
    }
    if let Ok(proof) = RecordProof::parse(bytes) {
        assert_eq!(proof.to_string().as_bytes(), bytes);
        let _ = proof.check(key);
    }
    if let Ok(proof) = ConsistencyProof::parse(bytes) {
        assert_eq!(proof.to_string().as_bytes(), bytes);
    }
    if let Ok(key) = String::from_utf8_lossy(bytes).parse::<PublicKey>() {
        assert_eq!(key.to_string().as_bytes(), bytes);
    }
}

#[test]
fn changed_files_are_read_to_an_end() {
    let (texts, key) = texts();
    proptest!(|(which in 0..3_usize, changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6), cut in any::<prop::sample::Index>())| {
        let mut bytes = texts[which].clone();
        for (place, value) in &changes {
            let place = place.index(bytes.len());
            bytes[place] = *value;
        }
        read(&bytes, &key);
        read(&bytes[..cut.index(bytes.len())], &key);
    });
}

#[test]
fn any_bytes_are_read_to_an_end() {
    let key = PrivateKey::from_seed("test/log", &[7; 32]).unwrap();
    proptest!(|(bytes in prop::collection::vec(any::<u8>(), 0..400), text in "[a-z\\+ \n=\u{2014}0-9]{0,200}")| {
        read(&bytes, key.public());
        read(text.as_bytes(), key.public());
    });
}

/// A length of 4 GiB in a file of some bytes costs some bytes.
#[test]
fn a_length_that_lies_costs_nothing() {
    let (texts, key) = texts();
    let header = 16 + crate::log::Commit::LEN;
    for len in [u32::MAX, 16 << 20, (16 << 20) + 1] {
        let mut bytes = texts[0][..header].to_vec();
        bytes.push(b'R');
        bytes.extend(len.to_le_bytes());
        bytes.extend([0; 100]);
        assert!(parse_segment(&bytes, 0, &key).is_err());
    }
}
