//! Tensors of ONNX: where their data lies, and whether what they say of themselves can be.

use super::{External, KEY, VALUE};
use crate::protobuf::{Value, tag};

/// The files that a tensor is read from, and what is wrong with how they are given.
pub(super) fn external(tensor: &Value<'_>) -> (Vec<External>, Option<String>) {
    let (mut places, mut offset, mut length, mut flaw) = (Vec::new(), None, None, None);
    for entry in tensor.all(tag(13, "external_data")).take(ENTRIES) {
        let key = entry.text_of(KEY);
        let Some(value) = entry.last(VALUE) else { continue };
        let number = || value.text().trim().parse::<u64>();
        match key.as_str() {
            "location" => {
                places.push(External {
                    location: value.text(),
                    range: value.range.clone(),
                    offset: None,
                    length: None,
                });
            }
            "offset" | "length" => match number() {
                Ok(number) if key == "offset" => offset = Some(number),
                Ok(number) => length = Some(number),
                Err(_) => flaw = Some(format!("the {key} of external data is no number")),
            },
            // Some readers set an attribute of an object for each key.
            _ if key.starts_with("__") => {
                flaw = Some("external data has a key that names an attribute of Python".to_owned());
            }
            _ => {}
        }
    }
    for place in &mut places {
        (place.offset, place.length) = (offset, length);
    }
    if places.len() > 1 && flaw.is_none() {
        flaw = Some("a tensor names the file of its data more than once".to_owned());
    }
    if let (Some(offset), Some(length)) = (offset, length)
        && offset.checked_add(length).is_none()
    {
        flaw = Some("the place of external data overflows".to_owned());
    }
    (places, flaw)
}

/// What a tensor says of itself that cannot be.
pub(super) fn flaw(tensor: &Value<'_>) -> Option<String> {
    let bits = match tensor.last(tag(2, "data_type")).and_then(|value| value.number())? {
        1 | 6 | 12 => 32,
        2 | 3 | 9 | 17..=20 | 24 => 8,
        4 | 5 | 10 | 16 => 16,
        7 | 11 | 13 | 14 => 64,
        15 => 128,
        21..=23 => 4,
        25 | 26 => 2,
        _ => return None,
    };
    let numbers = match count(tensor, tag(1, "dims")) {
        Ok(numbers) => numbers,
        Err(what) => return Some(what.to_owned()),
    };
    let Some(bytes) = numbers.checked_mul(bits).map(|bits| bits.div_ceil(8)) else { return Some(OVERFLOW.to_owned()) };
    let raw = tensor.last(tag(9, "raw_data"));
    // The spelling of bytes in text is longer than they are.
    let raw = raw.filter(|raw| !raw.is_text() && !raw.is_empty());
    match raw {
        Some(raw) if raw.len() as u64 != bytes && !raw.is_cut() => {
            Some(format!("a tensor has {} bytes of data, and its dimensions are those of {bytes}", raw.len()))
        }
        None if bytes > HUGE && tensor.len() < SMALL => {
            Some("a tensor declares terabytes that it does not hold".to_owned())
        }
        _ => None,
    }
}

/// What a sparse tensor says of itself that cannot be.
pub(super) fn sparse_flaw(tensor: &Value<'_>) -> Option<String> {
    match count(tensor, tag(3, "dims")) {
        Ok(numbers) if numbers > HUGE => Some("a sparse tensor unpacks to terabytes".to_owned()),
        Ok(_) => None,
        Err(what) => Some(what.to_owned()),
    }
}

/// How many numbers dimensions stand for.
fn count(tensor: &Value<'_>, tag: crate::protobuf::Tag) -> Result<u64, &'static str> {
    let dims = tensor.all(tag).take(ENTRIES).flat_map(|dims| dims.numbers());
    let mut zero = false;
    let count = dims.into_iter().try_fold(1u64, |count, dim| {
        zero |= dim == 0;
        if dim > i64::MAX.cast_unsigned() {
            return Err("a tensor has a negative dimension");
        }
        count.checked_mul(dim.max(1)).ok_or(OVERFLOW)
    })?;
    Ok(if zero { 0 } else { count })
}

const OVERFLOW: &str = "the dimensions of a tensor overflow";
/// More than any machine holds.
const HUGE: u64 = 1 << 40;
const SMALL: usize = 1 << 20;
/// The most dimensions and entries of one tensor.
const ENTRIES: usize = 1000;
