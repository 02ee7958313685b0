//! What text is kept in under a coding of bytes: UTF-16, and gzip or zlib. What comes out is bounded.

use std::{io::Read, ops::Range};

use flate2::read::{GzDecoder, ZlibDecoder};

use super::{
    super::map::{Bytes, Draft},
    is_plain,
};

/// The text in bytes that are no UTF-8, if it is one of these.
pub(super) fn unpack(bytes: &Bytes) -> Option<Draft> {
    match bytes.bytes() {
        packed @ ([0x1f, 0x8b, 8, ..] | [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..]) => {
            inflate(packed, bytes.source(0..packed.len()))
        }
        [0xff, 0xfe, ..] => utf16(bytes, true),
        [0xfe, 0xff, ..] => utf16(bytes, false),
        all => {
            let zeros = |odd: usize| all.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
            let (even, odd) = (zeros(0), zeros(1));
            let units = all.len() / 2;
            (units >= FEWEST && even.max(odd) * 8 >= units * 7 && even.min(odd) * 8 <= units)
                .then(|| utf16(bytes, odd > even))?
        }
    }
}

/// Whether the first bytes may be those of something that [`unpack`] reads. UTF-16 without its mark is told by the zeros of
/// its letters, which stand in the first ones as well.
pub(super) fn begins(head: &[u8]) -> bool {
    let zeros = || memchr::memchr_iter(0, head).count();
    matches!(head, [0x1f, 0x8b, 8, ..] | [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..] | [0xff, 0xfe, ..] | [0xfe, 0xff, ..])
        || zeros() * 4 >= head.len()
}

fn utf16(bytes: &Bytes, little: bool) -> Option<Draft> {
    let places = bytes.places();
    let mut draft = Draft::default();
    let units = bytes.bytes().chunks_exact(2).map(|unit| {
        let unit = [unit.first().copied().unwrap_or_default(), unit.last().copied().unwrap_or_default()];
        if little { u16::from_le_bytes(unit) } else { u16::from_be_bytes(unit) }
    });
    let mut at = 0;
    for c in char::decode_utf16(units) {
        let c = c.ok()?;
        let end = at + 2 * c.len_utf16();
        let (first, last) = (places.get(at)?, places.get(end - 1)?);
        if c != '\u{feff}' {
            draft.push(c, first.start..last.end.max(first.start));
        }
        at = end;
    }
    is_plain(&draft.text).then_some(draft)
}

/// Text that is packed; where it ends too early, what is there.
fn inflate(packed: &[u8], source: Range<usize>) -> Option<Draft> {
    let most = u64::try_from((packed.len() * WIDEST).min(MOST)).unwrap_or_default();
    let mut out = Vec::new();
    let done = if packed.first() == Some(&0x1f) {
        GzDecoder::new(packed).take(most).read_to_end(&mut out)
    } else {
        ZlibDecoder::new(packed).take(most).read_to_end(&mut out)
    };
    let end = match std::str::from_utf8(&out) {
        Err(error) if error.error_len().is_some() => return None,
        Err(error) => error.valid_up_to(),
        Ok(_) => out.len(),
    };
    out.truncate(end);
    let text =
        String::from_utf8(out).ok().filter(|text| text.len() >= FEWEST && (done.is_ok() || text.len() > 2 * FEWEST))?;
    if !is_plain(&text) {
        return None;
    }
    let mut draft = Draft::default();
    draft.places.unit(text.len(), source);
    draft.text = text;
    Some(draft)
}

/// The fewest characters.
const FEWEST: usize = 6;
/// How many times its size packed text may grow, and how many bytes come out at most.
const WIDEST: usize = 32;
const MOST: usize = 64 * 1024;
