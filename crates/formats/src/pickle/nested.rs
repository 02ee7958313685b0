//! Constants that hold a pickle: as it is, or wrapped in encodings that Python undoes in one call each.

use std::ops::Range;

use base64::{Engine as _, engine::general_purpose};

use super::{Encoding, text::latin};
use crate::compress::{Codec, unpack};

/// A pickle that was found in a constant.
#[derive(Debug)]
pub(super) struct Found {
    /// How it was wrapped, outermost first.
    pub(super) encodings: Vec<Encoding>,
    /// The pickle, unless it is the constant itself.
    pub(super) bytes: Option<Vec<u8>>,
}

/// Whether a constant may hold a pickle, by its first bytes: quick, since every constant is asked.
#[inline]
pub(super) fn may_hold(raw: &[u8]) -> bool {
    let Some(&[a, b, c, d]) = raw.get(..4) else { return false };
    match a {
        0x80 => matches!(b, 2..=5),
        b'g' => b == b'A' && matches!(c, b'I'..=b'V'),
        0x78 => matches!(b, 0x01 | 0x5e | 0x9c | 0xda),
        0x1f => b == 0x8b,
        0xc2 => b == 0x80 && matches!(c, 2..=5),
        b'e' => matches!(b, b'J' | b'N' | b'A' | b'F') && raw.len() >= TEXT,
        b'H' => b == b'4' && c == b's',
        // Protocol 0: `cmodule\nname\n`, or a mark before it; and the same in base64 or hexadecimal digits.
        b'c' | b'(' => old(raw),
        b'Y' | b'K' => raw.len() >= TEXT && is_base64(a) && is_base64(b) && is_base64(c) && is_base64(d),
        b'8' | b'7' | b'1' | b'6' | b'2' => {
            raw.len() >= TEXT && [b"80", b"78", b"1f", b"1F", b"63", b"28"].contains(&&[a, b])
        }
        _ => false,
    }
}

/// Unwraps a constant until a pickle shows. At most `room` bytes are made of it, which is lowered by what was.
pub(super) fn find(raw: &[u8], room: &mut usize) -> Option<Found> {
    let mut encodings = Vec::new();
    let mut bytes: Option<Vec<u8>> = None;
    for _ in 0..LAYERS {
        let current = bytes.as_deref().unwrap_or(raw);
        if matches!(current, [0x80, 2..=5, _, ..]) || old(current) {
            if encodings.is_empty() {
                encodings.push(Encoding::Raw);
            }
            return Some(Found { encodings, bytes });
        }
        let (encoding, peeled) = peel(current, (*room).min(LARGE))?;
        *room = room.saturating_sub(peeled.len());
        encodings.push(encoding);
        bytes = Some(peeled);
    }
    None
}

/// Undoes one encoding.
fn peel(raw: &[u8], room: usize) -> Option<(Encoding, Vec<u8>)> {
    // Most of what is packed or looks like digits is no pickle: its beginning shows that. What came before an error counts.
    let take = |codec| may_hold(&unpack(codec, raw, room.min(HEAD)).bytes).then(|| unpack(codec, raw, room).bytes);
    match raw {
        [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..] => Some((Encoding::Zlib, take(Codec::Zlib)?)),
        [0x1f, 0x8b, ..] => Some((Encoding::Gzip, take(Codec::Gzip)?)),
        [0xc2, 0x80, ..] => {
            let text = std::str::from_utf8(raw).ok()?;
            let bytes = text.chars().take(room).map_while(|c| u8::try_from(u32::from(c)).ok()).collect();
            Some((Encoding::Latin, bytes))
        }
        _ if raw.len() >= TEXT && raw.iter().take(room).all(u8::is_ascii_hexdigit) => {
            may_hold(&unhex(raw.get(..raw.len().min(HEAD) & !1)?)?).then_some(())?;
            let digits = raw.get(..raw.len().min(room) & !1)?;
            Some((Encoding::Hex, unhex(digits)?))
        }
        _ if raw.len() >= TEXT => {
            may_hold(&unbase64(raw.get(..raw.len().min(HEAD))?)?).then_some(())?;
            Some((Encoding::Base64, unbase64(raw.get(..raw.len().min(room))?)?))
        }
        _ => None,
    }
}

/// The bytes of hexadecimal digits.
pub(super) fn unhex(digits: &[u8]) -> Option<Vec<u8>> {
    let digits: Vec<u8> = digits.iter().filter(|byte| !byte.is_ascii_whitespace()).copied().collect();
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

/// The bytes of base64, of either alphabet, with or without line ends and padding.
pub(super) fn unbase64(text: &[u8]) -> Option<Vec<u8>> {
    let mut plain: Vec<u8> = text
        .iter()
        .filter(|byte| !byte.is_ascii_whitespace())
        .map(|byte| match byte {
            b'-' => b'+',
            b'_' => b'/',
            other => *other,
        })
        .collect();
    while plain.last() == Some(&b'=') {
        plain.pop();
    }
    // What is left of a quadruple that was cut says nothing.
    plain.truncate(plain.len() - usize::from(plain.len() % 4 == 1));
    let engine = base64::engine::GeneralPurpose::new(
        &base64::alphabet::STANDARD,
        general_purpose::NO_PAD.with_decode_allow_trailing_bits(true),
    );
    engine.decode(plain).ok()
}

/// Whether bytes begin like a pickle of protocol 0 or 1 that names something: a name on each of two lines.
fn old(raw: &[u8]) -> bool {
    let ([b'c', rest @ ..] | [b'(', b'c' | b'i', rest @ ..] | [b'(', b'(', b'c', rest @ ..]) = raw else {
        return false;
    };
    let mut lines = rest.get(..rest.len().min(200)).unwrap_or_default().split(|byte| *byte == b'\n');
    let mut is_name = || {
        lines.next().is_some_and(|line| {
            line.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_')
                && line.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_.".contains(byte))
        })
    };
    is_name() && is_name() && lines.next().is_some()
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/-_".contains(&byte)
}

/// The range of a slice of `input`.
pub(super) fn range(input: &[u8], part: &[u8]) -> Range<usize> {
    let start = part.as_ptr().addr().saturating_sub(input.as_ptr().addr());
    start..start + part.len()
}

/// Bytes as a string of one character each: what old pickles write for bytes.
pub(super) fn as_latin(bytes: &[u8]) -> String {
    latin(bytes)
}

/// How much is decoded for a first look.
const HEAD: usize = 256;
/// How many encodings are undone.
const LAYERS: usize = 5;
/// The shortest text that is decoded.
const TEXT: usize = 16;
/// The most bytes that are made of one constant.
const LARGE: usize = 8 << 20;
