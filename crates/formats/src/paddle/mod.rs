//! Paddle programs (`.pdmodel`, `__model__`): the operators of their blocks. Source: `framework.proto`.

pub mod pir;
pub mod tensors;

use crate::protobuf::{Fields, Tag, Value, Wire, tag};

/// An operator.
#[derive(Debug)]
pub struct Operator<'a> {
    /// What it does, such as `matmul_v2`.
    pub name: String,
    /// All of it.
    pub value: Value<'a>,
}

/// Whether these bytes are a program: the first block has its number, that of its parent, and variables or operators.
pub fn looks_like(bytes: &[u8]) -> bool {
    if bytes.first() != Some(&0x0a) {
        return false;
    }
    let Some(block) = Fields::new(bytes, 0..bytes.len()).next() else { return false };
    let mut fields = Fields::new(bytes, block.range).take(3);
    let mut number = |number: u64| {
        fields.next().is_some_and(|field| field.number == number && matches!(field.wire, Wire::Varint(_)))
    };
    number(1)
        && number(2)
        && fields.next().is_some_and(|field| matches!(field.number, 3 | 4) && field.wire == Wire::Delimited)
}

/// The operators of all blocks.
pub fn operators<'a>(root: &Value<'a>) -> impl Iterator<Item = Operator<'a>> + use<'a> {
    let operators = root.all(tag(1, "blocks")).flat_map(|block| block.all(tag(4, "ops")));
    operators.map(|value| Operator { name: value.text_of(tag(3, "type")), value })
}

impl<'a> Operator<'a> {
    /// The texts among its attributes, with their names.
    pub fn texts(&self) -> impl Iterator<Item = (String, Value<'a>)> + use<'a> {
        self.value.all(ATTRIBUTE).flat_map(|attribute| {
            let name = attribute.text_of(tag(1, "name"));
            let texts: Vec<_> = attribute.all(tag(5, "s")).chain(attribute.all(tag(8, "strings"))).collect();
            texts.into_iter().map(move |text| (name.clone(), text))
        })
    }
}

const ATTRIBUTE: Tag = tag(4, "attrs");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protobuf::{Reading, message};

    fn program() -> Vec<u8> {
        let attribute = message(4, &[message(1, b"file_path"), b"\x10\x02".to_vec(), message(5, b"/tmp/x")].concat());
        let operator = message(4, &[message(3, b"load"), attribute].concat());
        let parent = b"\x10\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01";
        message(1, &[b"\x08\x00".as_slice(), parent, &message(3, b"\x0a\x01x"), &operator].concat())
    }

    #[test]
    fn operators_and_their_texts_are_read() {
        let bytes = program();
        assert!(looks_like(&bytes));
        let reading = Reading::binary(&bytes, 100);
        let operators: Vec<_> = operators(&reading.root()).collect();
        let texts: Vec<_> = operators[0].texts().map(|(name, text)| (name, text.text())).collect();
        assert_eq!((operators.len(), operators[0].name.as_str()), (1, "load"));
        assert_eq!(texts, [("file_path".to_owned(), "/tmp/x".to_owned())]);
    }

    #[test]
    fn truncated_programs_are_cut() {
        let bytes = program();
        for len in 1..bytes.len() {
            looks_like(&bytes[..len]);
            let reading = Reading::binary(&bytes[..len], 100);
            super::operators(&reading.root()).for_each(|operator| operator.texts().for_each(drop));
            assert!(reading.cut().is_some(), "{len}");
        }
    }
}
