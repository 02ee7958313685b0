//! Runs every check that examines an input, and keeps account of what was examined.

use std::{
    borrow::Cow,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use palisade_base::{
    Artifact, Component, Described, Digested, Evidence, Examined, FEW, Finding, Meta, Observed, Unscanned, View, hidden,
};
use palisade_text::{Detector, PersonalData, Secrets};

use crate::{File, Input, InputCheck, Options, checks, input::data::TrainRows, open, options::PerFile};

/// Runs checks over inputs and collects what they say. One an artifact or one a thread: engines can be joined.
pub struct Engine {
    checks: Vec<&'static InputCheck>,
    counts: Vec<u64>,
    observed: Observed,
    examined: u64,
    /// True from when on bytes may be missing from what is judged.
    lost: Arc<AtomicBool>,
    /// What one file may cost.
    pub(crate) per_file: PerFile,
    /// What lies beside files, read once a folder.
    pub(crate) folders: open::Folders,
    /// What the code of models imports, followed once a folder.
    pub(crate) imports: open::Imports,
    /// The training rows of the project whose root this is.
    pub(crate) train: Option<(PathBuf, Arc<TrainRows>)>,
}

impl Default for Engine {
    fn default() -> Self {
        Self::new(&Options::default())
    }
}

impl Engine {
    /// An engine that has seen nothing.
    pub fn new(options: &Options) -> Self {
        let checks: Vec<_> = checks().collect();
        Self {
            counts: vec![0; checks.len()],
            checks,
            observed: Observed::default(),
            examined: 0,
            lost: Arc::default(),
            per_file: options.per_file(),
            folders: open::Folders::default(),
            imports: open::Imports::default(),
            train: None,
        }
    }

    /// From the moment on that this is true, bytes may be missing from what is judged, and zeros stand in the place of all that
    /// follow. Whoever sets it has to say that the rest is unscanned. What is found then is left out, since nothing may be
    /// made up; but what something calls is kept: zeros call nothing.
    pub fn trust_until(&mut self, lost: Arc<AtomicBool>) {
        self.lost = lost;
    }

    /// Opens one file and judges every input in it.
    pub fn file(&mut self, file: &File<'_>) {
        let before = self.examined;
        if self.observed.described.len() < FEW {
            let (artifact, bytes) = (file.artifact.clone(), file.whole.len() as u64);
            self.observed.described.push(Described { artifact, title: open::what(&file.name(), file.whole), bytes });
        }
        open::open(file, self);
        self.observed.stats.files += 1;
        let read = if self.per_file.full { file.whole } else { file.bytes };
        self.observed.stats.bytes += read.len() as u64;
        self.observed.stats.judged += u64::from(self.examined > before);
    }

    /// Judges one input.
    pub fn judge(&mut self, input: &Input<'_>) {
        let Self { checks, counts, observed, examined, lost, .. } = self;
        for (check, count) in checks.iter().zip(counts) {
            if check.examines(input) {
                let before = observed.findings.len();
                check.run(input, &mut |finding| observed.findings.push(discreet(finding)));
                if lost.load(Ordering::Acquire) {
                    if !CALLS.contains(&check.meta().name) {
                        observed.findings.truncate(before);
                    }
                    continue;
                }
                *count += u64::from(input.is_evidence());
                *examined += 1;
                if observed.findings.len() - before >= MOST {
                    observed.unscanned.extend(cut(check.meta(), observed.findings.last()));
                }
            }
        }
    }

    /// Records that something was read as far as there is something to read, and that nothing in it is for a check.
    pub(crate) fn read(&mut self) {
        self.examined += 1;
    }

    /// How often something was judged, or read.
    pub(crate) fn examined(&self) -> u64 {
        self.examined
    }

    /// Records something that could not be judged.
    pub fn unscanned(
        &mut self,
        artifact: Artifact,
        component: Option<Component>,
        reason: impl Into<Cow<'static, str>>,
    ) {
        if !self.lost.load(Ordering::Acquire) {
            self.observed.unscanned.push(Unscanned { artifact, component, reason: reason.into() });
        }
    }

    /// Keeps the digest of an artifact, for the report.
    pub(crate) fn digested(&mut self, artifact: &Artifact, sha256: [u8; 32]) {
        if !self.lost.load(Ordering::Acquire) {
            self.observed.digests.push(Digested { artifact: artifact.clone(), sha256 });
        }
    }

    /// What was seen.
    pub fn finish(mut self) -> Observed {
        let counted = self.checks.iter().zip(&self.counts).filter(|(_, count)| **count > 0);
        self.observed.examined =
            counted.map(|(check, count)| Examined { rule: check.meta(), inputs: *count }).collect();
        self.observed
    }
}

/// What is said when a check has stopped at its limit: the rest of its findings is not listed.
fn cut(rule: &Meta, last: Option<&Finding>) -> Option<Unscanned> {
    let reason = format!("`{}` found {MOST} weaknesses or more; the rest is not listed", rule.name).into();
    last.map(|last| Unscanned { artifact: last.target.artifact.clone(), component: Some(last.component), reason })
}

/// The most findings of one check in one input: the next thousand would say nothing new.
pub(crate) const MOST: usize = 200;

/// Rules about what is called, by name and by code: both are bytes that are there.
const CALLS: &[&str] = &["pickle-call", "unsafe-operator", "embedded-code", "config-call"];

/// A finding shows whole lines, and beside what it marks there may be something that a report must not spread.
fn discreet(mut finding: Finding) -> Finding {
    let is_data = finding.component == Component::Data;
    let private = |text: &str| -> Vec<_> {
        let people = if is_data { PersonalData.find(text) } else { Vec::new() };
        let people = people.into_iter().filter(|hit| !PersonalData::is_public(hit.kind));
        Secrets.find(text).into_iter().chain(people).map(|hit| hit.range).collect()
    };
    finding.message = hidden(&finding.message, &private(&finding.message));
    for evidence in &mut finding.evidence {
        let Evidence::Span { excerpt, label, .. } = evidence else { continue };
        *label = hidden(label, &private(label)).into();
        if let View::Text { text, .. } = &excerpt.view {
            let ranges = private(text);
            excerpt.hide(&ranges);
        }
    }
    finding
}

#[cfg(test)]
mod tests {
    use palisade_base::{Artifact, Confidence, Mask, Severity};

    use super::*;

    palisade_base::meta! {
        /// Test rule.
        static RULE: Check = {
            name: "rule",
            summary: "a rule",
            severity: High,
            components: [Data],
            threats: [Injection],
            stages: [Deployment],
            since: "0.1.0",
        }
    }

    #[test]
    fn text_that_is_no_program_is_read_and_shows_nothing_of_an_application() {
        for (name, text, shows) in [
            ("README.md", "hello\n", false),
            (".gitignore", "out/\n", false),
            ("palisade.toml", "[system]\nname = 'x'\n", false),
            ("main.ts", "const x = 1\n", true),
            (".env.local", "A=1\n", true),
        ] {
            let observed = crate::testing::observe(name, text.as_bytes(), None);
            assert_eq!((observed.stats.judged, !observed.examined.is_empty()), (1, shows), "{name}");
        }
    }

    #[test]
    fn nothing_is_said_of_bytes_that_are_missing() {
        assert!(CALLS.iter().all(|rule| checks().any(|check| check.meta().name == *rule)));
        let json = r#"{"w":{"dtype":"F32","shape":[9],"data_offsets":[0,4]}}"#;
        let model = [&(json.len() as u64).to_le_bytes(), json.as_bytes(), &[0; 4]].concat();
        for missing in [false, true] {
            let mut engine = Engine::default();
            engine.trust_until(Arc::new(missing.into()));
            engine.file(&File {
                artifact: Artifact::file("a.safetensors"),
                project_path: "a.safetensors",
                disk: std::path::Path::new("a.safetensors"),
                bytes: &model,
                whole: &model,
                behind: &(),
                facts: crate::Facts::default(),
            });
            engine.unscanned(Artifact::file("a.pkl"), None, "it ends early");
            let observed = engine.finish();
            assert_eq!((observed.findings.is_empty(), observed.unscanned.is_empty()), (missing, missing));
        }
    }

    #[test]
    fn secrets_and_people_beside_a_finding_are_hidden() {
        let key = ["LtabPiDSnmL0iK8x", "871RMKzhkZElCSS7"].concat();
        let line = format!("run(x) # api_key = \"{key}\" of jane.roe@northwind-trading.com");
        let evidence = Evidence::text(&Artifact::file("a.py"), &line, 0..6, Mask::No, "here");
        let message = "hidden text that spells `mail jane.roe@northwind-trading.com`";
        let finding = discreet(Finding::builder(&RULE, evidence, message).build());
        assert!(finding.message.starts_with("hidden text") && !finding.message.contains("jane"), "{}", finding.message);
        let Some(Evidence::Span { excerpt, .. }) = finding.evidence.first() else { panic!("a span") };
        let View::Text { text, .. } = &excerpt.view else { panic!("text") };
        assert!(text.starts_with("run(x) # api_key"), "{text}");
        assert!(!text.contains("LtabPiDS") && !text.contains("jane"), "{text}");
        assert_eq!((finding.severity, finding.confidence), (Severity::High, Confidence::High));
    }
}
