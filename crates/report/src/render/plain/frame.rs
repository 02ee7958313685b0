//! One finding: title, code or hex frames, notes and advice.

use std::ops::Range;

use annotate_snippets::{
    Annotation, AnnotationKind, Element, Group, Level, Message, Origin, Padding, Renderer, Snippet,
    renderer::DecorStyle,
};
use palisade_base::{Confidence, Evidence, Excerpt, Finding, Severity, Target, View, hex};

use super::{folded, line};
use crate::{
    Cited, Report,
    render::{Options, number::measured, position::Position, visible},
};

/// Renders findings one by one.
pub(crate) struct Frames<'a> {
    report: &'a Report,
    clauses: bool,
    /// The columns that notes may take.
    room: usize,
    renderer: Renderer,
}

impl<'a> Frames<'a> {
    pub(crate) fn new(report: &'a Report, options: &Options) -> Self {
        let decor = if options.unicode { DecorStyle::Unicode } else { DecorStyle::Ascii };
        let renderer = Renderer::styled().hyperlink(false).term_width(options.width).decor_style(decor);
        Self { report, clauses: options.clauses, room: options.width.saturating_sub(MARGIN), renderer }
    }

    /// The frame, without a line end.
    pub(crate) fn render(&mut self, finding: &Finding) -> String {
        let title = level(finding.severity).primary_title(line(&finding.message)).id(finding.rule.name);
        let mut elements: Vec<Element<'_>> = Vec::new();
        for (i, evidence) in finding.evidence.iter().enumerate() {
            show(evidence, finding, i == 0, self.room, &mut elements);
        }
        match finding.confidence {
            Confidence::High => {}
            Confidence::Medium => elements.push(note("medium confidence: usually true", self.room).into()),
            Confidence::Low => elements.push(note("low confidence: a hint, look for yourself", self.room).into()),
        }
        if self.clauses {
            let clauses = self.report.catalogue.clauses(finding.rule);
            elements.extend(clauses.iter().map(|cited| note(&clause(cited), self.room).into()));
        }
        if let Some(advice) = &finding.advice {
            elements.push(message(Level::HELP, advice, self.room).into());
        }
        let frame = self.renderer.render(&[Group::with_title(title).elements(elements)]);
        // A snippet that follows its origin gets a marker of its own, for a path that it does not have.
        let lines: Vec<&str> = frame.lines().filter(|line| !is_lone_marker(line)).map(str::trim_end).collect();
        lines.join("\n")
    }
}

/// Adds what shows one evidence.
fn show<'e>(evidence: &'e Evidence, finding: &Finding, first: bool, room: usize, elements: &mut Vec<Element<'e>>) {
    let kind = if first { AnnotationKind::Primary } else { AnnotationKind::Context };
    if let Evidence::Span { at, excerpt, label } = evidence {
        let position = Position::of_evidence(evidence);
        if !first {
            elements.push(Padding.into());
        }
        elements.push(origin(at, position).into());
        let label = line(label);
        match &excerpt.view {
            View::Text { first_line, text } => {
                let cut = position.is_none_or(|position| position.column.is_none());
                elements.push(text_frame(*first_line, text, &excerpt.marked, cut, kind, label).into());
            }
            View::Bytes { offset, bytes } => {
                elements.push(hex_frame(*offset, bytes, &excerpt.marked, kind, label).into());
            }
        }
        return;
    }
    if first && !finding.target.artifact.to_string().is_empty() {
        elements.push(origin(&finding.target, Position::of(finding)).into());
    }
    elements.push(note(&facts(evidence), room).into());
}

fn level(severity: Severity) -> Level<'static> {
    let level = match severity {
        Severity::Critical | Severity::High => Level::ERROR,
        Severity::Medium => Level::WARNING,
        Severity::Low => Level::NOTE,
        Severity::Info => Level::INFO,
    };
    level.with_name(severity.word())
}

fn note(text: &str, room: usize) -> Message<'static> {
    message(Level::NOTE, text, room)
}

fn message(level: Level<'static>, text: &str, room: usize) -> Message<'static> {
    level.message(folded(&line(text), room).join("\n"))
}

fn clause(Cited { framework, clause }: &Cited<'_>) -> String {
    format!("{} {}: {}", framework.name, clause.id, clause.title)
}

fn origin(at: &Target, position: Option<Position>) -> Origin<'static> {
    let path = line(&at.artifact.to_string());
    match (position, at.place) {
        (Some(position), _) => {
            let origin = Origin::path(path).line(position.line as usize);
            match position.column {
                Some(column) => origin.char_column(column as usize),
                None => origin,
            }
        }
        (None, Some(place)) => match place.line {
            Some(line) => Origin::path(path).line(line as usize),
            None => Origin::path(format!("{path} at byte {} (0x{:x})", place.offset, place.offset)),
        },
        (None, None) => Origin::path(path),
    }
}

/// Lines of text. What cannot be seen is written out, so the mark moves along.
fn text_frame<'e>(
    first_line: u32,
    text: &str,
    marked: &Range<usize>,
    cut: bool,
    kind: AnnotationKind,
    label: String,
) -> Snippet<'e, Annotation<'e>> {
    let part =
        |range: Range<usize>| visible::lines(&text.get(range).unwrap_or_default().replace("\r\n", "\n")).into_owned();
    let mut source = if cut { "… ".to_owned() } else { String::new() };
    source += &part(0..marked.start);
    let start = source.len();
    source += &part(marked.clone());
    let end = source.len();
    source += &part(marked.end..text.len());
    let annotation = kind.span(start..end).label(label);
    Snippet::source(source).line_start(first_line as usize).fold(false).annotation(annotation)
}

/// Lines of 16 bytes: offset, hex digits, and the characters where they are ASCII.
fn hex_frame<'e>(
    offset: u64,
    bytes: &[u8],
    marked: &Range<usize>,
    kind: AnnotationKind,
    label: String,
) -> Snippet<'e, Annotation<'e>> {
    let mut source = String::new();
    let mut annotations = Vec::new();
    let mut label = Some(label);
    for (row, chunk) in bytes.chunks(ROW).enumerate() {
        let first = row * ROW;
        let head = format!("{:08x}  ", offset.saturating_add(first as u64));
        let column = source.len() + head.len();
        let digits: Vec<String> = chunk.iter().map(|byte| format!("{byte:02x}")).collect();
        let ascii: String =
            chunk.iter().map(|b| if b.is_ascii_graphic() || *b == b' ' { char::from(*b) } else { '.' }).collect();
        let tail = format!("{:<width$}  |{ascii}|\n", digits.join(" "), width = ROW * 3 - 1);
        source.extend([head, tail]);
        let from = marked.start.clamp(first, first + chunk.len()) - first;
        let to = marked.end.clamp(first, first + chunk.len()) - first;
        if from < to {
            let annotation = kind.span(column + from * 3..column + to * 3 - 1);
            annotations.push(annotation.label(label.take()));
        }
    }
    Snippet::source(source.trim_end().to_owned()).line_numbering(false).fold(false).annotations(annotations)
}

fn is_lone_marker(line: &str) -> bool {
    [":::", "⸬"].iter().any(|marker| line.contains(marker))
        && !line.contains(|c: char| c.is_alphanumeric() && !STYLE.contains(c))
}

/// Evidence that is no span, in one line.
fn facts(evidence: &Evidence) -> String {
    match evidence {
        Evidence::Span { excerpt, label, .. } => format!("{label}: {}", Excerpt::marked_text(excerpt)),
        Evidence::Digest { at, sha256 } => format!("SHA-256 of {}: {}", at.artifact, hex(sha256)),
        Evidence::Absence { sought, .. } => format!("looked for and not found: {}", sought.join(", ")),
        Evidence::Metric { name, value, limit, interval, n, seed, .. } => {
            let parts = [
                Some(format!("{name} = {}", measured(*value))),
                limit.map(|limit| format!("limit {}", measured(limit))),
                interval.map(|(low, high)| format!("95 % interval {} to {}", measured(low), measured(high))),
                Some(format!("n = {n}")),
                seed.map(|seed| format!("seed {seed}")),
            ];
            parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
        }
        Evidence::Record { line, chain } => format!("line {line} of the audit log, chain hash {}", hex(chain)),
    }
}

const ROW: usize = 16;
/// What stands in front of a note, with a line number of four digits.
const MARGIN: usize = 14;
/// What the escapes of styles are made of.
const STYLE: &str = "0123456789m";

#[cfg(test)]
mod tests {
    use palisade_base::{Artifact, Mask};
    use proptest::prelude::*;

    use super::*;
    use crate::{render::plain::unstyled, sample};

    fn frame(evidence: Evidence, width: usize) -> String {
        let report = sample::report();
        let finding = Finding::builder(sample::rules()[0], evidence, "m").build();
        let options = Options { width, ..Options::default() };
        unstyled(&Frames::new(&report, &options).render(&finding))
    }

    #[test]
    fn marks_over_two_rows_are_both_drawn() {
        let bytes: Vec<u8> = (0x30..0x60).collect();
        let evidence = Evidence::bytes(&Artifact::file("m.bin"), &bytes, 20..32, "twelve bytes");
        insta::assert_snapshot!(frame(evidence, 100), @"
        critical[pickle-calls-function]: m
        --> m.bin at byte 20 (0x14)
         |
         | 0000000c  3c 3d 3e 3f 40 41 42 43 44 45 46 47 48 49 4a 4b  |<=>?@ABCDEFGHIJK|
         |                                   ^^^^^^^^^^^^^^^^^^^^^^^ twelve bytes
         | 0000001c  4c 4d 4e 4f 50 51 52 53 54 55 56 57 58 59 5a 5b  |LMNOPQRSTUVWXYZ[|
         |           ^^^^^^^^^^^
        ");
    }

    #[test]
    fn frames_can_be_drawn_with_box_characters() {
        let report = sample::report();
        let options = Options { unicode: true, ..Options::default() };
        insta::assert_snapshot!(unstyled(&Frames::new(&report, &options).render(&report.findings[1])), @"
        high[model-output-to-shell]: the model's answer is run as a shell command
          ╭▸ helpdesk/app/main.py:5:2
          │
        5 │     subprocess.run(answer, shell=True)
          │     ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ runs as a shell command
          │
          ⸬  helpdesk/app/main.py:4:11
          │
        4 │     answer = llm.complete(ticket)
          │              ──────────────────── the answer comes from here
          │
          ╰ help: let the model choose from a fixed list of actions, and pass arguments as a list
                  without a shell
        ");
        insta::assert_snapshot!(unstyled(&Frames::new(&report, &options).render(&report.findings[0])), @"
        critical[pickle-calls-function]: loading this file calls `posix.system`
         ╭▸ helpdesk/models/legacy.pkl at byte 37 (0x25)
         │
         │ 0000001d  94 8c 04 74 72 75 65 94 52 2e                    |...true.R.|
         │                                   ━━ REDUCE calls `posix.system`
         │
         ├ note: SHA-256 of helpdesk/models/legacy.pkl:
         │       abababababababababababababababababababababababababababababababab
         ╰ help: convert the weights to safetensors, and load nothing else
        ");
    }

    #[test]
    fn long_lines_are_cut_on_both_sides() {
        let text = format!("{}bad{}", "a ".repeat(400), " b".repeat(400));
        let evidence = Evidence::text(&Artifact::file("m.js"), &text, 800..803, Mask::No, "here");
        insta::assert_snapshot!(frame(evidence, 60), @"
        critical[pickle-calls-function]: m
         --> m.js:1
          |
        1 | ... a a a a a a a a a a bad b b b b b b b b b b b b b...
          |                         ^^^ here
        ");
    }

    #[test]
    fn spans_over_lines_are_drawn() {
        let text = "call(\n  one,\n  two,\n)\nrest\n";
        let evidence = Evidence::text(&Artifact::file("m.py"), text, 0..21, Mask::No, "all of it");
        insta::assert_snapshot!(frame(evidence, 60), @"
        critical[pickle-calls-function]: m
         --> m.py:1:1
          |
        1 | / call(
        2 | |   one,
        3 | |   two,
        4 | | )
          | |_^ all of it
        ");
    }

    #[test]
    fn clauses_name_their_framework() {
        let framework = sample::framework();
        let cited = Cited { framework: &framework, clause: &framework.clauses[0] };
        assert_eq!(clause(&cited), "owasp-llm-2025 LLM03: Know where models and packages come from");
    }

    #[test]
    fn a_line_of_the_log_has_no_path() {
        insta::assert_snapshot!(frame(Evidence::Record { line: 7, chain: [0xcd; 32] }, 100), @"
        critical[pickle-calls-function]: m
         |
         = note: line 7 of the audit log, chain hash
                 cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd
        ");
    }

    proptest! {
        /// The frames are drawn by somebody else's code: nothing that can be excerpted may stop it.
        #[test]
        fn any_excerpt_can_be_drawn(
            text in "[ab\t\r\u{1b}\u{202e}\u{301}ß日👍🏽\u{e0041}\u{feff}]{0,60}(\r?\n[a\tß日\u{200d}]{0,30}){0,10}",
            start in 0usize..200,
            len in 0usize..100,
            width in 0usize..140,
            masked: bool,
        ) {
            let artifact = Artifact::entry("p\u{1b}", &text);
            let mask = if masked { Mask::Yes } else { Mask::No };
            frame(Evidence::text(&artifact, &text, start..start + len, mask, "label"), width);
            frame(Evidence::bytes(&artifact, text.as_bytes(), start..start + len, "label"), width);
        }
    }
}
