//! Topics that the user lists, by words and patterns. Which ones are toxic or regulated is for the user to say: no list is
//! shipped.

mod fold;
mod name;
mod pattern;

use std::collections::{BTreeMap, BTreeSet};

use aho_corasick::AhoCorasick;
use palisade_base::{Confidence, Meta};
use thiserror::Error;

use super::{Detector, Hit, settled};
use pattern::Patterns;

palisade_base::meta! {
    /// ## What it does
    ///
    /// Finds the words, phrases and patterns of a list that you supply: `palisade inspect --topics FILE`. Words are found
    /// whole and in any case, accents as they are listed; in a phrase any space or line break stands for a space. Patterns are regular
    /// expressions. Decoded and unmasked text is looked at too. A finding has the kind `topic/NAME`.
    ///
    /// ## Why it matters
    ///
    /// What may not be talked about differs from one deployment to the next: a bank does not give tax advice, a shop does not
    /// sell medicine, a game for children has no place for slurs. A list that is shipped would be wrong for most.
    ///
    /// ## Example
    ///
    /// ```toml
    /// [[topic]]
    /// name = "tax-advice"
    /// words = ["tax shelter", "offshore company"]
    /// patterns = ['\bavoid(?:ing)?\s{1,3}tax(?:es)?\b']
    /// ```
    ///
    /// The same as plain lines, in a file with any other ending than `.toml`:
    ///
    /// ```text
    /// # what a bank does not talk about
    /// [tax-advice]
    /// tax shelter
    /// offshore company
    /// /\bavoid(?:ing)?\s{1,3}tax(?:es)?\b/
    /// ```
    ///
    /// ## What to do
    ///
    /// Look at the text, or stop it: a finding asks for a review. `--fail-on medium` lets the program end with 1.
    ///
    /// ## Limits
    ///
    /// A list knows what it lists: no synonym, no other language, no inflection, and a harmless sentence with a listed word is
    /// found as well. A match is at most 1,024 bytes long. What a text of several kilobytes says across the line or
    /// sentence at which it is cut for judging is not found.
    ///
    /// ## References
    ///
    /// - Unicode Standard Annex 15 (Normalization Forms), Unicode Technical Standard 18 (Regular Expressions)
    static META: Detector = {
        name: "topic",
        summary: "the text touches a topic of your list",
        severity: Medium,
        components: [Application, Model],
        threats: [Injection],
        stages: [Operations],
        since: "0.1.0",
    }
}

/// What belongs to a topic.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Topic {
    /// Its name: small letters of ASCII, digits and hyphens.
    pub name: String,
    /// Words and phrases.
    pub words: Vec<String>,
    /// Regular expressions of the `regex` crate; case does not count, unless they say so (`(?-i)`).
    pub patterns: Vec<String>,
}

/// What is wrong with a list of topics.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum TopicError {
    /// Nothing to look for at all.
    #[error("the list is empty: there is neither a word nor a pattern in it")]
    Nothing,
    /// A topic without words and patterns.
    #[error("the topic `{0}` has neither words nor patterns")]
    Empty(String),
    /// A name that could not stand in a finding.
    #[error("`{0}` is no name of a topic: a name has 1 to 48 small letters of a-z, digits and hyphens")]
    Name(String),
    /// Two topics of one name.
    #[error("the topic `{0}` is listed twice")]
    Twice(String),
    /// A word without a letter, a digit or a sign.
    #[error("the topic `{0}` has an empty word")]
    Blank(String),
    /// A word that is longer than a match may be.
    #[error("the word `{word}` of `{topic}` is longer than {} bytes", Topics::LONGEST_WORD)]
    Long {
        /// The topic.
        topic: String,
        /// The start of the word.
        word: String,
    },
    /// A pattern that cannot be used.
    #[error("the pattern `{pattern}` of `{topic}` {why}")]
    Pattern {
        /// The topic.
        topic: String,
        /// The start of the pattern.
        pattern: String,
        /// What is wrong with it.
        why: String,
    },
    /// More than is looked for at once.
    #[error(
        "the list is too long: at most {} words, {} patterns and {} topics",
        Topics::MOST_WORDS,
        Topics::MOST_PATTERNS,
        Topics::MOST
    )]
    Many,
    /// More names, of all lists that were read, than a program keeps.
    #[error("with this list there are more than {} names of topics in one run", name::MOST)]
    Names,
    /// An automaton that would need too much memory.
    #[error("the {0} of the list need too much memory together")]
    Large(&'static str),
}

/// Finds topics. Time grows linearly with a text that comes in blocks, as an [`Inspector`](crate::Inspector) has it.
#[derive(Clone, Debug)]
pub struct Topics {
    /// The kinds of findings, by topic.
    kinds: Vec<&'static str>,
    words: AhoCorasick,
    /// The topics of each word.
    of_word: Vec<Vec<usize>>,
    patterns: Patterns,
}

impl Topics {
    /// One that looks for these.
    pub fn new(topics: &[Topic]) -> Result<Self, TopicError> {
        let (words, patterns) =
            topics.iter().fold((0, 0), |(words, patterns), it| (words + it.words.len(), patterns + it.patterns.len()));
        if words > Self::MOST_WORDS || patterns > Self::MOST_PATTERNS || topics.len() > Self::MOST {
            return Err(TopicError::Many);
        }
        if topics.is_empty() {
            return Err(TopicError::Nothing);
        }
        let mut names = BTreeSet::new();
        let mut by_word: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        let mut listed = Vec::new();
        for (number, topic) in topics.iter().enumerate() {
            if topic.words.is_empty() && topic.patterns.is_empty() {
                return Err(TopicError::Empty(shown(&topic.name)));
            }
            if !name::is_name(&topic.name) {
                return Err(TopicError::Name(shown(&topic.name)));
            }
            if !names.insert(&topic.name) {
                return Err(TopicError::Twice(topic.name.clone()));
            }
            for word in &topic.words {
                let folded = fold::folded(word.trim()).text;
                if folded.is_empty() {
                    return Err(TopicError::Blank(topic.name.clone()));
                }
                if folded.len() > Self::LONGEST_WORD {
                    return Err(TopicError::Long { topic: topic.name.clone(), word: shown(word) });
                }
                let of = by_word.entry(folded).or_default();
                if of.last() != Some(&number) {
                    of.push(number);
                }
            }
            for pattern in &topic.patterns {
                let pattern = pattern::Pattern::new(pattern, number).map_err(|why| TopicError::Pattern {
                    topic: topic.name.clone(),
                    pattern: shown(pattern),
                    why,
                })?;
                listed.push(pattern);
            }
        }
        let words = AhoCorasick::new(by_word.keys()).map_err(|_| TopicError::Large("words"))?;
        let patterns = Patterns::new(listed).map_err(|_| TopicError::Large("patterns"))?;
        let kinds = name::kinds(topics.iter().map(|topic| topic.name.as_str())).ok_or(TopicError::Names)?;
        Ok(Self { kinds, words, of_word: by_word.into_values().collect(), patterns })
    }

    /// The longest match, in bytes.
    pub const LONGEST: usize = 1024;
    /// The longest word or phrase, in bytes of its folded form.
    pub const LONGEST_WORD: usize = 256;
    /// The most words and phrases of all topics.
    pub const MOST_WORDS: usize = 100_000;
    /// The most patterns of all topics.
    pub const MOST_PATTERNS: usize = 256;
    /// The most topics.
    pub const MOST: usize = 256;
}

impl Detector for Topics {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn kinds_count_apart(&self) -> bool {
        true
    }

    fn find(&self, text: &str) -> Vec<Hit> {
        let mut hits: Vec<Vec<Hit>> = vec![Vec::new(); self.kinds.len()];
        let mut add = |topic: usize, range: std::ops::Range<usize>| {
            let (Some(hits), Some(kind)) = (hits.get_mut(topic), self.kinds.get(topic)) else { return };
            if range.len() <= Self::LONGEST {
                hits.push(Hit { range, kind, confidence: Confidence::High });
            }
        };
        let folded = fold::folded(text);
        for found in self.words.find_overlapping_iter(&folded.text) {
            let Some(range) = folded.original(found.range()) else { continue };
            if fold::is_whole(text, &range) {
                let topics = self.of_word.get(found.pattern().as_usize());
                topics.into_iter().flatten().for_each(|topic| add(*topic, range.clone()));
            }
        }
        self.patterns.find(text, &mut add);
        let mut hits: Vec<Hit> = hits.into_iter().flat_map(settled).collect();
        hits.sort_by_key(|hit| (hit.range.start, hit.range.end, hit.kind));
        hits
    }
}

/// The description, for those who have no list.
pub(crate) static DESCRIPTION: &Meta = &META;

/// The start of what a list says, as it can stand in a message.
fn shown(text: &str) -> String {
    let mut shown: String = text.chars().filter(|c| !c.is_control()).take(40).collect();
    if text.chars().nth(40).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn topic(name: &str, words: &[&str], patterns: &[&str]) -> Topic {
        let owned = |list: &[&str]| list.iter().map(|it| (*it).to_owned()).collect();
        Topic { name: name.to_owned(), words: owned(words), patterns: owned(patterns) }
    }

    fn found(words: &[&str], patterns: &[&str], text: &str) -> Vec<String> {
        let topics = Topics::new(&[topic("a", words, patterns)]).unwrap();
        topics.find(text).into_iter().map(|hit| text.get(hit.range).unwrap().to_owned()).collect()
    }

    #[test]
    fn words_are_found_whole_and_in_any_case() {
        for (word, text, expected) in [
            ("rifle", "A RIFLE, a Rifle; a_rifle_here", &["RIFLE", "Rifle", "rifle"][..]),
            ("rifle", "rifles trifle rifle2", &[]),
            ("hunting rifle", "a Hunting\n   Rifle and a hunting-rifle", &["Hunting\n   Rifle"]),
            ("straße", "STRASSE und Straße", &["STRASSE", "Straße"]),
            ("café", "cafe\u{301} Café cafe", &["cafe\u{301}", "Café"]),
            ("cafe", "café cafe\u{301} cafe", &["cafe"]),
            ("οδός", "ΟΔΌΣ", &["ΟΔΌΣ"]),
            ("武器", "购买武器吗", &["武器"]),
            ("무기", "무기를 사다, 소무기", &["무기"]),
            ("оружие", "Купить ОРУЖИЕ.", &["ОРУЖИЕ"]),
            ("rifle", "ｒｉｆｌｅ", &["ｒｉｆｌｅ"]),
            ("c++", "c++ and C++11", &["c++", "C++"]),
            ("가", "각", &[]),
        ] {
            assert_eq!(found(&[word], &[], text), expected, "{word} in {text}");
        }
    }

    #[test]
    fn the_longest_of_what_overlaps_is_shown_once() {
        assert_eq!(found(&["tax", "tax shelter", "shelter"], &[], "a tax shelter"), ["tax shelter"]);
        let topics = Topics::new(&[topic("a", &["tax"], &[]), topic("b", &["TAX", "tax"], &[])]).unwrap();
        let kinds: Vec<&str> = topics.find("tax").into_iter().map(|hit| hit.kind).collect();
        assert_eq!(kinds, ["topic/a", "topic/b"]);
    }

    #[test]
    fn patterns_are_found_by_line() {
        assert_eq!(found(&[], &[r"^lot \d{3,5}$"], "Lot 123\nlot 12\nlot 9999\n"), ["Lot 123", "lot 9999"]);
        assert_eq!(found(&[], &[r"(?-i)ACME[a-z]{0,4}"], "acme ACMEcorp"), ["ACMEcorp"]);
        assert_eq!(found(&["x"], &[r"x y"], "x y"), ["x y"]);
    }

    #[test]
    fn a_match_has_a_bound() {
        let text = format!("a{}b", " ".repeat(2000));
        assert!(found(&["a b"], &[], &text).is_empty());
        assert_eq!(found(&["a b"], &[], &format!("a{}b", " ".repeat(500))).len(), 1);
    }

    /// Lists and texts that are made for each other to cost much. A block is 8 KiB at most: what the engine of patterns does with
    /// longer ones is not asked.
    #[test]
    fn time_grows_with_a_block() {
        let nested: Vec<String> = (1..200).map(|len| "a".repeat(len)).chain(["a ".repeat(60)]).collect();
        let nested: Vec<&str> = nested.iter().map(String::as_str).collect();
        let patterns = [r"(?:a?){30}a{30}", r"[a-z]{1,100}!", r"(?:a|aa){1,60}$", r"\w{1,20}\s{1,9}\w{1,20}#"];
        let topics = Topics::new(&[topic("a", &nested, &patterns)]).unwrap();
        for piece in ["a", "a ", "ab ", "\u{fdfa}", "a\u{301}", "  "] {
            let times = || {
                let [quarter, whole] = [2048, 8192].map(|len| {
                    let text = piece.repeat(len / piece.len());
                    least_time(|| assert!(topics.find(&text).iter().all(|hit| text.get(hit.range.clone()).is_some())))
                });
                whole.as_secs_f64() / quarter.as_secs_f64()
            };
            // Four times as long: linear is 4, quadratic is 16. Other work on the machine may spoil one look, hardly five.
            assert!((0..5).any(|_| times() < 8.0), "{piece:?}: {:.1} times", times());
        }
    }

    /// The time without what else the machine does: the least of several.
    fn least_time(work: impl Fn()) -> std::time::Duration {
        let time = |_| {
            let start = std::time::Instant::now();
            work();
            start.elapsed()
        };
        (0..5).map(time).min().unwrap()
    }

    #[test]
    fn a_bad_list_is_named() {
        for (topics, words) in [
            (vec![], "the list is empty"),
            (vec![topic("a", &[], &[])], "`a` has neither words nor patterns"),
            (vec![topic("A b", &["x"], &[])], "`A b` is no name"),
            (vec![topic("a", &["x"], &[]), topic("a", &["y"], &[])], "listed twice"),
            (vec![topic("a", &[" "], &[])], "an empty word"),
            (vec![topic("a", &["x".repeat(300).as_str()], &[])], "longer than 256 bytes"),
            (vec![topic("a", &[], &["(x"])], "unclosed group"),
            (vec![topic("a", &[], &["x.*y"])], "may match any length"),
            (vec![topic("a", &[], &["x{2000}"])], "may match 2000 bytes"),
            (vec![topic("a", &[], &["x?"])], "matches nothing at all"),
            (vec![topic("a", &[], &[r"\Ax"])], "start or the end of the text"),
            (vec![topic("a", &[], &[r"(?=x)y"])], "look-around"),
            (vec![topic("a", &[], &[r"(x)\1"])], "backreferences"),
            (vec![topic("a", &[], &[r"(\w{10}){10}"; 200])], "too much memory"),
            (vec![topic("a", &[], &[r"\w{1,60}\s\w{1,60}"])], r"write `[a-z]` for `\w`"),
            (vec![topic("a", &[], &["x"; 300])], "too long"),
        ] {
            let error = Topics::new(&topics).unwrap_err().to_string();
            assert!(error.contains(words), "{error} / {words}");
        }
    }
}
