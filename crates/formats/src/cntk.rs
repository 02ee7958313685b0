//! CNTK models: a dictionary of dictionaries. Sources: `CNTK.proto`, `Serialization.cpp`.

use crate::protobuf::{Fields, Tag, Value, Wire, tag};

/// What a walk comes by.
#[derive(Debug)]
pub enum Part<'a> {
    /// A dictionary that describes a function: the text under `type`, and all of it.
    Function(String, Value<'a>),
    /// A text, with what it is filed under.
    Text(String, Value<'a>),
}

/// Whether these bytes are a dictionary of CNTK, or begin like the format before it.
pub fn looks_like(bytes: &[u8]) -> bool {
    if bytes.starts_with(LEGACY) {
        return true;
    }
    if bytes.first() != Some(&0x08) {
        return false;
    }
    let mut fields = Fields::new(bytes, 0..bytes.len());
    let version = fields.next().is_some_and(|field| matches!(field.wire, Wire::Varint(1..=16)));
    let Some(entry) = fields.next().filter(|field| version && field.number == 2 && field.wire == Wire::Delimited)
    else {
        return false;
    };
    let mut entry = Fields::new(bytes, entry.range);
    let key = entry.next().filter(|field| field.number == 1 && field.wire == Wire::Delimited);
    let value = entry.next().filter(|field| field.number == 2 && field.wire == Wire::Delimited);
    let (Some(key), Some(value)) = (key, value) else { return false };
    let is_name = |key: &[u8]| !key.is_empty() && key.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    bytes.get(key.range).is_some_and(is_name)
        && matches!(bytes.get(value.range), Some([0x08, 1..=16, 0x10, 0..=32, ..] | [0x10, 0..=32, ..]))
}

/// Walks a model. Dictionaries may be nested so deeply.
pub fn walk<'a>(root: &Value<'a>, depth: usize, see: &mut dyn FnMut(Part<'a>)) {
    dictionary(root, depth, see);
}

/// The text under a key of a dictionary.
pub fn text_under(dictionary: &Value<'_>, key: &str) -> Option<String> {
    dictionary_under(dictionary, key)?.last(STRING).map(|value| value.text())
}

/// The dictionary under a key of a dictionary.
pub fn inner<'a>(dictionary: &Value<'a>, key: &str) -> Option<Value<'a>> {
    dictionary_under(dictionary, key)?.last(DICTIONARY)
}

fn dictionary_under<'a>(dictionary: &Value<'a>, key: &str) -> Option<Value<'a>> {
    dictionary.all(DATA).find(|entry| entry.text_of(tag(1, "key")) == key)?.last(tag(2, "value"))
}

fn dictionary<'a>(value: &Value<'a>, depth: usize, see: &mut dyn FnMut(Part<'a>)) {
    if let Some(sort) = text_under(value, "type") {
        see(Part::Function(sort, value.clone()));
    }
    for entry in value.all(DATA) {
        let key = entry.text_of(tag(1, "key"));
        entry.all(tag(2, "value")).for_each(|inner| any(&key, &inner, depth, see));
    }
}

fn any<'a>(key: &str, value: &Value<'a>, depth: usize, see: &mut dyn FnMut(Part<'a>)) {
    let Some(depth) = depth.checked_sub(1) else { return value.stop("its dictionaries are nested too deeply") };
    value.all(STRING).for_each(|text| see(Part::Text(key.to_owned(), text)));
    for item in value.path(&[tag(11, "vector_value"), tag(1, "value")]) {
        any(key, &item, depth, see);
    }
    value.all(DICTIONARY).for_each(|inner| dictionary(&inner, depth, see));
}

const DATA: Tag = tag(2, "data");
const STRING: Tag = tag(8, "string_value");
const DICTIONARY: Tag = tag(12, "dictionary_value");
/// `BCN` in wide characters: how the files of CNTK 1 begin.
const LEGACY: &[u8] = b"B\0C\0N\0\0\0";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protobuf::{Reading, message};

    fn entry(key: &str, value: &[u8]) -> Vec<u8> {
        message(2, &[message(1, key.as_bytes()), message(2, &[b"\x08\x01\x10\x03", value].concat())].concat())
    }

    fn model() -> Vec<u8> {
        let text = |text: &[u8]| message(8, text);
        let function = [entry("type", &text(b"NativeUserDefinedFunction")), entry("module", &text(b"evil"))].concat();
        let vector = message(11, &message(1, &message(12, &function)));
        [b"\x08\x01".to_vec(), entry("version", b"\x28\x02"), entry("primitive_functions", &vector)].concat()
    }

    #[test]
    fn functions_are_found_in_lists() {
        let bytes = model();
        assert!(looks_like(&bytes));
        let reading = Reading::binary(&bytes, 1000);
        let mut seen = Vec::new();
        walk(&reading.root(), 8, &mut |part| {
            seen.push(match part {
                Part::Function(sort, value) => format!("{sort} {}", text_under(&value, "module").unwrap_or_default()),
                Part::Text(key, value) => format!("{key}={}", value.text()),
            });
        });
        assert_eq!(seen, ["NativeUserDefinedFunction evil", "type=NativeUserDefinedFunction", "module=evil"]);
        assert_eq!(reading.cut(), None);
        for len in 0..bytes.len() {
            let reading = Reading::binary(&bytes[..len], 1000);
            walk(&reading.root(), 8, &mut |_| {});
            looks_like(&bytes[..len]);
        }
    }

    #[test]
    fn other_messages_are_not_models() {
        for bytes in [&b"\x08\x01\x12\x04\x0a\x02\x22\x00"[..], b"\x08\x01", b"\x08\x08\x12\x02me:\x00", b"BCN"] {
            assert!(!looks_like(bytes), "{bytes:?}");
        }
    }
}
