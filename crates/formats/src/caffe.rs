//! Caffe networks, as text (`.prototxt`) or with weights (`.caffemodel`): their layers. Source: `caffe.proto`.

use crate::protobuf::{Field, Fields, Tag, Value, Wire, tag};

/// A layer.
#[derive(Debug)]
pub struct Layer<'a> {
    /// Its name.
    pub name: String,
    /// What sort of layer it is, such as `Convolution`; empty for those of the formats before 2015, which number them.
    pub sort: String,
    /// All of it.
    pub value: Value<'a>,
}

/// Whether these bytes are a network with weights: its first layers have a name, a type, and the names of what goes in and
/// out of them.
pub fn looks_like(bytes: &[u8]) -> bool {
    if !matches!(bytes.first(), Some(0x0a | 0x1a | 0x22 | 0xa2)) {
        return false;
    }
    let mut layers = 0;
    for field in Fields::new(bytes, 0..bytes.len()).take(32) {
        match (field.number, field.wire) {
            (1 | 3 | 4 | 6 | 7 | 8, Wire::Delimited) | (4 | 5 | 7, Wire::Varint(_) | Wire::Fixed) => {}
            (100, Wire::Delimited) if is_layer(bytes, &field) => layers += 1,
            _ => return false,
        }
    }
    layers > 0
}

/// Whether text describes a network or how one is trained: layers in braces, and their types.
pub fn looks_like_text(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(HEAD)).unwrap_or_default();
    let begins = |line: &[u8]| {
        let line = line.trim_ascii();
        ["name:", "layer", "input", "force_backward", "state"].iter().any(|word| line.starts_with(word.as_bytes()))
    };
    let mut lines =
        head.split(|byte| *byte == b'\n').filter(|line| !matches!(line.trim_ascii().first(), None | Some(b'#')));
    let has = |text: &str| memchr::memmem::find(head, text.as_bytes()).is_some();
    lines.next().is_some_and(begins)
        && (has("layer {") || has("layer{") || has("layers {") || has("layers{"))
        && (has("type:") || has("type :"))
        && (has("top:") || has("bottom:") || has("_param"))
}

/// The layers of a network.
pub fn layers<'a>(root: &Value<'a>) -> impl Iterator<Item = Layer<'a>> + use<'a> {
    root.all(tag(100, "layer"))
        .map(|value| Layer { name: value.text_of(NAME), sort: value.text_of(SORT), value })
        .chain(
            // Before 2015 names and types had other numbers; Python layers came later, but text accepts them under the old name.
            root.all(tag(2, "layers")).map(|value| Layer {
                name: value.text_of(tag(4, "name")),
                sort: value.text_of(tag(5, "type")),
                value,
            }),
        )
}

impl<'a> Layer<'a> {
    /// The module and class of a layer that is written in Python, and its parameters.
    pub fn python(&self) -> impl Iterator<Item = (String, String, Option<Value<'a>>)> + use<'a> {
        let parameters = self.value.all(tag(130, "python_param"));
        parameters.map(|python| {
            let text = [tag(1, "module"), tag(2, "layer")].map(|tag| python.text_of(tag));
            let [module, class] = text;
            (module, class, python.last(tag(3, "param_str")))
        })
    }

    /// The files that the layer reads: images, lists and databases.
    pub fn sources(&self) -> Vec<Value<'a>> {
        let groups = [
            (107, "data_param", 1, "source"),
            (112, "hdf5_data_param", 1, "source"),
            (115, "image_data_param", 1, "source"),
            (129, "window_data_param", 1, "source"),
            (113, "hdf5_output_param", 1, "file_name"),
        ];
        let files = groups
            .iter()
            .flat_map(|(group, name, number, file)| self.value.path(&[tag(*group, name), tag(*number, file)]));
        files.collect()
    }
}

fn is_layer(bytes: &[u8], field: &Field) -> bool {
    let mut texts = Fields::new(bytes, field.range.clone()).take(2);
    let mut text = |number: u64| {
        let field = texts.next().filter(|field| field.number == number && field.wire == Wire::Delimited);
        field.and_then(|field| bytes.get(field.range)).is_some_and(|text| !text.is_empty() && text.is_ascii())
    };
    text(1) && text(2)
}

const NAME: Tag = tag(1, "name");
const SORT: Tag = tag(2, "type");
/// How much of a text is looked at.
const HEAD: usize = 16 << 10;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protobuf::{Reading, message};

    const TEXT: &str =
        "name: 'net'\nlayer {\n name: 'p' type: 'Python' bottom: 'x'\n python_param { module: 'm' layer: 'L' }\n}";

    #[test]
    fn layers_are_read_in_both_spellings() {
        let python = message(130, &[message(1, b"m"), message(2, b"L")].concat());
        let layer = message(100, &[message(1, b"p"), message(2, b"Python"), python].concat());
        let bytes = [message(1, b"net"), layer].concat();
        assert!(looks_like(&bytes) && looks_like_text(TEXT.as_bytes()));
        for reading in [Reading::binary(&bytes, 100), Reading::text(TEXT.as_bytes(), 100)] {
            let layers: Vec<_> = layers(&reading.root()).collect();
            let [layer] = layers.as_slice() else { panic!("one layer") };
            assert_eq!((layer.name.as_str(), layer.sort.as_str()), ("p", "Python"));
            let (module, class, _) = layer.python().next().unwrap();
            assert_eq!((module.as_str(), class.as_str()), ("m", "L"));
        }
        for len in 0..bytes.len() {
            looks_like(&bytes[..len]);
            layers(&Reading::binary(&bytes[..len], 100).root()).for_each(drop);
        }
    }

    #[test]
    fn other_texts_are_not_networks() {
        for text in ["name: CI\non: push\njobs:\n", "name: 'x'\nlayer {\n}\n", "layers:\n  - type: a\n", "", "# only\n"]
        {
            assert!(!looks_like_text(text.as_bytes()), "{text}");
        }
        assert!(!looks_like(b"\x0a\x03net"));
    }
}
