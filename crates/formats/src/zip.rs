//! ZIP archives as every loader reads them: by the central directory, by the local headers, and by the headers that no
//! directory lists. Differences between the views are kept, not repaired. Source: APPNOTE.TXT 6.3.
//!
//! Checksums and the encryption flag are not obeyed, since loaders exist that do not obey them either.

use std::io::{self, Read, Seek, SeekFrom};

use flate2::read::DeflateDecoder;

use crate::cursor::Cursor;

/// What reading a directory may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The most members.
    pub members: usize,
    /// The most bytes of the directory.
    pub directory: u64,
    /// The most bytes that are searched for headers that no directory lists.
    pub gaps: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { members: 100_000, directory: 16 << 20, gaps: 16 << 20 }
    }
}

/// The members of an archive.
#[derive(Clone, Debug, Default)]
pub struct Archive {
    /// Members in the order of the directory, then those that no directory lists.
    pub members: Vec<Member>,
    /// Whether there is an end record at all; without one, only the local headers are known.
    pub directory: bool,
    /// Bytes before the first member: a file of another format may stand there.
    pub prefix: u64,
    /// The limit that was reached before everything was read.
    pub over: Option<&'static str>,
}

/// One member, as its headers describe it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The name in the directory, or in the local header if no directory lists it.
    pub name: String,
    /// The name in the local header, where the directory lists the member and one was found.
    pub local_name: Option<String>,
    /// Whether the directory lists it.
    pub listed: bool,
    /// General purpose flags of both headers, joined.
    pub flags: u16,
    /// Compression methods: that of the directory, and that of the local header if it differs.
    pub methods: Vec<u16>,
    /// Compressed length as stored.
    pub compressed: u64,
    /// Length as stored; may lie.
    pub size: u64,
    /// Offset of the local header.
    pub header: u64,
    /// Offset of its data.
    pub data: u64,
}

/// Bytes of a member.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Content {
    /// The bytes, as far as they could be read.
    pub bytes: Vec<u8>,
    /// Whether there are more, or the data is broken.
    pub cut: bool,
}

impl Member {
    /// Whether a header says that the data is encrypted.
    pub fn claims_encryption(&self) -> bool {
        self.flags & 0x2041 != 0
    }

    /// Whether both headers give the same name.
    pub fn names_agree(&self) -> bool {
        self.local_name.as_ref().is_none_or(|local| *local == self.name)
    }

    /// Whether some method of it can be decoded here.
    pub fn readable(&self) -> bool {
        self.methods.iter().any(|method| matches!(method, 0 | 8))
    }

    /// Whether its headers do not tell where it ends, as far as any reader would go on behind them.
    ///
    /// A local header may leave the length to a record behind the data: then packed data tells its end itself. Folders and
    /// empty files, which have no data, must not be mistaken for that: what follows them are the members behind them.
    fn tells_no_end(&self, method: u16) -> bool {
        let later = self.flags & 0x8 != 0 && (method == 8 || !self.listed);
        self.compressed == 0 && (self.size > 0 || later)
    }

    /// Reads at most `limit` bytes of the member with one of its methods; `None` if the method is not supported.
    pub fn read<R: Read + Seek>(&self, reader: &mut R, method: u16, limit: u64) -> io::Result<Option<Content>> {
        reader.seek(SeekFrom::Start(self.data))?;
        let stored = if self.tells_no_end(method) { u64::MAX } else { self.compressed };
        let mut bytes = Vec::new();
        let mut raw = reader.by_ref().take(stored.min(limit.saturating_mul(2).max(1 << 16)));
        let ended = match method {
            0 => raw.take(stored.min(limit + 1)).read_to_end(&mut bytes),
            8 => DeflateDecoder::new(&mut raw).take(limit + 1).read_to_end(&mut bytes),
            _ => return Ok(None),
        };
        let over = bytes.len() as u64 > limit;
        bytes.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(Some(Content { bytes, cut: over || ended.is_err() }))
    }
}

/// Reads the directory of an archive and everything that looks like a member beside it.
pub fn read<R: Read + Seek>(reader: &mut R, limits: Limits) -> io::Result<Archive> {
    let len = reader.seek(SeekFrom::End(0))?;
    let mut archive = Archive::default();
    let mut covered = Vec::new();
    if let Some(directory) = find_directory(reader, len)? {
        archive.directory = true;
        covered.push((directory.at, len));
        let bytes = read_at(reader, directory.at, directory.size.min(limits.directory))?;
        if directory.size > limits.directory {
            archive.over = Some("its directory is too long");
        }
        let mut cursor = Cursor::new(&bytes, 0);
        while let Some(mut member) = listed(&mut cursor) {
            if archive.members.len() >= limits.members {
                archive.over = Some("it has too many members");
                break;
            }
            member.header = locate(reader, member.header, directory.shift)?;
            join_local(reader, &mut member)?;
            covered.push((member.header, member.data.saturating_add(member.compressed)));
            archive.members.push(member);
        }
    }
    archive.prefix = archive.members.iter().map(|member| member.header).min().unwrap_or(0);
    unlisted(reader, len, covered, limits, &mut archive)?;
    Ok(archive)
}

/// Whether bytes hold an end record, so that a file that starts with something else may be an archive too.
pub fn has_end_record(tail: &[u8]) -> bool {
    find_end(tail).is_some()
}

struct Directory {
    at: u64,
    size: u64,
    /// What has to be added to stored offsets because of bytes in front of the archive.
    shift: u64,
}

fn find_directory<R: Read + Seek>(reader: &mut R, len: u64) -> io::Result<Option<Directory>> {
    let from = len.saturating_sub(TAIL);
    let tail = read_at(reader, from, TAIL)?;
    let Some(end) = find_end(&tail) else { return Ok(None) };
    let mut cursor = Cursor::new(&tail, end + 12);
    let (Some(size), Some(offset)) = (cursor.u32(), cursor.u32()) else { return Ok(None) };
    let (mut size, mut offset, mut stop) = (u64::from(size), u64::from(offset), from + end as u64);
    if let Some(locator) = end.checked_sub(20)
        && tail.get(locator..locator + 4) == Some(b"PK\x06\x07")
        && let Some(at) = Cursor::new(&tail, locator + 8).u64()
    {
        for at in [at, stop.saturating_sub(20 + 56)] {
            let record = read_at(reader, at, 56)?;
            let mut cursor = Cursor::new(&record, 40);
            if record.starts_with(b"PK\x06\x06")
                && let (Some(long_size), Some(long_offset)) = (cursor.u64(), cursor.u64())
            {
                (size, offset, stop) = (long_size, long_offset, at);
                break;
            }
        }
    }
    // Bytes in front of the archive shift everything; loaders work the shift out from where the directory ends.
    let at = stop.saturating_sub(size);
    let shifted = read_at(reader, at, 4)? == b"PK\x01\x02" || size == 0;
    let (at, shift) = if shifted { (at, at.saturating_sub(offset)) } else { (offset, 0) };
    Ok(Some(Directory { at, size, shift }))
}

fn find_end(tail: &[u8]) -> Option<usize> {
    memchr::memmem::rfind_iter(tail, b"PK\x05\x06").find(|at| tail.len() - at >= 22)
}

fn listed(cursor: &mut Cursor<'_>) -> Option<Member> {
    let start = cursor.at();
    if cursor.take(4)? != b"PK\x01\x02" {
        return None;
    }
    cursor.take(4)?;
    let (flags, method) = (cursor.u16()?, cursor.u16()?);
    cursor.take(8)?;
    let (compressed, size) = (cursor.u32()?, cursor.u32()?);
    let (name_len, extra_len, comment_len) = (cursor.u16()?, cursor.u16()?, cursor.u16()?);
    cursor.seek(start + 42)?;
    let header = cursor.u32()?;
    let name = cursor.take(usize::from(name_len))?;
    let extra = cursor.take(usize::from(extra_len))?;
    cursor.take(usize::from(comment_len))?;
    let mut member = Member {
        name: String::from_utf8_lossy(name).into_owned(),
        local_name: None,
        listed: true,
        flags,
        methods: vec![method],
        compressed: compressed.into(),
        size: size.into(),
        header: header.into(),
        data: 0,
    };
    widen(&mut member, extra);
    Some(member)
}

/// Takes 64-bit lengths from the extra field where the 32-bit ones are full.
fn widen(member: &mut Member, extra: &[u8]) {
    let mut cursor = Cursor::new(extra, 0);
    while let (Some(id), Some(len)) = (cursor.u16(), cursor.u16()) {
        let Some(body) = cursor.take(usize::from(len)) else { return };
        if id == 1 {
            let mut body = Cursor::new(body, 0);
            for field in [&mut member.size, &mut member.compressed, &mut member.header] {
                if *field == u64::from(u32::MAX)
                    && let Some(wide) = body.u64()
                {
                    *field = wide;
                }
            }
        }
    }
}

/// Where a local header really is: with the shift of the archive, or without it.
fn locate<R: Read + Seek>(reader: &mut R, header: u64, shift: u64) -> io::Result<u64> {
    let shifted = header.saturating_add(shift);
    let found = read_at(reader, shifted, 4)? == b"PK\x03\x04" || shift == 0;
    Ok(if found { shifted } else { header })
}

struct Local {
    name: String,
    flags: u16,
    method: u16,
    compressed: u64,
    size: u64,
    data: u64,
}

fn local<R: Read + Seek>(reader: &mut R, header: u64) -> io::Result<Option<Local>> {
    let bytes = read_at(reader, header, 30 + LONGEST_NAME as u64)?;
    Ok(parse_local(&bytes, header))
}

fn parse_local(bytes: &[u8], header: u64) -> Option<Local> {
    let mut cursor = Cursor::new(bytes, 0);
    if cursor.take(4)? != b"PK\x03\x04" {
        return None;
    }
    cursor.take(2)?;
    let (flags, method) = (cursor.u16()?, cursor.u16()?);
    cursor.take(8)?;
    let (compressed, size) = (cursor.u32()?, cursor.u32()?);
    let (name_len, extra_len) = (cursor.u16()?, cursor.u16()?);
    let name = cursor.rest();
    // Headers that lie in one another's names must not each keep a copy of them.
    let name = name.get(..usize::from(name_len).min(name.len()).min(LONGEST_NAME))?;
    Some(Local {
        name: String::from_utf8_lossy(name).into_owned(),
        flags,
        method,
        compressed: compressed.into(),
        size: size.into(),
        data: header.saturating_add(30 + u64::from(name_len) + u64::from(extra_len)),
    })
}

fn join_local<R: Read + Seek>(reader: &mut R, member: &mut Member) -> io::Result<()> {
    if let Some(local) = local(reader, member.header)? {
        member.flags |= local.flags;
        if local.name.len() < LONGEST_NAME {
            member.local_name = Some(local.name);
        }
        if !member.methods.contains(&local.method) {
            member.methods.push(local.method);
        }
        member.data = local.data;
        // Readers of streams believe the local header, where the directory says that there is nothing.
        if member.compressed == 0 && member.size == 0 {
            (member.compressed, member.size) = (local.compressed, local.size);
        }
    } else {
        member.data = member.header.saturating_add(30);
    }
    Ok(())
}

/// Finds local headers in the parts of the file that no listed member covers.
fn unlisted<R: Read + Seek>(
    reader: &mut R,
    len: u64,
    mut covered: Vec<(u64, u64)>,
    limits: Limits,
    archive: &mut Archive,
) -> io::Result<()> {
    covered.sort_unstable();
    covered.push((len, len));
    let (mut at, mut budget) = (0, limits.gaps);
    for (start, end) in covered {
        let gap = start.saturating_sub(at);
        // A data descriptor between two members is no place to hide something in.
        if gap > 30 {
            if gap > budget {
                archive.over.get_or_insert("too many bytes lie outside of its members");
            }
            let bytes = read_at(reader, at, gap.min(budget))?;
            budget = budget.saturating_sub(gap);
            for found in memchr::memmem::find_iter(&bytes, b"PK\x03\x04") {
                let Some(local) = bytes.get(found..).and_then(|rest| parse_local(rest, at + found as u64)) else {
                    continue;
                };
                if archive.members.len() >= limits.members {
                    archive.over = Some("it has too many members");
                    return Ok(());
                }
                archive.members.push(Member {
                    name: local.name.chars().take(SHORT_NAME).collect(),
                    local_name: None,
                    listed: false,
                    flags: local.flags,
                    methods: vec![local.method],
                    compressed: local.compressed,
                    size: local.size,
                    header: at + found as u64,
                    data: local.data,
                });
            }
        }
        at = at.max(end);
    }
    Ok(())
}

/// Reads up to `len` bytes at an offset; fewer at the end of the file.
fn read_at<R: Read + Seek>(reader: &mut R, at: u64, len: u64) -> io::Result<Vec<u8>> {
    reader.seek(SeekFrom::Start(at))?;
    let mut bytes = Vec::new();
    reader.by_ref().take(len).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The longest name that is read from a local header.
const LONGEST_NAME: usize = 1024;
/// The longest name that is kept of a member that no directory lists: there may be one in every thirty bytes.
const SHORT_NAME: usize = 128;
/// The end record and the longest comment behind it.
const TAIL: u64 = 22 + 65_535 + 20;

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use proptest::prelude::*;
    use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

    use super::*;

    fn archive(members: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in members {
            let method = if name.contains("pkl") { CompressionMethod::Stored } else { CompressionMethod::Deflated };
            writer.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn open(bytes: &[u8]) -> Archive {
        read(&mut Cursor::new(bytes), Limits::default()).unwrap()
    }

    fn content(bytes: &[u8], member: &Member) -> Vec<u8> {
        member.read(&mut Cursor::new(bytes), member.methods[0], 1 << 20).unwrap().unwrap().bytes
    }

    #[test]
    fn members_are_read() {
        let bytes = archive(&[("a/data.pkl", b"N."), ("text", &[b'x'; 500])]);
        let seen = open(&bytes);
        assert_eq!(seen.members.iter().map(|m| m.name.as_str()).collect::<Vec<_>>(), ["a/data.pkl", "text"]);
        assert!(seen.members.iter().all(|m| m.listed && m.names_agree()));
        assert_eq!(content(&bytes, &seen.members[0]), b"N.");
        assert_eq!(content(&bytes, &seen.members[1]), [b'x'; 500]);
    }

    #[test]
    fn bytes_in_front_shift_the_archive() {
        let bytes = [b"\x89PNG".repeat(20), archive(&[("a.pkl", b"N.")])].concat();
        let seen = open(&bytes);
        assert_eq!((seen.prefix, seen.members.len()), (80, 1));
        assert_eq!(content(&bytes, &seen.members[0]), b"N.");
    }

    #[test]
    fn a_second_archive_is_seen() {
        let bytes = [archive(&[("first.pkl", b"1.")]), archive(&[("second.pkl", b"2.")])].concat();
        let seen = open(&bytes);
        let names: Vec<_> = seen.members.iter().map(|m| (m.name.as_str(), m.listed)).collect();
        assert_eq!(names, [("second.pkl", true), ("first.pkl", false)]);
        assert_eq!(content(&bytes, &seen.members[1]), b"1.");
    }

    #[test]
    fn without_a_directory_the_headers_are_enough() {
        let whole = archive(&[("a.pkl", b"N.")]);
        let cut = &whole[..whole.len() - 22];
        let seen = open(cut);
        assert!(!seen.directory);
        assert_eq!(content(cut, &seen.members[0]), b"N.");
    }

    #[test]
    fn empty_members_do_not_hold_what_follows_them() {
        let mut writer = ::zip::ZipWriter::new(Cursor::new(Vec::new()));
        writer.add_directory("folder/", ::zip::write::SimpleFileOptions::default()).unwrap();
        writer.start_file("folder/data.pkl", ::zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(b"N.").unwrap();
        let bytes = writer.finish().unwrap().into_inner();
        let seen = open(&bytes);
        assert_eq!(content(&bytes, &seen.members[0]), b"");
        assert_eq!(content(&bytes, &seen.members[1]), b"N.");
    }

    #[test]
    fn a_directory_that_denies_a_member_is_not_believed() {
        let mut bytes = archive(&[("a.pkl", b"N.")]);
        let listed = memchr::memmem::find(&bytes, b"PK\x01\x02").unwrap();
        bytes[listed + 20..listed + 28].fill(0);
        assert_eq!(content(&bytes, &open(&bytes).members[0]), b"N.");
    }

    #[test]
    fn lying_headers_are_kept_apart() {
        let mut bytes = archive(&[("a.pkl", b"N.")]);
        bytes[30] = b'b'; // the name in the local header
        bytes[6] |= 1; // encrypted, it says
        bytes[14] ^= 0xff; // a wrong checksum
        let member = &open(&bytes).members[0];
        assert!(!member.names_agree() && member.claims_encryption());
        assert_eq!(content(&bytes, member), b"N.");
    }

    #[test]
    fn bombs_are_cut() {
        let bytes = archive(&[("bomb", &vec![0; 1 << 20])]);
        let content = open(&bytes).members[0].read(&mut Cursor::new(&bytes), 8, 1000).unwrap().unwrap();
        assert_eq!((content.bytes.len(), content.cut), (1000, true));
        let limits = Limits { members: 2, ..Limits::default() };
        let many = archive(&[("1", b""), ("2", b""), ("3", b"")]);
        assert!(read(&mut Cursor::new(&many), limits).unwrap().over.is_some());
    }

    #[test]
    fn headers_in_names_cost_little() {
        let header = [&b"PK\x03\x04"[..], &[0; 22], &[0xff; 4]].concat();
        let seen = open(&header.repeat(20_000));
        assert_eq!(seen.members.len(), 20_000);
        assert!(seen.members.iter().all(|member| member.name.len() <= 3 * SHORT_NAME));
    }

    #[test]
    fn truncated_archives_are_safe() {
        let bytes = archive(&[("a.pkl", b"N."), ("b", b"text text text")]);
        for len in 0..bytes.len() {
            let cut = &bytes[..len];
            for member in open(cut).members {
                for method in &member.methods {
                    let _ = member.read(&mut Cursor::new(cut), *method, 100);
                }
            }
        }
    }

    proptest! {
        #[test]
        fn broken_archives_are_safe(at in 0usize..200, byte: u8) {
            let mut bytes = archive(&[("a.pkl", b"N."), ("b", b"text text text")]);
            let at = at % bytes.len();
            bytes[at] = byte;
            for member in open(&bytes).members {
                let _ = member.read(&mut Cursor::new(&bytes), member.methods[0], 100);
            }
        }
    }
}
