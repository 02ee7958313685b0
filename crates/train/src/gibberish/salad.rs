//! Words that nobody put together, to learn from: drawn from harmless texts without regard to what stood beside them.

use std::ops::Range;

use super::{pieces::Pieces, texts::Text};
use crate::random::Random;

/// A text, and which bytes of it are odd.
#[derive(Clone, Debug, Default)]
pub(super) struct Mixed {
    /// The text.
    pub text: String,
    /// The odd bytes; empty for a harmless text.
    pub odd: Range<usize>,
}

/// What can be drawn.
#[derive(Debug)]
pub(super) struct Pool {
    words: Vec<String>,
    signs: Vec<String>,
    rare: Vec<String>,
    pieces: Pieces,
}

impl Pool {
    /// Takes a text apart in so many draws that all of it can come.
    pub(super) fn new(texts: &[Text], random: &mut Random) -> Self {
        let (mut words, mut signs, mut rare) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..POOL {
            let Some(text) = texts.get(random.below(texts.len().max(1))).map(|text| text.text.as_str()) else { break };
            let start = text.floor_char_boundary(random.below(text.len().max(1)));
            let part = text.get(start..text.floor_char_boundary((start + 120).min(text.len()))).unwrap_or_default();
            let mut pieces = part.split(|letter: char| !letter.is_alphabetic()).skip(1).filter(|word| !word.is_empty());
            if let Some(word) = pieces.next().filter(|word| word.chars().count() < 16) {
                if word.is_ascii() { &mut words } else { &mut rare }.push(word.to_owned());
            }
            let mut others = part.split(|letter: char| letter.is_alphanumeric() || letter.is_whitespace());
            if let Some(sign) = others.find(|sign| !sign.is_empty()).filter(|sign| sign.chars().count() < 5) {
                signs.push(sign.to_owned());
            }
        }
        let some = texts.iter().step_by((texts.len() / LEARNT).max(1)).map(|text| text.text.as_str());
        Self { words, signs, rare, pieces: Pieces::learn(some, PIECES) }
    }

    /// About `count` odd tokens, by one of many habits.
    pub(super) fn odd(&self, count: usize, random: &mut Random) -> String {
        match random.below(20) {
            0..7 => self.salad(count, random),
            7..14 => self.searched(count, random),
            14..17 => self.words(count, random),
            _ => self.snatches(count, random),
        }
    }

    /// Pieces as a search tries them, all as likely; the places that it has not come to have the sign that it began with.
    fn searched(&self, count: usize, random: &mut Random) -> String {
        let foreign = pick(&[0, 0, 0, 5, 30], random);
        let (again, left) = (pick(&[0, 0, 10], random), pick(&[0, 0, 0, 20, 50], random));
        let common = pick(&[0, 0, 30, 100], random);
        let start = ["!", " !", " x", "x ", "*", " the"].get(random.below(6)).copied().unwrap_or_default();
        let mut used: Vec<&str> = Vec::new();
        for _ in 0..count {
            let piece = if chance(left, random) {
                start
            } else if chance(again, random) && !used.is_empty() {
                used.get(random.below(used.len())).copied().unwrap_or_default()
            } else if chance(common, random) {
                self.pieces.common(random)
            } else {
                self.pieces.any(foreign, random)
            };
            used.push(piece);
        }
        used.concat().trim_start().to_owned()
    }

    /// Whole words in any order, with few signs.
    fn words(&self, count: usize, random: &mut Random) -> String {
        let signs = pick(&[0, 0, 8, 15], random);
        let small = chance(40, random);
        let mut text = String::new();
        for _ in 0..count {
            let from = if chance(3, random) && !self.rare.is_empty() { &self.rare } else { &self.words };
            let word = from.get(random.below(from.len().max(1))).map_or("", String::as_str);
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(&if small { word.to_lowercase() } else { word.to_owned() });
            if chance(signs, random) {
                text.push_str(
                    [".", ",", "!", "?", ":", ")", "\"", ".\\", "(", ";"].get(random.below(10)).unwrap_or(&"."),
                );
            }
        }
        text
    }

    /// Two or three words that stood together somewhere, then others; pieces between them.
    fn snatches(&self, count: usize, random: &mut Random) -> String {
        let mut text = String::new();
        let mut left = count;
        while left > 0 {
            let words = 1 + random.below(2).min(left - 1);
            if chance(40, random) {
                text.push_str(self.pieces.any(2, random));
                left -= 1;
                continue;
            }
            for _ in 0..words {
                text.push(' ');
                text.push_str(self.words.get(random.below(self.words.len().max(1))).map_or("", String::as_str));
            }
            left -= words;
        }
        text.trim_start().to_owned()
    }

    /// Words, pieces of words and signs by how often they come.
    fn salad(&self, count: usize, random: &mut Random) -> String {
        let pieces = pick(&[0, 10, 30, 60, 85], random);
        let signs = pick(&[0, 5, 15, 30, 50, 65], random);
        let learnt = pick(&[0, 0, 20, 60], random);
        let rare = pick(&[0, 0, 0, 5, 30], random);
        let glued = pick(&[0, 10, 30, 60], random);
        let again = pick(&[0, 0, 5, 15], random);
        let (mut text, mut used): (String, Vec<String>) = (String::new(), Vec::new());
        for _ in 0..count {
            let token = if chance(again, random) && !used.is_empty() {
                used.get(random.below(used.len())).cloned()
            } else if chance(signs, random) {
                self.signs.get(random.below(self.signs.len())).map(|sign| Self::sign(sign, random))
            } else if chance(rare, random) {
                self.rare.get(random.below(self.rare.len().max(1))).map(|word| piece(word, pieces, random))
            } else if chance(learnt, random) {
                Some(self.pieces.common(random).trim().to_owned())
            } else if chance(2, random) {
                Some(random.below(2030).to_string())
            } else {
                self.words.get(random.below(self.words.len())).map(|word| piece(word, pieces, random))
            };
            let Some(token) = token else { continue };
            if !text.is_empty() && !chance(glued, random) {
                text.push(' ');
            }
            text.push_str(&token);
            used.push(token);
        }
        text
    }

    /// A sign that stood somewhere, or two that did not stand together.
    fn sign(sign: &str, random: &mut Random) -> String {
        const SINGLE: &[&str] = &[
            "!", "\\", "(", ")", "{", "}", "[", "]", "\"", "*", "**", "=", "?", ":", "+", "$", "#", "@", "|", "~", "\n",
        ];
        let other = SINGLE.get(random.below(SINGLE.len())).copied().unwrap_or_default();
        match random.below(6) {
            0 => format!("{sign}{other}"),
            1 => other.to_owned(),
            2 => format!("{other}{}", SINGLE.get(random.below(SINGLE.len())).copied().unwrap_or_default()),
            _ => sign.to_owned(),
        }
    }

    /// A harmless text with odd words in it: behind it, most often.
    pub(super) fn mixed(&self, head: &str, random: &mut Random) -> Mixed {
        let count = if chance(40, random) { 8 + random.below(14) } else { 10 + random.below(50) };
        let odd = self.odd(count, random);
        insert(head, &odd, random)
    }
}

/// Puts odd words behind, or sometimes between lines or words of, a text.
pub(super) fn insert(head: &str, odd: &str, random: &mut Random) -> Mixed {
    let place = if chance(75, random) {
        head.len()
    } else {
        let from = head.floor_char_boundary(random.below(head.len().max(1)));
        head.get(from..).and_then(|rest| rest.find([' ', '\n'])).map_or(head.len(), |at| from + at)
    };
    let (before, after) = head.split_at_checked(place).unwrap_or((head, ""));
    let glue = if chance(20, random) { "\n" } else { " " };
    let start = before.len() + glue.len();
    Mixed { text: format!("{before}{glue}{odd}{after}"), odd: start..start + odd.len() }
}

/// The start, the end or the middle of a word, or all of it; in another case, sometimes.
fn piece(word: &str, percent: usize, random: &mut Random) -> String {
    let letters: Vec<char> = word.chars().collect();
    let cut = if chance(percent, random) && letters.len() > 3 {
        let keep = 2 + random.below(letters.len() - 2);
        let start = if chance(50, random) { 0 } else { random.below(letters.len() - keep + 1) };
        letters.get(start..start + keep).unwrap_or_default().iter().collect()
    } else {
        word.to_owned()
    };
    match random.below(12) {
        0 => cut.to_uppercase(),
        1 | 2 => {
            let mut rest = cut.chars();
            rest.next().map(|first| first.to_uppercase().chain(rest).collect()).unwrap_or_default()
        }
        3 | 4 => cut.to_lowercase(),
        _ => cut,
    }
}

pub(super) const fn chance(percent: usize, random: &mut Random) -> bool {
    random.below(100) < percent
}

fn pick(values: &[usize], random: &mut Random) -> usize {
    values.get(random.below(values.len())).copied().unwrap_or_default()
}

const POOL: usize = 400_000;
/// So many texts the pieces are learnt from, and so many pieces.
const LEARNT: usize = 6000;
const PIECES: usize = 12_000;
