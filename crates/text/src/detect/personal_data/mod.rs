//! Personal data: finds what names, reaches or identifies a person. Each family of identifiers is a file; this one
//! describes the detector and puts the families together.

mod announced;
mod card;
mod context;
mod crypto;
mod date;
mod digits;
mod email;
mod identity;
mod labelled;
mod lettered;
mod more_schemes;
mod network;
mod number;
mod person;
mod place;
mod scheme_table;
mod schemes;
mod spelt;
mod url;

use context::Contexts;
use palisade_base::Meta;
pub(crate) use schemes::luhn;

use super::{Detector, Hit, Sort, escaped, settled};

palisade_base::meta! {
    /// ## What it does
    ///
    /// Finds personal data in text: e-mail addresses, phone numbers, payment cards, bank accounts (IBAN), national
    /// identifiers of some forty countries, passports, driving licences, health record numbers, dates of birth, IP
    /// and MAC addresses, addresses of pages and of crypto currencies; and, less surely, postal addresses and names.
    ///
    /// Check digits come before shapes, and words before naked digits: a run of sixteen digits is a payment card only
    /// if its issuer exists and its check digit is right; a nine-digit number is a national identifier only if the
    /// words around it say so. Values are read through the escapes of addresses, JSON and HTML, and addresses also where
    /// they are spelt out, `jane (at) mail (dot) test`.
    ///
    /// ## Why it matters
    ///
    /// What a model learns from, it can repeat. Personal data in a training set can be drawn out of the model later,
    /// and personal data in a prompt or an answer leaves the place where its owner agreed to have it.
    ///
    /// ## Example
    ///
    /// ```text
    /// please call Jane on +44 20 7946 0018, card 4111 1111 1111 1111
    /// ```
    ///
    /// ## What to do
    ///
    /// Remove it, replace it by a placeholder, or declare that the data set holds personal data and treat it so.
    ///
    /// ## Limits
    ///
    /// A row of six two-digit numbers with colons is a machine only behind a word such as `mac`. Names in running prose
    /// are found only beside a title, a greeting, a relation or a label such as `name:`, and are guesses; addresses need a
    /// postcode or a word for a street. National phone numbers without separators need a word such as `phone` before them.
    /// Nothing says whether a person is real.
    ///
    /// ## References
    ///
    /// - ISO 13616 (IBAN), ISO/IEC 7812 (payment cards), ITU-T E.164 (phone numbers)
    /// - GDPR, Article 4(1)
    static META: Detector = {
        name: "personal-data",
        summary: "text that names, reaches or identifies a person",
        severity: Medium,
        components: [Data, Application],
        threats: [Inversion],
        stages: [Data, Operations],
        since: "0.1.0",
    }
}

/// Finds personal data.
#[derive(Clone, Copy, Debug, Default)]
pub struct PersonalData;

impl Detector for PersonalData {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn sort(&self) -> Sort {
        Sort::Personal
    }

    fn find(&self, text: &str) -> Vec<Hit> {
        let mut hits = plain(text);
        // Names and pages are found in the open or not at all.
        let escaped = escaped::find(text, plain).into_iter();
        hits.extend(escaped.filter(|hit| !matches!(hit.kind, "url" | "person-name" | "postal-address")));
        settled(hits)
    }
}

/// What stands in the open.
fn plain(text: &str) -> Vec<Hit> {
    let contexts = Contexts::of(text);
    let mut hits = Vec::new();
    email::find(text, &mut hits);
    let addresses = hits.len();
    spelt::find(text, &mut hits);
    url::find(text, &mut hits);
    digits::walk(text, &mut |token| {
        let found = match &token {
            digits::Token::Colons(range) => network::of_colons(text, range.clone()),
            digits::Token::Mixed(range) => identity::of_mixed(text, range.clone(), &contexts)
                .or_else(|| lettered::of_mixed(text, range, &contexts))
                .or_else(|| crypto::of_mixed(text, range.clone(), &contexts))
                .or_else(|| place::of_mixed(text, range)),
            digits::Token::Number(number) => lettered::of_number(text, number, &contexts)
                .or_else(|| number::judge(text, number, &contexts, hits.get(..addresses).unwrap_or_default()))
                .or_else(|| place::of_digits(text, &number.range))
                .or_else(|| number.groups.last().and_then(|code| place::of_digits(text, code))),
        };
        hits.extend(found);
    });
    labelled::find(text, &contexts, &mut hits);
    hits
}

impl PersonalData {
    /// Whether what is of this kind is published to be reached, and names nobody: pages and mailboxes of roles.
    pub fn is_public(kind: &str) -> bool {
        matches!(kind, "url" | "role-email")
    }

    /// Whether what is of this kind leads to a person only with the records of someone else: machines, accounts of
    /// crypto currencies, and what is public.
    pub fn is_indirect(kind: &str) -> bool {
        Self::is_public(kind) || matches!(kind, "ip-address" | "mac-address" | "crypto-address")
    }
}

#[cfg(test)]
mod tests {
    use palisade_base::Confidence;

    use super::*;

    /// Kinds and values, for the tests of every sort of value.
    pub(super) fn found(text: &str) -> Vec<(&'static str, String)> {
        PersonalData.find(text).into_iter().map(|hit| (hit.kind, text.get(hit.range).unwrap().to_owned())).collect()
    }

    fn sure(text: &str) -> Vec<&'static str> {
        PersonalData.find(text).into_iter().filter(|hit| hit.confidence > Confidence::Low).map(|hit| hit.kind).collect()
    }

    #[test]
    fn a_sentence_with_several() {
        let text = "Please call Jane on +44 20 7946 0018 or write to jane.roe@mail.test, card 4111 1111 1111 1111.";
        let wanted =
            [("phone", "+44 20 7946 0018"), ("email", "jane.roe@mail.test"), ("payment-card", "4111 1111 1111 1111")];
        assert_eq!(found(text), wanted.map(|(kind, value)| (kind, value.to_owned())));
    }

    #[test]
    fn numbers_in_an_address_belong_to_it() {
        assert_eq!(sure("https://shop.test/item/4111111111111111?ref=5500005555555559"), ["url"]);
    }

    #[test]
    fn numbers_that_are_no_ones() {
        for text in [
            "Order 4111-1111-1111-1112 is late.",
            "Order number 20240518-0001234567, tracking 1Z999AA10123456784",
            "commit b40ad7edd1b52fe0238b1cf24430ca9784fa42e3",
            "4a352d91-6f56-467a-a1b7-67475425908b",
            "2024-05-18T12:30:45.123456789Z took 1716035445123 ms",
            "0.4111111111111111 1.7976931348623157e308",
            "version 10.4.2.1, build 2024.11.03-rc.1",
            "ISBN 978-3-16-148410-0, DOI 10.1000/182",
            "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12",
            "12 34 56 78 90 12 34 56 78 90 12 34",
            "name: Build And Test",
            "std::vec::Vec<u8> at 12:30:45",
            "git clone git@github.com:org/repo.git",
            "@decorator and foo@2x.png and pkg@1.2.3",
            "127.0.0.1 192.168.1.10 0.0.0.0 255.255.255.0",
            "x = a+12345678901",
        ] {
            assert_eq!(sure(text), Vec::<&str>::new(), "{text}");
        }
    }
}
