//! Opens the formats that hold tensors and no code: safetensors, GGUF, ONNX.

use std::{fs, path::Path};

use palisade_formats::{
    gguf, jinja, onnx, safetensors,
    sniff::{Format, sniff},
};

use super::{part::Part, pickle, shape};
use crate::{
    Engine, Input,
    input::model::{Graph, Host, Oddity, OddityKind, Template},
};

/// Opens safetensors: the header, and what lies where no tensor is.
pub(super) fn safetensors(part: &Part<'_>, engine: &mut Engine) -> bool {
    let header = match safetensors::parse(part.bytes, part.len()) {
        Ok(header) => header,
        // Eight bytes and a brace are little; without the name, this is something else.
        Err(_) if !part.has_extension("safetensors") => return false,
        Err(reason) => {
            part.unscanned(engine, reason);
            shape(part, Format::Safetensors, None, Vec::new(), engine);
            return true;
        }
    };
    if header.tensors.is_empty() && !part.has_extension("safetensors") {
        return false;
    }
    let mut oddities = Vec::new();
    for spare in header.spare.iter().take(HOLES) {
        spare_part(part, spare.start, spare.end, &mut oddities, engine);
    }
    if header.spare.len() > HOLES {
        part.unscanned(engine, format!("only the first {HOLES} of {} holes were searched", header.spare.len()));
    }
    // What lies in a hole says more than that there is one.
    if oddities.is_empty()
        && let Some(flaw) = header.flaws.first()
    {
        oddities.push(broken(flaw));
    }
    shape(part, Format::Safetensors, None, oddities, engine);
    true
}

/// Opens GGUF: the metadata with its templates, and what follows the tensors.
pub(super) fn gguf(part: &Part<'_>, engine: &mut Engine) -> bool {
    let (metadata, outcome) = gguf::parse(part.bytes, part.len(), gguf::Limits::default());
    let mut oddities = Vec::new();
    if let Err(reason) = outcome {
        part.unscanned(engine, reason);
        // A file that merely ends early was cut on the way.
        if reason != gguf::SHORT {
            oddities.push(broken(reason));
        }
    }
    for text in metadata.strings.iter().filter(|text| text.key.contains("chat_template")) {
        let bytes = part.bytes.get(text.range.clone()).unwrap_or_default();
        let source = String::from_utf8_lossy(bytes);
        let report = jinja::analyse(&source);
        if let Some(at) = report.broken {
            part.unscanned(engine, format!("the template `{}` cannot be read on from byte {at}", text.key));
        }
        engine.judge(&Input::Template(Template {
            artifact: part.artifact,
            source: &source,
            report: &report,
            host: Host::Bytes { bytes: part.bytes, start: text.range.start },
            chat: true,
        }));
    }
    if let Some(data) = metadata.data
        && data.end < part.len()
    {
        spare_part(part, data.end, part.len(), &mut oddities, engine);
    }
    shape(part, Format::Gguf, None, oddities, engine);
    true
}

/// Opens ONNX: the operators, and the files that tensors are read from.
pub(super) fn onnx(part: &Part<'_>, engine: &mut Engine) -> bool {
    let model = onnx::parse(part.bytes, onnx::Limits::default());
    let named = part.has_extension("onnx");
    // Other protobuf messages begin alike; one without a graph, or with a graph of nothing, is none of ours.
    if !named && (!model.graph || model.nodes == 0 && model.external.is_empty()) {
        return false;
    }
    if let Some(cut) = model.cut {
        part.unscanned(engine, if part.is_whole() { cut } else { "it is larger than the scan reads" });
    }
    let leaving_links = part.file.map(|file| leaving_links(file.disk, &model)).unwrap_or_default();
    engine.judge(&Input::Graph(Graph { artifact: part.artifact, bytes: part.bytes, model: &model, leaving_links }));
    shape(part, Format::Onnx, None, Vec::new(), engine);
    true
}

/// The most parts of one file that are searched because no tensor lies there.
const HOLES: usize = 64;

/// No tool writes such a header: it is there to be read differently by different loaders, or to break one.
fn broken(flaw: &str) -> Oddity {
    let what = format!("its header breaks the format: {flaw}");
    Oddity { offset: 0, what, kind: OddityKind::Malformed, code: false }
}

/// Looks at bytes that belong to no tensor.
fn spare_part(part: &Part<'_>, start: u64, end: u64, oddities: &mut Vec<Oddity>, engine: &mut Engine) {
    let (Ok(from), Ok(to)) = (usize::try_from(start), usize::try_from(end)) else { return };
    let spare = part.bytes.get(from..to.min(part.bytes.len())).unwrap_or_default();
    if spare.is_empty() {
        if start < end {
            part.unscanned(engine, "bytes that belong to no tensor lie behind what the scan reads");
        }
        return;
    }
    if spare.iter().all(|byte| *byte == 0) {
        return;
    }
    let has_pickle = pickle::hidden(part, from, to, engine);
    let format = sniff(spare).filter(|format| *format != Format::Zlib);
    let code = has_pickle || matches!(format, Some(Format::Zip | Format::Program | Format::Pickle));
    let what = match format {
        Some(format) => format!("{} lies where no tensor is", format.title()),
        None if has_pickle => "a pickle lies where no tensor is".to_owned(),
        None => format!("{} bytes lie where no tensor is", spare.len()),
    };
    oddities.push(Oddity { offset: start, what, kind: OddityKind::Disguise, code });
}

/// External files that are links out of the folder of the model.
fn leaving_links(disk: &Path, model: &onnx::Model) -> Vec<String> {
    let Some(folder) = disk.parent() else { return Vec::new() };
    let Ok(home) = fs::canonicalize(folder) else { return Vec::new() };
    let mut leaving: Vec<String> = Vec::new();
    for external in model.external.iter().take(1000) {
        let path = folder.join(&external.location);
        let is_link = fs::symlink_metadata(&path).is_ok_and(|about| about.is_symlink());
        if is_link && fs::canonicalize(&path).is_ok_and(|target| !target.starts_with(&home)) {
            leaving.push(external.location.clone());
        }
    }
    leaving.dedup();
    leaving
}
