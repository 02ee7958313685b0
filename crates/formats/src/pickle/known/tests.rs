//! Names of every kind, and their near misses.

use super::*;

fn of(module: &str, name: &str) -> Known {
    known(&Name { module: module.to_owned(), name: name.to_owned() })
}

#[test]
fn the_tables_are_sorted() {
    assert!(LIBRARIES.is_sorted() && ODD.is_sorted() && LOADERS.is_sorted() && TORCH.is_sorted());
    assert!(libraries::ACTING.is_sorted() && stdlib::ACTING.is_sorted());
    for table in TABLES {
        // What is harmless stands before what acts; both are sorted.
        let acts = table.partition_point(|entry| entry.1 != Known::Executor);
        for part in [table.get(..acts), table.get(acts..)].into_iter().flatten() {
            assert!(part.is_sorted_by_key(|entry| entry.0), "{part:?}");
            assert!(part.iter().all(|entry| entry.2.is_sorted()), "{part:?}");
        }
    }
}

#[test]
fn names_are_told_apart() {
    for (module, name, expected) in [
        ("os", "system", Known::Executor),
        ("os", "stat_result", Known::Harmless),
        ("builtins", "eval", Known::Executor),
        ("builtins", "set", Known::Harmless),
        ("builtins", "ValueError", Known::Harmless),
        ("builtins", "print", Known::Denied),
        ("builtins", "type", Known::TypeOf),
        ("collections", "OrderedDict", Known::Harmless),
        ("collections", "namedtuple", Known::Denied),
        ("_io", "BytesIO", Known::Harmless),
        ("_io", "FileIO", Known::Executor),
        ("subprocess", "Popen", Known::Executor),
        ("subprocess", "CompletedProcess", Known::Executor),
        ("cmd", "Cmd", Known::Denied),
        ("logging", "Formatter", Known::Harmless),
        ("logging", "FileHandler", Known::Executor),
        ("logging.handlers", "SocketHandler", Known::Executor),
        ("signal", "SIGINT", Known::Harmless),
        ("signal", "signal", Known::Denied),
        ("typing", "Optional", Known::Harmless),
        ("typing", "ForwardRef", Known::Denied),
        ("random", "_os.system", Known::Denied),
        ("torch._utils", "_rebuild_tensor_v2", Known::Rebuild),
        ("torch._tensor", "_rebuild_from_type_v2", Known::Applies),
        ("torch", "FloatStorage", Known::Harmless),
        ("torch", "float32", Known::Harmless),
        ("torch", "load", Known::Executor),
        ("torch.nn.modules.conv", "Conv2d", Known::Class),
        ("torch.package.package_importer", "PackageImporter", Known::Executor),
        ("torch.jit", "CompilationUnit", Known::Denied),
        ("torch.fx.graph_module", "_exec_with_source", Known::Denied),
        ("torch.fx.graph_module", "GraphModule", Known::Denied),
        ("torch.serialization", "os.system", Known::Executor),
        ("torch.utils.tensorboard.writer", "SummaryWriter", Known::Denied),
        ("numpy", "float64", Known::Harmless),
        ("numpy", "load", Known::Executor),
        ("numpy", "log1p", Known::LibraryFunction),
        ("numpy", "memmap", Known::Opens),
        ("numpy.core", "_ufunc_reconstruct", Known::ByName),
        ("sklearn.tree._classes", "DecisionTreeClassifier", Known::Class),
        ("sklearn.exceptions", "NotFittedError", Known::Error),
        ("sklearn.tree._tree", "__pyx_unpickle_Tree", Known::Made),
        ("sklearn.utils._testing", "assert_run_python_script", Known::Denied),
        ("scipy.sparse._csr", "csr_matrix", Known::LibraryFunction),
        ("joblib.memory", "Memory", Known::LibraryFunction),
        ("torchvision.datasets.mnist", "MNIST", Known::LibraryFunction),
        ("__torch__.net", "Net", Known::Class),
        ("my.project", "__pyx_unpickle_Thing", Known::Made),
        ("my.project", "_rebuild_thing", Known::ForeignRebuild),
        ("my.project", "Thing._unpickle", Known::ForeignRebuild),
        ("my.project", "unpickle_file", Known::Function),
        ("my.project", "_rebuilder", Known::Function),
        ("my.project", "Net", Known::ForeignClass),
        ("my.project", "make", Known::Function),
        ("my.project", "Outer.Inner", Known::ForeignClass),
        ("my.project", "Outer.method", Known::Function),
        ("my.project", "module.Popen", Known::Denied),
        ("my.project", "Outer.__new__", Known::Created),
        ("subprocess", "Popen.__new__", Known::Executor),
        ("scipy.spatial.kdtree", "KDTree.leafnode", Known::LibraryFunction),
        ("code.model", "Net", Known::ForeignClass),
        ("code", "InteractiveInterpreter", Known::Executor),
        ("copyreg.extension", "code1", Known::Denied),
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
    assert_eq!(danger("copyreg.extension", "code7"), Danger::ForeignCall);
}
