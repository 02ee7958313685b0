//! What harmless calls on constants return: names and pickles are put together this way to hide them. Worked out only
//! when something depends on it.

use super::{
    Name,
    arena::Shape,
    machine::Machine,
    methods,
    opcode::{self, Step},
    pure,
    text::decode,
    value::{Kind, Value},
};
use crate::cursor::Cursor;

/// A value that is known in full.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Fold {
    Nothing,
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
    /// A list, a tuple or what can be iterated like one.
    List(Vec<Fold>),
    Dict(Vec<(Fold, Fold)>),
    /// Something imported.
    Name(Name),
    Module(String),
    /// A method of a value.
    Method(Box<Fold>, String),
    /// A function with its first arguments.
    Partial(Box<Fold>, Vec<Fold>),
    /// `operator.itemgetter`.
    Item(Box<Fold>),
    /// `operator.attrgetter`.
    Attribute(String),
    /// `operator.methodcaller`.
    Caller(String, Vec<Fold>),
    /// `slice`: its start, end and step.
    Slice([Bound; 3]),
}

/// A bound of a slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bound {
    Open,
    At(i64),
}

impl Bound {
    pub(super) fn value(self) -> Option<i64> {
        match self {
            Self::Open => None,
            Self::At(at) => Some(at),
        }
    }
}

/// How much work a value is worth.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fuel {
    /// Calls, items, and bytes at a lower rate.
    pub(super) steps: u64,
    /// The most bytes of one string.
    pub(super) bytes: usize,
}

impl Fuel {
    /// For a name.
    pub(super) const NAME: Self = Self { steps: 5000, bytes: 1 << 16 };
    /// For a pickle.
    pub(super) const PICKLE: Self = Self { steps: 1 << 19, bytes: 64 << 20 };
    /// For the arguments that reports show.
    pub(super) const SHOWN: Self = Self { steps: 50, bytes: 4096 };

    pub(super) fn step(&mut self) -> Option<()> {
        self.burn(1)
    }

    /// Pays for a value of so many bytes.
    pub(super) fn copy(&mut self, bytes: usize) -> Option<()> {
        self.burn(bytes as u64 / 256)
    }

    /// Pays for so many items.
    pub(super) fn items(&mut self, count: usize) -> Option<()> {
        self.burn(count as u64 / 8)
    }

    fn burn(&mut self, steps: u64) -> Option<()> {
        let left = self.steps.checked_sub(steps);
        self.steps = left.unwrap_or(0);
        left.map(drop)
    }
}

impl Machine<'_, '_> {
    /// The characters of a value that is a string or becomes one.
    pub(super) fn text(&mut self, value: Value) -> Option<String> {
        if let Kind::Text(at) = value.kind()
            && let Some(Fold::Text(text)) = literal(self.bytes, at, NAME)
        {
            return Some(text);
        }
        match self.fold(value, Fuel::NAME)? {
            Fold::Text(text) => Some(text),
            _ => None,
        }
    }

    /// As [`Machine::text`], and bytes too: old pickles mix the two.
    pub(super) fn text_or_bytes(&mut self, value: Value) -> Option<String> {
        match self.fold(value, Fuel::NAME)? {
            Fold::Text(text) => Some(text),
            Fold::Bytes(bytes) => Some(decode(&bytes, opcode::Form::Plain)),
            _ => None,
        }
    }

    /// What is known about a value.
    pub(super) fn fold(&mut self, value: Value, fuel: Fuel) -> Option<Fold> {
        let given = fuel.steps.min(self.folding);
        let mut left = Fuel { steps: given, ..fuel };
        let known = self.known(value, &mut left, 0);
        self.folding -= given - left.steps;
        known
    }

    fn known(&mut self, value: Value, fuel: &mut Fuel, depth: usize) -> Option<Fold> {
        fuel.step()?;
        if depth > DEPTH {
            return None;
        }
        match value.kind() {
            Kind::Nothing => Some(Fold::Nothing),
            Kind::Int(n) => Some(Fold::Int(n)),
            Kind::Text(at) | Kind::Bytes(at) => self.literal(at, fuel),
            Kind::Recalled(key) => {
                let at = self.memo.place(key, self.bytes, &mut self.rereading)?;
                self.literal(at, fuel)
            }
            Kind::Global(number) => self.name(number).cloned().map(Fold::Name),
            Kind::Node(_) => self.node(value, fuel, depth + 1),
            Kind::Plain if value == Value::EMPTY => Some(Fold::List(Vec::new())),
            Kind::Plain | Kind::Run(..) => None,
        }
    }

    fn literal(&self, at: usize, fuel: &mut Fuel) -> Option<Fold> {
        let literal = literal(self.bytes, at, fuel.bytes)?;
        methods::fits(&literal, fuel).then_some(literal)
    }

    fn node(&mut self, value: Value, fuel: &mut Fuel, depth: usize) -> Option<Fold> {
        let view = self.arena.view(value).filter(|view| view.whole)?;
        let (shape, items) = (view.shape, view.items.to_vec());
        match shape {
            Shape::Tuple | Shape::List | Shape::Set => {
                items.iter().map(|item| self.known(*item, fuel, depth)).collect::<Option<_>>().map(Fold::List)
            }
            Shape::Dict => {
                let mut entries = Vec::new();
                for pair in items.chunks_exact(2) {
                    let [key, value] = pair else { continue };
                    entries.push((self.known(*key, fuel, depth)?, self.known(*value, fuel, depth)?));
                }
                Some(Fold::Dict(entries))
            }
            Shape::Object => {
                let [callee, arguments, Value::NOTHING] = items.as_slice() else { return None };
                let callee = self.known(*callee, fuel, depth)?;
                match self.known(*arguments, fuel, depth)? {
                    Fold::List(arguments) => call(callee, arguments, fuel),
                    _ => None,
                }
            }
        }
    }
}

/// What a call returns.
pub(super) fn call(callee: Fold, mut arguments: Vec<Fold>, fuel: &mut Fuel) -> Option<Fold> {
    fuel.step()?;
    match callee {
        Fold::Name(name) => pure::call(&name, arguments, fuel),
        Fold::Method(of, method) => methods::call(&of, &method, &arguments, fuel),
        Fold::Partial(function, first) => call(*function, [first, arguments].concat(), fuel),
        Fold::Item(key) => methods::item(arguments.first()?, &key, fuel),
        Fold::Attribute(path) => {
            path.split('.').fold(arguments.into_iter().next(), |of, name| of.map(|of| attribute(of, name)))
        }
        Fold::Caller(method, rest) => {
            let of = (!arguments.is_empty()).then(|| arguments.remove(0))?;
            methods::call(&of, &method, &rest, fuel)
        }
        _ => None,
    }
}

/// What `getattr` returns.
pub(super) fn attribute(of: Fold, name: &str) -> Fold {
    match of {
        Fold::Module(module) => Fold::Name(Name { module, name: name.to_owned() }),
        Fold::Name(of) => Fold::Name(Name { name: format!("{}.{name}", of.name), ..of }),
        other => Fold::Method(Box::new(other), name.to_owned()),
    }
}

/// What the constant at an offset says, if it is not longer than `most` bytes.
pub(super) fn literal(input: &[u8], at: usize, most: usize) -> Option<Fold> {
    match opcode::step(&mut Cursor::new(input, at)).ok()? {
        Step::Text(raw, form) if raw.len() <= most => Some(Fold::Text(decode(raw, form))),
        Step::Bytes(raw) if raw.len() <= most => Some(Fold::Bytes(raw.to_vec())),
        _ => None,
    }
}

/// Names are shorter than this.
const NAME: usize = 1024;
/// How deep calls may lie in the arguments of calls.
const DEPTH: usize = 64;
