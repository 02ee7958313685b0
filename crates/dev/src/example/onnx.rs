//! A linear classifier as an ONNX model. Field numbers: `onnx.proto` of ONNX 1.12, IR version 8, operator set 15.

use super::{
    classifier::{Classifier, Scores},
    phrases::CLASSES,
    protobuf::Message,
};

/// Where the weights are.
#[derive(Clone, Copy)]
pub(crate) enum Weights {
    /// In the model itself.
    Inside,
    /// In another file, named by this path.
    Outside(&'static str),
}

/// Writes the model: `features` `[N, F]` through `Gemm` and `Softmax` to `probabilities` `[N, 5]`, and through `ArgMax`
/// to `label` `[N]`.
pub(crate) fn model(classifier: &Classifier, weights: Weights, metadata: &[(&str, String)]) -> Vec<u8> {
    let features = classifier.weights.len() as u64;
    let graph = Message::default()
        .messages(
            1,
            [
                node("Gemm", &["features", "weights", "bias"], "scores", &[]),
                node("Softmax", &["scores"], "probabilities", &[("axis", 1)]),
                node("ArgMax", &["scores"], "label", &[("axis", 1), ("keepdims", 0)]),
            ],
        )
        .text(2, "ticket-classifier")
        .message(5, tensor("weights", &[features, CLASSES.len() as u64], &classifier.weights, weights))
        .message(5, tensor("bias", &[CLASSES.len() as u64], &[classifier.bias], Weights::Inside))
        .message(11, value("features", FLOAT, Some(features)))
        .message(12, value("probabilities", FLOAT, Some(CLASSES.len() as u64)))
        .message(12, value("label", INT64, None));
    let metadata = metadata.iter().map(|(key, value)| Message::default().text(1, key).text(2, value));
    Message::default()
        .number(1, 8)
        .text(2, "palisade-dev")
        .number(5, 1)
        .text(6, "Routes support tickets by a hashed bag of words; see the README beside the models folder.")
        .message(7, graph)
        .message(8, Message::default().text(1, "").number(2, 15))
        .messages(14, metadata)
        .finish()
}

fn node(operator: &str, inputs: &[&str], output: &str, attributes: &[(&str, u64)]) -> Message {
    let attributes =
        attributes.iter().map(|(name, value)| Message::default().text(1, name).number(3, *value).number(20, INT));
    let node = inputs.iter().fold(Message::default(), |node, input| node.text(1, input));
    node.text(2, output).text(3, &operator.to_lowercase()).text(4, operator).messages(5, attributes)
}

fn tensor(name: &str, shape: &[u64], rows: &[Scores], weights: Weights) -> Message {
    let tensor = shape.iter().fold(Message::default(), |tensor, size| tensor.number(1, *size));
    let tensor = tensor.number(2, FLOAT).text(8, name);
    match weights {
        Weights::Inside => {
            let raw: Vec<u8> = rows.iter().flatten().flat_map(|weight| weight.to_le_bytes()).collect();
            tensor.bytes(9, &raw)
        }
        Weights::Outside(path) => {
            tensor.message(13, Message::default().text(1, "location").text(2, path)).number(14, EXTERNAL)
        }
    }
}

/// An input or output: a batch of `N` rows, each with `width` numbers or a single one.
fn value(name: &str, element: u64, width: Option<u64>) -> Message {
    let batch = Message::default().text(2, "N");
    let width = width.map(|width| Message::default().number(1, width));
    let shape = Message::default().message(1, batch).messages(1, width);
    let tensor = Message::default().number(1, element).message(2, shape);
    Message::default().text(1, name).message(2, Message::default().message(1, tensor))
}

const FLOAT: u64 = 1;
const INT64: u64 = 7;
const INT: u64 = 2;
const EXTERNAL: u64 = 1;
