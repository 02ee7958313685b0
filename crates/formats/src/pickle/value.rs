//! What the walk knows of a value: names, short strings, small containers and who made an object. Never the object.

use super::opcode::Form;

/// A value on the stack or in the memo. Small and `Copy`: everything larger lies in the input or in the [`Arena`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value {
    /// Data that the walk does not follow.
    Opaque,
    Int(i64),
    /// A string at an offset of the input.
    Text {
        start: u32,
        len: u32,
        form: Form,
    },
    Bytes {
        start: u32,
        len: u32,
    },
    /// A string that a call put together: its number in the arena.
    Built(u32),
    /// Something imported: its number in the table of names.
    Global(u32),
    /// A container or an object: its number in the arena.
    Node(u32),
}

/// A container or an object. Containers keep their first items only.
#[derive(Debug)]
pub(super) enum Node {
    Tuple(Vec<Value>),
    List(Vec<Value>),
    Dict(Vec<(Value, Value)>),
    /// What a call returned.
    Object {
        callee: Option<u32>,
        arguments: Value,
        state: Value,
    },
}

/// Owns what values refer to. When it is full, new containers become opaque; names and calls are still followed.
#[derive(Debug, Default)]
pub(super) struct Arena {
    nodes: Vec<Node>,
    strings: Vec<String>,
    limit: usize,
}

impl Arena {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, ..Self::default() }
    }

    pub(super) fn add(&mut self, node: Node) -> Value {
        match u32::try_from(self.nodes.len()) {
            Ok(at) if self.nodes.len() < self.limit => {
                self.nodes.push(node);
                Value::Node(at)
            }
            _ => Value::Opaque,
        }
    }

    pub(super) fn add_text(&mut self, text: String) -> Value {
        match u32::try_from(self.strings.len()) {
            Ok(at) if self.strings.len() < STRINGS && text.len() <= TEXT => {
                self.strings.push(text);
                Value::Built(at)
            }
            _ => Value::Opaque,
        }
    }

    pub(super) fn node(&self, value: Value) -> Option<&Node> {
        match value {
            Value::Node(at) => self.nodes.get(usize::try_from(at).ok()?),
            _ => None,
        }
    }

    pub(super) fn node_mut(&mut self, value: Value) -> Option<&mut Node> {
        match value {
            Value::Node(at) => self.nodes.get_mut(usize::try_from(at).ok()?),
            _ => None,
        }
    }

    /// The items of a tuple or list.
    pub(super) fn items(&self, value: Value) -> &[Value] {
        match self.node(value) {
            Some(Node::Tuple(items) | Node::List(items)) => items,
            _ => &[],
        }
    }

    /// The value under a text key of a dictionary.
    pub(super) fn entry(&self, dict: Value, key: &str, input: &[u8]) -> Option<Value> {
        match self.node(dict) {
            Some(Node::Dict(entries)) => entries
                .iter()
                .rev()
                .find(|(k, _)| self.text(*k, input).as_deref() == Some(key))
                .map(|(_, value)| *value),
            _ => None,
        }
    }

    /// The characters of a short string value.
    pub(super) fn text(&self, value: Value, input: &[u8]) -> Option<String> {
        match value {
            Value::Text { start, len, form } => {
                let raw = slice(input, start, len)?;
                (raw.len() <= TEXT).then(|| decode(raw, form))
            }
            Value::Built(at) => self.strings.get(usize::try_from(at).ok()?).cloned(),
            _ => None,
        }
    }

    /// As [`Arena::text`], and bytes too: old pickles mix the two.
    pub(super) fn text_or_bytes(&self, value: Value, input: &[u8]) -> Option<String> {
        match value {
            Value::Bytes { start, len } => {
                let raw = slice(input, start, len)?;
                (raw.len() <= TEXT).then(|| decode(raw, Form::Plain))
            }
            other => self.text(other, input),
        }
    }

    /// Keeps `item` if the container still has room for it.
    pub(super) fn append(&mut self, list: Value, item: Value) {
        if let Some(Node::List(items)) = self.node_mut(list)
            && items.len() < ITEMS
        {
            items.push(item);
        }
    }

    /// Keeps an entry if the dictionary still has room for it.
    pub(super) fn insert(&mut self, dict: Value, key: Value, value: Value) {
        if let Some(Node::Dict(entries)) = self.node_mut(dict)
            && entries.len() < ITEMS
        {
            entries.push((key, value));
        }
    }
}

/// The bytes of the input that a value names.
pub(super) fn slice(input: &[u8], start: u32, len: u32) -> Option<&[u8]> {
    let start = usize::try_from(start).ok()?;
    input.get(start..start.checked_add(usize::try_from(len).ok()?)?)
}

fn decode(raw: &[u8], form: Form) -> String {
    let text = match std::str::from_utf8(raw) {
        Ok(text) => text.to_owned(),
        Err(_) => raw.iter().map(|byte| char::from(*byte)).collect(),
    };
    if form == Form::Plain || !text.contains('\\') { text } else { unescape(&text, form) }
}

/// Python's `raw-unicode-escape` and the escapes of quoted literals.
fn unescape(text: &str, form: Form) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            plain.push(c);
            continue;
        }
        let Some(kind) = rest.next() else {
            plain.push(c);
            break;
        };
        let digits = match (kind, form) {
            ('x', Form::Quoted) => 2,
            ('u', _) => 4,
            ('U', _) => 8,
            _ => 0,
        };
        let code: String = rest.clone().take(digits).collect();
        match u32::from_str_radix(&code, 16).ok().and_then(char::from_u32) {
            Some(decoded) if code.chars().count() == digits && digits > 0 => {
                plain.push(decoded);
                rest.by_ref().take(digits).for_each(drop);
            }
            _ if form == Form::Quoted => match kind {
                '0'..='7' => {
                    let octal: String =
                        std::iter::once(kind).chain(rest.clone().take_while(|c| c.is_digit(8)).take(2)).collect();
                    rest.by_ref().take(octal.len() - 1).for_each(drop);
                    plain.extend(u32::from_str_radix(&octal, 8).ok().and_then(char::from_u32));
                }
                'n' => plain.push('\n'),
                't' => plain.push('\t'),
                'r' => plain.push('\r'),
                other => plain.push(other),
            },
            _ => plain.extend([c, kind]),
        }
    }
    plain
}

/// The most items of one container that are kept.
pub(super) const ITEMS: usize = 16;
/// The longest string that is looked at.
const TEXT: usize = 4096;
const STRINGS: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_undone() {
        assert_eq!(decode(br"p\u006fsix", Form::Unicode), "posix");
        assert_eq!(decode(br"\x6fs\056\163y", Form::Quoted), "os.sy");
        assert_eq!(decode(br"a\x6f", Form::Unicode), r"a\x6f");
        assert_eq!(decode(b"\\", Form::Quoted), "\\");
        assert_eq!(decode(b"caf\xe9", Form::Plain), "caf\u{e9}");
    }

    #[test]
    fn a_full_arena_forgets_containers_only() {
        let mut arena = Arena::new(1);
        let list = arena.add(Node::List(Vec::new()));
        assert_eq!(arena.add(Node::List(Vec::new())), Value::Opaque);
        (0..100).for_each(|n| arena.append(list, Value::Int(n)));
        assert_eq!(arena.items(list).len(), ITEMS);
    }
}
