//! R's serialised objects (`.rds`, `.rda`): what is called, promised or mapped by them, and the texts in them.
//!
//! Source: R Internals, "Serialization Formats", and `serialize.c` of R 4.4.

mod reader;
mod walk;

use std::ops::Range;

/// What a file holds, as far as security cares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// Expressions that call something, in order.
    pub calls: Vec<Call>,
    /// Expressions that wait to be evaluated when their value is first needed.
    pub promises: Vec<Promise>,
    /// Classes of alternative representations: package and class.
    pub alternatives: Vec<(String, String, usize)>,
    /// Names of the functions of a workspace.
    pub functions: Vec<(String, usize)>,
    /// Texts.
    pub texts: Vec<Range<usize>>,
    /// How many pointers into memory it has, which are null when it is loaded.
    pub pointers: u64,
    /// Where it ends.
    pub end: usize,
    /// Why reading ended early, if it did.
    pub flaw: Option<&'static str>,
}

/// An expression that calls a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The function's name, without its package; empty if it is computed.
    pub function: String,
    /// Names and texts among its arguments.
    pub arguments: Vec<String>,
    /// Where it stands.
    pub at: usize,
    /// What it is part of.
    pub inside: Inside,
}

/// What an expression is part of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Inside {
    /// Data: a formula, a stored call.
    #[default]
    Data,
    /// The code of a function, which runs when somebody calls it.
    Function,
    /// A promise, which runs when its value is needed.
    Promise,
}

/// An expression that waits to be evaluated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    /// Where it stands.
    pub at: usize,
    /// Whether it is a variable of an environment, as functions leave them behind; elsewhere no R code puts one.
    pub variable: bool,
    /// Whether evaluating it calls something.
    pub calls: bool,
}

/// What reading may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Nesting.
    pub depth: usize,
    /// The most items.
    pub items: usize,
    /// The most calls and promises that are kept, of each.
    pub kept: usize,
    /// The most texts that are kept.
    pub texts: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 256, items: 20_000_000, kept: 100_000, texts: 1 << 21 }
    }
}

/// Whether these bytes begin like a workspace, or like an object of a version that R reads.
pub fn looks_like(head: &[u8]) -> bool {
    let stream = workspace(head).map_or(head, |at| head.get(at..).unwrap_or_default());
    let object = matches!(stream, [b'X', b'\n', 0, 0, 0, 2 | 3, 0, 1..=9, _, _, ..])
        || matches!(stream, [b'B', b'\n', 2 | 3, 0, 0, 0, _, _, 1..=9, 0, ..])
        || matches!(stream, [b'A', b'\n', b'2' | b'3', b'\n', b'0'..=b'9', ..]);
    object || workspace(head).is_some()
}

/// Reads a file that is not compressed. Everything before what cannot be read is kept.
pub fn parse(bytes: &[u8], limits: Limits) -> Contents {
    walk::parse(bytes, workspace(bytes).unwrap_or(0), limits)
}

/// Where the objects of a workspace begin.
fn workspace(head: &[u8]) -> Option<usize> {
    matches!(head, [b'R', b'D', b'X' | b'A' | b'B', b'2' | b'3', b'\n', ..]).then_some(5)
}

/// The reason for files that merely end early.
pub const SHORT: &str = "it ends in the middle of an object";
/// The reason for files of another version, none of which R loads.
pub const VERSION: &str = "its version is none that R reads";

#[cfg(test)]
mod tests;
