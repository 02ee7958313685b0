//! For a terminal: a frame for each finding, worst first; what was not judged; the scorecard and what is not known, or a
//! verdict on each of a few files.
//! Nothing is said by colour alone.

mod files;
mod frame;
mod score;

use std::io;

use anstyle::{AnsiColor, Effects, Style};
use palisade_base::{Finding, Severity};

use super::{
    Options,
    number::size,
    order::{counted, worst_first},
    visible,
};
use crate::{
    Report,
    left_out::{remedy, said, worth_saying},
};

pub(crate) fn write(report: &Report, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    findings(report, options, out)?;
    if report.files.is_empty() {
        unscanned(report, out)?;
        score::write(report, options, out)?;
        gaps(report, options, out)?;
    } else {
        files::write(report, options, out)?;
    }
    summary(report, options, out)
}

/// Frames; of the findings of one rule only the first few, some more in a line each, and how many others there are.
fn findings(report: &Report, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let sorted = worst_first(&report.findings);
    let mut frames = frame::Frames::new(report, options);
    for same in sorted.chunk_by(|a, b| (a.rule.name, a.severity) == (b.rule.name, b.severity)) {
        let (drawn, listed) = same.split_at(same.len().min(FRAMES));
        for finding in drawn {
            writeln!(out, "{}\n", frames.render(finding))?;
        }
        if let Some(finding) = listed.first() {
            let Finding { rule, severity, .. } = finding;
            let style = severity_style(*severity);
            writeln!(out, "{style}{severity}[{}]{style:#}: {} more", rule.name, listed.len())?;
            for finding in listed.iter().take(LISTED) {
                writeln!(out, "  {}: {}", line(&finding.target.to_string()), line(&finding.message))?;
            }
            let rest = listed.len().saturating_sub(LISTED);
            if rest > 0 {
                writeln!(out, "  and {rest} more are not shown: `--format json` lists all")?;
            }
            writeln!(out)?;
        }
    }
    Ok(())
}

fn unscanned(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    if report.unscanned.is_empty() {
        return Ok(());
    }
    heading(out, &format!("Not judged ({})", report.unscanned.len()))?;
    for unscanned in report.unscanned.iter().take(UNSCANNED) {
        let component = unscanned.component.map(|component| format!(" [{component}]")).unwrap_or_default();
        writeln!(out, "  {}{component}: {}", line(&unscanned.artifact.to_string()), line(&unscanned.reason))?;
    }
    let rest = report.unscanned.len().saturating_sub(UNSCANNED);
    if rest > 0 {
        writeln!(out, "  and {rest} more: `--format json` lists all")?;
    }
    writeln!(out)
}

fn gaps(report: &Report, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let gaps = &report.score.gaps;
    if gaps.is_empty() {
        return Ok(());
    }
    heading(out, &format!("Not known ({})", gaps.len()))?;
    for gap in gaps.iter().take(GAPS) {
        let (threat, component) = (gap.threat.title(), gap.component.title().to_lowercase());
        let command = gap.command.as_ref().map(|command| format!(" (`{}`)", line(command))).unwrap_or_default();
        let text = format!("{threat}, {component}: {}{command}", line(&gap.unknown));
        wrapped(out, "  - ", &text, options.width)?;
    }
    let rest = gaps.len().saturating_sub(GAPS);
    if rest > 0 {
        writeln!(out, "  and {rest} more: `--format markdown`, `html` and `json` list all")?;
    }
    writeln!(out)
}

fn summary(report: &Report, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let style = Style::new().effects(Effects::BOLD);
    let crate::Accepted { ignored, baseline, .. } = report.accepted;
    let unscanned = report.unscanned.len();
    let some = |count: usize, what: &str| (count > 0).then(|| format!("{count} {what}"));
    let parts = [
        Some(counted(&report.findings)),
        some(ignored, "ignored with a reason"),
        some(baseline, "in the baseline"),
        some(unscanned, "not judged"),
    ];
    let text = parts.into_iter().flatten().collect::<Vec<_>>().join("; ");
    writeln!(out, "{style}{text}{style:#}")?;
    left_out(report, options, out)?;
    let stats = &report.stats;
    let (size, seconds) = (size(stats.bytes), stats.elapsed.as_secs_f64());
    let noun = if stats.files == 1 { "file" } else { "files" };
    writeln!(out, "{} {noun}, {} judged, {size} in {seconds:.1} s", stats.files, stats.judged)?;
    if let Some(worst) = worst_first(&report.findings).first() {
        writeln!(out, "`palisade explain {}` tells what a rule means and what to do", worst.rule.name)?;
    }
    let cites = |finding: &Finding| !report.catalogue.clauses(finding.rule).is_empty();
    if options.clauses && report.findings.iter().any(cites) {
        wrapped(out, "", OUR_JUDGEMENT, options.width)?;
    }
    Ok(())
}

/// Who left what out, in one line each: nothing disappears without a word.
fn left_out(report: &Report, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let worth: Vec<_> = worth_saying(&report.left_out).collect();
    for left_out in worth.iter().take(LEFT_OUT) {
        let text = format!("left out: {} ({})", line(&said(left_out)), remedy(&left_out.by));
        wrapped(out, "", &text, options.width)?;
    }
    let rest = worth.len().saturating_sub(LEFT_OUT);
    if rest > 0 {
        let files: u64 = worth.iter().skip(LEFT_OUT).map(|left_out| left_out.files).sum();
        writeln!(out, "left out: {files} files by {rest} more: `--format json` lists all")?;
    }
    Ok(())
}

/// Text from outside, fit for a terminal.
fn line(text: &str) -> String {
    visible::line(text).into_owned()
}

fn heading(out: &mut dyn io::Write, text: &str) -> io::Result<()> {
    let style = Style::new().effects(Effects::BOLD);
    writeln!(out, "{style}{text}{style:#}")
}

/// Writes `text` in lines of at most `width` columns, the first behind `bullet` and the others indented as far.
fn wrapped(out: &mut dyn io::Write, bullet: &str, text: &str, width: usize) -> io::Result<()> {
    let mut lead = bullet.to_owned();
    for line in folded(text, width.saturating_sub(bullet.len())) {
        writeln!(out, "{lead}{line}")?;
        lead = " ".repeat(bullet.len());
    }
    Ok(())
}

/// `text` in lines of at most `room` characters, as far as its words allow.
fn folded(text: &str, room: usize) -> Vec<String> {
    let room = room.max(20);
    let mut lines = Vec::new();
    let (mut line, mut length) = (String::new(), 0);
    for word in text.split(' ') {
        let word_length = word.chars().count();
        if length > 0 && length + 1 + word_length > room {
            lines.push(std::mem::take(&mut line));
            length = 0;
        }
        if length > 0 {
            line.push(' ');
            length += 1;
        }
        line.push_str(word);
        length += word_length;
    }
    lines.push(line);
    lines
}

/// The colour that goes with a severity.
fn severity_style(severity: Severity) -> Style {
    match severity {
        Severity::Critical => AnsiColor::BrightRed.on_default().effects(Effects::BOLD.insert(Effects::UNDERLINE)),
        Severity::High => AnsiColor::BrightRed.on_default().effects(Effects::BOLD),
        Severity::Medium => AnsiColor::Yellow.on_default().effects(Effects::BOLD),
        Severity::Low => AnsiColor::BrightGreen.on_default(),
        Severity::Info => AnsiColor::BrightBlue.on_default(),
    }
}

const FRAMES: usize = 10;
const LISTED: usize = 100;
const GAPS: usize = 5;
const UNSCANNED: usize = 50;
const LEFT_OUT: usize = 4;
const OUR_JUDGEMENT: &str = "the clauses named are our judgement of what a finding bears on; they certify nothing";

/// `text` without ANSI escapes.
#[cfg(test)]
pub(crate) fn unstyled(text: &str) -> String {
    let mut plain = String::new();
    for (i, part) in text.split('\u{1b}').enumerate() {
        plain.push_str(if i == 0 { part } else { part.split_once('m').unwrap().1 });
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        render::{Format, tests::rendered},
        sample,
    };

    #[test]
    fn whole_report() {
        insta::assert_snapshot!(unstyled(&rendered(&sample::report(), Format::Plain)), @r#"
        critical[pickle-calls-function]: loading this file calls `posix.system`
        --> helpdesk/models/legacy.pkl at byte 37 (0x25)
         |
         | 0000001d  94 8c 04 74 72 75 65 94 52 2e                    |...true.R.|
         |                                   ^^ REDUCE calls `posix.system`
         |
         = note: SHA-256 of helpdesk/models/legacy.pkl:
                 abababababababababababababababababababababababababababababababab
         = help: convert the weights to safetensors, and load nothing else

        high[hidden-instructions]: the text `ignore all \x1b[2J` | [link](https://example.invalid) <b> is hidden from readers
         --> helpdesk/data/do\x1b[31mcs|<b>.zip!faq\n::error::@all.md:2:1
          |
        2 | <!-- ignore all \x1b]0;owned\x07 rules \u{202e}\u{e0041} | `now` @octocat -->
          | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ addressed to a model, hidden from readers

        high[model-output-to-shell]: the model's answer is run as a shell command
         --> helpdesk/app/main.py:5:2
          |
        5 |     subprocess.run(answer, shell=True)
          |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ runs as a shell command
          |
         ::: helpdesk/app/main.py:4:11
          |
        4 |     answer = llm.complete(ticket)
          |              -------------------- the answer comes from here
          |
          = help: let the model choose from a fixed list of actions, and pass arguments as a list
                  without a shell

        high[secret-in-code]: an API key stands in the code
         --> helpdesk/app/settings.py:2:12
          |
        2 | API_KEY = "sk-s**********************"
          |            ^^^^^^^^^^^^^^^^^^^^^^^^^^ looks like an API key
          |
          = note: medium confidence: usually true

        medium[conflicting-labels]: 6.1 % of the records carry two different labels
        --> helpdesk/data/train.csv
         = note: conflicting-share = 0.061, limit 0.01, 95 % interval 0.04 to 0.09, n = 500, seed 7

        medium[model-without-signature]: nothing shows who made these weights
        --> helpdesk/models/tickets.onnx
         = note: looked for and not found: models/tickets.onnx.sig, models/model.sig

        low[unpinned-image]: the base image is not pinned
         --> helpdesk/Dockerfile:1:6
          |
        1 | FROM python:latest
          |      ^^^^^^^^^^^^^ moves

        Not judged (2)
          helpdesk/models/huge.bin [model]: larger than the budget of 64 MiB
          helpdesk/lo\x1b[1mop: a symbolic link that leads back to itself

        Scorecard: Helpdesk
                      Models           Applications     Infrastructure   Data
        Evasion       declared only    ? unknown        -                -
        Poisoning     ? unknown        ? unknown        ? unknown        high found
        Extraction    ? unknown        high found       ? unknown        -
        Inversion     ? unknown        high found       ? unknown        ? unknown
        Injection     ? unknown        high found       ? unknown        high found
        Supply chain  critical found   ? unknown        low found        ? unknown
        Points          2               10                9               10
        Evidence on     0 %             50 %             20 %             50 %
        each cell: the worst that was found; unknown = nobody looked, and no points; - = does not apply

        Total 8 of 100, evidence on 6 of 21 cells that apply; autonomy: assist

        Not known (21)
          - Poisoning, models: it is not known whether a hidden trigger changes what the models answer: only
            an attack on the running system can show it, and this version cannot run one
          - Extraction, models: it is not known how closely a copy that is trained on the models' answers
            matches them: only an attack on the running system can show it, and this version cannot run one
          - Inversion, models: it is not known how much the models reveal about the records that they were
            trained on: only an attack on the running system can show it, and this version cannot run one
          - Injection, models: it is not known how often instructions in untrusted text override those of
            the operator: nothing that a rule of this version examines was found at the declared paths
          - Poisoning, infrastructure: it is not known whether outsiders can write to the stores that models
            learn or retrieve from: no infrastructure is declared; add `[[infrastructure]]` to
            `palisade.toml` (`palisade assess`)
          and 16 more: `--format markdown`, `html` and `json` list all

        1 critical, 3 high, 2 medium, 1 low; 2 ignored with a reason; 1 in the baseline; 2 not judged
        left out: 3 files by `helpdesk/.gitignore`, 1 of them called like a model (`--no-ignore` reads them)
        120 files, 45 judged, 3.2 MiB in 0.4 s
        `palisade explain pickle-calls-function` tells what a rule means and what to do
        "#);
    }

    #[test]
    fn clean_report() {
        insta::assert_snapshot!(unstyled(&rendered(&sample::clean(), Format::Plain)), @"
        Scorecard
                      Models           Applications     Infrastructure   Data
        Evasion       ? unknown        ? unknown        -                -
        Poisoning     ? unknown        ? unknown        ? unknown        nothing found
        Extraction    ? unknown        nothing found    ? unknown        -
        Inversion     ? unknown        nothing found    ? unknown        ? unknown
        Injection     ? unknown        nothing found    ? unknown        nothing found
        Supply chain  nothing found    ? unknown        nothing found    ? unknown
        Points          8               25               10               25
        Evidence on    17 %             50 %             20 %             50 %
        each cell: the worst that was found; unknown = nobody looked, and no points; - = does not apply

        Total 17 of 100, evidence on 7 of 21 cells that apply; autonomy: assist

        Not known (21)
          - Evasion, models: it is not known how often crafted inputs change what the models answer: only an
            attack on the running system can show it, and this version cannot run one
          - Poisoning, models: it is not known whether a hidden trigger changes what the models answer: only
            an attack on the running system can show it, and this version cannot run one
          - Extraction, models: it is not known how closely a copy that is trained on the models' answers
            matches them: only an attack on the running system can show it, and this version cannot run one
          - Inversion, models: it is not known how much the models reveal about the records that they were
            trained on: only an attack on the running system can show it, and this version cannot run one
          - Injection, models: it is not known how often instructions in untrusted text override those of
            the operator: nothing that shows it was found, and no `palisade.toml` says where to look
            (`palisade init`)
          and 16 more: `--format markdown`, `html` and `json` list all

        no findings
        120 files, 45 judged, 3.2 MiB in 0.4 s
        ");
    }

    #[test]
    fn many_of_one_rule_are_listed() {
        let mut report = sample::report();
        let image = report.findings.pop().unwrap();
        report.findings = vec![image; 13];
        let text = unstyled(&rendered(&report, Format::Plain));
        assert_eq!(text.matches("low[unpinned-image]: the base image").count(), 10, "{text}");
        assert!(text.contains("low[unpinned-image]: 3 more\n  helpdesk/Dockerfile:1: the base image"), "{text}");
        report.findings = vec![report.findings.remove(0); 5000];
        let text = unstyled(&rendered(&report, Format::Plain));
        assert!(text.contains("low[unpinned-image]: 4990 more\n"), "{text}");
        assert!(text.contains("  and 4890 more are not shown: `--format json` lists all\n"), "{text}");
        assert!(text.lines().count() < 300, "{}", text.lines().count());
    }

    #[test]
    fn text_is_wrapped() {
        let mut out = Vec::new();
        wrapped(&mut out, " - ", "one two three four five six seven eight nine", 26).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), " - one two three four five\n   six seven eight nine\n");
    }
}
