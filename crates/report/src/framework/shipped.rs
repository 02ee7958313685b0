//! The framework files that are built into the program.

use super::Framework;

/// Parses every built-in file. A file that cannot be parsed is our own bug: it is left out, and its flaw is told.
pub(super) fn parse() -> (Vec<Framework>, Vec<String>) {
    let mut frameworks = Vec::new();
    let mut flaws = Vec::new();
    for (file, text) in FILES {
        match toml::from_str(text) {
            Ok(framework) => frameworks.push(framework),
            Err(error) => flaws.push(format!("this is a bug in palisade: `frameworks/{file}` is broken: {error}")),
        }
    }
    (frameworks, flaws)
}

/// File name and content of every `frameworks/*.toml`, by name.
const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/frameworks.rs"));

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, time::Instant};

    use palisade_base::{Stage, Threat};

    use super::*;
    use crate::{Catalogue, Cited};

    #[test]
    fn every_file_parses_and_is_called_after_its_framework() {
        let catalogue = Catalogue::shipped();
        assert_eq!(catalogue.flaws(), Vec::<String>::new());
        for ((file, _), framework) in FILES.iter().zip(catalogue.frameworks()) {
            let stem = file.strip_suffix(".toml").unwrap();
            assert!([framework.family(), &framework.name].contains(&stem), "{file} holds {}", framework.name);
        }
    }

    #[test]
    fn every_framework_has_a_row_in_the_docs() {
        let page = include_str!("../../../../docs/frameworks.md");
        for framework in Catalogue::shipped().frameworks() {
            assert!(page.contains(&format!("| `{}` |", framework.name)), "{} has no row", framework.name);
        }
    }

    #[test]
    fn every_name_carries_an_edition() {
        for framework in Catalogue::shipped().frameworks() {
            let edition = framework.name.strip_prefix(framework.family()).unwrap();
            assert!(edition.bytes().any(|b| b.is_ascii_digit()), "{} has no edition", framework.name);
            assert!(framework.edition.bytes().any(|b| b.is_ascii_digit()), "{} has no edition", framework.name);
            assert!((2000..2100).contains(&framework.year), "{} came out in {}", framework.name, framework.year);
            let kebab = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.';
            assert!(framework.name.bytes().all(kebab), "{} is not kebab-case", framework.name);
            assert!(framework.source.starts_with("https://") && !framework.licence.is_empty());
        }
    }

    #[test]
    fn every_clause_is_whole_and_cited_once() {
        let catalogue = Catalogue::shipped();
        let mut ids = BTreeSet::new();
        for framework in catalogue.frameworks() {
            for clause in &framework.clauses {
                let id = Cited { framework, clause }.id();
                let words = clause.title.split_whitespace().count();
                assert!((1..=12).contains(&words) && !clause.title.ends_with('.'), "{id}: {}", clause.title);
                let empty = clause.rules.is_empty() && clause.threats.is_empty() && clause.stages.is_empty();
                assert!(!empty, "nothing bears on {id}");
                assert_eq!(
                    clause.rules.iter().collect::<BTreeSet<_>>().len(),
                    clause.rules.len(),
                    "{id} repeats a rule"
                );
                assert!(ids.insert(id.clone()), "{id} is there twice");
            }
        }
        assert!(ids.contains("owasp-llm-2025/LLM01") && ids.contains("mitre-atlas-5.6/AML.T0011.000"));
    }

    #[test]
    fn every_rule_bears_on_clauses_of_several_frameworks() {
        // A misspelt name stands in one file only. That each rule exists is tested where the registry can be seen.
        let catalogue = Catalogue::shipped();
        for rule in catalogue.rule_names() {
            let names = |framework: &&Framework| framework.clauses.iter().any(|c| c.rules.iter().any(|r| r == rule));
            let count = catalogue.frameworks().iter().filter(names).count();
            assert!(count >= 3, "`{rule}` bears on {count} frameworks only");
        }
    }

    #[test]
    fn threats_and_stages_are_covered_by_every_framework_that_knows_them() {
        let catalogue = Catalogue::shipped();
        for (name, no_threats, has_stages) in COVERAGE {
            let framework = catalogue.clone().only(name).unwrap();
            for threat in Threat::ALL {
                let covered = !framework.clauses_for_threat(*threat).is_empty();
                assert_eq!(covered, !no_threats.contains(threat), "{name}, {threat}");
            }
            let clauses = || framework.frameworks().iter().flat_map(|framework| &framework.clauses);
            for stage in Stage::ALL {
                let covered = clauses().any(|clause| clause.stages.contains(stage));
                assert_eq!(covered, *has_stages, "{name}, {stage}");
            }
        }
    }

    #[test]
    fn parsing_is_quick() {
        let start = Instant::now();
        let (frameworks, _) = parse();
        let took = start.elapsed();
        println!("{} frameworks parsed in {took:?}", frameworks.len());
        // Generous: this is a test build on a machine that may be busy. A release build takes about a millisecond.
        assert!(took.as_millis() < 1000, "{took:?}");
    }

    /// Each framework, the threats that it does not know, and whether it speaks of lifecycle stages.
    const COVERAGE: &[(&str, &[Threat], bool)] = &[
        ("mitre-atlas", &[], true),
        ("owasp-llm", &[Threat::Evasion], false),
        ("owasp-agentic", &[Threat::Evasion, Threat::Extraction], false),
        ("owasp-ml", &[], false),
        ("nist-ai-rmf", &[], true),
        ("nist-ai-100-2", &[], false),
        ("eu-ai-act", &[], true),
        ("gdpr", &[Threat::Extraction], true),
        ("iso-42001", &[], true),
        ("csa-aicm", &[], true),
    ];
}
