//! Identifiers that mix letters and digits: bank accounts, and some national numbers with a check letter.

use std::ops::Range;

use palisade_base::Confidence;

use super::{
    context::{Context, Contexts},
    schemes,
};
use crate::Hit;

/// What a word of letters and digits is, if it belongs to a person. An IBAN may go on after the word, in groups.
pub(super) fn of_mixed(text: &str, range: Range<usize>, contexts: &Contexts) -> Option<Hit> {
    let bytes = text.as_bytes();
    let word = bytes.get(range.clone())?;
    let joint = |byte: Option<&u8>| byte.is_some_and(|byte| matches!(byte, b'-' | b'_' | b'/' | b'.' | b'+' | b'='));
    let before = range.start.checked_sub(1).and_then(|at| bytes.get(at));
    if word.len() > 34 || joint(before) && before != Some(&b'=') {
        return None;
    }
    if let Some(range) = iban(bytes, range.clone()) {
        return Some(Hit { range, kind: "iban", confidence: Confidence::High });
    }
    if joint(bytes.get(range.end)) && bytes.get(range.end + 1).is_some_and(u8::is_ascii_alphanumeric) {
        return None;
    }
    let (kind, alone) = national(word)?;
    let announced = contexts.before(range.start, &[Context::Identity(kind)]);
    // One word in 23 has the right check letter.
    let alone_says_little = matches!(kind, "ie-pps");
    if announced || !(alone_says_little || contexts.thing_before(range.start)) {
        let confidence = if announced { Confidence::High } else { alone };
        return Some(Hit { range, kind, confidence });
    }
    None
}

/// The bytes of the IBAN that starts with this word: two letters, two check digits, the length of its country, and a
/// remainder of 1 (ISO 13616, ISO 7064 MOD 97-10). Written in one, or in groups of four.
fn iban(bytes: &[u8], word: Range<usize>) -> Option<Range<usize>> {
    let head = bytes.get(word.start..word.start + 4)?;
    let [a, b, c, d] = head else { return None };
    if !(a.is_ascii_uppercase() && b.is_ascii_uppercase() && c.is_ascii_digit() && d.is_ascii_digit()) {
        return None;
    }
    let (_, len) = IBAN_LENGTHS.iter().find(|(country, _)| country.as_bytes() == [*a, *b])?;
    let mut account = Vec::with_capacity(*len);
    let mut end = word.start;
    let mut group = 0;
    while account.len() < *len {
        match bytes.get(end) {
            Some(byte) if byte.is_ascii_alphanumeric() => {
                account.push(byte.to_ascii_uppercase());
                group += 1;
            }
            Some(b' ') if group == 4 => group = 0,
            _ => return None,
        }
        end += 1;
    }
    let ends = !bytes.get(end).is_some_and(u8::is_ascii_alphanumeric);
    (ends && remainder(&account) == Some(1)).then_some(word.start..end)
}

fn remainder(account: &[u8]) -> Option<u32> {
    let (head, tail) = account.split_at_checked(4)?;
    tail.iter().chain(head).try_fold(0_u32, |rest, byte| {
        let value = char::from(*byte).to_digit(36)?;
        Some((rest * if value > 9 { 100 } else { 10 } + value) % 97)
    })
}

/// A national number with a check letter, and how sure it is without a word beside it.
pub(super) fn national(word: &[u8]) -> Option<(&'static str, Confidence)> {
    let digits = |from: usize, to: usize| {
        let part = word.get(from..to)?;
        part.iter()
            .all(u8::is_ascii_digit)
            .then(|| part.iter().fold(0_u64, |value, byte| value * 10 + u64::from(byte - b'0')))
    };
    let letter = |at: usize| word.get(at).copied().filter(u8::is_ascii_uppercase);
    if let Some(kind) = more_national(word) {
        return Some((kind, Confidence::Medium));
    }
    match word.len() {
        // Spain: 8 digits and the letter of their remainder; foreigners start with X, Y or Z.
        9 if letter(8).is_some() && word.get(1..8)?.iter().all(u8::is_ascii_digit) => {
            let value = match word.first()? {
                b'X' => digits(1, 8)?,
                b'Y' => 10_000_000 + digits(1, 8)?,
                b'Z' => 20_000_000 + digits(1, 8)?,
                _ => digits(0, 8)?,
            };
            let wanted = b"TRWAGMYFPDXBNJZSQVHLCKE".get(usize::try_from(value % 23).ok()?);
            (wanted == letter(8).as_ref()).then_some(("es-dni", Confidence::Medium))
        }
        // United Kingdom: two letters, six digits, A to D.
        9 => {
            let (first, second) = (letter(0)?, letter(1)?);
            digits(2, 8)?;
            let allowed = !b"DFIQUV".contains(&first) && !b"DFIOQUV".contains(&second);
            let pair = [first, second];
            let given = ![b"BG", b"GB", b"KN", b"NK", b"NT", b"TN", b"ZZ"].contains(&&pair);
            (allowed && given && matches!(letter(8), Some(b'A'..=b'D'))).then_some(("uk-nino", Confidence::Medium))
        }
        16 => is_codice_fiscale(word).then_some(("it-codice-fiscale", Confidence::High)),
        18 => {
            let number: Option<Vec<u8>> =
                word.get(..17)?.iter().map(|byte| byte.is_ascii_digit().then(|| byte - b'0')).collect();
            let mut number = number?;
            number.push(10);
            (word.get(17) == Some(&b'X') && schemes::is_cn_resident_id(&number))
                .then_some(("cn-resident-id", Confidence::High))
        }
        _ => None,
    }
}

/// Ireland, Singapore, Mexico: a check letter or digit over the rest.
fn more_national(word: &[u8]) -> Option<&'static str> {
    let value = |byte: u8| char::from(byte).to_digit(36).filter(|_| !byte.is_ascii_lowercase());
    let digit = |byte: &u8| byte.is_ascii_digit().then(|| u32::from(byte - b'0'));
    let sum = |part: &[u8], weights: &[u32]| -> Option<u32> {
        part.iter().zip(weights).map(|(byte, weight)| digit(byte).map(|digit| digit * weight)).sum()
    };
    match word {
        // PPS: seven digits, a check letter, for some a second one (9 times its place in the alphabet).
        [digits @ .., check] if digits.len() == 7 && check.is_ascii_uppercase() => {
            (sum(digits, &[8, 7, 6, 5, 4, 3, 2])? % 23 == u32::from(check - b'A' + 1) % 23).then_some("ie-pps")
        }
        [digits @ .., check, second @ b'A'..=b'I'] if digits.len() == 7 && check.is_ascii_uppercase() => {
            let sum = sum(digits, &[8, 7, 6, 5, 4, 3, 2])? + 9 * u32::from(second - b'A' + 1);
            (sum % 23 == u32::from(check - b'A' + 1) % 23).then_some("ie-pps")
        }
        // NRIC and FIN.
        [first @ (b'S' | b'T' | b'F' | b'G'), digits @ .., check] if digits.len() == 7 => {
            let sum = sum(digits, &[2, 7, 6, 5, 4, 3, 2])? + if matches!(first, b'T' | b'G') { 4 } else { 0 };
            let letters = if matches!(first, b'S' | b'T') { b"JZIHGFEDCBA" } else { b"XWUTRQPNMLK" };
            (letters.get(usize::try_from(sum % 11).ok()?) == Some(check)).then_some("sg-nric")
        }
        // CURP: letters of the name, date of birth, sex, state, and a check digit.
        [letters @ .., check] if letters.len() == 17 && check.is_ascii_digit() => {
            let shaped = letters.iter().enumerate().all(|(at, byte)| match at {
                4..=9 => byte.is_ascii_digit(),
                16 => byte.is_ascii_digit() || byte.is_ascii_uppercase(),
                _ => byte.is_ascii_uppercase(),
            });
            let sex = matches!(letters.get(10), Some(b'H' | b'M' | b'X'));
            // The alphabet of Mexico has an Ñ behind the N.
            let value =
                |byte: &u8| value(*byte).map(|value| value + u32::from(*byte > b'N' && byte.is_ascii_uppercase()));
            let sum: Option<u32> =
                letters.iter().zip((2..=18).rev()).map(|(byte, weight)| Some(value(byte)? * weight)).sum();
            (shaped && sex && (10 - sum? % 10) % 10 == digit(check)?).then_some("mx-curp")
        }
        _ => None,
    }
}

/// Italy: letters of the name, date and place of birth, a check letter.
pub(super) fn is_codice_fiscale(word: &[u8]) -> bool {
    let shaped = word.iter().enumerate().all(|(place, byte)| match place {
        0..=5 | 8 | 11 | 15 => byte.is_ascii_uppercase(),
        // Letters stand for digits where two people would share a number.
        _ => byte.is_ascii_digit() || b"LMNPQRSTUV".contains(byte),
    });
    let month = word.get(8).is_some_and(|byte| b"ABCDEHLMPRST".contains(byte));
    let sum: u32 = word
        .iter()
        .take(15)
        .enumerate()
        .map(|(place, byte)| {
            let value = if byte.is_ascii_digit() { byte - b'0' } else { byte.wrapping_sub(b'A') };
            if place % 2 == 1 { u32::from(value) } else { ODD.get(usize::from(value)).copied().unwrap_or(0) }
        })
        .sum();
    shaped && month && word.get(15).is_some_and(|check| u32::from(check.wrapping_sub(b'A')) == sum % 26)
}

/// What a letter at an odd place of a codice fiscale counts.
const ODD: [u32; 26] = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

/// The length of an IBAN in each country that has one (SWIFT IBAN registry).
const IBAN_LENGTHS: &[(&str, usize)] = &[
    ("AD", 24),
    ("AE", 23),
    ("AL", 28),
    ("AT", 20),
    ("AZ", 28),
    ("BA", 20),
    ("BE", 16),
    ("BG", 22),
    ("BH", 22),
    ("BR", 29),
    ("BY", 28),
    ("CH", 21),
    ("CR", 22),
    ("CY", 28),
    ("CZ", 24),
    ("DE", 22),
    ("DK", 18),
    ("DO", 28),
    ("EE", 20),
    ("EG", 29),
    ("ES", 24),
    ("FI", 18),
    ("FO", 18),
    ("FR", 27),
    ("GB", 22),
    ("GE", 22),
    ("GI", 23),
    ("GL", 18),
    ("GR", 27),
    ("GT", 28),
    ("HR", 21),
    ("HU", 28),
    ("IE", 22),
    ("IL", 23),
    ("IQ", 23),
    ("IS", 26),
    ("IT", 27),
    ("JO", 30),
    ("KW", 30),
    ("KZ", 20),
    ("LB", 28),
    ("LC", 32),
    ("LI", 21),
    ("LT", 20),
    ("LU", 20),
    ("LV", 21),
    ("LY", 25),
    ("MC", 27),
    ("MD", 24),
    ("ME", 22),
    ("MK", 19),
    ("MR", 27),
    ("MT", 31),
    ("MU", 30),
    ("NL", 18),
    ("NO", 15),
    ("PK", 24),
    ("PL", 28),
    ("PS", 29),
    ("PT", 25),
    ("QA", 29),
    ("RO", 24),
    ("RS", 22),
    ("SA", 24),
    ("SC", 31),
    ("SE", 24),
    ("SI", 19),
    ("SK", 24),
    ("SM", 27),
    ("ST", 25),
    ("SV", 28),
    ("TL", 23),
    ("TN", 24),
    ("TR", 26),
    ("UA", 29),
    ("VA", 22),
    ("VG", 24),
    ("XK", 20),
];

#[cfg(test)]
mod tests {
    use super::super::tests::found;

    #[test]
    fn specimens() {
        for (text, kind, value) in [
            ("to GB82WEST12345698765432.", "iban", "GB82WEST12345698765432"),
            ("DE89 3704 0044 0532 0130 00 please", "iban", "DE89 3704 0044 0532 0130 00"),
            ("dni 12345678Z", "es-dni", "12345678Z"),
            ("X1234567L", "es-dni", "X1234567L"),
            ("NINO AB123456C", "uk-nino", "AB123456C"),
            ("RSSMRA85T10A562S", "it-codice-fiscale", "RSSMRA85T10A562S"),
            ("PPS 1234567T", "ie-pps", "1234567T"),
            ("PPS 1234567FA", "ie-pps", "1234567FA"),
            ("NRIC S1234567D", "sg-nric", "S1234567D"),
            ("CURP HEGG560427MVZRRL04", "mx-curp", "HEGG560427MVZRRL04"),
        ] {
            assert_eq!(found(text), [(kind, value.to_owned())], "{text}");
        }
    }

    #[test]
    fn near_misses() {
        for text in [
            "GB82WEST12345698765433",
            "DE89 3704 0044 0532 0130 0",
            "12345678A",
            "QQ123456C",
            "order AB123456C",
            "RSSMRA85T10A562T",
            "x-AB123456C",
            "XX12345678901234567890",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }
}
