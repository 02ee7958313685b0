//! Runs of printable text in bytes that are not text: names and settings that opaque formats carry beside their numbers.

use std::ops::Range;

/// The runs of at least `least` printable ASCII characters in a part of `bytes`, line breaks included.
pub fn runs(bytes: &[u8], range: Range<usize>, least: usize) -> impl Iterator<Item = Range<usize>> {
    let end = range.end.min(bytes.len());
    let mut at = range.start.min(end);
    std::iter::from_fn(move || {
        while at < end {
            let rest = bytes.get(at..end)?;
            let start = at + rest.iter().position(|byte| is_printable(*byte)).unwrap_or(rest.len());
            let rest = bytes.get(start..end)?;
            at = start + rest.iter().position(|byte| !is_printable(*byte)).unwrap_or(rest.len());
            if at - start >= least.max(1) {
                return Some(start..at);
            }
        }
        None
    })
}

fn is_printable(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn long_runs_are_found() {
        let bytes = b"\0\x01name=x\ny\0ab\xff\xffa longer text";
        let found: Vec<_> = runs(bytes, 0..bytes.len(), 4).map(|range| &bytes[range]).collect();
        assert_eq!(found, [&b"name=x\ny"[..], b"a longer text"]);
        assert_eq!(runs(bytes, 3..5, 2).next(), Some(3..5));
        assert_eq!(runs(bytes, 90..99, 0).count(), 0);
    }

    proptest! {
        #[test]
        fn runs_lie_in_the_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200), a in 0usize..250, b in 0usize..250) {
            for run in runs(&bytes, a..b, 3) {
                prop_assert!(run.len() >= 3 && run.start >= a && run.end <= b.min(bytes.len()));
            }
        }
    }
}
