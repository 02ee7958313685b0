//! Universal Binary JSON as `XGBoost` writes it: the texts in it; numbers and arrays of numbers are stepped over.
//!
//! Source: Universal Binary JSON specification, draft 12.

use std::ops::Range;

use crate::cursor::Cursor;

/// What a document holds, as far as security cares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// Keys and texts, in order.
    pub texts: Vec<Text>,
    /// Where the document ends.
    pub end: usize,
    /// Why reading ended early, if it did.
    pub flaw: Option<Flaw>,
}

/// A text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// The nearest key above it; empty if there is none.
    pub key: Range<usize>,
    /// Its bytes.
    pub range: Range<usize>,
    /// How many objects and lists are around it.
    pub depth: usize,
    /// Whether it is a key itself.
    pub is_key: bool,
}

/// Why reading ended early.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// The bytes end before the document does.
    Short,
    /// A length that is negative or that no file could hold, at this offset.
    Absurd(usize),
    /// Nested deeper than the limit.
    Deep,
    /// A byte that means nothing, at this offset.
    Unknown(usize),
    /// More texts than the limit.
    Many,
}

/// What reading may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Nesting.
    pub depth: usize,
    /// The most texts that are kept.
    pub kept: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 512, kept: 500_000 }
    }
}

/// Whether these bytes begin like an object whose first key is a word.
pub fn looks_like(head: &[u8]) -> bool {
    let [b'{', marker, rest @ ..] = head else { return false };
    let Some(width) = integer(*marker) else { return false };
    let Some((len, rest)) = rest.split_at_checked(width) else { return false };
    let len = len.iter().fold(0usize, |value, byte| value.saturating_mul(256).saturating_add(usize::from(*byte)));
    let word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    (1..64).contains(&len) && rest.get(..len).is_some_and(|key| key.iter().all(word))
}

/// Reads a document. Everything before what cannot be read is kept.
pub fn parse(bytes: &[u8], limits: Limits) -> Document {
    let mut reader = Reader { cursor: Cursor::new(bytes, 0), total: bytes.len(), limits, texts: Vec::new() };
    let flaw = reader.walk().err();
    Document { texts: reader.texts, end: reader.cursor.at(), flaw }
}

struct Reader<'a> {
    cursor: Cursor<'a>,
    total: usize,
    limits: Limits,
    texts: Vec<Text>,
}

/// A collection that is being read.
struct Frame {
    object: bool,
    /// How many values are still to come; until a bracket closes it if that is not said.
    left: Option<u64>,
    /// The type of every value, if it is said once.
    marker: Option<u8>,
    key: Range<usize>,
}

impl Reader<'_> {
    fn walk(&mut self) -> Result<(), Flaw> {
        let mut frames: Vec<Frame> = Vec::new();
        loop {
            let mut key = 0..0;
            let mut marker = None;
            if let Some(frame) = frames.last_mut() {
                if self.is_over(frame)? {
                    frames.pop();
                    if frames.is_empty() {
                        return Ok(());
                    }
                    continue;
                }
                marker = frame.marker;
                key = frame.key.clone();
            }
            if frames.last().is_some_and(|frame| frame.object) {
                let len = self.length()?;
                key = self.keep(0..0, len, frames.len(), true)?;
            }
            let Some(opened) = self.value(marker, &key, frames.len())? else {
                if frames.is_empty() {
                    return Ok(());
                }
                continue;
            };
            if frames.len() >= self.limits.depth {
                return Err(Flaw::Deep);
            }
            frames.push(opened);
        }
    }

    fn is_over(&mut self, frame: &mut Frame) -> Result<bool, Flaw> {
        if let Some(left) = &mut frame.left {
            let over = *left == 0;
            *left = left.saturating_sub(1);
            return Ok(over);
        }
        let close = if frame.object { b'}' } else { b']' };
        while self.peek() == Some(b'N') {
            self.cursor.u8();
        }
        let over = self.peek().ok_or(Flaw::Short)? == close;
        if over {
            self.cursor.u8();
        }
        Ok(over)
    }

    /// Reads one value; of a collection only its head.
    fn value(&mut self, marker: Option<u8>, key: &Range<usize>, depth: usize) -> Result<Option<Frame>, Flaw> {
        let at = self.cursor.at();
        let marker = match marker {
            Some(marker) => marker,
            None => self.cursor.u8().ok_or(Flaw::Short)?,
        };
        match marker {
            b'Z' | b'T' | b'F' | b'N' => {}
            b'S' | b'H' => {
                let len = self.length()?;
                self.keep(key.clone(), len, depth, false)?;
            }
            b'{' | b'[' => return self.collection(marker == b'{', key.clone()).map(Some),
            _ => self.skip(width(marker).ok_or(Flaw::Unknown(at))?)?,
        }
        Ok(None)
    }

    /// Reads the head of a collection, and steps over one of numbers.
    fn collection(&mut self, object: bool, key: Range<usize>) -> Result<Frame, Flaw> {
        let (mut marker, mut left) = (None, None);
        if self.peek() == Some(b'$') {
            self.cursor.u8();
            marker = Some(self.cursor.u8().ok_or(Flaw::Short)?);
        }
        if self.peek() == Some(b'#') {
            self.cursor.u8();
            let at = self.cursor.at();
            let count = self.length()?;
            if count >= ABSURD && count > self.total as u64 {
                return Err(Flaw::Absurd(at));
            }
            left = Some(count);
        } else if marker.is_some() {
            // Without a count, values of a type without bytes would have no end.
            return Err(if self.peek().is_none() { Flaw::Short } else { Flaw::Unknown(self.cursor.at()) });
        }
        if let (false, Some(marker), Some(count)) = (object, marker, left) {
            // Types without bytes could claim any count: they are not counted through.
            if let Some(width) = width(marker).or(matches!(marker, b'Z' | b'T' | b'F' | b'N').then_some(0)) {
                let len = count.checked_mul(width as u64).ok_or(Flaw::Short)?;
                self.cursor.take_long(len).ok_or(Flaw::Short)?;
                left = Some(0);
            }
        }
        Ok(Frame { object, left, marker, key })
    }

    fn keep(&mut self, key: Range<usize>, len: u64, depth: usize, is_key: bool) -> Result<Range<usize>, Flaw> {
        let start = self.cursor.at();
        self.cursor.take_long(len).ok_or(Flaw::Short)?;
        let range = start..self.cursor.at();
        if self.texts.len() >= self.limits.kept {
            return Err(Flaw::Many);
        }
        self.texts.push(Text { key, range: range.clone(), depth, is_key });
        Ok(range)
    }

    /// A length with the marker of its type in front.
    fn length(&mut self) -> Result<u64, Flaw> {
        let at = self.cursor.at();
        let marker = self.cursor.u8().ok_or(Flaw::Short)?;
        // Early writers left the length of a single character out.
        if marker == b'C' {
            return Ok(1);
        }
        let width = integer(marker).ok_or(Flaw::Unknown(at))?;
        let bytes = self.cursor.take(width).ok_or(Flaw::Short)?;
        if marker != b'U' && bytes.first().is_some_and(|byte| byte & 0x80 != 0) {
            return Err(Flaw::Absurd(at));
        }
        Ok(bytes.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)))
    }

    fn peek(&self) -> Option<u8> {
        self.cursor.rest().first().copied()
    }

    fn skip(&mut self, len: usize) -> Result<(), Flaw> {
        self.cursor.take(len).map(drop).ok_or(Flaw::Short)
    }
}

/// How many bytes an integer of this type takes.
fn integer(marker: u8) -> Option<usize> {
    match marker {
        b'i' | b'U' => Some(1),
        b'I' => Some(2),
        b'l' => Some(4),
        b'L' => Some(8),
        _ => None,
    }
}

/// How many bytes a number or character of this type takes.
fn width(marker: u8) -> Option<usize> {
    match marker {
        b'C' => Some(1),
        b'd' => Some(4),
        b'D' => Some(8),
        _ => integer(marker),
    }
}

/// A count that makes a loader reserve gigabytes.
const ABSURD: u64 = 1 << 27;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SAMPLE: &[u8] = b"{L\0\0\0\0\0\0\0\x07learner{U\x01nSU\x02hiU\x01w[$d#U\x02\0\0\0\0\0\0\0\0U\x01t[SU\x01aSU\x01b]}U\x01v[#U\x01U\x05}";

    #[test]
    fn texts_have_their_keys() {
        let read = parse(SAMPLE, Limits::default());
        assert_eq!((read.flaw, read.end), (None, SAMPLE.len()));
        let values = read.texts.iter().filter(|text| !text.is_key);
        let seen: Vec<_> =
            values.map(|text| (&SAMPLE[text.key.clone()], &SAMPLE[text.range.clone()], text.depth)).collect();
        assert_eq!(seen, [(&b"n"[..], &b"hi"[..], 2), (b"t", b"a", 3), (b"t", b"b", 3)]);
        assert!(looks_like(SAMPLE) && !looks_like(b"{\"learner\": 1}"));
    }

    #[test]
    fn lies_and_depth_are_found() {
        let absurd = b"[#L\x7f\xff\xff\xff\xff\xff\xff\xff";
        assert!(matches!(parse(absurd, Limits::default()).flaw, Some(Flaw::Absurd(2))));
        assert!(matches!(parse(b"[#i\xff", Limits::default()).flaw, Some(Flaw::Absurd(2))));
        assert_eq!(parse(&[b'['; 5000], Limits::default()).flaw, Some(Flaw::Deep));
        // A billion of nothing.
        assert_eq!(parse(b"[$Z#l\x3f\xff\xff\xff", Limits::default()).flaw, Some(Flaw::Absurd(4)));
    }

    #[test]
    fn truncated_documents_are_short() {
        for end in 0..SAMPLE.len() {
            assert_eq!(parse(&SAMPLE[..end], Limits::default()).flaw, Some(Flaw::Short), "{end}");
            looks_like(&SAMPLE[..end]);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_safe(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let read = parse(&bytes, Limits { depth: 20, kept: 50 });
            prop_assert!(read.texts.iter().all(|text| bytes.get(text.range.clone()).is_some()));
        }
    }
}
