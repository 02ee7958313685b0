//! The formats before GGUF: a magic number, numbers that each architecture counts differently, a vocabulary, tensors up to
//! the end of the file. Which layout it is, is told by which can be read. Source: the loaders of llama.cpp before GGUF,
//! whisper.cpp and the examples of ggml.

use std::ops::Range;

use crate::cursor::Cursor;

/// What a file is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct File {
    /// The bytes of each tensor.
    pub tensors: Vec<Range<u64>>,
    /// Where the last tensor ends; anything behind it belongs to none.
    pub end: u64,
    /// How many bytes of the last tensor are missing.
    pub missing: u64,
}

/// Reads a file of `len` bytes from its head; `None` if it has none of the layouts that are known here.
pub fn parse(head: &[u8], len: u64) -> Option<File> {
    let magic = head.get(..4)?;
    let read = LAYOUTS.iter().filter(|layout| layout.magic == magic).filter_map(|layout| layout.read(head, len));
    // The right layout is the one that explains most of the file.
    read.max_by_key(|file| file.end)
}

/// What stands in front of the tensors.
struct Layout {
    magic: &'static [u8],
    versioned: bool,
    /// How many numbers the header has.
    numbers: usize,
    tokens: Tokens,
    /// Whether there is a vocabulary, and each token has a score.
    vocabulary: Option<bool>,
    aligned: bool,
}

/// Where the number of tokens stands.
#[derive(PartialEq, Eq)]
enum Tokens {
    /// It is the first number.
    CountedFirst,
    /// It is written once more in front of them.
    CountedAgain,
    /// Filters of a spectrum come first.
    BehindFilters,
}

impl Layout {
    fn read(&self, head: &[u8], len: u64) -> Option<File> {
        let mut cursor = Cursor::new(head, 4);
        if self.versioned && !matches!(cursor.u32()?, 1..=3) {
            return None;
        }
        let mut tokens = cursor.u32()?;
        cursor.take(self.numbers.checked_sub(1)? * 4)?;
        if self.tokens == Tokens::BehindFilters {
            let (mels, bins) = (u64::from(cursor.u32()?), u64::from(cursor.u32()?));
            cursor.take_long(mels.checked_mul(bins)?.checked_mul(4)?)?;
        }
        if self.tokens != Tokens::CountedFirst {
            tokens = cursor.u32()?;
        }
        if let Some(scored) = self.vocabulary {
            for _ in 0..tokens {
                let size = cursor.u32()?;
                if size > TOKEN {
                    return None;
                }
                cursor.take_long(u64::from(size) + if scored { 4 } else { 0 })?;
            }
        }
        let mut file = File { end: cursor.at() as u64, ..File::default() };
        while let Some(tensor) = tensor(&mut cursor, self.aligned)
            && file.tensors.len() < TENSORS
        {
            file.end = tensor.end.min(len);
            file.missing = tensor.end - file.end;
            file.tensors.push(tensor.clone());
            if usize::try_from(tensor.end).ok().and_then(|end| cursor.seek(end)).is_none() {
                break;
            }
        }
        (!file.tensors.is_empty()).then_some(file)
    }
}

/// The bytes of the tensor that is described here.
fn tensor(cursor: &mut Cursor<'_>, aligned: bool) -> Option<Range<u64>> {
    let (sides, name, kind) = (cursor.u32()?, cursor.u32()?, cursor.u32()?);
    let (items, bytes) = *BLOCKS.get(usize::try_from(kind).ok()?)?;
    if !matches!(sides, 1..=4) || !matches!(name, 1..=256) || items == 0 {
        return None;
    }
    let mut count = 1u64;
    for _ in 0..sides {
        count = count.checked_mul(u64::from(cursor.u32()?))?;
    }
    let name = cursor.take_long(name.into())?;
    if !name.iter().all(u8::is_ascii_graphic) {
        return None;
    }
    let at = cursor.at() as u64;
    let start = if aligned { at.next_multiple_of(32) } else { at };
    let size = count.div_ceil(items).checked_mul(bytes).filter(|size| *size < LARGEST)?;
    Some(start..start.checked_add(size)?)
}

const LAYOUTS: &[Layout] = &[
    Layout { magic: b"tjgg", versioned: true, aligned: true, vocabulary: Some(true), ..LLAMA },
    Layout { magic: b"fmgg", versioned: true, vocabulary: Some(true), ..LLAMA },
    LLAMA,
    Layout { numbers: 11, tokens: Tokens::BehindFilters, ..LLAMA },
    Layout { numbers: 6, tokens: Tokens::CountedAgain, ..LLAMA },
    Layout { tokens: Tokens::CountedAgain, ..LLAMA },
    Layout { numbers: 8, tokens: Tokens::CountedAgain, ..LLAMA },
    // Adapters: rank and scale, and no vocabulary.
    Layout { magic: b"algg", versioned: true, numbers: 2, aligned: true, vocabulary: None, ..LLAMA },
    // RWKV: five numbers behind a version in the hundreds, and no vocabulary.
    Layout { magic: b"fmgg", numbers: 6, vocabulary: None, ..LLAMA },
];
const LLAMA: Layout = Layout {
    magic: b"lmgg",
    versioned: false,
    numbers: 7,
    tokens: Tokens::CountedFirst,
    vocabulary: Some(false),
    aligned: false,
};
/// Items and bytes of a block of each type; no items where there was no such type.
const BLOCKS: &[(u64, u64)] = &[
    (1, 4),
    (1, 2),
    (32, 18),
    (32, 20),
    (0, 0),
    (0, 0),
    (32, 22),
    (32, 24),
    (32, 34),
    (32, 36),
    (256, 84),
    (256, 110),
    (256, 144),
    (256, 176),
    (256, 210),
    (256, 292),
];
/// The longest token.
const TOKEN: u32 = 1 << 16;
const TENSORS: usize = 200_000;
const LARGEST: u64 = 1 << 44;

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(bytes: &mut Vec<u8>, numbers: &[u32]) {
        bytes.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
    }

    fn tensor(bytes: &mut Vec<u8>, aligned: bool) {
        numbers(bytes, &[1, 1, 0, 4]);
        bytes.extend(b"w");
        if aligned {
            bytes.resize(bytes.len().next_multiple_of(32), 0);
        }
        bytes.extend([7; 16]);
    }

    fn llama() -> Vec<u8> {
        let mut bytes = b"tjgg".to_vec();
        numbers(&mut bytes, &[3, 2, 8, 8, 1, 1, 4, 0]);
        bytes.extend(b"\x01\0\0\0a\0\0\0\0\x02\0\0\0bc\0\0\0\0");
        tensor(&mut bytes, true);
        tensor(&mut bytes, true);
        bytes
    }

    #[test]
    fn layouts_are_told_apart() {
        let bytes = llama();
        let file = parse(&bytes, bytes.len() as u64).unwrap();
        assert_eq!((file.tensors.len(), file.end, file.missing), (2, bytes.len() as u64, 0));
        let mut whisper = b"lmgg".to_vec();
        numbers(&mut whisper, &[1, 8, 8, 1, 1, 8, 8, 1, 1, 1, 1, 2, 2]);
        whisper.extend([0; 16]);
        numbers(&mut whisper, &[1, 2]);
        whisper.extend(b"hi");
        tensor(&mut whisper, false);
        assert_eq!(parse(&whisper, whisper.len() as u64).unwrap().end, whisper.len() as u64);
        assert_eq!(parse(b"lmgg and then a text that goes on and on and on", 47), None);
    }

    #[test]
    fn what_follows_belongs_to_no_tensor() {
        let mut bytes = llama();
        let end = bytes.len() as u64;
        bytes.extend(b"\x7fELF and more");
        assert_eq!(parse(&bytes, bytes.len() as u64).unwrap().end, end);
    }

    #[test]
    fn truncated_files_are_safe() {
        let bytes = llama();
        for len in 0..bytes.len() {
            if let Some(file) = parse(&bytes[..len], len as u64) {
                assert!(file.end <= len as u64 && (file.missing > 0 || file.tensors.len() < 2), "{len}");
            }
        }
    }
}
