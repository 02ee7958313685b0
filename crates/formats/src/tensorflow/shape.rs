//! Tells the messages of TensorFlow from other bytes: none has a magic number, so several levels must have their shape.

use std::ops::Range;

use super::is_known;
use crate::protobuf::{Field, Fields, Wire};

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A model with its graphs and objects.
    SavedModel,
    /// A graph with what training needs beside it.
    MetaGraph,
    /// A graph.
    Graph,
    /// What Keras wrote down beside a `SavedModel`.
    KerasMetadata,
}

/// What these bytes are. Looks at a few fields of each level.
pub fn kind(bytes: &[u8]) -> Option<Kind> {
    let whole = || 0..bytes.len();
    if has_shape(bytes, whole(), SAVED_MODEL) && nth(bytes, whole(), 2).any(|graph| is_meta_graph(bytes, graph)) {
        return Some(Kind::SavedModel);
    }
    if is_meta_graph(bytes, whole()) {
        return Some(Kind::MetaGraph);
    }
    // Two levels of texts are little: one of the first operators must be TensorFlow's.
    if is_graph(bytes, whole()) && operators(bytes, whole()).any(|operator| is_known(&operator)) {
        return Some(Kind::Graph);
    }
    let is_keras = |node: Range<usize>| {
        has_shape(bytes, node.clone(), KERAS_NODE)
            && nth(bytes, node.clone(), 4)
                .any(|text| bytes.get(text).is_some_and(|text| text.starts_with(b"_tf_keras")))
            && nth(bytes, node, 5).any(|text| bytes.get(text).is_some_and(|text| text.starts_with(b"{")))
    };
    (has_shape(bytes, whole(), KERAS) && nth(bytes, whole(), 1).take(4).any(is_keras)).then_some(Kind::KerasMetadata)
}

/// What this text is, by how it begins.
pub fn kind_of_text(bytes: &[u8]) -> Option<Kind> {
    let mut rest = bytes.get(..bytes.len().min(HEAD)).unwrap_or_default();
    loop {
        rest = rest.trim_ascii_start();
        if !rest.starts_with(b"#") {
            break;
        }
        rest = rest.get(memchr::memchr(b'\n', rest)?..).unwrap_or_default();
    }
    let word = rest.iter().take_while(|byte| byte.is_ascii_lowercase() || **byte == b'_').count();
    let (word, rest) = rest.split_at_checked(word)?;
    let next = rest.trim_ascii_start().first();
    let has = |text: &str| memchr::memmem::find(rest, text.as_bytes()).is_some();
    match (word, next) {
        (b"saved_model_schema_version", Some(b':')) | (b"meta_graphs", Some(b'{' | b':' | b'<')) => {
            Some(Kind::SavedModel)
        }
        (b"meta_info_def" | b"graph_def" | b"saver_def" | b"collection_def", Some(b'{' | b':' | b'<')) => {
            Some(Kind::MetaGraph)
        }
        (b"node" | b"versions" | b"library", Some(b'{' | b':' | b'<')) if has("op:") || has("op :") => {
            Some(Kind::Graph)
        }
        _ => None,
    }
}

fn is_meta_graph(bytes: &[u8], range: Range<usize>) -> bool {
    has_shape(bytes, range.clone(), META_GRAPH) && nth(bytes, range, 2).any(|graph| is_graph(bytes, graph))
}

fn is_graph(bytes: &[u8], range: Range<usize>) -> bool {
    let function = |function: Range<usize>| nth(bytes, function, 3).any(|node| is_node(bytes, node));
    has_shape(bytes, range.clone(), GRAPH)
        && (nth(bytes, range.clone(), 1).take(1).any(|node| is_node(bytes, node))
            || nth(bytes, range, 2).flat_map(|library| nth(bytes, library, 1).take(4)).any(function))
}

fn is_node(bytes: &[u8], range: Range<usize>) -> bool {
    let text = |number| {
        let mut texts = nth(bytes, range.clone(), number);
        texts.next().and_then(|text| bytes.get(text)).filter(|text| !text.is_empty() && text.len() < 512)
    };
    let is_operator = |text: &[u8]| {
        text.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_')
            && text.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_>./-".contains(byte))
    };
    has_shape(bytes, range.clone(), NODE)
        && text(1).is_some_and(|name| std::str::from_utf8(name).is_ok_and(|name| !name.contains(char::is_control)))
        && text(2).is_some_and(is_operator)
}

/// What the first nodes of a graph do, those of its functions too.
fn operators(bytes: &[u8], graph: Range<usize>) -> impl Iterator<Item = String> {
    let inner = nth(bytes, graph.clone(), 2).flat_map(|library| nth(bytes, library, 1)).flat_map(|f| nth(bytes, f, 3));
    let operator = |node: Range<usize>| {
        let text = bytes.get(nth(bytes, node, 2).next()?)?;
        std::str::from_utf8(text).ok().map(str::to_owned)
    };
    nth(bytes, graph, 1).chain(inner).take(FIRST).filter_map(operator)
}

/// The first delimited fields with this number.
fn nth(bytes: &[u8], range: Range<usize>, number: u64) -> impl Iterator<Item = Range<usize>> {
    let is = move |field: &Field| field.number == number && field.wire == Wire::Delimited;
    Fields::new(bytes, range).take(FIRST).filter(is).map(|field| field.range)
}

/// Whether the first fields of a message are among those that it may have: numbers of delimited fields, and of varints.
fn has_shape(bytes: &[u8], range: Range<usize>, (delimited, numbers): (&[u64], &[u64])) -> bool {
    let mut fields = Fields::new(bytes, range).take(FIRST).peekable();
    fields.peek().is_some()
        && fields.all(|field| match field.wire {
            Wire::Delimited => delimited.contains(&field.number) || field.number > LATER,
            Wire::Varint(_) => numbers.contains(&field.number) || field.number > LATER,
            Wire::Fixed => field.number > LATER,
            Wire::Unknown => false,
        })
}

const SAVED_MODEL: (&[u64], &[u64]) = (&[2], &[1]);
const META_GRAPH: (&[u64], &[u64]) = (&[1, 2, 3, 4, 5, 6, 7], &[]);
const GRAPH: (&[u64], &[u64]) = (&[1, 2, 4, 5], &[3]);
const NODE: (&[u64], &[u64]) = (&[1, 2, 3, 4, 5, 6, 7], &[]);
const KERAS: (&[u64], &[u64]) = (&[1], &[]);
const KERAS_NODE: (&[u64], &[u64]) = (&[3, 4, 5, 6], &[2]);
/// Loaders skip fields that they do not know; those of later versions have higher numbers.
const LATER: u64 = 15;
/// How many fields of a message are looked at.
const FIRST: usize = 64;
/// How much of a text is looked at.
const HEAD: usize = 16 << 10;
