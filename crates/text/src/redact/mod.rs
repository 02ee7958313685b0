//! Takes what was found out of a text: a product of what it is and what is done with it.

mod action;
mod entity;
mod key;
mod token;
mod vault;

use std::{borrow::Cow, ops::Range};

use palisade_base::Confidence;

pub use action::{Action, UnknownAction};
pub(crate) use entity::entity;
pub use entity::kinds;
pub use key::{Key, ShortKey};
pub use vault::Vault;

use crate::{Found, PersonalData, Sort, Step};

/// Which action is taken for what.
///
/// What stands in the place of a value depends on the value, its kind and the key alone: the same in every text, in every
/// order, and in a stream.
#[derive(Clone, Debug)]
pub struct Redactor {
    action: Action,
    /// Kinds or detectors, and what is done with them instead.
    others: Vec<(String, Action)>,
    key: Option<Key>,
    last_four: bool,
    vault: Option<Vault>,
}

impl Redactor {
    /// The same action for every kind.
    pub const fn new(action: Action) -> Self {
        Self { action, others: Vec::new(), key: None, last_four: false, vault: None }
    }

    /// Another action for a kind (`email`) or a detector (`secret`). A kind goes before a detector.
    #[must_use]
    pub fn with(mut self, kind_or_rule: &str, action: Action) -> Self {
        self.others.push((kind_or_rule.to_owned(), action));
        self
    }

    /// The key for [`Action::Hash`] and [`Action::Tokenise`]. Without one, the kind in brackets stands in the place of a value.
    #[must_use]
    pub fn keyed(mut self, key: Key) -> Self {
        self.key = Some(key);
        self
    }

    /// Tokens of payment cards end with the four digits of the card.
    #[must_use]
    pub const fn keeping_last_four(mut self) -> Self {
        self.last_four = true;
        self
    }

    /// Where tokens and their values are kept.
    #[must_use]
    pub fn keeping(mut self, vault: Vault) -> Self {
        self.vault = Some(vault);
        self
    }

    /// Whether it takes this out. What may not be there (low confidence) and what is public go only if their kind is named.
    pub(crate) fn takes(&self, found: &Found) -> bool {
        let named = self.others.iter().any(|(kind, _)| kind == found.kind);
        let sure = found.confidence > Confidence::Low && !PersonalData::is_public(found.kind);
        found.sort().is_value() && (named || sure) && self.action(found) != Action::Keep
    }

    /// The text without what was found in it; `found` is in the order of the text.
    pub fn redact(&self, text: &str, found: &[Found]) -> String {
        let mut out = String::with_capacity(text.len());
        self.write(text, 0..text.len(), found, &mut out);
        out
    }

    /// The same for a part of a text that cuts nothing in two.
    pub(crate) fn write(&self, text: &str, part: Range<usize>, found: &[Found], out: &mut String) {
        let mut at = part.start;
        for Taken { range, lead } in self.taken(found) {
            if range.end <= at || range.start < part.start || range.end > part.end {
                continue;
            }
            let range = whole(text, range, lead);
            let range = range.start.max(at)..range.end.min(part.end);
            out.push_str(text.get(at..range.start).unwrap_or_default());
            out.push_str(&self.instead(lead, text.get(range.clone()).unwrap_or_default()));
            at = range.end;
        }
        out.push_str(text.get(at..part.end).unwrap_or_default());
    }

    /// How much of the first `settled` bytes can be passed on without cutting in two what is taken out.
    pub(crate) fn uncut(&self, settled: usize, found: &[Found]) -> usize {
        let across = self.taken(found).into_iter().find(|taken| taken.range.end > settled);
        across.map_or(settled, |taken| taken.range.start.min(settled))
    }

    /// What is taken out, as ranges that do not touch each other: findings that overlap go together, as the surest and
    /// longest of them.
    fn taken<'f>(&self, found: &'f [Found]) -> Vec<Taken<'f>> {
        let mut all: Vec<&Found> = found.iter().filter(|found| self.takes(found)).collect();
        all.sort_by_key(|found| (found.range.start, found.range.end));
        let mut taken: Vec<Taken<'f>> = Vec::with_capacity(all.len());
        let weight = |found: &Found| (found.confidence, found.range.len());
        for found in all {
            match taken.last_mut() {
                Some(last) if found.range.start < last.range.end => {
                    last.range.end = last.range.end.max(found.range.end);
                    if weight(found) > weight(last.lead) {
                        last.lead = found;
                    }
                }
                _ => taken.push(Taken { range: found.range.clone(), lead: found }),
            }
        }
        taken
    }

    fn action(&self, found: &Found) -> Action {
        let by = |name: &str| self.others.iter().rev().find(|(what, _)| what == name).map(|(_, action)| *action);
        by(found.kind).or_else(|| by(found.rule)).unwrap_or(self.action)
    }

    /// What stands in the place of `value`.
    fn instead<'v>(&self, found: &Found, value: &'v str) -> Cow<'v, str> {
        let kind = found.kind;
        // A token, of an address for instance, looks like what it stands for. It has taken the place of a value already.
        if self.vault.as_ref().is_some_and(|vault| vault.holds(value)) {
            return value.into();
        }
        match (self.action(found), &self.key) {
            // The length and the signs of a secret are a part of it.
            (Action::Mask, _) if found.sort() == Sort::Secret => "********".into(),
            (Action::Mask, _) => value.chars().map(|c| if c.is_alphanumeric() { '*' } else { c }).collect(),
            (Action::Hash, Some(key)) => token::digest(key, kind, value).into(),
            (Action::Tokenise, Some(key)) => self.token(key, kind, value).into(),
            (Action::Replace | Action::Hash | Action::Tokenise, _) => format!("[{kind}]").into(),
            (Action::Drop, _) => "".into(),
            (Action::Keep, _) => value.into(),
        }
    }

    /// A token, kept in the vault. One that already stands for another value would lead back to the wrong one: then there is
    /// no way back for this value.
    fn token(&self, key: &Key, kind: &str, value: &str) -> String {
        let token = token::token(key, kind, value, self.last_four);
        match &self.vault {
            Some(vault) if !vault.keep(&token, value) => format!("[{kind}]"),
            _ => token,
        }
    }
}

/// What is taken out for a value that was read in Base64 and the like: the padding behind it goes with it.
fn whole(text: &str, range: Range<usize>, found: &Found) -> Range<usize> {
    // Of codings inside of each other the outermost stands in the text.
    let padded = |step: &&str| {
        let most = [(Step::Base64, 2), (Step::Base32, 6), (Step::Hex, 0)];
        most.iter().find(|(coding, _)| coding.name() == *step).map(|(_, most)| *most)
    };
    let most = found.revealed_by.iter().find_map(padded).unwrap_or(0);
    let behind = text.as_bytes().get(range.end..).unwrap_or_default();
    let padding = behind.iter().take(most).take_while(|byte| **byte == b'=');
    range.start..range.end + padding.count()
}

/// A stretch that is taken out, and the finding that says what it is.
struct Taken<'f> {
    range: Range<usize>,
    lead: &'f Found,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Inspector, Origin};

    #[test]
    fn what_overlaps_goes_together() {
        let redactor = Redactor::new(Action::Replace);
        for text in [
            "password: bob@corp.test#2024Xq9 and on",
            "api_key='amFuZS5yb2VAbWFpbC50ZXN0IGlzIGhlciBtYWlsIGFuZCBtb3Jl' and on",
            "mail jane\u{200b}.roe@mail.test and on",
        ] {
            let found = Inspector::default().inspect(text, Origin::User).findings;
            let out = redactor.redact(text, &found);
            for taken in found.iter().filter(|found| redactor.takes(found)) {
                let value = text.get(taken.range.clone()).unwrap();
                assert!(!out.contains(value) && out.ends_with(" and on"), "{text}: {out}");
            }
            assert!(!["2024", "IGlzIGhl", "jane"].iter().any(|part| out.contains(part)), "{text}: {out}");
        }
    }

    const TEXT: &str =
        "Write to jane.roe@mail.test or call +44 20 7946 0018; card 4111 1111 1111 1111, again jane.roe@mail.test.";

    fn redacted(redactor: &Redactor) -> String {
        redactor.redact(TEXT, &Inspector::default().inspect(TEXT, Origin::User).findings)
    }

    fn key() -> Key {
        Key::new(b"a key for tests, of no use elsewhere").unwrap()
    }

    #[test]
    fn each_kind_has_its_action() {
        let redactor = Redactor::new(Action::Mask).with("personal-data", Action::Drop).with("phone", Action::Replace);
        assert_eq!(redacted(&redactor), "Write to  or call [phone]; card , again .");
        let redactor = Redactor::new(Action::Keep).with("payment-card", Action::Mask);
        assert_eq!(redacted(&redactor), TEXT.replace("4111 1111 1111 1111", "**** **** **** ****"));
    }

    #[test]
    fn digests_are_the_same_for_the_same_value_and_need_a_key() {
        let hashed = redacted(&Redactor::new(Action::Hash).with("phone", Action::Keep).keyed(key()));
        let digests: Vec<&str> = hashed.split("[email#").skip(1).map(|rest| rest.split(']').next().unwrap()).collect();
        assert!(digests.len() == 2 && digests[0] == digests[1] && digests[0].len() == 32);
        assert!(redacted(&Redactor::new(Action::Hash)).starts_with("Write to [email] or"));
    }

    #[test]
    fn tokens_lead_back() {
        let vault = Vault::default();
        let tokens = redacted(&Redactor::new(Action::Tokenise).keyed(key()).keeping(vault.clone()));
        assert!(!tokens.contains("jane") && !tokens.contains("4111") && vault.len() == 3, "{tokens}");
        assert_eq!(vault.restore(&tokens), (TEXT.to_owned(), 4));
        let other = Redactor::new(Action::Tokenise).keyed(Key::new(&[9; 16]).unwrap());
        assert_ne!(redacted(&other), tokens);
    }

    #[test]
    fn padding_and_escapes_go_with_the_value() {
        // `jane.roe@corp-mail.test` needs padding.
        for (text, kept) in [
            ("x=\"amFuZS5yb2VAY29ycC1tYWlsLnRlc3Q=\"", "x=\"[email]\""),
            ("mail=jane.roe%40mail.test&a=1", "mail=[email]&a=1"),
        ] {
            let found = Inspector::default().inspect(text, Origin::User).findings;
            assert_eq!(Redactor::new(Action::Replace).redact(text, &found), kept);
        }
    }

    #[test]
    fn only_what_is_padded_takes_its_padding_along() {
        for (steps, rest) in [
            (vec![Step::Base64], "="),
            (vec![Step::Invisible, Step::Base64], "="),
            (vec![Step::Base32], ""),
            (vec![Step::Hex], "==="),
            (vec![Step::Hex, Step::Base64], "==="),
            (vec![], "==="),
        ] {
            let steps = steps.iter().map(|step| step.name()).collect();
            let hit = crate::Hit { range: 0..4, kind: "email", confidence: Confidence::High };
            let found = Found::new("personal-data", Sort::Personal, &hit, 0..4, steps);
            assert_eq!(Redactor::new(Action::Drop).redact("code===", &[found]), rest);
        }
    }

    #[test]
    fn what_is_public_stays_unless_it_is_named() {
        let text = "see https://tickets.test/help";
        let found = Inspector::default().inspect(text, Origin::User).findings;
        assert_eq!(Redactor::new(Action::Replace).redact(text, &found), text);
        assert_eq!(Redactor::new(Action::Replace).with("url", Action::Replace).redact(text, &found), "see [url]");
    }
}
