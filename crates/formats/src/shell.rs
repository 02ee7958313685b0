//! Splits a command line into words as a POSIX shell would, without ever running or expanding anything.

use std::ops::Range;

/// One word of a command line, quotes removed, or an operator between commands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The word.
    pub text: String,
    /// Where it stands in the line, quotes included, in bytes.
    pub span: Range<usize>,
    /// Whether this is an unquoted operator (`;`, `&&`, `||`, `|`, `&`, a line break, parentheses).
    pub operator: bool,
}

/// Splits `line` into at most `limit` words. References such as `$X` stay as they are written.
pub fn split(line: &str, limit: usize) -> Vec<Word> {
    let mut words = Vec::new();
    let mut rest = line.char_indices().peekable();
    while let Some((start, c)) = rest.next() {
        if words.len() >= limit {
            break;
        }
        match c {
            ' ' | '\t' | '\r' => {}
            '#' => while rest.next_if(|(_, c)| *c != '\n').is_some() {},
            '\\' if rest.next_if(|(_, c)| *c == '\n').is_some() => {}
            '\n' | ';' | '&' | '|' | '(' | ')' => {
                while rest.next_if(|(_, next)| *next == c && matches!(c, '&' | '|' | ';')).is_some() {}
                let end = rest.peek().map_or(line.len(), |(at, _)| *at);
                let text = line.get(start..end).unwrap_or_default().to_owned();
                words.push(Word { text, span: start..end, operator: true });
            }
            _ => {
                let text = word(c, &mut rest);
                let end = rest.peek().map_or(line.len(), |(at, _)| *at);
                words.push(Word { text, span: start..end, operator: false });
            }
        }
    }
    words
}

type Chars<'l> = std::iter::Peekable<std::str::CharIndices<'l>>;

fn word(first: char, rest: &mut Chars<'_>) -> String {
    let mut text = String::new();
    let mut next = Some(first);
    while let Some(c) = next {
        match c {
            '\'' => {
                let quoted = rest.by_ref().map(|(_, c)| c).take_while(|c| *c != '\'');
                text.extend(quoted);
            }
            '"' => double_quoted(rest, &mut text),
            '\\' => text.extend(rest.next().map(|(_, c)| c).filter(|c| *c != '\n')),
            // `$(...)` and `${...}` belong to the word even where they hold blanks.
            '$' if matches!(rest.peek(), Some((_, '(' | '{'))) => {
                text.push('$');
                substitution(rest, &mut text);
            }
            other => text.push(other),
        }
        next =
            rest.next_if(|(_, c)| !matches!(c, ' ' | '\t' | '\r' | '\n' | ';' | '&' | '|' | '(' | ')')).map(|(_, c)| c);
    }
    text
}

fn double_quoted(rest: &mut Chars<'_>, text: &mut String) {
    while let Some((_, c)) = rest.next() {
        match c {
            '"' => return,
            '\\' => match rest.next().map(|(_, c)| c) {
                Some(c @ ('"' | '\\' | '$' | '`')) => text.push(c),
                Some('\n') | None => {}
                Some(c) => text.extend(['\\', c]),
            },
            other => text.push(other),
        }
    }
}

fn substitution(rest: &mut Chars<'_>, text: &mut String) {
    let mut depth = 0_usize;
    for (_, c) in rest.by_ref() {
        text.push(c);
        match c {
            '(' | '{' => depth += 1,
            ')' | '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(line: &str) -> Vec<String> {
        split(line, 100).into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn words_are_split_and_unquoted() {
        for (line, wanted) in [
            ("vllm serve --host 0.0.0.0", vec!["vllm", "serve", "--host", "0.0.0.0"]),
            ("a 'b c' \"d \\\" e\" f\\ g", vec!["a", "b c", "d \" e", "f g"]),
            ("--token='' x", vec!["--token=", "x"]),
            ("a && b || c; d | e", vec!["a", "&&", "b", "||", "c", ";", "d", "|", "e"]),
            ("a \\\n b # tail\nc", vec!["a", "b", "\n", "c"]),
            ("echo $(cat a b) ${X:-a b}", vec!["echo", "$(cat a b)", "${X:-a b}"]),
            ("", vec![]),
            ("''", vec![""]),
            ("'open", vec!["open"]),
            ("a#b", vec!["a#b"]),
        ] {
            assert_eq!(texts(line), wanted, "{line}");
        }
    }

    #[test]
    fn spans_hold_the_quotes() {
        let line = "run --key='é x' end";
        let spans: Vec<&str> = split(line, 9).iter().map(|word| line.get(word.span.clone()).unwrap()).collect();
        assert_eq!(spans, ["run", "--key='é x'", "end"]);
    }

    proptest! {
        #[test]
        fn any_line_is_safe(line in "[a'\"\\\\$(){};&| \u{e9}\n#]{0,60}") {
            for word in split(&line, 100) {
                prop_assert!(line.get(word.span).is_some());
            }
        }
    }
}
