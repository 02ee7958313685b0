//! Opens pickles, and NumPy arrays that hold one.

use std::borrow::Cow;

use palisade_formats::{
    npy,
    pickle::{self, Anomaly, AnomalyKind, Encoding, End, Limits, Walk},
    sniff::Format,
};

use super::{name, numbers, part::Part, shape, shape_only};
use crate::{
    Engine, Input,
    input::model::{Lies, Oddity, OddityKind, Pickle},
};

/// Opens a part whose first bytes are a pickle.
pub(super) fn open(part: &Part<'_>, engine: &mut Engine) -> bool {
    let mut from = 0;
    let mut pace = |to: usize| {
        if let Some(file) = part.file {
            file.behind.passed(from..to);
        }
        from = to;
        !part.budget.is_late()
    };
    let walk = pickle::walk_paced(part.bytes, Limits::default(), &mut pace);
    // What merely could be an old pickle and names nothing is text, unless its name says otherwise.
    let certain = part.bytes.first() == Some(&0x80) || !walk.imports.is_empty() || name::is_model(&part.name);
    if !certain {
        return false;
    }
    judge(part, &walk, Lies::Open(0), engine);
    tail(part, &walk, 0, engine);
    end(part, &walk, engine);
    if part.bytes.starts_with(OLD_TORCH) && walk.pickles < TORCH && walk.end == End::Stopped {
        part.unscanned(engine, "an old PyTorch file begins with five pickles, and some of them are missing");
    }
    let mut oddities = anomalies(&walk, 0);
    oddities.extend(padded(part, &walk, engine));
    shape(part, Format::Pickle, Some("a pickle calls the functions that it names"), oddities, engine);
    true
}

/// Opens a NumPy array; one of objects has a pickle behind its header.
pub(super) fn open_array(part: &Part<'_>, engine: &mut Engine) -> bool {
    let Some(header) = npy::parse(part.bytes) else {
        // A member whose header breaks off is of no use to any loader; a file may have been cut on its way.
        if part.file.is_none() && !hidden(part, 0, part.bytes.len(), engine) {
            return false;
        }
        part.unscanned(engine, "its header cannot be read");
        return true;
    };
    let data = part.bytes.get(header.data..).unwrap_or_default();
    let odd =
        |offset: usize, what: &str, kind, code| Oddity { offset: offset as u64, what: what.to_owned(), kind, code };
    let flaw = |what: &&str| odd(0, what, OddityKind::Malformed, false);
    let mut oddities: Vec<_> = header.flaws.iter().map(flaw).collect();
    if header.objects {
        let walk = pickle::walk_paced(data, Limits::default(), &mut |_| !part.budget.is_late());
        judge(part, &walk, Lies::Open(header.data), engine);
        // A reader that takes the header to be longer begins elsewhere.
        if walk.pickles == 0 && walk.calls.is_empty() {
            hidden(part, header.data, part.bytes.len(), engine);
        }
        tail(part, &walk, header.data, engine);
        end(part, &walk, engine);
        oddities.extend(anomalies(&walk, header.data));
        shape(part, Format::Npy, Some("an array of objects is a pickle"), oddities, engine);
        return true;
    }
    let len = header.len.unwrap_or(0).min(data.len() as u64);
    let behind = header.data + usize::try_from(len).unwrap_or(data.len());
    let found = behind < part.bytes.len() && hidden(part, behind, part.bytes.len(), engine);
    let missing = part.cut && header.len.is_some_and(|len| len > data.len() as u64);
    if header.len.is_some_and(|len| len != data.len() as u64) && !missing {
        let (what, kind) = if behind < part.bytes.len() {
            ("bytes lie behind the last element of the array", OddityKind::Disguise)
        } else {
            ("the array is longer than the file", OddityKind::Malformed)
        };
        oddities.push(odd(behind, what, kind, found));
    }
    // The data of an array that claims to hold numbers may be a pickle all the same.
    let walk = pickle::plausible(data).then(|| pickle::walk(data, Limits::default()));
    let calls = walk.filter(|walk| !walk.calls.is_empty());
    if let Some(walk) = &calls {
        judge(part, walk, Lies::Open(header.data), engine);
    }
    shape_only(part, Format::Npy, calls.is_some(), oddities, engine);
    numbers::of_array(part, header.data..behind, engine);
    calls.is_some()
}

/// Judges pickles in a region where no loader of the format looks.
pub(super) fn hidden(part: &Part<'_>, start: usize, end: usize, engine: &mut Engine) -> bool {
    let region = part.bytes.get(start..end.min(part.bytes.len())).unwrap_or_default();
    let near = if part.budget.full { region } else { region.get(..SEARCHED).unwrap_or(region) };
    if near.len() < region.len() {
        part.unscanned(
            engine,
            "only the beginning of the bytes that no loader reads was searched; `--full` searches all",
        );
    }
    search(part, near, start, engine)
}

fn search(part: &Part<'_>, region: &[u8], start: usize, engine: &mut Engine) -> bool {
    let (found, complete) = pickle::hidden(region, HIDDEN);
    if !complete {
        part.unscanned(engine, "too much of it looks like the beginning of a pickle");
    }
    for (at, walk) in &found {
        judge(part, walk, Lies::Hidden(start + at), engine);
    }
    !found.is_empty()
}

/// Judges a pickle that was found where no loader of the format looks.
pub(super) fn judge_hidden(part: &Part<'_>, walk: &Walk, at: usize, engine: &mut Engine) {
    judge(part, walk, Lies::Hidden(at), engine);
}

/// Raw weights of old PyTorch files follow the pickles; anything else may too.
fn tail(part: &Part<'_>, walk: &Walk, base: usize, engine: &mut Engine) {
    let Some(start) = walk.trailing.map(|at| base + at) else { return };
    if part.budget.full && part.file.is_some() {
        // The pass over all bytes searches them.
    } else if walk.pickles == TORCH {
        let weights = part.bytes.get(start..).unwrap_or_default();
        search(part, weights.get(..SEARCHED).unwrap_or(weights), start, engine);
    } else {
        hidden(part, start, part.bytes.len(), engine);
    }
}

/// A second pickle behind zeros: loaders of one pickle do not get there, and readers that search do not begin with it.
fn padded(part: &Part<'_>, walk: &Walk, engine: &mut Engine) -> Option<Oddity> {
    let start = walk.trailing.filter(|_| walk.pickles != TORCH && !part.budget.is_late())?;
    let rest = part.bytes.get(start..)?;
    let zeros = rest.iter().take(SEARCHED).position(|byte| *byte != 0).filter(|zeros| *zeros > 0)?;
    let second = rest.get(zeros..).filter(|second| pickle::plausible(second))?;
    let inner = pickle::walk(second, Limits::default());
    if inner.pickles == 0 || inner.calls.is_empty() {
        return None;
    }
    // Those of later protocols are found wherever they lie.
    if second.first() != Some(&0x80) {
        judge(part, &inner, Lies::Hidden(start + zeros), engine);
    }
    let what = format!("a second pickle lies behind {zeros} zeros that follow the first");
    Some(Oddity { offset: (start + zeros) as u64, what, kind: OddityKind::Disguise, code: true })
}

fn judge(part: &Part<'_>, walk: &Walk, lies: Lies, engine: &mut Engine) {
    let base = match &lies {
        Lies::Open(base) | Lies::Hidden(base) => *base,
        Lies::Constant { .. } => 0,
    };
    let outer = match &lies {
        Lies::Constant { range, loaded, .. } => Some((range.clone(), *loaded)),
        _ => None,
    };
    engine.judge(&Input::Pickle(Pickle { artifact: part.artifact, bytes: part.bytes, walk, lies }));
    for held in &walk.embedded {
        // Only constants of the file have a place in it.
        let lies = if let Some((range, loaded)) = &outer {
            Lies::Constant { range: range.clone(), raw: false, loaded: *loaded && held.loaded }
        } else {
            let range = base + held.range.start..base + held.range.end;
            Lies::Constant { range, raw: held.encodings == [Encoding::Raw], loaded: held.loaded }
        };
        judge(part, &held.walk, lies, engine);
    }
}

/// What no pickler writes, at `base` of the part.
fn anomalies(walk: &Walk, base: usize) -> Vec<Oddity> {
    let oddity = |anomaly: &Anomaly| Oddity {
        offset: (base + anomaly.offset) as u64,
        what: anomaly.what.to_owned(),
        kind: match anomaly.kind {
            AnomalyKind::Bomb => OddityKind::Bomb,
            AnomalyKind::Frame => OddityKind::Disguise,
            AnomalyKind::Order | AnomalyKind::Stack => OddityKind::Malformed,
        },
        // What one loader takes for data is an opcode to another.
        code: anomaly.kind == AnomalyKind::Frame,
    };
    walk.anomalies.iter().map(oddity).collect()
}

/// Says what was not seen.
fn end(part: &Part<'_>, walk: &Walk, engine: &mut Engine) {
    if walk.unfollowed {
        part.unscanned(engine, "more of its constants hold pickles than are looked into");
    }
    let reason: Cow<'static, str> = match &walk.end {
        End::Stopped => return,
        End::Broken { offset, reason } => format!("the pickle breaks at byte {offset}: {reason}").into(),
        End::Limit { offset, what } => format!("the walk gave up at byte {offset}: {what}").into(),
    };
    part.unscanned(engine, reason);
}

/// As many pickles as an old PyTorch file begins with: magic number, version, system, state, keys of the storages.
const TORCH: u64 = 5;
/// The first of them.
const OLD_TORCH: &[u8] = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.";
/// How many of the bytes that no loader reads are searched, unless all are to be.
const SEARCHED: usize = 64 << 20;
/// The most hidden pickles of one region that are judged.
const HIDDEN: usize = 8;
