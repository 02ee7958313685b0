//! Base32 (RFC 4648), in capitals or small letters.

use std::ops::Range;

use super::{
    super::map::Bytes,
    Part, Step, alone,
    base64::{is_layer, tokens},
    begins_as_text, letters, whole,
};

pub(super) fn find(text: &str, runs: &[Range<usize>], parts: &mut Vec<Part>) {
    let bytes = text.as_bytes();
    for small in [false, true] {
        let least = if small { LEAST_SMALL } else { LEAST };
        for token in tokens(bytes, runs, |byte| value(byte, small).is_some(), least) {
            let written = bytes.get(token.clone()).unwrap_or_default();
            let heads = written.chunks_exact(8).flat_map(|digits| {
                let bits = digits.iter().fold(0_u64, |bits, byte| bits << 5 | value(*byte, small).unwrap_or_default());
                bits.to_be_bytes().into_iter().skip(3)
            });
            if !begins_as_text(heads) {
                continue;
            }
            let digits: Vec<(usize, u8)> = token.clone().filter_map(|at| Some((at, *bytes.get(at)?))).collect();
            let Some(decoded) = decode(&digits, small) else { continue };
            let draft = whole(&decoded).filter(|draft| letters::sounds(&draft.text) || is_layer(&draft.text));
            if let Some(draft) = draft {
                alone(text, draft, token, Step::Base32, parts);
            }
        }
    }
}

/// The bytes of digits, each with its place.
pub(super) fn decode(digits: &[(usize, u8)], small: bool) -> Option<Bytes> {
    let mut decoded = Bytes::default();
    for digits in digits.chunks(8) {
        let mut bits = 0_u64;
        for (_, digit) in digits {
            bits = bits << 5 | value(*digit, small)?;
        }
        let bits = bits << (5 * (8 - digits.len()));
        let [_, _, _, rest @ ..] = bits.to_be_bytes();
        let (first, last) = digits.first().zip(digits.last())?;
        decoded.push(rest.get(..digits.len() * 5 / 8)?, first.0..last.0 + 1);
    }
    Some(decoded)
}

fn value(byte: u8, small: bool) -> Option<u64> {
    let digit = match byte {
        b'A'..=b'Z' if !small => byte - b'A',
        b'a'..=b'z' if small => byte - b'a',
        b'2'..=b'7' => byte - b'2' + 26,
        _ => return None,
    };
    Some(u64::from(digit))
}

const LEAST: usize = 16;
const LEAST_SMALL: usize = 24;
