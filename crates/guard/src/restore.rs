//! Turns tokens back into what they stand for, in a text that comes in pieces: what may still become a token is held back.

use std::{
    collections::{BTreeSet, HashMap},
    fmt,
    sync::Arc,
};

use palisade_text::Vault;

/// The tokens of a vault, as they are when this is made. Clones share them.
#[derive(Clone)]
pub struct Tokens(Arc<Table>);

struct Table {
    values: HashMap<String, String>,
    /// The same tokens in order, to see what may become one.
    sorted: Vec<String>,
    /// Every length that a token has.
    lengths: BTreeSet<usize>,
    /// Every byte with which one begins.
    first: BTreeSet<u8>,
}

impl Tokens {
    /// Those of this vault.
    pub fn new(vault: &Vault) -> Self {
        let values: HashMap<String, String> = vault.entries().into_iter().collect();
        let mut sorted: Vec<String> = values.keys().cloned().collect();
        sorted.sort_unstable();
        let lengths = sorted.iter().map(String::len).collect();
        let first = sorted.iter().filter_map(|token| token.bytes().next()).collect();
        Self(Arc::new(Table { values, sorted, lengths, first }))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.values.is_empty()
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tokens({})", self.0.values.len())
    }
}

/// One text in which tokens are turned back. A token inside a longer word or number is none.
#[derive(Debug)]
pub(crate) struct Restorer {
    tokens: Tokens,
    /// Whether the text is JSON: values are written as they stand in its strings.
    in_json: bool,
    held: String,
    before: Option<char>,
}

impl Restorer {
    pub(crate) const fn new(tokens: Tokens, in_json: bool) -> Self {
        Self { tokens, in_json, held: String::new(), before: None }
    }

    /// Takes the next piece; returns what may go on.
    pub(crate) fn push(&mut self, piece: &str) -> String {
        self.held.push_str(piece);
        self.restore(false)
    }

    /// Says that no more will come; returns the rest.
    pub(crate) fn finish(&mut self) -> String {
        self.restore(true)
    }

    /// How many bytes are held back.
    pub(crate) const fn held(&self) -> usize {
        self.held.len()
    }

    fn restore(&mut self, ended: bool) -> String {
        let text = std::mem::take(&mut self.held);
        let (mut out, mut rest) = (String::with_capacity(text.len()), text.as_str());
        while let Some(c) = rest.chars().next() {
            if self.tokens.0.first.contains(&rest.as_bytes().first().copied().unwrap_or_default()) {
                if !ended && self.may_begin(rest) {
                    break;
                }
                if let Some((token, value)) = self.token(rest) {
                    out.push_str(&self.written(value));
                    self.before = token.chars().next_back();
                    rest = rest.get(token.len()..).unwrap_or_default();
                    continue;
                }
            }
            out.push(c);
            self.before = Some(c);
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
        }
        rest.clone_into(&mut self.held);
        out
    }

    /// Whether what follows may make this a token, or show that it is none.
    fn may_begin(&self, text: &str) -> bool {
        let at = self.tokens.0.sorted.partition_point(|token| token.as_str() < text);
        self.tokens.0.sorted.get(at).is_some_and(|token| token.starts_with(text))
    }

    /// The longest token with which a text begins, and its value.
    fn token<'t>(&self, text: &'t str) -> Option<(&'t str, &str)> {
        let table = &*self.tokens.0;
        let known = |len: &usize| {
            let token = text.get(..*len)?;
            Some((token, table.values.get(token)?.as_str()))
        };
        let (token, value) = table.lengths.iter().rev().find_map(known)?;
        let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let after = text.get(token.len()..).and_then(|rest| rest.chars().next());
        let inside = word(self.before) && word(token.chars().next()) || word(token.chars().next_back()) && word(after);
        (!inside).then_some((token, value))
    }

    fn written(&self, value: &str) -> String {
        if !self.in_json {
            return value.to_owned();
        }
        let quoted = serde_json::Value::from(value).to_string();
        quoted.get(1..quoted.len() - 1).unwrap_or_default().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tokens() -> Tokens {
        let entries =
            [("[a:x]", "Jane \"J\" Roe"), ("0001", "77"), ("000123", "88"), ("x@t.invalid", "jane@mail.test")];
        Tokens::new(&Vault::from_entries(entries.map(|(token, value)| (token.to_owned(), value.to_owned()))))
    }

    fn restored(text: &str, size: usize, in_json: bool) -> String {
        let mut restorer = Restorer::new(tokens(), in_json);
        let chars: Vec<char> = text.chars().collect();
        let mut out: String =
            chars.chunks(size).map(|piece| restorer.push(&piece.iter().collect::<String>())).collect();
        out.push_str(&restorer.finish());
        out
    }

    #[test]
    fn tokens_are_turned_back_however_they_are_cut() {
        for size in 1..30 {
            assert_eq!(
                restored("[a:x], 0001; 000123! 00012 y0001 [a:y x@t.invalid", size, false),
                "Jane \"J\" Roe, 77; 88! 00012 y0001 [a:y jane@mail.test"
            );
            assert_eq!(restored("{\"n\": \"[a:x]\"}", size, true), "{\"n\": \"Jane \\\"J\\\" Roe\"}");
        }
    }

    proptest! {
        #[test]
        fn any_cut_restores_alike(text in "(\\[a:x\\]|0001|000123|x@t\\.invalid|[0-9a\\[x@. é]){0,40}", size in 1..9_usize) {
            prop_assert_eq!(restored(&text, size, false), restored(&text, usize::MAX, false));
        }
    }
}
