//! What is not known: cells without evidence, with the command that would give some, and artifacts that could not be
//! judged. Never counted as clean, and said so.

use maud::{Markup, html};
use palisade_base::Component;

use super::{heatmap::gap_anchor, text};
use crate::{
    Gap, Report,
    left_out::{remedy, said, worth_saying},
    render::number,
};

/// Gaps and unscanned artifacts.
pub(super) fn section(report: &Report) -> Markup {
    let gaps = &report.score.gaps;
    html! {
        section id="gaps" aria-labelledby="gaps-title" {
            h2 id="gaps-title" { "What is not known" }
            p.lead { "Unknown is never a pass: these cells earn no points until there is evidence on them." }
            @if gaps.is_empty() { p.none { "Every applicable cell has evidence." } }
            @for component in Component::ALL {
                @let mine: Vec<_> = gaps.iter().filter(|gap| gap.component == *component).collect();
                @if !mine.is_empty() {
                    h3 { (component.title()) }
                    ul.gaps { @for gap in mine { (self::gap(gap)) } }
                }
            }
            (not_looked_at(report))
        }
    }
}

/// What could not be judged, and what somebody left out.
pub(super) fn not_looked_at(report: &Report) -> Markup {
    let left_out: Vec<_> = worth_saying(&report.left_out).collect();
    html! {
        @if !report.unscanned.is_empty() { (unscanned(report)) }
        @if !left_out.is_empty() {
            h3 { "Left out" }
            p { "Somebody decided that these files are not looked at. A download brings its own ignore files." }
            ul.unscanned {
                @for left_out in left_out.iter().take(UNSCANNED) {
                    li {
                        span { (text::sentence(&text::capital(&said(left_out)))) }
                        span {
                            @for (at, example) in left_out.examples.iter().enumerate() {
                                @if at > 0 { ", " } code { (text::name(&example.to_string())) }
                            }
                        }
                        span.none { (text::sentence(remedy(&left_out.by))) }
                    }
                }
            }
        }
    }
}

fn gap(gap: &Gap) -> Markup {
    html! {
        li id=(gap_anchor(gap.threat, gap.component)) {
            b { (gap.threat.title()) }
            p { (text::sentence(&text::full(&gap.unknown))) }
            @match &gap.command {
                Some(command) => p.command { span.unseen { "Command that would find out: " } code { (text::line(command, text::SENTENCE)) } },
                None => p.none { "No command of this version can find out." },
            }
        }
    }
}

fn unscanned(report: &Report) -> Markup {
    let more = report.unscanned.len().saturating_sub(UNSCANNED);
    html! {
        h3 { "Not judged" }
        p { (text::count(report.unscanned.len(), "artifact")) " could not be read or parsed, and may hold anything." }
        ul.unscanned {
            @for unscanned in report.unscanned.iter().take(UNSCANNED) {
                li {
                    code { (text::name(&unscanned.artifact.to_string())) }
                    span { (text::sentence(&unscanned.reason)) }
                    @if let Some(component) = unscanned.component {
                        span.none { (component.title()) }
                    }
                }
            }
        }
        @if more > 0 { p.more { "and " (number::grouped(more as u64)) " more in the JSON report" } }
    }
}

/// The most unscanned artifacts that the page lists.
const UNSCANNED: usize = 100;
