//! Functions that are not called where they stand: handed to whoever calls them, put in the place of others, or called by the
//! language itself. A reference that goes nowhere is nothing.

use palisade_formats::python::{Call, Field, Id, Kind};

use super::reader::{Found, Reader, WORDS};
use crate::{
    input::model::{
        Does, Effect,
        code::{Act, act, is_drop, is_sensitive, takes_over},
    },
    open::model::origins::SECRET,
};

impl Reader<'_> {
    /// What a call does with functions that it is given: whoever is given one probably calls it with what else there is.
    pub(super) fn handed(&self, call: &Call) -> Found {
        let module = self.module;
        // What a function of this file does with them is seen there.
        if module.local_function(call.function).is_some() || module.kind(module.bare(call.function)) == Kind::Lambda {
            return None;
        }
        let keeps = |path: &str| {
            let name = path.rsplit('.').next().unwrap_or_default();
            KEEP.contains(&path) || KEEP_METHODS.contains(&name) || KEEP_OF.iter().any(|of| path.starts_with(of))
        };
        if keeps(&call.path) || self.values.paths(call.function).any(keeps) {
            return None;
        }
        let arguments = module.arguments(call.node).take(WORDS);
        arguments.filter_map(|argument| self.given(call, argument)).max_by_key(|(does, _)| *does)
    }

    fn given(&self, call: &Call, argument: Id) -> Found {
        let keyword = self.module.kind(argument) == Kind::KeywordArgument;
        let name = self.module.child(argument, Field::Name).filter(|_| keyword);
        let name = name.map_or("", |name| self.module.text(name));
        let functions = self.values.paths(argument).filter(|path| is_function(path));
        functions.filter_map(|path| self.calls_later(call, path, name)).max_by_key(|(does, _)| *does)
    }

    /// What a function does that a call is given under a name.
    fn calls_later(&self, call: &Call, path: &str, name: &str) -> Found {
        let shown = self.shown(call.node);
        let others = || self.module.arguments(call.node).take(WORDS);
        let foreign = || others().find_map(|argument| self.foreign(argument));
        let found = |does, what: &str| Some((does, format!("{what} `{path}`, which it hands over: `{shown}`")));
        match act(path)? {
            Act::Process => found(Does::Executes, "runs commands with"),
            Act::System if takes_over(path) => found(Does::Executes, "calls, outside of Python,"),
            Act::System | Act::Native => found(Does::Custom, "calls, outside of Python,"),
            Act::Evaluates => {
                let texts = others().flat_map(|argument| self.sources(argument)).filter(|text| text.len() > 3);
                let known: Vec<String> = texts.take(4).collect();
                let worst = known.iter().filter_map(|text| self.runs(text, &shown)).max_by_key(|(does, _)| *does);
                match (worst, foreign()) {
                    (Some(worst), _) => Some(worst),
                    (None, Some(words)) => Some((Does::Executes, format!("runs {words} as Python: `{shown}`"))),
                    (None, None) if !known.is_empty() => None,
                    // The type of an argument of the command line.
                    (None, None) if name == "type" => found(Does::Known, "runs text as Python with"),
                    (None, None) => found(Does::Custom, "runs text as Python with"),
                }
            }
            Act::RunsCode | Act::Unpickles => {
                foreign().and_then(|words| found(Does::Executes, &format!("runs {words} with")))
            }
            Act::Connects | Act::Sends | Act::Fetches => {
                let secret = others().any(|argument| self.is_marked(argument, SECRET));
                let drop = others().any(|argument| self.values.texts(argument).any(is_drop));
                (secret || drop).then(|| found(Does::Reaches, "reaches the network with")).flatten()
            }
            Act::File => {
                let sensitive = others().any(|argument| self.values.texts(argument).any(is_sensitive));
                sensitive.then(|| found(Does::Reaches, "touches files that are none of its business with")).flatten()
            }
            Act::Decodes | Act::Learns => None,
        }
    }

    /// What a statement does that calls nothing by itself, and the node that does it.
    pub(super) fn without_a_call(&self, id: Id) -> Option<(Id, Effect)> {
        let module = self.module;
        let (what, path) = match module.kind(id) {
            Kind::Decorator => {
                let path = self.takes_over(module.children(id).next()?)?;
                (format!("calls `{path}` as a decorator"), path)
            }
            Kind::Assignment => {
                let (target, value) = (module.child(id, Field::Left)?, module.child(id, Field::Right)?);
                let path = self.takes_over(value)?;
                self.stays(target, path).then(|| (format!("puts `{path}` in the place of something else"), path))?
            }
            Kind::Return => {
                let called = module.name_of(module.owner(id));
                let path = self.takes_over(id).filter(|_| is_hook(called))?;
                (format!("has Python call `{path}` by `{called}`"), path)
            }
            Kind::Pair => {
                let key = module.constant_text(module.child(id, Field::Key)?)?;
                let named = matches!(key.as_str(), "()" | "_target_");
                let value = module.child(id, Field::Value).filter(|_| named)?;
                let mut factories = self.values.texts(value).map(|name| name.trim_start_matches("ext://"));
                let path = factories.find(|name| is_act(name)).or_else(|| self.takes_over(value))?;
                (format!("has a factory call `{path}`"), path)
            }
            _ => return None,
        };
        let does = if path == "*" { Does::Custom } else { Does::Executes };
        Some((id, self.effect(id, does, format!("{what}: `{}`", self.shown(id)))))
    }

    /// The function, among those that an expression may be, that hands over the machine.
    fn takes_over(&self, id: Id) -> Option<&str> {
        self.values.paths(id).find(|path| is_function(path) && is_act(path))
    }

    /// Whether what is put there is called by others than the code that is seen.
    fn stays(&self, target: Id, path: &str) -> bool {
        let module = self.module;
        match module.kind(target) {
            Kind::Attribute => {
                let name = module.child(target, Field::Attribute).map_or("", |name| module.text(name));
                let object = module.child(target, Field::Object);
                let foreign = object.is_some_and(|object| self.values.paths(object).next().is_some());
                let followed = module.variable_number(target).is_some();
                is_hook(name) || !followed && (foreign || act(path) == Some(Act::Process))
            }
            Kind::Identifier if module.kind(module.owner(target)) == Kind::Class => is_hook(module.text(target)),
            Kind::Identifier => self.is_handed_on(target),
            Kind::Subscript => {
                let base = module.child(target, Field::Value);
                let is_table = |path: &str| path == "builtins" || path == "globals()" || path.ends_with("__dict__");
                base.is_some_and(|base| self.values.paths(base).any(is_table))
            }
            _ => false,
        }
    }
}

impl Reader<'_> {
    /// Whether a variable of a module is there for other modules only: nothing in this one uses it.
    fn is_handed_on(&self, target: Id) -> bool {
        let module = self.module;
        let Some(variable) = module.variable_number(target) else { return false };
        let uses = |id: Id| {
            id != target && module.kind(id) == Kind::Identifier && module.variable_number(id) == Some(variable)
        };
        !self.usage.script && self.at_import(target) && !module.ids().any(uses)
    }
}

/// Whether a path is that of a function or class that acts when it is called: not of a constant or an exception.
fn is_function(path: &str) -> bool {
    let name = path.rsplit('.').next().unwrap_or_default();
    let lower = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
    // A library of C, and not yet a function of it.
    let library = ["ctypes.windll.", "ctypes.cdll."]
        .iter()
        .any(|of| path.strip_prefix(of).is_some_and(|rest| !rest.contains('.')));
    !library
        && (lower || matches!(name, "Popen" | "FunctionType" | "Unpickler"))
        && !matches!(path, "subprocess.list2cmdline" | "invoke.task")
}

/// Whether a function runs commands or code.
fn is_act(path: &str) -> bool {
    match act(path) {
        Some(Act::Process | Act::Evaluates) => true,
        Some(Act::System) => takes_over(path),
        _ => false,
    }
}

/// Names of methods that Python calls by itself.
fn is_hook(name: &str) -> bool {
    name.len() > 4 && name.starts_with("__") && name.ends_with("__") && name != "__all__"
}

/// What looks at a function, or keeps it, and does not call it. What it is kept in is followed.
const KEEP: &[&str] = &[
    "isinstance",
    "issubclass",
    "callable",
    "hasattr",
    "print",
    "repr",
    "str",
    "id",
    "hash",
    "len",
    "getattr",
    "list",
    "tuple",
    "set",
    "frozenset",
    "dict",
    "iter",
    "next",
    "reversed",
    "zip",
    "enumerate",
    "staticmethod",
    "classmethod",
    "property",
    "copy.copy",
    "copy.deepcopy",
    "functools.partial",
    "functools.partialmethod",
    "functools.wraps",
    "functools.update_wrapper",
    "functools.cache",
    "functools.lru_cache",
    "types.MappingProxyType",
    "weakref.ref",
    "collections.OrderedDict",
    "collections.deque",
    "bool",
    "type",
    "operator.attrgetter",
    "operator.getitem",
    "vars",
];
const KEEP_METHODS: &[&str] =
    &["append", "appendleft", "extend", "add", "insert", "update", "index", "count", "remove", "get", "pop"];
const KEEP_OF: &[&str] = &["inspect.", "typing.", "unittest.mock.", "logging.", "warnings.", "mock.patch"];
