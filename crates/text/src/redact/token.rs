//! Tokens: what stands in the place of a value and leads back to it with a vault. A token depends on the key, the kind and
//! the value alone. Two values never share one that keeps its form: those are made by a permutation.

use super::Key;

/// The token of a value.
pub(super) fn token(key: &Key, kind: &str, value: &str, last_four: bool) -> String {
    let formed = match kind {
        "payment-card" => card(key, value, last_four),
        "iban" => iban(key, value),
        "phone" => phone(key, value),
        "email" | "role-email" => Some(format!("{}@token.invalid", wide(key, kind, value))),
        "url" => Some(format!("https://{}.invalid/", wide(key, kind, value))),
        "ip-address" => Some(address(key, value)),
        _ => None,
    };
    formed.unwrap_or_else(|| format!("[{kind}:{}]", wide(key, kind, value)))
}

/// The digest of a value, in brackets with its kind.
pub(super) fn digest(key: &Key, kind: &str, value: &str) -> String {
    let digest = key.digest(&[b"hash", kind.as_bytes(), value.as_bytes()]);
    let hex: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("[{kind}#{hex}]")
}

/// Sixteen letters of base 32, 80 bits: no two of a million million values are likely to share them.
fn wide(key: &Key, kind: &str, value: &str) -> String {
    let digest = key.digest(&[b"token", kind.as_bytes(), value.as_bytes()]);
    let letter = |byte: &u8| LETTERS.get(usize::from(byte % 32)).map_or('a', |letter| char::from(*letter));
    digest.iter().take(16).map(letter).collect()
}

/// Digits for digits, with a last one that is not the check digit (ISO/IEC 7812). Keeps the last four if asked: then
/// the digit before them makes it fail.
fn card(key: &Key, value: &str, last_four: bool) -> Option<String> {
    let mut digits: Vec<u8> = value.bytes().filter(u8::is_ascii_digit).map(|byte| byte - b'0').collect();
    let spoilt = digits.len().checked_sub(if last_four { 5 } else { 1 })?;
    permute(key, b"card", digits.get_mut(..spoilt)?, &|_| 10);
    // The only digit that would be right, and then the fifth behind it.
    let right = (0..10_u8).find(|digit| {
        let mut tried = digits.clone();
        if let Some(place) = tried.get_mut(spoilt) {
            *place = *digit;
        }
        crate::detect::luhn(&tried)
    });
    *digits.get_mut(spoilt)? = (right? + 5) % 10;
    Some(filled(value, &digits))
}

/// The country stays; check digits are 00, which none has (ISO 13616: 02 to 98).
fn iban(key: &Key, value: &str) -> Option<String> {
    let bare: String = value.chars().filter(|c| !c.is_whitespace()).collect();
    let (country, rest) = bare.split_at_checked(2)?;
    let account = rest.get(2..)?;
    let mixed = permuted(key, b"iban", account);
    let mut whole = country.chars().chain("00".chars()).chain(mixed.chars());
    let spaced = value.chars().map(|c| if c.is_whitespace() { Some(c) } else { whole.next() });
    spaced.collect()
}

/// Digits for digits, with three zeros before them: no plan of numbers begins so (ITU-T E.164).
fn phone(key: &Key, value: &str) -> Option<String> {
    let mut digits: Vec<u8> = value.bytes().filter(u8::is_ascii_digit).map(|byte| byte - b'0').collect();
    permute(key, b"phone", &mut digits, &|_| 10);
    let first = value.find(|c: char| c.is_ascii_digit())?;
    let (head, _) = value.split_at_checked(first)?;
    let mut filled = filled(value, &digits);
    filled.insert_str(head.len(), "000");
    Some(filled)
}

/// An address of the block for documentation (RFC 3849).
fn address(key: &Key, value: &str) -> String {
    let digest = key.digest(&[b"token", b"ip-address", value.as_bytes()]);
    let groups = digest.chunks_exact(2).take(6).map(|pair| {
        let [high, low] = pair else { return "0".to_owned() };
        format!("{:x}", u16::from(*high) << 8 | u16::from(*low))
    });
    format!("2001:db8:{}", groups.collect::<Vec<_>>().join(":"))
}

/// `value` with these digits in the places of its own.
fn filled(value: &str, digits: &[u8]) -> String {
    let mut digits = digits.iter();
    let put = |c: char| if c.is_ascii_digit() { digits.next().map_or(c, |digit| char::from(b'0' + digit)) } else { c };
    value.chars().map(put).collect()
}

/// Digits for digits, small letters for small ones, capitals for capitals; everything else stays.
fn permuted(key: &Key, tweak: &[u8], value: &str) -> String {
    let class = |c: char| match c {
        '0'..='9' => Some((b'0', 10)),
        'a'..='z' => Some((b'a', 26)),
        'A'..='Z' => Some((b'A', 26)),
        _ => None,
    };
    let classes: Vec<(u8, u8)> = value.chars().filter_map(class).collect();
    let places = value.bytes().filter(u8::is_ascii_alphanumeric).zip(&classes);
    let mut numbers: Vec<u8> = places.map(|(byte, (base, _))| byte - base).collect();
    let shape: Vec<u8> = classes.iter().flat_map(|(base, _)| [*base]).collect();
    permute(key, &[tweak, shape.as_slice()].concat(), &mut numbers, &|at| {
        classes.get(at).map_or(10, |(_, radix)| *radix)
    });
    let mut numbers = numbers.iter().zip(&classes);
    let put = |c: char| match class(c) {
        Some(_) => numbers.next().map_or(c, |(number, (base, _))| char::from(base + number)),
        None => c,
    };
    value.chars().map(put).collect()
}

/// A permutation of all lists of this length and these radices: a Feistel network whose halves are added up place by place.
fn permute(key: &Key, tweak: &[u8], numbers: &mut [u8], radix: &dyn Fn(usize) -> u8) {
    let middle = numbers.len() / 2;
    let length = u64::try_from(numbers.len()).unwrap_or(u64::MAX).to_be_bytes();
    for round in 0..ROUNDS {
        let (left, right) = numbers.split_at_mut(middle);
        let (changed, other, from) = if round % 2 == 0 { (left, right, 0) } else { (right, left, middle) };
        for (block, places) in changed.chunks_mut(32).enumerate() {
            let number = u64::try_from(block).unwrap_or(u64::MAX).to_be_bytes();
            let stream = key.digest(&[b"permute", tweak, &length, &[round], &number, other]);
            for (at, (place, byte)) in places.iter_mut().zip(stream).enumerate() {
                let radix = u16::from(radix(from + block * 32 + at).max(1));
                *place = u8::try_from((u16::from(*place) + u16::from(byte)) % radix).unwrap_or(0);
            }
        }
    }
}

/// As many as FF1 has (NIST SP 800-38G).
const ROUNDS: u8 = 10;
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;
    use crate::{Detector, PersonalData};

    fn key() -> Key {
        Key::new(b"a key for tests, of no use elsewhere").unwrap()
    }

    #[test]
    fn forms_are_kept_and_nothing_is_real() {
        for (kind, value) in [
            ("payment-card", "4111 1111 1111 1111"),
            ("payment-card", "3782-822463-10005"),
            ("iban", "DE89 3704 0044 0532 0130 00"),
            ("iban", "GB82WEST12345698765432"),
        ] {
            let made = token(&key(), kind, value, false);
            let form = |text: &str| {
                text.chars()
                    .map(|c| {
                        if c.is_ascii_digit() {
                            '9'
                        } else if c.is_ascii_uppercase() {
                            'A'
                        } else {
                            c
                        }
                    })
                    .collect::<String>()
            };
            assert_eq!(form(&made), form(value));
            assert!(PersonalData.find(&made).iter().all(|hit| hit.kind != kind), "{made}");
        }
        assert!(token(&key(), "phone", "+44 20 7946-0018", false).starts_with("+000"));
        assert!(PersonalData.find(&token(&key(), "phone", "+44 20 7946-0018", false)).is_empty());
        let four = token(&key(), "payment-card", "4111 1111 1111 1234", true);
        assert!(
            four.ends_with(" 1234")
                && !crate::detect::luhn(&four.bytes().filter(u8::is_ascii_digit).map(|b| b - b'0').collect::<Vec<_>>())
        );
        assert!(token(&key(), "email", "jane@mail.test", false).ends_with("@token.invalid"));
        assert!(token(&key(), "ip-address", "145.189.147.146", false).parse::<std::net::Ipv6Addr>().is_ok());
        assert!(token(&key(), "person-name", "Jane Roe", false).starts_with("[person-name:"));
    }

    #[test]
    fn a_permutation_has_no_collisions() {
        let seen: HashSet<Vec<u8>> = (0..1000_u32)
            .map(|number| {
                let mut digits: Vec<u8> = format!("{number:03}").bytes().map(|byte| byte - b'0').collect();
                permute(&key(), b"", &mut digits, &|_| 10);
                digits
            })
            .collect();
        assert_eq!(seen.len(), 1000);
    }

    proptest! {
        #[test]
        fn anything_has_a_token(kind in "payment-card|iban|phone|email|url|password", value in "\\PC{0,40}") {
            let made = token(&key(), &kind, &value, value.len() % 2 == 0);
            prop_assert_eq!(&made, &token(&key(), &kind, &value, value.len() % 2 == 0));
        }

        #[test]
        fn cards_never_pass(digits in "[0-9]{12,19}", last_four: bool) {
            let made = token(&key(), "payment-card", &digits, last_four);
            let digits: Vec<u8> = made.bytes().map(|byte| byte - b'0').collect();
            prop_assert!(!crate::detect::luhn(&digits));
        }
    }
}
