//! Dates at the start of a text, in the ways people write them. Only whether it is one, and how long.

/// The length of the date at the start of `text`.
pub(super) fn length(text: &str) -> Option<usize> {
    numeric(text).or_else(|| worded(text))
}

/// Whether year (two or four digits), month and day may be a date.
pub(super) fn is_day(month: u32, day: u32) -> bool {
    (1..=12).contains(&month) && (1..=31).contains(&day)
}

fn numeric(text: &str) -> Option<usize> {
    let end = text.bytes().take_while(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'/' | b'.')).count();
    let word = text.get(..end)?.trim_end_matches(['.', '-', '/']);
    let mut parts = word.split(['-', '/', '.']).map(|part| (part.len(), part.parse::<u32>().ok()));
    let ((first_len, first), (_, second), (third_len, third)) = (parts.next()?, parts.next()?, parts.next()?);
    let (first, second, third) = (first?, second?, third?);
    let fits = match (first_len, third_len) {
        (4, 1 | 2) => is_year(first) && (is_day(second, third) || is_day(third, second)),
        (1 | 2, 4) => is_year(third) && (is_day(second, first) || is_day(first, second)),
        (1 | 2, 2) => is_day(second, first) || is_day(first, second),
        _ => false,
    };
    (fits && parts.next().is_none()).then_some(word.len())
}

/// `July 25, 1920`, `25 July 1920`, `25. Juli 1920`, `25 de julio de 1920`.
fn worded(text: &str) -> Option<usize> {
    let (mut day, mut month, mut at) = (false, false, 0);
    for word in text.split_inclusive([' ', ',']).take(7) {
        let bare = word.trim_end_matches([' ', ',']).trim_end_matches(['.', ',', ';', ')', '"', '\'']);
        let digits: String = bare.chars().take_while(char::is_ascii_digit).collect();
        let ordinal = bare.get(digits.len()..).unwrap_or_default();
        if digits.len() == 4 && ordinal.is_empty() {
            let year = digits.parse().is_ok_and(is_year);
            return (year && day && month).then_some(at + bare.len());
        } else if (1..=2).contains(&digits.len()) && ["", "st", "nd", "rd", "th", "º", "er"].contains(&ordinal) && !day
        {
            day = true;
        } else if digits.is_empty() && !month && is_month(bare) {
            month = true;
        } else if !bare.is_empty() && !["de", "of", "the"].contains(&bare) {
            return None;
        }
        at += word.len();
    }
    None
}

fn is_month(word: &str) -> bool {
    let word = word.to_lowercase();
    let mut letters = word.char_indices().skip(3);
    letters.next();
    word.chars().count() >= 3
        && word.chars().all(char::is_alphabetic)
        && MONTHS.iter().any(|stem| word.starts_with(stem))
        && word.len() < 12
}

fn is_year(year: u32) -> bool {
    (1890..=2100).contains(&year)
}

/// The first letters of the months in the languages that share most of them.
const MONTHS: &[&str] = &[
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "mär", "mai", "okt", "dez",
    "ene", "abr", "ago", "dic", "gen", "mag", "giu", "lug", "set", "ott", "fév", "avr", "juin", "juil", "aoû", "déc",
    "mei", "maa", "fev", "out",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        for date in [
            "1963-09-11",
            "18/09/1968",
            "9.1.1999",
            "15/03/24",
            "July 25, 1920",
            "25 July 1920",
            "25. Juli 1920",
            "3rd of May 1970",
            "4 de julio de 1980",
        ] {
            assert_eq!(length(date), Some(date.len()), "{date}");
            assert_eq!(length(&format!("{date}. Then")), Some(date.len()), "{date}");
        }
        for other in ["10.4.2.1", "99/99/2000", "1234", "in July", "July", "1-2", "May 5 people 1990", ""] {
            assert_eq!(length(other), None, "{other}");
        }
    }
}
