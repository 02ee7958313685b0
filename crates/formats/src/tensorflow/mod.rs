//! TensorFlow's graphs: `SavedModel`, `MetaGraphDef`, `GraphDef` and the metadata of Keras, as bytes or as text. Sources:
//! `saved_model.proto`, `meta_graph.proto`, `graph.proto`, `saved_object_graph.proto`.
//!
//! The walk hands on one operator after the other and keeps none of them.

mod names;
mod shape;
#[cfg(test)]
mod tests;

pub use names::is_known;
pub use shape::{Kind, kind, kind_of_text};

use std::collections::HashSet;

use crate::protobuf::{Tag, Value, tag};

/// What a walk comes by.
#[derive(Debug)]
pub enum Part<'a> {
    /// An operator of a graph or of a function.
    Node(Node<'a>),
    /// The name of a file in the folder `assets`.
    Asset(Value<'a>),
    /// An object of Python that is made again when the model is loaded.
    Object(Object<'a>),
    /// Bytes that programs filed in the model, with what they are filed under.
    Text(String, Value<'a>),
}

/// An operator of a graph.
#[derive(Debug)]
pub struct Node<'a> {
    /// Its name in the graph.
    pub name: String,
    /// What it does, such as `MatMul`.
    pub operator: String,
    /// The function that it is in, if it is in one.
    pub function: Option<String>,
    /// Whether the model itself defines what it does.
    pub defined: bool,
    /// All of it.
    pub value: Value<'a>,
    scope: Value<'a>,
    siblings: Tag,
}

/// An object of Python.
#[derive(Debug)]
pub struct Object<'a> {
    /// What sort of object it is, such as `_tf_keras_layer`.
    pub identifier: String,
    /// What it is made from; JSON for those of Keras.
    pub metadata: Option<Value<'a>>,
}

/// Walks a file of this kind.
pub fn walk<'a>(root: &Value<'a>, kind: Kind, see: &mut dyn FnMut(Part<'a>)) {
    match kind {
        Kind::SavedModel => root.all(META_GRAPHS).for_each(|graph| meta_graph(&graph, see)),
        Kind::MetaGraph => meta_graph(root, see),
        Kind::Graph => graph(root, see),
        Kind::KerasMetadata => {
            for node in root.all(tag(1, "nodes")) {
                let metadata = node.last(tag(5, "metadata"));
                see(Part::Object(Object { identifier: node.text_of(tag(4, "identifier")), metadata }));
            }
        }
    }
}

fn meta_graph<'a>(value: &Value<'a>, see: &mut dyn FnMut(Part<'a>)) {
    value.all(GRAPH).for_each(|value| graph(&value, see));
    for entry in value.all(tag(4, "collection_def")) {
        let key = entry.text_of(KEY);
        for text in entry.path(&[VALUE, tag(2, "bytes_list"), tag(1, "value")]) {
            see(Part::Text(key.clone(), text));
        }
    }
    for asset in value.path(&[tag(6, "asset_file_def"), tag(2, "filename")]) {
        see(Part::Asset(asset));
    }
    for node in value.path(&[tag(7, "object_graph_def"), tag(1, "nodes")]) {
        for object in node.all(tag(4, "user_object")) {
            let metadata = object.last(tag(3, "metadata"));
            see(Part::Object(Object { identifier: object.text_of(tag(1, "identifier")), metadata }));
        }
        for name in node.all(tag(13, "registered_name")) {
            see(Part::Text("registered_name".to_owned(), name));
        }
    }
}

fn graph<'a>(value: &Value<'a>, see: &mut dyn FnMut(Part<'a>)) {
    let functions = || value.all(LIBRARY).flat_map(|library| library.all(tag(1, "function")));
    let name = |function: &Value<'a>| function.last(SIGNATURE).map(|signature| signature.text_of(tag(1, "name")));
    // A function may be called by using its name as an operator.
    let defined: HashSet<String> = functions().filter_map(|function| name(&function)).take(FUNCTIONS).collect();
    nodes(value, tag(1, "node"), None, &defined, see);
    for function in functions() {
        nodes(&function, tag(3, "node_def"), name(&function).as_deref(), &defined, see);
    }
}

fn nodes<'a>(
    scope: &Value<'a>,
    siblings: Tag,
    function: Option<&str>,
    defined: &HashSet<String>,
    see: &mut dyn FnMut(Part<'a>),
) {
    for value in scope.all(siblings) {
        let operator = value.text_of(OPERATOR);
        see(Part::Node(Node {
            name: value.text_of(NAME),
            defined: defined.contains(&operator),
            operator,
            function: function.map(str::to_owned),
            scope: scope.clone(),
            value,
            siblings,
        }));
    }
}

impl<'a> Node<'a> {
    /// Its attributes by name.
    pub fn attributes(&self) -> impl Iterator<Item = (String, Value<'a>)> + use<'a> {
        let entries = self.value.all(tag(5, "attr"));
        entries.filter_map(|entry| Some((entry.text_of(KEY), entry.last(VALUE)?)))
    }

    /// The texts among its attributes, those in lists, tensors and calls too, with the names of the attributes.
    pub fn texts(&self) -> Vec<(String, Value<'a>)> {
        self.attributes()
            .flat_map(|(key, value)| texts_of(&value).into_iter().map(move |text| (key.clone(), text)))
            .collect()
    }

    /// The constant texts that it is given: those of its attributes, and of the constants among its inputs.
    pub fn arguments(&self) -> Vec<String> {
        let own = self.texts().into_iter().map(|(_, value)| value.text());
        let names = self.inputs();
        let siblings = self.scope.all(self.siblings).take(if names.is_empty() { 0 } else { usize::MAX });
        let constants = siblings
            .filter(|node| names.contains(&node.text_of(NAME)))
            .take(names.len())
            .filter(|node| node.text_of(OPERATOR) == "Const");
        let given = constants.flat_map(|node| {
            let node = Node { scope: self.scope.clone(), siblings: self.siblings, ..Node::bare(node) };
            node.texts().into_iter().map(|(_, value)| value.text()).collect::<Vec<_>>()
        });
        own.chain(given).filter(|text| !text.is_empty() && !text.contains('\u{fffd}')).take(ARGUMENTS).collect()
    }

    /// The names of the nodes whose results it takes.
    fn inputs(&self) -> Vec<String> {
        let name = |input: Value<'_>| {
            let text = input.text();
            text.split(':').next().unwrap_or_default().trim_start_matches('^').to_owned()
        };
        self.value.all(tag(3, "input")).map(name).take(ARGUMENTS).collect()
    }

    fn bare(value: Value<'a>) -> Self {
        let (name, operator) = (String::new(), String::new());
        Self { name, operator, function: None, defined: false, scope: value.clone(), value, siblings: NAME }
    }
}

/// The texts in the value of an attribute.
fn texts_of<'a>(value: &Value<'a>) -> Vec<Value<'a>> {
    let text = tag(2, "s");
    let strings = tag(8, "string_val");
    let mut texts: Vec<_> = value.all(text).collect();
    texts.extend(value.path(&[tag(8, "tensor"), strings]));
    texts.extend(value.path(&[tag(1, "list"), text]));
    texts.extend(value.path(&[tag(1, "list"), tag(8, "tensor"), strings]));
    for call in value.all(tag(10, "func")).chain(value.path(&[tag(1, "list"), tag(9, "func")])) {
        let values = call.path(&[tag(2, "attr"), VALUE]);
        texts.extend(values.iter().flat_map(|value| value.all(text)));
    }
    texts
}

const META_GRAPHS: Tag = tag(2, "meta_graphs");
const GRAPH: Tag = tag(2, "graph_def");
const LIBRARY: Tag = tag(2, "library");
const SIGNATURE: Tag = tag(1, "signature");
const NAME: Tag = tag(1, "name");
const OPERATOR: Tag = tag(2, "op");
const KEY: Tag = tag(1, "key");
const VALUE: Tag = tag(2, "value");

/// The most names of functions that are remembered.
const FUNCTIONS: usize = 200_000;
/// The most texts that are taken for the arguments of one operator.
const ARGUMENTS: usize = 16;
