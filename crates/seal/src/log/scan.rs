//! Reads a log from a segment on, frame by frame in bounded memory, and checks everything that can be checked on the way.

use std::{
    fs::File,
    io::{self, BufReader, Read, Seek, SeekFrom},
    path::PathBuf,
    vec,
};

use super::{
    Commit, Fault, Flaw, LogError, Place,
    frame::{COMMIT, MAGIC, RECORD},
    layout::Segment,
};
use crate::{Hash, PublicKey, tree::Frontier};

/// A walk over the frames of a log.
pub(crate) struct Scan<'k> {
    key: &'k PublicKey,
    /// Signatures are checked of commits of at least this size. Those before are covered by the chain that a later one signs.
    checked_from: u64,
    segments: vec::IntoIter<Segment>,
    file: Option<(Segment, Counted<'k>)>,
    tree: Frontier,
    chain: Hash,
    last: Option<Last>,
    record: Vec<u8>,
}

/// The last commit that holds.
#[derive(Clone, Debug)]
pub(crate) struct Last {
    pub(crate) commit: Commit,
    /// The first record that it signs and no commit before it.
    first: u64,
    /// Where its frame begins; 0 if it stands in the header.
    begins: u64,
    /// Where the next frame begins.
    pub(crate) after: Place,
}

/// What was found at the next place.
#[derive(Debug)]
pub(crate) enum Event<'s> {
    /// A record with its leaf, after the commit before it and not yet signed.
    Record { number: u64, leaf: Hash, chain: Hash, bytes: &'s [u8] },
    /// A commit that fits the records before it.
    Commit(Commit),
    /// The end of the last segment.
    End,
}

impl<'k> Scan<'k> {
    /// A walk over these segments, which are sorted. The first need not be that of the log: then its header must be signed.
    pub(crate) fn new(segments: Vec<Segment>, key: &'k PublicKey, checked_from: u64) -> Self {
        Self {
            key,
            checked_from,
            segments: segments.into_iter(),
            file: None,
            tree: Frontier::default(),
            chain: Hash::of_origin(key.name()),
            last: None,
            record: Vec::new(),
        }
    }

    /// The last commit that holds.
    pub(crate) fn last(&self) -> Option<&Last> {
        self.last.as_ref()
    }

    /// The tree and the chain after the last frame.
    pub(crate) fn state(&self) -> (&Frontier, Hash) {
        (&self.tree, self.chain)
    }

    /// Whether a fault lies after the last commit of the log, where a crash may leave anything. Headers are written whole or not
    /// at all, so that a fault in one is never left over from a crash. Nor is one before a commit that the key has signed: the
    /// writer signs nothing more before what it signed is on the disk.
    pub(crate) fn is_tail(&self, fault: &Fault) -> bool {
        let last = self.last.as_ref().filter(|last| last.after.path == fault.place.path);
        self.segments.len() == 0 && last.is_some_and(|last| self.signed_after(last).is_ok_and(|signed| !signed))
    }

    /// Whether a signed commit lies anywhere in what follows the last one that holds. A pass over the rest of the segment in
    /// bounded memory; few places are asked for a signature, since a size must fit the bytes before it.
    fn signed_after(&self, last: &Last) -> io::Result<bool> {
        let mut file = File::open(&last.after.path)?;
        file.seek(SeekFrom::Start(last.after.byte))?;
        let (mut window, mut chunk, mut read) = (Vec::new(), vec![0; BUFFER], 0_u64);
        loop {
            let len = file.read(&mut chunk)?;
            if len == 0 {
                return Ok(false);
            }
            read += len as u64;
            window.extend_from_slice(chunk.get(..len).unwrap_or_default());
            let most = last.commit.size.saturating_add(read);
            let signed = |frame: &[u8]| {
                let bytes = frame.split_first().filter(|(mark, _)| **mark == COMMIT);
                let commit = bytes.and_then(|(_, commit)| Commit::from_bytes(commit.try_into().ok()?));
                let later = commit.filter(|commit| commit.size > last.commit.size && commit.size <= most);
                later.is_some_and(|commit| commit.is_signed_by(self.key))
            };
            if window.windows(1 + Commit::LEN).any(signed) {
                return Ok(true);
            }
            window.drain(..window.len().saturating_sub(Commit::LEN));
        }
    }

    /// The next frame.
    pub(crate) fn next(&mut self) -> Result<Event<'_>, LogError> {
        loop {
            let Some((segment, mut file)) = self.file.take() else {
                let Some(segment) = self.segments.next() else {
                    return Ok(Event::End);
                };
                let file = File::open(&segment.path).map_err(|error| LogError::io(&segment.path, error))?;
                self.file = Some(self.begin(segment, Counted::new(file))?);
                continue;
            };
            let place = Place { path: segment.path.clone(), record: self.tree.size(), byte: file.read };
            let mut mark = [0];
            let len = file.fill(&mut mark).map_err(|error| LogError::io(&segment.path, error))?;
            match mark {
                _ if len == 0 => {
                    let signed = self.last.as_ref().map_or(0, |last| last.commit.size);
                    if self.tree.size() > signed {
                        let place = self.last.as_ref().map_or(place, |last| last.after.clone());
                        return Err(LogError::fault(place, Flaw::Uncommitted));
                    }
                }
                [RECORD] => {
                    let leaf = self.record(&mut file, place)?;
                    self.file = Some((segment, file));
                    let number = self.tree.size().saturating_sub(1);
                    return Ok(Event::Record { number, leaf, chain: self.chain, bytes: &self.record });
                }
                [COMMIT] => {
                    let commit = self.commit(&mut file, place)?;
                    self.file = Some((segment, file));
                    return Ok(Event::Commit(commit));
                }
                _ => return Err(LogError::fault(place, Flaw::Mark)),
            }
        }
    }

    /// Reads the header, which repeats where the log stands.
    fn begin(&mut self, segment: Segment, mut file: Counted<'k>) -> Result<(Segment, Counted<'k>), LogError> {
        let place = Place { path: segment.path.clone(), record: segment.first, byte: 0 };
        let fault = |flaw| LogError::fault(place.clone(), flaw);
        let io = |error| LogError::io(&segment.path, error);
        let mut fixed = [0; MAGIC.len() + Commit::LEN];
        if file.fill(&mut fixed).map_err(io)? < fixed.len() {
            return Err(fault(Flaw::Truncated { what: "the header" }));
        }
        let commit = fixed.split_first_chunk().filter(|(magic, _): &(&[u8; 16], _)| *magic == MAGIC);
        let commit = commit.and_then(|(_, rest)| Commit::from_bytes(rest.try_into().ok()?));
        let commit = commit.filter(|commit| commit.size == segment.first).ok_or_else(|| fault(Flaw::Header))?;
        let mut roots = Vec::new();
        for _ in 0..commit.size.count_ones() {
            let mut root = [0; Hash::LEN];
            if file.fill(&mut root).map_err(io)? < root.len() {
                return Err(fault(Flaw::Truncated { what: "the header" }));
            }
            roots.push(Hash(root));
        }
        let tree = Frontier::from_parts(commit.size, roots).ok_or_else(|| fault(Flaw::Header))?;
        let follows = match &self.last {
            Some(Last { commit: last, .. }) => *last == commit && self.tree == tree,
            // The first that is read: of the log, or one that must speak for all before it.
            None if commit.size == 0 => commit.chain == self.chain && commit.root == tree.root(),
            None => commit.root == tree.root() && commit.is_signed_by(self.key),
        };
        if !follows {
            return Err(fault(Flaw::Header));
        }
        if self.last.is_none() && commit.size >= self.checked_from && !commit.is_signed_by(self.key) {
            return Err(fault(Flaw::Header));
        }
        (self.tree, self.chain) = (tree, commit.link());
        self.last = Some(Last { commit, first: commit.size, begins: 0, after: Place { byte: file.read, ..place } });
        Ok((segment, file))
    }

    fn record(&mut self, file: &mut Counted<'_>, place: Place) -> Result<Hash, LogError> {
        let io = |error| LogError::io(&place.path, error);
        let mut len = [0; 4];
        let is_whole = file.fill(&mut len).map_err(io)? == len.len();
        let len = u32::from_le_bytes(len);
        if is_whole && len > LONGEST_RECORD {
            return Err(LogError::fault(place, Flaw::Length));
        }
        self.record.clear();
        let mut stored = [0; Hash::LEN];
        let is_whole = is_whole
            && file.take(u64::from(len), &mut self.record).map_err(io)?
            && file.fill(&mut stored).map_err(io)? == stored.len();
        if !is_whole {
            return Err(LogError::fault(place, Flaw::Truncated { what: "a record" }));
        }
        let leaf = Hash::of_leaf(&self.record);
        let chain = Hash::of_record_link(&self.chain, &leaf);
        if chain.0 != stored {
            // Right after a commit it may be the commit that was changed, in what only its signature covers.
            let changed = self.last.as_ref().filter(|last| last.after == place && !last.commit.is_signed_by(self.key));
            if let Some(last) = changed {
                return Err(last.unsigned());
            }
            return Err(LogError::fault(place, Flaw::Chain));
        }
        self.chain = chain;
        self.tree.push(leaf);
        Ok(leaf)
    }

    fn commit(&mut self, file: &mut Counted<'_>, place: Place) -> Result<Commit, LogError> {
        let mut bytes = [0; Commit::LEN];
        if file.fill(&mut bytes).map_err(|error| LogError::io(&place.path, error))? < bytes.len() {
            return Err(LogError::fault(place, Flaw::Truncated { what: "a commit" }));
        }
        let before = self.last.as_ref().map_or(0, |last| last.commit.size);
        let fits = |commit: &Commit| {
            commit.size == self.tree.size()
                && commit.size > before
                && commit.chain == self.chain
                && commit.root == self.tree.root()
        };
        let Some(commit) = Commit::from_bytes(&bytes).filter(fits) else {
            return Err(LogError::fault(place, Flaw::Commit));
        };
        let after = Place { byte: file.read, record: commit.size, path: place.path };
        let last = Last { commit, first: before, begins: place.byte, after };
        if commit.size >= self.checked_from && !commit.is_signed_by(self.key) {
            return Err(last.unsigned());
        }
        self.chain = commit.link();
        self.last = Some(last);
        Ok(commit)
    }
}

impl Last {
    /// The fault of a commit whose signature is wrong.
    fn unsigned(&self) -> LogError {
        let Self { commit, first, begins, after } = self;
        let place = Place { path: after.path.clone(), record: *first, byte: *begins };
        let last = commit.size.saturating_sub(1);
        LogError::fault(place, if *begins == 0 { Flaw::Header } else { Flaw::Signature { first: *first, last } })
    }
}

/// Reads the bytes of one segment alone, and counts the records in it that hold. For tests of the reader.
pub fn parse_segment<'k>(bytes: &'k [u8], first: u64, key: &'k PublicKey) -> Result<u64, LogError> {
    let mut scan = Scan::new(Vec::new(), key, 0);
    let segment = Segment { path: PathBuf::from("segment"), first };
    scan.file = Some(scan.begin(segment, Counted::new(bytes))?);
    while !matches!(scan.next()?, Event::End) {}
    Ok(scan.tree.size().saturating_sub(first))
}

/// A file, and how many bytes of it were read.
struct Counted<'k> {
    file: BufReader<Box<dyn Read + 'k>>,
    read: u64,
}

impl<'k> Counted<'k> {
    fn new(file: impl Read + 'k) -> Self {
        Self { file: BufReader::with_capacity(BUFFER, Box::new(file)), read: 0 }
    }

    /// Reads as much as fits; less than that means that the file has ended.
    fn fill(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.file.read(rest) {
                Ok(0) => break,
                Ok(len) => filled += len,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.read += filled as u64;
        Ok(filled)
    }

    /// Appends `len` bytes, and says whether there were as many. Memory grows with what is there, not with what is announced.
    fn take(&mut self, len: u64, bytes: &mut Vec<u8>) -> io::Result<bool> {
        let read = Read::take(&mut self.file, len).read_to_end(bytes)? as u64;
        self.read += read;
        Ok(read == len)
    }
}

/// Bytes of the longest record that is written or read.
pub(crate) const LONGEST_RECORD: u32 = 16 << 20;
const BUFFER: usize = 256 << 10;
