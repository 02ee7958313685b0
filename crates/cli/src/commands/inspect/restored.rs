//! Tokens that are turned back: also those that somebody, mostly a model, wrote with other capitals, blanks or hyphens; and
//! those that look like ours and stand in no vault.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    ops::Bound,
};

use memchr::memmem;
use palisade_text::Vault;

/// A text whose tokens were turned back.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Restored {
    pub(super) text: String,
    /// How many tokens were turned back,
    pub(super) count: usize,
    /// how many of them were spelt in another way,
    pub(super) respelt: usize,
    /// and how many are left that look like tokens.
    pub(super) unknown: usize,
}

/// Turns the tokens of a vault back.
pub(super) fn restored(vault: &Vault, text: &str) -> Restored {
    let (spelt, respelt) = respelt(vault, text);
    let (text, count) = vault.restore(&spelt);
    let unknown = unknown(&text);
    Restored { text, count, respelt, unknown }
}

/// The text with every token as it stands in the vault, and how many there were that did not.
fn respelt(vault: &Vault, text: &str) -> (String, usize) {
    let mut tokens: BTreeMap<String, Option<String>> = BTreeMap::new();
    for (token, _) in vault.entries() {
        let bare: String = token.chars().filter_map(bare).collect();
        if bare.len() < SHORTEST {
            continue;
        }
        match tokens.entry(bare) {
            Entry::Vacant(entry) => drop(entry.insert(Some(token))),
            // Two tokens that differ in blanks alone: nobody knows which one was meant.
            Entry::Occupied(mut entry) => drop(entry.insert(None)),
        }
    }
    let longest = tokens.keys().map(String::len).max().unwrap_or_default();
    let (mut out, mut copied, mut count) = (String::with_capacity(text.len()), 0, 0);
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let found = begins(text, at).then(|| longest_token(&tokens, rest, longest)).flatten();
        let Some((token, len)) = found else {
            at += rest.chars().next().map_or(1, char::len_utf8);
            continue;
        };
        if rest.get(..len) != Some(token) {
            out.push_str(text.get(copied..at).unwrap_or_default());
            out.push_str(token);
            copied = at + len;
            count += 1;
        }
        at += len;
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    (out, count)
}

/// Whether a token may begin here: not inside of a word or number, and with a sign that counts.
fn begins(text: &str, at: usize) -> bool {
    let next = text.get(at..).and_then(|rest| rest.chars().next());
    let before = text.get(..at).and_then(|head| head.chars().next_back());
    next.is_some_and(|c| bare(c).is_some())
        && !(before.is_some_and(char::is_alphanumeric) && next.is_some_and(char::is_alphanumeric))
}

/// The longest token at the start of `rest`, as it stands in the vault, and how many bytes it takes here.
fn longest_token<'t>(
    tokens: &'t BTreeMap<String, Option<String>>,
    rest: &str,
    longest: usize,
) -> Option<(&'t str, usize)> {
    let mut read = String::with_capacity(longest);
    let mut found = None;
    let mut gap = 0;
    for (at, c) in rest.char_indices() {
        match bare(c) {
            Some(c) => read.push(c),
            None if gap == WIDEST => break,
            None => {
                gap += 1;
                continue;
            }
        }
        gap = 0;
        if read.len() > longest {
            break;
        }
        // Whether any token begins like this.
        let Some((near, token)) = tokens.range::<str, _>((Bound::Included(read.as_str()), Bound::Unbounded)).next()
        else {
            break;
        };
        if !near.starts_with(&read) {
            break;
        }
        let end = at + c.len_utf8();
        let inside = c.is_alphanumeric()
            && rest.get(end..).and_then(|rest| rest.chars().next()).is_some_and(char::is_alphanumeric);
        if *near == read && !inside {
            found = token.as_deref().map(|token| (token, end));
        }
    }
    found
}

/// A letter in lower case; none for blanks and hyphens, which do not count.
fn bare(c: char) -> Option<char> {
    match c {
        '-' | '\u{2010}'..='\u{2015}' | '\u{200b}' | '\u{2060}' | '\u{feff}' => None,
        c if c.is_whitespace() => None,
        c => Some(c.to_ascii_lowercase()),
    }
}

/// How many stretches look like tokens: `[kind:...]`, an address at `token.invalid`, a page at `....invalid`. Those that keep the
/// form of a value, such as a number of a card, cannot be told from one.
fn unknown(text: &str) -> usize {
    let wide = |part: &[u8]| part.len() == WIDE && part.iter().all(|byte| LETTERS.contains(byte));
    let bytes = text.as_bytes();
    let before = |end: usize| end.checked_sub(WIDE).and_then(|start| bytes.get(start..end)).is_some_and(wide);
    let after = |start: usize| bytes.get(start..start + WIDE).is_some_and(wide);
    let brackets = memchr::memchr_iter(b':', bytes).filter(|at| {
        let kind = bytes.get(..*at).unwrap_or_default().iter().rev().take(40);
        let name = kind.clone().take_while(|byte| byte.is_ascii_lowercase() || **byte == b'-').count();
        name > 0
            && at.checked_sub(name + 1).and_then(|open| bytes.get(open)) == Some(&b'[')
            && after(at + 1)
            && bytes.get(at + 1 + WIDE) == Some(&b']')
    });
    let mails = memmem::find_iter(bytes, "@token.invalid").filter(|at| before(*at));
    let pages = memmem::find_iter(bytes, "https://").filter(|at| {
        let start = at + "https://".len();
        after(start) && bytes.get(start + WIDE..).is_some_and(|rest| rest.starts_with(b".invalid/"))
    });
    brackets.count() + mails.count() + pages.count()
}

/// A token that is shorter without blanks could stand anywhere.
const SHORTEST: usize = 9;
/// Blanks and hyphens next to one another inside of a token, at most.
const WIDEST: usize = 3;
/// Letters of a token that keeps no form, and which ones.
const WIDE: usize = 16;
const LETTERS: &[u8] = b"abcdefghijkmnpqrstuvwxyz23456789";

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: &str = "[person-name:abcdefghijkmnpqr]";

    fn vault() -> Vault {
        let pairs = [
            (NAME, "Jane Roe"),
            ("0009 1111 2222 3333", "4111 1111 1111 1111"),
            ("abcdefghijkmnpqs@token.invalid", "jane@mail.test"),
            ("same 1234567", "one"),
            ("same1 234567", "other"),
            ("short", "value"),
        ];
        Vault::from_entries(pairs.map(|(token, value)| (token.to_owned(), value.to_owned())))
    }

    fn turned(text: &str) -> (String, usize, usize, usize) {
        let Restored { text, count, respelt, unknown } = restored(&vault(), text);
        (text, count, respelt, unknown)
    }

    #[test]
    fn other_spellings_are_known() {
        assert_eq!(turned(&format!("{NAME}, short")), ("Jane Roe, value".to_owned(), 2, 0, 0));
        for text in
            ["[Person-Name: abcdefghijkmnpqr]", "[ person name:ABCDEFGHIJKMNPQR ]", "[person-name:abcdefgh\nijkmnpqr]"]
        {
            assert_eq!(turned(&format!("To {text}.")), ("To Jane Roe.".to_owned(), 1, 1, 0), "{text}");
        }
        for text in ["0009111122223333", "0009-1111-2222-3333", "0009\u{a0}1111 2222  3333"] {
            assert_eq!(turned(&format!("card {text}!")), ("card 4111 1111 1111 1111!".to_owned(), 1, 1, 0), "{text}");
        }
        assert_eq!(turned("Abcdefghijkmnpqs@Token.invalid").0, "jane@mail.test");
    }

    #[test]
    fn what_is_another_thing_stays() {
        for text in [
            "00091111222233334",
            "x0009 1111 2222 3333",
            "0009 1111 2222",
            "same-1234567",
            "SHORT",
            "0009     1111 2222 3333",
        ] {
            assert_eq!(turned(text), (text.to_owned(), 0, 0, 0));
        }
        assert_eq!(
            restored(&Vault::default(), "any text"),
            Restored { text: "any text".to_owned(), count: 0, respelt: 0, unknown: 0 }
        );
    }

    #[test]
    fn what_looks_like_a_token_is_counted() {
        let text = "[email:zzzzzzzzzzzzzzzz] zzzzzzzzzzzzzzzz@token.invalid https://zzzzzzzzzzzzzzzz.invalid/ [a:b] [:zzzzzzzzzzzzzzzz] x@token.invalid";
        assert_eq!(turned(text).3, 3);
    }
}
