//! Kubernetes manifests as workloads: every pod template, wherever it stands, with the Services and Ingresses of the same
//! file that lead to it.

mod network;
mod pod;

use std::collections::HashMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use palisade_formats::{
    dockerfile::Piece,
    tree::{Node, Value},
};

use self::network::Network;
use super::source::{MOST, Source};
use crate::{
    Engine, Input,
    input::infrastructure::{Setting, Settings, Truth},
};

/// Whether a document is a Kubernetes object, or a list of them.
pub(super) fn is_one(root: Node<'_>) -> bool {
    let text = |key| root.get(key).and_then(Node::text);
    text("apiVersion").is_some_and(|version| !version.is_empty()) && text("kind").is_some_and(|kind| !kind.is_empty())
}

/// Hands every container, and every `Secret` and `ConfigMap`, to the engine.
pub(super) fn workloads(source: &Source<'_>, roots: &[Node<'_>], engine: &mut Engine) {
    let objects: Vec<Node<'_>> = roots.iter().copied().flat_map(objects).filter(|object| is_one(*object)).collect();
    let mut network = Network::new(source, &objects);
    // A namespace's default limits hold for every container that sets none.
    let limited = objects.iter().any(|object| kind(*object) == "LimitRange");
    for object in &objects {
        match kind(*object) {
            "Secret" => settings(source, *object, "Secret", engine),
            "ConfigMap" => settings(source, *object, "ConfigMap", engine),
            _ => {}
        }
        for template in pod::templates(*object).into_iter().take_while(|_| source.is_open()) {
            for mut workload in pod::workloads(source, *object, &template, &mut network) {
                workload.resources.memory_limit |= limited;
                source.judge(workload, engine);
            }
        }
    }
    for workload in network.unmatched(source) {
        source.judge(workload, engine);
    }
}

/// A list stands for its items.
fn objects(root: Node<'_>) -> Vec<Node<'_>> {
    match root.get("items") {
        Some(items) if kind(root).ends_with("List") => items.items().take(MOST).collect(),
        _ => vec![root],
    }
}

fn kind(object: Node<'_>) -> &str {
    object.get("kind").and_then(Node::text).unwrap_or_default()
}

/// The name of an object: its own, or what it is generated from.
fn name(source: &Source<'_>, object: Node<'_>) -> Piece {
    let metadata = object.get("metadata");
    let name = metadata.and_then(|metadata| metadata.get("name").or_else(|| metadata.get("generateName")));
    let fallback = || Piece { text: kind(object).to_owned(), span: object.get("kind").map_or(0..0, Node::span) };
    name.and_then(|name| source.piece(name)).unwrap_or_else(fallback)
}

/// String values of a mapping.
fn strings(map: Option<Node<'_>>) -> HashMap<&str, &str> {
    let pairs = map.into_iter().flat_map(Node::entries).take(MOST);
    pairs.filter_map(|(key, value)| Some((key.text()?, value.text()?))).collect()
}

fn settings(source: &Source<'_>, object: Node<'_>, kind: &'static str, engine: &mut Engine) {
    let mut values = object.get("stringData").map(|data| source.settings(data)).unwrap_or_default();
    if let Some(data) = object.get("data").filter(|data| data.value() == Value::Mapping) {
        let data = source.settings(data);
        values.extend(if kind == "Secret" { data.into_iter().map(decoded).collect() } else { data });
    }
    let name = name(source, object).text;
    engine.judge(&Input::Settings(Settings { artifact: source.artifact, text: source.text, kind, name, values }));
}

/// The `data` of a Secret is base64; what is not text stays hidden.
fn decoded(setting: Setting) -> Setting {
    let bytes = setting
        .value
        .as_ref()
        .and_then(|value| STANDARD.decode(value.text.split_whitespace().collect::<String>()).ok());
    match (bytes.map(String::from_utf8), setting.value) {
        (Some(Ok(text)), Some(value)) => {
            let value = Some(Piece { text, span: value.span });
            Setting { name: setting.name, value, truth: Truth::Literal, repeated: false }
        }
        _ => Setting::hidden(setting.name),
    }
}
