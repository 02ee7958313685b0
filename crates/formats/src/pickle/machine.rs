//! The abstract machine: a loop over opcodes that follows names, and what may hold one, through stack and memo.

use std::collections::HashMap;

use super::{
    AnomalyKind, End, Limits, Name, Walk,
    arena::{Alarm, Arena, Shape},
    array::Size,
    frames::{Frames, TARGET},
    imports::Imported,
    memo::Memo,
    nested,
    opcode::{self, Flaw, Step},
    stack::{Done, Halt, Stack},
    value::Value,
    weight,
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

/// Walks the pickles at the start of `bytes`, `depth` constants deep in others. `pace` is told every few MiB how far it got, and says whether to
/// go on.
pub(super) fn walk(
    bytes: &[u8],
    limits: Limits,
    trust: Trust,
    depth: usize,
    pace: &mut dyn FnMut(usize) -> bool,
) -> Walk {
    let mut machine = machine(bytes, limits, trust, depth, pace);
    machine.all();
    machine.out.steps = machine.steps;
    machine.out
}

/// How many values a walk remembers at its end.
#[cfg(test)]
pub(super) fn remembered(bytes: &[u8]) -> usize {
    let pace = &mut |_| true;
    let mut machine = machine(bytes, Limits::default(), Trust::Pickle, 0, pace);
    machine.all();
    machine.arena.len() + machine.memo.len() + machine.stack.len() + machine.names.len()
}

fn machine<'a, 'p>(
    bytes: &'a [u8],
    limits: Limits,
    trust: Trust,
    depth: usize,
    pace: &'p mut dyn FnMut(usize) -> bool,
) -> Machine<'a, 'p> {
    Machine {
        bytes,
        at: 0,
        last: 0,
        start: 0,
        event: 0,
        next_pace: PACE,
        pace,
        limits,
        trust,
        depth,
        steps: 0,
        frames: Frames::new(0),
        lacks_entry: false,
        stack: Stack::new(limits.values),
        memo: Memo::new(limits.values),
        outer: Vec::new(),
        arena: Arena::new(limits.nodes),
        names: Vec::new(),
        numbers: HashMap::new(),
        last_global: None,
        storage: None,
        seen: HashMap::new(),
        latest: None,
        sizes: HashMap::new(),
        folding: 2_000_000 + bytes.len() as u64 / 16,
        rereading: bytes.len() as u64 + (64 << 20),
        unwrapping: bytes.len().saturating_add(16 << 20),
        out: Walk::default(),
    }
}

pub(super) struct Machine<'a, 'p> {
    pub(super) bytes: &'a [u8],
    /// The offset of the next opcode.
    pub(super) at: usize,
    /// The offset of the last one.
    last: usize,
    /// Where the current pickle starts.
    start: usize,
    /// Where something else than an opcode is due: the end of a frame, or a word to the caller.
    event: usize,
    next_pace: usize,
    pace: &'p mut dyn FnMut(usize) -> bool,
    pub(super) limits: Limits,
    pub(super) trust: Trust,
    /// How many constants lie around these bytes.
    pub(super) depth: usize,
    steps: u64,
    frames: Frames,
    /// The pickle asked for an entry of the memo that it did not make.
    lacks_entry: bool,
    pub(super) stack: Stack,
    pub(super) memo: Memo,
    /// The pickles around this one: joblib writes object arrays as pickles inside of a pickle.
    outer: Vec<(Stack, Memo, usize)>,
    pub(super) arena: Arena,
    pub(super) names: Vec<Imported>,
    pub(super) numbers: HashMap<Name, u32>,
    /// The last `GLOBAL`: its lines and the number of the name.
    pub(super) last_global: Option<(&'a [u8], &'a [u8], u32)>,
    /// How many elements the storage has that was named last, until a tensor is made of it.
    pub(super) storage: Option<u64>,
    /// Where in the output a call was noted.
    pub(super) seen: HashMap<u64, usize>,
    pub(super) latest: Option<(u64, usize)>,
    /// How large the elements of arrays are, by the type that was made for them.
    pub(super) sizes: HashMap<Value, Size>,
    /// How much work may go into values that are computed.
    pub(super) folding: u64,
    /// How many bytes may be read again to find constants in the memo.
    pub(super) rereading: u64,
    /// How many bytes may be made of constants that look like packed pickles.
    pub(super) unwrapping: usize,
    pub(super) out: Walk,
}

impl<'a> Machine<'a, '_> {
    /// Walks pickles until something follows that is none.
    fn all(&mut self) {
        loop {
            let (start, calls, odd) = (self.at, self.out.calls.len(), self.out.anomalies.len());
            let before = self.begin();
            let mut end = self.one();
            // A pickler that writes several pickles goes on with its memo; so does the loader that is made for them.
            if self.lacks_entry && self.out.pickles > 0 {
                self.at = start;
                self.out.anomalies.truncate(odd);
                self.begin();
                self.memo = before;
                end = self.one();
            }
            match end {
                Ok(()) => {
                    self.out.pickles += 1;
                    let rest = self.bytes.get(self.at..).unwrap_or_default();
                    if rest.is_empty() {
                        return;
                    }
                    if self.trust == Trust::Guess || !super::plausible(rest) {
                        self.out.trailing = Some(self.at);
                        return;
                    }
                }
                // What follows a whole pickle may be raw weights that begin like one.
                Err(Halt::Broken(_)) if self.out.pickles > 0 && self.out.calls.len() == calls => {
                    self.out.anomalies.truncate(odd);
                    self.out.trailing = Some(start);
                    return;
                }
                Err(halt) => {
                    let offset = self.at;
                    self.out.end = match halt {
                        Halt::Broken(reason) => End::Broken { offset, reason },
                        Halt::Limit(what) => End::Limit { offset, what },
                    };
                    return;
                }
            }
        }
    }

    /// Forgets the pickle before; returns its memo.
    fn begin(&mut self) -> Memo {
        self.start = self.at;
        self.frames = Frames::new(self.at);
        self.stack = Stack::new(self.limits.values);
        self.lacks_entry = false;
        self.arena.forget_memo();
        self.outer.clear();
        self.due();
        std::mem::replace(&mut self.memo, Memo::new(self.limits.values))
    }

    /// Walks one pickle to its `STOP`. The opcodes that data is made of are decoded here, the others elsewhere.
    fn one(&mut self) -> Done<()> {
        loop {
            self.steps += 1;
            if self.steps > self.limits.steps {
                return Err(&Halt::Limit("too many opcodes"));
            }
            let offset = self.at;
            let byte = *self.bytes.get(offset).ok_or(TRUNCATED)?;
            self.at = offset + 1;
            match byte {
                b'K' => {
                    let [n] = self.take()?;
                    self.stack.push(Value::int(i64::from(n)))?;
                }
                b'M' => {
                    let n = u16::from_le_bytes(self.take()?);
                    self.stack.push(Value::int(i64::from(n)))?;
                }
                b'J' => {
                    let n = i32::from_le_bytes(self.take()?);
                    self.stack.push(Value::int(i64::from(n)))?;
                }
                b'G' => {
                    let _: [u8; 8] = self.take()?;
                    self.stack.push(Value::PLAIN)?;
                }
                b'N' => self.stack.push(Value::NOTHING)?,
                0x88 | 0x89 => self.stack.push(Value::PLAIN)?,
                0x8c | b'U' => {
                    let [len] = self.take()?;
                    self.constant(offset, u64::from(len), Value::text(offset))?;
                }
                b'X' => {
                    let len = u32::from_le_bytes(self.take()?);
                    self.constant(offset, u64::from(len), Value::text(offset))?;
                }
                b'C' => {
                    let [len] = self.take()?;
                    self.constant(offset, u64::from(len), Value::bytes(offset))?;
                }
                0x94 => self.memorise(None, offset)?,
                b'q' => {
                    let [key] = self.take()?;
                    self.memorise(Some(u64::from(key)), offset)?;
                }
                b'r' => {
                    let key = u32::from_le_bytes(self.take()?);
                    self.memorise(Some(u64::from(key)), offset)?;
                }
                b'h' => {
                    let [key] = self.take()?;
                    self.recall(u64::from(key), offset)?;
                }
                b'j' => {
                    let key = u32::from_le_bytes(self.take()?);
                    self.recall(u64::from(key), offset)?;
                }
                b'(' => self.stack.mark()?,
                b')' => self.stack.push(Value::EMPTY)?,
                b']' => self.make(Shape::List, 0, offset)?,
                b'}' => self.make(Shape::Dict, 0, offset)?,
                0x85 => self.make(Shape::Tuple, 1, offset)?,
                0x86 => self.make(Shape::Tuple, 2, offset)?,
                0x87 => self.make(Shape::Tuple, 3, offset)?,
                b't' => self.make_from_mark(Shape::Tuple, offset)?,
                b'e' => self.fill_from_mark("APPENDS", offset)?,
                b'u' => self.fill_from_mark("SETITEMS", offset)?,
                b'.' => {
                    if self.at >= self.event {
                        self.look_up(offset, true)?;
                    }
                    if self.stop(offset)? {
                        return Ok(());
                    }
                }
                _ => self.other(offset)?,
            }
            self.last = offset;
            if self.at >= self.event {
                self.look_up(offset, false)?;
            }
        }
    }

    /// The argument of an opcode.
    #[inline]
    fn take<const N: usize>(&mut self) -> Done<[u8; N]> {
        let end = self.at + N;
        let taken = self.bytes.get(self.at..end).and_then(|taken| taken.try_into().ok()).ok_or(TRUNCATED)?;
        self.at = end;
        Ok(taken)
    }

    /// A string or bytes of `len` bytes from here on.
    #[inline]
    fn constant(&mut self, offset: usize, len: u64, value: Value) -> Done<()> {
        let end = usize::try_from(len).ok().and_then(|len| self.at.checked_add(len));
        let Some(raw) = end.and_then(|end| self.bytes.get(self.at..end)) else {
            self.at = offset;
            return Err(self.cut_off());
        };
        self.at += raw.len();
        if raw.len() >= TARGET {
            self.frames.constant(self.at - offset);
        }
        if nested::may_hold(raw) {
            self.embedded(raw);
        }
        self.stack.push(value)
    }

    #[inline]
    fn memorise(&mut self, key: Option<u64>, offset: usize) -> Done<()> {
        if let Some(key) = key
            && key > self.steps + UNUSED
        {
            self.memo_bomb(offset);
        }
        let value = self.stack.top()?;
        self.memo.store(key, value, self.last, &mut self.arena)
    }

    #[cold]
    fn memo_bomb(&mut self, offset: usize) {
        self.odd(offset, AnomalyKind::Bomb, "a number in the memo so large that loaders reserve gigabytes for it");
    }

    #[inline]
    fn recall(&mut self, key: u64, offset: usize) -> Done<()> {
        if let Some(value) = self.memo.recall(key, &self.arena) {
            return self.stack.push(value);
        }
        self.odd(offset, AnomalyKind::Stack, "it asks for an entry of the memo that was never made");
        self.at = offset;
        self.lacks_entry = true;
        Err(&Halt::Broken("a memo entry that was never made"))
    }

    /// Makes a container of the topmost values.
    #[inline]
    fn make(&mut self, shape: Shape, len: usize, offset: usize) -> Done<()> {
        let mut items = [Value::PLAIN; 3];
        for slot in items.iter_mut().take(len).rev() {
            *slot = self.stack.pop()?;
        }
        let node = self.arena.add(shape, items.get(..len).unwrap_or_default());
        self.alarm(offset);
        self.stack.push(node)
    }

    #[inline]
    fn make_from_mark(&mut self, shape: Shape, offset: usize) -> Done<()> {
        let mark = self.stack.unmark()?;
        let node = self.arena.add(shape, self.stack.above(mark));
        self.stack.cut(mark);
        self.alarm(offset);
        self.stack.push(node)
    }

    #[inline]
    pub(super) fn alarm(&mut self, offset: usize) {
        if let Some(alarm) = self.arena.alarm() {
            self.sound(alarm, offset);
        }
    }

    #[cold]
    fn sound(&mut self, alarm: Alarm, offset: usize) {
        let what = match alarm {
            Alarm::Size => "containers that hold one another until they have more elements than any memory holds",
            Alarm::Depth => "containers nested deeper than any pickler can go",
            Alarm::Selves => "a container that holds itself many times",
        };
        self.odd(offset, AnomalyKind::Bomb, what);
    }

    /// The opcodes that are rarer.
    fn other(&mut self, offset: usize) -> Done<()> {
        let mut cursor = Cursor::new(self.bytes, offset);
        let step = match opcode::step(&mut cursor) {
            Ok(step) => step,
            Err(flaw) => {
                self.at = offset;
                return Err(match flaw {
                    Flaw::Unknown(_) => &Halt::Broken("an unknown opcode"),
                    Flaw::Truncated => self.cut_off(),
                    Flaw::Argument => &Halt::Broken("an argument that no opcode takes"),
                });
            }
        };
        self.at = cursor.at();
        match step {
            Step::Protocol(version) => self.protocol(version, offset),
            Step::Frame(len) => {
                if let Some(what) = self.frames.open(offset, self.at, len) {
                    self.odd(offset, AnomalyKind::Frame, what);
                }
                self.due();
            }
            Step::Nothing | Step::Stop => {}
            Step::Inert => self.stack.push(Value::PLAIN)?,
            Step::None => self.stack.push(Value::NOTHING)?,
            Step::Int(n) => self.stack.push(Value::int(n))?,
            Step::Text(raw, _) => self.long_constant(raw, offset, Value::text(offset))?,
            Step::Bytes(raw) => self.long_constant(raw, offset, Value::bytes(offset))?,
            Step::Persistent(from_stack) => {
                let id = if from_stack { self.stack.pop()? } else { Value::PLAIN };
                weight::storage(self, id, offset);
                let value = self.persistent(id);
                self.stack.push(value)?;
            }
            Step::Mark => self.stack.mark()?,
            Step::Pop => self.stack.discard()?,
            Step::PopMark => {
                let mark = self.stack.unmark()?;
                self.stack.cut(mark);
            }
            Step::Duplicate => {
                self.odd(offset, AnomalyKind::Stack, "it duplicates values on the stack, which no pickler does");
                let top = self.stack.top()?;
                self.stack.push(top)?;
            }
            Step::Put(key) => self.memorise(Some(key), offset)?,
            Step::Memoize => self.memorise(None, offset)?,
            Step::Get(key) => self.recall(key, offset)?,
            Step::Tuple(len) => self.make(Shape::Tuple, len, offset)?,
            Step::TupleFromMark => self.make_from_mark(Shape::Tuple, offset)?,
            Step::EmptyList => self.make(Shape::List, 0, offset)?,
            Step::ListFromMark => self.make_from_mark(Shape::List, offset)?,
            Step::EmptyDict => self.make(Shape::Dict, 0, offset)?,
            Step::DictFromMark => self.make_from_mark(Shape::Dict, offset)?,
            Step::EmptySet => self.make(Shape::Set, 0, offset)?,
            Step::FrozenSetFromMark => self.make_from_mark(Shape::Set, offset)?,
            Step::Append => self.fill_with(1, "APPEND", offset)?,
            Step::SetItem => self.fill_with(2, "SETITEM", offset)?,
            Step::AppendFromMark => self.fill_from_mark("APPENDS", offset)?,
            Step::SetItemsFromMark => self.fill_from_mark("SETITEMS", offset)?,
            Step::AddFromMark => self.fill_from_mark("ADDITEMS", offset)?,
            Step::Global(..)
            | Step::StackGlobal
            | Step::Extension(_)
            | Step::Reduce
            | Step::Build
            | Step::Inst(..)
            | Step::Obj
            | Step::NewObj
            | Step::NewObjEx => self.name_or_call(&step, offset)?,
        }
        Ok(())
    }

    fn long_constant(&mut self, raw: &'a [u8], offset: usize, value: Value) -> Done<()> {
        if raw.len() >= TARGET && matches!(self.bytes.get(offset), Some(b'B' | 0x8d | 0x8e | 0x96)) {
            self.frames.constant(self.at - offset);
        }
        if nested::may_hold(raw) {
            self.embedded(raw);
        }
        self.stack.push(value)
    }

    fn protocol(&mut self, version: u8, offset: usize) {
        if version > NEWEST {
            self.odd(offset, AnomalyKind::Order, "a protocol newer than any");
        }
        if offset != self.start && self.last != offset {
            self.odd(offset, AnomalyKind::Order, "it says its protocol in the middle");
        }
        self.frames.protocol(self.at);
    }

    /// Takes the result at a `STOP`; `true` if it is the end of the pickle, and not of one inside of it.
    fn stop(&mut self, offset: usize) -> Done<bool> {
        self.stack.pop()?;
        if self.stack.len() > 0 {
            self.odd(offset, AnomalyKind::Stack, "it ends with values left on the stack, which no pickler does");
        }
        if self.frames.end != usize::MAX && self.frames.end > self.bytes.len() {
            self.odd(offset, AnomalyKind::Frame, "a frame reaches past the end");
        }
        let Some((stack, memo, start)) = self.outer.pop() else { return Ok(true) };
        (self.stack, self.memo) = (stack, memo);
        self.arena.forget_memo();
        self.memo.skip(start, self.at);
        // What the inner pickle holds becomes an item of an array.
        self.stack.pop()?;
        self.stack.push(Value::FORGOTTEN)?;
        self.frames.raw(self.at, self.at);
        Ok(false)
    }

    /// Goes on behind raw bytes that are no opcodes.
    pub(super) fn skip_to(&mut self, end: usize) {
        self.frames.raw(self.at, end);
        self.memo.skip(self.at, end);
        self.at = end;
        self.due();
    }

    /// Goes on with a pickle that is written into this one.
    pub(super) fn descend(&mut self) -> Done<()> {
        if self.outer.len() >= DEPTH {
            return Err(&Halt::Limit("arrays of objects nested too deeply"));
        }
        let stack = std::mem::replace(&mut self.stack, Stack::new(self.limits.values));
        let memo = std::mem::replace(&mut self.memo, Memo::new(self.limits.values));
        self.arena.forget_memo();
        self.outer.push((stack, memo, self.at));
        self.start = self.at;
        self.frames.raw(self.at, self.at);
        Ok(())
    }

    /// Does what is due between two opcodes.
    #[cold]
    fn look_up(&mut self, offset: usize, stopped: bool) -> Done<()> {
        if self.at >= self.frames.end
            && let Some(what) = self.frames.close(self.bytes, offset, self.at, stopped)
        {
            self.odd(offset, AnomalyKind::Frame, what);
        }
        if self.at >= self.next_pace {
            if !(self.pace)(self.at) {
                return Err(&Halt::Limit("the time is over"));
            }
            self.next_pace = self.at.saturating_add(PACE);
        }
        self.due();
        Ok(())
    }

    fn due(&mut self) {
        self.event = self.frames.end.min(self.next_pace);
    }

    /// The opcode here reaches past the end.
    fn cut_off(&mut self) -> &'static Halt {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        if opcode::claimed(rest).is_some_and(|len| len > rest.len() as u64 + HUGE) {
            self.odd(self.at, AnomalyKind::Bomb, "it claims a length of gigabytes that are not there");
        }
        TRUNCATED
    }

    /// Notes what no pickler writes; the first of each sort.
    pub(super) fn odd(&mut self, offset: usize, kind: AnomalyKind, what: &'static str) {
        if self.out.anomalies.iter().all(|other| other.what != what) {
            self.out.anomalies.push(super::Anomaly { offset, kind, what });
        }
    }
}

const TRUNCATED: &Halt = &Halt::Broken(CUT);
/// How a walk ends where the bytes do.
pub(super) const CUT: &str = "it ends in the middle of an opcode";
/// How deep pickles may lie in pickles.
const DEPTH: usize = 16;
/// How often the caller is told how far the walk is, in bytes.
const PACE: usize = 4 << 20;
/// The latest protocol.
const NEWEST: u8 = 5;
/// The largest number of the memo that opcodes before it do not account for.
const UNUSED: u64 = 1 << 16;
/// A length that is wrong by more than this is no accident.
const HUGE: u64 = 1 << 30;
