//! Every format of a real report: schemas hold, baselines and ignores work, equal runs give equal bytes.

#![cfg(test)]

use std::{fs, path::Path};

use palisade_testkit::Harness;

const WEAK: &str = "import yaml\nyaml.unsafe_load(open('x').read())\n";

fn harness() -> Harness {
    let harness = Harness::new(env!("CARGO_BIN_EXE_palisade"));
    harness.file(".git/HEAD", "");
    harness
}

fn root() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn valid(schema: &serde_json::Value, value: &serde_json::Value) {
    let validator = jsonschema::validator_for(schema).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(value).map(|e| format!("{}: {e}", e.instance_path())).take(5).collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}

fn assess(format: &str) -> String {
    let helpdesk = root().join("examples/helpdesk");
    let run = harness().run(&["assess", helpdesk.to_str().unwrap(), "--format", format, "--reproducible"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert_eq!(run.stderr, "", "a clean run says nothing on stderr");
    run.stdout
}

#[test]
fn json_is_valid_and_keeps_the_contract() {
    let report: serde_json::Value = serde_json::from_str(&assess("json")).unwrap();
    let schema = fs::read_to_string(root().join("schemas/report-v1.schema.json")).unwrap();
    valid(&serde_json::from_str(&schema).unwrap(), &report);
    for key in ["schema", "tool", "system", "score", "findings", "unscanned", "stats"] {
        assert!(report.get(key).is_some(), "`{key}` is missing");
    }
    assert_eq!(report["schema"], "palisade.report/v1");
    for key in ["total", "components", "coverage", "cells"] {
        assert!(report["score"].get(key).is_some(), "`score.{key}` is missing");
    }
    let keys = [
        "rule",
        "severity",
        "confidence",
        "component",
        "threats",
        "stages",
        "message",
        "target",
        "evidence",
        "advice",
        "clauses",
        "fingerprint",
    ];
    for finding in report["findings"].as_array().unwrap() {
        for key in keys {
            assert!(finding.get(key).is_some(), "`{key}` is missing in {finding:#}");
        }
        assert!(!finding["evidence"].as_array().unwrap().is_empty(), "{finding:#}");
        assert!(!finding["clauses"].as_array().unwrap().is_empty(), "{finding:#}");
    }
}

#[test]
fn sarif_is_valid() {
    let sarif: serde_json::Value = serde_json::from_str(&assess("sarif")).unwrap();
    valid(&palisade_testkit::sarif_schema(), &sarif);
    assert!(!sarif["runs"][0]["results"].as_array().unwrap().is_empty());
}

#[test]
fn every_format_is_reproducible() {
    for format in ["plain", "github", "markdown", "html", "sarif"] {
        let (once, again) = (assess(format), assess(format));
        // Time and throughput are the only things that may differ.
        let steady =
            |text: &str| text.lines().filter(|line| !line.contains("files")).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(steady(&once), steady(&again), "{format}");
        assert!(!once.contains('\u{1b}'), "{format} has escape sequences in a file or pipe");
    }
}

#[test]
fn a_baseline_hides_what_is_known_and_only_that() {
    let harness = harness();
    harness.file("app/a.py", WEAK);
    assert_eq!(harness.run(&["scan", "."]).code, 1);
    let run = harness.run(&["scan", ".", "--write-baseline", "known.json"]);
    assert_eq!(run.code, 0, "{}", run.transcript());
    assert_eq!(harness.run(&["scan", ".", "--baseline", "known.json"]).code, 0);
    harness.file("app/a.py", format!("# moved\n\n{WEAK}"));
    let run = harness.run(&["scan", ".", "--baseline", "known.json"]);
    assert_eq!(run.code, 0, "moved lines are not new: {}", run.transcript());
    harness.file("app/a.py", format!("{WEAK}{WEAK}"));
    let run = harness.run(&["scan", ".", "--baseline", "known.json"]);
    assert_eq!(run.code, 1, "a second one is new: {}", run.transcript());
    harness.file("known.json", "{}");
    assert_eq!(harness.run(&["scan", ".", "--baseline", "known.json"]).code, 2);
    assert_eq!(harness.run(&["scan", ".", "--baseline", "none.json"]).code, 2);
}

fn with_ignore(target: &str, expires: &str) -> Harness {
    let harness = harness();
    harness.file("app/a.py", WEAK);
    harness.file(
        "palisade.toml",
        format!(
            "[system]\nname = \"x\"\nautonomy = \"inform\"\n\n[[application]]\nname = \"a\"\npath = \"app\"\n\n\
             [[ignore]]\nrule = \"unsafe-deserialisation\"\ntarget = \"{target}\"\nreason = \"r\"\nexpires = \"{expires}\"\n"
        ),
    );
    harness
}

#[test]
fn an_ignore_accepts_until_its_last_day() {
    assert_eq!(with_ignore("app/*.py", "2999-01-01").run(&["assess"]).code, 0);
    let run = with_ignore("app/*.py", "2020-01-01").run(&["assess"]);
    assert_eq!(run.code, 1);
    assert!(run.stdout.contains("expired-ignore"), "{}", run.transcript());
    let run = with_ignore("lib/*.py", "2999-01-01").run(&["assess"]);
    assert!(run.stdout.contains("stale-ignore"), "{}", run.transcript());
}

#[test]
fn init_writes_a_manifest_that_assess_takes() {
    let harness = harness();
    harness
        .file("app/a.py", "import openai\n")
        .file("Dockerfile", "FROM python:3.12\n")
        .file("data/train.csv", "text,label\na,b\n");
    let run = harness.run(&["init"]);
    assert_eq!(run.code, 0, "{}", run.transcript());
    assert_eq!(harness.run(&["init"]).code, 2, "an existing manifest is not replaced");
    let run = harness.run(&["assess"]);
    assert!([0, 1].contains(&run.code), "{}", run.transcript());
    assert_eq!(harness.run(&["init", "--dry-run"]).code, 0);
}

#[test]
fn explain_knows_rules_frameworks_and_clauses() {
    let harness = harness();
    for (name, wanted) in
        [("pickle-call", "## What it does"), ("owasp-llm", "LLM01"), ("LLM01", "LLM01"), ("--list", "pickle-call")]
    {
        let run = harness.run(&["explain", name]);
        assert_eq!(run.code, 0, "{}", run.transcript());
        assert!(run.stdout.contains(wanted), "{name}: {}", run.transcript());
    }
    let run = harness.run(&["explain", "pickel-call"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("did you mean `pickle-call`?"), "{}", run.transcript());
}

#[test]
fn one_framework_can_be_chosen() {
    let harness = harness();
    harness.file("a.py", WEAK);
    let run = harness.run(&["scan", "a.py", "--framework", "eu-ai-act", "-f", "json"]);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let clauses = report["findings"][0]["clauses"].as_array().unwrap();
    assert!(clauses.iter().all(|clause| clause["framework"].as_str().unwrap().starts_with("eu-ai-act")), "{clauses:?}");
    let run = harness.run(&["scan", "a.py", "--framework", "eu-ai-akt"]);
    assert_eq!(run.code, 2, "{}", run.transcript());
    assert!(run.stderr.contains("eu-ai-act"), "{}", run.transcript());
}

#[test]
fn fail_on_sets_the_limit() {
    let harness = harness();
    harness.file("a.py", WEAK);
    assert_eq!(harness.run(&["scan", "a.py", "--fail-on", "critical"]).code, 0);
    assert_eq!(harness.run(&["scan", "a.py", "--fail-on", "info"]).code, 1);
    assert_eq!(harness.run(&["scan", "a.py", "--fail-on", "grave"]).code, 2);
}

#[test]
fn help_completions_and_manual_pages() {
    let harness = harness();
    assert!(harness.run(&["--help"]).stdout.contains("Exit codes:"));
    for verb in ["assess", "scan", "init", "explain", "completions", "man"] {
        assert_eq!(harness.run(&[verb, "--help"]).code, 0, "{verb}");
    }
    assert_eq!(harness.run(&["guard"]).code, 2, "verbs that are not built do not appear");
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        assert!(harness.run(&["completions", shell]).stdout.contains("palisade"));
    }
    assert_eq!(harness.run(&["man", "pages"]).code, 0);
    assert!(harness.path().join("pages/palisade-assess.1").is_file());
}

#[test]
fn what_is_declared_is_judged_even_if_git_ignores_it() {
    let harness = with_ignore("lib/*.py", "2999-01-01");
    harness.file(".gitignore", "app/\n");
    let run = harness.run(&["assess"]);
    assert_eq!(run.code, 1, "a vendor cannot hide an application: {}", run.transcript());
}

#[test]
fn findings_beyond_the_limit_are_said() {
    let harness = harness();
    harness.file("a.py", format!("import yaml\n{}", "yaml.unsafe_load(x)\n".repeat(300)));
    let run = harness.run(&["scan", "a.py", "-f", "json"]);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(report["findings"].as_array().unwrap().len(), 200);
    assert!(
        report["unscanned"][0]["reason"].as_str().unwrap().contains("the rest is not listed"),
        "{}",
        run.transcript()
    );
}
