//! Imported names: each once, with what is known about it.

use super::{
    Import, Name, alias,
    known::{self, Known},
    machine::{Machine, Trust},
    path,
    stack::{Done, Halt},
    value::{Kind, Value},
};

/// An imported name, and what is known about it.
pub(super) struct Imported {
    pub(super) name: Name,
    pub(super) known: Known,
    pub(super) role: Role,
}

/// Names whose calls say more than that they are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    None,
    /// `bytes`, `bytearray` and storages, which make as many zeros as they are told.
    Fills,
    /// What makes a collection of whatever its first argument yields, or its second.
    Gathers,
    /// What makes an array or a tensor of a shape.
    Shaped,
    /// The operator `*`.
    Multiplies,
    /// A tensor that is made of a storage.
    Tensor,
    /// The type of the elements of an array.
    ElementType,
    /// An array that is restored from the raw bytes in its state.
    Array,
    /// A function that makes an array or a number of raw bytes.
    FromBytes,
    /// joblib's stand-in for an array that follows it.
    ArrayWrapper,
}

impl Role {
    fn of(name: &Name) -> Self {
        match (name.module.as_str(), name.name.as_str()) {
            ("builtins", "bytes" | "bytearray") => Self::Fills,
            ("numpy", "dtype") => Self::ElementType,
            ("numpy", "ndarray") => Self::Array,
            (
                "numpy" | "torch",
                "empty" | "zeros" | "ones" | "full" | "arange" | "eye" | "identity" | "rand" | "randn",
            ) => Self::Shaped,
            ("operator" | "_operator", "mul" | "imul" | "__mul__" | "__imul__") => Self::Multiplies,
            (
                "builtins",
                "list" | "tuple" | "set" | "frozenset" | "sorted" | "dict" | "dict.fromkeys" | "sum" | "str.join"
                | "bytes.join",
            )
            | (
                "collections" | "_collections",
                "deque" | "Counter" | "OrderedDict" | "OrderedDict.fromkeys" | "UserList" | "defaultdict",
            )
            | ("array", "array") => Self::Gathers,
            ("torch._utils", "_rebuild_tensor" | "_rebuild_tensor_v2") => Self::Tensor,
            ("torch" | "torch.storage" | "torch.cuda", storage) if storage.ends_with("Storage") => Self::Fills,
            ("array", "_array_reconstructor") => Self::FromBytes,
            (module, "NumpyArrayWrapper") if module.ends_with("numpy_pickle") => Self::ArrayWrapper,
            (module, name) if module.starts_with("numpy.") => match name {
                "_reconstruct" => Self::Array,
                "scalar" | "_frombuffer" => Self::FromBytes,
                _ => Self::None,
            },
            _ => Self::None,
        }
    }
}

impl Machine<'_, '_> {
    /// The number of a name, as a loader of Python 3 understands it.
    pub(super) fn import(&mut self, offset: usize, module: &str, name: &str) -> Done<u32> {
        if self.trust == Trust::Guess && !(looks_like_a_name(module) && looks_like_a_name(name)) {
            return Err(&Halt::Broken("a name that is none"));
        }
        let name = alias::modern(module, name);
        if let Some(number) = self.numbers.get(&name) {
            return Ok(*number);
        }
        if self.names.len() >= self.limits.names {
            return Err(&Halt::Limit("too many names"));
        }
        let number = u32::try_from(self.names.len()).map_err(|_| &Halt::Limit("too many names"))?;
        self.out.imports.push(Import { offset, name: name.clone(), called: false });
        let known = if path::leaves(&name) { Known::Executor } else { known::known(&name) };
        self.arena.import(known.is_function());
        self.names.push(Imported { role: Role::of(&name), name: name.clone(), known });
        self.numbers.insert(name, number);
        Ok(number)
    }

    /// Notes that a name is called, or that something is made of it.
    pub(super) fn called(&mut self, number: u32) {
        if let Some(import) = usize::try_from(number).ok().and_then(|at| self.out.imports.get_mut(at)) {
            import.called = true;
        }
    }

    /// What a persistent id stands for: old PyTorch files write a class with its source as one, and data otherwise.
    pub(super) fn persistent(&mut self, id: Value) -> Value {
        let items = self.arena.list(id).map(|(items, _)| items).unwrap_or_default();
        let [tag, class, ..] = items else { return Value::PLAIN };
        let (tag, class) = (*tag, *class);
        let is_class = matches!(class.kind(), Kind::Global(_)) && self.text(tag).as_deref() == Some("module");
        if is_class { class } else { Value::PLAIN }
    }

    pub(super) fn name(&self, number: u32) -> Option<&Name> {
        self.imported(number).map(|imported| &imported.name)
    }

    pub(super) fn imported(&self, number: u32) -> Option<&Imported> {
        self.names.get(usize::try_from(number).ok()?)
    }
}

fn looks_like_a_name(name: &str) -> bool {
    !name.is_empty()
        && name.split('.').all(|part| {
            part.chars().next().is_some_and(|c| c.is_alphabetic() || "_<".contains(c) || c == '?')
                && part.chars().all(|c| c.is_alphanumeric() || "_<>?".contains(c))
        })
}
