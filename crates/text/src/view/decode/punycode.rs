//! Words in Punycode (RFC 3492), decoded where they stand.

use super::{super::map::Draft, Edit, Part, Step, in_place};

pub(super) fn find(text: &str, parts: &mut Vec<Part>) {
    let bytes = text.as_bytes();
    let mut edits = Vec::new();
    for start in memchr::memmem::find_iter(bytes, b"xn--").take(MANY) {
        let rest = bytes.get(start + 4..).unwrap_or_default();
        let len =
            rest.iter().take(LONGEST + 1).take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'-').count();
        let source = start..start + 4 + len;
        let Some(letters) = rest.get(..len).filter(|_| len <= LONGEST).and_then(decode) else { continue };
        let mut draft = Draft::default();
        for c in letters {
            draft.push(c, source.clone());
        }
        edits.push(Edit { source, draft });
    }
    // One is the name of a host.
    if edits.len() >= 2 {
        in_place(text, edits, Step::Punycode, parts);
    }
}

fn decode(label: &[u8]) -> Option<Vec<char>> {
    let dash = memchr::memrchr(b'-', label);
    let mut letters: Vec<char> = label.get(..dash.unwrap_or(0))?.iter().copied().map(char::from).collect();
    let (mut code, mut place, mut bias) = (128_u32, 0_u32, 72_u32);
    let mut digits = label.get(dash.map_or(0, |dash| dash + 1)..)?.iter().peekable();
    while digits.peek().is_some() {
        let (before, mut weight, mut step) = (place, 1_u32, 36_u32);
        loop {
            let digit = char::from(*digits.next()?).to_digit(36)?;
            // Letters stand for 0 to 25, digits for what follows.
            let digit = if digit < 10 { digit + 26 } else { digit - 10 };
            place = place.checked_add(digit.checked_mul(weight)?)?;
            let least = step.saturating_sub(bias).clamp(1, 26);
            if digit < least {
                break;
            }
            weight = weight.checked_mul(36 - least)?;
            step += 36;
        }
        let count = u32::try_from(letters.len()).ok()? + 1;
        bias = adapted(place - before, count, before == 0);
        code = code.checked_add(place / count)?;
        place %= count;
        letters.insert(usize::try_from(place).ok()?, char::from_u32(code)?);
        place += 1;
    }
    Some(letters)
}

fn adapted(delta: u32, count: u32, first: bool) -> u32 {
    let mut delta = if first { delta / 700 } else { delta / 2 };
    delta += delta / count;
    let mut step = 0;
    while delta > 455 {
        delta /= 35;
        step += 36;
    }
    step + 36 * delta / (delta + 38)
}

/// The longest label (RFC 1035), and how many are read.
const LONGEST: usize = 63;
const MANY: usize = 1024;
