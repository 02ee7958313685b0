//! The initialisers of an ONNX graph. Source: `onnx.proto`.

use std::ops::Range;

use super::{Entry, Inventory, Place};
use crate::protobuf::{Fields, Wire, text};

/// The tensors of the main graph; `None` if there is no graph.
pub(super) fn list(bytes: &[u8], most: usize) -> Option<Inventory> {
    let mut inventory = Inventory::new("an ONNX model");
    let graphs: Vec<_> = messages(bytes, 0..bytes.len(), 7).collect();
    if graphs.is_empty() {
        return None;
    }
    for graph in graphs {
        for tensor in messages(bytes, graph, 5) {
            if inventory.entries.len() >= most {
                inventory.gap = Some("it has too many tensors".to_owned());
                return Some(inventory);
            }
            inventory.entries.push(entry(bytes, tensor));
        }
    }
    if Fields::new(bytes, 0..bytes.len()).any(|field| field.cut) {
        inventory.gap = Some("it ends in the middle of a field".to_owned());
    }
    Some(inventory)
}

/// The messages in the fields with this number.
fn messages(bytes: &[u8], range: Range<usize>, number: u64) -> impl Iterator<Item = Range<usize>> {
    let fields = Fields::new(bytes, range);
    fields.filter(move |field| field.number == number && field.wire == Wire::Delimited).map(|field| field.range)
}

fn entry(bytes: &[u8], range: Range<usize>) -> Entry {
    let (mut name, mut shape, mut kind) = (String::new(), Vec::new(), 0);
    let (mut raw, mut file) = (None, None);
    for field in Fields::new(bytes, range).take(FIELDS) {
        match (field.number, field.wire) {
            (1, Wire::Varint(side)) => shape.push(side),
            (1, Wire::Delimited) => shape.extend(packed(bytes.get(field.range).unwrap_or_default())),
            (2, Wire::Varint(value)) => kind = value,
            (8, Wire::Delimited) => name = text(bytes, &field.range, 4096),
            // Numbers as they are, or as a list of floats, doubles or integers.
            (9, Wire::Delimited) => raw = Some(field.range),
            (4 | 10, Wire::Delimited) if !field.range.is_empty() => raw = Some(field.range),
            (13, Wire::Delimited) => file = file.or_else(|| location(bytes, field.range)),
            _ => {}
        }
    }
    let row = usize::try_from(kind).ok().and_then(|kind| TYPES.get(kind)).filter(|row| !row.0.is_empty());
    let count = shape.iter().try_fold(1u64, |count, side| count.checked_mul(*side));
    let bits = row.zip(count).and_then(|(row, count)| count.checked_mul(row.1));
    let place = match (file, raw) {
        (Some(file), _) => Place::File(file),
        (None, Some(range)) => Place::Range(range),
        (None, None) => Place::Unknown,
    };
    let dtype = row.map_or_else(|| format!("type {kind}"), |row| row.0.to_owned());
    Entry { name, dtype, shape, bytes: bits.filter(|bits| *bits > 0).map(|bits| bits.div_ceil(8)), place }
}

fn location(bytes: &[u8], range: Range<usize>) -> Option<String> {
    let part = |number| messages(bytes, range.clone(), number).next().map(|range| text(bytes, &range, 4096));
    part(2).filter(|_| part(1).as_deref() == Some("location"))
}

/// Numbers of variable length side by side.
fn packed(bytes: &[u8]) -> Vec<u64> {
    let mut numbers = Vec::new();
    let (mut value, mut shift) = (0u64, 0);
    for byte in bytes.iter().take(FIELDS) {
        value |= u64::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
        shift += 7;
        if byte & 0x80 == 0 {
            numbers.push(value);
            (value, shift) = (0, 0);
        }
    }
    numbers
}

/// The most fields of one tensor that are looked at: numbers may stand in a field each.
const FIELDS: usize = 10_000;
/// `TensorProto.DataType`: the name, and the bits of an element; 0 where they differ.
const TYPES: &[(&str, u64)] = &[
    ("", 0),
    ("F32", 32),
    ("U8", 8),
    ("I8", 8),
    ("U16", 16),
    ("I16", 16),
    ("I32", 32),
    ("I64", 64),
    ("STRING", 0),
    ("BOOL", 8),
    ("F16", 16),
    ("F64", 64),
    ("U32", 32),
    ("U64", 64),
    ("C64", 64),
    ("C128", 128),
    ("BF16", 16),
    ("F8_E4M3", 8),
    ("F8_E4M3FNUZ", 8),
    ("F8_E5M2", 8),
    ("F8_E5M2FNUZ", 8),
    ("U4", 4),
    ("I4", 4),
    ("F4", 4),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn field(number: u8, body: &[u8]) -> Vec<u8> {
        [&[number << 3 | 2, u8::try_from(body.len()).unwrap()][..], body].concat()
    }

    #[test]
    fn initialisers_are_listed() {
        let inside = [&b"\x08\x02\x08\x03\x10\x01"[..], &field(8, b"w"), &field(9, &[7; 24])].concat();
        let entry = |key: &[u8], value: &[u8]| field(13, &[field(1, key), field(2, value)].concat());
        let outside = [
            field(1, &[0x80, 1]),
            b"\x10\x0a".to_vec(),
            field(8, b"b"),
            entry(b"location", b"w.bin"),
            entry(b"offset", b"0"),
        ]
        .concat();
        let graph = [field(5, &inside), field(2, b"g"), field(5, &outside)].concat();
        let model = [b"\x08\x08".to_vec(), field(7, &graph)].concat();
        let inventory = list(&model, 10).unwrap();
        let [w, b] = inventory.entries.as_slice() else { panic!("{inventory:?}") };
        assert_eq!(
            (w.name.as_str(), w.dtype.as_str(), w.shape.as_slice(), w.bytes),
            ("w", "F32", &[2, 3][..], Some(24))
        );
        assert_eq!(model[usize::try_from(w.offset().unwrap()).unwrap()], 7);
        assert_eq!(
            (b.dtype.as_str(), b.shape.as_slice(), &b.place),
            ("F16", &[128][..], &Place::File("w.bin".to_owned()))
        );
        assert!(list(&model, 1).unwrap().gap.is_some());
        for len in 0..model.len() {
            let _ = list(&model[..len], 10);
        }
    }
}
