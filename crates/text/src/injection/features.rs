//! Sentences to features: words, stems, concepts, patterns of both, their order, their place. A feature is a hashed cell with
//! the bytes that it stands on; what it weighs is not known here.

use super::{
    hash::{SEED, cell, step},
    lexicon::{Concept, Lexicon, lexicon, name},
    reader::{Kind, Token},
    sentence::Sentence,
};

/// Something that is true of a sentence.
#[derive(Clone, Copy, Debug)]
pub struct Feature {
    /// Its cell in the table of weights, below `2^BITS`.
    pub cell: u32,
    /// Whether it counts only in text that is data.
    pub of_data: bool,
    lane: Lane,
    concepts: [Concept; 3],
    /// First byte.
    pub start: usize,
    /// Byte after the last.
    pub end: usize,
}

impl Feature {
    /// Whether it holds in every language of the lexicon: it speaks of concepts and shape, not of words.
    pub const fn is_of_every_language(&self) -> bool {
        matches!(self.lane, Lane::Concept | Lane::Pair | Lane::Near | Lane::Chain | Lane::Across | Lane::Shape)
    }

    /// What it is, in words; `text` are its bytes.
    pub(super) fn describe(&self, text: &str) -> String {
        let concepts: Vec<&str> =
            self.concepts.iter().filter(|concept| **concept != NONE).map(|concept| name(*concept)).collect();
        let origin = if self.of_data { " in data" } else { "" };
        let text: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).take(60).collect();
        match self.lane {
            Lane::Concept | Lane::Pair | Lane::Near | Lane::Chain | Lane::Across => {
                format!("{}{origin} {}", self.lane.name(), concepts.join(" + "))
            }
            _ => format!("{}{origin} `{text}`", self.lane.name()),
        }
    }
}

/// A family of features.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
enum Lane {
    Word,
    Words,
    Three,
    Gap,
    Stem,
    Stems,
    Concept,
    Pair,
    Near,
    Chain,
    Across,
    Pattern,
    Start,
    Mark,
    Shape,
}

impl Lane {
    const fn name(self) -> &'static str {
        match self {
            Self::Word => "word",
            Self::Words => "words",
            Self::Three => "three words",
            Self::Gap => "words with a gap",
            Self::Stem => "stem",
            Self::Stems => "stems",
            Self::Concept => "concept",
            Self::Pair => "concepts in a sentence",
            Self::Near => "concepts side by side",
            Self::Chain => "chain of concepts",
            Self::Across => "concepts in two sentences",
            Self::Pattern => "pattern",
            Self::Start => "start of sentence",
            Self::Mark => "marks",
            Self::Shape => "shape",
        }
    }
}

/// Finds the features of sentence after sentence.
#[derive(Clone, Debug, Default)]
pub(super) struct Finder {
    before: Vec<Concept>,
    words: Vec<Token>,
    found: Vec<(Concept, Token, Token, usize)>,
    symbols: Vec<(u64, usize, usize)>,
}

impl Finder {
    /// Every feature of the next sentence; the same one as often as it stands there.
    pub(super) fn find(&mut self, sentence: &Sentence, out: &mut Vec<Feature>) {
        out.clear();
        self.look_up(sentence, lexicon());
        self.by_word(out);
        self.by_concept(out);
        self.by_pattern(sentence, out);
        by_mark(sentence, out);
        // What lies across a cut is no sentence behind another one, nor before one.
        if !sentence.between {
            self.across(out);
            self.before.clear();
            self.before.extend(self.found.iter().map(|found| found.0).take(KEPT));
        }
    }

    fn look_up(&mut self, sentence: &Sentence, lexicon: &Lexicon) {
        self.words.clear();
        self.words.extend(sentence.tokens.iter().filter(|token| !matches!(token.kind, Kind::Mark(_))));
        self.found.clear();
        self.symbols.clear();
        let mut at = 0;
        while let Some(word) = self.words.get(at) {
            let rest = self.words.get(at..).unwrap_or_default();
            if let Some((concept, count)) = lexicon.longest(rest.iter().take(LONGEST_PHRASE)) {
                let last = rest.get(count - 1).unwrap_or(word);
                self.found.push((concept, *word, *last, at));
                self.symbols.push((step(CONCEPT, u64::from(concept)), word.start, last.end));
                at += count;
                continue;
            }
            let symbol = match word.kind {
                Kind::Number => NUMBER,
                _ if word.length <= SHORT => word.hash,
                _ => OTHER,
            };
            at += 1;
            // Runs of words that say nothing are one.
            match self.symbols.last_mut() {
                Some(last) if last.0 == symbol && symbol == OTHER => last.2 = word.end,
                _ => self.symbols.push((symbol, word.start, word.end)),
            }
        }
    }

    fn by_word(&self, out: &mut Vec<Feature>) {
        for word in &self.words {
            out.push(plain(Lane::Word, word.hash, word.start, word.end));
            if word.stem != word.hash {
                out.push(plain(Lane::Stem, word.stem, word.start, word.end));
            }
        }
        for pair in self.words.windows(2) {
            let [a, b] = pair else { continue };
            out.push(plain(Lane::Words, step(a.hash, b.hash), a.start, b.end));
            if a.stem != a.hash || b.stem != b.hash {
                out.push(plain(Lane::Stems, step(a.stem, b.stem), a.start, b.end));
            }
        }
        for three in self.words.windows(3) {
            let [a, b, c] = three else { continue };
            out.push(plain(Lane::Three, step(step(a.hash, b.hash), c.hash), a.start, c.end));
            out.push(plain(Lane::Gap, step(a.stem, c.stem), a.start, c.end));
        }
        for four in self.words.windows(4) {
            let [a, _, _, d] = four else { continue };
            out.push(plain(Lane::Gap, step(a.stem, d.stem), a.start, d.end));
        }
    }

    fn by_concept(&self, out: &mut Vec<Feature>) {
        for (place, (concept, first, last, at)) in self.found.iter().enumerate() {
            let key = u64::from(*concept);
            let one = named(Lane::Concept, key, [*concept, NONE, NONE], first.start, last.end);
            out.push(one);
            out.push(one.in_data());
            for (other, _, end, there) in self.found.iter().skip(place + 1).take(REACH) {
                let key = step(key, u64::from(*other));
                let both = [*concept, *other, NONE];
                out.push(named(Lane::Pair, key, both, first.start, end.end));
                if there - at <= 4 {
                    let near = named(Lane::Near, key, both, first.start, end.end);
                    out.push(near);
                    out.push(near.in_data());
                }
            }
        }
        for three in self.found.windows(3) {
            let [(a, first, ..), (b, ..), (c, _, last, _)] = three else { continue };
            let key = step(step(u64::from(*a), u64::from(*b)), u64::from(*c));
            out.push(named(Lane::Chain, key, [*a, *b, *c], first.start, last.end));
        }
    }

    /// Concepts of the sentence before, each with each of this one.
    fn across(&self, out: &mut Vec<Feature>) {
        for before in &self.before {
            for (concept, first, last, _) in self.found.iter().take(KEPT) {
                let key = step(u64::from(*before), u64::from(*concept));
                out.push(named(Lane::Across, key, [*before, *concept, NONE], first.start, last.end));
            }
        }
    }

    fn by_pattern(&self, sentence: &Sentence, out: &mut Vec<Feature>) {
        for pair in self.symbols.windows(2) {
            let [a, b] = pair else { continue };
            let two = plain(Lane::Pattern, step(a.0, b.0), a.1, b.2);
            out.push(two);
            out.push(two.in_data());
        }
        for three in self.symbols.windows(3) {
            let [a, b, c] = three else { continue };
            out.push(plain(Lane::Pattern, step(step(a.0, b.0), c.0), a.1, c.2));
        }
        for four in self.symbols.windows(4) {
            let [a, b, c, d] = four else { continue };
            out.push(plain(Lane::Pattern, step(step(step(a.0, b.0), c.0), d.0), a.1, d.2));
        }
        let Some(first) = sentence.tokens.first() else { return };
        let mark = match first.kind {
            Kind::Mark(mark) => u64::from(u32::from(mark)),
            _ => 0,
        };
        let line = step(mark, u64::from(sentence.fresh_line));
        let mut key = step(SEED, 1);
        for symbol in self.symbols.iter().take(3) {
            key = step(key, symbol.0);
            let start = plain(Lane::Start, key, symbol.1, symbol.2);
            out.push(start);
            out.push(start.in_data());
            out.push(plain(Lane::Start, step(key, line), symbol.1, symbol.2).in_data());
        }
        if let Some(word) = self.words.first() {
            let start = plain(Lane::Start, step(word.hash, 2), word.start, word.end);
            out.push(start);
            out.push(start.in_data());
        }
        let shouted = self.words.iter().filter(|word| word.shouted && word.length > 2).count();
        let (start, end) = (first.start, sentence.tokens.last().map_or(first.end, |last| last.end));
        out.push(plain(Lane::Shape, step(SEED, 0), start, end));
        out.push(plain(Lane::Shape, step(SEED, 0), start, end).in_data());
        out.push(plain(Lane::Shape, step(3, rank(self.words.len().min(32))), start, end));
        if shouted > 1 {
            out.push(plain(Lane::Shape, step(4, (shouted as u64).min(6)), start, end));
        }
        if sentence.number == 0 {
            out.push(plain(Lane::Shape, step(5, 0), start, end));
        }
    }
}

fn by_mark(sentence: &Sentence, out: &mut Vec<Feature>) {
    let value = |token: &Token| match token.kind {
        Kind::Number => NUMBER,
        Kind::Mark(_) => step(token.hash, u64::from(token.length > 2)),
        Kind::Word => token.hash,
    };
    for pair in sentence.tokens.windows(2) {
        let [a, b] = pair else { continue };
        if matches!(a.kind, Kind::Mark(_)) || matches!(b.kind, Kind::Mark(_)) {
            let key = step(step(value(a), value(b)), u64::from(b.spaced));
            out.push(plain(Lane::Mark, key, a.start, b.end));
        }
    }
}

impl Feature {
    const fn in_data(self) -> Self {
        Self { cell: self.cell ^ DATA, of_data: true, ..self }
    }
}

/// How many binary digits a number has.
fn rank(count: usize) -> u64 {
    count.checked_ilog2().map_or(0, |rank| u64::from(rank) + 1)
}

const fn plain(lane: Lane, key: u64, start: usize, end: usize) -> Feature {
    named(lane, key, [NONE; 3], start, end)
}

const fn named(lane: Lane, key: u64, concepts: [Concept; 3], start: usize, end: usize) -> Feature {
    let cell = cell(step(key, lane as u64 + 1), BITS);
    Feature { cell, of_data: false, lane, concepts, start, end }
}

/// Cells of the table of weights, as a power of two.
pub const BITS: u32 = 22;

/// Concepts of the sentence before that are looked at together with this one.
const KEPT: usize = 10;

/// How many concepts further a pair reaches.
const REACH: usize = 10;

/// Words of a phrase, at most.
const LONGEST_PHRASE: usize = 8;

/// Words so short that they are grammar rather than content, in letters.
const SHORT: usize = 3;

const NONE: Concept = Concept::MAX;

/// Tells the cell of a feature that counts in data only from that of the plain one.
const DATA: u32 = 0x002a_5a5a;

const CONCEPT: u64 = step(SEED, 11);
const NUMBER: u64 = step(SEED, 12);
const OTHER: u64 = step(SEED, 13);
