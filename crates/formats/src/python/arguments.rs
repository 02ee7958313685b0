//! Arguments of calls and entries of dictionaries, also through `**keywords`.

use super::{Binding, Field, Id, Kind, Module, entries::Key};

/// How many arguments of a call are looked at.
const MANY: usize = 256;
/// How many `**keywords` of a call are followed.
const SPLATS: usize = 4;
/// How many bindings of a name are looked at.
const BINDINGS: usize = 16;

impl Module {
    /// The arguments of a call as they stand: expressions, keyword arguments and splats.
    pub fn arguments(&self, call: Id) -> impl Iterator<Item = Id> + use<'_> {
        let list = self.child(call, Field::Arguments);
        let several = list.filter(|list| self.kind(*list) == Kind::ArgumentList);
        // `f(x for x in y)` has no list.
        let single = list.filter(|list| self.kind(*list) != Kind::ArgumentList);
        several.into_iter().flat_map(|list| self.children(list)).chain(single)
    }

    /// The positional arguments, up to the first `*splat`.
    pub fn positional(&self, call: Id) -> impl Iterator<Item = Id> + use<'_> {
        self.arguments(call)
            .take_while(|argument| self.kind(*argument) != Kind::ListSplat)
            .filter(|argument| !matches!(self.kind(*argument), Kind::KeywordArgument | Kind::DictionarySplat))
    }

    /// The value of the keyword argument `name`, also where it comes through `**keywords`.
    pub fn keyword(&self, call: Id, name: &str) -> Option<Id> {
        let key = self.entries.key(name)?;
        let splats = || {
            let arguments = self.arguments(call).take(MANY);
            arguments.filter(|argument| self.kind(*argument) == Kind::DictionarySplat).take(SPLATS)
        };
        let given =
            || splats().filter_map(|splat| self.children(splat).next()).find_map(|it| self.entry_under(it, key));
        self.entries.value(call, key).or_else(given)
    }

    /// The argument at `position`, or the keyword argument `name`.
    pub fn argument(&self, call: Id, position: usize, name: &str) -> Option<Id> {
        self.positional(call).nth(position).or_else(|| self.keyword(call, name))
    }

    /// Whether a call has arguments that cannot be seen.
    pub fn has_splat(&self, call: Id) -> bool {
        self.arguments(call).any(|argument| matches!(self.kind(argument), Kind::ListSplat | Kind::DictionarySplat))
    }

    /// The value under a key: of a dictionary, of `dict(...)`, or of a name that is bound to one.
    pub fn entry(&self, dictionary: Id, key: &str) -> Option<Id> {
        self.entry_under(dictionary, self.entries.key(key)?)
    }

    fn entry_under(&self, dictionary: Id, key: Key) -> Option<Id> {
        match self.kind(dictionary) {
            Kind::Dictionary | Kind::Call => self.entries.value(dictionary, key),
            Kind::Identifier | Kind::Attribute => {
                let bindings = self.variable(dictionary)?.bindings.iter().take(BINDINGS);
                bindings.rev().find_map(|binding| match binding {
                    Binding::Value(value) if matches!(self.kind(*value), Kind::Dictionary | Kind::Call) => {
                        self.entries.value(*value, key)
                    }
                    Binding::Inside(value) => self.entries.is_stored_under(*value, key).then_some(*value),
                    _ => None,
                })
            }
            _ => None,
        }
    }

    /// The pairs of a dictionary.
    pub fn pairs(&self, dictionary: Id) -> impl Iterator<Item = (Id, Id)> + use<'_> {
        let pairs = self.children(dictionary).filter(|child| self.kind(*child) == Kind::Pair).take(MANY);
        pairs.filter_map(|pair| Some((self.child(pair, Field::Key)?, self.child(pair, Field::Value)?)))
    }
}
