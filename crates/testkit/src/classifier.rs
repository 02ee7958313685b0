//! A classifier of sequences, tiny and made by hand: ONNX, `tokenizer.json` and `config.json`. It knows a few words; orders are
//! injections to it, thanks make them less so.

use std::fmt::Write;

/// The files of the classifier: name and content. Windows have 32 tokens, 30 of them of text; the labels are SAFE and INJECTION.
pub fn tiny_classifier() -> [(&'static str, Vec<u8>); 3] {
    let config =
        r#"{"model_type": "tiny", "max_position_embeddings": 32, "id2label": {"0": "SAFE", "1": "INJECTION"}}"#;
    [("model.onnx", model()), ("tokenizer.json", tokenizer().into_bytes()), ("config.json", config.into())]
}

/// The words that it knows, and how much each says. Whoever writes a mark into a text must not be able to calm it.
const WORDS: [(&str, f32); 12] = [
    ("[UNK]", 0.0),
    ("[CLS]", 0.0),
    ("[SEP]", -0.3),
    ("ignore", 0.9),
    ("previous", 0.5),
    ("instructions", 0.4),
    ("reveal", 0.8),
    ("secret", 0.3),
    ("please", -0.2),
    ("thanks", -0.6),
    (".", -0.1),
    ("the", 0.0),
];
const WIDTH: usize = 4;

fn tokenizer() -> String {
    let mut words = String::new();
    for (number, (word, _)) in WORDS.iter().enumerate() {
        let _ = write!(words, "{}\"{word}\": {number}", if number == 0 { "" } else { ", " });
    }
    let special = |number: usize, word: &str| {
        format!(
            r#"{{"id": {number}, "content": "{word}", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true}}"#
        )
    };
    format!(
        r#"{{
  "version": "1.0",
  "truncation": {{"direction": "Right", "max_length": 8, "strategy": "LongestFirst", "stride": 0}},
  "padding": null,
  "added_tokens": [{}, {}, {}],
  "normalizer": {{"type": "Lowercase"}},
  "pre_tokenizer": {{"type": "Whitespace"}},
  "post_processor": {{"type": "TemplateProcessing",
    "single": [{{"SpecialToken": {{"id": "[CLS]", "type_id": 0}}}}, {{"Sequence": {{"id": "A", "type_id": 0}}}}, {{"SpecialToken": {{"id": "[SEP]", "type_id": 0}}}}],
    "pair": [{{"Sequence": {{"id": "A", "type_id": 0}}}}, {{"Sequence": {{"id": "B", "type_id": 1}}}}],
    "special_tokens": {{"[CLS]": {{"id": "[CLS]", "ids": [1], "tokens": ["[CLS]"]}}, "[SEP]": {{"id": "[SEP]", "ids": [2], "tokens": ["[SEP]"]}}}}}},
  "decoder": null,
  "model": {{"type": "WordLevel", "vocab": {{{words}}}, "unk_token": "[UNK]"}}
}}"#,
        special(0, "[UNK]"),
        special(1, "[CLS]"),
        special(2, "[SEP]"),
    )
}

/// The words' rows, masked and summed, through tanh and one layer.
fn model() -> Vec<u8> {
    let mut table = Vec::new();
    for (row, (_, says)) in WORDS.iter().enumerate() {
        for column in 0..WIDTH {
            let grain = u8::try_from((row * 7 + column * 3) % 5).map_or(0.0, f32::from) * 0.01;
            table.push(says * (grain + if column == 0 { 1.0 } else { 0.3 }));
        }
    }
    let weights = [-2.1, 2.2, -0.3, 0.4, 0.1, -0.2, -0.25, 0.15];
    let graph = [
        node("Gather", &["table", "input_ids"], "rows", &[]),
        node("Cast", &["attention_mask"], "shown", &[attribute("to", 1)]),
        node("Unsqueeze", &["shown", "two"], "mask", &[]),
        node("Mul", &["rows", "mask"], "kept", &[]),
        node("ReduceSum", &["kept", "one"], "sum", &[attribute("keepdims", 0)]),
        node("Tanh", &["sum"], "state", &[]),
        node("Gemm", &["state", "weights", "bias"], "logits", &[]),
        text(2, "tiny"),
        floats("table", &[WORDS.len(), WIDTH], &table),
        floats("weights", &[WIDTH, 2], &weights),
        floats("bias", &[2], &[0.8, -0.9]),
        axes("one", 1),
        axes("two", 2),
        value(11, "input_ids", 7, &["batch", "tokens"]),
        value(11, "attention_mask", 7, &["batch", "tokens"]),
        value(12, "logits", 1, &["batch", "labels"]),
    ];
    let operators = [text(1, ""), number(2, 13)].concat();
    [number(1, 8), part(7, &graph.concat()), part(8, &operators)].concat()
}

fn node(operator: &str, inputs: &[&str], output: &str, attributes: &[Vec<u8>]) -> Vec<u8> {
    let inputs = inputs.iter().flat_map(|input| text(1, input));
    let node: Vec<u8> = inputs.chain(text(2, output)).chain(text(3, output)).chain(text(4, operator)).collect();
    part(1, &[node, attributes.concat()].concat())
}

/// An attribute that is a whole number (type 2).
fn attribute(name: &str, value: u64) -> Vec<u8> {
    part(5, &[text(1, name), number(3, value), number(20, 2)].concat())
}

fn floats(name: &str, shape: &[usize], values: &[f32]) -> Vec<u8> {
    let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    tensor(name, shape, 1, &bytes)
}

fn axes(name: &str, axis: i64) -> Vec<u8> {
    tensor(name, &[1], 7, &axis.to_le_bytes())
}

fn tensor(name: &str, shape: &[usize], sort: u64, bytes: &[u8]) -> Vec<u8> {
    let shape = shape.iter().flat_map(|len| number(1, *len as u64));
    let tensor: Vec<u8> = shape.chain(number(2, sort)).chain(text(8, name)).chain(part(9, bytes)).collect();
    part(5, &tensor)
}

fn value(tag: u64, name: &str, sort: u64, shape: &[&str]) -> Vec<u8> {
    let shape: Vec<u8> = shape.iter().flat_map(|name| part(1, &text(2, name))).collect();
    let tensor = [number(1, sort), part(2, &shape)].concat();
    part(tag, &[text(1, name), part(2, &part(1, &tensor))].concat())
}

fn number(tag: u64, value: u64) -> Vec<u8> {
    [varint(tag << 3), varint(value)].concat()
}

fn text(tag: u64, text: &str) -> Vec<u8> {
    part(tag, text.as_bytes())
}

fn part(tag: u64, bytes: &[u8]) -> Vec<u8> {
    [varint(tag << 3 | 2), varint(bytes.len() as u64), bytes.to_vec()].concat()
}

fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let [low, ..] = value.to_le_bytes();
        value >>= 7;
        if value == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}
