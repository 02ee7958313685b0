//! Opens the formats before GGUF: where the tensors end, and what follows them.

use palisade_formats::{ggml, sniff::Format};

use super::{part::Part, shape, spare};
use crate::Engine;

/// Opens a file that begins like one of them.
pub(super) fn open(part: &Part<'_>, engine: &mut Engine) -> bool {
    let mut oddities = Vec::new();
    match ggml::parse(part.bytes, part.len()) {
        Some(file) => {
            if file.missing > 0 {
                part.unscanned(engine, format!("it ends early: {} bytes of a tensor are missing", file.missing));
            }
            if file.end < part.len() {
                let tail = file.end..part.len();
                oddities = spare::search(part, std::slice::from_ref(&tail), engine);
            }
        }
        None => part.unscanned(engine, "the layout of its tensors is none that palisade knows"),
    }
    shape(part, Format::Ggml, None, oddities, engine);
    true
}
