//! A stable name for a finding, so that a baseline survives moved lines.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::{Evidence, Finding};

/// The first 128 bits of a SHA-256 over rule, artifact, the marked text and the message (white space folded): not over line
/// numbers, offsets or counts, so the fingerprint survives edits elsewhere in the file. In binary files the message tells
/// what the marked bytes do not: the opcode that calls is the same, whatever it calls.
///
/// Two findings of one rule that say the same of equal text in one artifact share a fingerprint; baselines therefore count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 16]);

impl Fingerprint {
    pub(crate) fn of(finding: &Finding, root: &str) -> Self {
        let artifact = &finding.target.artifact;
        let path = match artifact.path().strip_prefix(root) {
            Some(rest) if root.ends_with('/') || rest.starts_with('/') => rest.trim_start_matches('/'),
            _ => artifact.path(),
        };
        let essence = finding.evidence.first().map(Evidence::essence).unwrap_or_default();
        let folded = essence.split_whitespace().collect::<Vec<_>>().join(" ");
        let message = finding.message.split_whitespace().filter(|word| !is_number(word)).collect::<Vec<_>>().join(" ");
        let mut hasher = Sha256::new();
        for part in [finding.rule.name, path, artifact.entry_name().unwrap_or_default(), &folded, &message] {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        let digest: [u8; 32] = hasher.finalize().into();
        let (head, _) = digest.split_at(16);
        Self(head.try_into().unwrap_or_default())
    }
}

/// Whether a word of a message is a number: a line, an offset, or how many there are.
fn is_number(word: &str) -> bool {
    let digits = word.trim_matches(|c: char| c.is_ascii_punctuation());
    !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit() || matches!(c, ',' | '.' | ':' | '-'))
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
