//! A judgement as JSON: one line of `--jsonl`, or one element of `--format json`.

use palisade_base::Origin;
use palisade_text::{Explained, Found, Judgement};
use serde::Serialize;
use serde_json::Value;

/// The judgement of one text.
#[derive(Debug, Serialize)]
pub(super) struct Judged<'a> {
    id: &'a Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<Origin>,
    score: f32,
    verdict: &'static str,
    findings: Vec<Finding<'a>>,
    #[serde(skip_serializing_if = "is_true")]
    complete: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<Explanation>,
}

/// A finding; `start` and `end` count characters of the text as it was given.
#[derive(Debug, Serialize)]
struct Finding<'a> {
    rule: &'static str,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    entity: Option<&'static str>,
    start: usize,
    end: usize,
    score: f32,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    revealed_by: &'a [&'static str],
}

/// The parts of a score.
#[derive(Debug, Serialize)]
struct Explanation {
    logit: f32,
    bias: f32,
    start: usize,
    end: usize,
    parts: Vec<Part>,
}

#[derive(Debug, Serialize)]
struct Part {
    start: usize,
    end: usize,
    weight: f32,
    feature: String,
}

impl<'a> Judged<'a> {
    /// Puts a judgement of `text` into its form.
    pub(super) fn new(id: &'a Value, text: &str, judgement: &'a Judgement) -> Self {
        let mut count = Characters { text, at: 0, count: 0 };
        let finding = |found: &'a Found| Finding {
            rule: found.rule,
            kind: found.kind,
            entity: found.entity(),
            start: count.before(found.range.start),
            end: count.before(found.range.end),
            score: found.score,
            revealed_by: &found.revealed_by,
        };
        Self {
            id,
            origin: None,
            score: judgement.score,
            verdict: judgement.verdict.name(),
            findings: judgement.findings.iter().map(finding).collect(),
            complete: judgement.complete,
            explanation: None,
        }
    }

    /// Says with which origin the text was judged.
    pub(super) const fn from(mut self, origin: Origin) -> Self {
        self.origin = Some(origin);
        self
    }

    /// Adds the parts of the score.
    pub(super) fn explained(mut self, text: &str, explained: Option<Explained>) -> Self {
        let mut count = Characters { text, at: 0, count: 0 };
        self.explanation = explained.map(|explained| Explanation {
            logit: explained.logit,
            bias: explained.bias,
            start: count.before(explained.window.start),
            end: count.before(explained.window.end),
            parts: explained
                .parts
                .into_iter()
                .map(|part| Part {
                    start: count.before(part.range.start),
                    end: count.before(part.range.end),
                    weight: part.weight,
                    feature: part.feature,
                })
                .collect(),
        });
        self
    }
}

/// Counts characters before places that mostly grow, without starting over each time.
struct Characters<'t> {
    text: &'t str,
    at: usize,
    count: usize,
}

impl Characters<'_> {
    fn before(&mut self, place: usize) -> usize {
        let chars = |from: usize, to: usize| self.text.get(from..to).map_or(0, |part| part.chars().count());
        if place >= self.at {
            self.count += chars(self.at, place);
        } else {
            self.count -= chars(place, self.at);
        }
        self.at = place;
        self.count
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
const fn is_true(value: &bool) -> bool {
    *value
}
