//! The top of the page: which system, the verdict in words, the score with what limits it; and the foot of the page.

use maud::{Markup, html};
use palisade_base::{Autonomy, Component, Severity};

use super::{components, files, severity::Tally, text};
use crate::{Report, Scorecard, render::number, score::evidenced};

/// What the report calls the system.
pub(super) fn title(report: &Report) -> String {
    if let Some(title) = files::title(report) {
        return title;
    }
    match &report.about {
        Some(about) if !about.name.trim().is_empty() => text::line(&about.name, text::NAME),
        _ if !report.root.is_empty() => text::line(&report.root, text::NAME),
        _ => "Unnamed system".to_owned(),
    }
}

/// Who and what.
pub(super) fn header(report: &Report, title: &str) -> Markup {
    let about = report.about.as_ref();
    let declared = about.and_then(|about| about.autonomy).is_some();
    let of_files = !report.files.is_empty();
    html! {
        header.top {
            p.brand { (shield()) "Palisade" span { (if of_files { "File check" } else { "Security assessment" }) } }
            h1 { bdi { (title) } }
            @if let Some(purpose) = about.and_then(|about| about.purpose.as_deref()) {
                p.purpose { (text::line(purpose, text::SENTENCE)) }
            }
            dl.facts {
                @if !of_files {
                    div {
                        dt { "Owner" }
                        @match about.and_then(|about| about.owner.as_deref()) {
                            Some(owner) => dd { (text::name(owner)) },
                            None => dd.none { "not declared" },
                        }
                    }
                    div {
                        dt { "Autonomy" }
                        dd {
                            (autonomy(report.autonomy))
                            @if !declared { span.none { " not declared, so the strictest counts" } }
                        }
                    }
                }
                @if let Some(made) = report.made {
                    div { dt { "Made" } dd { time datetime=(made) { (made.strftime("%-d %B %Y, %H:%M UTC")) } } }
                }
                div { dt { "By" } dd { "Palisade " (report.version) } }
                @if report.stats.files > 0 && !of_files {
                    div {
                        dt { "Read" }
                        dd { (number::grouped(report.stats.judged)) " of " (number::grouped(report.stats.files)) " files judged" }
                    }
                }
            }
        }
    }
}

/// The verdict, the total and the balance of the four components.
pub(super) fn verdict(report: &Report) -> Markup {
    let tally = Tally::of(&report.findings);
    let score = &report.score;
    let (seen, applicable) = evidenced(score.cells.iter());
    let (headline, reason) = judgement(tally, seen, applicable);
    html! {
        section.verdict id="verdict" aria-labelledby="verdict-title" {
            div.words {
                h2 id="verdict-title" { (headline) }
                p.reason { (reason) }
                (tally.chips("No findings."))
                @let accepted = report.accepted.ignored + report.accepted.baseline;
                @if accepted > 0 {
                    p.aside {
                        "Not listed: " (text::count(report.accepted.ignored, "finding")) " accepted in "
                        code { "palisade.toml" } ", " (number::grouped(report.accepted.baseline as u64)) " in the baseline."
                    }
                }
            }
            div.total {
                p.score {
                    strong { (number::points(score.total)) } " " span { "of 100" }
                }
                p.coverage { "evidence on " b { (seen) " of " (applicable) } " applicable cells" }
                p.aside { (cap(score)) }
            }
            (components::balance(score))
            p.caveat {
                b { "What the score is not. " }
                "It is not a probability of being attacked, not a certificate, and not a promise that nothing else is wrong. "
                "It counts what was looked at: a cell without evidence earns nothing and is listed under "
                a href="#gaps" { "gaps" } ". Compare it with earlier reports on the same system, not with other systems."
            }
        }
    }
}

/// The foot of the page.
pub(super) fn footer(report: &Report) -> Markup {
    html! {
        footer.foot {
            p {
                "Made by Palisade " (report.version) ". What was scanned was read, never executed. "
                "The same report for programs: " code { "--format json" } ". "
                "Any rule in full: " code { "palisade explain NAME" } "."
            }
        }
    }
}

fn judgement(tally: Tally, seen: usize, applicable: usize) -> (&'static str, String) {
    let unknown = applicable.saturating_sub(seen);
    let is = |number| if number == 1 { "is" } else { "are" };
    let critical = tally.at(Severity::Critical);
    let high = tally.at(Severity::High);
    let medium = tally.at(Severity::Medium);
    if critical > 0 {
        let reason = if critical == 1 {
            "1 weakness runs an attacker’s code or hands over the system without any further condition.".to_owned()
        } else {
            format!(
                "{critical} weaknesses run an attacker’s code or hand over the system without any further condition."
            )
        };
        ("Not safe to run as it stands", reason)
    } else if high > 0 {
        let reason = if high == 1 { "1 weakness".to_owned() } else { format!("{high} weaknesses") };
        ("Not ready", format!("{reason} can be exploited by whoever can reach or supply the part that has it."))
    } else if seen == 0 {
        ("Nothing is known", "No applicable cell has evidence. This is not a pass.".to_owned())
    } else if medium > 0 {
        let reason = if medium == 1 { "1 safeguard is".to_owned() } else { format!("{medium} safeguards are") };
        ("Weak spots remain", format!("{reason} missing or need only one more thing to go wrong."))
    } else if unknown > 0 {
        let reason = format!(
            "Nothing serious was found where we looked, and {unknown} of {applicable} cells {} unknown.",
            is(unknown)
        );
        ("No serious weakness seen, but not all was looked at", reason)
    } else {
        (
            "No serious weakness found",
            "Every applicable cell has evidence. Absence of findings is not proof of safety.".to_owned(),
        )
    }
}

/// Why the total is what it is.
fn cap(score: &Scorecard) -> String {
    let Some(worst) = score.components.iter().min_by(|a, b| a.score.total_cmp(&b.score)) else {
        return "No component could be scored.".to_owned();
    };
    let (sum, count) = score.components.iter().fold((0.0, 0.0), |(sum, count), part| (sum + part.score, count + 1.0));
    let mean = sum / count;
    if score.total + 0.5 < mean {
        format!(
            "The four components average {}, but the total is capped at the weakest ({}, {}) plus 20.",
            number::points(mean),
            component(worst.component),
            number::points(worst.score),
        )
    } else {
        "The mean of the four components. It would be capped at the weakest plus 20; here the cap does not bite."
            .to_owned()
    }
}

/// The component inside a sentence.
fn component(component: Component) -> String {
    component.title().to_lowercase()
}

fn autonomy(autonomy: Autonomy) -> &'static str {
    match autonomy {
        Autonomy::Inform => "Informs: people decide and act",
        Autonomy::Assist => "Assists: people confirm each action",
        Autonomy::Act => "Acts by itself",
    }
}

fn shield() -> Markup {
    html! {
        svg.mark viewBox="0 0 24 24" aria-hidden="true" focusable="false" {
            path d="M3 21V8l3-4 3 4v13M9 21V8l3-4 3 4v13M15 21V8l3-4 3 4v13M2 13h20" {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ComponentScore;

    fn scorecard(scores: [f64; 4], total: f64) -> Scorecard {
        let components = Component::ALL.iter().zip(scores);
        let components =
            components.map(|(component, score)| ComponentScore { component: *component, score, coverage: 1.0 });
        Scorecard { total, components: components.collect(), coverage: 1.0, cells: Vec::new(), gaps: Vec::new() }
    }

    #[test]
    fn a_cap_that_bites_is_explained() {
        let text = cap(&scorecard([20.0, 90.0, 90.0, 80.0], 40.0));
        assert_eq!(
            text,
            "The four components average 70, but the total is capped at the weakest (models, 20) plus 20."
        );
        assert!(cap(&scorecard([60.0, 62.0, 64.0, 66.0], 63.0)).contains("does not bite"));
    }

    #[test]
    fn nothing_looked_at_is_no_pass() {
        assert_eq!(judgement(Tally::default(), 0, 19).0, "Nothing is known");
        assert!(judgement(Tally::default(), 5, 19).1.contains("14 of 19 cells are unknown"));
    }
}
