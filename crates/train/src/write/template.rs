//! The notation of one template: `$slot`, `~(one|other|)`, `~upper(change this)`, and `\n \t \\ \$ \~ \|`.
//! It leaves the brackets of JSON, HTML and Markdown alone, since the texts are full of them.

use std::iter::Peekable;
use std::str::Chars;

use super::change::Change;

/// A template, taken apart.
#[derive(Debug, PartialEq)]
pub(super) enum Part {
    Text(String),
    Slot(String),
    /// One of several, each as likely; an empty one makes the rest optional.
    Choice(Vec<Vec<Part>>),
    Changed(Change, Vec<Part>),
}

/// Takes a template apart. Never fails: what is not notation is text.
pub(super) fn parse(template: &str) -> Vec<Part> {
    sequence(&mut template.chars().peekable(), false)
}

/// Parts up to the end, or up to the `|` or `)` that ends them inside of a choice.
fn sequence(chars: &mut Peekable<Chars<'_>>, inside: bool) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut text = String::new();
    let mut open = 0_usize;
    while let Some(&next) = chars.peek() {
        if inside && open == 0 && matches!(next, '|' | ')') {
            break;
        }
        chars.next();
        match next {
            '\\' => escape(chars, &mut text),
            '$' => {
                let name = word(chars);
                if name.is_empty() {
                    text.push('$');
                } else {
                    flush(&mut text, &mut parts);
                    parts.push(Part::Slot(name));
                }
            }
            '~' => {
                let name = word(chars);
                if chars.peek() == Some(&'(') {
                    chars.next();
                    flush(&mut text, &mut parts);
                    let options = options(chars);
                    parts.push(match Change::named(&name) {
                        Some(change) => Part::Changed(change, vec![Part::Choice(options)]),
                        None => Part::Choice(options),
                    });
                } else {
                    text.push('~');
                    text.push_str(&name);
                }
            }
            other => {
                // Plain brackets inside of a choice have to pair, so that `(like this)` needs no escape.
                match other {
                    '(' => open += 1,
                    ')' => open = open.saturating_sub(1),
                    _ => {}
                }
                text.push(other);
            }
        }
    }
    flush(&mut text, &mut parts);
    parts
}

fn options(chars: &mut Peekable<Chars<'_>>) -> Vec<Vec<Part>> {
    let mut options = Vec::new();
    loop {
        options.push(sequence(chars, true));
        if chars.next() != Some('|') {
            return options;
        }
    }
}

fn escape(chars: &mut Peekable<Chars<'_>>, text: &mut String) {
    let replaced = match chars.peek() {
        Some('n') => '\n',
        Some('t') => '\t',
        Some(&kept @ ('\\' | '$' | '~' | '|' | '(' | ')')) => kept,
        _ => return text.push('\\'),
    };
    chars.next();
    text.push(replaced);
}

fn word(chars: &mut Peekable<Chars<'_>>) -> String {
    let mut name = String::new();
    while let Some(letter) = chars.next_if(|letter| letter.is_ascii_lowercase() || *letter == '_') {
        name.push(letter);
    }
    name
}

fn flush(text: &mut String, parts: &mut Vec<Part>) {
    if !text.is_empty() {
        parts.push(Part::Text(std::mem::take(text)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notation_is_told_from_text() {
        let text = |text: &str| Part::Text(text.to_owned());
        assert_eq!(parse("a $b c"), [text("a "), Part::Slot("b".into()), text(" c")]);
        assert_eq!(parse("it costs $5 (~ 4 €) | [INST]"), [text("it costs $5 (~ 4 €) | [INST]")]);
        assert_eq!(parse("~(x (y)|)z"), [Part::Choice(vec![vec![text("x (y)")], vec![]]), text("z")]);
        assert_eq!(parse(r"a\nb\$c\d"), [text("a\nb$c\\d")]);
    }
}
