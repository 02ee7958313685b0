//! Makes text that an attacker chose safe to show: what a terminal or a reader would not see is written out.

use std::{borrow::Cow, fmt::Write as _};

/// `text` in one line, with control characters and invisible characters written out as escapes.
pub fn line(text: &str) -> Cow<'_, str> {
    escaped(text, |_| false)
}

/// The same for text of several lines: line ends stay line ends, tabs stay tabs.
pub(crate) fn lines(text: &str) -> Cow<'_, str> {
    escaped(text, |c| matches!(c, '\n' | '\t'))
}

/// Whether a character has no shape of its own, or changes how those around it are shown: control characters,
/// direction marks, zero-width characters, fillers, variation selectors and tags.
pub(crate) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
}

fn escaped(text: &str, keep: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.chars().any(|c| is_hidden(c) && !keep(c)) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            c if keep(c) || !is_hidden(c) => shown.push(c),
            '\n' | '\r' | '\t' => shown.extend(c.escape_default()),
            // Writing to a string cannot fail.
            c if c.is_ascii() => {
                let _ = write!(shown, "\\x{:02x}", c as u32);
            }
            c => shown.extend(c.escape_unicode()),
        }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_are_written_out() {
        assert_eq!(line("a\u{1b}[31m\n\u{202e}\u{9b}"), "a\\x1b[31m\\n\\u{202e}\\u{9b}");
        assert_eq!(lines("a\n\tb\r\n\u{e0041}"), "a\n\tb\\r\n\\u{e0041}");
    }

    #[test]
    fn other_scripts_stay_readable() {
        for text in ["naïve", "日本語", "हिन्दी", "e\u{301}", "👍🏽", "\"quoted\" \\ 'text'"] {
            assert_eq!(line(text), text);
        }
    }
}
