//! Opens `MessagePack` files of Flax and JAX. Arrays are data; what is hidden in byte strings, and lengths that lie, are not.

use palisade_formats::{
    msgpack::{self, Array, Flaw, Kind, Limits},
    sniff::{Format, sniff},
};

use super::{
    boosting::trailing,
    content,
    part::{DEPTH, Part},
    reading::{Reading, Role},
};
use crate::{Engine, input::model::OddityKind};

/// Opens a file if it holds arrays, or is named like a file that does.
pub(super) fn open(part: &Part<'_>, engine: &mut Engine) -> bool {
    let document = msgpack::parse(part.bytes, Limits::default());
    let arrays = document.values.iter().any(|value| is_array(part, value));
    let named = ["msgpack", "flax", "mpk", "ckpt", "jax"].iter().any(|extension| part.has_extension(extension));
    if !arrays && !named && part.name != "checkpoint" {
        return false;
    }
    let mut reading = Reading::default();
    for value in &document.values {
        let key = String::from_utf8_lossy(part.bytes.get(value.key.clone()).unwrap_or_default());
        match value.kind {
            Kind::Text => reading.raw_text(&key, part.bytes, value.range.clone()),
            Kind::Key if value.range.len() > 32 => reading.raw_text("key", part.bytes, value.range.clone()),
            Kind::Key => {}
            Kind::Bytes => bytes(part, &mut reading, &key, &value.range, engine),
            Kind::Extension(_) => {
                if let Some(array) = msgpack::array(part.bytes, &value.range)
                    && contradicts(&array)
                {
                    let what = "the shape of an array does not fit its data";
                    reading.odd(value.range.start, OddityKind::Malformed, false, what);
                }
            }
        }
    }
    match document.flaw {
        Some(Flaw::Absurd(at)) => {
            reading.odd(at, OddityKind::Malformed, false, "it claims a length that makes a loader reserve gigabytes");
        }
        Some(Flaw::Deep) => {
            let what = "its maps are nested so deep that a recursive reader crashes";
            reading.odd(0, OddityKind::Bomb, false, what);
        }
        Some(Flaw::Short) => reading.cut("its data breaks off"),
        Some(Flaw::Unknown(at)) => reading.cut(format!("it cannot be read on from byte {at}")),
        Some(Flaw::Many) => reading.cut("it has more values than the scan reads"),
        None => {}
    }
    trailing(part, &mut reading, document.flaw.is_none().then_some(document.end));
    reading.judge(part, Format::MessagePack, "a MessagePack checkpoint", Role::Weights, engine);
    true
}

fn is_array(part: &Part<'_>, value: &msgpack::Value) -> bool {
    matches!(value.kind, Kind::Extension(1 | 3)) && msgpack::array(part.bytes, &value.range).is_some()
}

/// Whether shape and element type give another length than the data has.
fn contradicts(array: &Array) -> bool {
    let width = match array.dtype.as_str() {
        "bool" | "int8" | "uint8" | "float8_e4m3fn" | "float8_e5m2" => 1,
        "float16" | "bfloat16" | "int16" | "uint16" => 2,
        "float32" | "int32" | "uint32" => 4,
        "float64" | "int64" | "uint64" | "complex64" => 8,
        "complex128" => 16,
        _ => return false,
    };
    array.elements.and_then(|elements| elements.checked_mul(width)) != Some(array.data.len() as u64)
}

/// A string of bytes: what is text is judged as text, and what is of a format is opened as that.
fn bytes(part: &Part<'_>, reading: &mut Reading, key: &str, range: &std::ops::Range<usize>, engine: &mut Engine) {
    let inner = part.bytes.get(range.clone()).unwrap_or_default();
    if let Some(format @ (Format::Pickle | Format::Zip | Format::Program | Format::Npy)) = sniff(inner)
        && part.depth < DEPTH
    {
        let artifact = part.entry(if key.is_empty() { "bytes" } else { key });
        let depth = part.depth + 1;
        let inner = Part {
            artifact: &artifact,
            name: String::new(),
            bytes: inner,
            depth,
            budget: part.budget,
            file: None,
            cut: false,
        };
        if content(&inner, engine) || format == Format::Program {
            let what = format!("{} lies in a string of bytes", format.title());
            reading.odd(range.start, OddityKind::Disguise, format != Format::Npy, what);
        }
    } else if std::str::from_utf8(inner).is_ok() {
        reading.raw_text(key, part.bytes, range.clone());
    } else {
        reading.runs(part.bytes, range.start..range.end.min(range.start + OPAQUE));
    }
}

/// How many bytes of a string without structure are searched for texts.
const OPAQUE: usize = 1 << 16;

#[cfg(test)]
mod tests {
    use palisade_base::Severity;

    use crate::testing::observe;

    fn judged(bytes: &[u8]) -> (Vec<(&'static str, Severity)>, usize) {
        let seen = observe("model.msgpack", bytes, None);
        let findings = seen.findings.into_iter().map(|finding| (finding.rule.name, finding.severity));
        let findings = findings.filter(|(rule, _)| !matches!(*rule, "unsigned-weights" | "unsafe-weights-format"));
        (findings.collect(), seen.unscanned.len())
    }

    fn array(len: u8) -> Vec<u8> {
        [&b"\x81\xa6params\xc7\x0d\x01\x93\x91"[..], &[len], b"\xa5uint8\xc4\x02\x07\x07"].concat()
    }

    #[test]
    fn arrays_are_data() {
        assert_eq!(judged(&array(2)), (vec![], 0));
        assert_eq!(judged(&array(9)).0, [("malformed-model", Severity::High)]);
        assert_eq!(judged(&array(2)[..20]), (vec![], 1));
    }

    #[test]
    fn pickles_in_bytes_and_behind_the_end_are_found() {
        let call = b"\x80\x02cposix\nsystem\nU\x04echo\x85R.";
        let inside = [&b"\x81\xa4data\xc4"[..], &[u8::try_from(call.len()).unwrap()], call].concat();
        let rules: Vec<_> = judged(&inside).0.into_iter().map(|(rule, _)| rule).collect();
        assert!(rules.contains(&"pickle-call") && rules.contains(&"disguised-model"), "{rules:?}");
        let behind = [&array(2)[..], call].concat();
        assert_eq!(judged(&behind).0, [("disguised-model", Severity::High)]);
    }

    #[test]
    fn bombs_are_found() {
        let deep = [&b"\x81\xa1a"[..], &[0x91; 5000]].concat();
        assert_eq!(judged(&deep).0, [("malformed-model", Severity::High)]);
        assert_eq!(judged(b"\x81\xa1a\xdd\xff\xff\xff\xff\x01").0, [("malformed-model", Severity::High)]);
    }
}
