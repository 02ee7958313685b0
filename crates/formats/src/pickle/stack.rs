//! The stack and the marks of one pickle, in bounded memory: long stretches of constants are only counted.

use super::value::{Kind, Value};

/// Why a pickle could not be followed to its end.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Halt {
    Broken(&'static str),
    Limit(&'static str),
}

/// A reference, so that the result of each opcode fits into a register.
pub(super) type Done<T> = Result<T, &'static Halt>;

/// The stack and the marks.
#[derive(Debug)]
pub(super) struct Stack {
    values: Vec<Value>,
    /// Where in the stack the marks were set.
    marks: Vec<usize>,
    /// The lowest position that may be taken: values below a mark are out of reach.
    floor: usize,
    /// At this length the stack is looked through for constants that need not be told apart.
    tight: usize,
    /// The most values, and the most marks.
    limit: usize,
}

impl Stack {
    pub(super) fn new(limit: usize) -> Self {
        Self { values: Vec::new(), marks: Vec::new(), floor: 0, tight: limit.min(LONG), limit }
    }

    #[inline]
    pub(super) fn push(&mut self, value: Value) -> Done<()> {
        if self.values.len() >= self.tight {
            self.tighten()?;
        }
        self.values.push(value);
        Ok(())
    }

    #[inline]
    pub(super) fn pop(&mut self) -> Done<Value> {
        if self.values.len() <= self.floor {
            return Err(SHORT);
        }
        let Some(last) = self.values.last_mut() else { return Err(SHORT) };
        if let Kind::Run(count, containers) = last.kind()
            && count > 1
        {
            *last = Value::run(count - 1, containers);
            return Ok(Value::one_of(containers));
        }
        self.values.pop().map(one).ok_or(SHORT)
    }

    #[inline]
    pub(super) fn top(&self) -> Done<Value> {
        match self.values.last() {
            Some(top) if self.values.len() > self.floor => Ok(one(*top)),
            _ => Err(SHORT),
        }
    }

    /// `POP` takes a value, or the mark if there is no value above it.
    pub(super) fn discard(&mut self) -> Done<()> {
        if self.values.len() > self.floor {
            return self.pop().map(drop);
        }
        if self.marks.pop().is_none() {
            return Err(SHORT);
        }
        self.lower();
        Ok(())
    }

    #[inline]
    pub(super) fn mark(&mut self) -> Done<()> {
        if self.marks.len() >= self.limit {
            return Err(&Halt::Limit("too many marks at a time"));
        }
        self.marks.push(self.values.len());
        self.floor = self.values.len();
        Ok(())
    }

    /// Takes the last mark: where the values above it begin. They stay until they are [cut](Self::cut).
    #[inline]
    pub(super) fn unmark(&mut self) -> Done<usize> {
        let mark = self.marks.pop().ok_or(&Halt::Broken("a mark that was never set"))?;
        self.lower();
        Ok(mark)
    }

    /// What lies above a position.
    #[inline]
    pub(super) fn above(&self, mark: usize) -> &[Value] {
        self.values.get(mark..).unwrap_or_default()
    }

    /// What lies directly below a position.
    #[inline]
    pub(super) fn below(&self, mark: usize) -> Done<Value> {
        match mark.checked_sub(1).filter(|at| *at >= self.floor).and_then(|at| self.values.get(at)) {
            Some(value) => Ok(one(*value)),
            None => Err(SHORT),
        }
    }

    #[inline]
    pub(super) fn cut(&mut self, mark: usize) {
        self.values.truncate(mark);
    }

    /// How many values and marks there are.
    pub(super) fn len(&self) -> usize {
        self.values.len() + self.marks.len()
    }

    fn lower(&mut self) {
        self.floor = self.marks.last().copied().unwrap_or(0);
    }

    /// Merges neighbouring constants, except for the topmost, which the next opcodes may take.
    #[cold]
    fn tighten(&mut self) -> Done<()> {
        let keep = self.values.len().saturating_sub(TOP);
        let mut tight: Vec<Value> = Vec::new();
        let mut marks = self.marks.iter_mut().peekable();
        // A run ends where a mark is set.
        let mut merges = false;
        for (at, value) in self.values.iter().enumerate() {
            while let Some(mark) = marks.next_if(|mark| **mark <= at) {
                *mark = tight.len();
                merges = false;
            }
            let (count, containers) = match value.kind() {
                Kind::Run(count, containers) => (count, containers),
                Kind::Node(_) => (1, true),
                _ => (u64::from(value.is_constant()), false),
            };
            let last = tight.last_mut().filter(|_| count > 0 && at < keep);
            match last.map(|last| (last.kind(), last)) {
                Some((Kind::Run(more, among), last)) if merges => *last = Value::run(more + count, among | containers),
                Some(_) => tight.push(Value::run(count, containers)),
                None => tight.push(*value),
            }
            merges = true;
        }
        marks.for_each(|mark| *mark = tight.len());
        self.values = tight;
        self.lower();
        self.tight = (self.values.len() * 2).max(LONG).min(self.limit);
        if self.values.len() < self.limit { Ok(()) } else { Err(&Halt::Limit("too many values at a time")) }
    }
}

fn one(value: Value) -> Value {
    match value.kind() {
        Kind::Run(_, containers) => Value::one_of(containers),
        _ => value,
    }
}

const SHORT: &Halt = &Halt::Broken("a stack that is too short");
/// A stack of so many values is looked through for constants.
const LONG: usize = 1 << 16;
/// So many values on top are never merged.
const TOP: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_are_counted_and_functions_kept() {
        let mut stack = Stack::new(1 << 20);
        stack.push(Value::int(1)).ok();
        stack.mark().ok();
        for _ in 0..1_000_000 {
            assert_eq!(stack.push(Value::int(2)), Ok(()));
        }
        stack.push(Value::global(3)).ok();
        for _ in 0..1_000_000 {
            assert_eq!(stack.push(Value::int(4)), Ok(()));
        }
        assert!(stack.len() < 4 * LONG);
        for _ in 0..1_000_000 {
            assert!(stack.pop().is_ok_and(Value::is_constant));
        }
        assert_eq!(stack.pop(), Ok(Value::global(3)));
        for _ in 0..1_000_000 {
            assert!(stack.pop().is_ok_and(Value::is_constant));
        }
        assert_eq!(stack.pop(), Err(SHORT));
        assert_eq!(stack.unmark(), Ok(1));
        assert_eq!(stack.pop(), Ok(Value::int(1)));
    }

    #[test]
    fn what_must_be_kept_is_limited() {
        let mut stack = Stack::new(100);
        assert!((0..100).all(|n| stack.push(Value::global(n)).is_ok()));
        assert_eq!(stack.push(Value::global(1)), Err(&Halt::Limit("too many values at a time")));
        assert!((0..100).all(|_| stack.mark().is_ok()));
        assert!(stack.mark().is_err());
    }

    #[test]
    fn marks_hold_what_is_below() {
        let mut stack = Stack::new(100);
        stack.push(Value::int(1)).ok();
        stack.mark().ok();
        assert_eq!(stack.top(), Err(SHORT));
        assert_eq!(stack.discard(), Ok(()));
        assert_eq!(stack.top(), Ok(Value::int(1)));
    }
}
