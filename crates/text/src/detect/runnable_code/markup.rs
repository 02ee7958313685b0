//! Scripts in markup: elements, handlers and addresses that a browser runs.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use palisade_base::Confidence;
use regex::Regex;

use super::super::search::Search;
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

/// Whether the text has the words that an element and that a handler begin with: the patterns are slow to search with.
fn may_hold(text: &str) -> (bool, bool) {
    let Some(words) = WORDS.over(text.len()) else { return (true, true) };
    let (mut element, mut handler) = (false, false);
    for found in words.find_iter(text) {
        let is_element = found.pattern().as_usize() == 0;
        element |= is_element;
        handler |= !is_element;
        if element && handler {
            break;
        }
    }
    (element, handler)
}

static WORDS: Search = Search::new(|kind| {
    let words = ["<script", "javascript:", "onerror", "onload", "onclick", "onmouseover", "onfocus"];
    AhoCorasick::builder().ascii_case_insensitive(true).kind(Some(kind)).build(words).ok()
});

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
}
