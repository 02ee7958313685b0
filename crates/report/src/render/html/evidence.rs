//! Evidence as a reader can check it again: lines with their numbers, bytes with their offsets, digests, measured values
//! with their uncertainty, things that were looked for and are not there.

use std::ops::Range;

use maud::{Markup, html};
use palisade_base::{Artifact, Evidence, Excerpt, Target, View, hex};

use super::text;
use crate::render::number;

/// All evidence of one finding, up to a limit.
pub(super) fn list(evidence: &[Evidence]) -> Markup {
    let more = evidence.len().saturating_sub(SHOWN);
    html! {
        @for evidence in evidence.iter().take(SHOWN) { (one(evidence)) }
        @if more > 0 { p.more { "and " (text::count(more, "piece")) " of evidence more in the JSON report" } }
    }
}

/// An artifact and a place in it.
pub(super) fn target(target: &Target) -> Markup {
    let place = match target.place {
        Some(place) => match place.line {
            Some(line) => format!(":{line}"),
            None => format!("@{}", place.offset),
        },
        None => String::new(),
    };
    html! {
        code.target {
            (artifact(&target.artifact))
            @if !place.is_empty() { span.place { (place) } }
        }
    }
}

fn artifact(artifact: &Artifact) -> Markup {
    match artifact {
        Artifact::Entry { path, entry } => html! { (text::name(path)) span.place { "!" } (text::name(entry)) },
        Artifact::Call(number) => html! { "call " (number) },
        other => text::name(other.path()),
    }
}

fn one(evidence: &Evidence) -> Markup {
    match evidence {
        Evidence::Span { at, excerpt, label } => html! {
            figure.evidence {
                figcaption { (target(at)) span.label { (text::sentence(label)) } }
                (view(excerpt))
            }
        },
        Evidence::Digest { at, sha256 } => html! {
            div.evidence.value {
                p { (target(at)) span.label { "SHA-256 of what was judged" } }
                code.digest { (hex(sha256)) }
            }
        },
        Evidence::Absence { at, sought } => html! {
            div.evidence.value {
                p { (target(at)) span.label { "looked for, and not there" } }
                ul.sought {
                    @for sought in sought.iter().take(SOUGHT) { li { code { (text::name(sought)) } } }
                    @if sought.len() > SOUGHT { li { "and " (sought.len() - SOUGHT) " more" } }
                }
            }
        },
        Evidence::Metric { at, name, value, limit, interval, n, seed } => html! {
            div.evidence.value {
                p { (target(at)) span.label { "measured" } }
                p.metric {
                    span { (text::line(name, text::NAME)) } " " b { (number::measured(*value)) }
                    @if let Some(limit) = limit { span { ", limit " (number::measured(*limit)) } }
                }
                (scale(*value, *limit, *interval))
                p.none {
                    @if let Some((low, high)) = interval {
                        "95 % interval " (number::measured(*low)) " to " (number::measured(*high)) " · "
                    }
                    (text::count(usize::try_from(*n).unwrap_or(usize::MAX), "sample"))
                    @if let Some(seed) = seed { " · seed " (seed) }
                }
            }
        },
        Evidence::Record { line, chain } => html! {
            div.evidence.value {
                p { "Audit log, line " b { (number::grouped(*line)) } span.label { "chain hash" } }
                code.digest { (hex(chain)) }
            }
        },
    }
}

fn view(excerpt: &Excerpt) -> Markup {
    match &excerpt.view {
        View::Text { first_line, text } => lines(*first_line, text, &excerpt.marked),
        View::Bytes { offset, bytes } => dump(*offset, bytes, &excerpt.marked),
    }
}

fn lines(first: u32, text: &str, marked: &Range<usize>) -> Markup {
    let mut from = 0;
    let mut rows = Vec::new();
    for (number, line) in (u64::from(first)..).zip(text.split('\n')).take(LINES) {
        let cut = |at: usize| (0..=at.saturating_sub(from).min(line.len())).rev().find(|at| line.is_char_boundary(*at));
        let (start, end) = (cut(marked.start).unwrap_or(0), cut(marked.end).unwrap_or(0));
        let part = |range: Range<usize>| shown(line.get(range).unwrap_or_default());
        rows.push(html! {
            span.line data-line=(number) {
                (part(0..start))
                @if end > start { mark { (part(start..end)) } }
                (part(end.max(start)..line.len()))
            }
        });
        from += line.len() + 1;
    }
    html! { pre.code { code { @for row in &rows { (row) } } } }
}

fn shown(text: &str) -> String {
    text::line(&text.trim_end_matches('\r').replace('\t', "    "), LINE)
}

/// Offset, eight bytes, and what they look like as ASCII. Eight, since that fits on a telephone.
fn dump(offset: u64, bytes: &[u8], marked: &Range<usize>) -> Markup {
    let rows = bytes.chunks(ROW).take(ROWS).enumerate();
    html! {
        pre.code.hex {
            code {
                @for (row, chunk) in rows {
                    span.line data-line=(format!("{:08x}", offset.saturating_add((row * ROW) as u64))) {
                        @for (column, byte) in chunk.iter().enumerate() {
                            (byte_cell(&format!("{byte:02x}"), marked.contains(&(row * ROW + column)))) " "
                        }
                        (" ".repeat((ROW - chunk.len()) * 3 + 1))
                        @for (column, byte) in chunk.iter().enumerate() {
                            @let shown = if byte.is_ascii_graphic() { char::from(*byte) } else { '.' };
                            (byte_cell(&shown.to_string(), marked.contains(&(row * ROW + column))))
                        }
                    }
                }
            }
        }
    }
}

fn byte_cell(text: &str, marked: bool) -> Markup {
    html! { @if marked { mark { (text) } } @else { (text) } }
}

/// The value, its interval and its limit on one line. The numbers stand beside it as text.
fn scale(value: f64, limit: Option<f64>, interval: Option<(f64, f64)>) -> Markup {
    let (low, high) = interval.unwrap_or((value, value));
    let top = [value, high, limit.unwrap_or(value)].into_iter().fold(0.0, f64::max) * 1.15;
    let known = [value, low, high, limit.unwrap_or(0.0)].iter().all(|v| v.is_finite() && *v >= 0.0) && top > 0.0;
    let x = |v: f64| format!("{:.2}", (v / top * 100.0).clamp(0.0, 99.0));
    html! {
        @if known {
            svg.scale viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false" {
                rect.track y="3" width="100" height="2" {}
                @if interval.is_some() { rect.interval x=(x(low)) y="1.5" width=(x((high - low).max(0.0))) height="5" {} }
                rect.fill x=(x(value)) y="0" width="1" height="8" {}
                @if let Some(limit) = limit { rect.mark x=(x(limit)) y="0" width=".5" height="8" {} }
            }
        }
    }
}

/// The most pieces of evidence that a finding shows.
const SHOWN: usize = 8;
const SOUGHT: usize = 24;
const LINES: usize = 16;
const LINE: usize = 600;
const ROW: usize = 8;
const ROWS: usize = 16;

#[cfg(test)]
mod tests {
    use palisade_base::Mask;
    use proptest::prelude::*;

    use super::*;

    fn code(text: &str, range: Range<usize>) -> String {
        one(&Evidence::text(&Artifact::file("a.py"), text, range, Mask::No, "here")).into_string()
    }

    #[test]
    fn the_marked_part_is_marked_on_each_of_its_lines() {
        let page = code("x = f(\n  1)\n", 4..10);
        assert!(page.contains("<span class=\"line\" data-line=\"1\">x = <mark>f(</mark></span>"), "{page}");
        assert!(page.contains("<span class=\"line\" data-line=\"2\"><mark>  1</mark>)</span>"), "{page}");
    }

    #[test]
    fn excerpts_are_escaped() {
        let page = code("</pre><script>alert(\"x\")</script>\u{202e}", 0..6);
        assert!(!page.contains("<script") && page.contains("\\u{202e}"), "{page}");
    }

    #[test]
    fn bytes_show_offset_hex_and_letters() {
        let bytes = b"\x80\x04cos\nsystem\n(S'id'\ntR.";
        let page = one(&Evidence::bytes(&Artifact::file("m.pkl"), bytes, 2..4, "global")).into_string();
        assert!(page.contains("data-line=\"00000000\">80 04 <mark>63</mark> <mark>6f</mark> 73 0a 73 79"), "{page}");
        assert!(page.contains("..<mark>c</mark><mark>o</mark>s.sy"), "{page}");
        assert!(page.contains("data-line=\"00000008\""), "{page}");
    }

    #[test]
    fn strange_metrics_draw_nothing() {
        for value in [f64::NAN, f64::INFINITY, -1.0, 0.0] {
            assert_eq!(scale(value, None, None).into_string(), "");
        }
        assert!(scale(0.5, Some(0.1), Some((0.4, 0.6))).into_string().contains("interval"));
    }

    proptest! {
        #[test]
        fn any_excerpt_renders(text in "(\\PC|\n){0,60}", start in 0usize..80, len in 0usize..80) {
            let excerpt = Excerpt { view: View::Text { first_line: u32::MAX, text: text.clone() }, marked: start..start + len };
            view(&excerpt);
            let excerpt = Excerpt { view: View::Bytes { offset: u64::MAX, bytes: text.into_bytes() }, marked: start..start + len };
            view(&excerpt);
        }
    }
}
