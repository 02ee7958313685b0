//! Hands the numbers of a file to the engine, whatever format they lie in, and looks for pickles among them.

use std::ops::Range;

use palisade_formats::{gguf, npy, safetensors};

use super::{part::Part, pickle};
use crate::{
    Engine, Input,
    input::model::{Number, Numbers, Tensor},
    weights::windows,
};

/// The tensors of safetensors.
pub(super) fn of_safetensors(part: &Part<'_>, header: &safetensors::Header, engine: &mut Engine) {
    let tensors = header.tensors.iter().filter_map(|tensor| {
        let kind = match tensor.dtype.as_str() {
            "F64" => Number::F64,
            "F32" => Number::F32,
            "F16" => Number::F16,
            "BF16" => Number::Bf16,
            _ => Number::Other,
        };
        let count = tensor.shape.iter().try_fold(1u64, |count, side| count.checked_mul(*side)).unwrap_or(0);
        Some(Tensor { name: tensor.name.clone(), kind, count, range: range(&tensor.range)? })
    });
    judge(part, tensors.collect(), true, None, engine);
}

/// The tensors of GGUF.
pub(super) fn of_gguf(part: &Part<'_>, metadata: &gguf::Metadata, engine: &mut Engine) {
    let tensors = metadata.tensors.iter().filter_map(|tensor| {
        let kind = match tensor.element {
            _ if metadata.big_endian => Number::Other,
            gguf::Element::F64 => Number::F64,
            gguf::Element::F32 => Number::F32,
            gguf::Element::F16 => Number::F16,
            gguf::Element::Bf16 => Number::Bf16,
            gguf::Element::Blocks(..) | gguf::Element::Unknown(_) => Number::Other,
        };
        let count = tensor.shape.iter().try_fold(1u64, |count, side| count.checked_mul(*side)).unwrap_or(0);
        Some(Tensor { name: tensor.name.clone(), kind, count, range: range(&tensor.range)? })
    });
    // A shard has a part of them.
    let whole = metadata.number("split.count").is_none_or(|count| count <= 1);
    let claimed = metadata.number("general.parameter_count").filter(|_| whole);
    judge(part, tensors.collect(), true, claimed, engine);
}

/// The numbers of an array that holds no objects. Data may hold any number.
pub(super) fn of_array(part: &Part<'_>, range: Range<usize>, engine: &mut Engine) {
    let kind = match npy::plain_type(part.bytes).as_deref() {
        Some("<f8" | "=f8" | "f8" | "float64") => Number::F64,
        Some("<f4" | "=f4" | "f4" | "float32") => Number::F32,
        Some("<f2" | "=f2" | "f2" | "float16") => Number::F16,
        _ => Number::Other,
    };
    let count = (range.len() / kind.size().unwrap_or(1)) as u64;
    let name = part.name.clone();
    judge(part, vec![Tensor { name, kind, count, range }], false, None, engine);
}

fn judge(part: &Part<'_>, tensors: Vec<Tensor>, weights: bool, claimed: Option<u64>, engine: &mut Engine) {
    if part.budget.structure_only {
        return;
    }
    let numbers =
        Numbers { artifact: part.artifact, bytes: part.bytes, tensors, weights, claimed, full: part.budget.full };
    // A pass over all bytes of the file searches its tensors too.
    let searched = part.budget.full && part.file.is_some() && weights;
    let windows = if searched { Vec::new() } else { windows(&numbers) };
    for (_, range) in windows {
        pickle::hidden(part, range.start, range.end, engine);
    }
    engine.judge(&Input::Numbers(numbers));
}

fn range(range: &Range<u64>) -> Option<Range<usize>> {
    Some(usize::try_from(range.start).ok()?..usize::try_from(range.end).ok()?)
}
