//! Findings and evidence, as scripts read them.

use palisade_base::{Artifact, Component, Confidence, Severity, Stage, Target, Threat, View, hex};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{Cited, Report};

/// One weakness, with evidence.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Finding<'a> {
    /// The rule that found it; `palisade explain RULE` has its page.
    rule: &'a str,
    /// How bad it is.
    severity: Severity,
    /// How sure the rule is.
    confidence: Confidence,
    /// The component that it weakens.
    component: Component,
    /// The threats that it bears on.
    threats: &'a [Threat],
    /// The lifecycle stages in which it can be mended.
    stages: &'a [Stage],
    /// What is wrong, one sentence.
    message: &'a str,
    /// Where it is.
    target: Place<'a>,
    /// What shows it; never empty.
    #[schemars(length(min = 1))]
    evidence: Vec<Evidence<'a>>,
    /// What to do here, if there is more to say than the rule's page.
    advice: Option<&'a str>,
    /// The framework clauses that it bears on. The mapping is Palisade's own judgement.
    clauses: Vec<Clause<'a>>,
    /// Stays the same when lines move and wherever the project lies.
    #[schemars(regex(pattern = "^[0-9a-f]{32}$"))]
    fingerprint: String,
}

/// A thing, and where in it.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Place<'a> {
    /// What sort of thing `path` names.
    kind: PlaceKind,
    /// The file's path, the endpoint's URL, the package's purl or the number of the call.
    path: String,
    /// The member, if the file is an archive.
    entry: Option<&'a str>,
    /// The line, from 1; absent in binary files.
    line: Option<u32>,
    /// The offset of the first byte, from 0.
    offset: Option<u64>,
    /// The length in bytes.
    length: Option<u64>,
}

/// What sort of thing a path names.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum PlaceKind {
    File,
    Entry,
    Endpoint,
    Package,
    Call,
}

/// A clause of a framework.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Clause<'a> {
    /// The framework, such as `owasp-llm-2025`.
    framework: &'a str,
    /// Its edition.
    edition: &'a str,
    /// The framework's own id of the clause.
    id: &'a str,
    /// What the clause asks for, in Palisade's words.
    title: &'a str,
}

/// Something that supports a finding and can be checked again.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(crate) enum Evidence<'a> {
    /// Lines of a text; secrets are masked.
    Text {
        /// Where.
        target: Place<'a>,
        /// What is wrong with it.
        label: &'a str,
        /// The number of the first line of `text`.
        first_line: u32,
        /// What stands there.
        text: &'a str,
        /// The part of `text` that matters.
        marked: Marked,
    },
    /// Bytes of a binary file.
    Bytes {
        /// Where.
        target: Place<'a>,
        /// What is wrong with it.
        label: &'a str,
        /// The offset of the first byte of `hex`.
        first_offset: u64,
        /// What stands there, two digits a byte.
        hex: String,
        /// The part of the bytes that matters.
        marked: Marked,
    },
    /// The digest of an artifact as it was judged.
    Digest {
        /// What was digested.
        target: Place<'a>,
        /// SHA-256, in hex.
        sha256: String,
    },
    /// Something that should be there and is not.
    Absence {
        /// Where it was looked for.
        target: Place<'a>,
        /// What was looked for.
        sought: &'a [String],
    },
    /// A measured value.
    Metric {
        /// What was measured.
        target: Place<'a>,
        /// The metric's name.
        name: &'a str,
        /// The value; `null` if it is not a number.
        value: Option<f64>,
        /// The limit that it crossed.
        limit: Option<f64>,
        /// A 95 % confidence interval, lower and upper end.
        interval: Option<(f64, f64)>,
        /// The number of samples.
        n: u64,
        /// The seed of the run.
        seed: Option<u64>,
    },
    /// A line of the audit log.
    Record {
        /// The line's number.
        line: u64,
        /// Its chain hash, in hex.
        chain: String,
    },
}

/// A range of bytes, the end excluded.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Marked {
    start: usize,
    end: usize,
}

impl<'a> Finding<'a> {
    pub(crate) fn of(finding: &'a palisade_base::Finding, report: &'a Report) -> Self {
        Self {
            rule: finding.rule.name,
            severity: finding.severity,
            confidence: finding.confidence,
            component: finding.component,
            threats: finding.rule.threats,
            stages: finding.rule.stages,
            message: &finding.message,
            target: Place::of(&finding.target),
            evidence: finding.evidence.iter().map(Evidence::of).collect(),
            advice: finding.advice.as_deref(),
            clauses: report.catalogue.clauses(finding.rule).into_iter().map(Clause::of).collect(),
            fingerprint: finding.fingerprint(&report.root).to_string(),
        }
    }
}

impl<'a> Place<'a> {
    pub(crate) fn of(target: &'a Target) -> Self {
        let artifact = &target.artifact;
        let kind = match artifact {
            Artifact::File(_) => PlaceKind::File,
            Artifact::Entry { .. } => PlaceKind::Entry,
            Artifact::Endpoint(_) => PlaceKind::Endpoint,
            Artifact::Package(_) => PlaceKind::Package,
            Artifact::Call(_) => PlaceKind::Call,
        };
        let path = match artifact {
            Artifact::Call(number) => number.to_string(),
            other => other.path().to_owned(),
        };
        Self {
            kind,
            path,
            entry: artifact.entry_name(),
            line: target.place.and_then(|place| place.line),
            offset: target.place.map(|place| place.offset),
            length: target.place.map(|place| place.len),
        }
    }
}

impl<'a> Clause<'a> {
    pub(crate) fn of(cited: Cited<'a>) -> Self {
        let Cited { framework, clause } = cited;
        Self { framework: &framework.name, edition: &framework.edition, id: &clause.id, title: &clause.title }
    }
}

impl<'a> Evidence<'a> {
    pub(crate) fn of(evidence: &'a palisade_base::Evidence) -> Self {
        use palisade_base::Evidence as Base;
        match evidence {
            Base::Span { at, excerpt, label } => {
                let (target, marked) = (Place::of(at), Marked { start: excerpt.marked.start, end: excerpt.marked.end });
                match &excerpt.view {
                    View::Text { first_line, text } => {
                        Self::Text { target, label, first_line: *first_line, text, marked }
                    }
                    View::Bytes { offset, bytes } => {
                        Self::Bytes { target, label, first_offset: *offset, hex: hex(bytes), marked }
                    }
                }
            }
            Base::Digest { at, sha256 } => Self::Digest { target: Place::of(at), sha256: hex(sha256) },
            Base::Absence { at, sought } => Self::Absence { target: Place::of(at), sought },
            Base::Metric { at, name, value, limit, interval, n, seed } => Self::Metric {
                target: Place::of(at),
                name,
                value: finite(*value),
                limit: limit.and_then(finite),
                interval: interval.filter(|(low, high)| low.is_finite() && high.is_finite()),
                n: *n,
                seed: *seed,
            },
            Base::Record { line, chain } => Self::Record { line: *line, chain: hex(chain) },
        }
    }
}

/// JSON has no infinity and no NaN.
fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}
