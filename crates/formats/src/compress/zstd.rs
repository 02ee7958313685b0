//! Zstandard frames, and the frames that readers skip. Source: RFC 8878.

use ruzstd::decoding::StreamingDecoder;

use super::{Sink, Stop};
use crate::cursor::Cursor;

/// One frame, or one that readers skip.
pub(super) fn frame(packed: &[u8], sink: &mut Sink) -> Result<usize, Stop> {
    if let Some(len) = skippable(packed) {
        return Ok(len);
    }
    let before = sink.len();
    match decode(packed, sink) {
        // The decoder keeps a window of what it has until the frame ends, and loses it where the frame breaks.
        Err(Stop::Broken) if sink.len() == before => {
            salvage(packed, sink);
            Err(Stop::Broken)
        }
        outcome => outcome,
    }
}

fn decode(packed: &[u8], sink: &mut Sink) -> Result<usize, Stop> {
    let mut rest = packed;
    let mut decoder = StreamingDecoder::new(&mut rest).map_err(|_| Stop::Broken)?;
    sink.pull(&mut decoder)?;
    let frame = decoder.into_frame_decoder();
    let sound = frame.get_checksum_from_data().is_none_or(|sum| frame.get_calculated_checksum() == Some(sum));
    if sound { Ok(packed.len() - rest.len()) } else { Err(Stop::Broken) }
}

/// Decodes the blocks before the first broken one, by trying ever fewer of them.
fn salvage(packed: &[u8], sink: &mut Sink) -> Option<()> {
    let blocks = blocks(packed)?;
    let mut count = blocks.len();
    for _ in 0..TRIES {
        let (start, end) = *blocks.get(..count)?.last()?;
        let mut frame = packed.get(..end)?.to_vec();
        // The last block says that it is the last; the checksum behind it is gone, so the header must not promise one.
        *frame.get_mut(start)? |= 1;
        *frame.get_mut(4)? &= !4;
        let mut attempt = sink.fresh();
        if decode(&frame, &mut attempt) != Err(Stop::Broken) {
            let _ = sink.take(&attempt.into_bytes());
            return Some(());
        }
        count = if count > 8 { count / 2 } else { count.checked_sub(1)? };
    }
    None
}

/// Start of the header and end of each block that lies in the data.
fn blocks(packed: &[u8]) -> Option<Vec<(usize, usize)>> {
    let mut cursor = Cursor::new(packed, 4);
    let descriptor = cursor.u8()?;
    let single = descriptor & 0x20 != 0;
    let dictionary = [0, 1, 2, 4].get(usize::from(descriptor & 3)).copied()?;
    let size = match descriptor >> 6 {
        0 => usize::from(single),
        1 => 2,
        2 => 4,
        _ => 8,
    };
    cursor.take(usize::from(!single) + dictionary + size)?;
    let mut blocks = Vec::new();
    while blocks.len() < MOST {
        let start = cursor.at();
        let Some(&[a, b, c]) = cursor.take(3) else { break };
        let header = u32::from_le_bytes([a, b, c, 0]);
        let len = if header >> 1 & 3 == 1 { 1 } else { usize::try_from(header >> 3).ok()? };
        if cursor.take(len).is_none() {
            break;
        }
        blocks.push((start, cursor.at()));
        if header & 1 != 0 {
            break;
        }
    }
    Some(blocks)
}

/// The length of a frame that carries something for others and is skipped.
pub(super) fn skippable(packed: &[u8]) -> Option<usize> {
    let mut cursor = Cursor::new(packed, 0);
    let magic = cursor.u32()?;
    let len = cursor.u32()?;
    (magic & 0xffff_fff0 == 0x184d_2a50).then_some(8usize.saturating_add(usize::try_from(len).ok()?))
}

pub(crate) const MAGIC: &[u8] = b"\x28\xb5\x2f\xfd";
/// How many shorter frames are tried.
const TRIES: usize = 16;
/// The most blocks of a broken frame that are looked at.
const MOST: usize = 512;
