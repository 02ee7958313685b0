//! One header block of a tar archive.

use super::Kind;

/// A header, its fields still as they are written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header<'a> {
    block: &'a [u8],
    pub(super) size: usize,
    pub(super) kind: u8,
    /// Whether its checksum is right.
    pub(super) sound: bool,
}

/// Whether a file begins with a header: with the mark of POSIX or GNU, or with a checksum that is right.
pub fn looks_like(head: &[u8]) -> bool {
    let Some(block) = head.get(..BLOCK) else { return false };
    let marked = block.get(257..262) == Some(b"ustar");
    // The checksum is digits, and names do not begin with a zero byte: that rules out nearly everything without adding up.
    let digits = block.get(148..154).is_some_and(|field| field.iter().all(|byte| matches!(byte, b'0'..=b'7' | b' ')));
    let named = block.first().is_some_and(|byte| *byte != 0);
    marked || digits && named && Header::read(block).is_some_and(|header| header.sound)
}

impl<'a> Header<'a> {
    /// Reads a block; `None` if its length is no number.
    pub(super) fn read(block: &'a [u8]) -> Option<Self> {
        let size = number(block.get(124..136)?)?;
        let kind = *block.get(156)?;
        Some(Self { block, size, kind, sound: is_sound(block) })
    }

    /// Whether it has the mark of POSIX or GNU.
    pub(super) fn named(&self) -> bool {
        self.block.get(257..262) == Some(b"ustar")
    }

    /// Whether it says more about the member behind it.
    pub(super) fn extends(&self) -> bool {
        matches!(self.kind, b'x' | b'g' | b'X' | b'L' | b'K')
    }

    /// The path in the header itself.
    pub(super) fn name(&self) -> String {
        let name = text(self.block.get(..100).unwrap_or_default());
        // GNU keeps times where POSIX keeps the beginning of long paths.
        let posix = self.block.get(257..263) == Some(b"ustar\0");
        let prefix = if posix { text(self.block.get(345..500).unwrap_or_default()) } else { String::new() };
        if prefix.is_empty() { name } else { format!("{prefix}/{name}") }
    }

    /// What the member is unpacked to, with the target of a link where a record gives it.
    pub(super) fn unpacks_to(&self, name: &str, link: Option<String>) -> Kind {
        let link = || link.unwrap_or_else(|| text(self.block.get(157..257).unwrap_or_default()));
        match self.kind {
            b'1' => Kind::HardLink(link()),
            b'2' => Kind::Link(link()),
            b'3' | b'4' | b'6' => Kind::Device,
            b'5' => Kind::Folder,
            // The first format had no type for folders.
            0 | b'0' if name.ends_with('/') => Kind::Folder,
            _ => Kind::File,
        }
    }

    /// The length of the blocks behind the header of a sparse file that go on with its map.
    pub(super) fn extension(&self, behind: &[u8]) -> usize {
        let mut more = self.kind == b'S' && self.block.get(482).is_some_and(|more| *more != 0);
        let mut len = 0;
        while more && len < MAPS {
            more = behind.get(len + 504).is_some_and(|more| *more != 0);
            len += BLOCK;
        }
        len
    }
}

/// Whether a plain name is what writers put there for a path that is too long for it or not plain.
pub(super) fn is_spelling(plain: &str, path: &str) -> bool {
    let (plain, path) = (plain.trim_end_matches('/'), path.trim_end_matches('/'));
    let fits = path.is_ascii() && path.len() <= 100;
    let makeshift = plain.len() >= 98 || extension(plain).is_none_or(|own| Some(own) == extension(path));
    plain == path || plain.is_empty() || !fits && makeshift
}

fn extension(path: &str) -> Option<&str> {
    path.rsplit('/').next()?.rsplit_once('.').map(|(_, extension)| extension)
}

fn is_sound(block: &[u8]) -> bool {
    let Some(stored) = block.get(148..156).and_then(number) else { return false };
    let (mut plain, mut signed) = (0usize, 0isize);
    for (at, byte) in block.iter().enumerate() {
        let byte = if (148..156).contains(&at) { b' ' } else { *byte };
        plain += usize::from(byte);
        signed += isize::from(byte.cast_signed());
    }
    stored == plain || isize::try_from(stored) == Ok(signed)
}

/// A number: octal digits, or big-endian bytes behind a marked first one.
fn number(field: &[u8]) -> Option<usize> {
    let (first, rest) = field.split_first()?;
    if *first == 0x80 {
        let skipped = rest.len().checked_sub(8)?;
        let (high, low) = rest.split_at_checked(skipped)?;
        let value = low.iter().fold(0u64, |sum, byte| sum << 8 | u64::from(*byte));
        return high.iter().all(|byte| *byte == 0).then(|| usize::try_from(value).ok())?;
    }
    let digits = field.split(|byte| *byte == 0).next()?;
    let digits = std::str::from_utf8(digits).ok()?.trim_matches(' ');
    if digits.is_empty() { Some(0) } else { usize::from_str_radix(digits, 8).ok() }
}

/// A field up to its first zero byte.
pub(super) fn text(field: &[u8]) -> String {
    let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
    String::from_utf8_lossy(field.get(..end.min(LONGEST)).unwrap_or_default()).into_owned()
}

/// The size of a header, and what everything is padded to.
pub(super) const BLOCK: usize = 512;
/// Lengths from here on do not fit into the digits of a header.
pub(super) const ROOM: u64 = 1 << 33;
/// The longest name or link that is kept.
const LONGEST: usize = 4096;
/// The most bytes of the map of a sparse file.
const MAPS: usize = 1 << 20;
