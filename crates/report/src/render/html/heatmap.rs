//! Six threats against four components: a real table. Unknown looks like nothing else, and never like good.

use maud::{Markup, PreEscaped, html};
use palisade_base::{Component, Grade, Threat};

use super::{components::level, severity, text};
use crate::{Cell, Report, render::number};

/// The table of 24 cells, its legend, and why some cells do not apply.
pub(super) fn section(report: &Report) -> Markup {
    let cells = &report.score.cells;
    let inapplicable: Vec<_> = cells.iter().filter_map(|cell| cell.inapplicable.map(|why| (cell, why))).collect();
    html! {
        section id="threats" aria-labelledby="threats-title" {
            h2 id="threats-title" { "Six threats against four components" }
            p.lead { "Each cell shows how far the evidence goes, the worst finding and the points from 0 to 100. Cells lead to their findings or to the gap." }
            div.scroll role="region" aria-label="Table of threats and components" tabindex="0" {
                table.heat {
                    thead {
                        tr {
                            th scope="col" { "Threat" }
                            @for component in Component::ALL { th scope="col" { (heading(*component)) } }
                        }
                    }
                    tbody {
                        @for threat in Threat::ALL {
                            tr {
                                th scope="row" { (threat.title()) }
                                @for component in Component::ALL {
                                    @match cells.iter().find(|cell| cell.threat == *threat && cell.component == *component) {
                                        Some(cell) => (self::cell(report, cell)),
                                        None => td class="cell unknown" { "unknown" },
                                    }
                                }
                            }
                        }
                    }
                }
            }
            (legend())
            @if !inapplicable.is_empty() {
                details.fold {
                    summary { "Why " (text::count(inapplicable.len(), "cell")) (if inapplicable.len() == 1 { " does" } else { " do" }) " not apply" }
                    ul.plain {
                        @for (cell, why) in &inapplicable {
                            li { b { (cell.threat.title()) " against " (cell.component.title().to_lowercase()) } ": " (text::line(why, text::SENTENCE)) }
                        }
                    }
                }
            }
        }
    }
}

/// Where the findings of a cell are listed.
pub(super) fn findings_anchor(threat: Threat, component: Component) -> String {
    format!("{component}-{threat}")
}

/// Where the gap of a cell is listed.
pub(super) fn gap_anchor(threat: Threat, component: Component) -> String {
    format!("gap-{component}-{threat}")
}

fn cell(report: &Report, cell: &Cell) -> Markup {
    if cell.inapplicable.is_some() {
        return html! { td class="cell na" { span { "does not apply" } } };
    }
    let listed = report
        .findings
        .iter()
        .any(|finding| finding.component == cell.component && finding.rule.threats.contains(&cell.threat));
    let gap = report.score.gaps.iter().any(|gap| gap.threat == cell.threat && gap.component == cell.component);
    let href = if listed {
        Some(format!("#{}", findings_anchor(cell.threat, cell.component)))
    } else {
        gap.then(|| format!("#{}", gap_anchor(cell.threat, cell.component)))
    };
    let class = match cell.grade {
        Grade::E0 => "cell unknown".to_owned(),
        Grade::E1 => format!("cell declared {}", level(cell.points)),
        _ => format!("cell {}", level(cell.points)),
    };
    let inside = html! {
        @if cell.grade == Grade::E0 {
            span.word { "unknown" }
        } @else {
            span.points { (number::points(cell.points)) span.unseen { " points" } }
            span.grade { (grade(cell.grade)) }
            span.found {
                @match cell.worst {
                    Some(worst) => {
                        (severity::icon(worst))
                        span.word { (worst) }
                        @if cell.findings > 1 { span.times { "+" (number::grouped(cell.findings as u64 - 1)) " more" } }
                    },
                    None => span.word { "no finding" },
                }
            }
        }
    };
    html! {
        td class=(class) {
            @match href {
                Some(href) => a href=(href) { (inside) },
                None => div { (inside) },
            }
        }
    }
}

/// How far the evidence goes: a word, and its meaning on demand.
fn grade(grade: Grade) -> Markup {
    let (short, long) = words(grade);
    html! { abbr title=(long) { (short) } }
}

/// The grade in a word, and what it means.
fn words(grade: Grade) -> (&'static str, &'static str) {
    match grade {
        Grade::E0 => ("unknown", "nobody looked: no points"),
        Grade::E1 => ("declared", "somebody says so, or only part could be judged"),
        Grade::E2 => ("seen", "files and settings were read"),
        Grade::E3 => ("tested", "an attack was run"),
        Grade::E4 => ("replayable", "an attack was run, and the run is signed"),
    }
}

fn legend() -> Markup {
    html! {
        div.legend {
            dl {
                @for grade in [Grade::E0, Grade::E1, Grade::E2, Grade::E3, Grade::E4] {
                    div { dt { (words(grade).0) } dd { (words(grade).1) } }
                }
            }
            dl {
                @for (class, meaning) in [
                    ("p0", "0–19"), ("p1", "20–39"), ("p2", "40–59"), ("p3", "60–79"), ("p4", "80–100 points"),
                    ("declared", "only declared"), ("unknown", "unknown: no points"), ("na", "does not apply: not counted"),
                ] {
                    div { dt { span class={ "swatch " (class) } {} } dd { (meaning) } }
                }
            }
        }
    }
}

/// Column headings that may break where a narrow screen needs it.
fn heading(component: Component) -> PreEscaped<&'static str> {
    PreEscaped(match component {
        Component::Model => "Models",
        Component::Application => "Appli&shy;cations",
        Component::Infrastructure => "Infra&shy;structure",
        Component::Data => "Data",
    })
}
