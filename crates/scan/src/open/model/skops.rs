//! Reads the schema of a skops archive: which classes and functions its loader imports and calls, and whether what a node
//! says of itself is what the loader makes of it.

use palisade_formats::{
    json,
    pickle::{Danger, Name, name_danger},
    tree::{Limits, Node, Value},
};

use super::{name, part::Part};
use crate::{
    Engine, Input,
    input::model::{Carrier, Does, Effect, Effects, When, keep_worst},
};

/// Judges a schema. Returns the files that it names, and whether it does more than make a model.
pub(super) fn schema(part: &Part<'_>, text: &str, engine: &mut Engine) -> (Vec<String>, bool) {
    let mut found = Found::default();
    match json::parse(text, LIMITS) {
        Ok(document) => {
            for (_, node) in document.root().walk() {
                found.node(node);
            }
        }
        Err(failure) => part.unscanned(engine, format!("its schema cannot be read: {failure}")),
    }
    let acts = found.effects.iter().any(|effect| effect.does > Does::Known);
    engine.judge(&Input::Effects(Effects {
        artifact: part.artifact,
        bytes: part.bytes,
        title: "the schema of a skops model",
        effects: found.effects,
    }));
    (found.files, acts)
}

#[derive(Default)]
struct Found {
    effects: Vec<Effect>,
    files: Vec<String>,
}

impl Found {
    fn add(&mut self, node: Node<'_>, does: Does, what: String) {
        let range = node.get("__class__").unwrap_or(node).span();
        self.effects.push(Effect { range, carrier: Carrier::Name, does, when: When::Load, what });
        if self.effects.len() >= 2 * MOST {
            keep_worst(&mut self.effects, MOST);
        }
    }

    fn node(&mut self, node: Node<'_>) {
        if node.value() != Value::Mapping {
            return;
        }
        let text = |key| node.get(key).and_then(Node::string);
        if let Some(file) = text("file") {
            if name::leaves(file) {
                self.add(node, Does::Reaches, format!("reads `{file}`, outside of the archive"));
            }
            self.files.push(file.to_owned());
        }
        let (Some(class), module) = (text("__class__"), text("__module__").unwrap_or_default()) else { return };
        let loader = text("__loader__").unwrap_or_default();
        let path = if module.is_empty() { class.to_owned() } else { format!("{module}.{class}") };
        let danger = danger(module, class);
        match loader {
            "OperatorFuncNode" => self.operator(node, module, class),
            "MethodNode" => self.method(node, module, class),
            "FunctionNode" => {
                let content =
                    |key: &str| node.get("content").and_then(|content| content.get(key)).and_then(Node::string);
                // Early versions keep the name in the content.
                let inner = content("module_path").zip(content("function"));
                let (module, function) = inner.unwrap_or((module, class));
                self.function(node, module, function);
            }
            _ if danger == Danger::Executor => {
                self.add(node, Does::Executes, format!("imports `{path}` and may call it"));
            }
            "" => {}
            _ if !NODES.contains(&loader) && !loader.ends_with("Node") => {
                self.add(node, Does::Custom, format!("asks for a loader that skops does not have: `{loader}`"));
            }
            _ if is_fixed(loader).is_some_and(|expected| !expected.contains(&path.as_str())) => {
                self.add(
                    node,
                    Does::Calls,
                    format!("says `{path}` of itself, and a `{loader}` makes something else of it"),
                );
            }
            "ReduceNode" if danger >= Danger::Function => {
                self.add(node, Does::Calls, format!("imports `{path}` and calls it"));
            }
            "TypeNode" | "ObjectNode" if danger == Danger::Function && !is_known(module) => {
                self.add(node, Does::Custom, format!("imports `{path}`, which is not known"));
            }
            // The loader refuses classes that nobody has said to trust.
            _ if danger == Danger::ForeignClass => {
                self.add(node, Does::Known, format!("needs `{path}`, which the loader has to be told to trust"));
            }
            _ => {}
        }
    }

    /// Versions before 0.12 take the function from `operator` whatever the module, and tell the user of the module.
    fn operator(&mut self, node: Node<'_>, module: &str, class: &str) {
        let honest = matches!(module, "operator" | "_operator");
        if honest && danger("operator", class) == Danger::Harmless {
            return;
        }
        let what = if honest {
            format!("calls what `operator.{class}` makes")
        } else {
            format!("says `{module}.{class}`, and calls `operator.{class}`")
        };
        self.add(node, Does::Executes, what);
    }

    /// Versions before 0.12 fetch any attribute of any object, and tell the user of another class.
    fn method(&mut self, node: Node<'_>, module: &str, class: &str) {
        let content = node.get("content");
        let function = content.and_then(|content| content.get("func")).and_then(Node::string).unwrap_or_default();
        let object = content.and_then(|content| content.get("obj"));
        let of = |key| object.and_then(|object| object.get(key)).and_then(Node::string).unwrap_or_default();
        let differs = object.is_some() && (of("__module__"), of("__class__")) != (module, class);
        let private = function.starts_with("__") && !matches!(function, "__call__" | "__getitem__");
        match danger(module, class) {
            _ if private => self.add(node, Does::Executes, format!("reaches for `{function}` of `{module}.{class}`")),
            Danger::Executor => self.add(node, Does::Executes, format!("calls `{module}.{class}.{function}`")),
            _ if differs => {
                let made = format!("{}.{}", of("__module__"), of("__class__"));
                self.add(node, Does::Calls, format!("says `{module}.{class}`, and takes `{function}` of `{made}`"));
            }
            Danger::Function if !is_known(module) => {
                self.add(node, Does::Calls, format!("takes `{function}` of `{module}.{class}`"));
            }
            _ => {}
        }
    }

    fn function(&mut self, node: Node<'_>, module: &str, function: &str) {
        let does = match danger(module, function) {
            Danger::Executor => Does::Executes,
            Danger::Function | Danger::ForeignClass if !is_known(module) => Does::Custom,
            _ => return,
        };
        self.add(node, does, format!("imports the function `{module}.{function}` and hands it to the model"));
    }
}

fn danger(module: &str, class: &str) -> Danger {
    // Without a module, the class may be written as a path.
    let (module, class) =
        if module.is_empty() { class.rsplit_once('.').unwrap_or(("builtins", class)) } else { (module, class) };
    name_danger(&Name { module: module.to_owned(), name: class.to_owned() })
}

/// Libraries whose functions models of this kind are made with.
fn is_known(module: &str) -> bool {
    let top = module.split('.').next().unwrap_or_default();
    let known =
        matches!(top, "numpy" | "scipy" | "sklearn" | "lightgbm" | "xgboost" | "catboost" | "imblearn" | "pandas");
    let odd =
        |part| matches!(part, "testing" | "_testing" | "tests" | "f2py" | "distutils" | "externals" | "ctypeslib");
    known && !module.split('.').any(odd)
}

/// The classes that nodes of some kinds make, whatever they say.
fn is_fixed(loader: &str) -> Option<&'static [&'static str]> {
    Some(match loader {
        "JsonNode" => &[
            "builtins.str",
            "builtins.int",
            "builtins.float",
            "builtins.bool",
            "builtins.NoneType",
            "builtins.complex",
        ],
        "SliceNode" => &["builtins.slice"],
        "BytesNode" => &["builtins.bytes"],
        "BytearrayNode" => &["builtins.bytearray"],
        "PartialNode" => &["functools.partial"],
        _ => return None,
    })
}

/// Whether a member of the archive is called like a node that fetches functions: no archive that skops wrote has one.
pub(super) fn is_node(member: &str) -> bool {
    let stem = member.rsplit('/').next().unwrap_or_default();
    ["OperatorFuncNode", "MethodNode", "FunctionNode", "ReduceNode", "PartialNode"]
        .iter()
        .any(|node| stem.starts_with(node))
}

const NODES: &[&str] = &["_DictWithDeprecatedKeysNode"];
const LIMITS: Limits = Limits { bytes: 64 << 20, nodes: 4 << 20, depth: 200 };
/// The most effects that are kept.
const MOST: usize = 500;

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use palisade_base::Severity;
    use zip::{ZipWriter, write::SimpleFileOptions};

    use crate::testing::{findings, observe};

    fn archive(members: &[(&str, &str)]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in members {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(content.as_bytes()).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn node(loader: &str, path: &str, more: &str) -> String {
        let (module, class) = path.rsplit_once('.').unwrap();
        format!("{{\"__loader__\": \"{loader}\", \"__module__\": \"{module}\", \"__class__\": \"{class}\"{more}}}")
    }

    fn worst(node: &str) -> Option<Severity> {
        let found = findings("config-call", "m.skops", archive(&[("schema.json", node)]));
        found.into_iter().map(|finding| finding.severity).max()
    }

    #[test]
    fn nodes_are_told_apart() {
        let estimator = node("ObjectNode", "sklearn.linear_model._base.LinearRegression", "");
        let object =
            |path: &str| format!(", \"content\": {{\"func\": \"predict\", \"obj\": {}}}", node("ObjectNode", path, ""));
        for (node, severity) in [
            (estimator.clone(), None),
            (node("OperatorFuncNode", "operator.call", ""), Some(Severity::Critical)),
            (node("OperatorFuncNode", "sklearn.linear_model._base.call", ""), Some(Severity::Critical)),
            (node("OperatorFuncNode", "operator.itemgetter", ""), None),
            (node("MethodNode", "a.B", ", \"content\": {\"func\": \"__globals__\"}"), Some(Severity::Critical)),
            (node("MethodNode", "sklearn.svm._classes.SVC", &object("sklearn.svm._classes.SVC")), None),
            (node("MethodNode", "sklearn.svm._classes.SVC", &object("os.system")), Some(Severity::Critical)),
            (node("FunctionNode", "numpy.log1p", ""), None),
            (node("FunctionNode", "os.system", ""), Some(Severity::Critical)),
            (node("ReduceNode", "subprocess.Popen", ""), Some(Severity::Critical)),
            (node("TypeNode", "builtins.eval", ""), Some(Severity::Critical)),
            (node("JsonNode", "builtins.str", ""), None),
            (node("JsonNode", "numpy.ndarray", ""), Some(Severity::High)),
            (node("ObjectNode", "__main__.Mine", ""), Some(Severity::Info)),
            (node("NdArrayNode", "numpy.ndarray", ", \"file\": \"../../x.npy\""), Some(Severity::High)),
            ("{\"__class__\": \"sklearn.svm.SVC\", \"__module__\": \"sklearn.svm\"}".to_owned(), None),
        ] {
            assert_eq!(worst(&node), severity, "{node}");
        }
    }

    #[test]
    fn members_that_skops_does_not_write_are_found() {
        let odd = |member: &str, content: &str| {
            let bytes = archive(&[("schema.json", "{}"), (member, content)]);
            let found = findings("disguised-model", "m.skops", bytes);
            found.into_iter().map(|finding| finding.severity).max()
        };
        assert_eq!(odd("loader.py", "import pickle"), Some(Severity::High));
        assert_eq!(odd("data.bin", "import joblib; joblib.load(f)"), Some(Severity::High));
        assert_eq!(odd("MethodNode_x.json", "{}"), Some(Severity::Medium));
        assert_eq!(odd("metadata.json", "{\"name\": \"m\"}"), None);
        assert_eq!(odd("weights.bin", "we import wine; call(us)"), None);
        let found = findings("disguised-model", "m.skops", archive(&[("a.bin", "x")]));
        assert_eq!(found.len(), 1);
    }

    #[test]
    fn a_pickle_that_is_called_skops_is_disguised() {
        assert_eq!(findings("disguised-model", "m.skops", b"\x80\x04}\x8c\x01aK\x01s.")[0].severity, Severity::High);
    }

    #[test]
    fn real_models_are_judged_and_quiet() {
        let seen = observe("m.skops", &archive(&[("schema.json", "{\"_skops_version\": \"0.11\"}")]), None);
        assert_eq!((seen.stats.judged, seen.findings.len(), seen.unscanned.len()), (1, 0, 0));
    }
}
