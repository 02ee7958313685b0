//! What is gathered of a model while it is walked, and handed to the engine at the end: effects, oddities and texts.

use std::ops::Range;

use palisade_formats::{
    protobuf::{Reading, Value},
    sniff::Format,
};

use super::{part::Part, shape, shape_only};
use crate::{
    Engine, Input,
    input::model::{Carrier, Does, Effect, Effects, Metadata, Oddity, OddityKind, When},
};

/// What was gathered of one part.
pub(super) struct Gathered<'a, 'p> {
    part: &'a Part<'p>,
    effects: Vec<Effect>,
    oddities: Vec<Oddity>,
    texts: Vec<(String, Range<usize>, String)>,
    room: usize,
    left: Option<&'static str>,
}

impl<'a, 'p> Gathered<'a, 'p> {
    pub(super) fn new(part: &'a Part<'p>) -> Self {
        Self { part, effects: Vec::new(), oddities: Vec::new(), texts: Vec::new(), room: TEXT, left: None }
    }

    /// Adds an effect, once however often it is written.
    pub(super) fn effect(&mut self, range: Range<usize>, carrier: Carrier, does: Does, when: When, what: String) {
        let again = self.effects.iter().any(|effect| effect.what == what && effect.carrier == carrier);
        if again {
            return;
        }
        if self.effects.len() >= EFFECTS {
            self.left = Some("it does more things than the scan lists");
            return;
        }
        self.effects.push(Effect { range, carrier, does, when, what });
    }

    /// Adds what an operator of the model does when it is run.
    pub(super) fn operator(&mut self, range: Range<usize>, does: Does, what: String) {
        self.effect(range, Carrier::Operator, does, When::Run, what);
    }

    pub(super) fn oddity(&mut self, at: usize, kind: OddityKind, what: String) {
        if self.oddities.len() >= ODDITIES {
            self.left = Some("more is odd about it than the scan lists");
            return;
        }
        self.oddities.push(Oddity { offset: at as u64, what, kind, code: false });
    }

    /// Adds a text that nothing interprets, if it is one, and more than a word or a path.
    pub(super) fn text(&mut self, key: &str, value: &Value<'_>) {
        if value.len() >= SHORT {
            let bytes = value.bytes(LONG);
            // Numbers are longer; of a text that is, the rest is not judged.
            if bytes.len() == LONG && value.len() > LONG && readable(&bytes).is_some() {
                self.left = Some("it has longer texts than the scan reads");
            }
            self.bytes(key, value.range.clone(), &bytes);
        }
    }

    /// Adds bytes that are a text which nothing interprets.
    pub(super) fn bytes(&mut self, key: &str, range: Range<usize>, bytes: &[u8]) {
        let Some(text) = readable(bytes).filter(|text| says_more_than_a_name(text)) else { return };
        if self.texts.len() >= TEXTS || text.len() > self.room {
            self.left = Some("it has more texts than the scan reads");
            return;
        }
        self.room -= text.len();
        self.texts.push((key.to_owned(), range, text));
    }

    /// Says why the message could not be read to its end. If what is left of it is text, it is judged as text instead.
    pub(super) fn cut(&mut self, reading: &Reading<'_>, engine: &mut Engine) {
        let Some(why) = reading.cut() else { return };
        let bytes = self.part.bytes;
        let root = reading.root();
        // Where the last whole field of the file ends.
        let read = if root.is_text() { 0 } else { root.whole_fields() };
        let rest = bytes.get(read..bytes.len().min(read + LONG)).unwrap_or_default();
        // A field that is cut has a tag, a length and fields of its own, which no text has.
        let is_text =
            rest.len() >= SENTENCE && !rest.iter().any(|byte| matches!(byte, 0..=8 | 0x0b | 0x0c | 0x0e..=0x1f | 0x7f));
        if is_text && !root.is_text() {
            self.bytes("behind the model", read..bytes.len(), rest);
        } else {
            self.part.unscanned(engine, why);
        }
    }

    /// Hands everything to the engine, and the file as one with weights.
    pub(super) fn finish(self, format: Format, engine: &mut Engine) {
        let (part, oddities) = (self.part, self.oddities.clone());
        self.judge(format, engine);
        shape(part, format, None, oddities, engine);
    }

    /// Hands everything to the engine; the file holds no weights.
    pub(super) fn finish_without_weights(self, format: Format, engine: &mut Engine) {
        let (part, oddities) = (self.part, self.oddities.clone());
        self.judge(format, engine);
        shape_only(part, format, false, oddities, engine);
    }

    fn judge(self, format: Format, engine: &mut Engine) {
        let Self { part, effects, texts, left, .. } = self;
        for (key, range, text) in &texts {
            engine.judge(&Input::Metadata(Metadata {
                artifact: part.artifact,
                bytes: part.bytes,
                range: range.clone(),
                key: key.clone(),
                text,
            }));
        }
        if let Some(why) = left {
            part.unscanned(engine, why);
        }
        let title = format.title();
        engine.judge(&Input::Effects(Effects { artifact: part.artifact, bytes: part.bytes, title, effects }));
    }
}

/// A value as it is shown in a message: one short line.
pub(super) fn shown(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(SHOWN + 1).collect();
    if line.chars().count() > SHOWN { format!("{}…", line.chars().take(SHOWN).collect::<String>()) } else { line }
}

/// Bytes as text, if that is what they are; a few bytes that are not do not hide it.
fn readable(bytes: &[u8]) -> Option<String> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text.to_owned()),
        Err(_) if is_prose(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
        Err(_) => None,
    }
}

/// Whether nine in ten bytes are printable.
fn is_prose(bytes: &[u8]) -> bool {
    let printable = bytes.iter().filter(|byte| matches!(byte, 0x20..=0x7e | b'\n' | b'\t' | b'\r')).count();
    !bytes.is_empty() && printable * 10 >= bytes.len() * 9
}

/// Names, paths and words of a vocabulary are most of all texts, and say nothing.
fn says_more_than_a_name(text: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | ':' | '@');
    text.len() >= SHORT && (text.len() >= CODED || text.contains("://") || !text.chars().all(is_part))
}

/// The most effects that are kept of one part.
const EFFECTS: usize = 1000;
const ODDITIES: usize = 100;
/// The most texts that are kept of one part, and of how many bytes.
const TEXTS: usize = 100_000;
const TEXT: usize = 16 << 20;
/// Less than this behind a message may be the beginning of a field.
const SENTENCE: usize = 16;
/// A text shorter than this is a word.
const SHORT: usize = 6;
/// A text of this length without a space may be something in a code.
const CODED: usize = 40;
/// The most bytes of one text.
const LONG: usize = 256 << 10;
/// How much of a value a message shows.
const SHOWN: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_left_out() {
        for text in ["loc:@conv1/weights", "NHWC", "dense_1/kernel", "cat", "unaffable"] {
            assert!(!says_more_than_a_name(text), "{text}");
        }
        for text in ["rm -rf /", "https://x.example/a", &"QUJD".repeat(20)] {
            assert!(says_more_than_a_name(text), "{text}");
        }
    }

    #[test]
    fn texts_are_kept_with_their_place() {
        let (artifact, budget) =
            (palisade_base::Artifact::file("m"), super::super::part::Budget::new(crate::Options::default().per_file()));
        let part = Part {
            artifact: &artifact,
            name: "m".to_owned(),
            bytes: b"",
            depth: 0,
            budget: &budget,
            file: None,
            cut: false,
        };
        let mut gathered = Gathered::new(&part);
        for text in ["python -c 'import os'", "dense_1/kernel"] {
            gathered.bytes("note", 3..9, text.as_bytes());
        }
        assert_eq!(gathered.texts, [("note".to_owned(), 3..9, "python -c 'import os'".to_owned())]);
    }

    #[test]
    fn a_byte_that_is_no_text_hides_nothing() {
        assert!(readable(b"python -c 'import os'\xff").is_some());
        assert!(readable(b"\x00\x9f\x92\x96\xff\xfe\x00\x01").is_none());
    }
}
