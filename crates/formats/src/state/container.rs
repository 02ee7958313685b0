//! How a file holds its pickles and its numbers: an archive of PyTorch, an old PyTorch file, or one pickle.
//!
//! Sources: `torch/serialization.py`, `_save` and `_legacy_save`.

use std::{collections::HashMap, ops::Range};

use super::{
    Limits, Refusal, State, flatten,
    machine::{Item, Machine, Node, Place, Storage, Value},
};
use crate::{
    cursor::Cursor,
    stored::{self, Stored},
};

pub(super) fn read(bytes: &[u8], limits: Limits) -> Result<State, Refusal> {
    if bytes.starts_with(b"PK\x03\x04") {
        archive(bytes, limits)
    } else if is_old(bytes) {
        let mut machine = Machine::new(bytes, 0, limits);
        let (root, keys) = old(&mut machine)?;
        let find = |key: &str, _| keys.get(key).cloned();
        flatten::state(&machine, &root, &find, limits)
    } else {
        let mut machine = Machine::new(bytes, 0, limits);
        let root = machine.run()?;
        if machine.at() < bytes.len() {
            return Err(Refusal::new(machine.at(), "something follows the pickle"));
        }
        flatten::state(&machine, &root, &|_, _| None, limits)
    }
}

/// An archive: `data.pkl`, and the numbers of each storage in a member under `data/`.
fn archive(bytes: &[u8], limits: Limits) -> Result<State, Refusal> {
    let stored = stored::members(bytes).ok_or_else(|| Refusal::new(0, "an archive whose directory cannot be read"))?;
    let mut pickles = stored.members.iter().filter(|(name, _)| name == "data.pkl" || name.ends_with("/data.pkl"));
    let (name, pickle) = match (pickles.next(), pickles.next()) {
        (Some(only), None) => only,
        (None, _) => return Err(Refusal::new(0, "an archive without a `data.pkl` that is stored as it is")),
        (_, Some((_, second))) => return Err(Refusal::new(second.start, "an archive with two `data.pkl`")),
    };
    let folder = name.strip_suffix("data.pkl").unwrap_or_default();
    if let Some(order) = stored.find(&format!("{folder}byteorder"))
        && bytes.get(order.clone()).is_some_and(|order| order != b"little")
    {
        return Err(Refusal::new(order.start, "its numbers are not in little-endian order"));
    }
    // The pickle ends with its member, and places in it are places in the file.
    let until = bytes.get(..pickle.end).unwrap_or_default();
    let mut machine = Machine::new(until, pickle.start, limits);
    let root = machine.run()?;
    machine.bytes = bytes;
    flatten::state(&machine, &root, &|key, len| member(&stored, folder, key, len), limits)
}

fn member(stored: &Stored, folder: &str, key: &str, len: u64) -> Option<Range<usize>> {
    stored.find(&format!("{folder}data/{key}")).filter(|range| range.len() as u64 >= len)
}

/// Whether a file begins with the magic number of old PyTorch files, in the only way in which they are written.
fn is_old(bytes: &[u8]) -> bool {
    bytes.get(2..14) == Some(MAGIC) && bytes.starts_with(b"\x80")
}

/// Magic number, version, system, the object, the keys of its storages; then each storage behind its length.
fn old(machine: &mut Machine<'_>) -> Result<(Item, HashMap<String, Range<usize>>), Refusal> {
    let magic = machine.at();
    machine.run()?;
    let version = machine.run()?;
    if !matches!(version.value, Value::Int(1001)) {
        return Err(Refusal::new(magic, "a version of PyTorch files that is not known"));
    }
    let system = machine.run()?;
    if let Some(Node::Dict(entries)) = machine.find(&system.value) {
        let big = entries.iter().any(|(key, value)| {
            matches!((&key.value, &value.value), (Value::Text(key, _), Value::Bool(false)) if &**key == "little_endian")
        });
        if big {
            return Err(Refusal::new(system.at, "its numbers are not in little-endian order"));
        }
    }
    let root = machine.run()?;
    let keys = machine.run()?;
    let sizes: HashMap<String, u64> = machine.nodes.iter().filter_map(storage_size).collect();
    let mut places = HashMap::new();
    let mut cursor = Cursor::new(machine.bytes, machine.at());
    for key in machine.items(&keys.value).unwrap_or_default() {
        let Value::Text(name, _) = &key.value else {
            return Err(Refusal::new(key.at, "a storage whose key is not a string"));
        };
        let at = cursor.at();
        let cut = || Refusal::new(at, "the file ends before its numbers do");
        let count = cursor.u64().ok_or_else(cut)?;
        let unit = sizes.get(&**name).copied().ok_or_else(|| Refusal::new(key.at, "a storage that nothing uses"))?;
        let start = cursor.at();
        count.checked_mul(unit).and_then(|len| cursor.take_long(len)).ok_or_else(cut)?;
        places.insert(name.to_string(), start..cursor.at());
    }
    Ok((root, places))
}

fn storage_size(node: &Node) -> Option<(String, u64)> {
    match node {
        Node::Storage(Storage { place: Place::Key(key), dtype, .. }) => {
            Some((key.to_string(), dtype.map_or(1, super::Dtype::size)))
        }
        _ => None,
    }
}

/// The storage in a string of bytes that `torch.save` wrote: tensors in plain pickles lie so.
pub(super) fn saved_storage(bytes: &[u8], range: Range<usize>) -> Result<Storage, Refusal> {
    let refuse = || Refusal::new(range.start, "a storage that is saved in a way that is not known");
    let until = bytes.get(..range.end).ok_or_else(refuse)?;
    if !is_old(bytes.get(range.clone()).unwrap_or_default()) {
        return Err(refuse());
    }
    let limits = Limits { values: 10_000, ..Limits::default() };
    let mut machine = Machine::new(until, range.start, limits);
    machine.nested = true;
    let (root, places) = old(&mut machine)?;
    match machine.find(&root.value) {
        Some(Node::Storage(storage)) => match &storage.place {
            Place::Key(key) => {
                let place = places.get(&**key).cloned().ok_or_else(refuse)?;
                Ok(Storage { place: Place::Range(place), ..storage.clone() })
            }
            Place::Range(_) => Err(refuse()),
        },
        _ => Err(refuse()),
    }
}

/// `LONG1` of ten bytes: 0x1950a86a20f9469cfc6c.
const MAGIC: &[u8] = b"\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";
