//! Postal addresses around a postcode: the code is found first, and the line before it read by the rules of its country.

use std::{ops::Range, sync::LazyLock};

use palisade_base::Confidence;
use regex::Regex;

use crate::Hit;

/// The address that a number of digits alone ends, or has in its middle: `TX 78701`, `80331 München`, `00-950 Warszawa`.
pub(super) fn of_digits(text: &str, code: &Range<usize>) -> Option<Hit> {
    let digits = text.get(code.clone())?;
    let bytes = text.as_bytes();
    let before = bytes.get(code.start.saturating_sub(5)..code.start)?;
    let state = matches!(before, [.., b' ' | b',', a, b, b' '] if a.is_ascii_uppercase() && b.is_ascii_uppercase());
    let comma = before.ends_with(b", ");
    let forms: &[Form] = match digits.len() {
        5 if state => &[Form::American, Form::Military],
        10 if state => &[Form::American],
        5 if comma => &[Form::Italian, Form::Spanish, Form::French, Form::German],
        6 if comma => &[Form::Polish],
        4 if comma => &[Form::Dutch, Form::German],
        _ => return None,
    };
    forms.iter().find_map(|form| around(text, code, *form))
}

/// The address that a word of letters and digits ends: `SW1A 1AA`, `1012AB, Amsterdam`.
pub(super) fn of_mixed(text: &str, word: &Range<usize>) -> Option<Hit> {
    let bytes = text.as_bytes().get(word.clone())?;
    match bytes {
        [d, a, b] if d.is_ascii_digit() && a.is_ascii_uppercase() && b.is_ascii_uppercase() => {
            around(text, word, Form::British)
        }
        [d @ .., a, b]
            if d.len() == 4 && d.iter().all(u8::is_ascii_digit) && a.is_ascii_uppercase() && b.is_ascii_uppercase() =>
        {
            around(text, word, Form::Dutch)
        }
        _ => None,
    }
}

fn around(text: &str, code: &Range<usize>, form: Form) -> Option<Hit> {
    let from = floor(text, code.start.saturating_sub(BEFORE));
    let from = text.get(from..code.start)?.rfind('\n').map_or(from, |at| from + at + 1);
    let to = floor(text, code.end + AFTER);
    let line = text.get(from..to)?.lines().next()?;
    let inner = code.start - from..code.end - from;
    let found = form
        .pattern()?
        .find_iter(line)
        .take(8)
        .find(|found| found.start() < inner.start && found.end() >= inner.end)?;
    let range = from + found.start()..from + found.end();
    Some(Hit { range, kind: "postal-address", confidence: Confidence::Medium })
}

fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// How a country writes an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    American,
    Military,
    British,
    German,
    Dutch,
    French,
    Italian,
    Spanish,
    Polish,
}

impl Form {
    fn pattern(self) -> Option<&'static Regex> {
        let place = match self {
            Self::American => 0,
            Self::Military => 1,
            Self::British => 2,
            Self::German => 3,
            Self::Dutch => 4,
            Self::French => 5,
            Self::Italian => 6,
            Self::Spanish => 7,
            Self::Polish => 8,
        };
        PATTERNS.get(place)?.as_ref()
    }
}

/// A word with a capital, and parts of it behind dashes and apostrophes.
macro_rules! word {
    () => {
        r"\p{Lu}[\p{L}'’.]*(?:-\p{L}[\p{L}'’.]*)*"
    };
}

/// One to five of them, with the small words between that names of places have.
macro_rules! words {
    () => {
        concat!(word!(), r"(?: (?:(?:de|del|della|di|da|du|des|la|las|los|le|les|el|van|von|der|den|dem|am|im|an|sur|sous|en|lez|y|i|do|dos) ){0,3}", word!(), r"){0,4}")
    };
}

static PATTERNS: LazyLock<[Option<Regex>; 9]> = LazyLock::new(|| {
    [
        concat!(r"\b\d{1,6}[A-Z]? ", words!(), r"(?:,? (?:Apt|Suite|Unit|Ste|Apartment|Floor|#|No)\.? ?\w{1,6})?,? ", words!(), r",? [A-Z]{2} \d{5}(?:-\d{4})?"),
        concat!(r"(?:PSC \d{1,5},? Box \d{1,5}|Unit \d{1,5} Box \d{1,5}|US(?:S|NS|NV|CGC) ", word!(), r"|P\.?O\.? Box \d{1,6}),? (?:", words!(), r"|[ADF]PO),? A?[A-Z]{2} \d{5}(?:-\d{4})?"),
        concat!(r"(?:(?:Flat|Studio|Unit|Apartment|Apt) \w{1,5},? )?(?:\b\d{1,5}[A-Za-z]?,? )?(?:", words!(), r",? ){1,3}[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b"),
        concat!(word!(), r"(?: ", word!(), r"){0,3} \d{1,4}(?:[-/]\d{1,4})? ?[a-z]?, \d{4,5} ", words!()),
        concat!(word!(), r"(?: ", word!(), r"){0,3} \d{1,4} ?[a-z]?(?:[-/]\d{1,4})?, \d{4} ?[A-Z]{2}\b(?:,? ", words!(), r")?"),
        concat!(r"(?:\b\d{1,4}(?: bis| ter)?,? )?\b(?i:rue|avenue|boulevard|chemin|place|impasse|allée|quai|cours|route|square|passage|sentier|faubourg) (?:(?:de|du|des|la|le|les) |d'|l'){0,3}", words!(), r",? \d{5}(?: ", words!(), r")?"),
        concat!(words!(), r", \d{1,4}(?: ?/ ?\w{1,3})?(?: (?:Piano|Appartamento|Interno|Scala) \w{1,4})?, \d{5}(?:,? ", words!(), r"(?: \([A-Z]{2}\))?)?"),
        concat!(words!(), r",? \d{1,4}(?: (?:Apt\.|Puerta|Piso|Bajo|Portal) ?\w{0,4})* ?, ", words!(), r", \d{5}"),
        concat!(r"(?:(?i:ul\.|al\.|pl\.|os\.|ulica|aleja|plac|osiedle) )?", words!(), r" \d{1,4}[a-z]?(?:/\d{1,4})?, \d{2}-\d{3}(?: ", words!(), r")?"),
    ]
    .map(|pattern| Regex::new(pattern).ok())
});

/// How far an address reaches before its postcode and behind it, in bytes.
const BEFORE: usize = 110;
const AFTER: usize = 48;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Detector, PersonalData};

    fn found(text: &str) -> Vec<String> {
        let hits = PersonalData.find(text).into_iter().filter(|hit| hit.kind == "postal-address");
        hits.map(|hit| text.get(hit.range).unwrap().to_owned()).collect()
    }

    #[test]
    fn every_pattern_is_one() {
        assert!(PATTERNS.iter().all(Option::is_some));
    }

    #[test]
    fn addresses_of_many_countries() {
        for address in [
            "12 Old Mill Trail, Springfield, IL 62704",
            "1450 Maple Corners Apt. 12, West Hill, TX 78701-1234",
            "PSC 1234, Box 5678, APO AE 09012",
            "Flat 7, Rose Keys, East Barton, W97 4TY",
            "8 Elm Oval, Port Guy, S7B 2PE",
            "Lindenstr. 26, 60855 Neustadt",
            "Am Alten Markt 5-7, 50667 Köln",
            "Tulpsteeg 5, 1012 AB Amsterdam",
            "14, chemin de la Source, 69003 Lyon",
            "Vicolo Stretto, 28 Appartamento 7, 24060, Bergamo (BG)",
            "Glorieta de Ana Ruiz 45, Jaén, 23001",
            "ulica Długa 38/81, 00-238 Warszawa",
        ] {
            assert_eq!(found(&format!("please send it to {address}")), [address], "{address}");
        }
    }

    #[test]
    fn near_misses() {
        for text in [
            "In total, 12345 people came",
            "the model ran in CI 12345 times",
            "HTTP 404, 12345 bytes",
            "error E 5AB in module",
            "On Monday 12, 2024 we met",
            "Version 3, 10115 downloads",
        ] {
            assert_eq!(found(text), Vec::<String>::new(), "{text}");
        }
    }
}
