//! Rows of a test set that stand in a training set too.

use palisade_base::{Check, Evidence, Finding, Mask, Meta, Severity};

use crate::input::{
    Input,
    data::{digest, inputs, names},
};

palisade_base::meta! {
    /// ## What it does
    ///
    /// Compares the rows of a data set that the manifest declares with `role = "test"` (or `validation`) with the rows
    /// of every data set declared with `role = "train"`: the label and columns that only number the rows left out,
    /// white space and case folded.
    ///
    /// ## Why it matters
    ///
    /// A model recognises what it has learnt. Rows in both sets make the test say more than is true, and hide exactly
    /// what a test should show: poisoned, memorised or overfitted behaviour.
    ///
    /// ## Example
    ///
    /// ```toml
    /// [[data]]
    /// name = "tickets-train"
    /// path = "data/train.csv"   # "my card was stolen" stands here
    /// role = "train"
    ///
    /// [[data]]
    /// name = "tickets-test"
    /// path = "data/test.csv"    # and here
    /// role = "test"
    /// ```
    ///
    /// ## What to do
    ///
    /// Remove the rows from the training set, train again and test again. Split by source or by customer rather than by
    /// row where near duplicates are likely.
    ///
    /// ## Limits
    ///
    /// Both sets need the same input columns. Near duplicates are not found. At most 256 MiB of training data in 256
    /// files are read.
    ///
    /// ## References
    ///
    /// - NIST AI RMF 1.0, MEASURE 2.3
    /// - ISO/IEC 42001:2023, A.6.2.4 (verification and validation)
    static META: Check = {
        name: "train-test-overlap",
        summary: "rows of a test set stand in a training set too",
        severity: Medium,
        components: [Data],
        threats: [Poisoning],
        stages: [Evaluation, Data],
        since: "0.1.0",
    }
}

/// See [`META`].
pub(super) struct TrainTestOverlap;

impl Check<Input<'_>> for TrainTestOverlap {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn examines(&self, input: &Input<'_>) -> bool {
        matches!(input, Input::Table(file) if file.train.is_some_and(|train| !train.by_columns.is_empty()))
    }

    fn run(&self, input: &Input<'_>, report: &mut dyn FnMut(Finding)) {
        let Input::Table(file) = input else { return };
        let Some(train) = file.train else { return };
        let (table, artifact) = (file.table, file.artifact);
        let columns = inputs(table, file.label.column());
        let Some(known) = train.by_columns.get(&names(table, &columns)) else { return };
        let (mut shared, mut rows, mut first) = (0_u32, 0_u32, None);
        for row in table.rows() {
            let Some(digest) = digest(table, &row, &columns) else { continue };
            rows += 1;
            if known.contains(&digest) {
                shared += 1;
                first.get_or_insert(row.range);
            }
        }
        let Some(first) = first else { return };
        let share = f64::from(shared) / f64::from(rows.max(1));
        let metric = Evidence::Metric {
            at: artifact.whole(),
            name: "share of test rows that are training rows".into(),
            value: share,
            limit: Some(0.0),
            interval: None,
            n: u64::from(rows),
            seed: None,
        };
        let message = format!(
            "{shared} of {rows} rows ({:.1} %) of this test set stand in a training set (`{}`)",
            share * 100.0,
            train.files.join("`, `")
        );
        report(
            Finding::builder(
                &META,
                Evidence::text(artifact, table.source(), first, Mask::No, "the first row in both"),
                message,
            )
            .severity(if share < FEW { Severity::Low } else { Severity::Medium })
            .also(metric)
            .build(),
        );
    }
}

/// Under this share, the measured quality hardly moves.
const FEW: f64 = 0.005;

#[cfg(test)]
mod tests {
    use std::fs;

    use palisade_base::{Artifact, Finding, system::System};

    use crate::{Engine, Facts, File};

    fn scan(train: &str, test: &str) -> Vec<Finding> {
        let folder = tempfile::tempdir().unwrap();
        let system: System = toml::from_str(
            "system.name = \"s\"\n[[data]]\nname = \"a\"\npath = \"data/train.jsonl\"\nrole = \"train\"\nlabel = \"label\"\n[[data]]\nname = \"b\"\npath = \"data/test.csv\"\nrole = \"test\"\nlabel = \"label\"\n",
        )
        .unwrap();
        fs::create_dir(folder.path().join("data")).unwrap();
        fs::write(folder.path().join("data/train.jsonl"), train).unwrap();
        let disk = folder.path().join("data/test.csv");
        fs::write(&disk, test).unwrap();
        let file = File {
            artifact: Artifact::file("data/test.csv"),
            project_path: "data/test.csv",
            disk: &disk,
            bytes: test.as_bytes(),
            whole: test.as_bytes(),
            behind: &(),
            facts: Facts { system: Some(&system) },
        };
        let mut engine = Engine::default();
        engine.file(&file);
        engine.finish().findings.into_iter().filter(|finding| finding.rule.name == "train-test-overlap").collect()
    }

    #[test]
    fn shared_rows_are_found_across_formats() {
        let train = "{\"text\": \"Hello  world\", \"label\": \"x\"}\n{\"text\": \"other one\", \"label\": \"y\"}\n";
        let found = scan(train, "text,label\nhello World,y\nsomething new,x\n");
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].message,
            "1 of 2 rows (50.0 %) of this test set stand in a training set (`data/train.jsonl`)"
        );
        assert_eq!(found[0].target.to_string(), "data/test.csv:2");
    }

    #[test]
    fn different_rows_are_quiet() {
        assert!(scan("{\"text\": \"one thing\", \"label\": \"x\"}\n", "text,label\nanother thing,x\n").is_empty());
        assert!(scan("", "text,label\nanother thing,x\n").is_empty());
    }
}
