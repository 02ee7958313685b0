//! What characters a file of settings consists of: UTF-8, or UTF-16 and UTF-32, which readers of YAML and JSON recognise by
//! their first bytes.

use std::borrow::Cow;

use crate::file::as_text;

/// The text of a file.
pub(super) struct Text<'a> {
    pub(super) text: Cow<'a, str>,
    /// Whether offsets of the text are not those of the file.
    pub(super) recoded: bool,
    /// Whether a zero ends it: some readers stop there, others refuse all of it.
    pub(super) cut: bool,
}

/// The text of a file; `None` if it is none.
pub(super) fn decoded(bytes: &[u8]) -> Option<Text<'_>> {
    let (unit, big, skip) = match *bytes {
        [0xff, 0xfe, 0, 0, ..] => (4, false, 4),
        [0, 0, 0xfe, 0xff, ..] => (4, true, 4),
        [0xff, 0xfe, ..] => (2, false, 2),
        [0xfe, 0xff, ..] => (2, true, 2),
        // Settings begin with a character of ASCII, and go on with one.
        [1..=0x7f, 0, 0, 0, ..] => (4, false, 0),
        [0, 0, 0, 1..=0x7f, ..] => (4, true, 0),
        [1..=0x7f, 0, 1..=0x7f, 0, ..] => (2, false, 0),
        [0, 1..=0x7f, 0, 1..=0x7f, ..] => (2, true, 0),
        _ => return plain(bytes),
    };
    let bytes = bytes.get(skip..).unwrap_or_default();
    let number = |unit: &[u8]| {
        let join = |number: u32, byte: &u8| number << 8 | u32::from(*byte);
        if big { unit.iter().fold(0, join) } else { unit.iter().rev().fold(0, join) }
    };
    let numbers = bytes.chunks_exact(unit).map(number);
    let text: String = if unit == 4 {
        numbers.map(|number| char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    } else {
        let units = numbers.map(|number| u16::try_from(number).unwrap_or(u16::MAX));
        char::decode_utf16(units).map(|character| character.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    };
    let zero = text.find('\0');
    let text = text.get(..zero.unwrap_or(text.len())).unwrap_or_default().to_owned();
    Some(Text { text: Cow::Owned(text), recoded: true, cut: zero.is_some() })
}

fn plain(bytes: &[u8]) -> Option<Text<'_>> {
    let zero = memchr::memchr(0, bytes);
    // A few bytes of a binary file are no text.
    if zero.is_some_and(|at| at < SHORTEST) {
        return None;
    }
    let text = as_text(bytes.get(..zero.unwrap_or(bytes.len())).unwrap_or_default());
    Some(Text { text, recoded: false, cut: zero.is_some() })
}

/// The fewest bytes of settings that name something.
const SHORTEST: usize = 12;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_encoding_is_read() {
        let text = "{\"é\": 1}";
        let short = |big: bool| -> Vec<u8> {
            text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
        };
        let long: Vec<u8> = text.chars().flat_map(|character| u32::from(character).to_le_bytes()).collect();
        for bytes in [
            text.as_bytes().to_vec(),
            short(false),
            short(true),
            [&b"\xff\xfe"[..], &short(false)].concat(),
            [&b"\xfe\xff"[..], &short(true)].concat(),
            long.clone(),
            [&b"\xff\xfe\0\0"[..], &long].concat(),
        ] {
            let read = decoded(&bytes).map(|read| (read.text.into_owned(), read.cut));
            assert_eq!(read, Some((text.to_owned(), false)), "{bytes:?}");
        }
    }

    #[test]
    fn a_zero_ends_a_text() {
        let cut = decoded(b"a: something\0b: 2").map(|read| (read.text.into_owned(), read.cut));
        assert_eq!(cut, Some(("a: something".to_owned(), true)));
        assert!(decoded(b"\x80\x04\0\0").is_none());
        for len in 0..20 {
            decoded(&b"\xff\xfea\0b\0\xd8\xd8\0\xd8q\0\0\0z\0\0\0z"[..len]);
        }
    }
}
