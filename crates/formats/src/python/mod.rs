//! Python source: syntax, names, dotted paths and the flow of values. Knows the language, not what is dangerous in it.

mod arguments;
mod constant;
mod encoding;
mod entries;
mod flow;
mod identifier;
mod literal;
mod module;
mod names;
mod path;
mod syntax;
#[cfg(test)]
mod tests;
mod text;
mod values;

pub use constant::Constant;
pub use encoding::{Encoding, encoding};
pub use flow::{Flow, Label, Origin, Passes, Policy};
pub use module::{Call, Module};
pub use names::{Binding, Variable};
pub use syntax::{Field, Id, Kind, Limits, PythonError};
pub use text::Built;
pub use values::Values;
