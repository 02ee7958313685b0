//! The baseline: findings that were there when someone drew a line, so that a run reports only what is new. It counts
//! by fingerprint, which survives moved lines.

use std::collections::BTreeMap;

use palisade_base::Finding;
use serde::{Deserialize, Serialize};

use crate::report::relative;

/// Findings that are known and hidden, by fingerprint.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    schema: String,
    findings: BTreeMap<String, Known>,
}

/// Known findings that share a fingerprint.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Known {
    /// The rule, for people who read the file.
    rule: String,
    /// The path relative to the project, for people who read the file.
    path: String,
    /// How many there are.
    count: usize,
}

/// What is wrong with a baseline file.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// Not JSON, or not of this shape.
    #[error("the baseline cannot be read: {0}")]
    Shape(#[from] serde_json::Error),
    /// Of another version, or something else altogether.
    #[error("the baseline has the schema `{0}`; this version reads `palisade.baseline/v1`")]
    Schema(String),
    /// A key that is no fingerprint.
    #[error("`{0}` in the baseline is not a fingerprint: 32 digits of 0-9 and a-f")]
    Fingerprint(String),
}

impl Baseline {
    /// The baseline that hides exactly these findings. `root` is the part of their paths that is taken off first.
    pub fn of(findings: &[Finding], root: &str) -> Self {
        let mut known = BTreeMap::new();
        for finding in findings {
            let entry = known.entry(finding.fingerprint(root).to_string()).or_insert_with(|| Known {
                rule: finding.rule.name.to_owned(),
                path: relative(finding.target.artifact.path(), root).to_owned(),
                count: 0,
            });
            entry.count += 1;
        }
        Self { schema: SCHEMA.to_owned(), findings: known }
    }

    /// Reads a baseline file.
    pub fn parse(text: &str) -> Result<Self, BaselineError> {
        let value: serde_json::Value = serde_json::from_str(text)?;
        if let Some(schema) = value.get("schema").and_then(serde_json::Value::as_str)
            && schema != SCHEMA
        {
            return Err(BaselineError::Schema(schema.to_owned()));
        }
        // From the text once more, since errors then name the line.
        let baseline: Self = serde_json::from_str(text)?;
        let is_fingerprint =
            |key: &str| key.len() == 32 && key.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        match baseline.findings.keys().find(|key| !is_fingerprint(key)) {
            Some(key) => Err(BaselineError::Fingerprint(key.clone())),
            None => Ok(baseline),
        }
    }

    /// The file: sorted, one fact a line, equal for equal findings.
    pub fn to_json(&self) -> String {
        // Strings and numbers only: there is nothing in it that could fail to serialise.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// Splits findings into those that are new and the number of those that are known.
    ///
    /// Of several findings with one fingerprint the first ones are hidden.
    pub fn apply(&self, findings: Vec<Finding>, root: &str) -> (Vec<Finding>, usize) {
        let mut left: BTreeMap<&str, usize> =
            self.findings.iter().map(|(fingerprint, known)| (fingerprint.as_str(), known.count)).collect();
        let all = findings.len();
        let kept: Vec<Finding> = findings
            .into_iter()
            .filter(|finding| match left.get_mut(finding.fingerprint(root).to_string().as_str()) {
                Some(count) if *count > 0 => {
                    *count -= 1;
                    false
                }
                _ => true,
            })
            .collect();
        let hidden = all - kept.len();
        (kept, hidden)
    }
}

const SCHEMA: &str = "palisade.baseline/v1";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn a_baseline_hides_what_it_was_made_of() {
        let findings = sample::findings();
        let baseline = Baseline::of(&findings, sample::ROOT);
        let read = Baseline::parse(&baseline.to_json()).unwrap();
        assert_eq!(read, baseline);
        let count = findings.len();
        let (kept, hidden) = read.apply(findings, sample::ROOT);
        assert_eq!((kept.len(), hidden), (0, count));
    }

    #[test]
    fn a_second_of_the_same_kind_is_new() {
        let mut findings = sample::findings();
        let baseline = Baseline::of(&findings, sample::ROOT);
        findings.push(findings[0].clone());
        let (kept, _) = baseline.apply(findings, sample::ROOT);
        assert_eq!(kept.len(), 1);
    }

    #[test]
    fn the_file_is_stable() {
        let mut findings = sample::findings();
        let file = Baseline::of(&findings, sample::ROOT).to_json();
        findings.reverse();
        assert_eq!(Baseline::of(&findings, sample::ROOT).to_json(), file);
        assert!(file.contains("\"path\": \"models/legacy.pkl\""), "paths are relative to the root: {file}");
        assert!(file.ends_with("}\n"));
    }

    #[test]
    fn errors_say_what_is_wrong() {
        for (text, wanted) in [
            ("", "cannot be read: EOF"),
            ("{}", "missing field `schema`"),
            ("{\"schema\":\"palisade.baseline/v2\",\"findings\":3}", "schema `palisade.baseline/v2`; this version"),
            ("{\"schema\":\"palisade.baseline/v1\",\n\"findngs\":{}}", "unknown field `findngs`"),
            ("{\"schema\":\"palisade.baseline/v1\",\n\"findings\":{\"x\":{}}}", "missing field `rule` at line 2"),
            (
                "{\"schema\":\"palisade.baseline/v1\",\"findings\":{\"x\":{\"rule\":\"\",\"path\":\"\",\"count\":1}}}",
                "`x` in the baseline is not a fingerprint",
            ),
        ] {
            let error = Baseline::parse(text).unwrap_err().to_string();
            assert!(error.contains(wanted), "{wanted:?} not in {error:?}");
        }
    }

    #[test]
    fn truncation_is_an_error_and_no_panic() {
        let file = Baseline::of(&sample::findings(), sample::ROOT).to_json();
        for end in 0..file.len() - 2 {
            assert!(Baseline::parse(file.get(..end).unwrap()).is_err(), "{end}");
        }
    }
}
