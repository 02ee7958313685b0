//! Rule descriptors, and the clauses of frameworks that they bear on as taxonomies.

use std::collections::BTreeMap;

use palisade_base::{Meta, Severity};
use serde_json::{Value, json};

use super::{insert, level};
use crate::{Cited, Clause, Framework, Report};

/// The rules that found something, by name, and the clauses that they bear on.
pub(super) struct Rules<'a> {
    rules: Vec<(&'static Meta, Vec<Cited<'a>>)>,
}

impl<'a> Rules<'a> {
    pub(super) fn of(report: &'a Report) -> Self {
        let by_name: BTreeMap<&str, &'static Meta> =
            report.findings.iter().map(|finding| (finding.rule.name, finding.rule)).collect();
        Self::new(by_name.into_values().map(|rule| (rule, report.catalogue.clauses(rule))).collect())
    }

    pub(super) const fn new(rules: Vec<(&'static Meta, Vec<Cited<'a>>)>) -> Self {
        Self { rules }
    }

    pub(super) fn index(&self, rule: &Meta) -> Option<usize> {
        self.rules.iter().position(|(known, _)| known.name == rule.name)
    }

    pub(super) fn descriptors(&self) -> Value {
        let frameworks = self.frameworks();
        self.rules.iter().map(|(rule, cited)| descriptor(rule, cited, &frameworks)).collect()
    }

    /// One taxonomy for each framework that is cited, with the clauses that are.
    pub(super) fn taxonomies(&self) -> Vec<Value> {
        let cited = || self.rules.iter().flat_map(|(_, cited)| cited);
        let taxonomy = |framework: &&Framework| {
            let clauses: BTreeMap<&str, &Clause> = cited()
                .filter(|cited| cited.framework.name == framework.name)
                .map(|cited| (cited.clause.id.as_str(), cited.clause))
                .collect();
            let taxon = |clause: &&Clause| json!({ "id": clause.id, "shortDescription": { "text": clause.title } });
            json!({
                "name": framework.name,
                "version": framework.edition,
                "shortDescription": { "text": format!("{}; the mapping is Palisade's own judgement", framework.title) },
                "taxa": clauses.values().map(taxon).collect::<Value>(),
            })
        };
        self.frameworks().iter().map(taxonomy).collect()
    }

    pub(super) fn supported(&self) -> Value {
        let frameworks = self.frameworks();
        let reference = |(index, framework): (usize, &&Framework)| json!({ "name": framework.name, "index": index });
        frameworks.iter().enumerate().map(reference).collect()
    }

    fn frameworks(&self) -> Vec<&'a Framework> {
        let cited = self.rules.iter().flat_map(|(_, cited)| cited);
        let by_name: BTreeMap<&str, &'a Framework> =
            cited.map(|cited| (cited.framework.name.as_str(), cited.framework)).collect();
        by_name.into_values().collect()
    }
}

fn descriptor(rule: &Meta, cited: &[Cited<'_>], frameworks: &[&Framework]) -> Value {
    let docs = rule.docs();
    let tags: Vec<&str> = ["security"]
        .into_iter()
        .chain(rule.components.iter().map(|component| component.word()))
        .chain(rule.threats.iter().map(|threat| threat.word()))
        .collect();
    let mut descriptor = json!({
        "id": rule.name,
        "shortDescription": { "text": rule.summary },
        "fullDescription": { "text": what_it_does(&docs) },
        "help": { "text": docs, "markdown": docs },
        "defaultConfiguration": { "level": level(rule.severity) },
        "properties": {
            "tags": tags,
            "security-severity": security_severity(rule.severity),
            "since": rule.since,
        },
    });
    let relationships: Vec<Value> = cited
        .iter()
        .filter_map(|cited| {
            let index = frameworks.iter().position(|framework| framework.name == cited.framework.name)?;
            let component = json!({ "name": cited.framework.name, "index": index });
            Some(json!({ "target": { "id": cited.clause.id, "toolComponent": component }, "kinds": ["relevant"] }))
        })
        .collect();
    if !relationships.is_empty() {
        insert(&mut descriptor, "relationships", relationships.into());
    }
    descriptor
}

/// The first section of the page, in one paragraph.
fn what_it_does(docs: &str) -> String {
    let body = docs.split("## ").find_map(|section| section.strip_prefix("What it does\n")).unwrap_or_default();
    body.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The middle of the range that code scanning services give this name: over 9, 7 to 8.9, 4 to 6.9, under 4.
const fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.5",
        Severity::Info => "0.0",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn clauses_become_taxa() {
        let framework = sample::framework();
        let cited = vec![Cited { framework: &framework, clause: &framework.clauses[0] }];
        let rules = Rules::new(vec![(sample::rules()[0], cited)]);
        let sorted = |mut value: Value| {
            value.sort_all_objects();
            value
        };
        insta::assert_snapshot!(format!("{:#}", sorted(rules.taxonomies().into())), @r#"
        [
          {
            "name": "owasp-llm-2025",
            "shortDescription": {
              "text": "OWASP Top 10 for LLM applications; the mapping is Palisade's own judgement"
            },
            "taxa": [
              {
                "id": "LLM03",
                "shortDescription": {
                  "text": "Know where models and packages come from"
                }
              }
            ],
            "version": "2025"
          }
        ]
        "#);
        insta::assert_snapshot!(format!("{:#}", sorted(rules.descriptors())), @r###"
        [
          {
            "defaultConfiguration": {
              "level": "error"
            },
            "fullDescription": {
              "text": "Finds the sample weakness."
            },
            "help": {
              "markdown": "## What it does\nFinds the sample weakness.\n## Why it matters\nIt shows how a report looks.\n## Example\n```python\npass\n```\n## What to do\nMend it.\n## Limits\nIt is a sample.\n## References\nNone.\n",
              "text": "## What it does\nFinds the sample weakness.\n## Why it matters\nIt shows how a report looks.\n## Example\n```python\npass\n```\n## What to do\nMend it.\n## Limits\nIt is a sample.\n## References\nNone.\n"
            },
            "id": "pickle-calls-function",
            "properties": {
              "security-severity": "9.5",
              "since": "0.1.0",
              "tags": [
                "security",
                "model",
                "supply-chain"
              ]
            },
            "relationships": [
              {
                "kinds": [
                  "relevant"
                ],
                "target": {
                  "id": "LLM03",
                  "toolComponent": {
                    "index": 0,
                    "name": "owasp-llm-2025"
                  }
                }
              }
            ],
            "shortDescription": {
              "text": "a sample of a weakness"
            }
          }
        ]
        "###);
        assert_eq!(rules.supported(), json!([{ "name": "owasp-llm-2025", "index": 0 }]));
    }
}
