//! Constants that hold a pickle: found, followed, and told from the numbers of arrays.

use super::{
    Embedded, Encoding,
    arena::{Shape, View},
    fold::{Fold, Fuel},
    known::Danger,
    machine::{self, Machine, Trust},
    nested,
    opcode::{self, Step},
    value::{Kind, Value},
};

impl<'a> Machine<'a, '_> {
    /// The constants among these values are the numbers of an array: whatever they look like, nobody loads them.
    pub(super) fn disown(&mut self, values: Value) {
        if self.out.embedded.is_empty() {
            return;
        }
        let values: Vec<Value> = self.arena.list(values).map(|(items, _)| items.to_vec()).unwrap_or_default();
        for value in values {
            let value = match self.arena.view(value) {
                // Bytes, as protocols before 3 write them.
                Some(View { shape: Shape::Object, items: [_, arguments, ..], .. }) => {
                    self.arena.list(*arguments).and_then(|(items, _)| items.first().copied()).unwrap_or(value)
                }
                _ => value,
            };
            let raw = match value.kind() {
                Kind::Bytes(at) | Kind::Text(at) => self.raw(at),
                _ => None,
            };
            if let Some(range) = raw.map(|raw| nested::range(self.bytes, raw)) {
                self.out.embedded.retain(|held| held.loaded || held.range != range);
            }
        }
    }

    /// Loading a pickle is as harmless as the pickle, if that one can be followed.
    pub(super) fn loads(&mut self, first: Option<Value>) -> Danger {
        let Some(value) = first else { return Danger::Function };
        let literal = match value.kind() {
            Kind::Bytes(at) | Kind::Text(at) => Some(at),
            _ => None,
        };
        let owned;
        let (bytes, range) = match literal.and_then(|at| self.raw(at)) {
            Some(raw) if matches!(value.kind(), Kind::Bytes(_)) => (raw, nested::range(self.bytes, raw)),
            _ => match self.fold(value, Fuel::PICKLE) {
                Some(Fold::Bytes(bytes)) => {
                    owned = bytes;
                    // What was computed lies nowhere; the last opcode stands for it.
                    (owned.as_slice(), self.at.saturating_sub(1)..self.at)
                }
                _ => return Danger::Function,
            },
        };
        let cost = bytes.len() as u64 / 256 + 10;
        if self.depth >= DEEP || self.folding < cost {
            return Danger::Function;
        }
        if let Some(held) =
            self.out.embedded.iter_mut().find(|held| held.range == range && held.encodings == [Encoding::Raw])
        {
            held.loaded = true;
            return Danger::Harmless;
        }
        self.folding -= cost;
        let walk = machine::walk(bytes, self.limits, Trust::Pickle, self.depth + 1, &mut |_| true);
        // Archives are loaded too, and are not followed here.
        if walk.pickles == 0 && walk.calls.is_empty() {
            return Danger::Function;
        }
        self.keep(Embedded { range, encodings: vec![Encoding::Raw], loaded: true, walk: Box::new(walk) });
        Danger::Harmless
    }

    /// The bytes of the constant at an offset.
    pub(super) fn raw(&self, at: usize) -> Option<&'a [u8]> {
        match opcode::step(&mut crate::cursor::Cursor::new(self.bytes, at)).ok()? {
            Step::Text(raw, _) | Step::Bytes(raw) => Some(raw),
            _ => None,
        }
    }

    /// Looks into a constant that may hold a pickle.
    #[cold]
    pub(super) fn embedded(&mut self, raw: &'a [u8]) {
        if self.depth >= DEEP {
            return;
        }
        if self.unwrapping == 0 {
            self.out.unfollowed = true;
            return;
        }
        let Some(found) = nested::find(raw, &mut self.unwrapping) else { return };
        let bytes = found.bytes.as_deref().unwrap_or(raw);
        let walk = machine::walk(bytes, self.limits, Trust::Guess, self.depth + 1, &mut |_| true);
        // A constant may begin like a pickle by chance: only one that is whole or calls something is one.
        if walk.calls.is_empty() && (walk.pickles == 0 || walk.trailing.is_some()) {
            return;
        }
        let range = nested::range(self.bytes, raw);
        self.keep(Embedded { range, encodings: found.encodings, loaded: false, walk: Box::new(walk) });
    }

    /// Keeps what was found in a constant: the first ones, and those that matter.
    fn keep(&mut self, held: Embedded) {
        let matters =
            held.walk.calls.iter().any(|call| call.danger >= Danger::ForeignClass) || !held.walk.imports.is_empty();
        let room = if matters { EMBEDDED } else { EMBEDDED / 16 };
        if self.out.embedded.len() < room {
            self.out.embedded.push(held);
        } else if held.walk.calls.iter().any(|call| call.danger >= Danger::Function) {
            self.out.unfollowed = true;
        }
    }
}

/// How deep pickles are followed in constants of pickles.
const DEEP: usize = 4;
/// The most constants that are remembered because they hold a pickle.
const EMBEDDED: usize = 256;
