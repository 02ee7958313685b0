//! Records on their way to the disk: many callers put them into one group, the writer takes the whole group, and one outcome
//! answers all of them.

use std::{
    io, mem,
    pin::Pin,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use super::{Commit, scan::LONGEST_RECORD};
use crate::Hash;

/// Why a record was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// It is longer than the log takes.
    #[error("a record of {len} bytes is longer than the {LONGEST_RECORD} that the log takes")]
    TooLong {
        /// Its bytes.
        len: usize,
    },
    /// As much is waiting for the disk as may wait.
    #[error("the log has no room: the disk does not keep up")]
    Full,
    /// The log was closed, or its writer has ended.
    #[error("the log is closed")]
    Closed,
}

/// Why a record that was taken is not in the log. A log that is opened again after the process died may hold it all the same.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommitError {
    /// The disk refused it: it is full, gone or broken. The next records are tried again.
    #[error("the log cannot be written: {reason}")]
    Io {
        /// Which sort of error.
        kind: io::ErrorKind,
        /// What the system said.
        reason: String,
    },
    /// The writer has ended before it came to the record.
    #[error("the log was closed before the record was written")]
    Closed,
}

/// Where a record has come to lie, signed and on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The number of the record, from 0.
    pub record: u64,
    /// The commit that signs it.
    pub commit: Commit,
}

/// The answer to a record that was taken: to be waited for by a thread ([`Ticket::wait`]) or a task (it is a future), or dropped
/// by whoever does not need it.
#[derive(Debug)]
pub struct Ticket {
    group: Arc<Group>,
    index: usize,
}

impl Ticket {
    /// Waits until the record is signed and on the disk, or is known not to be.
    pub fn wait(self) -> Result<Receipt, CommitError> {
        let mut state = lock(&self.group.state);
        loop {
            if let Some(outcome) = &state.outcome {
                return receipt(outcome, self.index);
            }
            state = self.group.answered.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The answer, if it is there.
    pub fn answer(&self) -> Option<Result<Receipt, CommitError>> {
        lock(&self.group.state).outcome.as_ref().map(|outcome| receipt(outcome, self.index))
    }
}

impl Future for Ticket {
    type Output = Result<Receipt, CommitError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = lock(&self.group.state);
        if let Some(outcome) = &state.outcome {
            return Poll::Ready(receipt(outcome, self.index));
        }
        if state.wakers.len() <= self.index {
            state.wakers.resize(self.index + 1, None);
        }
        if let Some(place) = state.wakers.get_mut(self.index) {
            *place = Some(context.waker().clone());
        }
        Poll::Pending
    }
}

/// What became of a group: the number of its first record and the commit.
type Outcome = Result<(u64, Commit), CommitError>;

fn receipt(outcome: &Outcome, index: usize) -> Result<Receipt, CommitError> {
    let (first, commit) = outcome.clone()?;
    Ok(Receipt { record: first.saturating_add(index as u64), commit })
}

#[derive(Debug, Default)]
struct Group {
    state: Mutex<GroupState>,
    answered: Condvar,
}

#[derive(Debug, Default)]
struct GroupState {
    outcome: Option<Outcome>,
    wakers: Vec<Option<Waker>>,
}

/// Records that were taken together. Dropped without an answer, it answers that the log is closed.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    /// All records, one after the other.
    pub(crate) bytes: Vec<u8>,
    /// The length and the leaf of each.
    pub(crate) records: Vec<(usize, Hash)>,
    group: Arc<Group>,
    opened: Option<Instant>,
}

impl Batch {
    pub(crate) fn answer(&self, outcome: Outcome) {
        let mut state = lock(&self.group.state);
        if state.outcome.is_none() {
            state.outcome = Some(outcome);
            let wakers = mem::take(&mut state.wakers);
            drop(state);
            self.group.answered.notify_all();
            wakers.into_iter().flatten().for_each(Waker::wake);
        }
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        self.answer(Err(CommitError::Closed));
    }
}

/// The group that is being filled.
#[derive(Debug)]
pub(crate) struct Queue {
    state: Mutex<State>,
    filled: Condvar,
    drained: Condvar,
    /// Bytes that may wait.
    room: usize,
    /// How long a record waits for others.
    latency: Duration,
}

#[derive(Debug, Default)]
struct State {
    batch: Batch,
    is_closed: bool,
    is_urgent: bool,
}

impl Queue {
    pub(crate) fn new(room: usize, latency: Duration) -> Self {
        Self { state: Mutex::default(), filled: Condvar::new(), drained: Condvar::new(), room, latency }
    }

    /// Takes a record; waits for room, or refuses where `waits` is not set.
    pub(crate) fn append(&self, record: &[u8], waits: bool) -> Result<Ticket, AppendError> {
        if record.len() > LONGEST_RECORD as usize {
            return Err(AppendError::TooLong { len: record.len() });
        }
        // Outside of the lock: callers share the work of hashing.
        let leaf = Hash::of_leaf(record);
        let mut state = lock(&self.state);
        while !state.is_closed && !state.batch.has_room(record.len(), self.room) {
            if !waits {
                return Err(AppendError::Full);
            }
            state = self.drained.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.is_closed {
            return Err(AppendError::Closed);
        }
        let batch = &mut state.batch;
        let index = batch.records.len();
        batch.bytes.extend(record);
        batch.records.push((record.len(), leaf));
        let ticket = Ticket { group: Arc::clone(&batch.group), index };
        let is_first = batch.opened.is_none();
        batch.opened.get_or_insert_with(Instant::now);
        let is_half_full = batch.weight() >= self.room / 2;
        drop(state);
        if is_first || is_half_full {
            self.filled.notify_one();
        }
        Ok(ticket)
    }

    /// The next group, when its first record has waited long enough, it is half full, or nothing more will come. `None` when the
    /// queue is closed and empty.
    pub(crate) fn take(&self) -> Option<Batch> {
        let mut state = lock(&self.state);
        loop {
            let due = state.batch.opened.map(|opened| self.latency.saturating_sub(opened.elapsed()));
            let hurries = state.is_closed || state.is_urgent || state.batch.weight() >= self.room / 2;
            match due {
                Some(due) if due.is_zero() || hurries => {
                    state.is_urgent = false;
                    let batch = mem::take(&mut state.batch);
                    drop(state);
                    self.drained.notify_all();
                    return Some(batch);
                }
                Some(due) => {
                    let waited = self.filled.wait_timeout(state, due);
                    state = waited.unwrap_or_else(PoisonError::into_inner).0;
                }
                None if state.is_closed => return None,
                None => state = self.filled.wait(state).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }

    /// Lets the writer take what is there without waiting for more.
    pub(crate) fn hurry(&self) {
        let mut state = lock(&self.state);
        state.is_urgent = state.batch.opened.is_some();
        drop(state);
        self.filled.notify_one();
    }

    /// Takes no more records. What was taken is still written.
    pub(crate) fn close(&self) {
        lock(&self.state).is_closed = true;
        self.filled.notify_all();
        self.drained.notify_all();
    }

    /// Closes, and answers everybody who waits: the writer is gone.
    pub(crate) fn abandon(&self) {
        self.close();
        drop(mem::take(&mut lock(&self.state).batch));
    }
}

impl Batch {
    /// What it holds in memory, about.
    fn weight(&self) -> usize {
        self.bytes.len() + self.records.len() * OVERHEAD
    }

    /// Any record fits into an empty batch.
    fn has_room(&self, len: usize, room: usize) -> bool {
        self.records.is_empty() || self.weight() + len + OVERHEAD <= room
    }
}

/// Nothing that is done under the lock can panic, so what a lock that is called poisoned holds is whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Bytes that a record takes beside its own: length, leaf and frame.
const OVERHEAD: usize = 96;
