//! Walks pickles without building what they describe: which names a load would import, and what it would call.
//!
//! An abstract machine over all 68 opcodes of protocols 0 to 5, for one pickle or several in a row. Time grows with the
//! input, memory does not: [`Limits`] bounds it. What was seen before an error is kept.

mod alias;
mod arena;
mod array;
mod calls;
mod constants;
mod fold;
mod frames;
mod imports;
mod known;
mod machine;
mod memo;
mod methods;
mod nested;
mod opcode;
mod path;
mod pure;
mod stack;
mod text;
mod value;
mod weight;

use std::{fmt, ops::Range};

pub use known::Danger;
use machine::Trust;

/// What a walk may use.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The most opcodes.
    pub steps: u64,
    /// The most values that are remembered on the stack, and in the memo; constants count little.
    pub values: usize,
    /// The most containers and objects that are remembered because they hold a function; with more of them, whatever is
    /// forgotten counts as holding one.
    pub nodes: usize,
    /// The most different names, and the most different calls.
    pub names: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { steps: u64::MAX, values: 1 << 20, nodes: 1 << 14, names: 20_000 }
    }
}

/// Everything that loading a stream of pickles would import and call.
#[derive(Clone, Debug, Default)]
pub struct Walk {
    /// Calls, each distinct one once, in the order of their first appearance.
    pub calls: Vec<Call>,
    /// Imported names, each once, in the order of their first appearance.
    pub imports: Vec<Import>,
    /// Constants that hold a pickle themselves: the first of them, those that call something before others.
    pub embedded: Vec<Embedded>,
    /// Whether there were more such constants than were looked into.
    pub unfollowed: bool,
    /// What no pickler writes.
    pub anomalies: Vec<Anomaly>,
    /// How many pickles ended with `STOP`.
    pub pickles: u64,
    /// How the walk ended.
    pub end: End,
    /// Where the last whole pickle ends, if bytes follow that are no pickle.
    pub trailing: Option<usize>,
    /// How many opcodes were walked.
    pub steps: u64,
}

/// Something in a pickle that no pickler writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anomaly {
    /// Offset of the opcode.
    pub offset: usize,
    /// What sort of thing.
    pub kind: AnomalyKind,
    /// What it is, one clause.
    pub what: &'static str,
}

/// Sorts of anomalies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnomalyKind {
    /// Loading it, or handling what was loaded, exhausts memory or time.
    Bomb,
    /// Frames that do not fit: loaders differ in what they read.
    Frame,
    /// Opcodes in an order that makes no sense.
    Order,
    /// The stack or the memo is used as no pickler does.
    Stack,
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
    /// Whether it is called, or something is made of it: the call is then judged by itself.
    pub called: bool,
}

/// A constant that holds a pickle.
#[derive(Clone, Debug)]
pub struct Embedded {
    /// The constant in the input; of one that is computed while loading, the call that is made with it.
    pub range: Range<usize>,
    /// How the pickle is wrapped there, outermost first.
    pub encodings: Vec<Encoding>,
    /// Whether a function that loads pickles is called with it.
    pub loaded: bool,
    /// What loading it would do.
    pub walk: Box<Walk>,
}

/// How an embedded pickle is wrapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// As it is.
    Raw,
    /// A string of one character a byte.
    Latin,
    /// Base64.
    Base64,
    /// Hexadecimal digits.
    Hex,
    /// Packed by zlib.
    Zlib,
    /// Packed by gzip.
    Gzip,
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
    walk_paced(bytes, limits, &mut |_| true)
}

/// As [`walk`], and tells `pace` every few MiB up to which offset it got: what lies before is hardly ever read again. The
/// walk ends when it answers `false`.
pub fn walk_paced(bytes: &[u8], limits: Limits, pace: &mut dyn FnMut(usize) -> bool) -> Walk {
    machine::walk(bytes, limits, Trust::Pickle, 0, pace)
}

/// How dangerous it is that a pickle names something without calling it.
pub fn import_danger(name: &Name) -> Danger {
    if path::leaves(name) { Danger::Executor } else { known::import(name) }
}

/// Whether these bytes start with a pickle. Protocols 2 and later say so; of earlier ones the structure has to hold
/// from the first byte to a `STOP` or to a call, so that text is not taken for one.
pub fn plausible(bytes: &[u8]) -> bool {
    match bytes {
        [0x80, 0..=5, next, ..] => opcode_exists(*next),
        [first, _, _, ..] if opcode_exists(*first) => {
            let limits = Limits { steps: 20_000, values: 20_000, nodes: 100, names: 200 };
            let mut rest = bytes;
            for _ in 0..STACKED {
                let seen = machine::walk(rest, limits, Trust::Guess, INSIDE, &mut |_| true);
                let reaches = seen.imports.iter().any(|import| import_danger(&import.name) == Danger::Executor);
                if reaches || !seen.calls.is_empty() || matches!(seen.end, End::Limit { .. }) {
                    return true;
                }
                match seen.trailing {
                    _ if seen.pickles == 0 => return false,
                    None => return true,
                    // Several in a row.
                    Some(len) => rest = rest.get(len..).unwrap_or_default(),
                }
            }
            true
        }
        _ => false,
    }
}

/// Whether these bytes, with more behind them that are not there, may be the beginning of a pickle of any protocol: nothing
/// in them is no opcode. Text ends that within a few lines.
pub fn may_begin(head: &[u8]) -> bool {
    let limits = Limits { steps: 20_000, values: 20_000, nodes: 100, names: 200 };
    let seen = machine::walk(head, limits, Trust::Guess, INSIDE, &mut |_| true);
    let cut = matches!(seen.end, End::Broken { reason, .. } if reason == machine::CUT);
    // A letter and the next four as a length: text has lengths of gigabytes.
    let is_text = seen.anomalies.iter().any(|anomaly| anomaly.kind == AnomalyKind::Bomb);
    let is_long = seen.steps > 1 || matches!(head.first(), Some(b'T' | b'X' | b'B'));
    is_long && !is_text && (cut || !matches!(seen.end, End::Broken { .. })) || !seen.calls.is_empty()
}

/// How dangerous it is to call a name when nothing is known of the arguments: for formats that name what they call as
/// pickles do.
pub fn name_danger(name: &Name) -> Danger {
    use known::Known;
    match known::known(name) {
        // What these do depends on names that are handed to them.
        Known::Made | Known::Created | Known::Calls | Known::Reconstructor | Known::Partial | Known::TypeOf => {
            Danger::Function
        }
        known => known::judge(known, known::How::Called, &[]),
    }
}

/// The pickles hidden among other bytes that call something when loaded: offset and walk of each, at most `most`; and
/// whether all bytes were searched, which a limit of work may prevent.
///
/// Only pickles of protocol 2 or later that call a name which is written out are taken for one: in enough weights, some bytes
/// look like the beginning of a pickle, and a few of those like a call of something.
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
        let limits = if work < 1_000_000 { limits } else { Limits { steps: 200, ..limits } };
        let walk = machine::walk(rest, limits, Trust::Guess, INSIDE, &mut |_| true);
        // Each beginning costs something, so that bytes full of them cost no more than others.
        work += walk.steps + 100;
        if work > 20_000_000 + bytes.len() as u64 / 16 {
            return (found, false);
        }
        if walk.calls.iter().any(is_meant) {
            from = walk.trailing.map_or(at, |len| at + len);
            found.push((at, walk));
        }
    }
    (found, true)
}

/// Whether a call is one that someone wrote: of a name in letters, and not of a number or of what happens to lie there.
fn is_meant(call: &Call) -> bool {
    let written = |part: &str| part.len() > 1 && part != known::COMPUTED && part.is_ascii();
    match &call.callee {
        Callee::Named(name) | Callee::ResultOf(name) => {
            call.danger >= Danger::Function
                && name.module != known::EXTENSION
                && written(&name.module)
                && written(&name.name)
        }
        Callee::Unknown => false,
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

/// So many old pickles in a row are no accident.
const STACKED: usize = 8;
/// Guesses do not look into constants.
const INSIDE: usize = usize::MAX;

#[cfg(test)]
mod test_anomalies;
#[cfg(test)]
mod test_names;
#[cfg(test)]
mod test_nested;
#[cfg(test)]
mod tests;
