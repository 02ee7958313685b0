//! Checkpoints (C2SP tlog-checkpoint): what a log says about itself - its name, how many records, the root over them.

use crate::{Hash, Note, NoteError, PrivateKey, PublicKey};

/// The state of a log at one moment. Lines beyond the three that the specification names are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The name of the log, which is also that of its key.
    pub origin: String,
    /// The number of records.
    pub size: u64,
    /// The root of the tree over them.
    pub root: Hash,
    /// Further lines, none empty.
    pub extensions: Vec<String>,
}

/// Why something is no checkpoint of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// The note around it is wrong.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The lines are not origin, size and root.
    #[error("its text is not origin, size and root of a log")]
    Form,
    /// It is of another log than its key.
    #[error("it is of another log than the key")]
    Origin,
}

impl Checkpoint {
    /// The text that is signed.
    pub fn text(&self) -> String {
        let mut text = format!("{}\n{}\n{}\n", self.origin, self.size, self.root);
        self.extensions.iter().for_each(|line| {
            text.push_str(line);
            text.push('\n');
        });
        text
    }

    /// The signed note.
    pub fn sign(&self, key: &PrivateKey) -> Result<Note, NoteError> {
        Note::sign(self.text(), key)
    }

    /// Reads a signed note and checks that the key of the log signed it.
    pub fn open(bytes: &[u8], key: &PublicKey) -> Result<Self, CheckpointError> {
        let note = Note::parse(bytes)?;
        let checkpoint = Self::parse(note.verify(key)?)?;
        if checkpoint.origin == key.name() { Ok(checkpoint) } else { Err(CheckpointError::Origin) }
    }

    /// Reads the text of a checkpoint, whoever signed it.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let mut lines = text.strip_suffix('\n').ok_or(CheckpointError::Form)?.split('\n');
        let mut line = || lines.next().filter(|line| !line.is_empty()).ok_or(CheckpointError::Form);
        let (origin, size, root) = (line()?.to_owned(), line()?, line()?);
        let size = decimal(size).ok_or(CheckpointError::Form)?;
        let root = root.parse().map_err(|_| CheckpointError::Form)?;
        let extensions: Vec<String> = lines.map(str::to_owned).collect();
        if extensions.iter().any(String::is_empty) {
            return Err(CheckpointError::Form);
        }
        Ok(Self { origin, size, root, extensions })
    }
}

/// A number in decimal digits without sign or leading zeros.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let is_canonical = text == "0" || text.starts_with(|c: char| ('1'..='9').contains(&c));
    (is_canonical && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of C2SP tlog-checkpoint.
    const KNOWN: &str = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

    #[test]
    fn the_known_text_is_read_and_written() {
        let checkpoint = Checkpoint::parse(KNOWN).unwrap();
        assert_eq!((checkpoint.size, checkpoint.text().as_str()), (20_852_163, KNOWN));
        let longer = format!("{KNOWN}time 3\nmore\n");
        let checkpoint = Checkpoint::parse(&longer).unwrap();
        assert_eq!((checkpoint.extensions.len(), checkpoint.text()), (2, longer));
    }

    #[test]
    fn other_texts_are_refused() {
        for len in 0..KNOWN.len() {
            assert!(Checkpoint::parse(KNOWN.get(..len).unwrap_or_default()).is_err(), "{len}");
        }
        for (from, to) in [("2085", "02085"), ("2085", "+2085"), ("2085", "2 085"), ("CsUY", "Cs"), ("example", "\n")] {
            assert_eq!(Checkpoint::parse(&KNOWN.replace(from, to)), Err(CheckpointError::Form), "{to}");
        }
        assert!(Checkpoint::parse(&format!("{KNOWN}\n")).is_err(), "an empty line of extension");
        assert_eq!((decimal("0"), decimal("00"), decimal("18446744073709551616")), (Some(0), None, None));
    }

    #[test]
    fn only_the_key_of_the_log_signs() {
        let key = PrivateKey::from_seed("a/log", &[1; 32]).unwrap();
        let other = PrivateKey::from_seed("a/log", &[2; 32]).unwrap();
        let mut checkpoint =
            Checkpoint { origin: "a/log".to_owned(), size: 3, root: Hash::of_leaf(b""), extensions: Vec::new() };
        let note = checkpoint.sign(&key).unwrap().to_string();
        assert_eq!(Checkpoint::open(note.as_bytes(), key.public()), Ok(checkpoint.clone()));
        assert!(Checkpoint::open(note.as_bytes(), other.public()).is_err());
        checkpoint.origin = "b/log".to_owned();
        let note = checkpoint.sign(&key).unwrap().to_string();
        assert_eq!(Checkpoint::open(note.as_bytes(), key.public()), Err(CheckpointError::Origin));
    }
}
