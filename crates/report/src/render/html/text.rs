//! Words for the page. Text from files is hostile: whatever could hide or reorder other text is made
//! visible, and nothing is longer than its limit.

use std::fmt::Write as _;

use maud::{Markup, html};

use crate::render::{number, visible::is_hidden};

/// The longest name of a file, rule or clause on the page, in characters.
pub(super) const NAME: usize = 240;
/// The longest sentence on the page, in characters.
pub(super) const SENTENCE: usize = 1200;

/// `text` without a character that could hide or reorder others, at most `limit` characters long.
///
/// Line breaks become spaces: the result is one line.
pub(super) fn line(text: &str, limit: usize) -> String {
    let mut out = String::with_capacity(text.len().min(limit));
    let mut marks = 0;
    for (count, c) in text.chars().enumerate() {
        if count == limit {
            out.push('…');
            break;
        }
        marks = if is_mark(c) { marks + 1 } else { 0 };
        match c {
            '\n' | '\r' | '\t' => out.push(' '),
            c if is_hidden(c) || marks > MARKS => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

/// A path, a URL or a name: set apart from the direction of the text around it.
pub(super) fn name(text: &str) -> Markup {
    html! { bdi { (line(text, NAME)) } }
}

/// A sentence in which user input stands in backticks: those parts are set as code, the rest is text.
pub(super) fn sentence(text: &str) -> Markup {
    let clean = line(text, SENTENCE);
    let closed = clean.matches('`').count() / 2 * 2;
    html! {
        @for (at, part) in clean.splitn(closed + 1, '`').enumerate() {
            @if at % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

/// The same with a large first letter: a title.
pub(super) fn capital(text: &str) -> String {
    let mut chars = text.trim_end_matches('.').chars();
    let first = chars.next().map(|c| c.to_uppercase().collect::<String>()).unwrap_or_default();
    first + chars.as_str()
}

/// The same with a full stop behind it: a sentence of its own.
pub(super) fn full(text: &str) -> String {
    capital(text) + "."
}

/// `1 finding`, `2 findings`.
pub(super) fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{} {noun}s", number::grouped(number as u64)) }
}

/// Combining marks, a pile of which covers the lines above and below.
fn is_mark(c: char) -> bool {
    matches!(u32::from(c), 0x300..=0x36f | 0x483..=0x489 | 0x1ab0..=0x1aff | 0x1dc0..=0x1dff | 0x20d0..=0x20ff | 0xfe20..=0xfe2f)
}

/// The most combining marks that may follow one another.
const MARKS: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deceptive_characters_become_visible() {
        assert_eq!(line("invoice\u{202e}gpj.exe", 99), "invoice\\u{202e}gpj.exe");
        assert_eq!(line("a\u{0}b\u{1b}[31m\nc", 99), "a\\u{0}b\\u{1b}[31m c");
        assert_eq!(line("tag\u{e0041}\u{200b}", 99), "tag\\u{e0041}\\u{200b}");
        assert_eq!(line("مرحبا é 漢字", 99), "مرحبا é 漢字", "honest scripts stay as they are");
    }

    #[test]
    fn piles_of_marks_are_cut() {
        let pile = format!("a{}", "\u{301}".repeat(50));
        assert_eq!(line(&pile, 99).matches('\u{301}').count(), MARKS);
    }

    #[test]
    fn long_text_ends() {
        assert_eq!(line(&"x".repeat(1_000_000), 5), "xxxxx…");
        assert_eq!(line("exact", 5), "exact");
    }

    #[test]
    fn backticks_are_code_and_markup_is_text() {
        assert_eq!(sentence("calls `a<b>` <i>").into_string(), "calls <code>a&lt;b&gt;</code> &lt;i&gt;");
        assert_eq!(sentence("one ` alone").into_string(), "one ` alone");
        assert_eq!(sentence("`a` and ` alone").into_string(), "<code>a</code> and ` alone");
    }

    #[test]
    fn sentences_and_counts_read_well() {
        assert_eq!((count(1, "finding"), count(0, "finding")), ("1 finding".into(), "0 findings".into()));
        assert_eq!(full("it is so"), "It is so.");
    }
}
