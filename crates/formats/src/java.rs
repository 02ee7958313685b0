//! Java's serialised objects: the names of the classes that a reader would look up.
//!
//! A stream cannot be followed without the classes that wrote it, but every class that it names stands in a description of
//! fixed form. Source: Java Object Serialization Specification, section 6.4.

use std::{collections::HashSet, ops::Range};

use crate::cursor::Cursor;

/// What a stream begins with: magic number and version.
pub const MAGIC: &[u8] = b"\xac\xed\x00\x05";

/// A class that is named in a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Class {
    /// Its name, such as `java.util.ArrayList`; of a proxy the names of its interfaces count as classes.
    pub name: String,
    /// Where the name stands.
    pub range: Range<usize>,
}

/// The classes that a stream describes, each once, in order; at most `kept`. Only the first `span` bytes are searched.
pub fn classes(bytes: &[u8], span: usize, kept: usize) -> Vec<Class> {
    let searched = bytes.get(..bytes.len().min(span)).unwrap_or_default();
    let mut classes: Vec<Class> = Vec::new();
    let mut seen = HashSet::new();
    let mut add = |range: Range<usize>| {
        let Some(name) = bytes.get(range.clone()).and_then(|raw| std::str::from_utf8(raw).ok()) else { return };
        if classes.len() < kept && seen.insert(name) {
            classes.push(Class { name: name.to_owned(), range });
        }
    };
    for at in memchr::memchr2_iter(CLASS, PROXY, searched) {
        if searched.get(at) == Some(&CLASS) {
            class(bytes, at + 1).into_iter().for_each(&mut add);
        } else {
            interfaces(bytes, at + 1).into_iter().flatten().for_each(&mut add);
        }
    }
    classes
}

/// Name, version number, flags, number of fields.
fn class(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let mut cursor = Cursor::new(bytes, at);
    let name = name(&mut cursor)?;
    cursor.take(8)?;
    let flags = cursor.u8()?;
    let fields = cursor.take(2)?;
    // Serializable or Externalizable, and nothing that is not specified.
    let plausible = flags & !0x1f == 0 && fields.first().is_some_and(|high| *high < 8);
    plausible.then_some(name)
}

/// Number of interfaces, and their names.
fn interfaces(bytes: &[u8], at: usize) -> Option<Vec<Range<usize>>> {
    let mut cursor = Cursor::new(bytes, at);
    let count = match cursor.take(4)? {
        [0, 0, 0, count @ 1..=16] => *count,
        _ => return None,
    };
    (0..count).map(|_| name(&mut cursor).filter(|name| name.len() > 3)).collect()
}

fn name(cursor: &mut Cursor<'_>) -> Option<Range<usize>> {
    let len = cursor.u16()?.swap_bytes();
    let start = cursor.at();
    let name = cursor.take(usize::from(len))?;
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'.' | b';' | b'[' | b'-');
    let first = name.first().is_some_and(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'[' | b'_' | b'$'));
    (first && (2..512).contains(&name.len()) && name.iter().all(|byte| letter(*byte)))
        .then(|| start..start + name.len())
}

const CLASS: u8 = 0x72;
const PROXY: u8 = 0x7d;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn described(name: &str) -> Vec<u8> {
        let len = u16::try_from(name.len()).unwrap().to_be_bytes();
        [&[CLASS], &len[..], name.as_bytes(), &[7; 8], &[2, 0, 0, 0x78, 0x70]].concat()
    }

    fn sample() -> Vec<u8> {
        let proxy = [&[PROXY, 0, 0, 0, 1, 0, 13][..], b"java.util.Map"].concat();
        [MAGIC, b"s", &described("weka.classifiers.trees.J48"), b"s", &described("[D"), &proxy].concat()
    }

    #[test]
    fn classes_are_found() {
        let names: Vec<_> = classes(&sample(), 1 << 20, 100).into_iter().map(|class| class.name).collect();
        assert_eq!(names, ["weka.classifiers.trees.J48", "[D", "java.util.Map"]);
        assert_eq!(classes(&sample(), 1 << 20, 1).len(), 1);
        assert!(classes(b"rrrr and words r\0\x03foo", 1 << 20, 100).is_empty());
    }

    #[test]
    fn truncated_streams_are_safe() {
        let bytes = sample();
        for end in 0..bytes.len() {
            classes(&bytes[..end], 1 << 20, 100);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_safe(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(classes(&bytes, 150, 9).iter().all(|class| bytes.get(class.range.clone()).is_some()));
        }
    }
}
