//! Values that no training leaves behind.

use std::{collections::HashMap, ops::Range};

use palisade_base::Severity;

use super::{Abnormality, and_others, sample::windows};
use crate::input::model::{Number, Numbers, Tensor};

pub(super) fn find(numbers: &Numbers<'_>) -> Vec<Abnormality> {
    let mut seen: Vec<(&Tensor, Seen)> = Vec::new();
    for (tensor, range) in windows(numbers) {
        let bytes = numbers.bytes.get(range.clone()).unwrap_or_default();
        match seen.last_mut() {
            Some((last, known)) if std::ptr::eq(*last, tensor) => known.look(tensor.kind, bytes, &range),
            _ => {
                let mut new = Seen::default();
                new.look(tensor.kind, bytes, &range);
                seen.push((tensor, new));
            }
        }
    }
    let first = |holds: &dyn Fn(&Seen) -> bool| {
        let mut having = seen.iter().filter(|(_, seen)| holds(seen));
        having.next().map(|(tensor, seen)| (tensor.name.as_str(), seen, and_others(having.count())))
    };
    let mut found = Vec::new();
    let mut add = |offset, severity, what| found.push(Abnormality { offset, what, severity });
    if let Some((name, seen, others)) = first(&|seen| !seen.is_noise() && seen.nan > 0) {
        let what = format!("{} of {} sampled values of `{name}` are no numbers{others}", seen.nan, seen.count);
        add(seen.nan_at, Severity::Medium, what);
    }
    // A mask of attention holds infinity below zero.
    if let Some((name, seen, others)) = first(&|seen| !seen.is_noise() && seen.infinite > 0) {
        let what = format!("{} of {} sampled values of `{name}` are infinite{others}", seen.infinite, seen.count);
        add(seen.infinite_at, Severity::Medium, what);
    }
    if let Some((name, seen, others)) = first(&|seen| !seen.is_noise() && seen.huge > 0) {
        let what = format!("values of `{name}` are larger than any that training leaves behind{others}");
        add(seen.huge_at, Severity::Low, what);
    }
    if let Some((name, seen, others)) = first(&|seen| seen.is_noise()) {
        let what =
            format!("`{name}` holds noise, or something encrypted or compressed, and no trained weights{others}");
        add(seen.start, Severity::Info, what);
    }
    let large = || seen.iter().filter(|(_, seen)| seen.count >= LARGE);
    if let Some((tensor, _)) = large().next()
        && large().all(|(_, seen)| seen.is_constant())
    {
        let what = "each of its large tensors holds one value only, and no trained weights".to_owned();
        add(tensor.range.start, Severity::Info, what);
    }
    found.extend(twins(numbers, &seen));
    if let Some(claimed) = numbers.claimed {
        let count = numbers.tensors.iter().map(|tensor| tensor.count).fold(0, u64::saturating_add);
        if claimed.abs_diff(count) > claimed / 20 {
            let what = format!("it says that it has {claimed} parameters, and has {count}");
            found.push(Abnormality { offset: 0, what, severity: Severity::Info });
        }
    }
    found
}

/// Two tensors with the same content that are not known to share it.
fn twins(numbers: &Numbers<'_>, seen: &[(&Tensor, Seen)]) -> Option<Abnormality> {
    let mut by_content: HashMap<(usize, &[u8], &[u8]), &Tensor> = HashMap::new();
    let large = seen.iter().filter(|(_, seen)| seen.count >= LARGE && !seen.is_constant());
    let (mut first, mut others) = (None, 0);
    for (tensor, _) in large {
        let bytes = numbers.bytes_of(tensor);
        let head = bytes.get(..bytes.len().min(EDGE)).unwrap_or_default();
        let tail = bytes.get(bytes.len().saturating_sub(EDGE)..).unwrap_or_default();
        let Some(twin) = by_content.insert((bytes.len(), head, tail), tensor) else { continue };
        // Embeddings are tied to the layer that undoes them.
        let tied = [tensor, twin]
            .iter()
            .any(|tensor| ["head", "output", "shared", "tied"].iter().any(|name| tensor.name.contains(name)));
        let same = bytes.len() > COMPARED && !numbers.full || numbers.bytes_of(twin) == bytes;
        if same && !tied {
            others += usize::from(first.is_some());
            first.get_or_insert((tensor, twin));
        }
    }
    let (tensor, twin) = first?;
    let what = format!("`{}` holds the same numbers as `{}`{}", tensor.name, twin.name, and_others(others));
    Some(Abnormality { offset: tensor.range.start, what, severity: Severity::Info })
}

/// What was seen of one tensor.
#[derive(Debug, Default)]
struct Seen {
    start: usize,
    count: u64,
    nan: u64,
    nan_at: usize,
    infinite: u64,
    infinite_at: usize,
    huge: u64,
    huge_at: usize,
    /// Values with an exponent in the highest and in the lowest quarter.
    high: u64,
    low: u64,
    least: Option<f64>,
    most: Option<f64>,
}

impl Seen {
    fn look(&mut self, kind: Number, bytes: &[u8], range: &Range<usize>) {
        let Some(size) = kind.size() else { return };
        if self.count == 0 {
            self.start = range.start;
        }
        for (index, element) in bytes.chunks_exact(size).enumerate() {
            let Some((value, exponent, exponents)) = read(kind, element) else { continue };
            let at = || range.start + index * size;
            self.count += 1;
            self.high += u64::from(exponent >= exponents / 4 * 3);
            self.low += u64::from(exponent < exponents / 4);
            if value.is_nan() {
                if self.nan == 0 {
                    self.nan_at = at();
                }
                self.nan += 1;
            } else if value == f64::INFINITY {
                if self.infinite == 0 {
                    self.infinite_at = at();
                }
                self.infinite += 1;
            } else if value.is_finite() {
                if value.abs() > HUGE && !is_limit(value) {
                    if self.huge == 0 {
                        self.huge_at = at();
                    }
                    self.huge += 1;
                }
                self.least = Some(self.least.map_or(value, |least| least.min(value)));
                self.most = Some(self.most.map_or(value, |most| most.max(value)));
            }
        }
    }

    /// Whether exponents are spread as in random bytes: weights have theirs close together.
    fn is_noise(&self) -> bool {
        self.count >= 64 && self.high * 8 > self.count && self.low * 8 > self.count
    }

    fn is_constant(&self) -> bool {
        self.least.is_some() && self.least == self.most
    }
}

/// The largest number of a type stands for infinity in masks.
fn is_limit(value: f64) -> bool {
    let value = value.abs();
    value >= 3.38e38 && value <= f64::from(f32::MAX) || value >= f64::MAX / 2.0
}

/// The value, its exponent as it is stored, and how many exponents there are.
fn read(kind: Number, bytes: &[u8]) -> Option<(f64, u32, u32)> {
    Some(match kind {
        Number::F64 => {
            let bits = u64::from_le_bytes(bytes.try_into().ok()?);
            (f64::from_bits(bits), u32::try_from(bits >> 52 & 0x7ff).ok()?, 2048)
        }
        Number::F32 => {
            let bits = u32::from_le_bytes(bytes.try_into().ok()?);
            (f32::from_bits(bits).into(), bits >> 23 & 0xff, 256)
        }
        Number::Bf16 => {
            let bits = u32::from(u16::from_le_bytes(bytes.try_into().ok()?)) << 16;
            (f32::from_bits(bits).into(), bits >> 23 & 0xff, 256)
        }
        Number::F16 => {
            let bits = u32::from(u16::from_le_bytes(bytes.try_into().ok()?));
            (half(bits), bits >> 10 & 0x1f, 32)
        }
        Number::Other => return None,
    })
}

fn half(bits: u32) -> f64 {
    let (exponent, fraction) = (bits >> 10 & 0x1f, f64::from(bits & 0x3ff) / 1024.0);
    let whole = fraction == 0.0;
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    let value = match exponent {
        0 => fraction * 2f64.powi(-14),
        31 if whole => f64::INFINITY,
        31 => f64::NAN,
        _ => (1.0 + fraction) * 2f64.powi(i32::try_from(exponent).unwrap_or(0) - 15),
    };
    sign * value
}

/// No layer works with larger numbers.
const HUGE: f64 = 1e18;
/// Smaller tensors may well be constant, or alike.
const LARGE: u64 = 1024;
const EDGE: usize = 4096;
const COMPARED: usize = 1 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_read() {
        for (bits, value) in [(0x3c00, 1.0), (0xc000, -2.0), (0x3555, 0.333_251_953_125), (0x0001, 2f64.powi(-24))] {
            assert!((half(bits) - value).abs() < 1e-12, "{bits:x}");
        }
        assert!(half(0x7c00) == f64::INFINITY && half(0xfc00) == f64::NEG_INFINITY && half(0x7e00).is_nan());
    }
}
