//! What an argument says to a program that decodes it before use, once or more often.

use std::borrow::Cow;

/// The argument as it stands and after each round of percent decoding, up to [`ROUNDS`]. Overlong forms of ASCII characters
/// count as those characters: lenient programs read them so.
pub(super) fn readings(argument: &str) -> Vec<Cow<'_, str>> {
    let mut readings = vec![Cow::Borrowed(argument)];
    for _ in 0..ROUNDS {
        let Some(decoded) = readings.last().and_then(|last| round(last)) else { break };
        readings.push(Cow::Owned(decoded));
    }
    readings
}

/// One round; none if nothing changes.
fn round(text: &str) -> Option<String> {
    if !text.contains('%') {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    let mut changed = false;
    while let Some((byte, after)) = rest.split_first() {
        let unicode = after.strip_prefix(b"u").or_else(|| after.strip_prefix(b"U"));
        let pair = (*byte == b'%').then(|| hex(after, 2)).flatten();
        let wide = (*byte == b'%').then(|| unicode.and_then(|digits| hex(digits, 4))).flatten();
        (rest, changed) = match (pair, wide) {
            (Some(code), _) => {
                bytes.push(u8::try_from(code).unwrap_or(b'?'));
                (after.get(2..).unwrap_or_default(), true)
            }
            (None, Some(code)) => {
                let mut buffer = [0; 4];
                let c = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
                bytes.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes());
                (after.get(5..).unwrap_or_default(), true)
            }
            (None, None) => {
                bytes.push(*byte);
                (after, changed)
            }
        };
    }
    changed.then(|| String::from_utf8_lossy(&shortened(&bytes)).into_owned())
}

/// Two-byte forms of characters that have one byte.
fn shortened(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    loop {
        rest = match rest {
            [lead @ (0xc0 | 0xc1), next, after @ ..] if next & 0xc0 == 0x80 || next.is_ascii() => {
                out.push((lead & 1) << 6 | next & 0x3f);
                after
            }
            [byte, after @ ..] => {
                out.push(*byte);
                after
            }
            [] => return out,
        };
    }
}

fn hex(digits: &[u8], count: usize) -> Option<u32> {
    let digits = digits.get(..count)?;
    digits.iter().try_fold(0, |code, digit| Some(code * 16 + char::from(*digit).to_digit(16)?))
}

/// So many layers are taken off.
const ROUNDS: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_are_taken_off() {
        for (argument, last) in [
            ("a b", "a b"),
            ("100%", "100%"),
            ("%2e%2e/", "../"),
            ("%252e%252e%252f", "../"),
            ("%u002e%u002e/", "../"),
            ("%c0%ae%c0%ae/", "../"),
            ("caf%c3%a9", "café"),
        ] {
            assert_eq!(readings(argument).last().unwrap(), last, "{argument}");
        }
    }
}
