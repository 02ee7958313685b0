//! Values that stand in the source: literals, and names that are only ever bound to one.

use super::{Binding, Field, Id, Kind, Module};

/// A value that stands in the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Constant {
    /// `True`.
    True,
    /// `False`.
    False,
    /// `None`.
    None,
    /// A number, as it is written.
    Number(String),
    /// A string or bytes, escapes as they are written; at most 4096 bytes of it.
    Text(String),
}

const DEPTH: usize = 6;
const LONGEST: usize = 4096;

impl Module {
    /// The constant that an expression is, if it is one: also through names that are bound once, `+` and parentheses.
    pub fn constant(&self, id: Id) -> Option<Constant> {
        self.constant_within(id, DEPTH)
    }

    /// The text that an expression is, if it is a constant one.
    pub fn constant_text(&self, id: Id) -> Option<String> {
        match self.constant(id)? {
            Constant::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether an expression is `True` or a name that is only ever `True`.
    pub fn is_true(&self, id: Id) -> bool {
        self.constant(id) == Some(Constant::True)
    }

    fn constant_within(&self, id: Id, depth: usize) -> Option<Constant> {
        let depth = depth.checked_sub(1)?;
        match self.kind(id) {
            Kind::True => Some(Constant::True),
            Kind::False => Some(Constant::False),
            Kind::None => Some(Constant::None),
            Kind::Integer | Kind::Float => Some(Constant::Number(clipped(self.text(id)))),
            Kind::String => self.string(id).map(Constant::Text),
            Kind::Concatenated => {
                let parts: Option<Vec<String>> = self.children(id).take(256).map(|part| self.string(part)).collect();
                parts.map(|parts| Constant::Text(clipped(&parts.concat())))
            }
            Kind::Parenthesized => self.children(id).next().and_then(|inner| self.constant_within(inner, depth)),
            Kind::Named => self.child(id, Field::Value).and_then(|value| self.constant_within(value, depth)),
            Kind::Binary => {
                let operator = self.child(id, Field::Operator).map(|operator| self.text(operator));
                let left = self.child(id, Field::Left).filter(|_| operator == Some("+"))?;
                let right = self.child(id, Field::Right)?;
                match (self.constant_within(left, depth)?, self.constant_within(right, depth)?) {
                    (Constant::Text(left), Constant::Text(right)) => Some(Constant::Text(clipped(&(left + &right)))),
                    _ => None,
                }
            }
            Kind::Identifier | Kind::Attribute => match self.variable(id)?.bindings.as_slice() {
                [Binding::Value(value)] => self.constant_within(*value, depth),
                _ => None,
            },
            _ => None,
        }
    }

    /// The content of a string literal without interpolations.
    fn string(&self, id: Id) -> Option<String> {
        if self.kind(id) != Kind::String {
            return None;
        }
        let mut text = String::new();
        for part in self.children(id) {
            match self.kind(part) {
                Kind::StringContent if text.len() < LONGEST => text.push_str(self.text(part)),
                Kind::Interpolation => return None,
                _ => {}
            }
        }
        Some(clipped(&text))
    }
}

fn clipped(text: &str) -> String {
    let end = (0..=LONGEST.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    end.and_then(|end| text.get(..end)).unwrap_or_default().to_owned()
}
