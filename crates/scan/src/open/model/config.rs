//! Reads what the settings of a model repository say about code: which classes belong to the model, and where they are.
//! Every JSON file may say so: `transformers` and `diffusers` read the same keys in many files.

use palisade_formats::{
    pickle::{Danger, Name, name_danger},
    tree::{Node, Value},
};

use super::{beside, part::Part};
use crate::input::model::{
    Carrier, Does, Effect, When,
    target::{Trust, judge},
};

/// Whether a file of this name lists the steps of a model of sentence-transformers.
pub(super) fn lists_steps(name: &str) -> bool {
    matches!(name, "modules.json" | "router_config.json")
}

/// Which classes a document makes loaders import, and the files of the repository that hold them, relative to the folder of
/// the document.
pub(super) fn classes(part: &Part<'_>, root: Node<'_>, effects: &mut Vec<Effect>, modules: &mut Vec<String>) {
    let mut found = Found { part, effects, modules };
    pipeline(root, &mut found);
    steps(root, &mut found);
    for (key, node) in root.walk() {
        if let Some(key) = key.and_then(Node::text) {
            found.setting(key, node);
        }
    }
}

struct Found<'a> {
    part: &'a Part<'a>,
    effects: &'a mut Vec<Effect>,
    modules: &'a mut Vec<String>,
}

impl Found<'_> {
    fn add(&mut self, node: Node<'_>, does: Does, when: When, what: String) {
        self.effects.push(Effect { range: node.inside(), carrier: Carrier::Name, does, when, what });
    }

    fn setting(&mut self, key: &str, node: Node<'_>) {
        match key {
            "auto_map" => {
                for class in node.entries().flat_map(|(_, value)| strings(value)) {
                    self.custom_class(class);
                }
            }
            "custom_pipelines" => {
                for class in node.entries().filter_map(|(_, pipeline)| pipeline.get("impl")) {
                    self.custom_class(class);
                }
            }
            // PEFT imports the library by its name.
            "parent_library" => {
                if let Some(name) = node.string() {
                    self.imported(node, &format!("{name}.Model"), name);
                }
            }
            // sentence-transformers imports the function, and makes an object of it.
            "activation_function" | "activation_fn" | "activation_fct" | "sbert_ce_default_activation_function" => {
                if let Some(name) = node.string().filter(|name| is_path(name)) {
                    self.imported(node, name, name);
                }
            }
            "attn_implementation" | "_attn_implementation" | "experts_implementation" => {
                if let Some(kernel) = node.string().filter(|kernel| is_repository(kernel)) {
                    let what = format!("fetches the compiled kernels `{kernel}` and runs them");
                    self.add(node, Does::Custom, When::Run, what);
                }
            }
            "trust_remote_code" if node.is_plain() && node.truth() == Some(true) => {
                let what = "asks for `trust_remote_code`, which runs code that comes with a model".to_owned();
                self.add(node, Does::Known, When::Load, what);
            }
            _ => {}
        }
    }

    /// A class that comes with a repository. Code of another repository changes without this one changing.
    fn custom_class(&mut self, node: Node<'_>) {
        let Some(name) = node.string() else { return };
        let Some((repository, class)) = name.split_once("--") else {
            let module = name.rsplit_once('.').map_or(name, |(module, _)| module);
            self.modules.push(format!("{}.py", module.replace('.', "/")));
            let what = format!("with `trust_remote_code` runs `{name}`, code that comes with the model");
            return self.add(node, Does::Known, When::Run, what);
        };
        let what = format!("with `trust_remote_code` runs `{class}` out of another repository, `{repository}`");
        self.add(node, Does::Executes, When::Run, what);
    }

    /// A class that a loader imports by its path, unless it is one of a known library.
    fn imported(&mut self, node: Node<'_>, path: &str, shown: &str) {
        let module = path.rsplit_once('.').map_or(path, |(module, _)| module);
        let file = format!("{}.py", module.replace('.', "/"));
        if beside::exists(self.part, &file) {
            self.modules.push(file);
            let what = format!("imports `{shown}`, code that comes with the model");
            return self.add(node, Does::Known, When::Load, what);
        }
        let top = path.split('.').next().unwrap_or_default();
        let does = match judge(path, Trust::Archive) {
            Some(does) if does == Does::Executes || !LIBRARIES.contains(&top) => does,
            _ => return,
        };
        // What no standard library has is of a package that somebody has installed.
        let known = judge(path, Trust::Project).is_some();
        let does = if does == Does::Calls && !known { Does::Custom } else { does };
        self.add(node, does, When::Load, format!("imports `{shown}` and makes an object of it"));
    }
}

/// `model_index.json` of diffusers: for each part of a pipeline, its library and its class.
fn pipeline(root: Node<'_>, found: &mut Found<'_>) {
    let Some(class) = root.get("_class_name") else { return };
    for (name, value) in root.entries() {
        let pair: Vec<Node<'_>> = value.items().take(3).collect();
        let (Some(name), [library, class]) = (name.text(), pair.as_slice()) else { continue };
        if let (Some(module), Some(of)) = (library.string(), class.string()) {
            component(name, module, of, *library, found);
        }
    }
    // Other files of diffusers name the class alone.
    let own = class.items().next().and_then(|module| Some((module, module.string()?)));
    if let Some((node, module)) = own {
        found.modules.push(format!("{module}.py"));
        let what = format!("with `trust_remote_code` runs `{module}`, a pipeline that comes with the model");
        found.add(node, Does::Known, When::Load, what);
    }
}

fn component(name: &str, module: &str, class: &str, node: Node<'_>, found: &mut Found<'_>) {
    if name == "_class_name" {
        return;
    }
    let file = module.replace('.', "/");
    let files = [format!("{name}/{file}.py"), format!("{file}.py")];
    if let Some(file) = files.into_iter().find(|file| beside::exists(found.part, file)) {
        found.modules.push(file);
        let what = format!("with `trust_remote_code` runs `{module}.{class}`, code that comes with the model");
        return found.add(node, Does::Known, When::Load, what);
    }
    match name_danger(&Name { module: module.to_owned(), name: class.to_owned() }) {
        Danger::Executor => {
            found.add(node, Does::Executes, When::Load, format!("takes `{module}.{class}` for its {name}"));
        }
        // Pipelines of diffusers are single words, and new ones come with each version.
        Danger::Function | Danger::ForeignCall | Danger::ForeignClass if module.contains('.') => {
            found.imported(node, &format!("{module}.{class}"), &format!("{module}.{class}"));
        }
        _ if judge(&format!("{module}.x"), Trust::Project).is_some() => {
            found.add(node, Does::Custom, When::Load, format!("takes `{module}.{class}` for its {name}"));
        }
        _ => {}
    }
}

/// The steps of a model of sentence-transformers, each with the class that it is an object of.
fn steps(root: Node<'_>, found: &mut Found<'_>) {
    let is_step = |step: &Node<'_>| step.get("path").is_some() || step.get("idx").is_some();
    let listed = root.items().filter(is_step).filter_map(|step| step.get("type"));
    let routed = root.get("types").filter(|_| root.get("structure").is_some()).into_iter();
    let routed = routed.flat_map(Node::entries).map(|(_, class)| class);
    for class in listed.chain(routed) {
        if let Some(name) = class.string().filter(|name| is_path(name)) {
            found.imported(class, name, name);
        }
    }
}

/// A string, or the strings of a list: tokenizers give a slow and a fast class.
fn strings(node: Node<'_>) -> Vec<Node<'_>> {
    if node.value() == Value::Sequence { node.items().collect() } else { vec![node] }
}

/// Whether a text is a path that Python can import.
fn is_path(text: &str) -> bool {
    let is_word = |word: &str| !word.is_empty() && word.chars().all(|c| c == '_' || c.is_alphanumeric());
    text.contains('.') && text.split('.').all(is_word) && !text.starts_with(|c: char| c.is_ascii_digit())
}

/// Whether a text is the name of a repository: `owner/name`, or that with a version.
fn is_repository(text: &str) -> bool {
    let path: Vec<&str> = text.split(['@', ':', '|']).next().unwrap_or_default().split('/').collect();
    matches!(path.as_slice(), [owner, name] if !owner.is_empty() && !name.is_empty())
}

/// Libraries that models of these kinds are made of, beside those that all settings name.
const LIBRARIES: &[&str] =
    &["sentence_transformers", "transformers", "peft", "diffusers", "pylate", "optimum", "onnxruntime"];

#[cfg(test)]
mod tests {
    use palisade_base::Severity;

    use crate::testing::{findings, in_folder};

    fn named(name: &str, text: &str) -> Vec<Severity> {
        findings("config-call", name, text).iter().map(|finding| finding.severity).collect()
    }

    fn severities(text: &str) -> Vec<Severity> {
        named("config.json", text)
    }

    #[test]
    fn code_of_other_repositories_is_found() {
        let other = r#"{"auto_map": {"AutoModel": "someone/else--modeling_x.X"}}"#;
        assert_eq!(severities(other), [Severity::High]);
        assert_eq!(
            severities(r#"{"\u0061uto_map": {"AutoModel": "someone/else-\u002dmodeling_x.X"}}"#),
            [Severity::High]
        );
        assert_eq!(named("processor_config.json", &format!("{{\"text_config\": {other}}}")), [Severity::High]);
        let own = r#"{"auto_map": {"AutoModel": "modeling_x.X", "AutoTokenizer": ["tokenization_x.X", null]}}"#;
        assert_eq!(severities(own), [Severity::Info, Severity::Info]);
    }

    #[test]
    fn classes_of_unknown_packages_are_found() {
        let steps = r#"[{"idx": 0, "path": "", "type": "sentence_transformers.models.Transformer"}, {"idx": 1, "path": "1", "type": "os.system"}]"#;
        assert_eq!(severities(steps), [Severity::Critical]);
        assert_eq!(named("modules.json", r#"[{"idx": 0, "type": "os.system"}]"#), [Severity::Critical]);
        assert_eq!(
            named("router_config.json", r#"{"types": {"a": "os.system"}, "structure": {}}"#),
            [Severity::Critical]
        );
        let adapter = |library: &str| {
            format!(r#"{{"auto_mapping": {{"base_model_class": "M", "parent_library": "{library}"}}}}"#)
        };
        assert_eq!(severities(&adapter("transformers.models.bert.modeling_bert")), []);
        assert_eq!(severities(&adapter("some_package")), [Severity::Medium]);
    }

    #[test]
    fn functions_between_layers_are_judged() {
        let with = |name: &str| format!(r#"{{"in_features": 8, "activation_function": "{name}"}}"#);
        assert_eq!(severities(&with("os.system")), [Severity::Critical]);
        assert_eq!(severities(&with("torch.nn.modules.activation.Tanh")), []);
        assert_eq!(severities(&with("gelu_new")), []);
    }

    #[test]
    fn parts_of_pipelines_are_judged() {
        let index = |part: &str| {
            format!(
                r#"{{"_class_name": "FooPipeline", "_diffusers_version": "0.30.0", "unet": {part}, "vae": [null, null]}}"#
            )
        };
        for (part, expected) in [
            (r#"["diffusers", "UNet2DConditionModel"]"#, &[][..]),
            (r#"["transformers", "CLIPTextModel"]"#, &[]),
            (r#"["stable_diffusion", "StableDiffusionSafetyChecker"]"#, &[]),
            (r#"["os", "system"]"#, &[Severity::Critical]),
            (r#"["my.package", "Net"]"#, &[Severity::Medium]),
        ] {
            assert_eq!(named("model_index.json", &index(part)), expected, "{part}");
        }
        assert_eq!(named("config.json", r#"{"_attn_implementation": "someone/kernels"}"#), [Severity::Medium]);
        assert_eq!(named("config.json", r#"{"_attn_implementation": "sdpa", "trust_remote_code": false}"#), []);
    }

    #[test]
    fn python_that_settings_name_is_judged() {
        let index = br#"{"_class_name": ["my_pipeline", "P"], "unet": ["net", "U"]}"#;
        let code = b"from . import helper\n";
        let files: &[(&str, &[u8])] = &[
            ("model_index.json", index),
            ("my_pipeline.py", code),
            ("helper.py", b"import os\nos.system('id')\n"),
            ("unet/net.py", b"import torch\nclass U(torch.nn.Module): pass\n"),
            ("train.py", b"import os\nos.system('id')\n"),
        ];
        let seen = in_folder(files, "model_index.json", None);
        let worst: Vec<_> = seen
            .findings
            .iter()
            .filter(|finding| finding.severity > Severity::Info)
            .map(|finding| (finding.rule.name, finding.target.artifact.path().to_owned()))
            .collect();
        assert_eq!(worst, [("embedded-code", "helper.py".to_owned())]);
    }

    #[test]
    fn other_settings_are_left_alone() {
        assert_eq!(severities(r#"{"model_type": "x", "architectures": ["X"]}"#), []);
        assert_eq!(severities(r#"{"types": {"a": "os.system"}, "type": "os.system"}"#), []);
    }
}
