//! A model that the manifest does not know.

use palisade_base::{Check, Evidence, Finding};

use crate::Input;

palisade_base::meta! {
    /// ## What it does
    ///
    /// In a project with a `palisade.toml`, reports files of weights that lie under no path of a `[[model]]`.
    ///
    /// ## Why it matters
    ///
    /// What nobody declared, nobody evaluates, signs or updates. Weights that lie around are loaded sooner or later, by a
    /// fallback or by mistake, and are a comfortable place to plant something.
    ///
    /// ## Example
    ///
    /// ```toml
    /// [[model]]
    /// name = "classifier"
    /// path = "models/classifier.onnx"
    /// # models/old/classifier.pkl is nobody's
    /// ```
    ///
    /// ## What to do
    ///
    /// Declare the model, or delete the file. Weights of tests go under a `[[model]]` of their own.
    ///
    /// ## Limits
    ///
    /// Knows weights by their format: arrays and archives of unknown content are not counted. Without a manifest there is
    /// nothing to compare with.
    ///
    /// ## References
    ///
    /// - NIST AI RMF 1.0, Map 4 and Govern 1.6 (inventory of AI systems)
    /// - ISO/IEC 42001, A.4 (resources of AI systems)
    static META: Check = {
        name: "undeclared-model",
        summary: "weights that no declared model covers",
        severity: Low,
        components: [Model],
        threats: [SupplyChain],
        stages: [Model, Operations],
        since: "0.1.0",
    }
}

pub(super) struct UndeclaredModel;

impl<'a> Check<Input<'a>> for UndeclaredModel {
    fn meta(&self) -> &'static palisade_base::Meta {
        &META
    }

    fn examines(&self, input: &Input<'a>) -> bool {
        matches!(input, Input::Weights(weights) if weights.system.is_some())
    }

    fn run(&self, input: &Input<'a>, report: &mut dyn FnMut(Finding)) {
        let Input::Weights(weights) = input else { return };
        let Some(system) = weights.system else { return };
        let mut paths = system.model.iter().filter_map(|model| model.get_ref().path.as_ref());
        if paths.any(|path| covers(path.get_ref(), weights.project_path)) {
            return;
        }
        let sought = vec![format!("[[model]] path = \"{}\"", weights.project_path)];
        let evidence = Evidence::Absence { at: weights.artifact.whole(), sought };
        report(Finding::builder(&META, evidence, "no `[[model]]` of the manifest covers these weights").build());
    }
}

/// Whether a declared path is a path or a folder above it.
fn covers(declared: &str, path: &str) -> bool {
    let declared = declared.trim_start_matches("./").trim_end_matches('/');
    let rest = path.strip_prefix(declared);
    declared.is_empty() || declared == "." || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use palisade_base::system::System;

    use super::*;
    use crate::testing::observe;

    const WEIGHTS: &[u8] = b"\x80\x04}\x8c\x01aK\x01s.";

    fn count(system: Option<&str>) -> usize {
        let system: Option<System> = system.map(|toml| toml::from_str(&format!("system.name = 's'\n{toml}")).unwrap());
        let seen = observe("models/a.bin", WEIGHTS, system.as_ref());
        seen.findings.iter().filter(|finding| finding.rule.name == META.name).count()
    }

    #[test]
    fn weights_outside_of_every_model_are_found() {
        assert_eq!(count(Some("")), 1);
        assert!(!covers("models/b.bin", "models/a.bin") && !covers("mod", "models/a.bin"));
    }

    #[test]
    fn declared_weights_and_projects_without_a_manifest_are_fine() {
        assert!(covers("./models/", "models/a.bin") && covers("models/a.bin", "models/a.bin") && covers(".", "a"));
        assert_eq!(count(Some("[[model]]\nname = 'm'\npath = 'models'\n")), 0);
        assert_eq!(count(None), 0);
    }
}
