//! Letters to tokens, one letter at a time: words in small letters without accents, single letters of scripts without
//! spaces, marks. It keeps where each stood and knows nothing of sentences.

use unicode_normalization::char::decompose_canonical;

use super::hash::{SEED, step};

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A word, or one letter of a script that sets no spaces.
    Word,
    /// A number, of any length.
    Number,
    /// A mark; a run of the same mark is one token.
    Mark(char),
}

/// A word, a number or a mark.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// The folded letters.
    pub(super) hash: u64,
    /// The first letters, as many as carry the meaning in their script.
    pub(super) stem: u64,
    /// The hashes of the first 2, 3, ... letters, for words that are looked up by how they begin; 0 where it has fewer.
    pub(super) heads: [u64; HEADS],
    /// Letters, or how often the mark stands.
    pub(super) length: usize,
    /// Whether it has two letters or more and all are capitals.
    pub(super) shouted: bool,
    /// Whether it is one letter of a script without spaces.
    pub(super) single: bool,
    /// Whether blanks stand before it.
    pub(super) spaced: bool,
    /// Bytes of the text.
    pub(super) start: usize,
    /// The byte after it.
    pub(super) end: usize,
}

/// Turns letters into tokens.
#[derive(Clone, Debug, Default)]
pub(super) struct Reader {
    open: Option<Token>,
    capitals: usize,
    /// An apostrophe that stands after a letter; part of the word if a letter follows.
    apostrophe: bool,
    blank: bool,
}

impl Reader {
    /// Takes the next letter, which stands at `at`; returns the token that it ends, if any.
    pub(super) fn push(&mut self, letter: char, at: usize) -> Option<Token> {
        if is_invisible(letter) {
            return None;
        }
        let end = at + letter.len_utf8();
        if letter.is_whitespace() {
            let done = self.finish();
            self.blank = true;
            return done;
        }
        let letter = fold(letter);
        if is_joined(letter) {
            let apostrophe = std::mem::take(&mut self.apostrophe);
            if let Some(token) = &mut self.open
                && (token.kind == Kind::Word && !token.single || token.kind == Kind::Number && !apostrophe)
            {
                self.capitals += usize::from(letter.1);
                grow(token, letter.0, end);
                return None;
            }
            let done = self.finish();
            self.open(letter, at, end);
            return done;
        }
        if matches!(letter.0, '\'' | '’')
            && !self.apostrophe
            && self.open.is_some_and(|token| token.kind == Kind::Word && !token.single)
        {
            self.apostrophe = true;
            return None;
        }
        if let Some(token) = &mut self.open
            && token.kind == Kind::Mark(letter.0)
            && !is_single(letter.0)
        {
            token.length += 1;
            token.end = end;
            return None;
        }
        let done = self.finish();
        self.open(letter, at, end);
        done
    }

    /// The token that is still open.
    pub(super) fn finish(&mut self) -> Option<Token> {
        self.apostrophe = false;
        let mut token = self.open.take()?;
        token.shouted = token.kind == Kind::Word && token.length > 1 && self.capitals == token.length;
        self.capitals = 0;
        Some(token)
    }

    fn open(&mut self, (letter, capital): (char, bool), start: usize, end: usize) {
        let joined = is_joined((letter, capital));
        let kind = match letter {
            _ if letter.is_numeric() && joined => Kind::Number,
            _ if joined || is_single(letter) => Kind::Word,
            _ => Kind::Mark(letter),
        };
        let spaced = std::mem::take(&mut self.blank);
        let mut token = Token {
            kind,
            hash: SEED,
            stem: SEED,
            heads: [0; HEADS],
            length: 0,
            shouted: false,
            single: is_single(letter),
            spaced,
            start,
            end,
        };
        self.capitals = usize::from(capital);
        grow(&mut token, letter, end);
        self.open = Some(token);
    }
}

fn grow(token: &mut Token, letter: char, end: usize) {
    if is_arabic(letter) && ARTICLES.contains(&token.hash) {
        // Arabic writes the article as a part of its noun (light stemming, Larkey et al. 2002). What looks like another one
        // behind it goes as well, here as in the lexicon.
        (token.hash, token.stem, token.heads, token.length) = (SEED, SEED, [0; HEADS], 0);
    }
    if token.kind == Kind::Number && !letter.is_numeric() {
        // `3d`, `0x1f`: a name, not a number.
        token.kind = Kind::Word;
    }
    token.hash = step(token.hash, u64::from(u32::from(letter)));
    token.length += 1;
    token.end = end;
    if token.length <= stem(letter) {
        token.stem = token.hash;
    }
    if let Some(head) = token.length.checked_sub(SHORTEST_HEAD).and_then(|place| token.heads.get_mut(place)) {
        *head = token.hash;
    }
}

/// Letters of a stem: a Korean letter is a syllable, a Semitic root is short.
const fn stem(letter: char) -> usize {
    match letter {
        '\u{ac00}'..='\u{d7a3}' => 2,
        '\u{590}'..='\u{6ff}' | '\u{900}'..='\u{dff}' => 4,
        _ => 5,
    }
}

const fn is_arabic(letter: char) -> bool {
    matches!(letter, '\u{620}'..='\u{64a}')
}

const fn spelt(word: &[char]) -> u64 {
    match word {
        [rest @ .., last] => step(spelt(rest), *last as u64),
        [] => SEED,
    }
}

/// The Arabic article, alone and behind "and", "with", "so", "like" and "to".
const ARTICLES: [u64; 6] = [
    spelt(&['ا', 'ل']),
    spelt(&['و', 'ا', 'ل']),
    spelt(&['ب', 'ا', 'ل']),
    spelt(&['ف', 'ا', 'ل']),
    spelt(&['ك', 'ا', 'ل']),
    spelt(&['ل', 'ل']),
];

/// A letter in its plain form, and whether it was a capital.
fn fold(letter: char) -> (char, bool) {
    if letter.is_ascii() {
        return (letter.to_ascii_lowercase(), letter.is_ascii_uppercase());
    }
    let plain = match letter {
        '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' | '\u{400}'..='\u{45f}' | '\u{386}'..='\u{3ce}' => {
            let mut first = None;
            decompose_canonical(letter, |part| {
                first.get_or_insert(part);
            });
            match first.unwrap_or(letter) {
                'ı' => 'i',
                'ł' => 'l',
                'Ł' => 'L',
                'đ' => 'd',
                'Đ' => 'D',
                'ø' => 'o',
                other => other,
            }
        }
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter),
        // Forms of alif, of ya and of ta marbuta are typed as one another.
        'أ' | 'إ' | 'آ' => 'ا',
        'ى' => 'ي',
        _ => letter,
    };
    let small = plain.to_lowercase().next().unwrap_or(plain);
    (small, small != plain)
}

/// Whether it belongs to a word together with its neighbours.
fn is_joined((letter, _): (char, bool)) -> bool {
    letter.is_ascii_alphanumeric()
        || letter == '_'
        || (!letter.is_ascii()
            && !is_single(letter)
            && (letter.is_alphanumeric() || ('\u{900}'..='\u{dff}').contains(&letter) && !matches!(letter, '।' | '॥')))
}

/// Whether it is a letter of a script that sets no spaces between words.
pub(super) fn is_single(letter: char) -> bool {
    !letter.is_ascii()
        && matches!(letter,
        '\u{0e00}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{2e80}'..='\u{2fdf}'
        | '\u{3040}'..='\u{312f}' | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Accents, vowel points and letters of no width: words are the same without them.
fn is_invisible(letter: char) -> bool {
    !letter.is_ascii()
        && matches!(letter,
        '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}'..='\u{5c2}' | '\u{640}' | '\u{64b}'..='\u{652}'
        | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{ad}' | '\u{fe00}'..='\u{fe0f}')
}

/// The shortest beginning by which a word is looked up, in letters.
pub(super) const SHORTEST_HEAD: usize = 2;

/// How many beginnings of a word are kept.
pub(super) const HEADS: usize = 11;
