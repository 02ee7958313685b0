//! For scripts: one object, `palisade.report/v1`. Fields are added, never renamed, removed or given another meaning.

pub(crate) mod finding;
mod score;
pub(crate) mod writer;

use std::io;

use jiff::Timestamp;
use palisade_base::{Autonomy, LeftOutBy, Severity};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    Report,
    left_out::word,
    verdict::{Verdict, verdicts},
};
use finding::Finding;
use score::{Gap, Score};

/// One run of Palisade over an AI system.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "palisade report")]
struct Document<'a> {
    /// The version of this format.
    #[schemars(extend("const" = SCHEMA))]
    schema: &'static str,
    /// What made the report.
    tool: Tool,
    /// When it was made; `null` where reports must be equal byte for byte.
    #[schemars(extend("format" = "date-time"))]
    made: Option<String>,
    /// The system, if a `palisade.toml` describes it.
    system: Option<System<'a>>,
    /// The autonomy that counted: the declared one, or `act`.
    autonomy: Autonomy,
    /// The scorecard.
    score: Score,
    /// What is not known; worst first.
    gaps: Vec<Gap<'a>>,
    /// What was found and is not accepted.
    findings: Vec<Finding<'a>>,
    /// How many findings are accepted, and therefore not listed.
    accepted: Accepted,
    /// What could not be judged; never counted as clean.
    unscanned: Vec<Unscanned<'a>>,
    /// What was not looked at because an ignore file, the manifest or the user said so.
    left_out: Vec<LeftOut<'a>>,
    /// A verdict on each file, if the run was about a few files and not about a system; empty otherwise.
    files: Vec<File<'a>>,
    /// Digests of the model files, if they were read to the last byte (`--full`).
    digests: Vec<Digested<'a>>,
    /// Counters.
    stats: Stats,
}

/// What made the report.
#[derive(Serialize, JsonSchema)]
struct Tool {
    /// Always `palisade`.
    name: &'static str,
    /// Its version.
    version: &'static str,
}

/// The system, as its owner describes it.
#[derive(Serialize, JsonSchema)]
struct System<'a> {
    /// Its name.
    name: &'a str,
    /// What it is for.
    purpose: Option<&'a str>,
    /// Who answers for it.
    owner: Option<&'a str>,
    /// How much it does by itself, if that is declared.
    autonomy: Option<Autonomy>,
}

/// How many findings are accepted.
#[derive(Serialize, JsonSchema)]
struct Accepted {
    /// By an `[[ignore]]`; they do not lower the score.
    ignored: usize,
    /// By the baseline; they do.
    baseline: usize,
    /// The worst of those that an `[[ignore]]` accepts.
    worst_ignored: Option<Severity>,
    /// The manifest whose `[[ignore]]` counted, if there is one.
    manifest: Option<String>,
}

/// Files that one thing left out.
#[derive(Serialize, JsonSchema)]
pub(crate) struct LeftOut<'a> {
    /// What said so: `ignore-file`, `manifest`, `argument` (`--exclude`), or `git` (git's own folder).
    by: &'static str,
    /// The ignore file, if it is one.
    path: Option<&'a str>,
    /// How many files.
    files: u64,
    /// Whether there are more than were counted.
    more: bool,
    /// How many of them are called like models.
    models: u64,
    /// The first few of those models.
    examples: Vec<String>,
}

/// The verdict on one file.
#[derive(Serialize, JsonSchema)]
struct File<'a> {
    /// Its path.
    path: &'a str,
    /// What it is; `null` if it could not be opened.
    what: Option<&'a str>,
    /// `block` (a high or critical finding), `review` (a medium one), `unscanned` or `clean`.
    verdict: &'static str,
    /// Why.
    why: Vec<String>,
    /// What to do.
    advice: String,
}

/// Something that could not be judged.
#[derive(Serialize, JsonSchema)]
struct Unscanned<'a> {
    /// Its path.
    path: String,
    /// The member, if the file is an archive.
    entry: Option<&'a str>,
    /// The component that stays unknown because of it, where that is known.
    component: Option<palisade_base::Component>,
    /// Why.
    reason: &'a str,
}

/// The digest of a file as it was judged.
#[derive(Serialize, JsonSchema)]
struct Digested<'a> {
    /// Its path.
    path: &'a str,
    /// SHA-256, hexadecimal.
    sha256: String,
}

/// Counters of the run.
#[derive(Serialize, JsonSchema)]
struct Stats {
    /// Files seen.
    files: u64,
    /// Files in which a rule found something to judge.
    judged: u64,
    /// Bytes read.
    bytes: u64,
    /// Wall time in seconds.
    seconds: f64,
    /// Files a second.
    files_per_second: f64,
}

/// The JSON schema of the JSON format.
pub fn schema() -> serde_json::Value {
    let mut schema = schemars::schema_for!(Document<'_>).to_value();
    // The order of keys must not depend on the features that some other crate asks of serde_json.
    schema.sort_all_objects();
    schema
}

pub(crate) fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    writer::write(&document(report), out)
}

fn document(report: &Report) -> Document<'_> {
    let seconds = report.stats.elapsed.as_secs_f64();
    let about = report.about.as_ref().map(|about| System {
        name: &about.name,
        purpose: about.purpose.as_deref(),
        owner: about.owner.as_deref(),
        autonomy: about.autonomy,
    });
    Document {
        schema: SCHEMA,
        tool: Tool { name: "palisade", version: report.version },
        made: report.made.as_ref().map(Timestamp::to_string),
        system: about,
        autonomy: report.autonomy,
        score: Score::of(&report.score),
        gaps: report.score.gaps.iter().map(Gap::of).collect(),
        findings: report.findings.iter().map(|finding| Finding::of(finding, report)).collect(),
        accepted: Accepted {
            ignored: report.accepted.ignored,
            baseline: report.accepted.baseline,
            worst_ignored: report.accepted.worst,
            manifest: report.manifest.clone(),
        },
        unscanned: report.unscanned.iter().map(unscanned).collect(),
        left_out: report.left_out.iter().map(LeftOut::of).collect(),
        files: files(report),
        digests: report.digests.iter().map(digested).collect(),
        stats: Stats {
            files: report.stats.files,
            judged: report.stats.judged,
            bytes: report.stats.bytes,
            seconds: score::rounded(seconds, 3),
            files_per_second: score::rounded(rate(report.stats.files, seconds), 1),
        },
    }
}

impl<'a> LeftOut<'a> {
    pub(crate) fn of(left_out: &'a palisade_base::LeftOut) -> Self {
        let path = match &left_out.by {
            LeftOutBy::IgnoreFile(path) => Some(&**path),
            _ => None,
        };
        let examples = left_out.examples.iter().map(ToString::to_string).collect();
        let palisade_base::LeftOut { by, files, more, models, .. } = left_out;
        Self { by: word(by), path, files: *files, more: *more, models: *models, examples }
    }
}

fn files(report: &Report) -> Vec<File<'_>> {
    let verdicts = if report.files.is_empty() { Vec::new() } else { verdicts(report) };
    verdicts.into_iter().map(File::of).collect()
}

impl<'a> File<'a> {
    fn of(verdict: Verdict<'a>) -> Self {
        let Verdict { path, what, level, why, advice } = verdict;
        Self { path, what: what.map(|(what, _)| what), verdict: level.word(), why, advice: advice.into_owned() }
    }
}

fn unscanned(unscanned: &palisade_base::Unscanned) -> Unscanned<'_> {
    let artifact = &unscanned.artifact;
    let path = match artifact {
        palisade_base::Artifact::Call(number) => number.to_string(),
        other => other.path().to_owned(),
    };
    Unscanned { path, entry: artifact.entry_name(), component: unscanned.component, reason: &unscanned.reason }
}

fn digested(digested: &palisade_base::Digested) -> Digested<'_> {
    Digested { path: digested.artifact.path(), sha256: palisade_base::hex(&digested.sha256) }
}

fn rate(files: u64, seconds: f64) -> f64 {
    // Counts of files are far below the 2^53 up to which this is exact.
    let files = f64::from(u32::try_from(files).unwrap_or(u32::MAX));
    if seconds > 0.0 { files / seconds } else { 0.0 }
}

const SCHEMA: &str = "palisade.report/v1";

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::sample;

    fn rendered(report: &Report) -> Value {
        let mut out = Vec::new();
        write(report, &mut out).unwrap();
        let mut value: Value = serde_json::from_slice(&out).unwrap();
        value.sort_all_objects();
        value
    }

    #[test]
    fn reports_keep_to_the_schema() {
        let validator = jsonschema::options().should_validate_formats(true).build(&schema()).unwrap();
        for report in [sample::report(), sample::clean()] {
            let value = rendered(&report);
            let errors: Vec<String> =
                validator.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect();
            assert!(errors.is_empty(), "{}", errors.join("\n"));
        }
    }

    #[test]
    fn the_schema_refuses_what_is_no_report() {
        let validator = jsonschema::validator_for(&schema()).unwrap();
        let mut value = rendered(&sample::report());
        value["schema"] = "palisade.report/v2".into();
        assert!(!validator.is_valid(&value));
        let mut value = rendered(&sample::report());
        value["findings"][0]["evidence"] = Value::Array(Vec::new());
        assert!(!validator.is_valid(&value), "a finding without evidence");
        let mut value = rendered(&sample::report());
        value["findings"][0]["severity"] = "grave".into();
        assert!(!validator.is_valid(&value));
    }

    #[test]
    fn every_field_of_the_contract_is_there() {
        let mut report = sample::report();
        report.made = Some("2026-06-15T12:00:00Z".parse().unwrap());
        let value = rendered(&report);
        for pointer in [
            "/schema",
            "/tool/version",
            "/made",
            "/system/name",
            "/autonomy",
            "/score/total",
            "/score/components/3/score",
            "/score/coverage",
            "/score/cells/23/points",
            "/gaps/0/unknown",
            "/findings/0/rule",
            "/findings/0/severity",
            "/findings/0/confidence",
            "/findings/0/component",
            "/findings/0/threats/0",
            "/findings/0/stages/0",
            "/findings/0/message",
            "/findings/0/target/path",
            "/findings/0/target/offset",
            "/findings/1/target/line",
            "/findings/5/target/entry",
            "/findings/0/evidence/0/kind",
            "/findings/0/advice",
            "/findings/0/fingerprint",
            "/unscanned/0/path",
            "/unscanned/0/reason",
            "/digests/0/path",
            "/digests/0/sha256",
            "/stats/files",
            "/stats/judged",
            "/stats/bytes",
            "/stats/seconds",
            "/stats/files_per_second",
            "/accepted/ignored",
            "/accepted/baseline",
            "/accepted/worst_ignored",
            "/accepted/manifest",
            "/left_out/0/by",
            "/left_out/0/path",
            "/left_out/0/files",
            "/left_out/0/models",
            "/left_out/0/examples/0",
        ] {
            assert!(value.pointer(pointer).is_some_and(|value| !value.is_null()), "{pointer}");
        }
        assert_eq!(value["findings"][0]["clauses"], Value::Array(Vec::new()));
        assert_eq!(value["stats"]["files_per_second"], 300.0);
    }

    #[test]
    fn secrets_stay_masked() {
        assert!(!rendered(&sample::report()).to_string().contains("0123456789abcdef"));
    }

    #[test]
    fn a_finding_looks_like_this() {
        let report = sample::report();
        let value = rendered(&report);
        insta::assert_snapshot!(format!("{:#}", value["findings"][0]), @r#"
        {
          "advice": "convert the weights to safetensors, and load nothing else",
          "clauses": [],
          "component": "model",
          "confidence": "high",
          "evidence": [
            {
              "first_offset": 29,
              "hex": "948c047472756594522e",
              "kind": "bytes",
              "label": "REDUCE calls `posix.system`",
              "marked": {
                "end": 9,
                "start": 8
              },
              "target": {
                "entry": null,
                "kind": "file",
                "length": 1,
                "line": null,
                "offset": 37,
                "path": "helpdesk/models/legacy.pkl"
              }
            },
            {
              "kind": "digest",
              "sha256": "abababababababababababababababababababababababababababababababab",
              "target": {
                "entry": null,
                "kind": "file",
                "length": null,
                "line": null,
                "offset": null,
                "path": "helpdesk/models/legacy.pkl"
              }
            }
          ],
          "fingerprint": "6ae44b2fd4f50f05e6aa5dc6dc0839ad",
          "message": "loading this file calls `posix.system`",
          "rule": "pickle-calls-function",
          "severity": "critical",
          "stages": [
            "deployment"
          ],
          "target": {
            "entry": null,
            "kind": "file",
            "length": 1,
            "line": null,
            "offset": 37,
            "path": "helpdesk/models/legacy.pkl"
          },
          "threats": [
            "supply-chain"
          ]
        }
        "#);
        insta::assert_snapshot!(format!("{}", value["findings"][3]["evidence"][0]), @r#"{"interval":[0.04,0.09],"kind":"metric","limit":0.01,"n":500,"name":"conflicting-share","seed":7,"target":{"entry":null,"kind":"file","length":null,"line":null,"offset":null,"path":"helpdesk/data/train.csv"},"value":0.061}"#);
        insta::assert_snapshot!(format!("{}", value["score"]["cells"][20]), @r#"{"applicable":true,"component":"model","findings":2,"grade":"E1","points":0.0,"reason":null,"threat":"supply-chain","worst":"critical"}"#);
        insta::assert_snapshot!(format!("{}", value["gaps"][0]), @r#"{"command":null,"component":"model","threat":"poisoning","unknown":"it is not known whether a hidden trigger changes what the models answer: only an attack on the running system can show it, and this version cannot run one"}"#);
    }

    #[test]
    fn clauses_name_their_framework() {
        let framework = sample::framework();
        let clause = finding::Clause::of(crate::Cited { framework: &framework, clause: &framework.clauses[0] });
        insta::assert_snapshot!(serde_json::to_string(&clause).unwrap(), @r#"{"framework":"owasp-llm-2025","edition":"2025","id":"LLM03","title":"Know where models and packages come from"}"#);
    }
}
