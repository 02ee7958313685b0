//! Opens files of models: decides by content, and by name where content cannot tell; parses; hands inputs to the engine.
//!
//! Most files are no models, so the decision costs a look at the first bytes.

mod archive;
mod compressed;
mod config;
mod folder;
mod hdf5;
mod name;
mod part;
mod pickle;
mod shards;
mod tar;
mod template;
mod tensors;

use std::cell::Cell;

use palisade_base::{Artifact, Component};
use palisade_formats::{
    sniff::{Format, readings},
    zip,
};

pub(crate) use folder::Folders;
use part::Part;

use crate::{Engine, File, Input, input::model};

/// Opens what a model may be in. Returns whether the file is something that models are made of.
pub(super) fn open(file: &File<'_>, engine: &mut Engine) -> bool {
    let budget = Cell::new(part::TOTAL);
    let part = Part {
        artifact: &file.artifact,
        name: file.name(),
        bytes: file.bytes,
        depth: 0,
        budget: &budget,
        file: Some(file),
    };
    let is_model = content(&part, engine);
    template::open(file, engine);
    shards::open(file, engine);
    config::open(file, engine) || is_model
}

/// Opens a file or a member of an archive by what its bytes are: in every format that they can be read as. Returns whether
/// it is something that models are made of.
fn content(part: &Part<'_>, engine: &mut Engine) -> bool {
    let mut formats: Vec<Format> = readings(part.bytes).collect();
    // Readers of ZIP files start at the end, whatever stands at the beginning.
    if !formats.contains(&Format::Zip) && part.is_whole() && part.is_binary() && zip::has_end_record(tail(part.bytes)) {
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
    if let [first, second, ..] = models.as_slice() {
        polyglot(part, *first, *second, engine);
    }
    !models.is_empty()
}

/// Opens a part as one format. Returns whether it is something that models are made of.
fn open_as(part: &Part<'_>, format: Format, engine: &mut Engine) -> bool {
    match format {
        Format::Pickle => pickle::open(part, engine),
        Format::Zip => archive::open(part, engine),
        Format::Tar => tar::open(part, engine),
        Format::Npy => pickle::open_array(part, engine),
        Format::Safetensors => tensors::safetensors(part, engine),
        Format::Gguf => tensors::gguf(part, engine),
        Format::Onnx => tensors::onnx(part, engine),
        Format::Hdf5 => hdf5::open(part, engine),
        Format::TfLite | Format::Ggml => {
            shape(part, format, None, Vec::new(), engine);
            true
        }
        Format::Gzip | Format::Zlib => compressed::open(part, format, engine),
        Format::Bzip2 | Format::Xz | Format::Lzma | Format::Lz4 | Format::Zstd | Format::SevenZip | Format::Rar => {
            let model = name::is_model(&part.name);
            if model {
                part.unscanned(engine, format!("it is {}, which is not unpacked", format.title()));
            }
            model
        }
        Format::Program => false,
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
            signature: engine.folders.signature(file),
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

fn tail(bytes: &[u8]) -> &[u8] {
    bytes.get(bytes.len().saturating_sub(66_000)..).unwrap_or_default()
}

fn unscanned(artifact: &Artifact, engine: &mut Engine, reason: impl Into<std::borrow::Cow<'static, str>>) {
    engine.unscanned(artifact.clone(), Some(Component::Model), reason);
}
