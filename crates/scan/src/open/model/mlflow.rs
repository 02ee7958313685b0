//! Opens what is known by its name: the description of an MLflow model, and an Ollama Modelfile.

use palisade_formats::{
    pickle::{Danger, Name, name_danger},
    sniff::Format,
    tree::{Limits, Node},
    yaml,
};

use super::{
    beside,
    name::leaves,
    part::Part,
    reading::{Reading, Role},
};
use crate::{
    Engine,
    file::as_text,
    input::model::{Carrier, Does, When},
};

/// Opens a description that is known by its name.
pub(super) fn open(part: &Part<'_>, engine: &mut Engine) -> bool {
    let is_description = part.name == "mlmodel";
    if !is_description && part.name != "modelfile" && !part.name.starts_with("modelfile.") {
        return false;
    }
    if part.is_binary() {
        return false;
    }
    let text = as_text(part.bytes);
    if is_description {
        description(part, &text, engine);
    } else {
        modelfile(part, &text, engine);
    }
    true
}

/// `MLmodel`: each flavour says which module loads the model.
fn description(part: &Part<'_>, text: &str, engine: &mut Engine) {
    let mut reading = Reading::default();
    let mut modules = Vec::new();
    let stream = yaml::parse(text, Limits::default());
    for document in &stream.documents {
        let flavours = document.root().get("flavors");
        for (_, flavour) in flavours.into_iter().flat_map(Node::entries) {
            loader(&mut reading, flavour);
            modules.extend(module_files(flavour));
        }
        for (key, node) in document.root().walk() {
            if let Some(text) = node.text() {
                reading.text(key.and_then(Node::text).unwrap_or_default(), node.inside(), text);
            }
        }
    }
    if stream.documents.is_empty() {
        reading.cut("it is not YAML that can be read");
    }
    reading.judge(part, Format::Xml, "an MLflow model", Role::Description, engine);
    beside::judge(part, modules, engine);
}

/// The files beside a description that the module which loads the model, and the packages around it, are.
fn module_files(flavour: Node<'_>) -> Vec<String> {
    let text = |key: &str| flavour.get(key).and_then(Node::string);
    let folder = text("code").map(|code| format!("{}/", code.trim_end_matches('/'))).unwrap_or_default();
    let mut files: Vec<String> = text("model_code_path").map(str::to_owned).into_iter().collect();
    let mut at = folder;
    for part in text("loader_module").into_iter().flat_map(|module| module.split('.')).take(PARTS) {
        files.push(format!("{at}{part}.py"));
        at = format!("{at}{part}/");
        files.push(format!("{at}__init__.py"));
    }
    files
}

fn loader(reading: &mut Reading, flavour: Node<'_>) {
    if let Some((module, node)) = flavour.get("loader_module").and_then(|node| Some((node.text()?, node))) {
        let name = Name { module: module.to_owned(), name: "_load_pyfunc".to_owned() };
        let does = match name_danger(&name) {
            _ if module == "mlflow" || module.starts_with("mlflow.") => Does::Known,
            Danger::Executor => Does::Executes,
            _ => Does::Custom,
        };
        let what = format!("imports the module `{module}` to load the model");
        reading.effect(node.span(), Carrier::Name, does, When::Load, what);
    }
    for key in ["code", "model_code_path"] {
        let Some((path, node)) = flavour.get(key).and_then(|node| Some((node.text()?, node))) else { continue };
        if node.is_null() || path.is_empty() {
            continue;
        }
        let does = if leaves(path) { Does::Calls } else { Does::Custom };
        let what = format!("puts `{path}` on the path of Python and runs what is there");
        reading.effect(node.span(), Carrier::Name, does, When::Load, what);
    }
}

/// `Modelfile`: where the weights come from, and the texts that go into every conversation.
fn modelfile(part: &Part<'_>, text: &str, engine: &mut Engine) {
    let mut reading = Reading::default();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let range = at..at + line.trim_end().len();
        at += line.len();
        let Some((word, rest)) = line.trim().split_once(char::is_whitespace) else { continue };
        let rest = rest.trim();
        match word.to_ascii_uppercase().as_str() {
            "FROM" | "ADAPTER" => {
                let host = rest.split("://").nth(1).and_then(|rest| rest.split('/').next());
                if host.is_some_and(|host| !HUBS.contains(&host)) {
                    let what = format!("fetches weights from `{rest}`");
                    reading.effect(range, Carrier::Name, Does::Custom, When::Deploy, what);
                }
            }
            key => reading.text(key, range, rest),
        }
    }
    reading.judge(part, Format::Xml, "an Ollama model file", Role::Description, engine);
}

/// The most parts of the path of a module that are followed.
const PARTS: usize = 8;
/// Hubs of models.
const HUBS: &[&str] = &["hf.co", "huggingface.co", "ollama.com", "registry.ollama.ai"];

#[cfg(test)]
mod tests {
    use palisade_base::Severity;

    use crate::testing::observe;

    fn judged(name: &str, text: &str) -> Vec<(&'static str, Severity)> {
        let seen = observe(name, text.as_bytes(), None);
        let findings = seen.findings.into_iter().map(|finding| (finding.rule.name, finding.severity));
        findings.filter(|(rule, severity)| *rule == "config-call" && *severity > Severity::Info).collect()
    }

    #[test]
    fn loaders_are_judged() {
        let flavour = |more: &str| format!("flavors:\n  python_function:\n    env: conda.yaml\n{more}");
        assert_eq!(judged("MLmodel", &flavour("    loader_module: mlflow.sklearn\n    code: null\n")), []);
        assert_eq!(judged("MLmodel", &flavour("    loader_module: mymodule\n")), [("config-call", Severity::Medium)]);
        assert_eq!(judged("MLmodel", &flavour("    loader_module: os\n")).len(), 1);
        assert_eq!(judged("MLmodel", &flavour("    code: ../../code\n")), [("config-call", Severity::High)]);
    }

    #[test]
    fn model_files_name_their_source() {
        assert_eq!(judged("Modelfile", "FROM llama3.2\nSYSTEM be kind\n"), []);
        assert_eq!(judged("Modelfile", "FROM https://hf.co/a/b\n"), []);
        assert_eq!(judged("Modelfile", "FROM https://models.example/b.gguf\n"), [("config-call", Severity::Medium)]);
    }
}
