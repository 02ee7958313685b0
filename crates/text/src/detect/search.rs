//! Search for many words at once: with what is soon built as long as little has been searched, then with what is fast.

use std::sync::{
    OnceLock,
    atomic::{AtomicUsize, Ordering},
};

use aho_corasick::{AhoCorasick, AhoCorasickKind};

/// An automaton in two forms. Both find the same.
#[derive(Debug)]
pub(super) struct Search {
    build: fn(AhoCorasickKind) -> Option<AhoCorasick>,
    small: OnceLock<Option<AhoCorasick>>,
    fast: OnceLock<Option<AhoCorasick>>,
    searched: AtomicUsize,
}

impl Search {
    /// One that is built in this way.
    pub(super) const fn new(build: fn(AhoCorasickKind) -> Option<AhoCorasick>) -> Self {
        Self { build, small: OnceLock::new(), fast: OnceLock::new(), searched: AtomicUsize::new(0) }
    }

    /// The form to search a text of so many bytes with; none if it cannot be built, which tests would show.
    pub(super) fn over(&self, len: usize) -> Option<&AhoCorasick> {
        let few = self.searched.load(Ordering::Relaxed) < FEW
            && self.searched.fetch_add(len, Ordering::Relaxed).saturating_add(len) < FEW;
        let (form, kind) =
            if few { (&self.small, AhoCorasickKind::NoncontiguousNFA) } else { (&self.fast, AhoCorasickKind::DFA) };
        form.get_or_init(|| (self.build)(kind)).as_ref()
    }
}

/// As many bytes as are searched before the fast form is worth its time.
const FEW: usize = 64 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_find_the_same() {
        let search = Search::new(|kind| AhoCorasick::builder().kind(Some(kind)).build(["one", "two"]).ok());
        let places =
            |len| search.over(len).unwrap().find_iter("one, two").map(|found| found.start()).collect::<Vec<_>>();
        assert_eq!(places(10), [0, 5]);
        assert_eq!(search.over(10).unwrap().kind(), AhoCorasickKind::NoncontiguousNFA);
        assert_eq!(places(FEW), [0, 5]);
        assert_eq!(search.over(1).unwrap().kind(), AhoCorasickKind::DFA);
    }
}
