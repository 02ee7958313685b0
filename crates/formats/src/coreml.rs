//! Core ML models: custom layers and models, linked models, programs and descriptions. Sources: `Model.proto`,
//! `NeuralNetwork.proto`, `MIL.proto`.

use crate::protobuf::{Fields, Tag, Value, Wire, tag};

/// What a walk comes by.
#[derive(Debug)]
pub enum Part<'a> {
    /// A layer, or a whole model, whose class the application brings: its name.
    Custom(Value<'a>),
    /// The name of another model's file, or the folder that it is sought in.
    Linked(Value<'a>),
    /// The file that a program reads weights from.
    Blob(Value<'a>),
    /// An operation of a program: its type.
    Operation(Value<'a>),
    /// A text that nothing interprets, with what it is filed under.
    Text(String, Value<'a>),
}

/// Whether these bytes are a model: a version, and one of the fields that say of which sort it is.
pub fn looks_like(bytes: &[u8]) -> bool {
    let mut fields = Fields::new(bytes, 0..bytes.len());
    let is_version = |wire| matches!(wire, Wire::Varint(1..=64));
    if bytes.first() != Some(&0x08) || !fields.next().is_some_and(|field| is_version(field.wire)) {
        return false;
    }
    let mut sort = false;
    for field in fields.take(8) {
        match (field.number, field.wire) {
            (2, Wire::Delimited) | (10, Wire::Varint(_)) => {}
            (200..=3000, Wire::Delimited) => sort = true,
            _ => return false,
        }
    }
    sort
}

/// Walks a model. Those in it may be nested so deeply.
pub fn walk<'a>(root: &Value<'a>, depth: usize, see: &mut dyn FnMut(Part<'a>)) {
    model(root, depth, see);
}

fn model<'a>(value: &Value<'a>, depth: usize, see: &mut dyn FnMut(Part<'a>)) {
    let Some(depth) = depth.checked_sub(1) else { return value.stop("its models are nested too deeply") };
    for metadata in value.path(&[tag(2, "description"), tag(100, "metadata")]) {
        for (number, key) in [(1, "shortDescription"), (2, "versionString"), (3, "author"), (4, "license")] {
            metadata.all(tag(number, key)).for_each(|text| see(Part::Text(key.to_owned(), text)));
        }
        for entry in metadata.all(tag(100, "userDefined")) {
            entry.all(VALUE).for_each(|text| see(Part::Text(entry.text_of(KEY), text)));
        }
    }
    for field in [tag(500, "neuralNetwork"), tag(403, "neuralNetworkClassifier"), tag(303, "neuralNetworkRegressor")] {
        value.all(field).for_each(|network| layers(&network, depth, see));
    }
    let pipelines = value.all(tag(202, "pipeline"));
    let pipelines = pipelines.chain(value.path(&[tag(200, "pipelineClassifier"), tag(1, "pipeline")]));
    for pipeline in pipelines.chain(value.path(&[tag(201, "pipelineRegressor"), tag(1, "pipeline")])) {
        pipeline.all(tag(1, "models")).for_each(|inner| model(&inner, depth, see));
    }
    value.all(tag(555, "customModel")).for_each(|custom| custom_part(&custom, see));
    for file in value.path(&[tag(556, "linkedModel"), tag(1, "linkedModelFile")]) {
        for name in [tag(1, "linkedModelFileName"), tag(2, "linkedModelSearchPath")] {
            file.path(&[name, tag(1, "defaultValue")]).into_iter().for_each(|path| see(Part::Linked(path)));
        }
    }
    for program in value.all(tag(502, "mlProgram")) {
        program.all(tag(3, "docString")).for_each(|text| see(Part::Text("docString".to_owned(), text)));
        arguments(&program, tag(4, "attributes"), depth, see);
        for entry in program.all(tag(2, "functions")) {
            for function in entry.all(VALUE) {
                arguments(&function, tag(4, "attributes"), depth, see);
                let blocks = function.path(&[tag(3, "block_specializations"), VALUE]);
                for inner in &blocks {
                    block(inner, depth, see);
                }
            }
        }
    }
}

fn layers<'a>(network: &Value<'a>, depth: usize, see: &mut dyn FnMut(Part<'a>)) {
    let Some(depth) = depth.checked_sub(1) else { return network.stop("its networks are nested too deeply") };
    for layer in network.all(tag(1, "layers")) {
        layer.all(tag(500, "custom")).for_each(|custom| custom_part(&custom, see));
        let branches = layer.all(tag(605, "branch")).flat_map(|branch| {
            branch.all(tag(1, "ifBranch")).chain(branch.all(tag(2, "elseBranch"))).collect::<Vec<_>>()
        });
        let loops = layer.all(tag(615, "loop")).flat_map(|inner| {
            inner.all(tag(3, "conditionNetwork")).chain(inner.all(tag(4, "bodyNetwork"))).collect::<Vec<_>>()
        });
        branches.chain(loops).for_each(|inner| layers(&inner, depth, see));
    }
}

/// A custom layer and a custom model are described alike.
fn custom_part<'a>(custom: &Value<'a>, see: &mut dyn FnMut(Part<'a>)) {
    see(Part::Custom(custom.last(tag(10, "className")).unwrap_or_else(|| custom.clone())));
    custom.all(tag(40, "description")).for_each(|text| see(Part::Text("description".to_owned(), text)));
    for entry in custom.all(tag(30, "parameters")) {
        for value in entry.path(&[VALUE, tag(20, "stringValue")]) {
            see(Part::Text(entry.text_of(KEY), value));
        }
        for value in entry.path(&[VALUE, tag(60, "bytesValue")]) {
            see(Part::Text(entry.text_of(KEY), value));
        }
    }
}

fn block<'a>(value: &Value<'a>, depth: usize, see: &mut dyn FnMut(Part<'a>)) {
    let Some(depth) = depth.checked_sub(1) else { return value.stop("its blocks are nested too deeply") };
    for operation in value.all(tag(3, "operations")) {
        operation.all(tag(1, "type")).for_each(|name| see(Part::Operation(name)));
        arguments(&operation, tag(5, "attributes"), depth, see);
        for entry in operation.all(tag(2, "inputs")) {
            for argument in entry.path(&[VALUE, tag(1, "arguments"), tag(2, "value")]) {
                constant(&entry.text_of(KEY), &argument, depth, see);
            }
        }
        operation.all(tag(4, "blocks")).for_each(|inner| block(&inner, depth, see));
    }
}

/// The constants in a map of attributes.
fn arguments<'a>(value: &Value<'a>, map: Tag, depth: usize, see: &mut dyn FnMut(Part<'a>)) {
    for entry in value.all(map) {
        entry.all(VALUE).for_each(|inner| constant(&entry.text_of(KEY), &inner, depth, see));
    }
}

fn constant<'a>(key: &str, value: &Value<'a>, depth: usize, see: &mut dyn FnMut(Part<'a>)) {
    let Some(depth) = depth.checked_sub(1) else { return value.stop("its values are nested too deeply") };
    value.path(&[tag(5, "blobFileValue"), tag(1, "fileName")]).into_iter().for_each(|path| see(Part::Blob(path)));
    for inner in value.all(tag(3, "immediateValue")) {
        for text in inner.path(&[tag(1, "tensor"), tag(4, "strings"), tag(1, "values")]) {
            see(Part::Text(key.to_owned(), text));
        }
        let lists = inner.path(&[tag(2, "tuple"), tag(1, "values")]).into_iter();
        let lists = lists.chain(inner.path(&[tag(3, "list"), tag(1, "values")]));
        let pairs = inner.path(&[tag(4, "dictionary"), tag(1, "values")]).into_iter();
        let pairs = pairs.flat_map(|pair| pair.all(tag(1, "key")).chain(pair.all(tag(2, "value"))).collect::<Vec<_>>());
        lists.chain(pairs).for_each(|inner| constant(key, &inner, depth, see));
    }
}

const KEY: Tag = tag(1, "key");
const VALUE: Tag = tag(2, "value");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protobuf::{Reading, message};

    fn seen(bytes: &[u8]) -> (Vec<String>, bool) {
        let reading = Reading::binary(bytes, 10_000);
        let mut seen = Vec::new();
        walk(&reading.root(), 8, &mut |part| {
            seen.push(match part {
                Part::Custom(name) => format!("custom {}", name.text()),
                Part::Linked(path) => format!("linked {}", path.text()),
                Part::Blob(path) => format!("blob {}", path.text()),
                Part::Operation(name) => format!("operation {}", name.text()),
                Part::Text(key, text) => format!("{key}={}", text.text()),
            });
        });
        (seen, reading.cut().is_some())
    }

    fn model(sort: &[u8]) -> Vec<u8> {
        let metadata =
            message(100, &[message(3, b"me"), message(100, &[message(1, b"k"), message(2, b"v")].concat())].concat());
        [b"\x08\x04".to_vec(), message(2, &metadata), sort.to_vec()].concat()
    }

    #[test]
    fn custom_parts_are_found_in_pipelines() {
        let parameter = message(30, &[message(1, b"p"), message(2, &message(20, b"text"))].concat());
        let layer = message(1, &message(500, &[message(10, b"MyLayer"), parameter].concat()));
        let inner = model(&message(500, &layer));
        let linked = model(&message(556, &message(1, &message(1, &message(1, b"../other")))));
        let bytes = model(&message(202, &[message(1, &inner), message(1, &linked)].concat()));
        assert!(looks_like(&bytes));
        let (parts, cut) = seen(&bytes);
        assert_eq!(parts.iter().filter(|part| *part == "author=me").count(), 3);
        for part in ["k=v", "custom MyLayer", "p=text", "linked ../other"] {
            assert!(parts.iter().any(|seen| seen == part), "{part}: {parts:?}");
        }
        assert!(!cut);
        for len in 2..bytes.len() {
            seen(&bytes[..len]);
            looks_like(&bytes[..len]);
        }
    }

    #[test]
    fn programs_are_walked() {
        let blob = message(5, &message(1, b"@model_path/weights/weight.bin"));
        let argument = message(2, &[message(1, b"x"), message(2, &message(1, &message(2, &blob)))].concat());
        let block = message(3, &[message(1, b"conv"), argument].concat());
        let function = message(3, &[message(1, b"CoreML5"), message(2, &block)].concat());
        let program = message(2, &[message(1, b"main"), message(2, &function)].concat());
        let (parts, _) = seen(&model(&message(502, &program)));
        assert!(parts.contains(&"operation conv".to_owned()), "{parts:?}");
        assert!(parts.contains(&"blob @model_path/weights/weight.bin".to_owned()), "{parts:?}");
    }

    #[test]
    fn depth_is_bounded() {
        let mut bytes = model(&message(500, b""));
        for _ in 0..20 {
            bytes = model(&message(202, &message(1, &bytes)));
        }
        assert!(seen(&bytes).1);
    }

    #[test]
    fn other_messages_are_not_models() {
        for bytes in [&b"\x08\x08\x12\x02me:\x00"[..], b"\x08\x01", b"\x08\x01\x12\x00", b"", b"\x0a\x00"] {
            assert!(!looks_like(bytes), "{bytes:?}");
        }
    }
}
