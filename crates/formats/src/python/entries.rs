//! What stands under which key: keyword arguments, entries of dictionaries, and values that are stored under a key.
//!
//! Found once for a file. Checks ask for the same few keys of every call, and a call may be given dictionaries by name
//! that are larger than itself.

use std::{borrow::Cow, collections::HashMap};

use super::{Field, Id, Kind, Module};

/// The number of a key that stands somewhere in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key(u32);

/// The keys of a file, and what stands under them.
#[derive(Debug, Default)]
pub(super) struct Entries {
    keys: HashMap<Box<str>, Key>,
    /// By the call or dictionary, and the key: the first value under it.
    values: HashMap<(Id, Key), Id>,
    /// For the value of `x["key"] = value`: the key.
    stored: HashMap<Id, Key>,
}

impl Entries {
    pub(super) fn of(module: &Module) -> Self {
        let mut entries = Self::default();
        for id in module.ids() {
            let (name, value) = match module.kind(id) {
                Kind::Pair => (Field::Key, Field::Value),
                Kind::KeywordArgument => (Field::Name, Field::Value),
                Kind::Assignment => (Field::Left, Field::Right),
                _ => continue,
            };
            if let (Some(name), Some(value)) = (module.child(id, name), module.child(id, value)) {
                entries.add(module, id, name, value);
            }
        }
        entries
    }

    fn add(&mut self, module: &Module, id: Id, name: Id, value: Id) -> Option<()> {
        match module.kind(id) {
            Kind::KeywordArgument => {
                let call = module.parent(module.parent(id)?)?;
                let key = self.number(module.text(name))?;
                self.values.entry((call, key)).or_insert(value);
            }
            Kind::Pair => {
                let key = self.number(&module.key_text(name)?)?;
                self.values.entry((module.parent(id)?, key)).or_insert(value);
            }
            _ => {
                let subscript =
                    module.child(name, Field::Subscript).filter(|_| module.kind(name) == Kind::Subscript)?;
                let key = self.number(&module.key_text(subscript)?)?;
                self.stored.insert(value, key);
            }
        }
        Some(())
    }

    fn number(&mut self, text: &str) -> Option<Key> {
        if let Some(key) = self.keys.get(text) {
            return Some(*key);
        }
        let key = Key(u32::try_from(self.keys.len()).ok()?);
        (text.len() <= LONGEST).then(|| *self.keys.entry(text.into()).or_insert(key))
    }

    /// A key, if it stands anywhere in the file.
    pub(super) fn key(&self, text: &str) -> Option<Key> {
        self.keys.get(text).copied()
    }

    /// What stands under a key of a dictionary, or is the keyword argument of a call.
    pub(super) fn value(&self, owner: Id, key: Key) -> Option<Id> {
        self.values.get(&(owner, key)).copied()
    }

    /// Whether `value` is the right side of `x["key"] = value`.
    pub(super) fn is_stored_under(&self, value: Id, key: Key) -> bool {
        self.stored.get(&value) == Some(&key)
    }
}

impl Module {
    /// The text of a constant key, borrowed where it stands in one piece.
    fn key_text(&self, id: Id) -> Option<Cow<'_, str>> {
        let mut parts = self.children(id);
        match (self.kind(id), parts.next(), parts.next()) {
            (Kind::String, Some(part), None) if self.kind(part) == Kind::StringContent => Some(self.text(part).into()),
            _ => self.constant_text(id).map(Cow::Owned),
        }
    }
}

/// No key that means something is longer.
const LONGEST: usize = 256;
