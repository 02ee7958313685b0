//! Secret access keys of AWS, which have no prefix: forty characters that stand beside the name of the key they belong to.

use palisade_base::Confidence;

use super::{
    super::Hit,
    noise::{entropy, is_placeholder},
};

/// The secrets around the identifiers in `exact`.
pub(super) fn beside(text: &str, exact: &[Hit]) -> Vec<Hit> {
    let mut found: Vec<Hit> = Vec::new();
    for id in exact.iter().filter(|hit| hit.kind == "aws-access-key").take(MOST) {
        let from = id.range.start.saturating_sub(BEFORE).max(found.last().map_or(0, |hit| hit.range.end));
        find(text, from, id.range.start, &mut found);
        find(text, id.range.end, text.len().min(id.range.end + AFTER), &mut found);
    }
    found
}

fn find(text: &str, from: usize, to: usize, found: &mut Vec<Hit>) {
    let bytes = text.as_bytes();
    let inside =
        |at: usize| bytes.get(at).is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'));
    let mut at = from;
    while at < to {
        if !inside(at) || at.checked_sub(1).is_some_and(inside) {
            at += 1;
            continue;
        }
        let len = (at..=at + LENGTH).take_while(|place| inside(*place)).count();
        let value = text.get(at..at + len).filter(|value| len == LENGTH && is_secret(value));
        if value.is_some() && bytes.get(at + len) != Some(&b'=') {
            found.push(Hit { range: at..at + len, kind: "aws-secret-key", confidence: Confidence::High });
        }
        at += len;
    }
}

fn is_secret(value: &str) -> bool {
    let has = |test: fn(&u8) -> bool| value.as_bytes().iter().any(test);
    has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_digit)
        && entropy(value) > 4.0
        && !is_placeholder(value)
}

/// The length of a secret access key.
const LENGTH: usize = 40;
/// How far before and behind an identifier its secret stands, in bytes. Before: as far as a stream looks ahead.
const BEFORE: usize = 60;
const AFTER: usize = 160;
/// So many identifiers are looked at.
const MOST: usize = 200;

#[cfg(test)]
mod tests {
    use crate::{Detector, Secrets};

    #[test]
    fn a_secret_stands_beside_its_identifier() {
        let id = ["AKIA", "QZ5RT7WXN2PLM4KB"].concat();
        let secret = ["h7Kq2/Zp9Lx4Vb8Nt1+R", "c6Yw3Ds5Fg0JmAeUiOkP"].concat();
        let kinds = |text: &str| Secrets.find(text).into_iter().map(|hit| hit.kind).collect::<Vec<_>>();
        assert_eq!(kinds(&format!("{id}\t{secret}")), ["aws-access-key", "aws-secret-key"]);
        assert_eq!(kinds(&format!("{id},\nuser-7,{secret}\n")), ["aws-access-key", "aws-secret-key"]);
        assert_eq!(kinds(&format!("{secret}:{id}")), ["aws-secret-key", "aws-access-key"]);
        assert_eq!(kinds(&secret), Vec::<&str>::new());
        let digest = "b40ad7edd1b52fe0238b1cf24430ca9784fa42e3";
        assert_eq!(kinds(&format!("{id} {digest} {secret}x")), ["aws-access-key"]);
    }
}
