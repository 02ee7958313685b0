//! Names and calls: what is imported, what is called with which arguments, and how dangerous that is.

use super::{
    Call, Callee,
    arena::{Shape, flag},
    array::{self, Body},
    fold::{Fold, Fuel},
    imports::Role,
    known::{self, Danger, Handed, How, Known},
    machine::Machine,
    opcode::{self, Step},
    stack::{Done, Halt},
    value::{Kind, Value},
    weight,
};

/// An argument that is known before the others, and the name that it is.
type Bound = (Handed, Option<u32>);

/// Who is called.
#[derive(Clone, Copy, Debug)]
enum Who {
    Named(u32),
    ResultOf(u32),
    Unknown,
}

impl<'a> Machine<'a, '_> {
    pub(super) fn name_or_call(&mut self, step: &Step<'a>, offset: usize) -> Done<()> {
        let opcode = opcode::name(step);
        match step {
            Step::Global(module, name) => {
                let number = match self.last_global {
                    Some((last_module, last_name, number)) if (last_module, last_name) == (*module, *name) => number,
                    _ => self.import(offset, &lossy(module), &lossy(name))?,
                };
                self.last_global = Some((module, name, number));
                self.stack.push(Value::global(number))
            }
            Step::StackGlobal => self.stack_global(offset),
            Step::Extension(code) => {
                let number = self.import(offset, known::EXTENSION, &format!("code{code}"))?;
                self.stack.push(Value::global(number))
            }
            Step::Build => self.build(offset),
            Step::Inst(module, name) => {
                let callee = Value::global(self.import(offset, &lossy(module), &lossy(name))?);
                let mark = self.stack.unmark()?;
                let arguments = self.arena.add(Shape::Tuple, self.stack.above(mark));
                self.stack.cut(mark);
                self.call(opcode, offset, callee, arguments, Value::NOTHING)
            }
            Step::Obj => {
                let mark = self.stack.unmark()?;
                let (callee, arguments) = match self.stack.above(mark) {
                    [callee, arguments @ ..] => (*callee, self.arena.add(Shape::Tuple, arguments)),
                    [] => return Err(&Halt::Broken("a stack that is too short")),
                };
                self.stack.cut(mark);
                // A run of forgotten values may begin with anything.
                let callee = if matches!(callee.kind(), Kind::Run(..)) { Value::PLAIN } else { callee };
                self.call(opcode, offset, callee, arguments, Value::NOTHING)
            }
            _ => {
                let keywords = if *step == Step::NewObjEx { self.stack.pop()? } else { Value::NOTHING };
                let arguments = self.stack.pop()?;
                let callee = self.stack.pop()?;
                self.call(opcode, offset, callee, arguments, keywords)
            }
        }
    }

    fn stack_global(&mut self, offset: usize) -> Done<()> {
        let name = self.stack.pop()?;
        let module = self.stack.pop()?;
        let mut text = |part| self.text(part).unwrap_or_else(|| known::COMPUTED.to_owned());
        let (module, name) = (text(module), text(name));
        let number = self.import(offset, &module, &name)?;
        self.stack.push(Value::global(number))
    }

    /// A call; pushes what it returns.
    fn call(
        &mut self,
        opcode: &'static str,
        offset: usize,
        callee: Value,
        arguments: Value,
        keywords: Value,
    ) -> Done<()> {
        let (who, bound) = self.who(callee, offset)?;
        let how = if opcode.starts_with("NEWOBJ") { How::Made } else { How::Called };
        let danger = match who {
            Who::Named(number) => {
                self.called(number);
                self.danger(number, how, &bound, arguments, keywords)
            }
            _ => Danger::Function,
        };
        if danger != Danger::Harmless {
            let subject = self.subject(who, &bound, arguments);
            self.record(opcode, offset, subject, danger, arguments)?;
        }
        let node = self.arena.add(Shape::Object, &[callee, arguments, Value::NOTHING]);
        self.alarm(offset);
        if let Who::Named(number) = who {
            match self.imported(number).map(|imported| imported.role) {
                // Arrays that follow much later refer to it, and their length depends on it.
                Some(Role::ElementType) => self.arena.pin(node),
                Some(Role::FromBytes) => self.disown(arguments),
                // An array of the shape that it is called with: that of one which is restored is empty.
                Some(Role::Array) => weight::weigh(self, Role::Shaped, arguments, offset),
                Some(Role::None) | None => {}
                Some(role) => weight::weigh(self, role, arguments, offset),
            }
        }
        self.stack.push(node)
    }

    /// What a report names: what is made is the class, whatever makes it.
    fn subject(&mut self, who: Who, bound: &[Bound], arguments: Value) -> Who {
        let Who::Named(number) = who else { return who };
        let known = self.imported(number).map(|imported| imported.known);
        if !matches!(known, Some(Known::Made | Known::Created | Known::Reconstructor)) {
            return who;
        }
        let first = self.arena.list(arguments).and_then(|(items, _)| items.first().copied());
        let class = match (bound.first(), first.map(Value::kind)) {
            (Some((_, class)), _) => *class,
            (None, Some(Kind::Global(class))) => Some(class),
            _ => None,
        };
        let Some(class) = class else { return who };
        self.called(class);
        Who::Named(class)
    }

    /// Who is called: a name, or an object that calls one; and the arguments that such an object puts first.
    fn who(&mut self, callee: Value, offset: usize) -> Done<(Who, Vec<Bound>)> {
        if let Kind::Global(number) = callee.kind() {
            return Ok((Who::Named(number), Vec::new()));
        }
        let made = self.arena.view(callee).filter(|view| view.shape == Shape::Object);
        let parts = made.map(|view| view.items.to_vec()).unwrap_or_default();
        let Some(maker) = parts.first().copied() else { return Ok((Who::Unknown, Vec::new())) };
        if let Some((function, bound)) = self.applied(maker, &parts) {
            return Ok((Who::Named(function), bound));
        }
        let mut reached = self.fold(callee, Fuel::NAME);
        let mut bound = Vec::new();
        while let Some(Fold::Partial(function, first)) = reached {
            bound.splice(0..0, first.iter().map(of_fold));
            reached = Some(*function);
        }
        let who = match (reached, maker.kind()) {
            (Some(Fold::Name(name)), _) => Who::Named(self.import(offset, &name.module, &name.name)?),
            (_, Kind::Global(number)) => Who::ResultOf(number),
            _ => Who::Unknown,
        };
        Ok((who, bound))
    }

    /// What `functools.partial` made of a name: it is called with the arguments that were given first. The state says both
    /// again. `parts` are the callee, the arguments and the state of what was made.
    fn applied(&mut self, maker: Value, parts: &[Value]) -> Option<(u32, Vec<Bound>)> {
        let Kind::Global(maker) = maker.kind() else { return None };
        if self.imported(maker)?.known != Known::Partial {
            return None;
        }
        let (arguments, state) = (parts.get(1).copied()?, parts.get(2).copied());
        let items = |machine: &Self, value| machine.arena.list(value).map(|(items, _)| items.to_vec());
        let state = state.and_then(|state| items(self, state)).unwrap_or_default();
        let (function, bound) = if let [function, bound, ..] = state.as_slice() {
            (*function, items(self, *bound)?)
        } else {
            let arguments = items(self, arguments)?;
            let (function, bound) = arguments.split_first()?;
            (*function, bound.to_vec())
        };
        let number = match function.kind() {
            Kind::Global(number) => number,
            _ => match self.fold(function, Fuel::NAME)? {
                Fold::Name(name) => self.import(self.at, &name.module, &name.name).ok()?,
                _ => return None,
            },
        };
        let bound = bound.into_iter().map(|value| match value.kind() {
            Kind::Global(class) => (self.argument(value, NESTED), Some(class)),
            _ => (self.argument(value, NESTED), None),
        });
        Some((number, bound.collect()))
    }

    /// How dangerous it is to use a name with these arguments.
    fn danger(&mut self, number: u32, how: How, bound: &[Bound], arguments: Value, keywords: Value) -> Danger {
        let known = self.imported(number).map_or(Known::Function, |imported| imported.known);
        let carries = self.arena.carries_function(arguments) || self.arena.carries_function(keywords);
        match known {
            Known::Rebuild if carries => {
                let handed = self.handed(arguments, keywords);
                known::judge(known, how, &handed).max(known::buried(&handed))
            }
            Known::Harmless | Known::Partial | Known::Or | Known::Rebuild => Danger::Harmless,
            Known::LoadsPickle => self.loads_any(arguments),
            _ => {
                let mut handed: Vec<Handed> = bound.iter().map(|(handed, _)| handed.clone()).collect();
                handed.extend(self.handed(arguments, keywords));
                if known == Known::Calls {
                    handed.extend(self.partials(arguments));
                }
                known::judge(known, how, &handed)
            }
        }
    }

    /// Loading a pickle is as harmless as the pickle, whichever argument holds it.
    fn loads_any(&mut self, arguments: Value) -> Danger {
        let items = self.arena.list(arguments).map(|(items, _)| items.to_vec()).unwrap_or_default();
        let judged: Vec<Danger> = items.into_iter().map(|item| self.loads(Some(item))).collect();
        judged.into_iter().min().unwrap_or(Danger::Function)
    }

    /// The arguments as the table judges them.
    fn handed(&mut self, arguments: Value, keywords: Value) -> Vec<Handed> {
        let mut handed = match self.argument(arguments, NESTED) {
            Handed::Several(items) => items,
            other => vec![other],
        };
        if keywords != Value::NOTHING {
            handed.push(self.argument(keywords, NESTED));
        }
        handed
    }

    /// The functions that `functools.partial` holds among the arguments, and what it hands to them.
    fn partials(&mut self, arguments: Value) -> Vec<Handed> {
        let items = self.arena.list(arguments).map(|(items, _)| items.to_vec()).unwrap_or_default();
        let held = items.into_iter().take(4).filter_map(|item| match self.fold(item, Fuel::NAME)? {
            Fold::Partial(function, first) => Some(std::iter::once(&*function).chain(&first).map(folded).collect()),
            _ => None,
        });
        held.map(Handed::Several).collect()
    }

    /// One argument; containers are looked into as deep as this.
    fn argument(&mut self, value: Value, depth: usize) -> Handed {
        if value == Value::EMPTY {
            return Handed::Several(Vec::new());
        }
        match value.kind() {
            Kind::Global(number) => {
                self.imported(number).map_or(Handed::Object, |imported| Handed::Name(imported.known))
            }
            Kind::Node(_) => self.held(value, depth),
            Kind::Text(_) | Kind::Bytes(_) | Kind::Recalled(_) => match self.text_or_bytes(value) {
                Some(text) if text.chars().all(|c| !c.is_control() || c.is_whitespace()) => Handed::Text(text),
                _ => Handed::Data,
            },
            Kind::Run(_, true) => self.lost(value),
            _ => Handed::Data,
        }
    }

    /// A container or an object as an argument.
    fn held(&mut self, value: Value, depth: usize) -> Handed {
        let Some(view) = self.arena.view(value).filter(|_| depth > 0) else { return self.lost(value) };
        let (shape, whole, items) = (view.shape, view.whole, view.items.to_vec());
        if shape == Shape::Object {
            return match self.fold(value, Fuel::NAME) {
                Some(Fold::Name(name)) => Handed::Name(known::known(&name)),
                Some(Fold::Text(text)) => Handed::Text(text),
                // What it was made of may be called by what it is handed to.
                _ if self.arena.carries_function(value) => {
                    let inner = items.into_iter().skip(1).map(|item| self.argument(item, depth - 1));
                    Handed::Several(inner.collect())
                }
                _ => Handed::Object,
            };
        }
        let mut handed: Vec<Handed> = items.into_iter().map(|item| self.argument(item, depth - 1)).collect();
        if !whole {
            handed.push(self.lost(value));
        }
        Handed::Several(handed)
    }

    /// What is no longer known may be a function if any function went there.
    fn lost(&self, value: Value) -> Handed {
        if self.arena.carries_function(value) { Handed::Name(Known::Function) } else { Handed::Data }
    }

    /// Sets the state of what lies below it on the stack.
    fn build(&mut self, offset: usize) -> Done<()> {
        let state = self.stack.pop()?;
        let target = self.stack.top()?;
        if let Kind::Global(number) = target.kind() {
            let danger = self.worst(&[state]);
            return self.record("BUILD", offset, Who::Named(number), danger, state);
        }
        if self.arena.flags(target) & flag::SETS_STATE != 0 {
            self.record("BUILD", offset, Who::Unknown, Danger::Function, state)?;
        }
        let hooks = self.state_hooks(state);
        if hooks & flag::SETS_STATE != 0 {
            self.record("BUILD", offset, Who::Unknown, self.worst(&[state]), state)?;
        }
        self.arena.set_state(target, state);
        self.arena.extend(target, &[], hooks);
        let maker = self.arena.view(target).and_then(|view| view.items.first().copied());
        let Some(Kind::Global(maker)) = maker.map(Value::kind) else { return Ok(()) };
        match self.imported(maker).map_or(Role::None, |imported| imported.role) {
            Role::ElementType => {
                array::remember(self, target);
                return Ok(());
            }
            Role::Array => {
                self.disown(state);
                return Ok(());
            }
            Role::ArrayWrapper => {}
            _ => return Ok(()),
        }
        match array::body(self, state) {
            Some(Body::Raw(end)) => {
                self.skip_to(end);
                Ok(())
            }
            Some(Body::Pickle) => self.descend(),
            None => Err(&Halt::Broken("an array whose length cannot be told")),
        }
    }

    /// What a state does to the methods of its object: it may be a pair of two dictionaries.
    fn state_hooks(&self, state: Value) -> u8 {
        let parts = self.arena.list(state).map(|(items, _)| items).unwrap_or_default();
        parts.iter().take(2).fold(self.arena.flags(state), |flags, part| flags | self.arena.flags(*part))
            & (flag::SETS_STATE | flag::TAKES_ITEMS)
    }

    /// Puts the topmost values into what lies below them.
    pub(super) fn fill_with(&mut self, count: usize, opcode: &'static str, offset: usize) -> Done<()> {
        let mut items = [Value::PLAIN; 2];
        for slot in items.iter_mut().take(count).rev() {
            *slot = self.stack.pop()?;
        }
        let target = self.stack.top()?;
        let items = items.get(..count).unwrap_or_default();
        self.fill(target, items, opcode, offset)
    }

    #[inline]
    pub(super) fn fill_from_mark(&mut self, opcode: &'static str, offset: usize) -> Done<()> {
        let mark = self.stack.unmark()?;
        let target = self.stack.below(mark)?;
        let items = self.stack.above(mark);
        let plain = |item: &Value| item.is_constant() || self.arena.flags(*item) & flag::FUNCTION == 0;
        // Data into a container is the usual case.
        if matches!(target.kind(), Kind::Node(_))
            && self.arena.flags(target) & flag::TAKES_ITEMS == 0
            && (opcode != "SETITEMS" || items.iter().all(plain))
        {
            self.arena.extend(target, items, 0);
            self.alarm(offset);
        } else {
            let items = items.to_vec();
            self.fill(target, &items, opcode, offset)?;
        }
        self.stack.cut(mark);
        Ok(())
    }

    fn is_hooked(&self, target: Value) -> bool {
        self.arena.flags(target) & flag::TAKES_ITEMS != 0
    }

    /// Puts items into a container. Filling an imported name alters a module or class for everyone.
    fn fill(&mut self, target: Value, items: &[Value], opcode: &'static str, offset: usize) -> Done<()> {
        if let Kind::Global(number) = target.kind() {
            let danger = self.worst(items);
            let shown = self.arena.add(Shape::Tuple, items);
            return self.record(opcode, offset, Who::Named(number), danger, shown);
        }
        let pairs = opcode.starts_with("SET");
        let hooks = if pairs { self.hooks(items) } else { 0 };
        if !pairs && self.is_hooked(target) && self.arena.view(target).is_none_or(|view| view.shape == Shape::Object) {
            let shown = self.arena.add(Shape::Tuple, items);
            self.record(opcode, offset, Who::Unknown, Danger::Function, shown)?;
        }
        self.arena.extend(target, items, hooks);
        self.alarm(offset);
        Ok(())
    }

    /// Whether entries of a dictionary replace methods that the loader itself calls.
    fn hooks(&self, items: &[Value]) -> u8 {
        items.chunks_exact(2).fold(0, |hooks, pair| match pair {
            [key, value] if self.arena.flags(*value) & flag::FUNCTION != 0 => {
                let Kind::Text(at) = key.kind() else { return hooks };
                hooks
                    | match self.raw(at) {
                        Some(b"__setstate__") => flag::SETS_STATE,
                        Some(b"append" | b"extend" | b"add") => flag::TAKES_ITEMS,
                        _ => 0,
                    }
            }
            _ => hooks,
        })
    }

    /// How dangerous it is that these values are put where code looks for its own.
    fn worst(&self, items: &[Value]) -> Danger {
        let executes = |value: &Value| match value.kind() {
            Kind::Global(number) => self.imported(number).is_some_and(|imported| imported.known == Known::Executor),
            _ => false,
        };
        let within = |value: &Value| self.arena.view(*value).is_some_and(|view| view.items.iter().any(executes));
        if items.iter().any(|item| executes(item) || within(item)) { Danger::Executor } else { Danger::Function }
    }

    fn record(&mut self, opcode: &'static str, offset: usize, who: Who, danger: Danger, arguments: Value) -> Done<()> {
        let (number, kind) = match who {
            Who::Named(number) => (number, 0),
            Who::ResultOf(number) => (number, 1),
            Who::Unknown => (u32::MAX, 2),
        };
        let code = opcode.bytes().fold(0u64, |code, byte| (code * 31 + u64::from(byte)) & 0xffff);
        let key = u64::from(number) << 32 | code << 16 | (danger as u64) << 8 | kind;
        let at = match self.latest {
            Some((latest, at)) if latest == key => Some(at),
            _ => self.seen.get(&key).copied(),
        };
        if let Some(at) = at
            && let Some(call) = self.out.calls.get_mut(at)
        {
            call.times += 1;
            self.latest = Some((key, at));
            return Ok(());
        }
        if self.out.calls.len() >= self.limits.names {
            return Err(&Halt::Limit("too many different calls"));
        }
        let callee = match (self.name(number).cloned(), who) {
            (Some(name), Who::ResultOf(_)) => Callee::ResultOf(name),
            (Some(name), _) => Callee::Named(name),
            (None, _) => Callee::Unknown,
        };
        let items = match self.arena.list(arguments) {
            Some((items, _)) => items.iter().take(4).copied().collect(),
            None => vec![arguments],
        };
        let arguments = items.into_iter().map(|item| self.shown(item)).collect();
        self.seen.insert(key, self.out.calls.len());
        self.out.calls.push(Call { offset, opcode, callee, arguments, danger, times: 1 });
        Ok(())
    }

    /// A value in a few characters.
    fn shown(&mut self, value: Value) -> String {
        match value.kind() {
            Kind::Int(n) => n.to_string(),
            Kind::Nothing => "None".to_owned(),
            Kind::Global(number) => self.name(number).map_or_else(String::new, ToString::to_string),
            Kind::Bytes(at) => format!("{} bytes", self.raw(at).map_or(0, <[u8]>::len)),
            _ => match self.fold(value, Fuel::SHOWN) {
                Some(Fold::Text(text)) if text.chars().count() > SHOWN => {
                    format!("{:?}...", text.chars().take(SHOWN).collect::<String>())
                }
                Some(Fold::Text(text)) => format!("{text:?}"),
                Some(Fold::Bytes(bytes)) => format!("{} bytes", bytes.len()),
                Some(Fold::Name(name)) => name.to_string(),
                _ => match self.arena.view(value).map(|view| view.shape) {
                    Some(Shape::Tuple | Shape::List | Shape::Set) => "[...]".to_owned(),
                    Some(Shape::Dict) => "{...}".to_owned(),
                    Some(Shape::Object) => "an object".to_owned(),
                    None if matches!(value.kind(), Kind::Text(_)) => "a long string".to_owned(),
                    None => "...".to_owned(),
                },
            },
        }
    }
}

/// A value that is known in full, as an argument.
fn of_fold(fold: &Fold) -> Bound {
    (folded(fold), None)
}

fn folded(fold: &Fold) -> Handed {
    match fold {
        Fold::Name(name) => Handed::Name(known::known(name)),
        Fold::Text(text) => Handed::Text(text.clone()),
        Fold::List(items) => Handed::Several(items.iter().map(folded).collect()),
        Fold::Nothing | Fold::Int(_) | Fold::Bytes(_) => Handed::Data,
        _ => Handed::Object,
    }
}

fn lossy(raw: &[u8]) -> String {
    String::from_utf8_lossy(raw.get(..raw.len().min(1024)).unwrap_or_default()).into_owned()
}

/// How deep arguments are looked into.
const NESTED: usize = 3;
/// The most characters of an argument that are shown.
const SHOWN: usize = 80;
