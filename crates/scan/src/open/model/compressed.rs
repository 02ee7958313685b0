//! Opens single files that are compressed, as joblib, pandas and others write them, and as anyone can.

use palisade_base::Artifact;
use palisade_formats::{
    compress::{Codec, End, Unpacked, measure, unpack},
    npy, pickle as walk,
    sniff::{Format, sniff},
    tar, zip,
};

use super::{
    bomb, name,
    part::{DEPTH, Part},
    pickle, shape,
    unpacked::{self, HEAD},
};
use crate::{
    Engine,
    input::model::{Oddity, OddityKind},
};

/// Unpacks a file if what is in it is something that models are made of: the first bytes decide.
pub(super) fn open(part: &Part<'_>, format: Format, engine: &mut Engine) -> bool {
    let Some(codec) = codec(format) else { return false };
    if part.depth >= DEPTH {
        bomb::too_deep(part, format, engine);
        return true;
    }
    let head = unpack(codec, part.bytes, HEAD);
    let inside = sniff(&head.bytes);
    let goes_on = || head.end == End::More && walk::may_begin(&head.bytes);
    if head.bytes.is_empty() || !is_worth(part, inside, &head.bytes) && !goes_on() {
        return empty(part, format, &head, engine);
    }
    part.enter(1);
    let packed = part.bytes.len() as u64;
    let read = |limit| Some(unpack(codec, part.bytes, limit));
    let Some(whole) = part.unpack(packed, read, |whole| (whole.bytes.len(), whole.end)) else { return false };
    let artifact: Artifact = part.entry("content");
    let inner = Part {
        artifact: &artifact,
        name: stem(&part.name),
        bytes: &whole.bytes,
        depth: part.depth + 1,
        budget: part.budget,
        file: None,
        cut: false,
    };
    let is_model = unpacked::open(&inner, format, packed, whole.end, engine);
    let mut oddities = Vec::new();
    if whole.end == End::Whole && is_model {
        oddities.extend(rest(part, whole.rest, engine));
    }
    if is_model && inside != Some(Format::Tar) || !oddities.is_empty() {
        shape(part, format, runs_code(inside, &whole.bytes), oddities, engine);
    } else {
        engine.read();
    }
    is_model
}

fn codec(format: Format) -> Option<Codec> {
    Some(match format {
        Format::Gzip => Codec::Gzip,
        Format::Zlib => Codec::Zlib,
        Format::OldJoblib => Codec::Joblib,
        Format::Bzip2 => Codec::Bzip2,
        Format::Xz => Codec::Xz,
        Format::Lzma => Codec::Lzma,
        Format::Lz4 => Codec::Lz4,
        Format::Zstd => Codec::Zstd,
        _ => return None,
    })
}

/// Whether what begins like this is worth unpacking.
fn is_worth(part: &Part<'_>, inside: Option<Format>, head: &[u8]) -> bool {
    match inside {
        None | Some(Format::Program) => name::is_model(&part.name),
        // Archives of sources are common; those that are small, or begin with a model, are opened.
        Some(Format::Tar) => {
            let begins = || tar::read(head, tar::Limits { members: 16 }).members;
            name::is_model(&part.name)
                || part.bytes.len() <= SMALL
                || begins().iter().any(|member| name::is_certain(&member.name) || name::leaves(&member.name))
        }
        Some(_) => true,
    }
}

/// A file that holds nothing known: it may still be one of nothing but its size.
fn empty(part: &Part<'_>, format: Format, head: &Unpacked, engine: &mut Engine) -> bool {
    let named = name::is_model(&part.name);
    if named && head.bytes.is_empty() && head.end == End::Broken {
        part.unscanned(engine, "its compressed data cannot be read");
    }
    let zeros = head.bytes.len() == HEAD && head.bytes.windows(2).all(|pair| pair.first() == pair.last());
    if !zeros || part.is_spent() {
        return false;
    }
    let Some(codec) = codec(format) else { return false };
    let limit = usize::try_from(bomb::LARGE).unwrap_or(usize::MAX);
    let measured = measure(codec, part.bytes, limit);
    part.spend(measured);
    let unpacked = measured as u64;
    if bomb::is_bomb(part.bytes.len() as u64, unpacked, false) {
        let what = format!("it unpacks to {unpacked} bytes of nothing and more out of {}", part.bytes.len());
        bomb::report(part, format, what, engine);
    }
    false
}

/// Why loading what was packed runs code, if it does.
fn runs_code(inside: Option<Format>, bytes: &[u8]) -> Option<&'static str> {
    match inside {
        Some(Format::Pickle) => Some("the pickle in it calls the functions that it names"),
        Some(Format::Npy) if npy::parse(bytes).is_some_and(|header| header.objects) => {
            Some("the array of objects in it is a pickle")
        }
        Some(Format::Zip) => {
            let archive = zip::read(bytes, zip::Limits::default());
            let torch = archive.members.iter().any(|member| member.name.ends_with("data.pkl"));
            torch.then_some("the PyTorch archive in it is loaded through a pickle")
        }
        _ => None,
    }
}

/// What follows the compressed data, where no loader looks.
fn rest(part: &Part<'_>, from: usize, engine: &mut Engine) -> Option<Oddity> {
    let bytes = part.bytes.get(from..).unwrap_or_default();
    if bytes.iter().all(|byte| *byte == 0) {
        return None;
    }
    let has_pickle = pickle::hidden(part, from, part.bytes.len(), engine);
    let code = has_pickle || matches!(sniff(bytes), Some(Format::Program | Format::Zip | Format::Pickle));
    let what = format!("{} bytes follow its compressed data", bytes.len());
    Some(Oddity { offset: from as u64, what, kind: OddityKind::Disguise, code })
}

/// The name without what says how it is packed.
fn stem(name: &str) -> String {
    name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned()
}

/// Archives up to this length are opened whatever they begin with.
const SMALL: usize = 1 << 20;

#[cfg(test)]
mod tests {
    use crate::testing::{findings, observe};

    fn count(rule: &str, name: &str, bytes: &[u8]) -> usize {
        findings(rule, name, bytes).len()
    }

    #[test]
    fn pickles_are_found_whatever_packs_them() {
        for (extension, packed) in PACKED {
            for name in [format!("model.pkl.{extension}"), "model.joblib".to_owned(), "data".to_owned()] {
                for rule in ["pickle-call", "unsafe-weights-format", "unsigned-weights"] {
                    assert_eq!(count(rule, &name, packed), 1, "{name} {rule}");
                }
            }
            assert_eq!(count("disguised-model", "model.safetensors", packed), 1, "{extension}");
        }
    }

    #[test]
    fn what_came_before_the_end_is_judged_and_the_rest_is_unscanned() {
        for (extension, packed) in PACKED {
            for len in 8..packed.len() {
                let seen = observe(&format!("model.pkl.{extension}"), &packed[..len], None);
                assert!(!seen.unscanned.is_empty(), "{extension} at {len}");
            }
        }
    }

    #[test]
    fn what_follows_is_found() {
        let (_, packed) = PACKED[0];
        assert_eq!(count("disguised-model", "m.pkl.gz", &[packed, b"something else"].concat()), 1);
        assert_eq!(count("disguised-model", "m.pkl.gz", &[packed, &[0; 100]].concat()), 0);
        assert_eq!(count("disguised-model", "m.pkl.gz", &[packed, packed].concat()), 0);
    }

    #[test]
    fn files_that_hold_no_model_are_silent() {
        let log = b"a line of a log\n".repeat(1000);
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        std::io::Write::write_all(&mut encoder, &log).unwrap();
        let seen = observe("app.log.gz", &encoder.finish().unwrap(), None);
        assert_eq!((seen.findings.len(), seen.unscanned.len()), (0, 0));
    }

    #[test]
    fn zeros_without_end_are_a_bomb() {
        for (name, len, expected) in [("m.pkl.gz", 11 << 20, 1), ("x.gz", 11 << 20, 1), ("m.pkl.gz", 1 << 20, 0)] {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
            std::io::Write::write_all(&mut encoder, &vec![0; len]).unwrap();
            assert_eq!(count("malformed-model", name, &encoder.finish().unwrap()), expected, "{name} {len}");
        }
    }

    /// A pickle that calls a function, packed by Python, `lz4` and `zstd`.
    const PACKED: [(&str, &[u8]); 8] = [
        (
            "gz",
            b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03k`J.\xc8/\xce\xac\xe0*\xae,.I\xcd\xe5\x0aeIM\xce\xc8o\x0d\xd2\x03\x00~\x09,\xd5\x19\x00\x00\x00",
        ),
        (
            "zlib",
            b"x\x9ck`J.\xc8/\xce\xac\xe0*\xae,.I\xcd\xe5\x0aeIM\xce\xc8o\x0d\xd2\x03\x00t\xe5\x08\xcf",
        ),
        (
            "bz2",
            b"BZh91AY&SY\xb3y^r\x00\x00\x0b\xd3\xc0\x14\x10\x00\x01\x12\x00\x0ab\xcc`B\x00 \x00\"\x81\xa3\xd4h\x1eP\xa6LL\x83#\x0d\x9f\xc1\x07\x18:,{R\xb3u$\xdf\x17rE8P\x90\xb3y^r",
        ),
        (
            "xz",
            b"\xfd7zXZ\x00\x00\x04\xe6\xd6\xb4F\x02\x00!\x01\x16\x00\x00\x00t/\xe5\xa3\x01\x00\x18\x80\x02cposix\x0asystem\x0aU\x04echo\x85R.\x00\x00\x00\x00\x05>\xdf\xaeH\x10\x82\xcc\x00\x011\x19Y\x1a\xb0\x82\x1f\xb6\xf3}\x01\x00\x00\x00\x00\x04YZ",
        ),
        (
            "lzma",
            b"]\x00\x00\x80\x00\xff\xff\xff\xff\xff\xff\xff\xff\x00@\x00\x88\x03\xcb\x87\xe6\x0e?\xc6\xdb\xa6b:\xd0\xe0\x17\xa3\xa0\xa4a\xff\x06\xa8\xbe\xfb>\x0eD\x96\xff\xffil\x00\x00",
        ),
        (
            "lz4",
            b"\x04\"M\x18d@\xa7\x19\x00\x00\x80\x80\x02cposix\x0asystem\x0aU\x04echo\x85R.\x00\x00\x00\x00\xa2U\x12j",
        ),
        (
            "zst",
            b"(\xb5/\xfd\x04X\xc9\x00\x00\x80\x02cposix\x0asystem\x0aU\x04echo\x85R.\xf6\xe5\xfb\x9e",
        ),
        (
            "joblib",
            b"ZF0x19               x\x9ck`J.\xc8/\xce\xac\xe0*\xae,.I\xcd\xe5\x0aeIM\xce\xc8o\x0d\xd2\x03\x00t\xe5\x08\xcf",
        ),
    ];
}
