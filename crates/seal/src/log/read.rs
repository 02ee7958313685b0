//! Reads records by number. Only records come out that a commit signs: a group is held back until its signature was checked.

use std::collections::VecDeque;

use super::{
    Commit, Flaw, Layout, LogError, Place,
    scan::{Event, Scan},
    verify::read_checkpoint,
};
use crate::{Hash, PublicKey};

/// A record as it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its number, from 0.
    pub number: u64,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its leaf in the tree.
    pub leaf: Hash,
    /// The chain after it.
    pub chain: Hash,
    /// The time of the commit that signs it, in milliseconds since 1970.
    pub time: u64,
}

/// Records of a log in order, from one number on. A fault before the segment that they lie in is not seen: see
/// [`verify`](super::verify()).
pub struct Reader<'k> {
    scan: Scan<'k>,
    from: u64,
    held: Vec<Record>,
    ready: VecDeque<Record>,
    /// Records that the newest checkpoint covers.
    size: u64,
    is_over: bool,
}

impl<'k> Reader<'k> {
    /// Reads the records from this number on, as far as the log reaches when it is opened.
    pub fn open(layout: &Layout, key: &'k PublicKey, from: u64) -> Result<Self, LogError> {
        let checkpoint = read_checkpoint(layout, key)?;
        let mut segments = layout.segments().map_err(|error| LogError::io(&layout.segments_folder(), error))?;
        let Some(start) = segments.iter().rposition(|segment| segment.first <= from) else {
            let place = Place { path: layout.segments_folder(), record: from, byte: 0 };
            return Err(LogError::fault(place, Flaw::Missing { expected: checkpoint.size, found: 0 }));
        };
        let scan = Scan::new(segments.split_off(start), key, 0);
        let (held, ready) = (Vec::new(), VecDeque::new());
        Ok(Self { scan, from, held, ready, size: checkpoint.size, is_over: false })
    }

    /// Records that the newest checkpoint covered when the reader was opened.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The last commit that was read.
    pub fn commit(&self) -> Option<&Commit> {
        self.scan.last().map(|last| &last.commit)
    }

    /// The next record; `None` at the end of the log. What follows its last commit is no part of it.
    pub fn next_record(&mut self) -> Result<Option<Record>, LogError> {
        while self.ready.is_empty() && !self.is_over {
            match self.scan.next() {
                Ok(Event::Record { number, leaf, chain, bytes }) => {
                    if number >= self.from {
                        self.held.push(Record { number, bytes: bytes.to_owned(), leaf, chain, time: 0 });
                    }
                }
                Ok(Event::Commit(commit)) => {
                    let signed = self.held.drain(..).map(|record| Record { time: commit.time, ..record });
                    self.ready.extend(signed);
                }
                Ok(Event::End) => {
                    self.is_over = true;
                    self.reached()?;
                }
                Err(error) => {
                    let signed = self.scan.last().map_or(0, |last| last.commit.size);
                    match &error {
                        LogError::Tampered(fault) if signed >= self.size && self.scan.is_tail(fault) => {}
                        _ => return Err(error),
                    }
                    self.is_over = true;
                }
            }
        }
        Ok(self.ready.pop_front())
    }

    /// A log that ends before its checkpoint does is not at its end: something was removed.
    fn reached(&self) -> Result<(), LogError> {
        match self.scan.last() {
            Some(last) if last.commit.size < self.size => {
                let (found, place) = (last.commit.size, last.after.clone());
                Err(LogError::fault(place, Flaw::Missing { expected: self.size, found }))
            }
            _ => Ok(()),
        }
    }
}
