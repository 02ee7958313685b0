//! One weakness, found by one rule in one place, with the evidence for it.

use std::borrow::Cow;

use crate::{Component, Confidence, Evidence, Fingerprint, Meta, Severity, Target};

/// One weakness, with evidence.
#[derive(Clone, Debug)]
#[non_exhaustive] // only the builder makes one
pub struct Finding {
    /// The rule that found it.
    pub rule: &'static Meta,
    /// How bad it is.
    pub severity: Severity,
    /// How sure the rule is.
    pub confidence: Confidence,
    /// The component it weakens.
    pub component: Component,
    /// Where it is.
    pub target: Target,
    /// What is wrong here, one sentence without a full stop.
    pub message: String,
    /// What shows it; never empty.
    pub evidence: Vec<Evidence>,
    /// What to do here, if there is more to say than the rule's page.
    pub advice: Option<Cow<'static, str>>,
}

/// Builds a [`Finding`]. There is no way to start one without evidence.
#[derive(Debug)]
#[must_use = "a finding that is not built is lost"]
pub struct FindingBuilder {
    finding: Finding,
}

impl Finding {
    /// Starts a finding of `rule` at the place of its first evidence.
    pub fn builder(rule: &'static Meta, evidence: Evidence, message: impl Into<String>) -> FindingBuilder {
        let target = evidence.at().cloned().unwrap_or_else(|| crate::Artifact::file("").whole());
        FindingBuilder {
            finding: Self {
                rule,
                severity: rule.severity,
                confidence: Confidence::High,
                component: rule.component(),
                target,
                message: message.into(),
                evidence: vec![evidence],
                advice: None,
            },
        }
    }
}

impl Finding {
    /// A name that stays the same across edits elsewhere in the artifact, wherever the project lies: `root` is the part
    /// of the path that is taken off first.
    pub fn fingerprint(&self, root: &str) -> Fingerprint {
        Fingerprint::of(self, root)
    }
}

impl FindingBuilder {
    /// Differs from the rule's usual severity.
    pub fn severity(mut self, severity: Severity) -> Self {
        self.finding.severity = severity;
        self
    }

    /// Less sure than [`Confidence::High`].
    pub fn confidence(mut self, confidence: Confidence) -> Self {
        self.finding.confidence = confidence;
        self
    }

    /// Differs from the rule's first component.
    pub fn component(mut self, component: Component) -> Self {
        self.finding.component = component;
        self
    }

    /// Adds further evidence.
    pub fn also(mut self, evidence: Evidence) -> Self {
        self.finding.evidence.push(evidence);
        self
    }

    /// Says what to do here.
    pub fn advice(mut self, advice: impl Into<Cow<'static, str>>) -> Self {
        self.finding.advice = Some(advice.into());
        self
    }

    /// The finished finding.
    pub fn build(self) -> Finding {
        self.finding
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Artifact, Mask};

    crate::meta! {
        /// Test rule.
        static RULE: Check = {
            name: "rule",
            summary: "a rule",
            severity: High,
            components: [Application],
            threats: [Injection],
            stages: [Deployment],
            since: "0.1.0",
        }
    }

    fn at(text: &str, needle: &str) -> Finding {
        let start = text.find(needle).unwrap();
        let evidence =
            Evidence::text(&Artifact::file("a.py"), text, start..start + needle.len(), Mask::No, "calls eval");
        Finding::builder(&RULE, evidence, "model output is executed").build()
    }

    #[test]
    fn fingerprint_survives_moved_lines() {
        let before = at("x = eval( y )\n", "eval( y )");
        let after = at("# new\n\n\n  x = eval(  y )\n", "eval(  y )");
        assert_ne!(before.target.place, after.target.place);
        assert_eq!(before.fingerprint(""), after.fingerprint(""));
    }

    #[test]
    fn fingerprint_tells_texts_apart() {
        assert_ne!(at("eval(a)", "eval(a)").fingerprint(""), at("eval(b)", "eval(b)").fingerprint(""));
    }

    #[test]
    fn fingerprint_tells_what_is_said_apart() {
        let artifact = Artifact::file("m.pkl");
        let says = |message: &str| {
            let evidence = Evidence::bytes(&artifact, b"R", 0..1, "REDUCE here");
            Finding::builder(&RULE, evidence, message).build().fingerprint("")
        };
        assert_ne!(says("loading it calls `os.system(\"a\")`"), says("loading it calls `os.system(\"b\")`"));
        assert_eq!(says("it breaks at byte 12: 3 values"), says("it breaks at byte 140: 4 values"));
    }

    #[test]
    fn fingerprint_is_frozen() {
        // Baselines on users' disks depend on this value.
        assert_eq!(at("eval(a)", "eval(a)").fingerprint("").to_string(), "028bed00bb9148387f0719ee86807da3");
    }

    #[test]
    fn fingerprint_does_not_depend_on_the_root() {
        let here = at("eval(a)", "eval(a)");
        let mut there = here.clone();
        there.target.artifact = Artifact::file("projects/x/a.py");
        assert_eq!(here.fingerprint(""), there.fingerprint("projects/x"));
        assert_ne!(here.fingerprint(""), there.fingerprint("projects"));
    }

    #[test]
    fn defaults_come_from_the_rule() {
        let finding = at("eval(a)", "eval(a)");
        assert_eq!((finding.severity, finding.component), (Severity::High, Component::Application));
        assert_eq!(finding.target.to_string(), "a.py:1");
        assert!(!finding.evidence.is_empty());
    }
}
