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

/// Brazil: a company.
pub(super) fn br_cnpj(digits: &[u8]) -> bool {
    let check = |weights: &[i64]| {
        let rest = weighted(digits, weights) % 11;
        if rest < 2 { 0 } else { 11 - rest }
    };
    check(&[5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]) == i64::from(part(digits, 12, 1))
        && check(&[6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]) == i64::from(part(digits, 13, 1))
        && digits.iter().any(|digit| *digit > 0)
}

/// Austria: a serial number, its check digit, a date of birth.
pub(super) fn at_svnr(digits: &[u8]) -> bool {
    let check = weighted(digits, &[3, 7, 9, 0, 5, 8, 4, 2, 1, 6]) % 11;
    check == i64::from(part(digits, 3, 1))
        && digits.first() > Some(&0)
        && date::is_day(part(digits, 6, 2), part(digits, 4, 2))
}

/// Czechia and Slovakia: a date of birth, women with 50 added to the month; divisible by 11.
pub(super) fn cz_rodne_cislo(digits: &[u8]) -> bool {
    let number = digits.iter().fold(0_u64, |value, digit| value * 10 + u64::from(*digit));
    let month = part(digits, 2, 2) % 50 % 20;
    number % 11 == 0 && date::is_day(month, part(digits, 4, 2))
}

/// Romania: sex and century, a date of birth, a check digit.
pub(super) fn ro_cnp(digits: &[u8]) -> bool {
    let rest = weighted(digits, &[2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11;
    let check = if rest == 10 { 1 } else { rest };
    check == i64::from(part(digits, 12, 1))
        && digits.first() > Some(&0)
        && date::is_day(part(digits, 3, 2), part(digits, 5, 2))
}

/// Bulgaria: a date of birth, those before 1900 and from 2000 on with 20 and 40 added to the month.
pub(super) fn bg_egn(digits: &[u8]) -> bool {
    let check = weighted(digits, &[2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11 % 10;
    check == i64::from(part(digits, 9, 1)) && date::is_day(part(digits, 2, 2) % 20, part(digits, 4, 2))
}

/// Croatia: ISO 7064, MOD 11,10.
pub(super) fn hr_oib(digits: &[u8]) -> bool {
    let mut product = 10;
    for digit in digits.iter().take(10) {
        let sum = (u32::from(*digit) + product) % 10;
        product = if sum == 0 { 10 } else { sum } * 2 % 11;
    }
    (11 - product) % 10 == part(digits, 10, 1) && digits.iter().any(|digit| *digit > 0)
}

/// Estonia and Lithuania: sex and century, a date of birth, a check digit of two stages.
pub(super) fn ee_isikukood(digits: &[u8]) -> bool {
    let first = weighted(digits, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11;
    let second = weighted(digits, &[3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11;
    let check = if first < 10 { first } else { second % 10 };
    check == i64::from(part(digits, 10, 1))
        && matches!(digits.first(), Some(1..=8))
        && date::is_day(part(digits, 3, 2), part(digits, 5, 2))
}

/// Thailand.
pub(super) fn th_id(digits: &[u8]) -> bool {
    let rest = weighted(digits, &[13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    (11 - rest) % 10 == i64::from(part(digits, 12, 1)) && matches!(digits.first(), Some(1..=8))
}

/// Chile; a K stands for ten, and is judged with the letters.
pub(super) fn cl_rut(digits: &[u8]) -> bool {
    let Some((check, number)) = digits.split_last() else { return false };
    let sum: i64 = number
        .iter()
        .rev()
        .zip([2, 3, 4, 5, 6, 7].iter().cycle())
        .map(|(digit, weight)| i64::from(*digit) * weight)
        .sum();
    (11 - sum % 11) % 11 == i64::from(*check) && number.first() > Some(&0)
}

/// Argentina: people and companies.
pub(super) fn ar_cuit(digits: &[u8]) -> bool {
    let rest = weighted(digits, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
    (11 - rest) % 11 == i64::from(part(digits, 10, 1)) && matches!(part(digits, 0, 2), 20 | 23..=27 | 30 | 33 | 34)
}

/// Russia: insurance.
pub(super) fn ru_snils(digits: &[u8]) -> bool {
    let sum = weighted(digits, &[9, 8, 7, 6, 5, 4, 3, 2, 1]);
    sum % 101 % 100 == i64::from(part(digits, 9, 2)) && sum > 0
}

/// Russia: tax, of people.
pub(super) fn ru_inn(digits: &[u8]) -> bool {
    let first = weighted(digits, &[7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11 % 10;
    let second = weighted(digits, &[3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11 % 10;
    first == i64::from(part(digits, 10, 1))
        && second == i64::from(part(digits, 11, 1))
        && digits.iter().any(|digit| *digit > 0)
}

/// Finland, where the check is a digit.
pub(super) fn fi_hetu(digits: &[u8]) -> bool {
    let number = part(digits, 0, 6) * 1000 + part(digits, 6, 3);
    date::is_day(part(digits, 2, 2), part(digits, 0, 2)) && number % 31 == part(digits, 9, 1)
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
            ("CNPJ 11.222.333/0001-81", "CNPJ 11.222.333/0001-82", "br-cnpj"),
            ("11.222.333/0001-81", "11.222.333/0001-82", "br-cnpj"),
            ("SVNR 1237 010180", "SVNR 1238 010180", "at-svnr"),
            ("rodné číslo 736028/5163", "rodné číslo 736028/5164", "cz-rodne-cislo"),
            ("CNP 1800101221144", "CNP 1800101221145", "ro-cnp"),
            ("ЕГН 7523169263", "ЕГН 7523169264", "bg-egn"),
            ("OIB 94577403194", "OIB 94577403195", "hr-oib"),
            ("isikukood 37605030299", "isikukood 37605030298", "ee-isikukood"),
            ("RUT 12.345.678-5", "RUT 12.345.678-6", "cl-rut"),
            ("CUIT 20-12345678-6", "CUIT 20-12345678-7", "ar-cuit"),
            ("СНИЛС 112-233-445 95", "СНИЛС 112-233-445 96", "ru-snils"),
            ("ИНН 500100732259", "ИНН 500100732258", "ru-inn"),
            ("NIF 123456789", "NIF 123456788", "pt-nif"),
            ("NPI 1234567893", "NPI 1234567894", "us-npi"),
            ("Medicare card 2123 45670 1", "Medicare card 2123 45671 1", "au-medicare"),
        ] {
            assert_eq!(kinds(good), [kind], "{good}");
            assert!(!kinds(bad).contains(&kind), "{bad}");
        }
    }
}
