//! JSON as a tree of nodes with byte spans. Comments and trailing commas are allowed, as editors allow them in their
//! settings.

use crate::tree::{Document, Entry, Failure, Limits, Pair, Raw, Scalar, Style};

/// Reads a JSON file. Anything behind the first value is an error.
pub fn parse(text: &str, limits: Limits) -> Result<Document, Failure> {
    match parse_partial(text, limits) {
        (Some(document), None) => Ok(document),
        (_, failure) => Err(failure.unwrap_or(Failure::Syntax { at: 0, what: WHAT.to_owned() })),
    }
}

/// As [`parse`], with everything before an error or a limit: collections that were open there end there.
pub fn parse_partial(text: &str, limits: Limits) -> (Option<Document>, Option<Failure>) {
    if text.len() > limits.bytes {
        return (None, Some(Failure::Bytes(limits.bytes)));
    }
    let at = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let mut reader = Reader { text, at, limits, nodes: Vec::new(), failed: None };
    let root = match reader.value(0) {
        Ok(root) => root,
        Err(failure) => return (None, Some(failure)),
    };
    reader.skip();
    if reader.failed.is_none() && reader.at < text.len() {
        reader.failed = Some(reader.broken());
    }
    (Some(Document::new(reader.nodes, root)), reader.failed)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    limits: Limits,
    nodes: Vec<Raw>,
    /// Why reading stopped inside of a collection: from then on, everything ends.
    failed: Option<Failure>,
}

impl Reader<'_> {
    fn broken(&self) -> Failure {
        Failure::Syntax { at: self.at, what: WHAT.to_owned() }
    }

    /// Adds a node that ends here.
    fn add(&mut self, start: usize, entry: Entry) -> Result<usize, Failure> {
        if self.nodes.len() >= self.limits.nodes && self.failed.is_none() {
            return Err(Failure::Nodes(self.limits.nodes));
        }
        self.nodes.push(Raw { entry, span: start..self.at });
        Ok(self.nodes.len() - 1)
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let taken = self.peek() == Some(byte);
        self.at += usize::from(taken);
        taken
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Skips white space and comments.
    fn skip(&mut self) {
        loop {
            let rest = self.rest();
            let blank = rest.bytes().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')).count();
            let comment = match rest.get(blank..) {
                Some(rest) if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
                Some(rest) if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
                _ => 0,
            };
            if blank + comment == 0 {
                return;
            }
            self.at += blank + comment;
        }
    }

    fn value(&mut self, depth: usize) -> Result<usize, Failure> {
        if depth > self.limits.depth {
            return Err(Failure::Depth(self.limits.depth));
        }
        self.skip();
        let start = self.at;
        let entry = match self.peek().ok_or_else(|| self.broken())? {
            b'{' => self.mapping(depth),
            b'[' => self.sequence(depth),
            b'"' => return self.string(),
            _ => self.word()?,
        };
        self.add(start, entry)
    }

    fn mapping(&mut self, depth: usize) -> Entry {
        let mut pairs = Vec::new();
        self.at += 1;
        if let Err(failure) = self.pairs(depth, &mut pairs) {
            self.failed.get_or_insert(failure);
        }
        Entry::Mapping(pairs)
    }

    fn pairs(&mut self, depth: usize, pairs: &mut Vec<Pair>) -> Result<(), Failure> {
        loop {
            self.skip();
            if self.failed.is_some() || self.take(b'}') {
                return Ok(());
            }
            let key = self.string()?;
            self.skip();
            if !self.take(b':') {
                return Err(self.broken());
            }
            pairs.push(Pair { key, value: self.value(depth + 1)?, merged: false });
            self.skip();
            if !self.take(b',') && self.peek() != Some(b'}') && self.failed.is_none() {
                return Err(self.broken());
            }
        }
    }

    fn sequence(&mut self, depth: usize) -> Entry {
        let mut items = Vec::new();
        self.at += 1;
        if let Err(failure) = self.items(depth, &mut items) {
            self.failed.get_or_insert(failure);
        }
        Entry::Sequence(items)
    }

    fn items(&mut self, depth: usize, items: &mut Vec<usize>) -> Result<(), Failure> {
        loop {
            self.skip();
            if self.failed.is_some() || self.take(b']') {
                return Ok(());
            }
            items.push(self.value(depth + 1)?);
            self.skip();
            if !self.take(b',') && self.peek() != Some(b']') && self.failed.is_none() {
                return Err(self.broken());
            }
        }
    }

    fn word(&mut self) -> Result<Entry, Failure> {
        let in_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.');
        let len = self.rest().bytes().take_while(in_word).count();
        let text = self.rest().get(..len).unwrap_or_default().to_owned();
        if !matches!(text.as_str(), "null" | "true" | "false") && text.parse::<f64>().is_err() {
            return Err(self.broken());
        }
        self.at += len;
        Ok(Entry::Scalar(Scalar { text, style: Style::Plain }))
    }

    fn string(&mut self) -> Result<usize, Failure> {
        let start = self.at;
        if !self.take(b'"') {
            return Err(self.broken());
        }
        let mut text = String::new();
        loop {
            let len = self.rest().find(['"', '\\']).ok_or_else(|| self.broken())?;
            text.push_str(self.rest().get(..len).unwrap_or_default());
            self.at += len;
            if self.take(b'"') {
                return self.add(start, Entry::Scalar(Scalar { text, style: Style::Quoted }));
            }
            let (character, len) = escape(self.rest()).ok_or_else(|| self.broken())?;
            text.push(character);
            self.at += len;
        }
    }
}

/// The character that an escape at the start of `rest` stands for, and the length of the escape.
pub(crate) fn escape(rest: &str) -> Option<(char, usize)> {
    let unit = |at: usize| {
        let digits = rest.get(at..at + 4)?;
        rest.get(at - 2..at).filter(|head| *head == "\\u").and_then(|_| u32::from_str_radix(digits, 16).ok())
    };
    let simple = |character| Some((character, 2));
    match rest.as_bytes().get(1)? {
        b'n' => simple('\n'),
        b't' => simple('\t'),
        b'r' => simple('\r'),
        b'b' => simple('\u{8}'),
        b'f' => simple('\u{c}'),
        b'/' => simple('/'),
        b'"' => simple('"'),
        b'\\' => simple('\\'),
        b'u' => {
            let first = unit(2)?;
            match (char::from_u32(first), unit(8)) {
                (Some(character), _) => Some((character, 6)),
                (None, Some(second)) if (0xD800..0xDC00).contains(&first) && (0xDC00..0xE000).contains(&second) => {
                    let point = 0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00);
                    Some((char::from_u32(point)?, 12))
                }
                _ => Some((char::REPLACEMENT_CHARACTER, 6)),
            }
        }
        _ => None,
    }
}

const WHAT: &str = "this is no JSON";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        tree::{Node, Value},
        yaml,
    };

    fn read(text: &str) -> Result<Document, Failure> {
        parse(text, Limits::default())
    }

    fn shape(node: Node<'_>) -> String {
        let all = |parts: Vec<String>| parts.join(" ");
        match node.value() {
            Value::Scalar(text) if node.string().is_some() => format!("{text:?}"),
            Value::Scalar(text) => text.to_owned(),
            Value::Sequence => format!("[{}]", all(node.items().map(shape).collect())),
            Value::Mapping => {
                let pair = |(key, value): (Node<'_>, Node<'_>)| format!("{}:{}", key.text().unwrap(), shape(value));
                format!("{{{}}}", all(node.entries().map(pair).collect()))
            }
            Value::Opaque => "?".to_owned(),
        }
    }

    #[test]
    fn json_and_yaml_give_one_shape() {
        let expected = r#"{a:[1 true null "x\ny"] b:{c:"d"}}"#;
        let as_json = "// note\n{\"a\": [1, true, null, \"x\\ny\"], /* b */ \"b\": {\"c\": \"\\u0064\",},}";
        let as_yaml = "# note\na: [1, true, null, \"x\\ny\"]\nb:\n  c: d\n";
        assert_eq!(shape(read(as_json).unwrap().root()), expected);
        assert_eq!(shape(yaml::parse(as_yaml, Limits::default()).documents[0].root()), expected);
    }

    #[test]
    fn spans_are_bytes() {
        let text = "{\"k\u{e9}y\": \"v\u{e9}l\", \"n\": [\"two\"]}";
        let document = read(text).unwrap();
        let root = document.root();
        let (key, value) = root.entries().next().unwrap();
        assert_eq!(text.get(key.inside()).unwrap(), "k\u{e9}y");
        assert_eq!(text.get(value.inside()).unwrap(), "v\u{e9}l");
        assert_eq!(text.get(value.span()).unwrap(), "\"v\u{e9}l\"");
        assert_eq!(text.get(root.get("n").unwrap().span()).unwrap(), "[\"two\"]");
    }

    #[test]
    fn everything_is_walked_in_order() {
        let document = read("{\"a\": [1, {\"b\": 2}], \"c\": 3}").unwrap();
        let walked: Vec<_> = document.root().walk().iter().filter_map(|(_, node)| node.text()).collect();
        assert_eq!(walked, ["1", "2", "3"]);
    }

    #[test]
    fn truncated_files_are_refused() {
        let text = "{\"a\": [1.5e3, {\"b\": \"\\ud83d\\ude00\"}], \"c\": false}";
        for end in 0..text.len() {
            assert!(read(text.get(..end).unwrap()).is_err(), "{end}");
        }
    }

    #[test]
    fn what_comes_before_an_error_is_kept() {
        let partial = |text: &str| {
            let (document, failure) = parse_partial(text, Limits { depth: 3, ..Limits::default() });
            (document.map(|document| shape(document.root())).unwrap_or_default(), failure.is_some())
        };
        for (text, kept) in [
            ("{\"a\": [1, {\"b\": \"c\", x", "{a:[1 {b:\"c\"}]}"),
            ("{\"a\": 1} {\"b\": 2}", "{a:1}"),
            ("{\"a\": 1, \"b\": [[[[[2]]]]], \"c\": 3}", "{a:1 b:[[[]]]}"),
            ("", ""),
        ] {
            assert_eq!(partial(text), (kept.to_owned(), true), "{text}");
        }
        assert_eq!(partial("{\"a\": 1}"), ("{a:1}".to_owned(), false));
    }

    #[test]
    fn depth_and_size_are_limited() {
        assert_eq!(read(&"[".repeat(100_000)).unwrap_err(), Failure::Depth(100));
        assert_eq!(read(&"{\"a\":".repeat(100_000)).unwrap_err(), Failure::Depth(100));
        assert_eq!(parse("[1, 2]", Limits { nodes: 2, ..Limits::default() }).unwrap_err(), Failure::Nodes(2));
        assert_eq!(parse("[1, 2]", Limits { bytes: 2, ..Limits::default() }).unwrap_err(), Failure::Bytes(2));
    }

    proptest::proptest! {
        #[test]
        fn anything_is_refused_or_read(text in "[\\[\\]{}:,\"\\\\a1 \\n-]{0,60}") {
            if let Ok(document) = read(&text) {
                document.root().walk();
            }
        }
    }
}
