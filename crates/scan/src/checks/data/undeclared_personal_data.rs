//! Personal data in a table that is not declared to hold any.

use std::collections::BTreeMap;

use palisade_base::{Check, Confidence, Evidence, Finding, Mask, Meta, Severity};
use palisade_formats::table::{Cell, Content};
use palisade_text::{Detector, Hit, PersonalData};

use crate::input::{Input, data::TableFile};

palisade_base::meta! {
    /// ## What it does
    ///
    /// Looks for personal data in every cell of a table: e-mail addresses, phone numbers, bank accounts, payment cards,
    /// national identifiers, dates of birth, and names and addresses where the column says that they are. Stays quiet
    /// about data sets that the manifest declares with `personal = true`.
    ///
    /// ## Why it matters
    ///
    /// A model that learns from personal data can give it away: by completing a prompt, or to someone who tests whether
    /// a person was in the training set. Who does not know that a data set is personal takes none of the measures
    /// against that, and has no lawful basis to show.
    ///
    /// ## Example
    ///
    /// ```csv
    /// ticket,text
    /// 17,"please call me back on +44 20 7946 0018"
    /// ```
    ///
    /// ## What to do
    ///
    /// Remove or replace the values before training. If the data set must hold them, declare `personal = true`, keep
    /// the data set apart, and train with differential privacy or test for memorisation.
    ///
    /// ## Limits
    ///
    /// What the detector `personal-data` cannot see, this check cannot: names in running prose above all. Medical or
    /// political facts about people who are not named are not found.
    ///
    /// ## References
    ///
    /// - GDPR, Articles 4(1), 5(1)(c) and 30
    /// - OWASP Top 10 for LLM Applications 2025, LLM02
    static META: Check = {
        name: "undeclared-personal-data",
        summary: "a table holds personal data and is not declared to",
        severity: High,
        components: [Data],
        threats: [Inversion],
        stages: [Data],
        since: "0.1.0",
    }
}

/// See [`META`].
pub(super) struct UndeclaredPersonalData;

impl Check<Input<'_>> for UndeclaredPersonalData {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn examines(&self, input: &Input<'_>) -> bool {
        matches!(input, Input::Table(_))
    }

    fn run(&self, input: &Input<'_>, report: &mut dyn FnMut(Finding)) {
        let Input::Table(file) = input else { return };
        if file.declared.is_some_and(|data| data.personal == Some(true)) {
            return;
        }
        let tally = tally(file);
        if tally.rows > 0 {
            report(finding(file, &tally));
        }
    }
}

fn finding(file: &TableFile<'_>, tally: &Tally) -> Finding {
    let (text, artifact) = (file.table.source(), file.artifact);
    let share = f64::from(tally.rows) / f64::from(tally.of.max(1));
    let column = |index: usize| file.table.columns().get(index).map_or("", |column| column.name.as_str());
    let mut kinds: Vec<_> = tally.counts.iter().collect();
    kinds.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let listed: Vec<String> = kinds
        .iter()
        .take(4)
        .map(|((kind, index), count)| format!("{count} `{kind}` in `{}`", column(*index)))
        .collect();
    let more = kinds.len().saturating_sub(listed.len());
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let message = format!(
        "{} of {} rows ({:.1} %) hold personal data: {}{more}",
        tally.rows,
        tally.of,
        share * 100.0,
        listed.join(", ")
    );
    let severity = match file.declared {
        // One address in a large table may be anyone's contact; several are people.
        _ if tally.rows == 1 && tally.of > 1 => Severity::Low,
        Some(_) => Severity::High,
        // Reserved domains and nothing else: made-up rows of a test.
        None if tally.reserved_only => Severity::Low,
        None => Severity::Medium,
    };
    let evidence = |(kind, range): &(&'static str, std::ops::Range<usize>)| {
        Evidence::text(artifact, text, range.clone(), Mask::Yes, *kind)
    };
    let metric = Evidence::Metric {
        at: artifact.whole(),
        name: "share of rows with personal data".into(),
        value: share,
        limit: Some(0.0),
        interval: None,
        n: u64::from(tally.of),
        seed: None,
    };
    let mut examples = tally.examples.iter().map(evidence);
    let first = examples.next().unwrap_or_else(|| metric.clone());
    let mut builder = Finding::builder(&META, first, message).severity(severity).confidence(tally.confidence);
    for example in examples {
        builder = builder.also(example);
    }
    builder.also(metric).build()
}

struct Tally {
    /// Rows with a hit, and all rows.
    rows: u32,
    of: u32,
    counts: BTreeMap<(&'static str, usize), u32>,
    /// One of each kind, the first few kinds.
    examples: Vec<(&'static str, std::ops::Range<usize>)>,
    confidence: Confidence,
    reserved_only: bool,
}

fn tally(file: &TableFile<'_>) -> Tally {
    let table = file.table;
    let text = table.source();
    let leads: Vec<Lead> = table.columns().iter().map(|column| Lead::of(&column.name, column.content)).collect();
    let mut tally = Tally {
        rows: 0,
        of: 0,
        counts: BTreeMap::new(),
        examples: Vec::new(),
        confidence: Confidence::Medium,
        reserved_only: true,
    };
    let mut buffer = String::new();
    for row in table.rows() {
        tally.of = tally.of.saturating_add(1);
        let mut hit_row = false;
        for (cell, lead) in row.cells.iter().filter_map(|cell| Some((cell, leads.get(cell.column)?))) {
            if lead.is_hopeless(text.get(cell.range.clone()).unwrap_or_default()) {
                continue;
            }
            for string in cell.strings(text) {
                for (hit, value) in hits(&string, text, lead, &mut buffer) {
                    hit_row = true;
                    *tally.counts.entry((hit.kind, cell.column)).or_default() += 1;
                    tally.confidence = tally.confidence.max(hit.confidence);
                    tally.reserved_only &= hit.kind == "email" && is_reserved(&value);
                    let known = tally.examples.iter().any(|(kind, _)| *kind == hit.kind);
                    if !known && tally.examples.len() < EXAMPLES {
                        tally.examples.push((hit.kind, string.locate(text, hit.range)));
                    }
                }
            }
        }
        tally.rows += u32::from(hit_row);
    }
    tally
}

fn is_reserved(address: &str) -> bool {
    let domain = address.rsplit('@').next().unwrap_or_default().to_ascii_lowercase();
    domain.split('.').rev().take(2).any(|part| ["example", "test", "invalid", "localhost"].contains(&part))
}

/// The sure hits of a cell, with their place in its text and their value. Where that is in the file is worked out for
/// the few that are shown: it takes a walk through the cell.
fn hits(cell: &Cell, source: &str, lead: &Lead, buffer: &mut String) -> Vec<(Hit, String)> {
    let value = cell.text(source);
    let name = lead.label.as_str();
    let short = value.len() <= SHORT && !name.is_empty();
    let searched = if short {
        buffer.clear();
        buffer.push_str(name);
        buffer.push_str(&value);
        buffer.as_str()
    } else {
        &value
    };
    let shift = if short { name.len() } else { 0 };
    let found = PersonalData
        .find(searched)
        .into_iter()
        .filter(|hit| hit.confidence > Confidence::Low && !PersonalData::is_indirect(hit.kind))
        .filter(|hit| hit.range.start >= shift);
    let placed = found.map(|hit| {
        let range = hit.range.start - shift..hit.range.end - shift;
        let value = value.get(range.clone()).unwrap_or_default().to_owned();
        (Hit { range, ..hit }, value)
    });
    placed.collect()
}

/// What the column of a cell says before the cell is read.
struct Lead {
    /// The column's name as a label, `phone: `; empty if it is no word.
    label: String,
    /// Whether the name alone announces personal data.
    telling: bool,
    content: Content,
}

impl Lead {
    fn of(name: &str, content: Content) -> Self {
        let spaced: String = name.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
        let spaced = spaced.trim();
        let words = spaced.len() <= 40 && spaced.chars().any(char::is_alphabetic);
        let label = if words { format!("{spaced}: ") } else { String::new() };
        let lower = spaced.to_lowercase();
        let telling = TELLING.iter().any(|word| lower.contains(word));
        Self { label, telling, content }
    }

    /// Whether nothing can be found in a cell that looks like `raw`: most cells of most tables.
    fn is_hopeless(&self, raw: &str) -> bool {
        if self.telling || matches!(self.content, Content::Text | Content::Nested) {
            return raw.is_empty();
        }
        let digits = raw.bytes().filter(u8::is_ascii_digit).count();
        !raw.contains('@') && digits < 9
    }
}

/// Parts of column names whose short values are worth reading.
const TELLING: &[&str] = &[
    "name",
    "phone",
    "tel",
    "mobile",
    "fax",
    "mail",
    "birth",
    "dob",
    "ssn",
    "social",
    "passport",
    "licen",
    "address",
    "street",
    "iban",
    "card",
    "patient",
    "mrn",
    "nhs",
    "insurance",
    "cpf",
    "bsn",
    "dni",
    "pesel",
    "contact",
    "geb",
    "naissance",
];
/// Values up to this length are read with the name of their column before them.
const SHORT: usize = 160;
const EXAMPLES: usize = 4;

#[cfg(test)]
mod tests {
    use palisade_base::{Evidence, Finding, Severity, system::System};

    use crate::testing::{findings, observe};

    const RULE: &str = "undeclared-personal-data";

    fn declared(personal: &str, text: &str) -> Vec<Finding> {
        let system: System =
            toml::from_str(&format!("system.name = \"s\"\n[[data]]\nname = \"d\"\npath = \"t.csv\"\n{personal}"))
                .unwrap();
        let observed = observe("t.csv", text.as_bytes(), Some(&system));
        observed.findings.into_iter().filter(|finding| finding.rule.name == RULE).collect()
    }

    const PEOPLE: &str =
        "customer_name,phone,text\nAda Byron,0633343574,hello there\nAlan Turing,0975579239,write to alan@mail.test\n";

    #[test]
    fn severity_follows_the_declaration() {
        assert_eq!(declared("", PEOPLE)[0].severity, Severity::High);
        assert_eq!(declared("personal = false", PEOPLE)[0].severity, Severity::High);
        assert!(declared("personal = true", PEOPLE).is_empty());
        assert_eq!(findings(RULE, "t.csv", PEOPLE)[0].severity, Severity::Medium);
    }

    #[test]
    fn counts_and_masks() {
        let finding = &findings(RULE, "t.csv", PEOPLE)[0];
        assert!(finding.message.starts_with("2 of 2 rows (100.0 %) hold personal data: "), "{}", finding.message);
        assert!(finding.message.contains("2 `phone` in `phone`"), "{}", finding.message);
        assert_eq!(finding.target.to_string(), "t.csv:2");
        for evidence in &finding.evidence {
            if let Evidence::Span { excerpt, .. } = evidence {
                assert!(excerpt.marked_text().contains("***"), "{excerpt:?}");
            }
        }
    }

    #[test]
    fn one_address_is_low_and_so_are_reserved_domains() {
        let one = "text\nhello there you\nwrite to alan@mail.org now\nsome other thing\n";
        assert_eq!(findings(RULE, "t.csv", one)[0].severity, Severity::Low);
        let reserved = "text,mail\nsome thing,a@example.com\nother thing,b@example.com\n";
        assert_eq!(findings(RULE, "t.csv", reserved)[0].severity, Severity::Low);
    }

    #[test]
    fn numbers_of_things_are_quiet() {
        let rows: Vec<String> = (0..200_u64)
            .map(|i| {
                format!(
                    "{},{},{}.5,2024-05-{:02}T10:00:00Z,{:040x},SKU-{}\n",
                    4_100_000_000 + i,
                    1_716_035_445_123 + i,
                    i,
                    i % 28 + 1,
                    i * 7919,
                    100_000 + i
                )
            })
            .collect();
        let rows = rows.concat();
        let text = format!("order_id,timestamp,price,created_at,hash,sku\n{rows}");
        assert!(findings(RULE, "t.csv", text).is_empty());
        assert!(findings(RULE, "t.csv", "name,category\nRed Chair,x\nBlue Table,y\n").is_empty());
    }

    #[test]
    fn strings_in_nested_values_are_read() {
        let line = "{\"messages\": [{\"role\": \"user\", \"content\": \"my card is 4111 1111 1111 1111\"}]}\n";
        assert_eq!(findings(RULE, "t.jsonl", line.repeat(3)).len(), 1);
    }
}
