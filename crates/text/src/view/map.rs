//! Which bytes of a text the bytes of a reading came from. Runs in which every unit of so many bytes stands for as many
//! bytes each time, forwards or backwards, cost one entry, so that a map is small for every known coding.

use std::{ops::Range, sync::Arc};

/// Units of `unit` bytes from `at` on; each stands for `wide` bytes of the source, the first of them at `from`.
#[derive(Clone, Copy, Debug)]
struct Piece {
    at: usize,
    from: usize,
    unit: usize,
    wide: usize,
    backwards: bool,
}

/// The places of the bytes of a reading in the text that it was made of, while the reading grows.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    pieces: Vec<Piece>,
    len: usize,
}

impl Places {
    /// The next `unit` bytes stand for `source` as a whole.
    pub(super) fn unit(&mut self, unit: usize, source: Range<usize>) {
        let (len, wide) = (self.len, source.len());
        if unit == 0 {
            return;
        }
        self.len += unit;
        if let Some(last) = self.pieces.last_mut() {
            let (count, rest) = ((len - last.at) / last.unit, (len - last.at) % last.unit);
            let same = last.unit == unit && last.wide == wide && rest == 0 && wide > 0;
            let forwards = !last.backwards && source.start == last.from + count * last.wide;
            let backwards = (last.backwards || count == 1) && source.start + count * last.wide == last.from;
            if same && (forwards || backwards) {
                last.backwards = backwards;
                return;
            }
        }
        self.pieces.push(Piece { at: len, from: source.start, unit, wide, backwards: false });
    }

    /// The next bytes are a copy of `source`.
    pub(super) fn copy(&mut self, source: Range<usize>) {
        let (len, count) = (self.len, source.len());
        if count == 0 {
            return;
        }
        self.len += count;
        let follows = self.pieces.last().is_some_and(|last| {
            last.unit == 1 && last.wide == 1 && !last.backwards && source.start == last.from + (len - last.at)
        });
        if !follows {
            self.pieces.push(Piece { at: len, from: source.start, unit: 1, wide: 1, backwards: false });
        }
    }

    /// Those of another reading, after these.
    fn append(&mut self, other: &Self) {
        let shift = self.len;
        self.pieces.extend(other.pieces.iter().map(|piece| Piece { at: piece.at + shift, ..*piece }));
        self.len += other.len;
    }

    /// The bytes of the source for `range` of the reading: all that the units in it stand for.
    pub(super) fn source(&self, range: Range<usize>) -> Range<usize> {
        let first = self.pieces.partition_point(|piece| piece.at <= range.start).saturating_sub(1);
        let mut found: Option<Range<usize>> = None;
        let mut pieces = self.pieces.iter().skip(first).peekable();
        while let Some(piece) = pieces.next() {
            let end = pieces.peek().map_or(self.len, |next| next.at);
            let (start, end) = (range.start.max(piece.at), range.end.max(range.start + 1).min(end));
            if start >= end {
                break;
            }
            let (first, last) = ((start - piece.at) / piece.unit, (end - 1 - piece.at) / piece.unit);
            let (low, high) = if piece.backwards {
                (piece.from - last * piece.wide, piece.from - first * piece.wide)
            } else {
                (piece.from + first * piece.wide, piece.from + last * piece.wide)
            };
            let this = low..high + piece.wide;
            found = Some(found.map_or(this.clone(), |all| all.start.min(this.start)..all.end.max(this.end)));
        }
        match found {
            Some(found) if range.is_empty() => found.start..found.start,
            Some(found) => found,
            None => {
                let end = self.pieces.last().map_or(0, |last| {
                    let units = (self.len - last.at).div_ceil(last.unit);
                    last.from + if last.backwards { last.wide } else { units * last.wide }
                });
                end..end
            }
        }
    }
}

/// A finished map, on top of that of the text that it was made of.
#[derive(Debug)]
pub(super) struct Map {
    places: Places,
    parent: Option<Arc<Map>>,
}

impl Map {
    pub(super) fn new(places: Places, parent: Option<Arc<Self>>) -> Arc<Self> {
        Arc::new(Self { places, parent })
    }

    /// The bytes of the original.
    pub(super) fn original(&self, range: Range<usize>) -> Range<usize> {
        let mut range = self.places.source(range);
        let mut parent = self.parent.as_deref();
        while let Some(map) = parent {
            range = map.places.source(range);
            parent = map.parent.as_deref();
        }
        range
    }
}

/// A reading in the making: its text and where each byte came from.
#[derive(Clone, Debug, Default)]
pub(super) struct Draft {
    pub(super) text: String,
    pub(super) places: Places,
}

impl Draft {
    /// A part of `text`, as it is.
    pub(super) fn part(text: &str, range: Range<usize>) -> Self {
        let mut draft = Self::default();
        draft.copy(text, range);
        draft
    }

    /// Appends a part of `text` as it is.
    pub(super) fn copy(&mut self, text: &str, range: Range<usize>) {
        if let Some(part) = text.get(range.clone()) {
            self.text.push_str(part);
            self.places.copy(range);
        }
    }

    /// Appends one character for `source`.
    pub(super) fn push(&mut self, c: char, source: Range<usize>) {
        self.text.push(c);
        self.places.unit(c.len_utf8(), source);
    }

    /// Appends another draft of the same text.
    pub(super) fn append(&mut self, other: &Self) {
        self.text.push_str(&other.text);
        self.places.append(&other.places);
    }
}

/// Decoded bytes and where they came from, before it is known whether they are text.
#[derive(Debug, Default)]
pub(super) struct Bytes {
    bytes: Vec<u8>,
    units: Vec<(usize, Range<usize>)>,
}

impl Bytes {
    /// Appends bytes that stand for `source` together.
    pub(super) fn push(&mut self, bytes: &[u8], source: Range<usize>) {
        self.bytes.extend_from_slice(bytes);
        self.units.push((bytes.len(), source));
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The given range of the bytes, if it is UTF-8.
    pub(super) fn text(&self, range: Range<usize>) -> Option<Draft> {
        let text = std::str::from_utf8(self.bytes.get(range.clone())?).ok()?.to_owned();
        let (mut places, mut at) = (Places::default(), 0);
        for (len, source) in &self.units {
            let (start, end) = (range.start.max(at), range.end.min(at + len));
            places.unit(end.saturating_sub(start), source.clone());
            at += len;
        }
        Some(Draft { text, places })
    }

    /// The source of every byte.
    pub(super) fn places(&self) -> Vec<Range<usize>> {
        self.units.iter().flat_map(|(len, source)| std::iter::repeat_n(source.clone(), *len)).collect()
    }

    /// The source of the given range of the bytes.
    pub(super) fn source(&self, range: Range<usize>) -> Range<usize> {
        let (mut at, mut found) = (0, None::<Range<usize>>);
        for (len, source) in &self.units {
            if range.start < at + len && at < range.end {
                found = Some(found.map_or(source.clone(), |all| all.start..source.end));
            }
            at += len;
        }
        found.unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_units_cost_one_entry() {
        let mut places = Places::default();
        (0..1000).for_each(|at| places.unit(1, at * 3..at * 3 + 3));
        assert_eq!(places.pieces.len(), 1);
        assert_eq!(places.source(10..12), 30..36);
        assert_eq!(places.source(1000..1000), 3000..3000);
        let mut places = Places::default();
        (0..1000).for_each(|at| places.unit(1, 999 - at..1000 - at));
        assert_eq!((places.pieces.len(), places.source(0..2)), (1, 998..1000));
    }

    #[test]
    fn mixed_units_are_kept_apart() {
        let mut draft = Draft::part("abc%41def", 0..3);
        draft.push('A', 3..6);
        draft.copy("abc%41def", 6..9);
        assert_eq!(draft.text, "abcAdef");
        assert_eq!(draft.places.source(3..4), 3..6);
        assert_eq!(draft.places.source(2..5), 2..7);
        assert_eq!(draft.places.source(4..4), 6..6);
    }
}
