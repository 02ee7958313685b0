//! Judgements as a report: findings with their places, in every form that reports have.

use std::{collections::BTreeMap, ops::Range, time::Duration};

use palisade_base::{
    Artifact, Confidence, Described, Evidence, Finding, Mask, Meta, Observed, Origin, Severity, Unscanned, View, hidden,
};
use palisade_report::Level;
use palisade_text::{Found, Judgement, Verdict};

use super::{Second, sources::Source};
use crate::Exit;

/// What was seen of every text; `scored` if the classifier of injection has run.
pub(super) fn observed(
    judged: &[(Source, Judgement)],
    seconds: &[Option<Second>],
    origin: Origin,
    scored: bool,
    elapsed: Duration,
) -> Observed {
    let mut observed = Observed::default();
    let rules = palisade_text::descriptions();
    for ((source, judgement), second) in judged.iter().zip(seconds) {
        let artifact = Artifact::file(source.name.as_str());
        let masked = masked(&source.text, &judgement.findings);
        let mut lines = Lines { text: &masked, start: 0, before: 0 };
        for found in &judgement.findings {
            let Some(rule) = rules.iter().find(|rule| rule.name == found.rule) else { continue };
            observed.findings.push(finding(&mut lines, source, &artifact, rule, found));
        }
        if let Some(reason) = unknown(judgement, second.as_ref()) {
            observed.unscanned.push(Unscanned { artifact: artifact.clone(), component: None, reason: reason.into() });
        }
        let bytes = source.len() as u64;
        let title = if scored { "" } else { ", not judged for injection" };
        let title = format!("text from {}{title}", author(origin)).into();
        observed.described.push(Described { artifact, title, bytes });
        observed.stats.files += 1;
        observed.stats.judged += 1;
        observed.stats.bytes += bytes;
    }
    observed.stats.elapsed = elapsed;
    observed
}

/// The verdict on every text, by its name.
pub(super) fn ruled(judged: &[(Source, Judgement)]) -> BTreeMap<String, Level> {
    let level = |verdict| match verdict {
        Verdict::Pass => Level::Pass,
        Verdict::Edit => Level::Edit,
        Verdict::Review => Level::Review,
        Verdict::Block => Level::Block,
    };
    judged.iter().map(|(source, judgement)| (source.name.clone(), level(judgement.verdict))).collect()
}

/// Why not all of a text was judged; none if it was.
pub(super) fn unknown(judgement: &Judgement, second: Option<&Second>) -> Option<String> {
    match (second, judgement.omitted) {
        _ if judgement.complete => None,
        (Some(Err(error)), _) => Some(format!("your classifier failed on it: {error}")),
        (_, 0) => Some("it is disguised in more ways than are undone, or longer than the classifier reads".to_owned()),
        (_, omitted) => Some(format!("{omitted} more findings are not listed")),
    }
}

/// How a run ends: what is found at or over the limit comes first, then what could not be judged.
pub(super) fn exit(judged: &[(Source, Judgement)], limit: Option<Severity>) -> Exit {
    let limit = limit.unwrap_or(Severity::High);
    let mut found = judged.iter().flat_map(|(_, judgement)| &judgement.findings);
    if found.any(|found| severity(found) >= limit) {
        Exit::Findings
    } else if judged.iter().any(|(_, judgement)| !judgement.complete) {
        Exit::Failed
    } else if judged.is_empty() {
        Exit::Nothing
    } else {
        Exit::Clean
    }
}

/// The text without the values that were found in it, byte for byte: what is secret does not belong into reports, wherever
/// it stands. The first characters stay, so that an owner knows which one it is.
fn masked(text: &str, found: &[Found]) -> String {
    let hide = |found: &&Found| found.entity().is_some() || found.rule == "leak" || found.kind.ends_with("-in-address");
    let ranges = found.iter().filter(hide).map(|found| {
        let value = text.get(found.range.clone()).unwrap_or_default();
        let shown = if found.kind.ends_with("-in-address") { 16 } else { 4 };
        let kept = value.char_indices().nth(shown.min(value.chars().count() / 3)).map_or(0, |(at, _)| at);
        found.range.start + kept..found.range.end
    });
    hidden(text, &ranges.collect::<Vec<_>>())
}

/// Finds lines of places that grow, without counting from the start each time.
struct Lines<'t> {
    text: &'t str,
    /// The start of a line near the last place, and how many lines stand before it.
    start: usize,
    before: u32,
}

impl Lines<'_> {
    fn evidence(&mut self, artifact: &Artifact, range: Range<usize>, label: String) -> Evidence {
        let near = range.start.saturating_sub(NEAR);
        if let Some(skipped) = self.text.as_bytes().get(self.start..near)
            && let Some(last) = memchr::memrchr(b'\n', skipped)
        {
            let lines = memchr::memchr_iter(b'\n', skipped.get(..=last).unwrap_or_default()).count();
            self.before += u32::try_from(lines).unwrap_or(u32::MAX);
            self.start += last + 1;
        }
        // On a long line the piece begins within it.
        let start =
            (self.start.max(near)..=range.start).find(|at| self.text.is_char_boundary(*at)).unwrap_or(range.start);
        let most = self.text.len().min(range.end + FAR);
        let end = (start..=most).rev().find(|end| self.text.is_char_boundary(*end));
        let piece = self.text.get(start..end.unwrap_or(start)).unwrap_or_default();
        let mut evidence = Evidence::text(artifact, piece, range.start - start..range.end - start, Mask::No, label);
        if let Evidence::Span { at, excerpt, .. } = &mut evidence {
            if let Some(place) = &mut at.place {
                place.offset += start as u64;
                place.line = place.line.map(|line| line.saturating_add(self.before));
            }
            if let View::Text { first_line, .. } = &mut excerpt.view {
                *first_line = first_line.saturating_add(self.before);
            }
        }
        evidence
    }
}

/// An origin in a sentence.
pub(super) const fn author(origin: Origin) -> &'static str {
    match origin {
        Origin::System => "the system prompt",
        Origin::Developer => "the developer",
        Origin::User => "a user",
        Origin::Tool => "a tool",
        Origin::Document => "a document",
        Origin::Model => "a model",
    }
}

fn finding(lines: &mut Lines<'_>, source: &Source, artifact: &Artifact, rule: &'static Meta, found: &Found) -> Finding {
    let label = match found.revealed_by.as_slice() {
        [] => String::new(),
        steps => format!("read through {}", steps.join(", ")),
    };
    let message = if found.kind == found.rule {
        format!("{}, score {:.2}", rule.summary, found.score)
    } else if found.kind.starts_with("topic/") {
        format!("{}: {}", found.kind, rule.summary)
    } else {
        format!("{}: {}", found.kind.replace('-', " "), rule.summary)
    };
    let mut evidence = lines.evidence(artifact, found.range.clone(), label);
    // Whoever looks there looks into the bytes that were read.
    if let Evidence::Span { at, .. } = &mut evidence
        && let Some(place) = &mut at.place
    {
        let read = |place: u64| usize::try_from(place).map_or(place, |place| source.read_at(place) as u64);
        (place.offset, place.len) =
            (read(place.offset), read(place.offset + place.len).saturating_sub(read(place.offset)));
    }
    let builder = Finding::builder(rule, evidence, message).severity(severity(found)).confidence(found.confidence);
    match (found.entity(), found.verdict()) {
        (None, _) => builder.build(),
        (Some(_), Verdict::Edit) => builder.advice("`--redact replace` takes it out").build(),
        // What may be none, and what is public, goes only if its kind is named.
        (Some(_), _) => builder.advice(format!("`--redact {}=replace` takes it out", found.kind)).build(),
    }
}

/// The severity follows from what the verdict does with the text.
fn severity(found: &Found) -> Severity {
    match (found.verdict(), found.confidence) {
        (Verdict::Block, _) => Severity::High,
        (Verdict::Review | Verdict::Edit, _) => Severity::Medium,
        (Verdict::Pass, Confidence::Low) => Severity::Info,
        (Verdict::Pass, _) => Severity::Low,
    }
}

/// An excerpt begins at most this far before what it marks,
const NEAR: usize = 1024;
/// and ends at most this far behind it.
const FAR: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_those_of_the_bytes_that_were_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("latin.txt");
        let bytes = b"caf\xe9 \xff\xfe, bob@example.com \xf0\x9f";
        std::fs::write(&path, bytes).unwrap();
        let source = super::super::sources::file(&path).unwrap();
        let judgement = palisade_text::Inspector::default().inspect(&source.text, Origin::User);
        let observed = observed(&[(source, judgement)], &[None], Origin::User, true, Duration::ZERO);
        let place = observed.findings[0].target.place.unwrap();
        let (start, len) = (usize::try_from(place.offset).unwrap(), usize::try_from(place.len).unwrap());
        assert_eq!(bytes.get(start..start + len), Some(&b"bob@example.com"[..]));
        assert_eq!(observed.described[0].bytes, bytes.len() as u64);
    }
}
