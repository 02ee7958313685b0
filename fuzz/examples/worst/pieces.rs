//! What hostile files are made of: one piece over and over.

/// The size of most files.
pub(crate) const SIZE: usize = 1_000_000;

/// A piece, until the text is as long as most files are.
pub(crate) fn fill(piece: &str) -> Vec<u8> {
    piece.repeat(SIZE / piece.len()).into_bytes()
}

/// The same between a head and a tail.
pub(crate) fn between(head: &str, piece: &str, tail: &str) -> Vec<u8> {
    [head.as_bytes(), &fill(piece), tail.as_bytes()].concat()
}

/// Pieces with numbers in them.
pub(crate) fn count(to: usize, piece: impl Fn(usize) -> String) -> String {
    (0..to).map(piece).collect()
}
