//! Where the tensors lie: from the end of the header to the end of the file, one behind the other, each as long as its
//! shape says.

use std::ops::Range;

use super::{Header, Tensor, entries::shown};

/// Checks the tensors of a file of `len` bytes whose data begins at `start`, and moves their ranges there.
pub(super) fn check(header: &mut Header, start: u64, len: u64) {
    let mut tensors = std::mem::take(&mut header.tensors);
    tensors.sort_by_key(|tensor| (tensor.range.start, tensor.range.end));
    let sound = tensors.iter().filter(|tensor| length(header, tensor)).count() == tensors.len();
    let end = tensors.iter().try_fold(0, |at, tensor| (tensor.range.start == at).then_some(tensor.range.end));
    // One behind the other and each of the right length: only the end of the file is missing.
    let cut = end.filter(|_| sound && header.flaws.is_empty()).and_then(|end| start.checked_add(end));
    if let Some(end) = cut.filter(|end| *end > len) {
        header.missing = end - len;
    }
    let mut at = start;
    for mut tensor in tensors {
        match place(&tensor.range, start) {
            Some(range) if range.end <= len || header.missing > 0 => {
                side_by_side(header, &tensor, &range, at);
                at = at.max(range.end);
                tensor.range = range;
            }
            _ => {
                header.flaw(tensor.at, format!("`{}` lies outside of the file", shown(&tensor.name)));
                continue;
            }
        }
        header.tensors.push(tensor);
    }
    if at < len {
        header.flaw(usize::try_from(at).unwrap_or(usize::MAX), format!("{} bytes follow the last tensor", len - at));
        header.spare.push(at..len);
    }
}

fn place(range: &Range<u64>, start: u64) -> Option<Range<u64>> {
    let (from, to) = (start.checked_add(range.start)?, start.checked_add(range.end)?);
    (from <= to).then_some(from..to)
}

/// Whether a tensor is as long as its shape says.
fn length(header: &mut Header, tensor: &Tensor) -> bool {
    let name = shown(&tensor.name);
    let Some(len) = tensor.range.end.checked_sub(tensor.range.start) else {
        header.flaw(tensor.at, format!("`{name}` ends before it begins"));
        return false;
    };
    let Some(bits) = bits_of(&tensor.dtype) else {
        if is_type_name(&tensor.dtype) {
            if !header.unknown.contains(&tensor.dtype) && header.unknown.len() < UNKNOWN {
                header.unknown.push(tensor.dtype.clone());
            }
            return true;
        }
        header.flaw(tensor.at, format!("`{}` is no type of the elements of `{name}`", shown(&tensor.dtype)));
        return false;
    };
    let count = tensor.shape.iter().try_fold(1u64, |count, side| count.checked_mul(*side));
    let wrong = match count.and_then(|count| count.checked_mul(bits)) {
        None => "the shape of it is larger than any memory",
        Some(bits) if !bits.is_multiple_of(8) => "it ends in the middle of a byte",
        Some(bits) if bits / 8 != len => "its length does not fit its shape",
        Some(_) => return true,
    };
    header.flaw(tensor.at, format!("`{name}`: {wrong}"));
    false
}

fn side_by_side(header: &mut Header, tensor: &Tensor, range: &Range<u64>, at: u64) {
    let name = shown(&tensor.name);
    if range.start < at {
        header.flaw(tensor.at, format!("`{name}` overlaps another tensor"));
    } else if range.start > at {
        header.flaw(tensor.at, format!("{} bytes before `{name}` belong to no tensor", range.start - at));
        header.spare.push(at..range.start);
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

/// A type that a later version may know: letters, bits, and what distinguishes it.
fn is_type_name(dtype: &str) -> bool {
    let rest = dtype.trim_start_matches(|c: char| c.is_ascii_uppercase());
    let tail = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    let letters = dtype.len() - rest.len();
    let plain = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    (1..=4).contains(&letters)
        && (1..=3).contains(&(rest.len() - tail.len()))
        && (tail.is_empty() || tail.starts_with('_') && tail.len() <= 12 && tail.chars().all(plain))
}

const UNKNOWN: usize = 8;
