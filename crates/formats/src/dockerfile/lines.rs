//! From physical to logical lines: continuations joined, comments dropped, here-documents attached.

use std::{collections::HashMap, ops::Range};

/// One instruction's text, and where each of its bytes stands in the file.
#[derive(Debug, Default)]
pub(super) struct Logical {
    /// The joined text.
    pub(super) text: String,
    /// The file offset of each byte of `text`.
    offsets: Vec<usize>,
    /// Bodies of here-documents, by their place in the file.
    pub(super) documents: Vec<(String, Range<usize>)>,
    /// The file offset behind the last byte.
    end: usize,
}

impl Logical {
    /// From a range of the joined text to a range of the file.
    pub(super) fn place(&self, range: &Range<usize>) -> Range<usize> {
        let start = self.offsets.get(range.start).copied().unwrap_or(self.end);
        let last = range.end.checked_sub(1).filter(|last| *last >= range.start);
        let end = last.and_then(|last| self.offsets.get(last)).map_or(start, |at| at + 1);
        start..end.max(start)
    }

    /// The whole instruction, here-documents left out.
    pub(super) fn span(&self) -> Range<usize> {
        self.place(&(0..self.text.len()))
    }

    fn push(&mut self, text: &str, at: usize) {
        self.text.push_str(text);
        self.offsets.extend((0..text.len()).map(|offset| at + offset));
        self.end = at + text.len();
    }
}

/// Splits a Dockerfile into logical lines.
pub(super) fn logical(text: &str) -> Vec<Logical> {
    let physical: Vec<(usize, &str)> = physical(text);
    let escape = escape(&physical);
    let ends = Terminators::new(&physical);
    let mut lines = Vec::new();
    let mut at = 0;
    while let Some((start, line)) = physical.get(at).copied() {
        at += 1;
        if is_comment(line) || line.trim().is_empty() {
            continue;
        }
        let mut logical = Logical::default();
        let lead = line.len() - line.trim_start().len();
        let mut open = join(&mut logical, line.trim_start(), start + lead, escape);
        while open {
            let Some((start, line)) = physical.get(at).copied() else { break };
            at += 1;
            if !is_comment(line) && !line.trim().is_empty() {
                open = join(&mut logical, line, start, escape);
            }
        }
        for (name, strip) in heredocs(&logical.text) {
            let Some(end) = ends.find(&name, strip, at) else { break };
            let lines = physical.get(at..end).unwrap_or_default();
            let start = lines.first().map_or(logical.end, |(start, _)| *start);
            let stop = lines.last().map_or(start, |(start, line)| start + line.len());
            logical.documents.push((text.get(start..stop).unwrap_or_default().to_owned(), start..stop));
            at = end + 1;
        }
        lines.push(logical);
    }
    lines
}

fn physical(text: &str) -> Vec<(usize, &str)> {
    let mut start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let body = text.get(start..).unwrap_or_default();
    body.split_inclusive('\n')
        .map(|line| {
            let at = start;
            start += line.len();
            (at, line.trim_end_matches(['\n', '\r']))
        })
        .collect()
}

/// Adds one physical line; whether the next one continues it.
fn join(logical: &mut Logical, line: &str, at: usize, escape: char) -> bool {
    let head = line.trim_end().strip_suffix(escape);
    logical.push(head.unwrap_or(line), at);
    head.is_some()
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with('#')
}

/// The escape character: a backslash unless a parser directive at the top says otherwise.
fn escape(lines: &[(usize, &str)]) -> char {
    for (_, line) in lines {
        let Some((name, value)) = line.trim().strip_prefix('#').and_then(|line| line.split_once('=')) else { break };
        if name.trim().eq_ignore_ascii_case("escape") {
            return if value.trim() == "`" { '`' } else { '\\' };
        }
        if name.trim().contains(char::is_whitespace) {
            break;
        }
    }
    '\\'
}

/// The here-documents that an instruction opens: their names, and whether leading tabs are stripped.
fn heredocs(text: &str) -> Vec<(String, bool)> {
    let mut words = text.split_whitespace();
    let keyword = words.next().unwrap_or_default();
    let keyword = if keyword.eq_ignore_ascii_case("onbuild") { words.next().unwrap_or_default() } else { keyword };
    if !["run", "copy", "add"].iter().any(|known| keyword.eq_ignore_ascii_case(known)) {
        return Vec::new();
    }
    words.filter_map(heredoc).take(64).collect()
}

fn heredoc(word: &str) -> Option<(String, bool)> {
    // `3<<EOF` names a file descriptor.
    let word = word.trim_start_matches(|c: char| c.is_ascii_digit());
    let name = word.strip_prefix("<<")?;
    let (strip, name) = name.strip_prefix('-').map_or((false, name), |name| (true, name));
    let name = name.trim_matches(['"', '\'']);
    let good = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
    good.then(|| (name.to_owned(), strip))
}

/// Where lines that could end a here-document stand, so that each is found without reading the file again.
struct Terminators<'t> {
    exact: HashMap<&'t str, Vec<usize>>,
    stripped: HashMap<&'t str, Vec<usize>>,
}

impl<'t> Terminators<'t> {
    fn new(lines: &[(usize, &'t str)]) -> Self {
        let mut ends = Self { exact: HashMap::new(), stripped: HashMap::new() };
        if lines.iter().any(|(_, line)| line.contains("<<")) {
            for (number, (_, line)) in lines.iter().enumerate() {
                ends.exact.entry(line).or_default().push(number);
                ends.stripped.entry(line.trim_start_matches('\t')).or_default().push(number);
            }
        }
        ends
    }

    fn find(&self, name: &str, strip: bool, from: usize) -> Option<usize> {
        let numbers = if strip { &self.stripped } else { &self.exact }.get(name)?;
        numbers.get(numbers.partition_point(|number| *number < from)).copied()
    }
}
