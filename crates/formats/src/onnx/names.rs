//! The operators that ONNX itself has, by domain, in all versions of it.

use std::{collections::HashSet, sync::LazyLock};

/// Whether an operator of this domain is ONNX's own.
pub fn is_known(domain: &str, name: &str) -> bool {
    match domain {
        "" | "ai.onnx" => DEFAULT_NAMES.contains(name),
        "ai.onnx.ml" => has(CLASSIC, name),
        "ai.onnx.training" | "ai.onnx.preview.training" => has(TRAINING, name),
        "ai.onnx.preview" => name == "FlexAttention",
        _ => false,
    }
}

fn has(names: &str, name: &str) -> bool {
    names.split_ascii_whitespace().any(|known| known == name)
}

static DEFAULT_NAMES: LazyLock<HashSet<&'static str>> = LazyLock::new(|| DEFAULT.split_ascii_whitespace().collect());

/// Those that were taken back, and those that runtimes take for ONNX's, too.
const DEFAULT: &str = "
ATen Abs Acos Acosh Add Affine AffineGrid And ArgMax ArgMin Asin Asinh Atan Atanh Attention AveragePool
BatchNormalization BatchNormalization_TRT Bernoulli BitCast BitShift BitwiseAnd BitwiseNot BitwiseOr BitwiseXor
BlackmanWindow Caffe2ConvTranspose Cast CastLike CausalConvWithState Ceil Celu CenterCropPad Clip Col2Im Compress
Concat ConcatFromSequence Constant ConstantFill ConstantOfShape Conv ConvInteger ConvTranspose Cos Cosh Crop CumProd
CumSum DFT DeformConv DepthToSpace DequantizeLinear Det DisentangledAttention_TRT Div Dropout DynamicQuantizeLinear
DynamicSlice EfficientNMS_TRT Einsum Elu Equal Erf Exp Expand ExperimentalDetectronDetectionOutput EyeLike Flatten
Floor GRU GRUUnit Gather GatherElements GatherND Gelu Gemm GivenTensorFill GlobalAveragePool GlobalLpPool
GlobalMaxPool Greater GreaterOrEqual GridSample GroupNormalization HammingWindow HannWindow HardSigmoid HardSwish
Hardmax Identity If ImageDecoder ImageScaler InstanceNormalization IsInf IsNaN LRN LSTM LayerNormalization LeakyRelu
Less LessOrEqual LinearAttention Log LogSoftmax Loop LoopIndexTensor LpNormalization LpPool MatMul MatMulInteger Max
MaxPool MaxRoiPool MaxUnpool Mean MeanSubtraction MeanVarianceNormalization MelWeightMatrix MemcpyFromHost
MemcpyToHost Min Mish Mod Mul MultilevelCropAndResize_TRT Multinomial Neg NegativeLogLikelihoodLoss NonMaxSuppression
NonZero Not OneHot Optional OptionalGetElement OptionalHasElement Or PRelu Pad ParametricSoftplus Pow
PyramidROIAlign_TRT QLinearConv QLinearMatMul QuantizeLinear RMSNormalization RNN RandomNormal RandomNormalLike
RandomUniform RandomUniformLike Range Reciprocal ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean
ReduceMin ReduceProd ReduceSum ReduceSumSquare RegexFullMatch Relu Reshape Resize ReverseSequence RoiAlign
RotaryEmbedding Round STFT Scale ScaledTanh Scan Scatter ScatterElements ScatterND Selu SequenceAt SequenceConstruct
SequenceEmpty SequenceErase SequenceInsert SequenceLength SequenceMap Shape Shrink Sigmoid Sign
SimplifiedLayerNormalization Sin Sinh Size Slice Softmax SoftmaxCrossEntropyLoss Softplus Softsign SpaceToDepth Split
SplitToSequence Sqrt Squeeze StringConcat StringNormalizer StringSplit Sub Sum SwiGLU Swish Tan Tanh TensorScatter
TfIdfVectorizer ThresholdedRelu Tile TopK Transpose Trilu Unique Unsqueeze Upsample Where Xor";

const CLASSIC: &str = "
ArrayFeatureExtractor Binarizer CastMap CategoryMapper DictVectorizer FeatureVectorizer Imputer LabelEncoder
LinearClassifier LinearRegressor Normalizer OneHotEncoder SVMClassifier SVMRegressor Scaler TreeEnsemble
TreeEnsembleClassifier TreeEnsembleRegressor ZipMap";

const TRAINING: &str = "Adagrad Adam Gradient GraphCall Momentum";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_are_known_in_their_domain() {
        assert!(is_known("", "MatMul") && is_known("ai.onnx", "ATen") && is_known("ai.onnx.ml", "ZipMap"));
        assert!(!is_known("", "matmul") && !is_known("ai.onnx.ml", "MatMul") && !is_known("com.microsoft", "Gelu"));
    }
}
