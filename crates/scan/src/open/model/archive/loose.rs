//! What lies in an archive and belongs to no member: in front, in between, and behind the end.

use palisade_formats::{
    sniff::{Format, sniff},
    zip::Archive,
};

use crate::{
    Engine,
    input::model::{Oddity, OddityKind},
    open::model::{members, name, part::Part, pickle},
};

/// Judges what belongs to no member of an archive that holds a model.
pub(super) fn oddities(part: &Part<'_>, archive: &Archive<'_>, engine: &mut Engine) -> Vec<Oddity> {
    let mut odd = Vec::new();
    let mut searched = 0;
    for range in &archive.loose {
        let bytes = part.bytes.get(range.clone()).unwrap_or_default();
        let Some(start) = bytes.iter().position(|byte| *byte != 0) else { continue };
        searched += 1;
        if searched > members::MOST {
            part.unscanned(engine, "only the first of the parts that belong to no member were searched");
            break;
        }
        let (from, bytes) = (range.start + start, bytes.get(start..).unwrap_or_default());
        let prefix = range.start == 0;
        let format = sniff(bytes).filter(|format| *format != Format::Zlib);
        // Archives that start by themselves have a program or a line for a shell in front. Models do not.
        let starter = bytes.starts_with(b"#!") || format == Some(Format::Program);
        if prefix && starter && !name::is_certain(&part.name) {
            continue;
        }
        // What a loader reads from the beginning of the file was judged as a format of its own.
        let has_pickle = !prefix && pickle::hidden(part, from, range.end, engine);
        let what = match format {
            Some(format) => format!("{} lies in it and belongs to no member", format.title()),
            None if has_pickle => "a pickle lies in it and belongs to no member".to_owned(),
            None if prefix => format!("{} bytes stand in front of it", bytes.len()),
            None if range.end == part.bytes.len() => format!("{} bytes follow its end", bytes.len()),
            None => continue,
        };
        let code = has_pickle || matches!(format, Some(Format::Program | Format::Pickle | Format::Zip));
        odd.push(Oddity { offset: from as u64, what, kind: OddityKind::Disguise, code });
    }
    odd
}
