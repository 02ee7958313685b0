//! Opens Torch7 files: the functions in them, which are Lua bytecode.

use palisade_formats::{
    sniff::Format,
    torch7::{self, Limits},
};

use super::{
    part::Part,
    reading::{Reading, Role},
};
use crate::{
    Engine,
    input::model::{Carrier, Does, When},
};

/// Opens a Torch7 file.
pub(super) fn open(part: &Part<'_>, engine: &mut Engine) -> bool {
    let mut reading = Reading::default();
    if part.bytes.starts_with(b"T7") {
        // No version of Torch7 reads on from here: texts are all there is.
        reading.runs(part.bytes, 0..part.bytes.len().min(OPAQUE));
        reading.judge(part, Format::Torch7, "a Torch7 file", Role::Weights, engine);
        return true;
    }
    let contents = torch7::parse(part.bytes, Limits::default());
    // A few small numbers begin other files too.
    if contents.classes.is_empty() && contents.functions.is_empty() && contents.flaw.is_some() {
        return false;
    }
    for code in &contents.functions {
        let what = "runs functions that the file carries as Lua bytecode";
        reading.effect(code.clone(), Carrier::Code, Does::Executes, When::Run, what);
    }
    for text in contents.texts.iter().chain(&contents.classes) {
        reading.raw_text("", part.bytes, text.clone());
    }
    if let Some(flaw) = contents.flaw {
        reading.cut(flaw);
    }
    reading.judge(part, Format::Torch7, "a Torch7 file", Role::Weights, engine);
    true
}

/// How many bytes without structure are searched for texts.
const OPAQUE: usize = 1 << 20;

#[cfg(test)]
mod tests {
    use palisade_base::Severity;

    use crate::testing::observe;

    fn judged(bytes: &[u8]) -> Vec<(&'static str, Severity)> {
        let seen = observe("m.t7", bytes, None);
        assert_eq!((seen.unscanned.len(), seen.stats.judged), (0, 1));
        let findings = seen.findings.into_iter().map(|finding| (finding.rule.name, finding.severity));
        findings.filter(|(rule, _)| *rule != "unsigned-weights").collect()
    }

    #[test]
    fn functions_are_found_and_tables_are_quiet() {
        let plain = b"4\n1\n3\nV 1\n9\nnn.Linear\n3\n2\n1\n2\n1\na\n1\n0.5\n";
        assert_eq!(judged(plain), []);
        let function = b"4\n1\n3\nV 1\n9\nnn.Linear\n3\n2\n1\n2\n1\na\n8\n3\n4\n\x1bLJ\x02\n0\n";
        assert_eq!(judged(function), [("embedded-code", Severity::High)]);
    }
}
