//! One pass over every byte of a model file: its digest, and programs, archives and pickles in the bytes of its tensors.
//!
//! No loader looks into tensors, so what lies there is either weights or hidden. The pass goes through memory once, in
//! blocks that stay in the cache, and gives each back when it is done.

use std::ops::Range;

use palisade_formats::{
    buried::{Buried, Search},
    gguf, npy,
    pickle::{self, Walk},
    safetensors,
    sniff::{Format, readings, sniff},
    stored,
};
use sha2::{Digest, Sha256};

use super::{part::Part, pickle as pickles, shape_only};
use crate::{
    Engine, File,
    input::model::{Oddity, OddityKind},
};

/// What a pass over all bytes has shown.
pub(super) struct Pass {
    /// SHA-256, unless the time was over before the end.
    sha256: Option<[u8; 32]>,
    buried: Vec<Buried>,
    pickles: Vec<(usize, Walk)>,
    /// Whether everything was searched.
    complete: bool,
}

/// The SHA-256 digest of a file, if it is to be made: of every file in a full pass, otherwise of those within the budget.
pub(super) fn digest(part: &Part<'_>, file: &File<'_>) -> Option<[u8; 32]> {
    if part.budget.full {
        return pass(part, file).sha256;
    }
    file.is_whole().then(|| {
        let mut sum = Sha256::new();
        for (number, block) in file.whole.chunks(BLOCK).enumerate() {
            sum.update(block);
            file.behind.passed(number * BLOCK..number * BLOCK + block.len());
        }
        sum.finalize().into()
    })
}

/// Says what lies in the tensors of a file, and keeps its digest.
pub(super) fn judge(part: &Part<'_>, engine: &mut Engine) {
    let Some(file) = part.file else { return };
    let pass = pass(part, file);
    if let Some(sha256) = pass.sha256 {
        engine.digested(part.artifact, sha256);
        if !pass.complete {
            part.unscanned(engine, "too much in its tensors looks like the beginning of a pickle or an archive");
        }
    }
    let (format, ranges) = tensors(part.bytes);
    let inside = |at: usize| {
        let before = ranges.partition_point(|range| range.start <= at);
        ranges.get(..before)?.last().filter(|range| range.contains(&at))
    };
    for (at, walk) in pass.pickles.iter().filter(|(at, _)| inside(*at).is_some()) {
        pickles::judge_hidden(part, walk, *at, engine);
    }
    let mut oddities: Vec<Oddity> = Vec::new();
    let mut last: Option<(Format, &Range<usize>)> = None;
    for buried in &pass.buried {
        let Some(range) = inside(buried.offset) else { continue };
        // An archive has many members, and each begins like an archive.
        if oddities.len() >= MOST || last == Some((buried.format, range)) {
            continue;
        }
        last = Some((buried.format, range));
        let what = format!("{} begins in the bytes of a tensor", buried.format.title());
        let offset = buried.offset as u64;
        oddities.push(Oddity { offset, what, kind: OddityKind::Disguise, code: true });
    }
    if let Some(format) = format.filter(|_| !oddities.is_empty()) {
        shape_only(part, format, false, oddities, engine);
    }
}

/// The pass over a file; made once.
fn pass<'p>(part: &'p Part<'_>, file: &File<'_>) -> &'p Pass {
    part.budget.pass.get_or_init(|| {
        let mut pass = Pass { sha256: None, buried: Vec::new(), pickles: Vec::new(), complete: true };
        let search = Search::default();
        let mut sum = Sha256::new();
        let bytes = file.whole;
        for (number, block) in bytes.chunks(BLOCK).enumerate() {
            if part.budget.is_late() {
                return pass;
            }
            let from = number * BLOCK;
            let to = from + block.len();
            sum.update(block);
            let room = BURIED.saturating_sub(pass.buried.len());
            pass.buried.extend(search.find(bytes, from, to, room));
            let ahead = bytes.get(from..(to + AHEAD).min(bytes.len())).unwrap_or(block);
            let (found, searched) = pickle::hidden(ahead, MOST);
            let own = found.into_iter().filter(|(at, _)| *at < block.len());
            pass.pickles.extend(own.map(|(at, walk)| (from + at, walk)).take(MOST - pass.pickles.len().min(MOST)));
            pass.complete &= searched && room > 0 && pass.pickles.len() < MOST;
            // The last bytes are looked at again with the next block.
            file.behind.passed(from..to);
        }
        pass.buried.sort_unstable();
        pass.sha256 = Some(sum.finalize().into());
        pass
    })
}

/// Where the numbers of a file lie, in order, and of which format it is.
fn tensors(bytes: &[u8]) -> (Option<Format>, Vec<Range<usize>>) {
    let mut ranges = Vec::new();
    let mut first = None;
    for format in readings(bytes.get(..1 << 31).unwrap_or(bytes)) {
        first.get_or_insert(format);
        match format {
            Format::Safetensors => {
                let header = safetensors::parse(bytes, bytes.len() as u64).unwrap_or_default();
                ranges.extend(header.tensors.into_iter().filter_map(|tensor| short(&tensor.range)));
            }
            Format::Gguf => {
                let (metadata, _) = gguf::parse(bytes, bytes.len() as u64, gguf::Limits::default());
                ranges.extend(metadata.data.as_ref().and_then(short));
            }
            Format::Zip => ranges.extend(members(bytes)),
            Format::Npy => ranges.extend(npy::parse(bytes).map(|header| header.data..bytes.len())),
            Format::Pickle => {
                let walk = pickle::walk(bytes, pickle::Limits::default());
                ranges.extend(walk.trailing.map(|start| start..bytes.len()));
            }
            // Weights lie all over these, and nothing in them begins like a program or an archive.
            Format::Onnx | Format::TfLite | Format::Ggml | Format::Hdf5 => ranges.push(1..bytes.len()),
            _ => {}
        }
    }
    (first, merged(ranges))
}

/// Ranges in order, those that overlap as one.
fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.retain(|range| !range.is_empty());
    ranges.sort_by_key(|range| range.start);
    let mut merged: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start < last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}

/// The members of an archive that are stored as they are and are nothing but numbers.
fn members(bytes: &[u8]) -> Vec<Range<usize>> {
    let stored = stored::members(bytes).unwrap_or_default();
    // What is something by itself was opened as that.
    let raw = |range: &Range<usize>| bytes.get(range.clone()).is_some_and(|data| sniff(data).is_none());
    stored.members.into_iter().map(|(_, range)| range).filter(raw).collect()
}

fn short(range: &Range<u64>) -> Option<Range<usize>> {
    Some(usize::try_from(range.start).ok()?..usize::try_from(range.end).ok()?)
}

/// Half of a second-level cache.
const BLOCK: usize = 512 << 10;
/// How far a pickle that begins in a block is followed into the next one.
const AHEAD: usize = 64 << 10;
/// The most beginnings that are kept.
const BURIED: usize = 100_000;
/// The most pickles, and the most oddities, that are reported.
const MOST: usize = 8;

#[cfg(test)]
mod tests {
    use palisade_base::{Artifact, Observed};

    use super::*;
    use crate::{Facts, Options, testing::sha256};

    const CALL: &[u8] = b"\x80\x02cposix\nsystem\nU\x04echo\x85R.";

    fn full(name: &str, bytes: &[u8], options: &Options) -> Observed {
        let mut engine = Engine::new(options);
        engine.file(&File {
            artifact: Artifact::file(name),
            project_path: name,
            disk: std::path::Path::new(name),
            bytes,
            whole: bytes,
            behind: &(),
            facts: Facts::default(),
        });
        engine.finish()
    }

    fn all() -> Options {
        Options { full: true, ..Options::default() }
    }

    fn safetensors(data: &[u8]) -> Vec<u8> {
        let len = data.len();
        let json = format!(r#"{{"w":{{"dtype":"U8","shape":[{len}],"data_offsets":[0,{len}]}}}}"#);
        [&(json.len() as u64).to_le_bytes(), json.as_bytes(), data].concat()
    }

    fn rules(observed: &Observed) -> Vec<&str> {
        let mut rules: Vec<_> = observed.findings.iter().map(|finding| finding.rule.name).collect();
        rules.retain(|rule| *rule != "unsigned-weights");
        rules
    }

    #[test]
    fn what_hides_in_tensors_is_found() {
        let elf = [&b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0\x01\0\0\0"[..], &[0; 40]].concat();
        for (hidden, rule) in [(elf.as_slice(), "disguised-model"), (CALL, "pickle-call")] {
            // Across the edge of a block too.
            for before in [10, BLOCK - 60, BLOCK + 5] {
                let bytes = safetensors(&[&vec![0x3f; before], hidden, &[0x3f; 100]].concat());
                let found = full("w.safetensors", &bytes, &all());
                assert_eq!(rules(&found).iter().filter(|found| **found == rule).count(), 1, "{before}");
            }
        }
    }

    #[test]
    fn what_hides_between_samples_is_found_by_a_full_pass_only() {
        let bytes = safetensors(&[&vec![0x3f; 1100 << 10], CALL, &vec![0x3f; 1460 << 10]].concat());
        assert_eq!(rules(&full("w.safetensors", &bytes, &all())), ["pickle-call"]);
        assert!(rules(&full("w.safetensors", &bytes, &Options::default())).is_empty());
    }

    #[test]
    fn weights_are_quiet_and_digested() {
        // A generator of noise: weights look like any beginning sooner or later.
        let mut state = 1u64;
        let noise: Vec<u8> = (0..BLOCK + 1000)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (state >> 56).to_le_bytes()[0]
            })
            .collect();
        let bytes = safetensors(&noise);
        let observed = full("w.safetensors", &bytes, &all());
        assert!(rules(&observed).is_empty() && observed.unscanned.is_empty(), "{observed:?}");
        assert_eq!(observed.digests.len(), 1);
        assert_eq!(palisade_base::hex(&observed.digests[0].sha256), sha256(&bytes));
        assert!(full("w.safetensors", &bytes, &Options::default()).digests.is_empty());
        assert!(full("notes.txt", b"text\n", &all()).digests.is_empty(), "models only");
    }

    #[test]
    fn members_of_archives_are_no_surprise_in_archives() {
        use std::io::Write;
        let mut writer = ::zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let stored = ::zip::write::SimpleFileOptions::default().compression_method(::zip::CompressionMethod::Stored);
        for (name, bytes) in [("a/data.pkl", &b"\x80\x02}."[..]), ("a/data/0", &[0x3f; 4000]), ("a/version", b"3\n")] {
            writer.start_file(name, stored).unwrap();
            writer.write_all(bytes).unwrap();
        }
        let inner = writer.finish().unwrap().into_inner();
        assert!(!rules(&full("m.pt", &inner, &all())).contains(&"disguised-model"));
        // Behind the archive, so much that no reader of archives looks for its end.
        let bytes = safetensors(&[vec![0x3f; 40], inner, vec![0x3f; 70_000]].concat());
        assert!(rules(&full("w.safetensors", &bytes, &all())).contains(&"disguised-model"));
    }

    #[test]
    fn without_time_nothing_is_judged_and_nothing_is_clean() {
        let options = Options { max_time: Some(std::time::Duration::ZERO), ..all() };
        let observed = full("w.safetensors", &safetensors(&[0; 10]), &options);
        assert!(observed.unscanned.iter().any(|unscanned| unscanned.reason.contains("--max-time")), "{observed:?}");
        assert!(observed.digests.is_empty());
    }
}
