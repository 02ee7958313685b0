//! Raw arrays that joblib writes into the middle of a pickle: how long one is, so that the walk goes on behind it.
//! Source: `joblib/numpy_pickle.py`, `NumpyArrayWrapper.read_array`.

use super::{
    arena::Shape,
    fold::{Fold, Fuel},
    machine::Machine,
    value::{Kind, Value},
};
use crate::cursor::Cursor;

/// What follows a wrapper in the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Body {
    /// Raw numbers that end at this offset.
    Raw(usize),
    /// Another pickle.
    Pickle,
}

/// What follows the wrapper whose state is `state`; `None` if the state does not say or the bytes end before.
pub(super) fn body(machine: &mut Machine<'_, '_>, state: Value) -> Option<Body> {
    let dtype = entry(machine, state, "dtype")?;
    let Size::Bytes(size) = item_size(machine, dtype, 0)? else { return Some(Body::Pickle) };
    let shape = entry(machine, state, "shape")?;
    let (sides, true) = machine.arena.list(shape)? else { return None };
    let count = sides.iter().try_fold(1u64, |count, side| match side.kind() {
        Kind::Int(n) => count.checked_mul(u64::try_from(n).ok()?),
        _ => None,
    })?;
    let padded = matches!(entry(machine, state, "numpy_array_alignment_bytes").map(Value::kind), Some(Kind::Int(_)));
    let mut cursor = Cursor::new(machine.bytes, machine.at);
    if padded {
        let padding = cursor.u8()?;
        cursor.take(usize::from(padding))?;
    }
    cursor.take_long(count.checked_mul(size)?)?;
    Some(Body::Raw(cursor.at()))
}

/// Notes the size of a `numpy.dtype` that is complete now: what it was made of may be forgotten when an array needs it.
pub(super) fn remember(machine: &mut Machine<'_, '_>, dtype: Value) {
    if machine.sizes.len() < SIZES
        && let Some(size) = item_size(machine, dtype, 0)
    {
        machine.sizes.insert(dtype, size);
    }
}

/// The value under a text key of a dictionary.
fn entry(machine: &mut Machine<'_, '_>, dict: Value, key: &str) -> Option<Value> {
    let view = machine.arena.view(dict).filter(|view| view.shape == Shape::Dict)?;
    let items = view.items.to_vec();
    items.chunks_exact(2).rev().find_map(|pair| match pair {
        [own, value] if machine.text(*own).as_deref() == Some(key) => Some(*value),
        _ => None,
    })
}

/// How large an element is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Size {
    Bytes(u64),
    /// It holds objects.
    Objects,
}

/// The size of a `numpy.dtype`: by its type string, or by its state where it has fields.
fn item_size(machine: &mut Machine<'_, '_>, dtype: Value, depth: usize) -> Option<Size> {
    if let Some(size) = machine.sizes.get(&dtype) {
        return Some(*size);
    }
    let view = machine.arena.view(dtype).filter(|view| view.shape == Shape::Object && depth < 8)?;
    let [_, arguments, state] = *view.items else { return None };
    let descriptor = *machine.arena.list(arguments)?.0.first()?;
    let descriptor = match machine.fold(descriptor, Fuel::NAME)? {
        Fold::Text(text) => text,
        Fold::Bytes(bytes) => String::from_utf8(bytes).ok()?,
        _ => return None,
    };
    if descriptor.contains('O') {
        return Some(Size::Objects);
    }
    // The state is (version, order, shape, names, fields, size, alignment, flags): sub-arrays and fields are told there.
    let state: Vec<Value> = machine.arena.list(state).map(|(items, _)| items.to_vec()).unwrap_or_default();
    let fields = state.get(4).copied().and_then(|fields| machine.arena.view(fields));
    if let Some(fields) = fields {
        let values: Vec<Value> = fields.items.iter().skip(1).step_by(2).copied().collect();
        for value in values {
            let inner = machine.arena.list(value).and_then(|(items, _)| items.first().copied())?;
            if item_size(machine, inner, depth + 1)? == Size::Objects {
                return Some(Size::Objects);
            }
        }
    }
    if descriptor.starts_with(['V', 'S', 'U', 'a'])
        && let Some(Kind::Int(size)) = state.get(5).map(|size| size.kind())
        && size >= 0
    {
        return u64::try_from(size).ok().map(Size::Bytes);
    }
    described(&descriptor).map(Size::Bytes)
}

/// The size that a type string such as `f8` or `<U12` names.
fn described(descriptor: &str) -> Option<u64> {
    let code = descriptor.trim_start_matches(['<', '>', '=', '|']);
    let kind = code.chars().next()?;
    let digits = code.get(kind.len_utf8()..)?;
    let number: u64 = if digits.is_empty() { 1 } else { digits.split('[').next()?.parse().ok()? };
    // Characters of a Unicode string take four bytes each.
    if kind == 'U' { number.checked_mul(4) } else { Some(number) }
}

/// The most types whose size is noted.
const SIZES: usize = 1 << 14;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        for (descriptor, size) in
            [("f8", Some(8)), ("<U12", Some(48)), ("|b1", Some(1)), ("M8[ns]", Some(8)), ("fx", None), ("", None)]
        {
            assert_eq!(described(descriptor), size, "{descriptor}");
        }
    }
}
