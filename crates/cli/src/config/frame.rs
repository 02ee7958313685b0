//! Shows problems of a file as code frames: the line, a caret under what is wrong, hints below.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::Problem;

/// Renders every problem as a frame, with colours that the caller may strip.
pub(super) fn render(shown: &str, text: &str, problems: &[Problem], level: &Level<'_>) -> String {
    let frames: Vec<String> = problems.iter().map(|problem| one(shown, text, problem, level)).collect();
    frames.join("\n\n")
}

fn one(shown: &str, text: &str, problem: &Problem, level: &Level<'_>) -> String {
    let span = first_line(text, &problem.span);
    let snippet = Snippet::source(text).path(shown).annotation(AnnotationKind::Primary.span(span));
    let mut report = vec![level.clone().primary_title(&problem.message).element(snippet)];
    for hint in &problem.hints {
        report.push(Group::with_title(Level::HELP.with_name("hint").secondary_title(hint)));
    }
    Renderer::styled().render(&report).clone()
}

/// A table's span covers all of its keys; its first line says enough.
fn first_line(text: &str, span: &Range<usize>) -> Range<usize> {
    let inside = text.get(span.clone()).unwrap_or_default();
    let length = inside.find('\n').unwrap_or(inside.len());
    let end = (span.start + length.max(1)).min(text.len());
    span.start.min(text.len())..end.max(span.start.min(text.len()))
}
