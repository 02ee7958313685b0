//! Opens GGUF: the metadata with its texts and templates, the numbers, and what lies where no tensor is.

use palisade_formats::{
    gguf::{self, Failure, Limits},
    sniff::Format,
};

use super::{numbers, part::Part, shape, spare, template};
use crate::{
    Engine, Input,
    input::model::{Host, Metadata, Oddity, OddityKind},
};

/// Opens a file that begins like GGUF.
pub(super) fn open(part: &Part<'_>, engine: &mut Engine) -> bool {
    let (metadata, outcome) = gguf::parse(part.bytes, part.len(), Limits::default());
    let mut oddities = spare::search(part, &metadata.spare, engine);
    match outcome {
        Ok(()) => {}
        Err(Failure::Broken(what)) => oddities.push(broken(0, what)),
        Err(failure) => part.unscanned(engine, failure.to_string()),
    }
    if metadata.missing > 0 {
        part.unscanned(engine, format!("it ends early: {} bytes of its tensors are missing", metadata.missing));
    }
    oddities.extend(metadata.flaws.iter().take(FLAWS).map(|flaw| broken(flaw.at, &flaw.what)));
    texts(part, &metadata, engine);
    shape(part, Format::Gguf, None, oddities, engine);
    numbers::of_gguf(part, &metadata, engine);
    true
}

/// Hands on the templates, and every other text that is not part of a vocabulary.
fn texts(part: &Part<'_>, metadata: &gguf::Metadata, engine: &mut Engine) {
    for text in &metadata.strings {
        let bytes = part.bytes.get(text.range.clone()).unwrap_or_default();
        let is_template = text.key.contains("chat_template") && bytes.contains(&b'{');
        let is_vocabulary = text.key.starts_with("tokenizer.") && bytes.len() > TOKENIZER;
        if bytes.len() > TEXT && !is_template && !is_vocabulary {
            part.unscanned(engine, format!("only the beginning of the text `{}` was judged", text.key));
        }
        if is_template {
            let source = String::from_utf8_lossy(bytes);
            let host = Host::Bytes { bytes: part.bytes, start: text.range.start };
            template::judge(part.artifact, &source, host, true, engine);
        } else if !is_vocabulary {
            let source = String::from_utf8_lossy(bytes.get(..bytes.len().min(TEXT)).unwrap_or_default());
            let range = text.range.clone();
            let key = text.key.clone();
            let input = Metadata { artifact: part.artifact, bytes: part.bytes, range, key, text: &source };
            engine.judge(&Input::Metadata(input));
        }
    }
    if metadata.strings.len() == Limits::default().strings {
        part.unscanned(engine, format!("only the first {} of its texts were judged", metadata.strings.len()));
    }
}

/// No tool writes such a header: it is there to be read differently by different loaders, or to break one.
fn broken(at: u64, flaw: &str) -> Oddity {
    let what = format!("its header breaks the format: {flaw}");
    Oddity { offset: at, what, kind: OddityKind::Malformed, code: false }
}

const FLAWS: usize = 3;
/// The most bytes of one text that are judged.
const TEXT: usize = 512 << 10;
/// Settings of a tokenizer are shorter; what is longer holds its vocabulary.
const TOKENIZER: usize = 16 << 10;
