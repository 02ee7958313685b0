//! `[[ignore]]`: findings that the owner accepts, with a reason and a last day. An ignore that is past its day or that
//! matches nothing is a finding itself, so that exceptions do not outlive their reasons.

use std::ops::Range;

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use jiff::civil::Date;
use palisade_base::{
    Artifact, Evidence, Finding, Mask, Meta, Severity,
    system::{Ignore, System},
};

use crate::report::relative;

/// Everything that decides which findings are accepted.
#[derive(Clone, Copy, Debug)]
pub struct Ignores<'a> {
    /// The manifest.
    pub system: &'a System,
    /// The manifest's file, as reports call it.
    pub manifest: &'a Artifact,
    /// The manifest's text.
    pub text: &'a str,
    /// The part of the findings' paths that is taken off before targets are matched.
    pub root: &'a str,
    /// Today: an ignore counts up to and including its last day.
    pub today: Date,
    /// Whether the whole project was judged: only then is an ignore that matches nothing stale.
    pub whole: bool,
}

/// What the ignores leave.
#[derive(Debug, Default)]
pub struct Applied {
    /// The findings that nobody accepts.
    pub kept: Vec<Finding>,
    /// How many are accepted.
    pub ignored: usize,
    /// The worst of those.
    pub worst: Option<Severity>,
    /// Findings about the ignores themselves.
    pub raised: Vec<Finding>,
}

palisade_base::meta! {
    /// ## What it does
    /// Reports an `[[ignore]]` of `palisade.toml` whose `expires` day has passed. The findings that it used to accept are
    /// reported again.
    /// ## Why it matters
    /// An exception is granted for a reason that holds for a time: until the next release, until the vendor ships a
    /// mended model. When that time is over, somebody has to decide again. Exceptions that renew themselves turn a list
    /// of known risks into a list of forgotten ones.
    /// ## Example
    /// ```toml
    /// [[ignore]]
    /// rule = "model-without-signature"
    /// target = "models/*.onnx"
    /// reason = "signing starts with release 2.0"
    /// expires = "2026-01-31"   # reported from 1 February 2026 on
    /// ```
    /// ## What to do
    /// Mend what the ignore accepts and remove the entry. If the reason still holds, write the reason for the new period
    /// and set a new last day.
    /// ## Limits
    /// The day is compared with the date of the machine that runs Palisade. Whether the stated reason is a good one is
    /// not judged.
    /// ## References
    /// - [NIST SP 800-53 Rev. 5, CA-5: plan of action and milestones](https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final)
    pub static EXPIRED_IGNORE: Check = {
        name: "expired-ignore",
        summary: "an accepted finding is past the day until which it was accepted",
        severity: Medium,
        components: [Application, Model, Infrastructure, Data],
        threats: [SupplyChain],
        stages: [Operations],
        since: "0.1.0",
    }
}

palisade_base::meta! {
    /// ## What it does
    /// Reports an `[[ignore]]` of `palisade.toml` that matches no finding of a run over the whole project.
    /// ## Why it matters
    /// What it accepted has been mended, moved or renamed. Left in place, it silently accepts the next finding of that
    /// rule at that path, for a reason that was written about something else.
    /// ## Example
    /// ```toml
    /// [[ignore]]
    /// rule = "weights-in-unsafe-format"
    /// target = "models/old.pt"     # the file was deleted
    /// reason = "kept for comparison"
    /// expires = "2030-12-31"
    /// ```
    /// ## What to do
    /// Remove the entry. If a file was moved and the reason still holds for it, change `target` to the new path. If the
    /// entry never matched, compare `rule` with the names that `palisade explain` knows.
    /// ## Limits
    /// Only reported when the whole project was judged. An entry whose files could not be read in this run looks the
    /// same as one whose files are gone.
    /// ## References
    /// - [gitignore patterns, as `target` uses them](https://git-scm.com/docs/gitignore#_pattern_format)
    pub static STALE_IGNORE: Check = {
        name: "stale-ignore",
        summary: "an accepted finding is no longer there",
        severity: Low,
        components: [Application, Model, Infrastructure, Data],
        threats: [SupplyChain],
        stages: [Operations],
        since: "0.1.0",
    }
}

/// The rules of this crate: those about ignores.
pub fn rules() -> &'static [&'static Meta] {
    RULES
}

impl Ignores<'_> {
    /// Takes out the findings that are accepted, and judges the ignores.
    pub fn apply(&self, findings: Vec<Finding>) -> Applied {
        let mut entries: Vec<Entry<'_>> = self
            .system
            .ignore
            .iter()
            .map(|ignore| Entry {
                ignore: ignore.get_ref(),
                span: ignore.span(),
                pattern: pattern(&ignore.get_ref().target),
                expired: ignore.get_ref().expires < self.today,
                matched: 0,
                component: None,
            })
            .collect();
        let mut applied = Applied::default();
        for finding in findings {
            let path = relative(finding.target.artifact.path(), self.root);
            let mut accepted = false;
            for entry in entries.iter_mut().filter(|entry| entry.matches(&finding, path)) {
                entry.matched += 1;
                entry.component.get_or_insert(finding.component);
                accepted |= !entry.expired;
            }
            if accepted {
                applied.ignored += 1;
                applied.worst = applied.worst.max(Some(finding.severity));
            } else {
                applied.kept.push(finding);
            }
        }
        applied.raised = entries.iter().filter_map(|entry| self.judge(entry)).collect();
        applied
    }

    fn judge(&self, entry: &Entry<'_>) -> Option<Finding> {
        let Ignore { rule, target, expires, reason } = entry.ignore;
        let (meta, label, message, advice) = if entry.expired {
            let again = match entry.matched {
                0 => "it matches nothing any more".to_owned(),
                1 => "the finding that it accepted is reported again".to_owned(),
                count => format!("the {count} findings that it accepted are reported again"),
            };
            let message = format!("the ignore of `{rule}` at `{target}` expired on {expires}; {again}");
            let advice = match entry.matched {
                0 => "remove the entry".to_owned(),
                _ => format!("mend the cause, or decide again whether `{reason}` still holds and set a new day"),
            };
            (&EXPIRED_IGNORE, "expired", message, advice)
        } else if entry.matched == 0 && self.whole {
            let why = if entry.pattern.is_some() { "matches no finding" } else { "is not a valid pattern" };
            let message = format!("the ignore of `{rule}` at `{target}` {why}");
            (&STALE_IGNORE, "matches nothing", message, "remove the entry, or mend its rule and target".to_owned())
        } else {
            return None;
        };
        let evidence = Evidence::text(self.manifest, self.text, entry.span.clone(), Mask::No, label);
        let builder = Finding::builder(meta, evidence, message).advice(advice);
        Some(builder.component(entry.component.unwrap_or(meta.component())).build())
    }
}

struct Entry<'a> {
    ignore: &'a Ignore,
    span: Range<usize>,
    /// `None` if it is not a valid pattern: then it matches nothing but its own text.
    pattern: Option<Gitignore>,
    expired: bool,
    matched: usize,
    component: Option<palisade_base::Component>,
}

impl Entry<'_> {
    fn matches(&self, finding: &Finding, path: &str) -> bool {
        if finding.rule.name != self.ignore.rule {
            return false;
        }
        // The matcher wants a path below its root; what begins with `/` or is a URL can still be named literally.
        path == self.ignore.target
            || (!path.starts_with('/')
                && self.pattern.as_ref().is_some_and(|p| p.matched_path_or_any_parents(path, false).is_ignore()))
    }
}

fn pattern(target: &str) -> Option<Gitignore> {
    let mut builder = GitignoreBuilder::new("");
    // A leading `./` is what people write and what no `.gitignore` understands.
    builder.add_line(None, target.strip_prefix("./").unwrap_or(target)).ok()?;
    builder.build().ok().filter(|pattern| pattern.num_ignores() > 0)
}

static RULES: &[&Meta] = &[&EXPIRED_IGNORE, &STALE_IGNORE];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    const PICKLE: &str = "rule = 'pickle-calls-function'\nreason = 'r'\n";

    fn apply(entry: &str, root: &str, whole: bool) -> Applied {
        let text = format!("[system]\nname = 'x'\n\n[[ignore]]\n{entry}\n");
        let system = sample::system(&text);
        let manifest = Artifact::file("palisade.toml");
        let today = "2026-06-15".parse().unwrap();
        Ignores { system: &system, manifest: &manifest, text: &text, root, today, whole }.apply(sample::findings())
    }

    fn with(target: &str, expires: &str) -> Applied {
        apply(&format!("{PICKLE}target = '{target}'\nexpires = '{expires}'"), sample::ROOT, true)
    }

    #[test]
    fn descriptions_are_whole() {
        assert_eq!(rules().iter().flat_map(|rule| rule.flaws()).collect::<Vec<_>>(), Vec::<String>::new());
    }

    #[test]
    fn targets_are_gitignore_patterns() {
        for (target, expected) in [
            ("models/legacy.pkl", 1),
            ("./models/legacy.pkl", 1),
            ("/models/legacy.pkl", 1),
            ("legacy.pkl", 1),
            ("*.pkl", 1),
            ("models", 1),
            ("models/", 1),
            ("models/**", 1),
            ("**/legacy.*", 1),
            ("/legacy.pkl", 0),
            ("model", 0),
            ("*.onnx", 0),
            ("!models/legacy.pkl", 0),
            ("# models/legacy.pkl", 0),
            ("", 0),
            ("models/[", 0),
            ("helpdesk/models/legacy.pkl", 0),
        ] {
            let applied = with(target, "2026-06-15");
            assert_eq!(applied.ignored, expected, "{target}");
            assert_eq!(applied.raised.len(), 1 - expected, "{target}");
        }
    }

    #[test]
    fn another_rule_is_kept() {
        let entry = "rule = 'no-such-rule'\nreason = 'r'\ntarget = 'models/legacy.pkl'\nexpires = '2026-06-15'";
        let applied = apply(entry, sample::ROOT, true);
        assert_eq!((applied.ignored, applied.kept.len()), (0, sample::findings().len()));
    }

    #[test]
    fn an_expired_ignore_accepts_nothing() {
        let applied = with("*.pkl", "2026-06-14");
        assert_eq!((applied.ignored, applied.kept.len()), (0, sample::findings().len()));
        let [raised] = &*applied.raised else { panic!("one finding") };
        assert_eq!(raised.rule.name, "expired-ignore");
        assert_eq!(raised.component, palisade_base::Component::Model, "that of what it accepted");
        assert_eq!(raised.target.to_string(), "palisade.toml:4");
        assert_eq!(
            raised.message,
            "the ignore of `pickle-calls-function` at `*.pkl` expired on 2026-06-14; the finding that it accepted is \
             reported again"
        );
    }

    #[test]
    fn an_ignore_that_matches_nothing_is_stale_in_a_whole_run_only() {
        let entry = format!("{PICKLE}target = 'gone.pkl'\nexpires = '2030-01-01'");
        let raised = |whole| apply(&entry, sample::ROOT, whole).raised;
        assert_eq!(raised(true)[0].rule.name, "stale-ignore");
        assert!(raised(false).is_empty());
    }

    #[test]
    fn absolute_paths_do_not_panic() {
        let entry = format!("{PICKLE}target = '/*'\nexpires = '2030-01-01'");
        let mut findings = sample::findings();
        findings[0].target.artifact = Artifact::file("/srv/models/legacy.pkl");
        let text = format!("[[ignore]]\n{entry}\n");
        let system = sample::system(&text);
        let manifest = Artifact::file("palisade.toml");
        let today = "2026-06-15".parse().unwrap();
        Ignores { system: &system, manifest: &manifest, text: &text, root: "", today, whole: true }.apply(findings);
    }
}
