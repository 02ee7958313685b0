//! Words that say what stands beside them: `phone`, `geboren am`, `SSN`. One look at the beginnings of words finds them all.

mod birth;
mod identity;
mod person;
mod place;
mod reach;
mod thing;

use std::{ops::Range, sync::LazyLock};

use super::announced;

/// What a word announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Context {
    /// A payment card.
    Card,
    /// A phone number.
    Phone,
    /// An identifier of a state, by the name of its scheme.
    Identity(&'static str),
    /// An identifier of some state, by words that do not say which.
    AnyIdentity,
    /// A passport.
    Passport,
    /// A driving licence.
    Licence,
    /// A medical record.
    Health,
    /// A date of birth.
    Birth,
    /// A person's name, by a label that announces nothing else.
    PersonName,
    /// A name of anything.
    AnyName,
    /// How someone is reached, or who it is.
    Contact,
    /// What a phone number may stand behind, and much else.
    Reach,
    /// Someone who is named next: `Dear`, `my wife`.
    Someone,
    /// What people do, and are named before.
    Doing,
    /// A form of address: `Mr`, `Frau`.
    Title,
    /// A postal address, by its label.
    Address,
    /// A word for a street, before or after its name.
    Street,
    /// A crypto currency.
    Crypto,
    /// A machine in a network.
    Network,
    /// A number that belongs to no person: orders, versions, books.
    Thing,
}

/// The context words of a text, in the order in which they stand.
#[derive(Debug)]
pub(super) struct Contexts(Vec<(Range<usize>, Context)>);

impl Contexts {
    /// Finds every context word of a text.
    pub(super) fn of(text: &str) -> Self {
        Self(announced::find(text))
    }

    /// Every word, with its bytes.
    pub(super) fn iter(&self) -> impl Iterator<Item = &(Range<usize>, Context)> {
        self.0.iter()
    }

    /// Whether one of `wanted` ends at most [`REACH`] bytes before `at`, with no [`Context::Thing`] in between.
    pub(super) fn before(&self, at: usize, wanted: &[Context]) -> bool {
        let nearest = self.0.partition_point(|(range, _)| range.end <= at);
        let near =
            self.0.get(..nearest).unwrap_or_default().iter().rev().take_while(|(range, _)| at - range.end <= REACH);
        near.take_while(|(_, context)| *context != Context::Thing).any(|(_, context)| wanted.contains(context))
    }

    /// Whether `wanted` begins at most [`AHEAD`] bytes behind `at`.
    pub(super) fn after(&self, at: usize, wanted: Context) -> bool {
        let next = self.0.partition_point(|(range, _)| range.start < at);
        let near = self.0.get(next..).unwrap_or_default().iter().take_while(|(range, _)| range.start - at <= AHEAD);
        near.take(4).any(|(_, context)| *context == wanted)
    }

    /// Whether the nearest word before `at` says that the number belongs to no person.
    pub(super) fn thing_before(&self, at: usize) -> bool {
        let nearest = self.0.partition_point(|(range, _)| range.end <= at);
        let word = nearest.checked_sub(1).and_then(|index| self.0.get(index));
        word.is_some_and(|(range, context)| *context == Context::Thing && at - range.end <= THING_REACH)
    }
}

/// Every word, and what it announces.
pub(super) static WORDS: LazyLock<Vec<(&'static str, Context)>> = LazyLock::new(|| {
    let tables = [reach::WORDS, identity::WORDS, birth::WORDS, person::WORDS, place::WORDS, thing::WORDS];
    let rows = tables.into_iter().flatten();
    rows.flat_map(|(context, words)| words.iter().map(|word| (*word, *context))).collect()
});

/// How far a word reaches, in bytes.
const REACH: usize = 48;
const THING_REACH: usize = 16;
/// How far a word reaches back.
const AHEAD: usize = 12;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_reach_forward() {
        let contexts = Contexts::of("My PHONE number is 0633343574, order 0633343574");
        assert!(contexts.before(19, &[Context::Phone]));
        assert!(!contexts.before(37, &[Context::Phone]), "`order` stands between");
        assert!(contexts.thing_before(37));
    }

    /// What looks for words looks where letters begin them.
    #[test]
    fn every_word_begins_with_a_letter() {
        let odd = WORDS.iter().find(|(word, _)| word.len() < 2 || !word.starts_with(char::is_alphabetic));
        assert_eq!(odd, None);
    }

    #[test]
    fn every_word_announces_one_thing() {
        let words: std::collections::HashSet<String> =
            WORDS.iter().map(|(word, _)| word.to_ascii_lowercase()).collect();
        assert_eq!(words.len(), WORDS.len());
    }

    #[test]
    fn parts_of_words_do_not_count() {
        assert!(Contexts::of("cardinal hotel namespace").0.is_empty());
        assert_eq!(Contexts::of("Bahnhofstraße 3").0.len(), 1);
        assert_eq!(Contexts::of("Lange Gasse 3, Reitweg 4").0.len(), 2);
    }
}
