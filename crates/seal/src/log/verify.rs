//! Checks a whole log against its newest checkpoint, and against an older one that somebody kept.

use std::{
    fs::File,
    io::{self, Read},
};

use super::{
    Flaw, Layout, LogError, Place,
    scan::{Event, Scan},
};
use crate::{Checkpoint, Note, NoteError, PublicKey};

/// What was checked of a log that is as it was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The state that the last commit signs.
    pub checkpoint: Checkpoint,
    /// Commits, each the signed state of a log that this one goes on from.
    pub commits: u64,
    /// Segments.
    pub segments: u64,
    /// Bytes of records.
    pub bytes: u64,
    /// The time of the first and the last commit, in milliseconds since 1970.
    pub times: Option<(u64, u64)>,
    /// Commits that are earlier than the one before them: the writer's clock was set back.
    pub steps_back: u64,
    /// What follows the last commit.
    pub unfinished: Option<Unfinished>,
}

/// Bytes after the last commit: a group that is being written, or that a crash cut short. No signature covers them, so they are
/// no part of the log, whoever put them there. The next start of the writer cuts them off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfinished {
    /// Where they begin.
    pub place: Place,
    /// How many.
    pub bytes: u64,
}

/// Checks every byte of the log with the public key alone. `since` is a checkpoint that was kept elsewhere: the log must go on
/// from it. The first bad place is a [`LogError::Tampered`].
///
/// Whoever can write every file of the log can put back all of it to an earlier state that was signed. Only a checkpoint that
/// was kept elsewhere shows that.
pub fn verify(layout: &Layout, key: &PublicKey, since: Option<&Checkpoint>) -> Result<Verified, LogError> {
    let checkpoint = read_checkpoint(layout, key)?;
    // One signature covers all before it: the chain is part of what is signed.
    match walk(layout, key, &checkpoint, since, checkpoint.size) {
        // The first place that is not as it was: with every signature checked, it can only lie earlier.
        Err(LogError::Tampered(fault)) => match walk(layout, key, &checkpoint, since, 0) {
            Ok(_) => Err(LogError::Tampered(fault)),
            Err(error) => Err(error),
        },
        other => other,
    }
}

/// The newest checkpoint of a log, checked with its key.
pub(crate) fn read_checkpoint(layout: &Layout, key: &PublicKey) -> Result<Checkpoint, LogError> {
    let path = layout.checkpoint();
    let place = || Place { path: path.clone(), record: 0, byte: 0 };
    let mut bytes = Vec::new();
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let segments = layout.segments().map_err(|error| LogError::io(layout.folder(), error))?;
            return Err(if segments.is_empty() {
                LogError::None { path: layout.folder().to_owned() }
            } else {
                LogError::fault(place(), Flaw::NoCheckpoint)
            });
        }
        Err(error) => return Err(LogError::io(&path, error)),
    };
    file.take(Note::LONGEST as u64 + 1).read_to_end(&mut bytes).map_err(|error| LogError::io(&path, error))?;
    let checkpoint =
        Checkpoint::open(&bytes, key).map_err(|error| LogError::fault(place(), Flaw::Checkpoint(error)))?;
    // Ours holds no signature but that of the log, and is written in one way.
    let note = Note::parse(&bytes).map(|note| note.to_string());
    if note.is_ok_and(|note| note.as_bytes() == bytes) {
        Ok(checkpoint)
    } else {
        Err(LogError::fault(place(), Flaw::Checkpoint(NoteError::Text.into())))
    }
}

fn walk(
    layout: &Layout,
    key: &PublicKey,
    checkpoint: &Checkpoint,
    since: Option<&Checkpoint>,
    checked_from: u64,
) -> Result<Verified, LogError> {
    let segments = layout.segments().map_err(|error| LogError::io(&layout.segments_folder(), error))?;
    let nowhere = Place { path: layout.segments_folder(), record: 0, byte: 0 };
    if segments.first().is_none_or(|segment| segment.first != 0) {
        return Err(LogError::fault(nowhere, Flaw::Missing { expected: checkpoint.size, found: 0 }));
    }
    let mut verified = Verified {
        checkpoint: checkpoint.clone(),
        commits: 0,
        segments: segments.len() as u64,
        bytes: 0,
        times: None,
        steps_back: 0,
        unfinished: None,
    };
    let mut scan = Scan::new(segments, key, checked_from);
    let mut marks: Vec<&Checkpoint> = [Some(checkpoint), since].into_iter().flatten().collect();
    // A log without records has its one commit in the header.
    let mut is_header = true;
    let unfinished = loop {
        match scan.next() {
            Ok(Event::Record { bytes, .. }) => verified.bytes += bytes.len() as u64,
            Ok(Event::Commit(commit)) => {
                verified.commits += 1;
                let (first, last) = verified.times.unwrap_or((commit.time, commit.time));
                verified.steps_back += u64::from(commit.time < last);
                verified.times = Some((first, commit.time));
            }
            Ok(Event::End) => break None,
            Err(LogError::Tampered(fault)) => break Some(fault),
            Err(error) => return Err(error),
        }
        is_header = is_header && scan.last().is_some_and(|last| last.commit.size == 0);
        check(&scan, &mut marks, key)?;
    };
    if is_header {
        check(&scan, &mut marks, key)?;
    }
    let last = scan.last();
    let found = last.map_or(0, |last| last.commit.size);
    let place = last.map_or(nowhere, |last| last.after.clone());
    match (marks.first(), unfinished) {
        (mark, Some(fault)) if mark.is_some() || !scan.is_tail(&fault) => return Err(LogError::Tampered(fault)),
        (Some(mark), None) => {
            return Err(LogError::fault(place, Flaw::Missing { expected: mark.size, found }));
        }
        (_, Some(_)) => {
            let len = std::fs::metadata(&place.path).map_err(|error| LogError::io(&place.path, error))?.len();
            verified.unfinished = Some(Unfinished { bytes: len.saturating_sub(place.byte), place });
        }
        (None, None) => {}
    }
    if let Some(last) = last {
        verified.checkpoint = last.commit.checkpoint(key.name());
    }
    Ok(verified)
}

/// Crosses out the checkpoints that the log has come to, and refuses one that it has passed otherwise.
fn check(scan: &Scan<'_>, marks: &mut Vec<&Checkpoint>, key: &PublicKey) -> Result<(), LogError> {
    let Some(last) = scan.last().filter(|_| !marks.is_empty()) else {
        return Ok(());
    };
    for mark in marks.iter().filter(|mark| mark.size <= last.commit.size) {
        if last.commit.checkpoint(key.name()) != **mark {
            return Err(LogError::fault(last.after.clone(), Flaw::Fork { size: mark.size }));
        }
    }
    marks.retain(|mark| mark.size > last.commit.size);
    Ok(())
}
