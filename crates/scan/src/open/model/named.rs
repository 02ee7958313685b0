//! Files that only their name tells: what is named like a model of a format and does not begin like one is read as that
//! format as far as it goes, or judged as what it is.

use palisade_formats::{sniff::Format, tensorflow::Kind};

use super::{caffe, coreml, gathered::Gathered, onnx, paddle, part::Part, tensorflow};
use crate::{Engine, input::model::OddityKind};

/// Opens a file whose content is of no format that is read, by its name.
pub(super) fn open(part: &Part<'_>, engine: &mut Engine) -> bool {
    if part.bytes.is_empty() || part.bytes.starts_with(b"version https://git-lfs") {
        return false;
    }
    if is_bundle(&part.name) || is_blob(part) {
        // Numbers, found through an index; nothing in them is interpreted.
        Gathered::new(part).finish(if is_blob(part) { Format::CoreMl } else { Format::TensorFlow }, engine);
        return true;
    }
    let extension = part.name.rsplit_once('.').map_or("", |(_, extension)| extension);
    if !matches!(extension, "pb" | "meta") && !NAMES.iter().any(|(own, _)| *own == extension) {
        return false;
    }
    let (format, opened) = match extension {
        _ if is_text(part) => (named_format(&part.name), false),
        "pb" if part.name == "saved_model.pb" => {
            (Some(Format::TensorFlow), tensorflow::open_as(part, Kind::SavedModel, engine))
        }
        "pb" if part.name == "keras_metadata.pb" => {
            (Some(Format::TensorFlow), tensorflow::open_as(part, Kind::KerasMetadata, engine))
        }
        "pb" => return tensorflow::open_as(part, Kind::Graph, engine),
        // Others have the extension too: theirs begin otherwise.
        "meta" if part.bytes.starts_with(b"\n") => {
            (Some(Format::TensorFlow), tensorflow::open_as(part, Kind::MetaGraph, engine))
        }
        "onnx" => (Some(Format::Onnx), onnx::open(part, engine)),
        "mlmodel" => (Some(Format::CoreMl), coreml::open(part, engine)),
        "pdmodel" => (Some(Format::Paddle), paddle::open(part, engine)),
        "caffemodel" => (Some(Format::Caffe), caffe::open(part, engine)),
        "pdiparams" => (Some(Format::PaddleTensors), bare_numbers(part, engine)),
        _ => return false,
    };
    let Some(format) = format.filter(|_| !opened) else { return opened };
    if is_text(part) {
        disguised_text(part, format, engine);
    } else {
        part.unscanned(engine, format!("it is named like {} and cannot be read as one", format.title()));
    }
    true
}

/// Text under the name of a binary format: no tool writes it, and a loader that fails on it may not be the only reader.
fn disguised_text(part: &Part<'_>, format: Format, engine: &mut Engine) {
    let mut gathered = Gathered::new(part);
    let what = format!("the name is one of {}, which is binary, and the content is text", format.title());
    gathered.oddity(0, OddityKind::Disguise, what);
    let head = head(part);
    gathered.bytes("", 0..head.len(), head);
    gathered.finish(format, engine);
}

/// Numbers without a header: nothing in them can be run, and texts between them are judged.
fn bare_numbers(part: &Part<'_>, engine: &mut Engine) -> bool {
    let mut gathered = Gathered::new(part);
    let head = head(part);
    for run in texts(head) {
        let text = head.get(run.clone()).unwrap_or_default();
        gathered.bytes("", run, text);
    }
    gathered.finish(Format::PaddleTensors, engine);
    true
}

/// The binary format that a name stands for.
fn named_format(name: &str) -> Option<Format> {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension);
    match extension {
        _ if name == "saved_model.pb" || name == "keras_metadata.pb" => Some(Format::TensorFlow),
        _ => NAMES.iter().find(|(own, _)| extension == Some(own)).map(|(_, format)| *format),
    }
}

fn is_text(part: &Part<'_>) -> bool {
    let head = head(part);
    !part.is_binary() && head.iter().filter(|byte| **byte >= 0x80 || **byte < 9).count() * 10 < head.len()
}

/// Whether a name is that of a checkpoint of TensorFlow: `model.ckpt.data-00000-of-00001`.
fn is_bundle(name: &str) -> bool {
    let digits = |text: &str| text.len() == 5 && text.bytes().all(|byte| byte.is_ascii_digit());
    let shard = name.rsplit_once(".data-").and_then(|(_, shard)| shard.split_once("-of-"));
    shard.is_some_and(|(at, of)| digits(at) && digits(of))
}

/// Whether these are the weights of a Core ML program, or the index of a checkpoint of TensorFlow.
fn is_blob(part: &Part<'_>) -> bool {
    let at = |range: std::ops::Range<usize>| part.bytes.get(range);
    let weights =
        part.has_extension("bin") && at(4..8) == Some(&[2, 0, 0, 0]) && at(64..68) == Some(&[0xef, 0xbe, 0xad, 0xde]);
    let index = part.has_extension("index") && part.bytes.ends_with(&[0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb]);
    weights || index
}

/// Printable bytes in a row.
fn texts(bytes: &[u8]) -> Vec<std::ops::Range<usize>> {
    let mut runs = Vec::new();
    let mut start = 0;
    for (at, byte) in bytes.iter().chain(&[0]).enumerate() {
        if !matches!(byte, 0x20..=0x7e | b'\n' | b'\t' | b'\r') {
            if at - start >= RUN {
                runs.push(start..at);
            }
            start = at + 1;
        }
    }
    runs
}

fn head<'a>(part: &Part<'a>) -> &'a [u8] {
    part.bytes.get(..part.bytes.len().min(HEAD)).unwrap_or_default()
}

/// Extensions that stand for one binary format.
const NAMES: &[(&str, Format)] = &[
    ("pdmodel", Format::Paddle),
    ("pdiparams", Format::PaddleTensors),
    ("mlmodel", Format::CoreMl),
    ("caffemodel", Format::Caffe),
    ("onnx", Format::Onnx),
    ("cmf", Format::Cntk),
];
/// How much of a file is looked at.
const HEAD: usize = 1 << 20;
/// The fewest printable bytes that are taken for a text.
const RUN: usize = 16;

#[cfg(test)]
mod tests {
    use crate::testing::{findings, observe};

    #[test]
    fn text_under_the_name_of_a_binary_format_is_a_disguise() {
        assert_eq!(findings("disguised-model", "m.pdmodel", "print('hello')\n").len(), 1);
        assert_eq!(findings("disguised-model", "saved_model.pb", "print('hello')\n").len(), 1);
        assert_eq!(findings("disguised-model", "m.txt", "print('hello')\n").len(), 0);
        assert_eq!(findings("disguised-model", "message.pb", "print('hello')\n").len(), 0);
        let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n";
        assert_eq!(findings("disguised-model", "m.pdmodel", pointer).len(), 0);
    }

    #[test]
    fn numbers_without_a_header_are_judged() {
        let numbers: Vec<u8> = (0..4096u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        for name in ["m.pdiparams", "m.ckpt.data-00000-of-00001"] {
            let seen = observe(name, &numbers, None);
            assert_eq!(seen.findings.iter().filter(|found| found.rule.name != "unsigned-weights").count(), 0, "{name}");
            assert_eq!((seen.unscanned.len(), seen.stats.judged), (0, 1), "{name}");
        }
    }

    #[test]
    fn fields_that_nobody_knows_hide_nothing_from_the_name() {
        let node = b"\x0a\x01x\x12\x06PyFunc";
        let graph = [b"\x0a\x0b".as_slice(), node].concat();
        let model = [b"\x0d\0\0\0\0\x12\x0f\x12\x0d".as_slice(), &graph].concat();
        assert_eq!(findings("unsafe-operator", "saved_model.pb", model).len(), 1);
        let unread = observe("saved_model.pb", b"\x00\x01\x02", None);
        assert_eq!(unread.unscanned.len(), 1);
    }
}
