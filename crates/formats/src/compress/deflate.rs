//! Deflate, the containers around it, and bzip2, whose decoder is driven in the same way.

use flate2::{Decompress, FlushDecompress, Status};

use super::{Sink, Stop, crc32};
use crate::cursor::Cursor;

/// One gzip member: header, data, checksum and length.
pub(super) fn gzip(packed: &[u8], sink: &mut Sink) -> Result<usize, Stop> {
    let start = gzip_header(packed).ok_or(Stop::Broken)?;
    let before = sink.len();
    let used = inflate(packed.get(start..).unwrap_or_default(), false, sink)?;
    let mut cursor = Cursor::new(packed, start.saturating_add(used));
    let (crc, len) = (cursor.u32().ok_or(Stop::Broken)?, cursor.u32().ok_or(Stop::Broken)?);
    let low = u32::try_from((sink.len() - before) & 0xffff_ffff).unwrap_or_default();
    let sound = low == len && sink.since(before).is_none_or(|made| crc32(made) == crc);
    if sound { Ok(cursor.at()) } else { Err(Stop::Broken) }
}

/// Where the data of a gzip member begins. Source: RFC 1952, 2.3.
fn gzip_header(packed: &[u8]) -> Option<usize> {
    let mut cursor = Cursor::new(packed, 0);
    if cursor.take(3)? != b"\x1f\x8b\x08" {
        return None;
    }
    let flags = cursor.u8()?;
    cursor.take(6)?;
    if flags & 4 != 0 {
        let extra = cursor.u16()?;
        cursor.take(usize::from(extra))?;
    }
    // A name and a comment, each up to a zero byte.
    for _ in 0..(flags & 8).count_ones() + (flags & 16).count_ones() {
        let len = memchr::memchr(0, cursor.rest())?;
        cursor.take(len + 1)?;
    }
    if flags & 2 != 0 {
        cursor.take(2)?;
    }
    Some(cursor.at())
}

/// One deflate stream, in a zlib container or not.
pub(super) fn inflate(packed: &[u8], zlib: bool, sink: &mut Sink) -> Result<usize, Stop> {
    let mut decoder = Decompress::new(zlib);
    drive(packed, sink, |input, output| {
        let (before_in, before_out) = (decoder.total_in(), decoder.total_out());
        let status = decoder.decompress(input, output, FlushDecompress::None);
        let step = match status {
            Ok(Status::StreamEnd) => Step::Ended,
            Ok(_) => Step::Goes,
            Err(_) => Step::Fails,
        };
        (decoder.total_in() - before_in, decoder.total_out() - before_out, step)
    })
}

/// One bzip2 stream.
pub(super) fn bunzip(packed: &[u8], sink: &mut Sink) -> Result<usize, Stop> {
    let mut decoder = bzip2::Decompress::new(false);
    drive(packed, sink, |input, output| {
        let (before_in, before_out) = (decoder.total_in(), decoder.total_out());
        let status = decoder.decompress(input, output);
        let step = match status {
            Ok(bzip2::Status::StreamEnd) => Step::Ended,
            Ok(_) => Step::Goes,
            Err(_) => Step::Fails,
        };
        (decoder.total_in() - before_in, decoder.total_out() - before_out, step)
    })
}

enum Step {
    Goes,
    Ended,
    Fails,
}

/// Feeds a decoder until it ends; what it gave before it failed is kept.
fn drive(
    packed: &[u8],
    sink: &mut Sink,
    mut step: impl FnMut(&[u8], &mut [u8]) -> (u64, u64, Step),
) -> Result<usize, Stop> {
    let mut chunk = sink.chunk();
    let mut at = 0usize;
    loop {
        let (took, gave, outcome) = step(packed.get(at..).unwrap_or_default(), &mut chunk);
        let (took, gave) = (usize::try_from(took).unwrap_or(0), usize::try_from(gave).unwrap_or(0));
        at = at.saturating_add(took);
        sink.take(chunk.get(..gave).unwrap_or_default())?;
        match outcome {
            Step::Ended => return Ok(at),
            Step::Goes if took > 0 || gave > 0 => {}
            Step::Goes | Step::Fails => return Err(Stop::Broken),
        }
    }
}
