//! Strict JSON (RFC 8259) as a flat list of values with their places, read once from left to right without recursion.
//! What two parsers could read differently is refused: keys that come twice, lone surrogates, anything behind the value.

mod parser;
#[cfg(test)]
mod tests;

use std::{borrow::Cow, ops::Range};

pub use parser::JsonError;

/// A JSON text. Memory: 16 bytes for each value; numbers that follow one another in a list count as one.
#[derive(Debug)]
pub struct Json<'b> {
    text: &'b str,
    nodes: Vec<Node>,
}

#[derive(Clone, Copy, Debug)]
struct Node {
    start: u32,
    end: u32,
    /// The number of the node behind this one and all that is in it.
    after: u32,
    sort: Sort,
}

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// `null`
    Null,
    /// `true`
    True,
    /// `false`
    False,
    /// A number; in a list: all numbers in a row, with the commas between them.
    Numbers,
    /// A string without escapes.
    Plain,
    /// A string with escapes.
    Escaped,
    /// A list.
    List,
    /// An object. No key comes twice.
    Object,
}

impl<'b> Json<'b> {
    /// Reads a whole text. Linear in its length.
    pub fn parse(body: &'b [u8]) -> Result<Self, JsonError> {
        parser::parse(body)
    }

    /// The value that it is.
    pub const fn root(&self) -> Value<'_, 'b> {
        Value { json: self, at: 0 }
    }
}

/// A value in a JSON text.
#[derive(Clone, Copy, Debug)]
pub struct Value<'j, 'b> {
    json: &'j Json<'b>,
    at: usize,
}

impl<'j, 'b> Value<'j, 'b> {
    fn node(self) -> Node {
        let nothing = Node { start: 0, end: 0, after: u32::MAX, sort: Sort::Null };
        self.json.nodes.get(self.at).copied().unwrap_or(nothing)
    }

    /// What it is.
    pub fn sort(self) -> Sort {
        self.node().sort
    }

    /// The bytes where it stands; of a string with its quotes.
    pub fn range(self) -> Range<usize> {
        let node = self.node();
        wide(node.start)..wide(node.end)
    }

    /// How it is written.
    pub fn source(self) -> &'b str {
        self.json.text.get(self.range()).unwrap_or_default()
    }

    /// Whether it is `null`.
    pub fn is_null(self) -> bool {
        self.sort() == Sort::Null
    }

    /// What it says, if it is a string.
    pub fn text(self) -> Option<Cow<'b, str>> {
        let inner = || self.source().get(1..self.source().len() - 1).unwrap_or_default();
        match self.sort() {
            Sort::Plain => Some(Cow::Borrowed(inner())),
            Sort::Escaped => Some(Cow::Owned(parser::unescape(inner()))),
            _ => None,
        }
    }

    /// Whether it is a string that says this.
    pub fn says(self, text: &str) -> bool {
        self.text().is_some_and(|said| said == text)
    }

    /// Its value, if it is one number without sign, fraction and exponent.
    pub fn number(self) -> Option<u64> {
        (self.sort() == Sort::Numbers).then(|| self.source().parse().ok()).flatten()
    }

    /// The values in a list; of anything else none.
    pub fn items(self) -> impl Iterator<Item = Self> + use<'j, 'b> {
        self.children(Sort::List)
    }

    /// The keys and values of an object; of anything else none.
    pub fn entries(self) -> impl Iterator<Item = (Self, Self)> + use<'j, 'b> {
        let mut children = self.children(Sort::Object);
        std::iter::from_fn(move || Some((children.next()?, children.next()?)))
    }

    /// The value of a key.
    pub fn get(self, key: &str) -> Option<Self> {
        self.entries().find(|(name, _)| name.says(key)).map(|(_, value)| value)
    }

    /// The value at a JSON pointer (RFC 6901).
    pub fn pointer(self, pointer: &str) -> Option<Self> {
        let mut value = self;
        for token in pointer.split('/').skip(1) {
            let token = token.replace("~1", "/").replace("~0", "~");
            value = match value.sort() {
                Sort::Object => value.get(&token)?,
                _ => value.items().nth(token.parse().ok()?)?,
            };
        }
        Some(value)
    }

    fn children(self, of: Sort) -> impl Iterator<Item = Self> + use<'j, 'b> {
        let end = if self.sort() == of { wide(self.node().after).min(self.json.nodes.len()) } else { 0 };
        let mut at = self.at + 1;
        std::iter::from_fn(move || {
            let child = Self { json: self.json, at };
            at = if at < end { wide(child.node().after) } else { return None };
            Some(child)
        })
    }
}

fn wide(at: u32) -> usize {
    usize::try_from(at).unwrap_or(usize::MAX)
}
