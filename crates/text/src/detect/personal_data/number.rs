//! Judges digits in groups: payment cards, phone numbers, identifiers of states, IPv4 addresses.

use palisade_base::Confidence;

use super::{
    context::{Context, Contexts},
    digits::Number,
    network, schemes,
};
use crate::Hit;

/// What a number is, if it belongs to a person.
pub(super) fn judge(text: &str, number: &Number, contexts: &Contexts) -> Option<Hit> {
    if let Some(hit) = network::of_number(text, number) {
        return Some(hit);
    }
    if number.attached {
        return None;
    }
    let digits = number.digits(text);
    let hit = |kind, confidence| Hit { range: number.range.clone(), kind, confidence };
    if let Some(confidence) = card(number, &digits, contexts) {
        return Some(hit("payment-card", confidence));
    }
    if let Some((kind, confidence)) = schemes::of_digits(text, number, &digits, contexts) {
        return Some(hit(kind, confidence));
    }
    phone(number, &digits, contexts).map(|confidence| hit("phone", confidence))
}

/// A payment card: an issuer that exists, the length it uses, the check digit (ISO/IEC 7812).
fn card(number: &Number, digits: &[u8], contexts: &Contexts) -> Option<Confidence> {
    let shape = number.shape();
    let whole = shape.len() == 1;
    let spaced = matches!(number.separator(), Some(b' ' | b'-'))
        && matches!(shape.as_slice(), [4, 4, 4, 4] | [4, 6, 4 | 5] | [4, 4, 4, 4, 3]);
    if number.plus
        || number.bracket
        || !(whole || spaced)
        || !schemes::luhn(digits)
        || digits.iter().all(|d| Some(d) == digits.first())
    {
        return None;
    }
    let announced = contexts.before(number.range.start, &[Context::Card]);
    let head = |len: usize| digits.iter().take(len).fold(0_u32, |value, digit| value * 10 + u32::from(*digit));
    let (two, three, four) = (head(2), head(3), head(4));
    let issued = match digits.len() {
        13 => two / 10 == 4,
        14 => (300..=305).contains(&three) || matches!(two, 36 | 38 | 39),
        15 => matches!(two, 34 | 37) || matches!(four, 1800 | 2131),
        16 => {
            matches!(two, 40..=49 | 51..=55 | 62 | 65)
                || (2221..=2720).contains(&four)
                || (3528..=3589).contains(&four)
                || four == 6011
                || (644..=649).contains(&three)
        }
        19 => two / 10 == 4 || matches!(two, 62 | 65) || (3528..=3589).contains(&four) || four == 6011,
        _ => false,
    };
    // Maestro and private issuers spread over many prefixes and lengths: only when it is called a card.
    let called = announced && (12..=19).contains(&digits.len()) && (30..70).contains(&two);
    if !(issued || called) || (contexts.thing_before(number.range.start) && !announced) {
        return None;
    }
    Some(match (announced || spaced, digits.len()) {
        (true, _) => Confidence::High,
        // One naked number of thirteen digits in a few hundred has a good check digit and starts with a 4.
        (false, 13 | 14) => Confidence::Low,
        (false, _) => Confidence::Medium,
    })
}

/// A phone number: an international one by its plus sign, a national one by its punctuation or by the words before it.
fn phone(number: &Number, digits: &[u8], contexts: &Contexts) -> Option<Confidence> {
    let at = number.range.start;
    let announced = contexts.before(at, &[Context::Phone]);
    let one_after_other = digits.windows(2).all(|pair| matches!(pair, [a, b] if *b == a + 1 || a == b));
    if !(7..=15).contains(&digits.len()) || one_after_other || contexts.thing_before(at) {
        return None;
    }
    let shape = number.shape();
    if number.plus {
        // No country code starts with a zero (ITU-T E.164); amounts such as `+1000000` are not grouped like this.
        let plausible = digits.first() != Some(&0) && digits.len() >= 8 && !digits.ends_with(&[0, 0, 0, 0, 0]);
        return plausible.then_some(if announced || digits.len() >= 10 {
            Confidence::High
        } else {
            Confidence::Medium
        });
    }
    let separator = number.separator();
    let like_date = matches!(shape.as_slice(), [4, 2, 2] | [1 | 2, 2, 4] | [2, 1, 4] | [4, 4]);
    let dotted = matches!(separator, Some(b'.')) && shape != [3, 3, 4];
    if announced && !like_date && !dotted && digits.len() <= 13 {
        return Some(Confidence::High);
    }
    let zero = digits.first() == Some(&0);
    if zero && shape.len() == 1 && (9..=11).contains(&digits.len()) && contexts.before(at, &[Context::Contact]) {
        return Some(Confidence::Medium);
    }
    let national = match (shape.as_slice(), separator) {
        // (370) 475-5238, 370-475-5238: neither area nor exchange starts with 0 or 1.
        ([3, 3, 4], _) => {
            (number.bracket || matches!(separator, Some(b'-'))) && digits.first() > Some(&1) && digits.get(3) > Some(&1)
        }
        // 1-800-555-0199
        ([1, 3, 3, 4], Some(b'-')) => digits.first() == Some(&1) && digits.get(1) > Some(&1),
        // 05 86 08 03 08
        ([2, 2, 2, 2, 2], Some(b' ' | b'.' | b'-')) => zero && digits.get(1) > Some(&0),
        // (0116) 4960719, (0118) 496 0203
        _ => number.bracket && zero && digits.len() >= 9 && shape.first().is_some_and(|len| (3..=5).contains(len)),
    };
    national.then_some(Confidence::Medium)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Detector, PersonalData};

    fn hits(text: &str) -> Vec<(&'static str, Confidence)> {
        PersonalData.find(text).into_iter().map(|hit| (hit.kind, hit.confidence)).collect()
    }

    #[test]
    fn cards() {
        for (text, confidence) in [
            ("4111 1111 1111 1111", Confidence::High),
            ("card 4111111111111111", Confidence::High),
            ("4111111111111111", Confidence::Medium),
            ("3782-822463-10005", Confidence::High),
            ("my card # 6759649826438453", Confidence::High),
        ] {
            assert_eq!(hits(text), [("payment-card", confidence)], "{text}");
        }
        for text in [
            "4111111111111112",
            "invoice 4111111111111111",
            "1234567812345670",
            "0000000000000000",
            "4111 11111111 1111",
        ] {
            assert_eq!(hits(text), [], "{text}");
        }
    }

    #[test]
    fn phones() {
        for (text, confidence) in [
            ("+34 943972902", Confidence::High),
            ("(370)475-5238", Confidence::Medium),
            ("05 86 08 03 08", Confidence::Medium),
            ("call me at 0975579239", Confidence::High),
            ("Phone: 795 495 760", Confidence::High),
            ("(0306)9990645", Confidence::Medium),
        ] {
            assert_eq!(hits(text), [("phone", confidence)], "{text}");
        }
        for text in [
            "0975579239",
            "+12",
            "phone released 2024-05-18",
            "800-555",
            "100-200-3000",
            "+100000000",
            "order 0975579239",
        ] {
            assert_eq!(hits(text), [], "{text}");
        }
    }
}
