//! Other readings of a text: what a model or a person reads in it that its bytes do not show. Each reading maps back to the
//! bytes of the text. Pure, linear, bounded; plain text costs one look for evidence.

mod decode;
mod evidence;
mod fold;
mod letters;
mod map;
mod signs;
mod step;
#[cfg(test)]
mod tests;

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet, VecDeque},
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher},
    ops::Range,
    sync::Arc,
};

pub(crate) use decode::Look;
use map::{Draft, Map};
pub use step::Step;

/// One reading of a text.
#[derive(Clone, Debug)]
pub struct View<'t> {
    text: Cow<'t, str>,
    map: Option<Arc<Map>>,
    steps: Vec<Step>,
    source: Range<usize>,
}

impl View<'_> {
    /// What is read.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The bytes of the original for bytes of this reading: the least whole units of the coding that cover them.
    pub fn original(&self, range: Range<usize>) -> Range<usize> {
        let Some(map) = &self.map else { return range };
        let found = map.original(range);
        found.start..found.end.max(found.start)
    }

    /// What was undone, the outermost first. Empty if the reading is the text itself.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The bytes of the original that were decoded.
    pub fn source(&self) -> Range<usize> {
        self.source.clone()
    }
}

/// How much is decoded.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How many codings inside of each other.
    pub depth: usize,
    /// How many bytes all decoded readings have together, over twice the length of the text.
    pub bytes: usize,
    /// How many readings, the first included.
    pub views: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 4, bytes: 64 * 1024, views: 64 }
    }
}

/// The readings of a text.
#[derive(Clone, Debug)]
pub struct Views<'t> {
    /// The whole text with look-alikes and invisible characters folded first, then what was decoded, outer before inner.
    pub views: Vec<View<'t>>,
    /// Whether no limit cut the search short.
    pub complete: bool,
}

/// Every reading of a text that there is evidence for.
pub fn views<'t>(text: &'t str, limits: &Limits) -> Views<'t> {
    seen(text, limits, Look::of(text))
}

/// The same of a text that has been looked at.
pub(crate) fn seen<'t>(text: &'t str, limits: &Limits, look: Look) -> Views<'t> {
    others(text, limits, look).unwrap_or_else(|| Views { views: vec![whole(text)], complete: true })
}

/// The text as a reading of itself.
fn whole(text: &str) -> View<'_> {
    View { text: Cow::Borrowed(text), map: None, steps: Vec::new(), source: 0..text.len() }
}

/// Every reading of a text, or nothing if it has no other than itself. The look was at the text or at what it is a part of.
pub(crate) fn others<'t>(text: &'t str, limits: &Limits, look: Look) -> Option<Views<'t>> {
    let mut known = text.is_ascii().then(|| {
        let mut parts = Vec::new();
        decode::visible(text, look, &mut parts);
        parts
    });
    if known.as_ref().is_some_and(Vec::is_empty) {
        return None;
    }
    let mut waiting = VecDeque::from([whole(text)]);
    let mut found = Views { views: Vec::new(), complete: true };
    let mut seen = HashSet::with_hasher(BuildHasherDefault::<DefaultHasher>::default());
    let mut taken: HashMap<Step, usize> = HashMap::new();
    let mut room = text.len().saturating_mul(2).saturating_add(limits.bytes);
    while let Some(raw) = waiting.pop_front() {
        let mut parts = Vec::new();
        decode::hidden(&raw.text, &mut parts);
        let hidden = parts.len();
        let folded = fold::fold(&raw);
        let view = folded.as_ref().unwrap_or(&raw);
        match known.take() {
            Some(known) => parts = known,
            None => decode::visible(&view.text, Look::of(&view.text), &mut parts),
        }
        for (number, part) in parts.into_iter().enumerate() {
            let parent = if number < hidden { &raw } else { view };
            let depth = parent.steps.iter().filter(|step| !step.is_folding()).count();
            // Each way of disguise has its share, so that a heap of one does not hide another.
            let same = taken.entry(part.step).or_insert(0_usize);
            if depth >= limits.depth
                || part.draft.text.len() > room
                || found.views.len() + waiting.len() + 1 >= limits.views
                || *same >= limits.views / SHARE
            {
                found.complete = false;
                continue;
            }
            *same += 1;
            if part.draft.text == *parent.text || !seen.insert(seen.hasher().hash_one(&part.draft.text)) {
                continue;
            }
            room -= part.draft.text.len();
            let source = parent.original(part.source);
            waiting.push_back(read(parent, part.draft, part.step, source));
        }
        found.views.push(folded.unwrap_or(raw));
    }
    Some(found)
}

/// One way of disguise may take this fraction of the readings.
const SHARE: usize = 4;

/// A reading of a reading.
fn read<'t>(parent: &View<'_>, draft: Draft, step: Step, source: Range<usize>) -> View<'t> {
    let steps = parent.steps.iter().copied().chain([step]).collect();
    let map = Map::new(draft.places, parent.map.clone());
    View { text: Cow::Owned(draft.text), map: Some(map), steps, source }
}
