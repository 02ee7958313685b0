//! The header of safetensors files, read as strictly as the format is specified: no overlap, no hole, nothing behind.
//! Source: the format description in huggingface/safetensors, and what its reader refuses.

mod entries;
mod layout;

#[cfg(test)]
mod tests;

use std::ops::Range;

use crate::cursor::Cursor;

/// The tensors of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// Tensors, ordered by offset.
    pub tensors: Vec<Tensor>,
    /// The texts of `__metadata__`.
    pub metadata: Vec<Text>,
    /// What the specification forbids.
    pub flaws: Vec<Flaw>,
    /// Parts of the file that belong to no tensor: no loader looks at them, and anything can be put there.
    pub spare: Vec<Range<u64>>,
    /// How many bytes are missing at the end of a file whose header is sound.
    pub missing: u64,
    /// Element types that are not known here, so that the lengths of their tensors could not be checked.
    pub unknown: Vec<String>,
}

/// One tensor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tensor {
    /// Its name.
    pub name: String,
    /// Its element type, such as `F32`.
    pub dtype: String,
    /// The length of each side.
    pub shape: Vec<u64>,
    /// Its bytes in the file.
    pub range: Range<u64>,
    /// Where the header describes it.
    pub at: usize,
}

/// One text of `__metadata__`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// The key.
    pub key: String,
    /// The value, unescaped.
    pub text: String,
    /// Where it is written, quotes included.
    pub range: Range<usize>,
}

/// Something that the specification forbids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// Where in the file it is written.
    pub at: u64,
    /// What is wrong, one clause.
    pub what: String,
}

/// Why there is no header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The file ends before its header does, and all of it up to there could be one.
    #[error("it ends in the middle of its header")]
    Cut,
    /// No writer makes such a header.
    #[error("{0}")]
    Broken(&'static str),
    /// Only the beginning of the file is at hand, and the header is longer.
    #[error("its header is longer than the part that was read")]
    Unread,
    /// This is something else.
    #[error("it does not begin like safetensors")]
    Foreign,
}

/// Whether a file starts like safetensors: a length and a JSON object, even if one of the two is wrong.
pub fn looks_like(head: &[u8]) -> bool {
    let mut cursor = Cursor::new(head, 0);
    let Some(size) = cursor.u64() else { return false };
    match cursor.rest() {
        [b'{' | b'[' | b'"' | b' ' | b'\t' | b'\r' | b'\n', ..] if (2..=MAX_HEADER).contains(&size) => true,
        // The length is no length, and what follows is the header of a tensor all the same.
        [b'{', b'"', ..] => size > MAX_HEADER && !head.iter().take(8).all(|byte| (b' '..0x7f).contains(byte)),
        _ => false,
    }
}

/// Reads the header from the head of a file of `len` bytes. An error says why there is none.
pub fn parse(head: &[u8], len: u64) -> Result<Header, Failure> {
    let mut cursor = Cursor::new(head, 0);
    let size = cursor.u64().ok_or(Failure::Foreign)?;
    let rest = cursor.rest();
    if !rest.first().is_none_or(|byte| matches!(byte, b'{' | b'[' | b'"' | b' ' | b'\t' | b'\r' | b'\n')) {
        return Err(Failure::Foreign);
    }
    if size > MAX_HEADER {
        return Err(Failure::Broken("its header is longer than the format allows"));
    }
    if rest.first().is_some_and(|byte| *byte != b'{') {
        return Err(Failure::Broken("its header does not begin with a brace"));
    }
    let Some(json) = cursor.take_long(size) else {
        if 8 + size <= len {
            return Err(Failure::Unread);
        }
        return Err(if entries::may_go_on(rest) { Failure::Cut } else { Failure::Broken(LYING_LENGTH) });
    };
    let mut header = entries::read(json, 8)?;
    layout::check(&mut header, 8 + size, len);
    Ok(header)
}

impl Header {
    /// How many numbers the tensors hold together.
    pub fn parameters(&self) -> u64 {
        let count = |tensor: &Tensor| tensor.shape.iter().try_fold(1u64, |count, side| count.checked_mul(*side));
        self.tensors.iter().filter_map(count).fold(0, u64::saturating_add)
    }

    fn flaw(&mut self, at: usize, what: String) {
        if self.flaws.len() < FLAWS {
            self.flaws.push(Flaw { at: at as u64, what });
        }
    }
}

/// The longest header that the reference implementation accepts.
const MAX_HEADER: u64 = 100_000_000;
const FLAWS: usize = 20;
const LYING_LENGTH: &str = "the length of its header reaches past the end of the file, and the header does not";
