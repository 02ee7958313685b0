//! Odd words to measure on. None of it shares code or vocabulary with what is learnt from: the pieces come from texts that
//! were held out, and are put together in other ways.

use std::collections::BTreeMap;

use super::{
    pieces::Pieces,
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
    /// Greedy coordinate search, in the manner of GCG, against a model with random weights.
    Greedy,
    /// Each word one that has followed the word before it somewhere, or any: near to readable.
    Sampled,
}

impl Way {
    pub(super) const ALL: [Self; 6] =
        [Self::Pieces, Self::Markup, Self::Search, Self::Scripts, Self::Greedy, Self::Sampled];

    /// Its name in the report.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Pieces => "pieces",
            Self::Markup => "markup",
            Self::Search => "search",
            Self::Scripts => "scripts",
            Self::Greedy => "greedy",
            Self::Sampled => "sampled",
        }
    }
}

/// Texts to draw from.
pub(super) struct Source<'t> {
    prompts: Vec<&'t str>,
    foreign: Vec<&'t str>,
    code: Vec<&'t str>,
    pieces: Pieces,
    follow: BTreeMap<&'t str, Vec<&'t str>>,
}

impl<'t> Source<'t> {
    pub(super) fn new(prompts: &'t [Text], code: &'t [Text]) -> Self {
        let text = |text: &'t Text| text.text.as_str();
        let foreign = prompts.iter().filter(|text| !text.text.is_ascii()).map(text).collect();
        let some = prompts.iter().step_by(2).chain(code.iter().step_by(2)).map(text);
        let mut follow: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for text in prompts {
            let words: Vec<&str> = text.text.split_whitespace().collect();
            for (word, next) in words.iter().zip(words.iter().skip(1)) {
                follow.entry(word).or_default().push(next);
            }
        }
        Self {
            prompts: prompts.iter().map(text).collect(),
            foreign,
            code: code.iter().map(text).collect(),
            pieces: Pieces::learn(some, PIECES),
            follow,
        }
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
            Way::Greedy => self.greedy(count, random),
            Way::Sampled => self.sampled(count, random),
        }
    }

    /// Replaces one token at a time by the best of a few, as a model with random weights for tokens and pairs has it.
    fn greedy(&self, count: usize, random: &mut Random) -> String {
        let model = random.next();
        let value = |before: &str, token: &str, place: usize| {
            let hash = |text: &str, start: u64| {
                text.bytes().fold(start, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
            };
            let single = Random::new(hash(token, model ^ place as u64)).next() >> 2;
            single + (Random::new(hash(token, hash(before, model))).next() >> 2)
        };
        let mut tokens = vec![" !"; count];
        for _ in 0..count * 4 {
            let place = random.below(count);
            let around = |tokens: &[&str], token: &str| {
                let before = place.checked_sub(1).and_then(|at| tokens.get(at)).copied().unwrap_or_default();
                let after = tokens.get(place + 1).copied().unwrap_or_default();
                value(before, token, place) / 2 + value(token, after, place + 1) / 2
            };
            let best = (0..16).map(|_| self.pieces.any(0, random)).max_by_key(|token| around(&tokens, token));
            let Some(best) = best else { break };
            let now = tokens.get(place).copied().unwrap_or_default();
            if around(&tokens, best) > around(&tokens, now)
                && let Some(token) = tokens.get_mut(place)
            {
                *token = best;
            }
        }
        tokens.concat().trim_start().to_owned()
    }

    fn sampled(&self, count: usize, random: &mut Random) -> String {
        let any = |random: &mut Random| {
            let words: Vec<&str> = one(&self.prompts, random).split_whitespace().collect();
            words.get(random.below(words.len().max(1))).copied().unwrap_or("the")
        };
        let mut words = vec![any(random)];
        while words.len() < count {
            let last = words.last().copied().unwrap_or_default();
            let next = self.follow.get(last).and_then(|next| next.get(random.below(next.len().max(1)))).copied();
            words.push(next.filter(|_| chance(50, random)).unwrap_or_else(|| any(random)));
        }
        words.join(" ")
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

const PIECES: usize = 8000;
const MARKUP: &[&str] = &[
    " \\", "\\\\", " \\(", "](", " **", "**:", " ###", "```", " {{", "}}", " \\item", " \\text{", "}{", "$$", " ^{",
    "_{", " &=", " <", "/>", " </", "](/", " |", " - [", "]:", " ![", " `", "`,", ";}", " //", "*/", " =>", " !=",
    " &&", "()", "();", " [:", " %", "%)", " #{", "?)", ".\"", "\",\"", "=\"", " '\\", "\\n", "<br", " &nbsp", " ...",
    "--", " @", "://", "++",
];
