//! Opens safetensors: the header with its texts, the numbers, and what lies where no tensor is.

use palisade_formats::{
    safetensors::{self, Failure, Header},
    sniff::{Format, holds},
};

use super::{numbers, part::Part, shape, spare};
use crate::{
    Engine, Input,
    input::model::{Metadata, Oddity, OddityKind},
};

/// Opens a file that begins like safetensors. Returns whether it is a model.
pub(super) fn open(part: &Part<'_>, engine: &mut Engine) -> bool {
    // Eight bytes and a brace are little; without a name or a tensor, this is something else.
    let head = part.bytes.get(..part.bytes.len().min(4096)).unwrap_or_default();
    let claims = part.has_extension("safetensors") || holds(head, "\"data_offsets\"");
    match safetensors::parse(part.bytes, part.len()) {
        Ok(header) if claims || !header.tensors.is_empty() => judge(part, &header, engine),
        Err(Failure::Broken(what)) if claims => {
            let what = format!("its header breaks the format: {what}");
            let oddity = Oddity { offset: 0, what, kind: OddityKind::Malformed, code: false };
            shape(part, Format::Safetensors, None, vec![oddity], engine);
        }
        Err(failure) if claims => {
            part.unscanned(engine, failure.to_string());
            shape(part, Format::Safetensors, None, Vec::new(), engine);
        }
        _ => return false,
    }
    true
}

fn judge(part: &Part<'_>, header: &Header, engine: &mut Engine) {
    if header.missing > 0 {
        part.unscanned(engine, format!("it ends early: {} bytes of its tensors are missing", header.missing));
    }
    if let Some(dtype) = header.unknown.first() {
        part.unscanned(engine, format!("its tensors of type `{dtype}` were not checked: the type is not known here"));
    }
    for text in header.metadata.iter().take(TEXTS) {
        engine.judge(&Input::Metadata(Metadata {
            artifact: part.artifact,
            bytes: part.bytes,
            range: text.range.clone(),
            key: text.key.clone(),
            text: text.text.get(..text.text.floor_char_boundary(TEXT)).unwrap_or_default(),
        }));
    }
    if header.metadata.len() > TEXTS {
        part.unscanned(engine, format!("only the first {TEXTS} texts of its metadata were judged"));
    }
    let mut oddities = spare::search(part, &header.spare, engine);
    // What lies in a hole says more than that there is one.
    if oddities.is_empty()
        && let Some(flaw) = header.flaws.first()
    {
        let more = match header.flaws.len() {
            1 => String::new(),
            count => format!(", and {} more", count - 1),
        };
        let what = format!("its header breaks the format: {}{more}", flaw.what);
        oddities.push(Oddity { offset: flaw.at, what, kind: OddityKind::Malformed, code: false });
    }
    shape(part, Format::Safetensors, None, oddities, engine);
    numbers::of_safetensors(part, header, engine);
}

/// The most texts of one file, and the most bytes of one text, that are judged.
const TEXTS: usize = 1000;
const TEXT: usize = 512 << 10;
