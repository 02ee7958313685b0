//! Scripts in markup: elements, handlers and addresses that a browser runs.

use std::sync::LazyLock;

use palisade_base::Confidence;
use regex::Regex;

use crate::Hit;

/// Every script.
pub(super) fn find(text: &str) -> Vec<Hit> {
    let mut hits = Vec::new();
    let (element, handler) = may_hold(text);
    let patterns = [(&ELEMENT, Confidence::High, element), (&HANDLER, Confidence::Medium, handler)];
    for (pattern, confidence, _) in patterns.into_iter().filter(|(_, _, may_match)| *may_match) {
        let found = pattern.as_ref().into_iter().flat_map(|pattern| pattern.find_iter(text).take(MANY));
        hits.extend(found.map(|hit| Hit { range: hit.range(), kind: "script", confidence }));
    }
    hits
}

/// Whether the text has what an element and what a handler begins with: the patterns are slow to search with.
fn may_hold(text: &str) -> (bool, bool) {
    let bytes = text.as_bytes();
    let stands = |at: usize, word: &[u8]| {
        bytes.get(at..).and_then(|rest| rest.get(..word.len())).is_some_and(|found| found.eq_ignore_ascii_case(word))
    };
    let ends = |at: usize, word: &[u8]| {
        let head = bytes.get(..at).unwrap_or_default().trim_ascii_end();
        // There are blanks beyond ASCII.
        head.last().is_some_and(|byte| *byte >= 0x80)
            || head.len() >= word.len() && stands(head.len() - word.len(), word)
    };
    let element = memchr::memchr_iter(b'<', bytes).any(|at| stands(at + 1, b"script"));
    let named = |at: usize| HANDLERS.iter().any(|name| ends(at, name.as_bytes()));
    let handler = memchr::memchr_iter(b':', bytes).any(|at| ends(at, b"javascript"))
        || memchr::memchr(b'<', bytes).is_some() && memchr::memchr_iter(b'=', bytes).any(named);
    (element, handler)
}

/// The names of attributes in [`HANDLER`].
const HANDLERS: &[&str] = &["onerror", "onload", "onclick", "onmouseover", "onfocus"];

/// The most scripts of one kind that are listed.
const MANY: usize = 64;

/// A script element with something in it, or with a source.
static ELEMENT: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)<script\b[^<>]{0,200}(?:\ssrc\s*=[^<>]{1,300}>|>[^<]{0,300}[(=.;])").ok());

/// An attribute that is run, and an address that is.
static HANDLER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r#"(?i)<[a-z]+\b[^<>]{0,200}\son(?:error|load|click|mouseover|focus)\s*=\s*\\?["'][^"'<>]{3,200}[(=]|"#,
        r#"(?:href|src)\s*=\s*\\?["']\s*javascript:[^"']{3}|\]\(\s*javascript:[^)]{3}"#
    ))
    .ok()
});

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn scripts_are_found() {
        for text in [
            "<script>document.location='http://example.com'</script>",
            "<script src=\"http://example.com/x.js\"></script>",
            "<img src=x onerror=\"alert(1)\">",
            "[x](javascript:alert(1))",
        ] {
            assert_eq!(find(text).len(), 1, "{text}");
        }
        for text in
            ["<script>", "the script element", "<pad> <s> </s> <unk>", "on load = 5", "a description (javascript: no)"]
        {
            assert_eq!(find(text), [], "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_not_searched_has_no_script(
            text in "(<script|<SCRIPT |<a |<img|>| |\u{a0}|onerror|ONLOAD|=|\"|alert\\(|src=|x\\.js|href =|javascript:|\\]\\(|'|a\\.b|\n){0,16}",
        ) {
            let (element, handler) = may_hold(&text);
            prop_assert!(element || !ELEMENT.as_ref().unwrap().is_match(&text));
            prop_assert!(handler || !HANDLER.as_ref().unwrap().is_match(&text));
        }
    }
}
