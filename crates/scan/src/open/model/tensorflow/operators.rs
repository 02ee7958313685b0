//! What operators of TensorFlow do besides computing.

use palisade_formats::tensorflow::{Kind, Node, is_known};

use super::super::gathered::shown;
use crate::input::model::Does;

/// What an operator does.
pub(super) struct Verdict {
    /// What is done.
    pub(super) does: Does,
    /// The words for it.
    pub(super) what: String,
    /// Whether it reads or writes data as training does; then the graph decides whether that is odd.
    pub(super) data: bool,
}

/// What an operator does besides computing. `lookups` says how often constants may still be sought.
pub(super) fn effect(node: &Node<'_>, kind: Kind, lookups: &mut usize) -> Option<Verdict> {
    let operator = node.operator.as_str();
    let mut data = false;
    let (does, what) = match sort(operator) {
        Some(Sort::Always(does, what)) => (does, what),
        Some(Sort::Data) => {
            data = sensitive(node, lookups).is_none();
            (Does::Reaches, "reads or writes files")
        }
        Some(Sort::Files) => (sensitive(node, lookups).map(|_| Does::Reaches)?, "reads or writes files"),
        Some(Sort::Debug) => (address(node, &["debug_urls"])?, "sends what it computes elsewhere"),
        Some(Sort::Printed) => (address(node, &["output_stream"])?, "writes what it computes into a file"),
        Some(Sort::Described) => (address(node, &["descriptor_source"])?, "reads a file that describes messages"),
        Some(Sort::Mapped) => (address(node, &["memory_region_name"])?, "maps a file into memory"),
        None if node.defined || is_known(operator) || operator.is_empty() => return None,
        // The program that trains brings its own operators.
        None if kind == Kind::MetaGraph => (Does::Known, "needs an operator that TensorFlow does not bring"),
        None => (Does::Custom, "needs an operator that TensorFlow does not bring"),
    };
    let inside = node.function.as_ref().map(|function| format!(" in the function `{}`", shown(function)));
    let mut given = None;
    if does > Does::Custom && *lookups > 0 {
        *lookups -= 1;
        given = node.arguments().first().map(|argument| format!(", given `{}`", shown(argument)));
    }
    let (inside, given) = (inside.unwrap_or_default(), given.unwrap_or_default());
    Some(Verdict { does, what: format!("{what}: the operator `{}`{inside}{given}", shown(operator)), data })
}

/// What decides how bad an operator is.
enum Sort {
    /// The operator alone.
    Always(Does, &'static str),
    /// The file, and whether the graph is one of a training run: reads training data or writes what is measured.
    Data,
    /// The file: savers, and tables of words.
    Files,
    /// The addresses that it reports to.
    Debug,
    /// The file that it prints to.
    Printed,
    /// The file that it reads a description from.
    Described,
    /// The file that it maps.
    Mapped,
}

fn sort(operator: &str) -> Option<Sort> {
    if let Some((_, does, what)) = ALWAYS.iter().find(|(operators, ..)| operators.contains(&operator)) {
        return Some(Sort::Always(*does, what));
    }
    let begins = |families: &[&str]| families.iter().any(|family| operator.starts_with(family));
    match operator {
        _ if DATA.contains(&operator) || begins(DATA_FAMILIES) => Some(Sort::Data),
        _ if FILES.contains(&operator) => Some(Sort::Files),
        _ if operator.starts_with("Debug") => Some(Sort::Debug),
        "PrintV2" => Some(Sort::Printed),
        "DecodeProto" | "DecodeProtoV2" | "EncodeProto" => Some(Sort::Described),
        "ImmutableConst" => Some(Sort::Mapped),
        _ if begins(CLOUD) => Some(Sort::Always(Does::Reaches, "reaches a service or files through an extension")),
        _ => None,
    }
}

/// Whether one of these attributes names a file or an address.
fn address(node: &Node<'_>, keys: &[&str]) -> Option<Does> {
    let texts = node.texts();
    let mut texts = texts.iter().filter(|(key, _)| keys.contains(&key.as_str())).map(|(_, value)| value.text());
    texts.any(|text| is_address(&text)).then_some(Does::Reaches)
}

fn is_address(text: &str) -> bool {
    let harmless = ["local://", "bytes://", "memmapped_package://", "log(", "memcbk://"];
    !harmless.iter().any(|start| text.starts_with(start))
        && (text.contains("://") || text.starts_with(['/', '\\', '.']))
}

/// A constant argument that is a file of the system or of a person, or lies on the network.
fn sensitive(node: &Node<'_>, lookups: &mut usize) -> Option<String> {
    *lookups = lookups.checked_sub(1)?;
    node.arguments().into_iter().find(|text| is_sensitive(text))
}

fn is_sensitive(path: &str) -> bool {
    let plain = path.strip_prefix("file://").unwrap_or(path);
    let local = plain.len() < path.len();
    let remote = ["http://", "https://", "ftp://", "smb://", "\\\\"].iter().any(|start| path.starts_with(start));
    let system =
        ["/etc/", "/proc/", "/sys/", "/dev/", "/root/.", "/var/spool/", "/var/run/", "/boot/", "/usr/", "/bin/"];
    let lower = plain.to_ascii_lowercase();
    let private = |part: &str| PRIVATE.contains(&part);
    remote
        || (local || plain.starts_with('/')) && system.iter().any(|start| plain.starts_with(start))
        || lower.contains(":\\windows\\")
        || plain.split(['/', '\\']).any(private)
        || plain.split(['/', '\\']).filter(|part| *part == "..").count() > 2
}

/// Folders and files with credentials, or that run when someone logs in.
const PRIVATE: &[&str] = &[
    ".ssh",
    ".aws",
    ".kube",
    ".netrc",
    ".gnupg",
    ".docker",
    ".bashrc",
    ".profile",
    ".zshrc",
    ".bash_profile",
    "id_rsa",
    "id_ed25519",
    "authorized_keys",
    "crontab",
    "shadow",
    ".git-credentials",
    ".pypirc",
    ".npmrc",
];

const ALWAYS: &[(&[&str], Does, &str)] = &[
    (
        &["PyFunc", "PyFuncStateless", "EagerPyFunc", "NumpyFunction", "PyFunction"],
        Does::Executes,
        "calls Python code of the process",
    ),
    (&["LoadLibrary", "LoadOpLibrary", "LoadFileSystemLibrary"], Does::Executes, "loads a library of machine code"),
    (&["ReadFile", "MatchingFiles"], Does::Reaches, "reads files"),
    (&["WriteFile", "DumpTensor"], Does::Reaches, "writes files"),
    (&["FileSystemSetConfiguration"], Does::Reaches, "changes how files are reached"),
    (
        &[
            "RpcClient",
            "RpcCall",
            "RpcServer",
            "RpcServerStart",
            "RpcServerRegister",
            "Rpc",
            "TryRpc",
            "DataServiceDataset",
            "DataServiceDatasetV2",
            "DataServiceDatasetV3",
            "DataServiceDatasetV4",
            "RegisterDataset",
            "RegisterDatasetV2",
        ],
        Does::Reaches,
        "reaches other machines",
    ),
    (&["SqlDataset", "ExperimentalSqlDataset"], Does::Reaches, "reads a database"),
    (&["Abort"], Does::Reaches, "ends the process that runs it"),
    (&["XlaCustomCall", "XlaCustomCallV2"], Does::Custom, "calls a function that the process has registered"),
];

/// Read training data or write what is measured.
const DATA: &[&str] = &[
    "CSVDataset",
    "CSVDatasetV2",
    "CreateSummaryDbWriter",
    "CreateSummaryFileWriter",
    "DatasetToTFRecord",
    "ExperimentalCSVDataset",
    "ExperimentalDatasetToTFRecord",
    "ExperimentalMatchingFilesDataset",
    "FileDataset",
    "FixedLengthRecordDataset",
    "FixedLengthRecordDatasetV2",
    "FixedLengthRecordReader",
    "FixedLengthRecordReaderV2",
    "LMDBDataset",
    "LMDBReader",
    "ExperimentalLMDBDataset",
    "ListSnapshotChunksDataset",
    "LoadDataset",
    "MatchingFilesDataset",
    "RecordInput",
    "SaveDataset",
    "SaveDatasetV2",
    "SnapshotChunkDataset",
    "SnapshotDataset",
    "SnapshotDatasetReader",
    "SnapshotDatasetV2",
    "SnapshotNestedDatasetReader",
    "DistributedSave",
    "TFRecordDataset",
    "TFRecordDatasetV2",
    "TFRecordReader",
    "TFRecordReaderV2",
    "TextLineDataset",
    "TextLineReader",
    "TextLineReaderV2",
    "WholeFileReader",
    "WholeFileReaderV2",
];
const DATA_FAMILIES: &[&str] = &["CreateDatasetWriter", "ImageFileDataset"];

/// Read or write files that every model has.
const FILES: &[&str] = &[
    "InitializeTableFromTextFile",
    "InitializeTableFromTextFileV2",
    "LoadAndRemapMatrix",
    "MergeV2Checkpoints",
    "Restore",
    "RestoreSlice",
    "RestoreV2",
    "Save",
    "SaveSlices",
    "SaveV2",
    "ShardedFilename",
    "CacheDataset",
    "CacheDatasetV2",
];

/// How the names of operators begin that extensions bring to reach services.
const CLOUD: &[&str] = &[
    "BigQuery",
    "Bigtable",
    "Gcs",
    "GCS",
    "Kafka",
    "Kinesis",
    "PubSub",
    "Http",
    "Mongo",
    "Elasticsearch",
    "IO>File",
    "IO>Kafka",
    "IO>BigQuery",
    "IO>Bigtable",
    "IO>Mongo",
    "IO>SQL",
    "IO>Arrow",
    "IO>Http",
    "IO>Prometheus",
    "IO>Gstreamer",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_the_system_are_sensitive() {
        for path in [
            "/etc/passwd",
            "/root/.ssh/id_rsa",
            "https://x.example/a",
            "C:\\Windows\\win.ini",
            "/home/a/.aws/x",
            "../../../x",
        ] {
            assert!(is_sensitive(path), "{path}");
        }
        for path in
            ["/tmp/vocabulary.txt", "data/train.tfrecord", "/home/a/data/x.csv", "gs://bucket/ckpt", "vocab", "model"]
        {
            assert!(!is_sensitive(path), "{path}");
        }
    }

    #[test]
    fn addresses_are_told_from_names() {
        for text in ["grpc://host:1", "file:///tmp/x", "/tmp/x"] {
            assert!(is_address(text), "{text}");
        }
        for text in ["stderr", "log(info)", "local://", "bytes://abc", ""] {
            assert!(!is_address(text), "{text}");
        }
    }
}
