//! Private keys in PEM (RFC 7468): whole, on one line, and cut off.

use palisade_base::Confidence;

use super::noise::entropy;

/// The length of the key behind `-----BEGIN `: `RSA PRIVATE KEY-----`, a body of base64, also with escaped line breaks.
pub(super) fn key(rest: &str) -> Option<(usize, Confidence)> {
    let head = rest.as_bytes().get(..rest.len().min(48))?;
    let dashes = memchr::memmem::find(head, b"-----")?;
    let label = rest.get(..dashes)?;
    if !label.ends_with("PRIVATE KEY") && !label.ends_with("PRIVATE KEY BLOCK") {
        return None;
    }
    let after = dashes + 5;
    let body = rest.get(after..)?;
    // Up to the next dashes, and not farther than the longest key.
    let window = body.as_bytes().get(..body.len().min(LONGEST)).unwrap_or_default();
    let dashes = memchr::memmem::find(window, b"-----");
    if let Some(end) = dashes.filter(|end| body.get(*end..).is_some_and(|end| end.starts_with("-----END "))) {
        return is_body(body.get(..end)?, LEAST).then(|| (after + end + ending(body, end), Confidence::High));
    }
    // Someone has left out the end, or it was cut off: not as sure, and only what looks like a key goes with it.
    let len = open_body(window.get(..dashes.unwrap_or(window.len()))?);
    is_body(body.get(..len)?, CUT_OFF).then_some((after + len, Confidence::Medium))
}

/// The length of `-----END X-----`.
fn ending(body: &str, end: usize) -> usize {
    let line = body.as_bytes().get(end + 5..).unwrap_or_default();
    let label = line.iter().take(48).position(|byte| *byte == b'-');
    match label {
        Some(label) if line.get(label..label + 5) == Some(b"-----") => 5 + label + 5,
        _ => 5,
    }
}

fn is_body(body: &str, least: usize) -> bool {
    let body = body.replace("\\n", "").replace("\\r", "");
    let body: String = body.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=')).collect();
    body.len() >= least && entropy(&body) > 4.0 && !body.to_ascii_lowercase().contains("example")
}

/// How far lines of base64 go, with escaped breaks between them. What follows a line that is shorter is something else.
fn open_body(bytes: &[u8]) -> usize {
    let mut end = 0;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let plain = line.trim_ascii();
        let coded = plain.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+/=\\ ".contains(byte));
        let words = plain.split(|byte| *byte == b' ').filter(|word| !word.is_empty()).count();
        let shortest = plain.split(|byte| *byte == b' ').map(<[u8]>::len).min().unwrap_or(0);
        if !coded || (words > 1 && shortest < 4) || (plain.is_empty() && end > 1) {
            break;
        }
        end += line.len();
    }
    bytes.get(..end).unwrap_or_default().trim_ascii_end().len()
}

/// The fewest characters of a body: a key of Curve25519 has 64.
const LEAST: usize = 56;
const CUT_OFF: usize = 40;
/// The longest body, in bytes: 16,384 bits of RSA.
pub(crate) const LONGEST: usize = 16_000;

#[cfg(test)]
mod tests {
    use palisade_base::Confidence;

    use crate::{Detector, Secrets};

    #[test]
    fn keys_are_found_whole_short_and_cut_off() {
        let begin = ["-----BEGIN ", "PRIVATE KEY-----"].concat();
        let end = ["-----END ", "PRIVATE KEY-----"].concat();
        let body = ["MC4CAQAwBQYDK2VwBCIEIJ", "q3Vw8Zr0tYx5Lk2Hn7Pd4Gs", "9Fb1Mc6Te0Ru8Wi2Xo="].concat();
        for text in [
            format!("{begin}\n{body}\n{end}\n"),
            format!("{begin} {body} {end}"),
            format!("{begin}\\n{body}\\n{end}\\n"),
            format!("{begin}\n{body}\n"),
            format!("{begin}\n{body}"),
        ] {
            let hits = Secrets.find(&text);
            assert_eq!(hits.iter().map(|hit| hit.kind).collect::<Vec<_>>(), ["private-key"], "{text}");
            let rest = text.replace(text.get(hits[0].range.clone()).unwrap(), "");
            assert!(!rest.contains("PRIVATE") && !rest.contains("MC4CAQAw"), "{rest:?}");
        }
        // Another begins where the end should be.
        let text = format!("{begin}\n{body}\nso much for it\n{begin}\n{body}\n{end}\n");
        let hits = Secrets.find(&text);
        let sure: Vec<_> = hits.iter().map(|hit| hit.confidence).collect();
        assert_eq!(sure, [Confidence::Medium, Confidence::High]);
        assert!(text.get(hits[0].range.clone()).unwrap().ends_with(&body), "{hits:?}");
        let prose = format!("{begin}\nThis is where the key of the server goes, between two lines of dashes.\n");
        assert_eq!(Secrets.find(&prose), []);
    }
}
