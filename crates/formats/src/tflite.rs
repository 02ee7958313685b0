//! TensorFlow Lite models: custom operators, texts, and buffers that lie about where they are. Source: `schema.fbs`, version 3.

use std::{collections::HashSet, ops::Range};

use crate::flatbuffer::{Buffer, Table};

/// What a model is made of, as far as security cares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Model {
    /// Operators that TensorFlow Lite does not bring, each once.
    pub custom: Vec<Custom>,
    /// Texts beside the weights.
    pub texts: Vec<Text>,
    /// Contradictions: offset and what is wrong.
    pub lies: Vec<(usize, &'static str)>,
    /// Number of operators in all sub-graphs.
    pub nodes: u64,
    /// Why reading ended early, if it did.
    pub cut: Option<&'static str>,
}

/// An operator by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Custom {
    /// Its name.
    pub name: String,
    /// The name in the file.
    pub range: Range<usize>,
}

/// A text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// What it is filed under.
    pub key: String,
    /// Where it is.
    pub range: Range<usize>,
}

/// Whether these bytes begin like a model, even if its first offset is a lie.
pub fn looks_like(head: &[u8]) -> bool {
    head.get(4..8) == Some(b"TFL3")
}

/// Reads a model of which at most `budget` tables and elements are looked at.
pub fn parse(bytes: &[u8], budget: u32) -> Model {
    let buffer = Buffer::new(bytes, budget);
    let mut model = Model::default();
    if let Some(root) = buffer.root() {
        operators(&root, &mut model);
        texts(&root, &mut model);
        let buffers = buffers(&root, bytes, &mut model);
        graphs(&root, buffers, &mut model);
    }
    if let Some(at) = buffer.broken() {
        model.lies.push((at, "an offset leads outside of the file"));
    }
    if buffer.is_spent() {
        model.cut = Some(MANY);
    }
    model
}

fn operators(root: &Table<'_>, model: &mut Model) {
    let mut seen = HashSet::new();
    for code in root.vector(1).tables() {
        let Some(range) = code.string(1) else { continue };
        let old = u32::from(code.u8(0, 0));
        let name = code.text(1);
        // The code of custom operators; a name beside another code is never looked up.
        if code.u32(3, 0).max(old) != 32 || !seen.insert(name.clone()) {
            continue;
        }
        if model.custom.len() >= KEPT {
            model.cut = Some(MANY);
            return;
        }
        model.custom.push(Custom { name, range });
    }
}

fn texts(root: &Table<'_>, model: &mut Model) {
    let mut keep = |key: &str, range: Option<Range<usize>>| {
        model.texts.extend(range.map(|range| Text { key: key.to_owned(), range }));
    };
    keep("description", root.string(3));
    for entry in root.vector(6).tables() {
        keep("metadata name", entry.string(0));
        let name = entry.text(0);
        let content =
            root.vector(4).tables().nth(entry.u32(1, 0) as usize).and_then(|buffer| buffer.vector(0).bytes(1));
        keep(&name, content);
    }
}

/// How many buffers there are.
fn buffers(root: &Table<'_>, bytes: &[u8], model: &mut Model) -> usize {
    let all = root.vector(4);
    for buffer in all.tables() {
        buffer.vector(0).bytes(1);
        let (offset, size) = (buffer.u64(1), buffer.u64(2));
        // Up to one, both mean that the data is inside.
        if offset > 1 && offset.checked_add(size).is_none_or(|end| end > bytes.len() as u64) {
            model.lies.push((buffer.at(), "a buffer lies outside of the file"));
        }
    }
    all.len()
}

fn graphs(root: &Table<'_>, buffers: usize, model: &mut Model) {
    let codes = root.vector(1).len();
    for graph in root.vector(2).tables() {
        for tensor in graph.vector(0).tables() {
            if tensor.u32(2, 0) as usize >= buffers.max(1) {
                model.lies.push((tensor.at(), "a tensor names a buffer that does not exist"));
            }
            let sizes = tensor.vector(0).numbers().take(64);
            let product = sizes.into_iter().try_fold(1u64, |product, size| product.checked_mul(u64::from(size.max(1))));
            // Dimensions that are not known are written as -1.
            let known = tensor.vector(0).numbers().take(64).all(|size| size < 1 << 31);
            if known && product.is_none_or(|product| product > 1 << 48) {
                model.lies.push((tensor.at(), "the shape of a tensor overflows"));
            }
        }
        for operator in graph.vector(3).tables() {
            model.nodes += 1;
            if operator.u32(0, 0) as usize >= codes {
                model.lies.push((operator.at(), "an operator has a code that does not exist"));
            }
        }
        if model.lies.len() > LIES {
            return;
        }
    }
}

const MANY: &str = "it has more operators and tensors than the scan reads";
/// The most custom operators that are kept.
const KEPT: usize = 1000;
/// The most contradictions that are listed.
const LIES: usize = 20;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::flatbuffer::tests::{Made, file};

    fn sample(custom: &'static str, buffer: u32, offset: u64) -> Vec<u8> {
        let builtin = Made::Table(vec![(3, Made::Number(3))]);
        let own = Made::Table(vec![(1, Made::Text(custom)), (3, Made::Number(32))]);
        let tensor = Made::Table(vec![(0, Made::Bytes(vec![])), (2, Made::Number(buffer))]);
        let operator = Made::Table(vec![(0, Made::Number(1))]);
        let graph = Made::Table(vec![(0, Made::Tables(vec![tensor])), (3, Made::Tables(vec![operator]))]);
        let outside = Made::Table(vec![(1, Made::Long(offset)), (2, Made::Long(4))]);
        file(
            *b"TFL3",
            Made::Table(vec![
                (0, Made::Number(3)),
                (1, Made::Tables(vec![builtin, own])),
                (2, Made::Tables(vec![graph])),
                (3, Made::Text("a model")),
                (4, Made::Tables(vec![Made::Table(vec![]), outside])),
            ]),
        )
    }

    #[test]
    fn custom_operators_and_texts_are_found() {
        let bytes = sample("FlexReadFile", 1, 0);
        let model = parse(&bytes, 1000);
        assert_eq!(model.custom.iter().map(|custom| custom.name.as_str()).collect::<Vec<_>>(), ["FlexReadFile"]);
        assert_eq!((model.nodes, model.lies.len(), model.texts.len()), (1, 0, 1));
        assert!(looks_like(&bytes) && !looks_like(b"\x08\0\0\0TFL2"));
    }

    #[test]
    fn lies_are_found() {
        assert_eq!(parse(&sample("x", 9, 0), 1000).lies.len(), 1);
        assert_eq!(parse(&sample("x", 1, 1 << 40), 1000).lies.len(), 1);
        assert_eq!(parse(&sample("x", 1, u64::MAX), 1000).lies.len(), 1);
    }

    #[test]
    fn truncated_models_are_safe() {
        let bytes = sample("x", 1, 0);
        for end in 0..bytes.len() {
            parse(&bytes[..end], 1000);
        }
    }

    proptest! {
        #[test]
        fn damaged_models_are_safe(at in 0usize..400, value: u8) {
            let mut bytes = sample("x", 1, 0);
            let at = at % bytes.len();
            bytes[at] = value;
            let model = parse(&bytes, 1000);
            prop_assert!(model.texts.iter().all(|text| bytes.get(text.range.clone()).is_some()));
        }
    }
}
