//! Names of people in running text: behind a greeting, a relation or a form of address, and before a verb that people do. A
//! guess, and said to be one: never surer than low.

use std::ops::Range;

use palisade_base::Confidence;

use crate::Hit;

/// The name behind a word such as `Dear`, `my wife`, `signed by`.
pub(super) fn behind(text: &str, word: &Range<usize>) -> Option<Hit> {
    let rest = text.get(word.end..)?;
    let tail = rest.trim_start_matches([' ', ',', ':', '.', '-', '>', '\t']);
    let tail = tail.strip_prefix('\n').filter(|_| rest.starts_with([',', '!'])).unwrap_or(tail);
    let gap = rest.len() - tail.len();
    if gap == 0 || gap > 4 {
        return None;
    }
    let start = word.end + gap;
    let words: Vec<&str> = capitals(tail).take(MOST).collect();
    let len = whole(&words, tail)?;
    let greeting = text.get(word.clone())?.starts_with(char::is_uppercase);
    // One word with a capital may be anything, unless someone is greeted by it.
    let alone = words.len() == 1 && !(greeting && tail.get(len..)?.starts_with([',', '!', '.', '\n']));
    (!alone && is_name(&words)).then(|| hit(start..start + len))
}

/// The name before a word such as `said` or `lives`: two or three words with capitals.
pub(super) fn before(text: &str, word: &Range<usize>) -> Option<Hit> {
    let from = (0..=word.start.saturating_sub(64)).rev().find(|at| text.is_char_boundary(*at))?;
    let head = text.get(from..word.start)?.strip_suffix(' ')?;
    let head = head.rsplit(['\n', '.', ',', ';', ':', '"', '(', '“', '?', '!']).next()?;
    let mut words: Vec<&str> =
        head.rsplit(' ').take_while(|word| is_capital(word) || PARTICLES.contains(word)).take(MOST).collect();
    words.reverse();
    while words.first().is_some_and(|first| !is_capital(first) || is_starter(first)) {
        words.remove(0);
    }
    let len = words.iter().map(|word| word.len() + 1).sum::<usize>().checked_sub(1)?;
    let end = word.start - 1;
    (words.len() >= 2 && is_name(&words)).then(|| hit(end - len..end))
}

/// The words with capitals at the start of a text, and the small ones of names between them.
fn capitals(text: &str) -> impl Iterator<Item = &str> {
    let line = text.lines().next().unwrap_or_default();
    line.split(' ').map_while(|word| {
        let bare = word.trim_end_matches([',', '.', '!', '?', ';', ':', ')', '"', '”', '’']);
        let bare = bare.strip_suffix("'s").or_else(|| bare.strip_suffix("’s")).unwrap_or(bare);
        (is_capital(bare) || PARTICLES.contains(&bare)).then_some(bare)
    })
}

/// The length of these words in the text, up to the first that something other than a space follows.
fn whole(words: &[&str], text: &str) -> Option<usize> {
    let mut len = 0;
    for (at, word) in words.iter().enumerate() {
        let gap = usize::from(at > 0);
        if at > 0 && text.as_bytes().get(len) != Some(&b' ') || text.get(len + gap..)?.get(..word.len()) != Some(*word)
        {
            break;
        }
        len += gap + word.len();
    }
    (len > 0).then_some(len)
}

fn is_capital(word: &str) -> bool {
    let mut letters = word.chars();
    letters.next().is_some_and(char::is_uppercase)
        && word.chars().count() >= 2
        && letters.next().is_some_and(|c| c.is_lowercase() || matches!(c, '\'' | '’' | '.'))
        && word.chars().all(|c| c.is_alphabetic() || matches!(c, '-' | '\'' | '’' | '.'))
}

fn is_name(words: &[&str]) -> bool {
    words.iter().all(|word| !NO_NAMES.contains(&word.to_lowercase().as_str()))
        && words.last().is_some_and(|last| !PARTICLES.contains(last))
}

/// A word that has its capital from the start of a sentence.
fn is_starter(word: &str) -> bool {
    STARTERS.contains(&word)
}

const fn hit(range: Range<usize>) -> Hit {
    Hit { range, kind: "person-name", confidence: Confidence::Low }
}

/// The most words of a name.
const MOST: usize = 4;

const PARTICLES: &[&str] =
    &["van", "von", "de", "del", "della", "di", "da", "du", "der", "den", "bin", "al", "la", "le", "dos", "y"];

const STARTERS: &[&str] = &[
    "And", "As", "At", "But", "Did", "For", "From", "Has", "How", "If", "In", "Is", "On", "So", "That", "Then", "This",
    "To", "Was", "What", "When", "Where", "While", "Who", "Why", "With",
];

/// Words with capitals that are no part of a name.
const NO_NAMES: &[&str] = &[
    "a",
    "account",
    "agency",
    "agent",
    "all",
    "am",
    "an",
    "and",
    "api",
    "april",
    "army",
    "association",
    "august",
    "bank",
    "board",
    "button",
    "city",
    "client",
    "club",
    "committee",
    "community",
    "company",
    "congress",
    "corp",
    "council",
    "country",
    "customer",
    "day",
    "december",
    "department",
    "division",
    "each",
    "english",
    "everybody",
    "everyone",
    "february",
    "file",
    "folks",
    "foundation",
    "friday",
    "friend",
    "friends",
    "god",
    "government",
    "group",
    "guys",
    "he",
    "her",
    "here",
    "his",
    "house",
    "how",
    "i",
    "i'd",
    "i'll",
    "i'm",
    "i've",
    "inc",
    "institute",
    "internet",
    "it",
    "its",
    "january",
    "july",
    "june",
    "language",
    "limited",
    "llc",
    "ltd",
    "madam",
    "manager",
    "march",
    "may",
    "ministry",
    "model",
    "monday",
    "movement",
    "my",
    "new",
    "north",
    "november",
    "october",
    "office",
    "our",
    "parliament",
    "party",
    "please",
    "police",
    "press",
    "project",
    "report",
    "saturday",
    "school",
    "senate",
    "september",
    "server",
    "service",
    "she",
    "sir",
    "society",
    "south",
    "state",
    "states",
    "street",
    "sunday",
    "support",
    "team",
    "thank",
    "thanks",
    "the",
    "there",
    "they",
    "thursday",
    "times",
    "today",
    "tuesday",
    "union",
    "united",
    "university",
    "user",
    "we",
    "wednesday",
    "west",
    "what",
    "who",
    "world",
    "you",
    "your",
];

#[cfg(test)]
mod tests {
    use crate::{Detector, PersonalData};

    fn found(text: &str) -> Vec<String> {
        let hits = PersonalData.find(text).into_iter().filter(|hit| hit.kind == "person-name");
        hits.map(|hit| text.get(hit.range).unwrap().to_owned()).collect()
    }

    #[test]
    fn names_are_found_by_what_stands_beside_them() {
        for (text, name) in [
            ("Dear Jane Roe,\nthank you", "Jane Roe"),
            ("Hi Jane, I am late", "Jane"),
            ("my wife Ana de la Cruz is ill", "Ana de la Cruz"),
            ("yours sincerely,\nJane Roe", "Jane Roe"),
            ("Then Jane Roe said no", "Jane Roe"),
            ("as Jane van Rijn explained", "Jane van Rijn"),
        ] {
            assert_eq!(found(text), [name], "{text}");
        }
    }

    #[test]
    fn near_misses() {
        for text in [
            "Hi there, I am late",
            "Dear Customer, thank you",
            "the White House said no",
            "hello World",
            "The United States said",
            "she called it a day",
            "a friend said so",
        ] {
            assert_eq!(found(text), Vec::<String>::new(), "{text}");
        }
    }
}
