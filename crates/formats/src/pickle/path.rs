//! Dotted names: a path of attributes may leave the module that it begins in.

use super::{Name, known};

/// Whether a path of attributes leads through a module that the first one has imported: `random` has `_os`, and
/// `_os.system` is no part of `random`.
pub(super) fn leaves(name: &Name) -> bool {
    let Some((path, _)) = name.name.rsplit_once('.') else { return false };
    let own = name.module.rsplit('.').next().unwrap_or_default();
    path.split('.').enumerate().any(|(depth, part)| {
        let bare = part.trim_start_matches('_');
        // `datetime.datetime` is a class; `__globals__` and its like lead everywhere.
        let is_own = depth == 0 && part == own;
        LEADS_OUT.contains(&part) || !is_own && part.chars().all(|c| !c.is_uppercase()) && is_module(bare)
    })
}

fn is_module(part: &str) -> bool {
    known::is_standard_module(part) && !TYPES.contains(&part)
}

/// Attributes that lead from any function, class or module to all others.
const LEADS_OUT: &[&str] = &[
    "__builtins__",
    "__globals__",
    "__loader__",
    "__spec__",
    "__subclasses__",
    "__code__",
    "__closure__",
    "__func__",
    "__self__",
    "__mro__",
    "__base__",
    "__bases__",
    "__class__",
    "__dict__",
    "__init__",
    "__import__",
    "f_globals",
    "gi_frame",
    "sys",
    "os",
];

/// Names of types and functions that modules have too.
const TYPES: &[&str] =
    &["array", "copy", "datetime", "time", "token", "string", "types", "test", "profile", "select", "queue"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_leave_their_module_are_found() {
        for (module, name, expected) in [
            ("random", "_os.system", true),
            ("torch.serialization", "os.system", true),
            ("numpy.testing._private.utils", "subprocess.run", true),
            ("logging", "sys.modules.get", true),
            ("collections", "_sys.exit", true),
            ("my.project", "make.__globals__.get", true),
            ("datetime", "datetime.now", false),
            ("array", "array.fromfile", false),
            ("builtins", "str.join", false),
            ("my.project", "Outer.Inner", false),
            ("my.project", "Outer.time", false),
            ("os", "system", false),
        ] {
            let name = Name { module: module.to_owned(), name: name.to_owned() };
            assert_eq!(leaves(&name), expected, "{name}");
        }
    }
}
