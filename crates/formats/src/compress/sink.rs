//! Collects unpacked bytes up to a limit.

use std::io::Read;

use super::Stop;

/// Where unpacked bytes go.
#[derive(Debug)]
pub(crate) struct Sink {
    bytes: Vec<u8>,
    limit: usize,
    /// How many came.
    len: usize,
    /// Whether they are kept, or only counted.
    keep: bool,
}

impl Sink {
    pub(crate) fn new(limit: usize) -> Self {
        Self { bytes: Vec::new(), limit, len: 0, keep: true }
    }

    /// One that only counts.
    pub(super) fn counting(limit: usize) -> Self {
        Self { keep: false, ..Self::new(limit) }
    }

    /// An empty one for as many bytes as still fit into this one.
    pub(crate) fn fresh(&self) -> Self {
        Self::new(self.limit - self.len)
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// What came since there were `from` bytes, if it was kept.
    pub(crate) fn since(&self, from: usize) -> Option<&[u8]> {
        self.bytes.get(from..).filter(|_| self.keep)
    }

    /// Takes bytes; stops at the first one over the limit.
    pub(crate) fn take(&mut self, bytes: &[u8]) -> Result<(), Stop> {
        let room = self.limit - self.len;
        let taken = bytes.get(..room).unwrap_or(bytes);
        self.len += taken.len();
        if self.keep {
            self.bytes.extend_from_slice(taken);
        }
        if bytes.len() > room { Err(Stop::Full) } else { Ok(()) }
    }

    /// A buffer for one step of a decoder: no larger than what may still come.
    pub(crate) fn chunk(&self) -> Vec<u8> {
        vec![0; (self.limit - self.len).saturating_add(1).min(CHUNK)]
    }

    /// Takes all that a reader gives.
    pub(crate) fn pull(&mut self, reader: &mut impl Read) -> Result<(), Stop> {
        let mut chunk = self.chunk();
        loop {
            match reader.read(&mut chunk) {
                Ok(0) => return Ok(()),
                Ok(len) => self.take(chunk.get(..len).unwrap_or_default())?,
                Err(_) => return Err(Stop::Broken),
            }
        }
    }
}

const CHUNK: usize = 32 << 10;
