//! Env files (`.env`, `.envrc`, systemd environment files): names, values and where they stand.

use std::ops::Range;

/// One assignment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The name.
    pub name: String,
    /// The value as it stands, without quotes; may span lines if it is quoted.
    pub value: String,
    /// The bytes of the value in the file.
    pub range: Range<usize>,
}

/// Every assignment of an env file, in its order. Lines that are none are passed over.
pub fn env_file(text: &str) -> Vec<Setting> {
    let mut settings = Vec::new();
    let mut at = 0;
    while at < text.len() && settings.len() < MOST {
        let rest = text.get(at..).unwrap_or_default();
        let line_len = rest.find('\n').map_or(rest.len(), |end| end + 1);
        let line = rest.get(..line_len).unwrap_or_default();
        let setting = setting(rest, line, at);
        // A quoted value may end lines later.
        let end = setting.as_ref().map_or(at, |setting| setting.range.end);
        at = (at + line_len).max(end);
        settings.extend(setting);
    }
    settings
}

fn setting(rest: &str, line: &str, at: usize) -> Option<Setting> {
    let (head, tail) = line.split_once('=')?;
    let name = head.trim().strip_prefix("export ").unwrap_or(head.trim()).trim();
    let is_name =
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'));
    if !is_name {
        return None;
    }
    let blank = tail.len() - tail.trim_start_matches([' ', '\t']).len();
    let start = head.len() + 1 + blank;
    let value = rest.get(start..)?;
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\'' | '`'));
    let (start, value) =
        match quote.and_then(|quote| value.get(1..).and_then(|inside| inside.find(quote).map(|end| (inside, end)))) {
            Some((inside, end)) if end <= LONGEST => (start + 1, inside.get(..end)?),
            _ => {
                let bare = tail.get(blank..)?;
                let comment = bare.find(" #").unwrap_or(bare.len());
                (start, bare.get(..comment)?.trim_end())
            }
        };
    let range = at + start..at + start + value.len();
    Some(Setting { name: name.to_owned(), value: value.to_owned(), range })
}

/// The most assignments that are read, and the longest quoted value in bytes.
const MOST: usize = 10_000;
const LONGEST: usize = 16 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str =
        "# comment\nA=1\nexport B = 'two words' # note\nC=\"x\ny\"\nD=\u{e9} # z\nnot a setting\nE=\nF=\"open\n";

    #[test]
    fn assignments_are_read() {
        let settings = env_file(FILE);
        let pairs: Vec<(&str, &str)> = settings.iter().map(|s| (s.name.as_str(), s.value.as_str())).collect();
        assert_eq!(pairs, [("A", "1"), ("B", "two words"), ("C", "x\ny"), ("D", "\u{e9}"), ("E", ""), ("F", "\"open")]);
        for setting in &settings {
            assert_eq!(FILE.get(setting.range.clone()).unwrap(), setting.value);
        }
    }

    #[test]
    fn any_truncation_is_read() {
        for end in (0..FILE.len()).filter(|end| FILE.is_char_boundary(*end)) {
            env_file(FILE.get(..end).unwrap());
        }
    }

    #[test]
    fn hostile_files_cost_little() {
        assert!(env_file(&"A=\"\n".repeat(200_000)).len() <= MOST);
    }

    proptest::proptest! {
        #[test]
        fn ranges_hold(text in "[A-C=\"' #\\n\u{e9}]{0,60}") {
            for setting in env_file(&text) {
                proptest::prop_assert_eq!(text.get(setting.range).unwrap(), setting.value);
            }
        }
    }
}
