//! Which value each token stands for. The way back: whoever has it can read what was taken out.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use aho_corasick::{AhoCorasick, MatchKind};

/// Tokens and the values for which they stand. Clones share what they hold.
#[derive(Clone, Default)]
pub struct Vault(Arc<Mutex<BTreeMap<String, String>>>);

impl Vault {
    /// One that holds these tokens and their values.
    pub fn from_entries(entries: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(Arc::new(Mutex::new(entries.into_iter().filter(|(token, _)| !token.is_empty()).collect())))
    }

    /// Every token and its value, sorted by token.
    pub fn entries(&self) -> Vec<(String, String)> {
        self.lock().iter().map(|(token, value)| (token.clone(), value.clone())).collect()
    }

    /// How many tokens it holds.
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    /// Whether this is one of its tokens.
    pub(super) fn holds(&self, token: &str) -> bool {
        self.lock().contains_key(token)
    }

    /// Keeps a value; false if its token stands for another already.
    pub(super) fn keep(&self, token: &str, value: &str) -> bool {
        let mut entries = self.lock();
        match entries.get(token) {
            Some(known) => known == value,
            None => entries.insert(token.to_owned(), value.to_owned()).is_none(),
        }
    }

    /// The text with every token of this vault turned back, and how many there were. A token inside a longer word or number
    /// is none.
    pub fn restore(&self, text: &str) -> (String, usize) {
        let entries = self.lock();
        let automaton = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(entries.keys());
        let (Ok(automaton), values) = (automaton, entries.values().collect::<Vec<_>>()) else {
            return (text.to_owned(), 0);
        };
        let (mut out, mut at, mut count) = (String::with_capacity(text.len()), 0, 0);
        for found in automaton.find_iter(text) {
            let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
            let inner = text.get(found.range()).unwrap_or_default();
            let before = word(text.get(..found.start()).and_then(|head| head.chars().next_back()));
            let after = word(text.get(found.end()..).and_then(|tail| tail.chars().next()));
            let inside = (before && word(inner.chars().next())) || (after && word(inner.chars().next_back()));
            let Some(value) = values.get(found.pattern().as_usize()).filter(|_| !inside) else { continue };
            out.push_str(text.get(at..found.start()).unwrap_or_default());
            out.push_str(value);
            (at, count) = (found.end(), count + 1);
        }
        out.push_str(text.get(at..).unwrap_or_default());
        (out, count)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Vault({} tokens)", self.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_turned_back_and_nothing_else() {
        let vault =
            Vault::from_entries([("[a:x]".to_owned(), "Jane".to_owned()), ("0001".to_owned(), "77".to_owned())]);
        assert_eq!(vault.restore("[a:x], 0001; 00012 x0001 [a:y]"), ("Jane, 77; 00012 x0001 [a:y]".to_owned(), 2));
        assert_eq!(Vault::default().restore("[a:x]"), ("[a:x]".to_owned(), 0));
    }

    #[test]
    fn a_token_stands_for_one_value() {
        let vault = Vault::default();
        assert!(vault.keep("t", "one") && vault.keep("t", "one") && !vault.keep("t", "other"));
        assert_eq!(format!("{vault:?}"), "Vault(1 tokens)");
    }
}
