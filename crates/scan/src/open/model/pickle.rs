//! Opens pickles, and NumPy arrays that hold one.

use std::borrow::Cow;

use palisade_formats::{
    npy,
    pickle::{self, Encoding, End, Limits, Walk},
    sniff::Format,
};

use super::{name, part::Part, shape};
use crate::{
    Engine, Input,
    input::model::{Lies, Oddity, OddityKind, Pickle},
};

/// Opens a part whose first bytes are a pickle.
pub(super) fn open(part: &Part<'_>, engine: &mut Engine) -> bool {
    let walk = pickle::walk(part.bytes, Limits::default());
    // What merely could be an old pickle and names nothing is text, unless its name says otherwise.
    let certain = part.bytes.first() == Some(&0x80) || !walk.imports.is_empty() || name::is_model(&part.name);
    if !certain {
        return false;
    }
    judge(part, &walk, Lies::Open(0), engine);
    tail(part, walk.trailing, engine);
    end(part, &walk, engine);
    let straddles = walk.straddles.map(|at| Oddity {
        offset: at as u64,
        what: "a frame of the pickle cuts an opcode in two, and loaders differ in what they read there".to_owned(),
        kind: OddityKind::Disguise,
        code: false,
    });
    let oddities = straddles.into_iter().collect();
    shape(part, Format::Pickle, Some("a pickle calls the functions that it names"), oddities, engine);
    true
}

/// Opens a NumPy array; one of objects has a pickle behind its header.
pub(super) fn open_array(part: &Part<'_>, engine: &mut Engine) -> bool {
    let Some(header) = npy::parse(part.bytes) else {
        part.unscanned(engine, "its header cannot be read");
        return true;
    };
    let data = part.bytes.get(header.data..).unwrap_or_default();
    if header.objects || pickle::plausible(data) && !pickle::walk(data, Limits::default()).calls.is_empty() {
        let walk = pickle::walk(data, Limits::default());
        judge(part, &walk, Lies::Open(header.data), engine);
        end(part, &walk, engine);
        if header.objects {
            shape(part, Format::Npy, Some("an array of objects is a pickle"), Vec::new(), engine);
        }
        return true;
    }
    false
}

/// Judges pickles in a region where no loader of the format looks.
pub(super) fn hidden(part: &Part<'_>, start: usize, end: usize, engine: &mut Engine) -> bool {
    let region = part.bytes.get(start..end.min(part.bytes.len())).unwrap_or_default();
    let (found, complete) = pickle::hidden(region, HIDDEN);
    if !complete {
        part.unscanned(engine, "too much of it looks like the beginning of a pickle");
    }
    for (at, walk) in &found {
        judge(part, walk, Lies::Hidden(start + at), engine);
    }
    !found.is_empty()
}

/// Raw weights of old PyTorch files follow the pickles; anything else may too.
fn tail(part: &Part<'_>, trailing: Option<usize>, engine: &mut Engine) {
    if let Some(start) = trailing {
        hidden(part, start, part.bytes.len(), engine);
    }
}

fn judge(part: &Part<'_>, walk: &Walk, lies: Lies, engine: &mut Engine) {
    let base = match &lies {
        Lies::Open(base) | Lies::Hidden(base) => *base,
        Lies::Constant { .. } => 0,
    };
    engine.judge(&Input::Pickle(Pickle { artifact: part.artifact, bytes: part.bytes, walk, lies }));
    let bytes = part.bytes.get(base..).unwrap_or_default();
    for held in &walk.embedded {
        let Some(inner) = held.decode(bytes) else { continue };
        // A constant may begin like a pickle by chance: only one that is whole or calls something is one.
        let walk = pickle::walk(&inner, Limits { nodes: 1000, ..Limits::default() });
        if walk.pickles == 0 && walk.calls.is_empty() {
            continue;
        }
        let range = base + held.range.start..base + held.range.end;
        let raw = held.encoding == Encoding::Raw;
        let lies = Lies::Constant { range, raw, loaded: held.loaded };
        engine.judge(&Input::Pickle(Pickle { artifact: part.artifact, bytes: part.bytes, walk: &walk, lies }));
    }
}

/// Says what was not seen.
fn end(part: &Part<'_>, walk: &Walk, engine: &mut Engine) {
    let reason: Cow<'static, str> = match &walk.end {
        End::Stopped => return,
        // The rest of a file that was not read is not an error of the file.
        End::Broken { .. } if !part.is_whole() => {
            "it is larger than the scan reads; only its beginning was judged".into()
        }
        End::Broken { offset, reason } => format!("the pickle breaks at byte {offset}: {reason}").into(),
        End::Limit { offset, what } => format!("the walk gave up at byte {offset}: {what}").into(),
    };
    part.unscanned(engine, reason);
}

/// The most hidden pickles of one region that are judged.
const HIDDEN: usize = 8;
