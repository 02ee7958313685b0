//! For code scanning services: SARIF 2.1.0
//! (<https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>).

mod location;
mod rule;

use std::io;

use palisade_base::{Evidence, Finding, Severity, Unscanned};
use serde_json::{Value, json};

use super::json::{LeftOut, finding, writer};
use crate::{Report, left_out::models_left_out};
use rule::Rules;

pub(crate) fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let mut log = log(report, &Rules::of(report));
    // The order of keys must not depend on the features that some other crate asks of serde_json.
    log.sort_all_objects();
    writer::write(&log, out)
}

fn log(report: &Report, rules: &Rules<'_>) -> Value {
    let mut driver = json!({
        "name": "Palisade",
        "semanticVersion": report.version,
        "rules": rules.descriptors(),
    });
    let taxonomies = rules.taxonomies();
    if !taxonomies.is_empty() {
        insert(&mut driver, "supportedTaxonomies", rules.supported());
    }
    let mut run = json!({
        "tool": { "driver": driver },
        "invocations": [invocation(report)],
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {
            location::BASE: { "description": { "text": "the folder in which palisade was run" } },
        },
        "results": report.findings.iter().map(|finding| result(finding, report, rules)).collect::<Value>(),
        "properties": properties(report),
    });
    if !taxonomies.is_empty() {
        insert(&mut run, "taxonomies", taxonomies.into());
    }
    json!({ "$schema": SCHEMA, "version": "2.1.0", "runs": [run] })
}

fn properties(report: &Report) -> Value {
    let left_out: Vec<_> = report.left_out.iter().map(LeftOut::of).collect();
    let crate::Accepted { ignored, baseline, worst } = report.accepted;
    json!({
        "score": report.score.total.round(),
        "coverage": (report.score.coverage * 100.0).round() / 100.0,
        "leftOut": serde_json::to_value(left_out).unwrap_or_default(),
        "accepted": { "ignored": ignored, "baseline": baseline, "worstIgnored": worst, "manifest": report.manifest },
    })
}

fn result(finding: &Finding, report: &Report, rules: &Rules<'_>) -> Value {
    let mut text = finding.message.clone();
    if let Some(advice) = &finding.advice {
        text += "\n\n";
        text += advice;
    }
    let further = |evidence: &&Evidence| matches!(evidence, Evidence::Span { .. });
    let related: Vec<Value> = finding.evidence.iter().skip(1).filter(further).filter_map(related).collect();
    let facts = finding.evidence.iter().filter(|evidence| !further(evidence)).map(finding::Evidence::of);
    let mut result = json!({
        "ruleId": finding.rule.name,
        "level": level(finding.severity),
        "message": { "text": literal(&text) },
        "locations": [location::of_finding(finding)],
        "partialFingerprints": { "palisade/v1": finding.fingerprint(&report.root).to_string() },
        "properties": {
            "severity": finding.severity,
            "confidence": finding.confidence,
            "component": finding.component,
            "threats": finding.rule.threats,
            "stages": finding.rule.stages,
            "evidence": facts.map(|fact| serde_json::to_value(fact).unwrap_or_default()).collect::<Value>(),
        },
    });
    if let Some(index) = rules.index(finding.rule) {
        insert(&mut result, "ruleIndex", index.into());
    }
    if !related.is_empty() {
        insert(&mut result, "relatedLocations", related.into());
    }
    result
}

fn related(evidence: &Evidence) -> Option<Value> {
    let Evidence::Span { label, .. } = evidence else { return None };
    let mut location = location::of_evidence(evidence)?;
    insert(&mut location, "message", json!({ "text": literal(label) }));
    Some(location)
}

fn invocation(report: &Report) -> Value {
    let mut invocation = json!({
        "executionSuccessful": true,
        "toolExecutionNotifications": notifications(report),
    });
    if let Some(made) = report.made {
        insert(&mut invocation, "endTimeUtc", made.to_string().into());
    }
    invocation
}

fn notifications(report: &Report) -> Value {
    let models = models_left_out(&report.left_out).into_iter().map(|(text, remedy)| {
        let text = literal(&format!("{text}; {remedy}"));
        json!({ "level": "warning", "message": { "text": text } })
    });
    report.unscanned.iter().map(notification).chain(models).collect()
}

/// What could not be judged is said, so that an empty list of results is not read as a pass.
fn notification(unscanned: &Unscanned) -> Value {
    json!({
        "level": "warning",
        "message": { "text": literal(&format!("not judged: {}", unscanned.reason)) },
        "locations": [location::of_target(&unscanned.artifact.whole())],
    })
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// Text in which `[..](..)` is no link (section 3.11.6).
fn literal(text: &str) -> String {
    if text.contains("](") {
        text.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]")
    } else {
        text.to_owned()
    }
}

fn insert(object: &mut Value, key: &str, value: Value) {
    if let Value::Object(map) = object {
        map.insert(key.to_owned(), value);
    }
}

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn rendered(report: &Report) -> Value {
        let mut out = Vec::new();
        write(report, &mut out).unwrap();
        let mut log: Value = serde_json::from_slice(&out).unwrap();
        log.sort_all_objects();
        log
    }

    fn official() -> jsonschema::Validator {
        jsonschema::options().should_validate_formats(true).build(&palisade_testkit::sarif_schema()).unwrap()
    }

    #[track_caller]
    fn assert_valid(log: &Value) {
        let validator = official();
        let errors: Vec<String> =
            validator.iter_errors(log).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{}", errors.join("\n"));
    }

    #[test]
    fn logs_keep_to_the_official_schema() {
        let mut report = sample::report();
        report.made = Some("2026-06-15T12:00:00Z".parse().unwrap());
        assert_valid(&rendered(&report));
        assert_valid(&rendered(&sample::clean()));
        let framework = sample::framework();
        let cited = vec![crate::Cited { framework: &framework, clause: &framework.clauses[0] }];
        assert_valid(&log(&report, &Rules::new(vec![(sample::rules()[0], cited)])));
    }

    #[test]
    fn the_schema_refuses_what_is_no_log() {
        let mut log = rendered(&sample::report());
        log["runs"][0]["results"][0]["level"] = "grave".into();
        assert!(!official().is_valid(&log));
    }

    #[test]
    fn a_result_looks_like_this() {
        let log = rendered(&sample::report());
        let results = &log["runs"][0]["results"];
        insta::assert_snapshot!(format!("{:#}", results[1]), @r#"
        {
          "level": "error",
          "locations": [
            {
              "physicalLocation": {
                "artifactLocation": {
                  "uri": "helpdesk/app/main.py",
                  "uriBaseId": "%SRCROOT%"
                },
                "region": {
                  "byteLength": 34,
                  "byteOffset": 68,
                  "endColumn": 36,
                  "snippet": {
                    "text": "subprocess.run(answer, shell=True)"
                  },
                  "startColumn": 2,
                  "startLine": 5
                }
              }
            }
          ],
          "message": {
            "text": "the model's answer is run as a shell command\n\nlet the model choose from a fixed list of actions, and pass arguments as a list without a shell"
          },
          "partialFingerprints": {
            "palisade/v1": "02ba998e4cd1ac54293a82c7356decd9"
          },
          "properties": {
            "component": "application",
            "confidence": "high",
            "evidence": [],
            "severity": "high",
            "stages": [
              "deployment"
            ],
            "threats": [
              "injection"
            ]
          },
          "relatedLocations": [
            {
              "message": {
                "text": "the answer comes from here"
              },
              "physicalLocation": {
                "artifactLocation": {
                  "uri": "helpdesk/app/main.py",
                  "uriBaseId": "%SRCROOT%"
                },
                "region": {
                  "byteLength": 20,
                  "byteOffset": 46,
                  "endColumn": 31,
                  "snippet": {
                    "text": "llm.complete(ticket)"
                  },
                  "startColumn": 11,
                  "startLine": 4
                }
              }
            }
          ],
          "ruleId": "model-output-to-shell",
          "ruleIndex": 2
        }
        "#);
    }

    #[test]
    fn locations_of_bytes_and_of_members() {
        let log = rendered(&sample::report());
        let results = &log["runs"][0]["results"];
        insta::assert_snapshot!(format!("{:#}", results[0]["locations"]), @r#"
        [
          {
            "physicalLocation": {
              "artifactLocation": {
                "uri": "helpdesk/models/legacy.pkl",
                "uriBaseId": "%SRCROOT%"
              },
              "region": {
                "byteLength": 1,
                "byteOffset": 37
              }
            }
          }
        ]
        "#);
        insta::assert_snapshot!(format!("{:#}", results[5]["locations"]), @r#"
        [
          {
            "logicalLocations": [
              {
                "fullyQualifiedName": "helpdesk/data/do\u001b[31mcs|<b>.zip!faq\\n::error::@all.md:2",
                "kind": "member"
              }
            ],
            "physicalLocation": {
              "artifactLocation": {
                "uri": "helpdesk/data/do%1B%5B31mcs%7C%3Cb%3E.zip",
                "uriBaseId": "%SRCROOT%"
              }
            }
          }
        ]
        "#);
    }

    #[test]
    fn every_result_points_at_its_rule() {
        let log = rendered(&sample::report());
        let run = &log["runs"][0];
        for result in run["results"].as_array().unwrap() {
            let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
        }
    }

    #[test]
    fn what_was_not_judged_is_notified() {
        let log = rendered(&sample::report());
        let notifications = &log["runs"][0]["invocations"][0]["toolExecutionNotifications"];
        assert_eq!(notifications.as_array().unwrap().len(), 3, "two that cannot be read, and a model left out");
        assert_eq!(notifications[0]["message"]["text"], "not judged: larger than the budget of 64 MiB");
    }

    #[test]
    fn links_are_literal() {
        assert_eq!(literal("see [a](http://b)"), r"see \[a\](http://b)");
        assert_eq!(literal("x[0] of `list[int]`"), "x[0] of `list[int]`");
    }
}
