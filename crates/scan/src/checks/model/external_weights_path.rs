//! An ONNX model that reads its weights from outside of its folder.

use palisade_base::{Check, Evidence, Finding};

use crate::Input;

palisade_base::meta! {
    /// ## What it does
    ///
    /// Reads every tensor of an ONNX model, those in sub-graphs, functions and attributes too, and reports external data
    /// whose path is absolute, has a drive or a scheme, climbs with `..`, or is a symbolic link that leads out of the folder
    /// of the model.
    ///
    /// ## Why it matters
    ///
    /// A runtime that follows such a path reads any file that the process can read into a tensor, from where the model can
    /// give it out as a prediction; a saving tool that follows it may write there. Several versions of onnx did
    /// (CVE-2022-25882, CVE-2024-27318, CVE-2025-51480).
    ///
    /// ## Example
    ///
    /// ```text
    /// initializer.external_data: location = "../../../../etc/passwd"
    /// ```
    ///
    /// ## What to do
    ///
    /// Do not load the model. If it is your own, save it again with its data beside it
    /// (`onnx.save(model, path, save_as_external_data=True, location="weights.bin")`).
    ///
    /// ## Limits
    ///
    /// Models larger than the scan reads are judged up to there, and listed as unscanned. Hard links are not seen.
    ///
    /// ## References
    ///
    /// - CVE-2022-25882, CVE-2024-27318, CVE-2025-51480, onnx
    /// - CWE-22, Path Traversal
    /// - ONNX documentation, External Data
    static META: Check = {
        name: "external-weights-path",
        summary: "an ONNX model reads weights from outside of its folder",
        severity: High,
        components: [Model],
        threats: [SupplyChain],
        stages: [Model, Deployment],
        since: "0.1.0",
    }
}

pub(super) struct ExternalWeightsPath;

impl<'a> Check<Input<'a>> for ExternalWeightsPath {
    fn meta(&self) -> &'static palisade_base::Meta {
        &META
    }

    fn examines(&self, input: &Input<'a>) -> bool {
        matches!(input, Input::Graph(_))
    }

    fn run(&self, input: &Input<'a>, report: &mut dyn FnMut(Finding)) {
        let Input::Graph(graph) = input else { return };
        let mut seen: Vec<&str> = Vec::new();
        for external in &graph.model.external {
            let location = external.location.as_str();
            let how = if let Some(how) = leaves(location) {
                how
            } else if graph.leaving_links.iter().any(|link| link == location) {
                "is a link that leads out of its folder"
            } else {
                continue;
            };
            if seen.contains(&location) || seen.len() >= REPORTED {
                continue;
            }
            seen.push(location);
            let shown: String = location.chars().take(120).collect();
            let evidence = Evidence::bytes(graph.artifact, graph.bytes, external.range.clone(), "the path of the data");
            let message = format!("weights are read from `{shown}`, which {how}");
            report(Finding::builder(&META, evidence, message).build());
        }
    }
}

/// How a path leaves the folder that it is relative to, on any operating system.
fn leaves(location: &str) -> Option<&'static str> {
    let mut depth = 0i64;
    if location.starts_with(['/', '\\', '~']) || location.get(1..2) == Some(":") || location.contains("://") {
        return Some("is absolute");
    }
    for part in location.split(['/', '\\']) {
        depth += match part {
            "" | "." => 0,
            ".." => -1,
            _ => 1,
        };
        if depth < 0 {
            return Some("climbs out of its folder");
        }
    }
    location.contains('\0').then_some("holds a zero byte")
}

/// The most different paths of one model that are reported.
const REPORTED: usize = 20;

#[cfg(test)]
mod tests {
    use crate::testing::findings;

    fn field(number: u8, body: &[u8]) -> Vec<u8> {
        [&[number << 3 | 2, u8::try_from(body.len()).unwrap()], body].concat()
    }

    fn model(location: &str) -> Vec<u8> {
        let entry = [field(1, b"location"), field(2, location.as_bytes())].concat();
        let tensor = field(13, &entry);
        let graph = [field(1, &field(4, b"Add")), field(5, &tensor)].concat();
        [b"\x08\x08".to_vec(), field(2, b"me"), field(7, &graph)].concat()
    }

    #[test]
    fn paths_that_leave_are_found() {
        for location in ["/etc/passwd", "../w.bin", "a/../../w.bin", "..\\w.bin", "C:\\w.bin", "file:///etc/passwd"] {
            let found = findings("external-weights-path", "m.onnx", model(location));
            assert_eq!(found.len(), 1, "{location}");
            assert!(found[0].message.contains(location), "{}", found[0].message);
        }
    }

    #[test]
    fn paths_beside_the_model_are_fine() {
        for location in ["weights.bin", "data/weights.bin", "./w..bin", "a/../w.bin"] {
            assert_eq!(findings("external-weights-path", "m.onnx", model(location)).len(), 0, "{location}");
        }
    }
}
