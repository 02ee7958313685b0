//! What stands in front of a header and says more about its member: pax records, and the long names of GNU.

use std::ops::Range;

use super::header::{BLOCK, text};

/// What was said about the next member, or about all that follow.
#[derive(Clone, Debug, Default)]
pub(super) struct Records {
    pub(super) path: Option<String>,
    pub(super) link: Option<String>,
    pub(super) size: Option<usize>,
    /// Whether the member is a sparse file: then its plain name is a makeshift.
    pub(super) sparse: bool,
    /// Whether the map of a sparse file stands in front of its data.
    pub(super) map: bool,
}

impl Records {
    /// Adds the content of a header of this kind.
    pub(super) fn add(&mut self, kind: u8, data: &[u8]) {
        match kind {
            b'L' => self.path = Some(text(data)),
            b'K' => self.link = Some(text(data)),
            _ => pairs(data).for_each(|(key, value)| self.set(key, value)),
        }
    }

    fn set(&mut self, key: &[u8], value: &[u8]) {
        let number = || std::str::from_utf8(value).ok()?.parse().ok();
        match key {
            // The name of a sparse file wins over the one that readers without it see.
            b"path" if !self.sparse => self.path = Some(text(value)),
            b"GNU.sparse.name" => (self.path, self.sparse) = (Some(text(value)), true),
            b"GNU.sparse.major" => (self.sparse, self.map) = (true, value == b"1"),
            b"linkpath" => self.link = Some(text(value)),
            b"size" => self.size = number(),
            _ => {}
        }
    }

    /// These, and what was said about all members where they say nothing.
    pub(super) fn over(self, global: &Self) -> Self {
        Self {
            path: self.path.or_else(|| global.path.clone()),
            link: self.link.or_else(|| global.link.clone()),
            size: self.size.or(global.size),
            ..self
        }
    }
}

/// The pairs of `LENGTH KEY=VALUE` lines, as far as the lengths hold.
fn pairs(data: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut rest = data;
    std::iter::from_fn(move || {
        let space = rest.iter().take(20).position(|byte| *byte == b' ')?;
        let len: usize = std::str::from_utf8(rest.get(..space)?).ok()?.parse().ok()?;
        let line = rest.get(space + 1..len)?;
        rest = rest.get(len..)?;
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let equals = line.iter().position(|byte| *byte == b'=')?;
        Some((line.get(..equals)?, line.get(equals + 1..)?))
    })
}

/// The length of the map of a sparse file, which is lines of numbers, padded.
pub(super) fn map_len(bytes: &[u8], range: &Range<usize>) -> usize {
    let data = bytes.get(range.clone()).unwrap_or_default();
    let mut lines = data.split(|byte| *byte == b'\n');
    let mut line = || lines.next().and_then(|line| std::str::from_utf8(line).ok()).filter(|line| line.len() < 20);
    let Some(count) = line().and_then(|line| line.parse::<usize>().ok()) else { return 0 };
    let first = count.to_string().len() + 1;
    let rest: usize = (0..count.saturating_mul(2).min(1 << 16)).map_while(|_| line()).map(|line| line.len() + 1).sum();
    (first + rest).next_multiple_of(BLOCK).min(data.len())
}
