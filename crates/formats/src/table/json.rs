//! JSON as rows: finds objects, their keys and the bytes of their values, without building anything. Lenient about what
//! stands inside a value, strict about where it ends; depth is counted, never recursed.

use std::ops::Range;

use super::{Cell, Form, Layout, Limits, Misfit, Row};

/// Whether a text is an array of objects, or objects line by line; `None` if it is neither (a single object is a
/// document, not a table).
pub(super) fn layout(source: &str) -> Option<Layout> {
    let source = source.trim_start_matches('\u{feff}').trim_start();
    if let Some(rest) = source.strip_prefix('[') {
        return rest.trim_start().starts_with('{').then_some(Layout::JsonArray);
    }
    let mut lines = source.lines().filter(|line| !line.trim().is_empty()).take(2);
    let whole = |line: &str| line.trim_start().starts_with('{') && line.trim_end().ends_with('}');
    let first = lines.next().is_some_and(whole);
    (first && lines.next().is_none_or(|line| line.trim_start().starts_with('{'))).then_some(Layout::JsonLines)
}

/// Walks the objects of a text.
#[derive(Debug)]
pub(super) struct Objects<'a> {
    source: &'a str,
    at: usize,
    limits: Limits,
    by_line: bool,
}

impl<'a> Objects<'a> {
    pub(super) fn lines(source: &'a str, limits: Limits) -> Self {
        Self { source, at: 0, limits, by_line: true }
    }

    pub(super) fn array(source: &'a str, limits: Limits) -> Self {
        Self { source, at: source.find('[').map_or(source.len(), |at| at + 1), limits, by_line: false }
    }

    /// The next object; `column` turns a key into a column, or refuses it.
    pub(super) fn next_object(&mut self, column: &mut dyn FnMut(&str) -> Option<usize>) -> Option<Row> {
        let mut row = if self.by_line { self.next_line(column) } else { self.next_element(column) }?;
        row.cells.sort_by_key(|cell| cell.column);
        Some(row)
    }

    fn next_line(&mut self, column: &mut dyn FnMut(&str) -> Option<usize>) -> Option<Row> {
        let bytes = self.source.as_bytes();
        loop {
            let rest = bytes.get(self.at..).filter(|rest| !rest.is_empty())?;
            let end = self.at + memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            let line = self.source.get(self.at..end).unwrap_or_default();
            let line = line.trim_start_matches('\u{feff}');
            let start = end - line.trim_start().len();
            self.at = end + 1;
            if line.trim().is_empty() {
                continue;
            }
            let end = start + line.trim().len();
            let mut cursor =
                Cursor { bytes: bytes.get(..end).unwrap_or_default(), at: start, depth: self.limits.depth };
            let mut row = Row { index: 0, range: start..end, cells: Vec::new(), misfit: None };
            if cursor.object(self.source, &mut row.cells, column).is_none() || cursor.at != end {
                row.misfit = Some(Misfit::Malformed);
            }
            return Some(row);
        }
    }

    fn next_element(&mut self, column: &mut dyn FnMut(&str) -> Option<usize>) -> Option<Row> {
        let mut cursor = Cursor { bytes: self.source.as_bytes(), at: self.at, depth: self.limits.depth };
        cursor.space();
        if cursor.peek() == Some(b',') {
            cursor.at += 1;
            cursor.space();
        }
        let start = cursor.at;
        let mut row = Row { index: 0, range: start..start, cells: Vec::new(), misfit: None };
        match cursor.peek() {
            Some(b'{') => {
                if cursor.object(self.source, &mut row.cells, column).is_none() {
                    // Where the next element would start cannot be known.
                    row.misfit = Some(Misfit::Malformed);
                    cursor.at = cursor.bytes.len();
                }
            }
            Some(b']') | None => return None,
            Some(_) => {
                row.misfit = Some(Misfit::Malformed);
                if cursor.value().is_none() || cursor.at == start {
                    cursor.at = cursor.bytes.len();
                }
            }
        }
        row.range = start..cursor.at;
        self.at = cursor.at;
        Some(row)
    }
}

/// The strings inside a nested value, keys left out, at most `limit`.
pub(super) fn leaves(source: &str, cell: &Cell, limit: usize) -> Vec<Cell> {
    let mut cursor =
        Cursor { bytes: source.as_bytes().get(..cell.range.end).unwrap_or_default(), at: cell.range.start, depth: 0 };
    let mut found = Vec::new();
    while found.len() < limit {
        let Some(skip) = memchr::memchr(b'"', cursor.bytes.get(cursor.at..).unwrap_or_default()) else { break };
        cursor.at += skip;
        let Some(range) = cursor.string() else { break };
        cursor.space();
        if cursor.peek() != Some(b':') {
            found.push(Cell { column: cell.column, range, form: Form::JsonString });
        }
    }
    found
}

/// The character that an escape at the start of `bytes` stands for, and the length of the escape. Broken ones become
/// U+FFFD; `bytes` begins with a backslash.
pub(super) fn unescape(bytes: &[u8]) -> (char, usize) {
    let unit = |at: usize| {
        let digits = std::str::from_utf8(bytes.get(at..at + 4)?).ok()?;
        digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok()).flatten()
    };
    match bytes.get(1) {
        Some(b'n') => ('\n', 2),
        Some(b't') => ('\t', 2),
        Some(b'r') => ('\r', 2),
        Some(b'b') => ('\u{8}', 2),
        Some(b'f') => ('\u{c}', 2),
        Some(b'u') => {
            let Some(high) = unit(2) else {
                let digits = bytes.iter().skip(2).take(4).take_while(|byte| byte.is_ascii_hexdigit()).count();
                return (char::REPLACEMENT_CHARACTER, 2 + digits);
            };
            let low = if bytes.get(6..8) == Some(b"\\u") { unit(8) } else { None };
            match (high, low) {
                (0xd800..0xdc00, Some(low @ 0xdc00..0xe000)) => {
                    let code = 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                    (char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), 12)
                }
                _ => (char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER), 6),
            }
        }
        Some(byte) if byte.is_ascii() => (char::from(*byte), 2),
        _ => (char::REPLACEMENT_CHARACTER, 1),
    }
}

/// A place in JSON text.
struct Cursor<'b> {
    bytes: &'b [u8],
    at: usize,
    depth: usize,
}

impl Cursor<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn space(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        self.space();
        (self.peek() == Some(byte)).then(|| self.at += 1)
    }

    /// An object: pushes the cells of the keys that `column` accepts.
    fn object(
        &mut self,
        source: &str,
        cells: &mut Vec<Cell>,
        column: &mut dyn FnMut(&str) -> Option<usize>,
    ) -> Option<()> {
        self.expect(b'{')?;
        self.space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Some(());
        }
        loop {
            self.space();
            let key = Cell { column: 0, range: self.string()?, form: Form::JsonString };
            self.expect(b':')?;
            self.space();
            let (range, form) = self.value()?;
            if let Some(column) = column(&key.text(source)) {
                cells.push(Cell { column, range, form });
            }
            self.space();
            match self.peek()? {
                b',' => self.at += 1,
                b'}' => {
                    self.at += 1;
                    return Some(());
                }
                _ => return None,
            }
        }
    }

    /// The bytes between the quotes.
    fn string(&mut self) -> Option<Range<usize>> {
        if self.peek() != Some(b'"') {
            return None;
        }
        self.at += 1;
        let start = self.at;
        loop {
            self.at += memchr::memchr2(b'"', b'\\', self.bytes.get(self.at..)?)?;
            if self.peek() == Some(b'"') {
                self.at += 1;
                return Some(start..self.at - 1);
            }
            self.at += 2;
        }
    }

    fn value(&mut self) -> Option<(Range<usize>, Form)> {
        let start = self.at;
        match self.peek()? {
            b'"' => Some((self.string()?, Form::JsonString)),
            b'{' | b'[' => {
                self.nested()?;
                Some((start..self.at, Form::JsonNested))
            }
            _ => {
                let scalar = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.');
                self.at += self.bytes.get(start..)?.iter().take_while(|byte| scalar(byte)).count();
                let form = if self.bytes.get(start..self.at) == Some(b"null") { Form::Null } else { Form::Plain };
                (self.at > start).then_some((start..self.at, form))
            }
        }
    }

    fn nested(&mut self) -> Option<()> {
        let mut open = 0_usize;
        loop {
            let rest = self.bytes.get(self.at..)?;
            self.at += rest.iter().position(|byte| matches!(byte, b'"' | b'{' | b'[' | b'}' | b']'))?;
            match self.peek()? {
                b'"' => {
                    self.string()?;
                }
                b'{' | b'[' => {
                    open += 1;
                    self.at += 1;
                    if open > self.depth {
                        return None;
                    }
                }
                _ => {
                    open = open.checked_sub(1)?;
                    self.at += 1;
                    if open == 0 {
                        return Some(());
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layouts() {
        assert_eq!(layout(" [\n {\"a\": 1}]"), Some(Layout::JsonArray));
        assert_eq!(layout("{\"a\": 1}\n{\"a\": 2}\n"), Some(Layout::JsonLines));
        assert_eq!(layout("{\"a\": 1}\n"), Some(Layout::JsonLines), "one line of one object");
        assert_eq!(layout("{\n  \"a\": 1\n}\n"), None, "a document");
        assert_eq!(layout("[1, 2]"), None);
        assert_eq!(layout(""), None);
    }

    #[test]
    fn bad_lines_do_not_end_the_table() {
        let source = "{\"a\": 1}\n{\"a\": \n[1]\n{\"a\": 2} x\n{\"a\": 3}\n";
        let mut objects = Objects::lines(source, Limits::default());
        let rows: Vec<Row> = std::iter::from_fn(|| objects.next_object(&mut |_| Some(0))).collect();
        let fine: Vec<bool> = rows.iter().map(|row| row.misfit.is_none()).collect();
        assert_eq!(fine, [true, false, false, false, true]);
    }

    #[test]
    fn deep_nesting_is_refused_in_linear_time() {
        let source = format!("[{{\"a\": {}}}]", "[".repeat(1_000_000));
        let mut objects = Objects::array(&source, Limits::default());
        assert_eq!(objects.next_object(&mut |_| Some(0)).unwrap().misfit, Some(Misfit::Malformed));
        assert!(objects.next_object(&mut |_| Some(0)).is_none());
    }
}
