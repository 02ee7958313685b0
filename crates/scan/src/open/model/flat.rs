//! Opens models that are flatbuffers: TensorFlow Lite, `ExecuTorch`, ONNX Runtime, `CatBoost`.

use palisade_formats::{catboost, executorch, ort, sniff::Format, tflite};

use super::{
    part::Part,
    reading::{Reading, Role},
};
use crate::{
    Engine,
    input::model::{Carrier, Does, OddityKind, When},
};

/// Opens a TensorFlow Lite model: its custom operators.
pub(super) fn tflite(part: &Part<'_>, engine: &mut Engine) -> bool {
    let model = tflite::parse(part.bytes, BUDGET);
    let mut reading = Reading::default();
    for custom in &model.custom {
        let (does, what) = custom_operator(&custom.name);
        reading.effect(custom.range.clone(), Carrier::Operator, does, When::Run, what);
    }
    for text in &model.texts {
        texts(part, &mut reading, &text.key, text.range.clone());
    }
    lies(&mut reading, &model.lies);
    if let Some(cut) = model.cut {
        reading.cut(cut);
    }
    reading.judge(part, Format::TfLite, "a TensorFlow Lite model", Role::Weights, engine);
    true
}

/// What an operator does that is looked up by its name.
fn custom_operator(name: &str) -> (Does, String) {
    if let Some(operator) = name.strip_prefix("Flex").filter(|operator| !operator.is_empty()) {
        let what = format!("runs the TensorFlow operator `{operator}` through the Flex delegate");
        return match operator {
            _ if EXECUTES.iter().any(|word| operator.contains(word)) => (Does::Executes, what),
            _ if REACHES.iter().any(|word| operator.contains(word)) => (Does::Reaches, what),
            _ => (Does::Known, what),
        };
    }
    let known = KNOWN.contains(&name) || KNOWN_FAMILIES.iter().any(|family| name.starts_with(family));
    let what = format!("runs the custom operator `{name}`, which a library outside of the model brings");
    (if known { Does::Known } else { Does::Custom }, what)
}

/// Opens an `ExecuTorch` program: its operators and the back ends that parts of it are compiled for.
pub(super) fn executorch(part: &Part<'_>, engine: &mut Engine) -> bool {
    let program = executorch::parse(part.bytes, BUDGET);
    let mut reading = Reading::default();
    for operator in &program.operators {
        let library = operator.name.split("::").next().unwrap_or_default();
        if !LIBRARIES.contains(&library) {
            let what = format!("runs the operator `{}`, which a library outside of ExecuTorch brings", operator.name);
            reading.effect(operator.range.clone(), Carrier::Operator, Does::Custom, When::Run, what);
        }
    }
    for backend in &program.backends {
        let does = if BACKENDS.contains(&backend.name.as_str()) { Does::Known } else { Does::Custom };
        let what = format!("hands a part of it to the back end `{}`", backend.name);
        reading.effect(backend.range.clone(), Carrier::Operator, does, When::Load, what);
    }
    for text in &program.texts {
        texts(part, &mut reading, "", text.range.clone());
    }
    lies(&mut reading, &program.lies);
    if let Some(cut) = program.cut {
        reading.cut(cut);
    }
    reading.judge(part, Format::ExecuTorch, "an ExecuTorch program", Role::Weights, engine);
    true
}

/// Opens a model of ONNX Runtime: operators that are not ONNX's own.
pub(super) fn ort(part: &Part<'_>, engine: &mut Engine) -> bool {
    let model = ort::parse(part.bytes, BUDGET);
    let mut reading = Reading::default();
    for operator in &model.foreign {
        let named = format!("`{}` of the domain `{}`", operator.name, operator.domain);
        let (does, what) = match operator.domain.as_str() {
            _ if operator.name.starts_with("PyOp") || operator.name.starts_with("PyCustomOp") => {
                (Does::Executes, format!("runs Python through the operator {named}"))
            }
            domain if domain.starts_with("com.microsoft") || domain == "ai.onnx.contrib" => {
                (Does::Known, format!("runs the operator {named}"))
            }
            _ => (Does::Custom, format!("runs the operator {named}, which a library outside of the model brings")),
        };
        reading.effect(operator.range.clone(), Carrier::Operator, does, When::Run, what);
    }
    for (key, range) in &model.texts {
        texts(part, &mut reading, key, range.clone());
    }
    let broken = model.broken.map(|at| (at, "an offset leads outside of the file"));
    lies(&mut reading, broken.as_slice());
    if let Some(cut) = model.cut {
        reading.cut(cut);
    }
    reading.judge(part, Format::Ort, "an ONNX Runtime model", Role::Weights, engine);
    true
}

/// Opens a `CatBoost` model. It has no place for code: texts are all there is to judge.
pub(super) fn catboost(part: &Part<'_>, engine: &mut Engine) -> bool {
    let mut reading = Reading::default();
    match catboost::parse(part.bytes, BUDGET) {
        Some(model) => {
            for (key, range) in &model.texts {
                reading.raw_text(key, part.bytes, range.clone());
            }
            // CatBoost verifies the core and refuses what does not hold: only its texts can matter then.
            if !model.sound {
                reading.runs(part.bytes, model.core.start..model.core.end.min(model.core.start + OPAQUE));
            }
        }
        None => reading.cut("its core is longer than the file"),
    }
    reading.judge(part, Format::CatBoost, "a CatBoost model", Role::Weights, engine);
    true
}

/// A value that may be text or any bytes.
fn texts(part: &Part<'_>, reading: &mut Reading, key: &str, range: std::ops::Range<usize>) {
    if !reading.looks(range.len()) {
        return;
    }
    match part.bytes.get(range.clone()) {
        Some(bytes) if std::str::from_utf8(bytes).is_ok() => reading.raw_text(key, part.bytes, range),
        _ => reading.runs(part.bytes, range.start..range.end.min(range.start + OPAQUE)),
    }
}

/// Offsets that lie are no accident.
fn lies(reading: &mut Reading, lies: &[(usize, &'static str)]) {
    for (at, what) in lies.iter().take(20) {
        reading.odd(*at, OddityKind::Malformed, false, *what);
    }
}

/// How many tables and elements of one file are looked at.
const BUDGET: u32 = 2_000_000;
/// How many bytes without structure are searched for texts.
const OPAQUE: usize = 1 << 20;
/// TensorFlow operators that run code or load libraries, by a part of their name.
const EXECUTES: &[&str] = &["PyFunc", "LoadLibrary", "LoadOpLibrary", "LoadFileSystem"];
/// TensorFlow operators that reach files or the network, by a part of their name.
const REACHES: &[&str] = &[
    "ReadFile",
    "WriteFile",
    "MatchingFiles",
    "SaveV2",
    "SaveSlices",
    "SaveDataset",
    "MergeV2Checkpoints",
    "DeleteFile",
    "TextLineDataset",
    "TFRecordDataset",
    "FixedLengthRecordDataset",
    "TextLineReader",
    "WholeFileReader",
    "TFRecordReader",
    "DebugIdentity",
    "SummaryWriter",
    "RpcCall",
    "RpcClient",
    "RpcServer",
    "BigQuery",
    "PrintV2",
];
/// Custom operators that come with TensorFlow Lite, `MediaPipe` or accelerators.
const KNOWN: &[&str] = &[
    "TFLite_Detection_PostProcess",
    "MaxPoolingWithArgmax2D",
    "MaxUnpooling2D",
    "Convolution2DTransposeBias",
    "TransformTensor",
    "TransformTensorBilinear",
    "TransformLandmarks",
    "Landmarks2TransformMatrix",
    "LandmarksToTransformMatrix",
    "AlignmentPointsToTransformMatrix",
    "FusedBatchNormV3",
    "KmeansEmbeddingLookup",
    "UniversalSentenceEncoderPreprocess",
    "NGrams",
    "RaggedTensorToTensor",
    "RaggedRange",
    "RaggedGather",
    "TFSentencepieceTokenizeOp",
    "TFSentencepieceDetokenizeOp",
    "WhitespaceTokenizer",
    "CustomTextClassification",
    "AudioSpectrogram",
    "Mfcc",
    "NumericVerify",
    "IRFFT2D",
    "Irfft2d",
    "Rfft2d",
    "RandomStandardNormal",
    "RandomUniform",
    "Multinomial",
    "Roll",
    "Sign",
    "Table",
    "edgetpu-custom-op",
    "ethos-u",
    "vx-delegate",
    "nbg",
    "DELEGATE",
];
/// The same, by the beginning of their name.
const KNOWN_FAMILIES: &[&str] = &["tftext:", "TFText>", "aeq.", "odml.", "Signal", "SIGNAL_", "Micro"];
/// Libraries of operators that `ExecuTorch` brings.
const LIBRARIES: &[&str] = &[
    "aten",
    "prim",
    "prims",
    "executorch_prim",
    "quantized_decomposed",
    "quantized",
    "dim_order_ops",
    "et_copy",
    "et_vk",
    "llama",
    "cadence",
    "torchao",
    "torchvision",
    "cortex_m",
];
const BACKENDS: &[&str] = &[
    "XnnpackBackend",
    "CoreMLBackend",
    "MPSBackend",
    "QnnBackend",
    "VulkanBackend",
    "EthosUBackend",
    "ArmBackend",
    "VgfBackend",
    "TOSABackend",
    "OpenvinoBackend",
    "NeuropilotBackend",
    "EnnBackend",
    "NeutronBackend",
    "CadenceBackend",
    "CudaBackend",
    "AotiBackend",
    "MetalBackend",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::observe;

    #[test]
    fn operators_are_told_apart() {
        for (name, does) in [
            ("FlexReadFile", Does::Reaches),
            ("FlexEagerPyFunc", Does::Executes),
            ("FlexErf", Does::Known),
            ("TFLite_Detection_PostProcess", Does::Known),
            ("FlexibleThing", Does::Known),
            ("MyOp", Does::Custom),
            ("Flex", Does::Custom),
        ] {
            assert_eq!(custom_operator(name).0, does, "{name}");
        }
    }

    #[test]
    fn a_model_that_lies_is_malformed_and_an_opaque_core_is_not() {
        let rules = |name: &str, bytes: &[u8]| {
            let seen = observe(name, bytes, None);
            assert_eq!(seen.unscanned, [], "{name}");
            seen.findings
                .into_iter()
                .map(|finding| finding.rule.name)
                .filter(|rule| *rule != "unsigned-weights")
                .collect::<Vec<_>>()
        };
        assert_eq!(rules("m.tflite", b"\xff\xff\0\0TFL3\0\0\0\0\0\0"), ["malformed-model"]);
        assert_eq!(rules("m.cbm", b"CBM1\x10\0\0\0exec_time_ms\0abc"), [""; 0]);
    }
}
