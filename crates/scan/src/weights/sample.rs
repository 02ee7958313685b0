//! Which bytes of large tensors are looked at: their beginnings, their ends, and a piece in between.

use std::ops::Range;

use crate::input::model::{Numbers, Tensor};

/// The parts of each tensor that are looked at, in the content: everything if that is asked for or is little, else samples
/// of some tensors.
pub(crate) fn windows<'n>(numbers: &'n Numbers<'_>) -> Vec<(&'n Tensor, Range<usize>)> {
    let len = |tensor: &Tensor| numbers.bytes_of(tensor).len();
    let total: usize = numbers.tensors.iter().map(len).fold(0, usize::saturating_add);
    let whole = |tensor: &Tensor| {
        let start = tensor.range.start.min(numbers.bytes.len());
        start..start + len(tensor)
    };
    let tensors = numbers.tensors.iter().filter(|tensor| len(tensor) > 0);
    if numbers.full || total <= BYTES {
        return once(tensors.map(|tensor| (tensor, whole(tensor))).collect());
    }
    let step = numbers.tensors.len().div_ceil(TENSORS);
    // Pieces begin where a number begins.
    let piece = (BYTES / numbers.tensors.len().clamp(1, TENSORS) / 4).next_multiple_of(64);
    let mut windows = Vec::new();
    for tensor in tensors.step_by(step) {
        let Range { start, end } = whole(tensor);
        if end - start <= 4 * piece {
            windows.push((tensor, start..end));
            continue;
        }
        let middle = start + ((end - start) / 2).next_multiple_of(64);
        let last = start + (end - start - piece).next_multiple_of(64);
        windows.push((tensor, start..start + 2 * piece));
        windows.push((tensor, middle..(middle + piece).min(end)));
        windows.push((tensor, last.min(end)..end));
    }
    windows
}

/// Bytes that several tensors claim are looked at once: any number of tensors may claim all of a file.
fn once(mut windows: Vec<(&Tensor, Range<usize>)>) -> Vec<(&Tensor, Range<usize>)> {
    windows.sort_by_key(|(_, range)| range.start);
    let mut seen = 0;
    for (_, range) in &mut windows {
        range.start = range.start.max(seen);
        seen = seen.max(range.end);
    }
    windows.retain(|(_, range)| !range.is_empty());
    windows
}

/// The most bytes of one file that are looked at, about, and the most tensors.
const BYTES: usize = 2 << 20;
const TENSORS: usize = 64;

#[cfg(test)]
mod tests {
    use palisade_base::Artifact;

    use super::*;
    use crate::input::model::Number;

    #[test]
    fn samples_are_bounded_and_aligned() {
        let artifact = Artifact::file("m");
        let bytes = vec![0; 40 << 20];
        let tensor = |start: usize, end: usize| Tensor {
            name: start.to_string(),
            kind: Number::F32,
            count: 0,
            range: start..end,
        };
        let mut numbers = Numbers {
            artifact: &artifact,
            bytes: &bytes,
            tensors: (0..1000).map(|at| tensor(at * 40_000, (at + 1) * 40_000)).collect(),
            weights: true,
            claimed: None,
            full: false,
        };
        let sampled = windows(&numbers);
        let total: usize = sampled.iter().map(|(_, range)| range.len()).sum();
        assert!(total <= 3 << 20 && total > 1 << 20, "{total}");
        assert!(
            sampled
                .iter()
                .all(|(tensor, range)| (range.start - tensor.range.start) % 8 == 0 && range.end <= tensor.range.end)
        );
        numbers.full = true;
        assert_eq!(windows(&numbers).len(), 1000);
        numbers.tensors = vec![tensor(usize::MAX - 1, usize::MAX), tensor(0, usize::MAX)];
        assert_eq!(windows(&numbers), [(&tensor(0, usize::MAX), 0..bytes.len())]);
    }
}
