//! Programs and archives that begin in the middle of other bytes, such as those of tensors.
//!
//! Four bytes of weights look like any magic number sooner or later, so a beginning counts only if the header behind it holds
//! in every field that has few values. Sources: the ELF and PE/COFF specifications, `mach-o/loader.h`, APPNOTE.TXT,
//! `7zFormat.txt`.

use memchr::memmem;

use crate::{cursor::Cursor, sniff::Format};

/// Something that begins in the middle of other bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Buried {
    /// Offset of its first byte.
    pub offset: usize,
    /// What it is.
    pub format: Format,
}

/// Looks for beginnings. Made once; a search goes through memory block by block, so that it runs in the cache.
#[derive(Debug)]
pub struct Search {
    needles: Vec<(memmem::Finder<'static>, Confirm)>,
}

/// Where the thing begins whose needle was found at an offset, if it is one.
type Confirm = fn(&[u8], usize) -> Option<Buried>;

impl Default for Search {
    fn default() -> Self {
        let needles = NEEDLES.iter().map(|(needle, confirm)| (memmem::Finder::new(*needle), *confirm)).collect();
        Self { needles }
    }
}

impl Search {
    /// Everything whose needle begins in `bytes[from..to]`, in no order, at most `most`. What lies around may be looked at
    /// to make sure.
    pub fn find(&self, bytes: &[u8], from: usize, to: usize, most: usize) -> Vec<Buried> {
        let end = to.saturating_add(NEEDLE - 1).min(bytes.len());
        let block = bytes.get(from..end).unwrap_or_default();
        let mut found = Vec::new();
        for (finder, confirm) in &self.needles {
            let starts = finder.find_iter(block).map(|at| from + at).take_while(|at| *at < to);
            let confirmed = starts.filter_map(|at| confirm(bytes, at));
            found.extend(confirmed.take(most - found.len().min(most)));
        }
        found
    }
}

fn elf(bytes: &[u8], at: usize) -> Option<Buried> {
    let mut cursor = Cursor::new(bytes, at + 4);
    let (class, order, version, abi) = (cursor.u8()?, cursor.u8()?, cursor.u8()?, cursor.u8()?);
    // The version of the ABI and seven bytes of padding; some systems write a number into the first of them.
    let padding = cursor.take(8)?.get(1..)?;
    let half = |field: &[u8]| -> Option<u16> {
        let field = field.try_into().ok()?;
        Some(if order == 1 { u16::from_le_bytes(field) } else { u16::from_be_bytes(field) })
    };
    let (kind, machine) = (half(cursor.take(2)?)?, half(cursor.take(2)?)?);
    let word = cursor.take(4)?;
    let one: &[u8] = if order == 1 { &[1, 0, 0, 0] } else { &[0, 0, 0, 1] };
    let holds = matches!(class, 1 | 2)
        && matches!(order, 1 | 2)
        && version == 1
        && (abi <= 18 || matches!(abi, 64 | 97 | 255))
        && padding.iter().all(|byte| *byte == 0)
        && (matches!(kind, 1..=4) || kind >= 0xfe00)
        && machine != 0
        && word == one;
    holds.then_some(Buried { offset: at, format: Format::Program })
}

/// The header that names the machine stands behind a stub, whose beginning points to it.
fn pe(bytes: &[u8], at: usize) -> Option<Buried> {
    let mut cursor = Cursor::new(bytes, at + 4);
    let (machine, sections) = (cursor.u16()?, cursor.u16()?);
    if !MACHINES.contains(&machine) || !(1..=96).contains(&sections) {
        return None;
    }
    let points_here = |stub: &usize| {
        let distance = u32::try_from(at - stub).unwrap_or(u32::MAX);
        bytes.get(stub + 60..stub + 64) == Some(&distance.to_le_bytes()) && bytes.get(*stub..stub + 2) == Some(b"MZ")
    };
    let stub = (at.saturating_sub(STUB)..=at.checked_sub(64)?).rev().find(points_here)?;
    Some(Buried { offset: stub, format: Format::Program })
}

fn mach(bytes: &[u8], at: usize) -> Option<Buried> {
    let mut cursor = Cursor::new(bytes, at + 4);
    let (machine, variant, kind, commands) = (cursor.u32()?, cursor.u32()?, cursor.u32()?, cursor.u32()?);
    let holds = matches!(machine & 0x00ff_ffff, 7 | 12 | 18)
        && variant & 0x00ff_ffff < 256
        && (1..=12).contains(&kind)
        && (1..=10_000).contains(&commands);
    holds.then_some(Buried { offset: at, format: Format::Program })
}

fn zip(bytes: &[u8], at: usize) -> Option<Buried> {
    let mut cursor = Cursor::new(bytes, at + 4);
    let (version, flags, method) = (cursor.u16()?, cursor.u16()?, cursor.u16()?);
    cursor.take(16)?;
    let (name_len, extra_len) = (cursor.u16()?, cursor.u16()?);
    let name = std::str::from_utf8(cursor.take(usize::from(name_len))?).ok()?;
    let extra = cursor.take(usize::from(extra_len))?;
    // Extra fields are a list of lengths that fits.
    let mut fields = Cursor::new(extra, 0);
    while fields.rest().len() >= 4 {
        fields.u16()?;
        let len = fields.u16()?;
        fields.take(usize::from(len))?;
    }
    let holds = version & 0xff <= 63
        && flags & 0xd780 & !0x800 == 0
        && matches!(method, 0 | 1 | 6 | 8 | 9 | 12 | 14 | 93 | 95 | 98 | 99)
        && (1..=1024).contains(&name_len)
        && !name.chars().any(char::is_control);
    holds.then_some(Buried { offset: at, format: Format::Zip })
}

/// The start header of 7z has a checksum over itself.
fn seven(bytes: &[u8], at: usize) -> Option<Buried> {
    let mut cursor = Cursor::new(bytes, at + 6);
    let (major, _minor, sum) = (cursor.u8()?, cursor.u8()?, cursor.u32()?);
    let header = cursor.take(20)?;
    let holds = major == 0 && checksum(header) == sum;
    holds.then_some(Buried { offset: at, format: Format::SevenZip })
}

fn checksum(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

const NEEDLES: &[(&[u8], Confirm)] = &[
    (b"\x7fELF", elf),
    (b"PE\0\0", pe),
    (b"\xcf\xfa\xed\xfe", mach),
    (b"\xce\xfa\xed\xfe", mach),
    (b"PK\x03\x04", zip),
    (b"7z\xbc\xaf\x27\x1c", seven),
];
/// The length of the longest needle.
const NEEDLE: usize = 6;
/// How far the header of a PE program may lie behind its beginning.
const STUB: usize = 4096;
/// x86, x86-64, ARM, ARM64, IA-64, RISC-V.
const MACHINES: &[u16] = &[0x14c, 0x8664, 0x1c0, 0x1c2, 0x1c4, 0xaa64, 0x200, 0x5032, 0x5064];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn find(bytes: &[u8]) -> Vec<(usize, Format)> {
        let found = Search::default().find(bytes, 0, bytes.len(), 100);
        found.into_iter().map(|buried| (buried.offset, buried.format)).collect()
    }

    fn elf_header() -> Vec<u8> {
        [&b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0\x01\0\0\0"[..], &[0; 40]].concat()
    }

    fn pe_header() -> Vec<u8> {
        let mut bytes = vec![0x90; 160];
        bytes[..2].copy_from_slice(b"MZ");
        bytes[60..64].copy_from_slice(&128u32.to_le_bytes());
        bytes[128..136].copy_from_slice(b"PE\0\0\x64\x86\x06\0");
        bytes
    }

    fn zip_header(name: &[u8]) -> Vec<u8> {
        let len = u16::try_from(name.len()).unwrap().to_le_bytes();
        [&b"PK\x03\x04\x14\0\0\0\x08\0"[..], &[7; 16], &len, &[0, 0], name].concat()
    }

    #[test]
    fn beginnings_are_found_anywhere() {
        let mach = b"\xcf\xfa\xed\xfe\x0c\0\0\x01\0\0\0\0\x02\0\0\0\x10\0\0\0".to_vec();
        let mut seven = [&b"7z\xbc\xaf\x27\x1c\0\x04"[..], &[0; 4], &[5; 20]].concat();
        let sum = checksum(&[5; 20]);
        seven[8..12].copy_from_slice(&sum.to_le_bytes());
        for (thing, format) in [
            (elf_header(), Format::Program),
            (pe_header(), Format::Program),
            (mach, Format::Program),
            (zip_header(b"a/data.pkl"), Format::Zip),
            (seven, Format::SevenZip),
        ] {
            for before in [0, 1, 4095, 70_001] {
                let bytes = [vec![0x3f; before], thing.clone(), vec![0xbf; 100]].concat();
                assert_eq!(find(&bytes), [(before, format)], "{format:?} behind {before} bytes");
            }
            assert!((0..thing.len() - 1).all(|len| find(&thing[..len.min(20)]).is_empty()), "{format:?}");
        }
    }

    #[test]
    fn a_magic_number_alone_is_nothing() {
        for needle in NEEDLES {
            for filler in [0, 1, 0x3f, 0x80, 0xff] {
                let bytes = [vec![filler; 200], needle.0.to_vec(), vec![filler; 200]].concat();
                assert_eq!(find(&bytes), [], "{needle:?} in {filler}");
            }
        }
        assert_eq!(find(&zip_header(b"\xff\xfe")), []);
        assert_eq!(find(b"MZ PE\0\0 is what a program begins with"), []);
    }

    #[test]
    fn blocks_share_nothing_and_lose_nothing() {
        let bytes = [vec![1; 1000], elf_header(), vec![2; 1000], zip_header(b"x"), vec![3; 50]].concat();
        let search = Search::default();
        for size in [1, 3, 64, 1001, 5000] {
            let blocks = (0..bytes.len()).step_by(size);
            let found: Vec<_> = blocks.flat_map(|from| search.find(&bytes, from, from + size, 9)).collect();
            assert_eq!(found.iter().map(|buried| buried.offset).collect::<Vec<_>>(), [1000, 2064], "{size}");
        }
    }

    #[test]
    fn counts_are_bounded() {
        assert_eq!(Search::default().find(&zip_header(b"x").repeat(50), 0, usize::MAX, 7).len(), 7);
    }

    proptest! {
        #[test]
        fn noise_is_noise(bytes in proptest::collection::vec(any::<u8>(), 0..300), needle in 0usize..6, at in 0usize..300) {
            let mut bytes = bytes;
            let at = at.min(bytes.len());
            bytes.splice(at..at, NEEDLES[needle].0.iter().copied());
            // Whatever is said must be where something stands.
            prop_assert!(find(&bytes).iter().all(|(offset, _)| *offset < bytes.len()));
        }
    }
}
