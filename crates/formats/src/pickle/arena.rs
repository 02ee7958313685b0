//! The containers and objects of a walk, in bounded memory: the latest ones, and all that hold a function.
//!
//! Containers of plain data are forgotten when enough others were made after them; whatever cannot be followed any more
//! counts as a function if one was seen to go where the walk has lost sight.

use std::collections::HashMap;

use super::value::{Kind, Value};

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Tuple,
    List,
    Set,
    /// Keys and values in turn.
    Dict,
    /// What a call returned: the callee, its arguments and the state that was set.
    Object,
}

/// A container or an object, as far as it is remembered.
#[derive(Clone, Copy, Debug)]
pub(super) struct View<'a> {
    pub(super) shape: Shape,
    /// The first items.
    pub(super) items: &'a [Value],
    /// Whether these are all items.
    pub(super) whole: bool,
}

/// What is true of a node, as bits.
pub(super) mod flag {
    /// It holds a function, or something that may be one.
    pub(crate) const FUNCTION: u8 = 1;
    /// A dictionary that, as the state of an object, replaces the method that the loader hands the next state to.
    pub(crate) const SETS_STATE: u8 = 2;
    /// The same for the methods that take items.
    pub(crate) const TAKES_ITEMS: u8 = 4;
    /// Another node holds it.
    pub(crate) const HELD: u8 = 8;
    /// It lies in `kept`.
    pub(crate) const KEPT: u8 = 16;
    /// It has more items than are remembered.
    pub(crate) const MORE: u8 = 32;
}

/// What no honest structure reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alarm {
    /// It has more elements than any memory could hold if each was written out.
    Size,
    /// It is nested deeper than any pickler can go.
    Depth,
    /// A container holds itself many times.
    Selves,
}

#[derive(Clone, Copy, Debug)]
struct Head {
    number: u64,
    shape: Shape,
    flags: u8,
    /// How many items are remembered.
    len: u8,
    /// How often it holds itself.
    selves: u8,
    depth: u32,
    /// How many elements there are if each is written out.
    weight: u64,
    /// Where its items begin, counted from the beginning of time.
    start: u64,
    /// Its entry in the memo.
    memo: u64,
}

impl Head {
    #[inline]
    fn is_remarkable(&self) -> bool {
        self.flags & (flag::FUNCTION | flag::KEPT) == flag::FUNCTION
            || self.weight > HEAVY
            || self.depth > DEEP
            || self.selves >= SELVES
    }
}

#[derive(Debug)]
struct Kept {
    head: Head,
    items: Vec<Value>,
}

#[derive(Debug, Default)]
struct Sum {
    flags: u8,
    selves: u8,
    depth: u32,
    weight: u64,
}

/// Owns the containers and objects.
#[derive(Debug)]
pub(super) struct Arena {
    /// A ring, by number.
    heads: Vec<Head>,
    /// A ring, by position.
    items: Vec<Value>,
    /// The number of the latest node.
    latest: u64,
    /// The position behind the latest item.
    end: u64,
    kept: HashMap<u64, Kept>,
    /// Which nodes among the kept ones lie in the memo.
    memo: HashMap<u64, u64>,
    limit: usize,
    /// For each imported name, whether it is a function.
    functions: Vec<bool>,
    /// Whether any name is a function: without one, nothing that was forgotten can hold one.
    any_function: bool,
    /// A function went into a container that is no longer known, or that others hold already.
    tainted: bool,
    /// Nodes with functions that found no room.
    overflowed: bool,
    /// Alarms, each once, and how many of them were told.
    raised: Vec<Alarm>,
    told: usize,
}

impl Arena {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            heads: Vec::new(),
            items: Vec::new(),
            latest: 0,
            end: 0,
            kept: HashMap::new(),
            memo: HashMap::new(),
            limit,
            functions: Vec::new(),
            any_function: false,
            tainted: false,
            overflowed: false,
            raised: Vec::new(),
            told: 0,
        }
    }

    /// Adds what is known of the next imported name.
    pub(super) fn import(&mut self, is_function: bool) {
        self.functions.push(is_function);
        self.any_function |= is_function;
    }

    #[inline]
    pub(super) fn add(&mut self, shape: Shape, items: &[Value]) -> Value {
        self.latest += 1;
        let number = self.latest;
        let sum = self.sum(number, items);
        let first = items.get(..items.len().min(HELD)).unwrap_or_default();
        let start = self.put(first);
        let more = if first.len() < items.len() { flag::MORE } else { 0 };
        let head = Head {
            number,
            shape,
            flags: (sum.flags & flag::FUNCTION) | more,
            len: u8::try_from(first.len()).unwrap_or(0),
            selves: 0,
            depth: sum.depth + 1,
            weight: sum.weight.saturating_add(1),
            start,
            memo: u64::MAX,
        };
        if let Some(slot) = self.heads.get_mut(slot(number)) {
            *slot = head;
        } else {
            // Numbers start at 1; the first place stays empty until the ring comes round.
            self.heads.resize(slot(number), head);
            self.heads.push(head);
        }
        if head.is_remarkable() {
            self.remark(&head);
        }
        Value::node(number)
    }

    /// Puts items into a container; `hooks` are flags that only the caller can tell.
    #[inline]
    pub(super) fn extend(&mut self, target: Value, items: &[Value], hooks: u8) {
        let Kind::Node(number) = target.kind() else {
            self.tainted |= self.sum(0, items).flags & flag::FUNCTION != 0;
            return;
        };
        let mut sum = self.sum(number, items);
        sum.flags |= hooks;
        let start = self.end;
        // Data into a container that is empty, full, or the last to be filled is the usual case.
        if let Some(head) = self.heads.get_mut(slot(number))
            && head.number == number
            && sum.flags == 0
            && head.flags & flag::KEPT == 0
            && (head.len == 0
                || usize::from(head.len) == HELD
                || (head.start + u64::from(head.len) == start && place(start) != 0))
            && head.shape != Shape::Object
            && place(start) + HELD <= ITEMS
        {
            head.depth = head.depth.max(sum.depth + 1);
            head.weight = head.weight.saturating_add(sum.weight);
            head.selves = head.selves.saturating_add(sum.selves);
            let room = HELD - usize::from(head.len);
            let first = items.get(..items.len().min(room)).unwrap_or_default();
            if first.len() < items.len() {
                head.flags |= flag::MORE;
            }
            if head.len == 0 {
                head.start = start;
            }
            head.len += u8::try_from(first.len()).unwrap_or(0);
            let head = *head;
            self.put(first);
            if head.is_remarkable() {
                self.remark(&head);
            }
            return;
        }
        if self.head(number).is_some_and(|head| head.shape != Shape::Object) {
            self.write(number, items);
        }
        self.settle(number, &sum);
    }

    /// Sets the state of an object. The state before goes nowhere.
    pub(super) fn set_state(&mut self, target: Value, state: Value) {
        let flags = self.flags(state);
        let Kind::Node(number) = target.kind() else {
            self.tainted |= flags & flag::FUNCTION != 0;
            return;
        };
        let hooks = flags & (flag::FUNCTION | flag::SETS_STATE | flag::TAKES_ITEMS);
        if self.head(number).is_some_and(|head| head.shape == Shape::Object) {
            let mut sum = self.sum(number, &[state]);
            sum.flags |= hooks;
            self.settle(number, &sum);
            if let Some(slot) = self.items_mut(number).get_mut(2) {
                *slot = state;
            }
        } else {
            self.tainted |= hooks != 0;
        }
    }

    /// Whether something imported may be called, or holds what may be called.
    pub(super) fn flags(&self, value: Value) -> u8 {
        match value.kind() {
            Kind::Global(number) => {
                let function = usize::try_from(number).ok().and_then(|number| self.functions.get(number));
                u8::from(function.copied().unwrap_or(true))
            }
            Kind::Node(number) => match self.head(number) {
                Some(head) => head.flags,
                None => u8::from(self.is_lost(number)),
            },
            _ => 0,
        }
    }

    /// As [`Arena::flags`], looking into what holds what where that may have changed since.
    pub(super) fn carries_function(&self, value: Value) -> bool {
        self.any_function
            && (self.flags(value) & flag::FUNCTION != 0 || self.tainted && self.carries(value, 0, &mut 64))
    }

    fn carries(&self, value: Value, depth: usize, fuel: &mut usize) -> bool {
        let Kind::Node(_) = value.kind() else { return self.flags(value) & flag::FUNCTION != 0 };
        let Some(view) = self.view(value) else { return true };
        *fuel = fuel.saturating_sub(1);
        if *fuel == 0 || depth > 8 || !view.whole {
            return true;
        }
        self.flags(value) & flag::FUNCTION != 0 || view.items.iter().any(|item| self.carries(*item, depth + 1, fuel))
    }

    /// A container or an object, if it is remembered.
    pub(super) fn view(&self, value: Value) -> Option<View<'_>> {
        let Kind::Node(number) = value.kind() else { return None };
        let head = self.head(number)?;
        let items = match self.kept.get(&number).filter(|_| head.flags & flag::KEPT != 0) {
            Some(kept) => kept.items.as_slice(),
            None if self.holds(head) => {
                let start = place(head.start);
                self.items.get(start..start + usize::from(head.len))?
            }
            None => return None,
        };
        Some(View { shape: head.shape, items, whole: head.flags & flag::MORE == 0 })
    }

    /// The items of a tuple, list or set; whether they are all.
    pub(super) fn list(&self, value: Value) -> Option<(&[Value], bool)> {
        if value == Value::EMPTY {
            return Some((&[], true));
        }
        let view = self.view(value)?;
        matches!(view.shape, Shape::Tuple | Shape::List | Shape::Set).then_some((view.items, view.whole))
    }

    /// Notes that a node went into the memo; `false` if it lies there already, under another key.
    #[inline]
    pub(super) fn memorise(&mut self, value: Value, key: u64) -> bool {
        let Kind::Node(number) = value.kind() else { return false };
        let Some(head) = self.head_mut(number) else { return false };
        let first = head.memo == u64::MAX;
        if first {
            head.memo = key;
            if head.flags & flag::KEPT != 0 {
                self.memo.insert(key, number);
            }
        }
        first
    }

    /// The node that is remembered because it holds a function and lies in the memo under this key.
    pub(super) fn recall(&self, key: u64) -> Option<Value> {
        self.memo.get(&key).map(|number| Value::node(*number))
    }

    /// Keeps an object although it holds no function, as long as there is room to spare.
    pub(super) fn pin(&mut self, value: Value) {
        if let Kind::Node(number) = value.kind()
            && self.kept.len() < self.limit / 2
            && self.head(number).is_some_and(|head| head.flags & flag::KEPT == 0)
        {
            self.keep(number);
        }
    }

    /// A new memo begins.
    pub(super) fn forget_memo(&mut self) {
        self.tainted |= !self.memo.is_empty();
        self.memo.clear();
    }

    /// The next alarm that was not told yet; each is told once.
    #[inline]
    pub(super) fn alarm(&mut self) -> Option<Alarm> {
        let alarm = self.raised.get(self.told).copied()?;
        self.told += 1;
        Some(alarm)
    }

    /// How many values are remembered, in all.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.heads.len() + self.items.len() + self.kept.len() * (HELD + 1)
    }

    /// Whether a forgotten node may hold a function.
    fn is_lost(&self, number: u64) -> bool {
        self.tainted || self.overflowed || number == 0 && !self.kept.is_empty()
    }

    fn head(&self, number: u64) -> Option<&Head> {
        match self.heads.get(slot(number)).filter(|head| head.number == number) {
            Some(head) if head.flags & flag::KEPT == 0 => Some(head),
            _ => self.kept.get(&number).map(|kept| &kept.head),
        }
    }

    #[inline]
    fn head_mut(&mut self, number: u64) -> Option<&mut Head> {
        match self.heads.get_mut(slot(number)).filter(|head| head.number == number) {
            Some(head) if head.flags & flag::KEPT == 0 => Some(head),
            _ => self.kept.get_mut(&number).map(|kept| &mut kept.head),
        }
    }

    fn items_mut(&mut self, number: u64) -> &mut [Value] {
        match self.head(number).copied() {
            Some(head) if head.flags & flag::KEPT != 0 => {
                self.kept.get_mut(&number).map(|kept| kept.items.as_mut_slice()).unwrap_or_default()
            }
            Some(head) if self.holds(&head) => {
                let start = place(head.start);
                self.items.get_mut(start..start + usize::from(head.len)).unwrap_or_default()
            }
            _ => &mut [],
        }
    }

    /// Whether its items have not been overwritten yet.
    fn holds(&self, head: &Head) -> bool {
        self.end - head.start <= ITEMS as u64
    }

    /// What the items bring with them.
    #[inline]
    fn sum(&mut self, target: u64, items: &[Value]) -> Sum {
        let mut sum = Sum { weight: items.len() as u64, ..Sum::default() };
        for item in items {
            if item.is_constant() {
                continue;
            }
            let Kind::Node(number) = item.kind() else {
                sum.flags |= self.flags(*item);
                continue;
            };
            if number == target {
                sum.selves = sum.selves.saturating_add(1);
                continue;
            }
            match self.head_mut(number) {
                Some(head) => {
                    head.flags |= flag::HELD;
                    sum.flags |= head.flags & flag::FUNCTION;
                    // Objects may share and nest what they like: only what a container shows is counted.
                    if head.shape != Shape::Object {
                        sum.depth = sum.depth.max(head.depth);
                        sum.weight = sum.weight.saturating_add(head.weight);
                    }
                }
                None => sum.flags |= u8::from(self.is_lost(number)),
            }
        }
        sum
    }

    /// Remembers the first items.
    #[inline]
    fn write(&mut self, number: u64, items: &[Value]) {
        let Some(head) = self.head(number).copied() else { return };
        let room = HELD.saturating_sub(usize::from(head.len));
        let added = items.get(..room.min(items.len())).unwrap_or_default();
        let mut flags = head.flags;
        if added.len() < items.len() {
            flags |= flag::MORE;
        }
        if head.flags & flag::KEPT != 0 {
            if let Some(kept) = self.kept.get_mut(&number) {
                kept.items.extend_from_slice(added);
                kept.head.flags = flags;
                kept.head.len = u8::try_from(kept.items.len()).unwrap_or(u8::MAX);
            }
            return;
        }
        let old = usize::from(head.len);
        let mut start = head.start;
        if !self.holds(&head) {
            flags |= flag::MORE;
        } else if !added.is_empty() {
            // It moves to the end of the ring, whole.
            let mut moved = [Value::PLAIN; HELD];
            let from = place(head.start);
            if let (Some(to), Some(from)) = (moved.get_mut(..old), self.items.get(from..from + old)) {
                to.copy_from_slice(from);
            }
            if let Some(to) = moved.get_mut(old..old + added.len()) {
                to.copy_from_slice(added);
            }
            start = self.put(moved.get(..old + added.len()).unwrap_or_default());
        }
        if let Some(head) = self.head_mut(number) {
            head.start = start;
            head.flags = flags;
            head.len += u8::try_from(added.len()).unwrap_or(0);
        }
    }

    /// Writes items to the ring, where they fit in one piece; returns where.
    #[inline]
    fn put(&mut self, values: &[Value]) -> u64 {
        if values.is_empty() {
            return self.end;
        }
        if place(self.end) + values.len() > ITEMS {
            self.end += (ITEMS - place(self.end)) as u64;
        }
        let start = self.end;
        let at = place(start);
        let behind = at + values.len();
        if self.items.len() < behind {
            self.items.resize(behind, Value::PLAIN);
        }
        if let Some(to) = self.items.get_mut(at..behind) {
            to.copy_from_slice(values);
        }
        self.end += values.len() as u64;
        start
    }

    /// Draws the conclusions from what went into a node.
    #[inline]
    fn settle(&mut self, number: u64, sum: &Sum) {
        let Some(head) = self.head_mut(number) else {
            self.tainted |= sum.flags & flag::FUNCTION != 0;
            return;
        };
        let before = head.flags;
        head.flags |= sum.flags;
        head.depth = head.depth.max(sum.depth + 1);
        head.weight = head.weight.saturating_add(sum.weight);
        head.selves = head.selves.saturating_add(sum.selves);
        let head = *head;
        // Who holds it was judged before.
        self.tainted |= sum.flags & !before & flag::FUNCTION != 0 && before & flag::HELD != 0;
        if head.is_remarkable() {
            self.remark(&head);
        }
    }

    /// Keeps a node that holds a function, and raises alarms.
    #[cold]
    fn remark(&mut self, head: &Head) {
        if head.flags & (flag::FUNCTION | flag::KEPT) == flag::FUNCTION {
            self.keep(head.number);
        }
        self.raise(head.weight > HEAVY, Alarm::Size);
        self.raise(head.depth > DEEP, Alarm::Depth);
        self.raise(head.selves >= SELVES, Alarm::Selves);
    }

    fn raise(&mut self, is_so: bool, alarm: Alarm) {
        if is_so && !self.raised.contains(&alarm) {
            self.raised.push(alarm);
        }
    }

    /// Keeps a node for as long as the walk lasts.
    fn keep(&mut self, number: u64) {
        if self.kept.len() >= self.limit {
            self.overflowed = true;
            return;
        }
        let view = self.view(Value::node(number)).map(|view| view.items.to_vec());
        let Some(head) = self.head_mut(number) else { return };
        if view.is_none() {
            head.flags |= flag::MORE;
        }
        head.flags |= flag::KEPT;
        let head = *head;
        if head.memo != u64::MAX {
            self.memo.insert(head.memo, number);
        }
        self.kept.insert(number, Kept { head, items: view.unwrap_or_default() });
    }
}

fn slot(number: u64) -> usize {
    usize::try_from(number % HEADS as u64).unwrap_or(0)
}

fn place(position: u64) -> usize {
    usize::try_from(position % ITEMS as u64).unwrap_or(0)
}

/// The most items of a node that are remembered; a dictionary has half as many entries.
pub(super) const HELD: usize = 32;
/// How many nodes are remembered after others were made.
const HEADS: usize = 1 << 13;
/// How many items are.
const ITEMS: usize = 1 << 15;
/// More elements than this fit into no memory.
const HEAVY: u64 = 1 << 36;
/// Picklers overflow their stack before. Less than [`HEADS`]: what lies deeper is forgotten before it is filled.
const DEEP: u32 = 8_000;
/// A container that holds itself so often has no use.
const SELVES: u8 = 16;

#[cfg(test)]
mod tests {
    use super::*;

    fn list(arena: &mut Arena, items: &[Value]) -> Value {
        arena.add(Shape::List, items)
    }

    #[test]
    fn items_are_remembered_up_to_a_number() {
        let mut arena = Arena::new(10);
        let outer = list(&mut arena, &[]);
        for n in 0..100 {
            let inner = list(&mut arena, &[Value::int(n)]);
            arena.extend(outer, &[inner], 0);
        }
        let view = arena.view(outer).unwrap();
        assert_eq!((view.items.len(), view.whole), (HELD, false));
        let first = arena.view(view.items[0]).unwrap();
        assert_eq!((first.items, first.whole), (&[Value::int(0)][..], true));
    }

    #[test]
    fn plain_data_is_forgotten_and_functions_are_kept() {
        let mut arena = Arena::new(10);
        arena.import(true);
        let plain = list(&mut arena, &[Value::int(1)]);
        let holder = list(&mut arena, &[Value::global(0)]);
        let outer = list(&mut arena, &[holder]);
        for _ in 0..500_000 {
            list(&mut arena, &[Value::int(1), Value::int(2), Value::int(3)]);
        }
        assert!(arena.view(plain).is_none() && !arena.carries_function(plain));
        assert_eq!(arena.view(holder).unwrap().items, [Value::global(0)]);
        assert!(arena.carries_function(outer) && arena.carries_function(Value::FORGOTTEN));
        assert!(arena.len() <= HEADS + ITEMS + 10 * (HELD + 1));
        arena.extend(plain, &[Value::global(0)], 0);
        assert!(arena.carries_function(plain), "what is lost may hold anything once a function went there");
    }

    #[test]
    fn a_function_put_into_what_others_hold_is_found() {
        let mut arena = Arena::new(10);
        arena.import(true);
        let inner = list(&mut arena, &[]);
        let outer = list(&mut arena, &[inner]);
        let other = list(&mut arena, &[Value::int(1)]);
        assert!(!arena.carries_function(outer));
        arena.extend(inner, &[Value::global(0)], 0);
        assert!(arena.carries_function(outer) && !arena.carries_function(other));
    }

    #[test]
    fn too_many_functions_make_everything_lost_suspect() {
        let mut arena = Arena::new(4);
        arena.import(true);
        let first = list(&mut arena, &[]);
        for _ in 0..100_000 {
            list(&mut arena, &[Value::global(0)]);
        }
        assert!(arena.carries_function(first) && arena.kept.len() == 4);
    }

    #[test]
    fn structures_that_explode_are_seen() {
        let mut arena = Arena::new(4);
        let mut laugh = list(&mut arena, &[]);
        for _ in 0..12 {
            laugh = list(&mut arena, &[laugh; 10]);
        }
        assert_eq!(arena.alarm(), Some(Alarm::Size));
        let selfish = list(&mut arena, &[]);
        arena.extend(selfish, &[selfish; 15], 0);
        assert_eq!(arena.alarm(), None);
        arena.extend(selfish, &[selfish], 0);
        assert_eq!(arena.alarm(), Some(Alarm::Selves));
    }
}
