//! What is known of the operators of torch: which name spaces only compute, and which operators in them reach further.

use super::Does;

/// What an operator does besides computing; `None` if nothing.
pub(crate) fn judge(space: &str, name: &str) -> Option<Does> {
    if let Some((.., does)) = ACTS.iter().find(|(of, names, _)| (*of == space || *of == "*") && names.contains(&name)) {
        return Some(*does);
    }
    match space {
        _ if EXECUTES.contains(&space) => Some(Does::Reaches),
        _ if COMPUTES.contains(&space) => None,
        _ => Some(Does::Custom),
    }
}

/// Whether a function of Python that a graph names works on numbers only.
pub(crate) fn is_number_function(target: &str) -> bool {
    let (module, name) = target.rsplit_once('.').unwrap_or(("", target));
    match module {
        "math" | "higher_order" => true,
        "operator" | "_operator" => {
            !matches!(name, "attrgetter" | "methodcaller" | "call" | "itemgetter" | "setitem" | "delitem")
        }
        "builtins" => matches!(
            name,
            "abs" | "bool" | "float" | "int" | "len" | "max" | "min" | "pow" | "round" | "sum" | "getattr"
        ),
        _ => false,
    }
}

/// Operators that do more than compute, by name space; `*` is any.
const ACTS: &[(&str, &[&str], Does)] = &[
    ("aten", &["from_file", "save", "load", "_save", "_load", "from_file_out"], Does::Reaches),
    ("image", &["read_file", "write_file"], Does::Reaches),
    ("prim", &["rpc_async", "rpc_sync", "rpc_remote"], Does::Reaches),
    ("torchvision", &["read_file", "write_file"], Does::Reaches),
    ("*", &["read_file", "write_file", "load_library", "system", "exec", "popen"], Does::Reaches),
];

/// Name spaces that are about files and other machines.
const EXECUTES: &[&str] =
    &["rpc", "sox_io", "torchaudio_sox", "video_reader", "torchaudio_ffmpeg", "c10d", "tensorpipe"];

const COMPUTES: &[&str] = &[
    "aten",
    "prim",
    "prims",
    "prepacked",
    "quantized",
    "quantized_decomposed",
    "_quantized",
    "sparse",
    "onednn",
    "mkldnn",
    "mkldnn_prepacked",
    "metal_prepack",
    "metal",
    "vulkan_prepack",
    "vulkan",
    "xnnpack",
    "torchvision",
    "image",
    "torchaudio",
    "torchtext",
    "text",
    "_caffe2",
    "caffe2",
    "fbgemm",
    "inductor",
    "triton",
    "profiler",
    "cuda",
    "mps",
    "_nnapi",
    "dnnlowp",
    "higher_order",
    "rngprims",
    "nvprims",
    "c10d_functional",
    "_c10d_functional",
    "symm_mem",
    "export",
    "streams",
    "torch_cluster",
    "torch_scatter",
    "torch_sparse",
    "torch_spline_conv",
    "pyg",
    "xformers",
    "flash_attn",
    "torchao",
    "tensorrt",
    "ipex",
    "torch_ipex",
    "neuron",
    "torch_xla",
    "rnn",
    "backends",
    "_test",
    "static_runtime",
    "fb",
    "bundled_inputs",
    "dist_autograd",
];
