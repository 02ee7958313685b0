//! Bytes that are written in the letters of an alphabet: Base64, Base32, Base85 as Python writes it, Ascii85, hexadecimal.
//! Nearly any word can be decoded by one of them: what comes out is for its reader to recognise.

use std::ops::Range;

/// An alphabet that bytes can be written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Alphabet {
    Hexadecimal,
    Base32,
    Base64,
    Base85,
    Ascii85,
}

/// Every run of at least `least` characters of an alphabet, with the bytes that it stands for. A run may stand for several:
/// each alphabet is part of another.
pub fn decodings(text: &str, least: usize) -> Vec<(Range<usize>, Vec<u8>)> {
    decodings_if(text, least, |_| true)
}

/// The same, of those runs only whose first bytes are `wanted`.
pub(super) fn decodings_if(text: &str, least: usize, wanted: fn(&[u8]) -> bool) -> Vec<(Range<usize>, Vec<u8>)> {
    let mut found = Vec::new();
    let spans = spans(text.as_bytes(), least);
    for alphabet in ALL {
        let runs = alphabet.runs(text, &spans, least);
        found.extend(runs.into_iter().filter_map(|run| {
            let written = text.as_bytes().get(run.clone()).unwrap_or_default();
            let head = alphabet.decode(written.get(..HEAD).unwrap_or(written));
            let head = head.as_deref().and_then(|head| head.get(..head.len().checked_sub(5)?));
            if head.is_some_and(|head| !wanted(head)) {
                return None;
            }
            Some((run, alphabet.decode(written)?))
        }));
    }
    found
}

const ALL: [Alphabet; 5] =
    [Alphabet::Hexadecimal, Alphabet::Base32, Alphabet::Base64, Alphabet::Base85, Alphabet::Ascii85];

impl Alphabet {
    /// Whether a byte stands for a part of others, or pads them.
    const fn has(self, byte: u8) -> bool {
        match self {
            Self::Hexadecimal => byte.is_ascii_hexdigit(),
            Self::Base32 => matches!(byte, b'A'..=b'Z' | b'a'..=b'z' | b'2'..=b'7' | b'='),
            Self::Base64 => byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_' | b'='),
            Self::Base85 => {
                byte.is_ascii_graphic()
                    && !matches!(byte, b'"' | b'\'' | b',' | b'.' | b'/' | b':' | b'[' | b'\\' | b']')
            }
            // The quotes around it are part of the alphabet, and written around it more often than in it.
            Self::Ascii85 => matches!(byte, b'!'..=b'u' | b'z'),
        }
    }

    /// The longest runs in the spans, lines of equal width joined. At most [`MANY`].
    fn runs(self, text: &str, spans: &[Range<usize>], least: usize) -> Vec<Range<usize>> {
        let bytes = text.as_bytes();
        let bit = 1 << ALL.iter().position(|other| *other == self).unwrap_or_default();
        let has = |byte: u8| MEMBERS.get(usize::from(byte)).is_some_and(|of| of & bit != 0);
        let belongs = |at: usize| {
            bytes.get(at).is_some_and(|byte| {
                has(*byte)
                    || matches!(byte, b'\n' | b'\r')
                        && bytes.get(at + 1).is_some_and(|next| has(*next) || *next == b'\n')
            })
        };
        let mut found = Vec::new();
        for span in spans {
            let mut at = span.start;
            while at < span.end && found.len() < MANY {
                // Most runs are too short, which is seen from behind: what does not belong is looked for where a run would end.
                if let Some(gap) = (at..at + least).rev().find(|at| !belongs(*at)) {
                    at = gap + 1;
                    continue;
                }
                let len = (at..span.end).take_while(|at| belongs(*at)).count();
                found.push(at..at + len);
                at += len + 1;
            }
        }
        if self == Self::Ascii85 {
            found = found.into_iter().map(|run| unquoted(bytes, run)).filter(|run| run.len() >= least).collect();
        }
        found
    }

    /// The bytes that a run stands for; `None` if it is none of this alphabet after all.
    fn decode(self, written: &[u8]) -> Option<Vec<u8>> {
        let letters = written.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).take(MOST);
        match self {
            Self::Hexadecimal => bits(letters, 4, |byte| char::from(byte).to_digit(16)),
            Self::Base32 => bits(letters.take_while(|byte| *byte != b'='), 5, |byte| match byte {
                b'A'..=b'Z' => Some(u32::from(byte - b'A')),
                b'a'..=b'z' => Some(u32::from(byte - b'a')),
                b'2'..=b'7' => Some(u32::from(byte - b'2') + 26),
                _ => None,
            }),
            Self::Base64 => bits(letters.take_while(|byte| *byte != b'='), 6, |byte| Some(super::value(byte))),
            Self::Base85 => fives(letters, |byte| {
                let value = match byte {
                    b'0'..=b'9' => byte - b'0',
                    b'A'..=b'Z' => byte - b'A' + 10,
                    b'a'..=b'z' => byte - b'a' + 36,
                    _ => u8::try_from(PYTHON.iter().position(|other| *other == byte)?).ok()? + 62,
                };
                Some(u32::from(value))
            }),
            Self::Ascii85 => fives(letters, |byte| byte.checked_sub(b'!').map(u32::from).filter(|value| *value < 85)),
        }
    }
}

/// A bit for each alphabet that has a byte, in the order of [`ALL`].
const MEMBERS: [u8; 256] = {
    let mut members = [0; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        let mut at = 0;
        while at < ALL.len() {
            #[expect(clippy::indexing_slicing, reason = "constant evaluation: an index out of range would not compile")]
            if ALL[at].has(byte) {
                members[byte as usize] |= 1 << at;
            }
            at += 1;
        }
        byte += 1;
    }
    members
};

/// The stretches of at least `least` bytes that have only signs and ends of lines: every run of any alphabet is in one.
fn spans(bytes: &[u8], least: usize) -> Vec<Range<usize>> {
    let belongs = |byte: &u8| byte.is_ascii_graphic() || matches!(byte, b'\n' | b'\r');
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(window) = bytes.get(at..at + least.max(1)) {
        if let Some(gap) = window.iter().rposition(|byte| !belongs(byte)) {
            at += gap + 1;
            continue;
        }
        let len = bytes.get(at..).unwrap_or_default().iter().take_while(|byte| belongs(byte)).count();
        found.push(at..at + len);
        at += len + 1;
    }
    found
}

/// A run without the quotes around it.
fn unquoted(bytes: &[u8], run: Range<usize>) -> Range<usize> {
    let Range { mut start, mut end } = run;
    let at = |at: usize| bytes.get(at).copied().unwrap_or_default();
    while start < end && matches!(at(start), b'"' | b'\'') {
        start += 1;
    }
    while start < end && matches!(at(end - 1), b'"' | b'\'') {
        end -= 1;
    }
    start..end
}

/// Letters that stand for a few bits each.
fn bits(letters: impl Iterator<Item = u8>, width: u32, value: impl Fn(u8) -> Option<u32>) -> Option<Vec<u8>> {
    let (mut bytes, mut held, mut count) = (Vec::new(), 0u32, 0u32);
    for letter in letters {
        held = held << width | value(letter)?;
        count += width;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(held >> count & 0xff).unwrap_or_default());
            held &= (1 << count) - 1;
        }
    }
    Some(bytes)
}

/// Five letters that stand for four bytes; `z` for four zeros where it is no letter.
fn fives(letters: impl Iterator<Item = u8>, value: impl Fn(u8) -> Option<u32>) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let (mut sum, mut count) = (0_u64, 0_usize);
    let word = |sum: u64| u32::try_from(sum).ok().map(u32::to_be_bytes);
    for letter in letters {
        match value(letter) {
            Some(value) => (sum, count) = (sum * 85 + u64::from(value), count + 1),
            None if letter == b'z' && count == 0 => bytes.extend([0; 4]),
            None => return None,
        }
        if count == 5 {
            bytes.extend(word(sum)?);
            (sum, count) = (0, 0);
        }
    }
    if count > 1 {
        let filled = (count..5).fold(sum, |sum, _| sum * 85 + 84);
        bytes.extend(word(filled)?.iter().take(count - 1));
    }
    Some(bytes)
}

/// The letters of Python's Base85 behind digits and letters, in their order.
const PYTHON: &[u8] = b"!#$%&()*+-;<=>?@^_`{|}~";
/// So many characters of a run are decoded to see whether it is wanted; what the last of them stand for may be incomplete.
const HEAD: usize = 40;
/// The most characters of a run that are decoded.
const MOST: usize = 1 << 20;
/// The most runs of one alphabet in one text.
const MANY: usize = 64;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_alphabet_is_decoded() {
        let bytes = b"hello, bytes: \x00\x00\x00\x00\x80\x04.";
        for text in [
            "68656c6c6f2c2062797465733a200000000080042e".to_owned(),
            "NBSWY3DPFQQGE6LUMVZTUIAAAAAABAAEFY======".to_owned(),
            "aGVsbG8sIGJ5dGVzOiAAAAAAgAQu".to_owned(),
        ] {
            let found = decodings(&format!("it is \"{text}\" here"), 16);
            assert!(found.iter().any(|(_, decoded)| decoded == bytes), "{text}");
        }
        let python = decodings("Xk~0{Z!92p", 8);
        assert!(python.iter().any(|(_, decoded)| decoded == b"hello, w"), "{python:?}");
        let framed = decodings("see 87cURD]i,\"Ebo80 or so", 8);
        assert!(framed.iter().any(|(_, decoded)| decoded == b"Hello World!"), "{framed:?}");
    }

    #[test]
    fn lines_are_joined() {
        let found = decodings("aGVsbG8s\nIGJ5dGVz\nOiAAAAAA\n", 16);
        assert!(found.iter().any(|(range, decoded)| *range == (0..26) && decoded.starts_with(b"hello, bytes: ")));
    }

    proptest! {
        #[test]
        fn any_text_is_safe(text in "[!-~ \n=é]{0,80}") {
            for (range, _) in decodings(&text, 8) {
                prop_assert!(text.get(range).is_some());
            }
        }
    }
}
