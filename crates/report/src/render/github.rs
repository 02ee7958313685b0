//! For the log of a GitHub workflow: one annotation a finding, worst first, since GitHub shows only the first few.
//! Format: <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>.

use std::io;

use palisade_base::{Artifact, Finding, Severity};

use super::{
    order::{counted, worst_first},
    position::Position,
    visible,
};
use crate::{
    Report,
    left_out::{models_left_out, worth_saying},
};

pub(crate) fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    for finding in worst_first(&report.findings) {
        let level = match finding.severity {
            Severity::Critical | Severity::High => "error",
            Severity::Medium => "warning",
            Severity::Low | Severity::Info => "notice",
        };
        let place = place(finding);
        let title = property(&format!("{} ({})", finding.rule.name, finding.severity));
        let what = match &finding.advice {
            Some(advice) => format!("{}; {advice}", finding.message),
            None => finding.message.clone(),
        };
        let text = data(&format!("{}: {what}", finding.target));
        writeln!(out, "::{level} {place}title={title}::{text}")?;
    }
    for unscanned in &report.unscanned {
        let text = data(&format!("{} was not judged: {}", unscanned.artifact, unscanned.reason));
        writeln!(out, "::warning {}title=not judged::{text}", file(&unscanned.artifact))?;
    }
    for (text, remedy) in models_left_out(&report.left_out) {
        writeln!(out, "::warning title=left out::{}", data(&format!("{text}; {remedy}")))?;
    }
    let score = &report.score;
    let mut summary = format!("{}; {} not judged", counted(&report.findings), report.unscanned.len());
    if report.files.is_empty() {
        let percent = score.coverage * 100.0;
        summary = format!("{:.0} of 100, evidence on {percent:.0} % of what applies; {summary}", score.total);
    }
    let left_out: u64 = worth_saying(&report.left_out).map(|left_out| left_out.files).sum();
    if left_out > 0 {
        summary = format!("{summary}; {left_out} left out");
    }
    writeln!(out, "::notice title=palisade::{}", data(&summary))
}

/// The properties that pin the annotation to a line, each with a comma behind it.
fn place(finding: &Finding) -> String {
    let artifact = &finding.target.artifact;
    let file = file(artifact);
    // Lines of an archive's member are not lines of the archive.
    let (Artifact::File(_), Some(position)) = (artifact, Position::of(finding)) else { return file };
    let Position { line, column, end_line, end_column } = position;
    match (column, end_column) {
        _ if end_line != line => format!("{file}line={line},endLine={end_line},"),
        (Some(column), Some(end)) => {
            format!("{file}line={line},col={column},endColumn={},", end.saturating_sub(1).max(column))
        }
        _ => format!("{file}line={line},"),
    }
}

/// The file that the annotation is about, if it is about one.
fn file(artifact: &Artifact) -> String {
    match artifact {
        Artifact::File(path) | Artifact::Entry { path, .. } if !path.is_empty() => format!("file={},", property(path)),
        _ => String::new(),
    }
}

/// The message of a command.
fn data(text: &str) -> String {
    visible::line(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        render::{Format, tests::rendered},
        sample,
    };

    #[test]
    fn annotations() {
        insta::assert_snapshot!(rendered(&sample::report(), Format::Github), @r"
        ::error file=helpdesk/models/legacy.pkl,title=pickle-calls-function (critical)::helpdesk/models/legacy.pkl@37: loading this file calls `posix.system`; convert the weights to safetensors, and load nothing else
        ::error file=helpdesk/data/do\x1b[31mcs|<b>.zip,title=hidden-instructions (high)::helpdesk/data/do\x1b[31mcs|<b>.zip!faq\n::error::@all.md:2: the text `ignore all \x1b[2J` | [link](https://example.invalid) <b> is hidden from readers
        ::error file=helpdesk/app/main.py,line=5,col=2,endColumn=35,title=model-output-to-shell (high)::helpdesk/app/main.py:5: the model's answer is run as a shell command; let the model choose from a fixed list of actions, and pass arguments as a list without a shell
        ::error file=helpdesk/app/settings.py,line=2,col=12,endColumn=37,title=secret-in-code (high)::helpdesk/app/settings.py:2: an API key stands in the code
        ::warning file=helpdesk/data/train.csv,title=conflicting-labels (medium)::helpdesk/data/train.csv: 6.1 %25 of the records carry two different labels
        ::warning file=helpdesk/models/tickets.onnx,title=model-without-signature (medium)::helpdesk/models/tickets.onnx: nothing shows who made these weights
        ::notice file=helpdesk/Dockerfile,line=1,col=6,endColumn=18,title=unpinned-image (low)::helpdesk/Dockerfile:1: the base image is not pinned
        ::warning file=helpdesk/models/huge.bin,title=not judged::helpdesk/models/huge.bin was not judged: larger than the budget of 64 MiB
        ::warning file=helpdesk/lo\x1b[1mop,title=not judged::helpdesk/lo\x1b[1mop was not judged: a symbolic link that leads back to itself
        ::warning title=left out::not looked at: 3 files by `helpdesk/.gitignore`, 1 of them called like a model, such as `helpdesk/out/w\x1b.pkl`; `--no-ignore` reads them
        ::notice title=palisade::8 of 100, evidence on 29 %25 of what applies; 1 critical, 3 high, 2 medium, 1 low; 2 not judged; 3 left out
        ");
    }

    #[test]
    fn one_line_is_one_command() {
        for line in rendered(&sample::report(), Format::Github).lines() {
            assert!(line.starts_with("::"), "{line}");
            assert_eq!(line.matches("::error ").count(), usize::from(line.starts_with("::error ")), "{line}");
        }
    }

    #[test]
    fn properties_are_escaped() {
        assert_eq!(property("a,b:c%\n::error::x"), "a%2Cb%3Ac%25\\n%3A%3Aerror%3A%3Ax");
        assert_eq!(data("100 %: a, b"), "100 %25: a, b");
    }
}
