//! The abstract machine: stack, marks and memo over values that are names, constants or opaque.

use std::collections::HashMap;

use super::{
    Call, Callee, Embedded, End, Import, Limits, Name, Walk,
    array::{self, Body},
    known::{self, Danger, Known},
    opcode::{self, Flaw, Form, Step},
    stack::{Done, Halt, Stack},
    value::{Arena, Node, Value},
};
use crate::cursor::Cursor;

/// Whether the bytes are known to be a pickle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trust {
    /// They are: be as lenient as the most lenient loader.
    Pickle,
    /// They may be text or weights: names must look like names.
    Guess,
}

pub(super) fn walk(bytes: &[u8], limits: Limits, trust: Trust) -> Walk {
    let mut machine = Machine {
        input: bytes,
        cursor: Cursor::new(bytes, 0),
        limits,
        trust,
        steps: 0,
        frame: None,
        stack: Stack::new(limits.values),
        outer: Vec::new(),
        arena: Arena::new(limits.nodes),
        names: Vec::new(),
        numbers: HashMap::new(),
        functions: false,
        seen: HashMap::new(),
        out: Walk::default(),
    };
    if u32::try_from(bytes.len()).is_err() {
        machine.out.end = End::Limit { offset: 0, what: "more than 4 GiB" };
        return machine.out;
    }
    machine.all();
    machine.out.steps = machine.steps;
    machine.out
}

struct Machine<'a> {
    input: &'a [u8],
    cursor: Cursor<'a>,
    limits: Limits,
    trust: Trust,
    steps: u64,
    /// Where the current frame ends.
    frame: Option<usize>,
    stack: Stack,
    /// The machines of the pickles around this one: joblib writes object arrays as pickles inside of a pickle.
    outer: Vec<Stack>,
    arena: Arena,
    names: Vec<(Name, Known)>,
    numbers: HashMap<Name, u32>,
    /// Whether any imported name is a function that is not known to be harmless.
    functions: bool,
    seen: HashMap<(Option<u32>, &'static str, Danger), usize>,
    out: Walk,
}

impl<'a> Machine<'a> {
    /// Walks pickles until something follows that is none.
    fn all(&mut self) {
        loop {
            let start = self.cursor.at();
            let calls = self.out.calls.len();
            match self.one() {
                Ok(()) => {
                    self.out.pickles += 1;
                    self.stack = Stack::new(self.limits.values);
                    let rest = self.cursor.rest();
                    if rest.is_empty() {
                        return;
                    }
                    if self.trust == Trust::Guess || !super::plausible(rest) {
                        self.out.trailing = Some(self.cursor.at());
                        return;
                    }
                }
                // What follows a whole pickle may be raw weights that begin like one.
                Err(Halt::Broken(_)) if self.out.pickles > 0 && self.out.calls.len() == calls => {
                    self.out.trailing = Some(start);
                    return;
                }
                Err(halt) => {
                    let offset = self.cursor.at();
                    self.out.end = match halt {
                        Halt::Broken(reason) => End::Broken { offset, reason },
                        Halt::Limit(what) => End::Limit { offset, what },
                    };
                    return;
                }
            }
        }
    }

    /// Walks one pickle to its `STOP`.
    fn one(&mut self) -> Done<()> {
        loop {
            self.steps += 1;
            if self.steps > self.limits.steps {
                return Err(Halt::Limit("too many opcodes"));
            }
            let offset = self.cursor.at();
            let step = opcode::step(&mut self.cursor).map_err(|flaw| {
                Halt::Broken(match flaw {
                    Flaw::Unknown(_) => "an unknown opcode",
                    Flaw::Truncated => "it ends in the middle of an opcode",
                    Flaw::Argument => "an argument that no opcode takes",
                })
            })?;
            if let Some(end) = self.frame
                && self.cursor.at() >= end
            {
                self.frame = None;
                if self.cursor.at() > end && offset < end {
                    self.out.straddles.get_or_insert(offset);
                }
            }
            if step == Step::Stop {
                let result = self.stack.pop()?;
                match self.outer.pop() {
                    Some(outer) => {
                        self.stack = outer;
                        self.stack.pop()?;
                        self.stack.push(result)?;
                    }
                    None => return Ok(()),
                }
            } else {
                self.apply(step, offset)?;
            }
        }
    }

    fn apply(&mut self, step: Step<'a>, offset: usize) -> Done<()> {
        match step {
            Step::Protocol(_) | Step::Nothing | Step::Stop => Ok(()),
            Step::Frame(len) => {
                if self.frame.is_some() {
                    self.out.straddles.get_or_insert(offset);
                }
                self.frame = usize::try_from(len).ok().and_then(|len| self.cursor.at().checked_add(len));
                Ok(())
            }
            Step::Inert => self.stack.push(Value::Opaque),
            Step::Int(n) => self.stack.push(Value::Int(n)),
            Step::Text(raw, form) => self.constant(raw, Some(form)),
            Step::Bytes(raw) => self.constant(raw, None),
            Step::Persistent(from_stack) => {
                if from_stack {
                    self.stack.pop()?;
                }
                self.stack.push(Value::Opaque)
            }
            Step::Mark => self.stack.mark(),
            Step::Pop => self.stack.discard(),
            Step::PopMark => self.stack.above_mark().map(drop),
            Step::Duplicate => self.stack.top().and_then(|top| self.stack.push(top)),
            Step::Put(key) => self.stack.memorise(Some(key)),
            Step::Memoize => self.stack.memorise(None),
            Step::Get(key) => self.stack.recall(key),
            Step::Global(module, name) | Step::Inst(module, name) => {
                let global = self.import(offset, &lossy(module), &lossy(name))?;
                match step {
                    Step::Inst(..) => {
                        let arguments = self.tuple_from_mark()?;
                        self.call(&step, offset, global, arguments)
                    }
                    _ => self.stack.push(global),
                }
            }
            Step::StackGlobal => self.stack_global(offset),
            Step::Extension(code) => {
                let global = self.import(offset, known::EXTENSION, &format!("code{code}"))?;
                self.stack.push(global)
            }
            Step::Reduce | Step::NewObj => {
                let arguments = self.stack.pop()?;
                let callee = self.stack.pop()?;
                self.call(&step, offset, callee, arguments)
            }
            Step::NewObjEx => {
                self.stack.pop()?;
                let arguments = self.stack.pop()?;
                let callee = self.stack.pop()?;
                self.call(&step, offset, callee, arguments)
            }
            Step::Obj => {
                let mut values = self.stack.above_mark()?;
                if values.is_empty() {
                    return Err(Halt::Broken("a stack that is too short"));
                }
                let callee = values.remove(0);
                let arguments = self.arena.add(Node::Tuple(values));
                self.call(&step, offset, callee, arguments)
            }
            Step::Build => self.build(&step, offset),
            _ => self.contain(&step, offset),
        }
    }

    /// The opcodes that make and fill containers.
    fn contain(&mut self, step: &Step<'a>, offset: usize) -> Done<()> {
        let made = match step {
            Step::Tuple(len) => {
                let mut items = Vec::with_capacity(*len);
                for _ in 0..*len {
                    items.push(self.stack.pop()?);
                }
                items.reverse();
                Node::Tuple(items)
            }
            Step::TupleFromMark => Node::Tuple(self.stack.above_mark()?),
            Step::EmptyList | Step::EmptySet => Node::List(Vec::new()),
            Step::ListFromMark | Step::FrozenSetFromMark => Node::List(self.stack.above_mark()?),
            Step::EmptyDict => Node::Dict(Vec::new()),
            Step::DictFromMark => Node::Dict(pairs(&self.stack.above_mark()?)),
            Step::Append => {
                let item = self.stack.pop()?;
                return self.fill(step, offset, &[item]);
            }
            Step::SetItem => {
                let value = self.stack.pop()?;
                let key = self.stack.pop()?;
                return self.fill(step, offset, &[key, value]);
            }
            _ => {
                let items = self.stack.above_mark()?;
                return self.fill(step, offset, &items);
            }
        };
        let node = self.arena.add(made);
        self.stack.push(node)
    }

    /// Puts items into what is on top of the stack. Filling an imported name alters a module or class for everyone.
    fn fill(&mut self, step: &Step<'a>, offset: usize, items: &[Value]) -> Done<()> {
        let target = self.stack.top()?;
        if let Value::Global(number) = target {
            return self.record(step, offset, Some(number), Danger::Function, false, items);
        }
        if matches!(step, Step::SetItem | Step::SetItemsFromMark) {
            for (key, value) in pairs(items) {
                self.arena.insert(target, key, value);
            }
        } else {
            for item in items {
                self.arena.append(target, *item);
            }
        }
        Ok(())
    }

    fn build(&mut self, step: &Step<'a>, offset: usize) -> Done<()> {
        let new_state = self.stack.pop()?;
        let target = self.stack.top()?;
        if let Value::Global(number) = target {
            return self.record(step, offset, Some(number), Danger::Function, false, &[new_state]);
        }
        let callee = match self.arena.node_mut(target) {
            Some(Node::Object { callee, state, .. }) => {
                *state = new_state;
                *callee
            }
            _ => None,
        };
        let wraps_array = callee
            .and_then(|number| self.name(number))
            .is_some_and(|name| name.name == "NumpyArrayWrapper" && name.module.ends_with("numpy_pickle"));
        if !wraps_array {
            return Ok(());
        }
        match array::body(&self.arena, self.input, new_state, self.cursor.at()) {
            Some(Body::Raw(end)) => self.cursor.seek(end).ok_or(Halt::Broken("an array that reaches past the end")),
            Some(Body::Pickle) if self.outer.len() < DEPTH => {
                let outer = std::mem::replace(&mut self.stack, Stack::new(self.limits.values));
                self.outer.push(outer);
                Ok(())
            }
            Some(Body::Pickle) => Err(Halt::Limit("arrays of objects nested too deeply")),
            None => Err(Halt::Broken("an array whose length cannot be told")),
        }
    }

    fn stack_global(&mut self, offset: usize) -> Done<()> {
        let name = self.stack.pop()?;
        let module = self.stack.pop()?;
        let global = match (self.arena.text(module, self.input), self.arena.text(name, self.input)) {
            (Some(module), Some(name)) => self.import(offset, &module, &name)?,
            (module, name) => {
                let shown = |part: Option<String>| part.unwrap_or_else(|| known::COMPUTED.to_owned());
                self.import(offset, &shown(module), &shown(name))?
            }
        };
        self.stack.push(global)
    }

    fn import(&mut self, offset: usize, module: &str, name: &str) -> Done<Value> {
        if self.trust == Trust::Guess && !(looks_like_a_name(module) && looks_like_a_name(name)) {
            return Err(Halt::Broken("a name that is none"));
        }
        let name = Name { module: known::modern(module).to_owned(), name: known::modern_name(module, name).to_owned() };
        if let Some(number) = self.numbers.get(&name) {
            return Ok(Value::Global(*number));
        }
        let number = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        if self.names.len() >= self.limits.names {
            return Err(Halt::Limit("too many names"));
        }
        self.out.imports.push(Import { offset, name: name.clone() });
        let known = known::known(&name);
        self.functions |= matches!(known, Known::Function | Known::Executor);
        self.names.push((name.clone(), known));
        self.numbers.insert(name, number);
        Ok(Value::Global(number))
    }

    /// A call with the arguments in the tuple `arguments`; pushes what it returns.
    fn call(&mut self, step: &Step<'a>, offset: usize, callee: Value, arguments: Value) -> Done<()> {
        let items: Vec<Value> = self.arena.items(arguments).to_vec();
        let (number, result_of) = match callee {
            Value::Global(number) => (Some(number), false),
            other => match self.arena.node(other) {
                Some(Node::Object { callee, .. }) => (*callee, true),
                _ => (None, true),
            },
        };
        let known = number.and_then(|number| self.names.get(usize::try_from(number).ok()?)).map(|(_, known)| *known);
        let danger = match known {
            // The arena was full, so the arguments are not known: any function seen so far may be among them.
            Some(Known::Rebuild | Known::ByName) if arguments == Value::Opaque && self.functions => Danger::Function,
            Some(Known::LoadsPickle) if !result_of => self.loads(&items),
            Some(known) if !result_of => self.danger(known, &items),
            _ => Danger::Function,
        };
        if danger != Danger::Harmless {
            self.record(step, offset, number, danger, result_of, &items)?;
        }
        let value = match self.folded(number, &items) {
            Some(text) => self.arena.add_text(text),
            None => self.arena.add(Node::Object { callee: number, arguments, state: Value::Opaque }),
        };
        self.stack.push(value)
    }

    /// Loading a pickle is as harmless as the pickle, if that one can be followed.
    fn loads(&mut self, items: &[Value]) -> Danger {
        let held = match items.first() {
            Some(Value::Bytes { start, .. }) => {
                self.out.embedded.iter_mut().find(|held| held.range.start as u64 == u64::from(*start))
            }
            _ => None,
        };
        match held {
            Some(held) => {
                held.loaded = true;
                Danger::Harmless
            }
            None => Danger::Function,
        }
    }

    /// What is known about calling `known` with these arguments.
    fn danger(&self, known: Known, items: &[Value]) -> Danger {
        let hands_over_function = || {
            items.iter().any(|item| match item {
                Value::Global(number) => usize::try_from(*number)
                    .ok()
                    .and_then(|number| self.names.get(number))
                    .is_some_and(|(_, known)| matches!(known, Known::Function | Known::Executor)),
                _ => false,
            })
        };
        match known {
            Known::Rebuild if hands_over_function() => Danger::Function,
            Known::Harmless | Known::Rebuild => Danger::Harmless,
            Known::ByName => {
                let module = items.first().and_then(|item| self.arena.text_or_bytes(*item, self.input));
                let numeric = |module: String| matches!(module.split('.').next(), Some("numpy" | "scipy"));
                if module.is_some_and(numeric) { Danger::Harmless } else { Danger::Executor }
            }
            Known::Class => Danger::Class,
            Known::ForeignClass => Danger::ForeignClass,
            Known::Function | Known::LoadsPickle => Danger::Function,
            Known::Executor => Danger::Executor,
        }
    }

    /// The string that a harmless call on strings returns: names are put together this way to hide them.
    fn folded(&self, number: Option<u32>, items: &[Value]) -> Option<String> {
        let name = self.name(number?)?;
        let text = |at: usize| self.arena.text_or_bytes(*items.get(at)?, self.input);
        match (name.module.as_str(), name.name.as_str()) {
            ("operator" | "_operator", "add" | "concat" | "iadd" | "iconcat") => Some(text(0)? + &text(1)?),
            ("codecs" | "_codecs", "encode" | "decode") | ("builtins", "str") => text(0),
            _ => None,
        }
    }

    fn record(
        &mut self,
        step: &Step<'a>,
        offset: usize,
        number: Option<u32>,
        danger: Danger,
        result_of: bool,
        items: &[Value],
    ) -> Done<()> {
        let opcode = opcode::name(step);
        if let Some(call) = self.seen.get(&(number, opcode, danger)).and_then(|at| self.out.calls.get_mut(*at)) {
            call.times += 1;
            return Ok(());
        }
        if self.out.calls.len() >= self.limits.names {
            return Err(Halt::Limit("too many different calls"));
        }
        let callee = match number.and_then(|number| self.name(number)).cloned() {
            Some(name) if result_of => Callee::ResultOf(name),
            Some(name) => Callee::Named(name),
            None => Callee::Unknown,
        };
        let arguments = items.iter().take(4).map(|item| self.shown(*item)).collect();
        self.seen.insert((number, opcode, danger), self.out.calls.len());
        self.out.calls.push(Call { offset, opcode, callee, arguments, danger, times: 1 });
        Ok(())
    }

    /// A value in a few characters.
    fn shown(&self, value: Value) -> String {
        match value {
            Value::Int(n) => n.to_string(),
            Value::Text { .. } | Value::Built(_) => match self.arena.text(value, self.input) {
                Some(text) if text.chars().count() > SHOWN => {
                    format!("{:?}...", text.chars().take(SHOWN).collect::<String>())
                }
                Some(text) => format!("{text:?}"),
                None => "a long string".to_owned(),
            },
            Value::Bytes { len, .. } => format!("{len} bytes"),
            Value::Global(number) => self.name(number).map_or_else(String::new, ToString::to_string),
            Value::Node(_) => match self.arena.node(value) {
                Some(Node::Tuple(_) | Node::List(_)) => "[...]".to_owned(),
                Some(Node::Dict(_)) => "{...}".to_owned(),
                _ => "an object".to_owned(),
            },
            Value::Opaque => "...".to_owned(),
        }
    }

    fn constant(&mut self, raw: &'a [u8], form: Option<Form>) -> Done<()> {
        let start = raw.as_ptr().addr().saturating_sub(self.input.as_ptr().addr());
        if self.out.embedded.len() < EMBEDDED
            && let Some(held) = Embedded::of(start, raw)
        {
            self.out.embedded.push(held);
        }
        let start = u32::try_from(start).unwrap_or(u32::MAX);
        let len = u32::try_from(raw.len()).unwrap_or(u32::MAX);
        self.stack.push(match form {
            Some(form) => Value::Text { start, len, form },
            None => Value::Bytes { start, len },
        })
    }

    fn name(&self, number: u32) -> Option<&Name> {
        self.names.get(usize::try_from(number).ok()?).map(|(name, _)| name)
    }

    fn tuple_from_mark(&mut self) -> Done<Value> {
        let items = self.stack.above_mark()?;
        Ok(self.arena.add(Node::Tuple(items)))
    }
}

fn pairs(items: &[Value]) -> Vec<(Value, Value)> {
    items
        .chunks_exact(2)
        .filter_map(|pair| match pair {
            [key, value] => Some((*key, *value)),
            _ => None,
        })
        .collect()
}

fn lossy(raw: &[u8]) -> String {
    String::from_utf8_lossy(raw.get(..raw.len().min(1024)).unwrap_or_default()).into_owned()
}

fn looks_like_a_name(name: &str) -> bool {
    !name.is_empty()
        && name.split('.').all(|part| {
            part.chars().next().is_some_and(|c| c.is_alphabetic() || "_<".contains(c) || c == '?')
                && part.chars().all(|c| c.is_alphanumeric() || "_<>?".contains(c))
        })
}

/// How deep pickles may lie in pickles.
const DEPTH: usize = 16;
/// The most constants that are remembered because they hold a pickle.
const EMBEDDED: usize = 64;
/// The most characters of an argument that are shown.
const SHOWN: usize = 80;
