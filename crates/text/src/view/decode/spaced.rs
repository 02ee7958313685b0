//! Letters set apart: `o p e n`, `o.p.e.n`, one letter a line. Words are told by a wider gap.

use std::ops::Range;

use super::{super::letters, super::map::Draft, Edit, Part, Step, in_place};

pub(super) fn find(text: &str, stretches: &[Range<usize>], parts: &mut Vec<Part>) {
    let mut edits = Vec::new();
    for stretch in stretches {
        read(text, stretch.clone(), &mut edits);
    }
    in_place(text, edits, Step::Spaced, parts);
}

fn read(text: &str, stretch: Range<usize>, edits: &mut Vec<Edit>) {
    let rest = text.get(stretch.clone()).unwrap_or_default();
    // Prose has a few letters that stand alone; how many in a row is soon counted where all are of ASCII.
    if rest.is_ascii() && alone(rest.as_bytes()) < FEWEST {
        return;
    }
    let units = Units { at: stretch.start, rest };
    let mut run = Run::default();
    // Unit by unit: one letter or digit, then the gap up to the next.
    for (at, unit, gap) in units {
        let single = unit.chars().nth(1).is_none() && unit.chars().all(char::is_alphanumeric);
        if !single {
            run.close(edits);
            continue;
        }
        run.add(text, at, unit, gap);
        let end = at + unit.len() + gap.len();
        if gap.chars().count() > WIDEST || end == stretch.end {
            run.close(edits);
        }
    }
    run.close(edits);
}

/// The most words of one letter or digit that follow each other in a text of ASCII.
fn alone(bytes: &[u8]) -> usize {
    let words = bytes.split(|byte| !byte.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let (most, _) = words.fold((0, 0), |(most, row), word| {
        let row = if word.len() == 1 { row + 1 } else { 0 };
        (row.max(most), row)
    });
    most
}

/// Letters of one run, and what stands between them.
#[derive(Default)]
struct Run<'t> {
    draft: Draft,
    start: usize,
    end: usize,
    units: usize,
    letters: usize,
    joint: &'t str,
    /// The gap after the last unit.
    gap: &'t str,
}

impl<'t> Run<'t> {
    fn add(&mut self, text: &str, at: usize, unit: &str, gap: &'t str) {
        if self.units == 0 {
            (self.start, self.joint) = (at, gap);
        } else if self.gap != self.joint {
            self.bridge(at - self.gap.len());
        }
        self.draft.copy(text, at..at + unit.len());
        self.units += 1;
        self.letters += usize::from(unit.chars().all(char::is_alphabetic));
        (self.end, self.gap) = (at + unit.len(), gap);
    }

    /// What a gap other than the joint stands for: a space, or the sign between two joints.
    fn bridge(&mut self, at: usize) {
        let gap = self.gap;
        let inner = gap.strip_prefix(self.joint).unwrap_or(gap);
        let inner = inner.strip_suffix(self.joint).unwrap_or(inner);
        let mut spaces = inner.trim_matches(|c: char| self.joint.contains(c) || c.is_whitespace()).is_empty();
        if spaces {
            let c = if inner.contains('\n') && !self.joint.contains('\n') { '\n' } else { ' ' };
            self.draft.push(c, at..at + gap.len());
            return;
        }
        // Signs are units of their own; wide gaps between them are spaces.
        let mut wait = 0;
        for (place, c) in gap.char_indices() {
            if self.joint.contains(c) || c.is_whitespace() {
                wait += 1;
                if wait > self.joint.chars().count().max(1) && !spaces {
                    self.draft.push(if c == '\n' { '\n' } else { ' ' }, at + place..at + place + c.len_utf8());
                    spaces = true;
                }
            } else {
                self.draft.push(c, at + place..at + place + c.len_utf8());
                (wait, spaces) = (0, false);
            }
        }
    }

    fn close(&mut self, edits: &mut Vec<Edit>) {
        let mut run = std::mem::take(self);
        if run.units < FEWEST || run.letters * 2 < run.units || run.joint.is_empty() {
            return;
        }
        // Signs at the end that stand apart as the letters do belong to the run.
        let signs = run.gap.strip_prefix(run.joint).map_or("", str::trim_end);
        if !signs.is_empty() && signs.chars().count() <= WIDEST {
            run.gap = run.gap.get(..run.joint.len() + signs.len()).unwrap_or_default();
            let at = run.end;
            run.end += run.gap.len();
            run.bridge(at);
        }
        let (mean, letters) = letters::mean(&run.draft.text);
        // Letters in words may be another layer.
        let words = run.draft.text.split(' ').count();
        let layer = run.units >= LONG && words > 2 && run.letters * 10 > run.units * 9 && words * 12 > run.units;
        if letters * 2 < run.letters || mean > -12 || layer {
            edits.push(Edit { source: run.start..run.end, draft: run.draft });
        }
    }
}

/// Splits a text into words with the gap after each.
struct Units<'t> {
    rest: &'t str,
    at: usize,
}

impl<'t> Iterator for Units<'t> {
    type Item = (usize, &'t str, &'t str);

    fn next(&mut self) -> Option<Self::Item> {
        let start = self.rest.find(char::is_alphanumeric)?;
        let (_, rest) = self.rest.split_at_checked(start)?;
        let (unit, rest) = rest.split_at_checked(rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len()))?;
        let (gap, rest) = rest.split_at_checked(rest.find(char::is_alphanumeric).unwrap_or(rest.len()))?;
        let at = self.at + start;
        (self.rest, self.at) = (rest, at + unit.len() + gap.len());
        Some((at, unit, gap))
    }
}

/// The fewest letters that make a run, and the widest gap between words.
const FEWEST: usize = 5;
/// So many are set apart on purpose.
const LONG: usize = 20;
const WIDEST: usize = 48;
