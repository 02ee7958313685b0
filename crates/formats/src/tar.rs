//! Tar archives: names and places of members. Source: POSIX.1-2017 pax, `ustar` interchange format.

use std::ops::Range;

/// A member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its path.
    pub name: String,
    /// Its bytes in the archive.
    pub range: Range<usize>,
    /// Where it points, if it is a link.
    pub link: Option<String>,
    /// Whether the archive ends before it does.
    pub cut: bool,
}

/// The members of an archive, at most `limit`.
pub fn members(bytes: &[u8], limit: usize) -> Vec<Member> {
    let mut members = Vec::new();
    let (mut at, mut long_name) = (0usize, None);
    while members.len() < limit {
        let Some(header) = bytes.get(at..at.saturating_add(BLOCK)) else { break };
        if header.iter().all(|byte| *byte == 0) {
            break;
        }
        let Some(size) = octal(header.get(124..136).unwrap_or_default()) else { break };
        let start = at + BLOCK;
        let end = start.saturating_add(size);
        let range = start..end.min(bytes.len());
        let kind = header.get(156).copied().unwrap_or_default();
        match kind {
            // A name that is too long for the header is a member of its own, in front of the one it names.
            b'L' => long_name = Some(text(bytes.get(range.clone()).unwrap_or_default())),
            b'x' | b'g' | b'K' => {}
            _ => {
                let prefix = text(header.get(345..500).unwrap_or_default());
                let short = text(header.get(..100).unwrap_or_default());
                let short = if prefix.is_empty() { short } else { format!("{prefix}/{short}") };
                let link = matches!(kind, b'1' | b'2').then(|| text(header.get(157..257).unwrap_or_default()));
                members.push(Member { name: long_name.take().unwrap_or(short), range, link, cut: end > bytes.len() });
            }
        }
        at = end.saturating_add(BLOCK - 1) / BLOCK * BLOCK;
    }
    members
}

fn octal(field: &[u8]) -> Option<usize> {
    let text = std::str::from_utf8(field).ok()?.trim_matches(['\0', ' ']);
    usize::from_str_radix(text, 8).ok()
}

fn text(field: &[u8]) -> String {
    let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
    String::from_utf8_lossy(field.get(..end.min(4096)).unwrap_or_default()).into_owned()
}

const BLOCK: usize = 512;

#[cfg(test)]
mod tests {
    use super::*;

    fn member(name: &str, kind: u8, content: &[u8]) -> Vec<u8> {
        let mut block = vec![0; 512];
        block[..name.len()].copy_from_slice(name.as_bytes());
        block[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
        block[156] = kind;
        block[257..262].copy_from_slice(b"ustar");
        block.extend(content);
        block.resize(block.len().next_multiple_of(512), 0);
        block
    }

    #[test]
    fn members_are_found() {
        let bytes =
            [member("a.pkl", b'0', b"N."), member("x", b'L', b"long/name\0"), member("short", b'0', b"text")].concat();
        let seen = members(&bytes, 10);
        assert_eq!(seen.iter().map(|m| m.name.as_str()).collect::<Vec<_>>(), ["a.pkl", "long/name"]);
        assert_eq!(&bytes[seen[0].range.clone()], b"N.");
    }

    #[test]
    fn truncated_archives_are_safe() {
        let bytes = [member("a", b'0', &[1; 600]), member("b", b'0', &[2; 600])].concat();
        for len in 0..bytes.len() {
            for member in members(&bytes[..len], 10) {
                assert!(member.range.end <= len);
            }
        }
    }
}
