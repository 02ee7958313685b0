//! Odd words to measure on. None of it shares code or vocabulary with what is learnt from: the pieces come from texts that
//! were held out, and are put together in other ways.

use super::{
    salad::{Mixed, chance},
    texts::Text,
};
use crate::random::Random;

/// A way of putting odd words together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Pieces as a tokeniser cuts them: a blank belongs to the piece behind it.
    Pieces,
    /// Bits of markup, formulas and code between words.
    Markup,
    /// A search in progress: exclamation marks, some of which have been replaced, and pieces that come again.
    Search,
    /// Words of many languages and scripts.
    Scripts,
}

impl Way {
    pub(super) const ALL: [Self; 4] = [Self::Pieces, Self::Markup, Self::Search, Self::Scripts];

    /// Its name in the report.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Pieces => "pieces",
            Self::Markup => "markup",
            Self::Search => "search",
            Self::Scripts => "scripts",
        }
    }
}

/// Texts to draw from.
pub(super) struct Source<'t> {
    prompts: Vec<&'t str>,
    foreign: Vec<&'t str>,
    code: Vec<&'t str>,
}

impl<'t> Source<'t> {
    pub(super) fn new(prompts: &'t [Text], code: &'t [Text]) -> Self {
        let text = |text: &'t Text| text.text.as_str();
        let foreign = prompts.iter().filter(|text| !text.text.is_ascii()).map(text).collect();
        Self { prompts: prompts.iter().map(text).collect(), foreign, code: code.iter().map(text).collect() }
    }

    /// `count` odd tokens.
    pub(super) fn odd(&self, way: Way, count: usize, random: &mut Random) -> String {
        match way {
            Way::Pieces => (0..count).map(|_| self.token(random)).collect(),
            Way::Markup => (0..count)
                .map(|_| if chance(45, random) { one(MARKUP, random).to_owned() } else { self.token(random) })
                .collect(),
            Way::Search => {
                let few: Vec<String> = (0..=count / 2).map(|_| self.token(random)).collect();
                let kept = 5 + random.below(30);
                let token = |random: &mut Random| match few.get(random.below(few.len())) {
                    Some(token) if !chance(kept, random) => token.clone(),
                    _ => " !".to_owned(),
                };
                (0..count).map(|_| token(random)).collect()
            }
            Way::Scripts => (0..count)
                .map(|_| match random.below(10) {
                    0..=3 => format!(" {}", word(&self.foreign, random)),
                    4 => word(&self.foreign, random),
                    _ => self.token(random),
                })
                .collect(),
        }
    }

    /// A piece of three to six letters in most cases, or a sign; with a blank in front where one stood there.
    fn token(&self, random: &mut Random) -> String {
        let texts = if chance(55, random) { &self.prompts } else { &self.code };
        let text = one(texts, random);
        let from = text.floor_char_boundary(random.below(text.len().max(1)));
        let rest = text.get(from..).unwrap_or_default();
        // From the start of a word, or from anywhere in it.
        let rest = if chance(65, random) {
            rest.find([' ', '(', '_', '.', '"']).and_then(|at| rest.get(at..)).unwrap_or(rest)
        } else {
            rest
        };
        let mut letters = rest.chars().peekable();
        let mut token = String::new();
        if let Some(blank) = letters.next_if(|letter| letter.is_whitespace()) {
            token.push(if blank == '\n' && chance(90, random) { ' ' } else { blank });
            while letters.next_if(|letter| letter.is_whitespace()).is_some() {}
        }
        let Some(first) = letters.next() else { return token };
        token.push(first);
        let most = if first.is_alphabetic() { 2 + random.below(8) } else { random.below(3) };
        for _ in 0..most {
            let same = |letter: &char| letter.is_alphabetic() == first.is_alphabetic() && !letter.is_whitespace();
            let Some(letter) = letters.next_if(same) else { break };
            token.push(letter);
        }
        token
    }
}

/// Puts odd words behind a text, or into the middle of it.
pub(super) fn place(head: &str, odd: &str, middle: bool) -> Mixed {
    let at = if middle {
        let half = head.floor_char_boundary(head.len() / 2);
        head.get(half..).and_then(|rest| rest.find(' ')).map_or(head.len(), |more| half + more)
    } else {
        head.len()
    };
    let (before, after) = head.split_at_checked(at).unwrap_or((head, ""));
    Mixed { text: format!("{before} {odd}{after}"), odd: before.len() + 1..before.len() + 1 + odd.len() }
}

fn word(texts: &[&str], random: &mut Random) -> String {
    let text = one(texts, random);
    let from = text.floor_char_boundary(random.below(text.len().max(1)));
    let rest = text.get(from..).unwrap_or_default();
    let word = rest.split_whitespace().nth(1).or_else(|| rest.split_whitespace().next()).unwrap_or_default();
    word.chars().take(2 + random.below(8)).collect()
}

fn one<'t>(of: &[&'t str], random: &mut Random) -> &'t str {
    of.get(random.below(of.len().max(1))).copied().unwrap_or_default()
}

const MARKUP: &[&str] = &[
    " \\", "\\\\", " \\(", "](", " **", "**:", " ###", "```", " {{", "}}", " \\item", " \\text{", "}{", "$$", " ^{",
    "_{", " &=", " <", "/>", " </", "](/", " |", " - [", "]:", " ![", " `", "`,", ";}", " //", "*/", " =>", " !=",
    " &&", "()", "();", " [:", " %", "%)", " #{", "?)", ".\"", "\",\"", "=\"", " '\\", "\\n", "<br", " &nbsp", " ...",
    "--", " @", "://", "++",
];
