//! Halves of characters in JSON: `\ud800` without its other half is no text, and programs write it all the same.

/// The document with U+FFFD in the place of every lone half; none if there is none.
pub(super) fn mended(json: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(json.len());
    let mut rest = json;
    let mut changed = false;
    loop {
        let (taken, kept): (usize, &[u8]) = match (half(rest), rest.get(6..).and_then(half)) {
            (Some(Half::First), Some(Half::Second)) => (12, rest.get(..12)?),
            (Some(_), _) => {
                changed = true;
                (6, b"\\ufffd")
            }
            (None, _) => match rest {
                [] => return changed.then_some(out),
                [b'\\', _, ..] => (2, rest.get(..2)?),
                _ => (1, rest.get(..1)?),
            },
        };
        out.extend_from_slice(kept);
        rest = rest.get(taken..)?;
    }
}

enum Half {
    First,
    Second,
}

/// Which half stands at the start.
fn half(json: &[u8]) -> Option<Half> {
    let [b'\\', b'u', b'd' | b'D', digit, a, b, ..] = json else { return None };
    if !a.is_ascii_hexdigit() || !b.is_ascii_hexdigit() {
        return None;
    }
    match digit.to_ascii_lowercase() {
        b'8' | b'9' | b'a' | b'b' => Some(Half::First),
        b'c'..=b'f' => Some(Half::Second),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lone_halves_are_replaced() {
        for (json, expected) in [
            (r#""\ud83d\ude00""#, None),
            (r#""\\ud800""#, None),
            (r#""\ud7ff \u00e9""#, None),
            (r#""\ud800""#, Some(r#""\ufffd""#)),
            (r#""\uDC00\ud83d\ude00\ud83d""#, Some(r#""\ufffd\ud83d\ude00\ufffd""#)),
            (r#""\ud8"#, None),
        ] {
            assert_eq!(mended(json.as_bytes()).as_deref(), expected.map(str::as_bytes), "{json}");
        }
    }
}
