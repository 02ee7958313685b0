//! Opens HDF5: configurations and weights of Keras, data sets that hold something else than numbers, links to other files.

use std::{borrow::Cow, ops::Range};

use palisade_formats::{
    hdf5::{self, Attribute, Dataset, Kind, Limits},
    pickle,
    sniff::{Format, readings, sniff},
};

use super::{content, keras, name, part::Part, shape, shape_only};
use crate::{
    Engine, Input,
    input::model::{Carrier, Does, Effect, Effects, Metadata, Oddity, OddityKind, When, keep_worst},
};

/// Opens an HDF5 file. It is one that models are made of if Keras wrote it, or if code lies in it.
pub(super) fn open(part: &Part<'_>, engine: &mut Engine) -> bool {
    let Some(file) = hdf5::parse(part.bytes, Limits::default()) else {
        part.unscanned(engine, "its superblock cannot be read");
        return true;
    };
    for reason in &file.unread {
        part.unscanned(engine, *reason);
    }
    let is_keras = is_keras(part, &file);
    let mut acts = false;
    for attribute in &file.attributes {
        acts |= open_attribute(part, attribute, engine);
    }
    let mut oddities = Vec::new();
    let mut opened = 0;
    let mut costs = Costs { steps: Limits::default().entries, bytes: part.bytes.len() };
    for dataset in &file.datasets {
        if is_keras || dataset.claimed().is_none() {
            oddities.extend(disproportion(part, dataset));
        }
        if dataset.kind != Kind::Numbers {
            opened += 1;
            if opened <= DATASETS {
                acts |= open_dataset(part, &file, dataset, &mut costs, &mut oddities, engine);
            }
        }
    }
    if opened > DATASETS {
        part.unscanned(engine, format!("only the first {DATASETS} of its data sets were looked into"));
    }
    if costs.steps == 0 || costs.bytes == 0 {
        part.unscanned(engine, "its data sets have the same bytes again and again");
    }
    acts |= spare(part, &file, &mut oddities, engine);
    let effects = elsewhere(&file, is_keras);
    acts |= effects.iter().any(|effect| effect.does > Does::Known);
    engine.judge(&Input::Effects(Effects {
        artifact: part.artifact,
        bytes: part.bytes,
        title: "an HDF5 file",
        effects,
    }));
    if is_keras {
        let why = acts.then_some("layers or data sets of it are code");
        shape(part, Format::Hdf5, why, oddities, engine);
    } else {
        shape_only(part, Format::Hdf5, acts, oddities, engine);
    }
    is_keras || acts
}

/// Keras names its layers and its version in attributes, and its weights in groups.
fn is_keras(part: &Part<'_>, file: &hdf5::File) -> bool {
    let named = |attribute: &Attribute| {
        matches!(attribute.name.as_str(), "model_config" | "keras_version" | "training_config" | "layer_names")
    };
    let weights = |group: &String| {
        group == "/model_weights"
            || group == "/optimizer/vars"
            || group.starts_with("/layers/") && group.ends_with("/vars")
    };
    part.name.ends_with(".weights.h5") || file.attributes.iter().any(named) || file.groups.iter().any(weights)
}

/// Judges the strings of an attribute. Returns whether it brings code.
fn open_attribute(part: &Part<'_>, attribute: &Attribute, engine: &mut Engine) -> bool {
    let mut acts = false;
    if attribute.strings.len() > STRINGS {
        part.unscanned(engine, format!("only the first {STRINGS} strings of an attribute were looked into"));
    }
    for range in attribute.strings.iter().take(STRINGS) {
        let bytes = part.bytes.get(range.clone()).unwrap_or_default();
        if is_pickle(bytes) {
            // PyTables loads attributes that look like pickles.
            acts |= inner(part, &format!("{}@{}", attribute.owner, attribute.name), bytes, engine);
            continue;
        }
        let text = String::from_utf8_lossy(bytes);
        let is_config = text.trim_start().starts_with(['{', '[']) && text.contains("\"class_name\"");
        if is_config || matches!(attribute.name.as_str(), "model_config" | "training_config") {
            acts |= keras::config(part, &text, range.start, engine);
        } else if text.len() >= LONG {
            let (artifact, bytes, key) = (part.artifact, part.bytes, attribute.name.clone());
            engine.judge(&Input::Metadata(Metadata { artifact, bytes, range: range.clone(), key, text: &text }));
        }
    }
    acts
}

/// What all data sets together may cost. No writer lets two of them have the same bytes.
struct Costs {
    /// Objects of heaps.
    steps: usize,
    /// Bytes that are looked at where they lie in the file.
    bytes: usize,
}

impl Costs {
    /// Pays for bytes; `false` if data sets before had all that the file has.
    fn pays(&mut self, len: usize) -> bool {
        let left = self.bytes.checked_sub(len);
        self.bytes = left.unwrap_or(0);
        left.is_some()
    }
}

/// Judges a data set that may hold anything. Returns whether it is code.
fn open_dataset(
    part: &Part<'_>,
    file: &hdf5::File,
    dataset: &Dataset,
    costs: &mut Costs,
    oddities: &mut Vec<Oddity>,
    engine: &mut Engine,
) -> bool {
    if dataset.kind == Kind::Heap {
        let strings = hdf5::strings(part.bytes, file, dataset, STRINGS, &mut costs.steps);
        if strings.len() >= STRINGS {
            let path = &dataset.path;
            part.unscanned(
                engine,
                format!("only the first {STRINGS} strings of the data set `{path}` were looked into"),
            );
        }
        let strings = strings.into_iter().take_while(|range| costs.pays(range.len()));
        let strings = strings.filter_map(|range| Some((range.start, part.bytes.get(range)?)));
        return strings
            .fold(false, |acts, (at, bytes)| bytes_of(part, dataset, bytes, Some(at), oddities, engine) || acts);
    }
    let room = usize::try_from(part.room().min(LARGEST)).unwrap_or(usize::MAX);
    let Some(read) = hdf5::read(part.bytes, dataset, room) else {
        // Only bytes without a meaning are a place for something else.
        if dataset.kind == Kind::Opaque {
            part.unscanned(engine, format!("the data set `{}` is packed in a way that is not read", dataset.path));
        }
        return false;
    };
    part.spend(read.bytes.len());
    if read.at.is_some() && !costs.pays(read.bytes.len()) {
        return false;
    }
    let acts = bytes_of(part, dataset, &read.bytes, read.at, oddities, engine);
    if acts && dataset.claimed().is_none_or(|claimed| claimed > read.bytes.len() as u64) {
        part.unscanned(engine, format!("the data set `{}` is longer than the scan reads", dataset.path));
    }
    acts
}

fn bytes_of(
    part: &Part<'_>,
    dataset: &Dataset,
    bytes: &[u8],
    at: Option<usize>,
    oddities: &mut Vec<Oddity>,
    engine: &mut Engine,
) -> bool {
    let offset = at.unwrap_or(dataset.header) as u64;
    match sniff(bytes) {
        Some(Format::Program) => {
            let what = format!("the data set `{}` is a program", dataset.path);
            oddities.push(Oddity { offset, what, kind: OddityKind::Disguise, code: true });
            true
        }
        Some(Format::Pickle) if !is_pickle(bytes) => false,
        Some(_) => inner(part, &dataset.path, bytes, engine),
        None => false,
    }
}

/// Opens bytes that lie in the file as a part of their own. Their name says nothing.
fn inner(part: &Part<'_>, path: &str, bytes: &[u8], engine: &mut Engine) -> bool {
    let artifact = part.entry(path.trim_start_matches('/'));
    let (depth, budget) = (part.depth + 1, part.budget);
    content(&Part { artifact: &artifact, name: String::new(), bytes, depth, budget, file: None, cut: false }, engine)
}

/// Bytes of images may look like the beginning of a pickle: it has to end, or to call something.
fn is_pickle(bytes: &[u8]) -> bool {
    readings(bytes).any(|format| format == Format::Pickle) && {
        let walk = pickle::walk(bytes, pickle::Limits { steps: 100_000, nodes: 1000, ..pickle::Limits::default() });
        walk.pickles > 0 && (walk.steps > 2 || !walk.calls.is_empty()) || !walk.calls.is_empty()
    }
}

/// Data sets of no proportion: a loader makes room for what they claim.
fn disproportion(part: &Part<'_>, dataset: &Dataset) -> Option<Oddity> {
    let (what, kind) = match dataset.claimed() {
        None => (format!("the sides of the data set `{}` overflow", dataset.path), OddityKind::Malformed),
        Some(claimed) if claimed > MOST && dataset.files.is_empty() && claimed / 1000 > part.len() => {
            let what =
                format!("the data set `{}` claims {claimed} bytes and stores {}", dataset.path, dataset.stored());
            (what, OddityKind::Bomb)
        }
        Some(_) => return None,
    };
    Some(Oddity { offset: dataset.header as u64, what, kind, code: false })
}

/// What is read from other files.
fn elsewhere(file: &hdf5::File, is_keras: bool) -> Vec<Effect> {
    let links = file.links.iter().filter_map(|link| Some((link.path.as_str(), link.file.as_deref()?, link.at)));
    let datasets = file
        .datasets
        .iter()
        .flat_map(|dataset| dataset.files.iter().map(|other| (&*dataset.path, other.as_str(), dataset.header)));
    let mut effects: Vec<Effect> = links
        .chain(datasets)
        .map(|(path, other, at)| {
            let does = match name::leaves(other) {
                true => Does::Reaches,
                // Weights of Keras lie in one file.
                false if is_keras => Does::Custom,
                false => Does::Known,
            };
            let what = format!("reads `{path}` from another file, `{other}`");
            Effect { range: at..at + 4, carrier: Carrier::Operator, does, when: When::Load, what }
        })
        .collect();
    keep_worst(&mut effects, MANY);
    effects
}

/// Looks for code in bytes that belong to nothing. Ordinary files have such bytes too, so nothing else is odd about them.
fn spare(part: &Part<'_>, file: &hdf5::File, oddities: &mut Vec<Oddity>, engine: &mut Engine) -> bool {
    let mut budget = SPARE;
    let mut found = false;
    let all: usize = gaps(&file.covered, part.bytes.len()).map(|gap| gap.len()).sum();
    if all > SPARE && !part.budget.full {
        part.unscanned(
            engine,
            "only the first of the bytes that belong to nothing were searched; `--full` searches all",
        );
    }
    for gap in gaps(&file.covered, part.bytes.len()) {
        let bytes = part.bytes.get(gap.start..gap.end.min(gap.start + budget)).unwrap_or_default();
        budget -= bytes.len();
        let Some(first) = bytes.iter().position(|byte| *byte != 0) else { continue };
        let start = gap.start + first;
        let rest = bytes.get(first..).unwrap_or_default();
        let what: Option<Cow<'static, str>> = match sniff(rest) {
            _ if super::pickle::hidden(part, start, gap.start + bytes.len(), engine) => {
                Some("a pickle lies where no data set is".into())
            }
            Some(format @ (Format::Program | Format::Zip | Format::SevenZip)) => {
                Some(format!("{} lies where no data set is", format.title()).into())
            }
            _ if rest.starts_with(b"#!/") => Some("a script lies where no data set is".into()),
            _ => None,
        };
        if let Some(what) = what.filter(|_| oddities.len() < MANY) {
            found = true;
            let offset = start as u64;
            oddities.push(Oddity { offset, what: what.into_owned(), kind: OddityKind::Disguise, code: true });
        }
    }
    found
}

fn gaps(covered: &[Range<usize>], len: usize) -> impl Iterator<Item = Range<usize>> + use<'_> {
    let ends = std::iter::once(0).chain(covered.iter().map(|range| range.end));
    let starts = covered.iter().map(|range| range.start).chain(std::iter::once(len));
    ends.zip(starts).filter(|(end, start)| end + 4 <= *start).map(|(end, start)| end..start)
}

/// The most data sets that are looked into.
const DATASETS: usize = 4096;
/// The most bytes of one data set that are looked into.
const LARGEST: u64 = 16 << 20;
/// The most strings of one attribute or data set.
const STRINGS: usize = 20_000;
const LONG: usize = 32;
const MANY: usize = 64;
/// No weights claim more than this and store a thousandth of it.
const MOST: u64 = 1 << 32;
/// The most bytes that are searched because they belong to nothing.
const SPARE: usize = 16 << 20;

#[cfg(test)]
mod tests {
    use palisade_base::Severity;

    use crate::testing::{findings, observe};

    /// A file whose root has messages; each is a kind and a body.
    fn file(messages: &[(u8, Vec<u8>)]) -> Vec<u8> {
        let body: Vec<u8> = messages.iter().flat_map(|(kind, body)| message(*kind, body)).collect();
        let mut bytes =
            [b"\x89HDF\r\n\x1a\n".as_slice(), &[3, 8, 8, 0], &[0; 24], &48u64.to_le_bytes(), &[0; 4]].concat();
        bytes.extend(header(&body));
        bytes
    }

    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        [&[kind][..], &u16::try_from(body.len()).unwrap().to_le_bytes(), &[0], body].concat()
    }

    fn header(body: &[u8]) -> Vec<u8> {
        [b"OHDR\x02\x02".as_slice(), &u32::try_from(body.len()).unwrap().to_le_bytes(), body, &[0; 4]].concat()
    }

    fn attribute(name: &str, value: &[u8]) -> (u8, Vec<u8>) {
        let kind = [&[0x13, 0, 0, 0][..], &u32::try_from(value.len()).unwrap().to_le_bytes()].concat();
        let sizes = [u16::try_from(name.len() + 1).unwrap(), 8, 4].map(u16::to_le_bytes).concat();
        (0x0c, [&[3, 0][..], &sizes, &[0], name.as_bytes(), &[0], &kind, &[2, 0, 0, 0], value].concat())
    }

    fn external(name: &str, other: &str) -> (u8, Vec<u8>) {
        let value = format!("\0{other}\0/x\0");
        let len = u16::try_from(value.len()).unwrap().to_le_bytes();
        (0x06, [&[1, 8, 64, u8::try_from(name.len()).unwrap()][..], name.as_bytes(), &len, value.as_bytes()].concat())
    }

    /// A file with one data set of bytes.
    fn with_dataset(value: &[u8]) -> Vec<u8> {
        let shape = [&[2, 1, 0, 1][..], &(value.len() as u64).to_le_bytes()].concat();
        let layout = [&[3, 0][..], &u16::try_from(value.len()).unwrap().to_le_bytes(), value].concat();
        let object =
            [message(1, &shape), message(3, &[0x10, 0, 0, 0, 1, 0, 0, 0, 0, 0, 8, 0]), message(8, &layout)].concat();
        let mut bytes = file(&[(0x06, [&[1, 0, 1, b'd'][..], &0u64.to_le_bytes()].concat())]);
        let at = (bytes.len() as u64).to_le_bytes();
        let place = bytes.len() - 4 - 8;
        bytes[place..place + 8].copy_from_slice(&at);
        bytes.extend(header(&object));
        bytes
    }

    /// A file with so many data sets of bytes, all at the same place.
    fn with_the_same_dataset(times: u8, value: &[u8]) -> Vec<u8> {
        let head = |places: &[u64]| {
            let links =
                places.iter().zip(b'a'..).map(|(at, name)| (6, [&[1, 0, 1, name][..], &at.to_le_bytes()].concat()));
            [&file(&links.collect::<Vec<_>>()), value].concat()
        };
        let first = head(&vec![0; times.into()]).len();
        let len = (value.len() as u64).to_le_bytes();
        let at = ((first - value.len()) as u64).to_le_bytes();
        let object = header(
            &[
                message(1, &[&[2, 1, 0, 1][..], &len].concat()),
                message(3, &[0x10, 0, 0, 0, 1, 0, 0, 0, 0, 0, 8, 0]),
                message(8, &[&[3, 1][..], &at, &len].concat()),
            ]
            .concat(),
        );
        let places: Vec<u64> = (0..usize::from(times)).map(|number| (first + number * object.len()) as u64).collect();
        [head(&places), object.repeat(times.into())].concat()
    }

    #[test]
    fn data_sets_cannot_have_the_same_bytes_again_and_again() {
        let value = [b"\x80\x04".as_slice(), &[b'N'; 999], b"."].concat();
        let shared = "its data sets have the same bytes again and again";
        for (times, ends) in [(1, false), (9, true)] {
            let seen = observe("m.h5", &with_the_same_dataset(times, &value), None);
            assert_eq!(seen.unscanned.iter().any(|unscanned| unscanned.reason.contains(shared)), ends, "{seen:?}");
        }
    }

    const LAMBDA: &[u8] = b"{\"class_name\": \"Sequential\", \"config\": {\"layers\": [{\"class_name\": \"Lambda\", \"config\": \
        {\"function\": [\"4wEAAAAAAAAAAAAAAAEAAAADAAAA8wYAAACXAHwAUwApAU6pACkB2gF4\", null, null], \"function_type\": \"lambda\"}}]}}";

    #[test]
    fn configurations_are_judged_where_they_lie() {
        let bytes = file(&[attribute("model_config", LAMBDA), attribute("keras_version", b"2.13")]);
        let found = findings("embedded-code", "m.h5", &bytes);
        assert_eq!(found.len(), 1);
        let place = found[0].target.place.unwrap();
        assert!(bytes[usize::try_from(place.offset).unwrap()..].starts_with(b"[\"4w"), "{place:?}");
        let plain =
            String::from_utf8(LAMBDA.to_vec()).unwrap().replace("Lambda", "Dense").replace("4wEAAAAAAAAA", "relu");
        let seen = observe("m.h5", &file(&[attribute("model_config", plain.as_bytes())]), None);
        assert!(seen.findings.iter().all(|finding| finding.severity < Severity::High), "{:?}", seen.findings);
        assert_eq!(seen.unscanned, []);
    }

    #[test]
    fn pickles_in_data_sets_are_opened() {
        let pickle = b"\x80\x02cposix\nsystem\nU\x04echo\x85R.";
        assert_eq!(findings("pickle-call", "d.h5", with_dataset(pickle))[0].severity, Severity::Critical);
        for quiet in [&b"\x80\x02(\x00\x01\x02\x03"[..], b"plain bytes", b"\x78\x9c\x00"] {
            let seen = observe("d.h5", &with_dataset(quiet), None);
            assert_eq!((seen.findings.len(), seen.unscanned.len(), seen.stats.judged), (0, 0, 1), "{quiet:?}");
        }
    }

    #[test]
    fn other_files_are_read_only_from_beside() {
        let worst = |other: &str| {
            let found = findings("unsafe-operator", "d.h5", file(&[external("w", other)]));
            found.into_iter().map(|finding| finding.severity).max()
        };
        assert_eq!(worst("/etc/passwd"), Some(Severity::High));
        assert_eq!(worst("../../x.h5"), Some(Severity::High));
        assert_eq!(worst("part2.h5"), Some(Severity::Info));
    }

    #[test]
    fn what_belongs_to_nothing_is_searched() {
        let hidden = |bytes: &[u8]| findings("disguised-model", "d.h5", [file(&[]), bytes.to_vec()].concat()).len();
        assert_eq!(hidden(b"\0\0\0\0#!/bin/sh\n"), 1);
        assert_eq!(hidden(b"\0\0\x80\x02cposix\nsystem\nU\x04echo\x85R."), 1);
        assert_eq!(hidden(b"left over from an earlier version"), 0);
    }
}
