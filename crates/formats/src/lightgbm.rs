//! `LightGBM` models, which are text: a header, trees, importances and parameters, all as `key=value` lines.

use std::ops::Range;

/// A line of a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// What stands before `=` or `:`; empty if there is neither.
    pub key: &'a str,
    /// What stands behind it.
    pub value: &'a str,
    /// The value in the file.
    pub range: Range<usize>,
}

/// Whether these bytes begin like a model.
pub fn looks_like(head: &[u8]) -> bool {
    let Some(rest) = head.strip_prefix(b"tree") else { return false };
    let rest = rest.strip_prefix(b"\r").unwrap_or(rest);
    rest.starts_with(b"\nversion=") || rest.starts_with(b"\nnum_class=")
}

/// The lines that hold anything else than numbers.
pub fn texts(text: &str) -> impl Iterator<Item = Line<'_>> {
    let mut at = 0;
    text.split_inclusive('\n').filter_map(move |whole| {
        let start = at;
        at += whole.len();
        let line = whole.trim_end();
        let (key, value) = line
            .strip_prefix('[')
            .and_then(|inner| inner.strip_suffix(']')?.split_once(": "))
            .or_else(|| line.split_once('='))
            .unwrap_or(("", line));
        let start = start + (value.as_ptr() as usize).checked_sub(whole.as_ptr() as usize)?;
        is_text(value).then_some(Line { key, value, range: start..start + value.len() })
    })
}

fn is_text(value: &str) -> bool {
    // Numbers, `inf`, `nan` and exponents are most of a model.
    value.bytes().any(|byte| byte.is_ascii_alphabetic() && !matches!(byte | 0x20, b'e' | b'i' | b'n' | b'f' | b'a'))
        || !value.is_ascii()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SAMPLE: &str = "tree\nversion=v4\nfeature_names=height weight\n\nTree=0\nthreshold=1e-5 inf nan\n\n\
                          parameters:\n[metric: l2]\n[data: x=y]\nend of parameters\n";

    #[test]
    fn texts_are_found_and_numbers_are_not() {
        let found: Vec<_> = texts(SAMPLE).map(|line| (line.key, line.value)).collect();
        let expected = [
            ("", "tree"),
            ("version", "v4"),
            ("feature_names", "height weight"),
            ("", "parameters:"),
            ("metric", "l2"),
            ("data", "x=y"),
            ("", "end of parameters"),
        ];
        assert_eq!(found, expected);
        assert!(texts(SAMPLE).all(|line| SAMPLE.get(line.range) == Some(line.value)));
        assert!(looks_like(SAMPLE.as_bytes()) && !looks_like(b"tree of life\n"));
    }

    proptest! {
        #[test]
        fn any_text_is_safe(text in "[a-f0-9=:\\[\\] \r\né]{0,60}") {
            prop_assert!(texts(&text).all(|line| text.get(line.range) == Some(line.value)));
        }
    }
}
