//! ONNX models: operators, files outside of the model that tensors are read from, texts, and tensors that contradict
//! themselves. Source: `onnx.proto`.
//!
//! Bounded in depth and count; tensors are stepped over, not read.

mod names;
mod shape;
mod tensor;
#[cfg(test)]
mod tests;

pub use names::is_known;
pub use shape::{looks_like, looks_like_text};

use std::{collections::HashSet, ops::Range};

use crate::protobuf::{Reading, Tag, Value, tag};

/// What a model is made of, as far as security cares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Model {
    /// Operators that are neither ONNX's own nor defined in the model, each once.
    pub foreign: Vec<Operator>,
    /// Files that tensors are read from, in order of appearance.
    pub external: Vec<External>,
    /// What breaks the format.
    pub flaws: Vec<Flaw>,
    /// Number of nodes, those of sub-graphs and functions included.
    pub nodes: u64,
    /// Whether a graph was seen at all.
    pub graph: bool,
    /// Why reading ended early, if it did.
    pub cut: Option<&'static str>,
}

/// An operator of another domain, or of a name that ONNX does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operator {
    /// Its domain, such as `com.microsoft`.
    pub domain: String,
    /// Its name.
    pub name: String,
    /// The node in the file.
    pub range: Range<usize>,
    /// The first texts among its attributes, with their names.
    pub texts: Vec<(String, String)>,
}

/// A tensor whose data lies in another file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct External {
    /// The path as the model gives it.
    pub location: String,
    /// The bytes of the path in the file.
    pub range: Range<usize>,
    /// Where in that file the data begins.
    pub offset: Option<u64>,
    /// How long it is.
    pub length: Option<u64>,
}

/// Something that breaks the format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// Offset in the file.
    pub at: usize,
    /// What is wrong, one clause without a full stop.
    pub what: String,
}

/// What reading may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How deep graphs may lie in graphs.
    pub depth: usize,
    /// The most operators, files and flaws that are kept, of each.
    pub kept: usize,
    /// The most fields that are read.
    pub steps: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 32, kept: 10_000, steps: 100_000_000 }
    }
}

/// Reads a model in bytes. What cannot be read ends the reading; everything before it is kept.
pub fn parse(bytes: &[u8], limits: Limits) -> Model {
    read(&Reading::binary(bytes, limits.steps), limits, &mut |_, _| {})
}

/// Reads a model, and hands on each text that nothing interprets, with what it is filed under.
pub fn read<'a>(reading: &'a Reading<'a>, limits: Limits, text: &mut dyn FnMut(&str, Value<'a>)) -> Model {
    let root = reading.root();
    let function = |value: Value<'a>| (value.text_of(tag(10, "domain")), value.text_of(NAME));
    let defined = root.all(FUNCTIONS).take(limits.kept).map(function).collect();
    let mut reader = Reader { limits, model: Model::default(), defined, seen: HashSet::new(), more: false, text };
    reader.model_fields(&root);
    let more = reader.more.then_some("it has more operators and files than the scan reads");
    let mut model = reader.model;
    model.cut = reading.cut().or(more);
    model
}

struct Reader<'r, 'a> {
    limits: Limits,
    model: Model,
    defined: HashSet<(String, String)>,
    seen: HashSet<(String, String)>,
    /// Whether there are more operators or files than are kept.
    more: bool,
    text: &'r mut dyn FnMut(&str, Value<'a>),
}

impl<'a> Reader<'_, 'a> {
    fn model_fields(&mut self, root: &Value<'a>) {
        for (number, key) in [(2, "producer_name"), (3, "producer_version"), (4, "domain"), (6, "doc_string")] {
            root.all(tag(number, key)).for_each(|value| (self.text)(key, value));
        }
        self.properties(root, 14);
        for graph in root.all(tag(7, "graph")) {
            self.model.graph = true;
            self.graph(&graph, self.limits.depth);
        }
        for training in root.all(tag(20, "training_info")) {
            for part in [tag(1, "initialization"), tag(2, "algorithm")] {
                training.all(part).for_each(|graph| self.graph(&graph, self.limits.depth));
            }
        }
        for function in root.all(FUNCTIONS) {
            function.all(tag(8, "doc_string")).for_each(|value| (self.text)("doc_string", value));
            self.properties(&function, 14);
            for node in function.all(tag(7, "node")) {
                self.node(&node, self.limits.depth);
            }
            for attribute in function.all(tag(11, "attribute_proto")) {
                self.attribute("", &attribute, self.limits.depth);
            }
        }
    }

    fn graph(&mut self, value: &Value<'a>, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else { return value.stop("its graphs are nested too deeply") };
        value.all(tag(10, "doc_string")).for_each(|text| (self.text)("doc_string", text));
        self.properties(value, 16);
        for node in value.all(tag(1, "node")) {
            self.node(&node, depth);
        }
        for tensor in value.all(tag(5, "initializer")) {
            self.tensor(&tensor);
        }
        for sparse in value.all(tag(15, "sparse_initializer")) {
            self.sparse(&sparse);
        }
        for (number, name) in [(11, "input"), (12, "output"), (13, "value_info")] {
            for info in value.all(tag(number, name)) {
                info.all(tag(3, "doc_string")).for_each(|text| (self.text)("doc_string", text));
            }
        }
    }

    fn node(&mut self, value: &Value<'a>, depth: usize) {
        self.model.nodes += 1;
        let (name, domain) = (value.text_of(tag(4, "op_type")), value.text_of(tag(7, "domain")));
        value.all(tag(6, "doc_string")).for_each(|text| (self.text)("doc_string", text));
        self.properties(value, 9);
        for attribute in value.all(ATTRIBUTE) {
            self.attribute(&name, &attribute, depth);
        }
        let operator = (domain, name);
        let own = is_known(&operator.0, &operator.1) || self.defined.contains(&operator);
        if !own && self.model.foreign.len() >= self.limits.kept {
            self.more |= !self.seen.contains(&operator);
        } else if !own && self.seen.insert(operator.clone()) {
            let (domain, name) = operator;
            let texts = value.all(ATTRIBUTE).flat_map(|attribute| {
                let key = attribute.text_of(NAME);
                attribute.all(tag(4, "s")).map(move |text| (key.clone(), text.text())).collect::<Vec<_>>()
            });
            let texts = texts.take(TEXTS).collect();
            self.model.foreign.push(Operator { domain, name, range: value.range.clone(), texts });
        }
    }

    fn attribute(&mut self, operator: &str, value: &Value<'a>, depth: usize) {
        for text in value.all(tag(4, "s")).chain(value.all(tag(9, "strings"))) {
            let key = value.text_of(NAME);
            (self.text)(&format!("{operator}.{key}"), text);
        }
        value.all(tag(13, "doc_string")).for_each(|text| (self.text)("doc_string", text));
        for tensor in value.all(tag(5, "t")).chain(value.all(tag(10, "tensors"))) {
            self.tensor(&tensor);
        }
        for graph in value.all(tag(6, "g")).chain(value.all(tag(11, "graphs"))) {
            self.graph(&graph, depth);
        }
        for sparse in value.all(tag(22, "sparse_tensor")).chain(value.all(tag(23, "sparse_tensors"))) {
            self.sparse(&sparse);
        }
    }

    fn sparse(&mut self, value: &Value<'a>) {
        for tensor in value.all(tag(1, "values")).chain(value.all(tag(2, "indices"))) {
            self.tensor(&tensor);
        }
        if let Some(what) = tensor::sparse_flaw(value) {
            self.flaw(value, what);
        }
    }

    fn tensor(&mut self, value: &Value<'a>) {
        value.all(tag(12, "doc_string")).for_each(|text| (self.text)("doc_string", text));
        for text in value.all(tag(6, "string_data")) {
            (self.text)(&value.text_of(tag(8, "name")), text);
        }
        let (places, flaw) = tensor::external(value);
        let room = self.limits.kept.saturating_sub(self.model.external.len());
        self.more |= places.len() > room;
        self.model.external.extend(places.into_iter().take(room));
        for what in flaw.into_iter().chain(tensor::flaw(value)) {
            self.flaw(value, what);
        }
    }

    fn properties(&mut self, value: &Value<'a>, number: u64) {
        for entry in value.all(tag(number, "metadata_props")) {
            let key = entry.text_of(KEY);
            entry.all(VALUE).for_each(|text| (self.text)(&key, text));
        }
    }

    fn flaw(&mut self, value: &Value<'a>, what: String) {
        if self.model.flaws.len() < self.limits.kept {
            self.model.flaws.push(Flaw { at: value.range.start, what });
        }
    }
}

const FUNCTIONS: Tag = tag(25, "functions");
const NAME: Tag = tag(1, "name");
const ATTRIBUTE: Tag = tag(5, "attribute");
const KEY: Tag = tag(1, "key");
const VALUE: Tag = tag(2, "value");
/// The most texts of one operator that are kept.
const TEXTS: usize = 16;
