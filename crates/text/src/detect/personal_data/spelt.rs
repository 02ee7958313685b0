//! E-mail addresses that are spelt out so that programs do not find them: `jane (at) mail (dot) test`.

use std::{ops::Range, sync::LazyLock};

use aho_corasick::packed::Searcher;
use palisade_base::Confidence;

use super::email;
use crate::Hit;

/// Pushes every address.
pub(super) fn find(text: &str, hits: &mut Vec<Hit>) {
    let Some(signs) = SIGNS.as_ref() else { return };
    let mut until = 0;
    for found in signs.find_iter(text) {
        let sign = if found.pattern().as_usize() < DOTTED {
            word_at(text, found.start())
        } else {
            Some(found.start()..found.end())
        };
        let hit = sign.and_then(|sign| address(text, sign)).filter(|hit| hit.range.start >= until);
        if let Some(hit) = hit {
            until = hit.range.end;
            hits.push(hit);
        }
    }
}

/// The last ` at ` before a dot that is spelt at `dot`: the word alone stands everywhere, the two together seldom.
fn word_at(text: &str, dot: usize) -> Option<Range<usize>> {
    let from = dot.saturating_sub(LONGEST);
    let head = text.as_bytes().get(from..dot)?;
    let at = head.windows(4).rposition(|four| four.eq_ignore_ascii_case(b" at "))?;
    Some(from + at..from + at + 4)
}

/// The address around an at sign in brackets, or around the word `at`.
fn address(text: &str, sign: Range<usize>) -> Option<Hit> {
    let bracketed = text.get(sign.clone())?.trim().starts_with(['(', '[', '{']);
    let bytes = text.as_bytes();
    let blanks = |side: &mut dyn Iterator<Item = &u8>| side.take(3).take_while(|byte| **byte == b' ').count();
    let back = blanks(&mut bytes.get(..sign.start)?.iter().rev());
    let local_end = sign.start - back;
    let local = word_before(text, local_end);
    let mut start = local_end - local.len();
    // `jane dot roe at`.
    while let Some(end) = start.checked_sub(5).filter(|end| is_spelt_dot(text, *end..start)) {
        let word = word_before(text, end);
        if word.is_empty() || sign.start - start > LONGEST {
            break;
        }
        start = end - word.len();
    }
    let mut at = sign.end + blanks(&mut bytes.get(sign.end..)?.iter());
    let mut domain = String::new();
    let (mut end, mut spelt) = (at, false);
    loop {
        let label = label_at(text, at);
        if label.is_empty() || domain.len() > LONGEST {
            break;
        }
        domain.push_str(label);
        end = at + label.len();
        let rest = text.get(end..)?;
        if let Some(dot) = dot(rest, bracketed) {
            spelt = true;
            at = end + dot;
        } else if rest.starts_with('.') {
            at = end + 1;
        } else {
            break;
        }
        domain.push('.');
    }
    let domain = domain.trim_end_matches('.');
    let top = domain.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    // In a sentence people are at places; only a dot that is spelt too and an ending that exists say that it is an address.
    let sure = bracketed || (spelt && TOPS.contains(&top.as_str()));
    let (kind, _) = email::judge(local, domain).filter(|_| sure && local.len() > 1)?;
    Some(Hit { range: start..end, kind, confidence: Confidence::Medium })
}

/// The local part that ends at `end`.
fn word_before(text: &str, end: usize) -> &str {
    let head = text.as_bytes().get(..end).unwrap_or_default();
    let inside = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'+');
    let len = head.iter().rev().take(LONGEST).take_while(inside).count();
    let word = text.get(end - len..end).unwrap_or_default();
    word.trim_start_matches(|c: char| !c.is_ascii_alphanumeric())
}

fn is_spelt_dot(text: &str, range: Range<usize>) -> bool {
    text.get(range).is_some_and(|word| {
        word.eq_ignore_ascii_case(" dot ") || word.eq_ignore_ascii_case("(dot)") || word.eq_ignore_ascii_case("[dot]")
    })
}

/// A label of a domain at `at`.
fn label_at(text: &str, at: usize) -> &str {
    let tail = text.as_bytes().get(at..).unwrap_or_default();
    let len = tail.iter().take(64).take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'-').count();
    text.get(at..at + len).unwrap_or_default().trim_end_matches('-')
}

/// The length of a dot that is spelt at the start of `rest`, with the spaces around it.
/// In a sentence that goes on without brackets, points are places.
fn dot(rest: &str, bracketed: bool) -> Option<usize> {
    let tail = rest.trim_start_matches(' ');
    let before = rest.len() - tail.len();
    let is_dot = |word: &str| DOTS.iter().any(|dot| dot.eq_ignore_ascii_case(word.trim()));
    let word = if tail.starts_with(['(', '[', '{']) {
        let close = tail.bytes().take(12).position(|byte| matches!(byte, b')' | b']' | b'}'))?;
        tail.get(1..close).filter(|word| is_dot(word))?;
        close + 1
    } else {
        let mark = tail.bytes().take(8).skip(1).position(|byte| matches!(byte, b' ' | b'_'))? + 1;
        let joined = tail.starts_with('_');
        tail.get(usize::from(joined)..mark).filter(|word| is_dot(word) && *word != "." && (joined || before > 0))?;
        let said = tail.trim_start_matches('_').get(..3).is_some_and(|word| word.eq_ignore_ascii_case("dot"));
        if !(said || bracketed) {
            return None;
        }
        mark + usize::from(joined)
    };
    let after = tail.get(word..)?.bytes().take(3).take_while(|byte| *byte == b' ').count();
    (before <= 2 && after <= 2).then_some(before + word + after)
}

static SIGNS: LazyLock<Option<Searcher>> = LazyLock::new(|| Searcher::new(ATS));

/// The longest local part and domain, in bytes: with the gaps, as far as a stream looks ahead.
const LONGEST: usize = 40;

/// How an at sign is written; dots first, which say that the word alone is one.
const ATS: &[&str] = &[
    " dot ",
    " DOT ",
    " Dot ",
    "(at)",
    "[at]",
    "{at}",
    "(AT)",
    "[AT]",
    "{AT}",
    "( at )",
    "[ at ]",
    "(@)",
    "[@]",
    "{@}",
    "(ät)",
    "[ät]",
    "(arroba)",
    "[arroba]",
    "(arobase)",
    "[arobase]",
    "(chiocciola)",
    "[chiocciola]",
    "(małpa)",
    "[małpa]",
    "(собака)",
    "[собака]",
    "_at_",
    "_AT_",
];

/// So many of them are dots behind an at sign without brackets.
const DOTTED: usize = 3;

/// How the dots are.
const DOTS: &[&str] = &["dot", "punkt", "punto", "point", "ponto", "kropka", "."];

/// Endings of domains that people have mail at, and that are no words.
const TOPS: &[&str] = &[
    "com", "org", "net", "edu", "gov", "mil", "int", "info", "biz", "eu", "io", "dev", "app", "ai", "co", "tv", "uk",
    "de", "fr", "es", "pt", "nl", "ch", "pl", "cz", "sk", "hu", "ro", "bg", "gr", "se", "dk", "fi", "ie", "ru", "ua",
    "tr", "il", "cn", "jp", "kr", "tw", "hk", "sg", "th", "vn", "au", "nz", "ca", "mx", "br", "ar", "cl", "za", "ng",
    "ke", "eg", "ae", "sa", "test", "example",
];

#[cfg(test)]
mod tests {
    use crate::{Detector, PersonalData};

    fn found(text: &str) -> Vec<(&'static str, String)> {
        PersonalData.find(text).into_iter().map(|hit| (hit.kind, text.get(hit.range).unwrap().to_owned())).collect()
    }

    #[test]
    fn spelt_addresses() {
        for (text, address) in [
            ("write to jane.roe (at) mail (dot) test.", "jane.roe (at) mail (dot) test"),
            ("jane[at]mail[dot]test", "jane[at]mail[dot]test"),
            ("jane at mail dot org, thanks", "jane at mail dot org"),
            ("jane AT mail DOT co DOT uk", "jane AT mail DOT co DOT uk"),
            ("jane(at)mail.test", "jane(at)mail.test"),
            ("jane dot roe at mail dot org", "jane dot roe at mail dot org"),
            ("jane[@]mail[.]test", "jane[@]mail[.]test"),
            ("jane (arroba) correo (punto) test", "jane (arroba) correo (punto) test"),
        ] {
            assert_eq!(found(text), [("email", address.to_owned())], "{text}");
        }
    }

    #[test]
    fn near_misses() {
        for text in [
            "look at polka dot patterns",
            "meet me at noon",
            "we are at mail.test",
            "an array (at) index 3",
            "at dot com",
            "the function f(at)x",
            "point at index.html dot dot",
            "removed at any point in the future",
            "it stops at some point at which",
            "he looked at the dot in the corner",
        ] {
            assert!(found(text).iter().all(|(kind, _)| *kind != "email"), "{text}");
        }
    }
}
