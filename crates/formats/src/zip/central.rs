//! Entries of the central directory, and the extra fields of both kinds of headers.

use std::borrow::Cow;

use super::member::{Difference, Kind, Member};
use crate::{compress::crc32, cursor::Cursor};

/// Reads one entry. Its data is not located yet.
pub(super) fn entry<'a>(cursor: &mut Cursor<'a>) -> Option<Member<'a>> {
    let mut at = *cursor;
    if at.take(4)? != b"PK\x01\x02" {
        return None;
    }
    let (_, system, version, _) = (at.u8()?, at.u8()?, at.u8()?, at.u8()?);
    let (flags, method) = (at.u16()?, at.u16()?);
    at.take(4)?;
    let (crc, compressed, size) = (at.u32()?, at.u32()?, at.u32()?);
    let (name_len, extra_len, comment_len, disk) = (at.u16()?, at.u16()?, at.u16()?, at.u16()?);
    at.u16()?;
    let (attributes, header) = (at.u32()?, at.u32()?);
    let name = at.take(name_len.into())?;
    let extra = at.take(extra_len.into())?;
    at.take(comment_len.into())?;
    *cursor = at;
    let extras = Extras::read(extra);
    let (mut compressed, mut size, mut header) = (u64::from(compressed), u64::from(size), u64::from(header));
    extras.widen([&mut size, &mut compressed, &mut header]);
    let mut differs = Vec::new();
    let mut note = |holds: bool, difference| differs.extend(holds.then_some(difference));
    note(memchr::memchr(0, name).is_some(), Difference::NameEnds);
    note(version > NEWEST, Difference::Version);
    note(disk != 0 && disk != u16::MAX, Difference::Part);
    let kind = kind(system, attributes, name);
    let unicode_name = extras.unicode.and_then(|field| other_name(name, field));
    note(unicode_name.is_some(), Difference::UnicodeName);
    Some(Member {
        name: String::from_utf8_lossy(name),
        local_name: None,
        unicode_name,
        listed: true,
        // What was read from a pipe has its kind, and is a file.
        kind: if size > 0 && kind == Kind::Device { Kind::File } else { kind },
        flags,
        method,
        local_method: None,
        crc,
        compressed,
        size,
        header: usize::try_from(header).unwrap_or(usize::MAX),
        data: 0,
        raw_name: name,
        differs,
    })
}

/// What the member is unpacked to: systems like Unix say it in the upper half of the attributes.
fn kind(system: u8, attributes: u32, name: &[u8]) -> Kind {
    let unix = matches!(system, 3 | 19);
    match attributes >> 28 {
        0o12 if unix => Kind::Link,
        0o1 | 0o2 | 0o6 | 0o14 if unix => Kind::Device,
        _ if name.ends_with(b"/") => Kind::Folder,
        _ => Kind::File,
    }
}

/// The fields behind a name that matter here.
#[derive(Debug, Default)]
pub(super) struct Extras<'a> {
    wide: Option<&'a [u8]>,
    unicode: Option<&'a [u8]>,
}

impl<'a> Extras<'a> {
    pub(super) fn read(extra: &'a [u8]) -> Self {
        let mut extras = Self::default();
        let mut cursor = Cursor::new(extra, 0);
        while let (Some(id), Some(len)) = (cursor.u16(), cursor.u16()) {
            let Some(body) = cursor.take(len.into()) else { break };
            match id {
                0x0001 => extras.wide = extras.wide.or(Some(body)),
                0x7075 => extras.unicode = extras.unicode.or(Some(body)),
                _ => {}
            }
        }
        extras
    }

    /// Takes 64-bit values in their order where the 32-bit ones are full.
    pub(super) fn widen<const N: usize>(&self, fields: [&mut u64; N]) {
        let mut body = Cursor::new(self.wide.unwrap_or_default(), 0);
        for field in fields {
            if *field == u64::from(u32::MAX)
                && let Some(wide) = body.u64()
            {
                *field = wide;
            }
        }
    }
}

/// The name in a field for Unicode names, if it is not a spelling of the same name. Tools write the field where the name
/// does not fit the old encoding, so that the plain name is a makeshift; its extension is not.
pub(super) fn other_name<'a>(name: &[u8], field: &'a [u8]) -> Option<Cow<'a, str>> {
    let mut cursor = Cursor::new(field, 0);
    let (version, crc) = (cursor.u8()?, cursor.u32()?);
    let unicode = cursor.rest();
    // Readers pass over a field that was left behind when the member was renamed.
    if version != 1 || crc != crc32(name) || unicode == name {
        return None;
    }
    let spelling = !(name.is_ascii() && unicode.is_ascii()) && extension(name) == extension(unicode);
    (!spelling).then(|| String::from_utf8_lossy(unicode))
}

/// The end of a name behind its last dot, if it is one of plain letters.
fn extension(name: &[u8]) -> Option<&[u8]> {
    let dot = memchr::memrchr(b'.', name)?;
    name.get(dot + 1..).filter(|end| end.is_ascii())
}

/// The newest version of the specification, 6.3.
const NEWEST: u8 = 63;
