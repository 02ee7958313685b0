//! LZMA and LZMA2, and the containers around them.

use lzma_rust2::{Lzma2Reader, LzmaReader, XzReader};

use super::{Sink, Stop};
use crate::cursor::Cursor;

/// One xz stream.
pub(super) fn xz(packed: &[u8], sink: &mut Sink) -> Result<usize, Stop> {
    let mut reader = XzReader::new(packed, false);
    sink.pull(&mut reader)?;
    Ok(packed.len() - reader.inner().len())
}

/// LZMA behind a header of thirteen bytes: properties, dictionary, and a length that may be left open.
pub(super) fn alone(packed: &[u8], sink: &mut Sink) -> Result<usize, Stop> {
    let mut cursor = Cursor::new(packed, 0);
    let (Some(properties), Some(dictionary), Some(size)) = (cursor.u8(), cursor.u32(), cursor.u64()) else {
        return Err(Stop::Broken);
    };
    Ok(13 + raw(cursor.rest(), properties, dictionary, size, sink)?)
}

/// Whether bytes begin like LZMA with a header: the check of liblzma, which keeps other formats from being taken for it.
pub(crate) fn looks_alone(head: &[u8]) -> bool {
    let mut cursor = Cursor::new(head, 0);
    let (Some(properties), Some(dictionary), Some(size)) = (cursor.u8(), cursor.u32(), cursor.u64()) else {
        return false;
    };
    let open = size == u64::MAX;
    let usual = properties == 0x5d && (open || size < 1 << 38);
    // Other properties are rare; only an open length, eight full bytes, tells them from chance.
    let rare = properties < 225 && open && properties % 45 % 9 + properties % 45 / 9 <= 4;
    // Writers round dictionaries up to a power of two, or to one and a half.
    let round = dictionary == u32::MAX
        || dictionary.is_power_of_two()
        || dictionary % 3 == 0 && (dictionary / 3).is_power_of_two();
    // The first byte of the range coder is always zero.
    dictionary >= 4096 && round && (usual || rare) && cursor.u8() == Some(0)
}

/// LZMA in ZIP: a version, then the length of the properties and the properties; the end is marked, or is that of the data.
pub(super) fn in_zip(packed: &[u8], sink: &mut Sink) -> Result<usize, Stop> {
    let mut cursor = Cursor::new(packed, 2);
    let (Some(5), Some(properties), Some(dictionary)) = (cursor.u16(), cursor.u8(), cursor.u32()) else {
        return Err(Stop::Broken);
    };
    Ok(9 + raw(cursor.rest(), properties, dictionary, u64::MAX, sink)?)
}

/// LZMA without a header. A `size` of all ones leaves the length open.
pub(crate) fn raw(packed: &[u8], properties: u8, dictionary: u32, size: u64, sink: &mut Sink) -> Result<usize, Stop> {
    let dictionary = dictionary.min(DICTIONARY);
    let mut reader =
        LzmaReader::new_with_props(packed, size, properties, dictionary, None).map_err(|_| Stop::Broken)?;
    reader.set_defer_errors(true);
    sink.pull(&mut reader)?;
    let (rest, unused) = reader.into_parts();
    Ok(packed.len() - rest.len() - unused.len())
}

/// LZMA2 without a header.
pub(crate) fn lzma2(packed: &[u8], dictionary: u32, sink: &mut Sink) -> Result<usize, Stop> {
    let mut reader = Lzma2Reader::new(packed, dictionary.min(DICTIONARY), None);
    sink.pull(&mut reader)?;
    Ok(packed.len() - reader.inner().len())
}

/// The largest dictionary: it holds more than is ever unpacked here.
const DICTIONARY: u32 = 1 << 30;
