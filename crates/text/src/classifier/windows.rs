//! Where a text is cut for a model that reads so many tokens at once: pieces of bounded size for the tokenizer, windows of
//! tokens that overlap for the model.

use std::ops::Range;

/// Pieces of at most [`PIECE`] bytes that overlap by up to [`OVERLAP`], cut where a word ends if there is such a place.
pub(super) fn pieces(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut next = Some(0_usize).filter(|_| !text.is_empty());
    std::iter::from_fn(move || {
        let start = next?;
        let most = floor(text, start.saturating_add(PIECE));
        let end = if most == text.len() { most } else { gap(text, most - OVERLAP / 2..most) };
        next = (end < text.len()).then(|| gap(text, floor(text, end - OVERLAP)..floor(text, end - OVERLAP / 2)));
        Some(start..end)
    })
}

/// Windows of at most `size` tokens that overlap by a quarter.
pub(super) fn windows(count: usize, size: usize) -> impl Iterator<Item = Range<usize>> {
    let size = size.max(1);
    let step = (size - size / 4).max(1);
    let mut next = Some(0_usize).filter(|_| count > 0);
    std::iter::from_fn(move || {
        let start = next?;
        let end = count.min(start + size);
        next = (end < count).then_some(start + step);
        Some(start..end)
    })
}

/// The last end of a word in a range, or the end of the range.
fn gap(text: &str, range: Range<usize>) -> usize {
    let part = text.get(floor(text, range.start)..range.end).unwrap_or_default();
    let end = part.rfind(char::is_whitespace).map(|at| range.end - part.len() + at);
    end.unwrap_or(range.end)
}

fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The longest piece in bytes: a few windows.
const PIECE: usize = 16 << 10;
/// How much of a piece stands in the next one too, in bytes: as much as a quarter of a window.
const OVERLAP: usize = 1 << 10;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_byte_is_in_a_piece(text in "([a-z]{1,9} |é|\u{3042}){0,9}", times in 0..6000_usize) {
            let text = text.repeat(times);
            let mut end = 0;
            for piece in pieces(&text) {
                prop_assert!(piece.start <= end && piece.end > end && piece.len() <= PIECE);
                prop_assert!(text.get(piece.clone()).is_some());
                end = piece.end;
            }
            prop_assert_eq!(end, text.len());
        }

        #[test]
        fn every_token_is_in_a_window(count in 0..3000_usize, size in 0..600_usize) {
            let mut end = 0;
            for window in windows(count, size) {
                prop_assert!(window.start <= end && window.end > end && window.len() <= size.max(1));
                end = window.end;
            }
            prop_assert_eq!(end, count);
        }
    }
}
