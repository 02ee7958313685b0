//! State dicts: the tensors of a PyTorch file or of a pickle, found in place without building anything else.
//!
//! An interpreter that knows containers, plain data, tensors and arrays, and refuses everything else with the reason and the
//! place. It is exact where the walk of `pickle` is tolerant: what it returns is what a loader would get, or nothing.

mod array;
mod container;
mod dtype;
mod flatten;
mod gather;
mod machine;
mod opcode;
mod rebuild;

use std::{fmt, ops::Range};

pub(crate) use array::dtype as array_dtype;
pub use dtype::Dtype;

/// What a file holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// Its tensors, in the order of the file. Names of nested containers are joined by dots.
    pub tensors: Vec<Tensor>,
    /// What is no tensor: numbers, strings, settings.
    pub others: Vec<Other>,
}

/// A tensor: where its numbers lie and how they are laid out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tensor {
    /// Its name.
    pub name: String,
    /// The type of its elements.
    pub dtype: Dtype,
    /// The length of each side.
    pub shape: Vec<u64>,
    /// How many elements further the next one along each side lies.
    pub strides: Vec<u64>,
    /// The bytes of the file that it looks at: those of its storage from its first element on. Several tensors may share some.
    pub range: Range<usize>,
    /// Where the file describes it.
    pub at: usize,
}

/// Something beside the tensors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Other {
    /// Its name.
    pub name: String,
    /// What it is, such as `a number`.
    pub what: String,
    /// Where the file describes it.
    pub at: usize,
}

/// Why a file is not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Where in the file.
    pub at: usize,
    /// Why, in a clause such as `x.y is not a tensor`.
    pub what: String,
}

/// What reading may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The most opcodes, and the most values.
    pub values: usize,
    /// The most tensors and other leaves.
    pub leaves: usize,
    /// How deep containers may lie in one another.
    pub depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { values: 8 << 20, leaves: 1 << 20, depth: 64 }
    }
}

/// Reads a PyTorch archive, an old PyTorch file or a pickle.
pub fn read(bytes: &[u8], limits: Limits) -> Result<State, Refusal> {
    container::read(bytes, limits)
}

impl Refusal {
    fn new(at: usize, what: impl Into<String>) -> Self {
        Self { at, what: what.into() }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "byte {}: {}", self.at, self.what)
    }
}

impl Tensor {
    /// Number of elements.
    pub fn count(&self) -> u64 {
        self.shape.iter().product()
    }

    /// Length in bytes when its elements lie side by side.
    pub fn bytes(&self) -> u64 {
        self.count() * self.dtype.size()
    }
}

#[cfg(test)]
mod tests;
