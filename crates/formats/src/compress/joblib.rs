//! What joblib wrote before version 0.10 and still reads: `ZF`, the length in nineteen characters of text, then zlib.

use super::{Sink, Stop, deflate};

/// Whether bytes begin like such a file.
pub(crate) fn looks_like(head: &[u8]) -> bool {
    head.get(..LENGTH_END).is_some_and(|prefix| prefix.starts_with(b"ZF0x")) && data(head).is_some()
}

/// The file.
pub(super) fn zfile(packed: &[u8], sink: &mut Sink) -> Result<usize, Stop> {
    let start = data(packed).ok_or(Stop::Broken)?;
    let used = deflate::inflate(packed.get(start..).unwrap_or_default(), true, sink)?;
    Ok(start + used)
}

/// Where the zlib data begins: old versions wrote one space more.
fn data(packed: &[u8]) -> Option<usize> {
    let length = packed.get(4..LENGTH_END)?;
    let digits = length.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
    let padded = digits > 0 && length.get(digits..)?.iter().all(|byte| matches!(byte, b' ' | b'L'));
    let start = LENGTH_END + usize::from(packed.get(LENGTH_END) == Some(&b' '));
    (padded && packed.get(start) == Some(&0x78)).then_some(start)
}

const LENGTH_END: usize = 21;
