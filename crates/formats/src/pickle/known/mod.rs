//! What is known about importable names: containers, rebuild functions, classes, and functions that reach the system.
//!
//! Default deny: a name in no table is a function that may do anything, or a class of someone's own.

mod hint;
mod judge;
mod libraries;
mod modules;
mod numeric;
mod others;
mod stdlib;
mod tensors;
mod types;

use super::Name;
use libraries::{LIBRARIES, LOADERS, ODD, TORCH};

pub(super) use self::judge::{Handed, How, buried, judge};
pub use judge::Danger;

/// What is known about a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// Makes a value from its arguments, whatever they are.
    Harmless,
    /// Puts a value together; harmless as long as no function is handed to it.
    Rebuild,
    /// Makes an object of its first argument, a class, without calling it or anything of it.
    Made,
    /// Makes an object of its first argument, a class, as its `__new__` does that gets the other arguments.
    Created,
    /// Calls one of its arguments with others.
    Calls,
    /// A class that opens what it is handed as soon as one of it is made.
    Opens,
    /// `copyreg._reconstructor`: makes an object of its first argument and calls the second.
    Reconstructor,
    /// Calls its first argument, which must be a function that rebuilds.
    Applies,
    /// `functools.partial`: keeps a function for later; what it returns may be called.
    Partial,
    /// `functools.reduce`: calls its first argument.
    Reduce,
    /// The operator `|`, which types are joined with.
    Or,
    /// `type`: the type of one argument, or a new class made of three.
    TypeOf,
    /// `getattr`.
    ByAttribute,
    /// Imports what its first argument names.
    ByName,
    /// Loads a pickle from its argument; the walk follows it there.
    LoadsPickle,
    /// A class of a known library.
    Class,
    /// An exception of a known library: it takes any text.
    Error,
    /// A class of an unknown package.
    ForeignClass,
    /// A name of a known library that is not written like a class, which some classes are not.
    LibraryFunction,
    /// The same of an unknown package.
    Function,
    /// A private function of an unknown package whose name says that it puts an object together again.
    ForeignRebuild,
    /// Something of the standard library, or of a part of a library that no model is made of: nobody knows what it does.
    Denied,
    /// Runs code, or reaches files, processes or the network.
    Executor,
}

impl Known {
    /// Whether it may do something when someone calls it who only rebuilds. Names of known libraries that are not written
    /// like classes are in most honest models, as classes of another style or as functions that a model calls.
    pub(super) fn is_function(self) -> bool {
        matches!(self, Self::Function | Self::ForeignRebuild | Self::Denied | Self::Executor)
    }
}

/// Whether the standard library has a module of this name.
pub(super) fn is_standard_module(name: &str) -> bool {
    modules::contains(name)
}

/// Modules, what is known about the names in it, and the names: a star at the end stands for any ending.
type Table = &'static [(&'static str, Known, &'static [&'static str])];

/// How dangerous it is that a pickle names something and does not call it.
pub(super) fn import(name: &Name) -> Danger {
    if name.module == EXTENSION || name.module == COMPUTED || name.name == COMPUTED {
        return Danger::ForeignCall;
    }
    match known(name) {
        // Importing runs the module, and these modules do something when they run.
        _ if name.module.ends_with(".__main__")
            || matches!(name.module.as_str(), "antigravity" | "this" | "idlelib.idle") =>
        {
            Danger::Executor
        }
        Known::Executor | Known::ByAttribute => Danger::Executor,
        _ => Danger::Harmless,
    }
}

pub(super) fn known(name: &Name) -> Known {
    let (module, attribute) = (name.module.as_str(), name.name.as_str());
    let top = module.split('.').next().unwrap_or_default();
    if let Some(known) = TABLES.iter().find_map(|table| entry(table, module, attribute)) {
        return known;
    }
    if attribute.contains('.') {
        return path(name, top);
    }
    match top {
        "builtins" => builtin(attribute),
        "numpy" if attribute == "_ufunc_reconstruct" => Known::ByName,
        "torch" if attribute == "_load_from_bytes" => Known::LoadsPickle,
        // Types of TorchScript, which are looked up in the code of the archive and not imported.
        "__torch__" => Known::Class,
        _ if acts(module, top) => Known::Executor,
        // What Cython writes for every class that it compiles.
        _ if attribute.starts_with("__pyx_unpickle_") && !modules::contains(module) => Known::Made,
        _ if LIBRARIES.binary_search(&top).is_ok() => library(module, top, attribute),
        "typing" if is_class(attribute) && attribute != "ForwardRef" && !attribute.ends_with("Meta") => Known::Harmless,
        "collections" if module == "collections.abc" && is_class(attribute) => Known::Harmless,
        _ if modules::contains(module) => Known::Denied,
        _ if module == EXTENSION || module == COMPUTED || attribute == COMPUTED => Known::Denied,
        _ => foreign(attribute),
    }
}

/// A name of an unknown package.
fn foreign(attribute: &str) -> Known {
    let words = ["rebuild", "reconstruct", "recreate", "restore", "unpickle"];
    let private = attribute.trim_start_matches('_');
    let rebuilds =
        words.iter().filter_map(|word| private.strip_prefix(word)).any(|rest| rest.is_empty() || rest.starts_with('_'));
    match attribute {
        _ if is_class(attribute) => Known::ForeignClass,
        _ if rebuilds && private.len() < attribute.len() => Known::ForeignRebuild,
        _ => Known::Function,
    }
}

fn entry(table: Table, module: &str, attribute: &str) -> Option<Known> {
    let named = |pattern: &&'static str| match pattern.strip_suffix('*') {
        Some(start) => attribute.starts_with(start) && !attribute.contains('.'),
        None => attribute == *pattern,
    };
    table.iter().find(|(of, _, names)| *of == module && names.iter().any(named)).map(|entry| entry.1)
}

/// A path of attributes: through nested classes it stays in its module, through anything else it leads out of it.
fn path(name: &Name, top: &str) -> Known {
    let (owner, last) = name.name.rsplit_once('.').unwrap_or_default();
    let nested = owner.split('.').all(is_class);
    if nested && last == "__new__" && matches!(known(&of(name, owner)), Known::Class | Known::ForeignClass) {
        return Known::Created;
    }
    let of_library = LIBRARIES.binary_search(&top).is_ok();
    match (nested, is_class(last)) {
        _ if acts(&name.module, top) => Known::Executor,
        (true, class) if of_library && is_part_of_models(&name.module, top) => {
            if class {
                Known::Class
            } else {
                Known::LibraryFunction
            }
        }
        (true, _) if !of_library && !modules::contains(&name.module) => foreign(last),
        _ if name.name.split('.').any(|part| stdlib::ACTING.binary_search(&part).is_ok()) => Known::Executor,
        _ => Known::Denied,
    }
}

fn of(name: &Name, attribute: &str) -> Name {
    Name { module: name.module.clone(), name: attribute.to_owned() }
}

fn builtin(attribute: &str) -> Known {
    match attribute {
        "set" | "frozenset" | "list" | "dict" | "tuple" | "int" | "float" | "complex" | "bool" | "str" | "bytes"
        | "bytearray" | "slice" | "range" | "object" | "len" | "abs" | "round" | "memoryview" => Known::Harmless,
        "eval" | "exec" | "execfile" | "compile" | "open" | "file" | "__import__" | "setattr" | "delattr"
        | "globals" | "locals" | "vars" | "input" | "raw_input" | "breakpoint" | "apply" | "map" | "filter"
        | "__build_class__" | "exit" | "quit" | "reload" | "help" => Known::Executor,
        // Exceptions and constants.
        _ if is_class(attribute) => Known::Harmless,
        _ => Known::Denied,
    }
}

/// Names of a known library: classes and rebuild functions are what its pickles are made of.
fn library(module: &str, top: &str, attribute: &str) -> Known {
    let rebuilds = REBUILD.iter().any(|start| attribute.starts_with(start));
    match attribute {
        _ if module.split('.').any(is_odd) => Known::Denied,
        _ if types::is_data_type(module, top, attribute) => Known::Harmless,
        _ if !is_part_of_models(module, top) => Known::Denied,
        _ if rebuilds => Known::Rebuild,
        _ if is_class(attribute) && ["Error", "Exception", "Warning"].iter().any(|end| attribute.ends_with(end)) => {
            Known::Error
        }
        // Their classes read files or fetch data when they are called, and do not when they are only made.
        _ if LOADERS.iter().any(|part| is_within(module, part)) => Known::LibraryFunction,
        _ if is_class(attribute) => Known::Class,
        _ => Known::LibraryFunction,
    }
}

/// Whether models are made of what this module holds. Test helpers, build tools, loaders and compilers are other parts.
fn is_part_of_models(module: &str, top: &str) -> bool {
    !module.split('.').any(is_odd) && (top != "torch" || TORCH.iter().any(|part| is_within(module, part)))
}

fn is_odd(part: &str) -> bool {
    ODD.binary_search(&part).is_ok()
}

fn acts(module: &str, top: &str) -> bool {
    let standard = modules::contains(module)
        && (stdlib::ACTING.binary_search(&top).is_ok() || stdlib::ACTING.iter().any(|part| is_within(module, part)));
    standard || libraries::ACTING.iter().any(|part| is_within(module, part))
}

fn is_within(module: &str, part: &str) -> bool {
    module.strip_prefix(part).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// By convention, classes begin with a capital letter, after any underscores.
fn is_class(attribute: &str) -> bool {
    !attribute.starts_with("__") && attribute.trim_start_matches('_').starts_with(char::is_uppercase)
}

const TABLES: &[Table] = &[stdlib::NAMES, numeric::NAMES, tensors::NAMES, others::NAMES];

/// What libraries call the functions that put their objects together again.
const REBUILD: &[&str] = &["_rebuild_", "_unpickle_", "__unpickle_", "_reconstruct_"];

/// Stands for a module or name that is computed while loading.
pub(super) const COMPUTED: &str = "?";
/// The module that stands for the registry of extension codes: what a code means is not in the file.
pub(super) const EXTENSION: &str = "copyreg.extension";

#[cfg(test)]
mod tests;
