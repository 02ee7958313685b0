//! Check digits of more identifiers that states give to people. Each takes the digits alone; where a sum over them says
//! too little, the date of birth in them has to be one.

use super::{
    date,
    schemes::{luhn, part, weighted},
};

/// Denmark: a date of birth; the check digit was given up in 2007.
pub(super) fn dk_cpr(digits: &[u8]) -> bool {
    digits.len() == 10 && date::is_day(part(digits, 2, 2), part(digits, 0, 2))
}

/// Norway: two check digits over the others (fødselsnummer); some days and months have 40 added.
pub(super) fn no_fodselsnummer(digits: &[u8]) -> bool {
    let (day, month) = (part(digits, 0, 2) % 40, part(digits, 2, 2) % 40);
    date::is_day(month, day)
        && weighted(digits, &[3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) % 11 == 0
        && weighted(digits, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 == 0
}

/// Belgium: what is left of 97 after the first nine, with a 2 before them for those born from 2000 on.
pub(super) fn be_national_number(digits: &[u8]) -> bool {
    let (first, check) = (u64::from(part(digits, 0, 9)), u64::from(part(digits, 9, 2)));
    let month = part(digits, 2, 2) % 20;
    (97 - first % 97 == check || 97 - (2_000_000_000 + first) % 97 == check) && month <= 12 && part(digits, 4, 2) <= 31
}

/// Portugal.
pub(super) fn pt_nif(digits: &[u8]) -> bool {
    let rest = weighted(digits, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    let check = if rest < 2 { 0 } else { 11 - rest };
    check == i64::from(part(digits, 8, 1)) && matches!(digits.first(), Some(1..=3))
}

/// Greece: a date of birth, then Luhn.
pub(super) fn gr_amka(digits: &[u8]) -> bool {
    date::is_day(part(digits, 2, 2), part(digits, 0, 2)) && luhn(digits)
}

/// South Africa: a date of birth, citizenship, then Luhn.
pub(super) fn za_id(digits: &[u8]) -> bool {
    date::is_day(part(digits, 2, 2), part(digits, 4, 2)) && part(digits, 10, 1) < 3 && luhn(digits)
}

/// Israel.
pub(super) fn il_identity(digits: &[u8]) -> bool {
    luhn(digits)
}

/// Turkey: two check digits.
pub(super) fn tr_identity(digits: &[u8]) -> bool {
    let odd: u32 = digits.iter().step_by(2).take(5).map(|digit| u32::from(*digit)).sum();
    let even: u32 = digits.iter().skip(1).step_by(2).take(4).map(|digit| u32::from(*digit)).sum();
    let all: u32 = digits.iter().take(10).map(|digit| u32::from(*digit)).sum();
    digits.first() != Some(&0) && (odd * 7 + 90 - even) % 10 == part(digits, 9, 1) && all % 10 == part(digits, 10, 1)
}

/// South Korea: a date of birth and the century, then a check digit.
pub(super) fn kr_rrn(digits: &[u8]) -> bool {
    let rest = weighted(digits, &[2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11;
    date::is_day(part(digits, 2, 2), part(digits, 4, 2)) && (11 - rest) % 10 == i64::from(part(digits, 12, 1))
}

/// Japan: My Number.
pub(super) fn jp_my_number(digits: &[u8]) -> bool {
    let rest = weighted(digits, &[6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
    let check = if rest <= 1 { 0 } else { 11 - rest };
    check == i64::from(part(digits, 11, 1))
}

/// Australia: tax file number.
pub(super) fn au_tfn(digits: &[u8]) -> bool {
    weighted(digits, &[1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 == 0 && digits.iter().any(|digit| *digit > 0)
}

/// Australia: Medicare, with the number of the card behind the check digit.
pub(super) fn au_medicare(digits: &[u8]) -> bool {
    matches!(digits.first(), Some(2..=6))
        && weighted(digits, &[1, 3, 7, 9, 1, 3, 7, 9]) % 10 == i64::from(part(digits, 8, 1))
}

/// United States: a provider of health care, Luhn with 80840 before it.
pub(super) fn us_npi(digits: &[u8]) -> bool {
    matches!(digits.first(), Some(1 | 2)) && luhn(&[&[8, 0, 8, 4, 0], digits].concat())
}

#[cfg(test)]
mod tests {
    use crate::{Detector, PersonalData};

    fn kinds(text: &str) -> Vec<&'static str> {
        PersonalData.find(text).into_iter().map(|hit| hit.kind).collect()
    }

    /// Specimens that authorities or manuals publish.
    #[test]
    fn specimens_and_wrong_check_digits() {
        for (good, bad, kind) in [
            ("CPR 070761-4285", "CPR 073261-4285", "dk-cpr"),
            ("Rijksregisternummer 85.07.30-033.28", "Rijksregisternummer 85.07.30-033.29", "be-national-number"),
            ("contribuinte 123456789", "contribuinte 123456788", "pt-nif"),
            ("South African ID 8001015009087", "South African ID 8001015009088", "za-id"),
            ("T.C. Kimlik No 10000000146", "T.C. Kimlik No 10000000147", "tr-identity"),
            ("tax file number 123 456 782", "tax file number 123 456 783", "au-tfn"),
            ("NPI 1234567893", "NPI 1234567894", "us-npi"),
            ("Medicare card 2123 45670 1", "Medicare card 2123 45671 1", "au-medicare"),
        ] {
            assert_eq!(kinds(good), [kind], "{good}");
            assert!(!kinds(bad).contains(&kind), "{bad}");
        }
    }
}
