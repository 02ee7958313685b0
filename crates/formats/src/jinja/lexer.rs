//! Tokens of Jinja as Python's Jinja reads them: its escapes, its whitespace control, its braces in braces.
//!
//! A lexer of our own: where another one stops at an escape that only Python knows, a scan would stop with it.

use std::ops::Range;

/// A token and its bytes in the template.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token<'a> {
    pub(super) lexeme: Lexeme<'a>,
    pub(super) range: Range<usize>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Lexeme<'a> {
    /// Text outside of tags.
    Data(&'a str),
    /// `{{`.
    OutputStart,
    /// `{%`.
    BlockStart,
    /// `}}` or `%}`.
    End,
    Name(&'a str),
    Text(String),
    Int(u64),
    Float,
    Operator(&'static str),
}

/// The tokens, and where the template stops being one.
pub(super) fn tokens(template: &str) -> (Vec<Token<'_>>, Option<usize>) {
    let mut lexer = Lexer { template, at: 0, tokens: Vec::new(), open: 0 };
    let broken = lexer.run().err();
    (lexer.tokens, broken)
}

struct Lexer<'a> {
    template: &'a str,
    at: usize,
    tokens: Vec<Token<'a>>,
    /// Brackets that are open in this tag.
    open: usize,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        self.template.get(self.at..).unwrap_or_default()
    }

    fn push(&mut self, lexeme: Lexeme<'a>, len: usize) {
        self.tokens.push(Token { lexeme, range: self.at..self.at + len });
        self.at += len;
    }

    /// An error is where reading stopped.
    fn run(&mut self) -> Result<(), usize> {
        while self.at < self.template.len() {
            let rest = self.rest();
            let start = tag_start(rest).unwrap_or(rest.len());
            if start > 0 {
                self.push(Lexeme::Data(rest.get(..start).unwrap_or_default()), start);
                continue;
            }
            if rest.starts_with("{#") {
                self.at += rest.find("#}").ok_or(self.at)? + 2;
                continue;
            }
            let begun = self.at;
            let block = rest.starts_with("{%");
            self.push(if block { Lexeme::BlockStart } else { Lexeme::OutputStart }, 2);
            self.at += usize::from(self.rest().starts_with(['-', '+']));
            let close = if block { "%}" } else { "}}" };
            self.tag(close).map_err(|at| if at < self.template.len() { at } else { begun })?;
            if block && self.is_raw() {
                self.raw()?;
            }
        }
        Ok(())
    }

    fn is_raw(&self) -> bool {
        matches!(
            self.tokens.as_slice(),
            [.., Token { lexeme: Lexeme::BlockStart, .. }, Token { lexeme: Lexeme::Name("raw"), .. }, _]
        )
    }

    /// Text up to `{% endraw %}`, whatever it looks like.
    fn raw(&mut self) -> Result<(), usize> {
        let rest = self.rest();
        let mut from = 0;
        loop {
            let start = from + rest.get(from..).and_then(|rest| rest.find("{%")).ok_or(self.at)?;
            let inside = rest.get(start + 2..).unwrap_or_default();
            let word = inside.trim_start_matches(['-', '+']).trim_start();
            if word.starts_with("endraw") {
                self.push(Lexeme::Data(rest.get(..start).unwrap_or_default()), start);
                return Ok(());
            }
            from = start + 2;
        }
    }

    fn tag(&mut self, close: &str) -> Result<(), usize> {
        self.open = 0;
        loop {
            let rest = self.rest();
            let blank = rest.len() - rest.trim_start().len();
            if blank > 0 {
                self.at += blank;
                continue;
            }
            let first = rest.chars().next().ok_or(self.at)?;
            let controlled = rest.strip_prefix(['-', '+']).is_some_and(|rest| rest.starts_with(close));
            if self.open == 0 && (rest.starts_with(close) || controlled) {
                self.push(Lexeme::End, if controlled { 3 } else { 2 });
                return Ok(());
            }
            match first {
                '"' | '\'' => self.text(first)?,
                '0'..='9' => self.number(),
                _ if first.is_alphabetic() || first == '_' => {
                    let inside = |c: char| c.is_alphanumeric() || c == '_';
                    let len = rest.find(|c| !inside(c)).unwrap_or(rest.len());
                    self.push(Lexeme::Name(rest.get(..len).unwrap_or_default()), len);
                }
                _ => {
                    let operator = OPERATORS.iter().find(|operator| rest.starts_with(**operator)).ok_or(self.at)?;
                    match *operator {
                        "(" | "[" | "{" => self.open += 1,
                        ")" | "]" | "}" => self.open = self.open.saturating_sub(1),
                        _ => {}
                    }
                    self.push(Lexeme::Operator(operator), operator.len());
                }
            }
        }
    }

    fn number(&mut self) {
        let rest = self.rest();
        let radix = match rest.get(..2).unwrap_or_default() {
            "0x" | "0X" => 16,
            "0o" | "0O" => 8,
            "0b" | "0B" => 2,
            _ => 10,
        };
        let skip = if radix == 10 { 0 } else { 2 };
        let digits = |text: &str| text.find(|c: char| !c.is_digit(radix) && c != '_').unwrap_or(text.len());
        let body = rest.get(skip..).unwrap_or_default();
        let len = skip + digits(body);
        let tail = rest.get(len..).unwrap_or_default();
        let fraction = match tail.strip_prefix('.') {
            Some(more) if radix == 10 && more.starts_with(|c: char| c.is_ascii_digit()) => 1 + digits(more),
            _ => 0,
        };
        let tail = tail.get(fraction..).unwrap_or_default();
        let exponent = match tail.strip_prefix(['e', 'E']) {
            Some(more) if radix == 10 => {
                let sign = usize::from(more.starts_with(['-', '+']));
                match digits(more.get(sign..).unwrap_or_default()) {
                    0 => 0,
                    count => 1 + sign + count,
                }
            }
            _ => 0,
        };
        let written: String = rest.get(skip..len).unwrap_or_default().chars().filter(|c| *c != '_').collect();
        // A number too large for the type is as large as any.
        let whole = u64::from_str_radix(&written, radix).unwrap_or(u64::MAX);
        let lexeme = if fraction + exponent > 0 { Lexeme::Float } else { Lexeme::Int(whole) };
        self.push(lexeme, len + fraction + exponent);
    }

    fn text(&mut self, quote: char) -> Result<(), usize> {
        let rest = self.rest();
        let mut text = String::new();
        let mut chars = rest.char_indices();
        chars.next();
        while let Some((at, c)) = chars.next() {
            match c {
                _ if c == quote => {
                    self.push(Lexeme::Text(text), at + 1);
                    return Ok(());
                }
                '\\' => {
                    let Some((_, escaped)) = chars.next() else { break };
                    let tail = chars.as_str();
                    let (c, taken) = escape(escaped, tail);
                    text.extend(c);
                    for _ in 0..taken {
                        chars.next();
                    }
                }
                _ => text.push(c),
            }
        }
        Err(self.template.len())
    }
}

/// What an escape stands for, and how many characters behind it belong to it.
fn escape(escaped: char, tail: &str) -> (Vec<char>, usize) {
    let code = |digits: usize| {
        let hex: String = tail.chars().take(digits).collect();
        let c = u32::from_str_radix(&hex, 16).ok().and_then(char::from_u32).filter(|_| hex.len() == digits);
        c.map_or_else(|| (vec!['\\', escaped], 0), |c| (vec![c], digits))
    };
    match escaped {
        'n' => (vec!['\n'], 0),
        't' => (vec!['\t'], 0),
        'r' => (vec!['\r'], 0),
        'a' => (vec!['\u{7}'], 0),
        'b' => (vec!['\u{8}'], 0),
        'f' => (vec!['\u{c}'], 0),
        'v' => (vec!['\u{b}'], 0),
        '\n' => (Vec::new(), 0),
        '\\' | '\'' | '"' | '/' => (vec![escaped], 0),
        'x' => code(2),
        'u' => code(4),
        'U' => code(8),
        'N' if tail.starts_with('{') => {
            let len = tail.find('}').unwrap_or(0);
            let name = tail.get(1..len).unwrap_or_default();
            let c = if name.eq_ignore_ascii_case("LOW LINE") { '_' } else { '\u{fffd}' };
            (vec![c], tail.get(..=len).unwrap_or_default().chars().count())
        }
        '0'..='7' => {
            let digits: String =
                std::iter::once(escaped).chain(tail.chars().take(2).take_while(|c| c.is_digit(8))).collect();
            let c = u32::from_str_radix(&digits, 8).ok().and_then(char::from_u32).unwrap_or('\u{fffd}');
            (vec![c], digits.len() - 1)
        }
        _ => (vec!['\\', escaped], 0),
    }
}

/// Where the next tag or comment begins.
fn tag_start(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b'{', bytes).find(|at| matches!(bytes.get(at + 1), Some(b'{' | b'%' | b'#')))
}

/// Longer ones first.
const OPERATORS: &[&str] = &[
    "//", "**", "==", "!=", ">=", "<=", "(", ")", "[", "]", "{", "}", "+", "-", "*", "/", "%", "~", "<", ">", "=", ".",
    ":", "|", ",", ";",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(template: &str) -> Vec<String> {
        let (tokens, broken) = tokens(template);
        assert_eq!(broken, None, "{template}");
        let text = |token: Token<'_>| match token.lexeme {
            Lexeme::Text(text) => Some(text),
            Lexeme::Data(text) => Some(format!("<{text}>")),
            _ => None,
        };
        tokens.into_iter().filter_map(text).collect()
    }

    #[test]
    fn strings_are_read_as_python_reads_them() {
        let template = r#"{{ '\x5f\137\u005f\U0000005f\N{LOW LINE}' }}{{- "it's \"q\" \\ \d" -}}"#;
        assert_eq!(texts(template), ["_____", "it's \"q\" \\ \\d"]);
    }

    #[test]
    fn tags_end_where_they_end() {
        assert_eq!(texts("a{{ {'k': {'l': 'v'}} }}b"), ["<a>", "k", "l", "v", "<b>"]);
        assert_eq!(texts("{% raw %}{{ x {% if %}{% endraw %}c"), ["<{{ x {% if %}>", "<c>"]);
        assert_eq!(texts("{# {{ 'a' }} #}{{ '}}' }}{%+ set x = -1 -%}"), ["}}"]);
        for (template, at) in [("{{ x", 0), ("a{% x ? %}", 6), ("{{ 'a }}", 0), ("{#", 0), ("{% raw %}{{", 9)] {
            assert_eq!(tokens(template).1, Some(at), "{template}");
        }
    }

    #[test]
    fn numbers_are_read() {
        let (tokens, _) = tokens("{{ 10_000 0x1F 1e9 1.5 99999999999999999999 m.0.x }}");
        let numbers: Vec<_> = tokens
            .iter()
            .filter_map(|token| match token.lexeme {
                Lexeme::Int(number) => Some(number),
                Lexeme::Float => Some(0),
                _ => None,
            })
            .collect();
        assert_eq!(numbers, [10_000, 31, 0, 0, u64::MAX, 0]);
    }
}
