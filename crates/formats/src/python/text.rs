//! Strings that are put together: f-strings, `%`, `.format`, `+`, `+=` and `.join`, also through names.

use super::{Binding, Field, Id, Kind, Module};

/// A string and what is put into it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Built {
    /// The literal pieces in the order of the source, with `{}` for what is put in.
    pub literal: String,
    /// The expressions that are put in.
    pub holes: Vec<Id>,
}

/// How many pieces of one string are looked at, and how much of its text.
const PIECES: usize = 96;
const LONGEST: usize = 4096;

impl Module {
    /// How a string expression is put together. A name is replaced by what it is bound to, as long as that is a string
    /// expression; anything else is a hole.
    pub fn built(&self, id: Id) -> Built {
        let mut built = Built::default();
        let mut met = Vec::new();
        let mut open = vec![id];
        for _ in 0..PIECES {
            let Some(at) = open.pop() else { break };
            if self.add_literal(at, &mut built) {
                continue;
            }
            let mut parts = self.parts(at, &mut met);
            if parts.is_empty() {
                built.literal.push_str("{}");
                built.holes.push(at);
            } else {
                parts.reverse();
                open.append(&mut parts);
            }
        }
        // What was not looked at may be anything.
        built.holes.append(&mut open);
        built
    }

    fn add_literal(&self, at: Id, built: &mut Built) -> bool {
        match self.kind(at) {
            Kind::StringContent => {
                let room = LONGEST.saturating_sub(built.literal.len());
                built.literal.extend(self.text(at).chars().take(room));
                true
            }
            Kind::Integer | Kind::Float | Kind::None | Kind::True | Kind::False => {
                built.literal.push('0');
                true
            }
            Kind::String => self.children(at).next().is_none(),
            _ => false,
        }
    }

    /// The pieces of a string expression; empty if it is none.
    fn parts(&self, at: Id, met: &mut Vec<usize>) -> Vec<Id> {
        let first = || self.children(at).take(1).collect();
        let known = |kind| matches!(kind, Kind::StringContent | Kind::Interpolation);
        match self.kind(at) {
            Kind::String => self.children(at).filter(|part| known(self.kind(*part))).take(PIECES).collect(),
            Kind::Interpolation => self.child(at, Field::Expression).into_iter().collect(),
            Kind::Concatenated | Kind::Tuple | Kind::List | Kind::Set => self.children(at).take(PIECES).collect(),
            Kind::Parenthesized | Kind::Await => first(),
            Kind::Binary => match self.child(at, Field::Operator).map(|operator| self.text(operator)) {
                Some("+" | "%") => {
                    [Field::Left, Field::Right].iter().filter_map(|side| self.child(at, *side)).collect()
                }
                _ => Vec::new(),
            },
            Kind::Conditional => {
                self.children(at).enumerate().filter(|(place, _)| *place != 1).map(|(_, arm)| arm).collect()
            }
            Kind::Call => self.parts_of_call(at),
            Kind::Identifier => self.parts_of_name(at, met),
            _ => Vec::new(),
        }
    }

    fn parts_of_call(&self, call: Id) -> Vec<Id> {
        let Some(function) = self.child(call, Field::Function) else { return Vec::new() };
        let name = self.child(function, Field::Attribute).map_or(self.text(function), |name| self.text(name));
        let object = self.child(function, Field::Object);
        let values =
            || self.arguments(call).take(PIECES).map(|argument| self.child(argument, Field::Value).unwrap_or(argument));
        match name {
            "format" | "join" | "dedent" | "text" | "SQL" | "substitute" => object
                .filter(|object| matches!(self.kind(*object), Kind::String | Kind::Concatenated | Kind::Identifier))
                .filter(|object| self.kind(*object) != Kind::Identifier || name == "format")
                .into_iter()
                .chain(values())
                .collect(),
            "strip" | "lstrip" | "rstrip" | "lower" | "upper" | "encode" => object.into_iter().collect(),
            _ => Vec::new(),
        }
    }

    fn parts_of_name(&self, name: Id, met: &mut Vec<usize>) -> Vec<Id> {
        let (Some(number), Some(variable)) = (self.names.variable(name), self.variable(name)) else {
            return Vec::new();
        };
        if met.contains(&number) {
            return Vec::new();
        }
        let mut parts = Vec::new();
        for binding in variable.bindings.iter().take(16) {
            match binding {
                Binding::Value(value) if self.is_text_like(*value) => parts.push(*value),
                Binding::Part(value) if self.is_addition(*value) => parts.push(*value),
                _ => return Vec::new(),
            }
        }
        met.push(number);
        parts
    }

    fn is_text_like(&self, value: Id) -> bool {
        matches!(
            self.kind(value),
            Kind::String
                | Kind::Concatenated
                | Kind::Binary
                | Kind::Parenthesized
                | Kind::Conditional
                | Kind::Integer
                | Kind::List
                | Kind::Tuple
                | Kind::None
        ) || (self.kind(value) == Kind::Call && !self.parts_of_call(value).is_empty())
    }

    /// Whether `value` is the right side of `x += value`.
    fn is_addition(&self, value: Id) -> bool {
        self.parent(value).is_some_and(|parent| self.kind(parent) == Kind::Augmented)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Limits;

    #[test]
    fn strings_are_taken_apart() {
        for (text, literal, holes) in [
            ("f(f'a {b} c')", "a {} c", 1),
            ("f('a %s' % b)", "a %s{}", 1),
            ("f('a %s %s' % (b, 'c'))", "a %s %s{}c", 1),
            ("f('a {} {x}'.format(b, x=1))", "a {} {x}{}0", 1),
            ("f('a' + b + 'c')", "a{}c", 1),
            ("q = 'a '\nq += b\nf(q)", "a {}", 1),
            ("q = f'a {b}'\nr = q + 'c'\nf(r)", "a {}c", 1),
            ("from sqlalchemy import text\nf(text(f'a {b}'))", "a {}", 1),
            ("f('a' 'b' + '')", "ab", 0),
            ("n = 'x'\nf(f'a {n}')", "a x", 0),
            ("f(g())", "{}", 1),
            ("x = x + 'a'\nf(x)", "{}a", 1),
        ] {
            let module = super::Module::parse(text, Limits::default()).unwrap();
            let call = module.calls().iter().find(|call| call.path == "f").unwrap();
            let built = module.built(module.positional(call.node).next().unwrap());
            assert_eq!((built.literal.as_str(), built.holes.len()), (literal, holes), "{text}");
        }
    }

    #[test]
    fn endless_strings_are_cut() {
        let text = format!("x = y{}\nf(x)", " + y".repeat(10_000));
        let module = super::Module::parse(text, Limits::default()).unwrap();
        let call = module.calls().last().unwrap();
        assert!(!module.built(module.positional(call.node).next().unwrap()).holes.is_empty());
    }
}
