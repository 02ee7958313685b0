//! A table that the manifest does not know.

use palisade_base::{Check, Evidence, Finding, Mask, Meta};

use crate::input::Input;

palisade_base::meta! {
    /// ## What it does
    ///
    /// Reports a table of more than trivial size in a project that has a `palisade.toml`, if no `[[data]]` covers it.
    ///
    /// ## Why it matters
    ///
    /// What is not declared is not assessed: nobody says where the table came from, whether it holds personal data, or
    /// which model has learnt from it. Shadow data sets are how old exports and copies of production data end up in
    /// training.
    ///
    /// ## Example
    ///
    /// ```text
    /// data/train.csv             declared
    /// notebooks/export_old.csv   used by a notebook, declared nowhere
    /// ```
    ///
    /// ## What to do
    ///
    /// Declare it as `[[data]]` with its licence and source, delete it, or leave it out with `[assess] exclude`.
    ///
    /// ## Limits
    ///
    /// CSV, JSON Lines and JSON arrays of objects with at least 20 rows and 2 KiB count as tables. Whether a model uses
    /// the table is not known.
    ///
    /// ## References
    ///
    /// - ISO/IEC 42001:2023, A.7.5 (data provenance)
    /// - NIST AI RMF 1.0, MAP 4.1
    static META: Check = {
        name: "undeclared-data",
        summary: "a table that no data set of the manifest covers",
        severity: Low,
        components: [Data],
        threats: [SupplyChain, Poisoning],
        stages: [Data],
        since: "0.1.0",
    }
}

/// See [`META`].
pub(super) struct UndeclaredData;

impl Check<Input<'_>> for UndeclaredData {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn examines(&self, input: &Input<'_>) -> bool {
        matches!(input, Input::Table(file) if file.has_manifest)
    }

    fn run(&self, input: &Input<'_>, report: &mut dyn FnMut(Finding)) {
        let Input::Table(file) = input else { return };
        let (table, text) = (file.table, file.table.source());
        if file.declared.is_some() || table.len() < ROWS || text.len() < BYTES {
            return;
        }
        let head = text.find('\n').unwrap_or(text.len());
        let evidence = Evidence::text(file.artifact, text, 0..head.min(120), Mask::No, "the first line of the table");
        let message =
            format!("a table of {} rows and {} columns is declared nowhere", table.len(), table.columns().len());
        report(Finding::builder(&META, evidence, message).build());
    }
}

const ROWS: usize = 20;
const BYTES: usize = 2048;

#[cfg(test)]
mod tests {
    use palisade_base::system::System;

    use crate::testing::observe;

    fn count(name: &str, rows: usize) -> usize {
        let system: System = toml::from_str("system.name = \"s\"\n[[data]]\nname = \"d\"\npath = \"data\"\n").unwrap();
        let text = "number,word\n".to_owned() + &"12345,something or other to fill the row up a little\n".repeat(rows);
        let observed = observe(name, text.as_bytes(), Some(&system));
        assert!(
            observe(name, text.as_bytes(), None).findings.iter().all(|finding| finding.rule.name != "undeclared-data")
        );
        observed.findings.iter().filter(|finding| finding.rule.name == "undeclared-data").count()
    }

    #[test]
    fn tables_outside_the_declared_folders() {
        assert_eq!(count("notebooks/old.csv", 100), 1);
        assert_eq!(count("data/old.csv", 100), 0, "declared");
        assert_eq!(count("notebooks/small.csv", 5), 0, "small");
    }
}
