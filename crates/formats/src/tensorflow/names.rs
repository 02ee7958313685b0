//! Which operators TensorFlow brings: a table of names, and the families whose members are too many to list.

use std::{collections::HashSet, sync::LazyLock};

/// Whether TensorFlow, or an extension of it that many models need, has an operator of this name.
pub fn is_known(operator: &str) -> bool {
    OPERATORS.contains(operator)
        || FAMILIES.iter().any(|family| operator.starts_with(family))
        || SUFFIXES.iter().any(|suffix| operator.ends_with(suffix))
}

static OPERATORS: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("operators.txt").split_ascii_whitespace().collect());

/// How the names of large families begin; those of the extensions for text, decision forests and images too.
const FAMILIES: &[&str] = &[
    "_",
    "Quantized",
    "Uniform",
    "Sparse",
    "Ragged",
    "Resource",
    "Stateless",
    "TPU",
    "Xla",
    "Tensor",
    "Experimental",
    "LoadAllTPUEmbedding",
    "LoadTPUEmbedding",
    "RetrieveTPUEmbedding",
    "Collective",
    "Nccl",
    "BoostedTrees",
    "Batch",
    "TFText>",
    "Text>",
    "Sentencepiece",
    "Sentence",
    "Wordpiece",
    "SimpleML",
    "Addons>",
    "IO>",
    "Examples",
    "TFLite_",
];

const SUFFIXES: &[&str] =
    &["Dataset", "DatasetV2", "DatasetV3", "DatasetV4", "TokenizeWithOffsets", "UTF8", "UTF8WithOffsetsMap"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_are_known_by_name_and_family() {
        for name in ["MatMul", "SaveV2", "RestoreV2", "PyFunc", "TFRecordDatasetV2", "_FusedMatMul", "TFText>ByteSplit"]
        {
            assert!(is_known(name), "{name}");
        }
        for name in ["Matmul", "EvilOp", "PyCall", "", "com.evil>Op"] {
            assert!(!is_known(name), "{name}");
        }
        assert!(OPERATORS.len() > 1000);
    }
}
