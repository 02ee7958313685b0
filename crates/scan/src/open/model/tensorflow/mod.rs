//! Opens graphs of TensorFlow: what their operators do, the files that they bring, and the layers of Keras in them.

mod keras;
mod operators;

use operators::Verdict;
use palisade_formats::{
    protobuf::{Reading, Value},
    sniff::Format,
    tensorflow::{Kind, Part as Piece, is_known, kind, kind_of_text, walk},
};

use super::{
    gathered::{Gathered, shown},
    name,
    part::Part,
};
use crate::{
    Engine,
    input::model::{Carrier, Does, When},
};

/// Opens a graph in bytes.
pub(super) fn open(part: &Part<'_>, engine: &mut Engine) -> bool {
    let Some(kind) = kind(part.bytes) else { return false };
    open_as(part, kind, engine)
}

/// Opens bytes of this kind; false if there is nothing of it in them.
pub(super) fn open_as(part: &Part<'_>, kind: Kind, engine: &mut Engine) -> bool {
    read(part, &Reading::binary(part.bytes, STEPS), kind, engine)
}

/// Opens a graph in text.
pub(super) fn open_text(part: &Part<'_>, engine: &mut Engine) -> bool {
    let Some(kind) = kind_of_text(part.bytes) else { return false };
    read(part, &Reading::text(part.bytes, STEPS), kind, engine)
}

fn read(part: &Part<'_>, reading: &Reading<'_>, kind: Kind, engine: &mut Engine) -> bool {
    let mut gathered = Gathered::new(part);
    let (mut lookups, mut room) = (LOOKUPS, CONFIGURATIONS);
    // A message that only its name makes a graph needs an operator of TensorFlow in it.
    let (mut known, mut broken) = (false, None);
    // The graph of a training run reads its training data; it has variables, and savers for them.
    let (mut data, mut training) = (Vec::new(), kind == Kind::MetaGraph);
    walk(&reading.root(), kind, &mut |piece| match piece {
        Piece::Node(node) => {
            known = known || kind != Kind::Graph || is_known(&node.operator);
            training = training || kind == Kind::Graph && matches!(node.operator.as_str(), "SaveV2" | "VariableV2");
            for (key, text) in node.texts() {
                if !SILENT.contains(&key.as_str()) {
                    gathered.text(&key, &text);
                }
            }
            match operators::effect(&node, kind, &mut lookups) {
                Some(Verdict { does, what, data: true }) if does > Does::Custom && data.len() < LISTED => {
                    data.push((node.value.range.clone(), what));
                }
                Some(Verdict { does, what, .. }) => gathered.operator(node.value.range.clone(), does, what),
                None => {}
            }
        }
        Piece::Asset(value) => asset(&value, &mut gathered),
        Piece::Object(object) => {
            if object.identifier.starts_with("_tf_keras")
                && let Some(config) = object.metadata
            {
                known = true;
                broken = keras::layers(&config, &mut room, &mut gathered).err().or(broken);
            }
        }
        Piece::Text(key, value) => gathered.text(&key, &value),
    });
    if !known {
        return false;
    }
    for (range, what) in data.into_iter().filter(|_| !training) {
        gathered.operator(range, Does::Reaches, what);
    }
    gathered.cut(reading, engine);
    if let Some(why) = broken {
        part.unscanned(engine, why);
    }
    match kind {
        Kind::KerasMetadata => gathered.finish_without_weights(Format::TensorFlow, engine),
        _ if reading.root().is_text() => gathered.finish_without_weights(Format::TensorFlowText, engine),
        _ => gathered.finish(Format::TensorFlow, engine),
    }
    true
}

/// Assets are read when the model is loaded, from the folder `assets`.
fn asset(value: &Value<'_>, gathered: &mut Gathered<'_, '_>) {
    let path = value.text();
    if name::leaves(&path) || path.contains("://") {
        let what = format!("reads the asset `{}`, which lies outside of the model", shown(&path));
        gathered.effect(value.range.clone(), Carrier::Operator, Does::Reaches, When::Load, what);
    }
}

/// Attributes whose texts name other parts of the graph.
const SILENT: &[&str] = &["_class", "shared_name", "container", "config_proto", "_gradient_op_type", "config"];
/// The most fields that are read of one file.
const STEPS: u64 = 100_000_000;
/// The most bytes of configurations of Keras that are read.
const CONFIGURATIONS: usize = 64 << 20;
/// The most readers and writers of data that are listed.
const LISTED: usize = 100;
/// For how many operators of one file the constants among their inputs are looked up.
const LOOKUPS: usize = 16;

#[cfg(test)]
mod tests {
    use palisade_base::{Finding, Severity};

    use crate::testing::{findings, observe};

    fn graph(nodes: &str) -> String {
        format!("node {{ name: 'x' op: 'Placeholder' }}\n{nodes}")
    }

    fn found(text: &str) -> Vec<(Severity, String)> {
        let found: Vec<Finding> = findings("unsafe-operator", "graph.pbtxt", text);
        found.into_iter().map(|finding| (finding.severity, finding.message)).collect()
    }

    #[test]
    fn operators_that_do_more_than_compute_are_found() {
        let text = graph(
            "node { name: 'p' op: 'Const' attr { key: 'value' value { tensor { string_val: '/etc/passwd' } } } }
            node { name: 'r' op: 'ReadFile' input: 'p' }",
        );
        let found = found(&text);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].0, Severity::High);
        assert!(found[0].1.contains("`ReadFile`") && found[0].1.contains("`/etc/passwd`"), "{}", found[0].1);
    }

    #[test]
    fn operators_in_functions_are_found() {
        let text = graph("library { function { signature { name: 'f' } node_def { name: 'e' op: 'EagerPyFunc' } } }");
        assert_eq!(found(&text).len(), 1);
        let call = graph(
            "node { name: 'c' op: 'f' } library { function { signature { name: 'f' } node_def { name: 'e' op: 'Add' } } }",
        );
        assert_eq!(found(&call), []);
    }

    #[test]
    fn what_a_saver_does_is_normal() {
        let text = graph("node { name: 's' op: 'SaveV2' } node { name: 'r' op: 'RestoreV2' } node { name: 'm' op: 'MergeV2Checkpoints' }
            node { name: 'd' op: 'DebugIdentityV2' } node { name: 'a' op: 'Assert' }");
        assert_eq!(found(&text), []);
        assert!(observe("graph.pbtxt", text.as_bytes(), None).unscanned.is_empty());
    }

    #[test]
    fn assets_that_leave_are_found() {
        for (path, count) in [("vocabulary.txt", 0), ("../../etc/passwd", 1), ("/etc/passwd", 1)] {
            let text = format!(
                "saved_model_schema_version: 1 meta_graphs {{ graph_def {{ node {{ name: 'x' op: 'Add' }} }} asset_file_def {{ filename: '{path}' }} }}"
            );
            assert_eq!(found(&text).len(), count, "{path}");
        }
    }

    #[test]
    fn layers_of_keras_are_found() {
        let text = |class: &str| {
            let config = format!(
                r#"{{"layers": [{{"class_name": "{class}", "config": {{"function_type": "lambda", "function": ["4wA=", null, null]}}}}]}}"#
            );
            format!(
                "saved_model_schema_version: 1 meta_graphs {{ graph_def {{ node {{ name: 'x' op: 'Add' }} }} object_graph_def {{ nodes {{ user_object {{ identifier: '_tf_keras_network' metadata: '{config}' }} }} }} }}"
            )
        };
        assert_eq!(findings("embedded-code", "saved_model.pbtxt", text("Lambda")).len(), 1);
        assert_eq!(findings("embedded-code", "saved_model.pbtxt", text("Dense")).len(), 0);
    }
}
