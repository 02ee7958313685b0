//! The page about a few files: a verdict on each, what was found, and what was not looked at. No scores: they are about
//! systems.

use maud::{Markup, html};
use palisade_base::Component;

use super::{findings, gaps, severity, text};
use crate::{
    Report,
    render::number,
    verdict::{Level, Verdict, verdicts},
};

/// What the page is about.
pub(super) fn title(report: &Report) -> Option<String> {
    match report.files.as_slice() {
        [] => None,
        [one] if report.unscanned.iter().all(|unscanned| unscanned.artifact.path() == one.artifact.path()) => {
            Some(text::line(one.artifact.path(), text::NAME))
        }
        files => Some(text::count(files.len(), "file")),
    }
}

/// Every section.
pub(super) fn sections(report: &Report) -> Markup {
    let found = |component: &&Component| report.findings.iter().any(|finding| finding.component == **component);
    let components: Vec<Component> = Component::ALL.iter().filter(found).copied().collect();
    let left_out = crate::left_out::worth_saying(&report.left_out).next().is_some();
    let verdicts = verdicts(report);
    html! {
        section.rulings id="verdict" aria-label="Verdict" {
            div.files { @for verdict in &verdicts { (file(verdict, verdicts.len() > 1)) } }
        }
        @if !components.is_empty() { (findings::of_files(report, &components)) }
        @if !report.unscanned.is_empty() || left_out {
            section id="gaps" aria-labelledby="gaps-title" {
                h2 id="gaps-title" { "What was not looked at" }
                (gaps::not_looked_at(report))
            }
        }
    }
}

/// `named` where the page is about several files: otherwise its title is the name.
fn file(verdict: &Verdict<'_>, named: bool) -> Markup {
    let class = match (verdict.level, verdict.level.severity()) {
        (_, Some(severity)) => format!("file {severity}"),
        (level, None) if level.is_good() => "file good".to_owned(),
        (_, None) => "file open".to_owned(),
    };
    html! {
        article class=(class) {
            p.ruling {
                @if let Some(severity) = verdict.level.severity() { (severity::icon(severity)) }
                b { (word(verdict.level)) }
            }
            h2 { (text::capital(verdict.level.meaning())) }
            dl {
                @if named { div { dt { "File" } dd { code { (text::name(verdict.path)) } } } }
                div { dt { "What it is" } dd { (text::capital(verdict.what.map_or("unknown", |(what, _)| what))) } }
                @if let Some((_, bytes)) = verdict.what { div { dt { "Size" } dd { (number::size(bytes)) } } }
                @if !verdict.why.is_empty() {
                    div { dt { (if verdict.level.is_good() { "Worth a look" } else { "Why" }) } dd { @for why in &verdict.why { p { (text::sentence(&text::full(why))) } } } }
                }
                @if !verdict.level.is_good() {
                    div { dt { "What to do" } dd { (text::sentence(&text::full(&verdict.advice))) } }
                }
            }
        }
    }
}

const fn word(level: Level) -> &'static str {
    match level {
        Level::Block => "Block",
        Level::Review => "Review",
        Level::Edit => "Edit",
        Level::Unscanned => "Not judged",
        Level::Accepted => "Accepted",
        Level::Clean => "Clean",
        Level::Pass => "Pass",
    }
}

#[cfg(test)]
mod tests {
    use palisade_base::{Artifact, Described};

    use crate::{render::html::page, sample};

    #[test]
    fn a_page_about_a_file_has_a_verdict_and_no_score() {
        let mut report = sample::report();
        let artifact = Artifact::file("helpdesk/models/legacy.pkl");
        report.findings.retain(|finding| finding.target.artifact == artifact);
        report.unscanned.clear();
        report.files = vec![Described { artifact, title: "a pickle".into(), bytes: 40 }];
        let page = page(&report);
        for wanted in ["<h1><bdi>helpdesk/models/legacy.pkl", "Do not use it", "A pickle", "posix.system", "Left out"] {
            assert!(page.contains(wanted), "{wanted}");
        }
        for refused in ["of 100", "Owner", "id=\"threats\"", "see the table above"] {
            assert!(!page.contains(refused), "{refused}");
        }
        for link in page.split("href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap()) {
            assert!(page.contains(&format!("id=\"{link}\"")), "#{link}");
        }
    }
}
