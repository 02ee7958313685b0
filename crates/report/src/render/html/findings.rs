//! The findings: by component, then by rule, worst first. The page of a rule and its clauses stand once, under its
//! findings.

use std::collections::BTreeMap;

use maud::{Markup, html};
use palisade_base::{Component, Confidence, Finding, Meta, Severity, Threat};

use super::{
    evidence, frameworks,
    heatmap::findings_anchor,
    markdown,
    severity::{self, Tally},
    text,
};
use crate::{Report, render::number};

/// The findings of one rule in one component, worst first.
struct Group<'a> {
    rule: &'static Meta,
    findings: Vec<&'a Finding>,
}

/// Everything that was found.
pub(super) fn section(report: &Report) -> Markup {
    html! {
        section.findings id="findings" aria-labelledby="findings-title" {
            h2 id="findings-title" { "Findings" }
            p.lead { "By component, worst first. Open one for its evidence and what to do about it." }
            @if !report.findings.is_empty() { (filter(Tally::of(&report.findings))) }
            @for component in Component::ALL { (of_component(report, *component)) }
        }
    }
}

/// What was found in a few files; only components of which there is something.
pub(super) fn of_files(report: &Report, components: &[Component]) -> Markup {
    html! {
        section.findings id="findings" aria-labelledby="findings-title" {
            h2 id="findings-title" { "Findings" }
            p.lead { "Worst first. Open one for its evidence and what to do about it." }
            @if report.findings.len() > 1 { (filter(Tally::of(&report.findings))) }
            @for component in components { (of_component(report, *component)) }
        }
    }
}

/// Works by style alone: a box that is not ticked hides its severity.
fn filter(tally: Tally) -> Markup {
    html! {
        fieldset.filter {
            legend { "Show" }
            @for (severity, count) in tally.worst_first() {
                label class=(severity) {
                    input type="checkbox" id={ "show-" (severity) } checked;
                    (severity::icon(severity)) (severity) " " span.count { (number::grouped(count as u64)) }
                }
            }
        }
    }
}

fn of_component(report: &Report, component: Component) -> Markup {
    let groups = groups(report, component);
    html! {
        div.component id={ "in-" (component) } {
            h3 { (component.title()) }
            @if groups.is_empty() {
                p.none { "No findings. Whether that is good depends on what was looked at: see the table above." }
            } @else {
                (index(component, &groups))
                @for (at, group) in groups.iter().enumerate() { (self::group(report, component, group, at == 0)) }
            }
        }
    }
}

fn groups(report: &Report, component: Component) -> Vec<Group<'_>> {
    let mut rules: BTreeMap<&str, Group<'_>> = BTreeMap::new();
    for finding in report.findings.iter().filter(|finding| finding.component == component) {
        let group = rules.entry(finding.rule.name).or_insert(Group { rule: finding.rule, findings: Vec::new() });
        group.findings.push(finding);
    }
    let mut groups: Vec<_> = rules.into_values().collect();
    for group in &mut groups {
        group.findings.sort_by_key(|finding| std::cmp::Reverse((finding.severity, finding.confidence)));
    }
    groups.sort_by_key(|group| {
        let worst = group.findings.first().map(|finding| (finding.severity, finding.confidence));
        std::cmp::Reverse((worst, group.findings.len()))
    });
    groups
}

/// The rules by threat: where the cells of the table lead.
fn index(component: Component, groups: &[Group<'_>]) -> Markup {
    html! {
        dl.index aria-label={ "Rules by threat: " (component.title()) } {
            @for threat in Threat::ALL {
                @let mut about = groups.iter().filter(|group| group.rule.threats.contains(threat)).peekable();
                @if about.peek().is_some() {
                    div id=(findings_anchor(*threat, component)) {
                        dt { (threat.title()) }
                        @for group in about {
                            dd { a href={ "#" (anchor(component, group.rule)) } { (group.rule.name) } }
                        }
                    }
                }
            }
        }
    }
}

fn anchor(component: Component, rule: &Meta) -> String {
    format!("{component}-rule-{}", rule.name)
}

fn group(report: &Report, component: Component, group: &Group<'_>, first: bool) -> Markup {
    let tally = Tally::of(group.findings.iter().copied());
    let class = tally.worst_first().fold("rule".to_owned(), |class, (severity, _)| format!("{class} has-{severity}"));
    let more = group.findings.len().saturating_sub(SHOWN);
    html! {
        div class=(class) id=(anchor(component, group.rule)) {
            header {
                h4 { (text::capital(group.rule.summary)) }
                p { code { (group.rule.name) } " · " (text::count(group.findings.len(), "finding")) }
            }
            @for (at, finding) in group.findings.iter().take(SHOWN).enumerate() {
                (self::finding(report, finding, first && at == 0))
            }
            @if more > 0 { p.more { "and " (number::grouped(more as u64)) " more in the JSON report" } }
            (page(report, group.rule))
        }
    }
}

fn finding(report: &Report, finding: &Finding, open: bool) -> Markup {
    let severity = finding.severity;
    html! {
        details class={ "finding " (severity) } open[open] {
            summary {
                (severity::badge(severity))
                span.what {
                    span.message { (text::sentence(&text::capital(&finding.message))) }
                    span.where {
                        @if finding.confidence != Confidence::High {
                            span.sure { (finding.confidence) " confidence" }
                        }
                        (evidence::target(&finding.target))
                    }
                }
            }
            div.body {
                (evidence::list(&finding.evidence))
                @if let Some(advice) = &finding.advice {
                    div.advice { h5 { "What to do here" } p { (text::sentence(&text::full(advice))) } }
                }
                dl.facts {
                    div { dt { "Severity" } dd { (severity) (unusual(severity, finding.rule)) } }
                    div { dt { "Confidence" } dd { (finding.confidence) } }
                    div { dt { "Fingerprint" } dd { code { (finding.fingerprint(&report.root)) } } }
                }
            }
        }
    }
}

fn unusual(severity: Severity, rule: &Meta) -> Markup {
    html! { @if severity != rule.severity { span.none { " (usually " (rule.severity) ")" } } }
}

/// The page of the rule: why, what to do, its limits, and the clauses that it bears on.
fn page(report: &Report, rule: &Meta) -> Markup {
    let docs = rule.docs();
    let cited = report.catalogue.clauses(rule);
    html! {
        details.page {
            summary { "Why it matters and what to do" span.unseen { ": " (rule.name) } }
            div.body {
                @for title in SHOWN_SECTIONS {
                    @if let Some(section) = markdown::section(&docs, title) {
                        div class=[(!MAIN_SECTIONS.contains(title)).then_some("small")] {
                            h5 { (title) }
                            (markdown::render(section))
                        }
                    }
                }
                div.small {
                    h5 { "Bears on" }
                    p {
                        @for (at, threat) in rule.threats.iter().enumerate() {
                            @if at > 0 { ", " }
                            (threat.title())
                        }
                        "; mended in "
                        @for (at, stage) in rule.stages.iter().enumerate() {
                            @if at > 0 { ", " }
                            (stage.title().to_lowercase())
                        }
                    }
                }
                @if !cited.is_empty() { div { h5 { "Framework clauses" } (frameworks::of_rule(&cited)) } }
            }
        }
    }
}

/// The most findings of one rule in one component that the page lists.
const SHOWN: usize = 25;
/// The sections of a rule's page that the report repeats; `palisade explain` has them all.
const SHOWN_SECTIONS: &[&str] = &["Why it matters", "What to do", "What it does", "Limits", "References"];
/// The sections that most readers come for.
const MAIN_SECTIONS: &[&str] = &["Why it matters", "What to do"];
