//! Every bit that is flipped, every record that is removed, moved, inserted or cut off is found.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use super::{options, written};
use crate::{
    PrivateKey, PublicKey,
    log::{Commit, Flaw, Layout, LogError, Writer, frame, verify},
};

const GROUPS: &[&[&str]] = &[&["one", "two"], &["three"], &["four", "five", "six"], &["seven", ""], &["nine", "ten"]];

/// The signed files of a log, which tests change and put back.
struct Files {
    layout: Layout,
    key: PublicKey,
    files: Vec<(PathBuf, Vec<u8>)>,
}

impl Files {
    fn of(folder: &Path, key: PublicKey) -> Self {
        let layout = Layout::new(folder);
        let mut paths: Vec<PathBuf> = layout.segments().unwrap().into_iter().map(|segment| segment.path).collect();
        paths.push(layout.checkpoint());
        let files = paths.into_iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect();
        Self { layout, key, files }
    }

    /// The fault that is found when a file has this content.
    fn fault(&self, (path, original): &(PathBuf, Vec<u8>), content: &[u8]) -> Option<(Flaw, u64, u64)> {
        overwrite(path, content);
        let verified = verify(&self.layout, &self.key, None);
        overwrite(path, original);
        match verified {
            Ok(_) => None,
            Err(LogError::Tampered(fault)) => Some((fault.flaw, fault.place.record, fault.place.byte)),
            Err(error) => panic!("{error}"),
        }
    }
}

/// Without making the file empty in between, which some file systems answer with a sync.
fn overwrite(path: &Path, content: &[u8]) {
    let mut file = fs::OpenOptions::new().write(true).open(path).unwrap();
    file.write_all(content).unwrap();
    file.set_len(content.len() as u64).unwrap();
}

fn small() -> (tempfile::TempDir, Files) {
    let folder = tempfile::tempdir().unwrap();
    let key = written(folder.path(), GROUPS);
    let files = Files::of(folder.path(), key);
    assert!(files.files.len() >= 4, "three segments and a checkpoint");
    assert!(verify(&files.layout, &files.key, None).is_ok());
    (folder, files)
}

#[test]
fn every_flipped_bit_is_found() {
    let (_folder, files) = small();
    for file in &files.files {
        for bit in 0..file.1.len() * 8 {
            let mut content = file.1.clone();
            content[bit / 8] ^= 1 << (bit % 8);
            let fault = files.fault(file, &content);
            assert!(fault.is_some(), "bit {} of byte {} of {}", bit % 8, bit / 8, file.0.display());
            let at = fault.unwrap().2;
            assert!(at <= bit as u64 / 8, "byte {at} is named, byte {} was changed", bit / 8);
        }
    }
}

#[test]
fn every_cut_is_found() {
    let (_folder, files) = small();
    for file in &files.files {
        for len in 0..file.1.len() {
            assert!(files.fault(file, &file.1[..len]).is_some(), "{} cut at {len}", file.0.display());
        }
        fs::remove_file(&file.0).unwrap();
        assert!(verify(&files.layout, &files.key, None).is_err(), "{} removed", file.0.display());
        fs::write(&file.0, &file.1).unwrap();
    }
}

#[test]
fn every_removed_and_inserted_byte_is_found() {
    let (_folder, files) = small();
    for file in &files.files {
        let is_last = files.files.iter().rev().nth(1).is_some_and(|last| last.0 == file.0);
        for place in 0..file.1.len() {
            let mut content = file.1.clone();
            content.remove(place);
            assert!(files.fault(file, &content).is_some(), "byte {place} of {} removed", file.0.display());
        }
        for place in 0..=file.1.len() {
            // After the last commit nothing is signed, and it is said that something is there.
            if is_last && place == file.1.len() {
                fs::write(&file.0, [file.1.as_slice(), &[0]].concat()).unwrap();
                assert_eq!(verify(&files.layout, &files.key, None).unwrap().unfinished.unwrap().bytes, 1);
                fs::write(&file.0, &file.1).unwrap();
                continue;
            }
            let mut content = file.1.clone();
            content.insert(place, b'R');
            assert!(files.fault(file, &content).is_some(), "byte inserted at {place} of {}", file.0.display());
        }
    }
}

/// Where the frames of a segment begin, and its end.
fn frames(segment: &[u8]) -> Vec<usize> {
    let commit = Commit::from_bytes(segment[16..16 + Commit::LEN].try_into().unwrap()).unwrap();
    let mut at = 16 + Commit::LEN + 32 * commit.size.count_ones() as usize;
    let mut starts = vec![at];
    while at < segment.len() {
        at += match segment[at] {
            frame::RECORD => 37 + u32::from_le_bytes(segment[at + 1..at + 5].try_into().unwrap()) as usize,
            _ => 1 + Commit::LEN,
        };
        starts.push(at);
    }
    starts
}

#[test]
fn every_removed_doubled_or_moved_frame_is_found_where_it_was() {
    let (_folder, files) = small();
    for file in files.files.iter().take(files.files.len() - 1) {
        let starts = frames(&file.1);
        for pair in starts.windows(2) {
            let (before, frame, after) = (&file.1[..pair[0]], &file.1[pair[0]..pair[1]], &file.1[pair[1]..]);
            let removed = files.fault(file, &[before, after].concat()).expect("a removed frame is found");
            // A removed last commit leaves its records unsigned: they begin earlier.
            assert!(removed.2 <= pair[0] as u64, "{removed:?}");
            if !after.is_empty() {
                let doubled = files.fault(file, &[before, frame, frame, after].concat()).expect("a doubled frame");
                assert_eq!(doubled.2, pair[1] as u64, "{doubled:?}");
            }
        }
        for three in starts.windows(3) {
            let (first, second) = (&file.1[three[0]..three[1]], &file.1[three[1]..three[2]]);
            let moved = [&file.1[..three[0]], second, first, &file.1[three[2]..]].concat();
            let fault = files.fault(file, &moved).expect("frames in another order are found");
            assert_eq!(fault.2, three[0] as u64, "{fault:?}");
        }
    }
}

#[test]
fn swapped_removed_and_renamed_segments_are_found() {
    let (_folder, files) = small();
    let (first, second) = (&files.files[0], &files.files[1]);
    fs::write(&first.0, &second.1).unwrap();
    fs::write(&second.0, &first.1).unwrap();
    assert!(verify(&files.layout, &files.key, None).is_err());
    fs::write(&first.0, &first.1).unwrap();
    fs::write(&second.0, &second.1).unwrap();
    let beyond = files.layout.segment(99).path;
    fs::write(&beyond, &second.1).unwrap();
    assert!(verify(&files.layout, &files.key, None).is_err(), "a segment was inserted");
    fs::rename(&second.0, &beyond).unwrap();
    assert!(verify(&files.layout, &files.key, None).is_err(), "a segment was renamed");
}

/// Who knows the form but not the key can make all hashes right again, and no signature.
#[test]
fn a_log_that_was_written_again_with_another_key_is_found_at_the_first_commit() {
    let (_folder, files) = small();
    let forged = tempfile::tempdir().unwrap();
    let other = PrivateKey::from_seed("test/log", &[9; 32]).unwrap();
    fs::write(forged.path().join("key"), other.to_secret().as_bytes()).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(forged.path().join("key"), fs::Permissions::from_mode(0o600)).unwrap();
    }
    written(forged.path(), &[&["one", "two"], &["THREE"]]);
    let forged = Files::of(forged.path(), other.public().clone());
    for (from, to) in forged.files.iter().zip(&files.files).take(1) {
        let (flaw, record, _) = files.fault(to, &from.1).unwrap();
        assert_eq!((flaw, record), (Flaw::Header, 0));
    }
    let checkpoint = forged.files.last().unwrap();
    let (flaw, ..) = files.fault(files.files.last().unwrap(), &checkpoint.1).unwrap();
    assert!(matches!(flaw, Flaw::Checkpoint(_)), "{flaw:?}");
}

/// The records of one commit changed and everything after them hashed again: only the signatures are still those of before.
#[test]
fn records_that_were_hashed_again_are_found_at_their_commit() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = options();
    options.segment_bytes = u64::MAX;
    let writer = Writer::open(folder.path(), &options).unwrap();
    super::append(&writer, &[&["one"], &["two"], &["three"]]);
    let key = writer.public_key().clone();
    drop(writer);
    let files = Files::of(folder.path(), key);
    let file = &files.files[0];
    let starts = frames(&file.1);
    // The chain and the root are computed anew, as who wrote "TWO" would.
    let commit = |at: usize| Commit::from_bytes(file.1[at + 1..at + 1 + Commit::LEN].try_into().unwrap()).unwrap();
    let header = Commit::from_bytes(file.1[16..16 + Commit::LEN].try_into().unwrap()).unwrap();
    let (mut chain, mut tree) = (header.link(), crate::tree::Frontier::default());
    let mut content = file.1[..starts[0]].to_vec();
    for (record, at) in ["one", "TWO", "three"].iter().zip([starts[1], starts[3], starts[5]]) {
        let leaf = crate::Hash::of_leaf(record.as_bytes());
        tree.push(leaf);
        chain = crate::Hash::of_record_link(&chain, &leaf);
        frame::push_record(&mut content, record.as_bytes(), &chain);
        let forged = Commit { root: tree.root(), chain, ..commit(at) };
        frame::push_commit(&mut content, &forged);
        chain = forged.link();
    }
    assert_eq!(content.len(), file.1.len());
    let (flaw, record, _) = files.fault(file, &content).unwrap();
    assert_eq!((flaw, record), (Flaw::Signature { first: 1, last: 1 }, 1));
}
