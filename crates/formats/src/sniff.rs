//! What bytes are, whatever their file is called. Only beginnings that are specified count.

use crate::{
    caffe, catboost, cntk, compress, coreml, executorch, hdf5, java, lightgbm, msgpack, mxnet, npy, onnx, ort, paddle,
    pickle, r_data, safetensors, tar, tensorflow, tflite, torch7, ubjson, xml,
};

/// A format that Palisade can tell from its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// A Python pickle.
    Pickle,
    /// A ZIP archive: PyTorch, Keras, NumPy and others.
    Zip,
    /// NumPy's array file.
    Npy,
    /// Safetensors.
    Safetensors,
    /// GGUF.
    Gguf,
    /// The formats before GGUF.
    Ggml,
    /// ONNX.
    Onnx,
    /// ONNX, written as text.
    OnnxText,
    /// A graph of TensorFlow.
    TensorFlow,
    /// A graph of TensorFlow, written as text.
    TensorFlowText,
    /// Core ML.
    CoreMl,
    /// A program of Paddle.
    Paddle,
    /// The parameters of a program of Paddle.
    PaddleTensors,
    /// CNTK.
    Cntk,
    /// Caffe.
    Caffe,
    /// A network of Caffe, written as text.
    CaffeText,
    /// HDF5: Keras and others.
    Hdf5,
    /// TensorFlow Lite.
    TfLite,
    /// A tar archive.
    Tar,
    /// gzip.
    Gzip,
    /// zlib.
    Zlib,
    /// zlib behind a length, as old versions of joblib wrote it.
    OldJoblib,
    /// bzip2.
    Bzip2,
    /// xz.
    Xz,
    /// LZMA without a container.
    Lzma,
    /// LZ4 frames.
    Lz4,
    /// Zstandard.
    Zstd,
    /// 7z.
    SevenZip,
    /// RAR.
    Rar,
    /// A program: ELF, PE or Mach-O.
    Program,
    /// `ExecuTorch`.
    ExecuTorch,
    /// ONNX in the format of ONNX Runtime.
    Ort,
    /// `CatBoost`.
    CatBoost,
    /// `XGBoost` in Universal Binary JSON.
    XgboostUbj,
    /// `XGBoost` in the binary format before JSON.
    XgboostBinary,
    /// `LightGBM`.
    LightGbm,
    /// Parameters of `MXNet`.
    MxnetParams,
    /// `MessagePack`: Flax, JAX.
    MessagePack,
    /// Serialised objects of R.
    RData,
    /// Torch7.
    Torch7,
    /// An engine of `TensorRT`.
    TensorRt,
    /// A model for Rockchip's accelerators.
    Rknn,
    /// Serialised objects of Java: Weka and others.
    Java,
    /// `fastText`.
    FastText,
    /// A vocabulary of `SentencePiece`.
    SentencePiece,
    /// XML that may hold a model: `OpenVINO`, PMML.
    Xml,
    /// JSON that may be a model or describe one: `XGBoost`, `MXNet`, Orbax, image manifests.
    ModelJson,
}

/// The format of a file that starts with these bytes: the first that holds.
pub fn sniff(head: &[u8]) -> Option<Format> {
    readings(head).next()
}

/// Every format that a file which starts with these bytes can be read as, surest first: a file may be valid in several.
pub fn readings(head: &[u8]) -> impl Iterator<Item = Format> {
    let magic = MAGIC.iter().filter(|(magic, _)| head.starts_with(magic)).map(|(_, format)| *format);
    let structure = STRUCTURE.iter().filter(|(holds, _)| holds(head)).map(|(_, format)| *format);
    magic.chain(structure)
}

/// Whether bytes hold a text anywhere.
pub fn holds(bytes: &[u8], text: &str) -> bool {
    memchr::memmem::find(bytes, text.as_bytes()).is_some()
}

impl Format {
    /// The format's name in messages.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Pickle => "a pickle",
            Self::Zip => "a ZIP archive",
            Self::Npy => "a NumPy array",
            Self::Safetensors => "safetensors",
            Self::Gguf => "GGUF",
            Self::Ggml => "GGML",
            Self::Onnx | Self::OnnxText => "an ONNX model",
            Self::TensorFlow | Self::TensorFlowText => "a TensorFlow graph",
            Self::CoreMl => "a Core ML model",
            Self::Paddle => "a Paddle program",
            Self::PaddleTensors => "Paddle parameters",
            Self::Cntk => "a CNTK model",
            Self::Caffe | Self::CaffeText => "a Caffe network",
            Self::Hdf5 => "HDF5",
            Self::TfLite => "a TensorFlow Lite model",
            Self::Tar => "a tar archive",
            Self::Gzip => "gzip data",
            Self::Zlib => "zlib data",
            Self::OldJoblib => "a compressed pickle of an old joblib",
            Self::Bzip2 => "bzip2 data",
            Self::Xz => "xz data",
            Self::Lzma => "LZMA data",
            Self::Lz4 => "LZ4 data",
            Self::Zstd => "Zstandard data",
            Self::SevenZip => "a 7z archive",
            Self::Rar => "a RAR archive",
            Self::Program => "a program",
            Self::ExecuTorch => "an ExecuTorch program",
            Self::Ort => "an ONNX Runtime model",
            Self::CatBoost => "a CatBoost model",
            Self::XgboostUbj | Self::XgboostBinary => "an XGBoost model",
            Self::LightGbm => "a LightGBM model",
            Self::MxnetParams => "a file of MXNet parameters",
            Self::MessagePack => "a MessagePack file",
            Self::RData => "an R data file",
            Self::Torch7 => "a Torch7 file",
            Self::TensorRt => "a TensorRT engine",
            Self::Rknn => "an RKNN model",
            Self::Java => "a stream of Java objects",
            Self::FastText => "a fastText model",
            Self::SentencePiece => "a SentencePiece vocabulary",
            Self::Xml => "XML",
            Self::ModelJson => "JSON",
        }
    }
}

/// ELF and Mach-O have magic numbers; `MZ` alone is too short, so the PE header that it points to must be there.
fn is_program(head: &[u8]) -> bool {
    if MACHINE.iter().any(|magic| head.starts_with(magic)) {
        return true;
    }
    // Several programs in one, and classes of Java: a small number or a version follows.
    if let Some([0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, count]) = head.get(..8) {
        return *count < 80;
    }
    let Some(&[a, b, c, d]) = head.get(60..64) else { return false };
    let at = usize::try_from(u32::from_le_bytes([a, b, c, d])).unwrap_or(usize::MAX);
    head.starts_with(b"MZ") && head.get(at..at.saturating_add(4)) == Some(b"PE\0\0")
}

/// ELF, and Mach-O of both widths and both orders.
const MACHINE: &[&[u8]] =
    &[b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf"];

/// `x`, window size, and a check over both bytes.
fn is_zlib(head: &[u8]) -> bool {
    matches!(head, [0x78, level, ..] if (0x7800 | u16::from(*level)) % 31 == 0 && *level & 0x20 == 0)
}

/// Whether the first bytes of a file hold what a format demands.
type Test = fn(&[u8]) -> bool;

/// Frames that readers skip may stand in front of those that they read.
fn follows_skippable(head: &[u8], magic: &[u8]) -> bool {
    compress::behind_skippable(head).is_some_and(|rest| rest.starts_with(magic))
}

/// The model of an `XGBoost` before JSON: numbers, then the names of the objective and of the booster.
fn is_old_xgboost(head: &[u8]) -> bool {
    let head = head.get(..head.len().min(400)).unwrap_or_default();
    let named = |names: &[&str]| names.iter().any(|name| holds(head, name));
    head.starts_with(b"binf\0")
        || head.contains(&0)
            && named(&["gbtree", "gblinear", "dart"])
            && named(&["reg:", "binary:", "multi:", "rank:", "count:", "survival:"])
}

/// Engines and accelerator models begin with letters; numbers follow that no text has.
fn is_tagged(head: &[u8], tags: &[&[u8]]) -> bool {
    tags.iter().any(|tag| head.starts_with(tag)) && head.iter().take(16).any(|byte| *byte < 9)
}

/// A message of pieces, each with a text and a number.
fn is_sentencepiece(head: &[u8]) -> bool {
    let [0x0a, len, 0x0a, piece, rest @ ..] = head else { return false };
    rest.get(usize::from(*piece)) == Some(&0x15)
        && head.get(usize::from(*len) + 2) == Some(&0x0a)
        && rest.get(..usize::from(*piece)).is_some_and(|text| std::str::from_utf8(text).is_ok())
}

/// An object, or a list of them, with the keys of a model or of a description of one near its beginning.
fn is_model_json(head: &[u8]) -> bool {
    let head = head.get(..head.len().min(1 << 20)).unwrap_or_default();
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let head = head.get(..head.len().min(4096)).unwrap_or_default();
    let all = |keys: &[&str]| keys.iter().all(|key| holds(head, key));
    matches!(head, [b'{' | b'[', ..])
        && (holds(head, "\"learner\"")
            || all(&["\"nodes\"", "\"op\""])
            || all(&["\"schemaVersion\"", "sha"])
            || all(&["ayers\"", ".tar"])
            || all(&["ayers\"", "\"digest\""])
            || holds(head, "\"tree_metadata\"")
            || all(&["\"driver\"", "\"kvstore\""]))
}

/// Formats without a magic number: what their first bytes must hold, surest first.
const STRUCTURE: &[(Test, Format)] = &[
    (is_program, Format::Program),
    (safetensors::looks_like, Format::Safetensors),
    (tflite::looks_like, Format::TfLite),
    (executorch::looks_like, Format::ExecuTorch),
    (ort::looks_like, Format::Ort),
    (ubjson::looks_like, Format::XgboostUbj),
    (lightgbm::looks_like, Format::LightGbm),
    (r_data::looks_like, Format::RData),
    (torch7::looks_like, Format::Torch7),
    (msgpack::looks_like, Format::MessagePack),
    (|head| is_tagged(head, &[b"ptrt", b"ftrt"]), Format::TensorRt),
    (|head| is_tagged(head, &[b"RKNN"]), Format::Rknn),
    (is_old_xgboost, Format::XgboostBinary),
    (is_sentencepiece, Format::SentencePiece),
    (xml::looks_like, Format::Xml),
    (is_model_json, Format::ModelJson),
    (tar::looks_like, Format::Tar),
    (hdf5::looks_like, Format::Hdf5),
    (onnx::looks_like, Format::Onnx),
    (onnx::looks_like_text, Format::OnnxText),
    (coreml::looks_like, Format::CoreMl),
    (|head| tensorflow::kind(head).is_some(), Format::TensorFlow),
    (|head| tensorflow::kind_of_text(head).is_some(), Format::TensorFlowText),
    (cntk::looks_like, Format::Cntk),
    (paddle::looks_like, Format::Paddle),
    (paddle::pir::looks_like, Format::Paddle),
    (paddle::tensors::looks_like, Format::PaddleTensors),
    (caffe::looks_like, Format::Caffe),
    (caffe::looks_like_text, Format::CaffeText),
    (is_zlib, Format::Zlib),
    (compress::looks_joblib, Format::OldJoblib),
    (compress::looks_lzma, Format::Lzma),
    (|head| follows_skippable(head, b"\x28\xb5\x2f\xfd"), Format::Zstd),
    (|head| follows_skippable(head, b"\x04\x22\x4d\x18"), Format::Lz4),
    (pickle::plausible, Format::Pickle),
];

/// Formats with a magic number.
const MAGIC: &[(&[u8], Format)] = &[
    (b"PK\x03\x04", Format::Zip),
    (b"MZqFpD", Format::Program),
    (java::MAGIC, Format::Java),
    (catboost::MAGIC, Format::CatBoost),
    (mxnet::MAGIC, Format::MxnetParams),
    (b"\xba\x16\x4f\x2f", Format::FastText),
    (b"PK\x05\x06", Format::Zip),
    (npy::MAGIC, Format::Npy),
    (b"GGUF", Format::Gguf),
    (b"lmgg", Format::Ggml),
    (b"fmgg", Format::Ggml),
    (b"tjgg", Format::Ggml),
    (b"algg", Format::Ggml),
    (hdf5::SIGNATURE, Format::Hdf5),
    (b"\x1f\x8b", Format::Gzip),
    (b"BZh", Format::Bzip2),
    (b"\xfd7zXZ\0", Format::Xz),
    (b"\x04\x22\x4d\x18", Format::Lz4),
    (b"\x02\x21\x4c\x18", Format::Lz4),
    (b"\x28\xb5\x2f\xfd", Format::Zstd),
    (b"7z\xbc\xaf\x27\x1c", Format::SevenZip),
    (b"Rar!\x1a\x07", Format::Rar),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_decides() {
        for (bytes, format) in [
            (&b"PK\x03\x04...."[..], Some(Format::Zip)),
            (b"\x80\x04K\x01.", Some(Format::Pickle)),
            (b"(lp0\nI1\na.", Some(Format::Pickle)),
            (b"GGUF\x03\0\0\0", Some(Format::Gguf)),
            (b"\x02\0\0\0\0\0\0\0{}", Some(Format::Safetensors)),
            (b"\x08\x08\x12\x02me:\x00", Some(Format::Onnx)),
            (b"\x78\x9c\x03\x00", Some(Format::Zlib)),
            (b"\x7fELF\x02", Some(Format::Program)),
            (b"MZ is how this text begins, and it goes on for more than sixty bytes so that...", None),
            (b"{L\0\0\0\0\0\0\0\x07learner{", Some(Format::XgboostUbj)),
            (b"RKNN\x01\0\0\0", Some(Format::Rknn)),
            (b"RKNN is a format of Rockchip", None),
            (b"tree\nversion=v4\n", Some(Format::LightGbm)),
            (b"X\n\0\0\0\x03\0\x04\x03\0\0\x03\x05\0", Some(Format::RData)),
            (b"\x82\xa6params\x80\xa4step\0", Some(Format::MessagePack)),
            (b"\x0a\x0e\x0a\x05<unk>\x15\0\0\0\0\x18\x02\x0a\x0a", Some(Format::SentencePiece)),
            (b"<?xml version='1.0'?><net name='a'>", Some(Format::Xml)),
            (b"<html><body>", None),
            (b"{\"learner\": {", Some(Format::ModelJson)),
            (b"xx", None),
            (b"#!/usr/bin/env python\nimport os\n", None),
            (b"{\"a\": 1}", None),
            (b"", None),
        ] {
            assert_eq!(sniff(bytes), format, "{bytes:?}");
        }
    }
}
