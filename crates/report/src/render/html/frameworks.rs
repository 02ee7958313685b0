//! Which clauses of which public framework the findings touch.

use std::collections::BTreeMap;

use maud::{Markup, html};
use palisade_base::{Finding, Severity};

use super::{
    severity::{self, Tally},
    text,
};
use crate::{Cited, Clause, Framework, Report};

/// A clause with the findings that touch it.
struct Touched<'a> {
    clause: &'a Clause,
    findings: Vec<&'a Finding>,
}

/// The clauses that findings touch, by framework.
pub(super) fn section(report: &Report) -> Markup {
    let frameworks = report.catalogue.frameworks();
    let touched = touched(report);
    html! {
        section id="frameworks" aria-labelledby="frameworks-title" {
            h2 id="frameworks-title" { "Framework clauses" }
            p.lead {
                "Which clauses the findings bear on. The mapping is our own judgement, made rule by rule: "
                "it helps a reader of a framework to find the evidence, and is neither a certification nor a statement of conformity."
            }
            @if frameworks.is_empty() { p.none { "No framework was selected." } }
            @for framework in frameworks {
                @let clauses = touched.get(framework.name.as_str()).map(Vec::as_slice).unwrap_or_default();
                (self::framework(framework, clauses))
            }
        }
    }
}

/// The clauses of one rule, a line for each framework.
pub(super) fn of_rule(cited: &[Cited<'_>]) -> Markup {
    let mut lines: Vec<(&Framework, Vec<&Clause>)> = Vec::new();
    for cited in cited {
        match lines.iter_mut().find(|(framework, _)| framework.name == cited.framework.name) {
            Some((_, clauses)) => clauses.push(cited.clause),
            None => lines.push((cited.framework, vec![cited.clause])),
        }
    }
    html! {
        dl.clauses {
            @for (framework, clauses) in lines {
                div {
                    dt { (text::line(&framework.title, text::NAME)) " " span.edition { (text::line(&framework.edition, text::NAME)) } }
                    dd {
                        ul {
                            @for clause in clauses {
                                li { code { (text::line(&clause.id, text::NAME)) } " " (text::line(&clause.title, text::NAME)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn touched(report: &Report) -> BTreeMap<&str, Vec<Touched<'_>>> {
    let mut rules: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in &report.findings {
        rules.entry(finding.rule.name).or_default().push(finding);
    }
    let mut frameworks: BTreeMap<&str, Vec<Touched<'_>>> = BTreeMap::new();
    for findings in rules.values() {
        let Some(first) = findings.first() else { continue };
        for Cited { framework, clause } in report.catalogue.clauses(first.rule) {
            let clauses = frameworks.entry(framework.name.as_str()).or_default();
            match clauses.iter_mut().find(|touched| touched.clause.id == clause.id) {
                Some(touched) => touched.findings.extend(findings),
                None => clauses.push(Touched { clause, findings: findings.clone() }),
            }
        }
    }
    frameworks
}

fn framework(framework: &Framework, touched: &[Touched<'_>]) -> Markup {
    let order = |clause: &Clause| framework.clauses.iter().position(|other| other.id == clause.id);
    let mut touched: Vec<_> = touched.iter().collect();
    touched.sort_by_key(|touched| order(touched.clause));
    html! {
        details.framework open[!touched.is_empty() && touched.len() <= OPEN] {
            summary {
                h3 { (text::line(&framework.title, text::NAME)) " " span.edition { (text::line(&framework.edition, text::NAME)) } }
                span.tally { (touched.len()) " of " (text::count(framework.clauses.len(), "clause")) " touched" }
            }
            @if touched.is_empty() {
                p.none { "No finding touches a clause. That alone does not show that any clause is met." }
            } @else {
                ul {
                    @for touched in touched {
                        @let tally = Tally::of(touched.findings.iter().copied());
                        li {
                            code { (text::line(&touched.clause.id, text::NAME)) }
                            span { (text::line(&touched.clause.title, text::NAME)) }
                            @if let Some((worst, _)) = tally.worst_first().next() { (findings(tally.total(), worst)) }
                        }
                    }
                }
            }
        }
    }
}

fn findings(count: usize, worst: Severity) -> Markup {
    html! { span class={ "tally " (worst) } { (severity::icon(worst)) (text::count(count, "finding")) span.unseen { ", the worst " (worst) } } }
}

/// Frameworks with more touched clauses than this start closed.
const OPEN: usize = 12;

#[cfg(test)]
mod tests {
    use super::*;

    fn clause(id: &str) -> Clause {
        Clause {
            id: id.into(),
            title: "<b>title</b>".into(),
            rules: Vec::new(),
            threats: Vec::new(),
            stages: Vec::new(),
        }
    }

    fn example() -> Framework {
        let clauses = vec![clause("A1"), clause("A2")];
        Framework {
            name: "example-2026".into(),
            title: "Example".into(),
            edition: "2026".into(),
            clauses,
            ..Framework::default()
        }
    }

    #[test]
    fn clauses_of_a_rule_are_one_line_a_framework() {
        let example = example();
        let cited: Vec<_> = example.clauses.iter().map(|clause| Cited { framework: &example, clause }).collect();
        let page = of_rule(&cited).into_string();
        assert_eq!((page.matches("<dt>").count(), page.matches("<li>").count()), (1, 2));
        assert!(page.contains("&lt;b&gt;title"), "{page}");
    }

    #[test]
    fn an_untouched_framework_is_no_conformity() {
        let page = framework(&example(), &[]).into_string();
        assert!(page.contains("0 of 2 clauses touched") && page.contains("does not show"), "{page}");
    }

    #[test]
    fn clauses_stand_in_the_order_of_the_framework() {
        let example = example();
        let touched: Vec<_> =
            example.clauses.iter().rev().map(|clause| Touched { clause, findings: Vec::new() }).collect();
        let page = framework(&example, &touched).into_string();
        assert!(page.find(">A1<").unwrap() < page.find(">A2<").unwrap(), "{page}");
    }
}
