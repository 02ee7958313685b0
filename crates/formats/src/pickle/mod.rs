//! Walks pickles without building what they describe: which names a load would import, and what it would call.
//!
//! An abstract machine over all 68 opcodes of protocols 0 to 5, for one pickle or several in a row. Memory and time are
//! bounded by [`Limits`]; what was seen before an error is kept.

mod array;
mod known;
mod machine;
mod names;
mod opcode;
mod stack;
mod stdlib;
mod value;

use std::{fmt, ops::Range};

use base64::Engine as _;

pub use known::{Danger, import as import_danger};

/// What a walk may use.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The most opcodes.
    pub steps: u64,
    /// The most values on the stack, and in the memo.
    pub values: usize,
    /// The most containers and objects that are remembered; later ones are opaque.
    pub nodes: usize,
    /// The most different names, and the most different calls.
    pub names: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { steps: 200_000_000, values: 4 << 20, nodes: 200_000, names: 20_000 }
    }
}

/// Everything that loading a stream of pickles would import and call.
#[derive(Clone, Debug, Default)]
pub struct Walk {
    /// Calls, each distinct one once, in the order of their first appearance.
    pub calls: Vec<Call>,
    /// Imported names, each once, in the order of their first appearance.
    pub imports: Vec<Import>,
    /// Constants that hold a pickle themselves.
    pub embedded: Vec<Embedded>,
    /// How many pickles ended with `STOP`.
    pub pickles: u64,
    /// How the walk ended.
    pub end: End,
    /// Where the last whole pickle ends, if bytes follow that are no pickle.
    pub trailing: Option<usize>,
    /// How many opcodes were walked.
    pub steps: u64,
    /// The first opcode that a frame cuts in two: loaders differ in what they read there, and none writes it.
    pub straddles: Option<usize>,
}

/// A call that a load would make.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// Offset of the opcode of its first appearance.
    pub offset: usize,
    /// The opcode, as `pickletools` names it.
    pub opcode: &'static str,
    /// What is called, made or altered.
    pub callee: Callee,
    /// The first arguments, in short.
    pub arguments: Vec<String>,
    /// What is known about the callee with such arguments.
    pub danger: Danger,
    /// How often it appears.
    pub times: u64,
}

/// What is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Callee {
    /// A name.
    Named(Name),
    /// What calling a name returned.
    ResultOf(Name),
    /// Something that the walk could not follow.
    Unknown,
}

/// A name as the loader would import it, after the aliases of Python 2 are undone.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name {
    /// The module; `?` if it is computed while loading.
    pub module: String,
    /// The attribute, with dots where it is a path of attributes.
    pub name: String,
}

/// An imported name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// Offset of the opcode.
    pub offset: usize,
    /// The name.
    pub name: Name,
}

/// A constant that holds a pickle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Embedded {
    /// Its bytes in the input.
    pub range: Range<usize>,
    /// How the pickle is written there.
    pub encoding: Encoding,
    /// Whether a function that loads pickles is called with it.
    pub loaded: bool,
}

/// How an embedded pickle is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// As it is.
    Raw,
    /// Base64.
    Base64,
    /// Hexadecimal digits.
    Hex,
}

/// How a walk ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum End {
    /// At the `STOP` of the last pickle.
    #[default]
    Stopped,
    /// At something that no loader reads on from.
    Broken {
        /// Where.
        offset: usize,
        /// Why.
        reason: &'static str,
    },
    /// A limit was reached; what follows was not seen.
    Limit {
        /// Where.
        offset: usize,
        /// Which.
        what: &'static str,
    },
}

/// Walks the pickles at the start of `bytes`.
pub fn walk(bytes: &[u8], limits: Limits) -> Walk {
    machine::walk(bytes, limits, machine::Trust::Pickle)
}

/// Whether these bytes start with a pickle. Protocols 2 and later say so; of earlier ones the structure has to hold
/// from the first byte to a `STOP` or to a call, so that text is not taken for one.
pub fn plausible(bytes: &[u8]) -> bool {
    match bytes {
        [0x80, 0..=5, next, ..] => opcode_exists(*next),
        [first, _, _, ..] if opcode_exists(*first) => {
            let limits = Limits { steps: 20_000, values: 20_000, nodes: 100, names: 200 };
            let seen = machine::walk(bytes, limits, machine::Trust::Guess);
            let whole = seen.pickles > 0 && seen.trailing.is_none();
            let reaches = seen.imports.iter().any(|import| import_danger(&import.name) == Danger::Executor);
            whole || reaches || !seen.calls.is_empty() || matches!(seen.end, End::Limit { .. })
        }
        _ => false,
    }
}

/// How dangerous it is to call a name when nothing is known of the arguments: for formats that name what they call as
/// pickles do.
pub fn name_danger(name: &Name) -> Danger {
    match known::known(name) {
        known::Known::Harmless | known::Known::Rebuild => Danger::Harmless,
        known::Known::Class => Danger::Class,
        known::Known::ForeignClass => Danger::ForeignClass,
        known::Known::Function | known::Known::LoadsPickle => Danger::Function,
        known::Known::ByName | known::Known::Executor => Danger::Executor,
    }
}

/// The pickles hidden among other bytes that call something when loaded: offset and walk of each, at most `most`; and
/// whether all bytes were searched, which a limit of work may prevent.
///
/// Only pickles of protocol 2 or later that call something are taken for one, since four bytes of weights may look like the
/// beginning of a pickle.
pub fn hidden(bytes: &[u8], most: usize) -> (Vec<(usize, Walk)>, bool) {
    let limits = Limits { steps: 20_000, values: 20_000, nodes: 200, names: 200 };
    let mut found = Vec::new();
    let (mut from, mut work) = (0, 0);
    for at in memchr::memchr_iter(0x80, bytes) {
        let rest = bytes.get(at..).unwrap_or_default();
        if at < from || found.len() >= most || !matches!(rest, [0x80, 2..=5, next, ..] if opcode_exists(*next)) {
            continue;
        }
        // Bytes that look like one beginning after the other are walked less far from each.
        let limits = if work < 2_000_000 { limits } else { Limits { steps: 200, ..limits } };
        let walk = machine::walk(rest, limits, machine::Trust::Guess);
        // Each beginning costs something, so that bytes full of them cost no more than others.
        work += walk.steps + 100;
        if work > 20_000_000 {
            return (found, false);
        }
        if walk.calls.iter().any(|call| call.danger >= Danger::Function) {
            from = walk.trailing.map_or(at, |len| at + len);
            found.push((at, walk));
        }
    }
    (found, true)
}

impl Embedded {
    /// The pickle itself, or `None` if it cannot be decoded.
    pub fn decode(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let raw = bytes.get(self.range.clone())?;
        match self.encoding {
            Encoding::Raw => Some(raw.to_vec()),
            Encoding::Base64 => base64::engine::general_purpose::STANDARD.decode(raw).ok(),
            Encoding::Hex => {
                raw.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
            }
        }
    }

    fn of(start: usize, raw: &[u8]) -> Option<Self> {
        let encoding = match raw {
            [0x80, 2..=5, next, ..] if opcode_exists(*next) => Encoding::Raw,
            [b'g', b'A', b'I'..=b'V', ..] if raw.len() > 16 => Encoding::Base64,
            [b'8', b'0', b'0', b'2'..=b'5', ..] if raw.len() > 16 && raw.iter().all(u8::is_ascii_hexdigit) => {
                Encoding::Hex
            }
            _ => return None,
        };
        Some(Self { range: start..start + raw.len(), encoding, loaded: false })
    }
}

fn opcode_exists(byte: u8) -> bool {
    !matches!(opcode::step(&mut crate::cursor::Cursor::new(&[byte], 0)), Err(opcode::Flaw::Unknown(_)))
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.module, self.name)
    }
}

impl fmt::Display for Callee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(name) => name.fmt(f),
            Self::ResultOf(name) => write!(f, "what `{name}` returns"),
            Self::Unknown => f.write_str("a value computed while loading"),
        }
    }
}

#[cfg(test)]
mod tests;
