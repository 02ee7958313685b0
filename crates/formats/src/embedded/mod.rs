//! Programs, archives and scripts that lie somewhere in other bytes. A magic number is never enough: the fields behind it
//! must fit each other, so that random numbers do not look like one in the lifetime of anyone who scans them.

mod archive;
mod program;

use memchr::memmem;

/// Something that lies in other bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// Where it begins.
    pub at: usize,
    /// What it is.
    pub what: Payload,
}

/// What can lie there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Payload {
    /// A program of Linux and other Unix systems.
    Elf,
    /// A program of Windows.
    Pe,
    /// A program of macOS.
    MachO,
    /// A WebAssembly module.
    Wasm,
    /// Bytecode of Android.
    Dex,
    /// A script with a line that names its interpreter.
    Script,
    /// A ZIP archive.
    Zip,
    /// A 7z archive.
    SevenZip,
    /// A RAR archive.
    Rar,
    /// xz data.
    Xz,
}

impl Payload {
    /// The name in messages, with an article.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Elf => "an ELF program",
            Self::Pe => "a Windows program",
            Self::MachO => "a macOS program",
            Self::Wasm => "a WebAssembly module",
            Self::Dex => "Android bytecode",
            Self::Script => "a script",
            Self::Zip => "a ZIP archive",
            Self::SevenZip => "a 7z archive",
            Self::Rar => "a RAR archive",
            Self::Xz => "xz data",
        }
    }

    /// Whether it is something that runs, and not what something may be packed in.
    pub const fn runs(self) -> bool {
        !matches!(self, Self::Zip | Self::SevenZip | Self::Rar | Self::Xz)
    }
}

/// What lies in bytes, in the order of kinds, at most `most` of each. One pass over the bytes for each kind.
pub fn find(bytes: &[u8], most: usize) -> Vec<Found> {
    let mut found = Vec::new();
    for (magic, confirm, what) in KINDS {
        let hits = memmem::find_iter(bytes, magic).take(TRIES).filter_map(|at| confirm(bytes, at));
        found.extend(hits.take(most).map(|at| Found { at, what: *what }));
    }
    found.sort_by_key(|found| found.at);
    found
}

/// Finds where something begins whose magic number stands at an offset, if that is what it is.
type Confirm = fn(&[u8], usize) -> Option<usize>;

const KINDS: &[(&[u8], Confirm, Payload)] = &[
    (b"\x7fELF", program::elf, Payload::Elf),
    (b"PE\0\0", program::pe, Payload::Pe),
    (b"\xcf\xfa\xed\xfe", program::mach_o, Payload::MachO),
    (b"\0asm\x01\0\0\0", program::wasm, Payload::Wasm),
    (b"dex\n0", program::dex, Payload::Dex),
    (b"#!/", program::script, Payload::Script),
    (b"PK\x05\x06", archive::zip, Payload::Zip),
    (b"7z\xbc\xaf\x27\x1c", archive::seven_zip, Payload::SevenZip),
    (b"Rar!\x1a\x07", archive::rar, Payload::Rar),
    (b"\xfd7zXZ\0", archive::xz, Payload::Xz),
];
/// How many magic numbers of a kind are looked at: bytes full of them cost no more than others.
const TRIES: usize = 100_000;

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn elf() -> Vec<u8> {
        let mut bytes = vec![0; 64 + 56 + 100];
        bytes[..7].copy_from_slice(b"\x7fELF\x02\x01\x01");
        for (at, value) in [(16, 3u16), (18, 62), (20, 1), (52, 64), (54, 56), (56, 1), (58, 64)] {
            bytes[at..at + 2].copy_from_slice(&value.to_le_bytes());
        }
        bytes[32] = 64;
        bytes[64] = 1;
        bytes[68] = 5;
        bytes
    }

    fn pe() -> Vec<u8> {
        let mut bytes = vec![0; 512];
        bytes[..2].copy_from_slice(b"MZ");
        bytes[60] = 128;
        bytes[128..134].copy_from_slice(b"PE\0\0\x64\x86");
        bytes[134] = 1;
        bytes[148] = 240;
        bytes[152..154].copy_from_slice(b"\x0b\x02");
        bytes[392..397].copy_from_slice(b".text");
        bytes
    }

    fn archive() -> Vec<u8> {
        use std::io::Write;
        let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        writer.start_file("a.txt", zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(b"hello").unwrap();
        writer.finish().unwrap().into_inner()
    }

    fn noise(len: usize) -> Vec<u8> {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut bytes = Vec::with_capacity(len);
        while bytes.len() < len {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            bytes.extend(state.to_le_bytes());
        }
        bytes
    }

    fn inside(payload: &[u8]) -> Vec<Found> {
        find(&[&noise(1000), payload, &noise(1000)].concat(), 4)
    }

    #[test]
    fn payloads_are_found_where_they_begin() {
        for (payload, what) in [
            (elf(), Payload::Elf),
            (pe(), Payload::Pe),
            (archive(), Payload::Zip),
            (b"#!/bin/sh\necho this is what runs when somebody starts it\n".to_vec(), Payload::Script),
            (b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0".to_vec(), Payload::Wasm),
        ] {
            assert_eq!(inside(&payload), [Found { at: 1000, what }], "{what:?}");
        }
    }

    #[test]
    fn magic_numbers_alone_are_nothing() {
        for magic in KINDS.iter().map(|(magic, ..)| *magic) {
            assert_eq!(inside(magic), [], "{magic:?}");
            assert_eq!(find(&magic.repeat(50_000), 4), [], "{magic:?}");
        }
        assert_eq!(inside(b"PK\x05\x06 and PK\x03\x04 in a text about ZIP files #!/bin/sh"), []);
    }

    /// Noise behind each magic number: what the fields must hold is what keeps weights from matching.
    #[test]
    fn noise_behind_magic_numbers_is_nothing() {
        let noise = noise(4 << 20);
        let mut bytes = Vec::with_capacity(noise.len() * 2);
        for (index, piece) in noise.chunks(97).enumerate() {
            bytes.extend(KINDS[index % KINDS.len()].0);
            bytes.extend(piece);
        }
        assert_eq!(find(&bytes, 4), []);
    }

    #[test]
    fn truncated_payloads_are_safe() {
        for payload in [elf(), pe(), archive()] {
            for len in 0..payload.len() {
                find(&payload[..len], 4);
            }
        }
    }
}
