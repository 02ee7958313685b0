//! Words that say what stands beside them: `phone`, `geboren am`, `SSN`. One automaton finds them all in one pass.

use std::{ops::Range, sync::LazyLock};

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

/// What a word announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Context {
    /// A payment card.
    Card,
    /// A phone number.
    Phone,
    /// An identifier of a state, by the name of its scheme.
    Identity(&'static str),
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
    /// A form of address: `Mr`, `Frau`.
    Title,
    /// A postal address, by its label.
    Address,
    /// A word for a street, before or after its name.
    Street,
    /// A number that belongs to no person: orders, versions, books.
    Thing,
}

/// The context words of a text, in the order in which they stand.
#[derive(Debug)]
pub(super) struct Contexts(Vec<(Range<usize>, Context)>);

impl Contexts {
    /// Finds every context word of a text.
    pub(super) fn of(text: &str) -> Self {
        let Some(automaton) = AUTOMATON.as_ref() else { return Self(Vec::new()) };
        let found = automaton.find_iter(text).filter_map(|found| {
            let (word, context) = WORDS.get(found.pattern().as_usize())?;
            is_word(text, found.range(), word).then_some((found.range(), *context))
        });
        Self(found.collect())
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

    /// Whether the nearest word before `at` says that the number belongs to no person.
    pub(super) fn thing_before(&self, at: usize) -> bool {
        let nearest = self.0.partition_point(|(range, _)| range.end <= at);
        let word = nearest.checked_sub(1).and_then(|index| self.0.get(index));
        word.is_some_and(|(range, context)| *context == Context::Thing && at - range.end <= THING_REACH)
    }
}

/// Not the inside of a longer word. Words of scripts without spaces stand anywhere.
fn is_word(text: &str, range: Range<usize>, word: &str) -> bool {
    let letter = |c: char| c.is_alphabetic();
    let before = text.get(..range.start).and_then(|head| head.chars().next_back());
    let after = text.get(range.end..).and_then(|tail| tail.chars().next());
    // `Bahnhofstraße` is a street by its end alone.
    let suffix = SUFFIXES.contains(&word);
    (suffix || !before.is_some_and(letter)) && !after.is_some_and(|c| letter(c) && word.is_ascii())
}

static AUTOMATON: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::LeftmostLongest)
        .kind(Some(AhoCorasickKind::DFA))
        .build(WORDS.iter().map(|(word, _)| word))
        .ok()
});

/// How far a word reaches, in bytes.
const REACH: usize = 48;
const THING_REACH: usize = 16;

const SUFFIXES: &[&str] =
    &["straße", "strasse", "straat", "gasse", "allee", "weg", "platz", "laan", "plein", "singel", "boulevard"];

const WORDS: &[(&str, Context)] = &[
    ("card", Context::Card),
    ("visa", Context::Card),
    ("mastercard", Context::Card),
    ("maestro", Context::Card),
    ("amex", Context::Card),
    ("tarjeta", Context::Card),
    ("kreditkarte", Context::Card),
    ("carte bancaire", Context::Card),
    ("cartão", Context::Card),
    ("phone", Context::Phone),
    ("telephone", Context::Phone),
    ("tel", Context::Phone),
    ("mobile", Context::Phone),
    ("cell", Context::Phone),
    ("fax", Context::Phone),
    ("whatsapp", Context::Phone),
    ("call", Context::Phone),
    ("call me", Context::Phone),
    ("text me", Context::Phone),
    ("dial", Context::Phone),
    ("messages to", Context::Phone),
    ("answering at", Context::Phone),
    ("reach", Context::Phone),
    ("telefon", Context::Phone),
    ("telefoon", Context::Phone),
    ("téléphone", Context::Phone),
    ("teléfono", Context::Phone),
    ("telefono", Context::Phone),
    ("telefone", Context::Phone),
    ("handy", Context::Phone),
    ("anrufen", Context::Phone),
    ("appeler", Context::Phone),
    ("llame", Context::Phone),
    ("móvil", Context::Phone),
    ("celular", Context::Phone),
    ("cellulare", Context::Phone),
    ("телефон", Context::Phone),
    ("电话", Context::Phone),
    ("電話", Context::Phone),
    ("ssn", Context::Identity("us-ssn")),
    ("social security", Context::Identity("us-ssn")),
    ("social insurance", Context::Identity("ca-sin")),
    ("sin number", Context::Identity("ca-sin")),
    ("national insurance", Context::Identity("uk-nino")),
    ("nino", Context::Identity("uk-nino")),
    ("bsn", Context::Identity("nl-bsn")),
    ("burgerservicenummer", Context::Identity("nl-bsn")),
    ("sofinummer", Context::Identity("nl-bsn")),
    ("cpf", Context::Identity("br-cpf")),
    ("pesel", Context::Identity("pl-pesel")),
    ("aadhaar", Context::Identity("in-aadhaar")),
    ("aadhar", Context::Identity("in-aadhaar")),
    ("steuer-id", Context::Identity("de-tax-id")),
    ("steueridentifikationsnummer", Context::Identity("de-tax-id")),
    ("steuernummer", Context::Identity("de-tax-id")),
    ("personnummer", Context::Identity("se-personnummer")),
    ("numéro de sécurité sociale", Context::Identity("fr-nir")),
    ("sécurité sociale", Context::Identity("fr-nir")),
    ("nir", Context::Identity("fr-nir")),
    ("dni", Context::Identity("es-dni")),
    ("nie", Context::Identity("es-dni")),
    ("nif", Context::Identity("es-dni")),
    ("codice fiscale", Context::Identity("it-codice-fiscale")),
    ("ahv", Context::Identity("ch-ahv")),
    ("身份证", Context::Identity("cn-resident-id")),
    ("passport", Context::Passport),
    ("passeport", Context::Passport),
    ("pasaporte", Context::Passport),
    ("reisepass", Context::Passport),
    ("paspoort", Context::Passport),
    ("passaporto", Context::Passport),
    ("driver's license", Context::Licence),
    ("drivers license", Context::Licence),
    ("driver license", Context::Licence),
    ("driver_license", Context::Licence),
    ("drivers_license", Context::Licence),
    ("driving licence", Context::Licence),
    ("driving_licence", Context::Licence),
    ("führerschein", Context::Licence),
    ("permis de conduire", Context::Licence),
    ("medical record", Context::Health),
    ("medical_record", Context::Health),
    ("patient id", Context::Health),
    ("patient_id", Context::Health),
    ("patient number", Context::Health),
    ("mrn", Context::Health),
    ("nhs", Context::Health),
    ("nhs_number", Context::Health),
    ("medicare", Context::Health),
    ("health insurance", Context::Health),
    ("versichertennummer", Context::Health),
    ("dob", Context::Birth),
    ("date of birth", Context::Birth),
    ("date_of_birth", Context::Birth),
    ("birthdate", Context::Birth),
    ("birth_date", Context::Birth),
    ("birthday", Context::Birth),
    ("born", Context::Birth),
    ("geburtsdatum", Context::Birth),
    ("geboren", Context::Birth),
    ("geboortedatum", Context::Birth),
    ("né le", Context::Birth),
    ("née le", Context::Birth),
    ("date de naissance", Context::Birth),
    ("fecha de nacimiento", Context::Birth),
    ("nacido", Context::Birth),
    ("nacida", Context::Birth),
    ("data di nascita", Context::Birth),
    ("data de nascimento", Context::Birth),
    ("data urodzenia", Context::Birth),
    ("дата рождения", Context::Birth),
    ("出生日期", Context::Birth),
    ("full name", Context::PersonName),
    ("full_name", Context::PersonName),
    ("fullname", Context::PersonName),
    ("first name", Context::PersonName),
    ("first_name", Context::PersonName),
    ("firstname", Context::PersonName),
    ("last name", Context::PersonName),
    ("last_name", Context::PersonName),
    ("lastname", Context::PersonName),
    ("surname", Context::PersonName),
    ("given name", Context::PersonName),
    ("given_name", Context::PersonName),
    ("maiden name", Context::PersonName),
    ("patient name", Context::PersonName),
    ("patient_name", Context::PersonName),
    ("customer name", Context::PersonName),
    ("customer_name", Context::PersonName),
    ("employee name", Context::PersonName),
    ("employee_name", Context::PersonName),
    ("my name is", Context::PersonName),
    ("vorname", Context::PersonName),
    ("nachname", Context::PersonName),
    ("prénom", Context::PersonName),
    ("apellido", Context::PersonName),
    ("apellidos", Context::PersonName),
    ("cognome", Context::PersonName),
    ("nazwisko", Context::PersonName),
    ("name", Context::AnyName),
    ("patient", Context::AnyName),
    ("customer", Context::AnyName),
    ("contact", Context::Contact),
    ("nom", Context::AnyName),
    ("nombre", Context::AnyName),
    ("nome", Context::AnyName),
    ("naam", Context::AnyName),
    ("mr", Context::Title),
    ("mrs", Context::Title),
    ("ms", Context::Title),
    ("miss", Context::Title),
    ("dr", Context::Title),
    ("herr", Context::Title),
    ("herrn", Context::Title),
    ("frau", Context::Title),
    ("monsieur", Context::Title),
    ("madame", Context::Title),
    ("mme", Context::Title),
    ("señor", Context::Title),
    ("señora", Context::Title),
    ("signor", Context::Title),
    ("signora", Context::Title),
    ("dott", Context::Title),
    ("dhr", Context::Title),
    ("mevr", Context::Title),
    ("address", Context::Address),
    ("adresse", Context::Address),
    ("dirección", Context::Address),
    ("direccion", Context::Address),
    ("indirizzo", Context::Address),
    ("endereço", Context::Address),
    ("adres", Context::Address),
    ("street", Context::Street),
    ("st", Context::Street),
    ("avenue", Context::Street),
    ("ave", Context::Street),
    ("road", Context::Street),
    ("rd", Context::Street),
    ("lane", Context::Street),
    ("drive", Context::Street),
    ("court", Context::Street),
    ("boulevard", Context::Street),
    ("blvd", Context::Street),
    ("straße", Context::Street),
    ("strasse", Context::Street),
    ("straat", Context::Street),
    ("gasse", Context::Street),
    ("allee", Context::Street),
    ("weg", Context::Street),
    ("platz", Context::Street),
    ("laan", Context::Street),
    ("plein", Context::Street),
    ("singel", Context::Street),
    ("rue", Context::Street),
    ("via", Context::Street),
    ("piazza", Context::Street),
    ("viale", Context::Street),
    ("vicolo", Context::Street),
    ("contrada", Context::Street),
    ("calle", Context::Street),
    ("plaza", Context::Street),
    ("avenida", Context::Street),
    ("callejón", Context::Street),
    ("rambla", Context::Street),
    ("rua", Context::Street),
    ("ul.", Context::Street),
    ("al.", Context::Street),
    ("order", Context::Thing),
    ("invoice", Context::Thing),
    ("tracking", Context::Thing),
    ("ticket", Context::Thing),
    ("version", Context::Thing),
    ("build", Context::Thing),
    ("commit", Context::Thing),
    ("isbn", Context::Thing),
    ("issn", Context::Thing),
    ("doi", Context::Thing),
    ("serial", Context::Thing),
    ("sku", Context::Thing),
    ("product", Context::Thing),
    ("part", Context::Thing),
    ("model", Context::Thing),
    ("reference", Context::Thing),
    ("case", Context::Thing),
    ("timestamp", Context::Thing),
    ("hash", Context::Thing),
    ("checksum", Context::Thing),
    ("transaction", Context::Thing),
    ("article", Context::Thing),
    ("page", Context::Thing),
    ("seed", Context::Thing),
    ("uuid", Context::Thing),
];

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

    #[test]
    fn parts_of_words_do_not_count() {
        assert!(Contexts::of("cardinal hotel namespace").0.is_empty());
        assert_eq!(Contexts::of("Bahnhofstraße 3").0.len(), 1);
    }
}
