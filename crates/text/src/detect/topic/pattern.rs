//! Regular expressions of a list. What could match text of any length, or nothing, is refused.

use std::ops::Range;

use regex::{Regex, RegexBuilder, RegexSet, RegexSetBuilder};
use regex_syntax::{ParserBuilder, hir::Look};

use super::Topics;

/// A pattern and the number of its topic.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    topic: usize,
    regex: Regex,
}

impl Pattern {
    /// Reads a pattern. The error says what is wrong with it, as the rest of a sentence.
    pub(super) fn new(pattern: &str, topic: usize) -> Result<Self, String> {
        let parsed = ParserBuilder::new().case_insensitive(true).multi_line(true).nest_limit(64).build().parse(pattern);
        let properties = match &parsed {
            Ok(hir) => hir.properties(),
            Err(regex_syntax::Error::Parse(error)) => return Err(at(error.span().start.offset, error.kind())),
            Err(regex_syntax::Error::Translate(error)) => return Err(at(error.span().start.offset, error.kind())),
            Err(_) => return Err("is no regular expression".to_owned()),
        };
        if properties.minimum_len().unwrap_or_default() == 0 {
            return Err("matches nothing at all as well as something".to_owned());
        }
        match properties.maximum_len() {
            None => Err("may match any length: write how much it may be, such as `.{0,40}` for `.*`".to_owned()),
            Some(len) if len > Topics::LONGEST => {
                Err(format!("may match {len} bytes, and a match has at most {}", Topics::LONGEST))
            }
            Some(_) => Ok(()),
        }?;
        let looks = properties.look_set();
        if looks.contains(Look::Start) || looks.contains(Look::End) {
            return Err(
                "asks for the start or the end of the text, which comes in pieces: `^` and `$` are those of a \
                        line"
                    .to_owned(),
            );
        }
        let regex = RegexBuilder::new(pattern).case_insensitive(true).multi_line(true).size_limit(ONE).build();
        let regex = regex.map_err(|_| {
            "needs too much memory: repeat less, or write `[a-z]` for `\\w`, which is the letters of every script"
                .to_owned()
        })?;
        Ok(Self { topic, regex })
    }
}

fn at(place: usize, what: impl std::fmt::Display) -> String {
    format!("is no regular expression: {what}, at byte {place}")
}

/// All of them.
#[derive(Clone, Debug)]
pub(super) struct Patterns {
    /// Says which occur, in one go.
    any: RegexSet,
    each: Vec<Pattern>,
}

impl Patterns {
    pub(super) fn new(each: Vec<Pattern>) -> Result<Self, regex::Error> {
        let patterns = each.iter().map(|pattern| pattern.regex.as_str());
        let any = RegexSetBuilder::new(patterns).case_insensitive(true).multi_line(true).size_limit(ALL).build()?;
        Ok(Self { any, each })
    }

    /// Every match with its topic.
    pub(super) fn find(&self, text: &str, add: &mut impl FnMut(usize, Range<usize>)) {
        if self.each.is_empty() {
            return;
        }
        for pattern in self.any.matches(text).into_iter().filter_map(|number| self.each.get(number)) {
            pattern.regex.find_iter(text).for_each(|found| add(pattern.topic, found.range()));
        }
    }
}

/// The most memory that one pattern may take, in bytes,
const ONE: usize = 4 << 20;
/// and all of them together.
const ALL: usize = 32 << 20;
