//! The key of digests and tokens. It is never shown, and wiped when it is no longer used.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroize;

/// The key of [`Action::Hash`](super::Action::Hash) and [`Action::Tokenise`](super::Action::Tokenise).
#[derive(Clone)]
pub struct Key([u8; 32]);

/// A key that can be guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a key has at least {} bytes", Key::LEAST)]
pub struct ShortKey;

impl Key {
    /// The fewest bytes that make a key.
    pub const LEAST: usize = 16;

    /// The key that is made of these bytes, of which there are at least [`Key::LEAST`].
    pub fn new(material: &[u8]) -> Result<Self, ShortKey> {
        let digest =
            || Self(Sha256::new_with_prefix(b"palisade redaction key\0").chain_update(material).finalize().into());
        (material.len() >= Self::LEAST).then(digest).ok_or(ShortKey)
    }

    /// HMAC-SHA-256 (RFC 2104) of the parts, each with its length before it, so that no two lists of parts look alike.
    pub(super) fn digest(&self, parts: &[&[u8]]) -> [u8; 32] {
        // A key that is shorter than a block is filled up with zeros (RFC 2104, section 2).
        let mut block = [0; 64];
        block.iter_mut().zip(self.0).for_each(|(byte, key)| *byte = key);
        let mut code = <Hmac<Sha256> as KeyInit>::new(&block.into());
        block.zeroize();
        for part in parts {
            code.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            code.update(part);
        }
        code.finalize().into_bytes().into()
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(***)")
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_long_and_never_shown() {
        assert_eq!(Key::new(b"short").err(), Some(ShortKey));
        assert_eq!(format!("{:?}", Key::new(&[7; 16]).unwrap()), "Key(***)");
    }

    #[test]
    fn no_parts_are_the_code_of_nothing() {
        use sha2::Digest;
        let key = Key::new(&[1; 32]).unwrap();
        let pad = |mask: u8| -> Vec<u8> { key.0.iter().chain(&[0; 32]).map(|byte| byte ^ mask).collect() };
        let inner = Sha256::digest(pad(0x36));
        assert_eq!(key.digest(&[])[..], Sha256::new_with_prefix(pad(0x5c)).chain_update(inner).finalize()[..]);
    }

    #[test]
    fn digests_depend_on_the_key_and_on_every_part() {
        let (one, other) = (Key::new(&[1; 32]).unwrap(), Key::new(&[2; 32]).unwrap());
        let digest = one.digest(&[b"ab", b"c"]);
        assert_eq!(digest, one.digest(&[b"ab", b"c"]));
        assert_ne!(digest, one.digest(&[b"a", b"bc"]));
        assert_ne!(digest, other.digest(&[b"ab", b"c"]));
    }
}
