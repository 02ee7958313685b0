//! A verdict on each of a few files: what it is, whether to use it, why, and what to do. A score is about a system; of one
//! file it says nothing that anyone can act on.

use std::borrow::Cow;

use palisade_base::{Finding, Severity};

use crate::Report;

/// The verdict on one file.
pub(crate) struct Verdict<'a> {
    /// Its path.
    pub(crate) path: &'a str,
    /// What it is, and how long in bytes, if it could be opened.
    pub(crate) what: Option<(&'a str, u64)>,
    /// The word that counts.
    pub(crate) level: Level,
    /// Why, in clauses without a full stop.
    pub(crate) why: Vec<String>,
    /// What to do.
    pub(crate) advice: Cow<'a, str>,
}

/// What is said of a file, worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// There is a high or critical finding.
    Block,
    /// There is a medium finding.
    Review,
    /// It may go on without what was found in it; of texts.
    Edit,
    /// Some or all of it could not be judged.
    Unscanned,
    /// Nothing of the above but findings that somebody accepted, and that are not listed.
    Accepted,
    /// Nothing of the above.
    Clean,
    /// Nothing stands against it; of texts.
    Pass,
}

impl Level {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Block => "block",
            Self::Review => "review",
            Self::Edit => "edit",
            Self::Unscanned => "unscanned",
            Self::Accepted => "accepted",
            Self::Clean => "clean",
            Self::Pass => "pass",
        }
    }

    /// What it means, behind the word.
    pub(crate) const fn meaning(self) -> &'static str {
        match self {
            Self::Block => "do not use it",
            Self::Review => "look at it before you use it",
            Self::Edit => "it may go on without what was found in it",
            Self::Unscanned => "unknown is not safe",
            Self::Accepted => "nothing was found beyond what somebody accepted",
            Self::Clean => "nothing that speaks against using it was found",
            Self::Pass => "nothing stands against it",
        }
    }

    /// The severity whose colour and shape it has; `None` for those that are no finding.
    pub(crate) const fn severity(self) -> Option<Severity> {
        match self {
            Self::Block => Some(Severity::Critical),
            Self::Review | Self::Edit => Some(Severity::Medium),
            Self::Unscanned | Self::Accepted | Self::Clean | Self::Pass => None,
        }
    }

    /// Whether there is nothing to do.
    pub(crate) const fn is_good(self) -> bool {
        matches!(self, Self::Clean | Self::Pass)
    }
}

/// The verdicts, worst first. What was asked for and could not even be opened gets one too.
pub(crate) fn verdicts(report: &Report) -> Vec<Verdict<'_>> {
    let known = report.files.iter().map(|file| (file.artifact.path(), Some((&*file.title, file.bytes))));
    let mut files: Vec<(&str, Option<(&str, u64)>)> = known.collect();
    for unscanned in &report.unscanned {
        let path = unscanned.artifact.path();
        if !files.iter().any(|(known, _)| *known == path) {
            files.push((path, None));
        }
    }
    let mut verdicts: Vec<_> = files.into_iter().map(|(path, what)| verdict(report, path, what)).collect();
    verdicts.sort_by(|a, b| (a.level, a.path).cmp(&(b.level, b.path)));
    verdicts
}

fn verdict<'a>(report: &'a Report, path: &'a str, what: Option<(&'a str, u64)>) -> Verdict<'a> {
    let mine: Vec<&Finding> = report.findings.iter().filter(|finding| finding.target.artifact.path() == path).collect();
    let gaps: Vec<_> = report.unscanned.iter().filter(|unscanned| unscanned.artifact.path() == path).collect();
    // Which file they are about is not kept; of a few files each may be meant.
    let accepted = report.accepted.ignored + report.accepted.baseline;
    // Findings are sorted by place; of equally bad ones the first counts.
    let worst = mine.iter().copied().rev().max_by_key(|finding| (finding.severity, finding.confidence));
    let level = match (worst.map(|finding| finding.severity), report.ruled.get(path)) {
        // Who judged it has said so, and nothing was accepted since.
        (_, Some(level)) if accepted == 0 => *level,
        (Some(Severity::Critical | Severity::High), _) => Level::Block,
        (Some(Severity::Medium), Some(Level::Edit)) => Level::Edit,
        (Some(Severity::Medium), _) => Level::Review,
        (_, Some(_)) if !gaps.is_empty() => Level::Review,
        _ if !gaps.is_empty() => Level::Unscanned,
        _ if accepted > 0 => Level::Accepted,
        _ => Level::Clean,
    };
    let mut why = Vec::new();
    why.extend(worst.map(|worst| format!("{} ({})", worst.message, worst.severity)));
    let gap = gaps.first().map(|gap| gap.reason.to_string());
    match (level, gap) {
        (Level::Unscanned, Some(gap)) => why.insert(0, gap),
        (_, Some(gap)) => why.push(format!("part of it could not be judged: {gap}")),
        (_, None) => {}
    }
    match mine.len().saturating_sub(1) {
        0 => {}
        1 => why.push("1 more finding".to_owned()),
        rest => why.push(format!("{rest} more findings")),
    }
    if level == Level::Accepted {
        let worst = report.accepted.worst.map(|worst| format!(", the worst {worst}")).unwrap_or_default();
        let noun = if accepted == 1 { "finding is" } else { "findings are" };
        why.insert(0, format!("{accepted} accepted {noun} not listed{worst}"));
    }
    let advice: Cow<'a, str> = match (level, worst.and_then(|finding| finding.advice.as_deref())) {
        (Level::Block | Level::Review | Level::Edit, Some(advice)) => advice.into(),
        (Level::Block, None) => "do not use it, and ask whoever supplied it".into(),
        (Level::Review, None) => "decide whether you trust whoever supplied it".into(),
        (Level::Unscanned, _) if what.is_some_and(|(_, bytes)| bytes == 0) => {
            "an empty file holds no model: get it again".into()
        }
        (Level::Unscanned, _) if what.is_none() => "see that it can be read, and scan it again".into(),
        (Level::Unscanned, _) => "treat it as unsafe: get it again, or in a format that can be read".into(),
        (Level::Accepted, _) => match report.accepted {
            crate::Accepted { baseline: 0, .. } => "`--no-manifest` shows everything".into(),
            crate::Accepted { ignored: 0, .. } => "a run without a baseline shows everything".into(),
            crate::Accepted { .. } => "`--no-manifest`, and no baseline, show everything".into(),
        },
        (Level::Edit, None) => "take out what was found, and let the rest go on".into(),
        (Level::Clean | Level::Pass, _) => "nothing".into(),
    };
    Verdict { path, what, level, why, advice }
}

#[cfg(test)]
mod tests {
    use palisade_base::{Artifact, Described};

    use super::*;
    use crate::sample;

    #[test]
    fn the_worst_finding_of_each_file_decides() {
        let mut report = sample::report();
        report.accepted = crate::Accepted::default();
        let file = |path: &str| Described { artifact: Artifact::file(path), title: "a file".into(), bytes: 1 };
        report.files =
            ["helpdesk/models/legacy.pkl", "helpdesk/models/tickets.onnx", "helpdesk/Dockerfile", "helpdesk/x"]
                .map(file)
                .to_vec();
        let levels: Vec<_> = verdicts(&report).iter().map(|verdict| (verdict.path, verdict.level.word())).collect();
        assert_eq!(
            levels,
            [
                ("helpdesk/models/legacy.pkl", "block"),
                ("helpdesk/models/tickets.onnx", "review"),
                ("helpdesk/lo\u{1b}[1mop", "unscanned"),
                ("helpdesk/models/huge.bin", "unscanned"),
                ("helpdesk/Dockerfile", "clean"),
                ("helpdesk/x", "clean"),
            ]
        );
        let verdicts = verdicts(&report);
        let why: Vec<_> = verdicts.iter().map(|verdict| verdict.why.join("; ")).collect();
        assert_eq!(why[0], "loading this file calls `posix.system` (critical)");
        assert_eq!(verdicts[0].advice, "convert the weights to safetensors, and load nothing else");
        assert_eq!(
            (why[3].as_str(), why[4].as_str()),
            ("larger than the budget of 64 MiB", "the base image is not pinned (low)")
        );
    }

    #[test]
    fn who_judged_a_text_has_the_word() {
        let mut report = sample::report();
        report.accepted = crate::Accepted::default();
        let text = |path: &str| Described { artifact: Artifact::file(path), title: "a text".into(), bytes: 1 };
        report.files = ["helpdesk/models/tickets.onnx", "helpdesk/x"].map(text).to_vec();
        report.unscanned.clear();
        report.ruled.insert("helpdesk/models/tickets.onnx".to_owned(), Level::Edit);
        report.ruled.insert("helpdesk/x".to_owned(), Level::Pass);
        let words = |report: &Report| verdicts(report).iter().map(|verdict| verdict.level.word()).collect::<Vec<_>>();
        assert_eq!(words(&report), ["edit", "pass"]);
        // What is accepted counts no longer; what is left decides.
        report.accepted.baseline = 1;
        assert_eq!(words(&report), ["edit", "accepted"]);
        assert_eq!(verdicts(&report).pop().unwrap().advice, "a run without a baseline shows everything");
    }

    #[test]
    fn what_somebody_accepted_is_not_called_clean() {
        let mut report = sample::report();
        report.findings.clear();
        report.unscanned.clear();
        report.files = vec![Described { artifact: Artifact::file("m.pkl"), title: "a pickle".into(), bytes: 1 }];
        let [verdict] = &*verdicts(&report) else { panic!("one file") };
        assert_eq!(verdict.level, Level::Accepted);
        assert_eq!(verdict.why, ["3 accepted findings are not listed, the worst high"]);
    }
}
