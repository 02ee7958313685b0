//! The walk over models of TensorFlow, in bytes and in text.

use super::*;
use crate::protobuf::Reading;

fn field(number: u8, body: &[u8]) -> Vec<u8> {
    let len = u8::try_from(body.len() & 0x7f).unwrap() | 0x80;
    [&[number << 3 | 2, len, u8::try_from(body.len() >> 7).unwrap()], body].concat()
}

fn node(name: &str, operator: &str, rest: &[u8]) -> Vec<u8> {
    [field(1, name.as_bytes()), field(2, operator.as_bytes()), rest.to_vec()].concat()
}

fn attribute(key: &str, value: &[u8]) -> Vec<u8> {
    field(5, &[field(1, key.as_bytes()), field(2, value)].concat())
}

fn graph() -> Vec<u8> {
    let constant = node("path", "Const", &attribute("value", &field(8, &field(8, b"/etc/passwd"))));
    let read = node("read", "ReadFile", &field(3, b"path:0"));
    let function =
        [field(1, &field(1, b"helper")), field(3, &node("py", "PyFunc", &attribute("token", &field(2, b"t1"))))];
    let call = node("call", "helper", &[]);
    [field(1, &constant), field(1, &read), field(1, &call), field(2, &field(1, &function.concat()))].concat()
}

fn saved_model() -> Vec<u8> {
    let object = field(4, &[field(1, b"_tf_keras_layer"), field(3, b"{}")].concat());
    let meta = [
        field(2, &graph()),
        field(4, &[field(1, b"hook"), field(2, &field(2, &field(1, b"text")))].concat()),
        field(6, &field(2, b"../vocabulary")),
        field(7, &field(1, &object)),
    ];
    [b"\x08\x01".to_vec(), field(2, &meta.concat())].concat()
}

fn seen(reading: &Reading<'_>, kind: Kind) -> Vec<String> {
    let mut seen = Vec::new();
    walk(&reading.root(), kind, &mut |part| {
        seen.push(match part {
            Part::Node(node) => {
                let function = node.function.as_deref().unwrap_or_default();
                format!("{function}/{}={}{}", node.name, node.operator, node.arguments().join(","))
            }
            Part::Asset(value) => format!("asset {}", value.text()),
            Part::Object(object) => {
                format!("{} {}", object.identifier, object.metadata.map(|value| value.text()).unwrap_or_default())
            }
            Part::Text(key, value) => format!("{key}: {}", value.text()),
        });
    });
    seen
}

const EXPECTED: [&str; 7] = [
    "/path=Const/etc/passwd",
    "/read=ReadFile/etc/passwd",
    "/call=helper",
    "helper/py=PyFunct1",
    "hook: text",
    "asset ../vocabulary",
    "_tf_keras_layer {}",
];

#[test]
fn everything_in_a_saved_model_is_walked() {
    let bytes = saved_model();
    assert_eq!(kind(&bytes), Some(Kind::SavedModel));
    assert_eq!(seen(&Reading::binary(&bytes, 1000), Kind::SavedModel), EXPECTED);
}

#[test]
fn text_is_walked_alike() {
    let text = r#"
        # a comment
        saved_model_schema_version: 1
        meta_graphs {
          graph_def {
            node { name: "path" op: "Const" attr { key: "value" value { tensor { string_val: "/etc/\160asswd" } } } }
            node { name: "read" op: "ReadFile" input: "path:0" }
            node { name: "call" op: "helper" }
            library { function { signature { name: "helper" }
              node_def { name: "py" op: "PyFunc" attr { key: "token" value { s: "t1" } } } } }
          }
          collection_def { key: "hook" value { bytes_list { value: "text" } } }
          asset_file_def { filename: "../vocabulary" }
          object_graph_def { nodes { user_object { identifier: "_tf_keras_layer" metadata: "{}" } } }
        }"#;
    assert_eq!(kind_of_text(text.as_bytes()), Some(Kind::SavedModel));
    let reading = Reading::text(text.as_bytes(), 1000);
    assert_eq!(seen(&reading, Kind::SavedModel), EXPECTED);
    assert_eq!(reading.cut(), None);
}

#[test]
fn kinds_are_told_apart() {
    let meta = [field(1, &field(4, b"serve")), field(2, &graph())].concat();
    let keras = field(1, &[b"\x10\x01".to_vec(), field(4, b"_tf_keras_network"), field(5, b"{}")].concat());
    let foreign = field(1, &[field(1, b"en"), field(2, b"Hello")].concat());
    for (bytes, expected) in [
        (graph(), Some(Kind::Graph)),
        (meta, Some(Kind::MetaGraph)),
        (keras, Some(Kind::KerasMetadata)),
        (foreign, None),
        (b"\x0a\x05hello".to_vec(), None),
        (b"\n\n\n".to_vec(), None),
    ] {
        assert_eq!(kind(&bytes), expected, "{bytes:?}");
    }
    for (text, expected) in [
        ("node { name: 'x' op: 'Add' }", Some(Kind::Graph)),
        ("node {\n  name: \"x\"\n}", None),
        ("name: 'x'\non: push\n", None),
        ("item { name: 'cat' id: 1 }", None),
        ("", None),
    ] {
        assert_eq!(kind_of_text(text.as_bytes()), expected, "{text}");
    }
}

#[test]
fn truncated_models_are_read_as_far_as_they_go() {
    let bytes = saved_model();
    for len in 0..bytes.len() {
        let reading = Reading::binary(&bytes[..len], 1000);
        let parts = seen(&reading, Kind::SavedModel);
        assert!(parts.len() <= EXPECTED.len() && (len < 4 || reading.cut().is_some()), "{len}");
        kind(&bytes[..len]);
    }
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_safe(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..300)) {
        kind(&bytes);
        kind_of_text(&bytes);
        for kind in [Kind::SavedModel, Kind::MetaGraph, Kind::Graph, Kind::KerasMetadata] {
            seen(&Reading::binary(&bytes, 1000), kind).len();
        }
    }
}
