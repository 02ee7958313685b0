//! Templates of YAML (Helm charts, Jinja): the actions are overwritten, byte for byte, so that what is literal can be
//! read and every offset still holds.

use std::{borrow::Cow, ops::Range};

/// Overwrites template actions: with blanks where a line holds nothing else, else with `$(...)`, which reads as a
/// reference to something unknown. Also returns where they were.
///
/// `${{ ... }}` is left alone: it is how CI workflows write expressions, and it is plain text to YAML.
pub(super) fn blank(text: &str) -> (Cow<'_, str>, Vec<Range<usize>>) {
    let actions = actions(text);
    if actions.is_empty() {
        return (Cow::Borrowed(text), actions);
    }
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    let mut rest = actions.as_slice();
    while !rest.is_empty() {
        let (line, later) = rest.split_at(actions_of_a_line(text, rest));
        let alone = stand_alone(text, line);
        for action in line {
            out.push_str(text.get(done..action.start).unwrap_or_default());
            let inside = text.get(action.clone()).unwrap_or_default();
            if alone {
                out.extend(
                    inside.bytes().map(|byte| if matches!(byte, b'\n' | b'\r') { char::from(byte) } else { ' ' }),
                );
            } else {
                out.push_str("$(");
                let middle = inside.len().saturating_sub(4);
                out.extend(inside.bytes().skip(2).take(middle).map(harmless));
                out.push_str("_)");
            }
            done = action.end;
        }
        rest = later;
    }
    out.push_str(text.get(done..).unwrap_or_default());
    (Cow::Owned(out), actions)
}

/// Ranges of `{{ ... }}`, `{% ... %}` and `{# ... #}`, in order.
fn actions(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let bytes = text.as_bytes();
    // Each closing mark is sought once: when there is none behind an opening mark, there is none behind later ones.
    let mut missing = [false; 3];
    let mut at = 0;
    while let Some(step) = bytes.get(at..).and_then(|rest| memchr::memchr(b'{', rest)) {
        let start = at + step;
        at = start + 1;
        let kind = match bytes.get(start + 1) {
            Some(b'{') if start.checked_sub(1).and_then(|before| bytes.get(before)) != Some(&b'$') => 0,
            Some(b'%') => 1,
            Some(b'#') => 2,
            _ => continue,
        };
        let close = ["}}", "%}", "#}"].get(kind).copied().unwrap_or_default();
        if missing.get(kind) == Some(&true) {
            continue;
        }
        match text.get(start + 2..).and_then(|rest| rest.find(close)) {
            Some(length) => {
                let end = start + 2 + length + 2;
                found.push(start..end);
                at = end;
            }
            None => missing.iter_mut().skip(kind).take(1).for_each(|flag| *flag = true),
        }
    }
    found
}

/// How many actions follow each other without a line break between them.
fn actions_of_a_line(text: &str, actions: &[Range<usize>]) -> usize {
    let breaks = actions
        .iter()
        .zip(actions.iter().skip(1))
        .position(|(one, next)| text.get(one.end..next.start).unwrap_or_default().contains('\n'));
    breaks.map_or(actions.len(), |at| at + 1)
}

/// Whether the line holds nothing but these actions.
fn stand_alone(text: &str, actions: &[Range<usize>]) -> bool {
    let (Some(first), Some(last)) = (actions.first(), actions.last()) else { return false };
    let before = text.get(..first.start).unwrap_or_default().rsplit('\n').next().unwrap_or_default();
    let after = text.get(last.end..).unwrap_or_default().split('\n').next().unwrap_or_default();
    let between = actions.iter().zip(actions.iter().skip(1)).map(|(one, next)| text.get(one.end..next.start));
    between.chain([Some(before), Some(after)]).all(|part| part.is_some_and(|part| part.trim().is_empty()))
}

fn harmless(byte: u8) -> char {
    if byte.is_ascii_alphanumeric() || byte == b'.' { char::from(byte) } else { '_' }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_become_references_or_blanks() {
        for (before, after) in [
            ("image: {{ .Values.image }}\n", "image: $(_.Values.image__)\n"),
            ("image: \"{{ .a }}:{{ .b }}\"", "image: \"$(_.a__):$(_.b__)\""),
            ("{{- if .x }}\na: 1\n  {{- end }}\n", "            \na: 1\n            \n"),
            ("{{- if a }} {{ end }}\n", "                     \n"),
            ("{% for a in b %}\nx: {{a}}\n{% endfor %}", "                \nx: $(a_)\n            "),
            ("run: ${{ matrix.x }}", "run: ${{ matrix.x }}"),
            ("a: {b: {c: 1}}", "a: {b: {c: 1}}"),
            ("x: {{ \"é\" }}", "x: $(_______)"),
            ("a: {{ unclosed", "a: {{ unclosed"),
        ] {
            let (blanked, _) = blank(before);
            assert_eq!(blanked, after);
            assert_eq!(blanked.len(), before.len(), "{before}");
        }
    }

    #[test]
    fn many_open_marks_cost_little() {
        let text = "{{ {% {# ".repeat(100_000);
        assert!(blank(&text).1.is_empty());
        let text = "{{}} ".repeat(100_000);
        assert_eq!(blank(&text).1.len(), 100_000);
    }
}
