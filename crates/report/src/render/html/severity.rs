//! How severities look: a shape, a word and a colour each, so that none of the three is needed to understand it.

use maud::{Markup, html};
use palisade_base::{Finding, Severity};

use crate::render::number;

/// How many findings there are of each severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally([usize; 5]);

impl Tally {
    /// Counts `findings`.
    pub(super) fn of<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Self {
        let mut tally = Self::default();
        for finding in findings {
            if let Some(count) = tally.0.get_mut(finding.severity as usize) {
                *count += 1;
            }
        }
        tally
    }

    /// The number of findings of one severity.
    pub(super) fn at(self, severity: Severity) -> usize {
        self.0.get(severity as usize).copied().unwrap_or_default()
    }

    /// The number of findings.
    pub(super) fn total(self) -> usize {
        self.0.iter().sum()
    }

    /// The severities that occur, worst first, with their number.
    pub(super) fn worst_first(self) -> impl Iterator<Item = (Severity, usize)> {
        Severity::ALL.iter().rev().map(move |severity| (*severity, self.at(*severity))).filter(|(_, count)| *count > 0)
    }

    /// One chip for each severity that occurs; `none` if none does.
    pub(super) fn chips(self, none: &str) -> Markup {
        html! {
            @if self.total() == 0 {
                p.none { (none) }
            } @else {
                ul.chips {
                    @for (severity, count) in self.worst_first() {
                        li class={ "chip " (severity) } { (icon(severity)) b { (number::grouped(count as u64)) } " " (severity) }
                    }
                }
            }
        }
    }
}

/// The word with its shape.
pub(super) fn badge(severity: Severity) -> Markup {
    html! { span class={ "badge " (severity) } { (icon(severity)) (severity) } }
}

/// The shape alone, for places where the word stands beside it.
pub(super) fn icon(severity: Severity) -> Markup {
    html! {
        svg.icon viewBox="0 0 16 16" aria-hidden="true" focusable="false" {
            use href={ "#shape-" (severity) } {}
        }
    }
}

/// The shapes, once a page. The more corners point upward, the worse.
pub(super) fn shapes() -> Markup {
    html! {
        svg.shapes width="0" height="0" aria-hidden="true" focusable="false" {
            @for severity in Severity::ALL {
                symbol id={ "shape-" (severity) } viewBox="0 0 16 16" { (shape(*severity)) }
            }
        }
    }
}

fn shape(severity: Severity) -> Markup {
    match severity {
        Severity::Critical => html! {
            path fill="currentColor" d="M5 .8h6L15.2 5v6L11 15.2H5L.8 11V5z" {}
            path.cut d="M5.3 5.3l5.4 5.4m0-5.4l-5.4 5.4" {}
        },
        Severity::High => html! {
            path fill="currentColor" d="M8 1.2l7.2 13H.8z" {}
            path.cut d="M8 6v4m0 1.6v.4" {}
        },
        Severity::Medium => html! { path fill="currentColor" d="M8 .8L15.2 8 8 15.2.8 8z" {} },
        Severity::Low => html! { path.line d="M8 2.4L13.6 8 8 13.6 2.4 8z" {} },
        Severity::Info => html! { circle.line cx="8" cy="8" r="4.6" {} },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_severity_has_its_own_shape() {
        let page = shapes().into_string();
        for severity in Severity::ALL {
            assert!(page.contains(&format!("id=\"shape-{severity}\"")), "{severity}");
            assert!(icon(*severity).into_string().contains(&format!("#shape-{severity}")), "{severity}");
        }
    }

    #[test]
    fn nothing_found_is_said_in_words() {
        assert_eq!(Tally::default().chips("nothing seen").into_string(), "<p class=\"none\">nothing seen</p>");
    }
}
