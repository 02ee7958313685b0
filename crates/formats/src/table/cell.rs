//! A cell: its bytes in the file, how they are written, and the way from a place in the value back to the file.

use std::{borrow::Cow, ops::Range};

use super::json;

/// How a cell is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As it stands: an unquoted CSV value, a JSON number or `true`.
    Plain,
    /// Between quotes in CSV; a quote in it is doubled.
    Quoted,
    /// A JSON string with its escapes.
    JsonString,
    /// A JSON array or object.
    JsonNested,
    /// JSON `null`.
    Null,
}

/// A cell: the bytes of its value, without the quotes around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The column it belongs to.
    pub column: usize,
    /// Its bytes in the file.
    pub range: Range<usize>,
    /// How they are written.
    pub form: Form,
}

impl Cell {
    /// The value. Borrowed unless it holds an escape. A nested value stays JSON.
    pub fn text<'s>(&self, source: &'s str) -> Cow<'s, str> {
        let raw = source.get(self.range.clone()).unwrap_or_default();
        let escape = match self.form {
            Form::Quoted => b'"',
            Form::JsonString => b'\\',
            Form::Null => return Cow::Borrowed(""),
            Form::Plain | Form::JsonNested => return Cow::Borrowed(raw),
        };
        if memchr::memchr(escape, raw.as_bytes()).is_none() {
            return Cow::Borrowed(raw);
        }
        let mut text = String::with_capacity(raw.len());
        self.pieces(raw, |piece, _| {
            text.push_str(piece);
            true
        });
        Cow::Owned(text)
    }

    /// The bytes of the file behind `range` of [`Cell::text`].
    pub fn locate(&self, source: &str, range: Range<usize>) -> Range<usize> {
        let raw = source.get(self.range.clone()).unwrap_or_default();
        let (mut at, mut start, mut end) = (0, None, None);
        self.pieces(raw, |piece, from| {
            let verbatim = from.len() == piece.len();
            let place = |wanted: usize| if verbatim { from.start + (wanted - at) } else { from.start };
            if start.is_none() && range.start < at + piece.len() {
                start = Some(place(range.start));
            }
            if range.end <= at + piece.len() {
                end = Some(if verbatim { from.start + range.end.saturating_sub(at) } else { from.end });
            }
            at += piece.len();
            end.is_none()
        });
        let start = start.unwrap_or(raw.len());
        let end = end.unwrap_or(raw.len()).max(start);
        self.range.start + start..self.range.start + end
    }

    /// The strings in the cell: itself, or the leaves of a nested value, at most [`Cell::LEAVES`].
    pub fn strings(&self, source: &str) -> Vec<Cell> {
        match self.form {
            Form::JsonNested => json::leaves(source, self, Self::LEAVES),
            Form::Null => Vec::new(),
            _ => vec![self.clone()],
        }
    }

    /// The most strings that are taken out of one nested value.
    pub const LEAVES: usize = 10_000;

    /// Hands out the value piece by piece, each with the raw bytes it came from, until `take` says stop.
    fn pieces(&self, raw: &str, mut take: impl FnMut(&str, Range<usize>) -> bool) {
        let escape = match self.form {
            Form::Quoted => b'"',
            Form::JsonString => b'\\',
            _ => {
                take(raw, 0..raw.len());
                return;
            }
        };
        let mut at = 0;
        while at < raw.len() {
            let rest = raw.as_bytes().get(at..).unwrap_or_default();
            let plain = memchr::memchr(escape, rest).unwrap_or(rest.len());
            if plain > 0 {
                if !take(raw.get(at..at + plain).unwrap_or_default(), at..at + plain) {
                    return;
                }
                at += plain;
                continue;
            }
            let (character, len) = if escape == b'"' {
                ('"', if rest.get(1) == Some(&b'"') { 2 } else { 1 })
            } else {
                json::unescape(rest)
            };
            if !take(character.encode_utf8(&mut [0; 4]), at..at + len) {
                return;
            }
            at += len;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(form: Form, source: &str) -> Cell {
        Cell { column: 0, range: 0..source.len(), form }
    }

    #[test]
    fn escapes_are_resolved() {
        for (raw, wanted) in [
            (r#"a\"b\\c\/d\n"#, "a\"b\\c/d\n"),
            (r"\u00fc\ud83d\ude00", "ü😀"),
            (r"\ud83d alone", "\u{fffd} alone"),
            (r"\u00", "\u{fffd}"),
            (r"end\", "end\u{fffd}"),
            (r"\q", "q"),
        ] {
            assert_eq!(cell(Form::JsonString, raw).text(raw), wanted, "{raw}");
        }
        assert_eq!(cell(Form::Quoted, "a\"\"b").text("a\"\"b"), "a\"b");
        assert_eq!(cell(Form::Null, "null").text("null"), "");
    }

    #[test]
    fn places_go_back_through_escapes() {
        let raw = r"\u00fcber \ud83d\ude00 x";
        let cell = cell(Form::JsonString, raw);
        let text = cell.text(raw).into_owned();
        let face = text.find('😀').unwrap();
        assert_eq!(raw.get(cell.locate(raw, 0..2)).unwrap(), r"\u00fc");
        assert_eq!(raw.get(cell.locate(raw, face..face + 4)).unwrap(), r"\ud83d\ude00");
        assert_eq!(raw.get(cell.locate(raw, text.len() - 1..text.len())).unwrap(), "x");
        assert_eq!(cell.locate(raw, 500..600), raw.len()..raw.len());
    }

    #[test]
    fn leaves_of_nested_values() {
        let raw = r#"[{"role": "user", "content": "a\nb"}, 1, ["c", null]]"#;
        let cell = cell(Form::JsonNested, raw);
        let leaves: Vec<String> = cell.strings(raw).iter().map(|leaf| leaf.text(raw).into_owned()).collect();
        assert_eq!(leaves, ["user", "a\nb", "c"]);
    }
}
