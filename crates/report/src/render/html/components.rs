//! The four components: how they balance, and a card for each.

use maud::{Markup, html};
use palisade_base::{Component, Finding};

use super::{severity::Tally, text};
use crate::{Report, Scorecard, render::number, score::evidenced};

/// The four scores as bars beside the total.
pub(super) fn balance(score: &Scorecard) -> Markup {
    html! {
        figure.balance {
            figcaption { "Balance of the four components; the line marks the total" }
            dl {
                @for part in &score.components {
                    div {
                        dt { (part.component.title()) }
                        dd { (bar(part.score, Some(score.total))) span.value { (number::points(part.score)) } }
                    }
                }
            }
        }
    }
}

/// A card for each component.
pub(super) fn section(report: &Report) -> Markup {
    html! {
        section id="components" aria-labelledby="components-title" {
            h2 id="components-title" { "Four components" }
            p.lead { "An AI system is as safe as its most neglected part. " a href="#findings" { "Findings" } " are grouped the same way." }
            ul.cards {
                @for component in Component::ALL { li.card { (card(report, *component)) } }
            }
        }
    }
}

fn card(report: &Report, component: Component) -> Markup {
    let findings: Vec<_> = report.findings.iter().filter(|finding| finding.component == component).collect();
    let tally = Tally::of(findings.iter().copied());
    let score = report.score.components.iter().find(|part| part.component == component);
    let (seen, applicable) = evidenced(report.score.cells.iter().filter(|cell| cell.component == component));
    html! {
        h3 { a href={ "#in-" (component) } { (component.title()) } }
        p.what { (what(component)) }
        @if let Some(score) = score {
            p.score { strong { (number::points(score.score)) } " " span { "of 100" } }
            (bar(score.score, None))
        }
        p.coverage {
            @if applicable == 0 { "no cell applies" } @else { "evidence on " b { (seen) " of " (applicable) } " cells" }
        }
        (tally.chips(if seen == 0 { "Not looked at." } else { "No findings." }))
        @if let Some(worst) = worst(&findings) {
            p.worst { span.label { "Worst" } (text::sentence(&text::capital(&worst.message))) }
        }
    }
}

/// A bar from 0 to 100, with a line across it at `mark`. Its value stands beside it as text.
fn bar(value: f64, mark: Option<f64>) -> Markup {
    let width = if value.is_finite() { value.clamp(0.0, 100.0) } else { 0.0 };
    html! {
        svg.bar viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false" {
            rect.track width="100" height="8" {}
            rect class={ "fill " (level(value)) } width=(format!("{width:.1}")) height="8" {}
            @if let Some(mark) = mark.filter(|mark| mark.is_finite()) {
                rect.mark x=(format!("{:.1}", mark.clamp(0.0, 99.4))) width=".6" height="8" {}
            }
        }
    }
}

/// Five steps from bad to good, as class names.
pub(super) fn level(points: f64) -> &'static str {
    match points {
        p if p >= 80.0 => "p4",
        p if p >= 60.0 => "p3",
        p if p >= 40.0 => "p2",
        p if p >= 20.0 => "p1",
        _ => "p0",
    }
}

fn worst<'a>(findings: &[&'a Finding]) -> Option<&'a Finding> {
    findings.iter().copied().max_by(|a, b| {
        (a.severity, a.confidence).cmp(&(b.severity, b.confidence)).then_with(|| b.target.cmp(&a.target))
    })
}

fn what(component: Component) -> &'static str {
    match component {
        Component::Model => "Weights, tokenizers, chat templates and prompts",
        Component::Application => "The code that calls models and acts on what they say",
        Component::Infrastructure => "Images, clusters, servers and stores below them",
        Component::Data => "What models learn from, are tested on and retrieve",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_stay_inside_their_box() {
        for value in [-5.0, 0.0, 55.55, 500.0, f64::NAN, f64::INFINITY] {
            let bar = bar(value, Some(value)).into_string();
            assert!(!bar.contains("NaN") && !bar.contains("inf") && !bar.contains("500"), "{bar}");
        }
    }

    #[test]
    fn levels_ascend() {
        let levels: Vec<_> = [0.0, 20.0, 40.0, 60.0, 80.0, f64::NAN].map(level).to_vec();
        assert_eq!(levels, ["p0", "p1", "p2", "p3", "p4", "p0"]);
    }
}
