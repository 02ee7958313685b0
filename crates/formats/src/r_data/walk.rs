//! Walks through serialised objects in the order of the file, and keeps what could run.

use std::ops::Range;

use super::{
    Call, Contents, Inside, Limits, Promise,
    reader::{Read, Reader},
};

/// Reads the objects from an offset on.
pub(super) fn parse(bytes: &[u8], at: usize, limits: Limits) -> Contents {
    let mut walk = match Reader::new(bytes, at) {
        Ok(reader) => Walk {
            bytes,
            reader,
            limits,
            references: Vec::new(),
            inside: Inside::Data,
            variables: false,
            found: Contents::default(),
        },
        Err(flaw) => return Contents { flaw: Some(flaw), end: at, ..Contents::default() },
    };
    let flaw = walk.workspace(at > 0).err();
    let found = &walk.found;
    let kept = [found.calls.len(), found.promises.len(), found.alternatives.len(), found.functions.len()];
    let more = kept.iter().any(|kept| *kept >= limits.kept) || found.texts.len() >= limits.texts;
    let flaw = flaw.or(more.then_some("it has more expressions or texts than the scan reads"));
    Contents { end: walk.reader.at(), flaw, ..walk.found }
}

struct Walk<'a> {
    bytes: &'a [u8],
    reader: Reader<'a>,
    limits: Limits,
    /// Symbols, environments and pointers that were read; later ones are references to them.
    references: Vec<Value>,
    inside: Inside,
    /// Whether this is the list of variables of an environment.
    variables: bool,
    found: Contents,
}

/// What is remembered of an object.
#[derive(Clone, Debug, PartialEq)]
enum Value {
    Symbol(Range<usize>),
    /// The first elements of a vector of texts, or a text.
    Text(Vec<Range<usize>>),
    /// The name of a function that is built into R.
    Builtin(Range<usize>),
    /// A call of this function.
    Call(Option<Range<usize>>),
    List(Vec<Value>),
    Function,
    Unbound,
    Nothing,
    Other,
}

/// The head of an object.
#[derive(Clone, Copy)]
struct Flags {
    kind: u8,
    attributes: bool,
    tag: bool,
    high: u32,
}

impl Flags {
    fn new(flags: i32) -> Self {
        let bits = flags.cast_unsigned();
        let [kind, ..] = bits.to_le_bytes();
        Self { kind, attributes: bits & 0x200 != 0, tag: bits & 0x400 != 0, high: bits >> 8 }
    }
}

impl Walk<'_> {
    /// The object of a file; of a workspace a list whose tags are the names of variables.
    fn workspace(&mut self, tagged: bool) -> Read<()> {
        let at = self.reader.at();
        let flags = Flags::new(self.reader.int()?);
        let depth = self.limits.depth;
        if !tagged || flags.kind != LIST {
            return self.item_of(flags, at, depth).map(drop);
        }
        let mut flags = flags;
        while flags.kind == LIST {
            if flags.attributes {
                self.item(depth)?;
            }
            let name = if flags.tag { self.item(depth)? } else { Value::Nothing };
            let at = self.reader.at();
            if let (Value::Function, Value::Symbol(range)) = (self.item(depth)?, name)
                && self.found.functions.len() < self.limits.kept
            {
                self.found.functions.push((self.text(&range), at));
            }
            flags = Flags::new(self.reader.int()?);
        }
        Ok(())
    }

    fn item(&mut self, depth: usize) -> Read<Value> {
        let at = self.reader.at();
        let flags = Flags::new(self.reader.int()?);
        self.item_of(flags, at, depth)
    }

    fn item_of(&mut self, flags: Flags, at: usize, depth: usize) -> Read<Value> {
        let depth = depth.checked_sub(1).ok_or("its objects are nested too deeply")?;
        self.limits.items = self.limits.items.checked_sub(1).ok_or("it has more objects than the scan reads")?;
        let variables = std::mem::take(&mut self.variables);
        let value = match flags.kind {
            242 | 253 | 254 | 251 | 250 | 241 => Value::Nothing,
            252 => Value::Unbound,
            REFERENCE => self.reference(flags)?,
            SYMBOL => {
                let value = match self.item(depth)? {
                    Value::Text(texts) => texts.first().cloned().map_or(Value::Other, Value::Symbol),
                    _ => Value::Other,
                };
                self.remember(value)
            }
            LIST | DOTS | LANGUAGE => return self.list(flags, at, depth, variables),
            CLOSURE => self.closure(flags, depth)?,
            PROMISE => self.promise(flags, at, depth, variables)?,
            ENVIRONMENT => self.environment(depth)?,
            7 | 8 => {
                let len = self.reader.length()?;
                Value::Builtin(self.reader.text(len)?)
            }
            9 => self.characters()?,
            22 => {
                self.found.pointers += 1;
                self.remember(Value::Other);
                self.item(depth)?;
                self.item(depth)?;
                Value::Other
            }
            23 => self.remember(Value::Other),
            21 => self.bytecode(depth)?,
            238 => self.alternative(at, depth)?,
            247..=249 => {
                self.reader.int()?;
                self.items(depth)?;
                self.remember(Value::Other)
            }
            _ => self.vector(flags, depth)?,
        };
        // The bits mean something else in references, and the rest reads its own.
        if flags.attributes && matches!(flags.kind, 7..=25) && flags.kind != DOTS {
            self.item(depth)?;
        }
        Ok(value)
    }

    fn vector(&mut self, flags: Flags, depth: usize) -> Read<Value> {
        match flags.kind {
            10 | 13 => self.plain(4),
            14 => self.plain(8),
            15 => self.plain(16),
            24 => self.plain(1),
            16 => self.items(depth).map(|items| {
                let texts = items.into_iter().filter_map(|item| match item {
                    Value::Text(mut texts) => texts.pop(),
                    _ => None,
                });
                Value::Text(texts.collect())
            }),
            19 | 20 => self.items(depth).map(|_| Value::Other),
            25 => Ok(Value::Other),
            _ => Err("an object has a type that R does not write"),
        }
    }

    fn plain(&mut self, width: u64) -> Read<Value> {
        let len = self.reader.length()?;
        self.reader.numbers(len, width).map(|()| Value::Other)
    }

    /// As many items as the number in front of them says; the first ones are returned.
    fn items(&mut self, depth: usize) -> Read<Vec<Value>> {
        let mut first = Vec::new();
        for _ in 0..self.reader.length()? {
            let item = self.item(depth)?;
            if first.len() < FIRST {
                first.push(item);
            }
        }
        Ok(first)
    }

    fn characters(&mut self) -> Read<Value> {
        let Ok(len) = u64::try_from(self.reader.int()?) else { return Ok(Value::Nothing) };
        let range = self.reader.text(len)?;
        if self.found.texts.len() < self.limits.texts && range.len() > 3 {
            self.found.texts.push(range.clone());
        }
        Ok(Value::Text(vec![range]))
    }

    fn reference(&mut self, flags: Flags) -> Read<Value> {
        let number = match flags.high {
            0 => self.reader.int()?.cast_unsigned(),
            packed => packed,
        };
        let index = usize::try_from(number).unwrap_or_default().wrapping_sub(1);
        Ok(self.references.get(index).cloned().unwrap_or(Value::Other))
    }

    fn remember(&mut self, value: Value) -> Value {
        self.references.push(value.clone());
        value
    }

    /// A pair list, or a call, which is one too. Its tail is read in a loop: lists are long.
    fn list(&mut self, first: Flags, at: usize, depth: usize, variables: bool) -> Read<Value> {
        let mut flags = first;
        let mut items = Vec::new();
        loop {
            if flags.attributes {
                self.item(depth)?;
            }
            if flags.tag {
                self.item(depth)?;
            }
            self.variables = variables;
            let item = self.item(depth)?;
            if items.len() < FIRST {
                items.push(item);
            }
            let next_at = self.reader.at();
            flags = Flags::new(self.reader.int()?);
            if !matches!(flags.kind, LIST | DOTS) {
                // The tail may be anything; of an ordinary list it is nothing.
                self.item_of(flags, next_at, depth)?;
                break;
            }
        }
        Ok(if first.kind == LANGUAGE { self.call(items, at) } else { Value::List(items) })
    }

    fn call(&mut self, items: Vec<Value>, at: usize) -> Value {
        let mut items = items.into_iter();
        let name = match items.next() {
            // `base::system` is a call of `::`.
            Some(Value::Symbol(range) | Value::Builtin(range)) => Some(range),
            Some(Value::Call(name)) => name,
            Some(Value::Text(texts)) => texts.into_iter().next(),
            _ => None,
        };
        let rest: Vec<Value> = items.collect();
        let function = name.as_ref().map(|range| self.text(range)).unwrap_or_default();
        if matches!(function.as_str(), "::" | ":::" | "$" | "@") {
            // Whoever calls this calls what is named last.
            let last = rest.last().and_then(Value::name);
            return Value::Call(last);
        }
        let mut arguments = Vec::new();
        for value in &rest {
            self.named(value, &mut arguments);
        }
        if self.found.calls.len() < self.limits.kept {
            self.found.calls.push(Call { function, arguments, at, inside: self.inside });
        }
        Value::Call(None)
    }

    /// The names and texts in a value.
    fn named(&self, value: &Value, names: &mut Vec<String>) {
        match value {
            Value::Symbol(range) | Value::Builtin(range) | Value::Call(Some(range)) => names.push(self.text(range)),
            Value::Text(texts) => names.extend(texts.iter().map(|range| self.text(range))),
            _ => {}
        }
    }

    fn closure(&mut self, flags: Flags, depth: usize) -> Read<Value> {
        if flags.attributes {
            self.item(depth)?;
        }
        if flags.tag {
            self.item(depth)?;
        }
        let outer = self.inside;
        if outer == Inside::Data {
            self.inside = Inside::Function;
        }
        self.item(depth)?;
        self.item(depth)?;
        self.inside = outer;
        Ok(Value::Function)
    }

    fn promise(&mut self, flags: Flags, at: usize, depth: usize, variable: bool) -> Read<Value> {
        if flags.attributes {
            self.item(depth)?;
        }
        // One without an environment was evaluated already.
        if flags.tag {
            self.item(depth)?;
        }
        let value = self.item(depth)?;
        let outer = self.inside;
        let waits = value == Value::Unbound;
        if waits {
            self.inside = Inside::Promise;
        }
        let before = self.found.calls.len();
        self.item(depth)?;
        self.inside = outer;
        if waits && self.found.promises.len() < self.limits.kept {
            let calls = self.found.calls.len() > before;
            self.found.promises.push(Promise { at, variable, calls });
        }
        Ok(Value::Other)
    }

    /// Whether it is locked, what is around it, its variables (in a list or in a table of lists), its attributes.
    fn environment(&mut self, depth: usize) -> Read<Value> {
        self.reader.int()?;
        let value = self.remember(Value::Other);
        self.item(depth)?;
        self.variables = true;
        self.item(depth)?;
        self.table(depth)?;
        self.item(depth)?;
        Ok(value)
    }

    fn table(&mut self, depth: usize) -> Read<()> {
        let at = self.reader.at();
        let flags = Flags::new(self.reader.int()?);
        if flags.kind != 19 {
            return self.item_of(flags, at, depth).map(drop);
        }
        for _ in 0..self.reader.length()? {
            self.variables = true;
            self.item(depth)?;
        }
        if flags.attributes {
            self.item(depth)?;
        }
        self.variables = false;
        Ok(())
    }

    /// An object that a class of some package makes: its class, its state, its attributes.
    fn alternative(&mut self, at: usize, depth: usize) -> Read<Value> {
        let class = self.item(depth)?;
        if let Value::List(parts) = class
            && let [Value::Symbol(class), Value::Symbol(package), ..] = parts.as_slice()
            && self.found.alternatives.len() < self.limits.kept
        {
            let found = (self.text(package), self.text(class), at);
            self.found.alternatives.push(found);
        }
        self.item(depth)?;
        self.item(depth)?;
        Ok(Value::Other)
    }

    /// Compiled code: its constants hold the expression that it was made from.
    fn bytecode(&mut self, depth: usize) -> Read<Value> {
        self.reader.int()?;
        self.compiled(depth)
    }

    fn compiled(&mut self, depth: usize) -> Read<Value> {
        let depth = depth.checked_sub(1).ok_or("its objects are nested too deeply")?;
        self.item(depth)?;
        for _ in 0..self.reader.length()? {
            let at = self.reader.at();
            match self.reader.int()? {
                21 => drop(self.compiled(depth)?),
                kind @ (2 | 6 | 239 | 240 | 243 | 244) => drop(self.compiled_call(kind, at, depth)?),
                _ => drop(self.item(depth)?),
            }
        }
        Ok(Value::Other)
    }

    /// An expression among the constants of compiled code, which has an encoding of its own.
    fn compiled_call(&mut self, kind: i32, at: usize, depth: usize) -> Read<Value> {
        let depth = depth.checked_sub(1).ok_or("its objects are nested too deeply")?;
        self.limits.items = self.limits.items.checked_sub(1).ok_or("it has more objects than the scan reads")?;
        let mut kind = kind;
        match kind {
            243 => return self.reader.int().map(|_| Value::Other),
            244 => {
                self.reader.int()?;
                kind = self.reader.int()?;
            }
            _ => {}
        }
        if !matches!(kind, 2 | 6 | 239 | 240) {
            return self.item(depth);
        }
        let is_call = matches!(kind, 6 | 240);
        let mut items = Vec::new();
        loop {
            if matches!(kind, 239 | 240) {
                self.item(depth)?;
            }
            self.item(depth)?;
            let at = self.reader.at();
            let inner = self.reader.int()?;
            let item = self.compiled_call(inner, at, depth)?;
            if items.len() < FIRST {
                items.push(item);
            }
            kind = self.reader.int()?;
            // The tail is a list again, a reference to one, or the end.
            if !matches!(kind, 2 | 239) {
                self.compiled_call(kind, at, depth)?;
                break;
            }
        }
        Ok(if is_call { self.call(items, at) } else { Value::List(items) })
    }

    fn text(&self, range: &Range<usize>) -> String {
        let bytes = self.bytes.get(range.clone()).unwrap_or_default();
        String::from_utf8_lossy(bytes.get(..bytes.len().min(256)).unwrap_or_default()).into_owned()
    }
}

impl Value {
    fn name(&self) -> Option<Range<usize>> {
        match self {
            Self::Symbol(range) | Self::Builtin(range) => Some(range.clone()),
            Self::Text(texts) => texts.first().cloned(),
            _ => None,
        }
    }
}

const SYMBOL: u8 = 1;
const LIST: u8 = 2;
const CLOSURE: u8 = 3;
const ENVIRONMENT: u8 = 4;
const PROMISE: u8 = 5;
const LANGUAGE: u8 = 6;
const DOTS: u8 = 17;
const REFERENCE: u8 = 255;
/// How many elements of a list are remembered.
const FIRST: usize = 16;
