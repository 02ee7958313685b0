//! Base32 (RFC 4648), in capitals or small letters.

use std::ops::Range;

use super::{
    super::map::Bytes,
    Part, Step, alone,
    base64::{is_layer, tokens},
    letters, whole,
};

pub(super) fn find(text: &str, runs: &[Range<usize>], parts: &mut Vec<Part>) {
    let bytes = text.as_bytes();
    for small in [false, true] {
        let least = if small { LEAST_SMALL } else { LEAST };
        for token in tokens(bytes, runs, |byte| value(byte, small).is_some(), least) {
            let mut decoded = Bytes::default();
            for (group, digits) in bytes.get(token.clone()).unwrap_or_default().chunks(8).enumerate() {
                let bits = digits.iter().fold(0_u64, |bits, byte| bits << 5 | value(*byte, small).unwrap_or_default());
                let bits = bits << (5 * (8 - digits.len()));
                let start = token.start + group * 8;
                let [_, _, _, rest @ ..] = bits.to_be_bytes();
                decoded.push(rest.get(..digits.len() * 5 / 8).unwrap_or_default(), start..start + digits.len());
            }
            let draft = whole(&decoded).filter(|draft| letters::sounds(&draft.text) || is_layer(&draft.text));
            if let Some(draft) = draft {
                alone(text, draft, token, Step::Base32, parts);
            }
        }
    }
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
