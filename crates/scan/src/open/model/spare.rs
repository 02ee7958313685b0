//! Looks at the parts of a file of tensors that belong to no tensor: no loader looks there, and anything can be put there.

use std::ops::Range;

use palisade_formats::{
    embedded,
    sniff::{Format, sniff},
};

use super::{part::Part, pickle};
use crate::{
    Engine,
    input::model::{Oddity, OddityKind},
};

/// What lies in these parts. Zeros fill up to where the next tensor may begin, and are nothing.
pub(super) fn search(part: &Part<'_>, spare: &[Range<u64>], engine: &mut Engine) -> Vec<Oddity> {
    let mut oddities = Vec::new();
    let mut room = BYTES;
    let mut searched = 0;
    for range in spare {
        let (Ok(from), Ok(to)) = (usize::try_from(range.start), usize::try_from(range.end)) else { continue };
        let bytes = part.bytes.get(from..to.min(part.bytes.len())).unwrap_or_default();
        if to > part.bytes.len() {
            part.unscanned(engine, "bytes that belong to no tensor lie behind what the scan reads");
        }
        if bytes.len() > room || searched == HOLES {
            part.unscanned(engine, "only the first of the parts that belong to no tensor were searched");
            break;
        }
        room -= bytes.len();
        if bytes.iter().any(|byte| *byte != 0) {
            searched += 1;
            oddities.push(judge(part, from, bytes, engine));
        }
    }
    oddities
}

fn judge(part: &Part<'_>, start: usize, bytes: &[u8], engine: &mut Engine) -> Oddity {
    let has_pickle = pickle::hidden(part, start, start + bytes.len(), engine);
    let format = sniff(bytes).filter(|format| *format != Format::Zlib);
    let (title, at) = match embedded::find(bytes, 1).first() {
        Some(found) => (Some(found.what.title()), found.at),
        None if has_pickle => (Some("a pickle"), 0),
        None => (format.map(Format::title), 0),
    };
    let code = has_pickle
        || !embedded::find(bytes, 1).is_empty()
        || matches!(format, Some(Format::Zip | Format::Program | Format::Pickle));
    let what = match title {
        Some(title) => format!("{title} lies where no tensor is"),
        None => format!("{} bytes lie where no tensor is", bytes.len()),
    };
    Oddity { offset: (start + at) as u64, what, kind: OddityKind::Disguise, code }
}

/// The most parts of one file that are searched, and the most bytes of all of them.
const HOLES: usize = 64;
const BYTES: usize = 256 << 20;
