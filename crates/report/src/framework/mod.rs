//! Frameworks: which clauses of which public framework a rule, a threat or a stage bears on. The mapping is data (one
//! TOML file a framework in `frameworks/`) and is our own judgement; reports say so.

mod catalogue;
mod shipped;
mod unknown;

use std::collections::HashMap;

use palisade_base::{Finding, Severity, Stage, Threat};
use serde::Deserialize;

pub use catalogue::Catalogue;
pub use unknown::UnknownFramework;

/// One edition of one framework. The shape of its TOML file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Framework {
    /// Kebab-case id with the edition as its last part, such as `owasp-llm-2025`: what `--framework` takes.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// Its edition: a version, a year or both.
    pub edition: String,
    /// The year in which the edition came out.
    pub year: u16,
    /// The publisher's page, as a URL.
    pub source: String,
    /// The licence of the original.
    pub licence: String,
    /// Whether every id was compared with what the publisher publishes; otherwise they are from memory or second hand.
    pub verified: bool,
    /// Its clauses, in the order of the framework.
    #[serde(rename = "clause")]
    pub clauses: Vec<Clause>,
}

/// One clause, and what bears on it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clause {
    /// The framework's own id, such as `LLM01`. It says nothing of the edition: cite it by [`Cited::id`].
    pub id: String,
    /// What it asks for or warns of, in our words.
    pub title: String,
    /// The rules whose findings bear on it.
    #[serde(default)]
    pub rules: Vec<String>,
    /// The threats that it is about.
    #[serde(default)]
    pub threats: Vec<Threat>,
    /// The lifecycle stages that it is about.
    #[serde(default)]
    pub stages: Vec<Stage>,
}

/// A clause together with its framework.
#[derive(Clone, Copy, Debug)]
pub struct Cited<'a> {
    /// The framework.
    pub framework: &'a Framework,
    /// The clause.
    pub clause: &'a Clause,
}

/// A clause that findings bear on.
#[derive(Clone, Copy, Debug)]
pub struct Touched<'a> {
    /// The clause.
    pub clause: &'a Clause,
    /// How many findings bear on it, at least one.
    pub findings: usize,
    /// The worst of them.
    pub worst: Severity,
}

impl Cited<'_> {
    /// The id that stands for itself, edition included: `owasp-llm-2025/LLM01`.
    pub fn id(&self) -> String {
        format!("{}/{}", self.framework.name, self.clause.id)
    }
}

impl Framework {
    /// The name without the edition: `owasp-llm` of `owasp-llm-2025`.
    pub fn family(&self) -> &str {
        self.name.rsplit_once('-').map_or(&*self.name, |(family, _)| family)
    }

    /// The clauses that at least one of `findings` bears on, in the order of the framework.
    pub fn touched(&self, findings: &[Finding]) -> Vec<Touched<'_>> {
        // Rules are few and findings may be many: count once a rule, then add up.
        let mut seen: HashMap<&str, (usize, Severity)> = HashMap::new();
        for finding in findings {
            let (count, worst) = seen.entry(finding.rule.name).or_insert((0, finding.severity));
            *count += 1;
            *worst = finding.severity.max(*worst);
        }
        let touched = self.clauses.iter().filter_map(|clause| {
            let counts: Vec<_> = clause.rules.iter().filter_map(|rule| seen.get(rule.as_str())).collect();
            let worst = counts.iter().map(|(_, worst)| *worst).max()?;
            Some(Touched { clause, findings: counts.iter().map(|(count, _)| count).sum(), worst })
        });
        touched.collect()
    }
}

#[cfg(test)]
mod tests {
    use palisade_base::{Artifact, Evidence};

    use super::*;

    palisade_base::meta! {
        /// Test rule.
        static FIRST: Check = {
            name: "first",
            summary: "a rule",
            severity: High,
            components: [Model],
            threats: [SupplyChain],
            stages: [Model],
            since: "0.1.0",
        }
    }

    palisade_base::meta! {
        /// Test rule.
        static SECOND: Check = {
            name: "second",
            summary: "a rule",
            severity: Low,
            components: [Model],
            threats: [SupplyChain],
            stages: [Model],
            since: "0.1.0",
        }
    }

    fn finding(rule: &'static palisade_base::Meta) -> Finding {
        let at = Artifact::file("a").whole();
        Finding::builder(rule, Evidence::Absence { at, sought: vec!["b".into()] }, "missing").build()
    }

    const FRAMEWORK: &str = r#"
        name = "a-b-2025"
        title = "A"
        edition = "2025"
        year = 2025
        source = "https://example.org/"
        licence = "none"
        verified = true

        [[clause]]
        id = "1"
        title = "first alone"
        rules = ["first"]

        [[clause]]
        id = "2"
        title = "both"
        rules = ["second", "first"]
        threats = ["supply-chain"]

        [[clause]]
        id = "3"
        title = "neither"
        stages = ["model"]
    "#;

    #[test]
    fn touched_clauses_count_their_findings() {
        let framework: Framework = toml::from_str(FRAMEWORK).unwrap();
        let findings = [finding(&SECOND), finding(&FIRST), finding(&SECOND)];
        let touched: Vec<_> =
            framework.touched(&findings).iter().map(|t| (t.clause.id.clone(), t.findings, t.worst)).collect();
        assert_eq!(touched, [("1".into(), 1, Severity::High), ("2".into(), 3, Severity::High)]);
        assert_eq!(framework.touched(&findings[..1]).len(), 1);
        assert!(framework.touched(&[]).is_empty());
    }

    #[test]
    fn clauses_are_cited_with_their_edition() {
        let framework: Framework = toml::from_str(FRAMEWORK).unwrap();
        let cited = Cited { framework: &framework, clause: &framework.clauses[1] };
        assert_eq!((cited.id().as_str(), framework.family()), ("a-b-2025/2", "a-b"));
    }

    #[test]
    fn unknown_fields_are_refused() {
        assert!(toml::from_str::<Framework>(&FRAMEWORK.replace("stages", "stage")).is_err());
        assert!(toml::from_str::<Framework>(&FRAMEWORK.replace("supply-chain", "suply-chain")).is_err());
    }
}
