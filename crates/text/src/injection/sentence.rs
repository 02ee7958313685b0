//! Tokens to sentences: where one ends is decided by what stands there, never by how the text was cut into pieces.

use super::reader::{Kind, Reader, Token};

/// A sentence, or a line that is none.
#[derive(Clone, Debug, Default)]
pub(super) struct Sentence {
    /// Its tokens, [`LONGEST`] at most.
    pub(super) tokens: Vec<Token>,
    /// Whether it begins a line.
    pub(super) fresh_line: bool,
    /// How many sentences stand before it.
    pub(super) number: usize,
    /// Whether it lies half in the piece before it and half in the one behind: what a cut has divided is whole here.
    pub(super) between: bool,
}

impl Sentence {
    /// Its length in words: of a script that sets no spaces, two letters are taken for one.
    pub(super) fn length(&self) -> usize {
        let single = self.tokens.iter().filter(|token| token.single).count();
        self.tokens.len() - single / 2
    }
}

/// Cuts text into sentences, letter by letter.
#[derive(Clone, Debug, Default)]
pub(super) struct Cutter {
    reader: Reader,
    sentence: Sentence,
    /// What lies across the last cut of a long sentence: the half before the cut, until the half behind it is there.
    across: Sentence,
    /// A full stop that ends the sentence if a blank follows.
    stop: bool,
    /// Ends of lines since the last token.
    lines: usize,
    at: usize,
}

impl Cutter {
    /// Takes the next piece of the text and hands over each sentence that is complete.
    pub(super) fn push(&mut self, piece: &str, mut each: impl FnMut(&Sentence)) {
        for letter in piece.chars() {
            let at = self.at;
            self.at += letter.len_utf8();
            if letter.is_whitespace() {
                if let Some(token) = self.reader.push(letter, at) {
                    self.add(token, &mut each);
                }
                if self.stop {
                    self.cut(false, &mut each);
                }
                if letter == '\n' || letter == '\u{2028}' {
                    self.lines += 1;
                }
                continue;
            }
            if self.lines > 0 {
                let goes_on = self.lines == 1 && letter.is_lowercase() && self.sentence.tokens.len() > GOES_ON;
                if !goes_on {
                    self.cut(true, &mut each);
                }
                self.lines = 0;
            }
            if let Some(token) = self.reader.push(letter, at) {
                self.add(token, &mut each);
            }
        }
    }

    /// The end of the text: hands over what is left.
    pub(super) fn finish(&mut self, mut each: impl FnMut(&Sentence)) {
        if let Some(token) = self.reader.finish() {
            self.add(token, &mut each);
        }
        self.cut(true, &mut each);
    }

    fn add(&mut self, token: Token, each: &mut impl FnMut(&Sentence)) {
        self.stop = matches!(token.kind, Kind::Mark('.' | '!' | '?' | '…'))
            || (self.stop && matches!(token.kind, Kind::Mark('"' | '\'' | ')' | '”' | '’' | '*')));
        self.sentence.tokens.push(token);
        let ends = matches!(token.kind, Kind::Mark('。' | '！' | '？' | '।' | '؟' | '۔' | '；'));
        let length = self.sentence.tokens.len();
        if ends {
            self.cut(false, each);
        } else if length == HALF {
            self.join(each);
        } else if length >= LONGEST {
            let half = self.sentence.tokens.get(HALF..).unwrap_or_default();
            self.across.tokens.extend_from_slice(half);
            self.hand_over(false, each);
        }
    }

    /// The end of a sentence.
    fn cut(&mut self, fresh_line: bool, each: &mut impl FnMut(&Sentence)) {
        if !self.sentence.tokens.is_empty() {
            self.join(each);
            self.hand_over(fresh_line, each);
        }
        self.across.tokens.clear();
        self.sentence.fresh_line |= fresh_line;
    }

    /// Hands over what lies across the last cut, if there was one and it has not been handed over.
    fn join(&mut self, each: &mut impl FnMut(&Sentence)) {
        if !self.across.tokens.is_empty() {
            self.across.tokens.extend_from_slice(&self.sentence.tokens);
            self.across.number = self.sentence.number;
            self.across.between = true;
            each(&self.across);
            self.across.tokens.clear();
        }
    }

    fn hand_over(&mut self, fresh_line: bool, each: &mut impl FnMut(&Sentence)) {
        each(&self.sentence);
        self.stop = false;
        self.sentence.tokens.clear();
        self.sentence.number += 1;
        self.sentence.fresh_line = fresh_line;
    }
}

/// Tokens of a sentence, at most: what has no full stop is cut here, and handed over once more with the cut in the middle.
const LONGEST: usize = 48;

const HALF: usize = LONGEST / 2;

/// A line of more tokens than this, followed by a small letter, goes on in the next line.
const GOES_ON: usize = 4;
