//! GGUF: the metadata of a model, and whether its tensors lie inside the file, one behind the other, as loaders read them.
//! Source: `docs/gguf.md` and the reader of ggml.

mod layout;
mod reader;
mod types;
mod value;

#[cfg(test)]
mod tests;

use std::{collections::HashSet, ops::Range};

use reader::Reader;
pub use types::Element;

/// What a file says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// Format version.
    pub version: u32,
    /// Whether numbers have their highest byte first.
    pub big_endian: bool,
    /// The strings behind keys and in lists, vocabularies left out.
    pub strings: Vec<Text>,
    /// Whole numbers behind keys.
    pub numbers: Vec<(String, u64)>,
    /// Tensors, ordered by offset.
    pub tensors: Vec<Tensor>,
    /// Where the tensor data begins and ends; `None` if the header could not be read to its end.
    pub data: Option<Range<u64>>,
    /// Parts of the tensor data that belong to no tensor, and what follows them.
    pub spare: Vec<Range<u64>>,
    /// How many bytes are missing at the end of a file whose header is sound.
    pub missing: u64,
    /// What the format forbids.
    pub flaws: Vec<Flaw>,
}

/// A string value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// The key.
    pub key: String,
    /// The bytes of the value in the file.
    pub range: Range<usize>,
}

/// One tensor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tensor {
    /// Its name.
    pub name: String,
    /// The length of each side, the fastest first.
    pub shape: Vec<u64>,
    /// What its elements are.
    pub element: Element,
    /// Its bytes in the file.
    pub range: Range<u64>,
    /// Where the header describes it.
    pub at: usize,
}

/// Something that the format forbids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// Where in the file.
    pub at: u64,
    /// What is wrong, one clause.
    pub what: String,
}

/// What reading may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The most keys, and the most tensors.
    pub entries: u64,
    /// How deep arrays may lie in arrays.
    pub depth: usize,
    /// The most strings that are kept.
    pub strings: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { entries: 200_000, depth: 4, strings: 10_000 }
    }
}

/// Why reading stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The file ends early, and could be sound up to there.
    #[error("it ends in the middle of its metadata")]
    Cut,
    /// No writer makes such a file.
    #[error("{0}")]
    Broken(&'static str),
}

/// Reads the metadata from the head of a file of `len` bytes. What was read before an error is kept in the result.
pub fn parse(head: &[u8], len: u64, limits: Limits) -> (Metadata, Result<(), Failure>) {
    let mut metadata = Metadata::default();
    let outcome = read(head, len, limits, &mut metadata);
    (metadata, outcome)
}

impl Metadata {
    /// How many numbers the tensors hold together.
    pub fn parameters(&self) -> u64 {
        self.tensors.iter().filter_map(|tensor| count(&tensor.shape)).fold(0, u64::saturating_add)
    }

    /// A whole number behind a key.
    pub fn number(&self, key: &str) -> Option<u64> {
        self.numbers.iter().find(|(known, _)| known == key).map(|(_, number)| *number)
    }

    fn flaw(&mut self, at: usize, what: String) {
        if self.flaws.len() < FLAWS {
            self.flaws.push(Flaw { at: at as u64, what });
        }
    }
}

fn read(head: &[u8], len: u64, limits: Limits, metadata: &mut Metadata) -> Result<(), Failure> {
    let mut reader = Reader::open(head)?;
    metadata.version = reader.version;
    metadata.big_endian = reader.big;
    let tensors = reader.length()?;
    let keys = reader.length()?;
    if keys > limits.entries || tensors > limits.entries {
        return Err(Failure::Broken("it claims more entries than any model has"));
    }
    let mut alignment = 32;
    let mut seen = HashSet::new();
    for _ in 0..keys {
        let at = reader.at();
        let key = reader.name()?;
        if key.is_empty() || key.len() > KEY || key.chars().any(char::is_control) {
            metadata.flaw(at, "a key is empty, too long or no text".to_owned());
        }
        let kind = reader.u32()?;
        let number = value::read(&mut reader, &key, kind, limits, metadata)?;
        if let Some(number) = number {
            if key == "general.alignment" {
                alignment = number;
            }
            metadata.numbers.push((key.clone(), number));
        }
        if !seen.insert(key.clone()) {
            metadata.flaw(at, format!("the key `{}` is there twice", shown(&key)));
        }
    }
    if !alignment.is_power_of_two() || alignment > 1 << 20 {
        return Err(Failure::Broken("its alignment is no power of two"));
    }
    let mut seen = HashSet::new();
    for _ in 0..tensors {
        let tensor = tensor(&mut reader, metadata)?;
        if !seen.insert(tensor.name.clone()) {
            metadata.flaw(tensor.at, format!("the tensor `{}` is there twice", shown(&tensor.name)));
        }
        metadata.tensors.push(tensor);
    }
    layout::check(metadata, reader.at() as u64, alignment, len);
    Ok(())
}

/// The description of one tensor; its range is relative to the tensor data, and ends where it begins if the size is not
/// known.
fn tensor(reader: &mut Reader<'_>, metadata: &mut Metadata) -> Result<Tensor, Failure> {
    let at = reader.at();
    let name = reader.name()?;
    if name.len() >= NAME {
        metadata.flaw(at, "the name of a tensor is longer than loaders make room for".to_owned());
    }
    let sides = reader.u32()?;
    if sides > 4 {
        return Err(Failure::Broken("a tensor has more than four sides"));
    }
    let mut shape = Vec::new();
    for _ in 0..sides {
        shape.push(reader.length()?);
    }
    let element = Element::of(reader.u32()?).ok_or(Failure::Broken("a tensor has a type that there is not"))?;
    let offset = reader.u64()?;
    let items = count(&shape).ok_or(Failure::Broken(HUGE))?;
    let row = shape.first().copied().unwrap_or(1);
    let size = match element.block() {
        Some((per_block, bytes)) => {
            if row % per_block != 0 {
                metadata.flaw(at, format!("the rows of `{}` do not fill the blocks of its type", shown(&name)));
            }
            items.div_ceil(per_block).checked_mul(bytes).ok_or(Failure::Broken(HUGE))?
        }
        None => 0,
    };
    let end = offset.checked_add(size).ok_or(Failure::Broken("the offset of a tensor overflows"))?;
    Ok(Tensor { name, shape, element, range: offset..end, at })
}

/// The number of items, unless it overflows what loaders count in.
fn count(shape: &[u64]) -> Option<u64> {
    let product = shape.iter().try_fold(1u64, |count, side| count.checked_mul(*side))?;
    // A side of zero hides the others from the product, and loaders multiply them in other orders.
    let sides = shape.iter().try_fold(1u64, |count, side| count.checked_mul((*side).max(1)))?;
    (sides <= i64::MAX.unsigned_abs()).then_some(product)
}

/// A name as messages show it.
fn shown(name: &str) -> String {
    name.chars().take(80).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

const HUGE: &str = "a tensor is larger than any memory";
/// The longest key that the format allows.
const KEY: usize = 65_535;
/// Loaders make room for 64 bytes, and builds for image models for 128.
const NAME: usize = 256;
const FLAWS: usize = 20;
