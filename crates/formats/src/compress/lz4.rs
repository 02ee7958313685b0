//! LZ4 frames.

use lz4_flex::frame::FrameDecoder;

use super::{Sink, Stop, zstd};
use crate::cursor::Cursor;

/// One frame, or one that readers skip.
pub(super) fn frame(packed: &[u8], sink: &mut Sink) -> Result<usize, Stop> {
    if let Some(len) = zstd::skippable(packed) {
        return Ok(len);
    }
    let mut decoder = FrameDecoder::new(packed);
    sink.pull(&mut decoder)?;
    let used = packed.len() - decoder.get_ref().len();
    if ends(packed, used) { Ok(used) } else { Err(Stop::Broken) }
}

/// Whether a frame ends with its end mark: the decoder takes an end of the data for one. Legacy frames have none.
fn ends(packed: &[u8], used: usize) -> bool {
    if packed.starts_with(LEGACY) {
        return true;
    }
    let checksum = if packed.get(4).is_some_and(|flags| flags & 4 != 0) { 4 } else { 0 };
    let mark = used.checked_sub(4 + checksum);
    mark.is_some_and(|at| Cursor::new(packed, at).u32() == Some(0))
}

/// How frames begin, and legacy frames.
pub(crate) const MAGICS: [&[u8]; 2] = [b"\x04\x22\x4d\x18", LEGACY];
const LEGACY: &[u8] = b"\x02\x21\x4c\x18";
