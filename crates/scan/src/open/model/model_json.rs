//! Opens JSON that is a model or describes one: `XGBoost`, symbols of `MXNet`, checkpoints of Orbax, image manifests.

use std::ops::Range;

use palisade_formats::{
    json,
    sniff::Format,
    tree::{Failure, Limits, Node, Value},
};

use super::{
    boosting, manifest,
    name::leaves,
    part::Part,
    reading::{Reading, Role, is_library},
};
use crate::{
    Engine,
    file::as_text,
    input::model::{Carrier, Does, When},
};

/// Opens JSON by the keys of its outermost object.
pub(super) fn open(part: &Part<'_>, engine: &mut Engine) -> bool {
    let text = as_text(part.bytes);
    if boosting::json(part, &text, engine) {
        return true;
    }
    let limits = Limits { bytes: MOST, ..Limits::default() };
    let document = match json::parse(&text, limits) {
        Ok(document) => document,
        // No reader takes it.
        Err(Failure::Syntax { .. }) => return false,
        Err(failure) => {
            part.unscanned(engine, format!("it may describe a model, and cannot be read: {failure}"));
            return true;
        }
    };
    let root = document.root();
    if root.get("nodes").is_some() && (root.get("heads").is_some() || root.get("arg_nodes").is_some()) {
        symbol(part, root, engine);
    } else if root.get("tree_metadata").is_some() || root.walk().iter().any(|(_, node)| is_store(*node)) {
        checkpoint(part, root, engine);
    } else if manifest::is_manifest(root) {
        manifest::open(part, root, engine);
    } else {
        return false;
    }
    true
}

/// Every text of a document, under its nearest key.
pub(super) fn texts(reading: &mut Reading, root: Node<'_>) {
    for (key, node) in root.walk() {
        if let Some(text) = node.string() {
            reading.text(key.and_then(Node::text).unwrap_or_default(), node.inside(), text);
        }
    }
}

/// The graph of an `MXNet` model.
fn symbol(part: &Part<'_>, root: Node<'_>, engine: &mut Engine) {
    let mut reading = Reading::default();
    for node in root.get("nodes").into_iter().flat_map(Node::items) {
        let operator = node.get("op").and_then(Node::text).unwrap_or_default();
        let range = node.get("op").map_or(node.span(), Node::span);
        let attributes = ["attrs", "attr", "param"].iter().filter_map(|key| node.get(key)).flat_map(Node::entries);
        let attributes: Vec<_> = attributes.collect();
        let attribute = |name: &str| {
            let named = attributes.iter().find(|(key, _)| key.text() == Some(name));
            named.and_then(|(_, value)| value.text()).unwrap_or_default()
        };
        match operator {
            // Their attribute is an address in memory, which is called.
            "_Native" | "_NDArray" => {
                let what = format!("calls the address in memory that the operator `{operator}` gives");
                reading.effect(range, Carrier::Operator, Does::Executes, When::Run, what);
            }
            "Custom" => {
                let what = format!(
                    "calls the Python operator `{}`, which code outside of the model registers",
                    attribute("op_type")
                );
                reading.effect(range, Carrier::Operator, Does::Custom, When::Load, what);
            }
            _ => {}
        }
        for (_, value) in &attributes {
            libraries(&mut reading, *value);
        }
    }
    texts(&mut reading, root);
    reading.judge(part, Format::ModelJson, "an MXNet graph", Role::Description, engine);
}

fn libraries(reading: &mut Reading, value: Node<'_>) {
    if let Some(path) = value.text().filter(|path| is_library(path)) {
        let what = format!("loads the library `{path}`");
        reading.effect(value.span(), Carrier::Operator, Does::Executes, When::Load, what);
    }
}

/// A specification of `TensorStore`: a driver, and where it finds its data.
fn is_store(node: Node<'_>) -> bool {
    node.value() == Value::Mapping && node.get("driver").is_some() && node.get("kvstore").is_some()
}

/// The description of a checkpoint of Orbax or of an array of `TensorStore`.
fn checkpoint(part: &Part<'_>, root: Node<'_>, engine: &mut Engine) {
    let mut reading = Reading::default();
    for (_, node) in root.walk() {
        if is_store(node)
            && let Some(store) = node.get("kvstore")
        {
            let (address, range) = address(store);
            if address.contains("://") && !address.starts_with("memory://") || leaves(&address) {
                let what = format!("reads its arrays from `{address}`");
                reading.effect(range, Carrier::Name, Does::Reaches, When::Load, what);
            }
        }
    }
    texts(&mut reading, root);
    reading.judge(part, Format::ModelJson, "the description of a checkpoint", Role::Description, engine);
}

/// Where a key-value store lies, as one address.
fn address(store: Node<'_>) -> (String, Range<usize>) {
    if let Some(address) = store.string() {
        return (address.trim_start_matches("file://").to_owned(), store.span());
    }
    let text = |key| store.get(key).and_then(Node::text).unwrap_or_default();
    // Drivers such as `ocdbt` wrap another store.
    if let Some(base) = store.get("base") {
        return match base.value() {
            Value::Mapping => inner(base),
            _ => (base.text().unwrap_or_default().to_owned(), base.span()),
        };
    }
    inner_of(text("driver"), text("base_url"), text("bucket"), text("path"), store.span())
}

fn inner(store: Node<'_>) -> (String, Range<usize>) {
    let text = |key| store.get(key).and_then(Node::text).unwrap_or_default();
    inner_of(text("driver"), text("base_url"), text("bucket"), text("path"), store.span())
}

fn inner_of(driver: &str, url: &str, bucket: &str, path: &str, range: Range<usize>) -> (String, Range<usize>) {
    let address = match driver {
        "file" | "file_io" | "" => path.to_owned(),
        "http" => format!("{}{path}", if url.contains("://") { url.to_owned() } else { format!("http://{url}") }),
        other => format!("{other}://{bucket}/{path}"),
    };
    (address, range)
}

/// The most bytes of a description that are read.
const MOST: usize = 64 << 20;

#[cfg(test)]
mod tests {
    use palisade_base::Severity;

    use crate::testing::observe;

    fn judged(name: &str, text: &str) -> Vec<(&'static str, Severity)> {
        let seen = observe(name, text.as_bytes(), None);
        assert_eq!(seen.unscanned, [], "{text}");
        seen.findings.into_iter().map(|finding| (finding.rule.name, finding.severity)).collect()
    }

    #[test]
    fn operators_of_mxnet_are_judged() {
        let graph = |op: &str, attrs: &str| {
            format!(
                r#"{{"nodes": [{{"op": "{op}", "name": "a", "attrs": {attrs}, "inputs": []}}], "arg_nodes": [0], "heads": [[0, 0, 0]]}}"#
            )
        };
        assert_eq!(judged("m-symbol.json", &graph("Convolution", r#"{"kernel": "(3,3)"}"#)), []);
        let custom = judged("m-symbol.json", &graph("Custom", r#"{"op_type": "mine"}"#));
        assert_eq!(custom, [("unsafe-operator", Severity::Medium)]);
        let native = judged("m-symbol.json", &graph("_Native", r#"{"info": "0x7f00"}"#));
        assert_eq!(native, [("unsafe-operator", Severity::High)]);
        let library = judged("m-symbol.json", &graph("Convolution", r#"{"library": "../libmine.so"}"#));
        assert_eq!(library, [("unsafe-operator", Severity::Critical)]);
    }

    #[test]
    fn checkpoints_stay_where_they_are() {
        let store =
            |store: &str| format!(r#"{{"tree_metadata": {{}}, "spec": {{"driver": "zarr", "kvstore": {store}}}}}"#);
        assert_eq!(judged("_METADATA", &store(r#"{"driver": "file", "path": "params/w"}"#)), []);
        for far in [
            r#"{"driver": "http", "base_url": "http://203.0.113.9/", "path": "w"}"#,
            r#"{"driver": "ocdbt", "base": {"driver": "file", "path": "/etc/"}}"#,
            r#"{"driver": "ocdbt", "base": "s3://bucket/w"}"#,
            r#""file:///etc/w""#,
        ] {
            assert_eq!(judged("_METADATA", &store(far)), [("config-call", Severity::High)], "{far}");
        }
    }

    #[test]
    fn other_json_is_left_alone() {
        assert_eq!(judged("flow.json", r#"{"nodes": [{"op": "Custom"}], "edges": []}"#), []);
    }
}
