//! What is known of the names in a Keras configuration: which objects only compute, which reach files, and which load more.

use palisade_formats::pickle::{Danger, Name, name_danger};

use super::Does;

/// Whether a name stands for a class or for a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Keras makes an object of it.
    Class,
    /// Keras hands it on to something that calls it.
    Function,
}

/// What Keras does when a configuration names an object; `None` if it only computes.
///
/// `registered` is the name under which a package has registered it: `Package>Name`.
pub(crate) fn judge(module: Option<&str>, name: &str, registered: Option<&str>, kind: Kind) -> Option<Does> {
    let module = module.unwrap_or_default();
    let top = module.split('.').next().unwrap_or_default();
    let is_keras = is_keras(module);
    let acts = ACTS.iter().find(|(act, _)| *act == name).map(|(_, does)| *does);
    match acts {
        Some(does) if is_keras || matches!(top, "" | "builtins") => return Some(does),
        _ => {}
    }
    match top {
        "" => registered_as(registered.filter(|name| name.contains('>')).unwrap_or(name)),
        _ if is_keras => of_keras(module, name, kind),
        // Functions of the user are written as if they were of this module.
        "builtins" => match danger(module, name) {
            Danger::Executor => Some(Does::Executes),
            _ => None,
        },
        "tensorflow" | "tf" => of_tensorflow(module, name, kind),
        _ => match danger(module, name) {
            Danger::Executor => Some(Does::Executes),
            Danger::Function => Some(Does::Calls),
            Danger::ForeignClass | Danger::ForeignCall => Some(Does::Custom),
            Danger::Class | Danger::Harmless => None,
        },
    }
}

/// What a layer does that calls a function of TensorFlow by its name, such as `math.add`.
pub(crate) fn tensorflow_operation(path: &str) -> Option<Does> {
    let name = path.rsplit('.').next().unwrap_or_default();
    // Names of raw operators are written in capitals: `ReadFile`.
    let plain: String = name.chars().filter(|c| *c != '_').collect::<String>().to_lowercase();
    let is = |names: &[&str]| names.contains(&plain.as_str());
    match () {
        () if is(TENSORFLOW_EXECUTES) => Some(Does::Executes),
        () if is(TENSORFLOW_REACHES) || path.split('.').any(|part| part == "gfile") => Some(Does::Reaches),
        () => None,
    }
}

/// Whether a class is one of those that build a table from a vocabulary, which may be the path of a file.
pub(crate) fn looks_up(class: &str) -> bool {
    let class = class.rsplit('>').next().unwrap_or_default();
    matches!(class, "StringLookup" | "IntegerLookup" | "IndexLookup" | "TextVectorization")
        || class.ends_with("Tokenizer") && class != "Tokenizer"
}

/// Whether Keras brings a class or function of this name, in any of its versions.
pub(crate) fn is_built_in(name: &str) -> bool {
    BUILT_IN.binary_search(&name).is_ok()
}

/// Whether a module belongs to Keras or to one of the libraries of its authors.
pub(crate) fn is_keras(module: &str) -> bool {
    let inside =
        |package: &str| module.strip_prefix(package).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    PACKAGES.iter().any(|package| inside(package))
}

fn danger(module: &str, name: &str) -> Danger {
    name_danger(&Name { module: module.to_owned(), name: name.to_owned() })
}

fn of_keras(module: &str, name: &str, kind: Kind) -> Option<Does> {
    let is_class = name.trim_start_matches('_').starts_with(char::is_uppercase);
    let computes = module.split('.').any(|part| COMPUTES.contains(&part));
    match kind {
        Kind::Class if is_class => module.split('.').any(|part| part == "callbacks").then_some(Does::Custom),
        _ if computes || HARMLESS.contains(&name) || is_built_in(name) => None,
        _ => Some(Does::Calls),
    }
}

fn of_tensorflow(module: &str, name: &str, kind: Kind) -> Option<Does> {
    tensorflow_operation(&format!("{module}.{name}")).or_else(|| match danger(module, name) {
        Danger::Executor => Some(Does::Executes),
        _ if kind == Kind::Class || module.contains(".ops") || TENSORFLOW_COMPUTES.contains(&module) => None,
        _ => Some(Does::Calls),
    })
}

/// A name without a module: of Keras itself, or registered by a package.
fn registered_as(name: &str) -> Option<Does> {
    match name.split_once('>') {
        Some((package, _)) if REGISTERED.contains(&package) => None,
        None if name.starts_with("__") || is_built_in(name) => None,
        _ => Some(Does::Custom),
    }
}

const PACKAGES: &[&str] = &[
    "keras",
    "keras_core",
    "keras_cv",
    "keras_hub",
    "keras_nlp",
    "keras_rs",
    "tf_keras",
    "tensorflow.keras",
    "tensorflow.python.keras",
    "tensorflow.compat.v1.keras",
    "tensorflow.compat.v2.keras",
    "tf.keras",
];

/// Packages whose registered classes come with a known library.
const REGISTERED: &[&str] = &[
    "Addons",
    "TensorFlow",
    "keras",
    "keras_core",
    "keras_cv",
    "keras_hub",
    "keras_nlp",
    "keras_rs",
    "Vision",
    "Text",
];

/// Objects of Keras that do more than compute, and what.
const ACTS: &[(&str, Does)] = &[
    ("TorchModuleWrapper", Does::Executes),
    ("FlaxLayer", Does::Custom),
    ("JaxLayer", Does::Custom),
    ("TFSMLayer", Does::Reaches),
    ("KerasFileEditor", Does::Reaches),
    ("audio_dataset_from_directory", Does::Reaches),
    ("clone_model", Does::Calls),
    ("deserialize_keras_object", Does::Executes),
    ("enable_unsafe_deserialization", Does::Executes),
    ("func_load", Does::Executes),
    ("get_file", Does::Reaches),
    ("get_json", Does::Reaches),
    ("image_dataset_from_directory", Does::Reaches),
    ("load_data", Does::Reaches),
    ("load_img", Does::Reaches),
    ("load_model", Does::Executes),
    ("load_weights", Does::Reaches),
    ("model_from_config", Does::Executes),
    ("model_from_json", Does::Executes),
    ("model_from_yaml", Does::Executes),
    ("plot_model", Does::Reaches),
    ("save_img", Does::Reaches),
    ("save_model", Does::Reaches),
    ("save_weights", Does::Reaches),
    ("set_backend", Does::Calls),
    ("text_dataset_from_directory", Does::Reaches),
];

/// Parts of Keras whose functions only compute.
const COMPUTES: &[&str] = &[
    "activations",
    "constraints",
    "image",
    "initializers",
    "layers",
    "linalg",
    "losses",
    "math",
    "metrics",
    "nn",
    "numpy",
    "ops",
    "optimizers",
    "quantizers",
    "random",
    "regularizers",
    "schedules",
];

/// Functions elsewhere in Keras that only compute.
const HARMLESS: &[&str] = &["normalize", "pad_sequences", "preprocess_input", "decode_predictions", "to_categorical"];

const TENSORFLOW_COMPUTES: &[&str] = &[
    "tensorflow",
    "tensorflow.math",
    "tensorflow.nn",
    "tensorflow.linalg",
    "tensorflow.image",
    "tensorflow.signal",
    "tensorflow.strings",
    "tensorflow.random",
];

const TENSORFLOW_EXECUTES: &[&str] = &[
    "pyfunc",
    "pyfunction",
    "pyfuncstateless",
    "eagerpyfunc",
    "numpyfunction",
    "loadlibrary",
    "loadoplibrary",
    "loadfilesystemlibrary",
    "importgraphdef",
];

const TENSORFLOW_REACHES: &[&str] = &[
    "readfile",
    "writefile",
    "matchingfiles",
    "wholefilereader",
    "save",
    "savev2",
    "saveslices",
    "restore",
    "restorev2",
    "restoreslice",
    "printv2",
    "textlinereader",
    "textlinedataset",
    "fixedlengthrecordreader",
    "tfrecordreader",
    "tfrecorddataset",
    "initializetablefromtextfile",
    "writesummary",
    "loadmodel",
    "mergev2checkpoints",
    "copyfile",
    "deletefile",
];

/// Classes that Keras brings, in any of its versions, sorted: configurations of old versions name no module.
#[rustfmt::skip]
const BUILT_IN: &[&str] = &[
    "AUC", "AWQConfig", "AWQDTypePolicy", "Abs", "AbsMaxQuantizer", "AbstractRNNCell", "Accuracy", "Activation",
    "ActivityRegularization", "ActivityRegularizer", "Adadelta", "AdadeltaV2", "Adafactor", "Adagrad",
    "AdagradDAOptimizer", "Adam", "AdamW", "Adamax", "AdaptiveAveragePooling1D", "AdaptiveAveragePooling2D",
    "AdaptiveAveragePooling3D", "AdaptiveMaxPooling1D", "AdaptiveMaxPooling2D", "AdaptiveMaxPooling3D", "Add",
    "AdditiveAttention", "All", "AlphaDropout", "Any", "Arange", "Argmax", "Argmin", "AtrousConvolution1D",
    "AtrousConvolution2D", "Attention", "AugMix", "AutoContrast", "Average", "AveragePooling1D", "AveragePooling2D",
    "AveragePooling3D", "AvgPool1D", "AvgPool2D", "AvgPool3D", "BatchNormalization", "BatchNormalizationV1",
    "BatchNormalizationV2", "Bidirectional", "BinaryAccuracy", "BinaryCrossentropy", "BinaryFocalCrossentropy",
    "BinaryIoU", "BroadcastTo", "CTC", "CTCDecoder", "Cast", "CategoricalAccuracy", "CategoricalCrossentropy",
    "CategoricalCrossentropyLoss", "CategoricalFocalCrossentropy", "CategoricalGeneralizedCrossEntropy",
    "CategoricalHinge", "CategoryEncoding", "Ceil", "CenterCrop", "Circle", "ClassMethod", "Clip", "Concatenate",
    "ConcordanceCorrelation", "Constant", "ConstantV2", "Constraint", "ContrastLimitedAdaptiveHistogramEqualization",
    "Conv1D", "Conv1DTranspose", "Conv2D", "Conv2DTranspose", "Conv3D", "Conv3DTranspose", "ConvLSTM1D", "ConvLSTM2D",
    "ConvLSTM2DCell", "ConvLSTM3D", "ConvRNN2D", "Convolution1D", "Convolution1DTranspose", "Convolution2D",
    "Convolution2DTranspose", "Convolution3D", "Convolution3DTranspose", "Cos", "CosineDecay", "CosineDecayRestarts",
    "CosineSimilarity", "Cropping1D", "Cropping2D", "Cropping3D", "CuDNNGRU", "CuDNNLSTM", "Cumprod", "Cumsum",
    "CutMix", "DTypePolicy", "DTypePolicyMap", "Deconvolution2D", "Deconvolution3D", "Dense", "DenseFeatures",
    "DenseHashTable", "DepthwiseConv1D", "DepthwiseConv2D", "Dice", "Discretization", "Divide", "Dot", "Dropout",
    "DropoutRNNCellMixin", "ELU", "Einsum", "EinsumDense", "Elu", "Embedding", "Equal", "Equalization", "Erf", "Exp",
    "ExpandDims", "ExperimentalRunner", "ExponentialDecay", "F1Score", "FBetaScore", "FalseNegatives",
    "FalsePositives", "FeatureSpace", "Flatten", "Flip", "Float8QuantizationConfig", "FloatDTypePolicy", "Floor",
    "Ftrl", "FtrlV1", "Full", "Functional", "GPTQConfig", "GPTQDTypePolicy", "GRU", "GRUCell", "GRUCellV2", "GRUV1",
    "GRUV2", "GaussianDropout", "GaussianNoise", "Gelu", "GetItem", "GlobalAveragePooling1D",
    "GlobalAveragePooling2D", "GlobalAveragePooling3D", "GlobalAvgPool1D", "GlobalAvgPool2D", "GlobalAvgPool3D",
    "GlobalMaxPool1D", "GlobalMaxPool2D", "GlobalMaxPool3D", "GlobalMaxPooling1D", "GlobalMaxPooling2D",
    "GlobalMaxPooling3D", "GlorotNormal", "GlorotNormalV2", "GlorotUniform", "GradientDescent", "Greater",
    "GreaterEqual", "GroupNormalization", "GroupQueryAttention", "HardSigmoid", "HardSilu", "HashedCrossing",
    "Hashing", "HeNormal", "HeNormalV2", "HeUniform", "Highway", "Hinge", "Huber", "Identity", "IdentityInitializer",
    "IdentityV2", "Initializer", "InputLayer", "InputSpec", "InstanceMethod", "InstanceProperty", "Int4DTypePolicy",
    "Int4QuantizationConfig", "Int8QuantizationConfig", "IntegerLookup", "InverseTimeDecay", "IoU", "KLDivergence",
    "KerasTensor", "L1", "L1L2", "L2", "LSTM", "LSTMCell", "LSTMCellV2", "LSTMV1", "LSTMV2", "Lamb", "Lambda",
    "Layer", "LayerNormalization", "LeakyReLU", "LeakyRelu", "LearningRateSchedule", "LecunNormal", "LecunUniform",
    "Less", "LessEqual", "LinearModel", "Lion", "LocallyConnected1D", "LocallyConnected2D", "Log", "LogCosh",
    "LogCoshError", "LogSigmoid", "LogicalAnd", "LogicalNot", "LogicalOr", "Logsumexp", "Loss", "LossFunctionWrapper",
    "LossScaleOptimizer", "LossScaleOptimizerV3", "Masking", "Matmul", "Max", "MaxNorm", "MaxNumBoundingBoxes",
    "MaxPool1D", "MaxPool2D", "MaxPool3D", "MaxPooling1D", "MaxPooling2D", "MaxPooling3D", "Maximum", "MaxoutDense",
    "Mean", "MeanAbsoluteError", "MeanAbsolutePercentageError", "MeanIoU", "MeanMetricWrapper", "MeanRelativeError",
    "MeanSquaredError", "MeanSquaredLogarithmicError", "MeanTensor", "MelSpectrogram", "Merge", "Metric", "Min",
    "MinMaxNorm", "Minimum", "MixUp", "Mod", "Model", "MultiHeadAttention", "MultiOptimizer", "Multiply", "Muon",
    "Nadam", "Negative", "Network", "NonFusedAdam", "NonFusedAdamV2", "NonNeg", "NoneTensorSpec", "Norm",
    "Normalization", "NotEqual", "OneHot", "OneHotIoU", "OneHotMeanIoU", "Ones", "OnesLike", "OnesV2", "Operation",
    "Optimizer", "OptimizerMap", "Orthogonal", "OrthogonalInitializer", "OrthogonalRegularizer", "OrthogonalV2",
    "PReLU", "Pad", "PearsonCorrelation", "PeepholeLSTMCell", "Permute", "PiecewiseConstantDecay", "Pipeline",
    "Poisson", "Policy", "PolicyV1", "PolynomialDecay", "Power", "Precision", "PrecisionAtRecall", "Prod",
    "QuantizationConfig", "QuantizedDTypePolicy", "QuantizedFloat8DTypePolicy", "Quantizer", "R2Score",
    "RMSNormalization", "RMSprop", "RNN", "RadialConstraint", "RaggedTensorSpec", "RandAugment", "RandomBrightness",
    "RandomColorDegeneration", "RandomColorJitter", "RandomContrast", "RandomCrop", "RandomElasticTransform",
    "RandomErasing", "RandomFlip", "RandomFourierFeatures", "RandomGaussianBlur", "RandomGrayscale", "RandomHeight",
    "RandomHue", "RandomInvert", "RandomLayer", "RandomNormal", "RandomNormalV2", "RandomPerspective",
    "RandomPosterization", "RandomRotation", "RandomSaturation", "RandomSharpness", "RandomShear",
    "RandomTranslation", "RandomUniform", "RandomUniformV2", "RandomWidth", "RandomZoom", "ReLU", "Recall",
    "RecallAtPrecision", "RectifiedAdam", "Regularizer", "Relu", "Relu6", "Repeat", "RepeatVector", "Rescaling",
    "Reshape", "Resizing", "ReversibleEmbedding", "Roll", "RootMeanSquaredError", "Round", "SGD", "SGDW", "STFT",
    "STFTInitializer", "STFTSpectrogram", "ScheduleFreeAdamW", "SeedGenerator", "Selu", "SensitivityAtSpecificity",
    "SeparableConv1D", "SeparableConv1DTranspose", "SeparableConv2D", "SeparableConv2DTranspose",
    "SeparableConvolution1D", "SeparableConvolution2D", "Sequential", "Sigmoid", "Sign", "Silu", "SimpleRNN",
    "SimpleRNNCell", "Sin", "SlicingOpLambda", "Softmax", "Softplus", "Softsign", "Solarization", "Sort",
    "SparseCategoricalAccuracy", "SparseCategoricalCrossentropy", "SparseTensorSpec", "SparseTopKCategoricalAccuracy",
    "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "SpecificityAtSensitivity", "SpectralNormalization",
    "Split", "Sqrt", "Square", "SquaredHinge", "Squeeze", "Stack", "StackedRNNCells", "StringLookup", "Subtract",
    "Sum", "SumOverBatchSize", "SumOverBatchSizeMetricWrapper", "SyncBatchNormalization", "TFClassMethod",
    "TFOpLambda", "Take", "Tanh", "TensorFlowOpLayer", "TensorShape", "TensorSpec", "Tensordot",
    "TextGenerationModel", "TextVectorization", "ThresholdedReLU", "Tile", "TimeDistributed", "TimeDistributedDense",
    "Tokenizer", "TopK", "TopKCategoricalAccuracy", "Transpose", "TrueDivide", "TrueNegatives", "TruePositives",
    "TruncatedNormal", "TruncatedNormalV2", "Tversky", "TypeSpec", "UnitNorm", "UnitNormalization", "UpSampling1D",
    "UpSampling2D", "UpSampling3D", "Variable", "VarianceScaling", "VarianceScalingV2", "WeightNormalization",
    "WeightRegularizer", "Where", "WideDeepModel", "Wrapper", "ZeroPadding", "ZeroPadding1D", "ZeroPadding2D",
    "ZeroPadding3D", "Zeros", "ZerosLike", "ZerosV2", "binary_accuracy", "binary_crossentropy",
    "binary_focal_crossentropy", "categorical_accuracy", "categorical_crossentropy", "categorical_focal_crossentropy",
    "categorical_generalized_cross_entropy", "categorical_hinge", "celu", "circle", "concordance_correlation",
    "constant", "cosine_similarity", "ctc", "dice", "elu", "exponential", "function", "gelu", "glorot_normal",
    "glorot_uniform", "glu", "hard_shrink", "hard_sigmoid", "hard_silu", "hard_swish", "hard_tanh", "he_normal",
    "he_uniform", "hinge", "huber", "identity", "kl_divergence", "l1", "l1_l2", "l2", "leaky_relu", "lecun_normal",
    "lecun_uniform", "linear", "log_cosh", "log_sigmoid", "log_softmax", "max_norm", "mean_absolute_error",
    "mean_absolute_percentage_error", "mean_squared_error", "mean_squared_logarithmic_error", "min_max_norm", "mish",
    "non_neg", "ones", "orthogonal", "orthogonal_regularizer", "pearson_correlation", "poisson", "random_normal",
    "random_uniform", "relu", "relu6", "selu", "sigmoid", "silu", "slice", "soft_shrink", "softmax", "softplus",
    "softsign", "sparse_categorical_accuracy", "sparse_categorical_crossentropy", "sparse_plus", "sparse_sigmoid",
    "sparse_top_k_categorical_accuracy", "sparsemax", "squared_hinge", "squareplus", "stft", "swish", "tanh",
    "tanh_shrink", "threshold", "top_k_categorical_accuracy", "truncated_normal", "tversky", "unit_norm",
    "variance_scaling", "zeros",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted() {
        assert!(BUILT_IN.is_sorted());
    }

    #[test]
    fn names_are_told_apart() {
        use Kind::{Class, Function};
        for (module, name, registered, kind, does) in [
            (Some("keras.layers"), "Dense", None, Class, None),
            (Some("keras.src.models.functional"), "Functional", Some("Functional"), Class, None),
            (Some("keras_hub.src.models.bert"), "BertBackbone", Some("keras_hub>BertBackbone"), Class, None),
            (Some("keras.activations"), "relu", None, Function, None),
            (Some("builtins"), "my_loss", Some("function"), Function, None),
            (Some("builtins"), "eval", Some("function"), Function, Some(Does::Executes)),
            (Some("keras.utils"), "get_file", None, Function, Some(Does::Reaches)),
            (Some("keras.src.saving"), "something_new", None, Function, Some(Does::Calls)),
            (Some("keras.src.utils.torch_utils"), "TorchModuleWrapper", None, Class, Some(Does::Executes)),
            (Some("subprocess"), "Popen", None, Class, Some(Does::Executes)),
            (Some("my.layers"), "Mine", None, Class, Some(Does::Custom)),
            (Some("my.layers"), "make", None, Function, Some(Does::Calls)),
            (None, "Mine", Some("Pkg>Mine"), Class, Some(Does::Custom)),
            (None, "Dense", None, Class, None),
            (None, "Mine", None, Class, Some(Does::Custom)),
            (None, "__tuple__", None, Class, None),
        ] {
            assert_eq!(judge(module, name, registered, kind), does, "{module:?} {name}");
        }
    }

    #[test]
    fn operators_are_known_in_both_spellings() {
        assert_eq!(tensorflow_operation("io.read_file"), Some(Does::Reaches));
        assert_eq!(tensorflow_operation("raw_ops.WriteFile"), Some(Does::Reaches));
        assert_eq!(tensorflow_operation("py_function"), Some(Does::Executes));
        assert_eq!(tensorflow_operation("math.add"), None);
    }
}
