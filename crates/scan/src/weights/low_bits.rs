//! What is written into the lowest bits of floats, where it changes no answer of the model.

use std::collections::HashSet;

use palisade_base::Severity;
use palisade_formats::{
    embedded,
    pickle::{self, Danger, Limits},
};

use super::Abnormality;
use crate::input::model::{Number, Numbers};

pub(super) fn find(numbers: &Numbers<'_>) -> Vec<Abnormality> {
    let mut found = Vec::new();
    let mut room = if numbers.full { usize::MAX } else { ELEMENTS };
    let floats = numbers.tensors.iter().filter_map(|tensor| Some((tensor, tensor.kind.size()?)));
    for (tensor, size) in floats {
        let bytes = numbers.bytes_of(tensor);
        let len = bytes.len().min(if numbers.full { FULL } else { PIECE } * size).min(room.saturating_mul(size));
        room = room.saturating_sub(len / size);
        let bytes = bytes.get(..len).unwrap_or_default();
        let at = tensor.range.start;
        for (width, streams) in widths(tensor.kind) {
            for stream in streams.iter().map(|order| stream(bytes, size, *width, *order)) {
                if let Some((severity, title)) = judge(&stream) {
                    let name = &tensor.name;
                    let what = format!("the {width} lowest bits of the numbers of `{name}` spell {title}");
                    found.push(Abnormality { offset: at, what, severity });
                    break;
                }
            }
        }
        if tensor.kind == Number::F32
            && let Some((from, to)) = written(bytes)
        {
            let what = format!("{} numbers of `{}` use bits that the others leave empty", to - from, tensor.name);
            found.push(Abnormality { offset: at + from * 4, what, severity: Severity::Info });
        }
        if found.len() >= MOST || room == 0 {
            break;
        }
    }
    found
}

/// In which order bits or bytes are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    /// The first is the highest.
    High,
    /// The first is the lowest.
    Low,
}

/// How many bits may be taken from each number, and in which orders.
fn widths(kind: Number) -> &'static [(usize, &'static [Order])] {
    const BOTH: &[Order] = &[Order::High, Order::Low];
    match kind {
        Number::F64 => &[(1, BOTH), (2, BOTH), (4, BOTH), (8, &[Order::Low]), (16, BOTH), (32, BOTH)],
        Number::F32 => &[(1, BOTH), (2, BOTH), (4, BOTH), (8, &[Order::Low]), (16, BOTH), (24, BOTH)],
        Number::F16 | Number::Bf16 => &[(1, BOTH), (2, BOTH), (4, BOTH), (8, &[Order::Low])],
        Number::Other => &[],
    }
}

/// The lowest bits of each number, one behind the other.
fn stream(bytes: &[u8], size: usize, width: usize, order: Order) -> Vec<u8> {
    let numbers = bytes.chunks_exact(size);
    if width >= 8 {
        let taken = numbers.filter_map(|number| number.get(..width / 8));
        return match order {
            Order::Low => taken.flatten().copied().collect(),
            Order::High => taken.flat_map(|low| low.iter().rev()).copied().collect(),
        };
    }
    let mask = (1u8 << width) - 1;
    let per_byte = 8 / width;
    let low: Vec<u8> = numbers.filter_map(|number| number.first()).map(|byte| byte & mask).collect();
    let pack = |group: &[u8]| {
        group.iter().enumerate().fold(0u8, |byte, (index, bits)| {
            let place = if order == Order::Low { index } else { per_byte - 1 - index };
            byte | bits << (place * width)
        })
    };
    low.chunks_exact(per_byte).map(pack).collect()
}

/// What a stream of bits spells, if anything.
fn judge(stream: &[u8]) -> Option<(Severity, &'static str)> {
    if let Some(payload) = embedded::find(stream, 1).first() {
        return Some((Severity::High, payload.what.title()));
    }
    if calls(stream) {
        return Some((Severity::High, "a pickle that calls functions"));
    }
    has_text(stream).then_some((Severity::Low, "a text"))
}

/// Whether a pickle that calls something begins near the beginning.
fn calls(stream: &[u8]) -> bool {
    let starts = |at: &usize| matches!(stream.get(*at..), Some([0x80, 2..=5, ..]));
    (0..64).filter(starts).take(2).any(|at| {
        let limits = Limits { steps: 5000, values: 5000, ..Limits::default() };
        let walk = pickle::walk(stream.get(at..).unwrap_or_default(), limits);
        walk.calls.iter().any(|call| call.danger >= Danger::Function)
    })
}

/// A run of characters that reads as words: long, of many letters, with spaces between.
fn has_text(stream: &[u8]) -> bool {
    let printable = |byte: &u8| matches!(byte, b' '..=b'~' | b'\n' | b'\t');
    stream.split(|byte| !printable(byte)).filter(|run| run.len() >= TEXT).any(|run| {
        let run = run.get(..run.len().min(4096)).unwrap_or_default();
        let kinds: HashSet<u8> = run.iter().copied().collect();
        let letters = run.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
        let spaces = run.iter().filter(|byte| byte.is_ascii_whitespace()).count();
        kinds.len() >= 12 && letters * 2 > run.len() && spaces * 30 > run.len()
    })
}

/// Where numbers in a row use low bits that all others leave empty.
fn written(bytes: &[u8]) -> Option<(usize, usize)> {
    let (mut count, mut used, mut first, mut last) = (0usize, 0usize, None, 0);
    for (index, number) in bytes.chunks_exact(4).enumerate() {
        if number.iter().all(|byte| *byte == 0) {
            continue;
        }
        count += 1;
        if !matches!(number, [0, 0, ..]) {
            used += 1;
            first.get_or_insert(index);
            last = index + 1;
        }
    }
    let first = first?;
    let dense = used * 10 >= (last - first) * 9;
    (count >= 1024 && used >= 64 && used * 2 <= count && dense).then_some((first, last))
}

/// The most numbers of all tensors, and of one, whose bits are put together; and of one where everything is looked at.
const ELEMENTS: usize = 128 << 10;
const PIECE: usize = 32 << 10;
const FULL: usize = 16 << 20;
/// Runs that are shorter happen by chance.
const TEXT: usize = 64;
const MOST: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_put_together_in_both_orders() {
        let text = b"hi";
        for (width, order) in [(1, Order::High), (1, Order::Low), (2, Order::High), (4, Order::Low), (4, Order::High)] {
            let mut bytes = Vec::new();
            for byte in text {
                for index in 0..8 / width {
                    let place = if order == Order::Low { index } else { 8 / width - 1 - index };
                    bytes.extend([0xf0 | byte >> (place * width) & ((1 << width) - 1), 0, 0x80, 0x3f]);
                }
            }
            assert_eq!(stream(&bytes, 4, width, order), text, "{width} {order:?}");
        }
        assert_eq!(stream(b"ab\0\x3fcd\0\x3f", 4, 16, Order::Low), b"abcd");
        assert_eq!(stream(b"ba\0\x3fdc\0\x3f", 4, 16, Order::High), b"abcd");
    }
}
