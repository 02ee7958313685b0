//! Addresses of crypto currencies: a checksum that is right says enough; without one, words have to.

use std::ops::Range;

use palisade_base::Confidence;
use sha2::{Digest, Sha256};
use sha3::Keccak256;

use super::context::{Context, Contexts};
use crate::{Hit, entropy};

/// The address that this word of letters and digits is.
pub(super) fn of_mixed(text: &str, range: Range<usize>, contexts: &Contexts) -> Option<Hit> {
    let word = text.get(range.clone())?;
    if !(26..=110).contains(&word.len()) {
        return None;
    }
    let joint = |byte: Option<&u8>| byte.is_some_and(|byte| matches!(byte, b'-' | b'_' | b'.' | b'+' | b'%'));
    let bytes = text.as_bytes();
    let after = bytes
        .get(range.end)
        .filter(|byte| **byte != b'.')
        .or_else(|| bytes.get(range.end + 1).filter(|b| b.is_ascii_alphanumeric()).and(bytes.get(range.end)));
    if joint(range.start.checked_sub(1).and_then(|at| bytes.get(at))) || joint(after) {
        return None;
    }
    let (signed, may_be) = judge(word);
    let announced = || contexts.before(range.start, &[Context::Crypto]) || contexts.after(range.end, Context::Crypto);
    let confidence = match (signed, may_be) {
        (true, _) => Confidence::High,
        (false, true) if announced() => Confidence::Medium,
        _ => return None,
    };
    Some(Hit { range, kind: "crypto-address", confidence })
}

/// Whether the checksum of an address is right, and whether the shape is one of an address.
fn judge(word: &str) -> (bool, bool) {
    if let Some(hex) = word.strip_prefix("0x").filter(|hex| hex.len() == 40) {
        let shaped = hex.bytes().all(|byte| byte.is_ascii_hexdigit()) && entropy(&hex.to_ascii_lowercase()) > 2.8;
        return (shaped && eip_55(hex), shaped);
    }
    let lower = word.to_ascii_lowercase();
    if BECH32.iter().any(|prefix| lower.starts_with(prefix)) && (word == lower || word == word.to_ascii_uppercase()) {
        let shaped = word.len() >= 42 && lower.split_once('1').is_some_and(|(_, data)| data.bytes().all(is_bech32));
        return (bech32(&lower), shaped);
    }
    let base58 = word.bytes().all(|byte| BASE58.contains(&byte));
    let mixed = word.bytes().any(|b| b.is_ascii_lowercase()) && word.bytes().any(|b| b.is_ascii_uppercase());
    if !base58 || !mixed || entropy(word) < 3.4 {
        return (false, false);
    }
    let shaped = match word.len() {
        26..=35 => word.starts_with(['1', '3', 'L', 'M', 'D', 'T', 'r', 'X', 't', 'A', '2', 'm', 'n']),
        // Solana has no checksum, Monero one of its own.
        36..=44 => true,
        95 | 106 => word.starts_with(['4', '8']),
        _ => false,
    };
    ((26..=35).contains(&word.len()) && base58_check(word), shaped)
}

/// Capitals stand where the digest of the address has a digit of 8 or more (EIP-55). An address of one case has no
/// checksum.
fn eip_55(hex: &str) -> bool {
    let lower = hex.to_ascii_lowercase();
    if hex == lower || hex == hex.to_ascii_uppercase() {
        return false;
    }
    let digits = Keccak256::digest(&lower).into_iter().flat_map(|byte| [byte >> 4, byte & 15]);
    hex.bytes()
        .zip(digits)
        .all(|(byte, digit)| !byte.is_ascii_alphabetic() || byte.is_ascii_uppercase() == (digit >= 8))
}

/// A byte of version, twenty of a digest, four of a checksum: Bitcoin and its kin.
fn base58_check(word: &str) -> bool {
    let mut number = [0_u8; 25];
    for byte in word.bytes() {
        let Some(mut carry) = BASE58.iter().position(|letter| *letter == byte) else { return false };
        for place in number.iter_mut().rev() {
            carry += usize::from(*place) * 58;
            *place = u8::try_from(carry & 0xff).unwrap_or(0);
            carry >>= 8;
        }
        if carry > 0 {
            return false;
        }
    }
    let (body, sum) = number.split_at(21);
    Sha256::digest(Sha256::digest(body)).starts_with(sum)
}

/// The checksum of BIP 173, or that of BIP 350.
fn bech32(lower: &str) -> bool {
    let Some((prefix, data)) = lower.rsplit_once('1') else { return false };
    let spread = prefix.bytes().map(|byte| byte >> 5).chain([0]).chain(prefix.bytes().map(|byte| byte & 31));
    let values = data.bytes().map(|byte| BECH32_LETTERS.iter().position(|letter| *letter == byte));
    let mut sum = 1_u32;
    for value in spread.map(|value| Some(usize::from(value))).chain(values) {
        let Some(value) = value.and_then(|value| u32::try_from(value).ok()) else { return false };
        let top = sum >> 25;
        sum = ((sum & 0x01ff_ffff) << 5) ^ value;
        for (bit, part) in [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3].iter().enumerate() {
            sum ^= if (top >> bit) & 1 == 1 { *part } else { 0 };
        }
    }
    data.len() > 6 && matches!(sum, 1 | 0x2bc8_30a3)
}

fn is_bech32(byte: u8) -> bool {
    BECH32_LETTERS.contains(&byte)
}

const BASE58: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const BECH32_LETTERS: &[u8] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const BECH32: &[&str] = &["bc1", "tb1", "ltc1", "addr1", "cosmos1", "osmo1", "bnb1"];

#[cfg(test)]
mod tests {
    use palisade_base::Confidence;

    use crate::{Detector, PersonalData};

    fn hits(text: &str) -> Vec<(&'static str, Confidence)> {
        PersonalData.find(text).into_iter().map(|hit| (hit.kind, hit.confidence)).collect()
    }

    /// Addresses of specifications (BIP 173, BIP 350, EIP-55) and of the first block.
    #[test]
    fn specimens() {
        for text in [
            "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
            "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy",
            "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
            "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
            "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        ] {
            assert_eq!(hits(text), [("crypto-address", Confidence::High)], "{text}");
        }
        for text in
            ["my wallet 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", "send ETH to 0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed."]
        {
            assert_eq!(hits(text), [("crypto-address", Confidence::Medium)], "{text}");
        }
    }

    #[test]
    fn near_misses() {
        for text in [
            "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb",
            "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed",
            "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5",
            "wallet 0x0000000000000000000000000000000000000000",
            "commit 146d9aeef9de4edf27d8e6d7817213b0a93effb5 of the wallet",
            "the wallet of 2024 users_1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
        ] {
            assert_eq!(hits(text), [], "{text}");
        }
    }
}
