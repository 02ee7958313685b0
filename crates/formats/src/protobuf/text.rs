//! The text format of protobuf messages (`.pbtxt`, `.prototxt`), as a flat list of fields in the order of the file.
//!
//! Never recursive, so that nesting costs nothing. Source: Protocol Buffers documentation, "Text Format Language
//! Specification".

use std::ops::Range;

/// One field, wherever it is nested. Those in it follow it, up to `end`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Node {
    /// Its name; empty for the file itself.
    pub(super) name: Range<usize>,
    /// Its value: of a message what stands between the braces, of a text all its pieces with their quotes.
    pub(super) range: Range<usize>,
    /// Whether the value is a message.
    pub(super) message: bool,
    /// The index behind the last field in it.
    pub(super) end: usize,
}

/// Reads a file. Returns its fields, the first of which is the file itself, and why reading ended early if it did.
pub(super) fn parse(text: &[u8], nodes: usize) -> (Vec<Node>, Option<&'static str>) {
    let file = Node { name: 0..0, range: 0..text.len(), message: true, end: 0 };
    let mut reader = Reader { text, at: 0, most: nodes, nodes: vec![file], open: Vec::new() };
    let outcome = reader.run();
    let last = reader.nodes.len();
    for open in reader.open.drain(..) {
        if let Some(node) = reader.nodes.get_mut(open.node) {
            (node.end, node.range.end) = (last, text.len());
        }
    }
    if let Some(file) = reader.nodes.first_mut() {
        file.end = last;
    }
    (reader.nodes, outcome.err())
}

/// What the quoted pieces of a value spell; anything else as it stands.
pub(super) fn unquoted(raw: &[u8], most: usize) -> Vec<u8> {
    let mut spelt = Vec::new();
    let mut at = 0;
    if !matches!(raw.first(), Some(b'"' | b'\'')) {
        return raw.get(..raw.len().min(most)).unwrap_or_default().to_vec();
    }
    let mut quote = None;
    while let Some(&byte) = raw.get(at)
        && spelt.len() < most
    {
        at += 1;
        match (quote, byte) {
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, _) => {}
            (Some(open), _) if byte == open => quote = None,
            (Some(_), b'\\') => at += escape(raw.get(at..).unwrap_or_default(), &mut spelt),
            (Some(_), _) => spelt.push(byte),
        }
    }
    spelt
}

/// Resolves what follows a backslash; returns how many bytes that is.
fn escape(rest: &[u8], spelt: &mut Vec<u8>) -> usize {
    let Some(&kind) = rest.first() else { return 0 };
    let number = |from: usize, most: usize, radix: u32| {
        let digits =
            rest.get(from..).unwrap_or_default().iter().take(most).take_while(|b| (**b as char).is_digit(radix));
        let digits = digits.count();
        let text = std::str::from_utf8(rest.get(from..from + digits).unwrap_or_default()).unwrap_or_default();
        (u32::from_str_radix(text, radix).unwrap_or_default(), from + digits)
    };
    let (value, len) = match kind {
        b'0'..=b'7' => number(0, 3, 8),
        b'x' | b'X' => number(1, 2, 16),
        b'u' => number(1, 4, 16),
        b'U' => number(1, 8, 16),
        b'n' => (10, 1),
        b'r' => (13, 1),
        b't' => (9, 1),
        b'a' => (7, 1),
        b'b' => (8, 1),
        b'f' => (12, 1),
        b'v' => (11, 1),
        other => (u32::from(other), 1),
    };
    if matches!(kind, b'u' | b'U') {
        let character = char::from_u32(value).unwrap_or(char::REPLACEMENT_CHARACTER);
        spelt.extend(character.encode_utf8(&mut [0; 4]).as_bytes());
    } else {
        spelt.push((value & 0xff) as u8);
    }
    len
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    most: usize,
    nodes: Vec<Node>,
    open: Vec<Open>,
}

/// A message that has not ended, or a list, whose items all have the name that stands in front of it.
struct Open {
    node: usize,
    close: u8,
    list: Option<Range<usize>>,
}

impl Reader<'_> {
    fn run(&mut self) -> Result<(), &'static str> {
        loop {
            self.skip();
            let Some(byte) = self.peek() else {
                return if self.open.is_empty() { Ok(()) } else { Err("its text ends inside of a message") };
            };
            if matches!(byte, b',' | b';') {
                self.at += 1;
            } else if self.open.last().is_some_and(|open| open.close == byte) {
                self.close();
            } else if let Some(name) = self.open.last().and_then(|open| open.list.clone()) {
                self.value(name)?;
            } else {
                self.field()?;
            }
        }
    }

    fn field(&mut self) -> Result<(), &'static str> {
        let start = self.at;
        if self.peek() == Some(b'[') {
            // The name of an extension, or the type of what is packed.
            let rest = self.text.get(self.at..).unwrap_or_default();
            self.at += memchr::memchr(b']', rest).ok_or(NO_FIELD)? + 1;
        } else {
            self.word();
        }
        let name = start..self.at;
        if name.is_empty() {
            return Err(NO_FIELD);
        }
        self.skip();
        let colon = self.peek() == Some(b':');
        self.at += usize::from(colon);
        self.skip();
        match self.peek() {
            Some(b'{' | b'<') => self.value(name),
            Some(b'[') if colon => {
                self.at += 1;
                let node = self.nodes.len();
                self.open(Open { node, close: b']', list: Some(name) })
            }
            Some(_) if colon => self.value(name),
            _ => Err(NO_FIELD),
        }
    }

    /// A message, texts in a row, or a word.
    fn value(&mut self, name: Range<usize>) -> Result<(), &'static str> {
        if self.nodes.len() >= self.most {
            return Err("it has more fields than the scan reads");
        }
        let node = self.nodes.len();
        let start = self.at;
        match self.peek() {
            Some(open @ (b'{' | b'<')) => {
                self.at += 1;
                self.nodes.push(Node { name, range: self.at..self.at, message: true, end: node + 1 });
                return self.open(Open { node, close: if open == b'{' { b'}' } else { b'>' }, list: None });
            }
            Some(b'"' | b'\'') => self.texts()?,
            _ => self.word(),
        }
        // A sign may stand apart from its number.
        if self.text.get(start..self.at) == Some(b"-") {
            self.skip();
            self.word();
        }
        let range = start..self.end_of_value(start);
        if range.is_empty() {
            return Err(NO_FIELD);
        }
        self.nodes.push(Node { name, range, message: false, end: node + 1 });
        Ok(())
    }

    /// Texts that follow one another are one.
    fn texts(&mut self) -> Result<(), &'static str> {
        while let Some(quote @ (b'"' | b'\'')) = self.peek() {
            self.at += 1;
            loop {
                let rest = self.text.get(self.at..).unwrap_or_default();
                let step = memchr::memchr2(quote, b'\\', rest).ok_or("its text ends inside of quotes")?;
                let escaped = rest.get(step) == Some(&b'\\');
                self.at = (self.at + step + 1 + usize::from(escaped)).min(self.text.len());
                if !escaped {
                    break;
                }
            }
            self.skip();
        }
        Ok(())
    }

    /// Where a value ends whose last text may be followed by white space that was skipped.
    fn end_of_value(&self, start: usize) -> usize {
        let value = self.text.get(start..self.at).unwrap_or_default();
        if matches!(value.first(), Some(b'"' | b'\'')) {
            return start + memchr::memrchr2(b'"', b'\'', value).map_or(value.len(), |at| at + 1);
        }
        self.at
    }

    fn open(&mut self, open: Open) -> Result<(), &'static str> {
        if self.open.len() >= DEPTH {
            return Err("its messages are nested too deeply");
        }
        self.open.push(open);
        Ok(())
    }

    fn close(&mut self) {
        let end = self.nodes.len();
        let at = self.at;
        self.at += 1;
        if let Some(open) = self.open.pop()
            && open.list.is_none()
            && let Some(node) = self.nodes.get_mut(open.node)
        {
            (node.end, node.range.end) = (end, at);
        }
    }

    fn word(&mut self) {
        let is_word = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'+' | b'-');
        self.at += self.text.get(self.at..).unwrap_or_default().iter().take_while(is_word).count();
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    /// Skips white space and comments.
    fn skip(&mut self) {
        while let Some(byte) = self.peek() {
            if byte == b'#' {
                let rest = self.text.get(self.at..).unwrap_or_default();
                self.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            } else if byte.is_ascii_whitespace() {
                self.at += 1;
            } else {
                return;
            }
        }
    }
}

/// How deep messages may be nested.
const DEPTH: usize = 1000;
const NO_FIELD: &str = "it is no protobuf text, or breaks off";

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(text: &str) -> String {
        let (nodes, cut) = parse(text.as_bytes(), 100);
        let of = |range: &Range<usize>| text.get(range.clone()).unwrap();
        let show = |node: &Node| format!("{}={}@{}", of(&node.name), of(&node.range), node.end);
        let fields: Vec<_> = nodes.iter().skip(1).map(show).collect();
        format!("{}{}", fields.join(" "), cut.map(|cut| format!("!{cut}")).unwrap_or_default())
    }

    #[test]
    fn fields_are_read_in_every_spelling() {
        assert_eq!(shape("a: 1 b { c: 'x' } # no\nd < e: X >"), "a=1@2 b= c: 'x' @4 c='x'@4 d= e: X @6 e=X@6");
        assert_eq!(shape("a: [1, 2] b: [{c: 1}, {}], [x.y/z]: {}; s: \"q\"\n 'r' t: - 1"), {
            "a=1@2 a=2@3 b=c: 1@5 c=1@5 b=@6 [x.y/z]=@7 s=\"q\"\n 'r'@8 t=- 1@9"
        });
    }

    #[test]
    fn texts_are_unquoted() {
        assert_eq!(unquoted(br#""a\n\x41\101\"" 'b"'"#, 99), b"a\nAA\"b\"");
        assert_eq!(unquoted(br#""\u00e9""#, 99), "\u{e9}".as_bytes());
        assert_eq!(unquoted(b"DT_FLOAT", 99), b"DT_FLOAT");
        assert_eq!(unquoted(b"\"abc\"", 2), b"ab");
    }

    #[test]
    fn truncated_texts_keep_what_was_read() {
        let text = "a { b: 'x' c: [1, 2] }";
        assert_eq!(parse(text.as_bytes(), 100).1, None);
        for len in 1..text.len() {
            let (nodes, cut) = parse(&text.as_bytes()[..len], 100);
            assert!(cut.is_some(), "{len}");
            assert!(nodes.iter().all(|node| node.end <= nodes.len() && node.range.end <= len));
        }
    }

    #[test]
    fn nesting_and_count_are_bounded() {
        assert!(parse("a{".repeat(100_000).as_bytes(), 1 << 20).1.is_some());
        assert!(parse("a:1 ".repeat(100).as_bytes(), 10).1.is_some());
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_safe(text in "[a-c{}<>\\[\\]:,;#\"'\\\\ \n0-9-]{0,80}") {
            let (nodes, _) = parse(text.as_bytes(), 50);
            assert!(nodes.iter().all(|node| node.end <= nodes.len() && node.range.end <= text.len()));
            for node in &nodes {
                unquoted(&text.as_bytes()[node.range.clone()], 100);
            }
        }
    }
}
