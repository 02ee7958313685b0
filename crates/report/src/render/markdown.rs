//! For a comment on a pull request: the four components, the worst findings, and the gaps folded away. What an attacker
//! chose is either inside of a code span or escaped.

use std::{fmt::Write as _, io};

use palisade_base::{Finding, Severity};

use super::{
    order::{counted, worst_first},
    visible,
};
use crate::{
    Report,
    left_out::{remedy, said, worth_saying},
    verdict::verdicts,
};

pub(crate) fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    if report.files.is_empty() {
        let name = report.about.as_ref().map_or("this project", |about| about.name.as_str());
        writeln!(out, "## Palisade: {}\n", text(name))?;
        score(report, out)?;
    } else {
        files(report, out)?;
    }
    findings(report, out)?;
    unscanned(report, out)?;
    left_out(report, out)?;
    if report.files.is_empty() {
        gaps(report, out)?;
    }
    writeln!(out, "<sub>palisade {}</sub>", text(report.version))
}

fn score(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let score = &report.score;
    writeln!(out, "| | Score | Evidence on |\n|---|---:|---:|")?;
    for component in &score.components {
        let title = component.component.title();
        writeln!(out, "| {title} | {:.0} | {} |", component.score, percent(component.coverage))?;
    }
    writeln!(out, "| **Total** | **{:.0}** of 100 | {} |\n", score.total, percent(score.coverage))?;
    writeln!(
        out,
        "The total is the mean of the four, at most 20 above the worst. What was not examined counts as unknown and \
         earns no points.\n"
    )
}

/// A verdict on each of a few files.
fn files(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let verdicts = verdicts(report);
    match verdicts.as_slice() {
        [one] => writeln!(out, "## Palisade: {} – {}\n", code(one.path), one.level.meaning())?,
        several => writeln!(out, "## Palisade: {} files\n", several.len())?,
    }
    writeln!(out, "| File | What it is | Verdict | Why | What to do |\n|---|---|---|---|---|")?;
    for verdict in &verdicts {
        let what = verdict.what.map_or("unknown", |(what, _)| what);
        let why: Vec<String> = verdict.why.iter().map(|why| message(why)).collect();
        writeln!(
            out,
            "| {} | {} | **{}**: {} | {} | {} |",
            cell(&code(verdict.path)),
            text(what),
            verdict.level.word(),
            verdict.level.meaning(),
            cell(&why.join("<br>")),
            cell(&message(&verdict.advice)),
        )?;
    }
    writeln!(out)
}

/// Who left what out.
fn left_out(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let worth: Vec<_> = worth_saying(&report.left_out).collect();
    if worth.is_empty() {
        return Ok(());
    }
    writeln!(out, "<details><summary>Left out, and not looked at</summary>\n")?;
    for left_out in worth.iter().take(SHOWN) {
        let examples: Vec<String> = left_out.examples.iter().map(|example| code(&example.to_string())).collect();
        let examples = if examples.is_empty() { String::new() } else { format!(", such as {}", examples.join(", ")) };
        writeln!(out, "- {}{examples}; {}", message(&said(left_out)), message(remedy(&left_out.by)))?;
    }
    writeln!(out, "\n</details>\n")
}

fn findings(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, "### Findings: {}\n", counted(&report.findings))?;
    if report.accepted.ignored + report.accepted.baseline > 0 {
        let crate::Accepted { ignored, baseline, .. } = report.accepted;
        writeln!(out, "Not listed: {ignored} ignored with a reason, {baseline} in the baseline.\n")?;
    }
    if report.findings.is_empty() {
        return Ok(());
    }
    writeln!(out, "| Severity | Where | What | Rule |\n|---|---|---|---|")?;
    for finding in worst_first(&report.findings).into_iter().take(SHOWN) {
        writeln!(
            out,
            "| {} | {} | {} | `{}` |",
            severity(finding.severity),
            cell(&code(&finding.target.to_string())),
            cell(&what(finding)),
            finding.rule.name
        )?;
    }
    let rest = report.findings.len().saturating_sub(SHOWN);
    if rest > 0 {
        writeln!(out, "\n… and {rest} more.")?;
    }
    writeln!(out)
}

fn what(finding: &Finding) -> String {
    let mut what = message(&finding.message);
    if let Some(advice) = &finding.advice {
        // Writing to a string cannot fail.
        let _ = write!(what, "<br>→ {}", message(advice));
    }
    what
}

fn unscanned(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    if report.unscanned.is_empty() {
        return Ok(());
    }
    writeln!(out, "<details><summary>{} not judged</summary>\n", report.unscanned.len())?;
    for unscanned in report.unscanned.iter().take(SHOWN) {
        writeln!(out, "- {}: {}", code(&unscanned.artifact.to_string()), text(&unscanned.reason))?;
    }
    let rest = report.unscanned.len().saturating_sub(SHOWN);
    if rest > 0 {
        writeln!(out, "- … and {rest} more")?;
    }
    writeln!(out, "\n</details>\n")
}

fn gaps(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let gaps = &report.score.gaps;
    if gaps.is_empty() {
        return Ok(());
    }
    writeln!(out, "<details><summary>{} gaps: what is not known</summary>\n", gaps.len())?;
    for gap in gaps {
        let (threat, component) = (gap.threat.title(), gap.component.title());
        write!(out, "- **{threat}, {}**: {}", component.to_lowercase(), message(&gap.unknown))?;
        match &gap.command {
            Some(command) => writeln!(out, " → {}", code(command))?,
            None => writeln!(out)?,
        }
    }
    writeln!(out, "\n</details>\n")
}

fn severity(severity: Severity) -> String {
    match severity {
        Severity::Critical | Severity::High => format!("**{severity}**"),
        _ => severity.to_string(),
    }
}

fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

/// A message: what stands in backticks becomes code, the rest is escaped.
fn message(message: &str) -> String {
    let parts: Vec<&str> = message.split('`').collect();
    if parts.len().is_multiple_of(2) || parts.iter().skip(1).step_by(2).any(|part| part.trim().is_empty()) {
        return text(message);
    }
    let shown = parts.iter().enumerate().map(|(i, part)| if i % 2 == 1 { code(part) } else { text(part) });
    shown.collect()
}

/// Text in which nothing means anything to Markdown, HTML or GitHub.
fn text(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    for c in visible::line(text).chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            // An empty comment keeps GitHub from seeing a mention, a reference or a link.
            '@' | '#' => escaped.extend([c.to_string().as_str(), "<!-- -->"]),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '|' | '!' | '~' | '$' => escaped.extend(['\\', c]),
            c => escaped.push(c),
        }
    }
    escaped.replace("://", ":<!-- -->//").replace("www.", "www<!-- -->.")
}

/// A code span, with a fence that its content cannot close.
fn code(content: &str) -> String {
    let content = visible::line(content);
    let longest = content.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let pad = if content.starts_with('`') || content.ends_with('`') || content.is_empty() { " " } else { "" };
    format!("{fence}{pad}{content}{pad}{fence}")
}

/// The content of a table cell: the table is cut into cells before anything else is read. Bars that [`text`] has
/// escaped stay as they are.
fn cell(content: &str) -> String {
    let mut cell = String::with_capacity(content.len());
    let mut escaped = false;
    for c in content.chars() {
        if c == '|' && !escaped {
            cell.push('\\');
        }
        escaped = c == '\\' && !escaped;
        cell.push(c);
    }
    cell
}

const SHOWN: usize = 25;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        render::{Format, tests::rendered},
        sample,
    };

    #[test]
    fn comment() {
        insta::assert_snapshot!(rendered(&sample::report(), Format::Markdown), @r"
        ## Palisade: Helpdesk

        | | Score | Evidence on |
        |---|---:|---:|
        | Models | 2 | 0 % |
        | Applications | 10 | 50 % |
        | Infrastructure | 9 | 20 % |
        | Data | 10 | 50 % |
        | **Total** | **8** of 100 | 29 % |

        The total is the mean of the four, at most 20 above the worst. What was not examined counts as unknown and earns no points.

        ### Findings: 1 critical, 3 high, 2 medium, 1 low

        Not listed: 2 ignored with a reason, 1 in the baseline.

        | Severity | Where | What | Rule |
        |---|---|---|---|
        | **critical** | `helpdesk/models/legacy.pkl@37` | loading this file calls `posix.system`<br>→ convert the weights to safetensors, and load nothing else | `pickle-calls-function` |
        | **high** | `helpdesk/data/do\x1b[31mcs\|<b>.zip!faq\n::error::@all.md:2` | the text `ignore all \x1b[2J` \| \[link\](https:<!-- -->//example.invalid) &lt;b&gt; is hidden from readers | `hidden-instructions` |
        | **high** | `helpdesk/app/main.py:5` | the model's answer is run as a shell command<br>→ let the model choose from a fixed list of actions, and pass arguments as a list without a shell | `model-output-to-shell` |
        | **high** | `helpdesk/app/settings.py:2` | an API key stands in the code | `secret-in-code` |
        | medium | `helpdesk/data/train.csv` | 6.1 % of the records carry two different labels | `conflicting-labels` |
        | medium | `helpdesk/models/tickets.onnx` | nothing shows who made these weights | `model-without-signature` |
        | low | `helpdesk/Dockerfile:1` | the base image is not pinned | `unpinned-image` |

        <details><summary>2 not judged</summary>

        - `helpdesk/models/huge.bin`: larger than the budget of 64 MiB
        - `helpdesk/lo\x1b[1mop`: a symbolic link that leads back to itself

        </details>

        <details><summary>Left out, and not looked at</summary>

        - 3 files by `helpdesk/.gitignore`, 1 of them called like a model, such as `helpdesk/out/w\x1b.pkl`; `--no-ignore` reads them

        </details>

        <details><summary>21 gaps: what is not known</summary>

        - **Poisoning, models**: it is not known whether a hidden trigger changes what the models answer: only an attack on the running system can show it, and this version cannot run one
        - **Extraction, models**: it is not known how closely a copy that is trained on the models' answers matches them: only an attack on the running system can show it, and this version cannot run one
        - **Inversion, models**: it is not known how much the models reveal about the records that they were trained on: only an attack on the running system can show it, and this version cannot run one
        - **Injection, models**: it is not known how often instructions in untrusted text override those of the operator: nothing that a rule of this version examines was found at the declared paths
        - **Poisoning, infrastructure**: it is not known whether outsiders can write to the stores that models learn or retrieve from: no infrastructure is declared; add `[[infrastructure]]` to `palisade.toml` → `palisade assess`
        - **Extraction, infrastructure**: it is not known whether model servers and weights can be reached without authentication: no infrastructure is declared; add `[[infrastructure]]` to `palisade.toml` → `palisade assess`
        - **Inversion, infrastructure**: it is not known whether stores of prompts, vectors and records can be read by outsiders: no infrastructure is declared; add `[[infrastructure]]` to `palisade.toml` → `palisade assess`
        - **Injection, infrastructure**: it is not known whether tool servers and gateways take calls from anyone: no infrastructure is declared; add `[[infrastructure]]` to `palisade.toml` → `palisade assess`
        - **Evasion, applications**: it is not known whether the applications notice inputs that were crafted to deceive a model: only an attack on the running system can show it, and this version cannot run one
        - **Poisoning, applications**: it is not known whether outsiders can write what a model later learns or retrieves: no application is declared; add `[[application]]` to `palisade.toml` → `palisade assess`
        - **Inversion, data**: it is not known whether the data sets hold personal data or secrets that nobody declared: nothing that a rule of this version examines was found at the declared paths
        - **Supply chain, applications**: it is not known whether loaders and packages of the applications run somebody else's code: no application is declared; add `[[application]]` to `palisade.toml` → `palisade assess`
        - **Supply chain, data**: it is not known whether the data sets come from where they claim, and under which licence: nothing that a rule of this version examines was found at the declared paths
        - **Evasion, models**: it is not known how often crafted inputs change what the models answer: part of what belongs to it could not be judged
        - **Supply chain, models**: it is not known whether the models run code when loaded and come from where they claim: part of what belongs to it could not be judged
        - **Supply chain, infrastructure**: it is not known whether images are pinned and containers run with the least privilege: files were examined; only an attack can show the rest, and this version cannot run one
        - **Poisoning, data**: it is not known whether the data sets carry altered labels or planted records: files were examined; only an attack can show the rest, and this version cannot run one
        - **Extraction, applications**: it is not known whether the applications limit how much anyone asks and what answers give away: files were examined; only an attack can show the rest, and this version cannot run one
        - **Inversion, applications**: it is not known whether the applications log or return more personal data than they need: files were examined; only an attack can show the rest, and this version cannot run one
        - **Injection, applications**: it is not known whether model output or retrieved text reaches code, shell, SQL or tools unchecked: files were examined; only an attack can show the rest, and this version cannot run one
        - **Injection, data**: it is not known whether documents that a model reads hide instructions: files were examined; only an attack can show the rest, and this version cannot run one

        </details>

        <sub>palisade 0.1.0</sub>
        ");
    }

    #[test]
    fn a_clean_report_is_no_pass() {
        let comment = rendered(&sample::clean(), Format::Markdown);
        assert!(comment.contains("### Findings: no findings"), "{comment}");
        assert!(comment.contains("gaps: what is not known"), "{comment}");
    }

    #[test]
    fn nothing_that_an_attacker_chose_means_anything() {
        assert_eq!(text("<b> [a](b) @all #1 a|b"), r"&lt;b&gt; \[a\](b) @<!-- -->all #<!-- -->1 a\|b");
        assert_eq!(code("a`b``c"), "```a`b``c```");
        assert_eq!(code("`a"), "`` `a ``");
        assert_eq!(message("calls `os.system`, *always*"), r"calls `os.system`, \*always\*");
        assert_eq!(message("a ` b [c](d)"), r"a \` b \[c\](d)");
        assert_eq!(cell(r"`a|b` c\|d"), r"`a\|b` c\|d");
    }

    #[test]
    fn a_comment_fits_github() {
        let mut report = sample::report();
        report.findings = report.findings.iter().cycle().take(5000).cloned().collect();
        let comment = rendered(&report, Format::Markdown);
        assert!(comment.len() < 65_536 && comment.contains("and 4975 more"), "{}", comment.len());
    }
}
