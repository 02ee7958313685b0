//! The numbers of a model or an array, where they lie and what they are.

use std::ops::Range;

use palisade_base::{Artifact, Evidence};

/// The numbers of one file or member.
#[derive(Debug)]
pub struct Numbers<'a> {
    /// The file or member.
    pub artifact: &'a Artifact,
    /// Its content.
    pub bytes: &'a [u8],
    /// Its tensors; ranges that reach out of the content are cut.
    pub tensors: Vec<Tensor>,
    /// Whether they are the weights of a model, rather than data that may hold any number.
    pub weights: bool,
    /// How many numbers the file says that it has.
    pub claimed: Option<u64>,
    /// Whether all bytes are looked at, and not only samples.
    pub full: bool,
}

/// One tensor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tensor {
    /// Its name.
    pub name: String,
    /// What its elements are.
    pub kind: Number,
    /// How many elements it has.
    pub count: u64,
    /// Its bytes in the content.
    pub range: Range<usize>,
}

/// A sort of numbers, lowest byte first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Number {
    /// Sixty-four bit floats.
    F64,
    /// Thirty-two bit floats.
    F32,
    /// Sixteen bit floats.
    F16,
    /// Sixteen bit floats with the exponent of thirty-two.
    Bf16,
    /// Anything else: whole numbers, blocks, floats with the highest byte first.
    Other,
}

impl Number {
    /// Bytes of an element, where that is a fixed number.
    pub(crate) fn size(self) -> Option<usize> {
        match self {
            Self::F64 => Some(8),
            Self::F32 => Some(4),
            Self::F16 | Self::Bf16 => Some(2),
            Self::Other => None,
        }
    }
}

impl Numbers<'_> {
    /// The bytes of a tensor.
    pub(crate) fn bytes_of(&self, tensor: &Tensor) -> &[u8] {
        let end = tensor.range.end.min(self.bytes.len());
        self.bytes.get(tensor.range.start.min(end)..end).unwrap_or_default()
    }

    /// Evidence at an offset of the content.
    pub fn evidence(&self, offset: usize, label: impl Into<String>) -> Evidence {
        Evidence::bytes(self.artifact, self.bytes, offset..offset.saturating_add(8), label.into())
    }
}
