//! What an opener read in one file: effects, oddities and texts, collected and then handed to the engine at once.

use std::{borrow::Cow, collections::HashSet, ops::Range};

use palisade_formats::{printable, sniff::Format};

use super::{part::Part, shape, shape_only};
use crate::{
    Engine, Input,
    input::model::{Carrier, Does, Effect, Effects, Metadata, Oddity, OddityKind, When},
};

/// What an opener read in one file.
#[derive(Default)]
pub(super) struct Reading {
    effects: Vec<Effect>,
    oddities: Vec<Oddity>,
    texts: Vec<(String, Range<usize>, String)>,
    /// What was said already: a graph may have the same operator a thousand times.
    said: HashSet<String>,
    spent: usize,
    /// How many bytes of the file were looked at for texts.
    looked: usize,
    cut: Option<Cow<'static, str>>,
}

/// What a file is judged as.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// It holds weights: it is signed, and its name claims a format.
    Weights,
    /// It describes a model.
    Description,
}

impl Reading {
    /// Keeps an effect, each once.
    pub(super) fn effect(
        &mut self,
        range: Range<usize>,
        carrier: Carrier,
        does: Does,
        when: When,
        what: impl Into<String>,
    ) {
        let what = what.into();
        if self.said.insert(what.clone()) {
            self.effects.push(Effect { range, carrier, does, when, what });
        }
    }

    /// Keeps something odd, each once.
    pub(super) fn odd(&mut self, offset: usize, kind: OddityKind, code: bool, what: impl Into<String>) {
        let what = what.into();
        if self.said.insert(what.clone()) {
            self.oddities.push(Oddity { offset: offset as u64, what, kind, code });
        }
    }

    /// Keeps a text that loaders do not interpret, unless it is too short and plain to hold anything.
    pub(super) fn text(&mut self, key: &str, range: Range<usize>, text: &str) {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b' ' | b':');
        if text.len() < 8 || text.len() < 32 && text.bytes().all(plain) {
            return;
        }
        if self.spent + text.len() > TEXTS || self.texts.len() >= MOST {
            return self.cut("only the first of its texts were judged");
        }
        // Files name one text a thousand times.
        if !self.said.insert(text.to_owned()) {
            return;
        }
        self.spent += text.len();
        let key = key.chars().take(100).collect();
        self.texts.push((key, range, text.to_owned()));
    }

    /// Accounts for bytes that are about to be looked at; `false` if enough were: a file can name the same bytes a million
    /// times.
    pub(super) fn looks(&mut self, len: usize) -> bool {
        self.looked = self.looked.saturating_add(len);
        if self.looked > LOOKED {
            self.cut("only the first of its texts were judged");
        }
        self.looked <= LOOKED
    }

    /// As [`Reading::text`], for a text that is part of the file as it is.
    pub(super) fn raw_text(&mut self, key: &str, bytes: &[u8], range: Range<usize>) {
        let text = bytes.get(range.clone()).unwrap_or_default();
        if !self.looks(text.len()) {
            return;
        }
        if text.len() > TEXTS {
            return self.cut("only the first of its texts were judged");
        }
        self.text(key, range, &String::from_utf8_lossy(text));
    }

    /// Keeps runs of printable text of a part that has no structure which could be followed.
    pub(super) fn runs(&mut self, bytes: &[u8], range: Range<usize>) {
        if !self.looks(range.len()) {
            return;
        }
        for (number, run) in printable::runs(bytes, range, RUN).enumerate() {
            if number >= RUNS {
                return self.cut("only the first of its texts were judged");
            }
            self.raw_text("", bytes, run);
        }
    }

    /// Says that something could not be read.
    pub(super) fn cut(&mut self, why: impl Into<Cow<'static, str>>) {
        self.cut.get_or_insert(why.into());
    }

    /// Hands everything to the engine.
    pub(super) fn judge(self, part: &Part<'_>, format: Format, title: &'static str, role: Role, engine: &mut Engine) {
        if let Some(why) = self.cut {
            part.unscanned(engine, why);
        }
        let (artifact, bytes) = (part.artifact, part.bytes);
        engine.judge(&Input::Effects(Effects { artifact, bytes, title, effects: self.effects }));
        for (key, range, text) in self.texts {
            engine.judge(&Input::Metadata(Metadata { artifact, bytes, range, key, text: &text }));
        }
        match role {
            Role::Weights => shape(part, format, None, self.oddities, engine),
            Role::Description if self.oddities.is_empty() => {}
            Role::Description => shape_only(part, format, false, self.oddities, engine),
        }
    }
}

/// Whether a text ends like the name of a library that can be loaded.
pub(super) fn is_library(text: &str) -> bool {
    let lower = text.trim().to_ascii_lowercase();
    let named = [".so", ".dll", ".dylib", ".pyd"].iter().any(|end| lower.ends_with(end)) || lower.contains(".so.");
    named && lower.len() > 4 && !lower.contains(char::is_whitespace)
}

/// How many bytes of texts of one file are judged.
const TEXTS: usize = 4 << 20;
/// How many bytes of one file are looked at for texts, those that are looked at again included.
const LOOKED: usize = 64 << 20;
/// How many texts of one file are judged.
const MOST: usize = 50_000;
/// The shortest run of printable characters that may mean something.
const RUN: usize = 10;
/// The most runs of one part that are judged.
const RUNS: usize = 20_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_are_named() {
        assert!(is_library("../x/libevil.so") && is_library("C:\\a.DLL") && is_library("a.so.1"));
        assert!(!is_library("also.") && !is_library(".so") && !is_library("so") && !is_library("and so. it is.so "));
    }

    #[test]
    fn the_same_bytes_are_not_looked_at_for_ever() {
        let (mut reading, bytes) = (Reading::default(), vec![b'('; 1 << 20]);
        for _ in 0..LOOKED >> 20 {
            reading.raw_text("a", &bytes, 0..bytes.len());
        }
        assert_eq!((reading.texts.len(), &reading.cut), (1, &None));
        reading.runs(b"('another')", 0..11);
        assert!(reading.texts.len() == 1 && reading.cut.is_some());
    }

    #[test]
    fn plain_words_are_not_kept() {
        let mut reading = Reading::default();
        reading.text("a", 0..1, "exec_time_ms");
        reading.text("a", 0..1, "it's");
        assert!(reading.texts.is_empty());
        reading.text("a", 0..1, "system('id')");
        reading.text("a", 0..1, "aW1wb3J0IG9zO29zLnN5c3RlbSgnaWQnKQ");
        assert_eq!(reading.texts.len(), 2);
    }
}
