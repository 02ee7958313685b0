//! A model file that is not what it seems.

use palisade_base::{Check, Finding, Severity};

use crate::{Input, input::model::OddityKind};

palisade_base::meta! {
    /// ## What it does
    ///
    /// Compares what a file's name claims with what its bytes are, and what different readers of the same file see: a pickle
    /// called `.safetensors` or `.json`; a member that has one name, length, checksum or method in the directory of an archive
    /// and another in its own header, or in the headers of a tar archive before and after pax; a checksum that is wrong, an
    /// encryption that is claimed and not there, an end record in the comment of another; a second archive in front of the
    /// first or behind the end, a member twice under one name; a program among the weights; bytes between or
    /// behind the tensors, the members or the compressed data; a file that is valid in two formats at once.
    ///
    /// ## Why it matters
    ///
    /// Scanners and policies go by names and by one reading of a file; loaders go by content, and by another reading. Where
    /// the two differ, what was checked is not what is run. Honest tools do not write such files.
    ///
    /// ## Example
    ///
    /// ```text
    /// model.safetensors        80 04 95 ...      <- a pickle: torch.load reads it, whatever it is called
    /// ```
    ///
    /// ## What to do
    ///
    /// Do not load the file. Fetch it again from where it was released; if it is the same there, do not trust its author.
    ///
    /// ## Limits
    ///
    /// Only formats that are recognised by their first bytes are compared. Extensions that mean nothing definite, such as
    /// `.bin`, claim nothing. What lies in the numbers themselves is the matter of `abnormal-weights`. Checksums are
    /// compared of what is read as a whole, which tensors are not. Programs in packages of software, and where there are
    /// several, are taken for software that brings a model along.
    ///
    /// ## References
    ///
    /// - CVE-2025-1944 and CVE-2025-1945, ZIP headers that scanners and loaders read differently
    /// - CVE-2025-62518, headers of tar archives that readers measure differently
    /// - CWE-436, Interpretation Conflict
    /// - MITRE ATLAS AML.T0074, Masquerading
    static META: Check = {
        name: "disguised-model",
        summary: "a model file is not what its name or its directory says",
        severity: High,
        components: [Model],
        threats: [SupplyChain],
        stages: [Model, Deployment],
        since: "0.1.0",
    }
}

pub(super) struct DisguisedModel;

impl<'a> Check<Input<'a>> for DisguisedModel {
    fn meta(&self) -> &'static palisade_base::Meta {
        &META
    }

    fn examines(&self, input: &Input<'a>) -> bool {
        matches!(input, Input::Shape(_))
    }

    fn run(&self, input: &Input<'a>, report: &mut dyn FnMut(Finding)) {
        let Input::Shape(shape) = input else { return };
        if let Some(claim) = shape.claimed {
            let title = shape.format.title();
            let severity = if claim.safe && shape.runs_code { Severity::High } else { Severity::Low };
            let evidence = shape.evidence(0, format!("this is {title}"));
            let message = format!("the name says `.{}`, and the content is {title}", claim.extension);
            report(Finding::builder(&META, evidence, message).severity(severity).build());
        }
        for oddity in shape.oddities.iter().filter(|oddity| oddity.kind == OddityKind::Disguise) {
            let severity = if oddity.code { Severity::High } else { Severity::Medium };
            let evidence = shape.evidence(oddity.offset, "here".to_owned());
            report(Finding::builder(&META, evidence, oddity.what.clone()).severity(severity).build());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use zip::{ZipWriter, write::SimpleFileOptions};

    use super::*;
    use crate::testing::findings;

    const PICKLE: &[u8] = b"\x80\x04}\x8c\x01aK\x01s.";

    fn torch() -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        writer.start_file("archive/data.pkl", SimpleFileOptions::default()).unwrap();
        writer.write_all(PICKLE).unwrap();
        writer.finish().unwrap().into_inner()
    }

    fn severities(name: &str, bytes: &[u8]) -> Vec<Severity> {
        findings("disguised-model", name, bytes).iter().map(|finding| finding.severity).collect()
    }

    #[test]
    fn names_that_lie_are_found() {
        for name in ["m.safetensors", "m.onnx", "m.gguf", "config.json"] {
            assert_eq!(severities(name, PICKLE), [Severity::High], "{name}");
        }
        assert_eq!(severities("m.npz", PICKLE), [Severity::Low]);
        for name in ["m.pkl", "m.bin", "m.pt", "m"] {
            assert_eq!(severities(name, PICKLE), [], "{name}");
        }
    }

    #[test]
    fn archives_that_two_readers_see_differently_are_found() {
        assert_eq!(severities("m.pt", &torch()), []);
        let mut renamed = torch();
        renamed[30] = b'b';
        assert_eq!(severities("m.pt", &renamed), [Severity::High]);
        assert!(severities("m.pt", &[torch(), torch()].concat()).iter().all(|severity| *severity == Severity::High));
    }

    #[test]
    fn bytes_behind_the_tensors_are_found() {
        let header = br#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#;
        let safe = [&(header.len() as u64).to_le_bytes(), header.as_slice(), &[7]].concat();
        assert_eq!(severities("m.safetensors", &safe), []);
        assert_eq!(severities("m.safetensors", &[safe.clone(), b"#!/bin/sh".to_vec()].concat()), [Severity::Medium]);
        assert!(severities("m.safetensors", &[safe, torch()].concat()).contains(&Severity::High));
    }
}
