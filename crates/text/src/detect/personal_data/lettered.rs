//! Identifiers of letters and digits that people write with gaps: `JS 12 34 56 D`, `12.345.678-Z`, `131052-308T`; and those
//! that only a word beside them tells from other codes.

use std::ops::Range;

use palisade_base::Confidence;

use super::{
    context::{Context, Contexts},
    date,
    digits::Number,
    identity,
    schemes::part,
};
use crate::Hit;

/// A word of letters and digits that is a part of an identifier, or one by its label.
pub(super) fn of_mixed(text: &str, word: &Range<usize>, contexts: &Contexts) -> Option<Hit> {
    finnish(text, word).or_else(|| italian(text, word)).or_else(|| labelled(text, word, contexts))
}

/// Digits with a letter behind them, or letters around them.
pub(super) fn of_number(text: &str, number: &Number, contexts: &Contexts) -> Option<Hit> {
    british(text, number).or_else(|| spanish(text, number, contexts))
}

fn is_shaped(number: &Number, lengths: &[usize]) -> bool {
    number.groups.iter().map(Range::len).eq(lengths.iter().copied())
}

/// United Kingdom: the number of national insurance, in pairs.
fn british(text: &str, number: &Number) -> Option<Hit> {
    let pairs = is_shaped(number, &[2, 2, 2]) && matches!(number.separator(), Some(b' ' | b'-'));
    if !(pairs || is_shaped(number, &[6])) {
        return None;
    }
    let head = text.get(..number.range.start)?.trim_end_matches([' ', '-']);
    let tail = text.get(number.range.end..)?;
    let letter = tail.trim_start_matches([' ', '-']).chars().next()?;
    let (before, after) = (number.range.start - head.len(), tail.find(letter)?);
    let start = head.len().checked_sub(2)?;
    let prefix = head.get(start..)?;
    let alone = !text.get(..start)?.ends_with(char::is_alphanumeric)
        && !tail.get(after + letter.len_utf8()..)?.starts_with(char::is_alphanumeric);
    let digits: String = number.digits(text).iter().map(|digit| char::from(b'0' + digit)).collect();
    let whole = format!("{prefix}{digits}{letter}");
    let fits = alone
        && before <= 1
        && after <= 1
        && identity::national(whole.as_bytes()).is_some_and(|(kind, _)| kind == "uk-nino");
    let range = start..number.range.end + after + 1;
    fits.then_some(Hit { range, kind: "uk-nino", confidence: Confidence::Medium })
}

/// Spain: the letter of the remainder behind a dash, thousands apart.
fn spanish(text: &str, number: &Number, contexts: &Contexts) -> Option<Hit> {
    let dotted = is_shaped(number, &[2, 3, 3]) && matches!(number.separator(), Some(b'.' | b' '));
    let foreign = is_shaped(number, &[7]);
    if !(dotted || foreign || is_shaped(number, &[8])) {
        return None;
    }
    let tail = text.get(number.range.end..)?;
    let gap = usize::from(tail.starts_with(['-', ' ']));
    let letter = tail.get(gap..)?.chars().next().filter(char::is_ascii_uppercase)?;
    if tail.get(gap + 1..)?.starts_with(char::is_alphanumeric) {
        return None;
    }
    let (start, first) = if foreign {
        let head = text.get(..number.range.start)?;
        let bare = head.strip_suffix(['-', ' ']).unwrap_or(head);
        (bare.len().checked_sub(1)?, bare.chars().next_back().filter(|c| matches!(c, 'X' | 'Y' | 'Z'))?.to_string())
    } else {
        (number.range.start, String::new())
    };
    if text.get(..start)?.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '/' | '.')) {
        return None;
    }
    let digits: String = number.digits(text).iter().map(|digit| char::from(b'0' + digit)).collect();
    let whole = format!("{first}{digits}{letter}");
    let fits = identity::national(whole.as_bytes()).is_some_and(|(kind, _)| kind == "es-dni");
    let announced = contexts.before(start, &[Context::Identity("es-dni"), Context::AnyIdentity]);
    // One letter in 23 is right by chance: a space alone says too little.
    let believed = announced || (tail.starts_with('-') && !contexts.thing_before(start));
    let confidence = if announced { Confidence::High } else { Confidence::Medium };
    (fits && believed).then_some(Hit { range: start..number.range.end + gap + 1, kind: "es-dni", confidence })
}

/// Finland: a date of birth, a sign of the century, a serial number, a check character.
fn finnish(text: &str, word: &Range<usize>) -> Option<Hit> {
    let start = match word.len() {
        4 => word.start.checked_sub(7)?,
        11 => word.start,
        _ => return None,
    };
    let code = text.as_bytes().get(start..word.end).filter(|code| code.len() == 11)?;
    let century = code.get(6).is_some_and(|sign| b"+-ABCDEFUVWXY".contains(sign));
    let digits: Option<Vec<u8>> = code
        .iter()
        .take(10)
        .enumerate()
        .filter(|(place, _)| *place != 6)
        .map(|(_, byte)| byte.is_ascii_digit().then(|| byte - b'0'))
        .collect();
    let digits = digits?;
    let number = part(&digits, 0, 6) * 1000 + part(&digits, 6, 3);
    let check = b"0123456789ABCDEFHJKLMNPRSTUVWXY".get(usize::try_from(number % 31).ok()?);
    let apart = !text.get(..start)?.ends_with(|c: char| c.is_alphanumeric() || c == '-');
    let fits = century && apart && check == code.last() && date::is_day(part(&digits, 2, 2), part(&digits, 0, 2));
    fits.then_some(Hit { range: start..word.end, kind: "fi-hetu", confidence: Confidence::High })
}

/// Italy: the tax code in the groups of its form.
fn italian(text: &str, word: &Range<usize>) -> Option<Hit> {
    let start = word.start.checked_sub(8).filter(|_| word.len() == 5)?;
    let range = start..word.end + 7;
    let spaced = text.get(range.clone()).filter(|code| code.is_ascii())?;
    let groups: Vec<usize> = spaced.split(' ').map(str::len).collect();
    let code: Vec<u8> = spaced.bytes().filter(|byte| *byte != b' ').collect();
    let apart = !text.get(..start)?.ends_with(char::is_alphanumeric)
        && !text.get(range.end..)?.starts_with(char::is_alphanumeric);
    let fits = groups == [3, 3, 5, 4, 1] && apart && identity::is_codice_fiscale(&code);
    fits.then_some(Hit { range, kind: "it-codice-fiscale", confidence: Confidence::High })
}

/// India, Mexico, Taiwan: shapes that other codes have too, so that a word has to say what they are.
fn labelled(text: &str, word: &Range<usize>, contexts: &Contexts) -> Option<Hit> {
    let code = text.as_bytes().get(word.clone())?;
    let kind = match code {
        _ if is_pan(code) => "in-pan",
        _ if is_rfc(code) => "mx-rfc",
        _ if is_taiwanese(code) => "tw-id",
        _ => return None,
    };
    let announced = contexts.before(word.start, &[Context::Identity(kind)]);
    let called = contexts.before(word.start, &[Context::AnyIdentity]);
    let confidence = if announced { Confidence::High } else { Confidence::Medium };
    (announced || called).then(|| Hit { range: word.clone(), kind, confidence })
}

/// Five letters, the fourth of which says who holds it, four digits, a letter.
fn is_pan(code: &[u8]) -> bool {
    let [letters @ .., check] = code else { return false };
    code.len() == 10
        && check.is_ascii_uppercase()
        && letters.iter().take(5).all(u8::is_ascii_uppercase)
        && letters.iter().skip(5).all(u8::is_ascii_digit)
        && code.get(3).is_some_and(|holder| b"ABCFGHJLPT".contains(holder))
}

/// Four letters (three for companies), a date, three characters.
fn is_rfc(code: &[u8]) -> bool {
    let letters = code.len().saturating_sub(9);
    let number = |from: usize| code.get(from..from + 2).and_then(|two| std::str::from_utf8(two).ok()?.parse().ok());
    let day = number(letters + 2).zip(number(letters + 4)).is_some_and(|(month, day)| date::is_day(month, day));
    matches!(letters, 3 | 4)
        && code.iter().take(letters).all(u8::is_ascii_uppercase)
        && code.iter().skip(letters).take(6).all(u8::is_ascii_digit)
        && code.iter().skip(letters + 6).all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        && day
}

/// A letter for the place, sex, a serial number, a check digit.
fn is_taiwanese(code: &[u8]) -> bool {
    let [place @ b'A'..=b'Z', digits @ ..] = code else { return false };
    let order = b"ABCDEFGHJKLMNPQRSTUVXYWZIO".iter().position(|letter| letter == place);
    let Some(value) = order.and_then(|order| u32::try_from(order + 10).ok()) else { return false };
    let sum: u32 = digits
        .iter()
        .zip([8, 7, 6, 5, 4, 3, 2, 1, 1])
        .map(|(digit, weight)| u32::from(digit.wrapping_sub(b'0')) * weight)
        .sum();
    digits.len() == 9
        && digits.iter().all(u8::is_ascii_digit)
        && matches!(digits.first(), Some(b'1' | b'2' | b'8' | b'9'))
        && (value / 10 + value % 10 * 9 + sum).is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::super::tests::found;

    /// Specimens that authorities or manuals publish.
    #[test]
    fn specimens() {
        for (text, kind, value) in [
            ("NINO JS 12 34 56 D.", "uk-nino", "JS 12 34 56 D"),
            ("JS123456D", "uk-nino", "JS123456D"),
            ("DNI 12345678-Z", "es-dni", "12345678-Z"),
            ("12.345.678-Z", "es-dni", "12.345.678-Z"),
            ("X-1234567-L", "es-dni", "X-1234567-L"),
            ("131052-308T", "fi-hetu", "131052-308T"),
            ("hetu 131052A308T", "fi-hetu", "131052A308T"),
            ("RSS MRA 80A01 H501 U", "it-codice-fiscale", "RSS MRA 80A01 H501 U"),
            ("PAN card ABCPE1234F", "in-pan", "ABCPE1234F"),
            ("RFC: GODE561231GR8", "mx-rfc", "GODE561231GR8"),
            ("身分證 A123456789", "tw-id", "A123456789"),
        ] {
            assert_eq!(found(text), [(kind, value.to_owned())], "{text}");
        }
    }

    #[test]
    fn near_misses() {
        for text in [
            "12345678-A",
            "12345678 Z",
            "131052-308A",
            "RSS MRA 80A01 H501 V",
            "ABCPE1234F",
            "GODE561231GR8",
            "A123456789",
            "QQ 12 34 56 E",
            "AB 12 34 56 Z",
            "at 12 34 56 D",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }
}
