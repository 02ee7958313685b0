//! The stack, the marks and the memo of one pickle, bounded.

use std::collections::HashMap;

use super::value::{ITEMS, Value};

/// Why a pickle could not be followed to its end.
pub(super) enum Halt {
    Broken(&'static str),
    Limit(&'static str),
}

pub(super) type Done<T> = Result<T, Halt>;

/// The stack, the marks and the memo of one pickle.
#[derive(Default)]
pub(super) struct Stack {
    values: Vec<Value>,
    /// Where in the stack the marks were set.
    marks: Vec<usize>,
    memo: Vec<Value>,
    /// Memo entries whose number is not the next one.
    sparse: HashMap<u64, Value>,
    /// The most values, marks and memo entries, of each.
    limit: usize,
}

impl Stack {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, ..Self::default() }
    }

    pub(super) fn push(&mut self, value: Value) -> Done<()> {
        self.room(self.values.len())?;
        self.values.push(value);
        Ok(())
    }

    pub(super) fn pop(&mut self) -> Done<Value> {
        if self.values.len() <= self.floor() {
            return Err(SHORT);
        }
        self.values.pop().ok_or(SHORT)
    }

    pub(super) fn top(&self) -> Done<Value> {
        self.values.last().copied().ok_or(SHORT)
    }

    /// `POP` takes a value, or the mark if there is no value above it.
    pub(super) fn discard(&mut self) -> Done<()> {
        if self.values.len() > self.floor() {
            return self.pop().map(drop);
        }
        self.marks.pop().map(drop).ok_or(SHORT)
    }

    pub(super) fn mark(&mut self) -> Done<()> {
        self.room(self.marks.len())?;
        self.marks.push(self.values.len());
        Ok(())
    }

    /// Takes everything above the last mark; keeps the first items of it.
    pub(super) fn above_mark(&mut self) -> Done<Vec<Value>> {
        let mark = self.marks.pop().ok_or(Halt::Broken("a mark that was never set"))?;
        let items = self.values.get(mark..).unwrap_or_default();
        let kept = items.iter().take(ITEMS * 2).copied().collect();
        self.values.truncate(mark);
        Ok(kept)
    }

    /// Remembers the top of the stack under a number; under the next free one if there is none.
    pub(super) fn memorise(&mut self, key: Option<u64>) -> Done<()> {
        let value = self.top()?;
        let entries = self.memo.len() + self.sparse.len();
        self.room(entries)?;
        match key.map_or(Ok(entries), usize::try_from) {
            Ok(key) if key < self.memo.len() => {
                if let Some(slot) = self.memo.get_mut(key) {
                    *slot = value;
                }
            }
            Ok(key) if key == self.memo.len() && self.sparse.is_empty() => self.memo.push(value),
            Ok(key) => {
                self.sparse.insert(key as u64, value);
            }
            Err(_) => return Err(Halt::Limit("a memo number that is too large")),
        }
        Ok(())
    }

    pub(super) fn recall(&mut self, key: u64) -> Done<()> {
        let dense = usize::try_from(key).ok().and_then(|key| self.memo.get(key));
        let value = dense.or_else(|| self.sparse.get(&key)).copied();
        self.push(value.ok_or(Halt::Broken("a memo entry that was never made"))?)
    }

    /// The lowest stack position that may be taken: values below a mark are out of reach.
    fn floor(&self) -> usize {
        self.marks.last().copied().unwrap_or(0)
    }

    fn room(&self, len: usize) -> Done<()> {
        if len < self.limit { Ok(()) } else { Err(Halt::Limit("too many values at a time")) }
    }
}

const SHORT: Halt = Halt::Broken("a stack that is too short");
