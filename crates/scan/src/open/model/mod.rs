//! Opens files of models: decides by content, and by name where content cannot tell; parses; hands inputs to the engine.
//!
//! Most files are no models, so the decision costs a look at the first bytes.

mod archive;
mod beside;
mod bomb;
mod boosting;
mod bundle;
mod caffe;
mod cntk;
mod compressed;
mod config;
mod coreml;
mod entry;
mod flat;
mod folder;
mod full;
mod gathered;
mod ggml;
mod gguf;
mod hdf5;
mod hydra;
mod imports;
mod java;
mod keras;
mod links;
mod manifest;
mod members;
mod messagepack;
mod mlflow;
mod model_json;
mod name;
mod named;
mod numbers;
mod onnx;
mod opaque;
mod origins;
mod paddle;
mod part;
mod pickle;
mod python;
mod r_data;
mod rar;
mod reading;
mod repository;
mod safetensors;
mod serve;
mod settings;
mod sevenz;
mod shards;
mod skops;
mod source;
mod spare;
mod tar;
mod template;
mod tensorflow;
mod torch7;
mod torchscript;
mod unpacked;
mod xml;

#[cfg(test)]
mod cuts;

use palisade_base::{Artifact, Component};
use palisade_formats::{
    sniff::{Format, readings},
    zip,
};

pub(crate) use folder::Folders;
pub(crate) use imports::Imports;
use part::{Budget, Part};

use crate::{Engine, File, Input, input::model};

/// Opens what a model may be in. Returns whether the file is something that models are made of.
pub(super) fn open(file: &File<'_>, engine: &mut Engine) -> bool {
    let budget = Budget::new(engine.per_file);
    let part = Part {
        artifact: &file.artifact,
        name: file.name(),
        bytes: file.whole,
        depth: 0,
        budget: &budget,
        file: Some(file),
        cut: false,
    };
    let is_model = content(&part, engine) || named::open(&part, engine) || coreml::manifest(&part, engine);
    let seen = if file.is_whole() {
        repository::open(&part, settings::PROJECT, engine)
    } else {
        source::open(&part, engine);
        settings::Seen::default()
    };
    beside::judge(&part, seen.modules, engine);
    let is_model = is_model | seen.is_model;
    if is_model && budget.full {
        full::judge(&part, engine);
    }
    if budget.is_late() {
        part.unscanned(engine, "it takes longer than the scan gives to one file; `--max-time` gives more");
    }
    shards::open(file, engine);
    is_model
}

/// Opens a file or a member of an archive by what its bytes are: in every format that they can be read as. Returns whether
/// it is something that models are made of.
fn content(part: &Part<'_>, engine: &mut Engine) -> bool {
    // Said once, by whoever set the budget.
    if part.budget.is_late() {
        return false;
    }
    let mut formats: Vec<Format> = readings(part.bytes).collect();
    // A pickle that begins like a ZIP file asks for a persistent object first: nothing that loads pickles gets behind that.
    if formats.first() == Some(&Format::Zip) {
        formats.retain(|format| *format != Format::Pickle);
    }
    // Readers of ZIP files start at the end, whatever stands at the beginning.
    if !formats.contains(&Format::Zip) && ends_like_zip(behind(part, &formats), &formats) {
        formats.push(Format::Zip);
    }
    let mut models: Vec<Format> = Vec::new();
    for format in formats {
        // The file itself is signed and named once, under the first format.
        let part = Part { file: part.file.filter(|_| models.is_empty()), name: part.name.clone(), ..*part };
        if open_as(&part, format, engine) {
            models.push(format);
        }
    }
    match models.as_slice() {
        [] => return mlflow::open(part, engine) || opaque::dump(part, engine) || opaque::script(part, engine),
        // Both carry files in an archive at their end, by design.
        [_] | [Format::TfLite | Format::Program, Format::Zip] => {}
        [first, second, ..] => polyglot(part, *first, *second, engine),
    }
    true
}

/// Opens a part as one format. Returns whether it is something that models are made of.
fn open_as(part: &Part<'_>, format: Format, engine: &mut Engine) -> bool {
    match format {
        Format::Pickle => pickle::open(part, engine),
        Format::Zip => part.once(|| archive::open(part, engine)),
        Format::Tar => part.once(|| tar::open(part, engine)),
        Format::Npy => pickle::open_array(part, engine),
        Format::Safetensors => safetensors::open(part, engine),
        Format::Gguf => gguf::open(part, engine),
        Format::Onnx => onnx::open(part, engine),
        Format::OnnxText => onnx::open_text(part, engine),
        Format::TensorFlow => tensorflow::open(part, engine),
        Format::TensorFlowText => tensorflow::open_text(part, engine),
        Format::CoreMl => coreml::open(part, engine),
        Format::Paddle => paddle::open(part, engine),
        Format::PaddleTensors => paddle::open_tensors(part, engine),
        Format::Cntk => cntk::open(part, engine),
        Format::Caffe => caffe::open(part, engine),
        Format::CaffeText => caffe::open_text(part, engine),
        Format::Hdf5 => hdf5::open(part, engine),
        Format::Ggml => ggml::open(part, engine),
        Format::TfLite => flat::tflite(part, engine),
        Format::ExecuTorch => flat::executorch(part, engine),
        Format::Ort => flat::ort(part, engine),
        Format::CatBoost => flat::catboost(part, engine),
        Format::XgboostUbj => boosting::ubjson(part, engine),
        Format::XgboostBinary => boosting::binary(part, engine),
        Format::LightGbm => boosting::lightgbm(part, engine),
        Format::MxnetParams => opaque::mxnet(part, engine),
        Format::MessagePack => messagepack::open(part, engine),
        Format::RData => r_data::open(part, engine),
        Format::Torch7 => torch7::open(part, engine),
        Format::TensorRt => opaque::tensorrt(part, engine),
        Format::Rknn => opaque::rknn(part, engine),
        Format::Java => java::open(part, engine),
        Format::FastText | Format::SentencePiece => opaque::vocabulary(part, format, engine),
        Format::Xml => xml::open(part, engine),
        Format::ModelJson => model_json::open(part, engine),
        Format::Program => opaque::program(part, engine),
        Format::Gzip
        | Format::Zlib
        | Format::OldJoblib
        | Format::Bzip2
        | Format::Xz
        | Format::Lzma
        | Format::Lz4
        | Format::Zstd => part.once(|| compressed::open(part, format, engine)),
        Format::SevenZip => part.once(|| sevenz::open(part, engine)),
        Format::Rar => rar::open(part, engine),
    }
}

/// A file that is valid in two formats: what a scanner judges need not be what a loader reads.
fn polyglot(part: &Part<'_>, first: Format, second: Format, engine: &mut Engine) {
    let what = format!("it is {} and {} at once", first.title(), second.title());
    let oddity = model::Oddity { offset: 0, what, kind: model::OddityKind::Disguise, code: true };
    engine.judge(&Input::Shape(model::Shape {
        artifact: part.artifact,
        bytes: part.bytes,
        format: first,
        claimed: None,
        runs_code: false,
        oddities: vec![oddity],
    }));
}

/// Hands the weights themselves and what their name claims to the engine.
fn shape(
    part: &Part<'_>,
    format: Format,
    runs_code: Option<&'static str>,
    oddities: Vec<model::Oddity>,
    engine: &mut Engine,
) {
    shape_only(part, format, runs_code.is_some(), oddities, engine);
    // Members of archives are signed and replaced with their archive.
    if let Some(file) = part.file {
        let weights = model::Weights {
            artifact: part.artifact,
            project_path: file.project_path,
            head: file.bytes.get(..file.bytes.len().min(64)).unwrap_or_default(),
            format,
            runs_code,
            twin: runs_code.and_then(|_| engine.folders.twin(file)),
            signature: engine.folders.signature(file, &|| full::digest(part, file)),
            system: file.facts.system,
        };
        engine.judge(&Input::Weights(weights));
    }
}

/// Hands what the name claims, and what is odd, to the engine.
fn shape_only(part: &Part<'_>, format: Format, runs_code: bool, oddities: Vec<model::Oddity>, engine: &mut Engine) {
    engine.judge(&Input::Shape(model::Shape {
        artifact: part.artifact,
        bytes: part.bytes,
        format,
        claimed: name::claim(&part.name, format),
        runs_code,
        oddities,
    }));
}

/// Whether a file ends like a ZIP archive. An archive in a constant of a pickle is followed by opcodes.
fn ends_like_zip(tail: &[u8], formats: &[Format]) -> bool {
    if formats.first() == Some(&Format::Pickle) { zip::ends_in_end_record(tail) } else { zip::has_end_record(tail) }
}

/// Where a ZIP archive in a file of another format would end: behind the members of a tar archive, which may be ZIP
/// archives themselves.
fn behind<'a>(part: &Part<'a>, formats: &[Format]) -> &'a [u8] {
    let from = part.bytes.len().saturating_sub(66_000);
    let members = match formats.first() {
        Some(Format::Tar) => tar::behind(part.bytes),
        _ => 0,
    };
    part.bytes.get(from.max(members)..).unwrap_or_default()
}

fn unscanned(artifact: &Artifact, engine: &mut Engine, reason: impl Into<std::borrow::Cow<'static, str>>) {
    engine.unscanned(artifact.clone(), Some(Component::Model), reason);
}
