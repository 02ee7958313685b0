//! Signed notes (C2SP signed-note): a text, a blank line, and lines with signatures.

use base64::{Engine, prelude::BASE64_STANDARD};

use crate::{PrivateKey, PublicKey, key};

/// A text and who signed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<Signature>,
}

/// One line of signature: `— NAME BASE64`, where the Base64 holds the number of the key and the signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    name: String,
    id: u32,
    bytes: Vec<u8>,
}

/// Why something is no note, or not signed by whom it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Longer than any note that is read.
    #[error("it is longer than {} bytes", Note::LONGEST)]
    TooLong,
    /// The text is not UTF-8, holds control characters, or does not end with a line.
    #[error("it is no signed note: its text is not lines of UTF-8 without control characters")]
    Text,
    /// No blank line, or no signature after it.
    #[error("it is no signed note: signatures are missing after its text")]
    Unsigned,
    /// A line of signature is malformed.
    #[error("it is no signed note: a line of signature is malformed")]
    Line,
    /// More signatures than are read.
    #[error("it has more than {} signatures", Note::MOST)]
    TooMany,
    /// No signature is of the key.
    #[error("it is not signed by the key `{id:08x}`")]
    Stranger {
        /// The number of the key that was looked for.
        id: u32,
    },
    /// A signature claims to be of the key and is not.
    #[error("its signature by the key `{id:08x}` is wrong")]
    Wrong {
        /// The number of the key.
        id: u32,
    },
}

impl Note {
    /// Bytes of the longest note that is read.
    pub const LONGEST: usize = 64 << 10;
    /// Signatures that are read.
    pub const MOST: usize = 64;

    /// Signs a text, which ends with a line break.
    pub fn sign(text: String, key: &PrivateKey) -> Result<Self, NoteError> {
        let signature = key.sign(text.as_bytes());
        Self::from_parts(text, key.public(), &signature)
    }

    /// A note from its text and a signature of it that was made before.
    pub(crate) fn from_parts(text: String, key: &PublicKey, signature: &[u8; 64]) -> Result<Self, NoteError> {
        if !is_text(&text) {
            return Err(NoteError::Text);
        }
        let signature = Signature { name: key.name().to_owned(), id: key.id(), bytes: signature.to_vec() };
        Ok(Self { text, signatures: vec![signature] })
    }

    /// Reads a note. Nothing is checked yet: see [`Note::verify`].
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        if bytes.len() > Self::LONGEST {
            return Err(NoteError::TooLong);
        }
        let note = str::from_utf8(bytes).map_err(|_| NoteError::Text)?;
        // The text may hold blank lines, the signatures may not: the last one parts them.
        let (text, lines) = note.rsplit_once("\n\n").ok_or(NoteError::Unsigned)?;
        let text = format!("{text}\n");
        if !is_text(&text) {
            return Err(NoteError::Text);
        }
        let lines = lines.strip_suffix('\n').ok_or(NoteError::Unsigned)?;
        let signatures: Vec<_> = lines.split('\n').take(Self::MOST + 1).map(signature).collect::<Result<_, _>>()?;
        if signatures.len() > Self::MOST {
            return Err(NoteError::TooMany);
        }
        Ok(Self { text, signatures })
    }

    /// The text, unchecked.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text, if the key signed it. Signatures of others are passed over, as the specification asks.
    pub fn verify(&self, key: &PublicKey) -> Result<&str, NoteError> {
        let id = key.id();
        let mut own = self.signatures.iter().filter(|line| line.id == id && line.name == key.name()).peekable();
        if own.peek().is_none() {
            return Err(NoteError::Stranger { id });
        }
        let is_right = |line: &Signature| {
            line.bytes.as_slice().try_into().is_ok_and(|bytes| key.verifies(self.text.as_bytes(), bytes))
        };
        if own.all(is_right) { Ok(&self.text) } else { Err(NoteError::Wrong { id }) }
    }
}

impl std::fmt::Display for Note {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|line| {
            let bytes = [line.id.to_be_bytes().as_slice(), &line.bytes].concat();
            writeln!(f, "{DASH}{} {}", line.name, BASE64_STANDARD.encode(bytes))
        })
    }
}

fn signature(line: &str) -> Result<Signature, NoteError> {
    let (name, bytes) = line.strip_prefix(DASH).and_then(|line| line.split_once(' ')).ok_or(NoteError::Line)?;
    let bytes = BASE64_STANDARD.decode(bytes).map_err(|_| NoteError::Line)?;
    match bytes.split_first_chunk() {
        Some((id, rest)) if key::is_name(name) && !rest.is_empty() => {
            Ok(Signature { name: name.to_owned(), id: u32::from_be_bytes(*id), bytes: rest.to_vec() })
        }
        _ => Err(NoteError::Line),
    }
}

fn is_text(text: &str) -> bool {
    text.ends_with('\n') && !text.contains(|c: char| c < ' ' && c != '\n')
}

const DASH: &str = "\u{2014} ";

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of golang.org/x/mod/sumdb/note.
    const KNOWN: &str = "If you think cryptography is the answer to your problem,\n\
        then you don't know what your problem is.\n\n\
        \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

    fn peter() -> PublicKey {
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW".parse().unwrap()
    }

    #[test]
    fn the_known_note_is_read_checked_and_written() {
        let note = Note::parse(KNOWN.as_bytes()).unwrap();
        assert!(note.verify(&peter()).unwrap().starts_with("If you think"));
        assert_eq!(note.to_string(), KNOWN);
    }

    /// The private key of that example, in two parts: it looks alive to scanners.
    #[test]
    fn the_known_key_signs_the_known_note() {
        let secret = ["PRIVATE+KEY+PeterNeumann+c74f20a3", "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"].join("+");
        let text = KNOWN.split("\n\n").next().unwrap().to_owned() + "\n";
        assert_eq!(Note::sign(text, &secret.parse().unwrap()).unwrap().to_string(), KNOWN);
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_found() {
        let key = peter();
        let is_right = |bytes: &[u8]| Note::parse(bytes).is_ok_and(|note| note.verify(&key).is_ok());
        for len in 0..KNOWN.len() {
            assert!(!is_right(&KNOWN.as_bytes()[..len]), "cut at {len}");
        }
        for bit in 0..KNOWN.len() * 8 {
            let mut bytes = KNOWN.as_bytes().to_vec();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(!is_right(&bytes), "bit {bit}");
        }
    }

    #[test]
    fn signatures_of_others_are_passed_over_and_wrong_ones_are_not() {
        let ours = PrivateKey::from_seed("ours", &[1; 32]).unwrap();
        let theirs = PrivateKey::from_seed("theirs", &[2; 32]).unwrap();
        let mut note = Note::sign("a\n\nb\n".to_owned(), &ours).unwrap();
        note.signatures.insert(0, Note::sign("a\n".to_owned(), &theirs).unwrap().signatures.remove(0));
        let note = Note::parse(note.to_string().as_bytes()).unwrap();
        assert_eq!(note.verify(ours.public()), Ok("a\n\nb\n"));
        assert_eq!(note.verify(theirs.public()), Err(NoteError::Wrong { id: theirs.public().id() }));
        assert_eq!(note.verify(&peter()), Err(NoteError::Stranger { id: peter().id() }));
        let mut many = note;
        many.signatures = vec![many.signatures[0].clone(); Note::MOST + 1];
        assert_eq!(Note::parse(many.to_string().as_bytes()), Err(NoteError::TooMany));
    }
}
