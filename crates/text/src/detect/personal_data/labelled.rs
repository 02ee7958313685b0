//! What only its label or title gives away: names, addresses, dates of birth, passports, licences, health records.

use std::{ops::Range, sync::LazyLock};

use palisade_base::Confidence;
use regex::Regex;

use super::{
    context::{Context, Contexts},
    date, person,
};
use crate::Hit;

/// Pushes everything that a context word announces.
pub(super) fn find(text: &str, contexts: &Contexts, hits: &mut Vec<Hit>) {
    for (word, context) in contexts.iter() {
        let found = match context {
            Context::Birth => birth(text, word.end),
            Context::Passport => document(text, word.end, "passport", 6..=9),
            Context::Licence => document(text, word.end, "driving-licence", 5..=18),
            Context::Health => document(text, word.end, "health-record", 5..=14),
            Context::PersonName => after_label(text, word, true).and_then(|at| name(text, at, 1, Confidence::Medium)),
            Context::AnyName | Context::Contact => {
                after_label(text, word, false).and_then(|at| name(text, at, 2, Confidence::Low))
            }
            Context::Title => title(text, word),
            Context::Someone => person::behind(text, word),
            Context::Doing => person::before(text, word),
            Context::Address => after_label(text, word, false).and_then(|at| address(text, at)),
            Context::Street => street(text, word),
            _ => None,
        };
        hits.extend(found);
    }
}

/// The first byte after `:` or `=` (and quotes, and spaces) behind a label; a sentence may go on without them.
fn after_label(text: &str, word: &Range<usize>, bare: bool) -> Option<usize> {
    let rest = text.get(word.end..)?;
    let tail = rest.trim_start_matches(['"', '\'', '*', ' ', '\t']);
    let marked = tail.starts_with([':', '=', ',']) && !tail.starts_with("==");
    let bare = bare && rest.starts_with(' ') && !tail.starts_with(|c: char| c.is_ascii_punctuation());
    if tail.starts_with(',') || !(marked || bare) {
        return None;
    }
    let value = tail.trim_start_matches([':', '=']).trim_start_matches([' ', '\t', '"', '\'', '*']);
    let value = ["is ", "ist ", "est ", "es "].iter().find_map(|verb| value.strip_prefix(verb)).unwrap_or(value);
    Some(text.len() - value.len())
}

fn birth(text: &str, after: usize) -> Option<Hit> {
    let tail = text.get(after..)?;
    let window = tail.char_indices().take(28).take_while(|(_, c)| *c != '\n').map(|(at, c)| (at, c.is_alphanumeric()));
    let mut word_start = true;
    for (at, inside) in window {
        if inside
            && word_start
            && let Some(len) = tail.get(at..).and_then(date::length)
        {
            let range = after + at..after + at + len;
            return Some(Hit { range, kind: "date-of-birth", confidence: Confidence::High });
        }
        word_start = !inside;
    }
    None
}

/// A code of letters and digits close behind its word, with enough digits to be one.
fn document(text: &str, after: usize, kind: &'static str, lengths: std::ops::RangeInclusive<usize>) -> Option<Hit> {
    let mut at = after;
    for word in
        text.get(after..)?.split_inclusive([' ', ':', '=', '#', '"', '\'', ',', '\n', '.', ';', '?', ')']).take(8)
    {
        let code = word.trim_end_matches([' ', ':', '=', '#', '"', '\'', ',', '\n', '.', ';', '?', ')']);
        let digits = code.bytes().filter(u8::is_ascii_digit).count();
        let plain = code.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase() || byte == b'-');
        if plain && lengths.contains(&code.len()) && digits >= 5 && date::length(code).is_none() {
            return Some(Hit { range: at..at + code.len(), kind, confidence: Confidence::High });
        }
        if word.ends_with(['\n', ';', '?']) || digits > 0 {
            return None;
        }
        at += word.len();
    }
    None
}

/// `Mr. Abdul Grant`.
fn title(text: &str, word: &Range<usize>) -> Option<Hit> {
    let rest = text.get(word.end..)?;
    let tail = rest.strip_prefix('.').unwrap_or(rest).strip_prefix(' ')?;
    let capital = text.get(word.clone())?.starts_with(|c: char| c.is_uppercase());
    let hit = name(text, text.len() - tail.len(), 1, Confidence::Low)?;
    capital.then_some(hit)
}

/// One to four words with capitals at `at`, at least `least` of them.
fn name(text: &str, at: usize, least: usize, confidence: Confidence) -> Option<Hit> {
    let found = NAME.as_ref()?.find(window(text, at, 96)).filter(|found| found.start() == 0)?;
    let words: Vec<&str> = found.as_str().split(' ').collect();
    // `Build And Test`, `Set up Python`: a name has no verb or tool in it.
    let thing = words.iter().any(|word| NO_NAMES.contains(&word.to_ascii_lowercase().as_str()));
    let shouted = words.iter().any(|word| word.len() > 3 && word.chars().all(char::is_uppercase));
    let end = at + found.end();
    let goes_on = text.get(end..).is_some_and(|tail| tail.starts_with(['(', '_', '/', '<', '{', '$', '-']));
    (words.len() >= least && !thing && !shouted && !goes_on).then_some(Hit {
        range: at..end,
        kind: "person-name",
        confidence,
    })
}

/// A line with a number and a capital after `address:`.
fn address(text: &str, at: usize) -> Option<Hit> {
    let line = window(text, at, 120).lines().next()?;
    let line = line.split(['"', ';', '|']).next()?.trim_end_matches(['.', ' ']);
    let digits = line.bytes().filter(u8::is_ascii_digit).count();
    let words = line.split_whitespace().filter(|word| word.starts_with(char::is_uppercase)).count();
    let code = line.contains(['@', '=', '{', '\\', '<', '(', '_']) || line.contains("://") || line.starts_with("0x");
    ((1..=14).contains(&digits) && words >= 1 && !code && line.contains(' ') && (8..=120).contains(&line.len()))
        .then(|| Hit { range: at..at + line.len(), kind: "postal-address", confidence: Confidence::Medium })
}

/// A street with a house number around a word such as `Road` or `rue`.
fn street(text: &str, word: &Range<usize>) -> Option<Hit> {
    let written = text.get(word.clone())?;
    let from = floor(text, word.start.saturating_sub(64));
    let from = text.get(from..word.start)?.rfind('\n').map_or(from, |at| from + at + 1);
    let near = window(text, from, word.end - from + 96).lines().next()?;
    let inner = word.start - from..word.end - from;
    STREETS.iter().filter(|(words, _)| words.contains(&written)).find_map(|(_, pattern)| {
        let mut found = pattern.as_ref()?.find_iter(near).take(8);
        let found = found.find(|found| found.start() <= inner.start && found.end() >= inner.end)?;
        let confidence = if POSTCODE.as_ref()?.is_match(found.as_str()) { Confidence::Medium } else { Confidence::Low };
        Some(Hit { range: from + found.start()..from + found.end(), kind: "postal-address", confidence })
    })
}

fn window(text: &str, at: usize, len: usize) -> &str {
    text.get(at..floor(text, at.saturating_add(len))).unwrap_or_default()
}

fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// An upper-case letter, Latin, Greek or Cyrillic, and the letters after it.
macro_rules! capital {
    () => {
        r"[A-ZÀ-ÖØ-ÞĀ-ŽΑ-ΩА-Я][\w'’]*(?:-[A-ZÀ-ÖØ-ÞĀ-ŽΑ-ΩА-Я][\w'’]*)*"
    };
}

static NAME: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"^",
        capital!(),
        r"(?: (?:(?:van|von|de|del|della|di|da|du|der|den|la|le|el|bin|al) ){0,2}",
        capital!(),
        r"){0,3}"
    ))
    .ok()
});

/// The words of each form, as they are written in it, and the form: most forms need not be tried around a word.
static STREETS: LazyLock<[(&[&str], Option<Regex>); 4]> = LazyLock::new(|| {
    const ENGLISH: &[&str] =
        &["Street", "St", "Avenue", "Ave", "Road", "Rd", "Lane", "Drive", "Court", "Boulevard", "Blvd"];
    const GERMAN_AND_DUTCH: &[&str] = &[
        "straße",
        "strasse",
        "straat",
        "gasse",
        "allee",
        "Allee",
        "weg",
        "Weg",
        "platz",
        "Platz",
        "laan",
        "plein",
        "singel",
        "boulevard",
        "Straße",
    ];
    const FRENCH: &[&str] = &["rue", "avenue", "boulevard", "Rue", "Avenue", "Boulevard"];
    const SOUTHERN_AND_POLISH: &[&str] = &[
        "Via",
        "Piazza",
        "Viale",
        "Vicolo",
        "Contrada",
        "Calle",
        "Plaza",
        "Avenida",
        "Callejón",
        "Rambla",
        "Rua",
        "ul.",
        "al.",
        "pl.",
    ];
    [
        // 12 Old Mill Road, Springfield 12345
        (ENGLISH, concat!(r"\b\d{1,5}[A-Za-z]?,? (?:", capital!(), r" ){1,4}(?:Street|St|Avenue|Ave|Road|Rd|Lane|Drive|Court|Boulevard|Blvd)\b\.?(?:, (?:", capital!(), r" ?){1,3})?(?:,? [A-Z]{2})?(?: \d{5})?")),
        // Hauptstraße 5-7, 47714 Kulmbach
        (GERMAN_AND_DUTCH, concat!(r"[A-ZÄÖÜ][\w.-]*(?:straße|strasse|straat|gasse|allee|Allee|weg|Weg|platz|Platz|laan|plein|singel|boulevard|Straße) \d{1,4}(?:[-/]\d{1,4})?[a-z]?(?:, \d{4,5}(?: ?[A-Z]{2}\b)?)?(?:,? ", capital!(), r")?")),
        // 43, rue de Rolland, 58943 Moreno; Via Perini, 49, 18013
        (FRENCH, concat!(r"(?:\b\d{1,4},? )?\b(?:rue|avenue|boulevard|Rue|Avenue|Boulevard) (?:(?:de|du|des|la|le|les|d') ?){0,2}(?:", capital!(), r" ?){1,4}(?:,? \d{5})?(?: ", capital!(), r")?")),
        (SOUTHERN_AND_POLISH, concat!(r"\b(?:Via|Piazza|Viale|Vicolo|Contrada|Calle|Plaza|Avenida|Callejón|Rambla|Rua|ul\.|al\.|pl\.) (?:(?:de|del|della|di|da|la|el|las|los) ){0,2}(?:", capital!(), r" ?){1,4},? ?\d{1,4}(?:/\d+)?(?:,? [\w-]+){0,4}(?:,? \d{2}-?\d{3})?")),
    ]
    .map(|(words, pattern)| (words, Regex::new(pattern).ok()))
});

static POSTCODE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\b\d{5}\b|\b\d{4} ?[A-Z]{2}\b|\b\d{2}-\d{3}\b").ok());

/// Words that stand with capitals after `name:` and are no names.
const NO_NAMES: &[&str] = &[
    "a", "action", "admin", "agent", "and", "api", "app", "build", "cache", "check", "checkout", "ci", "class", "code",
    "column", "config", "data", "deploy", "docker", "docs", "file", "for", "function", "git", "github", "in",
    "install", "job", "lint", "linux", "model", "name", "new", "node", "not", "null", "of", "on", "package", "project",
    "publish", "python", "release", "run", "rust", "server", "service", "set", "setup", "step", "string", "system",
    "table", "team", "test", "tests", "the", "to", "tool", "type", "up", "update", "upload", "use", "user", "value",
    "with", "you", "your",
];

#[cfg(test)]
mod tests {
    use crate::{Detector, PersonalData};

    fn found(text: &str) -> Vec<(&'static str, String)> {
        PersonalData.find(text).into_iter().map(|hit| (hit.kind, text.get(hit.range).unwrap().to_owned())).collect()
    }

    #[test]
    fn labelled_values() {
        for (text, kind, value) in [
            ("Date of birth: July 25, 1920.", "date-of-birth", "July 25, 1920"),
            ("She was born on 09/01/1999.", "date-of-birth", "09/01/1999"),
            ("passport number is C01X00T47", "passport", "C01X00T47"),
            ("My driver's license number is V9995549", "driving-licence", "V9995549"),
            ("MRN: 00482913", "health-record", "00482913"),
            ("full_name: \"Ana de la Cruz\"", "person-name", "Ana de la Cruz"),
            ("My name is Karen Barrett-Jones.", "person-name", "Karen Barrett-Jones"),
            ("to Mr. Abdul Grant today", "person-name", "Abdul Grant"),
            ("Address: 6652 Some Ring, Erding", "postal-address", "6652 Some Ring, Erding"),
            ("to Segebahngasse 4-1, 47714 Kulmbach", "postal-address", "Segebahngasse 4-1, 47714 Kulmbach"),
            ("at 12 Old Mill Road, Springfield", "postal-address", "12 Old Mill Road, Springfield"),
        ] {
            assert_eq!(found(text), [(kind, value.to_owned())], "{text}");
        }
    }

    #[test]
    fn near_misses() {
        for text in [
            "name: Build And Test",
            "name: checkout",
            "born to be wild in 1968",
            "passport ready by then",
            "address = 0x7fff5fbff8a0",
            "address: http://host:8080/path",
            "by the way 3 more",
            "via Python 3",
            "the contact form",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }
}
