//! The six lifecycle stages as a strip: where in the life of the system its findings can be mended.

use maud::{Markup, html};
use palisade_base::Stage;

use super::severity::Tally;
use crate::{Report, render::number};

/// The strip.
pub(super) fn section(report: &Report) -> Markup {
    html! {
        section id="stages" aria-labelledby="stages-title" {
            h2 id="stages-title" { "Where to mend it" }
            p.lead { "The six stages of the lifecycle, in order, with what can be mended in each. A finding counts in every stage in which it can be." }
            ol.stages {
                @for stage in Stage::ALL {
                    @let tally = Tally::of(report.findings.iter().filter(|finding| finding.rule.stages.contains(stage)));
                    li class=[(tally.total() == 0).then_some("quiet")] {
                        h3 { (stage.title()) }
                        p.number {
                            strong { (number::grouped(tally.total() as u64)) }
                            (if tally.total() == 1 { " finding" } else { " findings" })
                        }
                        @if tally.total() > 0 { (tally.chips("")) }
                    }
                }
            }
        }
    }
}
