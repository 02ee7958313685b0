//! Protobuf messages, read without a schema, as bytes or in the text format: many model formats are made of them.
//!
//! A format names the few fields that it cares for by [`Tag`], and reads both spellings with the same code.

mod reading;
mod text;
mod wire;

pub use reading::{Reading, Tag, Value, tag};
pub use wire::{Field, Fields, Wire, text};

/// For tests: a field that holds these bytes.
#[cfg(test)]
pub(crate) fn message(number: u32, body: &[u8]) -> Vec<u8> {
    let varint = |value: u32| {
        let groups = (0..5).map(move |group| u8::try_from(value >> (7 * group) & 0x7f).unwrap());
        let last = (0..5).rev().find(|group| value >> (7 * group) != 0).unwrap_or(0);
        groups
            .take(last + 1)
            .enumerate()
            .map(move |(at, byte)| if at < last { byte | 0x80 } else { byte })
            .collect::<Vec<u8>>()
    };
    [varint(number << 3 | 2), varint(u32::try_from(body.len()).unwrap()), body.to_vec()].concat()
}
