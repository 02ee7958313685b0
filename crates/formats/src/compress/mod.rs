//! Unpacks compressed streams: as much as is asked for, with what came before an error, and where the packed data ends.
//!
//! Everything is bounded by the output that is asked for: windows and dictionaries grow with it, whatever headers say.

mod deflate;
mod joblib;
mod lz4;
mod lzma;
mod sink;
mod zstd;

pub(crate) use joblib::looks_like as looks_joblib;
pub(crate) use lzma::{looks_alone as looks_lzma, lzma2, raw as raw_lzma};
pub(crate) use sink::Sink;

/// A way in which bytes are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Codec {
    /// gzip, of one or more members. Source: RFC 1952.
    Gzip,
    /// zlib. Source: RFC 1950.
    Zlib,
    /// Deflate without a container. Source: RFC 1951.
    Deflate,
    /// bzip2, of one or more streams.
    Bzip2,
    /// xz, of one or more streams.
    Xz,
    /// LZMA with the header of thirteen bytes that came before xz.
    Lzma,
    /// LZMA as a member of a ZIP archive. Source: APPNOTE.TXT 5.8.8.
    LzmaInZip,
    /// LZ4 frames, and the legacy frames before them.
    Lz4,
    /// Zstandard frames. Source: RFC 8878.
    Zstd,
    /// What joblib wrote before version 0.10: a length in text, then zlib.
    Joblib,
}

/// What was unpacked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unpacked {
    /// The bytes, at most as many as were asked for.
    pub bytes: Vec<u8>,
    /// Why there are no more.
    pub end: End,
    /// Offset of the first byte that was not needed: what follows belongs to no stream. Known if the end is whole.
    pub rest: usize,
}

/// Why no more bytes were unpacked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum End {
    /// The data is complete.
    #[default]
    Whole,
    /// There is more than was asked for.
    More,
    /// The data is broken, cut off, or packed in a way that is not read.
    Broken,
}

/// Why a stream ended early. The sink holds what came before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    Full,
    Broken,
}

impl From<Stop> for End {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Full => Self::More,
            Stop::Broken => Self::Broken,
        }
    }
}

/// Unpacks at most `limit` bytes.
pub fn unpack(codec: Codec, packed: &[u8], limit: usize) -> Unpacked {
    let mut sink = Sink::new(limit);
    let (end, rest) = streams(codec, packed, &mut sink);
    Unpacked { bytes: sink.into_bytes(), end, rest }
}

/// How many bytes the data unpacks to, counted up to `limit`.
pub fn measure(codec: Codec, packed: &[u8], limit: usize) -> usize {
    let mut sink = Sink::counting(limit);
    streams(codec, packed, &mut sink);
    sink.len()
}

/// Unpacks one stream after the other; returns why that ended, and where.
fn streams(codec: Codec, packed: &[u8], sink: &mut Sink) -> (End, usize) {
    let mut at = 0usize;
    loop {
        match codec.stream(packed.get(at..).unwrap_or_default(), sink) {
            Ok(used) => at = at.saturating_add(used).min(packed.len()),
            Err(stop) => return (stop.into(), at),
        }
        let (padding, more) = codec.follows(packed.get(at..).unwrap_or_default());
        if !more {
            return (End::Whole, at);
        }
        at += padding;
    }
}

/// The CRC-32 of bytes, as ZIP and gzip use it.
pub fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

impl Codec {
    /// Unpacks one stream; returns how many bytes of the packed data it took.
    fn stream(self, packed: &[u8], sink: &mut Sink) -> Result<usize, Stop> {
        match self {
            Self::Gzip => deflate::gzip(packed, sink),
            Self::Zlib => deflate::inflate(packed, true, sink),
            Self::Deflate => deflate::inflate(packed, false, sink),
            Self::Bzip2 => deflate::bunzip(packed, sink),
            Self::Xz => lzma::xz(packed, sink),
            Self::Lzma => lzma::alone(packed, sink),
            Self::LzmaInZip => lzma::in_zip(packed, sink),
            Self::Lz4 => lz4::frame(packed, sink),
            Self::Zstd => zstd::frame(packed, sink),
            Self::Joblib => joblib::zfile(packed, sink),
        }
    }

    /// Whether another stream follows, and how many bytes of padding lie in front of it.
    fn follows(self, rest: &[u8]) -> (usize, bool) {
        let zeros = rest.iter().take_while(|byte| **byte == 0).count();
        match self {
            Self::Gzip => (zeros, rest.get(zeros..).is_some_and(|rest| rest.starts_with(b"\x1f\x8b"))),
            Self::Xz => (zeros, zeros % 4 == 0 && rest.get(zeros..).is_some_and(|r| r.starts_with(b"\xfd7zXZ\0"))),
            Self::Bzip2 => (0, rest.starts_with(b"BZh")),
            Self::Lz4 => {
                (0, lz4::MAGICS.iter().any(|magic| rest.starts_with(magic)) || zstd::skippable(rest).is_some())
            }
            Self::Zstd => (0, rest.starts_with(zstd::MAGIC) || zstd::skippable(rest).is_some()),
            Self::Zlib | Self::Deflate | Self::Lzma | Self::LzmaInZip | Self::Joblib => (0, false),
        }
    }
}

/// Whether a skippable frame of LZ4 or Zstandard stands here, and what stands behind all of them.
pub(crate) fn behind_skippable(head: &[u8]) -> Option<&[u8]> {
    let mut rest = head.get(zstd::skippable(head)?..)?;
    for _ in 0..16 {
        match zstd::skippable(rest) {
            Some(len) => rest = rest.get(len..)?,
            None => break,
        }
    }
    Some(rest)
}

#[cfg(test)]
mod tests;
