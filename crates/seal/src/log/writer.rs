//! The writer: a thread that frames, hashes and signs a group of records, writes it with one sync, its checkpoint with another, and answers for all of it.

use std::{
    fmt, io, mem,
    path::PathBuf,
    sync::Arc,
    thread::{self, JoinHandle},
    time::{Duration, SystemTime},
};

use palisade_base::reason;

use super::{
    AppendError, Commit, CommitError, Layout, OpenError, Recovery, Ticket, frame,
    queue::{Batch, Queue},
    recover::{self, Opened},
    storage::Storage,
};
use crate::{Hash, PrivateKey, PublicKey, tree::Frontier};

/// What tells the time of a commit.
pub type Clock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

/// The clock of the system.
pub fn system_clock() -> Clock {
    Arc::new(SystemTime::now)
}

/// How a log is written.
#[derive(Clone)]
pub struct Options {
    /// The name of the log and of its key, best unique, such as `example.com/gateway`. No space or `+`.
    pub origin: String,
    /// Where the private key lies; in the folder of the log if nowhere else.
    pub key: Option<PathBuf>,
    /// How long a record waits for others, so that one sync serves many.
    pub latency: Duration,
    /// Bytes that may wait for the disk.
    pub queue_bytes: usize,
    /// A segment that has grown to this many bytes is followed by a new one.
    pub segment_bytes: u64,
    /// What tells the time.
    pub clock: Clock,
}

impl Options {
    /// Five milliseconds, 8 MiB and segments of 64 MiB for the log of this name.
    pub fn new(origin: impl Into<String>) -> Self {
        Self {
            origin: origin.into(),
            key: None,
            latency: Duration::from_millis(5),
            queue_bytes: 8 << 20,
            segment_bytes: 64 << 20,
            clock: system_clock(),
        }
    }
}

/// A log that is open for writing, by nobody else. Dropped, it writes what was taken and ends.
#[derive(Debug)]
pub struct Writer {
    queue: Arc<Queue>,
    thread: Option<JoinHandle<()>>,
    public: PublicKey,
    recovery: Recovery,
}

impl Writer {
    /// Opens the log in a folder, or begins one. What a crash has left after the last commit is cut off and told in
    /// [`Writer::recovery`]; a log that is not as it was signed is refused.
    pub fn open(folder: impl Into<PathBuf>, options: &Options) -> Result<Self, OpenError> {
        let Opened { storage, key, state, recovery } = recover::open(Layout::new(folder), options)?;
        Self::start(Box::new(storage), key, state, recovery, options)
    }

    pub(super) fn start(
        storage: Box<dyn Storage>,
        key: PrivateKey,
        state: State,
        recovery: Recovery,
        options: &Options,
    ) -> Result<Self, OpenError> {
        let queue = Arc::new(Queue::new(options.queue_bytes, options.latency));
        let public = key.public().clone();
        let (clock, segment_bytes) = (Arc::clone(&options.clock), options.segment_bytes);
        let work = Work { storage, key, clock, segment_bytes, state, is_dirty: false };
        let (source, abandoned) = (Arc::clone(&queue), Abandon(Arc::clone(&queue)));
        let thread = thread::Builder::new().name("palisade-log".to_owned()).spawn(move || {
            // Also where the thread panics: nobody must wait for an answer that will not come.
            let _abandoned = abandoned;
            work.run(&source);
        });
        Ok(Self { queue, thread: Some(thread.map_err(OpenError::Thread)?), public, recovery })
    }

    /// Takes a record, and waits while there is no room.
    pub fn append(&self, record: &[u8]) -> Result<Ticket, AppendError> {
        self.queue.append(record, true)
    }

    /// Takes a record, unless there is no room. Never waits, so that a task may call it.
    pub fn try_append(&self, record: &[u8]) -> Result<Ticket, AppendError> {
        self.queue.append(record, false)
    }

    /// Lets what was taken go to the disk at once instead of waiting for more.
    pub fn hurry(&self) {
        self.queue.hurry();
    }

    /// The key that checks the log.
    pub const fn public_key(&self) -> &PublicKey {
        &self.public
    }

    /// What opening found and did.
    pub const fn recovery(&self) -> &Recovery {
        &self.recovery
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue.close();
        if let Some(thread) = self.thread.take() {
            // A panic of the writer was answered on every ticket.
            let _ = thread.join();
        }
    }
}

struct Abandon(Arc<Queue>);

impl Drop for Abandon {
    fn drop(&mut self) {
        self.0.abandon();
    }
}

/// Where the log stands after its last commit.
#[derive(Clone, Debug)]
pub(super) struct State {
    pub(super) tree: Frontier,
    pub(super) chain: Hash,
    pub(super) commit: Commit,
    /// Bytes of the segment.
    pub(super) len: u64,
}

struct Work {
    storage: Box<dyn Storage>,
    key: PrivateKey,
    clock: Clock,
    segment_bytes: u64,
    state: State,
    /// The segment may hold bytes of a group that failed.
    is_dirty: bool,
}

impl Work {
    fn run(mut self, queue: &Queue) {
        while let Some(batch) = queue.take() {
            let first = self.state.tree.size();
            let outcome = self.write(&batch);
            batch.answer(
                outcome
                    .map(|()| (first, self.state.commit))
                    .map_err(|error| CommitError::Io { kind: error.kind(), reason: reason(&error) }),
            );
        }
        self.repair().unwrap_or_default();
    }

    fn write(&mut self, batch: &Batch) -> io::Result<()> {
        self.repair()?;
        if self.state.len >= self.segment_bytes {
            let header = frame::header(&self.state.commit, &self.state.tree);
            self.storage.begin(self.state.commit.size, &header)?;
            self.state.len = header.len() as u64;
        }
        let (frames, next) = self.framed(batch);
        self.is_dirty = true;
        self.storage.append(&frames)?;
        self.storage.sync()?;
        let note = next.commit.note(self.key.public()).map_err(io::Error::other)?;
        self.storage.publish(note.to_string().as_bytes())?;
        self.state = next;
        self.is_dirty = false;
        Ok(())
    }

    /// Takes back what a group that failed may have left: its records are not in the log.
    fn repair(&mut self) -> io::Result<()> {
        if mem::take(&mut self.is_dirty) {
            self.is_dirty = true;
            self.storage.cut(self.state.len)?;
            self.is_dirty = false;
        }
        Ok(())
    }

    /// The frames of a group with the commit that signs it, and where the log stands after them.
    fn framed(&self, batch: &Batch) -> (Vec<u8>, State) {
        let mut next = self.state.clone();
        let mut frames = Vec::with_capacity(batch.bytes.len() + batch.records.len() * 37 + 1 + Commit::LEN);
        let mut rest = batch.bytes.as_slice();
        for (len, leaf) in &batch.records {
            let (record, after) = rest.split_at_checked(*len).unwrap_or((rest, &[]));
            rest = after;
            next.chain = Hash::of_record_link(&next.chain, leaf);
            next.tree.push(*leaf);
            frame::push_record(&mut frames, record, &next.chain);
        }
        let time = (self.clock)().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let time = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        next.commit = Commit::sign(time, next.tree.size(), next.tree.root(), next.chain, &self.key);
        next.chain = next.commit.link();
        frame::push_commit(&mut frames, &next.commit);
        next.len += frames.len() as u64;
        (frames, next)
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { origin, key, latency, queue_bytes, segment_bytes, clock: _ } = self;
        let mut shown = f.debug_struct("Options");
        shown.field("origin", origin).field("key", key).field("latency", latency);
        shown.field("queue_bytes", queue_bytes).field("segment_bytes", segment_bytes).finish_non_exhaustive()
    }
}
