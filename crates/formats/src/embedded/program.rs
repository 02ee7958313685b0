//! Programs and scripts: whether what stands behind a magic number is one.

use crate::cursor::Cursor;

/// An ELF header whose sizes, tables and first program header fit each other.
pub(super) fn elf(bytes: &[u8], at: usize) -> Option<usize> {
    let mut cursor = Cursor::new(bytes, at.checked_add(4)?);
    let (class, order, version, abi) = (cursor.u8()?, cursor.u8()?, cursor.u8()?, cursor.u8()?);
    let wide = class == 2;
    if !matches!(class, 1 | 2) || !matches!(order, 1 | 2) || version != 1 || abi > 18 {
        return None;
    }
    let big = order == 2;
    let half = |cursor: &mut Cursor<'_>| cursor.u16().map(|value| if big { value.swap_bytes() } else { value });
    let word = |cursor: &mut Cursor<'_>| cursor.u32().map(|value| if big { value.swap_bytes() } else { value });
    let address = |cursor: &mut Cursor<'_>| {
        if wide {
            cursor.u64().map(|value| if big { value.swap_bytes() } else { value })
        } else {
            word(cursor).map(u64::from)
        }
    };
    cursor.seek(at + 16)?;
    let (kind, machine, version) = (half(&mut cursor)?, half(&mut cursor)?, word(&mut cursor)?);
    let (_entry, programs, sections) = (address(&mut cursor)?, address(&mut cursor)?, address(&mut cursor)?);
    let _flags = word(&mut cursor)?;
    let (size, program_size, program_count) = (half(&mut cursor)?, half(&mut cursor)?, half(&mut cursor)?);
    let section_size = half(&mut cursor)?;
    let (header, program, section) = if wide { (64, 56, 64) } else { (52, 32, 40) };
    let sound = matches!(kind, 1..=4)
        && (1..=300).contains(&machine)
        && version == 1
        && size == header
        && (program_size == program && program_count > 0 && programs >= u64::from(header)
            || kind == 1 && section_size == section && sections >= u64::from(header));
    if !sound {
        return None;
    }
    if kind != 1 {
        // A table that lies behind what is at hand cannot be looked at; the header alone has fifteen fields that fit.
        let table = at.checked_add(usize::try_from(programs).ok()?)?;
        if cursor.seek(table).is_some() {
            let kind = word(&mut cursor).unwrap_or(1);
            return (kind <= 7 || (0x6000_0000..0x8000_0000).contains(&kind)).then_some(at);
        }
    }
    Some(at)
}

/// A PE header, the old header that points to it, and the name of a section.
pub(super) fn pe(bytes: &[u8], at: usize) -> Option<usize> {
    let mut cursor = Cursor::new(bytes, at.checked_add(4)?);
    let (machine, sections) = (cursor.u16()?, cursor.u16()?);
    cursor.take(12)?;
    let (optional, _characteristics, magic) = (cursor.u16()?, cursor.u16()?, cursor.u16()?);
    let known = matches!(machine, 0x14c | 0x8664 | 0x1c0 | 0x1c4 | 0xaa64 | 0x200 | 0x5064 | 0x6264);
    let sizes = matches!((magic, optional), (0x10b, 96..=224) | (0x20b, 112..=240));
    if !known || !sizes || !matches!(sections, 1..=96) {
        return None;
    }
    let name = bytes.get(at.checked_add(24 + usize::from(optional))?..)?.get(..8)?;
    let text = name.iter().take_while(|byte| **byte != 0).count();
    let (letters, rest) = name.split_at_checked(text)?;
    if letters.is_empty() || !letters.iter().all(u8::is_ascii_graphic) || rest.iter().any(|byte| *byte != 0) {
        return None;
    }
    // The old header stands a little in front, and says how far.
    (64..=FARTHEST).filter_map(|back| at.checked_sub(back)).find(|start| {
        let distance = bytes.get(start + 60..start + 64).and_then(|field| field.try_into().ok());
        bytes.get(*start..start + 2) == Some(b"MZ")
            && distance.map(u32::from_le_bytes).and_then(|far| usize::try_from(far).ok()) == Some(at - start)
    })
}

/// A Mach-O header of 64 bits and its first load command.
pub(super) fn mach_o(bytes: &[u8], at: usize) -> Option<usize> {
    let mut cursor = Cursor::new(bytes, at.checked_add(4)?);
    let (cpu, _variant, kind) = (cursor.u32()?, cursor.u32()?, cursor.u32()?);
    let (commands, size, _flags, _reserved) = (cursor.u32()?, cursor.u32()?, cursor.u32()?, cursor.u32()?);
    let (command, length) = (cursor.u32()?, cursor.u32()?);
    let sound = matches!(cpu, 0x0100_0007 | 0x0100_000c)
        && matches!(kind, 1..=12)
        && matches!(commands, 1..=1000)
        && size >= commands.checked_mul(8)?
        && command & 0x7fff_ffff <= 0x40
        && (8..=size).contains(&length)
        && length % 4 == 0;
    sound.then_some(at)
}

/// A module whose first section is one of types, and begins with a type of functions.
pub(super) fn wasm(bytes: &[u8], at: usize) -> Option<usize> {
    let mut cursor = Cursor::new(bytes, at.checked_add(8)?);
    let kind = cursor.u8()?;
    let length = leb(&mut cursor)?;
    let next = u64::try_from(cursor.at()).ok()?.checked_add(length)?;
    let types = leb(&mut cursor)?;
    let (form, parameters) = (cursor.u8()?, leb(&mut cursor)?);
    let sound = kind == 1 && (1..length).contains(&types) && form == 0x60 && parameters < length;
    let follows = bytes.get(usize::try_from(next).ok()?).is_none_or(|kind| matches!(kind, 0 | 2..=13));
    (sound && follows && parameters <= 64).then_some(at)
}

/// A whole number in groups of seven bits.
fn leb(cursor: &mut Cursor<'_>) -> Option<u64> {
    let mut number = 0;
    for shift in 0..5 {
        let byte = cursor.u8()?;
        number |= u64::from(byte & 0x7f) << (7 * shift);
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

/// A header of the length, and in the byte order, that the format prescribes.
pub(super) fn dex(bytes: &[u8], at: usize) -> Option<usize> {
    let header = bytes.get(at..)?.get(..0x70)?;
    let digits = header.get(5..7)?.iter().all(u8::is_ascii_digit) && header.get(7) == Some(&0);
    let fixed = header.get(0x24..0x2c) == Some(&[0x70, 0, 0, 0, 0x78, 0x56, 0x34, 0x12]);
    (digits && fixed).then_some(at)
}

/// A line that names an interpreter, and text behind it.
pub(super) fn script(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = bytes.get(at..)?;
    let rest = rest.get(..rest.len().min(512))?;
    let line = rest.get(..memchr::memchr(b'\n', rest)?)?;
    let path = std::str::from_utf8(line.get(2..)?).ok()?;
    let text = |byte: &u8| matches!(byte, b' '..=b'~' | b'\n' | b'\r' | b'\t');
    let body = rest.iter().take_while(|byte| text(byte)).count();
    let named = ["/bin/", "/usr/", "/sbin/", "/system/"].iter().any(|folder| path.starts_with(folder));
    (named && line.len() < 128 && line.iter().all(text) && body >= line.len() + 24).then_some(at)
}

/// How far behind its old header a PE header stands at most.
const FARTHEST: usize = 4096;
