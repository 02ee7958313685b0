//! Tests of the log as a whole: what is written is read, what is changed is found.

mod faults;
mod hostile;
mod recovery;
mod tampering;

use std::{
    fs,
    path::Path,
    sync::Arc,
    time::{Duration, SystemTime},
};

use super::{Layout, LogError, Options, Reader, Writer, prove_consistency, prove_record, verify};
use crate::{Checkpoint, PublicKey};

/// Small segments and a clock that stands still.
fn options() -> Options {
    let clock = Arc::new(|| SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000));
    Options { latency: Duration::ZERO, segment_bytes: 400, clock, ..Options::new("test/log") }
}

/// Records wait until [`append`] has put in the whole group.
fn grouped() -> Options {
    Options { latency: Duration::from_hours(1), ..options() }
}

/// A log of these groups of records, closed.
fn written(folder: &Path, groups: &[&[&str]]) -> PublicKey {
    let writer = Writer::open(folder, &grouped()).unwrap();
    append(&writer, groups);
    writer.public_key().clone()
}

/// One commit a group.
fn append(writer: &Writer, groups: &[&[&str]]) {
    for group in groups {
        let tickets: Vec<_> = group.iter().map(|record| writer.append(record.as_bytes()).unwrap()).collect();
        writer.hurry();
        for ticket in tickets {
            ticket.wait().unwrap();
        }
    }
}

fn records(folder: &Path, key: &PublicKey, from: u64) -> Vec<String> {
    let mut reader = Reader::open(&Layout::new(folder), key, from).unwrap();
    let mut records = Vec::new();
    while let Some(record) = reader.next_record().unwrap() {
        assert_eq!(record.number, from + records.len() as u64);
        records.push(String::from_utf8(record.bytes).unwrap());
    }
    records
}

#[test]
fn what_is_written_is_read_over_segments_and_starts() {
    let folder = tempfile::tempdir().unwrap();
    let layout = Layout::new(folder.path());
    let mut expected = Vec::new();
    for round in 0..4 {
        let writer = Writer::open(folder.path(), &options()).unwrap();
        assert_eq!((writer.recovery().is_new, writer.recovery().records), (round == 0, expected.len() as u64));
        for number in 0..5 {
            let record = format!("{{\"round\": {round}, \"number\": {number}}}");
            let receipt = writer.append(record.as_bytes()).unwrap().wait().unwrap();
            assert_eq!(receipt.record, expected.len() as u64);
            assert!(receipt.commit.size > receipt.record);
            expected.push(record);
        }
    }
    let key = PublicKey::load(&layout.public_key()).unwrap();
    assert!(layout.segments().unwrap().len() > 3, "segments are small");
    for from in 0..=20 {
        assert_eq!(records(folder.path(), &key, from), expected[usize::try_from(from).unwrap()..]);
    }
    let verified = verify(&layout, &key, None).unwrap();
    assert_eq!((verified.checkpoint.size, verified.unfinished, verified.steps_back), (20, None, 0));
    for number in 0..20 {
        let proof = prove_record(&layout, &key, number).unwrap();
        assert_eq!(proof.check(&key).unwrap().size, 20);
        assert_eq!(proof.record.unwrap(), expected[usize::try_from(number).unwrap()].as_bytes());
    }
    assert!(prove_record(&layout, &key, 20).is_err());
}

#[test]
fn a_kept_checkpoint_is_begun_by_its_log_and_by_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let layout = Layout::new(folder.path());
    let writer = Writer::open(folder.path(), &options()).unwrap();
    let key = writer.public_key().clone();
    let mut kept = vec![];
    for number in 0..12 {
        kept.push(Checkpoint::open(&fs::read(layout.checkpoint()).unwrap(), &key).unwrap());
        append(&writer, &[&[format!("record {number}").as_str()]]);
    }
    for checkpoint in &kept {
        assert!(verify(&layout, &key, Some(checkpoint)).is_ok(), "{}", checkpoint.size);
        let proof = prove_consistency(&layout, &key, checkpoint).unwrap();
        assert_eq!(proof.check(checkpoint, &key).unwrap().size, 12);
        let mut other = checkpoint.clone();
        other.root.0[0] ^= 1;
        assert!(verify(&layout, &key, Some(&other)).is_err());
        assert!(other.size == 0 || proof.check(&other, &key).is_err());
    }
    drop(writer);
    let longer = Checkpoint { size: 13, ..kept[3].clone() };
    assert!(matches!(verify(&layout, &key, Some(&longer)), Err(LogError::Tampered(_))));
}

#[test]
fn a_log_without_records_is_whole_and_a_folder_without_a_log_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let key = written(folder.path(), &[]);
    let layout = Layout::new(folder.path());
    assert_eq!(verify(&layout, &key, None).unwrap().checkpoint.size, 0);
    assert_eq!(records(folder.path(), &key, 0), Vec::<String>::new());
    let empty = tempfile::tempdir().unwrap();
    assert!(matches!(verify(&Layout::new(empty.path()), &key, None), Err(LogError::None { .. })));
}

#[test]
fn one_commit_answers_many_records_and_a_ticket_is_a_future() {
    let folder = tempfile::tempdir().unwrap();
    let writer = Writer::open(folder.path(), &grouped()).unwrap();
    let tickets: Vec<_> = (0..100).map(|number: u32| writer.append(&number.to_le_bytes()).unwrap()).collect();
    assert!(tickets.iter().all(|ticket| ticket.answer().is_none()));
    writer.hurry();
    let receipts: Vec<_> = tickets.into_iter().map(|ticket| futures_wait(ticket).unwrap()).collect();
    assert!(receipts.iter().zip(0..).all(|(receipt, number)| receipt.record == number && receipt.commit.size == 100));
}

/// Polls a future on this thread until it is ready.
fn futures_wait<F: Future>(future: F) -> F::Output {
    struct Unpark(std::thread::Thread);
    impl std::task::Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Arc::new(Unpark(std::thread::current())).into();
    let mut future = std::pin::pin!(future);
    loop {
        if let std::task::Poll::Ready(output) = future.as_mut().poll(&mut std::task::Context::from_waker(&waker)) {
            return output;
        }
        std::thread::park();
    }
}
