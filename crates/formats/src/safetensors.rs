//! The header of safetensors files, read as strictly as the format is specified: no overlap, no hole, nothing behind.
//! Source: the format description in huggingface/safetensors.

use std::ops::Range;

use serde::{
    Deserialize,
    de::{Deserializer, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use crate::cursor::Cursor;

/// The tensors of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// Tensors, ordered by offset.
    pub tensors: Vec<Tensor>,
    /// What the specification forbids.
    pub flaws: Vec<String>,
    /// Parts of the file that belong to no tensor: no loader looks at them, and anything can be put there.
    pub spare: Vec<Range<u64>>,
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
}

/// Whether a file starts like safetensors.
pub fn looks_like(head: &[u8]) -> bool {
    let mut cursor = Cursor::new(head, 0);
    matches!((cursor.u64(), cursor.u8()), (Some(2..=MAX_HEADER), Some(b'{')))
}

/// Reads the header from the head of a file of `len` bytes. An error says why there is no header.
pub fn parse(head: &[u8], len: u64) -> Result<Header, &'static str> {
    let mut cursor = Cursor::new(head, 0);
    let size = cursor.u64().ok_or("it is shorter than its first field")?;
    if size > MAX_HEADER {
        return Err("its header is longer than the format allows");
    }
    let start = 8 + size;
    if start > len {
        return Err("its header reaches past the end of the file");
    }
    let json = cursor.take_long(size).ok_or("its header is longer than the part that was read")?;
    let entries: Entries<'_> =
        serde_json::from_slice(json.trim_ascii_end()).map_err(|_| "its header is not valid JSON")?;
    let mut header = Header::default();
    for (name, entry) in entries.0 {
        if name == "__metadata__" {
            continue;
        }
        match tensor(&name, entry, start) {
            Some(tensor) => header.tensors.push(tensor),
            None => header.flaw(format!("`{name}` is not a description of a tensor")),
        }
    }
    header.tensors.sort_by_key(|tensor| (tensor.range.start, tensor.range.end));
    check(&mut header, start, len);
    Ok(header)
}

impl Header {
    fn flaw(&mut self, text: String) {
        if self.flaws.len() < FLAWS {
            self.flaws.push(text);
        }
    }
}

fn tensor(name: &str, entry: &RawValue, start: u64) -> Option<Tensor> {
    let Described { dtype, shape, data_offsets: [from, to] } = serde_json::from_str(entry.get()).ok()?;
    let range = start.checked_add(from)?..start.checked_add(to)?;
    Some(Tensor { name: name.to_owned(), dtype, shape, range })
}

/// The description of one tensor.
#[derive(Deserialize)]
struct Described {
    dtype: String,
    shape: Vec<u64>,
    data_offsets: [u64; 2],
}

fn check(header: &mut Header, start: u64, len: u64) {
    let mut at = start;
    for tensor in std::mem::take(&mut header.tensors) {
        let Range { start: from, end: to } = tensor.range;
        let name = &tensor.name;
        if to < from || to > len {
            header.flaw(format!("`{name}` lies outside of the file"));
        } else {
            let bits = tensor.shape.iter().try_fold(1u64, |count, side| count.checked_mul(*side));
            let bits = bits.zip(bits_of(&tensor.dtype)).and_then(|(count, bits)| count.checked_mul(bits));
            match bits {
                Some(bits) if bits.div_ceil(8) == to - from => {}
                _ if bits_of(&tensor.dtype).is_none() => {}
                _ => header.flaw(format!("the length of `{name}` does not fit its shape")),
            }
            if from < at {
                header.flaw(format!("`{name}` overlaps another tensor"));
            } else if from > at {
                header.flaw(format!("{} bytes before `{name}` belong to no tensor", from - at));
                header.spare.push(at..from);
            }
            at = at.max(to);
        }
        header.tensors.push(tensor);
    }
    if at < len {
        header.flaw(format!("{} bytes follow the last tensor", len - at));
        header.spare.push(at..len);
    }
}

fn bits_of(dtype: &str) -> Option<u64> {
    Some(match dtype {
        "F4" | "I4" | "U4" => 4,
        "F6_E2M3" | "F6_E3M2" => 6,
        "BOOL" | "U8" | "I8" | "F8_E5M2" | "F8_E4M3" | "F8_E8M0" | "F8_E4M3FNUZ" | "F8_E5M2FNUZ" => 8,
        "I16" | "U16" | "F16" | "BF16" => 16,
        "I32" | "U32" | "F32" => 32,
        "I64" | "U64" | "F64" | "C64" => 64,
        "C128" => 128,
        _ => return None,
    })
}

/// The entries of the header in their order, a name that appears twice included. What is no description of a tensor stays
/// text: as values it would take many times the memory of the file.
struct Entries<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Entries<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Entries<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries<'de>, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(Pairs)
    }
}

/// The longest header that the reference implementation accepts.
const MAX_HEADER: u64 = 100_000_000;
const FLAWS: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn file(json: &str, data: usize) -> Vec<u8> {
        [&(json.len() as u64).to_le_bytes(), json.as_bytes(), &vec![0; data]].concat()
    }

    fn flaws(json: &str, data: usize) -> Vec<String> {
        let bytes = file(json, data);
        parse(&bytes, bytes.len() as u64).unwrap().flaws
    }

    const GOOD: &str = r#"{"__metadata__":{"format":"pt"},"b":{"dtype":"F16","shape":[2],"data_offsets":[8,12]},"a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}"#;

    #[test]
    fn a_good_file_has_no_flaws() {
        assert_eq!(flaws(GOOD, 12), Vec::<String>::new());
        assert!(looks_like(&file(GOOD, 12)));
        assert!(!looks_like(b"{\"a\": 1}"));
    }

    #[test]
    fn every_flaw_is_named() {
        for (json, data, expected) in [
            (GOOD, 20, "8 bytes follow"),
            (GOOD, 10, "outside of the file"),
            (r#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, 8, "belong to no tensor"),
            (r#"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#, 8, "does not fit its shape"),
            (r#"{"a":{"dtype":"F32","shape":[9223372036854775807,4],"data_offsets":[0,8]}}"#, 8, "does not fit"),
            (r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#, 8, "outside of the file"),
            (r#"{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#, 8, "not a description"),
            (r#"{"a":[[],{},0]}"#, 8, "not a description"),
            (r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,9]}}"#, 8, "not a description"),
            (
                r#"{"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]},"a":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}"#,
                8,
                "overlaps",
            ),
        ] {
            let flaws = flaws(json, data).join("; ");
            assert!(flaws.contains(expected), "{expected} not in {flaws}");
        }
    }

    #[test]
    fn truncated_files_are_safe() {
        let bytes = file(GOOD, 12);
        for len in 0..bytes.len() {
            let clean = parse(&bytes[..len], len as u64).is_ok_and(|header| header.flaws.is_empty());
            assert!(!clean, "{len}");
        }
        assert!(parse(&u64::MAX.to_le_bytes(), 8).is_err());
    }
}
