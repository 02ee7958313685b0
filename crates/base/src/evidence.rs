//! Evidence: a value that someone else can check again. Never prose alone.

use std::{borrow::Cow, ops::Range};

use crate::{Artifact, Place, Target};

/// Something that supports a finding and can be checked again.
#[derive(Clone, Debug, PartialEq)]
pub enum Evidence {
    /// Bytes of an artifact, with what they look like and why they matter.
    Span {
        /// Where; its place is always given.
        at: Target,
        /// What stands there.
        excerpt: Excerpt,
        /// What is wrong with it, in a few words.
        label: Cow<'static, str>,
    },
    /// The SHA-256 digest of an artifact as it was judged.
    Digest {
        /// What was digested.
        at: Target,
        /// SHA-256.
        sha256: [u8; 32],
    },
    /// Something that should be there and is not.
    Absence {
        /// Where it was looked for.
        at: Target,
        /// What was looked for: file names, keys, settings.
        sought: Vec<String>,
    },
    /// A measured value.
    Metric {
        /// What was measured.
        at: Target,
        /// The metric's name.
        name: Cow<'static, str>,
        /// The value.
        value: f64,
        /// The limit that it crossed, if there is one.
        limit: Option<f64>,
        /// A 95 % confidence interval, where sampling was involved.
        interval: Option<(f64, f64)>,
        /// How many samples it rests on.
        n: u64,
        /// The seed of the run, where randomness was involved.
        seed: Option<u64>,
    },
    /// A line of the audit log.
    Record {
        /// The line's number.
        line: u64,
        /// Its chain hash.
        chain: [u8; 32],
    },
}

/// What stands at a span: enough to recognise it, never more than a few lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// The lines or bytes.
    pub view: View,
    /// The part of the view that matters, in bytes of the view.
    pub marked: Range<usize>,
}

/// The two ways in which an excerpt can be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum View {
    /// Whole lines of text, secrets masked.
    Text {
        /// Number of the first line shown, from 1.
        first_line: u32,
        /// The lines.
        text: String,
    },
    /// Raw bytes, for a hex line.
    Bytes {
        /// Offset of the first byte shown.
        offset: u64,
        /// At most [`Excerpt::BYTES`] bytes.
        bytes: Vec<u8>,
    },
}

/// Whether the marked text may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mask {
    /// Show it.
    No,
    /// It is a secret or personal: keep the first characters, hide the rest.
    Yes,
}

impl Evidence {
    /// Evidence at `range` of a text artifact. `range` is clamped to the text and to character boundaries.
    pub fn text(
        artifact: &Artifact,
        text: &str,
        range: Range<usize>,
        mask: Mask,
        label: impl Into<Cow<'static, str>>,
    ) -> Self {
        let range = clamp(text, range);
        let line = line_of(text, range.start);
        let place = Place { offset: range.start as u64, len: range.len() as u64, line: Some(line) };
        let at = Target { artifact: artifact.clone(), place: Some(place) };
        Self::Span { at, excerpt: Excerpt::of_text(text, range, mask), label: label.into() }
    }

    /// Evidence at `range` of a binary artifact. `range` is clamped to the bytes.
    pub fn bytes(artifact: &Artifact, bytes: &[u8], range: Range<usize>, label: impl Into<Cow<'static, str>>) -> Self {
        let start = range.start.min(bytes.len());
        let end = range.end.clamp(start, bytes.len());
        let place = Place { offset: start as u64, len: (end - start) as u64, line: None };
        let at = Target { artifact: artifact.clone(), place: Some(place) };
        Self::Span { at, excerpt: Excerpt::of_bytes(bytes, start..end), label: label.into() }
    }

    /// What the evidence is about, if it is about an artifact.
    pub fn at(&self) -> Option<&Target> {
        match self {
            Self::Span { at, .. } | Self::Digest { at, .. } | Self::Absence { at, .. } | Self::Metric { at, .. } => {
                Some(at)
            }
            Self::Record { .. } => None,
        }
    }

    /// The text or bytes that the evidence marks, in a form that does not depend on where it stands in the artifact.
    pub(crate) fn essence(&self) -> String {
        match self {
            Self::Span { excerpt, label, .. } => format!("{}\u{1f}{label}", excerpt.marked_text()),
            Self::Digest { .. } => "digest".to_owned(),
            Self::Absence { sought, .. } => sought.join("\u{1f}"),
            Self::Metric { name, .. } => name.clone().into_owned(),
            Self::Record { line, .. } => line.to_string(),
        }
    }
}

impl Excerpt {
    /// The most bytes that a binary excerpt holds.
    pub const BYTES: usize = 32;
    /// The most bytes of one line that a text excerpt holds.
    pub const LINE: usize = 400;
    /// The most lines that a text excerpt holds.
    pub const LINES: usize = 8;

    fn of_bytes(bytes: &[u8], range: Range<usize>) -> Self {
        let from = range.start.saturating_sub(8);
        let to = (from + Self::BYTES).min(bytes.len());
        let shown = bytes.get(from..to).unwrap_or_default().to_vec();
        let marked = range.start - from..(range.end.saturating_sub(from)).min(shown.len()).max(range.start - from);
        Self { view: View::Bytes { offset: from as u64, bytes: shown }, marked }
    }

    fn of_text(text: &str, range: Range<usize>, mask: Mask) -> Self {
        let line_start = text.get(..range.start).and_then(|head| head.rfind('\n')).map_or(0, |at| at + 1);
        let from = floor(text, line_start.max(range.start.saturating_sub(Self::LINE / 2)));
        let mut to = range.start;
        for (count, line) in text.get(range.start..).unwrap_or_default().split_inclusive('\n').enumerate() {
            to = floor(text, to + line.trim_end_matches(['\n', '\r']).len().min(Self::LINE));
            if to >= range.end || count + 1 == Self::LINES || line.len() > Self::LINE {
                break;
            }
            to += line.len() - line.trim_end_matches(['\n', '\r']).len();
        }
        let first_line = line_of(text, from);
        let end = range.end.clamp(range.start, to.max(range.start));
        let before = text.get(from..range.start).unwrap_or_default();
        let inside = text.get(range.start..end).unwrap_or_default();
        let after = text.get(end..to).unwrap_or_default();
        let inside = if mask == Mask::Yes { masked(inside) } else { inside.to_owned() };
        let marked = before.len()..before.len() + inside.len();
        Self { view: View::Text { first_line, text: format!("{before}{inside}{after}") }, marked }
    }

    /// Hides what stands in these ranges of a text view, byte for byte; for secrets beside what is marked.
    pub fn hide(&mut self, ranges: &[Range<usize>]) {
        if let View::Text { text, .. } = &mut self.view {
            *text = hidden(text, ranges);
        }
    }

    /// The marked part as text; bytes as hex.
    pub fn marked_text(&self) -> String {
        match &self.view {
            View::Text { text, .. } => text.get(self.marked.clone()).unwrap_or_default().to_owned(),
            View::Bytes { bytes, .. } => {
                let marked = bytes.get(self.marked.clone()).unwrap_or_default();
                crate::hex(marked)
            }
        }
    }
}

/// The text with stars in these ranges, byte for byte.
pub fn hidden(text: &str, ranges: &[Range<usize>]) -> String {
    let mut sorted: Vec<&Range<usize>> = ranges.iter().collect();
    sorted.sort_by_key(|range| range.start);
    // How far the ranges reach that begin before a place: places grow, so that each range is looked at once.
    let (mut next, mut end) = (sorted.into_iter().peekable(), 0);
    let mut hidden = |at: usize| {
        while let Some(range) = next.next_if(|range| range.start <= at) {
            end = end.max(range.end);
        }
        at < end
    };
    let stars = |(at, c): (usize, char)| if hidden(at) && c != '\n' { "*".repeat(c.len_utf8()) } else { c.into() };
    text.char_indices().map(stars).collect()
}

/// Keeps at most four leading characters (and never more than a quarter), hides the rest.
fn masked(secret: &str) -> String {
    let count = secret.chars().count();
    let keep = (count / 4).min(4);
    secret.chars().enumerate().map(|(i, c)| if i < keep || c == '\n' { c } else { '*' }).collect()
}

fn clamp(text: &str, range: Range<usize>) -> Range<usize> {
    let start = floor(text, range.start.min(text.len()));
    let end = range.end.clamp(start, text.len());
    start..(end..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len())
}

fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

fn line_of(text: &str, at: usize) -> u32 {
    let head = text.as_bytes().get(..at).unwrap_or_default();
    #[expect(clippy::naive_bytecount, reason = "the compiler makes vector code of it, and it needs no crate")]
    let newlines = head.iter().filter(|byte| **byte == b'\n').count();
    u32::try_from(newlines).unwrap_or(u32::MAX - 1) + 1
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn excerpt(evidence: &Evidence) -> &Excerpt {
        match evidence {
            Evidence::Span { excerpt, .. } => excerpt,
            other => panic!("not a span: {other:?}"),
        }
    }

    #[test]
    fn text_evidence_shows_its_lines() {
        let text = "one\ntwo = bad(\n  1)\nfour\n";
        let evidence = Evidence::text(&Artifact::file("a.py"), text, 10..18, Mask::No, "here");
        assert_eq!(evidence.at().unwrap().to_string(), "a.py:2");
        let View::Text { first_line, text } = &excerpt(&evidence).view else { panic!("text") };
        assert_eq!((*first_line, text.as_str()), (2, "two = bad(\n  1)"));
        assert_eq!(excerpt(&evidence).marked_text(), "bad(\n  1");
    }

    #[test]
    fn secrets_are_masked() {
        let text = "key = abcdefghijklmnop";
        let evidence = Evidence::text(&Artifact::file("a"), text, 6..22, Mask::Yes, "secret");
        assert_eq!(excerpt(&evidence).marked_text(), "abcd************");
        let short = Evidence::text(&Artifact::file("a"), "pw=ab", 3..5, Mask::Yes, "secret");
        assert_eq!(excerpt(&short).marked_text(), "**");
    }

    #[test]
    fn secrets_beside_the_mark_can_be_hidden() {
        let evidence = Evidence::text(&Artifact::file("a"), "run(x) # größe", 0..6, Mask::No, "call");
        let mut excerpt = excerpt(&evidence).clone();
        excerpt.hide(std::slice::from_ref(&(9..16)));
        let View::Text { text, .. } = &excerpt.view else { panic!("text") };
        assert_eq!(text, "run(x) # *******");
        assert_eq!(excerpt.marked_text(), "run(x)");
    }

    #[test]
    fn binary_evidence_shows_a_window() {
        let bytes: Vec<u8> = (0..100).collect();
        let evidence = Evidence::bytes(&Artifact::file("m.pkl"), &bytes, 20..22, "call");
        let View::Bytes { offset, bytes } = &excerpt(&evidence).view else { panic!("bytes") };
        assert_eq!((*offset, bytes.len()), (12, 32));
        assert_eq!(excerpt(&evidence).marked_text(), "1415");
    }

    proptest! {
        #[test]
        fn any_range_is_safe(text in "\\PC{0,40}(\n\\PC{0,40}){0,12}", start in 0usize..200, len in 0usize..200) {
            let evidence = Evidence::text(&Artifact::file("a"), &text, start..start + len, Mask::No, "x");
            let excerpt = excerpt(&evidence);
            if let View::Text { text, .. } = &excerpt.view {
                prop_assert!(text.get(excerpt.marked.clone()).is_some());
            }
            Evidence::bytes(&Artifact::file("a"), text.as_bytes(), start..start + len, "x");
        }
    }
}
