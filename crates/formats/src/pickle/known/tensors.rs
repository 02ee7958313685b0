//! What is known about names of `torch`, `tensorflow`, `keras` and what is built on them.

use super::{
    Known::{Applies, Class, Executor, Harmless, LoadsPickle, Made, Rebuild},
    Table,
};

pub(super) const NAMES: Table = &[
    ("torch", Class, &["ScriptObject"]),
    ("torch", Harmless, &["Generator"]),
    (
        "torch._C",
        Class,
        &["ScriptObject", "TensorBase", "_TensorBase", "_VariableFunctions", "_VariableFunctionsClass"],
    ),
    ("torch._C", Harmless, &["Generator"]),
    ("torch._tensor", Applies, &["_rebuild_from_type", "_rebuild_from_type_v2"]),
    ("torch._utils", Made, &["_rebuild_wrapper_subclass"]),
    ("torch._utils", Rebuild, &["_rebuild_*"]),
    (
        "torch.jit._pickle",
        Rebuild,
        &[
            "build_boollist",
            "build_doublelist",
            "build_intlist",
            "build_tensor_from_id",
            "build_tensorlist",
            "restore_type_tag",
        ],
    ),
    ("torch.multiprocessing.reductions", Rebuild, &["rebuild_tensor"]),
    ("torch.nn.parameter", Rebuild, &["Buffer", "Parameter", "UninitializedParameter"]),
    ("torch.serialization", Rebuild, &["_get_layout"]),
    ("torch.storage", LoadsPickle, &["_load_from_bytes"]),
    ("torch.storage", Rebuild, &["TypedStorage", "UntypedStorage", "_TypedStorage", "_UntypedStorage"]),
    ("torch.torch_version", Harmless, &["TorchVersion"]),
    // Names that run code or reach files in modules that do not otherwise.
    ("keras.models", Executor, &["load_model"]),
    ("keras.utils", Executor, &["get_file"]),
    ("tensorflow.keras.models", Executor, &["load_model"]),
    ("torch", Executor, &["compile", "load", "save"]),
    ("torch.serialization", Executor, &["load", "save"]),
    ("transformers", Executor, &["pipeline"]),
];
