//! From nested containers to names: `layer.0.weight`. A name that could mean two things is refused.

use std::collections::{HashMap, HashSet};

use super::{
    Limits, Other, Refusal, State, Tensor,
    machine::{Item, Machine, Node, Place, Storage, Value, View},
};

/// Where the numbers of a storage lie that the pickle names by a key.
pub(super) type Find<'f> = &'f dyn Fn(&str, u64) -> Option<std::ops::Range<usize>>;

/// Every leaf of `root` with its name.
pub(super) fn state(machine: &Machine<'_>, root: &Item, find: Find<'_>, limits: Limits) -> Result<State, Refusal> {
    let mut flat = Flat { machine, find, limits, leaves: 0, state: State::default(), names: HashSet::new() };
    if matches!(machine.find(&root.value), Some(Node::Dict(_) | Node::List(_) | Node::Tuple(_))) {
        flat.walk(root, "", 0)?;
        Ok(flat.state)
    } else {
        let what = if matches!(machine.find(&root.value), Some(Node::Tensor(_))) {
            "it holds one tensor without a name"
        } else {
            "it holds no dictionary of tensors"
        };
        Err(Refusal::new(root.at, what))
    }
}

struct Flat<'m> {
    machine: &'m Machine<'m>,
    find: Find<'m>,
    limits: Limits,
    leaves: usize,
    state: State,
    names: HashSet<String>,
}

impl Flat<'_> {
    /// Bounded in depth: a container may lie in itself.
    fn walk(&mut self, item: &Item, name: &str, depth: usize) -> Result<(), Refusal> {
        self.leaves += 1;
        if depth > self.limits.depth || self.leaves > self.limits.leaves {
            return Err(Refusal::new(item.at, "containers that lie in one another without end"));
        }
        match self.machine.find(&item.value) {
            Some(Node::Dict(entries)) => {
                let mut last: HashMap<String, usize> = HashMap::new();
                let mut kept: Vec<(String, &Item)> = Vec::new();
                for (key, value) in entries {
                    let key = key_text(key)?;
                    // A later entry takes the place of an earlier one.
                    if let Some(slot) = last.get(&key).and_then(|at| kept.get_mut(*at)) {
                        slot.1 = value;
                    } else {
                        last.insert(key.clone(), kept.len());
                        kept.push((key, value));
                    }
                }
                for (key, value) in kept {
                    self.walk(value, &join(name, &key), depth + 1)?;
                }
                Ok(())
            }
            Some(Node::List(items) | Node::Tuple(items)) => {
                for (number, item) in items.iter().enumerate() {
                    self.walk(item, &join(name, &number.to_string()), depth + 1)?;
                }
                Ok(())
            }
            Some(Node::Tensor(view)) => self.tensor(item, view, name),
            other => {
                let what = match (other, &item.value) {
                    (Some(Node::Storage(_)), _) => "a storage without a shape".to_owned(),
                    (Some(_), _) => "a type".to_owned(),
                    (None, Value::Plain(what)) => (*what).to_owned(),
                    (None, Value::Bool(_)) => "a truth value".to_owned(),
                    (None, Value::Int(_)) => "a number".to_owned(),
                    (None, Value::Text(..)) => "a string".to_owned(),
                    (None, Value::Bytes(_)) => "a string of bytes".to_owned(),
                    (None, Value::Global(global)) => format!("`{global}`"),
                    (None, Value::Node(_)) => "nothing".to_owned(),
                };
                self.state.others.push(Other { name: name.to_owned(), what, at: item.at });
                Ok(())
            }
        }
    }

    fn tensor(&mut self, item: &Item, view: &View, name: &str) -> Result<(), Refusal> {
        let refuse = |what: String| Refusal::new(item.at, what);
        if !self.names.insert(name.to_owned()) {
            return Err(refuse(format!("two tensors are called `{name}` when their names are joined by dots")));
        }
        let outside = || refuse(format!("`{name}` reaches past the end of its numbers"));
        let (storage, unit) = (&view.storage, view.dtype.size());
        let stored = storage.dtype.map_or(Some(storage.count), |own| storage.count.checked_mul(own.size()));
        let stored = stored.ok_or_else(outside)?;
        let range = self
            .place(storage, stored)
            .ok_or_else(|| refuse(format!("the numbers of `{name}` are not in the file")))?;
        let last = if view.shape.contains(&0) {
            None
        } else {
            let mut sides = view.shape.iter().zip(&view.strides);
            let last =
                sides.try_fold(view.offset, |last, (side, stride)| last.checked_add((side - 1).checked_mul(*stride)?));
            Some(last.ok_or_else(outside)?)
        };
        let end = last.map_or(Some(0), |last| last.checked_add(1)?.checked_mul(unit)).ok_or_else(outside)?;
        let count = view.shape.iter().try_fold(unit, |count, side| count.checked_mul(*side));
        if end > stored || end > range.len() as u64 || count.is_none() {
            return Err(outside());
        }
        let start = if last.is_none() { 0 } else { usize::try_from(view.offset * unit).map_err(|_| outside())? };
        let end = usize::try_from(end).map_err(|_| outside())?;
        self.state.tensors.push(Tensor {
            name: name.to_owned(),
            dtype: view.dtype,
            shape: view.shape.clone(),
            strides: view.strides.clone(),
            range: range.start + start..range.start + end,
            at: item.at,
        });
        Ok(())
    }

    fn place(&self, storage: &Storage, bytes: u64) -> Option<std::ops::Range<usize>> {
        let range = match &storage.place {
            Place::Key(key) => (self.find)(key, bytes)?,
            Place::Range(range) => range.clone(),
        };
        (range.end <= self.machine.bytes.len() && range.start <= range.end).then_some(range)
    }
}

fn key_text(key: &Item) -> Result<String, Refusal> {
    match &key.value {
        Value::Text(text, _) => Ok(text.to_string()),
        Value::Int(number) => Ok(number.to_string()),
        _ => Err(Refusal::new(key.at, "a key that is neither a string nor a number")),
    }
}

fn join(name: &str, key: &str) -> String {
    if name.is_empty() { key.to_owned() } else { format!("{name}.{key}") }
}
