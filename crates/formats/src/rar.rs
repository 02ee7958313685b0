//! RAR archives: the names and places of members, in both layouts of the header. Packed members cannot be unpacked, since the
//! method is not published; stored ones lie in the file as they are. Source: the technical note of RAR 5.0, and
//! `technote.txt` of RAR 4.

use std::ops::Range;

use crate::cursor::Cursor;

/// The members of an archive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Archive {
    /// The members in their order, at most as many as were asked for.
    pub members: Vec<Member>,
    /// Whether the headers themselves are encrypted, so that no member is known.
    pub sealed: bool,
    /// Whether it was read to its end: not cut, and not longer than was asked for.
    pub ended: bool,
}

/// A member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its path.
    pub name: String,
    /// Offset of its header.
    pub header: usize,
    /// Its data in the archive, packed or not.
    pub data: Range<usize>,
    /// Whether the data is the content, neither packed nor encrypted.
    pub stored: bool,
    /// Where it leads, if it is a symbolic link.
    pub link: Option<String>,
}

/// Reads the headers of an archive; `None` if it is none.
pub fn read(bytes: &[u8], limit: usize) -> Option<Archive> {
    let mut archive = Archive::default();
    if bytes.starts_with(NEW) {
        let mut at = NEW.len();
        while archive.members.len() < limit && !archive.sealed {
            let Some(next) = new_block(bytes, at, &mut archive) else { break };
            at = next;
        }
        archive.ended |= at == bytes.len();
    } else if bytes.starts_with(OLD) {
        let mut at = OLD.len();
        while archive.members.len() < limit && !archive.sealed {
            let Some(next) = old_block(bytes, at, &mut archive) else { break };
            at = next;
        }
        archive.ended |= at == bytes.len();
    } else {
        return None;
    }
    Some(archive)
}

/// Reads a block of RAR 5 and adds its member; returns where the next one begins.
fn new_block(bytes: &[u8], at: usize, archive: &mut Archive) -> Option<usize> {
    let mut cursor = Cursor::new(bytes, at);
    cursor.u32()?;
    let size = length(&mut cursor)?;
    let end = cursor.at().checked_add(size)?;
    let (kind, flags) = (length(&mut cursor)?, length(&mut cursor)?);
    let extra = if flags & 1 != 0 { length(&mut cursor)? } else { 0 };
    let data = if flags & 2 != 0 { length(&mut cursor)? } else { 0 };
    let next = end.checked_add(data)?;
    match kind {
        2 => {
            let about = length(&mut cursor)?;
            let (_size, _attributes) = (length(&mut cursor)?, length(&mut cursor)?);
            cursor.take(if about & 2 != 0 { 4 } else { 0 })?;
            cursor.take(if about & 4 != 0 { 4 } else { 0 })?;
            let (packing, _system) = (length(&mut cursor)?, length(&mut cursor)?);
            let name = length(&mut cursor)?;
            let name = String::from_utf8_lossy(cursor.take(name)?).into_owned();
            let (encrypted, link) = extras(bytes.get(end.checked_sub(extra)?..end)?);
            archive.members.push(Member {
                name,
                header: at,
                data: clamp(end, next, bytes.len()),
                stored: packing & METHOD == 0 && !encrypted && link.is_none(),
                link,
            });
        }
        4 => archive.sealed = true,
        5 => {
            archive.ended = true;
            return None;
        }
        _ => {}
    }
    (next > at).then_some(next)
}

/// Whether the records behind a header say that the data is encrypted, and where a link leads.
fn extras(extra: &[u8]) -> (bool, Option<String>) {
    let (mut encrypted, mut link) = (false, None);
    let mut cursor = Cursor::new(extra, 0);
    while let Some(size) = length(&mut cursor) {
        let Some(record) = cursor.take(size) else { break };
        let mut record = Cursor::new(record, 0);
        match length(&mut record) {
            Some(1) => encrypted = true,
            Some(5) => {
                // The first three kinds are symbolic links; the others are copies of members.
                let kind = length(&mut record);
                let _flags = length(&mut record);
                let name = length(&mut record).and_then(|len| record.take(len));
                link = name
                    .filter(|_| kind.is_some_and(|kind| kind <= 3))
                    .map(|n| String::from_utf8_lossy(n).into_owned());
            }
            _ => {}
        }
    }
    (encrypted, link)
}

/// Reads a block of the layout before RAR 5.
fn old_block(bytes: &[u8], at: usize, archive: &mut Archive) -> Option<usize> {
    let mut cursor = Cursor::new(bytes, at);
    cursor.u16()?;
    let (kind, flags, size) = (cursor.u8()?, cursor.u16()?, cursor.u16()?);
    let end = at.checked_add(size.into())?;
    let mut data = 0u64;
    match kind {
        0x7b => {
            archive.ended = true;
            return None;
        }
        0x73 => archive.sealed = flags & 0x80 != 0,
        0x74 => {
            data = cursor.u32()?.into();
            cursor.u32()?;
            let system = cursor.u8()?;
            cursor.take(9)?;
            let (method, name_len, attributes) = (cursor.u8()?, cursor.u16()?, cursor.u32()?);
            if flags & 0x100 != 0 {
                data |= u64::from(cursor.u32()?) << 32;
                cursor.u32()?;
            }
            // Behind a zero byte follows the same name in another encoding.
            let name = cursor.take(name_len.into())?.split(|byte| *byte == 0).next().unwrap_or_default();
            let next = end.checked_add(usize::try_from(data).ok()?)?;
            let data = clamp(end, next, bytes.len());
            let is_link = system == 3 && attributes >> 12 == 0o12;
            let target = bytes.get(data.clone()).filter(|_| is_link && method == STORE);
            archive.members.push(Member {
                name: String::from_utf8_lossy(name).into_owned(),
                header: at,
                data,
                stored: method == STORE && flags & 4 == 0 && !is_link,
                link: target.map(|target| String::from_utf8_lossy(target.get(..LINK).unwrap_or(target)).into_owned()),
            });
        }
        _ if flags & 0x8000 != 0 => data = cursor.u32()?.into(),
        _ => {}
    }
    let next = end.checked_add(usize::try_from(data).ok()?)?;
    (next > at).then_some(next)
}

fn clamp(start: usize, end: usize, len: usize) -> Range<usize> {
    start.min(len)..end.min(len)
}

/// A number in groups of seven bits, lowest first.
fn length(cursor: &mut Cursor<'_>) -> Option<usize> {
    let mut value = 0u64;
    for shift in (0..63).step_by(7) {
        let byte = cursor.u8()?;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return usize::try_from(value).ok();
        }
    }
    None
}

const NEW: &[u8] = b"Rar!\x1a\x07\x01\x00";
const OLD: &[u8] = b"Rar!\x1a\x07\x00";
/// The bits of the method; none of them means stored.
const METHOD: usize = 7 << 7;
const STORE: u8 = 0x30;
/// The longest target of a link.
const LINK: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    /// A block of RAR 5 without a right checksum, which is not looked at.
    fn block(kind: u8, body: &[u8], extra: &[u8], data: &[u8]) -> Vec<u8> {
        let mut header = vec![kind, 3, u8::try_from(extra.len()).unwrap(), u8::try_from(data.len()).unwrap()];
        header.extend(body);
        header.extend(extra);
        [&[0; 4][..], &[u8::try_from(header.len()).unwrap()], &header, data].concat()
    }

    fn file(name: &str, packing: &[u8], extra: &[u8], data: &[u8]) -> Vec<u8> {
        let about = [&[0, 9, 0][..], packing, &[1, u8::try_from(name.len()).unwrap()], name.as_bytes()].concat();
        block(2, &about, extra, data)
    }

    fn new() -> Vec<u8> {
        [
            NEW.to_vec(),
            block(1, &[0], &[], &[]),
            file("m.pkl", &[0], &[], b"N."),
            file("packed", &[0x80, 3], &[], b"??"),
            file("sealed", &[0], &[1, 1], b"??"),
            file("link", &[0], &[9, 5, 1, 0, 5, b'/', b'e', b't', b'c', b'/'], &[]),
            block(5, &[0], &[], &[]),
        ]
        .concat()
    }

    fn old() -> Vec<u8> {
        let name = b"m.pkl";
        let mut header = vec![0, 0, 0x74, 0, 0, 32 + 5, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3];
        header.extend([0; 9]);
        header.extend([STORE, 5, 0, 0, 0, 0, 0]);
        [OLD, &[0, 0, 0x73, 0, 0, 13, 0, 0, 0, 0, 0, 0, 0], &header, name, b"N."].concat()
    }

    #[test]
    fn members_are_read_in_both_layouts() {
        let bytes = new();
        let seen = read(&bytes, 10).unwrap();
        let about: Vec<_> = seen.members.iter().map(|m| (m.name.as_str(), m.stored, m.link.as_deref())).collect();
        let expected =
            [("m.pkl", true, None), ("packed", false, None), ("sealed", false, None), ("link", false, Some("/etc/"))];
        assert_eq!(about, expected);
        assert_eq!(&bytes[seen.members[0].data.clone()], b"N.");
        let bytes = old();
        let seen = read(&bytes, 10).unwrap();
        assert_eq!((seen.members[0].name.as_str(), seen.members[0].stored), ("m.pkl", true));
        assert_eq!(&bytes[seen.members[0].data.clone()], b"N.");
    }

    #[test]
    fn sealed_headers_are_said() {
        let sealed = [NEW, &block(4, &[0], &[], &[])].concat();
        assert!(read(&sealed, 10).unwrap().sealed);
        assert_eq!(read(b"Rar!", 10), None);
    }

    #[test]
    fn truncated_archives_are_safe() {
        for bytes in [new(), old()] {
            for len in 0..bytes.len() {
                for member in read(&bytes[..len], 10).unwrap_or_default().members {
                    assert!(member.data.end <= len);
                }
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn broken_archives_are_safe(layout: bool, at in 0usize..150, byte: u8) {
            let mut bytes = if layout { new() } else { old() };
            let at = at % bytes.len();
            bytes[at] = byte;
            for member in read(&bytes, 10).unwrap_or_default().members {
                proptest::prop_assert!(bytes.get(member.data).is_some());
            }
        }
    }
}
