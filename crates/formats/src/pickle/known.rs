//! What is known about importable names: containers, rebuild functions, classes, and functions that reach the system.
//!
//! Default deny: a name in no table is a function that may do anything, or a class of someone's own.

use super::{
    Name,
    names::{EXECUTORS, HARMLESS, LIBRARIES, ODD, REBUILD, REBUILD_PREFIXES, SYSTEM, SYSTEM_MODULES, TORCH, has},
    stdlib,
};

/// How dangerous it is to call a name with the arguments at hand, mildest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Danger {
    /// Makes a value and does nothing else.
    Harmless,
    /// Makes an object of a class of a known machine learning library.
    Class,
    /// Makes an object of a class that is not known.
    ForeignClass,
    /// Calls a function or alters a class or module; nobody knows what it does.
    Function,
    /// Calls something that runs code, or reaches files, processes or the network.
    Executor,
}

/// What is known about a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    Harmless,
    /// Puts a value together; harmless as long as no function is handed to it.
    Rebuild,
    /// Imports what its first argument names.
    ByName,
    /// Loads a pickle from its argument; the walk follows it there.
    LoadsPickle,
    Class,
    ForeignClass,
    Function,
    Executor,
}

/// How dangerous it is that a pickle names something without calling it.
pub fn import(name: &Name) -> Danger {
    if name.module == EXTENSION || name.module == COMPUTED || name.name == COMPUTED {
        return Danger::ForeignClass;
    }
    match known(name) {
        // Importing runs the module, and these modules do something when they run.
        _ if name.module.ends_with(".__main__")
            || matches!(name.module.as_str(), "antigravity" | "this" | "idlelib.idle") =>
        {
            Danger::Executor
        }
        Known::Executor => Danger::Executor,
        _ => Danger::Harmless,
    }
}

pub(super) fn known(name: &Name) -> Known {
    let (module, attribute) = (name.module.as_str(), name.name.as_str());
    let top = module.split('.').next().unwrap_or_default();
    if has(HARMLESS, module, attribute) {
        return Known::Harmless;
    }
    if has(REBUILD, module, attribute) {
        return Known::Rebuild;
    }
    if attribute.contains('.') {
        return path(name, top);
    }
    match top {
        "builtins" => builtin(attribute),
        "numpy" if attribute == "_ufunc_reconstruct" => Known::ByName,
        "torch" if attribute == "_load_from_bytes" => Known::LoadsPickle,
        _ if has(EXECUTORS, module, attribute) || reaches_system(module, top) => Known::Executor,
        _ if LIBRARIES.contains(&top) => library(module, top, attribute),
        _ if stdlib::contains(top) => Known::Function,
        _ if module == EXTENSION || module == COMPUTED || attribute == COMPUTED => Known::Function,
        _ if is_class(attribute) => Known::ForeignClass,
        _ => Known::Function,
    }
}

/// A path of attributes: through nested classes it stays in its module, through anything else it leads out of it.
fn path(name: &Name, top: &str) -> Known {
    let nested = name.name.split('.').all(is_class);
    match nested {
        true if LIBRARIES.contains(&top) && !is_odd(&name.module) => Known::Class,
        true if !stdlib::contains(top) => Known::ForeignClass,
        _ if reaches_system(&name.module, top) => Known::Executor,
        _ if name.name.split('.').any(|part| SYSTEM.contains(&part)) => Known::Executor,
        _ => Known::Function,
    }
}

fn builtin(attribute: &str) -> Known {
    match attribute {
        "set" | "frozenset" | "list" | "dict" | "tuple" | "int" | "float" | "complex" | "bool" | "str" | "bytes"
        | "bytearray" | "slice" | "range" | "object" | "len" | "abs" | "round" | "NotImplementedType" => {
            Known::Harmless
        }
        "eval" | "exec" | "execfile" | "compile" | "open" | "file" | "__import__" | "getattr" | "setattr"
        | "delattr" | "globals" | "locals" | "vars" | "input" | "raw_input" | "breakpoint" | "apply" | "map"
        | "filter" | "reduce" | "type" | "__build_class__" | "exit" | "quit" | "reload" | "help" | "memoryview" => {
            Known::Executor
        }
        // Exceptions.
        _ if is_class(attribute) => Known::Harmless,
        _ => Known::Function,
    }
}

/// Names of a known library: classes and rebuild functions are what its pickles are made of.
fn library(module: &str, top: &str, attribute: &str) -> Known {
    if (top == "torch" && module == "torch" && is_torch_type(attribute)) || (top == "numpy" && is_numpy_type(attribute))
    {
        return Known::Harmless;
    }
    if is_odd(module) || (top == "torch" && !TORCH.iter().any(|part| is_within(module, part))) {
        return if REBUILD_PREFIXES.iter().any(|prefix| attribute.starts_with(prefix)) {
            Known::Rebuild
        } else {
            Known::Function
        };
    }
    let rebuilds = REBUILD_PREFIXES.iter().any(|prefix| attribute.starts_with(prefix));
    match attribute {
        _ if rebuilds => Known::Rebuild,
        _ if is_class(attribute) => Known::Class,
        _ => Known::Function,
    }
}

/// Scalar types of numpy are classes with small letters.
fn is_numpy_type(attribute: &str) -> bool {
    let stem = attribute.trim_end_matches(|c: char| c.is_ascii_digit() || c == '_');
    matches!(
        stem,
        "dtype"
            | "ndarray"
            | "matrix"
            | "recarray"
            | "record"
            | "float"
            | "int"
            | "uint"
            | "complex"
            | "bool"
            | "str"
            | "bytes"
            | "void"
            | "object"
            | "datetime"
            | "timedelta"
            | "longdouble"
            | "clongdouble"
            | "half"
            | "single"
            | "double"
            | "byte"
            | "ubyte"
            | "short"
            | "ushort"
            | "intc"
            | "uintc"
            | "longlong"
            | "ulonglong"
            | "poly"
            | "flatiter"
            | "string"
            | "unicode"
            | "long"
            | "ulong"
    )
}

fn is_torch_type(attribute: &str) -> bool {
    let stem = attribute.trim_end_matches(|c: char| c.is_ascii_digit() || c == '_');
    matches!(
        stem,
        "float"
            | "bfloat"
            | "half"
            | "double"
            | "int"
            | "uint"
            | "long"
            | "short"
            | "bool"
            | "complex"
            | "qint"
            | "quint"
            | "device"
            | "dtype"
            | "Size"
            | "strided"
            | "sparse_coo"
            | "per_tensor_affine"
            | "per_channel_affine"
            | "contiguous_format"
            | "channels_last"
            | "preserve_format"
            | "quint4x"
            | "quint2x"
            | "float8_e4m3fn"
            | "float8_e5m"
            | "cfloat"
            | "cdouble"
    ) || attribute.starts_with("float8_")
        || attribute.ends_with("Storage")
        || attribute.ends_with("Tensor")
}

/// A part of a library that is not for models: test helpers, build tools, loaders and compilers.
fn is_odd(module: &str) -> bool {
    module.split('.').any(|part| ODD.contains(&part))
}

fn reaches_system(module: &str, top: &str) -> bool {
    SYSTEM.contains(&top) || SYSTEM_MODULES.iter().any(|part| is_within(module, part))
}

fn is_within(module: &str, part: &str) -> bool {
    module.strip_prefix(part).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// By convention, classes begin with a capital letter, after any underscores.
fn is_class(attribute: &str) -> bool {
    !attribute.starts_with("__") && attribute.trim_start_matches('_').starts_with(char::is_uppercase)
}

/// The name that Python 3 loaders give to a module of Python 2.
pub(super) fn modern(module: &str) -> &str {
    match module {
        "__builtin__" | "exceptions" => "builtins",
        "copy_reg" => "copyreg",
        "cPickle" => "_pickle",
        "commands" => "subprocess",
        "UserDict" | "UserList" | "UserString" => "collections",
        "StringIO" | "cStringIO" => "io",
        other => other,
    }
}

/// The name that Python 3 loaders give to an attribute of a module of Python 2.
pub(super) fn modern_name<'a>(module: &str, name: &'a str) -> &'a str {
    match (module, name) {
        ("__builtin__", "xrange") => "range",
        ("__builtin__", "long") => "int",
        ("__builtin__", "unicode" | "unichr" | "basestring") => "str",
        _ => name,
    }
}

/// Stands for a module or name that is computed while loading.
pub(super) const COMPUTED: &str = "?";
/// The module that stands for the registry of extension codes: what a code means is not in the file.
pub(super) const EXTENSION: &str = "copyreg.extension";

#[cfg(test)]
mod tests {
    use super::*;

    fn of(module: &str, name: &str) -> Known {
        known(&Name { module: module.to_owned(), name: name.to_owned() })
    }

    #[test]
    fn names_are_told_apart() {
        for (module, name, expected) in [
            ("os", "system", Known::Executor),
            ("builtins", "eval", Known::Executor),
            ("builtins", "set", Known::Harmless),
            ("builtins", "ValueError", Known::Harmless),
            ("builtins", "print", Known::Function),
            ("collections", "OrderedDict", Known::Harmless),
            ("collections", "namedtuple", Known::Function),
            ("torch._utils", "_rebuild_tensor_v2", Known::Rebuild),
            ("torch", "FloatStorage", Known::Harmless),
            ("torch", "float32", Known::Harmless),
            ("torch.nn.modules.conv", "Conv2d", Known::Class),
            ("torch.package.package_importer", "PackageImporter", Known::Executor),
            ("torch.jit", "CompilationUnit", Known::Function),
            ("torch.fx.graph_module", "_exec_with_source", Known::Function),
            ("numpy", "float64", Known::Harmless),
            ("numpy", "load", Known::Executor),
            ("numpy", "log1p", Known::Function),
            ("numpy.core", "_ufunc_reconstruct", Known::ByName),
            ("sklearn.tree._classes", "DecisionTreeClassifier", Known::Class),
            ("sklearn.tree._tree", "__pyx_unpickle_Tree", Known::Rebuild),
            ("sklearn.utils._testing", "assert_run_python_script", Known::Function),
            ("torch.serialization", "os.system", Known::Executor),
            ("random", "_os.system", Known::Function),
            ("my.project", "Net", Known::ForeignClass),
            ("my.project", "make", Known::Function),
            ("my.project", "Outer.Inner", Known::ForeignClass),
            ("my.project", "Outer.method", Known::Function),
            ("copyreg.extension", "code1", Known::Function),
            ("transformers.configuration_utils", "PretrainedConfig.Inner", Known::Class),
        ] {
            assert_eq!(of(module, name), expected, "{module}.{name}");
        }
    }

    #[test]
    fn importing_alone_is_judged() {
        let danger = |module: &str, name: &str| import(&Name { module: module.to_owned(), name: name.to_owned() });
        assert_eq!(danger("os", "system"), Danger::Executor);
        assert_eq!(danger("pip.__main__", "x"), Danger::Executor);
        assert_eq!(danger("numpy", "log1p"), Danger::Harmless);
        assert_eq!(danger("__main__", "Net"), Danger::Harmless);
    }
}
