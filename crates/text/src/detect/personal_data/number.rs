//! Judges digits in groups: payment cards, phone numbers, identifiers of states, IPv4 addresses.

use std::ops::RangeInclusive;

use palisade_base::Confidence;

use super::{
    card,
    context::{Context, Contexts},
    digits::Number,
    network, schemes,
};
use crate::Hit;

/// What a number is, if it belongs to a person.
///
/// `emails` are the addresses of the text: the number beside one reaches the same person.
pub(super) fn judge(text: &str, number: &Number, contexts: &Contexts, emails: &[Hit]) -> Option<Hit> {
    if let Some(hit) = network::of_number(text, number, contexts) {
        return Some(hit);
    }
    if number.attached {
        return None;
    }
    let digits = number.digits(text);
    let hit = |kind, confidence| Hit { range: number.range.clone(), kind, confidence };
    if let Some(card) = card::of_number(text, number, &digits, contexts) {
        return Some(card);
    }
    if let Some((kind, confidence)) = schemes::of_digits(text, number, &digits, contexts) {
        return Some(hit(kind, confidence));
    }
    // A phone number is neither shorter nor longer, wherever it stands.
    if !LENGTHS.contains(&digits.len()) {
        return None;
    }
    let place = Place {
        beside: is_beside(text, number, emails),
        led: is_led(text, number.range.start),
        extension: extension(text, number.range.end),
    };
    let confidence = phone(number, &digits, contexts, &place)?;
    Some(Hit { range: number.range.start..number.range.end + place.extension, kind: "phone", confidence })
}

/// A phone number: an international one by its plus sign, a national one by its punctuation or by the words before it.
fn phone(number: &Number, digits: &[u8], contexts: &Contexts, place: &Place) -> Option<Confidence> {
    let at = number.range.start;
    let announced = contexts.before(at, &[Context::Phone]);
    let one_after_other = digits.windows(2).all(|pair| matches!(pair, [a, b] if *b == (a + 1) % 10 || a == b));
    let round = digits.ends_with(&[0, 0, 0, 0, 0]);
    if round || one_after_other || contexts.thing_before(at) {
        return None;
    }
    let shape = number.shape();
    if number.plus {
        // No country code starts with a zero (ITU-T E.164); amounts such as `+1000000` are not grouped like this.
        let plausible = digits.first() != Some(&0) && digits.len() >= 8;
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
    let long_enough = (8..=13).contains(&digits.len());
    if long_enough && !like_date && !dotted && place.beside {
        return Some(Confidence::Medium);
    }
    if digits.len() >= 10 && shape.len() >= 3 && !like_date && place.extension > 0 {
        return Some(Confidence::Medium);
    }
    let zero = digits.first() == Some(&0);
    let hinted = || contexts.before(at, &[Context::Contact, Context::Reach]);
    let subscriber = match shape.as_slice() {
        [9] => zero || (place.led && hinted()),
        // Ten digits with a one in front count the seconds since 1970.
        [10] => digits.first() != Some(&1),
        [len] => *len == 11,
        [3 | 4, 3, 3] | [3, 2, 2, 2] | [2, 3, 2, 2] | [3, 4, 3] => !dotted,
        _ => zero && !like_date && !dotted && (9..=12).contains(&digits.len()),
    };
    if subscriber && (hinted() || (zero && place.led)) {
        return Some(Confidence::Medium);
    }
    let national = match (shape.as_slice(), separator) {
        // (370) 475-5238, 370-475-5238: neither area nor exchange starts with 0 or 1.
        ([3, 3, 4], _) => {
            (number.bracket || matches!(separator, Some(b'-' | b'.')))
                && digits.first() > Some(&1)
                && digits.get(3) > Some(&1)
        }
        // 1-800-555-0199
        ([1, 3, 3, 4], Some(b'-')) => digits.first() == Some(&1) && digits.get(1) > Some(&1),
        // 05 86 08 03 08
        ([2, 2, 2, 2, 2], Some(b' ' | b'.' | b'-')) => zero && digits.get(1) > Some(&0),
        // 001-934-226-3342
        ([3, 3, 3, 4], Some(b'-' | b'.')) => digits.starts_with(&[0, 0, 1]) && digits.get(3) > Some(&1),
        // 051 6394672, 08067 546577, 0118 496 0680, 030/3906771
        ([2..=5, 5..=8] | [4 | 5, 3, 3 | 4] | [3, 4, 4], Some(b' ' | b'-' | b'/')) => {
            zero && digits.get(1) > Some(&0) && (9..=11).contains(&digits.len())
        }
        // (0116) 4960719, (0118) 496 0203
        _ => number.bracket && zero && digits.len() >= 9 && shape.first().is_some_and(|len| (3..=5).contains(len)),
    };
    national.then_some(Confidence::Medium)
}

/// How many digits a phone number has (ITU-T E.164).
const LENGTHS: RangeInclusive<usize> = 7..=15;

/// Where a number stands.
struct Place {
    /// Beside an e-mail address.
    beside: bool,
    /// Behind a word that leads to it: `at`.
    led: bool,
    /// The length of the extension behind it: `x2167`.
    extension: usize,
}

/// Whether the word before `at` is one by which people lead to a number at which someone is.
fn is_led(text: &str, at: usize) -> bool {
    let Some(head) = text.get(..at).and_then(|head| head.strip_suffix(' ')) else { return false };
    let start = head.len().saturating_sub(16);
    let word = head.as_bytes().get(start..).unwrap_or_default().rsplit(|byte| *byte == b' ').next().unwrap_or_default();
    LEADS.iter().any(|lead| word.eq_ignore_ascii_case(lead.as_bytes()))
}

fn extension(text: &str, at: usize) -> usize {
    let bytes = text.as_bytes().get(at..).unwrap_or_default();
    let marks = ["x", " x", " ext ", " ext. ", " ext.", " Ext. ", "#"];
    let found = marks.iter().find_map(|mark| {
        let tail = bytes.strip_prefix(mark.as_bytes())?;
        let digits = tail.iter().take(7).take_while(|byte| byte.is_ascii_digit()).count();
        let ends = !tail.get(digits).is_some_and(u8::is_ascii_alphanumeric);
        ((2..=6).contains(&digits) && ends).then_some(mark.len() + digits)
    });
    found.unwrap_or(0)
}

const LEADS: &[&str] = &["at", "on", "to", "au", "al", "unter", "op", "pod", "på", "numerem", "via", "under", "em"];

/// Whether an e-mail address stands beside the number, with nothing but punctuation between: a line of contacts.
fn is_beside(text: &str, number: &Number, emails: &[Hit]) -> bool {
    let between = |from: usize, to: usize| {
        to.checked_sub(from).is_some_and(|len| len <= BESIDE)
            && text.get(from..to).is_some_and(|gap| gap.chars().all(|c| !c.is_alphanumeric() && c != '\n'))
    };
    let next = emails.partition_point(|email| email.range.start < number.range.start);
    let (before, after) = (next.checked_sub(1).and_then(|at| emails.get(at)), emails.get(next));
    let field = || is_field(text, &number.range);
    let in_row = |from: usize, to: usize| {
        to.checked_sub(from).is_some_and(|len| len <= ROW)
            && text.get(from..to).is_some_and(|gap| !gap.contains('\n'))
            && field()
    };
    before.is_some_and(|email| {
        between(email.range.end, number.range.start) || in_row(email.range.end, number.range.start)
    }) || after.is_some_and(|email| {
        between(number.range.end, email.range.start) || in_row(number.range.end, email.range.start)
    })
}

/// Whether a number is a field by itself, of a row that separates its fields.
fn is_field(text: &str, range: &std::ops::Range<usize>) -> bool {
    let head = text.get(..range.start).unwrap_or_default().trim_end_matches([' ', '"']);
    let tail = text.get(range.end..).unwrap_or_default().trim_start_matches([' ', '"']);
    let mark = [',', ';', '\t', '|', '\n'];
    (head.is_empty() || head.ends_with(mark)) && (tail.is_empty() || tail.starts_with(mark))
}

/// The longest gap between two entries of a line of contacts, in bytes.
const BESIDE: usize = 6;
/// And in a row of a table.
const ROW: usize = 80;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Detector, PersonalData};

    fn hits(text: &str) -> Vec<(&'static str, Confidence)> {
        PersonalData.find(text).into_iter().map(|hit| (hit.kind, hit.confidence)).collect()
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
