//! Opens what came out of a container, whole or not: what came before a budget or an error ended it is judged, and the rest
//! is said to be unscanned.

use palisade_formats::{
    compress::End,
    npy,
    sniff::{Format, sniff},
};

use super::{bomb, content, part::Part};
use crate::Engine;

/// Opens what `packed` bytes of a container were unpacked to. Returns whether it is something that models are made of.
pub(super) fn open(inner: &Part<'_>, container: Format, packed: u64, end: End, engine: &mut Engine) -> bool {
    let format = sniff(inner.bytes.get(..HEAD).unwrap_or(inner.bytes));
    // Formats whose parts are found by offsets are broken when cut, and would be taken for malformed.
    let goes_on = format.is_none_or(|format| FROM_THE_BEGINNING.contains(&format));
    let inner = &Part { name: inner.name.clone(), cut: end == End::More, ..*inner };
    let is_model = if goes_on || end == End::Whole { content(inner, engine) } else { true };
    let array = npy::parse(inner.bytes);
    // Nothing that runs follows the header of an array of numbers.
    let numbers = array.as_ref().is_some_and(|header| !header.objects);
    if end == End::More && !numbers {
        inner.unscanned(engine, "it unpacks to more than the scan reads");
    } else if end == End::Broken {
        inner.unscanned(engine, "its packed data breaks off");
    }
    // What is known and whole is as large as it has to be, and the header of an array accounts for its zeros.
    let unpacked = inner.bytes.len() as u64;
    let accounted = array.is_some() || format.is_some() && end == End::Whole;
    if !accounted && bomb::is_bomb(packed, unpacked, format.is_some()) {
        let more = if end == End::More { " and more" } else { "" };
        let what = format!("it unpacks to {unpacked} bytes{more} out of {packed}");
        bomb::report(inner, container, what, engine);
    }
    is_model
}

/// As much as it takes to tell formats apart.
pub(super) const HEAD: usize = 4096;
/// Formats that are read from their beginning on, as far as it goes.
const FROM_THE_BEGINNING: &[Format] = &[
    Format::Pickle,
    Format::Npy,
    Format::Tar,
    Format::Gzip,
    Format::Zlib,
    Format::OldJoblib,
    Format::Bzip2,
    Format::Xz,
    Format::Lzma,
    Format::Lz4,
    Format::Zstd,
    Format::Program,
];
