//! A disk that fails: callers are told, nothing of a failed group stays, and the log goes on when the disk does.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::{options, records};
use crate::log::{
    AppendError, CommitError, Layout, Options, Recovery, Writer,
    recover::{self, Opened},
    storage::{Folder, Storage},
    verify,
};

/// Fails at the step that is chosen, before or after half of the work is done, as long as the counter is above zero.
struct Failing {
    folder: Folder,
    step: &'static str,
    times: Arc<AtomicUsize>,
}

impl Failing {
    fn fails(&self, step: &str) -> io::Result<()> {
        let fails = step == self.step
            && self.times.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
        if fails { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    }
}

impl Storage for Failing {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        if let Err(error) = self.fails("append") {
            self.folder.append(&bytes[..bytes.len() / 2])?;
            return Err(error);
        }
        self.folder.append(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.fails("sync")?;
        self.folder.sync()
    }

    fn cut(&mut self, len: u64) -> io::Result<()> {
        self.fails("cut")?;
        self.folder.cut(len)
    }

    fn begin(&mut self, first: u64, header: &[u8]) -> io::Result<()> {
        self.fails("begin")?;
        self.folder.begin(first, header)
    }

    fn publish(&mut self, checkpoint: &[u8]) -> io::Result<()> {
        self.fails("publish")?;
        self.folder.publish(checkpoint)
    }
}

fn failing(folder: &std::path::Path, step: &'static str, times: &Arc<AtomicUsize>) -> Writer {
    let options = Options { segment_bytes: 1, ..options() };
    let Opened { storage, key, state, recovery: Recovery { .. } } =
        recover::open(Layout::new(folder), &options).unwrap();
    let storage = Failing { folder: storage, step, times: Arc::clone(times) };
    Writer::start(Box::new(storage), key, state, Recovery::default(), &options).unwrap()
}

#[test]
fn a_full_disk_is_told_and_outlived() {
    for step in ["append", "sync", "publish", "begin"] {
        let folder = tempfile::tempdir().unwrap();
        let times = Arc::new(AtomicUsize::new(0));
        let writer = failing(folder.path(), step, &times);
        let mut expected = Vec::new();
        for number in 0..9 {
            let fails = number % 3 == 1;
            times.store(usize::from(fails), Ordering::SeqCst);
            let record = format!("record {number}");
            let outcome = writer.append(record.as_bytes()).unwrap().wait();
            if fails {
                assert!(matches!(outcome, Err(CommitError::Io { kind: io::ErrorKind::StorageFull, .. })), "{step}");
            } else {
                assert_eq!(outcome.unwrap().record, expected.len() as u64, "{step}");
                expected.push(record);
            }
        }
        let key = writer.public_key().clone();
        drop(writer);
        assert_eq!(records(folder.path(), &key, 0), expected, "{step}");
        assert_eq!(verify(&Layout::new(folder.path()), &key, None).unwrap().unfinished, None, "{step}");
    }
}

#[test]
fn while_a_failed_group_cannot_be_taken_back_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let times = Arc::new(AtomicUsize::new(0));
    let writer = failing(folder.path(), "append", &times);
    times.store(1, Ordering::SeqCst);
    assert!(writer.append(b"lost").unwrap().wait().is_err());
    drop(writer);
    let writer = failing(folder.path(), "cut", &times);
    assert_eq!(writer.append(b"kept").unwrap().wait().unwrap().record, 0);
    let key = writer.public_key().clone();
    drop(writer);
    assert_eq!(records(folder.path(), &key, 0), ["kept"]);
}

#[test]
fn a_full_queue_and_a_closed_log_refuse() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options { latency: std::time::Duration::from_hours(1), queue_bytes: 1000, ..options() };
    let writer = Writer::open(folder.path(), &options).unwrap();
    let too_long = vec![0; (16 << 20) + 1];
    assert!(matches!(writer.append(&too_long), Err(AppendError::TooLong { .. })));
    // One record that is larger than the queue goes alone.
    let large = writer.append(&[b'x'; 5000]).unwrap();
    assert_eq!(large.wait().unwrap().record, 0);
    let first = writer.try_append(&[b'y'; 300]).unwrap();
    let refused = writer.try_append(&[b'y'; 900]).map(|_| ());
    assert_eq!(refused, Err(AppendError::Full));
    drop(writer);
    assert_eq!(first.wait().unwrap().record, 1, "what was taken is written when the log is closed");
}

#[test]
fn callers_on_many_threads_are_each_answered_once() {
    let folder = tempfile::tempdir().unwrap();
    let writer = Writer::open(folder.path(), &Options { queue_bytes: 4000, ..options() }).unwrap();
    let mut numbers: Vec<u64> = std::thread::scope(|scope| {
        let callers: Vec<_> = (0..8)
            .map(|caller: u8| {
                let writer = &writer;
                scope.spawn(move || {
                    let tickets: Vec<_> = (0..100).map(|_| writer.append(&[caller; 40]).unwrap()).collect();
                    tickets.into_iter().map(|ticket| ticket.wait().unwrap().record).collect::<Vec<_>>()
                })
            })
            .collect();
        callers.into_iter().flat_map(|caller| caller.join().unwrap()).collect()
    });
    numbers.sort_unstable();
    assert!(numbers.iter().copied().eq(0..800));
    let key = writer.public_key().clone();
    drop(writer);
    assert_eq!(verify(&Layout::new(folder.path()), &key, None).unwrap().checkpoint.size, 800);
}
