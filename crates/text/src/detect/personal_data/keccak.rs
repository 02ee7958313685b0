//! Keccak-256 with the padding of Ethereum, for the letters of its addresses (EIP-55). Not for secrets.

/// The digest of a text that fits in one block of 136 bytes; `None` for longer ones.
pub(super) fn keccak_256(text: &[u8]) -> Option<[u8; 32]> {
    let mut block = [0_u8; RATE];
    block.get_mut(..text.len())?.copy_from_slice(text);
    *block.get_mut(text.len())? ^= 0x01;
    *block.last_mut()? ^= 0x80;
    let mut state = [0_u64; 25];
    for (lane, bytes) in state.iter_mut().zip(block.chunks_exact(8)) {
        *lane = u64::from_le_bytes(bytes.try_into().ok()?);
    }
    for constant in &ROUNDS {
        round(&mut state, *constant);
    }
    let mut digest = [0; 32];
    for (bytes, lane) in digest.chunks_exact_mut(8).zip(state) {
        bytes.copy_from_slice(&lane.to_le_bytes());
    }
    Some(digest)
}

/// One round of `Keccak-f` of 1600 bits: theta, rho and pi, chi, iota (FIPS 202, section 3.2).
fn round(state: &mut [u64; 25], constant: u64) {
    let at = |state: &[u64; 25], x: usize, y: usize| state.get(x % 5 + 5 * (y % 5)).copied().unwrap_or(0);
    let column = |x: usize| (0..5).fold(0, |sum, y| sum ^ at(state, x, y));
    let columns: [u64; 5] = std::array::from_fn(column);
    let of = |x: usize| columns.get(x % 5).copied().unwrap_or(0);
    let mixed: [u64; 25] = std::array::from_fn(|lane| {
        let x = lane % 5;
        state.get(lane).copied().unwrap_or(0) ^ of(x + 4) ^ of(x + 1).rotate_left(1)
    });
    let (mut moved, mut x, mut y) = (mixed, 1_usize, 0_usize);
    for step in 0..24_u32 {
        let lane = at(&mixed, x, y).rotate_left((step + 1) * (step + 2) / 2 % 64);
        (x, y) = (y, (2 * x + 3 * y) % 5);
        if let Some(place) = moved.get_mut(x + 5 * y) {
            *place = lane;
        }
    }
    *state = std::array::from_fn(|lane| {
        let (x, y) = (lane % 5, lane / 5);
        at(&moved, x, y) ^ (!at(&moved, x + 1, y) & at(&moved, x + 2, y))
    });
    if let Some(first) = state.first_mut() {
        *first ^= constant;
    }
}

/// Bytes that one block takes in.
const RATE: usize = 136;

const ROUNDS: [u64; 24] = [
    0x0000_0000_0000_0001,
    0x0000_0000_0000_8082,
    0x8000_0000_0000_808a,
    0x8000_0000_8000_8000,
    0x0000_0000_0000_808b,
    0x0000_0000_8000_0001,
    0x8000_0000_8000_8081,
    0x8000_0000_0000_8009,
    0x0000_0000_0000_008a,
    0x0000_0000_0000_0088,
    0x0000_0000_8000_8009,
    0x0000_0000_8000_000a,
    0x0000_0000_8000_808b,
    0x8000_0000_0000_008b,
    0x8000_0000_0000_8089,
    0x8000_0000_0000_8003,
    0x8000_0000_0000_8002,
    0x8000_0000_0000_0080,
    0x0000_0000_0000_800a,
    0x8000_0000_8000_000a,
    0x8000_0000_8000_8081,
    0x8000_0000_0000_8080,
    0x0000_0000_8000_0001,
    0x8000_0000_8000_8008,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_answers() {
        let hex = |text: &[u8]| keccak_256(text).unwrap().iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        assert_eq!(hex(b""), "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
        assert_eq!(hex(b"abc"), "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45");
        assert_eq!(keccak_256(&[0; 136]), None);
    }
}
