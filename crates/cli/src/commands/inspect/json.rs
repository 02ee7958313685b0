//! Judgements as JSON: one line of `--jsonl`, or the document of `--format json`. The schemas in `schemas/` come from here.

use palisade_base::Origin;
use palisade_text::{Explained, Found, Judgement};
use schemars::{JsonSchema, schema_for};
use serde::Serialize;
use serde_json::{Value, value::RawValue};

use super::Second;

/// The schema of `--format json`.
pub(crate) fn document_schema() -> Value {
    sorted(schema_for!(Document<'static>))
}

/// The schema of one line of `--jsonl`.
pub(crate) fn line_schema() -> Value {
    sorted(schema_for!(Answer<'static>))
}

fn sorted(schema: schemars::Schema) -> Value {
    let mut schema = schema.to_value();
    schema.sort_all_objects();
    schema
}

/// Every text of one run, judged.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "palisade inspect")]
pub(super) struct Document<'a> {
    /// The version of this form. Fields are added, never renamed, removed or given another meaning.
    #[schemars(extend("const" = SCHEMA))]
    schema: &'static str,
    /// The number in `schema`.
    version: u32,
    /// The judgements, in the order of the texts.
    texts: Vec<Judged<'a>>,
}

impl<'a> Document<'a> {
    /// These judgements.
    pub(super) const fn of(texts: Vec<Judged<'a>>) -> Self {
        Self { schema: SCHEMA, version: 1, texts }
    }
}

const SCHEMA: &str = "palisade.inspect/v1";

/// One line of the output of `--jsonl`: for each line of the input that is not blank, in order.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "palisade inspect --jsonl, a line")]
#[serde(untagged)]
pub(super) enum Answer<'a> {
    /// The text was judged.
    Judged(Judged<'a>),
    /// The line could not be judged; the lines behind it are, and the program ends with 3.
    Refused(Refused<'a>),
}

/// What stands in the place of a judgement.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Refused<'a> {
    /// The `id` of the line, `null` if there is none to be read.
    #[schemars(with = "Value")]
    pub(super) id: Option<&'a RawValue>,
    /// The number of the line in the input; the first is 1.
    pub(super) line: u64,
    /// What is wrong with it, and what was expected.
    pub(super) error: String,
}

/// The judgement of one text.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Judged<'a> {
    /// The `id` of the line as it was given, digit by digit; `null` if it had none. Of other texts: a path, `stdin` or
    /// `argument`, and of more arguments `argument-2` and so on; no two texts of a run share one.
    #[schemars(with = "Value")]
    id: Option<&'a RawValue>,
    /// Who was said to have written it; in documents.
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<Origin>,
    /// How likely the text is an injection, 0 to 1; `null` if `--detectors` leaves `injection` out, as nobody has judged it then.
    #[schemars(range(min = 0, max = 1))]
    score: Option<f32>,
    /// What to do with it.
    #[schemars(with = "Verdict")]
    verdict: &'static str,
    /// What was found, in the order of the text.
    findings: Vec<Finding<'a>>,
    /// `false` if not all of the text could be judged, or not every finding is listed; left out otherwise.
    #[serde(skip_serializing_if = "is_true")]
    #[schemars(default = "yes")]
    complete: bool,
    /// How many findings are not listed; left out if every one is. Values that can be taken out are always listed.
    #[serde(skip_serializing_if = "is_zero")]
    #[schemars(default)]
    omitted: usize,
    /// What the second classifier says, with `--classifier`.
    #[serde(skip_serializing_if = "Option::is_none")]
    classifier: Option<Answered<'a>>,
    /// The parts of the score, with `--explain`.
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<Explanation>,
}

/// The names of verdicts, for the schema.
#[derive(JsonSchema)]
#[serde(rename_all = "lowercase")]
#[expect(dead_code, reason = "the schema alone is made of it; a test compares it with the names that are written")]
enum Verdict {
    /// Nothing stands against it.
    Pass,
    /// It may go on without what was found in it.
    Edit,
    /// Someone should look at it, or not all of it could be judged.
    Review,
    /// It should not go on.
    Block,
}

/// Something that was found.
#[derive(Debug, Serialize, JsonSchema)]
struct Finding<'a> {
    /// The detector that found it: `palisade explain RULE`.
    rule: &'static str,
    /// What it is, such as `email` or `topic/weapons`.
    kind: &'static str,
    /// What sort of value it is, by the names of Microsoft Presidio; for personal data and secrets.
    #[serde(skip_serializing_if = "Option::is_none")]
    entity: Option<&'static str>,
    /// Characters of the text before it; a character is a Unicode scalar value, and a stretch of bytes that is no UTF-8 counts
    /// as one (U+FFFD).
    start: usize,
    /// Characters of the text up to its end.
    end: usize,
    /// How sure the detector is, 0 to 1.
    #[schemars(range(min = 0, max = 1))]
    score: f32,
    /// The codings that it was read through, outermost first; left out for what stands there in the open.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schemars(default)]
    revealed_by: &'a [&'static str],
}

/// What became of a text in the second classifier.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
enum Answered<'a> {
    /// It was judged.
    Judged(Classifier<'a>),
    /// It was not. Then the verdict is at least `review`, and `complete` is `false`.
    Failed {
        /// Why not.
        error: &'a str,
    },
}

/// What a classifier of the user says, beside the score and never in its place.
#[derive(Debug, Serialize, JsonSchema)]
struct Classifier<'a> {
    /// The highest probability of all windows, 0 to 1.
    #[schemars(range(min = 0, max = 1))]
    score: f32,
    /// The label with the highest probability in that window.
    label: &'a str,
    /// Characters of the text before that window.
    start: usize,
    /// Characters of the text up to its end.
    end: usize,
    /// So many windows were judged.
    windows: usize,
}

/// The parts of a score: `logit` is the sum of `bias` and of the weight of every part.
#[derive(Debug, Serialize, JsonSchema)]
struct Explanation {
    /// The score on the scale where parts add up; 0 is a score of 0.5.
    logit: f32,
    /// What is added to every text.
    bias: f32,
    /// Characters of the text before what was judged.
    start: usize,
    /// Characters of the text up to its end.
    end: usize,
    /// The codings that it was read through, outermost first.
    revealed_by: Vec<&'static str>,
    /// The parts, the weightiest first.
    parts: Vec<Part>,
}

/// A part of a score.
#[derive(Debug, Serialize, JsonSchema)]
struct Part {
    /// Characters of the text before it.
    start: usize,
    /// Characters of the text up to its end.
    end: usize,
    /// What it adds to the logit.
    weight: f32,
    /// What sort of sign it is.
    feature: String,
}

impl<'a> Judged<'a> {
    /// Puts a judgement of `text` into its form; `scored` if the classifier of injection has run.
    pub(super) fn new(
        id: Option<&'a RawValue>,
        text: &str,
        judgement: &'a Judgement,
        scored: bool,
        second: Option<&'a Second>,
    ) -> Self {
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
        let findings = judgement.findings.iter().map(finding).collect();
        let classifier = second.map(|second| match second {
            Ok(opinion) => Answered::Judged(Classifier {
                score: opinion.score,
                label: &opinion.label,
                start: count.before(opinion.window.start),
                end: count.before(opinion.window.end),
                windows: opinion.windows,
            }),
            Err(error) => Answered::Failed { error },
        });
        Self {
            id,
            origin: None,
            score: scored.then_some(judgement.score),
            verdict: judgement.verdict.name(),
            findings,
            complete: judgement.complete,
            omitted: judgement.omitted,
            classifier,
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
            revealed_by: explained.revealed_by,
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

const fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
const fn is_true(value: &bool) -> bool {
    *value
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
const fn is_zero(value: &usize) -> bool {
    *value == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_knows_every_verdict() {
        use palisade_text::Verdict::{Block, Edit, Pass, Review};
        let schema = document_schema().to_string();
        for verdict in [Pass, Edit, Review, Block] {
            assert!(schema.contains(&format!("\"const\":\"{}\"", verdict.name())), "{verdict}: {schema}");
        }
    }
}
