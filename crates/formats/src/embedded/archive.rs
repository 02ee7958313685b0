//! Archives: whether what stands behind a magic number is one. Checksums and offsets must agree.

use flate2::Crc;

use crate::cursor::Cursor;

/// The end of a ZIP archive whose directory lies in front of it and whose first member lies where the directory says.
/// Returns where the archive begins.
pub(super) fn zip(bytes: &[u8], at: usize) -> Option<usize> {
    let mut cursor = Cursor::new(bytes, at.checked_add(4)?);
    let (disk, first_disk, here, entries) = (cursor.u16()?, cursor.u16()?, cursor.u16()?, cursor.u16()?);
    let (size, offset) = (usize::try_from(cursor.u32()?).ok()?, usize::try_from(cursor.u32()?).ok()?);
    if disk != 0 || first_disk != 0 || here != entries || entries == 0 {
        return None;
    }
    let directory = at.checked_sub(size)?;
    let start = directory.checked_sub(offset)?;
    let mut cursor = Cursor::new(bytes, directory);
    if cursor.take(4)? != b"PK\x01\x02" {
        return None;
    }
    cursor.take(38)?;
    let member = start.checked_add(usize::try_from(cursor.u32()?).ok()?)?;
    (bytes.get(member..member.checked_add(4)?)? == b"PK\x03\x04").then_some(start)
}

/// A 7z header with a checksum that is right.
pub(super) fn seven_zip(bytes: &[u8], at: usize) -> Option<usize> {
    let header = bytes.get(at..)?.get(..32)?;
    let stored = u32::from_le_bytes(header.get(8..12)?.try_into().ok()?);
    (header.get(6) == Some(&0) && crc(header.get(12..)?) == stored).then_some(at)
}

/// The signature of either version, and a first block with a checksum that is right.
pub(super) fn rar(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = bytes.get(at.checked_add(6)?..)?;
    match rest {
        // Version 4: the checksum of the main header, of type 0x73.
        [0, low, high, 0x73, body @ ..] => {
            let mut crc = Crc::new();
            crc.update(&[0x73]);
            crc.update(body.get(..10)?);
            ((crc.sum() & 0xffff) == u32::from(u16::from_le_bytes([*low, *high]))).then_some(at)
        }
        // Version 5: a checksum over the size and the header.
        [1, 0, a, b, c, d, body @ ..] => {
            let size = usize::from(*body.first()?);
            (size < 0x80 && crc(body.get(..size + 1)?) == u32::from_le_bytes([*a, *b, *c, *d])).then_some(at)
        }
        _ => None,
    }
}

/// Stream flags with a checksum that is right.
pub(super) fn xz(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = bytes.get(at.checked_add(6)?..)?;
    let stored = u32::from_le_bytes(rest.get(2..6)?.try_into().ok()?);
    (rest.first() == Some(&0) && crc(rest.get(..2)?) == stored).then_some(at)
}

fn crc(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}
