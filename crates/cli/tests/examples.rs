//! The two example systems: the weak one has every weakness that its README lists, the mended one has none.

#![cfg(test)]

use std::{collections::BTreeSet, path::Path};

use palisade_testkit::{Harness, Run};

fn example(name: &str, arguments: &[&str]) -> Run {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(name);
    let folder = folder.canonicalize().unwrap();
    let mut all = vec!["assess", folder.to_str().unwrap()];
    all.extend_from_slice(arguments);
    Harness::new(env!("CARGO_BIN_EXE_palisade")).run(&all)
}

fn report(name: &str) -> serde_json::Value {
    serde_json::from_str(&example(name, &["--format", "json"]).stdout).unwrap()
}

/// `(rule, path)` of each row of the README's table.
fn listed(name: &str) -> BTreeSet<(String, String)> {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(name).join("README.md");
    let readme = std::fs::read_to_string(readme).unwrap();
    let rows = readme.lines().map(|line| line.split('|').map(|cell| cell.trim().trim_matches('`')).collect::<Vec<_>>());
    let rows = rows.filter(|row| row.len() >= 6 && palisade_base::Component::ALL.iter().any(|c| c.word() == row[1]));
    rows.map(|row| (row[2].to_owned(), row[3].to_owned())).collect()
}

fn found(report: &serde_json::Value) -> BTreeSet<(String, String)> {
    let findings = report["findings"].as_array().unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let path = |finding: &serde_json::Value| {
        let path = text(&finding["target"]["path"]);
        path.split_once("helpdesk/").map_or(path.clone(), |(_, rest)| rest.to_owned())
    };
    findings.iter().map(|finding| (text(&finding["rule"]), path(finding))).collect()
}

#[test]
fn the_weak_system_has_every_weakness_that_it_lists() {
    let listed = listed("helpdesk");
    assert!(listed.len() >= 25, "the README lists {} weaknesses", listed.len());
    let report = report("helpdesk");
    let found = found(&report);
    let missed: Vec<_> = listed.difference(&found).collect();
    assert!(missed.is_empty(), "listed but not found: {missed:#?}\nfound: {found:#?}");
    let unlisted: Vec<_> = found.difference(&listed).collect();
    assert!(unlisted.is_empty(), "found but not listed: {unlisted:#?}");
    for component in palisade_base::Component::ALL {
        let count = listed.iter().filter(|(rule, _)| component_of(&report, rule) == component.word()).count();
        assert!(count >= 4, "{component} has {count} weaknesses");
    }
}

fn component_of(report: &serde_json::Value, rule: &str) -> String {
    let findings = report["findings"].as_array().unwrap();
    let finding = findings.iter().find(|finding| finding["rule"] == rule);
    finding.and_then(|finding| finding["component"].as_str()).unwrap_or_default().to_owned()
}

#[test]
fn exit_codes_tell_them_apart() {
    let weak = example("helpdesk", &[]);
    assert_eq!(weak.code, 1, "{}", weak.transcript());
    let mended = example("helpdesk-hardened", &[]);
    assert_eq!(mended.code, 0, "{}", mended.transcript());
}

#[test]
fn the_mended_system_has_nothing_at_medium_or_worse() {
    let report = report("helpdesk-hardened");
    let findings = report["findings"].as_array().unwrap();
    let bad: Vec<_> = findings.iter().filter(|f| !["info", "low"].contains(&f["severity"].as_str().unwrap())).collect();
    assert!(bad.is_empty(), "{bad:#?}");
    assert_eq!(report["unscanned"].as_array().unwrap().len(), 0);
}

#[test]
fn the_mended_system_scores_higher_in_every_component() {
    let score = |name: &str| {
        let report = report(name);
        let components = report["score"]["components"].as_array().unwrap().clone();
        components.iter().map(|c| c["score"].as_f64().unwrap()).collect::<Vec<_>>()
    };
    let (weak, mended) = (score("helpdesk"), score("helpdesk-hardened"));
    assert_eq!((weak.len(), mended.len()), (4, 4));
    for (component, (weak, mended)) in weak.iter().zip(&mended).enumerate() {
        assert!(mended > weak, "component {component}: {mended} is not better than {weak}");
    }
}
