//! What JSON and YAML are read into: a document owns its nodes, and a [`Node`] is a cheap view of one with its byte span.

use std::{collections::HashSet, ops::Range};

/// What a parse may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of text.
    pub bytes: usize,
    /// Nodes in all documents together, where an alias counts as much as everything below the node that it names.
    pub nodes: usize,
    /// Nesting.
    pub depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 4 << 20, nodes: 1 << 20, depth: 100 }
    }
}

/// Why reading stopped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// It is not what its format allows.
    #[error("not readable at byte {at}: {what}")]
    Syntax {
        /// Byte offset.
        at: usize,
        /// The parser's words.
        what: String,
    },
    /// More bytes than [`Limits::bytes`].
    #[error("longer than {0} bytes")]
    Bytes(usize),
    /// More nodes than [`Limits::nodes`].
    #[error("more than {0} nodes, aliases expanded")]
    Nodes(usize),
    /// Nested deeper than [`Limits::depth`].
    #[error("nested deeper than {0} levels")]
    Depth(usize),
}

/// One document.
#[derive(Debug)]
pub struct Document {
    nodes: Vec<Raw>,
    root: usize,
}

#[derive(Debug)]
pub(crate) struct Raw {
    pub(crate) entry: Entry,
    pub(crate) span: Range<usize>,
}

#[derive(Debug)]
pub(crate) enum Entry {
    Scalar(Scalar),
    Sequence(Vec<usize>),
    Mapping(Vec<Pair>),
    Opaque,
}

#[derive(Debug)]
pub(crate) struct Scalar {
    pub(crate) text: String,
    pub(crate) style: Style,
}

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// Without quotes: it may be null, a truth value or a number.
    Plain,
    /// Between quotes.
    Quoted,
    /// A string without quotes: a block, or tagged as one.
    Block,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Pair {
    pub(crate) key: usize,
    pub(crate) value: usize,
    pub(crate) merged: bool,
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'d> {
    /// A scalar, quotes and escapes resolved.
    Scalar(&'d str),
    /// A list.
    Sequence,
    /// Keys and values.
    Mapping,
    /// An alias that names nothing, or a collection that it stands in.
    Opaque,
}

/// A view of one node of a document.
#[derive(Clone, Copy, Debug)]
pub struct Node<'d> {
    document: &'d Document,
    index: usize,
}

impl Document {
    pub(crate) fn new(nodes: Vec<Raw>, root: usize) -> Self {
        Self { nodes, root }
    }

    /// The outermost node.
    pub fn root(&self) -> Node<'_> {
        Node { document: self, index: self.root }
    }
}

impl<'d> Node<'d> {
    fn raw(self) -> Option<&'d Raw> {
        self.document.nodes.get(self.index)
    }

    fn other(self, index: usize) -> Self {
        Self { index, ..self }
    }

    /// What it is.
    pub fn value(self) -> Value<'d> {
        match self.raw().map(|raw| &raw.entry) {
            Some(Entry::Scalar(scalar)) => Value::Scalar(&scalar.text),
            Some(Entry::Sequence(_)) => Value::Sequence,
            Some(Entry::Mapping(_)) => Value::Mapping,
            Some(Entry::Opaque) | None => Value::Opaque,
        }
    }

    /// Where it stands, in bytes, quotes and brackets included. What an alias names stands where it was defined.
    pub fn span(self) -> Range<usize> {
        self.raw().map(|raw| raw.span.clone()).unwrap_or_default()
    }

    /// Where its content stands: its span, without the quotes of a scalar.
    pub fn inside(self) -> Range<usize> {
        let Range { start, end } = self.span();
        if self.style() == Some(Style::Quoted) && end - start > 1 { start + 1..end - 1 } else { start..end }
    }

    fn style(self) -> Option<Style> {
        match self.raw().map(|raw| &raw.entry) {
            Some(Entry::Scalar(scalar)) => Some(scalar.style),
            _ => None,
        }
    }

    /// The text of a scalar.
    pub fn text(self) -> Option<&'d str> {
        match self.value() {
            Value::Scalar(text) => Some(text),
            _ => None,
        }
    }

    /// Whether it is a scalar written without quotes, which may therefore be null, a truth value or a number.
    pub fn is_plain(self) -> bool {
        self.style() == Some(Style::Plain)
    }

    /// The text of a scalar that is a string: not null, a truth value or a number.
    pub fn string(self) -> Option<&'d str> {
        let is_number = |text: &str| text.parse::<f64>().is_ok() && text.bytes().any(|byte| byte.is_ascii_digit());
        let is_truth = |text: &str| matches!(text, "true" | "True" | "TRUE" | "false" | "False" | "FALSE");
        self.text().filter(|text| !self.is_plain() || !(self.is_null() || is_truth(text) || is_number(text)))
    }

    /// Whether it is null: nothing, `~` or `null`.
    pub fn is_null(self) -> bool {
        self.is_plain() && matches!(self.text(), Some("" | "~" | "null" | "Null" | "NULL"))
    }

    /// Its truth value, also in the spellings of YAML 1.1 (`yes`, `on`) which container tools accept.
    pub fn truth(self) -> Option<bool> {
        match self.text()?.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" => Some(true),
            "false" | "no" | "off" => Some(false),
            _ => None,
        }
    }

    /// The items of a list; none for anything else.
    pub fn items(self) -> impl Iterator<Item = Self> {
        let items: &[usize] = match self.raw().map(|raw| &raw.entry) {
            Some(Entry::Sequence(items)) => items,
            _ => &[],
        };
        items.iter().map(move |index| self.other(*index))
    }

    /// Keys and values of a mapping, its own before those that `<<` brings; duplicate keys as they stand.
    pub fn entries(self) -> impl DoubleEndedIterator<Item = (Self, Self)> {
        self.pairs().iter().map(move |pair| (self.other(pair.key), self.other(pair.value)))
    }

    fn pairs(self) -> &'d [Pair] {
        match self.raw().map(|raw| &raw.entry) {
            Some(Entry::Mapping(pairs)) => pairs,
            _ => &[],
        }
    }

    /// The value under `key`: the last of its own, or the first that `<<` brings.
    pub fn get(self, key: &str) -> Option<Self> {
        let is_key = |pair: &&Pair| self.other(pair.key).text() == Some(key);
        let own = self.pairs().iter().rev().filter(|pair| !pair.merged).find(is_key);
        let found = own.or_else(|| self.pairs().iter().filter(|pair| pair.merged).find(is_key));
        found.map(|pair| self.other(pair.value))
    }

    /// The value under the first key, under the second key in that, and so on.
    pub fn at(self, path: &[&str]) -> Option<Self> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }

    /// Where the key of `key` stands.
    pub fn key_span(self, key: &str) -> Option<Range<usize>> {
        let mut keys = self.entries().map(|(name, _)| name);
        keys.find(|name| name.text() == Some(key)).map(Self::span)
    }

    /// This node and everything below it, each with the key that it stands under. What several aliases name is visited
    /// once, and so is what is below it.
    pub fn walk(self) -> Vec<(Option<Self>, Self)> {
        let mut found = Vec::new();
        self.walk_down((), &mut |key, node, ()| found.push((key, node)));
        found
    }

    /// As [`Node::walk`], with something that is handed down: `visit` gets what its parent was given, and returns what is
    /// given to everything right below.
    pub fn walk_down<S: Clone>(self, from: S, visit: &mut dyn FnMut(Option<Self>, Self, S) -> S) {
        let mut seen = HashSet::new();
        let mut entered = HashSet::new();
        let mut open = vec![(None, self, from)];
        while let Some((key, node, given)) = open.pop() {
            if !seen.insert(key.unwrap_or(node).index) {
                continue;
            }
            let handed = visit(key, node, given);
            // A million aliases of a collection with a million items cost no more than two million steps.
            if !entered.insert(node.index) {
                continue;
            }
            let below = open.len();
            open.extend(node.items().map(|item| (None, item, handed.clone())));
            open.extend(node.entries().map(|(key, value)| (Some(key), value, handed.clone())));
            open.get_mut(below..).unwrap_or_default().reverse();
        }
    }
}
