//! Rows without a label, or a label column that is not there.

use palisade_base::{Check, Evidence, Finding, Mask, Meta, Severity};

use crate::input::{
    Input,
    data::{Label, TableFile},
};

palisade_base::meta! {
    /// ## What it does
    ///
    /// Counts the rows whose label is empty, and reports a label column that the manifest names and the table does not
    /// have.
    ///
    /// ## Why it matters
    ///
    /// A training script that meets an empty label drops the row, or makes the empty string a class of its own; either
    /// way the model learns from other data than people believe. A label column that is gone means that the declaration
    /// and the data set have drifted apart, and that no check of labels has looked at anything.
    ///
    /// ## Example
    ///
    /// ```csv
    /// text,label
    /// where is my parcel,delivery
    /// I want my money back,
    /// ```
    ///
    /// ## What to do
    ///
    /// Label the rows or remove them. If the column was renamed, mend `label` in `palisade.toml`.
    ///
    /// ## Limits
    ///
    /// Empty values, `null`, `nan`, `n/a` and `?` count as missing; a class that is called `none` does not. Without a
    /// manifest, a column counts as the label only by its name and if its values repeat.
    ///
    /// ## References
    ///
    /// - NIST AI 100-2 E2025, section 2.3 (poisoning)
    /// - ISO/IEC 42001:2023, A.7.4 (quality of data)
    static META: Check = {
        name: "missing-labels",
        summary: "rows of a labelled data set have no label",
        severity: Medium,
        components: [Data],
        threats: [Poisoning],
        stages: [Data],
        since: "0.1.0",
    }
}

/// See [`META`].
pub(super) struct MissingLabels;

impl Check<Input<'_>> for MissingLabels {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn examines(&self, input: &Input<'_>) -> bool {
        matches!(input, Input::Table(file) if file.label != Label::Unknown)
    }

    fn run(&self, input: &Input<'_>, report: &mut dyn FnMut(Finding)) {
        let Input::Table(file) = input else { return };
        match file.label {
            Label::Unknown => {}
            Label::Absent(name) => report(absent(file, name)),
            Label::Declared(column) => unlabelled(file, column, 1.1, report),
            // A column that is nearly always empty is no label.
            Label::Guessed(column) => unlabelled(file, column, 0.5, report),
        }
    }
}

fn absent(file: &TableFile<'_>, name: &str) -> Finding {
    let there: Vec<&str> = file.table.columns().iter().take(8).map(|column| column.name.as_str()).collect();
    let evidence = Evidence::Absence { at: file.artifact.whole(), sought: vec![format!("column `{name}`")] };
    Finding::builder(&META, evidence, format!("the declared label column `{name}` does not exist"))
        .severity(Severity::High)
        .advice(format!(
            "the table has the columns `{}`; name one of them as `label` in `palisade.toml`",
            there.join("`, `")
        ))
        .build()
}

fn unlabelled(file: &TableFile<'_>, column: usize, most: f64, report: &mut dyn FnMut(Finding)) {
    let (table, artifact) = (file.table, file.artifact);
    let text = table.source();
    let (mut missing, mut first) = (0_u32, None);
    for row in table.rows() {
        let value = row.cell(column).map(|cell| cell.text(text));
        if value.is_none_or(|value| is_missing(&value)) {
            missing += 1;
            first.get_or_insert(row.range);
        }
    }
    let (Some(first), Ok(rows)) = (first, u32::try_from(table.len())) else { return };
    let share = f64::from(missing) / f64::from(rows.max(1));
    if share > most {
        return;
    }
    let name = table.columns().get(column).map(|column| column.name.as_str()).unwrap_or_default();
    let metric = Evidence::Metric {
        at: artifact.whole(),
        name: "share of rows without a label".into(),
        value: share,
        limit: Some(0.0),
        interval: None,
        n: u64::from(rows),
        seed: None,
    };
    let message = format!("{missing} of {rows} rows ({:.1} %) have no label in column `{name}`", share * 100.0);
    report(
        Finding::builder(
            &META,
            Evidence::text(artifact, text, first, Mask::No, "the first row without a label"),
            message,
        )
        .severity(if share < FEW { Severity::Low } else { Severity::Medium })
        .also(metric)
        .build(),
    );
}

fn is_missing(value: &str) -> bool {
    let value = value.trim();
    value.is_empty() || MISSING.iter().any(|word| value.eq_ignore_ascii_case(word))
}

const MISSING: &[&str] = &["null", "nan", "na", "n/a", "?", "unlabeled", "unlabelled", "#n/a"];
/// Under this share, missing labels are a blemish.
const FEW: f64 = 0.01;

#[cfg(test)]
mod tests {
    use palisade_base::{Severity, system::System};

    use crate::testing::{findings, observe};

    const RULE: &str = "missing-labels";

    #[test]
    fn empty_labels_are_counted() {
        let found = findings(RULE, "t.csv", "text,label\na b,x\nc d,\ne f,y\ng h,NaN\ni j,x\n");
        assert_eq!(found[0].message, "2 of 5 rows (40.0 %) have no label in column `label`");
        assert_eq!((found[0].severity, found[0].target.to_string()), (Severity::Medium, "t.csv:3".to_owned()));
        let jsonl =
            findings(RULE, "t.jsonl", "{\"text\":\"a\",\"label\":1}\n{\"text\":\"b\"}\n{\"text\":\"c\",\"label\":2}\n");
        assert_eq!(jsonl.len(), 1);
    }

    #[test]
    fn few_are_low() {
        let rows = "a b,x\nc d,y\n".repeat(200);
        assert_eq!(findings(RULE, "t.csv", format!("text,label\n{rows}e f,\n"))[0].severity, Severity::Low);
    }

    #[test]
    fn full_columns_and_unlabelled_tables_are_quiet() {
        for text in ["text,label\na b,x\nc d,none\n", "text,note\na b,\nc d,\n", "text,label\na b,\nc d,\ne f,\n"] {
            assert!(findings(RULE, "t.csv", text).is_empty(), "{text}");
        }
    }

    #[test]
    fn a_declared_column_must_exist() {
        let system: System =
            toml::from_str("system.name = \"s\"\n[[data]]\nname = \"d\"\npath = \"t.csv\"\nlabel = \"topic\"\n")
                .unwrap();
        let observed = observe("t.csv", b"text,label\na b,x\nc d,y\n", Some(&system));
        let found: Vec<_> = observed.findings.iter().filter(|finding| finding.rule.name == RULE).collect();
        assert_eq!((found.len(), found[0].severity), (1, Severity::High));
    }
}
