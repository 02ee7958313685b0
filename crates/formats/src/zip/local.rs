//! Local headers: what readers of streams see, and what they say differently from the directory.

use super::{
    central::Extras,
    member::{Difference, Kind, Member, REFUSED},
};
use crate::cursor::Cursor;

/// What stands in front of the data of a member.
#[derive(Debug)]
pub(super) struct Local<'a> {
    name: &'a [u8],
    flags: u16,
    method: u16,
    crc: u32,
    compressed: u64,
    size: u64,
    data: usize,
}

/// Reads the header at an offset.
pub(super) fn header(bytes: &[u8], at: usize) -> Option<Local<'_>> {
    let mut cursor = Cursor::new(bytes, at);
    if cursor.take(4)? != MAGIC {
        return None;
    }
    cursor.take(2)?;
    let (flags, method) = (cursor.u16()?, cursor.u16()?);
    cursor.take(4)?;
    let (crc, compressed, size) = (cursor.u32()?, cursor.u32()?, cursor.u32()?);
    let (name_len, extra_len) = (cursor.u16()?, cursor.u16()?);
    // A file that was cut off may end in a name.
    let name = cursor.rest();
    let name = name.get(..usize::from(name_len)).unwrap_or(name);
    let extra = name_len.into();
    let extra = cursor.rest().get(extra..extra + usize::from(extra_len)).unwrap_or_default();
    let (mut compressed, mut size) = (u64::from(compressed), u64::from(size));
    Extras::read(extra).widen([&mut size, &mut compressed]);
    let data = at.saturating_add(30 + usize::from(name_len) + usize::from(extra_len));
    Some(Local { name, flags, method, crc, compressed, size, data })
}

impl<'a> Local<'a> {
    /// A member that no directory lists. There may be a header in every thirty bytes, so only the beginning of the name
    /// is kept.
    pub(super) fn into_member(self, header: usize) -> Member<'a> {
        let name = self.name.get(..SHORT_NAME).unwrap_or(self.name);
        Member {
            name: String::from_utf8_lossy(name),
            local_name: None,
            unicode_name: None,
            listed: false,
            kind: if name.ends_with(b"/") { Kind::Folder } else { Kind::File },
            flags: self.flags,
            method: self.method,
            local_method: None,
            crc: self.crc,
            compressed: self.compressed,
            size: self.size,
            header,
            data: self.data,
            raw_name: name,
            differs: Vec::new(),
        }
    }
}

/// Adds to a member of the directory what its local header says.
pub(super) fn join<'a>(bytes: &'a [u8], member: &mut Member<'a>) {
    let Some(local) = header(bytes, member.header) else {
        member.data = member.header.saturating_add(30);
        // Where the file ends early, there is nothing to disagree.
        if bytes.get(member.header..).is_some_and(|rest| rest.len() >= 30) {
            member.differs.push(Difference::Header);
        }
        return;
    };
    member.data = local.data;
    if local.name != member.raw_name {
        member.differs.push(Difference::Name);
        let name = local.name.get(..LONGEST_NAME).unwrap_or(local.name);
        member.local_name = Some(String::from_utf8_lossy(name));
    }
    if local.method != member.method {
        member.differs.push(Difference::Method);
        member.local_method = Some(local.method);
    }
    if (local.flags ^ member.flags) & REFUSED != 0 {
        member.differs.push(Difference::Flags);
    }
    // Lengths may be left to the record behind the data, then they are zero or full here.
    let later = local.flags & 0x8 != 0;
    let same = |local: u64, central: u64| {
        local == central || later && (local == 0 || local == u64::from(u32::MAX) || local == u64::MAX)
    };
    let masked = (local.flags | member.flags) & 0x2000 != 0;
    let same_size = same(local.size, member.size) && same(local.compressed, member.compressed);
    if !masked && !same_size {
        member.differs.push(Difference::Size);
    }
    if !masked && !same(local.crc.into(), member.crc.into()) {
        member.differs.push(Difference::Checksum);
    }
    member.flags |= local.flags;
    if later && member.compressed > 0 && !descriptor_agrees(bytes, member) {
        member.differs.push(Difference::Descriptor);
    }
    // Readers of streams believe the local header, where the directory says that there is nothing.
    if member.compressed == 0 && member.size == 0 {
        (member.compressed, member.size) = (local.compressed, local.size);
    }
}

/// Whether the record behind the data, in one of its four layouts, says what the directory says.
fn descriptor_agrees(bytes: &[u8], member: &Member<'_>) -> bool {
    let end = usize::try_from(member.compressed).ok().and_then(|len| member.data.checked_add(len));
    let Some(rest) = end.and_then(|end| bytes.get(end..)) else { return true };
    // A file that was cut off says nothing.
    if rest.len() < 16 {
        return true;
    }
    [4, 0].into_iter().any(|start| {
        let mut cursor = Cursor::new(rest, start);
        let signed = start == 0 || rest.starts_with(b"PK\x07\x08");
        let crc = cursor.u32();
        let (mut narrow, mut wide) = (cursor, cursor);
        let sizes = [(narrow.u32().map(u64::from), narrow.u32().map(u64::from)), (wide.u64(), wide.u64())];
        signed && crc == Some(member.crc) && sizes.contains(&(Some(member.compressed), Some(member.size)))
    })
}

/// How local headers begin.
pub(super) const MAGIC: &[u8] = b"PK\x03\x04";
/// The longest name that is kept of a local header.
const LONGEST_NAME: usize = 1024;
/// The longest name that is kept of a member that no directory lists.
const SHORT_NAME: usize = 128;
