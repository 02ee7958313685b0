//! What the walk knows of a value, in eight bytes: what is larger lies in the input, in the arena or in the memo.

/// A value on the stack, in the memo or in a container.
///
/// Strings and bytes are known by the offset of the opcode that made them, so that they cost nothing until someone asks
/// what they say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Value(u64);

/// What a [`Value`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Data that the walk does not follow: it names nothing and cannot be called.
    Plain,
    /// `None`.
    Nothing,
    Int(i64),
    /// A string: the offset of its opcode.
    Text(usize),
    /// Bytes: the offset of their opcode.
    Bytes(usize),
    /// An entry of the memo that holds no function; what it says is looked up where it matters.
    Recalled(u64),
    /// That many values that need not be told apart, and whether containers are among them; only on the stack.
    Run(u64, bool),
    /// A container or an object: its number in the arena.
    Node(u64),
    /// Something imported: its number in the table of names.
    Global(u32),
}

impl Value {
    pub(super) const PLAIN: Self = Self(0);
    pub(super) const NOTHING: Self = Self(1);
    /// The empty tuple.
    pub(super) const EMPTY: Self = Self(2);
    /// An integer that is too large for the walk, and above zero.
    pub(super) const HUGE: Self = Self(3);
    /// A container or an object that is no longer known; the arena gives out numbers from 1.
    pub(super) const FORGOTTEN: Self = Self(NODE << SHIFT);

    /// An integer; those that are too large for the walk are plain data.
    pub(super) fn int(n: i64) -> Self {
        match (n << 8) >> 8 == n {
            true => Self(INT << SHIFT | n.cast_unsigned() & PAYLOAD),
            false if n > 0 => Self::HUGE,
            false => Self::PLAIN,
        }
    }

    pub(super) fn text(offset: usize) -> Self {
        Self(TEXT << SHIFT | offset as u64 & PAYLOAD)
    }

    pub(super) fn bytes(offset: usize) -> Self {
        Self(BYTES << SHIFT | offset as u64 & PAYLOAD)
    }

    pub(super) fn recalled(key: u64) -> Self {
        Self(RECALLED << SHIFT | key & PAYLOAD)
    }

    pub(super) fn run(count: u64, containers: bool) -> Self {
        Self(RUN << SHIFT | (count << 1 | u64::from(containers)) & PAYLOAD)
    }

    /// One of the values of a run.
    pub(super) fn one_of(containers: bool) -> Self {
        if containers { Self::FORGOTTEN } else { Self::PLAIN }
    }

    pub(super) fn node(number: u64) -> Self {
        Self(NODE << SHIFT | number & PAYLOAD)
    }

    pub(super) fn global(number: u32) -> Self {
        Self(GLOBAL << SHIFT | u64::from(number))
    }

    pub(super) fn kind(self) -> Kind {
        let payload = self.0 & PAYLOAD;
        let offset = || usize::try_from(payload).unwrap_or(usize::MAX);
        match self.0 >> SHIFT {
            PLAIN if payload == 1 => Kind::Nothing,
            PLAIN => Kind::Plain,
            INT => Kind::Int((payload << 8).cast_signed() >> 8),
            TEXT => Kind::Text(offset()),
            BYTES => Kind::Bytes(offset()),
            RECALLED => Kind::Recalled(payload),
            RUN => Kind::Run(payload >> 1, payload & 1 == 1),
            NODE => Kind::Node(payload),
            _ => Kind::Global(u32::try_from(payload).unwrap_or(u32::MAX)),
        }
    }

    /// Whether this is a constant that holds no other value: neither container nor name.
    pub(super) fn is_constant(self) -> bool {
        self.0 < NODE << SHIFT
    }
}

const SHIFT: u32 = 56;
const PAYLOAD: u64 = (1 << SHIFT) - 1;
const PLAIN: u64 = 0;
const INT: u64 = 1;
const TEXT: u64 = 2;
const BYTES: u64 = 3;
const RECALLED: u64 = 4;
const RUN: u64 = 5;
/// From here on a value may hold or be a function.
const NODE: u64 = 6;
const GLOBAL: u64 = 7;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_survive_packing() {
        let long = 1usize << 40;
        for (value, kind) in [
            (Value::PLAIN, Kind::Plain),
            (Value::NOTHING, Kind::Nothing),
            (Value::int(-1), Kind::Int(-1)),
            (Value::int(i64::from(i32::MIN)), Kind::Int(i64::from(i32::MIN))),
            (Value::int(i64::MAX), Kind::Plain),
            (Value::text(long), Kind::Text(long)),
            (Value::bytes(long), Kind::Bytes(long)),
            (Value::recalled(1 << 40), Kind::Recalled(1 << 40)),
            (Value::node(7), Kind::Node(7)),
            (Value::global(u32::MAX), Kind::Global(u32::MAX)),
        ] {
            assert_eq!(value.kind(), kind);
        }
        assert!(Value::int(-5).is_constant() && Value::run(9, false).is_constant());
        assert!(!Value::node(0).is_constant() && !Value::FORGOTTEN.is_constant());
    }
}
