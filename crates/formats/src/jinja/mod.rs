//! What a Jinja template reaches for - attributes of Python's object model, other files, names outside of the sandbox,
//! endless work - and what it says under which condition.
//!
//! Every tag is read by itself: the dialects of chat templates have statements that no one parser knows. Constants are
//! put together as Jinja would, and nothing recurses deeper than brackets may.

mod flow;
mod lexer;
mod marks;
mod names;
mod reach;
mod syntax;
mod value;

#[cfg(test)]
mod tests;

use std::ops::Range;

/// Something that a template reaches for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    /// What sort of thing.
    pub kind: Kind,
    /// Its bytes in the template.
    pub range: Range<usize>,
    /// The name, path or number.
    pub what: String,
}

/// A sort of thing that no chat template needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// An attribute of Python's object model, such as `__class__` or `gi_frame`.
    Internals,
    /// A name of Python that templates are not given, such as `os` or `eval`.
    Foreign,
    /// An attribute whose name is computed.
    ComputedAttribute,
    /// An attribute that begins with an underscore, which sandboxes refuse.
    Private,
    /// A function that neither the template nor a model hub defines.
    Unknown,
    /// Another template or file.
    File,
    /// A loop or repetition that takes longer than anyone waits.
    Endless,
}

/// A text that a template writes by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Speech {
    /// Where it is written in the template.
    pub range: Range<usize>,
    /// The text, constants put together; `…` where something else stands in between.
    pub text: String,
    /// What it depends on, if that is what was said, the date or luck.
    pub when: Option<Trigger>,
}

/// A condition that turns on what the conversation says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trigger {
    /// What is asked about.
    pub cause: Cause,
    /// Where it is asked.
    pub range: Range<usize>,
    /// The strings that it is compared with.
    pub words: Vec<String>,
}

/// What a condition asks about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// What somebody said.
    Said,
    /// What day it is.
    Date,
    /// Luck.
    Chance,
}

/// A replacement in what was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Swap {
    /// Where it is written.
    pub range: Range<usize>,
    /// What is replaced.
    pub from: String,
    /// What stands there instead.
    pub to: String,
}

/// What a template reaches for and says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Each kind and name once.
    pub reaches: Vec<Reach>,
    /// What it writes by itself, in the order of the template.
    pub speech: Vec<Speech>,
    /// What it writes right behind what was said, whoever said it.
    pub tails: Vec<Speech>,
    /// What it replaces in what was said.
    pub swaps: Vec<Swap>,
    /// Where the template stops being a template, or becomes longer than any; what follows was not judged.
    pub broken: Option<usize>,
}

impl Trigger {
    /// Whether it turns on words of a language, the date or luck, and not on marks that templates and models use between
    /// themselves, such as `</think>`, `/no_think` or `[IMG]`.
    pub fn is_speech(&self) -> bool {
        match self.cause {
            Cause::Said => self.words.is_empty() || self.words.iter().any(|word| is_spoken(word)),
            Cause::Date | Cause::Chance => true,
        }
    }
}

/// Judges a template. Linear in its length, and no more than the first megabyte.
pub fn analyse(template: &str) -> Report {
    let end = template.floor_char_boundary(LENGTH);
    let whole = end == template.len();
    let template = template.get(..end).unwrap_or_default();
    if is_go(template) {
        return Report::default();
    }
    let (tokens, broken) = lexer::tokens(template);
    let mut report = flow::judge(&tokens);
    if let Some(at) = broken {
        // Another engine may read on.
        let rest = template.get(template.floor_char_boundary(at)..).unwrap_or_default();
        if let Some(name) = names::internals_in(rest)
            && let Some(offset) = rest.find(name)
        {
            let start = template.len() - rest.len() + offset;
            let reach = Reach { kind: Kind::Internals, range: start..start + name.len(), what: name.to_owned() };
            report.reaches.push(reach);
        }
        report.broken.get_or_insert(at);
    }
    if !whole {
        report.broken.get_or_insert(end);
    }
    report
}

/// Whether a template is one of Go, as runtimes for local models use them: its tags hold fields and keywords of Go only.
fn is_go(template: &str) -> bool {
    let mut fields = 0;
    if template.contains("{%") {
        return false;
    }
    for tag in template.split("{{").skip(1) {
        let tag = tag.trim_start_matches('-').trim_start();
        let word = tag.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
        let rest = tag.get(word.len()..).unwrap_or_default().trim_start();
        let is_field = word.is_empty() && tag.starts_with(['.', '$']);
        let opens = GO.contains(&word) && rest.starts_with(['.', '$', '(', '"']);
        let closes = matches!(word, "end" | "else") || tag.starts_with("/*");
        let speaks_go = GO.contains(&word) && rest.contains([' ', '.']);
        if !(is_field || opens || closes || speaks_go) {
            return false;
        }
        fields += usize::from(is_field || opens);
    }
    fields > 0
}

/// Whether a string is of words, and not a mark.
fn is_spoken(word: &str) -> bool {
    let marks = |c: char| "<>[]{}|\\/#@_$`=".contains(c);
    word.chars().any(char::is_alphabetic) && !word.contains(marks)
}

/// Keywords and functions of Go's templates.
const GO: &[&str] = &[
    "if",
    "range",
    "with",
    "template",
    "block",
    "define",
    "and",
    "or",
    "not",
    "eq",
    "ne",
    "lt",
    "gt",
    "le",
    "ge",
    "len",
    "index",
    "slice",
    "printf",
    "print",
    "json",
    "currentDate",
    "break",
    "continue",
];
/// The longest template that is judged whole.
const LENGTH: usize = 1 << 20;
