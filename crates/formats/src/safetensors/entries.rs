//! The JSON of the header: names and what stands behind them, a name that appears twice included.

use std::{collections::HashSet, fmt, ops::Range};

use serde::{
    Deserialize,
    de::{Deserializer, MapAccess, Visitor},
};
use serde_json::{error::Category, value::RawValue};

use super::{Failure, Header, Tensor, Text};

/// Reads the entries of a header that begins at `start` of the file. Ranges of tensors are those that the header gives.
pub(super) fn read(json: &[u8], start: usize) -> Result<Header, Failure> {
    // Readers take the padding for white space, and nothing but spaces is written there.
    let entries: Entries<'_> =
        serde_json::from_slice(json).map_err(|_| Failure::Broken("its header is not valid JSON"))?;
    if entries.more {
        return Err(Failure::Broken("it describes more tensors than any model has"));
    }
    let at = |raw: &RawValue| start + raw.get().as_ptr().addr().saturating_sub(json.as_ptr().addr());
    let mut header = Header::default();
    let mut seen = HashSet::new();
    for (name, raw) in &entries.pairs {
        let at = at(raw);
        if !seen.insert(name.as_str()) {
            header.flaw(at, format!("`{}` is described twice", shown(name)));
        }
        if name == "__metadata__" {
            metadata(&mut header, raw, at);
            continue;
        }
        match serde_json::from_str::<Described>(raw.get()) {
            Ok(Described { dtype, shape, data_offsets: [from, to] }) => {
                header.tensors.push(Tensor { name: name.clone(), dtype, shape, range: from..to, at });
            }
            Err(_) => header.flaw(at, format!("`{}` is not a description of a tensor", shown(name))),
        }
    }
    Ok(header)
}

/// Whether JSON that ends where the file ends could be the beginning of a longer one.
pub(super) fn may_go_on(json: &[u8]) -> bool {
    match serde_json::from_slice::<Entries<'_>>(json) {
        Ok(_) => false,
        Err(error) => error.classify() == Category::Eof || std::str::from_utf8(json).is_err_and(ends_in_character),
    }
}

/// A name as messages show it.
pub(super) fn shown(name: &str) -> String {
    name.chars().take(80).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

fn ends_in_character(error: std::str::Utf8Error) -> bool {
    error.error_len().is_none()
}

fn metadata(header: &mut Header, raw: &RawValue, at: usize) {
    let Ok(entries) = serde_json::from_str::<Entries<'_>>(raw.get()) else {
        return header.flaw(at, "its metadata is not an object".to_owned());
    };
    let mut seen = HashSet::new();
    for (key, value) in &entries.pairs {
        let offset = at + value.get().as_ptr().addr().saturating_sub(raw.get().as_ptr().addr());
        let range: Range<usize> = offset..offset + value.get().len();
        if !seen.insert(key.as_str()) {
            header.flaw(offset, format!("`{}` is twice in its metadata", shown(key)));
        }
        match serde_json::from_str::<String>(value.get()) {
            Ok(text) => header.metadata.push(Text { key: key.clone(), text, range }),
            Err(_) => header.flaw(offset, format!("`{}` in its metadata is not a text", shown(key))),
        }
    }
}

/// The description of one tensor.
#[derive(Deserialize)]
struct Described {
    dtype: String,
    shape: Vec<u64>,
    data_offsets: [u64; 2],
}

/// The entries of an object in their order, a name that appears twice included. What is no description of a tensor stays
/// text: as values it would take many times the memory of the file.
struct Entries<'a> {
    pairs: Vec<(String, &'a RawValue)>,
    /// Whether there are more than are kept.
    more: bool,
}

impl<'de> Deserialize<'de> for Entries<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Entries<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries<'de>, A::Error> {
                let mut entries = Entries { pairs: Vec::new(), more: false };
                while let Some(entry) = map.next_entry()? {
                    entries.more = entries.pairs.len() >= ENTRIES;
                    if !entries.more {
                        entries.pairs.push(entry);
                    }
                }
                Ok(entries)
            }
        }
        deserializer.deserialize_map(Pairs)
    }
}

/// The most entries of one object.
const ENTRIES: usize = 1 << 19;
