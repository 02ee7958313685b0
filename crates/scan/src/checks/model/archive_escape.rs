//! An archive that unpacks to places outside of its folder.

use palisade_base::{Check, Finding, Severity};

use crate::{Input, input::model::OddityKind};

palisade_base::meta! {
    /// ## What it does
    ///
    /// Reports members of archives (ZIP, tar, 7z, RAR and what is built on them: PyTorch, Keras, `NeMo`, `TorchServe`, `skops`)
    /// whose name is absolute or climbs out of the folder that they are unpacked to, symbolic and hard links that lead out of
    /// it, members that are written through such a link, and devices among the parts of a model.
    ///
    /// ## Why it matters
    ///
    /// Many loaders unpack an archive before they look at it. A member called `../../.ssh/authorized_keys` overwrites a file
    /// of whoever loads the model; a link lets a later member be written through it.
    ///
    /// ## Example
    ///
    /// ```text
    /// model.nemo
    ///   model_config.yaml
    ///   ../../../home/user/.bashrc      <- is written outside
    /// ```
    ///
    /// ## What to do
    ///
    /// Do not unpack or load the file. If it has to be unpacked, use a tool that refuses such members (`tar` with
    /// `--no-same-owner` in an empty folder, Python's `tarfile` with `filter="data"`).
    ///
    /// ## Limits
    ///
    /// Archives that hold no model are reported as well if a member leaves. Links with absolute targets count there only if
    /// they lead to accounts, homes, the kernel or devices, and not in archives of whole systems, which are full of them.
    ///
    /// ## References
    ///
    /// - CWE-22, Improper Limitation of a Pathname to a Restricted Directory
    /// - CWE-59, Improper Link Resolution Before File Access
    /// - CVE-2025-12060, Keras `get_file` and tar archives
    static META: Check = {
        name: "archive-escape",
        summary: "an archive unpacks to places outside of its folder",
        severity: High,
        components: [Model],
        threats: [SupplyChain],
        stages: [Model, Deployment],
        since: "0.1.0",
    }
}

pub(super) struct ArchiveEscape;

impl<'a> Check<Input<'a>> for ArchiveEscape {
    fn meta(&self) -> &'static palisade_base::Meta {
        &META
    }

    fn examines(&self, input: &Input<'a>) -> bool {
        matches!(input, Input::Shape(_))
    }

    fn run(&self, input: &Input<'a>, report: &mut dyn FnMut(Finding)) {
        let Input::Shape(shape) = input else { return };
        for oddity in shape.oddities.iter().filter(|oddity| oddity.kind == OddityKind::Escape) {
            let evidence = shape.evidence(oddity.offset, "this member");
            report(Finding::builder(&META, evidence, oddity.what.clone()).severity(Severity::High).build());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use zip::{ZipWriter, write::SimpleFileOptions};

    use crate::testing::findings;

    #[test]
    fn members_that_leave_are_found() {
        for (name, count) in [("../x.txt", 1), ("a/../../x.txt", 1), ("a/x..txt", 0), ("a/x.txt", 0)] {
            let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
            writer.start_file(name, SimpleFileOptions::default()).unwrap();
            writer.write_all(b"x").unwrap();
            let bytes = writer.finish().unwrap().into_inner();
            assert_eq!(findings("archive-escape", "m.zip", bytes).len(), count, "{name}");
        }
    }
}
