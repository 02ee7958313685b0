//! Walks the digits of a text and cuts out what they belong to: groups of digits, words that mix letters and digits,
//! and runs with colons. Text without digits costs one look at each byte.

use std::ops::Range;

use super::super::hints;

/// Something with digits in it.
#[derive(Debug)]
pub(super) enum Token {
    /// Digits in groups.
    Number(Number),
    /// A word of letters and digits.
    Mixed(Range<usize>),
    /// Hexadecimal digits with colons (or dashes in pairs) between them: an IPv6 or MAC address, or a time.
    Colons(Range<usize>),
}

/// Digits in groups: `+44 (0)20 7946-0018`.
#[derive(Debug)]
pub(super) struct Number {
    /// From the plus sign or opening bracket to the last digit.
    pub(super) range: Range<usize>,
    /// The bytes of each group of digits.
    pub(super) groups: Vec<Range<usize>>,
    /// What stands between two groups; `None` where a bracket or more than one character does.
    pub(super) separators: Vec<Option<u8>>,
    /// Starts with a plus sign.
    pub(super) plus: bool,
    /// Has brackets around its first group.
    pub(super) bracket: bool,
    /// Touches something before or after that makes it a part of a longer name: `a-1234`, `1234/x`, `0.1234`.
    pub(super) attached: bool,
}

impl Number {
    /// The digits alone.
    pub(super) fn digits(&self, text: &str) -> Vec<u8> {
        let bytes = text.as_bytes();
        self.groups
            .iter()
            .flat_map(|group| bytes.get(group.clone()).unwrap_or_default())
            .map(|byte| byte - b'0')
            .collect()
    }

    /// The length of each group.
    pub(super) fn shape(&self) -> Vec<usize> {
        self.groups.iter().map(Range::len).collect()
    }

    /// The one character between all groups, if it is the same everywhere. A single group has none.
    pub(super) fn separator(&self) -> Option<u8> {
        let first = (*self.separators.first()?)?;
        self.separators.iter().all(|separator| *separator == Some(first)).then_some(first)
    }
}

/// Hands out every token of `text`, from left to right.
pub(super) fn walk(text: &str, take: &mut dyn FnMut(Token)) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(skip) = bytes.get(at..).and_then(hints::number) {
        let digit = at + skip;
        let start = digit - bytes.get(at..digit).map_or(0, |head| trailing(head, u8::is_ascii_alphanumeric));
        let end = digit + bytes.get(digit..).map_or(0, |tail| leading(tail, u8::is_ascii_alphanumeric));
        let word = bytes.get(start..end).unwrap_or_default();
        at = if let Some(range) = colons(bytes, start, end) {
            let end = range.end;
            take(Token::Colons(range));
            end
        } else if word.iter().all(u8::is_ascii_digit) && !after_letter(text, start) && !before_letter(text, end) {
            let number = number(bytes, start..end);
            let next = number.range.end;
            if number.groups.len() <= GROUPS {
                take(Token::Number(number));
            }
            next
        } else {
            take(Token::Mixed(start..end));
            end
        };
    }
}

fn after_letter(text: &str, at: usize) -> bool {
    text.get(..at).and_then(|head| head.chars().next_back()).is_some_and(|c| !c.is_ascii() && c.is_alphanumeric())
}

fn before_letter(text: &str, at: usize) -> bool {
    // Chinese and Japanese go on without a space.
    text.get(at..)
        .and_then(|tail| tail.chars().next())
        .is_some_and(|c| !c.is_ascii() && c.is_alphanumeric() && c < '\u{2e80}')
}

/// A run such as `ab:cd:12` around a word, if a colon touches it and only hexadecimal digits are in it.
fn colons(bytes: &[u8], start: usize, end: usize) -> Option<Range<usize>> {
    let dash = bytes.get(end) == Some(&b'-') && end - start == 2;
    if bytes.get(end) != Some(&b':') && start.checked_sub(1).and_then(|at| bytes.get(at)) != Some(&b':') && !dash {
        return None;
    }
    let inside = |byte: &u8| byte.is_ascii_hexdigit() || *byte == b':' || (dash && *byte == b'-');
    let from = start - trailing(bytes.get(start.saturating_sub(48)..start)?, inside);
    let to = start + leading(bytes.get(start..bytes.len().min(start + 64))?, inside);
    let marks = bytes.get(from..to)?.iter().filter(|byte| matches!(byte, b':' | b'-')).count();
    (marks >= 5 || bytes.get(from..to)?.windows(2).any(|pair| pair == b"::"))
        .then_some(from..to)
        .filter(|run| run.end > end - 1)
}

/// All groups that belong to the number which starts with the digits `first`.
fn number(bytes: &[u8], first: Range<usize>) -> Number {
    let byte = |at: usize| bytes.get(at).copied();
    let behind = |at: usize, back: usize| at.checked_sub(back).and_then(byte);
    let mut start = first.start;
    let bracket = behind(start, 1) == Some(b'(');
    start -= usize::from(bracket);
    let plus = behind(start, 1) == Some(b'+');
    start -= usize::from(plus);
    let mut groups = vec![first.clone()];
    let mut separators = Vec::new();
    let mut end = first.end;
    while let Some((separator, next)) = gap(bytes, end) {
        let len = leading(bytes.get(next..).unwrap_or_default(), u8::is_ascii_digit);
        if groups.len() <= GROUPS {
            separators.push(separator);
            groups.push(next..next + len);
        }
        end = next + len;
    }
    let name = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
    let joint = |byte: Option<u8>| matches!(byte, Some(b'-' | b'_' | b'.' | b'/' | b'\\' | b'@' | b'%' | b'&' | b'~'));
    let head =
        joint(behind(start, 1)) && (name(behind(start, 2)) || matches!(behind(start, 1), Some(b'/' | b'_' | b'.')));
    let query = behind(start, 1) == Some(b'=') && in_url(bytes, start);
    let tail = (joint(byte(end)) && name(byte(end + 1)) && !word_follows(bytes, end)) || byte(end) == Some(b'_');
    let glued = plus && name(behind(start, 1));
    Number {
        range: start..end,
        groups,
        separators,
        plus,
        bracket,
        attached: head || query || tail || glued || name(behind(start, 1)),
    }
}

/// Whether a dash and a whole word with a capital stand at `at`: `-Office` says whose number it is, `-x7` is part of it.
fn word_follows(bytes: &[u8], at: usize) -> bool {
    let word = bytes.get(at + 1..bytes.len().min(at + 33)).unwrap_or_default();
    let letters = leading(word, u8::is_ascii_alphabetic);
    let goes_on =
        word.get(letters).is_some_and(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'_' | b'.' | b'/'));
    let capital = word.first().is_some_and(u8::is_ascii_uppercase) && word.get(1).is_some_and(u8::is_ascii_lowercase);
    bytes.get(at) == Some(&b'-') && capital && letters >= 3 && !goes_on
}

/// Whether the word that ends at `at` is a web address.
fn in_url(bytes: &[u8], at: usize) -> bool {
    let head = bytes.get(at.saturating_sub(256)..at).unwrap_or_default();
    let word = trailing(head, |byte| !byte.is_ascii_whitespace());
    head.get(head.len() - word..).is_some_and(|word| word.windows(3).any(|part| part == b"://"))
}

/// What stands between the group that ends at `at` and the next: `-`, ` `, `.`, `/`, brackets, or a pair of those. The
/// position of the next digit. Spaces and dashes that are wider or do not break count as the plain ones.
fn gap(bytes: &[u8], at: usize) -> Option<(Option<u8>, usize)> {
    if let Some((sign, len)) = bytes.get(at..).and_then(wide) {
        let next = at + len;
        return bytes
            .get(next)
            .filter(|byte| byte.is_ascii_digit() && group_ends(bytes, next))
            .map(|_| (Some(sign), next));
    }
    let inside = |byte: &u8| matches!(byte, b' ' | b'-' | b'.' | b'/' | b'(' | b')');
    let len = leading(bytes.get(at..bytes.len().min(at + 4))?, inside);
    let separator = *bytes.get(at)?;
    let next = *bytes.get(at + len)?;
    if len == 0 || !next.is_ascii_digit() || !group_ends(bytes, at + len) {
        return None;
    }
    let gap = bytes.get(at..at + len)?;
    match len {
        1 if separator != b'(' => Some((Some(separator).filter(|byte| *byte != b')'), at + 1)),
        2 | 3 if gap.contains(&b'(') || gap.contains(&b')') || gap == b" -" => Some((None, at + len)),
        3 if gap == b" - " => None,
        1 => Some((None, at + 1)),
        _ => None,
    }
}

/// Whether the group at `at` is digits only, unlike `12 3rd`; it may have an extension: `604-9477x6538`.
fn group_ends(bytes: &[u8], at: usize) -> bool {
    let end = at + leading(bytes.get(at..).unwrap_or_default(), u8::is_ascii_digit);
    let after = bytes.get(end);
    let extension = after == Some(&b'x') && bytes.get(end + 1).is_some_and(u8::is_ascii_digit);
    extension || !after.is_some_and(u8::is_ascii_alphabetic)
}

/// The plain sign for a space or dash beyond ASCII at the head of the bytes, and its length.
fn wide(bytes: &[u8]) -> Option<(u8, usize)> {
    match bytes {
        // No-break space; thin, figure and narrow spaces.
        [0xc2, 0xa0, ..] => Some((b' ', 2)),
        [0xe2, 0x80, 0x82..=0x8a | 0xaf, ..] => Some((b' ', 3)),
        // Hyphen, no-break hyphen, figure dash, en dash, minus.
        [0xe2, 0x80, 0x90..=0x93, ..] | [0xe2, 0x88, 0x92, ..] => Some((b'-', 3)),
        _ => None,
    }
}

fn leading(bytes: &[u8], inside: impl Fn(&u8) -> bool) -> usize {
    bytes.iter().take_while(|byte| inside(byte)).count()
}

fn trailing(bytes: &[u8], inside: impl Fn(&u8) -> bool) -> usize {
    bytes.iter().rev().take_while(|byte| inside(byte)).count()
}

/// A longer row of groups is a table of numbers.
const GROUPS: usize = 9;

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        walk(text, &mut |token| {
            found.push(match token {
                Token::Number(number) => {
                    format!("n:{}{}", text.get(number.range.clone()).unwrap(), if number.attached { "!" } else { "" })
                }
                Token::Mixed(range) => format!("m:{}", text.get(range).unwrap()),
                Token::Colons(range) => format!("c:{}", text.get(range).unwrap()),
            });
        });
        found
    }

    #[test]
    fn tokens_are_cut() {
        assert_eq!(tokens("call +44 (0)20 7946-0018 now"), ["n:+44 (0)20 7946-0018"]);
        assert_eq!(tokens("(370)475-5238"), ["n:(370)475-5238"]);
        assert_eq!(tokens("+33 4 74-Fax, 12-Fax-1"), ["n:+33 4 74", "n:12!", "n:1!"]);
        assert_eq!(tokens("12, 13"), ["n:12", "n:13"]);
        assert_eq!(tokens("06\u{a0}12\u{202f}34\u{2011}56 x"), ["n:06\u{a0}12\u{202f}34\u{2011}56"]);
        assert_eq!(tokens("AB123456C"), ["m:AB123456C"]);
        assert_eq!(tokens("00:1a:2b:3c:4d:5e x"), ["c:00:1a:2b:3c:4d:5e"]);
        assert_eq!(tokens("at 12:30"), ["n:12", "n:30"]);
        assert_eq!(tokens("a/4111 and x-12 and 12-x and é9"), ["n:4111!", "n:12!", "n:12!", "m:9"]);
        assert_eq!(tokens("1 2 3 4 5 6 7 8 9 10 11 12"), Vec::<String>::new(), "a row of a table");
    }
}
