//! A message with its fields, whether it is written as bytes, as text or as JSON, under one budget for all that is read of it.

use std::{cell::Cell, ops::Range};

use super::{
    text::{self, Node},
    wire::{Fields, Wire},
};
use crate::tree::{self, Document};

/// A field of a message: its number in the binary format, and its name in the text format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag {
    /// Its number.
    pub number: u64,
    /// Its name.
    pub name: &'static str,
}

/// The field with this number and name.
pub const fn tag(number: u64, name: &'static str) -> Tag {
    Tag { number, name }
}

/// A file that is read as a message.
#[derive(Debug)]
pub struct Reading<'a> {
    bytes: &'a [u8],
    nodes: Option<Vec<Node>>,
    json: Option<&'a Document>,
    steps: Cell<u64>,
    cut: Cell<Option<&'static str>>,
}

/// A value: a message, a text or a number.
#[derive(Clone, Debug)]
pub struct Value<'a> {
    reading: &'a Reading<'a>,
    /// Where it is written; a text with its quotes and escapes.
    pub range: Range<usize>,
    kind: Kind<'a>,
    cut: bool,
}

#[derive(Clone, Copy, Debug)]
enum Kind<'a> {
    Wire(Wire),
    Node(usize),
    Json(tree::Node<'a>),
}

impl<'a> Reading<'a> {
    /// Reads bytes, at most so many fields of them; a field that is read twice counts twice.
    pub fn binary(bytes: &'a [u8], steps: u64) -> Self {
        Self { bytes, nodes: None, json: None, steps: Cell::new(steps), cut: Cell::new(None) }
    }

    /// Reads text, at most so many fields of it.
    pub fn text(bytes: &'a [u8], steps: u64) -> Self {
        let most = usize::try_from(steps).unwrap_or(usize::MAX).min(TEXT_FIELDS);
        let (nodes, cut) = text::parse(bytes, most);
        Self { bytes, nodes: Some(nodes), json: None, steps: Cell::new(steps), cut: Cell::new(cut) }
    }

    /// Reads JSON in the mapping of protobuf, at most so many fields of it.
    pub fn json(bytes: &'a [u8], document: &'a Document, steps: u64) -> Self {
        Self { json: Some(document), ..Self::binary(bytes, steps) }
    }

    /// The whole file.
    pub fn root(&'a self) -> Value<'a> {
        let kind = match (self.json, &self.nodes) {
            (Some(document), _) => Kind::Json(document.root()),
            (_, Some(_)) => Kind::Node(0),
            _ => Kind::Wire(Wire::Delimited),
        };
        Value { reading: self, range: 0..self.bytes.len(), kind, cut: false }
    }

    /// Why reading ended early, if it did.
    pub fn cut(&self) -> Option<&'static str> {
        self.cut.get()
    }

    /// Says that reading ended early.
    pub fn stop(&self, why: &'static str) {
        if self.cut.get().is_none() {
            self.cut.set(Some(why));
        }
    }

    fn step(&self) -> bool {
        let left = self.steps.get();
        self.steps.set(left.saturating_sub(1));
        if left == 0 {
            self.stop("it has more fields than the scan reads");
        }
        left > 0
    }

    fn node(&self, index: usize) -> Option<&Node> {
        self.nodes.as_ref()?.get(index)
    }
}

impl<'a> Value<'a> {
    /// The fields with this tag, in the order of the file.
    pub fn all(&self, tag: Tag) -> impl Iterator<Item = Value<'a>> + use<'a> {
        let mut children = self.children();
        std::iter::from_fn(move || {
            loop {
                let (is, value) = children.next(tag)?;
                if is {
                    return Some(value);
                }
            }
        })
    }

    /// The field with this tag that counts: the last one.
    pub fn last(&self, tag: Tag) -> Option<Value<'a>> {
        self.all(tag).last()
    }

    /// The text of the field with this tag, or an empty one.
    pub fn text_of(&self, tag: Tag) -> String {
        self.last(tag).map(|value| value.text()).unwrap_or_default()
    }

    /// The fields under a path of tags.
    pub fn path(&self, tags: &[Tag]) -> Vec<Value<'a>> {
        let mut values = vec![self.clone()];
        for tag in tags {
            values = values.iter().flat_map(|value| value.all(*tag)).take(PATHS).collect();
            if values.len() == PATHS {
                self.stop("it has more values in a row than the scan reads");
            }
        }
        values
    }

    /// The text that the value spells, as far as it is worth showing; what is not UTF-8 is replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes(SHOWN)).into_owned()
    }

    /// The bytes that the value spells, at most so many.
    pub fn bytes(&self, most: usize) -> Vec<u8> {
        let raw = self.raw();
        match self.kind {
            Kind::Node(_) => text::unquoted(raw, most),
            Kind::Wire(_) => raw.get(..raw.len().min(most)).unwrap_or_default().to_vec(),
            Kind::Json(node) => {
                let text = node.text().unwrap_or_default().as_bytes();
                text.get(..text.len().min(most)).unwrap_or_default().to_vec()
            }
        }
    }

    /// The bytes as they are written.
    pub fn raw(&self) -> &'a [u8] {
        self.reading.bytes.get(self.range.clone()).unwrap_or_default()
    }

    /// The number that the value is; `None` for anything else, such as the name of one in text.
    pub fn number(&self) -> Option<u64> {
        match self.kind {
            Kind::Wire(Wire::Varint(number)) => Some(number),
            Kind::Wire(_) => None,
            Kind::Node(_) => spelt(std::str::from_utf8(self.raw()).ok()?),
            Kind::Json(node) => spelt(node.text()?),
        }
    }

    /// The numbers that the value is: one, or several in a row.
    pub fn numbers(&self) -> Vec<u64> {
        match self.kind {
            Kind::Wire(Wire::Delimited) => packed(self.raw()),
            _ => self.number().into_iter().collect(),
        }
    }

    /// How long the value is as bytes, without reading it.
    pub fn len(&self) -> usize {
        self.range.len()
    }

    /// Whether it has no length.
    pub fn is_empty(&self) -> bool {
        self.range.is_empty()
    }

    /// Whether the file ends in it.
    pub fn is_cut(&self) -> bool {
        self.cut
    }

    /// Whether it is written as text, where lengths are those of the spelling.
    pub fn is_text(&self) -> bool {
        !matches!(self.kind, Kind::Wire(_))
    }

    /// Says of the file that reading ended early here.
    pub fn stop(&self, why: &'static str) {
        self.reading.stop(why);
    }

    /// The numbers of all fields, whether each is delimited, and whether the last one is cut; for bytes only.
    pub fn outline(&self) -> impl Iterator<Item = (u64, Wire, bool)> + use<'a> {
        let fields = Fields::new(self.reading.bytes, self.range.clone());
        fields.map(|field| (field.number, field.wire, field.cut))
    }

    /// Where the last whole field of a message in bytes ends.
    pub fn whole_fields(&self) -> usize {
        let fields = Fields::new(self.reading.bytes, self.range.clone()).filter(|field| !field.cut);
        fields.last().map_or(self.range.start, |field| field.range.end)
    }

    fn children(&self) -> Children<'a> {
        let reading = self.reading;
        match self.kind {
            Kind::Wire(Wire::Delimited) => Children::Wire(reading, Fields::new(reading.bytes, self.range.clone())),
            Kind::Wire(_) => Children::Wire(reading, Fields::new(&[], 0..0)),
            Kind::Node(index) => {
                let end = reading.node(index).map_or(0, |node| node.end);
                Children::Node(reading, index + 1..end)
            }
            Kind::Json(node) => Children::Json(reading, node, None),
        }
    }
}

enum Children<'a> {
    Wire(&'a Reading<'a>, Fields<'a>),
    Node(&'a Reading<'a>, Range<usize>),
    /// An object, and the values of the field that are left once it is known which one is sought.
    Json(&'a Reading<'a>, tree::Node<'a>, Option<std::vec::IntoIter<tree::Node<'a>>>),
}

impl<'a> Children<'a> {
    /// The next field, and whether it has this tag.
    fn next(&mut self, tag: Tag) -> Option<(bool, Value<'a>)> {
        match self {
            Self::Wire(reading, fields) => {
                let reading = *reading;
                let field = fields.next()?;
                if field.cut {
                    reading.stop("it ends in the middle of a field, or is no protobuf message");
                }
                let value = Value { reading, range: field.range, kind: Kind::Wire(field.wire), cut: field.cut };
                reading.step().then_some((field.number == tag.number, value))
            }
            Self::Node(reading, rest) => {
                let (reading, index) = (*reading, rest.start);
                let node = rest.contains(&index).then(|| reading.node(index)).flatten()?;
                rest.start = node.end.max(index + 1);
                let is = reading.bytes.get(node.name.clone()) == Some(tag.name.as_bytes());
                let value = Value { reading, range: node.range.clone(), kind: Kind::Node(index), cut: false };
                reading.step().then_some((is, value))
            }
            Self::Json(reading, node, left) => {
                let reading = *reading;
                if left.is_none() {
                    let field = node.get(tag.name).or_else(|| node.get(&in_camel_case(tag.name)))?;
                    // A list is a field that is repeated.
                    let is_list = field.value() == tree::Value::Sequence;
                    let values: Vec<_> = if is_list { field.items().collect() } else { vec![field] };
                    *left = Some(values.into_iter());
                }
                let item = left.as_mut()?.next()?;
                let value = Value { reading, range: item.inside(), kind: Kind::Json(item), cut: false };
                reading.step().then_some((true, value))
            }
        }
    }
}

/// `op_type` is spelt `opType` in JSON.
fn in_camel_case(name: &str) -> String {
    let mut parts = name.split('_');
    let mut camel = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let mut letters = part.chars();
        camel.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        camel.push_str(letters.as_str());
    }
    camel
}

/// A number as text spells it; negative ones as their bits.
fn spelt(text: &str) -> Option<u64> {
    text.parse().ok().or_else(|| text.parse::<i64>().ok().map(i64::cast_unsigned))
}

fn packed(bytes: &[u8]) -> Vec<u64> {
    let mut numbers = Vec::new();
    let (mut value, mut shift) = (0u64, 0);
    for byte in bytes.iter().take(PACKED) {
        value |= u64::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
        shift += 7;
        if byte & 0x80 == 0 {
            numbers.push(value);
            (value, shift) = (0, 0);
        }
    }
    numbers
}

/// The most fields of a text that are kept.
const TEXT_FIELDS: usize = 4 << 20;
/// The most bytes of a text that are worth showing.
const SHOWN: usize = 4096;
/// The most values that a path leads to.
const PATHS: usize = 1 << 20;
/// The most bytes of packed numbers that are read.
const PACKED: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    const NODE: Tag = tag(1, "node");
    const NAME: Tag = tag(2, "name");
    const COUNT: Tag = tag(3, "count");

    fn names(reading: &Reading<'_>) -> Vec<String> {
        reading.root().path(&[NODE, NAME]).iter().map(Value::text).collect()
    }

    #[test]
    fn both_spellings_say_the_same() {
        let bytes = b"\x0a\x05\x12\x01a\x18\x07\x0a\x03\x12\x01b";
        let text = b"node { name: 'a' count: 7 } node { name: \"b\" }";
        let json = r#"{"node": [{"name": "a", "count": "7"}, {"name": "b"}]}"#;
        let document = crate::json::parse(json, tree::Limits::default()).unwrap();
        let json = Reading::json(json.as_bytes(), &document, 100);
        for reading in [Reading::binary(bytes, 100), Reading::text(text, 100), json] {
            assert_eq!(names(&reading), ["a", "b"]);
            let first = reading.root().all(NODE).next().unwrap();
            assert_eq!((first.last(COUNT).unwrap().number(), first.text_of(NAME)), (Some(7), "a".to_owned()));
            assert_eq!(reading.cut(), None);
        }
    }

    #[test]
    fn the_budget_ends_the_reading() {
        let reading = Reading::binary(b"\x0a\x03\x12\x01a\x0a\x03\x12\x01b", 1);
        assert_eq!(names(&reading).len(), 0);
        assert!(reading.cut().is_some());
    }

    #[test]
    fn packed_numbers_are_read() {
        let reading = Reading::binary(b"\x1a\x03\x07\x80\x01\x18\x02", 9);
        let numbers: Vec<_> = reading.root().all(COUNT).flat_map(|value| value.numbers()).collect();
        assert_eq!(numbers, [7, 128, 2]);
    }
}
