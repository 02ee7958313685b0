//! One instruction: its flags and its arguments, by kind.

use std::ops::Range;

use super::lines::Logical;
use crate::shell;

/// A piece of text and where it stands in the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Piece {
    /// The text, quotes and continuations removed.
    pub text: String,
    /// Where, in bytes of the file.
    pub span: Range<usize>,
}

/// `NAME` or `NAME=value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The name.
    pub name: Piece,
    /// The value; `None` for `ARG NAME`.
    pub value: Option<Piece>,
}

/// `--name=value` between the keyword and its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flag {
    /// The name without dashes.
    pub name: String,
    /// The value; empty without `=`.
    pub value: Piece,
}

/// What `RUN`, `CMD`, `ENTRYPOINT`, `HEALTHCHECK` and `SHELL` run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Command {
    /// Written as a JSON list: no shell reads it.
    pub exec: bool,
    /// The words; of a shell form, as a POSIX shell would split them, with operators.
    pub words: Vec<Piece>,
    /// Bodies of here-documents.
    pub documents: Vec<Piece>,
}

/// One instruction.
#[derive(Clone, Debug)]
pub struct Instruction {
    /// The keyword in upper case.
    pub keyword: String,
    /// From the keyword to the last argument.
    pub span: Range<usize>,
    /// Flags such as `--platform`, `--from`, `--mount`.
    pub flags: Vec<Flag>,
    /// The arguments.
    pub kind: Kind,
}

/// The arguments of an instruction.
#[derive(Clone, Debug)]
pub enum Kind {
    /// `FROM image [AS name]`.
    From {
        /// The image or stage, as written.
        image: Piece,
        /// The name of the stage.
        name: Option<Piece>,
    },
    /// `ARG`.
    Arg(Vec<Pair>),
    /// `ENV`.
    Env(Vec<Pair>),
    /// `LABEL`.
    Label(Vec<Pair>),
    /// `USER`.
    User(Piece),
    /// `EXPOSE`.
    Expose(Vec<Piece>),
    /// `COPY` and `ADD`: sources, then the destination.
    Copy(Vec<Piece>),
    /// `RUN`.
    Run(Command),
    /// `CMD`.
    Cmd(Command),
    /// `ENTRYPOINT`.
    Entrypoint(Command),
    /// `HEALTHCHECK`; `None` for `HEALTHCHECK NONE`.
    Healthcheck(Option<Command>),
    /// `SHELL`.
    Shell(Command),
    /// `ONBUILD`, and what the next build does.
    Onbuild(Box<Instruction>),
    /// `WORKDIR`, `VOLUME`, `STOPSIGNAL`, `MAINTAINER`: the rest of the line.
    Other(Piece),
    /// A keyword that Docker does not know.
    Unknown,
}

impl Instruction {
    /// The value of a flag.
    pub fn flag(&self, name: &str) -> Option<&Piece> {
        self.flags.iter().find(|flag| flag.name == name).map(|flag| &flag.value)
    }
}

/// Reads one logical line; `None` if it is blank.
pub(super) fn read(line: &Logical, words: usize) -> Option<Instruction> {
    read_from(&Cursor { line, at: 0, words }, true)
}

fn read_from(cursor: &Cursor<'_>, may_nest: bool) -> Option<Instruction> {
    let mut cursor = Cursor { ..*cursor };
    let keyword = cursor.word()?;
    let name = keyword.text.to_ascii_uppercase();
    let flags = if TAKE_FLAGS.contains(&name.as_str()) { cursor.flags() } else { Vec::new() };
    let kind = match name.as_str() {
        "FROM" => from(&cursor),
        "ARG" => Kind::Arg(cursor.pairs(false)),
        "ENV" => Kind::Env(cursor.pairs(true)),
        "LABEL" => Kind::Label(cursor.pairs(true)),
        "USER" => Kind::User(cursor.rest()),
        "EXPOSE" => Kind::Expose(cursor.pieces()),
        "COPY" | "ADD" => Kind::Copy(cursor.list().unwrap_or_else(|| cursor.pieces())),
        "RUN" => Kind::Run(cursor.command()),
        "CMD" => Kind::Cmd(cursor.command()),
        "ENTRYPOINT" => Kind::Entrypoint(cursor.command()),
        "SHELL" => Kind::Shell(cursor.command()),
        "HEALTHCHECK" => healthcheck(&cursor),
        "WORKDIR" | "VOLUME" | "STOPSIGNAL" | "MAINTAINER" => Kind::Other(cursor.rest()),
        "ONBUILD" if may_nest => read_from(&cursor, false).map_or(Kind::Unknown, |next| Kind::Onbuild(Box::new(next))),
        _ => Kind::Unknown,
    };
    let end = cursor.line.span().end;
    Some(Instruction { keyword: name, span: keyword.span.start..end.max(keyword.span.end), flags, kind })
}

const TAKE_FLAGS: &[&str] = &["FROM", "COPY", "ADD", "RUN", "HEALTHCHECK"];

fn from(cursor: &Cursor<'_>) -> Kind {
    let mut words = cursor.pieces().into_iter();
    let image = words.next().unwrap_or_default();
    let name = words.next().filter(|word| word.text.eq_ignore_ascii_case("as")).and_then(|_| words.next());
    Kind::From { image, name }
}

fn healthcheck(cursor: &Cursor<'_>) -> Kind {
    let mut cursor = Cursor { ..*cursor };
    match cursor.word() {
        Some(word) if word.text.eq_ignore_ascii_case("cmd") => Kind::Healthcheck(Some(cursor.command())),
        Some(word) if word.text.eq_ignore_ascii_case("none") => Kind::Healthcheck(None),
        _ => Kind::Unknown,
    }
}

/// Reads a logical line from left to right.
struct Cursor<'l> {
    line: &'l Logical,
    at: usize,
    words: usize,
}

impl<'l> Cursor<'l> {
    fn ahead(&self) -> &'l str {
        self.line.text.get(self.at..).unwrap_or_default()
    }

    fn piece(&self, text: &str, range: Range<usize>) -> Piece {
        Piece { text: text.to_owned(), span: self.line.place(&(self.at + range.start..self.at + range.end)) }
    }

    /// The next word up to white space.
    fn word(&mut self) -> Option<Piece> {
        let ahead = self.ahead();
        let start = ahead.len() - ahead.trim_start().len();
        let rest = ahead.get(start..)?;
        let end = start + rest.find(char::is_whitespace).unwrap_or(rest.len());
        let word = ahead.get(start..end).filter(|word| !word.is_empty())?;
        let piece = self.piece(word, start..end);
        self.at += end;
        Some(piece)
    }

    fn flags(&mut self) -> Vec<Flag> {
        let mut flags = Vec::new();
        while self.ahead().trim_start().starts_with("--") && flags.len() < self.words {
            let Some(word) = self.word() else { break };
            let body = word.text.trim_start_matches('-');
            let (name, value) = body.split_once('=').unwrap_or((body, ""));
            let start = word.span.end.saturating_sub(value.len()).max(word.span.start);
            let value = Piece { text: value.to_owned(), span: start..word.span.end };
            flags.push(Flag { name: name.to_owned(), value });
        }
        flags
    }

    /// Everything that is left, trimmed.
    fn rest(&self) -> Piece {
        let ahead = self.ahead();
        let text = ahead.trim();
        let start = ahead.len() - ahead.trim_start().len();
        self.piece(text.trim_matches(['"', '\'']), start..start + text.len())
    }

    /// Everything that is left, as words without their quotes.
    fn pieces(&self) -> Vec<Piece> {
        let words = shell::split(self.ahead(), self.words).into_iter();
        words.map(|word| self.piece(&word.text, word.span)).collect()
    }

    /// A JSON list of strings, if that is what is left.
    fn list(&self) -> Option<Vec<Piece>> {
        let ahead = self.ahead();
        let body = ahead.trim();
        if !body.starts_with('[') {
            return None;
        }
        let texts: Vec<String> = serde_json::from_str(body).ok()?;
        let mut at = ahead.len() - ahead.trim_start().len();
        let mut pieces = Vec::with_capacity(texts.len().min(self.words));
        for text in texts.into_iter().take(self.words) {
            // The list is valid JSON, so the next quote opens the next string.
            let open = at + ahead.get(at..)?.find('"')?;
            let end = open + 1 + closing_quote(ahead.get(open + 1..)?)? + 1;
            pieces.push(self.piece(&text, open..end));
            at = end;
        }
        Some(pieces)
    }

    fn command(&self) -> Command {
        let documents = self.line.documents.iter().map(|(text, span)| Piece { text: text.clone(), span: span.clone() });
        let list = self.list();
        Command { exec: list.is_some(), words: list.unwrap_or_else(|| self.pieces()), documents: documents.collect() }
    }

    /// `A=1 B="2 3"`; with `legacy`, also `A the rest of the line`.
    fn pairs(&self, legacy: bool) -> Vec<Pair> {
        let words = shell::split(self.ahead(), self.words);
        let Some(first) = words.first() else { return Vec::new() };
        if legacy && !first.text.contains('=') {
            let name = self.piece(&first.text, first.span.clone());
            let behind = Cursor { at: self.at + first.span.end, ..*self };
            return vec![Pair { name, value: Some(behind.rest()) }];
        }
        words.iter().filter(|word| !word.operator).map(|word| self.pair(word)).collect()
    }

    fn pair(&self, word: &shell::Word) -> Pair {
        let raw = self.ahead().get(word.span.clone()).unwrap_or_default();
        let (name, value) = match word.text.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (word.text.as_str(), None),
        };
        // The name's quotes are as rare as they are allowed: the sign is sought in what was written.
        let sign = word.span.start + raw.find('=').unwrap_or(raw.len());
        Pair {
            name: self.piece(name, word.span.start..sign),
            value: value.map(|value| self.piece(value, (sign + 1).min(word.span.end)..word.span.end)),
        }
    }
}

fn closing_quote(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })
}
