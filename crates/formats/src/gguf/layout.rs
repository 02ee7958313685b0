//! Where the tensors lie: aligned, one behind the other, up to the end of the file.

use super::{Metadata, Tensor, shown};

/// Checks the tensors of a file of `len` bytes whose header ends at `end`, and moves their ranges into the file.
pub(super) fn check(metadata: &mut Metadata, end: u64, alignment: u64, len: u64) {
    // A file without tensors, such as one with a vocabulary only, ends where it ends.
    let start = if metadata.tensors.is_empty() { end } else { end.next_multiple_of(alignment) };
    let mut tensors = std::mem::take(&mut metadata.tensors);
    tensors.sort_by_key(|tensor| (tensor.range.start, tensor.range.end));
    extend_unknown(&mut tensors, len.saturating_sub(start));
    let mut expected = Some(0);
    for tensor in &tensors {
        expected = expected
            .filter(|at| *at == tensor.range.start)
            .and_then(|_| tensor.range.end.checked_next_multiple_of(alignment));
    }
    let reach = tensors.iter().map(|tensor| tensor.range.end).max().unwrap_or(0);
    let data_end = start.checked_add(reach).filter(|end| *end <= LARGEST);
    if let Some(data_end) = data_end.filter(|end| *end > len && expected.is_some()) {
        metadata.missing = data_end - len;
    }
    let mut at = start;
    for mut tensor in tensors {
        let (Some(from), Some(to)) = (start.checked_add(tensor.range.start), start.checked_add(tensor.range.end))
        else {
            outside(metadata, &tensor);
            continue;
        };
        if to > len && metadata.missing == 0 {
            outside(metadata, &tensor);
            continue;
        }
        if tensor.range.start % alignment != 0 {
            metadata.flaw(tensor.at, format!("the tensor `{}` is not aligned", shown(&tensor.name)));
        }
        if from < at && from < to {
            metadata.flaw(tensor.at, format!("the tensor `{}` overlaps another", shown(&tensor.name)));
        } else if from > at {
            metadata.spare.push(at..from);
        }
        at = at.max(to);
        tensor.range = from..to;
        metadata.tensors.push(tensor);
    }
    if end < start.min(len) {
        metadata.spare.insert(0, end..start.min(len));
    }
    if at < len {
        metadata.spare.push(at..len);
    }
    metadata.data = Some(start..at);
}

/// A tensor of a type that is not known reaches to the next one.
fn extend_unknown(tensors: &mut [Tensor], room: u64) {
    let mut next = room;
    for tensor in tensors.iter_mut().rev() {
        let start = tensor.range.start;
        if tensor.element.block().is_none() {
            tensor.range.end = next.max(start);
        }
        next = start;
    }
}

fn outside(metadata: &mut Metadata, tensor: &Tensor) {
    metadata.flaw(tensor.at, format!("the tensor `{}` lies outside of the file", shown(&tensor.name)));
}

/// No file of weights is longer.
const LARGEST: u64 = 16 << 40;
