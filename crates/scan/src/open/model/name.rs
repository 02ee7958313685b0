//! What file names say about models. Names never decide what a file is, only what is worth a closer look.

use palisade_formats::sniff::Format;

use crate::input::model::Claim;

/// Whether a name is one that models are given: any of its extensions, so that `model.pkl.xz` counts.
pub(super) fn is_model(name: &str) -> bool {
    let mut parts = name.split('.');
    let stem = parts.next().unwrap_or_default();
    parts.any(is_extension) || matches!(stem, "model" | "pytorch_model" | "weights")
}

/// Whether the last extension of a name is one that models have, and not one that other binary files have most of all.
pub(super) fn is_model_file(name: &str) -> bool {
    let Some((stem, extension)) = name.rsplit_once('.') else { return false };
    match extension {
        "bin" => stem.contains("model") || stem.contains("weights"),
        _ => is_extension(extension),
    }
}

/// Whether models have this extension, others perhaps as well.
fn is_extension(extension: &str) -> bool {
    CERTAIN.contains(&extension) || ALSO.contains(&extension)
}

/// The last part of a path, lower case, whichever way the slashes lean.
pub(super) fn file_name(path: &str) -> String {
    path.rsplit(['/', '\\']).next().unwrap_or_default().to_lowercase()
}

/// Whether a path ends in an extension that nothing but models has.
pub(super) fn is_certain(path: &str) -> bool {
    let extension = path.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase()).unwrap_or_default();
    CERTAIN.contains(&extension.as_str())
}

/// What the name claims, if its extension is one that stands for one format; `None` if the content is of that format.
pub(super) fn claim(name: &str, format: Format) -> Option<Claim> {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension)?;
    let (extension, formats, safe) = CLAIMS.iter().find(|(claimed, ..)| *claimed == extension)?;
    (!formats.contains(&format)).then_some(Claim { extension, safe: *safe })
}

/// Whether a path leaves the folder that it is relative to, on any operating system.
pub(super) fn leaves(path: &str) -> bool {
    let drive = path.get(1..3).is_some_and(|rest| rest == ":\\" || rest == ":/");
    let mut depth = 0i64;
    let climbs = path.split(['/', '\\']).any(|part| {
        depth += match part {
            "" | "." => 0,
            ".." => -1,
            _ => 1,
        };
        depth < 0
    });
    drive || climbs || path.starts_with(['/', '\\'])
}

/// Extensions that nothing but models has.
const CERTAIN: &[&str] = &[
    "pt",
    "pth",
    "ckpt",
    "pkl",
    "pickle",
    "joblib",
    "dill",
    "npz",
    "h5",
    "hdf5",
    "keras",
    "onnx",
    "safetensors",
    "gguf",
    "ggml",
    "tflite",
    "mar",
    "nemo",
    "pdparams",
    "pdiparams",
    "skops",
    "mlmodel",
    "ptl",
    "pt2",
    "t7",
];

/// Extensions that other files have as well.
const ALSO: &[&str] = &[
    "bin",
    "sav",
    "npy",
    "params",
    "msgpack",
    "model",
    "ot",
    "weights",
    "th",
    "llamafile",
    "bst",
    "ubj",
    "cbm",
    "ort",
    "pte",
    "rknn",
    "engine",
    "plan",
    "trt",
    "rds",
    "rda",
    "rdata",
    "pmml",
    "flax",
    "mpk",
    "p",
    "pdmodel",
    "caffemodel",
    "cmf",
    "dnn",
];

/// An extension, the formats that it may stand for, and whether loading those runs nothing.
const CLAIMS: &[(&str, &[Format], bool)] = &[
    ("safetensors", &[Format::Safetensors], true),
    ("gguf", &[Format::Gguf], true),
    ("ggml", &[Format::Ggml, Format::Gguf], true),
    ("onnx", &[Format::Onnx], true),
    ("tflite", &[Format::TfLite], true),
    ("json", &[Format::ModelJson, Format::CoreMl, Format::Onnx, Format::OnnxText, Format::Paddle], true),
    ("txt", &[Format::LightGbm, Format::TensorFlowText, Format::OnnxText, Format::CaffeText], true),
    ("md", &[], true),
    ("csv", &[], true),
    ("yaml", &[], true),
    ("yml", &[], true),
    ("xml", &[Format::Xml], true),
    ("pmml", &[Format::Xml], true),
    ("ort", &[Format::Ort], true),
    ("pte", &[Format::ExecuTorch], true),
    ("cbm", &[Format::CatBoost], true),
    ("ubj", &[Format::XgboostUbj], true),
    ("bst", &[Format::XgboostUbj, Format::XgboostBinary, Format::ModelJson], true),
    ("rknn", &[Format::Rknn], true),
    ("msgpack", &[Format::MessagePack], true),
    ("png", &[], true),
    ("jpg", &[], true),
    ("h5", &[Format::Hdf5], false),
    ("hdf5", &[Format::Hdf5], false),
    ("keras", &[Format::Zip, Format::Hdf5], false),
    ("skops", &[Format::Zip], true),
    ("npz", &[Format::Zip], false),
    ("npy", &[Format::Npy], false),
    ("tar", &[Format::Tar], false),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_leave() {
        assert!(["/etc/x", "../x", "a/../../x", "..\\x", "C:\\x"].iter().all(|path| leaves(path)));
        assert!(["a/b", "a/../b", "a..b", "c:d"].iter().all(|path| !leaves(path)));
    }

    #[test]
    fn names_claim() {
        assert!(is_model("model.pkl.xz") && is_model("weights") && !is_model("notes.tar.gz"));
        assert!(claim("a.safetensors", Format::Pickle).is_some_and(|claim| claim.safe));
        assert!(claim("a.npz", Format::Pickle).is_some_and(|claim| !claim.safe));
        assert_eq!(claim("a.onnx", Format::Onnx), None);
        assert_eq!(claim("a.bin", Format::Pickle), None);
    }
}
