//! Opens the settings of a model repository: JSON that tells loaders which code and which classes belong to the model.

use std::ops::Range;

use palisade_formats::{
    json,
    pickle::{Danger, Name, name_danger},
    sniff::holds,
    tree::{Limits, Node},
};

use crate::{
    Engine, File, Input,
    input::model::{Carrier, Does, Effect, Effects, When, keep_worst},
};

/// Opens a JSON file that names code. Returns whether it does.
pub(super) fn open(file: &File<'_>, engine: &mut Engine) -> bool {
    if file.extension() != "json" || !file.is_whole() || !WORDS.iter().any(|word| holds(file.bytes, word)) {
        return false;
    }
    let Some(text) = file.text() else { return false };
    let Ok(document) = json::parse(&text, LIMITS) else {
        super::unscanned(&file.artifact, engine, "it names code of a model, and is not JSON that can be read");
        return true;
    };
    let root = document.root();
    let mut effects = Vec::new();
    auto_map(root, &mut effects);
    pipelines(root, &mut effects);
    modules(root, &mut effects);
    parent_library(root, &mut effects);
    keep_worst(&mut effects, MOST);
    let (artifact, bytes) = (&file.artifact, file.bytes);
    engine.judge(&Input::Effects(Effects { artifact, bytes, title: "the settings of a model", effects }));
    true
}

/// `auto_map` of `transformers`: a class for each task, in a module of this repository or of another one.
fn auto_map(root: Node<'_>, effects: &mut Vec<Effect>) {
    let Some(map) = root.get("auto_map") else { return };
    for (_, value) in map.entries() {
        // Tokenizers give a slow and a fast class.
        let several: Vec<Node<'_>> = value.items().collect();
        for class in if several.is_empty() { vec![value] } else { several } {
            if let Some(name) = class.string() {
                effects.push(custom_class(name, class.inside()));
            }
        }
    }
}

/// `custom_pipelines` of `transformers`: the same for pipelines.
fn pipelines(root: Node<'_>, effects: &mut Vec<Effect>) {
    for (_, pipeline) in root.get("custom_pipelines").into_iter().flat_map(Node::entries) {
        if let Some((name, class)) = pipeline.get("impl").and_then(|class| Some((class.string()?, class))) {
            effects.push(custom_class(name, class.inside()));
        }
    }
}

/// A class that comes with a repository. Code of another repository changes without this one changing.
fn custom_class(name: &str, range: Range<usize>) -> Effect {
    let (does, what) = match name.split_once("--") {
        Some((repository, class)) => (
            Does::Executes,
            format!("with `trust_remote_code` runs `{class}` out of another repository, `{repository}`"),
        ),
        None => (Does::Known, format!("with `trust_remote_code` runs `{name}`, code that comes with the model")),
    };
    Effect { range, carrier: Carrier::Name, does, when: When::Run, what }
}

/// `modules.json` of `sentence-transformers`: a list of steps, each with the class that it is an object of.
fn modules(root: Node<'_>, effects: &mut Vec<Effect>) {
    for class in
        root.items().filter_map(|step| step.get("type")).filter(|_| root.items().all(|step| step.get("path").is_some()))
    {
        effects.extend(class.string().and_then(|name| imported(name, class.inside())));
    }
}

/// `auto_mapping` of PEFT: the library is imported by name.
fn parent_library(root: Node<'_>, effects: &mut Vec<Effect>) {
    let library = root.at(&["auto_mapping", "parent_library"]);
    if let Some((name, node)) = library.and_then(|node| Some((node.string()?, node))) {
        effects.extend(imported(&format!("{name}.Model"), node.inside()));
    }
}

/// A class that a loader imports by its name, unless it is one of a known library.
fn imported(name: &str, range: Range<usize>) -> Option<Effect> {
    let (module, attribute) = name.rsplit_once('.')?;
    let of_library = LIBRARIES.iter().any(|library| module.split('.').next() == Some(*library));
    let does = match name_danger(&Name { module: module.to_owned(), name: attribute.to_owned() }) {
        Danger::Executor => Does::Executes,
        _ if of_library => return None,
        Danger::Function => Does::Calls,
        Danger::ForeignClass | Danger::ForeignCall => Does::Custom,
        Danger::Class | Danger::Harmless => return None,
    };
    let what = format!("imports `{name}` and makes an object of it");
    Some(Effect { range, carrier: Carrier::Name, does, when: When::Load, what })
}

const LIMITS: Limits = Limits { bytes: 64 << 20, nodes: 4 << 20, depth: 200 };
/// Keys that name code.
const WORDS: &[&str] = &["\"auto_map\"", "\"custom_pipelines\"", "\"auto_mapping\"", "sentence_transformers"];
const LIBRARIES: &[&str] = &["sentence_transformers", "transformers", "peft", "diffusers", "pylate"];
/// The most names of one file that are judged.
const MOST: usize = 200;

#[cfg(test)]
mod tests {
    use palisade_base::Severity;

    use crate::testing::findings;

    fn severities(text: &str) -> Vec<Severity> {
        findings("config-call", "config.json", text).iter().map(|finding| finding.severity).collect()
    }

    #[test]
    fn code_of_other_repositories_is_found() {
        let other = r#"{"auto_map": {"AutoModel": "someone/else--modeling_x.X"}}"#;
        assert_eq!(severities(other), [Severity::High]);
        let own = r#"{"auto_map": {"AutoModel": "modeling_x.X", "AutoTokenizer": ["tokenization_x.X", null]}}"#;
        assert_eq!(severities(own), [Severity::Info, Severity::Info]);
    }

    #[test]
    fn classes_of_unknown_packages_are_found() {
        let steps = r#"[{"idx": 0, "path": "", "type": "sentence_transformers.models.Transformer"}, {"idx": 1, "path": "1", "type": "os.system"}]"#;
        assert_eq!(severities(steps), [Severity::Critical]);
        let adapter = |library: &str| {
            format!(r#"{{"auto_mapping": {{"base_model_class": "M", "parent_library": "{library}"}}}}"#)
        };
        assert_eq!(severities(&adapter("transformers.models.bert.modeling_bert")), []);
        assert_eq!(severities(&adapter("some_package")), [Severity::Medium]);
    }

    #[test]
    fn other_settings_are_left_alone() {
        assert_eq!(severities(r#"{"model_type": "x", "architectures": ["X"]}"#), []);
    }
}
