//! What a value may be, each thing numbered once: paths of modules and what is in them, texts, functions of the file.

use std::collections::HashMap;

use super::super::Id;

/// One thing that a value may be.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Atom {
    /// A module or something in it: `os.system`. An attribute whose name is not known is `*`.
    Path(Box<str>),
    /// A text or bytes.
    Text(Box<str>),
    /// A function, lambda or class of this file; also an object of that class.
    Local(Id),
    /// `operator.attrgetter(name)`.
    Getter(Box<str>),
    /// `operator.methodcaller(name, ...)`.
    Caller(Box<str>),
}

/// The number of an atom.
pub(super) type Number = u32;

/// Every atom of a file.
#[derive(Debug, Default)]
pub(super) struct Atoms {
    known: HashMap<Atom, Number>,
    all: Vec<Atom>,
}

impl Atoms {
    pub(super) fn number(&mut self, atom: Atom) -> Option<Number> {
        if let Some(number) = self.known.get(&atom) {
            return Some(*number);
        }
        if self.all.len() >= MOST {
            return None;
        }
        let number = Number::try_from(self.all.len()).ok()?;
        self.all.push(atom.clone());
        self.known.insert(atom, number);
        Some(number)
    }

    pub(super) fn get(&self, number: Number) -> Option<&Atom> {
        self.all.get(number as usize)
    }

    pub(super) fn path(&self, number: Number) -> Option<&str> {
        match self.get(number)? {
            Atom::Path(path) => Some(path),
            _ => None,
        }
    }

    pub(super) fn text(&self, number: Number) -> Option<&str> {
        match self.get(number)? {
            Atom::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// What a value may be: few things, or it is not known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Set(Vec<Number>);

impl Set {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Number> + use<'_> {
        self.0.iter().copied()
    }

    pub(super) fn add(&mut self, number: Option<Number>) -> bool {
        match number {
            Some(number) if self.0.len() < WIDE && !self.0.contains(&number) => {
                self.0.push(number);
                true
            }
            _ => false,
        }
    }

    pub(super) fn join(&mut self, other: &Self) -> bool {
        let mut changed = false;
        for number in &other.0 {
            changed |= self.add(Some(*number));
        }
        changed
    }
}

/// A path without what only leads back to it, from the last module in it that everybody knows: `torch.hub.os.system` is
/// `os.system`.
pub(super) fn canonical(path: &str) -> Option<String> {
    let parts: Vec<&str> = path.split('.').collect();
    if parts.len() > DEEP || path.len() > LONGEST {
        return None;
    }
    // `.pickle` is a module of the package, `.tools.pickle` the one that it imports.
    let first = if path.starts_with('.') { 2 } else { 1 };
    let leads = |at: usize| match (parts.get(at), parts.get(at + 1)) {
        // Libraries have modules of their own of this name, with functions of their own.
        (Some(&"subprocess"), Some(function)) => SUBPROCESS.contains(function),
        (Some(part), _) => MODULES.contains(part),
        _ => false,
    };
    let root = (first..parts.len()).rev().find(|at| leads(*at)).unwrap_or(0);
    let rest = parts.get(root..)?;
    let rest = match rest {
        ["builtins" | "__builtins__" | "__builtin__", inner, ..] if !inner.is_empty() => rest.get(1..)?,
        ["__builtins__" | "__builtin__"] => &["builtins"],
        _ => rest,
    };
    Some(rest.join("."))
}

/// Modules of the standard library that others import by this name, and that no library has one of its own of.
const MODULES: &[&str] = &[
    "os",
    "sys",
    "posix",
    "nt",
    "subprocess",
    "shutil",
    "socket",
    "importlib",
    "builtins",
    "__builtins__",
    "ctypes",
    "pickle",
    "_pickle",
    "marshal",
    "pty",
    "runpy",
    "urllib",
    "_posixsubprocess",
];
const SUBPROCESS: &[&str] =
    &["Popen", "run", "call", "check_call", "check_output", "getoutput", "getstatusoutput", "os", "sys", "__dict__"];
const MOST: usize = 1 << 18;
/// More things than this are everything and nothing.
const WIDE: usize = 12;
const DEEP: usize = 12;
const LONGEST: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_to_the_module_itself() {
        for (path, expected) in [
            ("torch.hub.os.system", "os.system"),
            ("os.system", "os.system"),
            ("builtins.eval", "eval"),
            ("builtins", "builtins"),
            (".pickle.load", ".pickle.load"),
            (".tools.pickle.load", "pickle.load"),
            ("pip.utils.subprocess.make_command", "pip.utils.subprocess.make_command"),
            ("a.subprocess.run", "subprocess.run"),
            ("sys.modules", "sys.modules"),
            ("a.os.b.sys.exit", "sys.exit"),
        ] {
            assert_eq!(canonical(path).as_deref(), Some(expected));
        }
        assert_eq!(canonical(&".a".repeat(100)), None);
    }
}
