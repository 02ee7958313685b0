//! Opens models in XML: `OpenVINO` and PMML. What a reader of XML fetches or expands while loading counts for both.

use std::{borrow::Cow, fs, ops::Range};

use palisade_formats::{
    sniff::Format,
    xml::{self, Attribute, Entity, Item, Limits, Outline, Value},
};

use super::{
    name::leaves,
    part::Part,
    reading::{Reading, Role, is_library},
};
use crate::{
    Engine,
    input::model::{Carrier, Does, OddityKind, When},
};

/// Opens XML if it holds a model.
pub(super) fn open(part: &Part<'_>, engine: &mut Engine) -> bool {
    let Some(text) = xml::decode(part.bytes) else { return false };
    let declares = text.contains("<!ENTITY");
    if !declares && !xml::root_name(&text).is_some_and(is_model) {
        return false;
    }
    let mut reading = Reading::default();
    let mut root = String::new();
    let weights = weights_len(part);
    let outline = xml::parse(&text, Limits::default(), &mut |item| match item {
        Item::Element { name, around, attributes, range } => {
            if around.is_empty() {
                name.clone_into(&mut root);
            }
            for attribute in attributes {
                reading.text(&attribute.name, range.clone(), &attribute.value);
            }
            if root == "net" {
                layer(&mut reading, name, attributes, &range, weights);
            } else {
                element(&mut reading, name, attributes, &range);
            }
            include(&mut reading, name, attributes, &range);
        }
        Item::Text { around, text, range } => {
            let key = around.last().map(String::as_str).unwrap_or_default();
            reading.text(key, range, text);
        }
        Item::Instruction { text, range } => instruction(&mut reading, text, &range),
    });
    if !is_model(&root) && !["pmml", "model", "mlmodel"].iter().any(|extension| part.has_extension(extension)) {
        return false;
    }
    declarations(&mut reading, &outline);
    if let Some(flaw) = outline.flaw {
        reading.cut(flaw);
    }
    let title = if root == "net" { "an OpenVINO model" } else { "a PMML model" };
    // Ranges are those of the text that was decoded.
    let bytes: &[u8] = if matches!(text, Cow::Owned(_)) { text.as_bytes() } else { part.bytes };
    let part = Part { bytes, name: part.name.clone(), ..*part };
    reading.judge(&part, Format::Xml, title, Role::Weights, engine);
    true
}

fn is_model(root: &str) -> bool {
    matches!(root, "net" | "PMML")
}

/// Length of the file of weights beside an `OpenVINO` model.
fn weights_len(part: &Part<'_>) -> Option<u64> {
    let about = fs::metadata(part.file?.disk.with_extension("bin")).ok()?;
    about.is_file().then_some(about.len())
}

fn value<'a>(attributes: &'a [Attribute], name: &str) -> Option<&'a str> {
    attributes.iter().find(|attribute| attribute.name == name).map(|attribute| attribute.value.as_str())
}

/// A layer of `OpenVINO`, or what belongs to one.
fn layer(reading: &mut Reading, name: &str, attributes: &[Attribute], range: &Range<usize>, weights: Option<u64>) {
    for attribute in attributes.iter().filter(|attribute| is_library(&attribute.value)) {
        let what = format!("loads the library `{}`", attribute.value);
        reading.effect(range.clone(), Carrier::Operator, Does::Executes, When::Load, what);
    }
    if name == "data" {
        let number = |key| value(attributes, key).and_then(|number| number.parse::<u64>().ok());
        if let (Some(offset), Some(size)) = (number("offset"), number("size")) {
            let end = offset.checked_add(size);
            if end.is_none() || weights.is_some_and(|len| end > Some(len)) {
                let what = "a constant lies outside of the file of weights";
                reading.odd(range.start, OddityKind::Malformed, false, what);
            }
        }
    }
    if name != "layer" {
        return;
    }
    let kind = value(attributes, "type").unwrap_or_default();
    let known = match value(attributes, "version") {
        Some(set) => set.strip_prefix("opset").is_some_and(|number| number.parse::<u8>().is_ok()),
        None => LEGACY.contains(&kind),
    };
    if !known {
        let what = format!("needs an extension for the layer type `{kind}`");
        reading.effect(range.clone(), Carrier::Operator, Does::Custom, When::Load, what);
    }
}

/// An element of PMML.
fn element(reading: &mut Reading, name: &str, attributes: &[Attribute], range: &Range<usize>) {
    if name.eq_ignore_ascii_case("script") {
        let what = "carries a script, which PMML has no place for";
        reading.effect(range.clone(), Carrier::Code, Does::Calls, When::Load, what);
    }
    // Functions of PMML have plain names; a name with dots is a class of Java that the evaluator loads.
    if name == "Apply"
        && let Some(function) = value(attributes, "function").filter(|function| function.contains('.'))
    {
        let dangerous = ["java.", "javax.", "sun.", "jdk.", "org.apache.commons."];
        let does = if dangerous.iter().any(|start| function.starts_with(start)) { Does::Calls } else { Does::Custom };
        let what = format!("calls the Java class `{function}`");
        reading.effect(range.clone(), Carrier::Name, does, When::Run, what);
    }
}

/// An inclusion of another document.
fn include(reading: &mut Reading, name: &str, attributes: &[Attribute], range: &Range<usize>) {
    if matches!(name, "include" | "import")
        && let Some(address) = value(attributes, "href").or_else(|| value(attributes, "schemaLocation"))
    {
        fetches(reading, range, "an inclusion", address);
    }
}

fn instruction(reading: &mut Reading, text: &str, range: &Range<usize>) {
    reading.text("instruction", range.clone(), text);
    if text.starts_with("xml-stylesheet")
        && let Some(address) = text.split(['"', '\'']).find(|part| part.contains("://"))
    {
        fetches(reading, range, "a style sheet", address);
    }
    if text.starts_with("php") || text.starts_with("import") {
        let what = "carries a processing instruction with code";
        reading.effect(range.clone(), Carrier::Code, Does::Calls, When::Load, what);
    }
}

fn fetches(reading: &mut Reading, range: &Range<usize>, through: &str, address: &str) {
    let far = address.contains("://") || leaves(address) || address.starts_with("file:");
    let does = if far { Does::Reaches } else { Does::Custom };
    let what = format!("makes the reader of the XML fetch `{address}` through {through}");
    reading.effect(range.clone(), Carrier::Name, does, When::Load, what);
}

/// The document type and its entities.
fn declarations(reading: &mut Reading, outline: &Outline) {
    if let Some(Entity { value: Value::External(address), range, .. }) = &outline.external
        && !address.contains("dmg.org/")
        && (address.contains(':') || leaves(address))
    {
        fetches(reading, range, "its document type", address);
    }
    for entity in &outline.entities {
        match &entity.value {
            Value::External(address) => {
                let what = format!(
                    "makes the reader of the XML fetch `{address}` through the external entity `{}`",
                    entity.name
                );
                reading.effect(entity.range.clone(), Carrier::Name, Does::Reaches, When::Load, what);
            }
            // One entity that names another several times grows with every level.
            Value::Internal(2..) => {
                let what = "its entities are made of each other and multiply when they are expanded";
                reading.odd(entity.range.start, OddityKind::Bomb, false, what);
            }
            Value::Internal(_) => {}
        }
    }
}

/// Layer types of the versions before there were operation sets.
const LEGACY: &[&str] = &[
    "",
    "Activation",
    "ArgMax",
    "ArgMin",
    "BatchNormalization",
    "BinaryConvolution",
    "BlobLogging",
    "Broadcast",
    "CTCGreedyDecoder",
    "CTCLoss",
    "Clamp",
    "Concat",
    "Const",
    "Convolution",
    "Convolution1D",
    "Copy",
    "Crop",
    "Cosine",
    "CumSum",
    "Deconvolution",
    "DeformableConvolution",
    "DepthToSpace",
    "DetectionOutput",
    "Elu",
    "Eltwise",
    "Erf",
    "Exp",
    "ExperimentalDetectronDetectionOutput",
    "ExperimentalDetectronGenerateProposalsSingleImage",
    "ExperimentalDetectronPriorGridGenerator",
    "ExperimentalDetectronROIFeatureExtractor",
    "ExperimentalDetectronTopKROIs",
    "FakeQuantize",
    "Fill",
    "Flatten",
    "Floor",
    "FullyConnected",
    "GRN",
    "GRUCell",
    "GRUSequence",
    "Gather",
    "GatherTree",
    "Gemm",
    "HardSigmoid",
    "Input",
    "Interp",
    "LRN",
    "LSTMCell",
    "LSTMSequence",
    "Log",
    "LogSoftmax",
    "MVN",
    "MatMul",
    "Math",
    "Memory",
    "NonMaxSuppression",
    "Norm",
    "Normalize",
    "NormalizeL2",
    "OneHot",
    "Output",
    "PReLU",
    "PSROIPooling",
    "Pad",
    "Parameter",
    "Permute",
    "Pooling",
    "Power",
    "PowerFile",
    "PriorBox",
    "PriorBoxClustered",
    "Proposal",
    "Quantize",
    "RNN",
    "RNNCell",
    "RNNSequence",
    "ROIAlign",
    "ROIPooling",
    "Range",
    "ReLU",
    "ReLU6",
    "ReduceAnd",
    "ReduceL1",
    "ReduceL2",
    "ReduceLogSum",
    "ReduceLogSumExp",
    "ReduceMax",
    "ReduceMean",
    "ReduceMin",
    "ReduceOr",
    "ReduceProd",
    "ReduceSum",
    "ReduceSumSquare",
    "RegionYolo",
    "ReorgYolo",
    "Resample",
    "Reshape",
    "Result",
    "ReverseSequence",
    "ScaleShift",
    "ScatterUpdate",
    "Select",
    "ShapeOf",
    "ShuffleChannels",
    "Sigmoid",
    "SimplerNMS",
    "Slice",
    "SoftMax",
    "Softmax",
    "SpaceToBatch",
    "SpaceToDepth",
    "SparseFillEmptyRows",
    "SparseSegmentMean",
    "SparseSegmentSqrtN",
    "SparseSegmentSum",
    "SparseWeightedReduce",
    "SpatialTransformer",
    "Split",
    "Squeeze",
    "StridedSlice",
    "Swish",
    "TanH",
    "TensorIterator",
    "Tile",
    "TopK",
    "Transpose",
    "Unique",
    "Unsqueeze",
    "Upsampling",
];

#[cfg(test)]
mod tests {
    use palisade_base::Severity;

    use crate::testing::observe;

    fn judged(name: &str, text: impl AsRef<[u8]>) -> Vec<(&'static str, Severity)> {
        let seen = observe(name, text.as_ref(), None);
        assert!(seen.stats.judged == 1);
        let findings = seen.findings.into_iter().map(|finding| (finding.rule.name, finding.severity));
        findings.filter(|(rule, _)| *rule != "unsigned-weights").collect()
    }

    #[test]
    fn extensions_and_libraries_are_found() {
        let net =
            |layer: &str| format!("<?xml version='1.0'?><net name='m' version='11'><layers>{layer}</layers></net>");
        let layer = net("<layer id='0' type='Parameter' version='opset1'/><layer id='1' type='Input'/>");
        assert_eq!(judged("m.xml", layer), []);
        let custom = net("<layer id='0' type='Mine' version='extension'/>");
        assert_eq!(judged("m.xml", custom), [("unsafe-operator", Severity::Medium)]);
        let library = net("<layer id='0' type='Add' version='opset1'><data impl='./libmine.so'/></layer>");
        assert_eq!(judged("m.xml", library), [("unsafe-operator", Severity::Critical)]);
        let outside =
            net("<layer id='0' type='Const' version='opset1'><data offset='9' size='18446744073709551615'/></layer>");
        assert_eq!(judged("m.xml", outside), [("malformed-model", Severity::High)]);
    }

    #[test]
    fn entities_are_found_in_any_encoding() {
        let external = "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/hosts\">]><PMML a='&e;'/>";
        assert_eq!(judged("m.pmml", external), [("config-call", Severity::High)]);
        let wide: Vec<u8> = external.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(judged("m.pmml", [b"\xff\xfe", &*wide].concat()), [("config-call", Severity::High)]);
        let bomb = "<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><PMML version='4.4'/>";
        assert_eq!(judged("m.pmml", bomb), [("malformed-model", Severity::High)]);
        let plain = "<!DOCTYPE PMML PUBLIC 'PMML 2.0' 'http://www.dmg.org/v2-0/pmml_v2_0.dtd' [<!ENTITY co 'Northwind'>]>\
                     <PMML version='2.0'><Header copyright='&co;'/></PMML>";
        assert_eq!(judged("m.pmml", plain), []);
    }

    #[test]
    fn inclusions_and_java_calls_are_found() {
        let pmml =
            |inner: &str| format!("<PMML version='4.4' xmlns:xi='http://www.w3.org/2001/XInclude'>{inner}</PMML>");
        let include = pmml("<xi:include href='file:///etc/hosts' parse='text'/>");
        assert_eq!(judged("m.pmml", include), [("config-call", Severity::High)]);
        assert_eq!(judged("m.pmml", pmml("<Apply function='java.lang.Runtime'/>")), [("config-call", Severity::High)]);
        let plain = "<Apply function='uppercase'/><DefineFunction name='f'/><Extension name='user' value='me'/>";
        assert_eq!(judged("m.pmml", pmml(plain)), []);
        assert_eq!(
            judged("m.pmml", pmml("<Extension><script>x()</script></Extension>")),
            [("embedded-code", Severity::High)]
        );
    }

    #[test]
    fn other_xml_is_left_alone() {
        assert_eq!(judged("page.xml", "<?xml version='1.0'?><!DOCTYPE r [<!ENTITY a 'b'>]><r>&a;</r>"), []);
    }
}
