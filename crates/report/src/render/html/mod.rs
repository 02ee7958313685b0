//! The report as one HTML page that needs nothing else: no script, no font, no network. What a CISO reads first stands
//! first; what an engineer needs opens below. Everything that comes from files is escaped and made visible.

mod components;
#[cfg(test)]
mod contrast;
mod evidence;
mod files;
mod findings;
mod frameworks;
mod gaps;
mod header;
mod heatmap;
mod markdown;
mod severity;
mod stages;
mod text;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest as _, Sha256};

use crate::{Report, render::number};

/// The whole page.
pub(crate) fn page(report: &Report) -> String {
    let title = header::title(report);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy());
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                meta name="robots" content="noindex";
                meta name="generator" content={ "Palisade " (report.version) };
                title { (title) " · Palisade report" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                (severity::shapes())
                a.skip href="#main" { "Skip to the report" }
                (header::header(report, &title))
                @if report.files.is_empty() { (contents(report)) }
                main id="main" tabindex="-1" {
                    @if report.files.is_empty() { (system(report)) } @else { (files::sections(report)) }
                }
                (header::footer(report))
            }
        }
    };
    page.into_string()
}

/// The sections of a report on a system.
fn system(report: &Report) -> Markup {
    html! {
        (header::verdict(report))
        (components::section(report))
        (heatmap::section(report))
        (stages::section(report))
        (findings::section(report))
        (gaps::section(report))
        (frameworks::section(report))
    }
}

fn contents(report: &Report) -> Markup {
    let gaps = report.score.gaps.len() + report.unscanned.len();
    html! {
        nav.contents aria-label="Contents" {
            ul {
                li { a href="#verdict" { "Verdict" } }
                li { a href="#components" { "Components" } }
                li { a href="#threats" { "Threats" } }
                li { a href="#stages" { "Lifecycle" } }
                li { a href="#findings" { "Findings " span.count { (number::grouped(report.findings.len() as u64)) } } }
                li { a href="#gaps" { "Gaps " span.count { (number::grouped(gaps as u64)) } } }
                li { a href="#frameworks" { "Frameworks" } }
            }
        }
    }
}

/// Nothing may be loaded, run, framed or sent, even if hostile text found a way out of its element.
fn policy() -> String {
    let digest = BASE64_STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    format!("default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'")
}

const STYLE: &str = concat!(
    include_str!("tokens.css"),
    include_str!("page.css"),
    include_str!("overview.css"),
    include_str!("findings.css"),
    include_str!("print.css"),
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn style_cannot_leave_its_element_or_load_anything() {
        for refused in ["</", "@import", "url(", "@font-face"] {
            assert!(!STYLE.contains(refused), "{refused}");
        }
    }

    #[test]
    fn policy_names_the_style_and_nothing_else() {
        assert!(policy().starts_with("default-src 'none'; style-src 'sha256-"));
        assert!(!policy().contains("unsafe"));
    }
}
