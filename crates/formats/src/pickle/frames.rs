//! Frames: how much of a pickle a loader reads ahead. One loader of Python refuses frames that do not fit, another takes
//! them for hints; and no pickler writes any. Source: PEP 3154, `_Framer` of `pickle.py`.

use super::opcode;

/// Where the current frame ends, and what lay outside of frames.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frames {
    /// Where the current frame ends; the greatest offset if there is none.
    pub(super) end: usize,
    len: usize,
    /// Where the bytes begin that lie in no frame.
    loose: usize,
    /// Bytes of large constants among them, which belong there.
    large: usize,
}

impl Frames {
    /// For the pickle at `start`.
    pub(super) fn new(start: usize) -> Self {
        Self { end: usize::MAX, len: 0, loose: start, large: 0 }
    }

    /// The protocol was told; frames begin behind it.
    pub(super) fn protocol(&mut self, end: usize) {
        self.loose = end;
    }

    /// A constant of so many bytes: large ones are written outside of frames.
    pub(super) fn constant(&mut self, bytes: usize) {
        self.large += bytes;
    }

    /// A frame begins: its opcode lies at `offset`, its content at `at`. Returns what is wrong with it.
    pub(super) fn open(&mut self, offset: usize, at: usize, len: u64) -> Option<&'static str> {
        let within = self.end != usize::MAX;
        let loose = offset.saturating_sub(self.loose).saturating_sub(self.large);
        self.len = usize::try_from(len).unwrap_or(usize::MAX);
        self.end = at.saturating_add(self.len).min(usize::MAX - 1);
        match () {
            () if within => Some("a frame begins inside of another, and loaders differ in what they read there"),
            () if loose > SMALL => Some("a frame begins in the middle of the pickle, where no pickler writes one"),
            () => None,
        }
    }

    /// The opcode from `offset` to `at` reached the end of the frame. Returns what is wrong with it.
    pub(super) fn close(&mut self, bytes: &[u8], offset: usize, at: usize, stopped: bool) -> Option<&'static str> {
        let end = std::mem::replace(&mut self.end, usize::MAX);
        (self.loose, self.large) = (end, 0);
        let rest = bytes.get(at..).unwrap_or_default();
        match () {
            () if at > end && offset < end => {
                Some("a frame of the pickle cuts an opcode in two, and loaders differ in what they read there")
            }
            () if self.len < TARGET && !stopped && at == end && !is_large(rest) => {
                Some("a frame ends where no pickler ends one")
            }
            () => None,
        }
    }

    /// Raw bytes lie between opcodes: joblib ends the frame before, if there is one.
    pub(super) fn raw(&mut self, from: usize, to: usize) {
        if self.end <= from {
            self.end = usize::MAX;
        }
        (self.loose, self.large) = (to, 0);
    }
}

/// Whether a constant begins here that is written outside of frames.
fn is_large(rest: &[u8]) -> bool {
    rest.is_empty() || opcode::claimed(rest).is_some_and(|len| len >= TARGET as u64)
}

/// Picklers end a frame when it has grown to this size, and write constants of this size outside.
pub(super) const TARGET: usize = 1 << 16;
/// So few bytes are written without a frame around them.
const SMALL: usize = 3;
