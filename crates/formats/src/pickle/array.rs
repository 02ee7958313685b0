//! Raw arrays that joblib writes into the middle of a pickle: how long one is, so that the walk goes on behind it.
//! Source: `joblib/numpy_pickle.py`, `NumpyArrayWrapper.read_array`.

use super::value::{Arena, Node, Value};
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
pub(super) fn body(arena: &Arena, input: &[u8], state: Value, at: usize) -> Option<Body> {
    let descriptor = descriptor(arena, input, arena.entry(state, "dtype", input)?)?;
    if descriptor.contains('O') {
        return Some(Body::Pickle);
    }
    let size = item_size(&descriptor)?;
    let shape = arena.entry(state, "shape", input)?;
    let count = arena.items(shape).iter().try_fold(1u64, |count, side| match side {
        Value::Int(n) => count.checked_mul(u64::try_from(*n).ok()?),
        _ => None,
    })?;
    let mut cursor = Cursor::new(input, at);
    if let Some(Value::Int(_)) = arena.entry(state, "numpy_array_alignment_bytes", input) {
        let padding = cursor.u8()?;
        cursor.take(usize::from(padding))?;
    }
    cursor.take_long(count.checked_mul(size)?)?;
    Some(Body::Raw(cursor.at()))
}

/// The type string that a `numpy.dtype` was made from, such as `f8` or `<U12`.
fn descriptor(arena: &Arena, input: &[u8], dtype: Value) -> Option<String> {
    match arena.node(dtype) {
        Some(Node::Object { arguments, .. }) => arena.text_or_bytes(*arena.items(*arguments).first()?, input),
        _ => None,
    }
}

fn item_size(descriptor: &str) -> Option<u64> {
    let code = descriptor.trim_start_matches(['<', '>', '=', '|']);
    let kind = code.chars().next()?;
    let digits = code.get(kind.len_utf8()..)?;
    let number: u64 = if digits.is_empty() { 1 } else { digits.split('[').next()?.parse().ok()? };
    // Characters of a Unicode string take four bytes each.
    if kind == 'U' { number.checked_mul(4) } else { Some(number) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        for (descriptor, size) in
            [("f8", Some(8)), ("<U12", Some(48)), ("|b1", Some(1)), ("M8[ns]", Some(8)), ("fx", None), ("", None)]
        {
            assert_eq!(item_size(descriptor), size, "{descriptor}");
        }
    }
}
