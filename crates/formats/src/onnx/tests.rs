//! Models of ONNX, made field by field.

use proptest::prelude::*;

use super::*;
use crate::protobuf::message as field;

fn external(entries: &[(&str, &str)]) -> Vec<u8> {
    let entry =
        |(key, value): &(&str, &str)| field(13, &[field(1, key.as_bytes()), field(2, value.as_bytes())].concat());
    entries.iter().flat_map(entry).collect()
}

fn model_of(graph: &[Vec<u8>], rest: &[u8]) -> Vec<u8> {
    [b"\x08\x08".to_vec(), field(2, b"me"), field(7, &graph.concat()), rest.to_vec()].concat()
}

fn model() -> Vec<u8> {
    let inner = field(5, &external(&[("location", "../secret")]));
    let node = field(1, &[field(4, b"If"), field(5, &field(6, &inner))].concat());
    let module = field(5, &[field(1, b"module"), field(4, b"os")].concat());
    let foreign = field(1, &[field(4, b"Op"), field(7, b"custom"), module].concat());
    model_of(&[node, foreign, field(5, &external(&[("location", "w.bin"), ("offset", "8"), ("length", "4")]))], b"")
}

fn tensor(dims: &[u8], data: usize) -> Vec<u8> {
    let dims: Vec<u8> = dims.iter().flat_map(|dim| [0x08, *dim]).collect();
    field(5, &[dims, b"\x10\x01".to_vec(), field(9, &vec![7; data])].concat())
}

fn flaws(graph: Vec<u8>) -> Vec<String> {
    parse(&model_of(&[graph], b""), Limits::default()).flaws.into_iter().map(|flaw| flaw.what).collect()
}

#[test]
fn external_files_and_operators_are_found() {
    let bytes = model();
    assert!(looks_like(&bytes));
    let model = parse(&bytes, Limits::default());
    assert_eq!(model.external.iter().map(|e| e.location.as_str()).collect::<Vec<_>>(), ["../secret", "w.bin"]);
    assert_eq!(&bytes[model.external[0].range.clone()], b"../secret");
    assert_eq!((model.external[1].offset, model.external[1].length), (Some(8), Some(4)));
    assert_eq!((model.nodes, model.cut, model.graph, model.flaws.len()), (2, None, true, 0));
    let [operator] = model.foreign.as_slice() else { panic!("one operator") };
    assert_eq!((operator.domain.as_str(), operator.name.as_str()), ("custom", "Op"));
    assert_eq!(operator.texts, [("module".to_owned(), "os".to_owned())]);
}

#[test]
fn operators_that_the_model_defines_are_its_own() {
    let node = field(1, &[field(4, b"Op"), field(7, b"custom")].concat());
    let inside = field(7, &[field(4, b"Evil"), field(7, b"other")].concat());
    let function = field(25, &[field(1, b"Op"), field(10, b"custom"), inside].concat());
    let model = parse(&model_of(&[node], &function), Limits::default());
    assert_eq!(model.foreign.iter().map(|o| o.name.as_str()).collect::<Vec<_>>(), ["Evil"]);
}

#[test]
fn texts_are_handed_on() {
    let property = field(14, &[field(1, b"author"), field(2, b"me")].concat());
    let node = field(1, &[field(4, b"Add"), field(5, &[field(1, b"code"), field(4, b"import os")].concat())].concat());
    let bytes = model_of(&[node, field(10, b"a graph")], &property);
    let reading = Reading::binary(&bytes, 1000);
    let mut texts = Vec::new();
    read(&reading, Limits::default(), &mut |key, value| texts.push(format!("{key}={}", value.text())));
    assert_eq!(texts, ["producer_name=me", "author=me", "doc_string=a graph", "Add.code=import os"]);
}

#[test]
fn text_is_read_alike() {
    let text = "ir_version: 8 graph { node { op_type: 'Op' domain: 'custom' }
        initializer { external_data { key: 'location' value: '../x' } } }";
    assert!(looks_like_text(text.as_bytes()));
    let model = read(&Reading::text(text.as_bytes(), 1000), Limits::default(), &mut |_, _| {});
    assert_eq!((model.foreign.len(), model.external[0].location.as_str(), model.cut), (1, "../x", None));
}

#[test]
fn tensors_that_contradict_themselves_are_flaws() {
    assert_eq!(flaws(tensor(&[2, 3], 24)), [""; 0]);
    assert_eq!(flaws(tensor(&[0], 0)), [""; 0]);
    assert_eq!(flaws(tensor(&[2, 3], 20)).len(), 1);
    let huge = [b"\x08".as_slice(), &[0xff; 8], b"\x7f"].concat();
    assert_eq!(
        flaws(field(5, &[huge.clone(), huge, b"\x10\x01".to_vec()].concat())),
        ["the dimensions of a tensor overflow"]
    );
    let negative = [b"\x08".as_slice(), &[0xff; 9], b"\x01\x10\x01"].concat();
    assert_eq!(flaws(field(5, &negative)), ["a tensor has a negative dimension"]);
    for entries in [
        &[("location", "a"), ("location", "b")][..],
        &[("location", "a"), ("offset", "-1")],
        &[("location", "a"), ("__class__", "x")],
        &[("location", "a"), ("offset", "18446744073709551615"), ("length", "2")],
    ] {
        assert_eq!(flaws(field(5, &external(entries))).len(), 1, "{entries:?}");
    }
}

#[test]
fn other_messages_are_not_models() {
    for bytes in [&b"\x08\x01\x12\x03\x0a\x01a"[..], b"\x08\x08\x12\x02me", b"\x3a\x00", b"\x12\x03\x0a\x01a", b""] {
        assert!(!looks_like(bytes), "{bytes:?}");
    }
    let reordered = [field(7, &field(1, &field(4, b"Add"))), b"\x08\x08".to_vec()].concat();
    assert!(looks_like(&reordered));
}

#[test]
fn truncated_models_are_cut() {
    let bytes = model();
    for len in 8..bytes.len() {
        assert!(parse(&bytes[..len], Limits::default()).cut.is_some(), "{len}");
    }
}

#[test]
fn nesting_is_bounded() {
    let limits = Limits { depth: 1, ..Limits::default() };
    let seen = parse(&model(), limits);
    assert!(seen.cut.is_some());
    assert_eq!(seen.external.len(), 1);
}

proptest! {
    #[test]
    fn any_bytes_are_safe(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        parse(&bytes, Limits::default());
        looks_like(&bytes);
        looks_like_text(&bytes);
    }
}
