//! Opens a log for writing: makes a new one, or goes on after the last commit and cuts off what a crash has left behind it.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
    time::SystemTime,
};

use palisade_base::reason;

use super::{
    Commit, Fault, Flaw, Layout, LogError, Options, Place, frame,
    layout::Segment,
    scan::{Event, Scan},
    storage::{self, Folder, begin_segment, replace},
    verify::read_checkpoint,
    writer::State,
};
use crate::{Hash, KeyFileError, PrivateKey, PublicKey, tree::Frontier};

/// Why a log cannot be opened for writing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// A file or folder cannot be made, read or changed.
    #[error("cannot open the log at `{}`: {}", path.display(), reason(source))]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another writer has it open.
    #[error("the log `{}` is open in another process", path.display())]
    Locked {
        /// The folder.
        path: PathBuf,
    },
    /// The folder can be written by others than its owner.
    #[error("the folder `{}` can be written by others (mode {mode:03o})", path.display())]
    Exposed {
        /// The folder.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// There is a log, and no key to go on with.
    #[error("the log has records and its key `{}` is gone", path.display())]
    NoKey {
        /// The file of the key.
        path: PathBuf,
    },
    /// The key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyFileError),
    /// It is not as it was signed, or cannot be read.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The writer's thread cannot be started.
    #[error("the writer's thread cannot be started: {}", reason(.0))]
    Thread(io::Error),
}

/// What opening found and did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recovery {
    /// The log was begun.
    pub is_new: bool,
    /// The number of records that were there.
    pub records: u64,
    /// What was cut off after the last commit: a group that no ticket had confirmed.
    pub cut: Option<Cut>,
}

/// Bytes after the last commit that were cut off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Where they began.
    pub place: Place,
    /// How many.
    pub bytes: u64,
    /// What was wrong with them.
    pub flaw: Flaw,
}

pub(super) struct Opened {
    pub(super) storage: Folder,
    pub(super) key: PrivateKey,
    pub(super) state: State,
    pub(super) recovery: Recovery,
}

pub(super) fn open(layout: Layout, options: &Options) -> Result<Opened, OpenError> {
    make_folders(&layout)?;
    let lock = lock(&layout)?;
    let segments = layout.segments().map_err(|error| io_error(&layout.segments_folder(), error))?;
    let has_checkpoint = layout.checkpoint().try_exists().map_err(|error| io_error(&layout.checkpoint(), error))?;
    let path = options.key.clone().unwrap_or_else(|| layout.key());
    let has_key = path.try_exists().map_err(|error| io_error(&path, error))?;
    if !has_key && (has_checkpoint || !segments.is_empty()) {
        return Err(OpenError::NoKey { path });
    }
    let (key, _) = PrivateKey::load_or_create(&path, &options.origin)?;
    let is_new = !has_checkpoint && is_untouched(&segments)?;
    let (state, path, cut) = if is_new { begin(&layout, &key, options)? } else { go_on(&layout, &key, segments)? };
    let recovery = Recovery { is_new, records: state.tree.size(), cut };
    let storage = Folder::open(layout, &path, lock).map_err(|error| io_error(&path, error))?;
    Ok(Opened { storage, key, state, recovery })
}

/// A log that never got beyond its first header: the process died while it was made.
fn is_untouched(segments: &[Segment]) -> Result<bool, OpenError> {
    Ok(match segments {
        [] => true,
        [only] if only.first == 0 => {
            let len = fs::metadata(&only.path).map_err(|error| io_error(&only.path, error))?.len();
            len <= frame::MAGIC.len() as u64 + Commit::LEN as u64
        }
        _ => false,
    })
}

fn begin(layout: &Layout, key: &PrivateKey, options: &Options) -> Result<(State, PathBuf, Option<Cut>), OpenError> {
    let (tree, chain) = (Frontier::default(), Hash::of_origin(key.public().name()));
    let time = (options.clock)().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let time = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    let commit = Commit::sign(time, 0, tree.root(), chain, key);
    let header = frame::header(&commit, &tree);
    let path = layout.segment(0).path;
    begin_segment(layout, 0, &header).map_err(|error| io_error(&path, error))?;
    publish(layout, &commit, key.public())?;
    storage::sync_folder(layout.folder()).map_err(|error| io_error(layout.folder(), error))?;
    Ok((State { tree, chain: commit.link(), commit, len: header.len() as u64 }, path, None))
}

/// Reads from the segment on in which the checkpoint was made, and cuts what follows the last commit.
fn go_on(
    layout: &Layout,
    key: &PrivateKey,
    mut segments: Vec<Segment>,
) -> Result<(State, PathBuf, Option<Cut>), OpenError> {
    let public = key.public();
    let checkpoint = read_checkpoint(layout, public)?;
    let start = segments.iter().rposition(|segment| segment.first <= checkpoint.size).unwrap_or_default();
    let mut scan = Scan::new(segments.split_off(start), public, checkpoint.size);
    let mut is_there = false;
    let mut matches = |scan: &Scan<'_>| {
        let last = scan.last().map(|last| &last.commit);
        is_there |= last.is_some_and(|commit| commit.checkpoint(public.name()) == checkpoint);
        is_there
    };
    let fault = loop {
        match scan.next() {
            Ok(Event::End) => break None,
            Ok(_) => matches(&scan),
            Err(LogError::Tampered(fault)) => break Some(fault),
            Err(error) => return Err(error.into()),
        };
    };
    let is_there = matches(&scan);
    // Only what follows the newest checkpoint can be left over from a crash.
    let fault = match fault {
        Some(fault) if !is_there || !scan.is_tail(&fault) => return Err(LogError::Tampered(fault).into()),
        fault => fault,
    };
    let Some(last) = scan.last().filter(|_| is_there).cloned() else {
        return Err(missing(layout, &scan, checkpoint.size).into());
    };
    let cut = fault.map(|fault| cut(&last.after, *fault)).transpose()?;
    let (tree, chain) = if cut.is_some() { restored(&last.after, &last.commit, public)? } else { scan_state(&scan) };
    // What was read may not be on the disk yet, and the checkpoint must not be there before it.
    settle(layout, &last.after.path).map_err(|error| io_error(&last.after.path, error))?;
    publish(layout, &last.commit, public)?;
    let state = State { tree, chain, commit: last.commit, len: last.after.byte };
    Ok((state, last.after.path, cut))
}

fn settle(layout: &Layout, segment: &Path) -> io::Result<()> {
    OpenOptions::new().append(true).open(segment)?.sync_all()?;
    storage::sync_folder(&layout.segments_folder())
}

fn scan_state(scan: &Scan<'_>) -> (Frontier, Hash) {
    let (tree, chain) = scan.state();
    (tree.clone(), chain)
}

/// The tree and the chain of a segment that was cut after its last commit.
fn restored(after: &Place, commit: &Commit, key: &PublicKey) -> Result<(Frontier, Hash), OpenError> {
    let first = after.path.file_stem().and_then(|name| name.to_str()?.parse().ok()).unwrap_or_default();
    let mut scan = Scan::new(vec![Segment { path: after.path.clone(), first }], key, commit.size);
    while !matches!(scan.next()?, Event::End) {}
    Ok(scan_state(&scan))
}

fn missing(layout: &Layout, scan: &Scan<'_>, expected: u64) -> LogError {
    let found = scan.last().map_or(0, |last| last.commit.size);
    let nowhere = Place { path: layout.checkpoint(), record: found, byte: 0 };
    let place = scan.last().map_or(nowhere, |last| last.after.clone());
    let flaw = if found < expected { Flaw::Missing { expected, found } } else { Flaw::Fork { size: expected } };
    LogError::fault(place, flaw)
}

fn cut(after: &Place, fault: Fault) -> Result<Cut, OpenError> {
    let cut = || {
        let file = OpenOptions::new().write(true).open(&after.path)?;
        let len = file.metadata()?.len();
        file.set_len(after.byte)?;
        file.sync_all()?;
        Ok(len.saturating_sub(after.byte))
    };
    let bytes = cut().map_err(|error| io_error(&after.path, error))?;
    Ok(Cut { place: after.clone(), bytes, flaw: fault.flaw })
}

fn publish(layout: &Layout, commit: &Commit, key: &PublicKey) -> Result<(), OpenError> {
    let path = layout.checkpoint();
    let note = commit.note(key).map_err(|error| io_error(&path, io::Error::other(error)))?;
    replace(&path, note.to_string().as_bytes()).map_err(|error| io_error(&path, error))
}

/// Made for the owner alone. A folder that was there may be readable by others, who then read the log, and not writable.
fn make_folders(layout: &Layout) -> Result<(), OpenError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    for folder in [layout.folder(), &layout.segments_folder()] {
        builder.create(folder).map_err(|error| io_error(folder, error))?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let metadata = fs::metadata(folder).map_err(|error| io_error(folder, error))?;
            let mode = metadata.permissions().mode() & 0o777;
            if mode & 0o022 != 0 {
                return Err(OpenError::Exposed { path: folder.to_owned(), mode });
            }
        }
    }
    Ok(())
}

fn lock(layout: &Layout) -> Result<File, OpenError> {
    let path = layout.lock();
    let file = OpenOptions::new().create(true).append(true).open(&path).map_err(|error| io_error(&path, error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::Locked { path: layout.folder().to_owned() }),
        Err(TryLockError::Error(error)) => Err(io_error(&path, error)),
    }
}

fn io_error(path: &Path, source: io::Error) -> OpenError {
    OpenError::Io { path: path.to_owned(), source }
}
