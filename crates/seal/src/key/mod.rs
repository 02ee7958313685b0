//! Ed25519 keys in the text forms of C2SP signed-note: what they are called, how they are written, signing and checking.

mod file;

use std::{fmt, str::FromStr};

use base64::{Engine, prelude::BASE64_STANDARD};
use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

pub use file::KeyFileError;

/// A key that checks signatures, with its name: `NAME+8 HEX DIGITS+BASE64` (C2SP signed-note, "Verifier keys").
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    name: String,
    id: u32,
    key: VerifyingKey,
}

/// A key that signs. Never shown; wiped from memory when it is dropped.
pub struct PrivateKey {
    public: PublicKey,
    key: SigningKey,
}

/// Why a text is no key. The text itself is not repeated: it may be secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The name of a key is empty or holds a space, a plus sign or a control character.
    #[error("the name of a key is not empty and holds no space, `+` or control character")]
    Name,
    /// The parts are missing or are not Base64.
    #[error("it is not a key in the form `NAME+HASH+BASE64`")]
    Form,
    /// A kind of key other than Ed25519.
    #[error("it is not an Ed25519 key")]
    Kind,
    /// The hash in the text is not that of name and key.
    #[error("its hash does not fit its name and its bytes, so it was damaged or put together")]
    Hash,
    /// A private key stands where a public one belongs.
    #[error("it is a private key where a public one belongs")]
    Private,
    /// The system gives no random bytes.
    #[error("the system gives no random bytes")]
    Random,
}

impl PublicKey {
    /// The name, which is the origin of the checkpoints that it checks.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The first bytes of the hash of name and key, by which signature lines name a key.
    pub const fn id(&self) -> u32 {
        self.id
    }

    /// Whether this is a signature of the text. Strict: one signature and no other is right for a key and a text.
    pub fn verifies(&self, text: &[u8], signature: &[u8; 64]) -> bool {
        self.key.verify_strict(text, &ed25519_dalek::Signature::from_bytes(signature)).is_ok()
    }

    fn new(name: &str, key: VerifyingKey) -> Result<Self, KeyError> {
        if !is_name(name) {
            return Err(KeyError::Name);
        }
        let digest = Sha256::new().chain_update(name).chain_update([b'\n', ED25519]).chain_update(key).finalize();
        let id = digest.first_chunk().copied().map(u32::from_be_bytes).unwrap_or_default();
        Ok(Self { name: name.to_owned(), id, key })
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [&[ED25519], self.key.as_bytes().as_slice()].concat();
        write!(f, "{}+{:08x}+{}", self.name, self.id, BASE64_STANDARD.encode(bytes))
    }
}

impl FromStr for PublicKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        if text.starts_with(PRIVATE) {
            return Err(KeyError::Private);
        }
        let (name, id, bytes) = parts(text)?;
        let key = VerifyingKey::from_bytes(&bytes).map_err(|_| KeyError::Form)?;
        let key = Self::new(name, key)?;
        if key.id == id && !key.key.is_weak() { Ok(key) } else { Err(KeyError::Hash) }
    }
}

impl PrivateKey {
    /// A new key of this name from the random bytes of the system.
    pub fn generate(name: &str) -> Result<Self, KeyError> {
        let mut seed = Zeroizing::new([0; 32]);
        getrandom::fill(seed.as_mut_slice()).map_err(|_| KeyError::Random)?;
        Self::from_seed(name, &seed)
    }

    /// The key of this name from its 32 secret bytes (RFC 8032 section 5.1.5).
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Self, KeyError> {
        let key = SigningKey::from_bytes(seed);
        Ok(Self { public: PublicKey::new(name, key.verifying_key())?, key })
    }

    /// The key that checks what this one signs.
    pub const fn public(&self) -> &PublicKey {
        &self.public
    }

    /// The signature of a text.
    pub fn sign(&self, text: &[u8]) -> [u8; 64] {
        self.key.sign(text).to_bytes()
    }

    /// `PRIVATE+KEY+NAME+8 HEX DIGITS+BASE64`.
    pub(crate) fn to_secret(&self) -> Zeroizing<String> {
        let bytes = Zeroizing::new([&[ED25519], self.key.as_bytes().as_slice()].concat());
        let bytes = Zeroizing::new(BASE64_STANDARD.encode(bytes.as_slice()));
        Zeroizing::new(format!("{PRIVATE}{}+{:08x}+{}", self.public.name, self.public.id, bytes.as_str()))
    }
}

impl FromStr for PrivateKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let (name, id, seed) = parts(text.strip_prefix(PRIVATE).ok_or(KeyError::Form)?)?;
        let key = Self::from_seed(name, &seed)?;
        if key.public.id == id { Ok(key) } else { Err(KeyError::Hash) }
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivateKey").field("public", &self.public).finish_non_exhaustive()
    }
}

/// Whether a key may be called so (C2SP signed-note).
pub(crate) fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c == '+' || c.is_whitespace() || c.is_control())
}

/// Name, hash and the 32 bytes of an Ed25519 key.
fn parts(text: &str) -> Result<(&str, u32, Zeroizing<[u8; 32]>), KeyError> {
    let mut parts = text.splitn(3, '+');
    let (Some(name), Some(id), Some(bytes)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(KeyError::Form);
    };
    if id.len() != 8 || !id.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)) {
        return Err(KeyError::Form);
    }
    let id = u32::from_str_radix(id, 16).map_err(|_| KeyError::Form)?;
    let bytes = Zeroizing::new(BASE64_STANDARD.decode(bytes).map_err(|_| KeyError::Form)?);
    match bytes.split_first() {
        Some((&ED25519, key)) => {
            let key = key.try_into().map_err(|_| KeyError::Form)?;
            Ok((name, id, Zeroizing::new(key)))
        }
        Some(_) => Err(KeyError::Kind),
        None => Err(KeyError::Form),
    }
}

const ED25519: u8 = 1;
const PRIVATE: &str = "PRIVATE+KEY+";

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of golang.org/x/mod/sumdb/note, which C2SP signed-note describes.
    pub(crate) const PETER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

    #[test]
    fn the_known_key_is_read_and_written() {
        let key: PublicKey = PETER.parse().unwrap();
        assert_eq!((key.name(), key.id(), key.to_string().as_str()), ("PeterNeumann", 0xc74f_20a3, PETER));
    }

    #[test]
    fn a_private_key_leads_to_its_public_one_and_is_not_shown() {
        let key = PrivateKey::from_seed("a/log", &[7; 32]).unwrap();
        let again: PrivateKey = key.to_secret().parse().unwrap();
        assert_eq!(again.public(), key.public());
        assert!(again.public().verifies(b"text", &key.sign(b"text")));
        assert!(!again.public().verifies(b"texT", &key.sign(b"text")));
        let secret = key.to_secret();
        assert!(!format!("{key:?}").contains(secret.rsplit('+').next().unwrap()));
        assert_eq!(secret.parse::<PublicKey>(), Err(KeyError::Private));
        assert_ne!(PrivateKey::generate("x").unwrap().public(), PrivateKey::generate("x").unwrap().public());
    }

    #[test]
    fn damaged_and_foreign_keys_are_refused() {
        for len in 0..PETER.len() {
            assert!(PETER.get(..len).unwrap_or_default().parse::<PublicKey>().is_err(), "{len}");
        }
        for (from, to) in [("Peter", "Pater"), ("c74f", "c74e"), ("ARpc", "ARpd"), ("ARpc", "AhpC"), ("c74f", "C74F")] {
            assert!(PETER.replace(from, to).parse::<PublicKey>().is_err(), "{to}");
        }
        for name in ["", "two words", "a+b", "tab\t"] {
            assert_eq!(PrivateKey::from_seed(name, &[7; 32]).unwrap_err(), KeyError::Name, "{name}");
        }
    }
}
