//! Python literals as `ast.literal_eval` reads them: strings, integers, truth values, tuples, lists and dictionaries.

/// A literal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Literal {
    /// `None`.
    None,
    /// `True` or `False`.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A string.
    Text(String),
    /// A tuple.
    Tuple(Vec<Literal>),
    /// A list.
    List(Vec<Literal>),
    /// A dictionary, in order.
    Dict(Vec<(Literal, Literal)>),
}

impl Literal {
    /// The characters of a string.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// Reads a text that is one literal; `None` if it is anything else.
pub fn parse(text: &str) -> Option<Literal> {
    let mut reader = Reader { rest: text };
    let literal = reader.literal(0)?;
    reader.blank();
    reader.rest.is_empty().then_some(literal)
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn literal(&mut self, depth: usize) -> Option<Literal> {
        if depth > DEPTH {
            return None;
        }
        self.blank();
        match self.rest.chars().next()? {
            '(' => {
                let (items, commas) = self.items(')', depth)?;
                // Brackets around one value make no tuple without a comma.
                match <[Literal; 1]>::try_from(items) {
                    Ok([single]) if commas == 0 => Some(single),
                    Ok(single) => Some(Literal::Tuple(single.into())),
                    Err(items) => Some(Literal::Tuple(items)),
                }
            }
            '[' => self.items(']', depth).map(|(items, _)| Literal::List(items)),
            '{' => self.dict(depth),
            '\'' | '"' => self.string().map(Literal::Text),
            '-' | '+' | '0'..='9' => self.int(),
            _ => [("None", Literal::None), ("True", Literal::Bool(true)), ("False", Literal::Bool(false))]
                .into_iter()
                .find_map(|(word, literal)| self.take(word).then_some(literal)),
        }
    }

    fn items(&mut self, end: char, depth: usize) -> Option<(Vec<Literal>, usize)> {
        self.step()?;
        let (mut items, mut commas) = (Vec::new(), 0);
        loop {
            self.blank();
            if self.rest.starts_with(end) {
                self.step()?;
                return Some((items, commas));
            }
            if items.len() > commas {
                return None;
            }
            items.push(self.literal(depth + 1)?);
            self.blank();
            commas += usize::from(self.take(","));
        }
    }

    fn dict(&mut self, depth: usize) -> Option<Literal> {
        self.step()?;
        let mut entries = Vec::new();
        loop {
            self.blank();
            if self.take("}") {
                return Some(Literal::Dict(entries));
            }
            let key = self.literal(depth + 1)?;
            self.blank();
            self.take(":").then_some(())?;
            entries.push((key, self.literal(depth + 1)?));
            self.blank();
            if !self.take(",") {
                self.take("}").then_some(())?;
                return Some(Literal::Dict(entries));
            }
        }
    }

    fn string(&mut self) -> Option<String> {
        let quote = self.step()?;
        let mut text = String::new();
        loop {
            match self.step()? {
                c if c == quote => return Some(text),
                '\n' => return None,
                '\\' => match self.step()? {
                    'n' => text.push('\n'),
                    't' => text.push('\t'),
                    'x' => {
                        let code = u32::from_str_radix(self.rest.get(..2)?, 16).ok()?;
                        self.rest = self.rest.get(2..)?;
                        text.push(char::from_u32(code)?);
                    }
                    c @ ('\\' | '\'' | '"') => text.push(c),
                    _ => return None,
                },
                c => text.push(c),
            }
        }
    }

    /// An integer; Python 2 wrote an `L` behind long ones.
    fn int(&mut self) -> Option<Literal> {
        let len = self.rest.find(|c: char| !c.is_ascii_digit() && !"+-".contains(c)).unwrap_or(self.rest.len());
        let value = self.rest.get(..len)?.parse().ok()?;
        self.rest = self.rest.get(len..)?;
        self.take("L");
        Some(Literal::Int(value))
    }

    fn step(&mut self) -> Option<char> {
        let c = self.rest.chars().next()?;
        self.rest = self.rest.get(c.len_utf8()..)?;
        Some(c)
    }

    fn take(&mut self, word: &str) -> bool {
        let behind = self.rest.strip_prefix(word);
        self.rest = behind.unwrap_or(self.rest);
        behind.is_some()
    }

    fn blank(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r', '\x0c']);
    }
}

/// How deep literals may be nested.
const DEPTH: usize = 64;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn literals_are_read() {
        let text = |text: &str| Literal::Text(text.to_owned());
        for (source, expected) in [
            ("'a'", Some(text("a"))),
            (r#""a\'\x41""#, Some(text("a'A"))),
            ("(1)", Some(Literal::Int(1))),
            ("(1,)", Some(Literal::Tuple(vec![Literal::Int(1)]))),
            ("()", Some(Literal::Tuple(Vec::new()))),
            ("(3L, -4)", Some(Literal::Tuple(vec![Literal::Int(3), Literal::Int(-4)]))),
            (" [True, None,] ", Some(Literal::List(vec![Literal::Bool(true), Literal::None]))),
            ("{'a': False, }", Some(Literal::Dict(vec![(text("a"), Literal::Bool(false))]))),
            ("f(1)", None),
            ("[1 2]", None),
            ("1 + 1", None),
            ("'a", None),
            ("{'a'}", None),
        ] {
            assert_eq!(parse(source), expected, "{source}");
        }
        assert_eq!(parse(&"[".repeat(100_000)), None);
    }

    proptest! {
        #[test]
        fn any_text_is_safe(text in "[\\[\\](){}'\",:a0\\\\ Tru-]{0,60}") {
            parse(&text);
        }
    }
}
