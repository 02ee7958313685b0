//! Files of every format, cut where a download may break off: what could not be read is said, and never clean.

use palisade_base::Severity;

use crate::testing::observe;

/// Where a file of this length is cut.
fn places(len: usize) -> Vec<usize> {
    let even = (1..20).map(|part| len * part / 20);
    let ends = [1, 2, 4, 16].into_iter().map(|behind| len.saturating_sub(behind));
    let mut places: Vec<usize> = even.chain(ends).filter(|at| (1..len).contains(at)).collect();
    places.sort_unstable();
    places.dedup();
    places
}

/// Whether a scan says that something is wrong with the file, or that it was not read.
fn is_told(name: &str, bytes: &[u8]) -> bool {
    let seen = observe(name, bytes, None);
    let alarm = |severity| severity >= Severity::Medium;
    !seen.unscanned.is_empty() || seen.findings.iter().any(|finding| alarm(finding.severity))
}

#[test]
fn no_cut_file_is_clean() {
    let mut clean = Vec::new();
    for (name, bytes, needless) in SAMPLES {
        for at in places(bytes.len()) {
            if !needless.contains(&at) && !is_told(name, &bytes[..at]) {
                clean.push(format!("{name} of {} at {at}", bytes.len()));
            }
        }
    }
    assert_eq!(clean, Vec::<String>::new());
}

macro_rules! seed {
    ($path:literal) => {
        include_bytes!(concat!("../../../../../fuzz/seeds/", $path))
    };
}

/// The name of each, its bytes, and where a cut takes away nothing that a loader interprets: a last line feed, or so much that
/// numbers without a header or a few letters are left.
const SAMPLES: &[(&str, &[u8], std::ops::Range<usize>)] = &[
    ("m.caffemodel", seed!("caffe/binary"), 0..2),
    ("m.cbm", seed!("catboost/core.cbm"), 0..0),
    ("m.cmf", seed!("cntk/native"), 0..0),
    ("m.mlmodel", seed!("coreml/custom"), 0..4),
    ("m.tflite", seed!("flatbuffer/model.tflite"), 43..44),
    ("m.ggml", seed!("ggml/llama"), 0..0),
    ("m.gguf", seed!("gguf/template"), 0..0),
    ("m.h5", seed!("hdf5/new.h5"), 0..0),
    ("m.h5", seed!("hdf5/old.h5"), 0..0),
    ("m.msgpack", seed!("msgpack/flax.msgpack"), 0..0),
    ("m.params", seed!("mxnet/one.params"), 0..0),
    ("m.npy", seed!("npy/objects"), 0..0),
    ("m.onnx", seed!("onnx/model"), 0..0),
    ("m.pdmodel", seed!("paddle/program"), 0..2),
    ("m.pdiparams", seed!("paddle/tensors"), 0..99),
    ("m.pkl", seed!("pickle/protocol-0"), 0..0),
    ("m.pkl", seed!("pickle/protocol-2"), 0..0),
    ("m.pkl", seed!("pickle/protocol-4"), 0..0),
    ("m.joblib", seed!("pickle/joblib"), 0..0),
    ("m.rds", seed!("r_data/ascii.rds"), 0..99),
    ("m.rds", seed!("r_data/promise.rds"), 0..99),
    ("m.rar", seed!("rar/new"), 0..6),
    ("m.rar", seed!("rar/old"), 0..6),
    ("m.safetensors", seed!("safetensors/good"), 0..0),
    ("m.7z", seed!("sevenz/bcj"), 0..0),
    ("m.7z", seed!("sevenz/lzma"), 0..0),
    ("m.tar", seed!("tar/members"), 0..0),
    ("saved_model.pb", seed!("tensorflow/saved_model"), 0..0),
    ("m.t7", seed!("torch7/module.t7"), 0..0),
    ("m.t7", seed!("torch7/module.ascii.t7"), 0..0),
    ("m.ubj", seed!("ubjson/model.ubj"), 0..0),
    ("m.pmml", seed!("xml/entities.pmml"), 0..0),
    ("openvino.xml", seed!("xml/openvino.xml"), 0..47),
    ("m.pt", seed!("zip/torch"), 0..0),
    ("m.pt", seed!("inventory/turned.pt"), 0..0),
];
