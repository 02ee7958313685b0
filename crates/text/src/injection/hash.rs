//! The hash of features. Fixed for ever: the weights are stored under it.

/// Where every chain of hashes starts.
pub(super) const SEED: u64 = 0x9ae1_6a3b_2f90_404f;

/// One more letter or number on a chain.
pub(super) const fn step(state: u64, value: u64) -> u64 {
    let mixed = (state.rotate_left(23) ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^ (mixed >> 29)
}

/// The cell of a feature among the `1 << BITS` cells of the table.
pub(super) const fn cell(state: u64, bits: u32) -> u32 {
    let mixed = (state ^ (state >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    // The highest bits are the best mixed ones; fewer than 32 of them remain.
    #[expect(clippy::cast_possible_truncation, reason = "fewer than 32 bits remain after the shift")]
    let cell = (mixed >> (64 - bits)) as u32;
    cell
}
