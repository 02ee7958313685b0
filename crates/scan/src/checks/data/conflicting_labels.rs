//! Equal inputs with different labels.

use std::collections::HashMap;

use palisade_base::{Check, Evidence, Finding, Mask, Meta, Severity};
use palisade_formats::table::{Content, Table};

use crate::input::{
    Input,
    data::{TableFile, digest, inputs},
};

palisade_base::meta! {
    /// ## What it does
    ///
    /// Compares the rows of a labelled table, without the label and without columns that only number or date the rows, white
    /// space and case folded. Reports inputs that stand more than once with different labels.
    ///
    /// ## Why it matters
    ///
    /// An input cannot belong to two classes. Such rows are annotation errors at best; at worst someone has added
    /// copies with flipped labels, which is the cheapest way to poison a classifier.
    ///
    /// ## Example
    ///
    /// ```csv
    /// text,label
    /// my card was stolen,urgent
    /// My card was stolen,routine
    /// ```
    ///
    /// ## What to do
    ///
    /// Find out which label is right and where the other came from. If the wrong ones come from one source or one
    /// annotator, look at everything else from there.
    ///
    /// ## Limits
    ///
    /// Tables without a column of text are judged only if they have at least four input columns and hardly any equal
    /// rows: few coarse features do not determine a class. If most inputs that come again have several labels, the table
    /// is taken for a multi-label one. The first two million rows are compared.
    ///
    /// ## References
    ///
    /// - MITRE ATLAS, AML.T0020 (Poison Training Data)
    /// - OWASP Machine Learning Security Top 10 2023, ML02
    static META: Check = {
        name: "conflicting-labels",
        summary: "equal inputs have different labels",
        severity: Medium,
        components: [Data],
        threats: [Poisoning],
        stages: [Data],
        since: "0.1.0",
    }
}

/// See [`META`].
pub(super) struct ConflictingLabels;

impl Check<Input<'_>> for ConflictingLabels {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn examines(&self, input: &Input<'_>) -> bool {
        matches!(input, Input::Table(file) if file.label.column().is_some())
    }

    fn run(&self, input: &Input<'_>, report: &mut dyn FnMut(Finding)) {
        let Input::Table(file) = input else { return };
        let Some(label) = file.label.column() else { return };
        let columns = inputs(file.table, Some(label));
        let Some(tally) = tally(file.table, &columns, label) else { return };
        if tally.conflicting == 0
            || tally.is_multi_label()
            || !(is_text(file.table, &columns) || tally.is_fine(columns.len()))
        {
            return;
        }
        report(finding(file, &tally));
    }
}

fn finding(file: &TableFile<'_>, tally: &Tally) -> Finding {
    let (text, artifact) = (file.table.source(), file.artifact);
    let [first, second] = &tally.example;
    let share = ratio(tally.rows_in_conflict, tally.rows);
    let metric = |name: &'static str, value: f64| Evidence::Metric {
        at: artifact.whole(),
        name: name.into(),
        value,
        limit: Some(0.0),
        interval: None,
        n: tally.rows as u64,
        seed: None,
    };
    let message = format!(
        "{} with different labels, {} of {} rows ({:.1} %)",
        if tally.conflicting == 1 {
            "1 input stands".to_owned()
        } else {
            format!("{} inputs stand", tally.conflicting)
        },
        tally.rows_in_conflict,
        tally.rows,
        share * 100.0
    );
    let severity = if tally.conflicting == 1 && share < 0.001 { Severity::Low } else { Severity::Medium };
    Finding::builder(
        &META,
        Evidence::text(artifact, text, second.clone(), Mask::No, "the same input with another label"),
        message,
    )
    .severity(severity)
    .also(Evidence::text(artifact, text, first.clone(), Mask::No, "the input with its first label"))
    .also(metric("share of rows whose input has several labels", share))
    .build()
}

type Span = std::ops::Range<usize>;

struct Tally {
    rows: usize,
    distinct: usize,
    repeated: usize,
    conflicting: usize,
    rows_in_conflict: usize,
    example: [Span; 2],
}

impl Tally {
    /// Most of what comes again has several labels: one row for each of them.
    fn is_multi_label(&self) -> bool {
        self.repeated >= 20 && self.conflicting * 10 > self.repeated * 8 && self.conflicting * 4 > self.distinct
    }

    /// Equal rows are so rare that the columns together name one thing.
    fn is_fine(&self, columns: usize) -> bool {
        columns >= 4 && self.distinct * 20 >= self.rows * 19
    }
}

fn is_text(table: &Table<'_>, columns: &[usize]) -> bool {
    columns
        .iter()
        .filter_map(|column| table.columns().get(*column))
        .any(|column| matches!(column.content, Content::Text | Content::Nested))
}

struct Seen {
    label: u64,
    at: usize,
    count: usize,
    conflict: bool,
}

fn tally(table: &Table<'_>, columns: &[usize], label: usize) -> Option<Tally> {
    let mut seen: HashMap<u64, Seen> = HashMap::new();
    let mut rows = 0;
    let mut example = None;
    for row in table.rows().take(ROWS) {
        let (Some(input), Some(label)) = (digest(table, &row, columns), digest(table, &row, &[label])) else {
            continue;
        };
        rows += 1;
        let known = seen.entry(input).or_insert(Seen { label, at: row.range.start, count: 0, conflict: false });
        known.count += 1;
        if known.label != label {
            known.conflict = true;
            example.get_or_insert((known.at, row.range));
        }
    }
    let (first, second) = example?;
    let first_len = table.source().get(first..)?.lines().next()?.len();
    let conflicts = || seen.values().filter(|seen| seen.conflict);
    Some(Tally {
        rows,
        distinct: seen.len(),
        repeated: seen.values().filter(|seen| seen.count > 1).count(),
        conflicting: conflicts().count(),
        rows_in_conflict: conflicts().map(|seen| seen.count).sum(),
        example: [first..first + first_len, second],
    })
}

#[expect(clippy::cast_precision_loss, reason = "counts of rows are far below 2^52")]
fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

const ROWS: usize = 2_000_000;

#[cfg(test)]
mod tests {
    use palisade_base::Severity;

    use crate::testing::findings;

    const RULE: &str = "conflicting-labels";

    #[test]
    fn equal_text_with_two_labels() {
        let text =
            "id,text,label\n1,my card was stolen,urgent\n2,hello there,routine\n3, My  card was Stolen,routine\n";
        let found = findings(RULE, "t.csv", text);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].severity, Severity::Medium);
        assert_eq!(found[0].target.to_string(), "t.csv:4");
        assert!(
            found[0].message.starts_with("1 input stands with different labels, 2 of 3 rows"),
            "{}",
            found[0].message
        );
    }

    #[test]
    fn equal_text_with_one_label_is_quiet() {
        assert!(
            findings(RULE, "t.csv", "text,label\nmy card,urgent\nmy card,Urgent\nother thing,routine\n").is_empty()
        );
    }

    #[test]
    fn coarse_features_are_quiet() {
        let rows = (0..50).map(|i| format!("{},{},{}\n", i % 2, i % 3, i % 5 % 2)).collect::<Vec<_>>().concat();
        assert!(findings(RULE, "t.csv", format!("sex,class,label\n{rows}")).is_empty());
    }

    #[test]
    fn many_labels_for_each_input_are_a_format() {
        let rows = (0..40).map(|i| format!("a text number {i},x\na text number {i},y\n")).collect::<Vec<_>>().concat();
        assert!(findings(RULE, "t.csv", format!("text,label\n{rows}")).is_empty());
    }
}
