//! Identifiers that states give to people, written in digits alone: shapes, check digits, and which of them say enough
//! without a word beside them.

use std::sync::LazyLock;

use palisade_base::Confidence;

use super::{
    context::{Context, Contexts},
    date,
    digits::Number,
    scheme_table,
};

/// One kind of identifier.
pub(super) struct Scheme {
    /// Its kind, and the name under which words announce it.
    pub(super) kind: &'static str,
    /// Lengths of its groups as people write them, and the separators between.
    pub(super) shapes: &'static [&'static [usize]],
    pub(super) separators: &'static [u8],
    /// Its length in digits, for the form without separators.
    pub(super) len: usize,
    pub(super) valid: fn(&[u8]) -> bool,
    /// How sure the written form is without a word beside it; `None` means that a word is needed.
    pub(super) alone: Option<Confidence>,
    /// The same for the form without separators.
    pub(super) naked: Option<Confidence>,
}

/// What an identifier in groups of digits is.
pub(super) fn of_digits(
    text: &str,
    number: &Number,
    digits: &[u8],
    contexts: &Contexts,
) -> Option<(&'static str, Confidence)> {
    if number.plus || number.bracket || digits.len() < *SHORTEST {
        return None;
    }
    let shape = number.shape();
    let (at, separator) = (number.range.start, number.separator());
    let naked = shape.len() == 1;
    scheme_table::SCHEMES
        .iter()
        .find_map(|scheme| {
            let grouped = scheme.shapes.contains(&shape.as_slice())
                && number.separators.iter().all(|mark| mark.is_some_and(|mark| scheme.separators.contains(&mark)))
                && (separator.is_some() || scheme.separators.len() > 1);
            if !(grouped || (naked && digits.len() == scheme.len)) || !(scheme.valid)(digits) {
                return None;
            }
            let context = if scheme.kind == HEALTH { Context::Health } else { Context::Identity(scheme.kind) };
            let announced = contexts.before(at, &[context]) || also(scheme.kind, contexts, at);
            let alone = if naked { scheme.naked } else { scheme.alone };
            let confidence =
                if announced { Some(Confidence::High) } else { alone.filter(|_| !contexts.thing_before(at)) };
            // A word that says so much as that it is some number of a person.
            let called = || contexts.before(at, &[Context::AnyIdentity]).then_some(Confidence::Medium);
            confidence.or_else(called).map(|confidence| (scheme.kind, confidence))
        })
        .filter(|_| !text.is_empty())
}

/// The length of the shortest identifier, in digits. Most numbers are shorter.
static SHORTEST: LazyLock<usize> = LazyLock::new(|| {
    let lengths = |scheme: &Scheme| scheme.shapes.iter().map(|shape| shape.iter().sum()).chain([scheme.len]).min();
    scheme_table::SCHEMES.iter().filter_map(lengths).min().unwrap_or_default()
});

/// Whether a word announces a scheme that is named first of another country.
fn also(kind: &str, contexts: &Contexts, at: usize) -> bool {
    let others: &[&'static str] = match kind {
        "pt-nif" => &["es-dni"],
        "no-fodselsnummer" | "dk-cpr" | "fi-hetu" => &["se-personnummer"],
        "se-personnummer" => &["no-fodselsnummer"],
        _ => &[],
    };
    others.iter().any(|other| contexts.before(at, &[Context::Identity(other)]))
}

/// The check digit of ISO/IEC 7812 (Luhn).
pub(crate) fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let value = u32::from(*digit) << (place % 2);
            if value > 9 { value - 9 } else { value }
        })
        .sum();
    sum.is_multiple_of(10) && digits.iter().any(|digit| *digit > 0)
}

pub(super) fn weighted(digits: &[u8], weights: &[i64]) -> i64 {
    digits.iter().zip(weights).map(|(digit, weight)| i64::from(*digit) * weight).sum()
}

fn digit(digits: &[u8], at: usize) -> i64 {
    digits.get(at).map_or(-1, |digit| i64::from(*digit))
}

fn value(digits: &[u8]) -> u64 {
    digits.iter().fold(0, |value, digit| value * 10 + u64::from(*digit))
}

pub(super) fn part(digits: &[u8], from: usize, len: usize) -> u32 {
    u32::try_from(value(digits.get(from..from + len).unwrap_or_default())).unwrap_or(0)
}

pub(super) fn us_ssn(digits: &[u8]) -> bool {
    let (area, group, serial) = (part(digits, 0, 3), part(digits, 3, 2), part(digits, 5, 4));
    area != 0 && area != 666 && area < 900 && group != 0 && serial != 0 && value(digits) != 123_456_789
}

pub(super) fn fr_nir(digits: &[u8]) -> bool {
    let month = part(digits, 3, 2);
    let number = value(digits.get(..13).unwrap_or_default());
    matches!(digits.first(), Some(1 | 2))
        && (matches!(month, 1..=12 | 20..=42))
        && 97 - number % 97 == u64::from(part(digits, 13, 2))
}

pub(super) fn nl_bsn(digits: &[u8]) -> bool {
    weighted(digits, &[9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 == 0 && value(digits) > 9_999_999
}

pub(super) fn br_cpf(digits: &[u8]) -> bool {
    let check = |len: i64, weights: &[i64]| {
        let rest = weighted(digits, weights) * 10 % 11 % 10;
        usize::try_from(len).is_ok_and(|at| digit(digits, at) == rest)
    };
    check(9, &[10, 9, 8, 7, 6, 5, 4, 3, 2])
        && check(10, &[11, 10, 9, 8, 7, 6, 5, 4, 3, 2])
        && digits.iter().any(|d| Some(d) != digits.first())
}

pub(super) fn pl_pesel(digits: &[u8]) -> bool {
    let sum = weighted(digits, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]);
    sum % 10 == 0 && date::is_day(part(digits, 2, 2) % 20, part(digits, 4, 2))
}

pub(super) fn de_tax_id(digits: &[u8]) -> bool {
    // ISO 7064, MOD 11,10.
    let mut product = 10;
    for digit in digits.iter().take(10) {
        let sum = (u32::from(*digit) + product) % 10;
        product = if sum == 0 { 10 } else { sum } * 2 % 11;
    }
    let check = (11 - product) % 10;
    digits.first() != Some(&0) && digit(digits, 10) == i64::from(check)
}

pub(super) fn se_personnummer(digits: &[u8]) -> bool {
    let digits = if digits.len() == 12 { digits.get(2..).unwrap_or_default() } else { digits };
    date::is_day(part(digits, 2, 2), part(digits, 4, 2)) && luhn(digits)
}

pub(super) fn ch_ahv(digits: &[u8]) -> bool {
    let sum = weighted(digits, &[1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]);
    part(digits, 0, 3) == 756 && sum % 10 == 0
}

pub(super) fn ca_sin(digits: &[u8]) -> bool {
    luhn(digits) && !matches!(digits.first(), Some(0 | 8))
}

pub(super) fn uk_nhs(digits: &[u8]) -> bool {
    let rest = 11 - weighted(digits, &[10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    rest % 11 == digit(digits, 9)
}

pub(super) fn is_cn_resident_id(digits: &[u8]) -> bool {
    let sum = weighted(digits, &[7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2, 1]);
    sum % 11 == 1 && matches!(part(digits, 6, 4), 1900..=2100) && date::is_day(part(digits, 10, 2), part(digits, 12, 2))
}

pub(super) fn in_aadhaar(digits: &[u8]) -> bool {
    let check = digits.iter().rev().enumerate().fold(0_usize, |check, (place, digit)| {
        let permuted =
            VERHOEFF_PERMUTE.get(place % 8).and_then(|row| row.get(usize::from(*digit))).copied().unwrap_or(0);
        VERHOEFF_MULTIPLY.get(check).and_then(|row| row.get(permuted)).copied().unwrap_or(1)
    });
    check == 0 && digits.first() > Some(&1)
}

pub(super) const HEALTH: &str = "health-record";

/// The multiplication and permutation tables of Verhoeff's check digit.
const VERHOEFF_MULTIPLY: [[usize; 10]; 10] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    [1, 2, 3, 4, 0, 6, 7, 8, 9, 5],
    [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
    [3, 4, 0, 1, 2, 8, 9, 5, 6, 7],
    [4, 0, 1, 2, 3, 9, 5, 6, 7, 8],
    [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
    [6, 5, 9, 8, 7, 1, 0, 4, 3, 2],
    [7, 6, 5, 9, 8, 2, 1, 0, 4, 3],
    [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
    [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
];
const VERHOEFF_PERMUTE: [[usize; 10]; 8] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    [1, 5, 7, 6, 2, 8, 3, 0, 9, 4],
    [5, 8, 0, 3, 7, 9, 6, 1, 4, 2],
    [8, 9, 1, 6, 0, 4, 3, 5, 2, 7],
    [9, 4, 5, 3, 1, 2, 6, 8, 7, 0],
    [4, 2, 8, 6, 5, 7, 3, 9, 0, 1],
    [2, 7, 9, 3, 8, 0, 6, 4, 1, 5],
    [7, 0, 4, 6, 9, 1, 3, 2, 5, 8],
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Detector, PersonalData};

    fn kinds(text: &str) -> Vec<&'static str> {
        PersonalData.find(text).into_iter().map(|hit| hit.kind).collect()
    }

    /// Published specimens of each scheme.
    #[test]
    fn specimens() {
        for (text, kind) in [
            ("170-05-7430", "us-ssn"),
            ("SSN: 170057430", "us-ssn"),
            ("1 85 05 78 006 084 91", "fr-nir"),
            ("BSN 111222333", "nl-bsn"),
            ("111.444.777-35", "br-cpf"),
            ("PESEL 44051401458", "pl-pesel"),
            ("Steuer-ID 86 095 742 719", "de-tax-id"),
            ("811228-9874", "se-personnummer"),
            ("756.9217.0769.85", "ch-ahv"),
            ("SIN number 046 454 286", ""),
            ("social insurance 130 692 544", "ca-sin"),
            ("SIN: 130-692-544", "ca-sin"),
            ("personal id 44051401458", "pl-pesel"),
            ("NHS 943 476 5919", "health-record"),
            ("11010519491231002X", "cn-resident-id"),
            ("440308199901101512", "cn-resident-id"),
            ("Aadhaar 2341 2341 2346", "in-aadhaar"),
        ] {
            let wanted: &[&str] = if kind.is_empty() { &[] } else { &[kind] };
            assert_eq!(kinds(text), wanted, "{text}");
        }
    }

    #[test]
    fn wrong_check_digits_and_missing_words() {
        for text in [
            "000-12-3456",
            "666-12-3456",
            "111.444.777-36",
            "111222333",
            "44051401458",
            "811232-9874",
            "440308199901101513",
            "046 454 286",
        ] {
            assert_eq!(kinds(text), Vec::<&str>::new(), "{text}");
        }
    }

    #[test]
    fn luhn_known_answers() {
        let digits = |text: &str| text.bytes().map(|byte| byte - b'0').collect::<Vec<u8>>();
        assert!(luhn(&digits("79927398713")) && !luhn(&digits("79927398710")) && !luhn(&[0; 16]));
    }
}
