//! ONNX models in the format of ONNX Runtime (`.ort`): operators and texts. Source: `ort.fbs`.

use std::{collections::HashSet, ops::Range};

use crate::flatbuffer::{Buffer, Table, has_identifier};

/// What a model is made of, as far as security cares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Model {
    /// Operators outside of ONNX's own domains: domain, name and the bytes of the name, each once.
    pub foreign: Vec<Operator>,
    /// Texts beside the weights: key and where they are.
    pub texts: Vec<(String, Range<usize>)>,
    /// The first offset that leads outside of the file.
    pub broken: Option<usize>,
    /// Why reading ended early, if it did.
    pub cut: Option<&'static str>,
}

/// An operator of another domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operator {
    /// Its domain.
    pub domain: String,
    /// Its name.
    pub name: String,
    /// The name in the file.
    pub range: Range<usize>,
}

/// Whether these bytes begin like a model.
pub fn looks_like(head: &[u8]) -> bool {
    has_identifier(head, |identifier| identifier == b"ORTM")
}

/// Reads a model of which at most `budget` tables and elements are looked at.
pub fn parse(bytes: &[u8], budget: u32) -> Model {
    let buffer = Buffer::new(bytes, budget);
    let mut model = Model::default();
    if let Some(inner) = buffer.root().and_then(|root| root.table(1)) {
        for (slot, key) in [(2, "producer_name"), (4, "domain"), (6, "doc_string"), (8, "graph_doc_string")] {
            model.texts.extend(inner.string(slot).map(|range| (key.to_owned(), range)));
        }
        for entry in inner.vector(9).tables() {
            model.texts.extend(entry.string(1).map(|range| (entry.text(0), range)));
        }
        if let Some(graph) = inner.table(7) {
            nodes(&graph, &mut model, &mut HashSet::new(), DEPTH);
        }
    }
    model.broken = buffer.broken();
    if buffer.is_spent() {
        model.cut = Some(MANY);
    }
    model
}

fn nodes(graph: &Table<'_>, model: &mut Model, seen: &mut HashSet<(String, String)>, depth: usize) {
    if depth == 0 {
        model.cut = Some("its graphs are nested too deeply");
        return;
    }
    for node in graph.vector(2).tables() {
        let (domain, name) = (node.text(2), node.text(5));
        let own = matches!(domain.as_str(), "" | "ai.onnx" | "ai.onnx.ml" | "ai.onnx.training");
        if !own && model.foreign.len() >= KEPT {
            model.cut = Some(MANY);
        } else if !own && seen.insert((domain.clone(), name.clone())) {
            let range = node.string(5).unwrap_or(node.at()..node.at());
            model.foreign.push(Operator { domain, name, range });
        }
        for attribute in node.vector(10).tables() {
            if let Some(inner) = attribute.table(7) {
                nodes(&inner, model, seen, depth - 1);
            }
            attribute.vector(12).tables().for_each(|inner| nodes(&inner, model, seen, depth - 1));
        }
    }
}

const MANY: &str = "it has more operators than the scan reads";
/// How deep graphs may lie in graphs.
const DEPTH: usize = 32;
/// The most operators that are kept.
const KEPT: usize = 1000;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::flatbuffer::tests::{Made, file};

    fn sample() -> Vec<u8> {
        let own = Made::Table(vec![(2, Made::Text("")), (5, Made::Text("Add"))]);
        let foreign = Made::Table(vec![(2, Made::Text("evil")), (5, Made::Text("Run"))]);
        let inner = Made::Table(vec![(2, Made::Tables(vec![foreign]))]);
        let attribute = Made::Table(vec![(7, inner)]);
        let outer = Made::Table(vec![(5, Made::Text("If")), (10, Made::Tables(vec![attribute]))]);
        let graph = Made::Table(vec![(2, Made::Tables(vec![own, outer]))]);
        file(*b"ORTM", Made::Table(vec![(1, Made::Table(vec![(6, Made::Text("doc")), (7, graph)]))]))
    }

    #[test]
    fn operators_in_inner_graphs_are_found() {
        let bytes = sample();
        let model = parse(&bytes, 1000);
        assert_eq!(model.foreign.iter().map(|o| (&*o.domain, &*o.name)).collect::<Vec<_>>(), [("evil", "Run")]);
        assert_eq!((model.texts.len(), model.broken, model.cut), (1, None, None));
        assert!(looks_like(&bytes));
    }

    #[test]
    fn truncated_models_are_safe() {
        let bytes = sample();
        for end in 0..bytes.len() {
            parse(&bytes[..end], 1000);
        }
    }

    proptest! {
        #[test]
        fn damaged_models_are_safe(at in 0usize..400, value: u8) {
            let mut bytes = sample();
            let at = at % bytes.len();
            bytes[at] = value;
            parse(&bytes, 1000);
        }
    }
}
