//! Lines and columns of a text span, as far as its excerpt tells.

use palisade_base::{Evidence, Excerpt, Finding, View};

/// A span of a text, in lines and columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    /// From 1.
    pub(crate) line: u32,
    /// In characters from 1; `None` where the excerpt begins inside of a long line.
    pub(crate) column: Option<u32>,
    /// The line of the last character.
    pub(crate) end_line: u32,
    /// The column after the last character.
    pub(crate) end_column: Option<u32>,
}

impl Position {
    /// Where the finding is: `None` in binary artifacts, and for findings about the whole artifact.
    pub(crate) fn of(finding: &Finding) -> Option<Self> {
        let first = finding.evidence.iter().find(|evidence| evidence.at() == Some(&finding.target));
        first.and_then(Self::of_evidence).or_else(|| {
            let line = finding.target.place?.line?;
            Some(Self { line, column: None, end_line: line, end_column: None })
        })
    }

    /// Where a text span is; `None` for all other evidence.
    pub(crate) fn of_evidence(evidence: &Evidence) -> Option<Self> {
        let Evidence::Span { at, excerpt, .. } = evidence else { return None };
        let line = at.place?.line?;
        let View::Text { text, .. } = &excerpt.view else { return None };
        let before = text.get(..excerpt.marked.start)?;
        let marked = text.get(excerpt.marked.clone())?;
        let column = (before.len() < Excerpt::LINE / 2).then(|| count(before) + 1);
        let end_column = match marked.rsplit_once('\n') {
            Some((_, last)) => Some(count(last) + 1),
            None => column.map(|column| column + count(marked)),
        };
        let newlines = u32::try_from(marked.matches('\n').count()).unwrap_or_default();
        Some(Self { line, column, end_line: line + newlines, end_column })
    }
}

fn count(text: &str) -> u32 {
    u32::try_from(text.chars().count()).unwrap_or(u32::MAX - 1)
}

#[cfg(test)]
mod tests {
    use palisade_base::{Artifact, Mask};

    use super::*;

    fn position(text: &str, range: std::ops::Range<usize>) -> Position {
        let evidence = Evidence::text(&Artifact::file("a"), text, range, Mask::No, "x");
        Position::of_evidence(&evidence).unwrap()
    }

    #[test]
    fn columns_count_characters() {
        let found = position("a\nßß = bad()\n", 9..14);
        assert_eq!(found, Position { line: 2, column: Some(6), end_line: 2, end_column: Some(11) });
    }

    #[test]
    fn spans_over_lines_end_on_their_last() {
        let found = position("x = (\n  1)\n", 4..10);
        assert_eq!(found, Position { line: 1, column: Some(5), end_line: 2, end_column: Some(5) });
    }

    #[test]
    fn a_long_line_has_no_column() {
        let text = "y".repeat(1000);
        assert_eq!(position(&text, 500..501), Position { line: 1, column: None, end_line: 1, end_column: None });
    }
}
