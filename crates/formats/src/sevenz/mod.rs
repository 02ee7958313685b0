//! 7z archives: what is in them, and the blocks that several members are packed into together. Source: `7zFormat.txt` of
//! the LZMA SDK.
//!
//! Nothing is allocated by what a count says: every file, coder and stream takes bytes of the header that are there.

mod folder;
mod header;

pub use folder::{Coder, Folder};
pub use header::read;

/// What reading an archive may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The most members.
    pub members: usize,
    /// The most bytes of the header, unpacked.
    pub header: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { members: 100_000, header: 32 << 20 }
    }
}

/// The members of an archive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Archive {
    /// The members in their order.
    pub files: Vec<File>,
    /// The blocks that they are packed into.
    pub folders: Vec<Folder>,
}

/// A member.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct File {
    /// Its path.
    pub name: String,
    /// Its length, unpacked.
    pub size: u64,
    /// The block that it lies in, and where in the unpacked block; `None` if it has no content.
    pub lies: Option<(usize, u64)>,
    /// The checksum as stored.
    pub crc: Option<u32>,
    /// Whether it is a symbolic link to what its content says.
    pub is_link: bool,
}

/// Why an archive cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// The names of its members are encrypted.
    Encrypted,
    /// The header is packed in a way that is not read.
    Unsupported,
    /// The header is broken, or not there.
    Broken,
    /// There is more than the limits allow.
    Large,
}

/// How an archive begins.
pub const MAGIC: &[u8] = b"7z\xbc\xaf\x27\x1c";

#[cfg(test)]
mod tests;
