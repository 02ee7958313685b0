//! Payment cards: an issuer that exists, the length it uses, the check digit (ISO/IEC 7812), in the groups in which cards
//! show them.

use std::ops::Range;

use palisade_base::Confidence;

use super::{
    context::{Context, Contexts},
    digits::Number,
    schemes::luhn,
};
use crate::Hit;

/// A card, if these digits are one, or if they are the first group of one that goes on behind a wider gap.
pub(super) fn of_number(text: &str, number: &Number, digits: &[u8], contexts: &Contexts) -> Option<Hit> {
    if number.plus || number.bracket {
        return None;
    }
    let at = number.range.start;
    let announced = contexts.before(at, &[Context::Card]);
    let hit = |range, confidence| Some(Hit { range, kind: "payment-card", confidence });
    let shape = number.shape();
    let whole = shape.len() == 1;
    let spaced = number.separator().is_some() && is_shape(&shape);
    if (whole || spaced) && is_card(digits, announced) && (announced || !contexts.thing_before(at)) {
        let confidence = match (announced || spaced, digits.len()) {
            (true, _) => Confidence::High,
            // One naked number of thirteen digits in a few hundred has a good check digit and starts with a 4.
            (false, 13 | 14) => Confidence::Low,
            (false, _) => Confidence::Medium,
        };
        return hit(number.range.clone(), confidence);
    }
    let first = number.groups.first()?;
    let spread = Spread::of(text, first)?;
    // Four columns of a table are right by chance now and then: lines that break have to be called a card.
    let believed = announced || !(spread.broken || contexts.thing_before(at));
    let confidence = if announced { Confidence::High } else { Confidence::Medium };
    (believed && is_card(&spread.digits, announced)).then(|| hit(spread.range, confidence))?
}

/// Whether a card shows its digits in these groups.
fn is_shape(shape: &[usize]) -> bool {
    matches!(shape, [4, 4, 4, 4] | [4, 6, 4 | 5] | [4, 4, 4, 4, 3])
}

fn is_card(digits: &[u8], announced: bool) -> bool {
    if !luhn(digits) || digits.iter().all(|digit| Some(digit) == digits.first()) {
        return false;
    }
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
    issued || (announced && (12..=19).contains(&digits.len()) && (30..70).contains(&two))
}

/// Groups of digits with gaps between that are wider than those of other numbers: `4111 - 1111`, lines that break.
struct Spread {
    range: Range<usize>,
    digits: Vec<u8>,
    /// Whether a line ends within.
    broken: bool,
}

impl Spread {
    fn of(text: &str, first: &Range<usize>) -> Option<Self> {
        let rest = text.get(first.start..)?;
        if first.len() != 4 || !rest.get(4..)?.starts_with(is_gap) {
            return None;
        }
        let (mut shape, mut digits, mut broken, mut at) = (Vec::new(), Vec::new(), false, 0);
        loop {
            let tail = rest.get(at..)?;
            let len = tail.bytes().take(7).take_while(u8::is_ascii_digit).count();
            shape.push(len);
            digits.extend(tail.bytes().take(len).map(|byte| byte - b'0'));
            at += len;
            let tail = rest.get(at..)?;
            let gap = tail.char_indices().take(GAP + 1).find(|(_, c)| !is_gap(*c)).map_or(0, |(at, _)| at);
            let between = tail.get(..gap)?;
            let lines = between.matches('\n').count();
            let next = tail.as_bytes().get(gap).is_some_and(u8::is_ascii_digit);
            let goes_on =
                (1..=LONGEST_GAP).contains(&gap) && next && lines < 2 && digits.len() < 19 && matches!(len, 4 | 6);
            if !goes_on {
                break;
            }
            // The last group of four may be followed by a number of its own: `4111 ... 1111, 12/27`.
            if is_shape(&shape)
                && digits.len() == 16
                && !tail.get(gap..)?.bytes().take(4).all(|byte| byte.is_ascii_digit())
            {
                break;
            }
            broken |= lines > 0;
            at += gap;
        }
        let ends = !rest.get(at..)?.starts_with(|c: char| c.is_alphanumeric() || c == '_');
        (is_shape(&shape) && ends).then_some(Self { range: first.start..first.start + at, digits, broken })
    }
}

fn is_gap(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '-' | '.' | '/' | '_' | '+' | '*' | '·' | '•' | '\u{2010}'..='\u{2015}' | '\u{200b}' | '\u{2060}'
        )
}

/// The longest gap, in characters and in bytes: with all its gaps a card is no longer than a stream looks ahead.
const GAP: usize = 6;
const LONGEST_GAP: usize = 8;

#[cfg(test)]
mod tests {
    use palisade_base::Confidence;

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
            ("4111/1111/1111/1111", Confidence::High),
            ("4111.1111.1111.1111", Confidence::High),
            ("4111\u{a0}1111\u{a0}1111\u{a0}1111", Confidence::High),
            ("4111\u{202f}1111\u{202f}1111\u{202f}1111", Confidence::High),
            ("4111–1111–1111–1111", Confidence::High),
            ("4111 - 1111 - 1111 - 1111", Confidence::Medium),
            ("4111  1111  1111  1111", Confidence::Medium),
            ("card number 4111\n1111\n1111\n1111", Confidence::High),
            ("pay with my visa 4111 1111\r\n  1111 1111 please", Confidence::High),
        ] {
            assert_eq!(hits(text), [("payment-card", confidence)], "{text:?}");
        }
    }

    #[test]
    fn near_misses() {
        for text in [
            "4111111111111112",
            "invoice 4111111111111111",
            "1234567812345670",
            "0000000000000000",
            "4111 11111111 1111",
            "4111/1111/1111/1112",
            "4111\n1111\n1111\n1111",
            "4111\n\n1111\n\n1111\n\n1111",
            "4111,1111,1111,1111",
            "order 4111 - 1111 - 1111 - 1111",
        ] {
            assert_eq!(hits(text), [], "{text:?}");
        }
    }
}
