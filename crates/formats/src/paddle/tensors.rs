//! Paddle's parameters (`.pdiparams`, `__params__`): tensors one after the other. Sources: `lod_tensor.cc`,
//! `tensor_util.cc`.
//!
//! Only headers are read; the numbers are stepped over.

use crate::{
    cursor::Cursor,
    protobuf::{Reading, tag},
};

/// What a file of parameters holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parameters {
    /// The number of whole tensors.
    pub tensors: usize,
    /// Where the last whole tensor ends.
    pub end: usize,
    /// Why the bytes behind it are no tensor; `None` if there are none, or if they are the beginning of one.
    pub flaw: Option<&'static str>,
}

/// Whether these bytes begin with the header of a tensor that makes sense.
pub fn looks_like(bytes: &[u8]) -> bool {
    // Two versions of zero with a number of levels between them, and the length of a description.
    bytes.starts_with(&[0, 0, 0, 0]) && header(&mut Cursor::new(bytes, 0)).is_ok()
}

/// Reads the headers of all tensors, at most so many.
pub fn parse(bytes: &[u8], most: usize) -> Parameters {
    let mut parameters = Parameters::default();
    let mut cursor = Cursor::new(bytes, 0);
    while cursor.at() < bytes.len() && parameters.tensors < most {
        match header(&mut cursor) {
            Ok(size) if cursor.take_long(size).is_some() => {
                parameters.tensors += 1;
                parameters.end = cursor.at();
            }
            // A file that was cut on its way ends in a tensor.
            Ok(_) | Err(None) => return parameters,
            Err(flaw) => return Parameters { flaw, ..parameters },
        }
    }
    parameters
}

/// Reads one header. Returns how many bytes of numbers follow; `None` as the reason says that the bytes end in it.
fn header(cursor: &mut Cursor<'_>) -> Result<u64, Option<&'static str>> {
    if cursor.u32().ok_or(None)? != 0 {
        return Err(Some("the version of a tensor is not 0"));
    }
    let levels = cursor.u64().ok_or(None)?;
    if levels > LEVELS {
        return Err(Some("a tensor has too many levels of detail"));
    }
    for _ in 0..levels {
        let len = cursor.u64().ok_or(None)?;
        if len % 8 != 0 {
            return Err(Some("a level of detail has a length that is no multiple of 8"));
        }
        cursor.take_long(len).ok_or(None)?;
    }
    if cursor.u32().ok_or(None)? != 0 {
        return Err(Some("the version of a tensor is not 0"));
    }
    let len = cursor.u32().ok_or(None)?;
    if len == 0 || len > DESCRIPTION {
        return Err(Some("the description of a tensor has a length that makes no sense"));
    }
    let description = cursor.take_long(u64::from(len)).ok_or(None)?;
    size(description).map_err(Some)
}

/// The size of a tensor in bytes, by its description: a type and dimensions.
fn size(description: &[u8]) -> Result<u64, &'static str> {
    let reading = Reading::binary(description, STEPS);
    let root = reading.root();
    let known = root.outline().all(|(number, _, cut)| matches!(number, 1 | 2) && !cut);
    let sort = root.last(tag(1, "data_type")).and_then(|value| value.number());
    let Some(sort) = sort.filter(|_| known) else { return Err("a tensor has no description") };
    let width = match sort {
        0 | 20 | 21 | 32 | 33 => 1,
        1 | 4 | 22 => 2,
        2 | 5 => 4,
        3 | 6 | 23 => 8,
        24 => 16,
        _ => return Err("a tensor is of a type that does not exist"),
    };
    let dims = root.all(tag(2, "dims")).flat_map(|value| value.numbers());
    dims.into_iter()
        .try_fold(width, |size: u64, dim| size.checked_mul(dim))
        .ok_or("the dimensions of a tensor overflow")
}

const LEVELS: u64 = 16;
/// The most bytes of a description: a type and a handful of dimensions.
const DESCRIPTION: u32 = 4096;
const STEPS: u64 = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn tensor(dims: &[u8], data: &[u8]) -> Vec<u8> {
        let mut description = b"\x08\x05".to_vec();
        for dim in dims {
            description.extend([0x10, *dim]);
        }
        let len = u32::try_from(description.len()).unwrap().to_le_bytes();
        [&[0; 16], len.as_slice(), &description, data].concat()
    }

    #[test]
    fn tensors_follow_one_another() {
        let bytes = [tensor(&[2], &[1; 8]), tensor(&[1, 3], &[2; 12])].concat();
        assert!(looks_like(&bytes));
        assert_eq!(parse(&bytes, 10), Parameters { tensors: 2, end: bytes.len(), flaw: None });
        for len in 0..bytes.len() {
            let seen = parse(&bytes[..len], 10);
            assert!(seen.tensors < 2 && seen.flaw.is_none() && seen.end <= len, "{len}: {seen:?}");
        }
    }

    #[test]
    fn what_is_no_tensor_is_a_flaw() {
        let bytes = [tensor(&[2], &[1; 8]), b"#!/bin/sh\n".to_vec()].concat();
        let seen = parse(&bytes, 10);
        assert_eq!((seen.tensors, seen.end), (1, bytes.len() - 10));
        assert!(seen.flaw.is_some());
        let overflow = [&[0u8; 16], 4u32.to_le_bytes().as_slice(), b"\x08\x05\x10\x01"].concat();
        assert!(looks_like(&overflow));
        assert!(!looks_like(b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0") && !looks_like(b""));
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_safe(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            let bytes = [[0; 16].as_slice(), &bytes].concat();
            looks_like(&bytes);
            proptest::prop_assert!(parse(&bytes, 10).end <= bytes.len());
        }
    }
}
