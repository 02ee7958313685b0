//! What bytes are, whatever their file is called. Only beginnings that are specified count.

use crate::{npy, onnx, pickle, safetensors};

/// A format that Palisade can tell from its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// A Python pickle.
    Pickle,
    /// A ZIP archive: PyTorch, Keras, NumPy and others.
    Zip,
    /// NumPy's array file.
    Npy,
    /// Safetensors.
    Safetensors,
    /// GGUF.
    Gguf,
    /// The formats before GGUF.
    Ggml,
    /// ONNX.
    Onnx,
    /// HDF5: Keras and others.
    Hdf5,
    /// TensorFlow Lite.
    TfLite,
    /// A tar archive.
    Tar,
    /// gzip.
    Gzip,
    /// zlib.
    Zlib,
    /// bzip2.
    Bzip2,
    /// xz.
    Xz,
    /// LZMA without a container.
    Lzma,
    /// LZ4 frames.
    Lz4,
    /// Zstandard.
    Zstd,
    /// 7z.
    SevenZip,
    /// RAR.
    Rar,
    /// A program: ELF, PE or Mach-O.
    Program,
}

/// The format of a file that starts with these bytes: the first that holds.
pub fn sniff(head: &[u8]) -> Option<Format> {
    readings(head).next()
}

/// Every format that a file which starts with these bytes can be read as, surest first: a file may be valid in several.
pub fn readings(head: &[u8]) -> impl Iterator<Item = Format> {
    let magic = MAGIC.iter().filter(|(magic, _)| head.starts_with(magic)).map(|(_, format)| *format);
    let structure = STRUCTURE.iter().filter(|(holds, _)| holds(head)).map(|(_, format)| *format);
    magic.chain(structure)
}

/// Whether bytes hold a text anywhere.
pub fn holds(bytes: &[u8], text: &str) -> bool {
    memchr::memmem::find(bytes, text.as_bytes()).is_some()
}

impl Format {
    /// The format's name in messages.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Pickle => "a pickle",
            Self::Zip => "a ZIP archive",
            Self::Npy => "a NumPy array",
            Self::Safetensors => "safetensors",
            Self::Gguf => "GGUF",
            Self::Ggml => "GGML",
            Self::Onnx => "an ONNX model",
            Self::Hdf5 => "HDF5",
            Self::TfLite => "a TensorFlow Lite model",
            Self::Tar => "a tar archive",
            Self::Gzip => "gzip data",
            Self::Zlib => "zlib data",
            Self::Bzip2 => "bzip2 data",
            Self::Xz => "xz data",
            Self::Lzma => "LZMA data",
            Self::Lz4 => "LZ4 data",
            Self::Zstd => "Zstandard data",
            Self::SevenZip => "a 7z archive",
            Self::Rar => "a RAR archive",
            Self::Program => "a program",
        }
    }
}

/// ELF and Mach-O have magic numbers; `MZ` alone is too short, so the PE header that it points to must be there.
fn is_program(head: &[u8]) -> bool {
    if head.starts_with(b"\x7fELF") || head.starts_with(b"\xcf\xfa\xed\xfe") {
        return true;
    }
    let Some(&[a, b, c, d]) = head.get(60..64) else { return false };
    let at = usize::try_from(u32::from_le_bytes([a, b, c, d])).unwrap_or(usize::MAX);
    head.starts_with(b"MZ") && head.get(at..at.saturating_add(4)) == Some(b"PE\0\0")
}

/// `x`, window size, and a check over both bytes.
fn is_zlib(head: &[u8]) -> bool {
    matches!(head, [0x78, level, ..] if (0x7800 | u16::from(*level)) % 31 == 0 && *level & 0x20 == 0)
}

/// Whether the first bytes of a file hold what a format demands.
type Test = fn(&[u8]) -> bool;

/// Formats without a magic number: what their first bytes must hold, surest first.
const STRUCTURE: &[(Test, Format)] = &[
    (is_program, Format::Program),
    (safetensors::looks_like, Format::Safetensors),
    (|head| head.get(4..8) == Some(b"TFL3"), Format::TfLite),
    (|head| head.get(257..262) == Some(b"ustar"), Format::Tar),
    (onnx::looks_like, Format::Onnx),
    (is_zlib, Format::Zlib),
    (pickle::plausible, Format::Pickle),
];

/// Formats with a magic number.
const MAGIC: &[(&[u8], Format)] = &[
    (b"PK\x03\x04", Format::Zip),
    (b"PK\x05\x06", Format::Zip),
    (npy::MAGIC, Format::Npy),
    (b"GGUF", Format::Gguf),
    (b"lmgg", Format::Ggml),
    (b"fmgg", Format::Ggml),
    (b"tjgg", Format::Ggml),
    (b"\x89HDF\r\n\x1a\n", Format::Hdf5),
    (b"\x1f\x8b", Format::Gzip),
    (b"BZh", Format::Bzip2),
    (b"\xfd7zXZ\0", Format::Xz),
    (b"\x5d\0\0", Format::Lzma),
    (b"\x04\x22\x4d\x18", Format::Lz4),
    (b"\x28\xb5\x2f\xfd", Format::Zstd),
    (b"7z\xbc\xaf\x27\x1c", Format::SevenZip),
    (b"Rar!\x1a\x07", Format::Rar),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_decides() {
        for (bytes, format) in [
            (&b"PK\x03\x04...."[..], Some(Format::Zip)),
            (b"\x80\x04K\x01.", Some(Format::Pickle)),
            (b"(lp0\nI1\na.", Some(Format::Pickle)),
            (b"GGUF\x03\0\0\0", Some(Format::Gguf)),
            (b"\x02\0\0\0\0\0\0\0{}", Some(Format::Safetensors)),
            (b"\x08\x08\x12\x02me:\x00", Some(Format::Onnx)),
            (b"\x78\x9c\x03\x00", Some(Format::Zlib)),
            (b"\x7fELF\x02", Some(Format::Program)),
            (b"MZ is how this text begins, and it goes on for more than sixty bytes so that...", None),
            (b"xx", None),
            (b"#!/usr/bin/env python\nimport os\n", None),
            (b"{\"a\": 1}", None),
            (b"", None),
        ] {
            assert_eq!(sniff(bytes), format, "{bytes:?}");
        }
    }
}
