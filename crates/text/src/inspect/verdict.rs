//! What is said of a text in the end.

use std::{fmt, ops::Range};

use palisade_base::Confidence;

use crate::{Hit, PersonalData, Sort, redact};

/// What to do with a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Nothing stands against it.
    Pass,
    /// It may go on without what was found in it.
    Edit,
    /// Someone should look at it, or not all of it could be judged.
    Review,
    /// It should not go on.
    Block,
}

impl Verdict {
    /// Its name, as it stands in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Edit => "edit",
            Self::Review => "review",
            Self::Block => "block",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Something that was found in a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The detector that found it.
    pub rule: &'static str,
    /// What it is, in kebab-case.
    pub kind: &'static str,
    /// Bytes of the text as it was given.
    pub range: Range<usize>,
    /// How sure the detector is.
    pub confidence: Confidence,
    /// The same as a number, 0 to 1.
    pub score: f32,
    /// The decodings that revealed it, outermost first; empty for what stands there in the open.
    pub revealed_by: Vec<&'static str>,
    /// What sort of thing its detector finds.
    pub(crate) sort: Sort,
}

impl Found {
    pub(crate) const fn new(
        rule: &'static str,
        sort: Sort,
        hit: &Hit,
        range: Range<usize>,
        revealed_by: Vec<&'static str>,
    ) -> Self {
        let score = match hit.confidence {
            Confidence::Low => 0.3,
            Confidence::Medium => 0.6,
            Confidence::High => 0.9,
        };
        Self { rule, kind: hit.kind, range, confidence: hit.confidence, score, revealed_by, sort }
    }

    /// What sort of thing it is.
    pub const fn sort(&self) -> Sort {
        self.sort
    }

    /// What it asks for by itself: what is personal or secret can be taken out, the rest is for someone to look at.
    pub fn verdict(&self) -> Verdict {
        match (self.sort(), self.confidence) {
            (Sort::Personal, _) if PersonalData::is_public(self.kind) => Verdict::Pass,
            (Sort::Personal | Sort::Secret, Confidence::Medium | Confidence::High) => Verdict::Edit,
            (Sort::Order, _) | (Sort::Escape | Sort::Argument, Confidence::High) => Verdict::Block,
            (Sort::Escape, Confidence::Medium) | (Sort::Remark, Confidence::High) => Verdict::Review,
            _ => Verdict::Pass,
        }
    }

    /// What sort of value it is, by the names that Microsoft Presidio uses; none for what is no value.
    pub fn entity(&self) -> Option<&'static str> {
        let sort = self.sort();
        sort.is_value().then(|| redact::entity(sort, self.kind))
    }
}

/// Everything that is said of a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// How likely the text is an injection, 0 to 1.
    pub score: f32,
    /// What to do with it.
    pub verdict: Verdict,
    /// What was found, in the order of the text.
    pub findings: Vec<Found>,
    /// Whether all of it could be judged: decoding has limits, and so has the list of findings.
    pub complete: bool,
    /// How many findings are not listed, as there were 10,000 before them. Values that can be taken out are always listed.
    pub omitted: usize,
}
