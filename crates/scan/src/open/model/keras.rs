//! Reads configurations of Keras: in archives, in HDF5, in JSON files, in metadata of `TensorFlow`. Says what loading them does.

use std::ops::Range;

use palisade_formats::{
    json,
    python::{Kind as Syntax, Limits as PythonLimits, Module},
    tree::{Document, Limits, Node, Value},
};

use super::{name, part::Part};
use crate::{
    Engine, Input,
    input::model::{
        Carrier, Does, Effect, Effects, Metadata, When,
        keras::{Kind, is_built_in, is_keras, judge, looks_up, tensorflow_operation},
    },
};

/// Judges a configuration that stands at offset `at` of a part. Returns whether it brings code, or calls what it should not.
pub(super) fn config(part: &Part<'_>, text: &str, at: usize, engine: &mut Engine) -> bool {
    let (document, failure) = json::parse_partial(text, LIMITS);
    if let Some(failure) = failure {
        part.unscanned(engine, format!("its Keras configuration cannot be read: {failure}"));
    }
    document.is_some_and(|document| objects(part, &[document.root()], at, engine))
}

/// Judges the configurations of Keras models in a document of another name: at its root, or anywhere in it. Returns whether
/// they do more than compute, or `None` if there are none.
pub(super) fn document(part: &Part<'_>, document: &Document, engine: &mut Engine) -> Option<bool> {
    let root = document.root();
    let mut roots = Vec::new();
    // What lies in a configuration is read with it.
    root.walk_down(is_root(root), &mut |_, node, inside: bool| {
        let begins = !inside && is_model(node);
        roots.extend(begins.then_some(node));
        inside || begins
    });
    if is_root(root) {
        roots = vec![root];
    }
    (!roots.is_empty()).then(|| objects(part, &roots, 0, engine))
}

fn objects(part: &Part<'_>, roots: &[Node<'_>], at: usize, engine: &mut Engine) -> bool {
    let mut found = Found { at, effects: Vec::new(), texts: Vec::new(), more: false };
    for (key, node) in roots.iter().flat_map(|root| root.walk()) {
        found.node(key, node);
    }
    let acts = found.effects.iter().any(|effect| effect.does > Does::Known);
    let is_code = |range: &Range<usize>| {
        let covers = |effect: &Effect| effect.range.start <= range.start && range.end <= effect.range.end;
        found.effects.iter().any(|effect| effect.carrier == Carrier::Code && covers(effect))
    };
    if found.more {
        part.unscanned(engine, "only the first of the texts of its layers were judged");
    }
    // The code of a layer was judged as what it is.
    for (range, key, text) in found.texts.into_iter().filter(|(range, ..)| !is_code(range)) {
        let (artifact, bytes) = (part.artifact, part.bytes);
        engine.judge(&Input::Metadata(Metadata { artifact, bytes, range, key, text }));
    }
    engine.judge(&Input::Effects(Effects {
        artifact: part.artifact,
        bytes: part.bytes,
        title: "a Keras model",
        effects: found.effects,
    }));
    acts
}

/// Whether a whole document is one object of Keras: a model, a tokenizer, or a layer by itself.
fn is_root(root: Node<'_>) -> bool {
    let class = root.get("class_name").and_then(Node::text).unwrap_or_default();
    is_model(root)
        || matches!(class, "Sequential" | "Functional" | "Model" | "Tokenizer")
        || is_built_in(class) && root.get("config").is_some_and(is_layer)
}

/// Whether a node is a configuration of Keras: other software writes `class_name` too.
fn is_model(node: Node<'_>) -> bool {
    let Some(class) = node.get("class_name").and_then(Node::text) else { return false };
    let module = node.get("module").and_then(Node::text);
    let config = node.get("config");
    let layers = config.is_some_and(|config| config.get("layers").is_some());
    let old = class == "Sequential" && config.is_some_and(|config| config.value() == Value::Sequence);
    let lambda =
        class.rsplit('>').next() == Some("Lambda") && config.is_some_and(|config| config.get("function").is_some());
    module.is_some_and(is_keras) || layers || old || lambda || class == "__lambda__" && config.is_some()
}

/// Whether settings are those of a layer, by what every layer has.
fn is_layer(config: Node<'_>) -> bool {
    LAYER.iter().any(|key| config.get(key).is_some())
}

struct Found<'d> {
    at: usize,
    effects: Vec<Effect>,
    texts: Vec<(Range<usize>, String, &'d str)>,
    /// Whether there are more texts.
    more: bool,
}

impl<'d> Found<'d> {
    fn add(&mut self, node: Node<'d>, carrier: Carrier, does: Does, what: String) {
        let span = node.span();
        let range = self.at + span.start..self.at + span.end;
        self.effects.push(Effect { range, carrier, does, when: When::Load, what });
    }

    fn node(&mut self, key: Option<Node<'d>>, node: Node<'d>) {
        let key = key.and_then(Node::text).unwrap_or_default();
        if let Some(text) = node.string() {
            if text.len() >= LONG && key != "code" {
                if self.texts.len() >= TEXTS {
                    self.more = true;
                    return;
                }
                let inside = node.inside();
                self.texts.push((self.at + inside.start..self.at + inside.end, key.to_owned(), text));
            }
            return;
        }
        if node.value() != Value::Mapping {
            return;
        }
        let Some(class) = node.get("class_name").and_then(Node::text) else { return };
        self.object(node, class);
        if let Some(config) = node.get("config").filter(|config| config.value() == Value::Mapping) {
            self.settings(node, class, config);
        }
    }

    /// Judges what the object is.
    fn object(&mut self, node: Node<'d>, class: &str) {
        let text = |key| node.get(key).and_then(Node::string);
        if class == "__lambda__" {
            return self.add(
                node,
                Carrier::Code,
                Does::Executes,
                format!("runs the Python bytecode of {}", called(node)),
            );
        }
        let named = if class == "function" { text("config") } else { None };
        let (name, kind) = match named {
            Some(name) => (name, Kind::Function),
            None if class == "function" => return,
            None if class.starts_with(char::is_lowercase) && text("module").is_some() => (class, Kind::Function),
            None => (class, Kind::Class),
        };
        let module = text("module");
        let Some(does) = judge(module, name, text("registered_name"), kind) else { return };
        let path = module.map_or(name.to_owned(), |module| format!("{module}.{name}"));
        let what = match (does, kind) {
            (Does::Custom, _) => format!("needs `{path}`, which Keras does not bring, and runs what that does"),
            (Does::Reaches, Kind::Function) => format!("calls `{path}`, which reaches files or the network"),
            (Does::Reaches, Kind::Class) => format!("makes a `{path}`, which reads files"),
            (_, Kind::Class) => format!("makes a `{path}`"),
            _ => format!("imports `{path}` and calls it"),
        };
        self.add(node, Carrier::Name, does, what);
    }

    /// Judges what the object is made with.
    fn settings(&mut self, node: Node<'d>, class: &str, config: Node<'d>) {
        if class.rsplit('>').next() == Some("Lambda") {
            for key in ["function", "output_shape", "mask", "output_mask"] {
                self.lambda(config, key);
            }
        }
        if class.starts_with("TFOp") || class.ends_with("OpLambda") || class.ends_with("ClassMethod") {
            let operation = ["function", "symbol"].iter().find_map(|key| config.get(key)?.text());
            if let Some((path, does)) = operation.and_then(|path| Some((path, tensorflow_operation(path)?))) {
                self.add(node, Carrier::Operator, does, format!("runs the TensorFlow operation `{path}`"));
            }
        }
        // A graph node that is wrapped as a layer: a whole operator in text.
        if let Some((op, does)) = config.at(&["node_def", "op"]).or_else(|| config.get("node_def")).and_then(graph_node)
        {
            self.add(node, Carrier::Operator, does, format!("runs the TensorFlow operator `{op}`"));
        }
        for (key, value) in config.entries() {
            let (Some(key), Some(path)) = (key.text(), value.string()) else { continue };
            if !PATHS.contains(&key) {
                continue;
            }
            if leaves(path) {
                self.add(value, Carrier::Name, Does::Reaches, format!("reads `{path}` as the {key} of `{class}`"));
            } else if key == "vocabulary" && looks_up(class) {
                let what = format!("reads the file `{path}`, wherever it is loaded, as the vocabulary of `{class}`");
                self.add(value, Carrier::Name, Does::Custom, what);
            }
        }
    }

    /// A function of a Lambda layer, in the spellings of every version.
    fn lambda(&mut self, config: Node<'d>, key: &str) {
        let Some(function) = config.get(key) else { return };
        let kind = config.get(&format!("{key}_type")).and_then(Node::text).unwrap_or_default();
        let first = function.get("items").unwrap_or(function).items().next().and_then(Node::string);
        let is_bytecode = |text: &str| text.len() >= SHORTEST && text.trim_end().bytes().all(is_base64);
        let text = function.string();
        if kind == "lambda" || first.is_some_and(is_bytecode) && function.get("class_name").is_none_or(is_tuple) {
            if text.is_some() || first.is_some() {
                let what = format!("runs the Python bytecode of {}", called(config));
                self.add(function, Carrier::Code, Does::Executes, what);
            }
        } else if let Some(text) = text {
            self.function_by_name(config, function, text);
        }
    }

    fn function_by_name(&mut self, config: Node<'d>, function: Node<'d>, text: &str) {
        let module = config.get("module").and_then(Node::string).filter(|module| *module != "__main__");
        let is_name =
            text.split('.').all(|part| !part.is_empty() && part.chars().all(|c| c == '_' || c.is_alphanumeric()));
        if is_name {
            let what = format!("needs the function `{text}` for {}", called(config));
            match module.map_or(Some(Does::Custom), |module| judge(Some(module), text, None, Kind::Function)) {
                Some(does) if does > Does::Custom => {
                    let module = module.unwrap_or_default();
                    self.add(function, Carrier::Name, does, format!("calls `{module}.{text}` as {}", called(config)));
                }
                Some(does) if !is_shape(text) => self.add(function, Carrier::Name, does, what),
                _ => {}
            }
        } else if is_code(text) {
            self.add(function, Carrier::Code, Does::Executes, format!("brings Python source as {}", called(config)));
        }
    }
}

/// Old versions call the kind of a shape where a function could stand.
fn is_shape(text: &str) -> bool {
    matches!(text, "raw" | "None")
}

fn is_tuple(class: Node<'_>) -> bool {
    class.text() == Some("__tuple__")
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'\n')
}

/// Whether a text is Python that computes something: a lambda or a call.
fn is_code(text: &str) -> bool {
    Module::parse(text, PythonLimits::default()).is_ok_and(|module| {
        let acts = |id| matches!(module.kind(id), Syntax::Lambda | Syntax::Call | Syntax::Function);
        module.ids().any(acts)
    })
}

/// The operator of a graph node that is written as JSON, if it does more than compute.
fn graph_node(node: Node<'_>) -> Option<(String, Does)> {
    let text = node.text()?;
    let op = json::parse(text, LIMITS).ok().and_then(|inner| inner.root().get("op")?.text().map(str::to_owned));
    let op = op.unwrap_or_else(|| text.to_owned());
    tensorflow_operation(&op).map(|does| (op, does))
}

fn leaves(path: &str) -> bool {
    let is_url = path.split_once("://").is_some_and(|(scheme, _)| scheme.bytes().all(|b| b.is_ascii_alphanumeric()));
    is_url || path.len() > 1 && path.len() < 4096 && (name::leaves(path) || path.starts_with("~/"))
}

/// What an object is called in messages.
fn called(node: Node<'_>) -> String {
    let name = node.at(&["config", "name"]).or_else(|| node.get("name")).and_then(Node::string);
    name.map_or_else(|| "a layer".to_owned(), |name| format!("the layer `{name}`"))
}

/// Settings that are read as files.
const PATHS: &[&str] = &[
    "vocabulary",
    "vocabulary_file",
    "vocab_file",
    "idf_weights",
    "merges",
    "merges_file",
    "proto",
    "file_path",
    "filepath",
    "filename",
    "file",
    "path",
    "model_path",
    "model_file",
    "weights_path",
    "weights_file",
    "weights",
    "checkpoint",
    "directory",
    "log_dir",
    "cache_dir",
    "origin",
    "url",
];

/// Settings of layers.
const LAYER: &[&str] = &["name", "trainable", "dtype", "function", "units", "layer", "batch_input_shape", "vocabulary"];
/// Python nests JSON deeper; no model does.
const LIMITS: Limits = Limits { bytes: 64 << 20, nodes: 4 << 20, depth: 200 };
/// The shortest bytecode of a function, as it is written.
const SHORTEST: usize = 40;
/// Strings that are long enough to hold something else than a name.
const LONG: usize = 32;
const TEXTS: usize = 20_000;

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use palisade_base::Severity;
    use zip::{ZipWriter, write::SimpleFileOptions};

    use crate::testing::{findings, observe};

    /// An archive of Keras with one layer.
    fn archive(layer: &str) -> Vec<u8> {
        let config =
            format!("{{\"module\": \"keras\", \"class_name\": \"Sequential\", \"config\": {{\"layers\": [{layer}]}}}}");
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in [("metadata.json", "{\"keras_version\": \"3.6.0\"}"), ("config.json", &config)] {
            writer.start_file(name, SimpleFileOptions::default()).unwrap();
            writer.write_all(content.as_bytes()).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn worst(rule: &str, layer: &str) -> Option<Severity> {
        findings(rule, "m.keras", archive(layer)).into_iter().map(|finding| finding.severity).max()
    }

    const CODE: &str = "4wEAAAAAAAAAAAAAAAEAAAADAAAA8wYAAACXAHwAUwApAU6pACkB2gF4";

    #[test]
    fn bytecode_is_found_wherever_it_lies() {
        let lambda = format!("{{\"class_name\": \"__lambda__\", \"config\": {{\"code\": \"{CODE}\"}}}}");
        let layer = format!(
            "{{\"module\": \"keras.layers\", \"class_name\": \"Lambda\", \"config\": {{\"function\": {lambda}}}}}"
        );
        let old = format!(
            "{{\"class_name\": \"Lambda\", \"config\": {{\"function\": [\"{CODE}\", null, null], \"function_type\": \"lambda\"}}}}"
        );
        let tuple = old.replace('[', "{\"class_name\": \"__tuple__\", \"items\": [").replace(']', "]}");
        let wrapped = format!("{{\"class_name\": \"TimeDistributed\", \"config\": {{\"layer\": {layer}}}}}");
        let source = "{\"class_name\": \"Lambda\", \"config\": {\"function\": \"lambda x: eval('1')\"}}".to_owned();
        for layer in [layer, old, tuple, wrapped, source] {
            assert_eq!(worst("embedded-code", &layer), Some(Severity::Critical), "{layer}");
        }
    }

    #[test]
    fn names_that_act_are_found() {
        let function = |module: &str, name: &str| {
            let function =
                format!("{{\"module\": \"{module}\", \"class_name\": \"function\", \"config\": \"{name}\"}}");
            format!(
                "{{\"module\": \"keras.layers\", \"class_name\": \"Lambda\", \"config\": {{\"function\": {function}}}}}"
            )
        };
        let class = |module: &str, name: &str| {
            format!(
                "{{\"module\": \"{module}\", \"class_name\": \"{name}\", \"config\": {{}}, \"registered_name\": null}}"
            )
        };
        for (layer, severity) in [
            (function("keras.utils", "get_file"), Some(Severity::High)),
            (function("keras.config", "enable_unsafe_deserialization"), Some(Severity::Critical)),
            (function("subprocess", "run"), Some(Severity::Critical)),
            (function("builtins", "exec"), Some(Severity::Critical)),
            (class("os", "system"), Some(Severity::Critical)),
            (class("keras.layers", "TorchModuleWrapper"), Some(Severity::Critical)),
            (class("keras.layers", "TFSMLayer"), Some(Severity::High)),
            (class("my.layers", "Mine"), Some(Severity::Medium)),
            (class("keras.layers", "Dense"), None),
            (class("keras_hub.models", "BertBackbone"), None),
            (function("builtins", "relu"), None),
            (function("keras.activations", "gelu"), None),
        ] {
            assert_eq!(worst("config-call", &layer), severity, "{layer}");
        }
    }

    #[test]
    fn vocabularies_may_be_files() {
        let lookup = |vocabulary: &str| {
            format!(
                "{{\"module\": \"keras.layers\", \"class_name\": \"StringLookup\", \"config\": {{\"vocabulary\": {vocabulary}}}}}"
            )
        };
        assert_eq!(worst("config-call", &lookup("\"/etc/passwd\"")), Some(Severity::High));
        assert_eq!(worst("config-call", &lookup("\"https://example.org/v.txt\"")), Some(Severity::High));
        assert_eq!(worst("config-call", &lookup("\"vocab.txt\"")), Some(Severity::Medium));
        assert_eq!(worst("config-call", &lookup("[\"/etc/passwd\", \"exec\", \"system\"]")), None);
        assert_eq!(worst("config-call", &lookup("null")), None);
    }

    #[test]
    fn operations_by_name_are_judged() {
        let operation =
            |name: &str| format!("{{\"class_name\": \"TFOpLambda\", \"config\": {{\"function\": \"{name}\"}}}}");
        assert_eq!(worst("unsafe-operator", &operation("io.write_file")), Some(Severity::High));
        assert_eq!(worst("unsafe-operator", &operation("math.add")), None);
    }

    #[test]
    fn a_configuration_that_cannot_be_read_is_said() {
        let seen = observe("m.keras", &archive("{"), None);
        assert_eq!(seen.unscanned.len(), 1, "{:?}", seen.unscanned);
    }

    #[test]
    fn files_of_their_own_are_told_from_other_json() {
        let lambda = format!(
            "{{\"class_name\": \"Sequential\", \"config\": {{\"layers\": [{{\"class_name\": \"Lambda\", \"config\": {{\"function\": [\"{CODE}\", null, null]}}}}]}}}}"
        );
        assert_eq!(findings("embedded-code", "model.json", &lambda).len(), 1);
        let layer = format!("{{\"class_name\": \"Lambda\", \"config\": {{\"function\": [\"{CODE}\", null, null]}}}}");
        let alone = layer
            .replace("Lambda", "TimeDistributed")
            .replace("\"function\": [", "\"layer\": [1")
            .replace(&format!("1\"{CODE}\", null, null"), &layer);
        let deep = format!("{{\"modelTopology\": {{\"model_config\": [{layer}]}}}}");
        let escaped = layer.replace("class_name", "cl\\u0061ss_name").replace("Lambda", "L\\u0061mbda");
        for text in [layer, alone, deep, escaped] {
            assert_eq!(findings("embedded-code", "x.json", &text).len(), 1, "{text}");
        }
        let broken = format!("{} x", &lambda);
        let seen = observe("model.json", broken.as_bytes(), None);
        assert_eq!(seen.findings.iter().filter(|finding| finding.rule.name == "embedded-code").count(), 1);
        for other in [
            "{\"views\": [{\"class_name\": \"Model\", \"config\": {\"class_name\": \"Mine\"}}]}",
            "{\"class_name\": \"Text\", \"config\": {\"font\": \"x\", \"child\": {\"class_name\": \"Mine\"}}}",
        ] {
            assert_eq!(observe("ui.json", other.as_bytes(), None).findings.len(), 0, "{other}");
        }
        let other = "{\"class_name\": \"Button\", \"config\": {\"text\": \"ok\"}}";
        assert_eq!(observe("ui.json", other.as_bytes(), None).findings.len(), 0);
    }
}
