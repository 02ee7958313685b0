//! Tells models from other messages: none has a magic number.

use std::ops::Range;

use crate::protobuf::{Fields, Wire};

/// Whether these bytes are an ONNX model: nothing but its fields, a graph or functions among them, and a version in front
/// or operators in the graph.
pub fn looks_like(bytes: &[u8]) -> bool {
    let version = matches!(bytes, [0x08, 1..=20, 0x12 | 0x1a | 0x22 | 0x28 | 0x32 | 0x3a | 0x42 | 0x72, ..]);
    let mut graph = None;
    for field in Fields::new(bytes, 0..bytes.len()).take(FIRST) {
        match (field.number, field.wire) {
            (7 | 25, Wire::Delimited) => graph = graph.or(Some(field.range)),
            // Loaders skip fields that they do not know.
            (1 | 5, Wire::Varint(_))
            | (2 | 3 | 4 | 6 | 8 | 14 | 20 | 26, Wire::Delimited)
            | (LATER.., Wire::Varint(_) | Wire::Fixed | Wire::Delimited) => {}
            _ => return version && field.cut && graph.is_some(),
        }
    }
    graph.is_some_and(|graph| version || has_operator(bytes, graph))
}

/// Whether text or JSON begins like a model: with its version, and a graph soon after.
pub fn looks_like_text(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(HEAD)).unwrap_or_default().trim_ascii_start();
    let has = |text: &str| memchr::memmem::find(head, text.as_bytes()).is_some();
    head.starts_with(b"ir_version:") && (has("graph {") || has("graph{") || has("opset_import"))
        || head.starts_with(b"{") && has("\"irVersion\"") && has("\"graph\"")
}

/// Whether the first node of a graph has a type in front of its attributes.
fn has_operator(bytes: &[u8], graph: Range<usize>) -> bool {
    let Some(node) =
        Fields::new(bytes, graph).next().filter(|field| field.number == 1 && field.wire == Wire::Delimited)
    else {
        return false;
    };
    let mut fields = Fields::new(bytes, node.range).take(FIRST);
    let operator = fields.find(|field| field.number == 4 && field.wire == Wire::Delimited);
    let name = operator.and_then(|field| bytes.get(field.range)).unwrap_or_default();
    !name.is_empty() && name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
}

const LATER: u64 = 30;
/// How many fields are looked at.
const FIRST: usize = 64;
/// How much of a text is looked at.
const HEAD: usize = 16 << 10;
