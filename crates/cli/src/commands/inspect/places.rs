//! From places in a text to places in the bytes that it was read from: U+FFFD, three bytes, stands for one to three bytes
//! that are no UTF-8.

/// The bytes of a text that is not UTF-8.
#[derive(Debug)]
pub(super) struct Places {
    bytes: Vec<u8>,
    /// Some of the stretches that are UTF-8, so that nothing is counted from the start: where they begin in the text, where
    /// in the bytes, and how long they are.
    known: Vec<(usize, usize, usize)>,
}

impl Places {
    /// Takes the bytes that [`String::from_utf8_lossy`] made the text of.
    pub(super) fn new(bytes: Vec<u8>) -> Self {
        let (mut text, mut at, mut next) = (0, 0, 0);
        let mut known = Vec::new();
        for chunk in bytes.utf8_chunks() {
            let (valid, invalid) = (chunk.valid().len(), chunk.invalid().len());
            if text >= next || valid >= STEP {
                known.push((text, at, valid));
                next = text + STEP;
            }
            text += valid + if invalid > 0 { REPLACEMENT } else { 0 };
            at += valid + invalid;
        }
        Self { bytes, known }
    }

    /// How many bytes there are.
    pub(super) const fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The place among the bytes that a place in the text stands for.
    pub(super) fn of(&self, place: usize) -> usize {
        let before = self.known.partition_point(|(text, ..)| *text <= place);
        let Some((text, at, valid)) = before.checked_sub(1).and_then(|before| self.known.get(before)) else { return 0 };
        if place <= text + valid {
            return at + (place - text);
        }
        let (mut text, mut at) = (text + valid, at + valid);
        for chunk in self.bytes.get(at..).unwrap_or_default().utf8_chunks() {
            let valid = chunk.valid().len();
            if place <= text + valid {
                return at + (place - text);
            }
            text += valid;
            at += valid;
            if place < text + REPLACEMENT {
                break;
            }
            text += REPLACEMENT;
            at += chunk.invalid().len();
            if place == text {
                break;
            }
        }
        at
    }
}

/// Bytes of U+FFFD.
const REPLACEMENT: usize = char::REPLACEMENT_CHARACTER.len_utf8();
/// So much text is walked through for one place, at most.
const STEP: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_lead_to_the_bytes_that_were_read() {
        let unit = b"caf\xe9 \xff\xfe and \xf0\x9f\x98 half, \xf0\x9f\x98\x80 whole; ";
        for bytes in [unit.repeat(3), unit.repeat(4000), b"x".repeat(20_000), vec![0xff; 20_000], Vec::new()] {
            let bytes = [bytes.as_slice(), b"END", b"\xe9"].concat();
            let text = String::from_utf8_lossy(&bytes);
            let places = Places::new(bytes.clone());
            assert_eq!((places.of(0), places.of(text.len())), (0, bytes.len()));
            let (mut in_text, mut in_bytes) = (0, 0);
            for chunk in bytes.utf8_chunks() {
                for inner in (0..=chunk.valid().len()).step_by(97) {
                    assert_eq!(places.of(in_text + inner), in_bytes + inner);
                }
                in_text += chunk.valid().len() + if chunk.invalid().is_empty() { 0 } else { 3 };
                in_bytes += chunk.valid().len() + chunk.invalid().len();
            }
            let end = text.find("END").unwrap();
            assert_eq!(&bytes[places.of(end)..places.of(end + 3)], b"END");
        }
    }
}
