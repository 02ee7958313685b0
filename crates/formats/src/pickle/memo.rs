//! The memo of one pickle, in bounded memory. Of constants nothing is stored: when one is asked for, the opcode that made
//! it is found again in the input.

use std::collections::HashMap;

use super::{
    arena::Arena,
    opcode::{self, Step},
    stack::{Done, Halt},
    value::{Kind, Value},
};
use crate::cursor::Cursor;

/// The memo of one pickle.
#[derive(Debug)]
pub(super) struct Memo {
    /// The first entries.
    first: Vec<Value>,
    /// A ring of the latest ones.
    latest: Vec<Value>,
    /// The key of the first entry: some picklers start at 1.
    base: u64,
    /// How many entries have consecutive keys.
    dense: u64,
    /// How many entries there are.
    entries: u64,
    /// Entries between the first and the latest that may be functions, and those whose key is not the next one.
    kept: HashMap<u64, Value>,
    limit: usize,
    places: Places,
}

/// Where in the input entries were made.
#[derive(Debug)]
struct Places {
    /// Some entries: the number, and the offset of the opcode before it was memorised.
    known: Vec<(u64, usize)>,
    /// The distance between two of them.
    step: u64,
    /// The number of the next one.
    due: u64,
    /// Bytes that are no opcodes of this pickle.
    gaps: Vec<(usize, usize)>,
    /// Entries cannot be found again.
    lost: bool,
}

impl Memo {
    pub(super) fn new(limit: usize) -> Self {
        let places = Places { known: Vec::new(), step: 256, due: 0, gaps: Vec::new(), lost: false };
        let (first, latest, kept) = (Vec::new(), Vec::new(), HashMap::new());
        Self { first, latest, base: 0, dense: 0, entries: 0, kept, limit, places }
    }

    /// Remembers a value that the opcode at `made` left on top of the stack.
    #[inline]
    pub(super) fn store(&mut self, key: Option<u64>, value: Value, made: usize, arena: &mut Arena) -> Done<()> {
        let next = self.base + self.dense;
        let is_next = match key {
            Some(key) => key == next,
            None => self.entries == next,
        };
        if is_next && self.kept.is_empty() && self.dense < self.places.due && is_usual(value, next, made, arena) {
            self.write(value);
            return Ok(());
        }
        self.store_odd(key, value, made, arena)
    }

    #[inline]
    fn write(&mut self, value: Value) {
        let number = self.dense;
        self.dense += 1;
        self.entries += 1;
        if number < FIRST as u64 {
            self.first.push(value);
            return;
        }
        match self.latest.get_mut(ring(number)) {
            Some(slot) => *slot = value,
            None => self.latest.push(value),
        }
    }

    fn store_odd(&mut self, key: Option<u64>, value: Value, made: usize, arena: &mut Arena) -> Done<()> {
        if self.entries == 0 && key == Some(1) {
            self.base = 1;
        }
        if key.is_none() {
            self.places.lost |= self.entries != self.dense + self.base;
        }
        let key = key.unwrap_or(self.entries);
        if key.checked_sub(self.base) == Some(self.dense) && !self.kept.contains_key(&key) {
            self.append(key, value, made, arena)
        } else {
            self.overwrite(key, value)
        }
    }

    fn append(&mut self, key: u64, value: Value, made: usize, arena: &mut Arena) -> Done<()> {
        let number = self.dense;
        if number >= self.places.due {
            self.places.note(number, made);
        }
        let first = arena.memorise(value, key);
        self.write(value);
        // A literal that is not directly before it cannot be found again.
        let keeps = match value.kind() {
            Kind::Text(at) | Kind::Bytes(at) => at != made,
            Kind::Node(_) => !first,
            Kind::Global(_) | Kind::Recalled(_) => true,
            _ => false,
        };
        if keeps && number >= FIRST as u64 { self.keep(key, value) } else { Ok(()) }
    }

    #[cold]
    fn overwrite(&mut self, key: u64, value: Value) -> Done<()> {
        let number = key.checked_sub(self.base).filter(|number| *number < self.dense);
        if let Some(slot) = number.and_then(|number| self.first.get_mut(usize::try_from(number).ok()?)) {
            *slot = value;
            return Ok(());
        }
        self.entries += u64::from(number.is_none() && !self.kept.contains_key(&key));
        self.keep(key, value)
    }

    /// The value under a key; `None` if there is none.
    #[inline]
    pub(super) fn recall(&self, key: u64, arena: &Arena) -> Option<Value> {
        let number = key.checked_sub(self.base);
        if let Some(value) = number.and_then(|number| self.first.get(usize::try_from(number).ok()?)) {
            return Some(*value);
        }
        if let Some(value) = self.kept.get(&key) {
            return Some(*value);
        }
        let number = number.filter(|number| *number < self.dense)?;
        let latest = self.latest.get(ring(number)).filter(|_| self.dense - number <= LATEST as u64);
        Some(match latest {
            Some(value) => *value,
            None => arena.recall(key).unwrap_or(Value::recalled(key)),
        })
    }

    /// Notes that bytes are no opcodes of this pickle.
    pub(super) fn skip(&mut self, from: usize, to: usize) {
        if self.places.gaps.len() < GAPS {
            self.places.gaps.push((from, to));
        } else {
            self.places.lost = true;
        }
    }

    /// The offset of the opcode that made a constant; `fuel` is how many bytes may be read for that.
    pub(super) fn place(&self, key: u64, input: &[u8], fuel: &mut u64) -> Option<usize> {
        if self.places.lost {
            return None;
        }
        let sought = key.checked_sub(self.base)?;
        let from = self.places.known.partition_point(|(number, _)| *number <= sought).checked_sub(1)?;
        let (mut number, mut at) = *self.places.known.get(from)?;
        let mut gap = self.places.gaps.partition_point(|(start, _)| *start < at);
        let mut before = None;
        loop {
            if let Some((start, end)) = self.places.gaps.get(gap).copied().filter(|(start, _)| *start <= at) {
                at = end.max(start);
                gap += 1;
                continue;
            }
            let mut cursor = Cursor::new(input, at);
            let step = opcode::step(&mut cursor).ok()?;
            let memorises = match step {
                Step::Memoize => true,
                Step::Put(key) => key.checked_sub(self.base) == Some(number),
                Step::Stop => return None,
                _ => false,
            };
            if memorises {
                if number == sought {
                    return before;
                }
                number += 1;
            }
            *fuel = fuel.checked_sub(8)?;
            before = matches!(step, Step::Text(..) | Step::Bytes(_)).then_some(at);
            at = cursor.at();
        }
    }

    fn keep(&mut self, key: u64, value: Value) -> Done<()> {
        if self.kept.len() >= self.limit {
            return Err(&Halt::Limit("too many entries in the memo that may be functions"));
        }
        self.kept.insert(key, value);
        Ok(())
    }

    /// How many values are remembered, in all.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.first.len() + self.latest.len() + self.kept.len() + self.places.known.len() + self.places.gaps.len()
    }
}

impl Places {
    fn note(&mut self, number: u64, offset: usize) {
        self.known.push((number, offset));
        self.due = number + self.step;
        if self.known.len() >= KNOWN {
            self.step *= 2;
            let step = self.step;
            self.known.retain(|(number, _)| number % step == 0);
        }
    }
}

/// Whether a value is a constant that can be found again, or a container that is new in the memo.
#[inline]
fn is_usual(value: Value, key: u64, made: usize, arena: &mut Arena) -> bool {
    match value.kind() {
        Kind::Text(at) | Kind::Bytes(at) => at == made,
        Kind::Node(_) => arena.memorise(value, key),
        Kind::Global(_) | Kind::Recalled(_) => false,
        _ => true,
    }
}

fn ring(number: u64) -> usize {
    usize::try_from(number % LATEST as u64).unwrap_or(0)
}

/// How many entries are stored from the beginning.
const FIRST: usize = 1 << 15;
/// How many of the latest are; divides [`FIRST`], so that the ring fills in order.
const LATEST: usize = 1 << 13;
/// The most entries whose place is known.
const KNOWN: usize = 1 << 15;
/// The most gaps.
const GAPS: usize = 1 << 14;

#[cfg(test)]
mod tests {
    use super::*;

    /// Strings, each memorised, of which the memo stores few.
    fn strings(count: usize) -> (Vec<u8>, Memo, Arena) {
        let mut input = Vec::new();
        let mut memo = Memo::new(100);
        let mut arena = Arena::new(10);
        for number in 0..count {
            let at = input.len();
            let text = number.to_string();
            input.extend([0x8c, u8::try_from(text.len()).unwrap()]);
            input.extend(text.as_bytes());
            input.push(0x94);
            memo.store(None, Value::text(at), at, &mut arena).unwrap();
        }
        (input, memo, arena)
    }

    #[test]
    fn constants_are_found_again() {
        let (input, memo, arena) = strings(400_000);
        assert!(memo.len() <= FIRST + LATEST + KNOWN);
        for key in [0, 1, 70_000, 256_000, 256_001, 300_000, 399_999] {
            let at = match memo.recall(key, &arena).unwrap().kind() {
                Kind::Text(at) => at,
                Kind::Recalled(key) => memo.place(key, &input, &mut 100_000).unwrap(),
                other => panic!("{other:?}"),
            };
            let text = key.to_string();
            assert_eq!(&input[at + 2..at + 2 + text.len()], text.as_bytes());
        }
        assert_eq!(memo.place(300_000, &input, &mut 100), None, "not at any price");
        assert_eq!(memo.recall(400_000, &arena), None);
    }

    #[test]
    fn functions_and_odd_keys_are_kept() {
        let (_, mut memo, mut arena) = strings(200_000);
        memo.store(None, Value::global(1), 0, &mut arena).unwrap();
        memo.store(Some(100_000), Value::global(2), 0, &mut arena).unwrap();
        memo.store(Some(1 << 40), Value::global(3), 0, &mut arena).unwrap();
        memo.store(Some(5), Value::global(4), 0, &mut arena).unwrap();
        assert_eq!(memo.entries, 200_002);
        for (key, value) in [(200_000, 1), (100_000, 2), (1 << 40, 3), (5, 4)] {
            assert_eq!(memo.recall(key, &arena), Some(Value::global(value)));
        }
        assert!((0..200).any(|_| memo.store(None, Value::global(9), 0, &mut arena).is_err()));
    }

    #[test]
    fn keys_may_start_at_one() {
        let (mut memo, mut arena) = (Memo::new(10), Arena::new(10));
        memo.store(Some(1), Value::int(7), 0, &mut arena).unwrap();
        memo.store(Some(2), Value::int(8), 0, &mut arena).unwrap();
        assert_eq!((memo.recall(2, &arena), memo.recall(0, &arena)), (Some(Value::int(8)), None));
        assert!(memo.kept.is_empty());
    }
}
