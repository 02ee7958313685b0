//! Settings that are written as assignments: TOML, INI, HOCON, properties. Their grammars differ in everything but what a
//! key, a value and a comment look like, and that is all that is read: a flat list of keys and scalars.

use std::ops::Range;

use crate::json::escape;

/// One key and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// The key, without quotes: `model.head._target_`.
    pub key: String,
    /// The value, without quotes and escapes; nothing for a collection.
    pub value: String,
    /// Where the value stands.
    pub range: Range<usize>,
    /// The section (`[name]` alone on a line) that it stands in.
    pub section: String,
}

/// Every key with a scalar, in the order of the text, at most `most`.
pub fn assignments(text: &str, most: usize) -> Vec<Assignment> {
    let mut reader = Reader { text, at: 0, section: String::new() };
    let mut found = Vec::new();
    while reader.at < text.len() && found.len() < most {
        found.extend(reader.assignment());
    }
    found
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    section: String,
}

impl Reader<'_> {
    /// Reads to the end of what begins here; at least one byte.
    fn assignment(&mut self) -> Option<Assignment> {
        self.blank(true);
        let start = self.at;
        let key = self.words(&['=', ':', ',', '{', '}', '[', ']', '\n', '\r']);
        self.blank(false);
        let sign = self.peek();
        if key.is_empty() && sign == Some('[') {
            self.heading();
            return None;
        }
        // `+=` and `:=` of some dialects.
        let key = key.trim_end_matches(['+', '?', '@']).trim_end().to_owned();
        if !matches!(sign, Some('=' | ':')) || key.is_empty() {
            self.at = self.at.max(start) + sign.map_or(1, char::len_utf8);
            return None;
        }
        self.at += 1;
        if self.peek() == Some('=') {
            self.at += 1;
        }
        self.blank(false);
        let from = self.at;
        let value = self.words(&[',', '{', '}', '[', ']', '\n', '\r']);
        let range = from..self.at.max(from);
        (!value.is_empty()).then(|| Assignment { key, value, range, section: self.section.clone() })
    }

    /// `[section]`, alone on its line.
    fn heading(&mut self) {
        let before = self.text.get(..self.at).unwrap_or_default();
        if !(before.is_empty() || before.ends_with(['\n', '\r', '\u{feff}'])) {
            self.at += 1;
            return;
        }
        let head: usize = self.rest().chars().take(LONGEST).map(char::len_utf8).sum();
        let line =
            self.rest().get(..head).unwrap_or_default().split(['\n', '\r']).next().unwrap_or_default().to_owned();
        let inside = line.trim_end().trim_start_matches('[').trim_end_matches(']');
        if line.trim_end().ends_with(']') && !inside.contains(['[', ',']) {
            inside.trim().clone_into(&mut self.section);
            self.at += line.len();
        } else {
            self.at += 1;
        }
    }

    /// Scalars side by side, up to one of these characters outside of quotes or to a comment.
    fn words(&mut self, ends: &[char]) -> String {
        let mut text = String::new();
        let mut round = 0usize;
        while let Some(next) = self.peek() {
            let rest = self.rest();
            let spaced = text.is_empty() || text.ends_with([' ', '\t']);
            let is_comment = next == '#' || (spaced && (rest.starts_with("//") || next == ';'));
            // A reference is one word, whatever brackets it has.
            if rest.starts_with("${") {
                let len = rest.find(['}', '\n']).map_or(rest.len(), |at| at + 1);
                text.push_str(rest.get(..len).unwrap_or_default());
                self.at += len;
            } else if is_comment || ends.contains(&next) && (round == 0 || matches!(next, '\n' | '\r')) {
                break;
            } else if matches!(next, '"' | '\'') {
                self.quoted(&mut text);
            } else {
                // The commas of `args = (a, b)` end nothing.
                round = if next == ')' { round.saturating_sub(1) } else { round + usize::from(next == '(') };
                text.push(next);
                self.at += next.len_utf8();
            }
        }
        text.truncate(text.trim_end().len());
        text
    }

    fn quoted(&mut self, text: &mut String) {
        let rest = self.rest();
        let quote = rest.get(..1).unwrap_or_default();
        let long = rest.get(..3).filter(|long| *long == quote.repeat(3));
        let mark = long.unwrap_or(quote);
        let mut inside = rest.get(mark.len()..).unwrap_or_default();
        let mut read = mark.len();
        while let Some(next) = inside.chars().next() {
            if inside.starts_with(mark) {
                read += mark.len();
                break;
            }
            if long.is_none() && next == '\n' {
                break;
            }
            let (character, len) = match next {
                '\\' if quote == "\"" => escape(inside).unwrap_or(('\\', 1)),
                next => (next, next.len_utf8()),
            };
            text.push(character);
            read += len;
            inside = inside.get(len..).unwrap_or_default();
        }
        self.at += read;
    }

    /// Skips white space and comments, over the ends of lines if `lines`.
    fn blank(&mut self, lines: bool) {
        while let Some(next) = self.peek() {
            let rest = self.rest();
            let starts = next == '#' || next == ';' || next == '!' || rest.starts_with("//");
            if lines && starts {
                self.at += rest.find('\n').unwrap_or(rest.len());
            } else if matches!(next, ' ' | '\t' | '\u{feff}') || lines && matches!(next, '\n' | '\r') {
                self.at += next.len_utf8();
            } else {
                return;
            }
        }
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }
}

/// The longest name of a section.
const LONGEST: usize = 200;

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Vec<(String, String)> {
        assignments(text, 100).into_iter().map(|found| (found.key, found.value)).collect()
    }

    #[test]
    fn every_dialect_is_read() {
        let one = |key: &str, value: &str| vec![(key.to_owned(), value.to_owned())];
        for (text, key, value) in [
            ("[model]\n_target_ = \"os.system\" # note\n", "_target_", "os.system"),
            ("; note\n[a]\nb: c d\n", "b", "c d"),
            ("model { head { _target_ = os.system } }", "_target_", "os.system"),
            ("model.head._target_ : os.system\n", "model.head._target_", "os.system"),
            ("{\"_target_\": \"os.\\u0073ystem\", x}", "_target_", "os.system"),
            ("\"_target\\u005f\" = 'os.system'", "_target_", "os.system"),
            ("a = \"\"\"x = 1\ny\"\"\"\n", "a", "x = 1\ny"),
            ("a = ${b.c}\n", "a", "${b.c}"),
            ("a += x", "a", "x"),
            ("url = https://example.org/#x\n", "url", "https://example.org/"),
        ] {
            assert_eq!(read(text), one(key, value), "{text}");
        }
        assert_eq!(read("# a = b\n// c = d\n[x]\n{}\nlist = [1, 2]\n"), []);
    }

    #[test]
    fn sections_and_ranges_are_known() {
        let text = "a = 1\n[handler_x]\nargs = (1, 2)\n";
        let all = assignments(text, 9);
        let last = all.iter().find(|found| found.key == "args").unwrap();
        assert_eq!((last.section.as_str(), text.get(last.range.clone())), ("handler_x", Some("(1, 2)")));
    }

    #[test]
    fn hostile_text_costs_little() {
        let start = Instant::now();
        for piece in ["[", "\"", "'''", "a=", "${", "{a:", "= ", "#", "\\", "a"] {
            assignments(&piece.repeat(100_000), 1000);
        }
        assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
    }

    proptest! {
        #[test]
        fn any_text_is_safe(text in "[\\[\\]{}:=,\"'\\\\#/;$a.é\n -]{0,60}") {
            for found in assignments(&text, 50) {
                prop_assert!(text.get(found.range).is_some());
            }
        }
    }
}
