//! One pass over the bytes, with a stack of what is open. Says where it stopped and why.

use super::{Json, Node, Sort, wide};

/// Why a text is no JSON that can be read in one way only. Places are bytes from its start.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// Bytes that are no UTF-8.
    #[error("byte {0} is no UTF-8")]
    Encoding(usize),
    /// Something else stands where the grammar wants this.
    #[error("byte {at}: {wanted} expected")]
    Syntax {
        /// Where.
        at: usize,
        /// What.
        wanted: &'static str,
    },
    /// Half a surrogate pair: no character.
    #[error("byte {0}: half a surrogate pair")]
    Surrogate(usize),
    /// A key that its object has already: one reader takes the first, another one the last.
    #[error("byte {at}: the key `{key}` comes twice")]
    DuplicateKey {
        /// Where the object begins.
        at: usize,
        /// The key, or the start of it.
        key: String,
    },
    /// Lists and objects in each other, more than 127.
    #[error("byte {0}: more than {DEPTH} lists and objects in each other")]
    Depth(usize),
    /// Longer than places can be counted.
    #[error("the body has 4 GiB or more")]
    Length,
}

/// As many lists and objects may stand in each other as `serde_json` allows, and most servers with it.
pub(super) const DEPTH: usize = 127;

pub(super) fn parse(body: &[u8]) -> Result<Json<'_>, JsonError> {
    let text = std::str::from_utf8(body).map_err(|error| JsonError::Encoding(error.valid_up_to()))?;
    if u32::try_from(text.len()).is_err() {
        return Err(JsonError::Length);
    }
    let parser = Parser { text, bytes: body, at: 0, nodes: Vec::new(), open: Vec::new(), row: None, keys: Vec::new() };
    Ok(Json { text, nodes: parser.run()? })
}

struct Parser<'b> {
    text: &'b str,
    bytes: &'b [u8],
    at: usize,
    nodes: Vec<Node>,
    /// Lists and objects that have begun and not ended, as numbers of nodes.
    open: Vec<(usize, Sort)>,
    /// The number that came last, if it stands in a list and nothing has come since.
    row: Option<usize>,
    /// The keys of an object that has ended; kept for its memory.
    keys: Vec<&'b str>,
}

impl Parser<'_> {
    fn run(mut self) -> Result<Vec<Node>, JsonError> {
        loop {
            self.value()?;
            // What may follow a value depends on what it stands in.
            loop {
                self.blank();
                let Some((_, sort)) = self.open.last() else {
                    return if self.at == self.bytes.len() { Ok(self.nodes) } else { self.wanted("the end") };
                };
                match (sort, self.peek()) {
                    (Sort::Object, Some(b',')) => {
                        self.at += 1;
                        self.key()?;
                    }
                    (_, Some(b',')) => self.at += 1,
                    (Sort::Object, Some(b'}')) | (Sort::List, Some(b']')) => {
                        self.end()?;
                        continue;
                    }
                    (Sort::Object, _) => return self.wanted("`,` or `}`"),
                    _ => return self.wanted("`,` or `]`"),
                }
                break;
            }
        }
    }

    /// Reads values until one has ended: the first one in a list or object that is not empty comes before its end.
    fn value(&mut self) -> Result<(), JsonError> {
        loop {
            self.blank();
            match self.peek() {
                Some(b'{') => {
                    self.begin(Sort::Object)?;
                    self.blank();
                    if self.peek() == Some(b'}') {
                        return self.end();
                    }
                    self.key()?;
                }
                Some(b'[') => {
                    self.begin(Sort::List)?;
                    self.blank();
                    if self.peek() == Some(b']') {
                        return self.end();
                    }
                }
                Some(b'"') => return self.string(),
                Some(b'-' | b'0'..=b'9') => return self.number(),
                Some(b't') => return self.literal("true", Sort::True),
                Some(b'f') => return self.literal("false", Sort::False),
                Some(b'n') => return self.literal("null", Sort::Null),
                _ => return self.wanted("a value"),
            }
        }
    }

    fn key(&mut self) -> Result<(), JsonError> {
        self.blank();
        if self.peek() != Some(b'"') {
            return self.wanted("a key");
        }
        self.string()?;
        self.blank();
        if self.peek() != Some(b':') {
            return self.wanted("`:`");
        }
        self.at += 1;
        Ok(())
    }

    fn begin(&mut self, sort: Sort) -> Result<(), JsonError> {
        if self.open.len() == DEPTH {
            return Err(JsonError::Depth(self.at));
        }
        self.open.push((self.nodes.len(), sort));
        self.push(self.at, sort);
        self.at += 1;
        Ok(())
    }

    fn end(&mut self) -> Result<(), JsonError> {
        self.at += 1;
        let (end, after) = (narrow(self.at), narrow(self.nodes.len()));
        self.row = None;
        let Some((number, sort)) = self.open.pop() else { return Ok(()) };
        if let Some(node) = self.nodes.get_mut(number) {
            (node.end, node.after) = (end, after);
        }
        if sort == Sort::Object { self.unique(number) } else { Ok(()) }
    }

    /// Refuses an object with two keys that say the same.
    fn unique(&mut self, object: usize) -> Result<(), JsonError> {
        let mut keys = std::mem::take(&mut self.keys);
        keys.clear();
        let (mut at, mut escaped) = (object + 1, false);
        while let Some(key) = self.nodes.get(at) {
            keys.push(self.text.get(wide(key.start) + 1..wide(key.end) - 1).unwrap_or_default());
            escaped |= key.sort == Sort::Escaped;
            at = self.nodes.get(at + 1).map_or(usize::MAX, |value| wide(value.after));
        }
        let double = if escaped {
            let mut said: Vec<String> = keys.iter().map(|key| unescape(key)).collect();
            said.sort_unstable();
            said.array_windows().find(|[one, other]| one == other).map(|[one, _]| one.clone())
        } else {
            twice(&mut keys).map(ToOwned::to_owned)
        };
        self.keys = keys;
        let begin = self.nodes.get(object).map_or(0, |node| wide(node.start));
        double.map_or(Ok(()), |key| Err(JsonError::DuplicateKey { at: begin, key: key.chars().take(64).collect() }))
    }

    fn string(&mut self) -> Result<(), JsonError> {
        let (start, mut sort) = (self.at, Sort::Plain);
        self.at += 1;
        loop {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            self.at += rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | ..0x20)).unwrap_or(rest.len());
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    self.escape()?;
                    sort = Sort::Escaped;
                }
                Some(_) => return self.wanted("an escape instead of a control character"),
                None => return self.wanted("`\"`"),
            }
        }
        self.at += 1;
        self.push(start, sort);
        Ok(())
    }

    fn escape(&mut self) -> Result<(), JsonError> {
        match self.bytes.get(self.at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 2,
            Some(b'u') => {
                let Some(first) = unit(self.bytes, self.at) else { return self.wanted("four hexadecimal digits") };
                let half = JsonError::Surrogate(self.at);
                self.at += 6;
                match first {
                    0xd800..0xdc00 => match unit(self.bytes, self.at) {
                        Some(0xdc00..0xe000) => self.at += 6,
                        _ => return Err(half),
                    },
                    0xdc00..0xe000 => return Err(half),
                    _ => {}
                }
            }
            _ => return self.wanted("an escape"),
        }
        Ok(())
    }

    fn number(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        self.at += usize::from(self.peek() == Some(b'-'));
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            self.at += usize::from(matches!(self.peek(), Some(b'+' | b'-')));
            self.digits()?;
        }
        // Tensors are long lists of numbers: those in a row are one node.
        match self.row.and_then(|row| self.nodes.get_mut(row)) {
            Some(row) => row.end = narrow(self.at),
            None => self.push(start, Sort::Numbers),
        }
        if matches!(self.open.last(), Some((_, Sort::List))) {
            self.row = Some(self.nodes.len() - 1);
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<(), JsonError> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += count;
        if count == 0 { self.wanted("a digit") } else { Ok(()) }
    }

    fn literal(&mut self, word: &'static str, sort: Sort) -> Result<(), JsonError> {
        if !self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(word.as_bytes())) {
            return self.wanted("a value");
        }
        let start = self.at;
        self.at += word.len();
        self.push(start, sort);
        Ok(())
    }

    fn push(&mut self, start: usize, sort: Sort) {
        let after = narrow(self.nodes.len() + 1);
        self.row = None;
        self.nodes.push(Node { start: narrow(start), end: narrow(self.at), after, sort });
    }

    fn blank(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    const fn wanted<T>(&self, wanted: &'static str) -> Result<T, JsonError> {
        Err(JsonError::Syntax { at: self.at, wanted })
    }
}

/// A key that is on the list twice. Short lists, which most are, stay as they are.
fn twice<'k>(keys: &mut [&'k str]) -> Option<&'k str> {
    if keys.len() <= 12 {
        let again = |(at, key): &(usize, &&str)| keys.iter().take(*at).any(|before| before == *key);
        return keys.iter().enumerate().find(again).map(|(_, key)| *key);
    }
    keys.sort_unstable();
    keys.array_windows().find(|[one, other]| one == other).map(|[one, _]| *one)
}

/// The inside of a string that was read, without its escapes.
pub(super) fn unescape(inner: &str) -> String {
    let mut out = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some((plain, escaped)) = rest.split_once('\\') {
        out.push_str(plain);
        let (c, len) = match escaped.as_bytes().first() {
            Some(b'b') => ('\u{8}', 1),
            Some(b'f') => ('\u{c}', 1),
            Some(b'n') => ('\n', 1),
            Some(b'r') => ('\r', 1),
            Some(b't') => ('\t', 1),
            Some(b'u') => character(rest.as_bytes(), plain.len()),
            Some(byte) => (char::from(*byte), 1),
            None => break,
        };
        out.push(c);
        rest = escaped.get(len..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// The character of an escape with `u` and the length of the escape without its backslash.
fn character(bytes: &[u8], at: usize) -> (char, usize) {
    let first = unit(bytes, at).unwrap_or_default();
    match (first, unit(bytes, at + 6)) {
        (0xd800..0xdc00, Some(second)) => {
            let point = 0x1_0000 + ((first & 0x3ff) << 10 | second & 0x3ff);
            (char::from_u32(point).unwrap_or(char::REPLACEMENT_CHARACTER), 11)
        }
        _ => (char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER), 5),
    }
}

/// The code unit of an escape with `u` that begins at `at`.
fn unit(bytes: &[u8], at: usize) -> Option<u32> {
    let [b'\\', b'u', digits @ ..] = bytes.get(at..at + 6)? else { return None };
    digits.iter().try_fold(0, |unit, digit| Some(unit << 4 | char::from(*digit).to_digit(16)?))
}

fn narrow(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
