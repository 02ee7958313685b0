//! The strings of a JSON text, one after the other and without a tree: models in JSON are megabytes of numbers.

use std::{borrow::Cow, ops::Range};

use crate::json::escape;

/// A string that is a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// The nearest key above it, without quotes; empty if there is none.
    pub key: Range<usize>,
    /// The string, without quotes.
    pub range: Range<usize>,
    /// How many objects and lists are around it.
    pub depth: usize,
    /// Whether it is a key itself.
    pub is_key: bool,
}

/// The keys and string values of a JSON text.
pub fn strings(text: &str) -> Strings<'_> {
    Strings { text, at: 0, around: Vec::new(), key: 0..0, expects_key: false, deep: false }
}

/// See [`strings`].
#[derive(Clone, Debug)]
pub struct Strings<'a> {
    text: &'a str,
    at: usize,
    /// Whether each collection around the place is an object, and its key.
    around: Vec<(bool, Range<usize>)>,
    key: Range<usize>,
    expects_key: bool,
    deep: bool,
}

impl Strings<'_> {
    /// Whether it was left at the depth that is allowed.
    pub fn is_too_deep(&self) -> bool {
        self.deep
    }

    fn string(&mut self) -> Option<Range<usize>> {
        let start = self.at + 1;
        let mut at = start;
        loop {
            at += memchr::memchr2(b'"', b'\\', self.text.as_bytes().get(at..)?)?;
            if self.text.as_bytes().get(at) == Some(&b'"') {
                self.at = at + 1;
                return Some(start..at);
            }
            at += 2;
        }
    }
}

impl Iterator for Strings<'_> {
    type Item = Text;

    fn next(&mut self) -> Option<Text> {
        loop {
            match self.text.as_bytes().get(self.at)? {
                b'"' => {
                    let range = self.string()?;
                    let depth = self.around.len();
                    let in_object = self.around.last().is_some_and(|(object, _)| *object);
                    if in_object && self.expects_key {
                        self.expects_key = false;
                        self.key = range.clone();
                        return Some(Text { key: 0..0, range, depth, is_key: true });
                    }
                    return Some(Text { key: self.key.clone(), range, depth, is_key: false });
                }
                byte @ (b'{' | b'[') => {
                    if self.around.len() >= DEPTH {
                        self.deep = true;
                        return None;
                    }
                    self.around.push((*byte == b'{', self.key.clone()));
                    self.expects_key = true;
                }
                b'}' | b']' => {
                    self.key = self.around.pop().map_or(0..0, |(_, key)| key);
                    self.expects_key = false;
                }
                b',' => self.expects_key = true,
                _ => {}
            }
            self.at += 1;
        }
    }
}

/// A string without its escapes.
pub fn unescaped(raw: &str) -> Cow<'_, str> {
    let Some(first) = raw.find('\\') else { return Cow::Borrowed(raw) };
    let (head, mut rest) = raw.split_at(first);
    let mut text = head.to_owned();
    while let Some(at) = rest.find('\\') {
        text.push_str(rest.get(..at).unwrap_or_default());
        rest = rest.get(at..).unwrap_or_default();
        let (character, len) = escape(rest).unwrap_or(('\\', 1));
        text.push(character);
        rest = rest.get(len..).unwrap_or_default();
    }
    text.push_str(rest);
    Cow::Owned(text)
}

/// How deep collections may lie in collections.
const DEPTH: usize = 1000;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(text: &str) -> Vec<(String, String, usize)> {
        let at = |range: Range<usize>| text.get(range).unwrap();
        let values = strings(text).filter(|found| !found.is_key);
        values.map(|found| (at(found.key).to_owned(), unescaped(at(found.range)).into_owned(), found.depth)).collect()
    }

    #[test]
    fn values_have_their_keys() {
        let text = r#"{"a": "x", "b": ["y", {"c": "z\n\"", "d": 1}, "w"], "e": {"f": [2]}, "g": "v"}"#;
        let expected = [("a", "x", 1), ("b", "y", 2), ("c", "z\n\"", 3), ("b", "w", 2), ("g", "v", 1)];
        assert_eq!(found(text), expected.map(|(key, value, depth)| (key.to_owned(), value.to_owned(), depth)));
        let keys: Vec<_> =
            strings(text).filter(|f| f.is_key && f.depth == 1).map(|f| text.get(f.range).unwrap()).collect();
        assert_eq!(keys, ["a", "b", "e", "g"]);
    }

    #[test]
    fn depth_is_limited() {
        let text = "[".repeat(100_000);
        let mut all = strings(&text);
        assert!(all.next().is_none() && all.is_too_deep());
    }

    #[test]
    fn truncated_text_is_safe() {
        let text = r#"{"a": "x\"y", "b": ["\u0041"]}"#;
        for end in 0..text.len() {
            found(text.get(..end).unwrap());
        }
    }

    proptest! {
        #[test]
        fn any_text_is_safe(text in "[\\[\\]{}:,\"\\\\a1é]{0,60}") {
            for found in strings(&text) {
                let raw = text.get(found.range.clone()).unwrap_or_default();
                unescaped(raw);
                prop_assert!(text.get(found.range).is_some() && text.get(found.key).is_some());
            }
        }
    }
}
