//! Types of numbers and tensors: classes that are written with small letters.

/// Whether a name is a type of numbers, tensors or storages of a library.
pub(super) fn is_data_type(module: &str, top: &str, attribute: &str) -> bool {
    let stem = attribute.trim_end_matches(|c: char| c.is_ascii_digit() || c == '_');
    let listed = |names: &[&str]| names.binary_search(&stem).is_ok() || names.binary_search(&attribute).is_ok();
    match top {
        "numpy" => listed(NUMPY),
        "torch" if module == "torch" || module == "torch.cuda" => {
            listed(TORCH)
                || attribute.starts_with("float8_")
                || attribute.ends_with("Storage")
                || attribute.ends_with("Tensor")
        }
        _ => false,
    }
}

const NUMPY: &[&str] = &[
    "bool",
    "byte",
    "bytes",
    "clongdouble",
    "complex",
    "datetime",
    "double",
    "dtype",
    "flatiter",
    "float",
    "half",
    "int",
    "intc",
    "long",
    "longdouble",
    "longlong",
    "matrix",
    "ndarray",
    "object",
    "poly1d",
    "recarray",
    "record",
    "short",
    "single",
    "str",
    "string",
    "timedelta",
    "ubyte",
    "uint",
    "uintc",
    "ulong",
    "ulonglong",
    "unicode",
    "ushort",
    "void",
];

const TORCH: &[&str] = &[
    "Size",
    "bfloat",
    "bool",
    "cdouble",
    "cfloat",
    "channels_last",
    "channels_last_3d",
    "complex",
    "contiguous_format",
    "device",
    "double",
    "dtype",
    "float",
    "half",
    "int",
    "jagged",
    "layout",
    "long",
    "memory_format",
    "per_channel_affine",
    "per_channel_affine_float_qparams",
    "per_channel_symmetric",
    "per_tensor_affine",
    "per_tensor_symmetric",
    "preserve_format",
    "qint",
    "qscheme",
    "quint",
    "quint2x",
    "quint4x",
    "short",
    "sparse_bsc",
    "sparse_bsr",
    "sparse_coo",
    "sparse_csc",
    "sparse_csr",
    "strided",
    "uint",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_told_from_functions() {
        assert!(NUMPY.is_sorted() && TORCH.is_sorted());
        for (module, name) in [
            ("numpy", "float64"),
            ("numpy", "str_"),
            ("numpy", "poly1d"),
            ("torch", "bfloat16"),
            ("torch", "quint4x2"),
            ("torch", "float8_e4m3fn"),
            ("torch", "HalfStorage"),
            ("torch.cuda", "FloatTensor"),
        ] {
            let top = module.split('.').next().unwrap();
            assert!(is_data_type(module, top, name), "{module}.{name}");
        }
        assert!(!is_data_type("numpy", "numpy", "load") && !is_data_type("torch", "torch", "load"));
        assert!(!is_data_type("torch.hub", "torch", "DoubleTensor"));
    }
}
