//! A model file that breaks its format, or that grows out of all proportion.

use palisade_base::{Check, Finding, Severity};

use crate::{Input, input::model::OddityKind};

palisade_base::meta! {
    /// ## What it does
    ///
    /// Reports headers, lengths, counts and offsets that contradict each other or the file: tensors that overlap or reach
    /// past the end, shapes whose product overflows, memo numbers and lengths that make a loader reserve gigabytes, frames
    /// that cut an opcode in two; and bombs: files of a few kilobytes that unpack or load to gigabytes, members of an archive
    /// that share their bytes, archives in archives without end, tens of thousands of members with nothing in them.
    ///
    /// ## Why it matters
    ///
    /// Loaders in C and C++ have turned such files into memory corruption; others run out of memory, or read something else
    /// than a scanner did. No tool writes them by mistake: a file that was cut on its way ends early, and is not reported
    /// here.
    ///
    /// ## Example
    ///
    /// ```text
    /// {"w": {"dtype": "F32", "shape": [4294967296, 4294967296], "data_offsets": [0, 4]}}
    /// ```
    ///
    /// ## What to do
    ///
    /// Do not load the file. Fetch it again from where it was released; if it is the same there, report it to its author.
    ///
    /// ## Limits
    ///
    /// A bomb is recognised by what its structure multiplies to, or by what comes out of it: ten megabytes of nothing, or
    /// more of something that is nearly nothing. Arrays of zeros are not one, as far as their header accounts for them. What
    /// merely is larger than the budget is unscanned.
    ///
    /// ## References
    ///
    /// - CVE-2024-21836, CVE-2024-23496 and others, headers of GGUF files
    /// - CWE-409, Improper Handling of Highly Compressed Data
    /// - CWE-1284, Improper Validation of Specified Quantity in Input
    static META: Check = {
        name: "malformed-model",
        summary: "a model file breaks its format in a way that crashes or misleads loaders",
        severity: High,
        components: [Model],
        threats: [SupplyChain],
        stages: [Model, Deployment],
        since: "0.1.0",
    }
}

pub(super) struct MalformedModel;

impl<'a> Check<Input<'a>> for MalformedModel {
    fn meta(&self) -> &'static palisade_base::Meta {
        &META
    }

    fn examines(&self, input: &Input<'a>) -> bool {
        matches!(input, Input::Shape(_))
    }

    fn run(&self, input: &Input<'a>, report: &mut dyn FnMut(Finding)) {
        let Input::Shape(shape) = input else { return };
        for oddity in &shape.oddities {
            if matches!(oddity.kind, OddityKind::Malformed | OddityKind::Bomb) {
                let evidence = shape.evidence(oddity.offset, "here");
                report(Finding::builder(&META, evidence, oddity.what.clone()).severity(Severity::High).build());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::findings;

    fn safetensors(header: &str, data: usize) -> Vec<u8> {
        [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &vec![7; data]].concat()
    }

    #[test]
    fn contradictions_are_found() {
        let overlap = r#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}"#;
        assert_eq!(findings("malformed-model", "m.safetensors", safetensors(overlap, 6)).len(), 1);
        let sound = r#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}"#;
        assert_eq!(findings("malformed-model", "m.safetensors", safetensors(sound, 8)).len(), 0);
    }
}
