//! One member: what its headers say, how they differ, and its bytes.

use std::borrow::Cow;

use crate::compress::{self, Codec, End};

/// One member, as its headers describe it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member<'a> {
    /// The name in the directory, or in the local header if no directory lists it.
    pub name: Cow<'a, str>,
    /// The name in the local header, where the directory lists the member and the two differ.
    pub local_name: Option<Cow<'a, str>>,
    /// The name in the extra field for Unicode names, where some readers take it and it is another file's.
    pub unicode_name: Option<Cow<'a, str>>,
    /// Whether the directory lists it.
    pub listed: bool,
    /// What it is unpacked to, on systems that honour it.
    pub kind: Kind,
    /// General purpose flags of both headers, joined.
    pub flags: u16,
    /// The compression method in the directory, or in the local header if no directory lists it.
    pub method: u16,
    /// The method in the local header, where it differs.
    pub local_method: Option<u16>,
    /// The checksum as stored.
    pub crc: u32,
    /// Compressed length as stored.
    pub compressed: u64,
    /// Length as stored; may lie.
    pub size: u64,
    /// Offset of the local header.
    pub header: usize,
    /// Offset of its data.
    pub data: usize,
    /// The name in the directory as it is written.
    pub(super) raw_name: &'a [u8],
    /// In what the views of it differ.
    pub differs: Vec<Difference>,
}

/// What a member is unpacked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link to what its content says.
    Link,
    /// A device, a pipe or a socket.
    Device,
}

/// Something that two readers of one member take differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difference {
    /// The headers give different names.
    Name,
    /// A zero byte ends the name for some readers.
    NameEnds,
    /// An extra field gives the name of another file.
    UnicodeName,
    /// The headers give different methods.
    Method,
    /// The headers give different lengths.
    Size,
    /// The headers give different checksums.
    Checksum,
    /// Only one of the headers says that it is encrypted or patched.
    Flags,
    /// It asks for a version that no reader has; some refuse, others do not look.
    Version,
    /// It lies in another part of the archive, it says.
    Part,
    /// The record behind the data says something else than the directory.
    Descriptor,
    /// There is no local header where the directory says.
    Header,
    /// It shares bytes with another member.
    Overlap,
}

/// Bytes of a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content<'a> {
    /// The bytes, as far as they could be read.
    pub bytes: Cow<'a, [u8]>,
    /// Why there are no more.
    pub end: End,
    /// How many bytes of the archive it takes, where the packed data tells.
    pub packed: usize,
}

impl<'a> Member<'a> {
    /// Whether a header says that the data is encrypted, or a patch of something else: readers that obey refuse it.
    pub fn claims_encryption(&self) -> bool {
        self.flags & REFUSED != 0 || self.methods().any(|method| method == AES)
    }

    /// Whether both headers give the same name.
    pub fn names_agree(&self) -> bool {
        self.local_name.is_none()
    }

    /// Its methods: that of the directory, and that of the local header if it differs.
    pub fn methods(&self) -> impl Iterator<Item = u16> + use<> {
        [Some(self.method), self.local_method].into_iter().flatten()
    }

    /// Whether some method of it can be decoded here.
    pub fn readable(&self) -> bool {
        self.methods().any(|method| method == 0 || codec(method).is_some())
    }

    /// Whether its headers do not tell where it ends, as far as any reader would go on behind them.
    ///
    /// A local header may leave the length to a record behind the data: then packed data tells its end itself. Folders and
    /// empty files, which have no data, must not be mistaken for that: what follows them are the members behind them.
    fn tells_no_end(&self, method: u16) -> bool {
        let later = self.flags & 0x8 != 0 && (method != 0 || !self.listed);
        self.compressed == 0 && (self.size > 0 || later)
    }

    /// Its data in the archive as stored.
    pub fn stored(&self, archive: &'a [u8], method: u16) -> &'a [u8] {
        let rest = archive.get(self.data..).unwrap_or_default();
        let len = usize::try_from(self.compressed).unwrap_or(usize::MAX);
        let len = if self.tells_no_end(method) { rest.len() } else { len };
        rest.get(..len).unwrap_or(rest)
    }

    /// Reads at most `limit` bytes of the member with one of its methods; `None` if the method is not supported.
    pub fn read(&self, archive: &'a [u8], method: u16, limit: usize) -> Option<Content<'a>> {
        let stored = self.stored(archive, method);
        if method == 0 {
            let whole = stored.len() as u64 >= self.compressed;
            let bytes = stored.get(..limit).unwrap_or(stored);
            let end = match (bytes.len() < stored.len(), whole) {
                (true, _) => End::More,
                (false, true) => End::Whole,
                (false, false) => End::Broken,
            };
            return Some(Content { bytes: Cow::Borrowed(bytes), end, packed: stored.len() });
        }
        let mut unpacked = compress::unpack(codec(method)?, stored, limit);
        // LZMA may mark its end, or leave it to the length in the header.
        if method == 14 && unpacked.end == End::Broken && unpacked.bytes.len() as u64 == self.size {
            (unpacked.end, unpacked.rest) = (End::Whole, stored.len());
        }
        Some(Content { bytes: Cow::Owned(unpacked.bytes), end: unpacked.end, packed: unpacked.rest })
    }

    /// How many bytes the member unpacks to, counted up to `limit`, whatever its headers say.
    pub fn measure(&self, archive: &'a [u8], limit: usize) -> usize {
        let packed = |method| {
            let stored = self.stored(archive, method);
            codec(method).map_or(stored.len().min(limit), |codec| compress::measure(codec, stored, limit))
        };
        self.methods().map(packed).max().unwrap_or(0)
    }
}

fn codec(method: u16) -> Option<Codec> {
    Some(match method {
        8 => Codec::Deflate,
        12 => Codec::Bzip2,
        14 => Codec::LzmaInZip,
        20 | 93 => Codec::Zstd,
        95 => Codec::Xz,
        _ => return None,
    })
}

/// Encrypted, patched, strongly encrypted, and with a masked directory.
pub(super) const REFUSED: u16 = 0x2061;
/// The method of members that `WinZip` encrypted.
const AES: u16 = 99;
